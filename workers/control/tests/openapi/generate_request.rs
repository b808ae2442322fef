//! Seed 3's request. Its prices are decimal numbers kept as text, which no type can say of itself.

use serde_json::{Map, Value, json};

/// The schemas that are written by hand.
pub fn schemas() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "format": "uint32", "minimum": 0 });
    let amount = || json!({ "type": "number", "description": "A decimal number with the currency's places." });
    let part = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let object = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let rows = [
        (
            "GenerateRequest",
            object(
                json!({
                    "crm_opportunity_id": text(), "customer": part("GenerateCustomer"), "product": part("GenerateProduct"),
                    "plan": part("PlanId"), "entitlement": part("GenerateEntitlement"), "contract": part("Contract"),
                    "terms": part("TermsPatch"), "license_code": part("LicenseCode"),
                    "auto_provision": { "type": "boolean", "default": true },
                }),
                json!(["customer", "product"]),
            ),
        ),
        (
            "GenerateCustomer",
            object(
                json!({ "crm_account_id": text(), "name": text(), "tenant_id": part("TenantId"), "contact_email": text() }),
                json!([]),
            ),
        ),
        (
            "GenerateProduct",
            object(
                json!({ "id": part("ProductId"), "name": text(), "version": part("VersionRange") }),
                json!(["id"]),
            ),
        ),
        (
            "GenerateEntitlement",
            object(
                json!({
                    "total_licenses": count(), "commit_qty": count(), "max_overage": count(),
                    "pricing": part("GeneratePricing"),
                }),
                json!(["total_licenses", "commit_qty", "max_overage"]),
            ),
        ),
        (
            "GeneratePricing",
            object(
                json!({
                    "commit_fee_monthly": amount(), "overage_per_use": amount(), "currency": text(),
                    "overage_basis": { "$ref": "#/components/schemas/OverageBasis" },
                }),
                json!(["commit_fee_monthly", "overage_per_use", "currency"]),
            ),
        ),
    ];
    rows.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// The names that a type takes, from what it says to a name that it does not take.
fn names<T: serde::de::DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"\u0000": 1}"#)
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default();
    let mut names: Vec<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    names.sort();
    names
}

#[test]
fn the_schemas_written_by_hand_have_the_members_of_their_types() {
    let rows = [
        ("GenerateRequest", names::<wire::issue::GenerateRequest>()),
        ("GenerateCustomer", names::<wire::issue::Customer>()),
        ("GenerateProduct", names::<wire::issue::Product>()),
        ("GenerateEntitlement", names::<wire::issue::Entitlement>()),
        ("GeneratePricing", names::<wire::issue::SeedPricing>()),
    ];
    let schemas = schemas();
    assert_eq!(schemas.len(), rows.len());
    for (name, members) in rows {
        let properties = schemas[name]["properties"].as_object().unwrap();
        let mut written: Vec<_> = properties.keys().cloned().collect();
        written.sort();
        assert_eq!(written, members, "{name}");
    }
}
