//! Requests against restrictions, layer by layer.

use std::net::IpAddr;
use std::rc::Rc;

use super::*;
use crate::host::Host;

/// A request as the test wants it.
#[derive(Clone)]
struct Request {
    address: &'static str,
    hostname: &'static str,
    certificate: Option<Certificate>,
    signature: Signature,
}

impl Circumstances for Request {
    fn address(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }
    fn hostname(&self) -> Option<Host> {
        Host::parse(self.hostname).ok()
    }
    fn certificate(&self) -> Option<Rc<Certificate>> {
        self.certificate.clone().map(Rc::new)
    }
    fn signature(&self, public_key: &str) -> Signature {
        assert_eq!(public_key, "the key");
        self.signature
    }
}

fn certificate() -> Certificate {
    Certificate {
        verified: true,
        revoked: false,
        common_name: Some("ws-042.example.com".into()),
        alternative_names: vec!["ws-042.example.com".into(), "ws-042.lab".into()],
        sha256: "ab".repeat(32),
    }
}

fn request() -> Request {
    Request {
        address: "10.0.1.42",
        hostname: "ws-042.example.com",
        certificate: Some(certificate()),
        signature: Signature::Good,
    }
}

fn everything() -> Restrictions {
    serde_json::from_value(serde_json::json!({
        "allowed_hostnames": ["ws-042.example.com"],
        "allowed_ip_ranges": ["10.0.0.0/8"],
        "require_mtls": true,
        "client_cert_cn": "ws-042.example.com",
        "client_cert_san": "ws-042.lab",
        "client_cert_fingerprints": ["ab".repeat(32)],
        "require_signature": true,
        "signing_public_key": "the key",
    }))
    .unwrap()
}

#[test]
fn the_first_broken_layer_is_told() {
    type Change = fn(&mut Request);
    let rows: &[(&str, Change, Option<Broken>)] = &[
        ("all is well", |_| {}, None),
        ("another machine", |r| r.hostname = "ws-043.example.com", Some(Broken::Hostname)),
        ("no machine", |r| r.hostname = "", Some(Broken::Hostname)),
        ("another network", |r| r.address = "11.0.0.0", Some(Broken::Address)),
        ("no address", |r| r.address = "", Some(Broken::Address)),
        (
            "both: the machine first",
            |r| (r.hostname, r.address) = ("x", "11.0.0.0"),
            Some(Broken::Hostname),
        ),
        ("not verified", |r| cert(r).verified = false, Some(Broken::CertificateInvalid)),
        ("revoked", |r| cert(r).revoked = true, Some(Broken::CertificateInvalid)),
        (
            "another name",
            |r| {
                cert(r).common_name = Some("x".into());
                cert(r).alternative_names.remove(0);
            },
            Some(Broken::CertificateMismatch),
        ),
        ("the name is an alternative one", |r| cert(r).common_name = None, None),
        (
            "no such alternative name",
            |r| drop(cert(r).alternative_names.pop()),
            Some(Broken::CertificateMismatch),
        ),
        (
            "another certificate",
            |r| cert(r).sha256 = "cd".repeat(32),
            Some(Broken::CertificateMismatch),
        ),
        ("not signed", |r| r.signature = Signature::Missing, Some(Broken::SignatureRequired)),
        ("badly signed", |r| r.signature = Signature::Wrong, Some(Broken::SignatureInvalid)),
        ("no certificate, but signed", |r| r.certificate = None, None),
    ];
    for (name, change, want) in rows {
        let mut request = request();
        change(&mut request);
        assert_eq!(everything().check(&request).err(), *want, "{name}");
    }
}

fn cert(request: &mut Request) -> &mut Certificate {
    request.certificate.as_mut().unwrap()
}

#[test]
fn a_signature_stands_in_for_a_certificate_only_where_a_key_is_registered() {
    let with = Restrictions {
        require_mtls: true,
        signing_public_key: Some("the key".into()),
        ..Restrictions::default()
    };
    let without = Restrictions { signing_public_key: None, ..with.clone() };
    let rows = [
        (&without, Signature::Good, Some(Broken::CertificateRequired)),
        (&with, Signature::Good, None),
        (&with, Signature::Wrong, Some(Broken::SignatureInvalid)),
        (&with, Signature::Missing, Some(Broken::CertificateRequired)),
    ];
    for (restrictions, signature, want) in rows {
        let request = Request { certificate: None, signature, ..request() };
        assert_eq!(restrictions.check(&request).err(), want, "{signature:?}");
    }
    // A bad certificate is not made good by a signature.
    let mut bad = request();
    cert(&mut bad).revoked = true;
    assert_eq!(with.check(&bad), Err(Broken::CertificateInvalid));
}

#[test]
fn a_key_without_restrictions_asks_for_nothing() {
    let stranger =
        Request { address: "", hostname: "", certificate: None, signature: Signature::Missing };
    assert_eq!(Restrictions::default().check(&stranger), Ok(()));
}
