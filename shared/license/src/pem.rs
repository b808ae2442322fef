//! The one PEM form that we need: SPKI of an Ed25519 public key.

use crate::encoding::{b64, from_b64};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// DER before the 32 key bytes: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING } (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

pub(crate) fn encode(key: &[u8; 32]) -> String {
    let der = [SPKI.as_slice(), key].concat();
    // 44 bytes are 60 characters: one line.
    format!("{BEGIN}\n{}\n{END}\n", b64(&der))
}

pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let body = text.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let body: String = body.split_ascii_whitespace().collect();
    from_b64(&body)?.strip_prefix(SPKI.as_slice())?.try_into().ok()
}
