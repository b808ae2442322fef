//! `PUT /api/v1/hostnames/{host}/certificate`: a certificate of the tenant's own goes to the platform, and its private
//! key is kept nowhere on the way.

use edge::admit::Caller;
use edge::cloudflare::{self, Problem};
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use wire::body;
use wire::hostname::CertificateRequest;
use wire::problem::{self, Kind};

use crate::answer;
use crate::commit::{Deed, Place};
use crate::hostnames::{find, view};

/// Hands a certificate on for a domain that the platform knows.
pub async fn set(call: &Call, caller: &Caller, host: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: CertificateRequest = body::read(&call.inbound.body)?;
    pem(&request.certificate, "CERTIFICATE", "/certificate")?;
    pem(&request.private_key, "PRIVATE KEY", "/private_key")?;
    let mut row = find(call, principal, host).await?;
    let id = row.remote_id.as_deref().ok_or(Kind::HostnameNotReady)?;
    let certified = cloudflare::certify(call, id, &request.certificate, &request.private_key).await;
    let remote = certified.map_err(refused)?;
    // Shown as it is now; what the platform makes of it the next look keeps.
    row.remote = json!(remote);
    let out = answer::json(200, &view::of(call, &row))?;
    let deed = Deed {
        place: Place::of(principal),
        entry: Entry {
            actor: principal.actor(),
            action: "hostname.certificate_set",
            subject: &row.host,
            detail: json!({}),
        },
        changes: Vec::new(),
        events: Vec::new(),
    };
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

/// As far as can be told without reading it: what was meant for the other field is not sent anywhere.
fn pem(text: &str, kind: &str, pointer: &str) -> Result<(), problem::Problem> {
    let begins = text.trim_start().starts_with("-----BEGIN ");
    let label = text.lines().find(|line| line.starts_with("-----BEGIN ")).unwrap_or_default();
    if begins && label.trim_end().ends_with(&format!("{kind}-----")) && text.len() <= 32_768 {
        return Ok(());
    }
    Err(problem::Problem::field(pointer, format!("must be a PEM block of a {kind}, up to 32 KB")))
}

fn refused(problem: Problem) -> Failure {
    match problem {
        Problem::Refused(words) => Failure::new(Kind::CertificateRefused, words),
        Problem::Gone => Kind::HostnameNotReady.into(),
        Problem::Quota => Failure::new(Kind::CertificateRefused, "The platform has no room."),
        Problem::Away(reason, _) => {
            let failure = Failure { reason: Some(reason), ..Kind::StoreUnavailable.into() };
            failure.with("retry-after", "30")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_the_place_of_a_certificate_goes_nowhere() {
        let (cert, key) =
            ("-----BEGIN CERTIFICATE-----\nAA==\n", "-----BEGIN EC PRIVATE KEY-----\nAA==\n");
        assert!(pem(cert, "CERTIFICATE", "/c").is_ok() && pem(key, "PRIVATE KEY", "/k").is_ok());
        for text in [key, "", "CERTIFICATE-----", &"x".repeat(40_000)] {
            assert!(pem(text, "CERTIFICATE", "/c").is_err(), "{text}");
        }
        assert!(pem(cert, "PRIVATE KEY", "/k").is_err());
    }
}
