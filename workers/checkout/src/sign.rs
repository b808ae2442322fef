//! What the worker vouches for with the answer key: borrowed seats and receipts.

use std::rc::Rc;

use domain::id::TenantId;
use domain::license::License;
use domain::pool::Lease;
use domain::time::Millis;
use edge::keys::Keys;
use edge::{Call, Failure};
use license::cert::{Certified, KeyUse};
use license::lease::LeaseClaims;
use license::receipt::{ReceiptClaims, Returned};

/// The answer key with what its certificate says. What it signs is the same for the same lease, so that a repeat gets the
/// same bytes; only a change of the key in between shows.
#[derive(Debug)]
pub struct Signer {
    keys: Rc<Keys>,
    issuer: TenantId,
    since: Millis,
}

impl Signer {
    /// The signer of this isolate. Take it before anything is changed: a key that may not sign now must not cost a seat.
    ///
    /// # Errors
    /// When the installation is not set up, or the certificate is not of this key, for answers, and of this time.
    pub fn of(call: &Call) -> Result<Self, Failure> {
        let keys = Keys::of(&call.env)?;
        let cert = Certified::read(&keys.answer_cert, keys.ring.roots());
        let cert = cert.map_err(Failure::internal)?;
        cert.may_sign(KeyUse::Answer, call.now).map_err(Failure::internal)?;
        if cert.kid != keys.answer_kid {
            return Err(Failure::internal("ANSWER_CERT is of another key than ANSWER_SEED"));
        }
        Ok(Self { keys, issuer: cert.owner, since: cert.not_before })
    }

    /// A lease of `license` as it was granted, as a text.
    ///
    /// # Errors
    /// Never in practice.
    pub fn lease(&self, lease: &Lease, license: &License) -> Result<String, Failure> {
        let claims = LeaseClaims::of(lease, license, &self.issuer, self.since);
        claims.sign(&self.keys.answer, &self.keys.answer_cert).map_err(Failure::internal)
    }

    /// A receipt for what was returned.
    ///
    /// # Errors
    /// Never in practice.
    pub fn receipt(&self, returned: Returned) -> Result<String, Failure> {
        let claims = ReceiptClaims::of(returned, &self.issuer, self.since);
        claims.sign(&self.keys.answer, &self.keys.answer_cert).map_err(Failure::internal)
    }
}
