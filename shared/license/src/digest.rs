//! `Content-Digest` (RFC 9530): SHA-256 over the body as sent.

use crate::encoding::{b64, from_b64, sha256};

/// The header's value for `body`.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", b64(&sha256(body)))
}

/// Whether a `Content-Digest` header vouches for `body`. Of several digests only SHA-256 counts;
/// without one the answer is no.
pub fn matches(header: &str, body: &[u8]) -> bool {
    let want = sha256(body);
    let mut found = header.split(',').filter_map(|member| {
        let value = member.trim().strip_prefix("sha-256=:")?.strip_suffix(':')?;
        Some(from_b64(value).is_some_and(|digest| digest == want))
    });
    // Two SHA-256 members would let two readers see two digests.
    found.next() == Some(true) && found.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_rfc_9530() {
        let body = b"{\"hello\": \"world\"}\n";
        let want = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(content_digest(body), want);
        let rows = [
            (want.to_owned(), true),
            (format!("sha-512=:AAAA:, {want}"), true),
            (format!("{want}, {want}"), false),
            ("sha-512=:AAAA:".to_owned(), false),
            (want.replace("RK", "RL"), false),
            (String::new(), false),
        ];
        for (header, ok) in rows {
            assert_eq!(matches(&header, body), ok, "{header}");
        }
        assert!(!matches(want, b"{}"));
    }
}
