//! The whole interface, as its OpenAPI document lists it, walked by strangers who know every id of a tenant: on their own
//! host and on the tenant's. They see nothing of it, and change nothing.

use std::collections::BTreeMap;

use live::{Platform, Reply, Tenant, shared};
use serde_json::{Map, Value, json};

/// Vendors sell to whom they like: what they issue to the victim is a license more, and rightly so.
const ISSUING: &str = "/api/v1/licenses/generate";

/// What a tenant has, by the name that the interface calls it.
type Ids = BTreeMap<&'static str, String>;

#[test]
fn a_stranger_who_walks_the_whole_interface_with_a_tenants_ids_sees_and_changes_nothing() {
    let p = shared();
    let victim = p.customer();
    let ids = things_of(p, &victim);
    let before = records(p, &victim);
    let document: Value =
        serde_json::from_slice(&std::fs::read(p.checkout("schema/openapi.json")).unwrap()).unwrap();
    let strangers = [p.customer(), p.vendor(), p.msp()];
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path == ISSUING {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            let public = operation["security"] == json!([]);
            let body = body_of(&document, operation, &ids);
            let target = filled(path, &ids) + &query_of(operation, &ids);
            for stranger in &strangers {
                for host in [&stranger.id, &victim.id] {
                    let call = p.call(&method.to_uppercase(), host, &target).key(&stranger.key);
                    let reply = match &body {
                        Some(body) => call.json(body).send(),
                        None => call.send(),
                    };
                    asked += 1;
                    let own_host = *host == stranger.id;
                    let seen = leak(&reply, &ids, public, own_host);
                    wrong.extend(seen.map(|why| format!("{method} {target} at {host}: {why}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 400, "{asked}");
    assert_eq!(records(p, &victim), before, "nothing was changed");
}

/// What is wrong with an answer to a stranger.
fn leak(reply: &Reply, ids: &Ids, public: bool, own_host: bool) -> Option<String> {
    if reply.status >= 500 {
        return Some(reply.to_string());
    }
    if !own_host && !public && reply.status < 400 {
        return Some(format!("let in with a key of somebody else's: {reply}"));
    }
    // What was sent may come back in a refusal; nothing of it may come with a good answer.
    if reply.status < 300 && !public {
        let text = reply.text();
        let known = ["license", "code", "device", "lease", "key", "fingerprint"];
        let found = known.iter().find(|name| text.contains(ids[*name].as_str()));
        let verdict =
            reply.json()["code"] == "NOT_FOUND" || reply.json()["code"] == "NOT_ACTIVATED";
        return found.filter(|_| !verdict).map(|name| format!("shows the {name}: {reply}"));
    }
    None
}

fn things_of(p: &Platform, victim: &Tenant) -> Ids {
    let vendor = p.vendor();
    let license = p.seats(&vendor, victim, (5, 0), &json!({ "borrow_max_seconds": 3600 }));
    let device = victim.activate(p, &license.id, "hw-of-the-victim").ok(200);
    let lease =
        victim.post(p, "/api/v1/licenses/checkout", &json!({ "license_id": license.id })).ok(201);
    let key = victim.get(p, "/api/v1/keys").ok(200)["items"][0]["key_id"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    [
        ("license", license.id.clone()),
        ("code", license.code.clone()),
        ("license_key", license.key),
        ("device", text(&device["device_id"])),
        ("lease", text(&lease["lease_id"])),
        ("ticket", text(&lease["lease_id"]).replace("lease_", "tick_")),
        ("key", text(&key)),
        ("tenant", victim.id.clone()),
        ("fingerprint", "hw-of-the-victim".to_owned()),
    ]
    .into()
}

/// Everything that there is of a tenant, but for what its own asking leaves behind.
fn records(p: &Platform, tenant: &Tenant) -> BTreeMap<String, Vec<Value>> {
    let mut tables: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = tenant.get(p, &format!("/api/v1/export?limit=200{cursor}")).ok(200);
        for part in page["parts"].as_array().unwrap() {
            let rows = part["rows"].as_array().unwrap().iter().cloned();
            let table = tables.entry(part["name"].as_str().unwrap().to_owned()).or_default();
            table.extend(rows.filter(|row| row["action"] != "tenant.exported"));
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    // Entries of logs and ledgers arrive after their answers; when a key was last used is written later.
    for name in ["audit", "api_key_info", "lease_events"] {
        tables.remove(name);
    }
    tables
}

/// The id that a parameter or a field of this name stands for.
fn id_of(name: &str, ids: &Ids) -> Option<Value> {
    let id = match name {
        "license" | "license_id" | "license_ref" => "license",
        "license_key" => "license_key",
        "device" | "device_id" => "device",
        "hardware_id" => "fingerprint",
        "lease" | "lease_id" => "lease",
        "ticket" => "ticket",
        "key" | "key_id" => "key",
        "tenant" | "tenant_id" | "confirm" | "parent" | "customer" => "tenant",
        _ => return None,
    };
    Some(ids[id].clone().into())
}

fn filled(path: &str, ids: &Ids) -> String {
    let segments = path.split('/').map(|segment| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let filled = |name| match id_of(name, ids) {
            Some(Value::String(id)) => id,
            // Of other things the victim has none: the tenant's own name serves as well as any.
            _ => ids["tenant"].clone(),
        };
        name.map_or_else(|| segment.to_owned(), filled)
    });
    segments.collect::<Vec<_>>().join("/")
}

fn query_of(operation: &Value, ids: &Ids) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let named = parameters.filter(|parameter| parameter["in"] == "query").filter_map(|parameter| {
        let name = parameter["name"].as_str()?;
        let id = id_of(name, ids)?;
        Some(format!("{name}={}", id.as_str()?))
    });
    let pairs: Vec<_> = named.chain(follow(operation)).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// A stream has no end of its own.
fn follow(operation: &Value) -> Option<String> {
    (operation["operationId"] == "PoolEvents").then(|| "follow=false".to_owned())
}

/// A body in which every field that names something names the victim's.
fn body_of(document: &Value, operation: &Value, ids: &Ids) -> Option<Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| value_of(document, schema, "", ids, 0))
}

fn value_of(document: &Value, schema: &Value, name: &str, ids: &Ids, depth: u8) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return value_of(document, target, name, ids, depth);
    }
    for either in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[either].as_array().and_then(|all| all.first()) {
            return value_of(document, first, name, ids, depth);
        }
    }
    let fields = schema["properties"].as_object().filter(|_| depth < 4);
    if let Some(fields) = fields {
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        let wanted = fields.iter().filter(|(field, _)| {
            id_of(field, ids).is_some() || required.iter().any(|needed| **needed == ***field)
        });
        let made = wanted.map(|(field, schema)| {
            (field.clone(), value_of(document, schema, field, ids, depth + 1))
        });
        return Value::Object(made.collect::<Map<_, _>>());
    }
    if let Some(id) = id_of(name, ids) {
        return id;
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    match schema["type"].as_str().or_else(|| schema["type"][0].as_str()) {
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([value_of(document, &schema["items"], name, ids, depth + 1)]),
        Some("object") => json!({}),
        _ => json!("stranger"),
    }
}
