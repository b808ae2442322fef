//! Our platform for the bench: the demo, made over its API, and 100,000 more licenses.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use domain::id::TenantId;
use domain::place::Shard;
use license::api_key::ApiKeyText;
use serde_json::{Value, json};

use super::FOLDER;
use super::http::{Post, agent};
use super::server::Server;
use crate::bootstrap::{self, OPERATOR};
use crate::chance;
use crate::demo;
use crate::demo::client::text;
use crate::dev::Account;
use crate::files;
use crate::root::Root;
use crate::secrets::Secrets;

/// Licenses besides the demo's.
pub const MANY: u64 = 100_000;
/// Licenses with seats besides those, from this number on.
pub const POOLS: (u64, u64) = (1_000_000, 1_000);
/// Seats of each of these, more than any load holds.
pub const SEATS: u32 = 200_000;
/// Digits of the number in their ids.
pub const DIGITS: usize = 26;
const APEX: &str = "writ.localhost";
/// SHA-256 of nothing in particular: the machine that asks.
const HARDWARE: &str = "9f2c1c6f0a4b7d8e3f5061728394a5b6c7d8e9fa0b1c2d3e4f50617283940516";
const KEY: (&str, &str) = ("Bench", "acme");
/// The name of the machine that asks.
const MACHINE: &str = "ws-042.acme.example";

/// What requests are made of.
#[derive(Debug)]
pub struct World {
    /// The holder's host.
    pub host: String,
    /// An API key that no limit stops.
    pub key: String,
    /// A key of the same limit with every layer on; [`World::shown`] gets through them.
    pub layered_key: String,
    /// The license of the warm cases.
    pub license: String,
    /// A device activated on it.
    pub device: String,
    /// What the ids of the many licenses begin with; [`DIGITS`] digits follow, from 0.
    pub many: String,
    /// Licenses with [`SEATS`] floating seats: for a pool that stays empty, for a small one, for a large one.
    pub seats: Vec<String>,
    /// The issuer's salt is part of the fingerprint's meaning only; any text will do here.
    pub hardware: &'static str,
}

impl World {
    /// Makes it anew: the demo and a device by HTTP, then the many licenses in SQL as copies of one.
    ///
    /// # Errors
    /// When the platform refuses something.
    pub fn make(root: &Root) -> Result<Self> {
        let folder = root.join(FOLDER);
        match fs::remove_dir_all(folder.join("state")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let operator = TenantId::parse(OPERATOR)?;
        Secrets::of_checkout(root, &operator)?;
        let token = ApiKeyText::new(&operator, Shard::Eu, &chance::bytes()?);
        let vars = json!({ "APEX": APEX, "SCHEME": "http" });
        // Making the world is not measured: it may take its time on a busy machine.
        let patient = json!({ "APEX": APEX, "SCHEME": "http", "STORE_DEADLINE_MS": "20000" });
        files::write(&folder.join("vars.json"), &patient)?;
        let rows = bootstrap::rows(APEX, &operator, &token, chance::now()?);
        let rows = serde_json::to_value(rows)?;
        files::write(&folder.join("bootstrap.json"), &rows)?;
        let world = Self::by_api(root, &token)?;
        files::write(&folder.join("bootstrap.json"), &with_many(rows, &world)?)?;
        // So many rows in one batch keep workerd busy for seconds, and Node may take its silence for
        // its end; what was written by then does no harm.
        drop(Self::start(root, false).or_else(|_| Self::start(root, false))?);
        files::write(&folder.join("bootstrap.json"), &json!({}))?;
        files::write(&folder.join("vars.json"), &vars)?;
        Ok(world)
    }

    fn by_api(root: &Root, token: &ApiKeyText) -> Result<Self> {
        let server = Self::start(root, false)?;
        let dev = demo::seed(root, &server.url, APEX, token, None)?;
        let (app, tenant) = KEY;
        let holder = dev.customers.iter().find(|holder| holder.tenant == tenant);
        let holder = holder.context("the demo has no such customer")?;
        let post = |host: &str, key: &str, path: &str, body: Value| {
            let url = format!("{}{path}", server.url);
            Post { url, headers: headers(host, key), body: body.to_string() }.json(&agent())
        };
        let limit = json!({ "requests": 100_000_000, "window_seconds": 60 });
        let checkouts =
            json!({ "checkouts_per_minute": 100_000_000, "checkouts_per_hour": 100_000_000 });
        let plain = json!({
            "app_name": app, "tenant_id": tenant, "scopes": ["admin"], "rate_limit": limit, "rate_limits": checkouts,
        });
        let made = |body: Value| {
            let (host, token) = (&dev.operator.host, &dev.operator.token);
            text(&post(host, token, "/api/v1/keys/generate", body)?, "api_key")
        };
        let (key, layered_key) = (made(plain.clone())?, made(with_layers(plain))?);
        let body =
            json!({ "license_id": holder.license_code, "hardware_id": HARDWARE, "name": "bench" });
        let device = post(&holder.host, &key, "/api/v1/licenses/activate", body)?;
        let seats = json!({
            "customer": { "tenant_id": tenant }, "product": { "id": "bench-seats" },
            "entitlement": { "total_licenses": SEATS, "commit_qty": SEATS, "max_overage": 0 },
        });
        let seats = (0..3).map(|_| {
            let Account { host, api_key, .. } = &dev.vendor;
            text(&post(host, api_key, "/api/v1/licenses/generate", seats.clone())?, "license_id")
        });
        Ok(Self {
            seats: seats.collect::<Result<_>>()?,
            host: holder.host.clone(),
            key,
            layered_key,
            license: holder.license_code.clone(),
            device: text(&device, "device_id")?,
            many: holder.license_id.get(..5).context("a license id has a hint")?.to_owned(),
            hardware: HARDWARE,
        })
    }

    /// Starts the platform on the bench's state; `faults` lets requests ask for trouble.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(root: &Root, faults: bool) -> Result<Server> {
        let path = |path: &Path| path.display().to_string();
        let mut args = vec![path(&root.join("xtask/platform/serve.mjs"))];
        let folder = root.join(FOLDER);
        for (flag, file) in [
            ("--state", folder.join("state")),
            ("--vars", folder.join("vars.json")),
            ("--secrets", root.writ("secrets.json")),
            ("--bootstrap", folder.join("bootstrap.json")),
            ("--log", folder.join("platform.log")),
        ] {
            args.extend([flag.to_owned(), path(&file)]);
        }
        args.extend(["--direct".to_owned(), "--no-cron".to_owned()]);
        if faults {
            args.push("--faults".to_owned());
        }
        Server::node(root, "serve.log", &args)
    }

    /// The headers of this world's requests.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        headers(&self.host, &self.key)
    }

    /// The same with another key, and with all that its layers want to see: machine, network, certificate.
    pub fn shown(&self, key: &str) -> Vec<(&'static str, String)> {
        let certificate = json!({ "tlsClientAuth": {
            "certPresented": "1", "certVerified": "SUCCESS", "certRevoked": "0",
            "certSubjectDNRFC2253": format!("CN={MACHINE},O=Acme,C=DE"), "certFingerprintSHA256": HARDWARE,
        } });
        let mut all = headers(&self.host, key);
        all.extend([
            ("X-Hostname", MACHINE.to_owned()),
            ("CF-Connecting-IP", "10.0.1.42".to_owned()),
            ("MF-CF-Blob", certificate.to_string()),
        ]);
        all
    }
}

/// A request for a key, with every layer on.
fn with_layers(mut request: Value) -> Value {
    let layers = json!({
        "allowed_hostnames": ["*.lab.acme.example", MACHINE],
        "allowed_ip_ranges": ["203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8"],
        "require_mtls": true, "client_cert_cn": MACHINE, "client_cert_fingerprints": [HARDWARE],
    });
    if let (Some(request), Some(layers)) = (request.as_object_mut(), layers.as_object()) {
        request.extend(layers.clone());
    }
    request
}

fn headers(host: &str, key: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Host", host.to_owned()),
        ("Authorization", format!("Bearer {key}")),
        ("Content-Type", "application/json".to_owned()),
    ]
}

/// `rows` with statements that copy the warm license and its device [`MANY`] times.
fn with_many(mut rows: Value, world: &World) -> Result<Value> {
    let license = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY} - 1) \
         INSERT INTO licenses (tenant_id, id, code, issuer, issuer_shard, product, plan, standing, starts_ms, \
                               ends_ms, terms, version, license_key, issued_ms, updated_ms, provisioned_ms) \
         SELECT tenant_id, ?1 || printf('%0{DIGITS}d', n), printf('BENCH-%08d', n), issuer, issuer_shard, product, plan, \
                standing, starts_ms, ends_ms, terms, version, license_key, issued_ms, updated_ms, provisioned_ms \
           FROM licenses, numbers WHERE code = ?2 ON CONFLICT DO NOTHING"
    );
    let device = "INSERT INTO devices (tenant_id, license_id, id, fingerprint, components, name, status, \
                                       activated_ms, updated_ms) \
         SELECT one.tenant_id, many.id, one.id, one.fingerprint, one.components, one.name, one.status, \
                one.activated_ms, one.updated_ms \
           FROM devices AS one \
           JOIN licenses AS many ON many.tenant_id = one.tenant_id AND many.code LIKE 'BENCH-%' \
          WHERE one.id = ?1 ON CONFLICT DO NOTHING";
    if let Some(directory) = rows.get_mut("DIRECTORY").and_then(Value::as_array_mut) {
        let limits = r#"{"checkouts_per_minute":100000000,"checkouts_per_hour":100000000}"#;
        directory.push(json!(["UPDATE tenants SET rate_limits = ?1 WHERE id = ?2", limits, KEY.1]));
    }
    let records =
        rows.get_mut("DATA_EU").and_then(Value::as_array_mut).context("no rows of DATA_EU")?;
    records.push(json!([license, world.many, world.license]));
    records.push(json!([device, world.device]));
    let (first, count) = POOLS;
    let pool = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {first} + {count} - 1) \
         INSERT INTO licenses (tenant_id, id, code, issuer, issuer_shard, product, plan, standing, starts_ms, \
                               ends_ms, terms, version, license_key, issued_ms, updated_ms, provisioned_ms) \
         SELECT tenant_id, ?1 || printf('%0{DIGITS}d', n), printf('POOL-%08d', n), issuer, issuer_shard, product, plan, \
                standing, starts_ms, ends_ms, terms, version, license_key, issued_ms, updated_ms, provisioned_ms \
           FROM licenses, numbers WHERE id = ?2 ON CONFLICT DO NOTHING"
    );
    let example = world.seats.first().context("no license with seats")?;
    records.push(json!([pool, world.many, example]));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_many_licenses_fit_the_real_schema() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/data");
        let files = fs::read_dir(schema).unwrap().map(|file| file.unwrap().path());
        // Migrations build on each other: in the order of their numbers.
        for file in files.collect::<std::collections::BTreeSet<_>>() {
            db.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
        }
        db.execute_batch(
            "INSERT INTO licenses (tenant_id, id, code, issuer, issuer_shard, product, plan, standing, starts_ms, terms, version, issued_ms, updated_ms)
             VALUES ('acme', 'lic_e00000000000000000000000zz', 'ACME-1', 'm', 'eu', 'p', 'p', 'active', 1, '{}', 1, 1, 1);
             INSERT INTO devices (tenant_id, license_id, id, fingerprint, components, status, activated_ms, updated_ms)
             VALUES ('acme', 'lic_e00000000000000000000000zz', 'dev_1', 'f', '{}', 'active', 1, 1);",
        )
        .unwrap();
        let world = World {
            host: String::new(),
            key: String::new(),
            layered_key: String::new(),
            license: "ACME-1".to_owned(),
            device: "dev_1".to_owned(),
            many: "lic_e".to_owned(),
            seats: vec!["lic_e00000000000000000000000zz".to_owned()],
            hardware: HARDWARE,
        };
        let rows = with_many(json!({ "DATA_EU": [] }), &world).unwrap();
        for statement in rows["DATA_EU"].as_array().unwrap() {
            let (sql, values) = statement.as_array().unwrap().split_first().unwrap();
            let values = values.iter().map(|value| value.as_str().unwrap().to_owned());
            let changed = db.execute(sql.as_str().unwrap(), rusqlite::params_from_iter(values));
            assert!([MANY, POOLS.1].contains(&(changed.unwrap() as u64)));
        }
        let id = "SELECT count(*) FROM licenses WHERE id = 'lic_e00000000000000000000099999'";
        assert_eq!(db.query_row(id, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }
}
