use domain::app::Ruling;
use domain::id::{EventId, KeyId, ProductId};
use domain::time::Millis;
use domain::watch::{Rule, Rules, Sighting};
use edge::objects::{AppUse, WatchCall};
use store::data::alert_settings::{ChannelKind, ChannelRow};
use store::data::{alerts, outbox};
use testkit::{Db, NOW, tenant};

use super::*;
use crate::disk::memory::Memory;

fn sighting(n: u8, code: Option<&str>, at: Millis) -> Sighting {
    Sighting {
        key: KeyId::new([n; 16]),
        address: "192.0.2.7".into(),
        host: String::new(),
        fingerprint: String::new(),
        lib_version: String::new(),
        asked: "acme.example".into(),
        refused: code.map(str::to_owned),
        unlisted: None,
        calls: 1,
        at,
    }
}

fn say(disk: &Memory, ids: &mut u8, call: WatchCall) -> Done {
    let mut new_id = || {
        *ids += 1;
        AlertId::new([*ids; 16])
    };
    let local = |_: &str, _| None;
    let mut world = World { local: &local, new_id: &mut new_id, now: NOW };
    desk::handle(disk, &tenant("acme"), call, &mut world).unwrap()
}

fn see(disk: &Memory, ids: &mut u8, sightings: Vec<Sighting>) -> u32 {
    let done = say(disk, ids, WatchCall::See { shard: Shard::Us, sightings });
    match done.reply {
        WatchReply::Noted { raised } => raised,
        WatchReply::Apps(_) => panic!("no applications"),
    }
}

fn waiting(disk: &Memory) -> Vec<(u64, u64, u32)> {
    let (_, posted) = post::unshipped(disk).unwrap().unwrap_or((Shard::Us, Vec::new()));
    posted.iter().map(|it| (it.seq, it.body.calls, it.raised)).collect()
}

#[test]
fn alerts_are_numbered_and_wait_until_d1_has_their_newest() {
    let (disk, mut ids) = (Memory::with(desk::SCHEMA), 0);
    let refused = |n, at| sighting(n, Some("address-not-allowed"), NOW.plus(at));
    assert_eq!(see(&disk, &mut ids, vec![refused(2, 1), refused(1, 0), refused(2, 2)]), 2);
    assert_eq!(waiting(&disk), [(1, 1, 1), (2, 2, 1)]);
    let (shard, posted) = post::unshipped(&disk).unwrap().unwrap();
    assert_eq!(shard, Shard::Us);
    assert_eq!(see(&disk, &mut ids, vec![refused(1, 5)]), 0, "it goes on while it is shipped");
    for it in &posted {
        post::shipped(&disk, it).unwrap();
    }
    assert_eq!(waiting(&disk), [(1, 2, 0)], "its newest, which is not told as new");
    let (_, posted) = post::unshipped(&disk).unwrap().unwrap();
    post::shipped(&disk, &posted[0]).unwrap();
    assert_eq!(waiting(&disk), []);
    assert_eq!(see(&disk, &mut ids, vec![refused(1, 6)]), 0);
    assert_eq!(waiting(&disk), [(1, 3, 0)]);
}

#[test]
fn the_highest_version_of_the_rules_holds_and_trust_is_kept() {
    let (disk, mut ids) = (Memory::with(desk::SCHEMA), 0);
    let set = |version, seconds| {
        let mut rules = Box::new(Rules::default());
        rules.learning.seconds = seconds;
        WatchCall::SetRules { shard: Shard::Us, version, rules }
    };
    say(&disk, &mut ids, set(2, 0));
    say(&disk, &mut ids, set(1, 60));
    assert_eq!(see(&disk, &mut ids, vec![sighting(1, None, NOW)]), 1);
    let (key, value) = (KeyId::new([1; 16]), "192.0.2.0/24".to_owned());
    say(&disk, &mut ids, WatchCall::Trust { key, rule: Rule::UnknownAddress, value });
    assert_eq!(see(&disk, &mut ids, vec![sighting(1, None, NOW.plus(1))]), 0);
    assert_eq!(see(&disk, &mut ids, vec![sighting(2, None, NOW.plus(1))]), 1, "of another key");
}

#[test]
fn applications_are_listed_by_customer_within_bounds() {
    let (disk, mut ids) = (Memory::with(desk::SCHEMA), 0);
    let product = ProductId::parse("backup").unwrap();
    let calls_of = |customer: &str, fingerprint: &str, ruling| AppUse {
        product: product.clone(),
        fingerprint: fingerprint.to_owned(),
        lib_version: "1".to_owned(),
        customer: tenant(customer),
        ruling,
        calls: 2,
        at: NOW,
    };
    let mut uses: Vec<_> =
        (0..150).map(|n| calls_of("flood", &format!("f{n}"), Ruling::Refused)).collect();
    uses.push(calls_of("acme", "a", Ruling::Accepted));
    uses.push(calls_of("acme", "a", Ruling::Refused));
    uses.push(calls_of("acme", "b", Ruling::Reported));
    let done = say(&disk, &mut ids, WatchCall::Used { shard: Shard::Us, uses });
    assert_eq!(done.reply, WatchReply::Noted { raised: 1 });
    let done = say(&disk, &mut ids, WatchCall::Apps { product });
    let WatchReply::Apps(apps) = done.reply else { panic!("{done:?}") };
    assert_eq!(
        apps.iter().filter(|app| app.customer == tenant("flood")).count(),
        apps::PER_CUSTOMER
    );
    let a = apps.iter().find(|app| app.fingerprint == "a").unwrap();
    assert_eq!((a.calls, a.refused), (4, 2));
    let (_, posted) = post::unshipped(&disk).unwrap().unwrap();
    assert_eq!((posted[0].body.value.as_str(), &posted[0].body.key), ("backup: b", &None));
}

#[test]
fn an_alert_is_told_to_the_log_and_to_every_channel_once() {
    let (disk, mut ids) = (Memory::with(desk::SCHEMA), 0);
    see(&disk, &mut ids, vec![sighting(1, Some("wrong-host"), NOW)]);
    let (shard, posted) = post::unshipped(&disk).unwrap().unwrap();
    let acme = tenant("acme");
    let channel = |n, kind, target: &str, sealed: Option<&str>| ChannelRow {
        id: domain::id::ChannelId::new([n; 16]),
        kind,
        target: target.to_owned(),
        sealed: sealed.map(str::to_owned),
    };
    let channels = [
        channel(1, ChannelKind::Email, "it@acme.example", None),
        channel(2, ChannelKind::Webhook, "https://hooks.example.com/", Some("sealed")),
    ];
    let party = Party { tenant: &acme, shard, url: "https://acme.example".into() };
    let db = Db::migrated();
    for _ in 0..2 {
        let mut changes = tell::everybody(&party, &posted[0].body, &channels, NOW).unwrap();
        changes.push(alerts::put(posted[0].seq, &posted[0].body));
        db.of(&acme).batch(&changes).unwrap();
    }
    let rows = db.of(&acme).all(&outbox::list(9));
    let mut kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["audit", "mail", "webhook"]);
    assert_eq!(db.sweep(&outbox::sweep(NOW, 9)).len(), 3, "the next run of the clock takes them");
    let text = rows.iter().find(|row| row.kind == "mail").unwrap().payload["mail"]["text"].clone();
    let text = text
        .as_str()
        .or_else(|| rows.iter().find(|row| row.kind == "mail").unwrap().payload["text"].as_str());
    assert!(text.unwrap().contains("https://acme.example/api/v1/alerts/alert_"), "{text:?}");
    assert!(rows.iter().all(|row| !row.payload.to_string().contains("sealed")), "no secrets");
    assert!(rows.iter().all(|row| EventId::parse(row.id.as_str()).is_ok()));
}
