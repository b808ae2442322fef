//! What a client shows besides its key: what the layers round an API key may demand (docs/adr/0011).

use domain::time::Millis;
use license::keys::SigningSeed;
use license::request::{Request as Signed, sign_request};
use ureq::tls::{ClientCert, PemItem, parse_pem};

use crate::failure::Failure;
use crate::transport::Request;

/// What a client shows besides its key. What is empty is not shown.
#[derive(Default)]
pub struct Identity {
    /// `X-Hostname`: the machine's name, for keys that are bound to machines.
    pub hostname: Option<String>,
    /// `X-App-Fingerprint`: which application asks.
    pub app_fingerprint: Option<String>,
    /// Signs every request (RFC 9421), for keys that know its public half.
    pub signing: Option<SigningSeed>,
    /// A client certificate, for keys that demand one.
    pub certificate: Option<ClientCert>,
}

impl Identity {
    /// The headers of a request to `url`.
    pub fn headers(
        &self,
        request: Request<'_>,
        (url, authorization): (&str, &str),
        now: Millis,
    ) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        headers.extend(self.hostname.clone().map(|name| ("X-Hostname", name)));
        if let Some(print) = &self.app_fingerprint {
            headers.push(("X-App-Fingerprint", print.clone()));
            headers.push(("X-Lib-Version", env!("CARGO_PKG_VERSION").to_owned()));
        }
        if let Some(seed) = &self.signing {
            let signed = Signed {
                method: request.method,
                target_uri: url,
                authorization,
                content_digest: "",
                body: request.body.unwrap_or_default(),
            };
            let signed = sign_request(seed, signed, now);
            headers.push(("Signature-Input", signed.signature_input));
            headers.push(("Signature", signed.signature));
            if !signed.content_digest.is_empty() {
                headers.push(("Content-Digest", signed.content_digest));
            }
        }
        headers
    }
}

/// A client certificate with its chain, and its private key, from PEM.
///
/// # Errors
/// [`Failure::Usage`] when either is missing.
pub fn certificate(chain: &[u8], key: &[u8]) -> Result<ClientCert, Failure> {
    let items = |pem: &[u8]| parse_pem(pem).filter_map(Result::ok).collect::<Vec<_>>();
    let mut certificates = Vec::new();
    for item in items(chain) {
        if let PemItem::Certificate(certificate) = item {
            certificates.push(certificate);
        }
    }
    let key = items(key).into_iter().find_map(|item| match item {
        PemItem::PrivateKey(key) => Some(key),
        _ => None,
    });
    match key {
        Some(key) if !certificates.is_empty() => Ok(ClientCert::new_with_certs(&certificates, key)),
        Some(_) => Err(Failure::Usage("--client-cert holds no certificate (PEM)".into())),
        None => Err(Failure::Usage("--client-key holds no private key (PEM)".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use license::request::verify_request;

    const NOW: Millis = Millis(1_764_000_000_000);
    const AT: (&str, &str) = ("https://acme.example/api/v1/usage?a=b", "Bearer k");

    fn shown(identity: &Identity, request: Request<'_>) -> Vec<(&'static str, String)> {
        identity.headers(request, AT, NOW)
    }

    #[test]
    fn nothing_is_shown_that_is_not_there() {
        assert_eq!(shown(&Identity::default(), Request::post("/", b"{}")), Vec::new());
        let identity = Identity {
            hostname: Some("ws-042".into()),
            app_fingerprint: Some("sha256:ab".into()),
            ..Identity::default()
        };
        let want = [
            ("X-Hostname", "ws-042"),
            ("X-App-Fingerprint", "sha256:ab"),
            ("X-Lib-Version", env!("CARGO_PKG_VERSION")),
        ];
        let shown = shown(&identity, Request::get("/"));
        let shown: Vec<_> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(shown, want);
    }

    #[test]
    fn requests_are_signed_as_the_service_verifies_them() {
        let seed = SigningSeed::from_bytes(&[7; 32]);
        let public = seed.public();
        let identity = Identity { signing: Some(seed), ..Identity::default() };
        let bodies: [&[u8]; 2] = [b"", br#"{"a":1}"#];
        for body in bodies {
            let request = Request { body: Some(body), ..Request::post("/", b"") };
            let headers = shown(&identity, request);
            let header = |name: &str| {
                headers.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
            };
            let signed = Signed {
                method: "POST",
                target_uri: AT.0,
                authorization: AT.1,
                content_digest: header("Content-Digest"),
                body,
            };
            let (input, signature) = (header("Signature-Input"), header("Signature"));
            let verify = |signed| verify_request(&public, signed, input, signature, NOW);
            assert_eq!(verify(signed), Ok(()));
            assert!(verify(Signed { target_uri: "https://acme.example/", ..signed }).is_err());
        }
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let (cert, key) = (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        );
        assert!(certificate(cert, key).is_ok());
        for (cert, key) in [(&cert[..], &cert[..]), (key, key), (b"", key), (cert, b"")] {
            assert!(matches!(certificate(cert, key), Err(Failure::Usage(_))));
        }
    }
}
