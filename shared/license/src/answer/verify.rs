//! Verifying a signed answer, as clients do.

use domain::id::Kid;
use domain::time::Millis;

use super::{AnswerError, AnswerHeaders, AnswerParts, RequestParts, TAG, base, covered};
use crate::digest;
use crate::encoding::from_b64;
use crate::keys::PublicKey;

/// What a genuine signature says. Whether it is the answer to our question, the nonce tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedBy {
    /// The key that signed.
    pub kid: Kid,
    /// When.
    pub created: Millis,
    /// Until when it is good.
    pub expires: Millis,
    /// The nonce of the request; empty when it had none.
    pub nonce: String,
}

/// The key id that an answer names, to look the key up before [`verify_answer`].
///
/// # Errors
/// [`AnswerError::Malformed`].
pub fn claimed_kid(signature_input: &str) -> Result<Kid, AnswerError> {
    let end = signature_input.find(')').ok_or(AnswerError::Malformed)?;
    read_params(signature_input.get(end + 1..).unwrap_or_default()).map(|signed| signed.kid)
}

/// Verifies the signature of an answer to `request`, and its body. Compare `nonce` with the one
/// that was sent, and `created` with the key's certificate, afterwards.
///
/// # Errors
/// When headers are malformed, cover too little, or digest or signature are wrong.
pub fn verify_answer(
    key: &PublicKey,
    headers: &AnswerHeaders,
    answer: AnswerParts<'_>,
    request: RequestParts<'_>,
) -> Result<SignedBy, AnswerError> {
    let text = headers.signature_input.strip_prefix("sig1=").ok_or(AnswerError::Malformed)?;
    // Compared whole: exactly the parts that we must cover, in our order, and no others.
    let params = text.strip_prefix(&covered(request)).ok_or(AnswerError::Coverage)?;
    let signed = read_params(params)?;
    if !digest::matches(&headers.content_digest, answer.body) {
        return Err(AnswerError::Digest);
    }
    let signature = headers.signature.strip_prefix("sig1=:").and_then(|s| s.strip_suffix(':'));
    let signature = signature.and_then(from_b64).and_then(|bytes| bytes.try_into().ok());
    let base = base(answer.status, &headers.content_digest, request, text);
    if key.verifies(base.as_bytes(), &signature.ok_or(AnswerError::Malformed)?) {
        Ok(signed)
    } else {
        Err(AnswerError::BadSignature)
    }
}

/// Reads the parameters that we write, in our order; a foreign spelling is refused.
fn read_params(text: &str) -> Result<SignedBy, AnswerError> {
    let read = || {
        let (created, rest) = text.strip_prefix(";created=")?.split_once(";expires=")?;
        let (expires, rest) = rest.split_once(";keyid=\"")?;
        let (kid, rest) = rest.split_once("\";alg=\"ed25519\"")?;
        let rest = rest.strip_suffix(&format!(";tag=\"{TAG}\""))?;
        let nonce = match rest {
            "" => "",
            _ => rest.strip_prefix(";nonce=\"")?.strip_suffix('"').filter(|n| !n.contains('"'))?,
        };
        Some(SignedBy {
            kid: Kid::parse(kid).ok()?,
            created: Millis::from_seconds(created.parse().ok()?),
            expires: Millis::from_seconds(expires.parse().ok()?),
            nonce: nonce.to_owned(),
        })
    };
    read().ok_or(AnswerError::Malformed)
}
