//! Export, erasure, the proof of the audit log, and where records live.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use live::{Platform, Tenant, shared, until};
use rusqlite::Connection;
use serde_json::{Value, json};

/// Entries are shipped after the answer; a change is heard of within five seconds.
const SOON: Duration = Duration::from_secs(20);

fn person(tenant: &Tenant) -> String {
    format!("jane.doe@{}.example", tenant.id)
}

/// A tenant that has had a whole life: keys, licenses, devices, seats, an allocation, a suspension.
fn lived(p: &Platform, holder: &Tenant) {
    let vendor = p.vendor();
    let license = p.seats(&vendor, holder, (3, 1), &json!({}));
    holder.activate(p, &license.id, "hw-1").ok(200);
    let beat = json!({ "license_id": license.id, "hardware_id": "hw-1" });
    holder.post(p, "/api/v1/heartbeat", &beat).ok(200);
    let user = json!({ "license_id": license.id, "user": person(holder), "host": "jane-laptop" });
    let lease = holder.post(p, "/api/v1/licenses/checkout", &user).ok(201);
    let back = json!({ "lease_id": lease["lease_id"] });
    holder.post(p, "/api/v1/licenses/return", &back).ok(200);
    let node = json!({ "node": "team", "shares": { "seats": { "dedicated": 2 } } });
    holder.put(p, &format!("/api/v1/pools/{}/allocations", license.id), &node).ok(200);
    holder.put(p, &format!("/api/v1/pools/{}/rules", license.id), &json!({ "version": 0 })).ok(200);
    vendor.post(p, &format!("/api/v1/licenses/{}/suspend", license.id), &Value::Null).ok(200);
    vendor.post(p, &format!("/api/v1/licenses/{}/reinstate", license.id), &Value::Null).ok(200);
}

/// A pool gathers for a while before it ships its ledger.
fn ledger_shipped(p: &Platform, holder: &Tenant) {
    let licenses = holder.get(p, "/api/v1/licenses").ok(200);
    let license = licenses["items"][0]["license_id"].as_str().unwrap();
    until("the ledger is shipped", SOON, || {
        let seats = holder.get(p, &format!("/api/v1/licenses/{license}/seats")).ok(200);
        seats.to_string().contains(r#""checkouts":1"#)
    });
}

fn export(p: &Platform, tenant: &Tenant, limit: u32) -> Vec<Value> {
    let mut pages: Vec<Value> = Vec::new();
    loop {
        let cursor = pages.last().and_then(|page| page["next_cursor"].as_str());
        let cursor = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let page = tenant.get(p, &format!("/api/v1/export?limit={limit}{cursor}")).ok(200);
        let more = page["next_cursor"].is_string();
        pages.push(page);
        if !more {
            return pages;
        }
    }
}

#[test]
fn an_export_is_whole_and_signed_and_the_audit_log_proves_itself_to_others() {
    let p = shared();
    let holder = p.customer();
    lived(p, &holder);
    until("the log is shipped", SOON, || {
        holder.get(p, "/api/v1/audit?action=device.activated").ok(200)["items"][0].is_object()
    });
    ledger_shipped(p, &holder);
    let pages = export(p, &holder, 4);
    assert!(pages.len() > 2, "{}", pages.len());
    let text = pages.iter().map(Value::to_string).collect::<String>();
    assert!(!text.contains(&holder.key) && text.contains(&person(&holder)));
    let audit = holder.get(p, "/api/v1/audit/export");
    assert_eq!(audit.header("content-type"), "application/x-ndjson");
    let jwks = p.call("GET", &holder.id, "/.well-known/jwks.json").send().ok(200);
    let seen = json!({ "jwks": jwks, "tenant": holder.id, "pages": pages, "audit": audit.text() });
    let said = p.judged_by("export.mjs", &seen);
    let tables: BTreeMap<String, u64> = serde_json::from_str(&said).unwrap();
    for name in [
        "profiles",
        "licenses",
        "devices",
        "lease_events",
        "audit",
        "directory.tenants",
        "directory.api_keys",
        "objects",
    ] {
        assert!(tables.get(name).is_some_and(|rows| *rows > 0), "{name}: {tables:?}");
    }
    let audited = holder.get(p, "/api/v1/audit?action=tenant.exported").ok(200);
    assert!(audited["items"].as_array().unwrap().len() <= 1, "once per export, however many pages");
    holder.get(p, "/api/v1/export?cursor=bm8").refused(422, "invalid-request");
    let none = holder.get(p, "/api/v1/audit/export?to=2001-01-01");
    assert_eq!(none.text().lines().count(), 1, "{none}");
}

#[test]
fn an_erased_tenant_stops_at_once_and_leaves_its_accounts_and_no_person() {
    let mut p = Platform::start("erased");
    let msp = p.msp();
    let (holder, neighbour) = (p.tenant("customer", Some(&msp), "eu"), p.customer());
    lived(&p, &holder);
    lived(&p, &neighbour);
    let path = format!("/api/v1/tenants/{}/erase", holder.id);
    let confirmed = json!({ "confirm": holder.id, "grace_days": 0 });
    holder.post(&p, &path, &confirmed).refused(422, "invalid-request");
    msp.post(&p, &path, &json!({ "confirm": msp.id })).refused(422, "invalid-request");
    neighbour.post(&p, &path, &confirmed).refused(404, "tenant-not-found");
    let own = format!("/api/v1/tenants/{}/erase", msp.id);
    msp.post(&p, &own, &json!({ "confirm": msp.id })).refused(409, "tenant-has-customers");

    // Called off in time, everything goes on.
    msp.post(&p, &path, &json!({ "confirm": holder.id })).ok(202);
    let stopped = || holder.get(&p, "/api/v1/licenses").status != 200;
    until("its keys work no more", SOON, stopped);
    p.tick();
    msp.call(&p, "DELETE", &path).send().ok(204);
    until("its keys work again", SOON, || holder.get(&p, "/api/v1/licenses").status == 200);

    msp.post(&p, &path, &confirmed).ok(202);
    until("its keys work no more", SOON, stopped);
    // What is erased cannot be called off.
    msp.call(&p, "DELETE", &path).send().refused(404, "tenant-not-found");
    until("it is erased", Duration::from_mins(1), || {
        p.tick();
        !held(&p.state(), &holder.id).contains_key("api_keys")
    });
    neighbour.get(&p, "/api/v1/licenses?limit=5").ok(200);
    ledger_shipped(&p, &neighbour);
    p.stop();
    let left = held(&p.state(), &holder.id);
    let kept = ["audit", "erasures", "lease_events", "licenses", "profiles", "tenants"];
    let names: BTreeSet<_> = left.keys().map(String::as_str).collect();
    assert_eq!(names, kept.into_iter().collect(), "{left:?}");
    let everything = left.values().flatten().cloned().collect::<String>();
    for person in [&*person(&holder), "jane-laptop", "hw-1", &holder.key] {
        assert!(!everything.contains(person), "{person}");
    }
    let objects = objects(&p.state());
    assert!(!objects.contains(&person(&holder)), "its objects are empty");
    assert!(objects.contains(&person(&neighbour)), "and a neighbour's are not");
    let others = held(&p.state(), &neighbour.id);
    let told = others["lease_events"].concat();
    assert!(told.contains(&person(&neighbour)), "neighbours stay: {told}");
    p.restart();
}

#[test]
fn records_of_a_tenant_live_on_its_shard_and_the_directory_knows_no_person() {
    let mut p = Platform::start("resident");
    let tenants = ["eu", "us", "apac"].map(|region| p.tenant("customer", None, region));
    for tenant in &tenants {
        lived(&p, tenant);
        export(&p, tenant, 200);
    }
    p.tick();
    p.stop();
    let homes = tenants.iter().map(|tenant| {
        let shards = databases(&p.state()).into_iter().filter(|path| {
            let db = Connection::open(path).unwrap();
            !is_directory(&db) && !rows(&db, &tenant.id).is_empty()
        });
        let shards: Vec<_> = shards.collect();
        assert_eq!(shards.len(), 1, "{} has rows on one shard only: {shards:?}", tenant.id);
        shards[0].clone()
    });
    assert_eq!(homes.collect::<BTreeSet<_>>().len(), 3, "and each on another one");
    let mut columns = BTreeSet::new();
    for path in databases(&p.state()) {
        let db = Connection::open(path).unwrap();
        if is_directory(&db) {
            let text =
                tenants.iter().flat_map(|tenant| rows(&db, &tenant.id).into_values().flatten());
            let text = text.collect::<String>();
            assert!(!text.contains("jane"), "{text}");
            columns.extend(all_columns(&db));
        }
    }
    let listed: BTreeSet<_> = DIRECTORY.iter().map(|column| (*column).to_owned()).collect();
    let new: Vec<_> = columns.difference(&listed).collect();
    assert!(new.is_empty(), "not a person's data? Then list them here: {new:?}");
    p.restart();
}

/// Every column of the DIRECTORY: ids, hosts, hashes, times, states and numbers. No names, no contacts, no addresses of
/// people.
const DIRECTORY: &[&str] = &[
    "api_keys.created_ms",
    "api_keys.expires_ms",
    "api_keys.hash",
    "api_keys.id",
    "api_keys.rate_limit",
    "api_keys.rate_limits",
    "api_keys.rate_window_seconds",
    "api_keys.restrictions",
    "api_keys.revoked_ms",
    "api_keys.scopes",
    "api_keys.successor",
    "api_keys.tenant",
    "api_keys.version",
    "company_domains.domain",
    "company_domains.tenant",
    "erasures.asked_ms",
    "erasures.due_ms",
    "erasures.ended_ms",
    "erasures.erased_ms",
    "erasures.objects_done",
    "erasures.tenant",
    "hostnames.host",
    "hostnames.kind",
    "hostnames.status",
    "hostnames.tenant",
    "issuer_keys.cert",
    "issuer_keys.kid",
    "issuer_keys.not_before_ms",
    "issuer_keys.public_jwk",
    "issuer_keys.retired_ms",
    "issuer_keys.state",
    "issuer_keys.tenant",
    "registrations.attempts",
    "registrations.created_ms",
    "registrations.domain",
    "registrations.id",
    "registrations.next_ms",
    "registrations.plan",
    "registrations.proof",
    "registrations.region",
    "registrations.shard",
    "registrations.status",
    "registrations.tenant",
    "sessions.actor",
    "sessions.customers",
    "sessions.expires_ms",
    "sessions.hash",
    "sessions.id",
    "sessions.made_ms",
    "sessions.replaced",
    "sessions.revoked_ms",
    "sessions.role",
    "sessions.seen_ms",
    "sessions.tenant",
    "tenants.created_ms",
    "tenants.id",
    "tenants.kind",
    "tenants.parent",
    "tenants.plan",
    "tenants.rate_limits",
    "tenants.region",
    "tenants.shard",
    "tenants.status",
    "tenants.version",
];

fn is_directory(db: &Connection) -> bool {
    all_columns(db).contains("tenants.id")
}

/// `table.column`, the platform's own tables left out.
fn all_columns(db: &Connection) -> BTreeSet<String> {
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '%\\_cf\\_%' ESCAPE '\\'
                  AND m.name NOT LIKE 'd1\\_%' ESCAPE '\\' AND m.name NOT LIKE '\\_%' ESCAPE '\\'
                  AND m.name <> 'local_migrations'";
    let mut prepared = db.prepare(sql).unwrap();
    prepared.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The rows of a tenant in a database, by table, each as text.
fn rows(db: &Connection, tenant: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let columns = all_columns(db);
    let tables: BTreeSet<_> = columns.iter().map(|name| name.split('.').next().unwrap()).collect();
    for table in tables {
        let has = |column: &str| columns.contains(&format!("{table}.{column}"));
        let whose = ["tenant_id", "tenant", "issuer"].into_iter().find(|column| has(column));
        let whose = whose.unwrap_or("id");
        let sql = format!("SELECT * FROM {table} WHERE {whose} = ?1");
        let mut prepared = db.prepare(&sql).unwrap();
        let count = prepared.column_count();
        let texts = prepared.query_map([tenant], |row| {
            // Numbers say nothing of a person.
            let cells = (0..count)
                .map(|n| Ok(format!("{} ", row.get_ref(n)?.as_str().unwrap_or_default())));
            cells.collect::<rusqlite::Result<String>>()
        });
        let texts: Vec<_> = texts.unwrap().map(Result::unwrap_or_default).collect();
        if !texts.is_empty() {
            found.insert(table.to_owned(), texts);
        }
    }
    found
}

fn databases(state: &Path) -> Vec<PathBuf> {
    let ours = |path: &PathBuf| {
        Connection::open(path).is_ok_and(|db| {
            let columns = all_columns(&db);
            columns.contains("tenants.id") || columns.contains("licenses.id")
        })
    };
    files(&state.join("d1")).into_iter().filter(ours).collect()
}

/// What all databases hold of a tenant.
fn held(state: &Path, tenant: &str) -> BTreeMap<String, Vec<String>> {
    let all = databases(state).into_iter().flat_map(|path| {
        let db = Connection::open(path).unwrap();
        rows(&db, tenant)
    });
    all.collect()
}

/// The text of all objects: names and contents.
fn objects(state: &Path) -> String {
    let mut text = String::new();
    for path in files(&state.join("objects")) {
        let db = Connection::open(path).unwrap();
        for table in ["devices", "journal", "snapshot", "entries"] {
            let Ok(mut prepared) = db.prepare(&format!("SELECT * FROM {table}")) else { continue };
            let count = prepared.column_count();
            let cells = prepared.query_map((), |row| {
                let cells =
                    (0..count).map(|n| Ok(row.get_ref(n)?.as_str().unwrap_or("").to_owned()));
                cells.collect::<rusqlite::Result<String>>()
            });
            text.extend(cells.unwrap().map(Result::unwrap_or_default));
        }
    }
    text
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "sqlite"))
        .collect()
}
