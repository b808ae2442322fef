//! Rules that hold for every statement.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::registry;

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
            "custom",
            "creating",
            "deactivated",
            "done",
            "next",
            "pending",
            "verified",
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
