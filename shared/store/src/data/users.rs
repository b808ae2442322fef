//! The people of a tenant.

use domain::id::{TenantId, UserId};
use domain::person::Email;
use domain::time::Millis;
use serde::Deserialize;

use crate::directory::sessions::customers;
use crate::query::{Change, Query};
use crate::row;

/// A person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct UserRow {
    /// Its id.
    pub id: UserId,
    /// Where links go.
    pub email: Email,
    /// For people.
    pub name: String,
    /// The name of its role.
    pub role: String,
    /// The only customers that it looks after; none for all.
    #[serde(deserialize_with = "row::json_or_null")]
    pub customers: Option<Vec<TenantId>>,
    /// The identity provider that knows it.
    pub issuer: Option<String>,
    /// What that one calls it.
    pub subject: Option<String>,
    /// When it joined.
    pub created_ms: Millis,
    /// When it was last changed.
    pub updated_ms: Millis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, email, name, role, customers, issuer, subject, created_ms, updated_ms
               FROM users ",
            $tail
        )
    };
}

/// One person. Index: the primary key.
pub fn by_id(id: &UserId) -> Query<UserRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id = ?2")).bind(id).hot()
}

/// Who has this address. Index: `users_by_email`.
pub fn by_email(email: &Email) -> Query<UserRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND email = ?2")).bind(email.as_str()).hot()
}

/// Whom an identity provider calls so. Index: `users_by_subject`.
pub fn by_subject(issuer: &str, subject: &str) -> Query<UserRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND issuer = ?2 AND subject = ?3"))
        .bind(issuer)
        .bind(subject)
        .hot()
}

/// A page of the people. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<UserRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"))
        .bind(after)
        .bind(limit)
        .hot()
}

/// A person who joins. Its address being taken refuses the batch as a duplicate.
pub fn insert(
    id: &UserId,
    email: &Email,
    name: &str,
    role: &str,
    list: Option<&[TenantId]>,
    now: Millis,
) -> Change {
    Change::new(
        "INSERT INTO users (tenant_id, id, email, name, role, customers, created_ms, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )
    .bind(id)
    .bind(email.as_str())
    .bind(name)
    .bind(role)
    .bind(customers(list))
    .bind(now)
}

/// Another name, role and customers.
pub fn update(
    id: &UserId,
    name: &str,
    role: &str,
    list: Option<&[TenantId]>,
    now: Millis,
) -> Change {
    Change::new(
        "UPDATE users SET name = ?3, role = ?4, customers = ?5, updated_ms = ?6
          WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(name)
    .bind(role)
    .bind(customers(list))
    .bind(now)
}

/// What an identity provider calls the person.
pub fn link(id: &UserId, issuer: &str, subject: &str, now: Millis) -> Change {
    Change::new(
        "UPDATE users SET issuer = ?3, subject = ?4, updated_ms = ?5 WHERE tenant_id = ?1 AND id = ?2",
    )
    .bind(id)
    .bind(issuer)
    .bind(subject)
    .bind(now)
}

/// Removes a person with all that is personal.
pub fn delete(id: &UserId) -> Change {
    Change::new("DELETE FROM users WHERE tenant_id = ?1 AND id = ?2").bind(id)
}
