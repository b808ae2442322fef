//! What a browser carries for us between two requests: sealed under the session key, for one purpose and one host.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::failure::Failure;
use crate::{keys, platform};

const NONCE: usize = 12;

/// Seals `value` for `purpose` on `host`.
///
/// # Errors
/// When the worker has no session key.
pub fn seal(
    call: &Call,
    purpose: &str,
    host: &str,
    value: &impl Serialize,
) -> Result<String, Failure> {
    let nonce: [u8; NONCE] = platform::entropy().map_err(Failure::internal)?;
    let text = serde_json::to_vec(value).map_err(Failure::internal)?;
    closed(&key(call)?, nonce, &about(purpose, host), &text)
        .ok_or_else(|| Failure::internal("cannot be sealed"))
}

/// Opens what [`seal`] wrote for the same purpose and host; none for anything else.
///
/// # Errors
/// When the worker has no session key.
pub fn open<T: DeserializeOwned>(
    call: &Call,
    purpose: &str,
    host: &str,
    text: &str,
) -> Result<Option<T>, Failure> {
    let opened = opened(&key(call)?, &about(purpose, host), text);
    Ok(opened.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn key(call: &Call) -> Result<[u8; 32], Failure> {
    keys::bytes(&keys::secret(&call.env, "SESSION_KEY")?)
}

fn about(purpose: &str, host: &str) -> String {
    format!("writ carried v1\0{purpose}\0{host}")
}

fn closed(key: &[u8; 32], nonce: [u8; NONCE], about: &str, text: &[u8]) -> Option<String> {
    let payload = Payload { msg: text, aad: about.as_bytes() };
    let sealed = Aes256Gcm::new(key.into()).encrypt(&Nonce::from(nonce), payload).ok()?;
    Some(BASE64.encode([nonce.as_slice(), &sealed].concat()))
}

fn opened(key: &[u8; 32], about: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: about.as_bytes() };
    Aes256Gcm::new(key.into()).decrypt(&Nonce::from(*nonce), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_opens_for_its_purpose_and_host_only() {
        let about = about("oidc", "acme.example");
        let text = closed(&[1; 32], [2; NONCE], &about, b"state").unwrap();
        assert_eq!(opened(&[1; 32], &about, &text).as_deref(), Some(b"state".as_slice()));
        let other = super::about("oidc", "globex.example");
        assert_eq!(opened(&[1; 32], &other, &text), None, "another host");
        assert_eq!(opened(&[3; 32], &about, &text), None, "another key");
        for bad in ["", "AAAA", &text[1..], "é"] {
            assert_eq!(opened(&[1; 32], &about, bad), None, "{bad}");
        }
    }
}
