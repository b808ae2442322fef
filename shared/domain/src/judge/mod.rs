//! The verdict: facts and a question in, an answer out. The one place where the rules meet.

mod device;
mod findings;

#[cfg(test)]
mod tests;

pub use device::{DeviceFact, KnownDevice, MISSED};

use crate::app::Ruling;
use crate::license::{License, Standing};
use crate::state::{State, state};
use crate::time::Millis;
use crate::usage::{Usage, remaining};
use crate::verdict::{Code, Verdict};

use findings::Finding;

/// What is known about the license and the device.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The license, if the holder has it.
    pub license: Option<&'a License>,
    /// The holder's own standing.
    pub holder: Standing,
    /// The issuer's standing.
    pub issuer: Standing,
    /// Whether a license key was presented, and whether its signature holds.
    pub key: KeyCheck,
    /// The device that asks.
    pub device: DeviceFact<'a>,
    /// What the product's issuer says to the application that asks.
    pub app: Ruling,
    /// Newest reported use, this request's included.
    pub usage: &'a Usage,
    /// Whether the stores were asked, within the staleness bound.
    pub confirmed: bool,
}

/// What came of checking a presented license key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyCheck {
    /// The license was named by id or code.
    NotPresented,
    /// The signature and the certificate hold.
    Good,
    /// Forged, altered, or signed by a key that does not belong to the issuer.
    Bad,
}

/// What the product asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// The product that asks.
    pub product: Option<&'a str>,
    /// Its version.
    pub version: Option<&'a str>,
    /// The feature or operation that it wants to use.
    pub feature: Option<&'a str>,
}

/// The verdict at `now`: the first finding in order of precedence that refuses; without one, the
/// license may be used, in grace or unconfirmed where that is so.
pub fn judge(facts: &Facts<'_>, question: &Question<'_>, now: Millis) -> Verdict {
    let Some(license) = facts.license else { return unknown(facts, now) };
    let state = state(license, facts.usage, now);
    let findings = findings::all(facts, license, question, state, now);
    let refusal = findings.iter().filter(|f| f.refuses).min_by_key(|f| f.code);
    let (valid, code, detail) = match refusal {
        Some(finding) => (false, finding.code, finding.detail.clone()),
        None => allowed(state, facts.confirmed),
    };
    let warnings = findings.iter().filter(|f| !f.refuses).map(Finding::warning).collect();
    let holds_until = holds_until(license, now);
    Verdict {
        valid,
        code,
        state: Some(state),
        detail,
        warnings,
        remaining: remaining(facts.usage, &license.terms.limits),
        holds_until,
        run_until: if valid { run_until(license, now) } else { now },
    }
}

fn allowed(state: State, confirmed: bool) -> (bool, Code, String) {
    let (code, detail) = match (state, confirmed) {
        (State::Grace, _) => (Code::Grace, "In grace: only the listed operations are open."),
        (_, false) => {
            (Code::ValidUnconfirmed, "The signed license is good; no store could confirm it.")
        }
        (_, true) => (Code::Valid, "The license is good."),
    };
    (true, code, detail.to_owned())
}

/// Without a license: a forged key is told apart from a license that is not there.
fn unknown(facts: &Facts<'_>, now: Millis) -> Verdict {
    let (code, detail) = match (facts.key, facts.confirmed) {
        (KeyCheck::Bad, _) => (Code::KeyInvalid, "The license key is forged or altered."),
        (_, true) => (Code::NotFound, "No such license here."),
        (_, false) => {
            (Code::OnlineRequired, "No store could be asked, and no license key was presented.")
        }
    };
    Verdict {
        valid: false,
        code,
        state: None,
        detail: detail.to_owned(),
        warnings: Vec::new(),
        remaining: Usage::new(),
        holds_until: now,
        run_until: now,
    }
}

/// An answer holds until the next validation is due, and never across the license's end.
fn holds_until(license: &License, now: Millis) -> Millis {
    let due = now.plus_seconds(license.terms.report.validate_seconds.into());
    match license.ends {
        Some(end) if now < end => due.min(end),
        _ => due,
    }
}

/// Without another answer a product may run for the offline grace, and never past the license's own grace.
fn run_until(license: &License, now: Millis) -> Millis {
    let offline = now.plus_seconds(license.terms.report.offline_grace_seconds.into());
    match license.ends {
        Some(end) => offline.min(end.plus_seconds(license.terms.grace_seconds.into())),
        None => offline,
    }
}
