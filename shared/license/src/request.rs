//! Signed requests (RFC 9421): a device proves with its own key that a request is its own, where the platform cannot
//! ask for a client certificate.
//!
//! What is covered binds a signature to one method, one URL, one body and one API key, and `created` to a few minutes. A
//! request that is overheard whole, which TLS prevents, could be repeated within them; its answer would be the same thing.

use std::fmt::Write;

use domain::time::Millis;

use crate::digest;
use crate::encoding::{b64, b64url, from_b64, from_b64url};
use crate::keys::{KeyError, PublicKey, SigningSeed};

/// How far `created` may lie from our clock, in seconds, either way.
pub const FRESH_SECONDS: i64 = 300;
/// A longer `Signature-Input` is none of ours.
const LONGEST_INPUT: usize = 2_048;

/// What a signature covers.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The whole URL as the client wrote it.
    pub target_uri: &'a str,
    /// The `Authorization` header.
    pub authorization: &'a str,
    /// The `Content-Digest` header; empty when there is none.
    pub content_digest: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// The headers that carry a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureHeaders {
    /// `Content-Digest`; empty for a request without a body.
    pub content_digest: String,
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

/// Why a signature is not good.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// The headers have not the form of one Ed25519 signature.
    #[error("the signature headers are malformed")]
    Malformed,
    /// It covers too little, or what we do not know.
    #[error("the signature does not cover what it must")]
    Coverage,
    /// Made too long ago, or in the future, or past its own end.
    #[error("the signature is not fresh")]
    Stale,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    Digest,
    /// Signed by another key, or for another request.
    #[error("the signature is wrong")]
    BadSignature,
}

/// Signs a request; `content_digest` of `request` is not looked at.
pub fn sign_request(seed: &SigningSeed, request: Request<'_>, now: Millis) -> SignatureHeaders {
    let content_digest =
        if request.body.is_empty() { String::new() } else { digest::content_digest(request.body) };
    let covered: &[&str] = match request.body {
        [] => &["@method", "@target-uri", "authorization"],
        _ => &["@method", "@target-uri", "authorization", "content-digest"],
    };
    let list = covered.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
    let params = format!("({list});created={};alg=\"ed25519\"", now.seconds());
    let request = Request { content_digest: &content_digest, ..request };
    let base = base(request, covered, &params);
    let signature = format!("sig1=:{}:", b64(&seed.sign(base.as_bytes())));
    SignatureHeaders { signature_input: format!("sig1={params}"), signature, content_digest }
}

/// Verifies the one signature of a request as of `now`: components in any order, of which none but those that bind it to
/// this request; parameters in any order.
///
/// # Errors
/// See [`RequestError`].
pub fn verify_request(
    key: &PublicKey,
    request: Request<'_>,
    signature_input: &str,
    signature: &str,
    now: Millis,
) -> Result<(), RequestError> {
    let input = read_input(signature_input.trim()).ok_or(RequestError::Malformed)?;
    let covers = |name: &str| input.covered.contains(&name);
    let twice = input
        .covered
        .iter()
        .enumerate()
        .any(|(n, name)| input.covered.iter().skip(n + 1).any(|other| other == name));
    let known = |name: &&str| {
        matches!(*name, "@method" | "@target-uri" | "authorization" | "content-digest")
    };
    let enough = covers("@method") && covers("@target-uri") && covers("authorization");
    let body = request.body.is_empty() || covers("content-digest");
    if twice || !enough || !body || !input.covered.iter().all(known) {
        return Err(RequestError::Coverage);
    }
    let age = now.seconds().saturating_sub(input.created);
    let over = input.expires.is_some_and(|end| end <= now.seconds());
    if over || !(-FRESH_SECONDS..=FRESH_SECONDS).contains(&age) {
        return Err(RequestError::Stale);
    }
    if covers("content-digest") && !digest::matches(request.content_digest, request.body) {
        return Err(RequestError::Digest);
    }
    let signature =
        signature.trim().strip_prefix(input.label).and_then(|rest| rest.strip_prefix("=:"));
    let signature = signature.and_then(|text| text.strip_suffix(':')).and_then(from_b64);
    let signature =
        signature.and_then(|bytes| bytes.try_into().ok()).ok_or(RequestError::Malformed)?;
    let base = base(request, &input.covered, input.params);
    if key.verifies(base.as_bytes(), &signature) { Ok(()) } else { Err(RequestError::BadSignature) }
}

/// `Signature-Input`, taken apart.
struct Input<'a> {
    label: &'a str,
    covered: Vec<&'a str>,
    /// Everything behind the label, as it stands in the signature base.
    params: &'a str,
    created: i64,
    expires: Option<i64>,
}

fn read_input(text: &str) -> Option<Input<'_>> {
    let (label, params) = text.split_once('=').filter(|_| text.len() <= LONGEST_INPUT)?;
    let plain = |b: u8| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.' | b'*')
    };
    if label.is_empty() || !label.bytes().all(plain) {
        return None;
    }
    let (list, rest) = params.strip_prefix('(')?.split_once(')')?;
    // A parameter of a component (`;req`, `;sf`) changes its meaning: nothing of the kind is read.
    let quoted = |name: &'_ str| name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    let covered: Vec<_> = list.split(' ').filter(|name| !name.is_empty()).collect();
    if !covered.iter().all(|name| quoted(name)) {
        return None;
    }
    let covered = covered.into_iter().map(|name| name.trim_matches('"')).collect();
    let (mut created, mut expires) = (None, None);
    for (n, parameter) in rest.split(';').enumerate() {
        match parameter.split_once('=') {
            None if n == 0 && parameter.is_empty() => {}
            Some(("created", value)) if created.is_none() => created = Some(value.parse().ok()?),
            Some(("expires", value)) if expires.is_none() => expires = Some(value.parse().ok()?),
            Some(("alg", "\"ed25519\"")) => {}
            // Quoted texts without quotes, semicolons and commas inside: what is left is one signature.
            Some(("keyid" | "nonce" | "tag", value)) if is_text(value) => {}
            _ => return None,
        }
    }
    Some(Input { label, covered, params, created: created?, expires })
}

fn is_text(value: &str) -> bool {
    let inner = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.is_some_and(|text| {
        text.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\' | b','))
    })
}

/// The signature base (RFC 9421, section 2.5).
fn base(request: Request<'_>, covered: &[&str], params: &str) -> String {
    let mut base = String::with_capacity(512);
    for name in covered {
        let value = match *name {
            "@method" => request.method,
            "@target-uri" => request.target_uri,
            "authorization" => request.authorization.trim(),
            _ => request.content_digest.trim(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(base, "\"{name}\": {value}");
    }
    let _ = write!(base, "\"@signature-params\": {params}");
    base
}

/// Reads a device's public key: PEM (SPKI), or the `x` of its JWK. What comes back is the latter.
///
/// # Errors
/// When it is neither.
pub fn read_public_key(text: &str) -> Result<String, KeyError> {
    let key = if text.trim_start().starts_with("-----") {
        PublicKey::from_pem(text)?
    } else {
        public_key(text.trim())?
    };
    Ok(b64url(&key.to_bytes()))
}

/// The key whose JWK has this `x`.
///
/// # Errors
/// When none has.
pub fn public_key(x: &str) -> Result<PublicKey, KeyError> {
    let bytes = from_b64url(x).and_then(|bytes| bytes.try_into().ok()).ok_or(KeyError)?;
    PublicKey::from_bytes(&bytes)
}

#[cfg(test)]
mod tests;
