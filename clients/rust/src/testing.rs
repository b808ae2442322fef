//! A service that answers by script, signed like the real one, and scratch folders.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use domain::id::{Kid, LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::license::{License, Standing};
use domain::place::Shard;
use domain::terms::Terms;
use domain::time::Millis;
use license::answer::{AnswerParts, Params, RequestParts, sign_answer};
use license::cert::{Certified, KeyUse};
use license::claims::Claims;
use license::jwk::{Jwk, Jwks};
use license::keys::SigningSeed;
use license::product_key::{self, Prefix};
use license::token;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::transport::{Reply, Request, Transport};

/// 2025-10-04T10:30:05Z
pub const NOW: Millis = Millis(1_759_573_805_000);

pub fn root() -> SigningSeed {
    SigningSeed::from_bytes(&[7; 32])
}

fn issuer() -> SigningSeed {
    SigningSeed::from_bytes(&[8; 32])
}

/// The root that the service changes to.
pub fn next_root() -> SigningSeed {
    SigningSeed::from_bytes(&[17; 32])
}

fn certified(by: &SigningSeed, seed: &SigningSeed, owner: &str, usage: KeyUse) -> (Kid, String) {
    let kid = seed.public().kid().unwrap();
    let certified = Certified {
        kid: kid.clone(),
        owner: TenantId::parse(owner).unwrap(),
        usage,
        public: seed.public(),
        not_before: Millis(0),
        not_after: Millis(4_000_000_000_000),
    };
    (kid, certified.certify(by).unwrap())
}

pub fn license() -> License {
    License {
        id: LicenseId::new(Shard::Eu, [7; 16]),
        code: LicenseCode::parse("ACME-ENT-1").unwrap(),
        holder: TenantId::parse("acme").unwrap(),
        issuer: TenantId::parse("meridian").unwrap(),
        product: ProductId::parse("backup-suite").unwrap(),
        plan: PlanId::parse("enterprise").unwrap(),
        standing: Standing::Active,
        starts: NOW.plus_seconds(-86_400),
        ends: Some(NOW.plus_seconds(86_400)),
        terms: Terms { grace_seconds: 3600, ..Terms::default() },
        exceeded_since: None,
        version: 1,
    }
}

/// The product key of `claims`.
pub fn sign(claims: &Claims) -> String {
    let (kid, cert) = certified(&root(), &issuer(), "meridian", KeyUse::License);
    product_key::encode(
        &Prefix::default(),
        &token::sign(&issuer(), &kid, Some(&cert), claims).unwrap(),
    )
}

/// The product key of [`license`] at a version.
pub fn key_at(version: i64) -> String {
    sign(&Claims::of(&License { version, ..license() }, "Acme", NOW, format!("t{version}")))
}

/// What the service does with the next request that is not for its keys.
///
/// An empty script is silence.
pub enum Act {
    /// Answers 200, signed by the answer key, with the request's nonce.
    Say(Value),
    /// The same, with another body after signing.
    SayAltered(Value),
    /// The same, to another nonce.
    Replay(Value),
    /// Answers without a signature.
    SayUnsigned(u16, Value),
    /// The same, and asks to come back after so many seconds.
    SayLater(u16, Value, u32),
    /// Does what was asked; the answer is lost.
    Lose,
}

#[derive(Default)]
struct Inside {
    script: VecDeque<Act>,
    asked: Vec<(String, Value)>,
    keys: Vec<Option<String>>,
    now: Millis,
    base: String,
    roots: Roots,
}

/// How far the service is with changing its root.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub enum Roots {
    /// It has one.
    #[default]
    One,
    /// It publishes two, and the answer key is still certified by the first.
    Two,
    /// It publishes two, and the answer key is certified by the second.
    TwoBySecond,
}

/// The service. Clones share one script.
#[derive(Clone, Default)]
pub struct Service(Rc<RefCell<Inside>>);

impl Service {
    /// A service that believes to be reached at `base`.
    pub fn at(base: &str) -> Self {
        let service = Self::default();
        base.clone_into(&mut service.0.borrow_mut().base);
        service
    }

    pub fn script(&self, acts: impl IntoIterator<Item = Act>) {
        self.0.borrow_mut().script.extend(acts);
    }

    pub fn set_time(&self, now: Millis) {
        self.0.borrow_mut().now = now;
    }

    pub fn set_roots(&self, roots: Roots) {
        self.0.borrow_mut().roots = roots;
    }

    /// What the service publishes at `path`.
    fn published(&self, path: &str) -> Option<String> {
        let roots = self.0.borrow().roots;
        let count = if roots == Roots::One { 1 } else { 2 };
        match path {
            "/.well-known/writ-root.pem" => {
                let roots = [root(), next_root()];
                Some(roots.iter().take(count).map(|root| root.public().to_pem()).collect())
            }
            "/.well-known/jwks.json" => {
                let by = if roots == Roots::TwoBySecond { next_root() } else { root() };
                let (kid, cert) = certified(&by, &answer_key(), "writ", KeyUse::Answer);
                let keys = vec![Jwk::published(kid, &answer_key().public(), cert)];
                Some(serde_json::to_string(&Jwks { keys }).unwrap())
            }
            _ => None,
        }
    }

    /// The `Idempotency-Key` of each request since the last call, without those for keys.
    pub fn keys(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.0.borrow_mut().keys)
    }

    /// Paths and bodies of the requests since the last call, without those for keys.
    pub fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.0.borrow_mut().asked)
    }
}

fn answer_key() -> SigningSeed {
    SigningSeed::from_bytes(&[9; 32])
}

fn plain(body: String) -> Reply {
    Reply { status: 200, body: body.into_bytes(), ..Reply::default() }
}

impl Transport for Service {
    fn send(&mut self, request: Request<'_>) -> Result<Reply, Failure> {
        if let Some(body) = self.published(request.path) {
            return Ok(plain(body));
        }
        let answer_key = answer_key();
        let (kid, _) = certified(&root(), &answer_key, "writ", KeyUse::Answer);
        let body: Value =
            request.body.map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
        let url = self.url(request.path);
        let mut inside = self.0.borrow_mut();
        inside.asked.push((request.path.to_owned(), body.clone()));
        inside.keys.push(request.idempotency_key.map(str::to_owned));
        let nonce = body["nonce"].as_str().unwrap_or_default().to_owned();
        let (said, nonce, altered) = match inside.script.pop_front() {
            None | Some(Act::Lose) => return Err(Failure::unreachable("silence")),
            Some(Act::SayLater(status, body, seconds)) => {
                let retry_after = Some(seconds);
                return Ok(Reply { status, retry_after, ..plain(body.to_string()) });
            }
            Some(Act::SayUnsigned(status, body)) => {
                return Ok(Reply { status, ..plain(body.to_string()) });
            }
            Some(Act::Say(said)) => (said, nonce, false),
            Some(Act::SayAltered(said)) => (said, nonce, true),
            Some(Act::Replay(said)) => (said, "0123".to_owned(), false),
        };
        let bytes = said.to_string();
        let parts = AnswerParts { status: 200, body: bytes.as_bytes() };
        let asked = RequestParts {
            method: request.method,
            target_uri: &url,
            content_digest: None,
            signature: None,
        };
        let params = Params {
            kid: &kid,
            created: inside.now,
            expires: inside.now.plus_seconds(300),
            nonce: &nonce,
        };
        let signed = sign_answer(&answer_key, parts, asked, params).unwrap();
        Ok(Reply {
            asked: None,
            status: 200,
            content_digest: Some(signed.content_digest),
            signature_input: Some(signed.signature_input),
            signature: Some(signed.signature),
            retry_after: None,
            body: if altered {
                bytes.replace("false", "true").into_bytes()
            } else {
                bytes.into_bytes()
            },
        })
    }

    fn url(&self, path: &str) -> String {
        let inside = self.0.borrow();
        format!("{}{path}", inside.base)
    }
}

fn rfc3339(at: Millis) -> Value {
    serde_json::to_value(wire::time::Instant(at)).unwrap()
}

/// A verdict that holds for `hold` seconds and runs for `run` seconds from `now`.
pub fn verdict(code: &str, now: Millis, hold: i64, run: i64) -> Value {
    json!({
        "valid": code == "VALID", "code": code, "state": "active", "detail": "as scripted",
        "license_id": license().id.as_str(), "license_version": 1, "expires_in": hold,
        "run_until": rfc3339(now.plus_seconds(run)), "entitlements": {"features": [], "limits": {"vms": 50}},
        "remaining": {}, "warnings": [], "commands": [], "degraded": false, "time": rfc3339(now),
    })
}

/// The answer to a heartbeat, with commands.
pub fn beat(code: &str, now: Millis, run: i64, commands: &Value) -> Value {
    json!({
        "recorded": true, "valid": code == "VALID", "code": code, "state": "active", "license_version": 1,
        "run_until": rfc3339(now.plus_seconds(run)), "next_heartbeat_in": 10, "warnings": [],
        "commands": commands, "degraded": false, "time": rfc3339(now),
    })
}

pub fn lease_id(number: u8) -> String {
    domain::id::LeaseId::new(&license().id, [number; 10]).to_string()
}

/// A lease of `seconds` from [`NOW`], by the service's clock.
pub fn lease(number: u8, seconds: i64, when_unreachable: &str) -> Value {
    json!({
        "lease_id": lease_id(number), "license_id": license().id.as_str(), "type": "commit",
        "quantity": 1, "commit": 1, "overage": 0, "user": "alice", "host": "ws-042",
        "started_at": rfc3339(NOW), "expires_at": rfc3339(NOW.plus_seconds(seconds)),
        "ttl": seconds, "when_unreachable": when_unreachable,
    })
}

/// The answer to an extension: until `seconds` after [`NOW`].
pub fn extended(number: u8, seconds: i64) -> Value {
    json!({"lease_id": lease_id(number), "expires_at": rfc3339(NOW.plus_seconds(seconds))})
}

/// The answer to a return.
pub fn returned(number: u8) -> Value {
    json!({"lease_id": lease_id(number), "returned_at": rfc3339(NOW)})
}

pub fn ticket() -> String {
    domain::id::TicketId::new(&license().id, [3; 10]).to_string()
}

/// A place in the line.
pub fn queued(position: u32, come_back_in: u32) -> Value {
    json!({"ticket": ticket(), "position": position, "come_back_in": come_back_in})
}

/// A problem by its code alone.
pub fn problem(status: u16, code: &str, detail: &str) -> Value {
    json!({"type": format!("/docs/errors#{code}"), "title": "As scripted", "status": status,
        "code": code, "detail": detail})
}

/// A folder that is removed when it goes out of scope.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("writ-agent-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
