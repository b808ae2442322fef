//! The one function that decides whether a request meets what its key demands.

use std::net::IpAddr;
use std::rc::Rc;

use super::restrictions::Restrictions;
use crate::host::Host;

/// What the platform says about the client's certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Certificate {
    /// Whether it was verified: signed by an authority that the host trusts, and within its time.
    pub verified: bool,
    /// Whether it was revoked; a revoked one may still verify.
    pub revoked: bool,
    /// The subject's common name.
    pub common_name: Option<String>,
    /// Its alternative names.
    pub alternative_names: Vec<String>,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// What a request's own signature is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signature {
    /// The request has none.
    Missing,
    /// By another key, over too little, too old, or simply wrong.
    Wrong,
    /// By the key, over all that it must cover, and fresh.
    Good,
}

/// What is true of a request. Asked for only where a key wants to know: certificates and signatures cost time.
pub trait Circumstances {
    /// The client's address, as the platform says.
    fn address(&self) -> Option<IpAddr>;
    /// The name that the machine gives itself (`X-Hostname`).
    fn hostname(&self) -> Option<Host>;
    /// The client's certificate, if one was presented.
    fn certificate(&self) -> Option<Rc<Certificate>>;
    /// What the request's signature is worth by this public key.
    fn signature(&self, public_key: &str) -> Signature;
}

/// The layer of a key's restrictions that a request does not get through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Broken {
    /// Not one of the machines.
    Hostname,
    /// Not from one of the networks.
    Address,
    /// No client certificate, and no signature in its place.
    CertificateRequired,
    /// Not verified, or revoked.
    CertificateInvalid,
    /// Somebody else's.
    CertificateMismatch,
    /// No signature.
    SignatureRequired,
    /// A signature that is not good.
    SignatureInvalid,
}

impl Restrictions {
    /// Whether a request gets through every layer.
    ///
    /// # Errors
    /// The first layer that it does not get through: cheap ones are asked first.
    pub fn check(&self, request: &impl Circumstances) -> Result<(), Broken> {
        let hosts = &self.allowed_hostnames;
        let hosted = |host: Host| hosts.iter().any(|pattern| pattern.matches(&host));
        if !hosts.is_empty() && !request.hostname().is_some_and(hosted) {
            return Err(Broken::Hostname);
        }
        let ranges = &self.allowed_ip_ranges;
        let inside = |address: IpAddr| ranges.iter().any(|range| range.holds(address));
        if !ranges.is_empty() && !request.address().is_some_and(inside) {
            return Err(Broken::Address);
        }
        if !self.require_mtls {
            return if self.require_signature { self.signed(request) } else { Ok(()) };
        }
        match (request.certificate(), &self.signing_public_key) {
            (Some(certificate), _) => self.certified(&certificate)?,
            (None, None) => return Err(Broken::CertificateRequired),
            // Where the platform cannot ask for a certificate the device proves itself by its signature.
            (None, Some(_)) => {
                return self.signed(request).map_err(|broken| match broken {
                    Broken::SignatureRequired if !self.require_signature => {
                        Broken::CertificateRequired
                    }
                    broken => broken,
                });
            }
        }
        if self.require_signature { self.signed(request) } else { Ok(()) }
    }

    fn certified(&self, certificate: &Certificate) -> Result<(), Broken> {
        if !certificate.verified || certificate.revoked {
            return Err(Broken::CertificateInvalid);
        }
        let named = |name: &String| {
            certificate.alternative_names.iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        let common = |name: &String| {
            certificate.common_name.as_ref().is_some_and(|cn| cn.eq_ignore_ascii_case(name))
        };
        let pins = &self.client_cert_fingerprints;
        let pinned =
            || pins.iter().any(|pin| pin.as_str().eq_ignore_ascii_case(&certificate.sha256));
        let fits = self.client_cert_cn.as_ref().is_none_or(|name| common(name) || named(name))
            && self.client_cert_san.as_ref().is_none_or(named)
            && (pins.is_empty() || pinned());
        if fits { Ok(()) } else { Err(Broken::CertificateMismatch) }
    }

    fn signed(&self, request: &impl Circumstances) -> Result<(), Broken> {
        // A demand without a key, which is never stored, is met by nobody.
        let key = self.signing_public_key.as_deref().ok_or(Broken::SignatureInvalid)?;
        match request.signature(key) {
            Signature::Good => Ok(()),
            Signature::Wrong => Err(Broken::SignatureInvalid),
            Signature::Missing => Err(Broken::SignatureRequired),
        }
    }
}
