//! bench/RESULTS.md: the figures, their ratios, the targets, and how they were taken.

use std::fmt::Write;

use super::cases::{D1, HEARTBEAT, MANY_LICENSES, OBJECT, PEERS, PLAIN, SIGNED, VALIDATE};
use super::results::{CaseResult, LoadPart, MemoryPart, Results, Setting};
use super::stats::median;

const HEAD: &str = "# Measured\n\n\
    Written by `cargo xtask bench` from one run; ratios matter, not figures. Load generator and servers share the \
    machine's cores. Only one server is under load at a time; rounds interleave all cases, and figures are medians \
    of the rounds.\n";

const NOTES: &str = "\n## What is compared\n\n\
    - **Ours** are the release builds of the workers, in one workerd under Miniflare (`xtask/platform/serve.mjs`), asked \
    over their own sockets. Every request is authenticated (an API key, checked and rate-limited), judged against license, device, \
    usage and waiting commands, and its use recorded. `validate` is warm: facts are at most 5 s old. Signed answers carry an \
    RFC 9421 Ed25519 signature over each request's own nonce.\n\
    - **Floors** (`bench/floors`) are Rust workers built with the same profile, run in the same kind of process, that get the very \
    same requests: they read the body and answer a constant of the same size. They authenticate nobody and judge nothing.\n\
    - **Peers** are native servers with SQLite, installed by `cargo install --locked` and run as their documentation says. \
    Neither runs in a Worker, signs its answers, meters, or keeps tenants apart; both read their \
    database on every request, where `validate` answers from memory that may be 5 s old.\n\
    - Miniflare keeps D1 and the objects' storage as local SQLite files: rounds to stores cost less than in the world, which is why \
    cold answers are measured with time added to each round.\n";

/// The whole file.
pub fn text(results: &Results) -> String {
    let mut out = HEAD.to_owned();
    let parts: [fn(&mut String, &Results) -> Option<()>; 5] = [targets, load, cold, memory, sizes];
    for part in parts {
        // A part that was not measured is left out.
        let _ = part(&mut out, results);
    }
    out.push_str(NOTES);
    out
}

/// One line of the table of targets: what, measured, wanted, whether met.
type Target = (String, String, String, bool);

fn targets(out: &mut String, results: &Results) -> Option<()> {
    let rows: Vec<Target> =
        [speed(results), memory_target(results), size_targets(results)].concat();
    if rows.is_empty() {
        return None;
    }
    out.push_str("\n## Targets\n\n| what | measured | wanted | met |\n|---|---|---|---|\n");
    for (what, measured, wanted, met) in rows {
        let met = if met { "yes" } else { "**no**" };
        line(out, &format!("| {what} | {measured} | {wanted} | {met} |"));
    }
    Some(())
}

fn speed(results: &Results) -> Vec<Target> {
    let mut rows = Vec::new();
    if let Some(load) = &results.load {
        for (case, floor, least) in
            [(VALIDATE, PLAIN, 0.75), (SIGNED, PLAIN, 0.5), (HEARTBEAT, OBJECT, 0.7)]
        {
            if let Some(ratio) = load.ratio(case, floor) {
                let what = format!("{case}, against `{floor}`");
                rows.push((
                    what,
                    format!("{ratio:.2}"),
                    format!("at least {least}"),
                    ratio >= least,
                ));
            }
        }
        for peer in PEERS {
            if let Some(ratio) = load.ratio(VALIDATE, peer) {
                rows.push((
                    format!("validate, against {peer}"),
                    format!("{ratio:.2}"),
                    "above 1".to_owned(),
                    ratio > 1.0,
                ));
            }
        }
    }
    if let Some((cold, row)) =
        results.cold.as_ref().and_then(|cold| Some((cold, cold.rows.first()?)))
    {
        #[expect(clippy::cast_precision_loss, reason = "some milliseconds")]
        let most = cold.round_ms as f64 * 1.3;
        let what =
            format!("{}, {} ms added per store round, at the median", row.name, cold.round_ms);
        rows.push((
            what,
            format!("{:.1} ms", row.median_ms),
            format!("at most {most:.0} ms"),
            row.median_ms <= most,
        ));
    }
    rows
}

fn memory_target(results: &Results) -> Vec<Target> {
    let Some(memory) = &results.memory else { return Vec::new() };
    let most = memory.rss_mb.iter().copied().fold(0.0, f64::max);
    let what = format!(
        "workerd's memory, {} licenses in rotation for {} s",
        memory.licenses, memory.seconds
    );
    let mut rows =
        vec![(what, format!("{most:.0} MB at most"), "under 250 MB".to_owned(), most < 250.0)];
    if let Some(growth) = memory.late_growth().filter(|_| memory.seconds >= 600) {
        let shown = format!("{:+.1} %", growth * 100.0);
        rows.push((
            "its growth in the second half".to_owned(),
            shown,
            "none (at most 5 %)".to_owned(),
            growth <= 0.05,
        ));
    }
    rows
}

fn size_targets(results: &Results) -> Vec<Target> {
    let sizes = results.sizes.iter().flat_map(|sizes| &sizes.rows);
    sizes
        .filter(|(worker, ..)| ["validate", "heartbeat"].contains(&worker.as_str()))
        .map(|(worker, _, gzipped)| {
            let kb = gzipped.div_ceil(1024);
            (
                format!("{worker}, gzipped"),
                format!("{kb} KB"),
                "at most 450 KB".to_owned(),
                kb <= 450,
            )
        })
        .collect()
}

fn load(out: &mut String, results: &Results) -> Option<()> {
    let load = results.load.as_ref()?;
    let first = load.cases.first()?;
    line(
        out,
        &format!(
            "\n## Requests per second\n\n`wrk -t1 -c16 -d{}s`, {} rounds.\n",
            load.seconds,
            first.rounds.len()
        ),
    );
    out.push_str("| what | requests/s | of its floor | p50 ms | p99 ms | not 2xx | answer, bytes | memory, MB |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for case in &load.cases {
        let floor = match case.name.as_str() {
            VALIDATE | SIGNED => load.ratio(&case.name, PLAIN),
            HEARTBEAT => load.ratio(HEARTBEAT, OBJECT),
            MANY_LICENSES => load.ratio(MANY_LICENSES, D1),
            _ => None,
        };
        let floor = floor.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let failed: u64 = case.rounds.iter().map(|round| round.refused + round.broken).sum();
        line(
            out,
            &format!(
                "| {} | {:.0} | {floor} | {:.2} | {:.2} | {failed} | {} | {:.0} |",
                case.name,
                case.per_second(),
                case.millis(|round| round.p50),
                case.millis(|round| round.p99),
                case.answer_bytes,
                case.rss_mb
            ),
        );
    }
    out.push_str(
        "\nFloors share one process, and so do our workers: memory is that of the whole process.\n",
    );
    setting(out, &load.setting);
    Some(())
}

fn cold(out: &mut String, results: &Results) -> Option<()> {
    let cold = results.cold.as_ref()?;
    line(
        out,
        &format!(
            "\n## Cold\n\nOne request after the other, every cache passed over, {} ms added to each store round where it says so.\n",
            cold.round_ms
        ),
    );
    out.push_str("| what | store rounds | median ms | p99 ms |\n|---|---:|---:|---:|\n");
    for row in &cold.rows {
        let rounds = if row.rounds == 0 { "none".to_owned() } else { row.rounds.to_string() };
        line(
            out,
            &format!("| {} | {rounds} | {:.1} | {:.1} |", row.name, row.median_ms, row.p99_ms),
        );
    }
    setting(out, &cold.setting);
    Some(())
}

fn memory(out: &mut String, results: &Results) -> Option<()> {
    let memory = results.memory.as_ref()?;
    let samples: Vec<_> = memory.rss_mb.iter().map(|mb| format!("{mb:.0}")).collect();
    line(
        out,
        &format!(
            "\n## Memory\n\n{} distinct licenses validated in rotation for {} s by 16 connections ({:.0} requests/s); \
             resident memory of workerd in MB, from before the first request to the end: {}.",
            memory.licenses,
            memory.seconds,
            memory.load?.per_second(),
            samples.join(", ")
        ),
    );
    setting(out, &memory.setting);
    Some(())
}

fn sizes(out: &mut String, results: &Results) -> Option<()> {
    let sizes = results.sizes.as_ref()?;
    out.push_str("\n## Sizes\n\nRelease builds with `panic = \"unwind\"`, `gzip -9`.\n\n| worker | KB | KB gzipped |\n|---|---:|---:|\n");
    for (worker, raw, gzipped) in &sizes.rows {
        line(out, &format!("| {worker} | {} | {} |", raw.div_ceil(1024), gzipped.div_ceil(1024)));
    }
    setting(out, &sizes.setting);
    Some(())
}

fn setting(out: &mut String, setting: &Setting) {
    let versions = setting.versions.iter().filter(|(_, version)| !version.is_empty());
    let versions: Vec<_> = versions.map(|(name, version)| format!("{name} {version}")).collect();
    line(
        out,
        &format!(
            "\n{}; {}; load average before: {:.1}. {}.",
            setting.date,
            setting.machine,
            setting.idle_load,
            versions.join(", ")
        ),
    );
}

fn line(out: &mut String, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{text}");
}

impl LoadPart {
    fn per_second(&self, name: &str) -> Option<f64> {
        self.cases.iter().find(|case| case.name == name).map(CaseResult::per_second)
    }

    fn ratio(&self, name: &str, to: &str) -> Option<f64> {
        Some(self.per_second(name)? / self.per_second(to).filter(|n| *n > 0.0)?)
    }
}

impl CaseResult {
    fn per_second(&self) -> f64 {
        let rates: Vec<_> = self.rounds.iter().map(super::results::Round::per_second).collect();
        median(&rates).unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds")]
    fn millis(&self, of: impl Fn(&super::results::Round) -> u64) -> f64 {
        let micros: Vec<_> = self.rounds.iter().map(|round| of(round) as f64).collect();
        median(&micros).unwrap_or_default() / 1000.0
    }
}

impl MemoryPart {
    /// The last sample against the one in the middle.
    fn late_growth(&self) -> Option<f64> {
        let middle = self.rss_mb.get(self.rss_mb.len() / 2)?;
        Some(self.rss_mb.last()? / middle - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::results::Round;
    use super::*;

    fn case(name: &str, rates: &[u64]) -> CaseResult {
        let round = |requests: &u64| Round {
            requests: *requests,
            micros: 1_000_000,
            p50: 1500,
            p99: 3000,
            refused: 0,
            broken: 0,
        };
        CaseResult {
            name: name.to_owned(),
            answer_bytes: 9,
            rounds: rates.iter().map(round).collect(),
            rss_mb: 1.0,
        }
    }

    #[test]
    fn ratios_are_of_medians_and_targets_say_whether_they_are_met() {
        let cases = vec![
            case(PLAIN, &[100, 900, 110]),
            case(VALIDATE, &[88, 10, 99]),
            case(SIGNED, &[50, 54, 60]),
        ];
        let results = Results {
            load: Some(LoadPart { seconds: 4, cases, ..LoadPart::default() }),
            memory: Some(MemoryPart {
                licenses: 5,
                seconds: 600,
                rss_mb: vec![90.0, 100.0, 120.0],
                ..MemoryPart::default()
            }),
            ..Results::default()
        };
        let text = text(&results);
        for part in [
            "| validate, against `floor: plain` | 0.80 | at least 0.75 | yes |",
            "| validate, signed answer, against `floor: plain` | 0.49 | at least 0.5 | **no** |",
            "| validate | 88 | 0.80 | 1.50 | 3.00 | 0 | 9 | 1 |",
            "| its growth in the second half | +20.0 % | none (at most 5 %) | **no** |",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("## Cold"), "not measured");
    }
}
