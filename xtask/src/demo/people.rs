//! An administrator for each tenant of the demo, invited and joined as people are: by mail from the local outbox.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use domain::role::Role;
use serde_json::{Value, json};

use super::cast::MSP;
use super::client::{Caller, Client};
use crate::bootstrap::OPERATOR;
use crate::dev::Dev;

/// How long mail may take to reach the local outbox.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes the administrators that are missing. `outside` is where mail goes.
///
/// # Errors
/// When the platform refuses, or an invitation does not arrive.
pub fn admins(dev: &Dev, outside: &str) -> Result<()> {
    let client = Client::new(&dev.url);
    let console = client.at(&dev.operator.host, &dev.operator.token);
    let mail = Client::new(outside).at(outside.trim_start_matches("http://"), "none");
    for (tenant, host, role) in places(dev) {
        let email = address(tenant);
        let there = console.get(&format!("/api/v1/users?tenant_id={tenant}"))?;
        if there.body.to_string().contains(&email) {
            continue;
        }
        let invitation = json!({ "email": email, "role": role, "tenant_id": tenant });
        console.make("POST", "/api/v1/invitations", None, &invitation)?;
        let accept =
            json!({ "token": token(&mail, &email)?, "name": format!("Admin of {tenant}") });
        client.at(&host, "none").make("POST", "/api/v1/invitations/accept", None, &accept)?;
    }
    Ok(())
}

/// Where a tenant's administrator gets mail.
pub fn address(tenant: &str) -> String {
    format!("admin@{tenant}.example")
}

/// Every tenant with the host on which its people sign in, and what its administrator is.
pub fn places(dev: &Dev) -> Vec<(&str, String, Role)> {
    let own = |tenant: &str| format!("{tenant}.{}", dev.apex);
    let mut places = vec![(OPERATOR, dev.operator.host.clone(), Role::Operator)];
    for account in [&dev.vendor, &dev.msp] {
        let role = if account.tenant == MSP.0 { Role::MspAdmin } else { Role::VendorAdmin };
        places.push((&account.tenant, own(&account.tenant), role));
    }
    places.extend(
        dev.customers
            .iter()
            .map(|customer| (customer.tenant.as_str(), customer.host.clone(), Role::CustomerAdmin)),
    );
    places
}

fn token(mail: &Caller, email: &str) -> Result<String> {
    let from = Instant::now();
    loop {
        let sent = mail.get(&format!("/mail/messages?to={email}"))?.body;
        if let Some(token) = sent.get(0).and_then(marked) {
            return Ok(token);
        }
        if from.elapsed() > PATIENCE {
            anyhow::bail!("no invitation for {email} reached the outbox");
        }
        sleep(Duration::from_millis(50));
    }
}

fn marked(mail: &Value) -> Option<String> {
    let (_, rest) = mail["text"].as_str()?.split_once("/login/invitation#")?;
    rest.split_whitespace().next().context("a token").map(str::to_owned).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_what_stands_behind_the_link() {
        let mail = json!({ "text": "You are invited.\n\nhttp://a.b/login/invitation#abc\n\nBye" });
        assert_eq!(marked(&mail).as_deref(), Some("abc"));
        assert_eq!(marked(&json!({ "text": "Hello" })), None);
    }
}
