//! From facts to an answer: pure, synchronous, the same for a warm and a cold request.

use std::borrow::Cow;

use domain::app::{App, Ruling};
use domain::id::TenantId;
use domain::judge::{DeviceFact, Facts as Evidence, KeyCheck, judge};
use domain::license::{License, Standing};
use domain::terms::BindingMode;
use domain::time::Millis;
use domain::verdict::{Code, Verdict};
use edge::admit;
use edge::door::Outbound;
use edge::facts::{Facts, Subject};
use wire::validate::ValidateAnswer;

use crate::ask::Ask;
use crate::presented::Presented;

/// What a verdict is made of.
pub struct Case<'a> {
    /// The request.
    pub ask: &'a Ask,
    /// The application that asks, by what it says of itself.
    pub app: App<'a>,
    /// Which license and which device.
    pub subject: &'a Subject,
    /// What the stores know; nothing when none could be asked.
    pub facts: Option<&'a Facts>,
    /// The license key, if one was presented.
    pub presented: Option<&'a Presented>,
    /// The holder's standing.
    pub holder: Standing,
    /// Suspended tenants.
    pub suspended: &'a [TenantId],
    /// What could not be confirmed: names of stores.
    pub unconfirmed: Vec<&'static str>,
    /// Now.
    pub now: Millis,
}

impl Case<'_> {
    /// The verdict and the answer that tells it.
    pub fn decide(&self) -> (Verdict, Outbound) {
        let signed = self.signed_license();
        let license = match self.facts {
            Some(facts) => facts.license.as_ref(),
            None => signed.as_ref(),
        };
        let usage = match self.facts {
            Some(facts) => facts.usage_with(&self.ask.reported),
            None => self.ask.reported.clone(),
        };
        let verdict = judge(
            &Evidence {
                license,
                holder: self.holder,
                issuer: self.issuer(license),
                key: self.key(license),
                device: self.device(license),
                app: self.facts.map_or(Ruling::Accepted, |facts| facts.app(self.app)),
                usage: &usage,
                confirmed: self.is_confirmed(),
            },
            &self.ask.question(),
            self.now,
        );
        let out = Outbound::json(200, self.body(&verdict, license));
        (verdict, out)
    }

    /// The license as its signed text has it, when no store can be asked.
    fn signed_license(&self) -> Option<License> {
        if self.facts.is_some() {
            return None;
        }
        self.presented?.claims.as_ref().map(|claims| claims.to_license())
    }

    /// The counters of rate limits are no evidence on a license.
    fn is_confirmed(&self) -> bool {
        self.facts.is_some() && !self.unconfirmed.contains(&"license")
    }

    fn issuer(&self, license: Option<&License>) -> Standing {
        license.map_or(Standing::Active, |license| {
            admit::issuer_standing(self.suspended, &license.issuer)
        })
    }

    /// A genuine key that belongs to another license than the one named is as bad as a forged one.
    fn key(&self, license: Option<&License>) -> KeyCheck {
        let Some(presented) = self.presented else { return KeyCheck::NotPresented };
        match (&presented.claims, license) {
            (None, _) => KeyCheck::Bad,
            (Some(claims), Some(license)) if claims.sub != license.id => KeyCheck::Bad,
            _ => KeyCheck::Good,
        }
    }

    fn device(&self, license: Option<&License>) -> DeviceFact<'_> {
        match self.facts {
            Some(facts) => facts.device_fact(self.subject),
            None if self.subject.is_unnamed() => DeviceFact::Unnamed,
            None => DeviceFact::Unconfirmed { matches: matches_signed(license, self.subject) },
        }
    }

    fn body(&self, verdict: &Verdict, license: Option<&License>) -> String {
        let mut answer = ValidateAnswer::new(verdict, self.now);
        if verdict.code == Code::KeyInvalid {
            // Whoever presents a bad key learns nothing about the license.
            answer.state = None;
            answer.remaining.clear();
            answer.warnings = Cow::Borrowed(&[]);
        } else if let Some(license) = license {
            answer = answer.about(license);
            if let Some(facts) = self.facts {
                answer.commands = Cow::Borrowed(&facts.commands);
            }
        }
        answer.nonce = self.ask.nonce().map(Cow::Borrowed);
        answer.degraded = !self.unconfirmed.is_empty();
        answer.unconfirmed = self.unconfirmed.iter().map(|name| Cow::Borrowed(*name)).collect();
        // Plain text and numbers: it always serializes.
        serde_json::to_string(&answer).unwrap_or_default()
    }
}

/// Without stores only a fingerprint that is fixed in the signed license can be compared.
fn matches_signed(license: Option<&License>, subject: &Subject) -> bool {
    let Some(license) = license else { return false };
    match (&license.terms.binding.fingerprint, &subject.hardware) {
        (Some(fixed), Some(hardware)) => fixed == hardware,
        (Some(_), None) => license.terms.binding.mode != BindingMode::Strict,
        (None, _) => true,
    }
}

/// Whether a refusal could be mended by what another worker has just written: these are asked again
/// before they are told from memory.
pub const fn may_be_outdated(code: Code) -> bool {
    matches!(
        code,
        Code::NotFound | Code::NotActivated | Code::FingerprintMismatch | Code::TooManyDevices
    )
}

#[cfg(test)]
mod tests;
