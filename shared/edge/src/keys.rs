//! Keys that a worker holds: the answer-signing key, and the roots that vouch for every other key.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::id::Kid;
use license::keys::{PublicKey, SigningSeed};
use license::ring::KeyRing;
use worker::Env;

use crate::failure::Failure;

/// The keys of this isolate.
#[derive(Debug)]
pub struct Keys {
    /// Signs answers.
    pub answer: SigningSeed,
    /// Names the answer key.
    pub answer_kid: Kid,
    /// The root's certificate for the answer key.
    pub answer_cert: String,
    /// Verifies licenses.
    pub ring: KeyRing,
}

thread_local! {
    static KEYS: RefCell<Option<Rc<Keys>>> = const { RefCell::new(None) };
}

impl Keys {
    /// The keys of this isolate, read from the worker's secrets the first time.
    ///
    /// # Errors
    /// When a secret is missing or unreadable: the installation is not set up.
    pub fn of(env: &Env) -> Result<Rc<Self>, Failure> {
        if let Some(keys) = Self::known() {
            return Ok(keys);
        }
        let keys = Rc::new(Self::read(env)?);
        KEYS.with_borrow_mut(|slot| *slot = Some(Rc::clone(&keys)));
        Ok(keys)
    }

    /// The keys, if this isolate has read them.
    pub fn known() -> Option<Rc<Self>> {
        KEYS.with_borrow(Clone::clone)
    }

    fn read(env: &Env) -> Result<Self, Failure> {
        let answer = seed(&secret(env, "ANSWER_SEED")?)?;
        let answer_kid = answer.public().kid().map_err(Failure::internal)?;
        Ok(Self {
            answer,
            answer_kid,
            answer_cert: secret(env, "ANSWER_CERT")?,
            ring: KeyRing::new(roots(&secret(env, "ROOT_PUBLIC")?)?),
        })
    }
}

/// A secret of the worker.
///
/// # Errors
/// When it is not set.
pub fn secret(env: &Env, name: &str) -> Result<String, Failure> {
    env.secret(name).map(|s| s.to_string()).map_err(|_| Failure::internal(format!("secret {name} is not set")))
}

/// A signing seed of 32 bytes in base64url.
///
/// # Errors
/// When it is not that.
pub fn seed(text: &str) -> Result<SigningSeed, Failure> {
    let unreadable = || Failure::internal("a signing seed is not 32 bytes in base64url");
    let bytes = BASE64.decode(text.trim()).map_err(|_| unreadable())?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| unreadable())?;
    Ok(SigningSeed::from_bytes(&bytes))
}

/// One root key or several, as PEM blocks one after the other.
fn roots(pem: &str) -> Result<Vec<PublicKey>, Failure> {
    const END: &str = "-----END PUBLIC KEY-----";
    pem.split_inclusive(END)
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| PublicKey::from_pem(block).map_err(Failure::internal))
        .collect()
}
