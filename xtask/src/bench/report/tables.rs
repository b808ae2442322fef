//! The tables of figures, one for each part that was measured.

use super::super::cases::{
    D1, HEARTBEAT, LAYERED, MANY_LICENSES, OBJECT, PLAIN, SHOWN, SIGNED, VALIDATE,
};
use super::super::results::{Results, Round, Setting};
use super::line;

/// Throughput.
pub fn load(out: &mut String, results: &Results) -> Option<()> {
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
    out.push_str("| what | requests/s | of its floor | CPU, µs each | p50 ms | p99 ms | p99 ms, steady pace | not 2xx | answer, bytes | memory, MB |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for case in &load.cases {
        let floor = match case.name.as_str() {
            VALIDATE | SIGNED | SHOWN | LAYERED => load.ratio(&case.name, PLAIN),
            HEARTBEAT => load.ratio(HEARTBEAT, OBJECT),
            MANY_LICENSES => load.ratio(MANY_LICENSES, D1),
            _ => None,
        };
        let floor = floor.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let failed: u64 = case.rounds.iter().map(|round| round.refused + round.broken).sum();
        line(
            out,
            &format!(
                "| {} | {:.0} | {floor} | {:.0} | {:.2} | {:.2} | {:.2} | {failed} | {} | {:.0} |",
                case.name,
                case.per_second(),
                case.millis(Round::cpu_per_request) * 1000.0,
                case.millis(|round| round.p50),
                case.millis(|round| round.p99),
                case.millis(|round| round.p99_steady),
                case.answer_bytes,
                case.rss_mb
            ),
        );
    }
    out.push_str(
        "\nFloors share one process, and so do our workers: memory is that of the whole process. CPU is the server process's alone.\n",
    );
    setting(out, &load.setting);
    Some(())
}

/// Latency with nothing in memory.
pub fn cold(out: &mut String, results: &Results) -> Option<()> {
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

/// Memory.
pub fn memory(out: &mut String, results: &Results) -> Option<()> {
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

/// Sizes.
pub fn sizes(out: &mut String, results: &Results) -> Option<()> {
    let sizes = results.sizes.as_ref()?;
    out.push_str("\n## Sizes\n\nRelease builds with `panic = \"unwind\"`, `gzip -9`.\n\n| worker | KB | KB gzipped |\n|---|---:|---:|\n");
    for (worker, raw, gzipped) in &sizes.rows {
        line(out, &format!("| {worker} | {} | {} |", raw.div_ceil(1024), gzipped.div_ceil(1024)));
    }
    setting(out, &sizes.setting);
    Some(())
}

/// When, where and with what.
pub fn setting(out: &mut String, setting: &Setting) {
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
