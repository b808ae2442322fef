//! The document: paths from the table of endpoints, schemas from the wire types.

use domain::role::Role;
use domain::scope::Scope;
use domain::tenant::TenantKind;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use wire::endpoints::{Access, ENDPOINTS, Endpoint, Id, Worker};
use wire::problem::Problem;

use crate::generate_request;
use crate::shapes::{Shape, media, other_answer, shape};

/// The whole interface as OpenAPI 3.1.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for endpoint in ENDPOINTS {
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_lowercase()] = operation(endpoint, &mut generator);
    }
    let problem = generator.subschema_for::<Problem>();
    let mut schemas = generator.take_definitions(true);
    schemas.extend(generate_request::schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Writ",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A license authority at the edge.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "Every tenant's own host, and the shared hosts vendors and msp." }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "RFC 9457. `code` is stable and documented.",
                "content": { "application/problem+json": { "schema": problem } },
            } },
            "securitySchemes": {
                "apiKey": { "type": "http", "scheme": "bearer", "description": "An API key: `Bearer wk_...`" },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "__Host-writ",
                    "description": "A session of a person. What changes something must come from the site's own pages.",
                },
                "licenseKey": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "A license key: `License NLS-...`",
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let Shape { request, status, answer, query } = shape(endpoint.id, generator);
    let good = match answer {
        Some(schema) => {
            let mut content = json!({ media(endpoint.id): { "schema": schema } });
            if query.contains(&"format") {
                content["text/csv"] = json!({ "schema": { "type": "string" } });
            }
            json!({ "description": "Done.", "content": content })
        }
        None => json!({ "description": "Done." }),
    };
    let mut operation = json!({
        "operationId": endpoint.id.name(),
        "summary": endpoint.summary,
        "parameters": parameters(endpoint, query),
        "responses": { status: good, "default": { "$ref": "#/components/responses/Problem" } },
        "security": security(endpoint.access),
    });
    if let Some((status, answer)) = other_answer(endpoint.id, generator) {
        operation["responses"][status] = answer;
    }
    if let Some(schema) = request {
        let needed = endpoint.method != "DELETE";
        operation["requestBody"] = json!({
            "required": needed,
            "content": { "application/json": { "schema": schema } },
        });
    }
    if let Access::Key(scope, kinds) = endpoint.access {
        operation["x-scope"] = scope.name().into();
        operation["x-tenant-kinds"] = kinds.iter().map(|kind| kind.name()).collect();
        operation["x-roles"] = roles(scope, kinds);
    }
    if let Access::KeyOrLicense(scope) = endpoint.access {
        operation["x-scope"] = scope.name().into();
    }
    operation
}

/// The roles whose people may call an endpoint with this scope, of these kinds of tenant.
fn roles(scope: Scope, kinds: &[TenantKind]) -> Value {
    let may = |role: &&Role| {
        role.scopes().allow(scope) && role.kinds().iter().any(|kind| kinds.contains(kind))
    };
    Role::ALL.iter().filter(may).map(|role| role.name()).collect()
}

fn parameters(endpoint: &Endpoint, query: &[&str]) -> Value {
    let segments = endpoint.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
    let in_path = segments.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let in_query = query.iter().map(|name| {
        let schema = match *name {
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
            "start_date" | "end_date" => json!({ "type": "string", "format": "date" }),
            "format" => json!({ "type": "string", "enum": ["json", "csv"], "default": "json" }),
            "by" => json!({ "type": "string", "enum": ["day", "month"], "default": "day" }),
            "after" => json!({ "type": "integer", "minimum": 0 }),
            "follow" => json!({ "type": "boolean", "default": true }),
            "since" | "until" | "from" | "to" => json!({ "type": "string", "format": "date-time" }),
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "query", "schema": schema })
    });
    // A pool's own book remembers keys, and for less long.
    let time = if endpoint.worker == Worker::Checkout { "an hour" } else { "a day" };
    let key = endpoint.idempotent.then(|| {
        json!({
            "name": "Idempotency-Key", "in": "header",
            "description": format!("The same key and body give the same answer for {time}."),
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        })
    });
    let last = (endpoint.id == Id::PoolEvents).then(|| {
        json!({
            "name": "Last-Event-ID", "in": "header",
            "description": "The last event that is known; outranks `after`.",
            "schema": { "type": "integer", "minimum": 0 },
        })
    });
    in_path.chain(in_query).chain(key).chain(last).collect()
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Key(..) => json!([{ "apiKey": [] }, { "session": [] }]),
        Access::Person => json!([{ "session": [] }]),
        Access::KeyOrLicense(_) => json!([{ "apiKey": [] }, { "licenseKey": [] }]),
    }
}
