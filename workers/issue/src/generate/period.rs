//! From when to when a license is valid.

use domain::time::Millis;
use wire::issue::Contract;
use wire::problem::Problem;

/// First instant of the license, and first instant after it: the contract's; without an end there, the plan's duration.
///
/// # Errors
/// `invalid-request` when the end is not after the start.
pub fn of(
    contract: Option<&Contract>,
    plan_seconds: Option<u32>,
    now: Millis,
) -> Result<(Millis, Option<Millis>), Problem> {
    let starts = contract.and_then(|contract| contract.start_date).map_or(now, |start| start.0);
    let ends = match contract.and_then(|contract| contract.end_date) {
        Some(end) => Some(end.0),
        None => plan_seconds.map(|seconds| starts.plus_seconds(seconds.into())),
    };
    if ends.is_some_and(|ends| ends <= starts) {
        return Err(Problem::field("/contract/end_date", "must be after the start"));
    }
    Ok((starts, ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_goes_before_the_plan() {
        let now = Millis(1_000);
        let rows = [
            ("{}", None, Ok((1_000, None))),
            ("{}", Some(1), Ok((1_000, Some(2_000)))),
            (r#"{"start_date":"1970-01-02"}"#, Some(1), Ok((86_400_000, Some(86_401_000)))),
            (r#"{"end_date":"1970-01-02"}"#, Some(1), Ok((1_000, Some(86_400_000)))),
            (
                r#"{"start_date":"1970-01-02","end_date":"1970-01-02"}"#,
                None,
                Err("/contract/end_date"),
            ),
            (r#"{"end_date":"1970-01-01T00:00:01Z"}"#, None, Err("/contract/end_date")),
        ];
        for (contract, plan, want) in rows {
            let contract: Contract = serde_json::from_str(contract).unwrap();
            let period = of(Some(&contract), plan, now);
            let period = period.map(|(starts, ends)| (starts.0, ends.map(|ends| ends.0)));
            assert_eq!(
                period.as_ref().map_err(|p| p.errors[0].pointer.as_str()),
                want.as_ref().map_err(|p| *p)
            );
        }
        assert_eq!(of(None, None, now).unwrap(), (now, None));
    }
}
