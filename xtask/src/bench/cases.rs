//! What is measured against what: floors, ours and peers, in the order of the table.

use anyhow::Result;
use serde_json::json;

use super::http::Post;
use super::server::Server;
use super::world::{DIGITS, MANY, World};

/// Names of cases that ratios are made of.
pub const PLAIN: &str = "floor: plain";
/// The floor of heartbeats.
pub const OBJECT: &str = "floor: one object call, one row written";
/// The floor of what is not in memory.
pub const D1: &str = "floor: one D1 point read";
/// Ours, warm.
pub const VALIDATE: &str = "validate";
/// Ours, warm, with a nonce.
pub const SIGNED: &str = "validate, signed answer";
/// Ours, by a key without layers that shows what the next one must show.
pub const SHOWN: &str = "validate, plain key, same headers";
/// Ours, by a key with every layer on.
pub const LAYERED: &str = "validate, key with every layer on";
/// Ours, with the Fleet object.
pub const HEARTBEAT: &str = "heartbeat";
/// Ours, always another license.
pub const MANY_LICENSES: &str = "validate, 100,000 licenses in rotation";
/// Peers, with their versions.
pub const PEERS: [&str; 2] =
    ["archergate-license-server 0.1.2, validate", "netviper-talos 0.2.4, validate"];

/// A number in the body that is another one in each request, written with a fixed width.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Digits.
    pub width: usize,
    /// The first.
    pub from: u64,
    /// After so many it starts again.
    pub count: u64,
}

/// One line of the table.
#[derive(Debug)]
pub struct Case {
    /// What it is.
    pub name: &'static str,
    /// The request; `{n}` in its body is the number.
    pub post: Post,
    /// If its body has one.
    pub numbers: Option<Numbers>,
    /// The path of returns, where what is given out is given back in turn (bench/load/pair.lua).
    pub back: Option<&'static str>,
    /// What a right answer contains.
    pub expect: &'static str,
    /// The process whose memory counts.
    pub pid: u32,
}

/// Validations and heartbeats of our workers, and the floors that get the very same requests.
///
/// # Errors
/// When a server lacks a worker.
pub fn ours(world: &World, platform: &Server, floors: &Server) -> Result<Vec<Case>> {
    let to = |server: &Server, worker: &str, path: &str, body: &str| -> Result<Post> {
        let url = format!("{}{path}", server.direct(worker)?);
        Ok(Post { url, headers: world.headers(), body: body.to_owned() })
    };
    let validate = |body: &str| to(platform, "validate", "/api/v1/licenses/validate", body);
    let floor = |worker: &str, body: &str| to(floors, worker, "/", body);
    let (ask, beat) = (validation(world, &world.license), heartbeat(world));
    let signed = with_nonce(&ask);
    let many = validation(world, &format!("{}{{n}}", world.many));
    let case = |name, post, server: &Server, expect| Case {
        name,
        post,
        numbers: None,
        back: None,
        expect,
        pid: server.pid,
    };
    let valid = r#""code":"VALID""#;
    Ok(vec![
        case(PLAIN, floor("plain", &ask)?, floors, ""),
        case(VALIDATE, validate(&ask)?, platform, valid),
        Case {
            numbers: Some(Numbers { width: 16, from: 0, count: 1 << 40 }),
            ..case(SIGNED, validate(&signed)?, platform, valid)
        },
        case(SHOWN, Post { headers: world.shown(&world.key), ..validate(&ask)? }, platform, valid),
        case(
            LAYERED,
            Post { headers: world.shown(&world.layered_key), ..validate(&ask)? },
            platform,
            valid,
        ),
        case(OBJECT, floor("object", &beat)?, floors, ""),
        case(
            HEARTBEAT,
            to(platform, "heartbeat", "/api/v1/heartbeat", &beat)?,
            platform,
            r#""recorded":true"#,
        ),
        case(D1, floor("d1", &ask)?, floors, ""),
        Case {
            numbers: Some(Numbers { width: DIGITS, from: 0, count: MANY }),
            ..case(MANY_LICENSES, validate(&many)?, platform, valid)
        },
    ])
}

/// A peer's validation.
pub fn peer(name: &'static str, server: &Server, post: Post) -> Case {
    let expect = r#""valid":true"#;
    Case { name, post, numbers: None, back: None, expect, pid: server.pid }
}

/// The body of a validation as control planes send it.
pub fn validation(world: &World, license: &str) -> String {
    json!({
        "license_id": license,
        "hardware_id": world.hardware,
        "usage_metrics": { "vm_count": 45, "storage_gb": 890, "last_backup": "2026-10-04T10:30:00Z" },
    })
    .to_string()
}

/// The same with a nonce of 16 digits, so that the answer is signed.
fn with_nonce(body: &str) -> String {
    body.replacen('{', r#"{"nonce":"{n}","#, 1)
}

/// The body of a heartbeat as control planes send it.
pub fn heartbeat(world: &World) -> String {
    json!({
        "license_id": world.license,
        "device_id": world.device,
        "hardware_id": world.hardware,
        "instance": "bench",
        "status": "healthy",
        "metrics": { "vm_count": 45, "storage_gb": 890 },
        "service_health": { "backup": "ok", "replication": "ok" },
    })
    .to_string()
}

impl Case {
    /// The request with the first number in it.
    pub fn first(&self) -> Post {
        let number = self
            .numbers
            .map_or(String::new(), |Numbers { width, from, .. }| format!("{from:0width$}"));
        Post { body: self.post.body.replace("{n}", &number), ..self.post.clone() }
    }
}
