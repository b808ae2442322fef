//! People as browsers: invited and signed in through the API and the mail that it sends.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Call, Reply};
use crate::platform::Platform;
use crate::world::{Tenant, until};

/// How long mail may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who has signed in with a browser of their own.
#[derive(Clone, Debug)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// Its address.
    pub email: String,
    /// The host of its tenant.
    pub host: String,
    /// `__Host-writ=...`
    pub cookie: String,
}

impl Platform {
    /// A person of a tenant with this role: invited with the tenant's key, joined, signed in.
    pub fn person(&self, tenant: &Tenant, role: &str) -> Person {
        self.person_with(tenant, &json!({ "role": role }))
    }

    /// A person as `invitation` wants it.
    pub fn person_with(&self, tenant: &Tenant, invitation: &Value) -> Person {
        let email = format!("{}@{}.example", self.name("person"), tenant.id);
        let mut body = json!({ "email": email });
        body.as_object_mut().unwrap().extend(invitation.as_object().unwrap().clone());
        tenant.post(self, "/api/v1/invitations", &body).ok(201);
        let accept =
            json!({ "token": self.mailed(&email, "/login/invitation#"), "name": "A Person" });
        let reply =
            self.visit("POST", &tenant.id, "/api/v1/invitations/accept").json(&accept).send();
        self.signed_in(&tenant.id, &email, &reply)
    }

    /// Who `reply` has signed in.
    pub fn signed_in(&self, host: &str, email: &str, reply: &Reply) -> Person {
        let body = reply.ok(200);
        Person {
            id: body["user"]["user_id"].as_str().unwrap().to_owned(),
            email: email.to_owned(),
            host: host.to_owned(),
            cookie: cookie(reply),
        }
    }

    /// A request of a page of `host`, by nobody in particular.
    pub fn visit(&self, method: &str, host: &str, path: &str) -> Call<'_> {
        let call = self.call(method, host, path);
        call.header("origin", &format!("http://{}", self.host(host)))
    }

    /// The token behind `marker` in the newest mail to an address that has one.
    pub fn mailed(&self, email: &str, marker: &str) -> String {
        let mut found = None;
        until("a mail comes", PATIENCE, || {
            found = self.mails(email).iter().find_map(|mail| {
                let (_, rest) = mail["text"].as_str()?.split_once(marker)?;
                rest.split_whitespace().next().map(str::to_owned)
            });
            found.is_some()
        });
        found.unwrap()
    }

    /// What was sent to an address, newest first.
    pub fn mails(&self, email: &str) -> Vec<Value> {
        let path = format!("/mail/messages?to={email}");
        let reply = self.outside("GET", &path).try_send().unwrap();
        serde_json::from_slice(&reply.bytes).unwrap()
    }

    /// Signs somebody in by a link.
    pub fn by_link(&self, host: &str, email: &str) -> Person {
        let seen = self.mails(email).len();
        let ask = json!({ "email": email });
        self.visit("POST", host, "/api/v1/auth/link").json(&ask).send().ok(202);
        until("a link comes", PATIENCE, || self.mails(email).len() > seen);
        let token = json!({ "token": self.mailed(email, "/login/link#") });
        let reply = self.visit("POST", host, "/api/v1/auth/link/redeem").json(&token).send();
        self.signed_in(host, email, &reply)
    }
}

/// The session that an answer sets.
pub fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie");
    let pair = set.split(';').next().unwrap_or_default();
    assert!(pair.starts_with("__Host-writ="), "{reply}: {set}");
    pair.to_owned()
}

impl Person {
    /// A request of a page of the person's own host.
    pub fn call<'p>(&self, platform: &'p Platform, method: &str, path: &str) -> Call<'p> {
        platform.visit(method, &self.host, path).header("cookie", &self.cookie)
    }

    /// Sends a GET.
    pub fn get(&self, platform: &Platform, path: &str) -> Reply {
        self.call(platform, "GET", path).send()
    }

    /// Sends a POST.
    pub fn post(&self, platform: &Platform, path: &str, body: &Value) -> Reply {
        self.call(platform, "POST", path).json(body).send()
    }
}
