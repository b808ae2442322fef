//! What a caller feels whose edge knows nothing: every cache passed over, every store round far away.

use std::time::Instant;

use anyhow::{Result, bail};

use super::cases::{heartbeat, validation};
use super::http::{Post, agent};
use super::machine;
use super::results::{ColdPart, ColdRow};
use super::stats::percentile;
use super::world::World;
use crate::root::Root;

/// Milliseconds added to each store round.
const ROUND_MS: u64 = 40;
const REQUESTS: usize = 100;

/// Times requests one after the other.
///
/// # Errors
/// When one is refused.
pub fn measure(root: &Root, world: &World, quick: bool) -> Result<ColdPart> {
    let setting = machine::setting(root)?;
    let requests = if quick { 10 } else { REQUESTS };
    let server = World::start(root, true)?;
    let far = format!("cold,round={ROUND_MS}");
    let ask = validation(world, &world.license);
    let at = |worker: &str, path: &str| {
        Ok::<_, anyhow::Error>(format!("{}{path}", server.direct(worker)?))
    };
    let validate = at("validate", "/api/v1/licenses/validate")?;
    let rows = [
        ("validate, cold", validate.clone(), ask.clone(), far.as_str()),
        ("heartbeat, cold", at("heartbeat", "/api/v1/heartbeat")?, heartbeat(world), far.as_str()),
        (
            "activate (found made before), cold",
            at("issue", "/api/v1/licenses/activate")?,
            activation(world),
            far.as_str(),
        ),
        ("validate, cold, stores near", validate.clone(), ask.clone(), "cold"),
        ("validate, warm", validate, ask, ""),
    ];
    let mut timed = Vec::new();
    for (name, url, body, faults) in rows {
        let mut headers = world.headers();
        if !faults.is_empty() {
            headers.push(("Writ-Fault", faults.to_owned()));
        }
        timed.push(time(name, &Post { url, headers, body }, requests)?);
    }
    Ok(ColdPart { setting, round_ms: ROUND_MS, rows: timed })
}

fn activation(world: &World) -> String {
    serde_json::json!({ "license_id": world.license, "hardware_id": world.hardware }).to_string()
}

fn time(name: &str, post: &Post, requests: usize) -> Result<ColdRow> {
    let agent = agent();
    let (mut times, mut rounds) = (Vec::new(), 0);
    // The first ones are compiled while they run.
    for number in 0..requests + 10 {
        let from = Instant::now();
        let reply = post.send(&agent)?;
        if reply.status != 200 {
            bail!("{name}: {} {}", reply.status, reply.body);
        }
        if number >= 10 {
            times.push(from.elapsed().as_secs_f64() * 1000.0);
            rounds = rounds.max(reply.rounds.unwrap_or_default());
        }
    }
    let at = |percent| percentile(&times, percent).unwrap_or_default();
    Ok(ColdRow { name: name.to_owned(), rounds, median_ms: at(50), p99_ms: at(99) })
}
