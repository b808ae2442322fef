//! What a key is to demand besides its secret, read and checked as a whole.

use domain::limiter::CheckoutLimits;
use domain::perimeter::Restrictions;
use license::request::read_public_key;
use wire::problem::Problem;

/// The restrictions in the form in which they rest: the public key in its one spelling.
///
/// # Errors
/// `invalid-request` at the first field that is wrong or does not fit to the others.
pub fn read(mut restrictions: Restrictions) -> Result<Restrictions, Problem> {
    if let Some(text) = &restrictions.signing_public_key {
        let key = read_public_key(text);
        restrictions.signing_public_key =
            Some(key.map_err(|error| Problem::field("/signing_public_key", error.to_string()))?);
    }
    let fit = restrictions.fit();
    fit.map_err(|misfit| Problem::field(format!("/{}", misfit.field), misfit.reason))?;
    Ok(restrictions)
}

/// Whether limits of checkouts are within their bounds.
///
/// # Errors
/// `invalid-request` at the first that is not.
pub fn check_limits(limits: Option<CheckoutLimits>) -> Result<(), Problem> {
    let Some(limits) = limits else { return Ok(()) };
    let rows = [
        ("checkouts_per_minute", limits.checkouts_per_minute),
        ("checkouts_per_hour", limits.checkouts_per_hour),
    ];
    let wrong = rows.into_iter().find(|(_, limit)| !(1..=CheckoutLimits::MOST).contains(limit));
    wrong.map_or(Ok(()), |(name, _)| {
        let reason = format!("must be 1 to {}", CheckoutLimits::MOST);
        Err(Problem::field(format!("/rate_limits/{name}"), reason))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use license::keys::SigningSeed;
    use serde_json::{Value, json};
    use wire::body;
    use wire::key::RestrictKeyRequest;

    fn pointer(body: &Value) -> Option<String> {
        let read =
            body::read::<RestrictKeyRequest>(body.to_string().as_bytes()).and_then(|request| {
                check_limits(request.rate_limits).and(read(request.restrictions()))
            });
        read.err().map(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn what_is_wrong_is_pointed_at_entry_by_entry() {
        let rows = [
            (json!({}), None),
            (
                json!({"allowed_ip_ranges": ["10.0.0.0/8", "10.0.0.1/8"]}),
                Some("/allowed_ip_ranges/1"),
            ),
            (json!({"allowed_ip_ranges": ["::/0"]}), Some("/allowed_ip_ranges/0")),
            (json!({"allowed_hostnames": ["a.example.com", "*"]}), Some("/allowed_hostnames/1")),
            (
                json!({"require_mtls": true, "client_cert_fingerprints": ["x"]}),
                Some("/client_cert_fingerprints/0"),
            ),
            (json!({"client_cert_cn": "ws"}), Some("/client_cert_cn")),
            (json!({"require_signature": true}), Some("/require_signature")),
            (
                json!({"require_signature": true, "signing_public_key": "x"}),
                Some("/signing_public_key"),
            ),
            (json!({"require_moon": true}), Some("/require_moon")),
            (
                json!({"rate_limits": {"checkouts_per_minute": 0, "checkouts_per_hour": 1}}),
                Some("/rate_limits/checkouts_per_minute"),
            ),
            (
                json!({"rate_limits": {"checkouts_per_minute": 1, "checkouts_per_hour": 100_000_001}}),
                Some("/rate_limits/checkouts_per_hour"),
            ),
        ];
        for (body, want) in rows {
            assert_eq!(pointer(&body).as_deref(), want, "{body}");
        }
    }

    #[test]
    fn a_public_key_rests_in_one_spelling() {
        let pem = SigningSeed::from_bytes(&[7; 32]).public().to_pem();
        let asked = Restrictions {
            require_signature: true,
            signing_public_key: Some(pem),
            ..Restrictions::default()
        };
        let kept = read(asked).unwrap();
        assert_eq!(kept.signing_public_key.as_deref().map(str::len), Some(43));
        assert_eq!(read(kept.clone()), Ok(kept));
    }
}
