//! Which keys a verifier trusts: root keys, and keys that it already knows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::id::Kid;

use crate::cert::Certified;
use crate::error::{CertFault, LicenseError};
use crate::keys::PublicKey;

/// The keys that a verifier trusts. One root is enough to verify every license that carries its
/// certificate; known keys save the certificate's verification.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    roots: Vec<PublicKey>,
    known: BTreeMap<Kid, Certified>,
}

impl KeyRing {
    /// Trusts what `roots` certify. Two roots, while the root is being changed.
    pub fn new(roots: impl IntoIterator<Item = PublicKey>) -> Self {
        Self { roots: roots.into_iter().collect(), known: BTreeMap::new() }
    }

    /// Trusts a key as such. The caller vouches for it: from the directory, or from a certificate
    /// that was verified before.
    pub fn trust(&mut self, key: Certified) {
        self.known.insert(key.kid.clone(), key);
    }

    /// The root keys.
    pub fn roots(&self) -> &[PublicKey] {
        &self.roots
    }

    /// The key `kid`: known already, or vouched for by `cert`.
    ///
    /// # Errors
    /// When nothing vouches for it, or the certificate is wrong or for another key.
    pub fn resolve(
        &self,
        kid: &Kid,
        cert: Option<&str>,
    ) -> Result<Cow<'_, Certified>, LicenseError> {
        if let Some(known) = self.known.get(kid) {
            return Ok(Cow::Borrowed(known));
        }
        let cert = cert.ok_or_else(|| LicenseError::UnknownKey(kid.clone()))?;
        let certified = Certified::read(cert, &self.roots)?;
        if certified.kid == *kid {
            Ok(Cow::Owned(certified))
        } else {
            Err(CertFault::OtherKey.into())
        }
    }
}
