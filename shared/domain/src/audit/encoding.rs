//! The bytes of an entry that are hashed.
//!
//! `writ-audit-v1`, then each field as its length (8 bytes, big-endian) and its UTF-8 bytes: prev,
//! tenant, seq, event, at, actor, action, subject, request, detail. Lengths make it unambiguous.
//! Numbers are decimal text. Detail is JSON without spaces, the keys of every object sorted by
//! their bytes, so that it does not matter how a store or a parser orders them.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::audit::Entry;

/// SHA-256 of the entry's encoding in lower-case hex; the entry's own `hash` is left out.
pub fn hash(entry: &Entry) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"writ-audit-v1");
    let (seq, at) = (entry.seq.to_string(), entry.at.0.to_string());
    let mut detail = String::new();
    canonical(&entry.detail, &mut detail);
    let fields = [
        entry.prev.as_str(),
        entry.tenant.as_str(),
        &seq,
        entry.event.as_str(),
        &at,
        &entry.actor,
        &entry.action,
        &entry.subject,
        &entry.request,
        &detail,
    ];
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex(&hasher.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].into_iter().filter_map(|n| char::from_digit(n.into(), 16)),
        );
        text
    })
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (place, (key, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(member, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
