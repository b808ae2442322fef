//! The first rows of an installation: the operator, the shared hosts, one key. All else comes in by HTTP.

use domain::id::{KeyId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use license::api_key::ApiKeyText;
use serde::Serialize;
use serde_json::{Value, json};

/// The operator's tenant; clients never see its name.
pub const OPERATOR: &str = "writ";
/// Hosts shared by all tenants of a kind, by their first label.
pub const HOUSES: [&str; 3] = ["console", "vendors", "msp"];

/// Statements per database binding, each `[sql, ...parameters]`; running them again changes nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Bootstrap {
    directory: Vec<Value>,
    data_eu: Vec<Value>,
}

/// The operator with its shared hosts under `apex` and `key` as its first API key.
pub fn rows(apex: &str, operator: &TenantId, key: &ApiKeyText, now: Millis) -> Bootstrap {
    let (tenant, now, id) = (operator.as_str(), now.0, key_id(key));
    let shard = Shard::Eu.name();
    let mut directory = vec![json!([
        "INSERT INTO tenants (id, kind, region, shard, status, created_ms) \
         VALUES (?1, 'operator', ?2, ?2, 'active', ?3) ON CONFLICT (id) DO NOTHING",
        tenant,
        shard,
        now
    ])];
    directory.extend(HOUSES.map(|house| {
        json!([
            "INSERT INTO hostnames (host, tenant, kind, status) \
             VALUES (?1, ?2, 'house', 'active') ON CONFLICT (host) DO NOTHING",
            format!("{house}.{apex}"),
            tenant
        ])
    }));
    directory.push(json!([
        "INSERT INTO api_keys (hash, id, tenant, scopes, rate_limit, rate_window_seconds, created_ms) \
         VALUES (?1, ?2, ?3, 'admin', 6000, 60, ?4) ON CONFLICT (hash) DO NOTHING",
        key.digest(),
        id.as_str(),
        tenant,
        now
    ]));
    let data_eu = vec![
        json!([
            "INSERT INTO profiles (tenant_id, name, created_ms, updated_ms) \
             VALUES (?1, 'Writ', ?2, ?2) ON CONFLICT (tenant_id) DO NOTHING",
            tenant,
            now
        ]),
        json!([
            "INSERT INTO api_key_info (tenant_id, id, app_name, created_by, created_ms) \
             SELECT ?1, ?2, 'First key of the operator', 'bootstrap', ?3 \
             WHERE NOT EXISTS (SELECT 1 FROM api_key_info WHERE tenant_id = ?1 AND id = ?2)",
            tenant,
            id.as_str(),
            now
        ]),
    ];
    Bootstrap { directory, data_eu }
}

/// The id of a key that is written again at each start: always the same for the same key.
fn key_id(key: &ApiKeyText) -> KeyId {
    let digest = license::sha256(key.digest().as_bytes());
    let mut entropy = [0; 16];
    entropy.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    KeyId::new(entropy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn rows_of(start: i64) -> BTreeMap<String, Vec<Value>> {
        let operator = TenantId::parse(OPERATOR).unwrap();
        let key = ApiKeyText::new(&operator, Shard::Eu, &[7; 16]);
        let rows = rows("writ.localhost", &operator, &key, Millis(start));
        serde_json::from_value(serde_json::to_value(rows).unwrap()).unwrap()
    }

    #[test]
    fn a_second_start_changes_nothing_on_the_real_schema() {
        for (binding, folder) in [("DIRECTORY", "directory"), ("DATA_EU", "data")] {
            let db = rusqlite::Connection::open_in_memory().unwrap();
            let schema =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema").join(folder);
            for file in std::fs::read_dir(schema).unwrap() {
                db.execute_batch(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
            }
            let mut changed = Vec::new();
            for start in [1, 2] {
                for statement in &rows_of(start)[binding] {
                    let (sql, parameters) = statement.as_array().unwrap().split_first().unwrap();
                    let values = parameters.iter().map(|value| match value {
                        Value::Number(n) => rusqlite::types::Value::Integer(n.as_i64().unwrap()),
                        other => rusqlite::types::Value::Text(other.as_str().unwrap().to_owned()),
                    });
                    let rows =
                        db.execute(sql.as_str().unwrap(), rusqlite::params_from_iter(values));
                    changed.push((start, rows.unwrap()));
                }
            }
            assert!(
                changed.iter().all(|(start, rows)| *rows == usize::from(*start == 1)),
                "{binding}"
            );
        }
    }
}
