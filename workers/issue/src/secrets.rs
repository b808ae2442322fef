//! The two secrets that only this worker has: the key-encryption key and the root's seed.

use std::cell::RefCell;
use std::rc::Rc;

use edge::config;
use edge::keys::{bytes, secret, seed};
use edge::{Call, Failure};
use license::keys::SigningSeed;
use license::seal::Kek;

/// The id of the key-encryption key, unless `KEK_ID` says otherwise.
const KEK_ID: &str = "k1";

/// The secrets of this isolate. Cannot be printed beyond their names.
#[derive(Debug)]
pub struct Secrets {
    /// Opens and seals issuers' seeds.
    pub kek: Kek,
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
        let id = config::text(&call.env, "KEK_ID").unwrap_or_else(|| KEK_ID.to_owned());
        let root = seed(&secret(&call.env, "ROOT_SEED")?)?;
        let kek = Kek::new(&id, &bytes(&secret(&call.env, "KEK")?)?).map_err(Failure::internal)?;
        let secrets = Rc::new(Self { kek, root });
        SECRETS.with_borrow_mut(|slot| *slot = Some(Rc::clone(&secrets)));
        Ok(secrets)
    }
}
