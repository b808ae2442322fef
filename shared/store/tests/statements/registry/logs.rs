//! Statements about ledgers, logs and alerts, on a shard.

use domain::app::Policy;
use domain::id::{ChannelId, EventId, Kid, ProductId};
use domain::watch::Rules;
use serde_json::json;
use store::data::{
    alert_settings, alerts, api_key_info, app_policies, audit, data_keys, idempotency,
    lease_events, outbox, seat_use, signing_keys,
};
use testkit::{Db, NOW, key_id, license, request_id, tenant};

use super::samples::alert;
use super::{Item, item};

pub fn on_shard_logs(db: &Db) -> Vec<Item> {
    let (acme, event, kid, request) =
        (tenant("acme"), EventId::new([1; 16]), Kid::parse("k1").unwrap(), request_id(1));
    let name = idempotency::Name { caller: "key_1", key_hash: "hash" };
    let claim = idempotency::Claim {
        name,
        endpoint: "Generate",
        body_hash: "b",
        owner: &request,
        expires: NOW,
    };
    items![db;
        api_key_info::list("", 50);
        api_key_info::insert(&key_id(1), ("app", ""), &json!({}), "key_2", NOW);
        api_key_info::by_id(&key_id(1));
        api_key_info::touch(&key_id(1), NOW, Some("::1"), None);
        signing_keys::by_kid(&kid);
        signing_keys::latest(4);
        signing_keys::insert(&kid, "sealed", NOW);
        signing_keys::under("k1", 50);
        signing_keys::reseal(&kid, "old", "new");
        data_keys::latest();
        data_keys::by_version(1);
        data_keys::add(1, "sealed", NOW);
        data_keys::under("k1", 50);
        data_keys::reseal(1, "old", "new");
        data_keys::sealed_by();
        audit::list(&audit::Filter::default(), None, 50);
        audit::chain(0, 200);
        audit::range(None, Some(NOW));
        audit::insert(&crate::log::entries(1)[0]);
        outbox::put(&event, &acme, "audit", &json!({}), NOW);
        outbox::delete(&event);
        outbox::failed(&event);
        outbox::list(50);
        outbox::sweep(NOW, 50);
        outbox::stuck(20);
        idempotency::begin(&claim, NOW);
        idempotency::read(&name);
        idempotency::take_over(&name, &request, NOW, NOW);
        idempotency::finish(&name, &request, 200, "sealed");
        idempotency::record(&claim, 200, "sealed", NOW);
        idempotency::release(&name, &request);
        idempotency::purge(NOW);
    ]
}

pub fn on_shard_ledger(db: &Db) -> Vec<Item> {
    let pool = license(1).id;
    let kept = lease_events::insert(&pool, &crate::ledger::journal());
    let mut items = items![db; lease_events::of_pool(&pool, 0, 100);];
    items.push(item(db, "lease_events::insert", &kept.unwrap()));
    items
}

pub fn on_ledger(db: &Db) -> Vec<Item> {
    let (period, license) = ((NOW, NOW.plus(1)), license(1));
    let page = seat_use::Page { after: "", limit: 50, period, account: None, customer: None };
    items![db;
        seat_use::billed(&page);
        seat_use::of_issued(&page, &[period]);
        seat_use::of_license(&license.id, &[period]);
    ]
}

pub fn on_watch(db: &Db) -> Vec<Item> {
    let (event, alert, acme) = (EventId::new([1; 16]), alert(1), tenant("acme"));
    let product = ProductId::parse("p").unwrap();
    let said = alerts::Said { by: "key_1", note: None, trusted: true };
    let channel = alert_settings::ChannelRow {
        id: ChannelId::new([1; 16]),
        kind: alert_settings::ChannelKind::Webhook,
        target: "https://hooks.example.com/".into(),
        sealed: Some("sealed".into()),
    };
    let (rules, policy) = (Rules::default(), Policy::default());
    items![db;
        alerts::list(&alerts::Filter::default(), None, 50);
        alerts::by_id(&alert.id);
        alerts::tell(&alert.id, &event, &acme, "mail", &json!({}), NOW);
        alerts::put(1, &alert);
        alerts::acknowledge(&alert.id, &said, NOW);
        alert_settings::rules();
        alert_settings::set_rules(1, &rules, NOW);
        alert_settings::channels();
        alert_settings::channel(&channel.id);
        alert_settings::add_channel(&channel, NOW);
        alert_settings::remove_channel(&channel.id);
        app_policies::by_product(&product);
        app_policies::put(&product, 1, &policy, NOW);
        app_policies::change(&product, 1, &policy, NOW);
    ]
}
