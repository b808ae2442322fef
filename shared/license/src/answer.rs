//! Signed answers (RFC 9421): bound to the request by method, target, nonce and, where the
//! request had them, its own digest and signature. A replay or a fake server is noticed offline.

use std::fmt::Write;

use domain::id::Kid;
use domain::time::Millis;

use crate::digest::content_digest;
use crate::encoding::b64;
use crate::keys::SigningSeed;

mod verify;

pub use verify::{SignedBy, claimed_kid, verify_answer};

/// Our `tag`: a signature made for another purpose does not pass for an answer's.
pub const TAG: &str = "writ-answer";

/// The parts of an answer that are signed.
#[derive(Clone, Copy, Debug)]
pub struct AnswerParts<'a> {
    /// The status code.
    pub status: u16,
    /// The body as sent.
    pub body: &'a [u8],
}

/// The parts of the request that the answer is bound to.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The whole URL as the caller wrote it.
    pub target_uri: &'a str,
    /// The request's `Content-Digest` header.
    pub content_digest: Option<&'a str>,
    /// The request's `Signature` header.
    pub signature: Option<&'a str>,
}

/// The parameters of a signature.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a> {
    /// The answer key.
    pub kid: &'a Kid,
    /// When it was signed; whole seconds go out.
    pub created: Millis,
    /// Until when it is good.
    pub expires: Millis,
    /// The request's nonce; empty when it had none.
    pub nonce: &'a str,
}

/// The headers of a signed answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnswerHeaders {
    /// `Content-Digest`
    pub content_digest: String,
    /// `Signature-Input`
    pub signature_input: String,
    /// `Signature`
    pub signature: String,
}

/// Why an answer cannot be signed, or its signature is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// The nonce cannot stand in a header: printable ASCII without quotes and backslashes only.
    #[error("the nonce has characters that cannot stand in a header")]
    Nonce,
    /// A header is missing or has not the form of our answers.
    #[error("the signature headers are malformed")]
    Malformed,
    /// The signature covers other parts than it must.
    #[error("the signature does not cover what it must")]
    Coverage,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    Digest,
    /// Signed by another key, or an answer to another request.
    #[error("the signature is wrong")]
    BadSignature,
}

/// The label of our one signature in `Signature-Input` and `Signature`.
pub const LABEL: &str = "sig1";

/// An answer ready to be signed, for callers whose platform signs faster than we do.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `Content-Digest`
    pub content_digest: String,
    /// `Signature-Input`
    pub signature_input: String,
    /// The bytes to sign with the answer key (RFC 9421, section 2.5).
    pub base: String,
}

impl Draft {
    /// The headers with a signature that was made over [`Self::base`].
    pub fn signed(self, signature: &[u8; 64]) -> AnswerHeaders {
        AnswerHeaders {
            content_digest: self.content_digest,
            signature_input: self.signature_input,
            signature: format!("{LABEL}=:{}:", b64(signature)),
        }
    }
}

/// Prepares the signature of an answer. Costs one SHA-256 over the body.
///
/// # Errors
/// [`AnswerError::Nonce`].
pub fn draft(
    answer: AnswerParts<'_>,
    request: RequestParts<'_>,
    params: Params<'_>,
) -> Result<Draft, AnswerError> {
    if !params.nonce.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\') {
        return Err(AnswerError::Nonce);
    }
    let content_digest = content_digest(answer.body);
    let mut text = covered(request);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        ";created={};expires={};keyid=\"{}\";alg=\"ed25519\"",
        params.created.seconds(),
        params.expires.seconds(),
        params.kid,
    );
    if !params.nonce.is_empty() {
        let _ = write!(text, ";nonce=\"{}\"", params.nonce);
    }
    let _ = write!(text, ";tag=\"{TAG}\"");
    let base = base(answer.status, &content_digest, request, &text);
    Ok(Draft { content_digest, signature_input: format!("{LABEL}={text}"), base })
}

/// Signs an answer: [`draft`] and one Ed25519 signature.
///
/// # Errors
/// [`AnswerError::Nonce`].
pub fn sign_answer(
    seed: &SigningSeed,
    answer: AnswerParts<'_>,
    request: RequestParts<'_>,
    params: Params<'_>,
) -> Result<AnswerHeaders, AnswerError> {
    let draft = draft(answer, request, params)?;
    let signature = seed.sign(draft.base.as_bytes());
    Ok(draft.signed(&signature))
}

/// The list of covered components.
fn covered(request: RequestParts<'_>) -> String {
    let mut list = String::with_capacity(256);
    list.push_str(r#"("@status" "content-digest" "@method";req "@target-uri";req"#);
    if request.content_digest.is_some() {
        list.push_str(r#" "content-digest";req"#);
    }
    if request.signature.is_some() {
        list.push_str(r#" "signature";req"#);
    }
    list.push(')');
    list
}

/// The signature base (RFC 9421, section 2.5).
fn base(status: u16, digest: &str, request: RequestParts<'_>, params: &str) -> String {
    let mut base = String::with_capacity(512);
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // Writing to a String cannot fail.
        let _ = writeln!(base, "{name}: {value}");
    };
    line(r#""@status""#, &status);
    line(r#""content-digest""#, &digest);
    line(r#""@method";req"#, &request.method);
    line(r#""@target-uri";req"#, &request.target_uri);
    if let Some(value) = request.content_digest {
        line(r#""content-digest";req"#, &value.trim());
    }
    if let Some(value) = request.signature {
        line(r#""signature";req"#, &value.trim());
    }
    let _ = write!(base, "\"@signature-params\": {params}");
    base
}

#[cfg(test)]
mod tests;
