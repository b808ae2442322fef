//! Floating seats: their table and their targets.

use super::super::pools::{
    FLOOR, FLOOR_64, FLOOR_MANY, PAIR, PAIR_64, PAIR_LARGE, PAIR_MANY, PAIR_SMALL,
};
use super::super::results::{PoolCase, PoolsPart, Results, Round};
use super::super::stats::median;
use super::line;
use super::tables::setting;
use super::targets::Target;

/// The table.
pub fn pools(out: &mut String, results: &Results) -> Option<()> {
    let part = results.pools.as_ref()?;
    let rounds = part.cases.first()?.rounds.len();
    line(
        out,
        &format!(
            "\n## Floating seats\n\n`wrk -t1 -d{}s`, {rounds} rounds; half of the calls are checkouts, half are returns.\n",
            part.seconds
        ),
    );
    out.push_str("| what | callers | calls/s | p50 ms | p99 ms | p99 ms, steady pace |\n|---|---:|---:|---:|---:|---:|\n");
    for case in &part.cases {
        line(
            out,
            &format!(
                "| {} | {} | {:.0} | {:.2} | {:.2} | {:.2} |",
                case.name,
                case.callers,
                case.per_second(),
                case.micros(|round| round.p50) / 1000.0,
                case.micros(|round| round.p99) / 1000.0,
                case.micros(|round| round.p99_steady) / 1000.0
            ),
        );
    }
    line(out, &format!("\nMemory of workerd afterwards: {:.0} MB.", part.rss_mb));
    setting(out, &part.setting);
    Some(())
}

/// The targets.
pub fn targets(results: &Results) -> Vec<Target> {
    let Some(part) = &results.pools else { return Vec::new() };
    let rate = |name: &str| part.case(name).map(PoolCase::per_second);
    let p99 = |name: &str| part.case(name).map(|case| case.micros(|round| round.p99));
    let rows = [
        (format!("{PAIR}, per call, against `{FLOOR}`"), ratio(rate(PAIR), rate(FLOOR)), 0.7, true),
        (
            format!("p99 of {PAIR_64}, against `{FLOOR_64}`"),
            ratio(p99(PAIR_64), p99(FLOOR_64)),
            4.0,
            false,
        ),
        (
            format!("time of {PAIR_LARGE}, against {PAIR_SMALL}"),
            ratio(rate(PAIR_SMALL), rate(PAIR_LARGE)),
            1.2,
            false,
        ),
        (
            format!("{PAIR_MANY}, against `{FLOOR_MANY}`"),
            ratio(rate(PAIR_MANY), rate(FLOOR_MANY)),
            0.7,
            true,
        ),
    ];
    rows.into_iter()
        .filter_map(|(what, measured, bound, least)| {
            let measured = measured?;
            let met = if least { measured >= bound } else { measured <= bound };
            let wanted = format!("{} {bound}", if least { "at least" } else { "at most" });
            Some((what, format!("{measured:.2}"), wanted, met))
        })
        .collect()
}

fn ratio(of: Option<f64>, to: Option<f64>) -> Option<f64> {
    Some(of? / to.filter(|n| *n > 0.0)?)
}

impl PoolsPart {
    fn case(&self, name: &str) -> Option<&PoolCase> {
        self.cases.iter().find(|case| case.name == name)
    }
}

impl PoolCase {
    fn per_second(&self) -> f64 {
        let rates: Vec<_> = self.rounds.iter().map(Round::per_second).collect();
        median(&rates).unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of some seconds")]
    fn micros(&self, of: impl Fn(&Round) -> u64) -> f64 {
        let micros: Vec<_> = self.rounds.iter().map(|round| of(round) as f64).collect();
        median(&micros).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str, requests: u64, p99: u64) -> PoolCase {
        let (p50, p99_steady, refused, broken, cpu_micros) = (1, p99, 0, 0, 0);
        let micros = 1_000_000;
        let round = Round { requests, micros, p50, p99, p99_steady, refused, broken, cpu_micros };
        PoolCase { name: name.to_owned(), callers: 16, rounds: vec![round] }
    }

    #[test]
    fn rates_must_be_high_and_times_low() {
        let cases = vec![
            case(FLOOR, 100, 1),
            case(PAIR, 69, 1),
            case(FLOOR_64, 1, 10),
            case(PAIR_64, 1, 40),
            case(PAIR_SMALL, 120, 1),
            case(PAIR_LARGE, 100, 1),
        ];
        let results = Results {
            pools: Some(PoolsPart { cases, ..PoolsPart::default() }),
            ..Results::default()
        };
        let met: Vec<_> =
            targets(&results).into_iter().map(|(_, measured, _, met)| (measured, met)).collect();
        let row = |text: &str, met| (text.to_owned(), met);
        assert_eq!(met, [row("0.69", false), row("4.00", true), row("1.20", true)]);
    }
}
