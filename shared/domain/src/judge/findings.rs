//! Everything that speaks against a license, each with its code; precedence is decided by the code.

use crate::app::Ruling;
use crate::judge::{Facts, KeyCheck, Question, device};
use crate::license::{License, Standing};
use crate::state::{INFORM_SECONDS, State};
use crate::terms::ExceededPolicy;
use crate::time::Millis;
use crate::usage::first_excess;
use crate::verdict::{Code, Warning};

/// One thing that speaks against the license.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Its code, which also ranks it.
    pub code: Code,
    /// Whether it refuses, or only warns.
    pub refuses: bool,
    /// One sentence for people.
    pub detail: String,
    /// A warning's own name, where it has no verdict code.
    name: Option<&'static str>,
}

impl Finding {
    pub(super) fn new(code: Code, refuses: bool, detail: &str) -> Self {
        Self { code, refuses, detail: detail.to_owned(), name: None }
    }

    pub(super) fn refusal(code: Code, detail: &str) -> Self {
        Self::new(code, true, detail)
    }

    /// The finding as a warning.
    pub fn warning(&self) -> Warning {
        let code = self.name.unwrap_or(self.code.name());
        Warning { code: code.to_owned(), detail: self.detail.clone() }
    }
}

pub(super) fn all(
    facts: &Facts<'_>,
    license: &License,
    question: &Question<'_>,
    state: State,
    now: Millis,
) -> Vec<Finding> {
    let mut out = Vec::new();
    standing(facts, state, &mut out);
    product(facts, license, question, &mut out);
    time(license, question, state, now, &mut out);
    device::findings(&facts.device, license, now, &mut out);
    use_and_features(facts, license, question, state, &mut out);
    if !facts.confirmed && license.terms.report.require_online {
        out.push(Finding::refusal(
            Code::OnlineRequired,
            "This license may not be used unconfirmed.",
        ));
    }
    out
}

fn standing(facts: &Facts<'_>, state: State, out: &mut Vec<Finding>) {
    match state {
        State::Revoked => {
            out.push(Finding::refusal(Code::Revoked, "The issuer revoked this license."));
        }
        State::Suspended => {
            out.push(Finding::refusal(Code::Suspended, "The issuer suspended this license."));
        }
        _ => {}
    }
    if facts.holder != Standing::Active || facts.issuer != Standing::Active {
        out.push(Finding::refusal(Code::TenantSuspended, "The holder or the issuer is suspended."));
    }
    if facts.key == KeyCheck::Bad {
        out.push(Finding::refusal(Code::KeyInvalid, "The license key is forged or altered."));
    }
}

fn product(facts: &Facts<'_>, license: &License, question: &Question<'_>, out: &mut Vec<Finding>) {
    if question.product.is_some_and(|product| product != license.product.as_str()) {
        let detail = format!("This license is for {}.", license.product);
        out.push(Finding::refusal(Code::ProductMismatch, &detail));
    }
    if facts.app == Ruling::Refused {
        let detail = "The issuer of the product does not let this application in.";
        out.push(Finding::refusal(Code::AppNotAllowed, detail));
    }
    if let (Some(range), Some(version)) = (&license.terms.versions, question.version)
        && !range.covers(version)
    {
        let detail = format!("This license covers versions {range}.");
        out.push(Finding::refusal(Code::VersionMismatch, &detail));
    }
}

fn time(
    license: &License,
    question: &Question<'_>,
    state: State,
    now: Millis,
    out: &mut Vec<Finding>,
) {
    if now < license.starts {
        out.push(Finding::refusal(Code::NotYetValid, "The license has not started."));
    }
    match state {
        State::Expired => {
            out.push(Finding::refusal(Code::Expired, "The license is past its end and its grace."));
        }
        State::Grace => grace(license, question, out),
        _ => {}
    }
    let Some(end) = license.ends.filter(|end| now < *end) else { return };
    let left = end.since(now) / 1000;
    let name = match left {
        _ if state == State::Warning => "EXPIRES_SOON",
        left if left <= INFORM_SECONDS => "EXPIRES_LATER",
        _ => return,
    };
    let detail = format!("The license ends in {left} seconds.");
    out.push(Finding { code: Code::Valid, refuses: false, detail, name: Some(name) });
}

/// In grace a product may keep running; an operation that is not listed is refused.
fn grace(license: &License, question: &Question<'_>, out: &mut Vec<Finding>) {
    let open = |feature: &str| license.terms.allow_in_grace.iter().any(|f| f == feature);
    let refuses = question.feature.is_some_and(|feature| !open(feature));
    out.push(Finding::new(Code::Grace, refuses, "In grace: only the listed operations are open."));
}

fn use_and_features(
    facts: &Facts<'_>,
    license: &License,
    question: &Question<'_>,
    state: State,
    out: &mut Vec<Finding>,
) {
    if let Some(feature) =
        question.feature.filter(|f| state != State::Grace && !license.terms.has_feature(f))
    {
        let detail = format!("The feature {feature} is not in this license.");
        out.push(Finding::refusal(Code::FeatureNotLicensed, &detail));
    }
    if let Some(excess) = first_excess(facts.usage, &license.terms.limits) {
        let detail = format!("{}: {} used of {}.", excess.metric.name(), excess.used, excess.limit);
        let hard = license.terms.exceeded.policy == ExceededPolicy::Hard;
        out.push(Finding::new(Code::LimitExceeded, hard, &detail));
    }
}
