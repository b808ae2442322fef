//! A presented license key: read, verified once, remembered by digest.

use std::cell::RefCell;
use std::rc::Rc;

use domain::time::Millis;
use edge::cache::Cache;
use edge::keys::Keys;
use license::claims::Claims;
use license::text::LicenseText;
use license::token::Token;

/// Verified keys held per isolate. A signature stays good, so these do not grow stale.
const VERIFIED: usize = 1_024;

/// A license key that somebody presented.
#[derive(Clone, Debug)]
pub struct Presented {
    /// What it says; only when it is genuine.
    pub claims: Option<Rc<Claims>>,
}

thread_local! {
    static SEEN: RefCell<Cache<[u8; 32], Rc<Claims>>> = RefCell::new(Cache::new(VERIFIED));
}

impl Presented {
    /// Reads and verifies `text`: form, certificate chain up to a root, signature.
    pub fn check(keys: &Keys, text: &str, now: Millis) -> Self {
        let Ok(text) = LicenseText::read(text) else { return Self { claims: None } };
        let digest = text.digest();
        let seen =
            SEEN.with_borrow_mut(|seen| seen.get(&digest).map(|held| Rc::clone(&held.value)));
        if seen.is_some() {
            return Self { claims: seen };
        }
        let genuine = Token::parse(&text.jws).and_then(|token| token.verify(&keys.ring, now));
        let claims = genuine.ok().map(|genuine| Rc::new(genuine.claims));
        if let Some(claims) = &claims {
            SEEN.with_borrow_mut(|seen| seen.put(digest, Rc::clone(claims), now));
        }
        Self { claims }
    }
}
