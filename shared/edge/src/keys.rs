//! Keys that a worker holds: the answer-signing key, and the roots that vouch for every other key.

use std::cell::RefCell;
use std::rc::Rc;

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
    env.secret(name)
        .map(|s| s.to_string())
        .map_err(|_| Failure::internal(format!("secret {name} is not set")))
}

/// A signing seed of 32 bytes in hexadecimal.
///
/// # Errors
/// When it is not that.
pub fn seed(text: &str) -> Result<SigningSeed, Failure> {
    Ok(SigningSeed::from_bytes(&bytes(text)?))
}

/// 32 bytes as 64 hexadecimal digits: the form of every secret of random bytes (wrangler.toml).
///
/// # Errors
/// When it is not that.
pub fn bytes(text: &str) -> Result<[u8; 32], Failure> {
    let unreadable = || Failure::internal("a secret is not 32 bytes in hexadecimal");
    let digits = text.trim().as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return Err(unreadable());
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let value = digit(0).zip(digit(1)).map(|(high, low)| high * 16 + low);
        *byte = value.and_then(|value| u8::try_from(value).ok()).ok_or_else(unreadable)?;
    }
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_64_hexadecimal_digits() {
        let bytes_of = |text: &str| bytes(text).ok().map(|bytes| (bytes[0], bytes[31]));
        assert_eq!(bytes_of(&format!("fF{}0a\n", "00".repeat(30))), Some((255, 10)));
        for bad in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(bytes_of(bad), None, "{bad}");
        }
    }
}
