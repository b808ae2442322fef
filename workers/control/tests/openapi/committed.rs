//! The committed document is the generated one, and holds together.

use std::collections::BTreeSet;
use std::{env, fs};

use serde_json::Value;
use wire::endpoints::ENDPOINTS;

use crate::document::document;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/openapi.json");

#[test]
fn the_committed_document_is_the_generated_one() {
    let text = format!("{:#}\n", document());
    if env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(PATH, &text).unwrap();
    }
    let committed = fs::read_to_string(PATH).unwrap();
    assert!(
        committed == text,
        "outdated: UPDATE_OPENAPI=1 cargo test -p control-worker --test openapi"
    );
}

#[test]
fn every_endpoint_is_described() {
    let document = document();
    for endpoint in ENDPOINTS {
        let operation = &document["paths"][endpoint.path][endpoint.method.to_lowercase()];
        assert_eq!(operation["operationId"], endpoint.id.name());
        assert_eq!(operation["responses"]["default"]["$ref"], "#/components/responses/Problem");
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}
