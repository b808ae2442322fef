//! Statements about licenses and hosts, on a shard.

use domain::id::{PlanId, ProductId};
use domain::license::Standing;
use domain::place::Shard;
use domain::usage::Metric;
use serde_json::json;
use store::data::{
    ask, brand_images, commands, crm_links, custom_hostnames, devices, holdings, licenses, plans,
    products, profiles, registrations, usage,
};
use testkit::{Db, NOW, key_id, license, terms};

use super::samples::{command, custom_hostname, device, logo, registration_info};
use super::{Item, item};

pub fn on_shard(db: &Db) -> Vec<Item> {
    let (license, terms, device) = (license(1), terms(), device(1));
    let (id, code, command) = (&license.id, license.code.as_str(), command(1));
    let (product, plan) = (ProductId::parse("p").unwrap(), PlanId::parse("trial").unwrap());
    items![db;
        profiles::get();
        profiles::enroll("Acme", "it@acme.example", "CUST-1", NOW);
        profiles::of_tenants(&[&license.holder]);
        profiles::put("Acme", None, &json!({}), NOW);
        profiles::set_branding(&json!({}), NOW);
        brand_images::list();
        brand_images::get(brand_images::ImageKind::Logo);
        brand_images::put(&logo(), "PHN2Zy8+", NOW);
        brand_images::remove(brand_images::ImageKind::Favicon);
        products::by_id(&product);
        products::list("", 50);
        products::names(&[&product]);
        products::put(&product, "P", "NLS", NOW);
        products::ensure(&product, "P", "NLS", NOW);
        plans::by_id(&plan);
        plans::list("", 50);
        plans::put(&plan, "Trial", &terms, Some(1), NOW);
        licenses::by_ref(code);
        licenses::by_id(id);
        licenses::by_product(&license.product, NOW);
        licenses::list("", 50);
        licenses::list_issued("", 50, None);
        licenses::issued_by_id(id);
        licenses::issuers(50);
        licenses::insert(&license, Shard::Eu, &licenses::Origin::default(), NOW);
        licenses::set_terms(id, 1, &terms, None, NOW);
        licenses::set_standing(id, 1, Standing::Revoked, Some("why"), NOW);
        licenses::renew(id, 1, None, NOW);
        licenses::keep_key(id, 1, "key");
        licenses::mark_exceeded(id, Some(NOW));
        ask::about(ask::Ask { license: code, fingerprint: Some("fp"), device: Some(&device.id), along: &[id], by_parts: true });
        devices::list(code, "", 50);
        devices::put(id, &device, NOW);
        devices::seen(id, &device.id, NOW);
        commands::put(id, None, &command);
        commands::acknowledge(id, &command.id, NOW);
        commands::withdraw(id, &command.id);
        usage::latest(code);
        usage::of_held(&[id]);
        usage::of_issued(&[id]);
        usage::put(id, Some(&device.id), Metric::Vms, 5, NOW);
        usage::forget(id, &device.id);
        crm_links::by_account("ACC-1");
        crm_links::by_customer(&license.holder);
        crm_links::first_of(&[&license.holder]);
        crm_links::link("ACC-1", &license.holder, NOW);
    ]
}

pub fn on_shard_hostnames(db: &Db) -> Vec<Item> {
    let (row, info) = (custom_hostname("a.acme.example"), registration_info(1));
    items![db;
        custom_hostnames::by_host("a.acme.example");
        custom_hostnames::list("", 50);
        custom_hostnames::due(NOW, 20);
        custom_hostnames::insert(&row, Some(1));
        custom_hostnames::step(&row);
        custom_hostnames::forget("a.acme.example");
        holdings::counted(NOW);
        holdings::people_within(1, NOW);
        holdings::within(Some(1), None);
        registrations::by_id(&info.id);
        registrations::insert(&info);
        registrations::settle(&info.id, NOW);
        registrations::show_key(&info.id, &key_id(1));
        registrations::forget_others(&info.id);
        registrations::forget(&info.id);
    ]
}
