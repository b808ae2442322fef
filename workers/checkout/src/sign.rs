//! What the worker vouches for with the answer key: borrowed seats and receipts.

use domain::license::License;
use domain::pool::Lease;
use edge::vouch::Voucher;
use edge::{Call, Failure};
use license::lease::LeaseClaims;
use license::receipt::{ReceiptClaims, Returned};

/// The answer key with what its certificate says. What it signs is the same for the same lease, so that a repeat gets the
/// same bytes; only a change of the key in between shows.
#[derive(Debug)]
pub struct Signer(Voucher);

impl Signer {
    /// The signer of this isolate. Take it before anything is changed: a key that may not sign now must not cost a seat.
    ///
    /// # Errors
    /// As [`Voucher::of`].
    pub fn of(call: &Call) -> Result<Self, Failure> {
        Voucher::of(call).map(Self)
    }

    /// A lease of `license` as it was granted, as a text.
    ///
    /// # Errors
    /// Never in practice.
    pub fn lease(&self, lease: &Lease, license: &License) -> Result<String, Failure> {
        let Self(Voucher { keys, issuer, since }) = self;
        let claims = LeaseClaims::of(lease, license, issuer, *since);
        claims.sign(&keys.answer, &keys.answer_cert).map_err(Failure::internal)
    }

    /// A receipt for what was returned.
    ///
    /// # Errors
    /// Never in practice.
    pub fn receipt(&self, returned: Returned) -> Result<String, Failure> {
        let Self(Voucher { keys, issuer, since }) = self;
        let claims = ReceiptClaims::of(returned, issuer, *since);
        claims.sign(&keys.answer, &keys.answer_cert).map_err(Failure::internal)
    }
}
