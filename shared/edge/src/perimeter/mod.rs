//! The layers round an API key, with what this platform knows of a request.

pub mod certificate;

use std::net::IpAddr;
use std::rc::Rc;

use domain::host::Host;
use domain::perimeter::{Broken, Certificate, Circumstances, Signature};
use domain::time::Millis;
use license::request::{Request, public_key, verify_request};
use wire::problem::Kind;

use crate::door::Inbound;
use crate::failure::Failure;
use crate::principal::Principal;

/// Whether a request gets through the layers of the key that it shows. A key without any costs one comparison.
///
/// # Errors
/// The code of the first layer that it does not get through.
pub fn check(principal: &Principal, inbound: &Inbound, now: Millis) -> Result<(), Failure> {
    let Some(restrictions) = &principal.restrictions else { return Ok(()) };
    restrictions.check(&Seen { inbound, now }).map_err(|broken| kind(broken).into())
}

/// The refusals that are the work of a layer: those that the owner of a key wants to hear of.
pub const LAYERS: [Kind; 9] = [
    Kind::WrongHost,
    Kind::HostnameNotAllowed,
    Kind::AddressNotAllowed,
    Kind::CertificateRequired,
    Kind::CertificateInvalid,
    Kind::CertificateMismatch,
    Kind::SignatureRequired,
    Kind::SignatureInvalid,
    Kind::RateLimited,
];

const fn kind(broken: Broken) -> Kind {
    match broken {
        Broken::Hostname => Kind::HostnameNotAllowed,
        Broken::Address => Kind::AddressNotAllowed,
        Broken::CertificateRequired => Kind::CertificateRequired,
        Broken::CertificateInvalid => Kind::CertificateInvalid,
        Broken::CertificateMismatch => Kind::CertificateMismatch,
        Broken::SignatureRequired => Kind::SignatureRequired,
        Broken::SignatureInvalid => Kind::SignatureInvalid,
    }
}

/// A request as it came in at `now`.
struct Seen<'a> {
    inbound: &'a Inbound,
    now: Millis,
}

impl Circumstances for Seen<'_> {
    fn address(&self) -> Option<IpAddr> {
        self.inbound.header("cf-connecting-ip").parse().ok()
    }

    fn hostname(&self) -> Option<Host> {
        Host::parse(self.inbound.header("x-hostname").trim()).ok()
    }

    fn certificate(&self) -> Option<Rc<Certificate>> {
        self.inbound.certificate()
    }

    fn signature(&self, key: &str) -> Signature {
        let header = |name| self.inbound.header(name);
        let (input, signature) = (header("signature-input"), header("signature"));
        if input.is_empty() && signature.is_empty() {
            return Signature::Missing;
        }
        let request = Request {
            method: &self.inbound.method,
            target_uri: &self.inbound.url,
            authorization: header("authorization"),
            content_digest: header("content-digest"),
            body: &self.inbound.body,
        };
        let good = public_key(key)
            .is_ok_and(|key| verify_request(&key, request, input, signature, self.now).is_ok());
        if good { Signature::Good } else { Signature::Wrong }
    }
}

#[cfg(test)]
mod tests;
