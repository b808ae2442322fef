//! The client's certificate, as the platform tells of it (`js/certificate.mjs`).

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::perimeter::{Certificate, alternative_names, common_name};
use domain::time::Millis;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::cache::Cache;

#[wasm_bindgen(module = "/js/certificate.mjs")]
extern "C" {
    /// See `js/certificate.mjs`.
    #[wasm_bindgen(catch)]
    fn certificate(request: &JsValue) -> Result<String, JsValue>;

    /// See `js/certificate.mjs`.
    #[wasm_bindgen(catch)]
    fn number(request: &JsValue) -> Result<u32, JsValue>;
}

/// Certificates remembered per isolate.
const REMEMBERED: usize = 1_024;

thread_local! {
    static READ: RefCell<Cache<u32, Rc<Certificate>>> = RefCell::new(Cache::new(REMEMBERED));
}

/// The certificate of the connection that `request` came by; none where none was presented. What is the same certificate,
/// and of the same standing, is read once.
pub fn of(request: &JsValue) -> Option<Rc<Certificate>> {
    let number = number(request).ok().filter(|number| *number > 0)?;
    let known = READ.with_borrow_mut(|known| known.get(&number).map(|held| Rc::clone(&held.value)));
    known.or_else(|| {
        let facts = Rc::new(read(&certificate(request).ok()?)?);
        READ.with_borrow_mut(|known| known.put(number, Rc::clone(&facts), Millis(0)));
        Some(facts)
    })
}

/// Reads the facts: verified, revoked, subject (RFC 2253), SHA-256, the certificate itself (RFC 9440). What cannot be read
/// is no certificate, so nothing is let in by it.
pub fn read(text: &str) -> Option<Certificate> {
    let [verified, revoked, subject, sha256, whole]: [String; 5] =
        serde_json::from_str(text).ok()?;
    let whole = whole.strip_prefix(':').and_then(|whole| whole.strip_suffix(':'));
    let der = whole.and_then(|whole| STANDARD.decode(whole).ok()).unwrap_or_default();
    Some(Certificate {
        verified: verified == "SUCCESS",
        // Anything but a clear no: a platform that does not know must not let a revoked one in.
        revoked: revoked != "0",
        common_name: common_name(&subject),
        alternative_names: alternative_names(&der),
        sha256: sha256.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_good_only_when_it_was_verified_and_is_surely_not_revoked() {
        let rows = [
            ("SUCCESS", "0", (true, false)),
            ("SUCCESS", "1", (true, true)),
            ("SUCCESS", "", (true, true)),
            ("FAILED:self signed certificate", "0", (false, false)),
            ("NONE", "0", (false, false)),
        ];
        for (verified, revoked, want) in rows {
            let text = format!(r#"["{verified}","{revoked}","CN=ws,O=Example","ABCD",""]"#);
            let read = read(&text).unwrap();
            assert_eq!((read.verified, read.revoked), want, "{text}");
            assert_eq!((read.common_name.as_deref(), read.sha256.as_str()), (Some("ws"), "abcd"));
        }
        for nothing in ["", "[]", "[1,2,3,4,5]", r#"["SUCCESS","0"]"#] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
