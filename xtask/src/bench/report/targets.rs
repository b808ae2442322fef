//! The targets, and whether they are met.

use super::super::cases::{HEARTBEAT, LAYERED, OBJECT, PEERS, PLAIN, SHOWN, SIGNED, VALIDATE};
use super::super::results::{MemoryPart, Results};
use super::{line, pools};

/// One line of the table of targets: what, measured, wanted, whether met.
pub type Target = (String, String, String, bool);

/// The table of targets; nothing when nothing was measured.
pub fn targets(out: &mut String, results: &Results) -> Option<()> {
    let rows: Vec<Target> =
        [speed(results), pools::targets(results), memory_target(results), size_targets(results)]
            .concat();
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
        for (case, floor, least) in [
            (VALIDATE, PLAIN, 0.75),
            (SIGNED, PLAIN, 0.5),
            (HEARTBEAT, OBJECT, 0.7),
            (LAYERED, SHOWN, 0.9),
        ] {
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

impl MemoryPart {
    /// The last sample against the one in the middle.
    fn late_growth(&self) -> Option<f64> {
        let middle = self.rss_mb.get(self.rss_mb.len() / 2)?;
        Some(self.rss_mb.last()? / middle - 1.0)
    }
}
