//! Verdicts without any service: signature, time and binding, from the license text alone.

use domain::terms::BindingMode;
use domain::time::Millis;
use domain::verdict::Code;
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
    /// One sentence.
    pub detail: String,
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
    let (valid, code, detail) = judge(&claims, machine, now);
    Ok(Offline { valid, code, detail: detail.to_owned(), claims })
}

fn judge(claims: &Claims, machine: &Machine, now: Millis) -> (bool, Code, &'static str) {
    let license = claims.to_license();
    let grace = i64::from(license.terms.grace_seconds);
    if now < license.starts {
        return (false, Code::NotYetValid, "the license has not started");
    }
    if license.ends.is_some_and(|end| end.plus_seconds(grace) <= now) {
        return (false, Code::Expired, "the license is past its end and its grace");
    }
    if license.ends.is_some_and(|end| end <= now) {
        return (
            false,
            Code::Grace,
            "the license is past its end: only what allow_in_grace lists is open",
        );
    }
    let binding = &license.terms.binding;
    if let (Some(bound), BindingMode::Strict) = (&binding.fingerprint, binding.mode) {
        let here = machine.fingerprint(&license::fingerprint::salt(&claims.iss)).composite();
        if here.as_ref() != Some(bound) {
            return (false, Code::FingerprintMismatch, "the license is bound to another machine");
        }
    }
    if license.terms.report.require_online {
        return (false, Code::OnlineRequired, "the license may not be used without confirmation");
    }
    (true, Code::ValidUnconfirmed, "the license is genuine; the service was not asked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};

    #[test]
    fn the_text_alone_gives_a_verdict_at_every_time() {
        let (start, end) = (testing::license().starts, testing::license().ends.unwrap());
        let grace_end = end.plus_seconds(testing::license().terms.grace_seconds.into());
        let rows = [
            (start.plus(-1), Code::NotYetValid),
            (start, Code::ValidUnconfirmed),
            (NOW, Code::ValidUnconfirmed),
            (end.plus(-1), Code::ValidUnconfirmed),
            (end, Code::Grace),
            (grace_end.plus(-1), Code::Grace),
            (grace_end, Code::Expired),
        ];
        for (now, want) in rows {
            let claims = Claims::of(&testing::license(), "Acme", start, "1".into());
            let text = testing::sign(&claims);
            let verdict = verify(&[testing::root().public()], &text, &Machine::default(), now);
            // Before its start the text is not yet signed either: clocks may differ by 300 s only.
            assert_eq!(verdict.unwrap().code, want, "{now:?}");
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
