//! bench/RESULTS.md: the figures, their ratios, the targets, and how they were taken.

mod pools;
mod tables;
mod targets;

use std::fmt::Write;

use super::results::{CaseResult, LoadPart, Results, Round};
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
    - **p99** is what 99 of 100 calls waited. *Steady pace* is what wrk itself tells: it adds calls that would have been made \
    while a caller waited, had calls gone on at a steady pace (`bench/load/done.lua`); a single pause of a process makes most of that.\n\
    - **Peers** are native servers with SQLite, installed by `cargo install --locked` and run as their documentation says. \
    Neither runs in a Worker, signs its answers, meters, or keeps tenants apart; both read their \
    database on every request, where `validate` answers from memory that may be 5 s old.\n\
    - Miniflare keeps D1 and the objects' storage as local SQLite files: rounds to stores cost less than in the world, which is why \
    cold answers are measured with time added to each round.\n";

/// The whole file.
pub fn text(results: &Results) -> String {
    let mut out = HEAD.to_owned();
    let parts: [fn(&mut String, &Results) -> Option<()>; 6] =
        [targets::targets, tables::load, pools::pools, tables::cold, tables::memory, tables::sizes];
    for part in parts {
        // A part that was not measured is left out.
        let _ = part(&mut out, results);
    }
    out.push_str(NOTES);
    out
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
        let rates: Vec<_> = self.rounds.iter().map(Round::per_second).collect();
        median(&rates).unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds")]
    fn millis(&self, of: impl Fn(&Round) -> u64) -> f64 {
        let micros: Vec<_> = self.rounds.iter().map(|round| of(round) as f64).collect();
        median(&micros).unwrap_or_default() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::{PLAIN, SIGNED, VALIDATE};
    use super::super::results::MemoryPart;
    use super::*;

    fn case(name: &str, rates: &[u64]) -> CaseResult {
        let round = |requests: &u64| Round {
            requests: *requests,
            micros: 1_000_000,
            p50: 1500,
            p99: 3000,
            p99_steady: 4000,
            refused: 0,
            broken: 0,
            cpu_micros: 2_000,
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
            "| validate | 88 | 0.80 | 22 | 1.50 | 3.00 | 4.00 | 0 | 9 | 1 |",
            "| its growth in the second half | +20.0 % | none (at most 5 %) | **no** |",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("## Cold"), "not measured");
    }
}
