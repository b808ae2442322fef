//! Limits of plans of the service, told to whoever runs into one.

use domain::subscription::Plan;
use wire::problem::{Kind, Problem};

use crate::failure::Failure;

/// `plan-limit-reached`: a tenant of `plan` has `used` of the `limit` of `what`, which it may have.
pub fn reached(plan: Plan, what: &str, limit: Option<u32>, used: u32) -> Failure {
    let limit = limit.unwrap_or(u32::MAX);
    let detail = format!(
        "The plan {} allows {limit} {what}, and {used} are in use. Remove some, or ask the operator for a larger plan.",
        plan.name()
    );
    Problem::new(Kind::PlanLimitReached, detail)
        .with("plan", plan.name())
        .with("what", what)
        .with("limit", limit)
        .with("used", used)
        .into()
}
