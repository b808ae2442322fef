//! Seed 3, section E, steps 8 to 17: a vendor's floating licenses at a customer, from the key of a workstation to the bill.

use std::time::Duration;

use live::{Platform, Tenant, shared, until};
use serde_json::{Value, json};

const COMMIT: usize = 5;
const OVERAGE_CHECKOUTS: u64 = 44;

/// Steps 1 to 7: the deal that closed in the CRM, in seed 3's words.
fn deal(p: &Platform) -> (Tenant, Tenant, String) {
    let (vendor, customer) = (p.vendor(), p.customer());
    let body = json!({
        "crm_opportunity_id": "SF-00123456",
        "customer": {
            "crm_account_id": "ACC-98765", "name": "Mercedes-Benz AG", "tenant_id": customer.id,
            "contact_email": "licenses@mercedes.example",
        },
        "product": {
            "id": "davinci-configurator-se", "name": "DaVinci Configurator SE", "version": ">=8.0.0",
        },
        "entitlement": {
            "total_licenses": 20, "commit_qty": COMMIT, "max_overage": 15,
            "pricing": { "commit_fee_monthly": 5000.0, "overage_per_use": 500.0, "currency": "EUR" },
        },
        "contract": { "auto_renew": true, "billing_cycle": "monthly" },
        "auto_provision": true,
    });
    let license = p.license_by(&vendor, &body);
    (vendor, customer, license.id)
}

/// Step 8: a key for one workstation, that can do no more than it needs.
fn workstation(p: &Platform, customer: &Tenant) -> Tenant {
    let body = json!({
        "app_name": "DaVinci Workstation 042", "app_type": "desktop",
        "scopes": ["license:checkout", "license:return"], "expires_in_days": 365,
    });
    let made = customer.post(p, "/api/v1/keys/generate", &body).ok(201);
    Tenant { id: customer.id.clone(), key: made["api_key"].as_str().unwrap().to_owned() }
}

/// Steps 10 to 13: the application asks for a seat of its product.
fn launch(p: &Platform, app: &Tenant, user: &str) -> Value {
    let body = json!({
        "product_id": "davinci-configurator-se", "user": user, "host": "dev-ws-042.mercedes.example",
    });
    app.post(p, "/api/v1/licenses/checkout", &body).ok(201)
}

/// Step 15: it is closed, and the seat goes back.
fn close(p: &Platform, app: &Tenant, lease: &Value) {
    app.post(p, "/api/v1/licenses/return", &json!({ "lease_id": lease["lease_id"] })).ok(200);
}

#[test]
fn five_seats_and_forty_four_checkouts_above_them_cost_27_000_euros() {
    let p = shared();
    let (vendor, customer, license) = deal(p);
    let app = workstation(p, &customer);
    app.get(p, "/api/v1/licenses").refused(403, "scope-missing");

    let held: Vec<_> = (0..COMMIT).map(|n| launch(p, &app, &format!("colleague-{n}"))).collect();
    assert!(held.iter().all(|lease| lease["type"] == "commit"), "{held:?}");
    for _ in 0..OVERAGE_CHECKOUTS {
        let lease = launch(p, &app, "alice@mercedes.example");
        assert_eq!(lease["type"], "overage");
        assert_eq!(lease["overage_cost"], json!({ "amount": 50_000, "currency": "EUR" }));
        close(p, &app, &lease);
    }
    for lease in &held {
        close(p, &app, lease);
    }
    let free = launch(p, &app, "alice@mercedes.example");
    assert_eq!(free["type"], "commit", "a commit seat that came back is used first");
    close(p, &app, &free);

    // Step 16: what was used is in the ledger, by events.
    let statement =
        || vendor.get(p, "/api/v1/billing/overage?format=json&customer_crm_id=ACC-98765");
    let product = |statement: &Value| statement["customers"][0]["products"][0].clone();
    until("every overage checkout is in the ledger", Duration::from_secs(30), || {
        product(&statement().ok(200))["overage_checkouts"] == OVERAGE_CHECKOUTS
    });

    // Step 17: the vendor's bill, and the customer's view of the same use.
    let statement = statement().ok(200);
    let line = product(&statement);
    assert_eq!(
        (line["license_id"].as_str(), line["product_name"].as_str()),
        (Some(license.as_str()), Some("DaVinci Configurator SE"))
    );
    for (member, want) in
        [("overage_cost", 22_000.0), ("commit_fee", 5_000.0), ("total_billable", 27_000.0)]
    {
        assert_eq!(line[member].as_f64(), Some(want), "{member}: {statement}");
    }
    let csv = vendor.get(p, "/api/v1/billing/overage?format=csv&customer_crm_id=ACC-98765");
    let text = csv.text();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "CRM_Account_ID,Customer_Name,Product,Total_Overage_Checkouts,Total_Cost,Currency,Billing_Period"
        )
    );
    let line = lines.next().unwrap_or_default();
    assert!(
        line.starts_with("ACC-98765,")
            && line.contains(",DaVinci Configurator SE,44,22000.00,EUR,"),
        "{text}"
    );
    let seats = customer.get(p, &format!("/api/v1/licenses/{license}/seats?by=month")).ok(200);
    assert_eq!(seats["steps"][0]["overage_checkouts"], OVERAGE_CHECKOUTS, "{seats}");
    assert_eq!(seats["steps"][0]["peak_held"], COMMIT + 1, "{seats}");
}
