//! The demo's tenants and their API keys.

use anyhow::{Result, bail};
use domain::place::Region;
use domain::scope::Scope;
use serde_json::{Value, json};

use super::cast::{Customer, MSP, VENDOR};
use super::client::{Caller, text};
use crate::dev::{Account, Dev};

/// Meridian Tools, who calls on the vendors' shared host.
///
/// # Errors
/// When the platform refuses.
pub fn vendor(console: &Caller, apex: &str, known: Option<&Dev>) -> Result<Account> {
    if let Some(dev) = known {
        return Ok(dev.vendor.clone());
    }
    let branding = json!({ "primary_color": "#4527a0", "tagline": "Tools that hold" });
    account(console, VENDOR, "vendor", &format!("vendors.{apex}"), &branding)
}

/// `TechPartners`, who calls on the MSPs' shared host.
///
/// # Errors
/// When the platform refuses.
pub fn msp(console: &Caller, apex: &str, known: Option<&Dev>) -> Result<Account> {
    if let Some(dev) = known {
        return Ok(dev.msp.clone());
    }
    let branding = json!({ "primary_color": "#00695c", "tagline": "Your systems, looked after" });
    account(console, MSP, "msp", &format!("msp.{apex}"), &branding)
}

/// A customer of the MSP; gives its API key.
///
/// # Errors
/// When the platform refuses.
pub fn customer(console: &Caller, customer: &Customer) -> Result<String> {
    let tenant = json!({
        "tenant_id": customer.tenant,
        "kind": "customer",
        "name": customer.name,
        "region": customer.region,
        "parent": MSP.0,
        "branding": { "primary_color": customer.color, "tagline": customer.tagline },
    });
    ensure(console, customer.tenant, &tenant)?;
    key(console, customer.tenant)
}

fn account(
    console: &Caller,
    who: (&str, &str),
    kind: &str,
    host: &str,
    branding: &Value,
) -> Result<Account> {
    let (tenant, name) = who;
    let body = json!({
        "tenant_id": tenant, "kind": kind, "name": name, "region": Region::Eu, "branding": branding,
    });
    ensure(console, tenant, &body)?;
    Ok(Account { tenant: tenant.to_owned(), host: host.to_owned(), api_key: key(console, tenant)? })
}

/// Makes the tenant unless it is there.
fn ensure(console: &Caller, tenant: &str, body: &Value) -> Result<()> {
    let path = format!("/api/v1/tenants/{tenant}");
    if console.get(&path)?.status == 200 {
        return Ok(());
    }
    let once = format!("demo-tenant-{tenant}");
    let answer = console.send("POST", "/api/v1/tenants", Some(&once), body)?;
    if !(200..300).contains(&answer.status) {
        bail!("tenant {tenant} was not made: {} {}", answer.status, answer.body);
    }
    Ok(())
}

/// A new key with every right that its tenant has.
fn key(console: &Caller, tenant: &str) -> Result<String> {
    let body = json!({ "app_name": "Demo", "tenant_id": tenant, "scopes": [Scope::Admin] });
    text(&console.make("POST", "/api/v1/keys/generate", None, &body)?, "api_key")
}
