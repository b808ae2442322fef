//! Making licenses, as their issuers do.

use live::shared;
use serde_json::json;

#[test]
fn seed_3s_request_makes_a_license_word_for_word() {
    let p = shared();
    let vendor = p.vendor();
    let holder = json!({ "tenant_id": "mercedes", "kind": "customer", "name": "Mercedes-Benz AG", "region": "eu" });
    p.console("POST", "/api/v1/tenants").json(&holder).send().ok(201);
    let body = r#"{
      "crm_opportunity_id": "SF-00123456",
      "customer": {
        "crm_account_id": "ACC-98765",
        "name": "Mercedes-Benz AG",
        "tenant_id": "mercedes",
        "contact_email": "licenses@mercedes.com"
      },
      "product": { "id": "davinci-configurator-se", "name": "DaVinci Configurator SE", "version": ">=8.0.0" },
      "entitlement": {
        "total_licenses": 20,
        "commit_qty": 5,
        "max_overage": 15,
        "pricing": { "commit_fee_monthly": 5000.0, "overage_per_use": 500.0, "currency": "EUR" }
      },
      "contract": {
        "start_date": "2025-01-01", "end_date": "2025-12-31", "auto_renew": true, "billing_cycle": "monthly"
      },
      "auto_provision": true
    }"#;
    let call = p.call("POST", "vendors", "/api/v1/licenses/generate").key(&vendor.key);
    let made = call.header("x-vendor-id", &vendor.id).raw(body).send().ok(201);
    assert_eq!(
        (made["status"].as_str(), made["crm_opportunity_id"].as_str()),
        (Some("provisioned"), Some("SF-00123456"))
    );
    assert_eq!(made["customer_tenant"], format!("http://{}", p.host("mercedes")));
    assert!(made["provisioned_at"].is_string(), "{made}");
    // The package is where the answer says.
    let url = made["package_url"].as_str().unwrap();
    let path = &url[url.find("/api/").unwrap()..];
    let package = vendor.get(p, path).ok(200);
    assert_eq!(package["license_key"], made["license_key"]);
    let view = vendor
        .get(p, &format!("/api/v1/licenses/{}", made["license_id"].as_str().unwrap()))
        .ok(200);
    let prices = &view["terms"]["pricing"];
    assert_eq!(prices["commit_fee_monthly"], json!({ "amount": 500_000, "currency": "EUR" }));
    assert_eq!(prices["overage_per_use"], json!({ "amount": 50_000, "currency": "EUR" }));
    assert_eq!(
        (view["terms"]["commit"].as_u64(), view["terms"]["max_overage"].as_u64()),
        (Some(5), Some(15))
    );
    assert_eq!(
        (view["expires_at"].as_str(), view["holder"].as_str()),
        (Some("2025-12-31T00:00:00Z"), Some("mercedes"))
    );
}

#[test]
fn lists_page_through_everything_once() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let mut made: Vec<_> = (0..5).map(|_| p.license(&vendor, &holder, &json!({})).id).collect();
    made.sort();
    for tenant in [&vendor, &holder] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = tenant.get(p, &format!("/api/v1/licenses?limit=2{cursor}")).ok(200);
            let ids = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["license_id"].as_str().unwrap().to_owned());
            seen.extend(ids);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, made, "{}", tenant.id);
    }
}

#[test]
fn an_ended_license_is_renewed() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let contract = json!({ "start_date": "2025-01-01", "end_date": "2025-12-31" });
    let body = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" }, "contract": contract });
    let license = p.license_by(&vendor, &body);
    let ask = json!({ "license_id": license.id, "strict": true });
    assert_eq!(holder.validate(p, &ask)["code"], "EXPIRED");
    let renew = format!("/api/v1/licenses/{}/renew", license.id);
    vendor.post(p, &renew, &json!({ "expires_at": "2020-01-01" })).refused(422, "invalid-request");
    vendor.post(p, &renew, &json!({ "expires_at": "2090-01-01" })).ok(200);
    let verdict = holder.validate(p, &ask);
    assert_eq!(
        (verdict["code"].as_str(), verdict["expires_at"].as_str()),
        (Some("VALID"), Some("2090-01-01T00:00:00Z"))
    );
    // The signed text follows.
    let text = holder.get(p, &format!("/api/v1/licenses/files/{}", license.id)).ok(200);
    assert_eq!(text["version"], 2);
    assert_ne!(text["license_key"], license.key.as_str());
    assert_eq!(holder.validate(p, &json!({ "license_key": text["license_key"] }))["code"], "VALID");
}
