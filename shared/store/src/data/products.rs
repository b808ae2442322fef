//! An issuer's products.

use domain::id::ProductId;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// A product.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct ProductRow {
    /// Its id in the issuer's own naming.
    pub id: ProductId,
    /// For people.
    pub name: String,
    /// What its product keys start with: `NLS`.
    pub key_prefix: String,
    /// When it was made.
    pub created_ms: Millis,
}

/// One product. Index: the primary key.
pub fn by_id(id: &ProductId) -> Query<ProductRow> {
    Query::new(
        "SELECT id, name, key_prefix, created_ms FROM products WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .hot()
}

/// A page of the issuer's products. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<ProductRow> {
    Query::new(
        "SELECT id, name, key_prefix, created_ms FROM products
          WHERE tenant_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )
    .bind(after)
    .bind(limit)
    .hot()
}

/// What a product is called.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct NamedProductRow {
    /// Its id.
    pub id: ProductId,
    /// For people.
    pub name: String,
}

/// The names of several of the issuer's products, for a statement. Index: the primary key.
pub fn names(products: &[&ProductId]) -> Query<NamedProductRow> {
    Query::new(
        "SELECT id, name FROM products WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2))",
    )
    .bind(serde_json::json!(products).to_string())
    .hot()
}

/// Makes or changes a product.
pub fn put(id: &ProductId, name: &str, key_prefix: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO products (tenant_id, id, name, key_prefix, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, key_prefix = excluded.key_prefix",
    )
    .bind(id)
    .bind(name)
    .bind(key_prefix)
    .bind(now)
}

/// Makes a product unless the issuer has it.
pub fn ensure(id: &ProductId, name: &str, key_prefix: &str, now: Millis) -> Change {
    Change::new(
        "INSERT INTO products (tenant_id, id, name, key_prefix, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant_id, id) DO NOTHING",
    )
    .bind(id)
    .bind(name)
    .bind(key_prefix)
    .bind(now)
}
