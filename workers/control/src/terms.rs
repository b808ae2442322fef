//! Terms that somebody asks for: bounded, so that what is signed and stored stays small and exact.

use domain::terms::Terms;
use wire::problem::Problem;

/// The largest limit: JSON numbers are exact up to here everywhere.
const MAX_LIMIT: u64 = (1 << 53) - 1;
/// Names of features that a license holds at most.
const MAX_FEATURES: usize = 200;

/// Checks terms as they will be stored; `at` is where they stand in the request.
///
/// # Errors
/// `invalid-request`, pointing at the first member that is out of bounds.
pub fn check(terms: &Terms, at: &str) -> Result<(), Problem> {
    for (metric, limit) in &terms.limits {
        if *limit > MAX_LIMIT {
            let pointer = format!("{at}/limits/{}", metric.name());
            return Err(Problem::field(pointer, "must be below 2^53"));
        }
    }
    names(&terms.features, &format!("{at}/features"))?;
    names(&terms.allow_in_grace, &format!("{at}/allow_in_grace"))?;
    if terms.binding.fingerprint.as_ref().is_some_and(|text| text.is_empty() || text.len() > 256) {
        return Err(Problem::field(
            format!("{at}/binding/fingerprint"),
            "must have 1 to 256 bytes",
        ));
    }
    if terms.commit.checked_add(terms.max_overage).is_none() {
        return Err(Problem::field(
            format!("{at}/max_overage"),
            "must leave the sum with commit below 2^32",
        ));
    }
    intervals(terms, at)
}

/// A device that should report every 0 seconds would never be on time.
fn intervals(terms: &Terms, at: &str) -> Result<(), Problem> {
    let rows = [
        ("heartbeat_seconds", terms.report.heartbeat_seconds),
        ("usage_seconds", terms.report.usage_seconds),
        ("validate_seconds", terms.report.validate_seconds),
    ];
    match rows.into_iter().find(|(_, seconds)| *seconds == 0) {
        Some((name, _)) => Err(Problem::field(format!("{at}/report/{name}"), "must be at least 1")),
        None => Ok(()),
    }
}

fn names(list: &[String], pointer: &str) -> Result<(), Problem> {
    if list.len() > MAX_FEATURES {
        return Err(Problem::field(pointer, format!("must have at most {MAX_FEATURES} names")));
    }
    match list.iter().position(|name| !is_name(name)) {
        Some(at) => {
            Err(Problem::field(format!("{pointer}/{at}"), "must have 1 to 64 of a-z, 0-9, _, -, ."))
        }
        None => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::usage::Metric;

    #[test]
    fn terms_out_of_bounds_are_pointed_at() {
        type Change = fn(&mut Terms);
        let rows: [(Change, &str); 8] = [
            (|t| t.limits = [(Metric::Vms, 1 << 53)].into(), "/terms/limits/vms"),
            (|t| t.features.push("Backup".into()), "/terms/features/1"),
            (|t| t.features = vec!["a".into(); 201], "/terms/features"),
            (|t| t.allow_in_grace.push(String::new()), "/terms/allow_in_grace/0"),
            (|t| t.binding.fingerprint = Some("f".repeat(257)), "/terms/binding/fingerprint"),
            (|t| (t.commit, t.max_overage) = (u32::MAX, 1), "/terms/max_overage"),
            (|t| t.report.heartbeat_seconds = 0, "/terms/report/heartbeat_seconds"),
            (|t| t.report.validate_seconds = 0, "/terms/report/validate_seconds"),
        ];
        for (change, pointer) in rows {
            let mut terms = testkit::terms();
            assert!(check(&terms, "/terms").is_ok());
            change(&mut terms);
            let problem = check(&terms, "/terms").unwrap_err();
            assert_eq!(problem.errors[0].pointer, pointer);
        }
    }
}
