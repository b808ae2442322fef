//! The secret that only this worker has, the root's seed; and the key-encryption keys.

use std::cell::RefCell;
use std::rc::Rc;

use edge::keys::{secret, seed};
use edge::{Call, Failure, kek};
use license::keys::SigningSeed;
use license::vault::KekRing;

/// The secrets of this isolate. Cannot be printed beyond their names.
#[derive(Debug)]
pub struct Secrets {
    /// Opens and seals issuers' seeds.
    pub keks: Rc<KekRing>,
    /// Certifies issuers' keys.
    pub root: SigningSeed,
}

thread_local! {
    static SECRETS: RefCell<Option<Rc<Secrets>>> = const { RefCell::new(None) };
}

impl Secrets {
    /// The secrets of this isolate, read from the worker's bindings the first time.
    ///
    /// # Errors
    /// When one is missing or unreadable: the installation is not set up.
    pub fn of(call: &Call) -> Result<Rc<Self>, Failure> {
        if let Some(secrets) = SECRETS.with_borrow(Clone::clone) {
            return Ok(secrets);
        }
        let root = seed(&secret(&call.env, "ROOT_SEED")?)?;
        let secrets = Rc::new(Self { keks: kek::ring(call)?, root });
        SECRETS.with_borrow_mut(|slot| *slot = Some(Rc::clone(&secrets)));
        Ok(secrets)
    }
}
