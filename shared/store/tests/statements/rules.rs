//! Rules that hold for every statement.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::registry;

/// Views of an issuer over the holders of a shard: `?1` is the issuer, not the holder.
const ISSUER_VIEWS: [&str; 5] = [
    "licenses::list_issued",
    "licenses::issued_by_id",
    "usage::of_issued",
    "seat_use::billed",
    "seat_use::of_issued",
];

/// Housekeeping of the clock over a whole shard, and the names in an owner's list of the tenants below it.
const WHOLE_SHARD: [&str; 9] = [
    "outbox::sweep",
    "outbox::stuck",
    "idempotency::purge",
    "profiles::of_tenants",
    "session_info::purge",
    "sign_in_links::purge",
    "signing_keys::under",
    "data_keys::under",
    "data_keys::sealed_by",
];

#[test]
fn every_statement_fits_the_real_schema() {
    for item in registry::all() {
        assert_eq!(item.outcome, Ok(()), "{}", item.name);
    }
}

/// Every `pub fn` of the table modules that returns a statement, read from the source.
fn in_source() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for folder in ["data", "directory"] {
        for file in fs::read_dir(source.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let module = path.file_stem().unwrap().to_str().unwrap();
            for function in fs::read_to_string(&path).unwrap().split("\npub fn ").skip(1) {
                let (signature, _) = function.split_once('{').unwrap();
                let result = signature.split("->").nth(1).unwrap_or_default().trim();
                let result = result.strip_prefix("Option<").unwrap_or(result);
                let kind = result.split(['<', '>']).next().unwrap_or_default();
                if ["Query", "Change", "Lookup", "Entry", "Sweep", "Purge"].contains(&kind) {
                    found.insert(format!("{module}::{}", signature.split('(').next().unwrap()));
                }
            }
        }
    }
    found
}

#[test]
fn no_statement_is_left_untried() {
    let tried: BTreeSet<String> =
        registry::all().into_iter().map(|item| item.name.to_owned()).collect();
    let written = in_source();
    assert!(written.len() > 50, "the source is read: {written:?}");
    assert_eq!(
        written.difference(&tried).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "in the source, not in the registry"
    );
    assert_eq!(
        tried.difference(&written).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "in the registry, not in the source"
    );
}

/// Names that a statement gives to queries of its own: `WITH name`, `name AS (`, `name AS MATERIALIZED (`.
fn own_names<'a>(words: &[&'a str]) -> BTreeSet<&'a str> {
    let is_query = |word: &str| word.starts_with('(') || word == "MATERIALIZED";
    let with = words.windows(2).filter(|pair| pair[0] == "WITH").map(|pair| pair[1]);
    let after = words.windows(3).filter(|three| three[1] == "AS" && is_query(three[2]));
    with.chain(after.map(|three| three[0])).collect()
}

/// How often a statement names a table, and how often it ties one to the tenant.
fn tables_and_ties(sql: &str) -> (usize, usize) {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let own = own_names(&words);
    let named = words.windows(2).filter(|pair| ["FROM", "JOIN", "INTO"].contains(&pair[0]));
    let is_table = |name: &str| {
        !own.contains(name.trim_end_matches([')', ',']))
            && !name.starts_with('(')
            && !name.starts_with("json_each(")
    };
    let tables = named.filter(|pair| is_table(pair[1])).count();
    let updates = usize::from(words.first() == Some(&"UPDATE"));
    let text = words.join(" ");
    let ties = text.matches("tenant_id = ?1").count()
        + text
            .matches(".tenant_id = ")
            .count()
            .saturating_sub(text.matches("l.tenant_id = ?1").count());
    let inserts = usize::from(
        text.contains("(tenant_id, ")
            && ["VALUES (?1, ", "SELECT ?1, "].iter().any(|first| text.contains(first)),
    );
    (tables + updates, ties + inserts)
}

#[test]
fn every_statement_on_a_shard_is_tied_to_the_tenant() {
    for item in registry::all().into_iter().filter(|item| item.tenant_bound) {
        if ISSUER_VIEWS.contains(&item.name) {
            assert!(item.sql.contains("issuer = ?1"), "{}", item.name);
            continue;
        }
        let (tables, ties) = tables_and_ties(item.sql);
        assert!(tables > 0 && ties >= tables, "{}: {tables} tables, {ties} ties", item.name);
    }
}

#[test]
fn what_looks_at_a_whole_shard_is_listed() {
    let items = registry::all();
    let whole = items.iter().filter(|item| !item.tenant_bound && !item.directory);
    assert_eq!(
        whole.map(|item| item.name).collect::<BTreeSet<_>>(),
        WHOLE_SHARD.into_iter().collect()
    );
}

#[test]
fn statements_name_their_columns_and_bind_their_values() {
    for item in registry::all() {
        assert!(
            !item.sql.contains("SELECT *") && !item.sql.contains(".*"),
            "{}: SELECT *",
            item.name
        );
        let quoted: Vec<&str> = item.sql.split('\'').skip(1).step_by(2).collect();
        let fixed = [
            "",
            "active",
            "creating",
            "deactivated",
            "done",
            "next",
            "retired",
            "running",
            "suspended",
            "$[0]",
            "$[1]",
            "checked_out",
            "ended",
            "refused",
            "revoked",
        ];
        let is_fixed = |text: &&str| text.starts_with("$.") || fixed.contains(text);
        assert!(quoted.iter().all(is_fixed), "{}: {quoted:?}", item.name);
    }
}
