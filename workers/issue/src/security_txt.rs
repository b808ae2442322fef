//! `GET /.well-known/security.txt` (RFC 9116): whom to tell about a weakness.

use domain::time::Millis;
use edge::admit::admit;
use edge::door::Outbound;
use edge::serve::Answer;
use edge::{Call, Failure, config};
use wire::endpoints::Endpoint;
use wire::problem::Kind;
use wire::time::Instant;

/// Who reads it later than this must ask again, in seconds: 90 days.
const GOOD_FOR: i64 = 90 * 86_400;
/// An end on the hour lets the answer be kept.
const HOUR_MS: i64 = 3_600_000;

/// Who: anybody on a known host. 404 where the installation names no contact.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let contacts = config::text(&call.env, "SECURITY_CONTACT").unwrap_or_default();
    let address = call.inbound.authority();
    let here = format!("{}://{address}/.well-known/security.txt", call.config.scheme);
    let body = text(&contacts, &here, call.now).ok_or(Kind::NotFound)?;
    let mut out = Outbound::json(200, body);
    out.set("content-type", "text/plain; charset=utf-8");
    out.set("cache-control", "public, max-age=3600");
    Ok(Answer::to(caller, out))
}

/// `contacts` are URIs (`mailto:`, `https:`, `tel:`), separated by blanks, the preferred one first.
fn text(contacts: &str, here: &str, now: Millis) -> Option<String> {
    let is_uri = |contact: &&str| {
        ["mailto:", "https://", "tel:"].iter().any(|scheme| contact.starts_with(scheme))
    };
    let contacts: Vec<_> = contacts.split_whitespace().filter(is_uri).collect();
    if contacts.is_empty() {
        return None;
    }
    let end = now.plus_seconds(GOOD_FOR).0;
    let end = Instant(Millis(end - end.rem_euclid(HOUR_MS))).text();
    let mut lines: Vec<_> = contacts.iter().map(|contact| format!("Contact: {contact}")).collect();
    lines.push(format!("Expires: {end}"));
    lines.push("Preferred-Languages: en".to_owned());
    lines.push(format!("Canonical: {here}"));
    Some(lines.join("\r\n") + "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_whom_to_tell_and_for_how_long_that_is_true() {
        let now = Millis(1_750_000_000_000);
        let body =
            text("mailto:a@writ.example https://writ.example/report", "https://x/y", now).unwrap();
        assert_eq!(
            body,
            "Contact: mailto:a@writ.example\r\nContact: https://writ.example/report\r\n\
             Expires: 2025-09-13T15:00:00Z\r\nPreferred-Languages: en\r\nCanonical: https://x/y\r\n"
        );
        for none in ["", "  ", "security@writ.example", "javascript:alert(1)"] {
            assert_eq!(text(none, "https://x/y", now), None, "{none}");
        }
    }
}
