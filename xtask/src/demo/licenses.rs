//! The demo's products, plans and licenses.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::cast::{
    Customer, Issuer, MSP_PRODUCT, Product, SEAT_PRODUCT, Seats, Sold, VENDOR_PRODUCT,
};
use super::client::{Caller, text};
use super::tenants;
use crate::dev::Holder;
use crate::root::Root;

/// One product and the plans of schema/demo/plans.json.
///
/// # Errors
/// When the platform refuses.
pub fn catalog(root: &Root, issuer: &Caller, product: Product) -> Result<()> {
    let body = json!({ "name": product.name, "key_prefix": product.key_prefix });
    issuer.make("PUT", &format!("/api/v1/products/{}", product.id), None, &body)?;
    let plans = fs::read(root.join("schema/demo/plans.json"))?;
    let plans: Vec<Value> = serde_json::from_slice(&plans).context("schema/demo/plans.json")?;
    for mut plan in plans {
        let id = text(&plan, "plan_id")?;
        plan.as_object_mut().context("a plan is an object")?.remove("plan_id");
        issuer.make("PUT", &format!("/api/v1/plans/{id}"), None, &plan)?;
    }
    Ok(())
}

/// A customer with its API key and its licenses; the first is the one shown.
///
/// # Errors
/// When the platform refuses.
pub fn holder(
    console: &Caller,
    issuers: &[Caller; 2],
    apex: &str,
    customer: &Customer,
) -> Result<Holder> {
    let api_key = tenants::customer(console, customer)?;
    let mut shown = None;
    for sold in customer.licenses {
        let license = generate(issuers, customer, sold)?;
        shown.get_or_insert(license);
    }
    if let Some(seats) = customer.seats {
        let [vendor, _] = issuers;
        lend(vendor, customer, seats)?;
    }
    let license = shown.context("a customer has a license")?;
    Ok(Holder {
        tenant: customer.tenant.to_owned(),
        host: format!("{}.{apex}", customer.tenant),
        api_key,
        license_id: text(&license, "license_id")?,
        license_code: text(&license, "license_code")?,
        license_key: text(&license, "license_key")?,
    })
}

fn generate(issuers: &[Caller; 2], customer: &Customer, sold: &Sold) -> Result<Value> {
    let [vendor, msp] = issuers;
    let (issuer, product) = match sold.by {
        Issuer::Vendor => (vendor, VENDOR_PRODUCT),
        Issuer::Msp => (msp, MSP_PRODUCT),
    };
    let once = format!("demo-license-{}-{}-{}", customer.tenant, product.id, sold.plan);
    let body = json!({
        "customer": { "tenant_id": customer.tenant, "name": customer.name },
        "product": { "id": product.id, "name": product.name },
        "plan": sold.plan,
        "terms": { "limits": sold.vms.map_or_else(|| json!({}), |vms| json!({ "vms": vms })) },
    });
    issuer.make("POST", "/api/v1/licenses/generate", Some(&once), &body)
}

fn lend(vendor: &Caller, customer: &Customer, seats: Seats) -> Result<Value> {
    let Seats { commit, overage } = seats;
    let body = json!({
        "customer": { "tenant_id": customer.tenant, "name": customer.name },
        "product": { "id": SEAT_PRODUCT.id, "name": SEAT_PRODUCT.name },
        "entitlement": {
            "total_licenses": commit + overage, "commit_qty": commit, "max_overage": overage,
            "pricing": { "commit_fee_monthly": 500.0, "overage_per_use": 12.5, "currency": "EUR" },
        },
        "terms": { "features": ["design", "render"], "floating": { "ttl_seconds": 300, "borrow_max_seconds": 604_800 } },
    });
    let once = format!("demo-seats-{}", customer.tenant);
    vendor.make("POST", "/api/v1/licenses/generate", Some(&once), &body)
}
