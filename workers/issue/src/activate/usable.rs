//! Whether a license takes new devices at all.

use domain::license::License;
use domain::state::{State, state};
use domain::terms::BindingMode;
use domain::time::Millis;
use domain::usage::Usage;
use edge::Failure;
use wire::problem::Kind;

/// A license takes devices from its start until its grace is over; use above limits does not matter here.
///
/// # Errors
/// `license-not-usable`, with the state in the detail.
pub fn check(license: &License, issuer_suspended: bool, now: Millis) -> Result<(), Failure> {
    let state = state(license, &Usage::new(), now);
    let detail = match state {
        State::Revoked | State::Suspended | State::Expired => {
            format!("The license is {}.", state.name())
        }
        _ if issuer_suspended => "The license's issuer is suspended.".to_owned(),
        _ if now < license.starts => "The license is not yet valid.".to_owned(),
        State::Grace | State::Exceeded | State::Warning | State::Active => return Ok(()),
    };
    Err(Failure::new(Kind::LicenseNotUsable, detail))
}

/// A license can be strictly bound to one machine when it is issued.
///
/// # Errors
/// `license-not-usable` on another machine.
pub fn check_hardware(license: &License, hardware: &str) -> Result<(), Failure> {
    let binding = &license.terms.binding;
    let other = binding.fingerprint.as_deref().is_some_and(|fixed| fixed != hardware);
    if other && binding.mode == BindingMode::Strict {
        return Err(Failure::new(
            Kind::LicenseNotUsable,
            "The license is bound to other hardware.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::license::Standing;

    fn license(standing: Standing, starts: i64, ends: Option<i64>, grace_seconds: u32) -> License {
        serde_json::from_value(serde_json::json!({
            "id": "lic_e00000000000000000000000000", "code": "ACME-ENT-2025", "holder": "acme", "issuer": "meridian",
            "product": "nls", "plan": "enterprise", "standing": standing, "starts": starts, "ends": ends,
            "terms": {"grace_seconds": grace_seconds}, "exceeded_since": null, "version": 1
        }))
        .unwrap()
    }

    #[test]
    fn only_a_license_in_force_takes_devices() {
        let rows = [
            (license(Standing::Active, 0, None, 0), false, ""),
            (license(Standing::Active, 5_000, None, 0), false, ""),
            (license(Standing::Active, 5_001, None, 0), false, "The license is not yet valid."),
            (license(Standing::Active, 0, Some(5_001), 0), false, ""),
            (license(Standing::Active, 0, Some(5_000), 0), false, "The license is expired."),
            (license(Standing::Active, 0, Some(5_000), 1), false, ""),
            (license(Standing::Suspended, 0, None, 0), false, "The license is suspended."),
            (license(Standing::Revoked, 0, None, 0), true, "The license is revoked."),
            (license(Standing::Active, 0, None, 0), true, "The license's issuer is suspended."),
        ];
        for (license, suspended, want) in rows {
            let detail =
                check(&license, suspended, Millis(5_000)).err().and_then(|f| f.problem.detail);
            assert_eq!(detail.unwrap_or_default(), want, "{license:?}");
        }
    }

    #[test]
    fn a_fingerprint_fixed_at_issue_holds_when_the_binding_is_strict() {
        let rows = [
            (BindingMode::Strict, Some("a"), "a", true),
            (BindingMode::Strict, Some("a"), "b", false),
            (BindingMode::Soft, Some("a"), "b", true),
            (BindingMode::Strict, None, "b", true),
        ];
        for (mode, fixed, hardware, want) in rows {
            let mut license = license(Standing::Active, 0, None, 0);
            license.terms.binding.mode = mode;
            license.terms.binding.fingerprint = fixed.map(str::to_owned);
            assert_eq!(
                check_hardware(&license, hardware).is_ok(),
                want,
                "{mode:?} {fixed:?} {hardware}"
            );
        }
    }
}
