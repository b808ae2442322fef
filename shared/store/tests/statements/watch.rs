//! Alerts, what a tenant wants to be told, and what issuers say of applications.

use domain::app::{Listed, Mode, Policy};
use domain::id::{AlertId, ChannelId, EventId, ProductId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::{Alert, Rule, Rules, Severity};
use serde_json::json;
use store::Refusal;
use store::data::alert_settings::{self, ChannelKind, ChannelRow};
use store::data::alerts::{self, Filter, Said};
use store::data::ask::{self, Ask};
use store::data::licenses::{self, Origin};
use store::data::{app_policies, outbox};
use testkit::{Db, NOW, key_id, license, tenant};

use crate::registry::alert;

fn shipped(db: &Db, seq: u64, alert: &Alert) {
    let (acme, event) = (tenant("acme"), EventId::new([u8::try_from(seq).unwrap(); 16]));
    let tell = alerts::tell(&alert.id, &event, &acme, "mail", &json!({}), NOW);
    db.of(&acme).batch(&[tell, alerts::put(seq, alert)]).unwrap();
}

#[test]
fn an_alert_is_told_once_and_goes_on_and_what_people_said_stays() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let mut first = alert(1);
    shipped(&db, 1, &first);
    assert_eq!(db.of(&acme).all(&outbox::list(9)).len(), 1);
    db.of(&acme).run(outbox::delete(&EventId::new([1; 16]))).unwrap();
    let said = Said { by: "usr_1", note: Some("a new office"), trusted: true };
    db.of(&acme).run(alerts::acknowledge(&first.id, &said, NOW.plus(5))).unwrap();
    let late = Said { by: "usr_2", note: Some("me too"), trusted: false };
    db.of(&acme).run(alerts::acknowledge(&first.id, &late, NOW.plus(9))).unwrap();
    (first.calls, first.last) = (7, NOW.plus(7));
    shipped(&db, 1, &first);
    (first.calls, first.last) = (6, NOW.plus(6));
    shipped(&db, 1, &first);
    assert_eq!(db.of(&acme).all(&outbox::list(9)).len(), 0, "nothing is told again");
    let row = db.of(&acme).first(&alerts::by_id(&first.id)).unwrap();
    assert_eq!((row.calls, row.last_ms, row.first_ms), (7, NOW.plus(7), NOW));
    assert_eq!(
        (row.acknowledged_by.as_deref(), row.acknowledged_ms),
        (Some("usr_1"), Some(NOW.plus(5)))
    );
    assert_eq!((row.note.as_deref(), row.trusted), (Some("a new office"), true));
    assert_eq!(db.of(&tenant("globex")).first(&alerts::by_id(&first.id)), None);
}

#[test]
fn alerts_are_listed_newest_first_and_filtered() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    for n in 1..=4_u8 {
        let mut alert = alert(n);
        if n % 2 == 0 {
            (alert.rule, alert.severity) = (Rule::CrossTenant, Severity::Low);
            alert.key = None;
        }
        shipped(&db, n.into(), &alert);
    }
    let said = Said { by: "usr_1", note: None, trusted: false };
    db.of(&acme).run(alerts::acknowledge(&AlertId::new([4; 16]), &said, NOW)).unwrap();
    let key = key_id(1);
    let rows = [
        (Filter::default(), None, vec![4, 3, 2, 1]),
        (Filter::default(), Some(3), vec![2, 1]),
        (Filter { rule: Some(Rule::CrossTenant), ..Filter::default() }, None, vec![4, 2]),
        (Filter { severity: Some(Severity::High), ..Filter::default() }, None, vec![3, 1]),
        (Filter { acknowledged: Some(true), ..Filter::default() }, None, vec![4]),
        (Filter { acknowledged: Some(false), ..Filter::default() }, None, vec![3, 2, 1]),
        (Filter { key: Some(&key), ..Filter::default() }, None, vec![3, 1]),
    ];
    for (filter, before, want) in rows {
        let found = db.of(&acme).all(&alerts::list(&filter, before, 9));
        assert_eq!(found.iter().map(|row| row.seq).collect::<Vec<_>>(), want, "{filter:?}");
    }
    assert_eq!(db.of(&tenant("globex")).all(&alerts::list(&Filter::default(), None, 9)), []);
}

#[test]
fn of_two_changes_of_the_rules_the_second_is_refused() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let rules = Rules { quiet_seconds: 7, ..Rules::default() };
    assert_eq!(db.of(&acme).first(&alert_settings::rules()), None);
    assert_eq!(db.of(&acme).run(alert_settings::set_rules(1, &rules, NOW)), Ok(1));
    assert_eq!(db.of(&acme).run(alert_settings::set_rules(1, &rules, NOW)), Err(Refusal::Stale));
    assert_eq!(db.of(&acme).run(alert_settings::set_rules(2, &rules, NOW)), Ok(1));
    let row = db.of(&acme).first(&alert_settings::rules()).unwrap();
    assert_eq!((row.version, row.rules), (2, rules));
}

#[test]
fn a_target_is_a_channel_once_and_only_webhooks_have_secrets() {
    let (db, acme) = (Db::migrated(), tenant("acme"));
    let row = |n, kind, sealed: Option<&str>| ChannelRow {
        id: ChannelId::new([n; 16]),
        kind,
        target: "https://hooks.example.com/".into(),
        sealed: sealed.map(str::to_owned),
    };
    let hook = row(1, ChannelKind::Webhook, Some("sealed"));
    let add = |row: &ChannelRow| db.of(&acme).run(alert_settings::add_channel(row, NOW));
    assert_eq!(add(&hook), Ok(1));
    assert_eq!(add(&row(2, ChannelKind::Webhook, Some("other"))), Err(Refusal::Duplicate));
    assert!(add(&row(3, ChannelKind::Webhook, None)).is_err());
    assert!(add(&row(4, ChannelKind::Email, Some("sealed"))).is_err());
    assert_eq!(db.of(&acme).all(&alert_settings::channels()), std::slice::from_ref(&hook));
    assert_eq!(db.of(&tenant("globex")).first(&alert_settings::channel(&hook.id)), None);
    assert_eq!(db.of(&tenant("globex")).run(alert_settings::remove_channel(&hook.id)), Ok(0));
    assert_eq!(db.of(&acme).run(alert_settings::remove_channel(&hook.id)), Ok(1));
}

#[test]
fn a_policy_comes_with_the_license_that_it_is_about() {
    let (db, acme, issuer) = (Db::migrated(), tenant("acme"), license(1).issuer);
    let origin = Origin { provisioned: Some(NOW), ..Origin::default() };
    db.of(&acme).run(licenses::insert(&license(1), Shard::Us, &origin, NOW)).unwrap();
    let asked = |named: &str| {
        let asked = Ask { license: named, ..Ask::default() };
        db.of(&acme).first(&ask::about(asked)).unwrap().found
    };
    let code = license(1).code;
    let none = asked(code.as_str());
    assert_eq!((none.license.issuer_shard, none.policy), (Shard::Us, None));
    let policy = |note: &str| Policy {
        mode: Mode::Allow,
        allowed: vec![Listed { fingerprint: "a".into(), lib_version: None, note: note.into() }],
        blocked: Vec::new(),
    };
    let put = |version, note, now: Millis| {
        db.of(&issuer).run(app_policies::put(&license(1).product, version, &policy(note), now))
    };
    assert_eq!(put(2, "newer", NOW), Ok(1));
    assert_eq!(put(1, "late", NOW), Ok(0), "an older one changes nothing");
    assert_eq!(put(2, "again", NOW), Ok(0));
    assert_eq!(asked(license(1).id.as_str()).policy, Some(policy("newer")));
    let change = app_policies::change(&license(1).product, 2, &policy("x"), NOW);
    assert_eq!(db.of(&issuer).run(change), Err(Refusal::Stale));
    let other = ProductId::parse("other").unwrap();
    assert_eq!(db.of(&issuer).first(&app_policies::by_product(&other)), None);
    assert_eq!(db.of(&acme).first(&app_policies::by_product(&license(1).product)), None);
}
