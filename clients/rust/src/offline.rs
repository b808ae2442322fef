//! Verdicts without any service: signature, time and binding, from the license text alone.

use domain::app::Ruling;
use domain::judge::{DeviceFact, Facts, KeyCheck, Question, judge};
use domain::license::Standing;
use domain::state::State;
use domain::time::Millis;
use domain::usage::Usage;
use domain::verdict::{Code, Warning};
use license::claims::Claims;
use license::keys::PublicKey;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::machine::Machine;
use crate::trust;

/// What the text alone can tell.
#[derive(Clone, Debug, Serialize)]
pub struct Offline {
    /// Whether the product may run, as far as the text tells.
    pub valid: bool,
    /// Why.
    pub code: Code,
    /// The license's state.
    pub state: Option<State>,
    /// One sentence.
    pub detail: String,
    /// What to show or act on.
    pub warnings: Vec<Warning>,
    /// What the license says.
    pub claims: Claims,
}

impl Offline {
    /// The exit code.
    pub const fn exit(&self) -> Exit {
        if self.valid { Exit::Ok } else { Exit::NotValid }
    }
}

/// Verifies `text` under one of `roots` and judges it at `now`. Revocation and suspension cannot be seen
/// from here: a good license is `VALID_UNCONFIRMED`.
///
/// # Errors
/// [`Failure::Forged`] when it is not genuine, [`Failure::Usage`] when it was mistyped.
pub fn verify(
    roots: &[PublicKey],
    text: &str,
    machine: &Machine,
    now: Millis,
) -> Result<Offline, Failure> {
    let claims = trust::license(roots, text, now).map_err(Failure::license)?.claims;
    let license = claims.to_license();
    let facts = Facts {
        license: Some(&license),
        holder: Standing::Active,
        issuer: Standing::Active,
        key: KeyCheck::Good,
        device: DeviceFact::Unconfirmed { matches: matches(&claims, machine) },
        app: Ruling::Accepted,
        usage: &Usage::new(),
        confirmed: false,
    };
    let verdict = judge(&facts, &Question::default(), now);
    Ok(Offline {
        valid: verdict.valid,
        code: verdict.code,
        state: verdict.state,
        detail: verdict.detail,
        warnings: verdict.warnings,
        claims,
    })
}

/// Whether this machine is the one that the text names, if it names one.
fn matches(claims: &Claims, machine: &Machine) -> bool {
    let here = || machine.fingerprint(&license::fingerprint::salt(&claims.iss)).composite();
    claims.writ.binding.fingerprint.as_ref().is_none_or(|bound| here().as_ref() == Some(bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};
    use domain::terms::BindingMode;

    #[test]
    fn the_text_alone_gives_a_verdict_at_every_time() {
        let (start, end) = (testing::license().starts, testing::license().ends.unwrap());
        let grace_end = end.plus_seconds(testing::license().terms.grace_seconds.into());
        let rows = [
            (start.plus(-1), false, Code::NotYetValid),
            (start, true, Code::ValidUnconfirmed),
            (NOW, true, Code::ValidUnconfirmed),
            (end.plus(-1), true, Code::ValidUnconfirmed),
            (end, true, Code::Grace),
            (grace_end.plus(-1), true, Code::Grace),
            (grace_end, false, Code::Expired),
        ];
        for (now, valid, want) in rows {
            let claims = Claims::of(&testing::license(), "Acme", start, "1".into());
            let text = testing::sign(&claims);
            let verdict = verify(&[testing::root().public()], &text, &Machine::default(), now);
            // Before its start the text is not yet signed either: clocks may differ by 300 s only.
            let verdict = verdict.unwrap();
            assert_eq!((verdict.valid, verdict.code), (valid, want), "{now:?}");
        }
    }

    #[test]
    fn strangers_texts_are_forged() {
        let claims = Claims::of(&testing::license(), "Acme", NOW, "1".into());
        let other = license::keys::SigningSeed::from_bytes(&[99; 32]).public();
        let verdict = verify(&[other], &testing::sign(&claims), &Machine::default(), NOW);
        assert_eq!(verdict.err().map(|failure| failure.exit()), Some(Exit::Forged));
    }

    #[test]
    fn a_soft_binding_to_another_machine_only_warns() {
        let mut bound = testing::license();
        bound.terms.binding.mode = BindingMode::Soft;
        bound.terms.binding.fingerprint = Some("00".into());
        let text = testing::sign(&Claims::of(&bound, "Acme", NOW, "1".into()));
        let verdict = verify(&[testing::root().public()], &text, &Machine::default(), NOW).unwrap();
        assert_eq!((verdict.valid, verdict.code), (true, Code::ValidUnconfirmed));
        assert!(verdict.warnings.iter().any(|warning| warning.code == "FINGERPRINT_MISMATCH"));
    }

    #[test]
    fn strict_binding_and_required_confirmation_count_offline_too() {
        let mut bound = testing::license();
        bound.terms.binding.mode = BindingMode::Strict;
        bound.terms.binding.fingerprint = Some("00".into());
        let mut online = testing::license();
        online.terms.report.require_online = true;
        for (license, want) in [(bound, Code::FingerprintMismatch), (online, Code::OnlineRequired)]
        {
            let text = testing::sign(&Claims::of(&license, "Acme", NOW, "1".into()));
            let verdict =
                verify(&[testing::root().public()], &text, &Machine::default(), NOW).unwrap();
            assert_eq!((verdict.valid, verdict.code), (false, want));
        }
    }
}
