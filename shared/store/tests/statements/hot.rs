//! Statements of hot paths are answered by index searches alone.

use crate::registry;

/// Steps over a parameter itself, no table.
const PARAMETERS: [&str; 2] = ["SCAN CONSTANT ROW", "SCAN json_each VIRTUAL TABLE"];

/// Whether the step walks over what a part of the statement has found by searches of its own.
fn is_of_a_part(step: &str, plan: &str) -> bool {
    let name = step.trim_start_matches("SCAN ");
    plan.lines().any(|s| s == format!("CO-ROUTINE {name}") || s == format!("MATERIALIZE {name}"))
}

#[test]
fn hot_statements_are_index_searches() {
    let hot: Vec<_> = registry::all().into_iter().filter(|item| item.hot).collect();
    assert!(hot.len() > 25);
    for item in hot {
        let mut steps = item.plan.lines();
        let scan = steps.find(|s| {
            s.starts_with("SCAN")
                && !PARAMETERS.iter().any(|p| s.starts_with(p))
                && !is_of_a_part(s, &item.plan)
        });
        assert_eq!(scan, None, "{}:\n{}", item.name, item.plan);
        assert!(item.plan.contains("SEARCH"), "{}: {}", item.name, item.plan);
    }
}

#[test]
fn the_sweep_needs_no_sorting() {
    let items = registry::all();
    let sweep = items.iter().find(|item| item.name == "outbox::sweep").unwrap();
    assert!(!sweep.plan.contains("TEMP B-TREE"), "{}", sweep.plan);
}

#[test]
fn the_hot_paths_use_the_indexes_made_for_them() {
    let rows = [
        ("hostnames::site", "PRIMARY KEY (host=?)"),
        ("api_keys::principal", "PRIMARY KEY (hash=?)"),
        ("api_keys::by_hash", "PRIMARY KEY (hash=?)"),
        ("api_keys::list", "api_keys_by_tenant (tenant=? AND id>?)"),
        ("api_keys::by_id", "api_keys_by_id (id=?)"),
        ("tenants::children", "tenants_by_parent (parent=? AND id>?)"),
        ("tenants::suspended", "COVERING INDEX tenants_suspended (id>?)"),
        ("issuer_keys::active", "issuer_keys_active (tenant=?)"),
        ("issuer_keys::of_tenants", "issuer_keys_by_tenant (tenant=?)"),
        ("licenses::by_ref", "licenses_by_code (tenant_id=? AND code=?)"),
        ("licenses::by_product", "licenses_by_product (tenant_id=? AND product=?)"),
        ("licenses::list_issued", "licenses_by_issuer (issuer=? AND id>?)"),
        ("licenses::issuers", "COVERING INDEX licenses_issuers (tenant_id=?)"),
        ("licenses::issued_by_id", "licenses_by_issuer (issuer=? AND id=?)"),
        ("ask::about", "licenses_by_code (tenant_id=? AND code=?)"),
        ("ask::about", "SEARCH p USING PRIMARY KEY (issuer=? AND product=?)"),
        ("ask::about", "devices_by_fingerprint (tenant_id=? AND license_id=? AND fingerprint=?)"),
        (
            "ask::about",
            "COVERING INDEX devices_active (tenant_id=? AND license_id=? AND activated_ms<?)",
        ),
        ("ask::about", "devices_active (tenant_id=? AND license_id=?)"),
        ("ask::about", "commands_waiting (tenant_id=? AND license_id=?)"),
        ("ask::about", "SEARCH u USING PRIMARY KEY (tenant_id=? AND license_id=?)"),
        ("usage::latest", "PRIMARY KEY (tenant_id=? AND license_id=?)"),
        ("lease_events::of_pool", "PRIMARY KEY (tenant_id=? AND license_id=? AND seq>?)"),
        (
            "crm_links::first_of",
            "COVERING INDEX crm_links_by_customer (tenant_id=? AND customer=?)",
        ),
        ("seat_use::billed", "licenses_by_issuer (issuer=? AND id>?)"),
        (
            "seat_use::billed",
            "INDEX lease_events_by_time (tenant_id=? AND license_id=? AND at_ms<?)",
        ),
        ("seat_use::of_issued", "licenses_by_issuer (issuer=? AND id>?)"),
        ("brand_images::list", "brand_images_1 (tenant_id=?)"),
        ("brand_images::get", "brand_images_1 (tenant_id=? AND kind=?)"),
        ("audit::list", "PRIMARY KEY (tenant_id=? AND seq<?)"),
        ("alerts::list", "alerts_by_seq (tenant_id=? AND seq<?)"),
        ("alerts::by_id", "PRIMARY KEY (tenant_id=? AND id=?)"),
        ("outbox::sweep", "outbox_by_attempts (attempts>?)"),
        ("outbox::stuck", "COVERING INDEX outbox_by_attempts (attempts>?)"),
        ("signing_keys::under", "signing_keys_by_kek (kek=?)"),
        ("data_keys::under", "data_keys_by_kek (kek=?)"),
        ("data_keys::latest", "PRIMARY KEY (tenant_id=?)"),
        ("idempotency::purge", "idempotency_by_expiry (expires_ms<?)"),
    ];
    let items = registry::all();
    for (name, index) in rows {
        let plan = &items.iter().find(|item| item.name == name).unwrap().plan;
        assert!(plan.contains(index), "{name} wants {index}:\n{plan}");
    }
}

#[test]
fn figures_search_the_ledger_and_never_scan_it() {
    let items = registry::all();
    for name in ["seat_use::of_issued", "seat_use::of_license"] {
        let plan = &items.iter().find(|item| item.name == name).unwrap().plan;
        let by_time =
            "COVERING INDEX lease_events_by_time (tenant_id=? AND license_id=? AND at_ms<?)";
        for step in [
            format!("SEARCH p USING {by_time}"),
            format!("SEARCH q USING {by_time}"),
            "SEARCH o USING PRIMARY KEY (tenant_id=? AND license_id=? AND seq=?)".to_owned(),
            "SEARCH e USING PRIMARY KEY (tenant_id=? AND license_id=? AND seq>? AND seq<?)"
                .to_owned(),
        ] {
            assert!(plan.contains(&step), "{name} wants {step}:\n{plan}");
        }
        for table in ["SCAN e", "SCAN o", "SCAN p", "SCAN q", "SCAN l"] {
            assert!(plan.lines().all(|step| step.split(" USING").next() != Some(table)), "{plan}");
        }
    }
}
