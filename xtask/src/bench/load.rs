//! Throughput: every case in turn, several rounds, so that what disturbs the machine disturbs all alike.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::cases::{self, Case};
use super::floors;
use super::http::agent;
use super::machine;
use super::peers;
use super::results::{CaseResult, LoadPart, Round};
use super::world::World;
use crate::root::Root;

/// Rounds of a whole run, and seconds of each measurement.
const ROUNDS: usize = 3;
const SECONDS: u64 = 3;
/// Before it is measured every case runs this long, so that its code is compiled for speed.
const WARM_UP: u64 = 2;
/// Between two measurements: what the last one left to do is done.
const PAUSE: Duration = Duration::from_millis(500);

/// Starts floors, peers and ours, and loads one at a time.
///
/// # Errors
/// When one does not start, or an answer is not what it must be.
pub fn measure(root: &Root, world: &World, quick: bool) -> Result<LoadPart> {
    let setting = machine::setting(root)?;
    let (rounds, seconds) = if quick { (1, 1) } else { (ROUNDS, SECONDS) };
    let (platform, floors) = (World::start(root, false)?, floors::start(root)?);
    let (archergate, talos) = (peers::archergate(root)?, peers::talos(root)?);
    let mut cases = cases::ours(world, &platform, &floors)?;
    for (name, (server, post)) in cases::PEERS.into_iter().zip([&archergate, &talos]) {
        cases.push(cases::peer(name, server, post.clone()));
    }
    let mut results = Vec::new();
    for case in &cases {
        let answer_bytes = probe(case)?;
        run(root, case, if quick { 1 } else { WARM_UP }, 16)?;
        results.push(CaseResult {
            name: case.name.to_owned(),
            answer_bytes,
            rounds: Vec::new(),
            rss_mb: 0.0,
        });
    }
    for number in 1..=rounds {
        println!("round {number} of {rounds}");
        for (case, result) in cases.iter().zip(&mut results) {
            sleep(PAUSE);
            let round = run(root, case, seconds, 16)?;
            println!(
                "  {:<45} {:>7.0} requests/s, {:>5} µs of processor time each",
                case.name,
                round.per_second(),
                round.cpu_per_request()
            );
            if round.refused > 0 {
                bail!("{}: {} requests were refused", case.name, round.refused);
            }
            result.rounds.push(round);
            result.rss_mb = machine::rss_mb(case.pid)?;
        }
    }
    for case in &cases {
        probe(case)?;
    }
    Ok(LoadPart { setting, seconds, cases: results })
}

/// Asks once and looks at the answer; gives its size.
fn probe(case: &Case) -> Result<usize> {
    let reply = case.first().send(&agent())?;
    if reply.status != 200 || !reply.body.contains(case.expect) {
        bail!("{}: {} {}", case.name, reply.status, reply.body);
    }
    Ok(reply.body.len())
}

/// Loads `case` for so many seconds over so many connections.
///
/// # Errors
/// When wrk is not there or fails.
pub fn run(root: &Root, case: &Case, seconds: u64, connections: usize) -> Result<Round> {
    let mut command = Command::new("wrk");
    command.args([
        "-t1",
        &format!("-c{connections}"),
        &format!("-d{seconds}s"),
        "--latency",
        "--timeout=10s",
        "-s",
    ]);
    let script = if case.back.is_some() { "pair" } else { "load" };
    command.arg(root.join(format!("bench/load/{script}.lua"))).arg(&case.post.url);
    command.env("BENCH_RETURN", case.back.unwrap_or_default());
    let headers = case.post.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    command.env("BENCH_HEADERS", headers.collect::<Vec<_>>().join("\n"));
    command.env("BENCH_BODY", &case.post.body);
    if let Some(numbers) = case.numbers {
        command.env("BENCH_WIDTH", numbers.width.to_string());
        command.env("BENCH_FROM", numbers.from.to_string());
        command.env("BENCH_COUNT", numbers.count.to_string());
    }
    let before = machine::cpu_micros(case.pid)?;
    let out = command.output().context("wrk cannot be started: apt-get install wrk")?;
    let said = String::from_utf8_lossy(&out.stdout);
    let last = said.lines().last().unwrap_or_default();
    let said: Round = serde_json::from_str(last)
        .with_context(|| format!("wrk says: {said}{}", String::from_utf8_lossy(&out.stderr)))?;
    Ok(Round { cpu_micros: machine::cpu_micros(case.pid)? - before, ..said })
}
