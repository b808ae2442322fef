//! HTTP by `ureq`. Names under `.localhost` are loopback (RFC 6761), whatever the system says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, RequestBuilder};

use crate::failure::Failure;
use crate::identity::Identity;
use crate::transport::{Reply, Request, Transport};
use crate::world::wall;

/// No answer of the service is larger.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;

/// Talks HTTP to one base URL with one set of credentials. Clones share their connections.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    timeout: Duration,
    base: String,
    authorization: String,
    identity: Arc<Identity>,
}

impl Http {
    /// For `base` (`https://acme.example.com`, without a path). `authorization` is the header's
    /// value; empty for none.
    ///
    /// # Errors
    /// [`Failure::Usage`] when `base` is no http or https URL.
    pub fn new(base: &str, authorization: String, timeout: Duration) -> Result<Self, Failure> {
        Self::showing(base, authorization, timeout, Identity::default())
    }

    /// The same, that shows more than credentials.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn showing(
        base: &str,
        authorization: String,
        timeout: Duration,
        identity: Identity,
    ) -> Result<Self, Failure> {
        let base = normalize(base).ok_or_else(|| {
            Failure::Usage(format!("{base:?} is not an http:// or https:// URL without a path"))
        })?;
        let tls = TlsConfig::builder().client_cert(identity.certificate.clone()).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(timeout))
            .user_agent(concat!("writ/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(
            config,
            DefaultConnector::default(),
            Names(DefaultResolver::default()),
        );
        Ok(Self { agent, timeout, base, authorization, identity: Arc::new(identity) })
    }
}

impl Transport for Http {
    fn send(&mut self, request: Request<'_>) -> Result<Reply, Failure> {
        let url = self.url(request.path);
        let timeout = request.timeout.map_or(self.timeout, |timeout| timeout.min(self.timeout));
        let headers = self.identity.headers(request, (&url, &self.authorization), wall());
        let said = |name: &str| {
            headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
        };
        let asked = said("Signature")
            .map(|signature| (said("Content-Digest").unwrap_or_default(), signature));
        let result = match request.body {
            Some(body) => {
                let mut call = self.agent.post(&url).header("Content-Type", "application/json");
                if let Some(key) = request.idempotency_key {
                    call = call.header("Idempotency-Key", key);
                }
                let call = self.shown(call, headers);
                call.config().timeout_global(Some(timeout)).build().send(body)
            }
            None => self
                .shown(self.agent.get(&url), headers)
                .config()
                .timeout_global(Some(timeout))
                .build()
                .call(),
        };
        let reply = read(result.map_err(Failure::unreachable)?)?;
        Ok(Reply { asked, ..reply })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Http {
    /// With credentials, and what else the client shows.
    fn shown<B>(
        &self,
        mut call: RequestBuilder<B>,
        headers: Vec<(&'static str, String)>,
    ) -> RequestBuilder<B> {
        if !self.authorization.is_empty() {
            call = call.header("Authorization", &self.authorization);
        }
        headers.into_iter().fold(call, |call, (name, value)| call.header(name, value))
    }
}

fn read(mut response: Response<Body>) -> Result<Reply, Failure> {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
    };
    let mut reply = Reply {
        status: response.status().as_u16(),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
        retry_after: header("retry-after").and_then(|seconds| seconds.parse().ok()),
        ..Reply::default()
    };
    let body = response.body_mut().with_config().limit(MAX_REPLY_BYTES).read_to_vec();
    reply.body = body.map_err(Failure::unreachable)?;
    Ok(reply)
}

/// Scheme and authority in the spelling that servers see: lower case, without a default port.
fn normalize(base: &str) -> Option<String> {
    let uri: Uri = base.trim().trim_end_matches('/').parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@')
    {
        return None;
    }
    let host = authority.host().to_ascii_lowercase();
    Some(match authority.port_u16() {
        Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
        _ => format!("{scheme}://{host}"),
    })
}

/// Resolves `.localhost` itself and asks the system for the rest.
#[derive(Debug)]
struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if !uri.host().is_some_and(is_loopback_name) {
            return self.0.resolve(uri, config, timeout);
        }
        let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default_port);
        let mut addresses = self.empty();
        addresses.push(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
        Ok(addresses)
    }
}

fn is_loopback_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_spelled_as_servers_see_them() {
        let rows = [
            ("https://Acme.Example.com/", Some("https://acme.example.com")),
            ("https://acme.example.com:443", Some("https://acme.example.com")),
            ("http://acme.writ.localhost:8787", Some("http://acme.writ.localhost:8787")),
            ("http://acme.example.com/path", None),
            ("http://user@acme.example.com", None),
            ("ftp://acme.example.com", None),
            ("acme.example.com", None),
            ("", None),
        ];
        for (base, want) in rows {
            assert_eq!(normalize(base).as_deref(), want, "{base}");
        }
    }

    #[test]
    fn only_names_under_localhost_are_loopback() {
        for (host, want) in [
            ("localhost", true),
            ("acme.writ.LOCALHOST.", true),
            ("notlocalhost", false),
            ("localhost.example.com", false),
        ] {
            assert_eq!(is_loopback_name(host), want, "{host}");
        }
    }

    #[test]
    fn a_closed_port_is_an_outage() {
        let mut http =
            Http::new("http://acme.writ.localhost:1", String::new(), Duration::from_secs(5))
                .unwrap();
        let reply = http.send(Request::get("/"));
        assert!(matches!(reply, Err(Failure::Unreachable { .. })), "{reply:?}");
    }

    #[test]
    fn a_request_may_be_given_less_time_than_others() {
        // Connections are taken by the system; nobody ever answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://127.0.0.1:{}", silent.local_addr().unwrap().port());
        let mut http = Http::new(&base, String::new(), Duration::from_mins(1)).unwrap();
        let begun = std::time::Instant::now();
        let timeout = Some(Duration::from_millis(200));
        let reply = http.send(Request { timeout, ..Request::post("/", b"{}") });
        assert!(matches!(reply, Err(Failure::Unreachable { .. })), "{reply:?}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
