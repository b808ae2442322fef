//! Every table that a statement touches is tied to the tenant: read from the SQL itself, query by query.
//!
//! A table is tied when its tenant column equals `?1`, or the tenant column of a table that is, in a condition that must
//! hold. What is tied in another way is listed here by name, with the reason.

mod parse;
mod query;

use std::collections::BTreeMap;

use crate::registry::{self, Item};
use query::Rules;
use testkit::Place;

/// Issuers see what they have issued to holders on a shard: `?1` is the issuer, and every other table follows from the
/// license by its holder.
const ISSUER_VIEWS: [&str; 5] = [
    "licenses::list_issued",
    "licenses::issued_by_id",
    "usage::of_issued",
    "seat_use::billed",
    "seat_use::of_issued",
];

/// Statements over a whole shard, or over the DIRECTORY without a tenant.
const FREE: &[(&str, &str)] = &[
    ("outbox::sweep", "the clock ships what any tenant's changes left behind"),
    ("outbox::stuck", "the clock counts"),
    ("idempotency::purge", "the clock forgets what has expired"),
    (
        "profiles::of_tenants",
        "names of tenants that the DIRECTORY has shown to be below the caller",
    ),
    ("signing_keys::under", "the clock seals anew under another key-encryption key"),
    ("data_keys::under", "the clock seals anew under another key-encryption key"),
    ("data_keys::sealed_by", "the operator counts; no tenant is told"),
    ("tenants::children", "its parent is bound"),
    ("tenants::list", "the operator's list of tenants"),
    ("tenants::suspended", "every edge asks who is suspended; ids alone"),
    ("hostnames::site", "a host is looked up before it is known whose it is"),
    ("api_keys::principal", "a caller is looked up by the hash of its key"),
    ("api_keys::by_hash", "whoever shows a leaked key has it revoked, whose it may be"),
    ("api_keys::by_id_anywhere", "callers check that they stand above the key's tenant"),
    ("issuer_keys::of_tenants", "public keys of the issuers whose licenses count on a host"),
    ("issuer_keys::by_kid", "public keys are published"),
    ("session_info::purge", "the clock forgets sessions that nobody has used for long"),
    ("sign_in_links::purge", "the clock forgets links that have ended"),
    ("sessions::principal", "a caller is looked up by the hash of its token"),
    ("sessions::seen", "the row of the caller's own token"),
    ("sessions::copy", "the row of the caller's own token"),
    ("sessions::replaced", "the row of the caller's own token"),
    ("sessions::revoke_token", "the row of the caller's own token"),
    ("sessions::purge", "the clock forgets sessions that have ended"),
    ("hostnames::take", "a domain whose owner is not proved goes to whoever proves it"),
    ("registrations::owner", "who has a domain is asked before there is a tenant"),
    (
        "registrations::looked",
        "a registration that the clock is at work on; there is no tenant yet",
    ),
    (
        "registrations::verified",
        "a registration that the clock is at work on; there is no tenant yet",
    ),
    ("registrations::ended", "a registration that the clock is at work on; there is no tenant yet"),
    ("registrations::due", "the clock looks at every registration that is due"),
    ("custom_hostnames::due", "the clock takes the next step of every domain that is due"),
    ("erasures::due", "the clock erases whoever is due"),
    ("erasures::ending", "the clock deletes what has outlived an erasure long enough"),
];

/// The column of a table that says whose a row is.
pub fn whose(name: &str, columns: &[String]) -> Option<&'static str> {
    let has = |column: &str| columns.iter().any(|own| own == column);
    match name {
        "tenants" => Some("id"),
        _ if has("tenant_id") => Some("tenant_id"),
        _ if has("tenant") => Some("tenant"),
        // An issuer's word on its products, on every shard.
        "app_policies" => Some("issuer"),
        _ => None,
    }
}

fn tenant_columns(place: Place) -> BTreeMap<String, &'static str> {
    let tables = testkit::Db::migrated().tables().into_iter();
    let here = tables.filter(|((at, name), _)| *at == place && !name.starts_with("sqlite_"));
    let found = here.map(|((_, name), columns)| {
        let column = whose(&name, &columns);
        let column = column.unwrap_or_else(|| panic!("{name} does not say whose its rows are"));
        (name, column)
    });
    found.collect()
}

/// Whether every table of this SQL is tied to `?1`.
pub fn ties(place: Place, sql: &str) -> Result<(), String> {
    let columns = tenant_columns(place);
    query::check(sql, &Rules { columns: &columns, bound_anywhere: false, issuer: false })
}

fn judge(item: &Item, columns: &[BTreeMap<String, &'static str>; 2]) -> Result<(), String> {
    let columns = &columns[usize::from(item.directory)];
    let issuer = ISSUER_VIEWS.contains(&item.name);
    query::check(item.sql, &Rules { columns, bound_anywhere: item.directory, issuer })
}

#[test]
fn every_table_of_every_statement_is_tied_to_the_tenant() {
    let columns = [tenant_columns(Place::Shard), tenant_columns(Place::Directory)];
    let wrong = registry::all().into_iter().filter_map(|item| {
        let free = FREE.iter().any(|(name, _)| *name == item.name);
        match (free, judge(&item, &columns)) {
            (false, Err(why)) => Some(format!("{}: {why}\n{}", item.name, item.sql)),
            (true, Ok(())) => Some(format!("{} is tied and needs no exception", item.name)),
            _ => None,
        }
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_looks_at_a_whole_shard_is_listed_and_every_exception_exists() {
    let items = registry::all();
    for item in items.iter().filter(|item| !item.tenant_bound && !item.directory) {
        assert!(FREE.iter().any(|(name, _)| *name == item.name), "{}", item.name);
    }
    let names: Vec<_> = FREE.iter().map(|(name, _)| *name).chain(ISSUER_VIEWS).collect();
    for name in names {
        assert!(items.iter().any(|item| item.name == name), "{name} is no statement");
    }
}

#[test]
fn a_forgotten_tenant_is_noticed() {
    let columns = tenant_columns(Place::Shard);
    let rows = [
        ("SELECT id FROM licenses WHERE tenant_id = ?1", true),
        ("SELECT id FROM licenses WHERE id = ?2", false),
        ("SELECT id FROM licenses WHERE tenant_id = ?2", false),
        ("SELECT id FROM licenses WHERE tenant_id = ?1 OR id = ?2", false),
        ("SELECT id FROM licenses WHERE tenant_id <> ?1", false),
        ("SELECT id FROM licenses WHERE issuer = ?1", false),
        ("SELECT id FROM licenses WHERE (tenant_id = ?1 AND id = ?2)", true),
        ("SELECT id FROM licenses WHERE NOT (tenant_id = ?1)", false),
        ("SELECT l.id FROM licenses l JOIN devices d ON d.license_id = l.id WHERE l.tenant_id = ?1", false),
        (
            "SELECT l.id FROM licenses l JOIN devices d ON d.tenant_id = l.tenant_id AND d.license_id = l.id
              WHERE l.tenant_id = ?1",
            true,
        ),
        ("SELECT id FROM licenses l, devices d WHERE l.tenant_id = ?1", false),
        ("SELECT (SELECT COUNT(*) FROM devices) FROM licenses WHERE tenant_id = ?1", false),
        (
            "SELECT (SELECT COUNT(*) FROM devices d WHERE d.tenant_id = l.tenant_id) FROM licenses l
              WHERE l.tenant_id = ?1",
            true,
        ),
        ("SELECT id FROM licenses WHERE tenant_id = ?1 UNION SELECT id FROM licenses", false),
        ("WITH x AS (SELECT id FROM devices) SELECT id FROM x", false),
        ("WITH x AS (SELECT id FROM devices WHERE tenant_id = ?1) SELECT id FROM x", true),
        ("UPDATE licenses SET code = ?2 WHERE tenant_id = ?1", true),
        ("UPDATE licenses SET code = ?2 WHERE id = ?3", false),
        ("UPDATE licenses SET tenant_id = ?2 WHERE tenant_id = ?1", false),
        ("DELETE FROM devices WHERE tenant_id = ?1", true),
        ("DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE tenant_id = ?1)", false),
        ("INSERT INTO products (tenant_id, id) VALUES (?1, ?2)", true),
        ("INSERT INTO products (tenant_id, id) VALUES (?2, ?1)", false),
        ("INSERT INTO products (id, tenant_id) VALUES (?2, ?1)", true),
        ("INSERT INTO products (tenant_id, id) SELECT ?1, id FROM plans WHERE tenant_id = ?1", true),
        ("INSERT INTO products (tenant_id, id) SELECT tenant_id, id FROM plans WHERE id = ?1", false),
    ];
    for (sql, want) in rows {
        let rules = Rules { columns: &columns, bound_anywhere: false, issuer: false };
        let outcome = query::check(sql, &rules);
        assert_eq!(outcome.is_ok(), want, "{sql}: {outcome:?}");
    }
}
