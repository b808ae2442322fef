//! Signed answers (RFC 9421): bound to the request, so that neither a fake server nor a replay passes.

use domain::time::Millis;
use license::answer::{self, AnswerParts, Draft, Params, RequestParts};
use wire::problem::Problem;

use crate::door::{Inbound, Outbound};
use crate::failure::Failure;
use crate::keys::Keys;

/// A signature is good for this long, in seconds: time enough for slow clocks, too little to be stored up.
const GOOD_FOR: i64 = 300;
/// A nonce is at most this long.
const LONGEST_NONCE: usize = 128;

/// Whether the caller wants the answer signed: it sent a nonce, or signed its request.
pub fn is_wanted(inbound: &Inbound, nonce: Option<&str>) -> bool {
    nonce.is_some() || !inbound.header("signature").is_empty()
}

/// Whether a nonce can stand in a signature.
///
/// # Errors
/// `invalid-request` pointing at it.
pub fn check_nonce(nonce: Option<&str>) -> Result<(), Problem> {
    let fits = |text: &str| {
        (1..=LONGEST_NONCE).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\')
    };
    match nonce {
        Some(text) if !fits(text) => Err(Problem::field(
            "/nonce",
            "must be 1 to 128 printable ASCII characters without quotes and backslashes",
        )),
        _ => Ok(()),
    }
}

/// Signs the answer to `inbound` as of `now`, if that is wanted.
///
/// # Errors
/// When the nonce cannot stand in a header, which [`check_nonce`] has ruled out.
pub fn sign(
    keys: &Keys,
    out: &mut Outbound,
    inbound: &Inbound,
    nonce: Option<&str>,
    now: Millis,
) -> Result<(), Failure> {
    if let Some(draft) = draft(keys, out, inbound, nonce, now)? {
        let signature = keys.answer.sign(draft.base.as_bytes());
        let headers = draft.signed(&signature);
        out.set("content-digest", headers.content_digest);
        out.set("signature-input", headers.signature_input);
        out.set("signature", headers.signature);
    }
    Ok(())
}

/// As [`sign`], for workers behind the door: there the platform's own cryptography adds the signature, in a third
/// of the time that ours takes in Wasm.
///
/// # Errors
/// As [`sign`].
pub fn at_the_door(
    keys: &Keys,
    out: &mut Outbound,
    inbound: &Inbound,
    nonce: Option<&str>,
    now: Millis,
) -> Result<(), Failure> {
    if let Some(draft) = draft(keys, out, inbound, nonce, now)? {
        out.set("content-digest", draft.content_digest);
        out.set("signature-input", draft.signature_input);
        out.to_sign = Some(draft.base);
    }
    Ok(())
}

fn draft(
    keys: &Keys,
    out: &Outbound,
    inbound: &Inbound,
    nonce: Option<&str>,
    now: Millis,
) -> Result<Option<Draft>, Failure> {
    if !is_wanted(inbound, nonce) {
        return Ok(None);
    }
    let sent = |name| Some(inbound.header(name)).filter(|value| !value.is_empty());
    let answer = AnswerParts { status: out.status, body: out.body.as_bytes() };
    let request = RequestParts {
        method: &inbound.method,
        target_uri: &inbound.url,
        content_digest: sent("content-digest"),
        signature: sent("signature"),
    };
    let params = Params {
        kid: &keys.answer_kid,
        created: now,
        expires: now.plus_seconds(GOOD_FOR),
        nonce: nonce.unwrap_or_default(),
    };
    answer::draft(answer, request, params).map(Some).map_err(Failure::internal)
}
