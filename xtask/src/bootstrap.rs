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

impl Bootstrap {
    /// The same statements as SQL texts for DIRECTORY and `DATA_EU`, parameters written in.
    pub fn sql(&self) -> [String; 2] {
        [&self.directory, &self.data_eu].map(|rows| rows.iter().map(written).collect())
    }
}

/// One statement with its parameters in place of `?1`, `?2`, ...
fn written(statement: &Value) -> String {
    let parts = statement.as_array().map(Vec::as_slice).unwrap_or_default();
    let [sql, parameters @ ..] = parts else { return String::new() };
    let sql = sql.as_str().unwrap_or_default().to_owned();
    // The last first: `?1` also begins `?10`.
    let sql = parameters.iter().enumerate().rev().fold(sql, |sql, (index, value)| {
        let literal = match value {
            Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        };
        sql.replace(&format!("?{}", index + 1), &literal)
    });
    format!("{sql};\n")
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

    fn migrated(folder: &str) -> rusqlite::Connection {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let schema =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema").join(folder);
        let mut files: Vec<_> =
            std::fs::read_dir(schema).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            db.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
        db
    }

    fn rows_of(start: i64) -> Bootstrap {
        let operator = TenantId::parse(OPERATOR).unwrap();
        let key = ApiKeyText::new(&operator, Shard::Eu, &[7; 16]);
        rows("writ.localhost", &operator, &key, Millis(start))
    }

    #[test]
    fn a_second_start_changes_nothing_on_the_real_schema() {
        for (at, folder) in ["directory", "data"].into_iter().enumerate() {
            let db = migrated(folder);
            db.execute_batch(&rows_of(1).sql()[at]).unwrap();
            let before = db.total_changes();
            assert!(before >= 2, "{folder}");
            db.execute_batch(&rows_of(2).sql()[at]).unwrap();
            assert_eq!(db.total_changes(), before, "{folder}");
        }
    }

    #[test]
    fn the_operator_and_its_hosts_are_there_from_the_first_request_on() {
        let db = migrated("directory");
        db.execute_batch(&rows_of(1).sql()[0]).unwrap();
        let hosts = "SELECT COUNT(*) FROM hostnames WHERE tenant = 'writ' AND kind = 'house'";
        assert_eq!(db.query_row(hosts, [], |row| row.get::<_, i64>(0)).unwrap(), 3);
        let scopes = "SELECT scopes FROM api_keys WHERE tenant = 'writ'";
        assert_eq!(db.query_row(scopes, [], |row| row.get::<_, String>(0)).unwrap(), "admin");
    }

    #[test]
    fn parameters_are_written_as_literals() {
        let statement = json!(["SELECT ?1, ?2, ?1", "it's", 5]);
        assert_eq!(written(&statement), "SELECT 'it''s', 5, 'it''s';\n");
    }
}
