//! The answer key as far as it vouches for claims: borrowed seats, receipts, manifests of exports.

use std::rc::Rc;

use domain::id::TenantId;
use domain::time::Millis;
use license::cert::{Certified, KeyUse};

use crate::call::Call;
use crate::failure::Failure;
use crate::keys::Keys;

/// The answer key with what its certificate says.
#[derive(Debug)]
pub struct Voucher {
    /// The key and its certificate.
    pub keys: Rc<Keys>,
    /// Who owns it: the operator.
    pub issuer: TenantId,
    /// From when on it may sign.
    pub since: Millis,
}

impl Voucher {
    /// The voucher of this isolate.
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
}
