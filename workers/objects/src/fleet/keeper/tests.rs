use std::collections::BTreeMap;

use domain::command::{Command, Order};
use domain::fleet::{ActivationRefusal, ActivationRules, Suspect};
use domain::id::DeviceId;
use domain::place::Shard;
use domain::terms::BindingMode;
use edge::objects::{Parcel, Ruling};

use super::*;
use crate::disk::memory::Memory;
use crate::fleet::SCHEMA;
use crate::fleet::letters::{self, Letter};

const NOW: Millis = Millis(1_700_000_000_000);

fn name() -> (TenantId, LicenseId) {
    (TenantId::parse("acme").unwrap(), LicenseId::new(Shard::Eu, [1; 16]))
}

fn terms(limit: u64, version: i64) -> FleetTerms {
    FleetTerms {
        version,
        issuer: TenantId::parse("meridian").unwrap(),
        issuer_shard: Shard::Us,
        shard: Shard::Eu,
        rules: ActivationRules { limit: Some(limit), mode: BindingMode::Strict, migrations: 1 },
        heartbeat_seconds: 900,
    }
}

fn by() -> By {
    By { actor: "key_1".into(), request: "req_1".into() }
}

fn at(disk: &Memory, now: Millis, call: FleetCall) -> FleetReply {
    Keeper { disk, name: &name(), now }.handle(call).unwrap().reply
}

fn activate(disk: &Memory, n: u8, terms: FleetTerms) -> FleetReply {
    let ask = ActivationAsk {
        new_id: DeviceId::new([n; 16]),
        fingerprint: format!("fp{n}"),
        components: BTreeMap::from([("board".into(), "b".into())]),
        name: Some("cp".into()),
        public_key: None,
        instance: None,
    };
    at(disk, NOW, FleetCall::Activate { terms, ask, by: by() })
}

fn place(reply: &FleetReply) -> Place {
    match reply {
        FleetReply::Activated(activated) => activated.place,
        other => panic!("{other:?}"),
    }
}

fn named(n: u8) -> DeviceNamed {
    DeviceNamed::Id(DeviceId::new([n; 16]))
}

fn beat(disk: &Memory, now: Millis, n: u8, acknowledge: Vec<CommandId>) -> BeatReply {
    let call =
        FleetCall::Beat { device: named(n), beat: Beat::default(), acknowledge, terms: None };
    match at(disk, now, call) {
        FleetReply::Beat(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn refresh(n: u8, device: Option<u8>) -> FleetCall {
    let command =
        Command { id: CommandId::new([n; 16]), order: Order::RefreshLicense, created: NOW };
    let device = device.map(|n| DeviceId::new([n; 16]));
    FleetCall::Enqueue { shard: Shard::Eu, parcels: vec![Parcel { device, command }] }
}

/// Ships everything into the void and tells what it was.
fn shipped(disk: &Memory) -> (usize, Vec<Letter>) {
    let batch = letters::next(disk, true).unwrap();
    letters::arrived(disk, &batch).unwrap();
    (batch.devices.len(), batch.letters.into_iter().map(|posted| posted.body).collect())
}

#[test]
fn the_limit_holds_on_the_disk_and_migrations_are_counted_there() {
    let disk = Memory::with(SCHEMA);
    assert_eq!(place(&activate(&disk, 1, terms(2, 1))), Place::Fresh);
    assert_eq!(place(&activate(&disk, 2, terms(2, 1))), Place::Fresh);
    let full = FleetReply::Refused(ActivationRefusal::Full { limit: 2 });
    assert_eq!(activate(&disk, 3, terms(2, 1)), full);
    assert_eq!(place(&activate(&disk, 1, terms(2, 1))), Place::Kept);
    at(&disk, NOW, FleetCall::Deactivate { device: named(1), by: by() });
    assert_eq!(place(&activate(&disk, 3, terms(2, 1))), Place::Migrated);
    at(&disk, NOW, FleetCall::Deactivate { device: named(3), by: by() });
    let used = FleetReply::Refused(ActivationRefusal::MigrationsUsed { allowed: 1 });
    assert_eq!(activate(&disk, 1, terms(2, 1)), used);
    assert_eq!(place(&activate(&disk, 3, terms(2, 1))), Place::Returned);
}

#[test]
fn older_terms_than_those_known_do_not_take_effect() {
    let disk = Memory::with(SCHEMA);
    at(&disk, NOW, FleetCall::SetTerms { terms: terms(1, 5) });
    assert_eq!(place(&activate(&disk, 1, terms(9, 4))), Place::Fresh);
    assert_eq!(
        activate(&disk, 2, terms(9, 4)),
        FleetReply::Refused(ActivationRefusal::Full { limit: 1 })
    );
    assert_eq!(place(&activate(&disk, 2, terms(9, 6))), Place::Fresh);
    assert_eq!(beat(&disk, NOW, 1, vec![]).license_version, Some(6));
}

#[test]
fn an_activation_is_copied_and_recorded_for_holder_and_issuer_once() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(2, 1));
    let (devices, letters) = shipped(&disk);
    let audit: Vec<_> = letters
        .iter()
        .map(|letter| match letter {
            Letter::Audit { tenant, shard, draft } => {
                (tenant.as_str(), *shard, draft.action.as_str())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(devices, 1);
    assert_eq!(
        audit,
        [("acme", Shard::Eu, "device.activated"), ("meridian", Shard::Us, "device.activated")]
    );
    activate(&disk, 1, terms(2, 1));
    let (devices, letters) = shipped(&disk);
    assert_eq!((devices, letters.len()), (1, 0), "the same again is copied, not recorded");
    assert!(letters::next(&disk, true).unwrap().is_empty());
}

#[test]
fn a_heartbeat_writes_one_row() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(2, 1));
    let before = disk.changes();
    let call = FleetCall::Beat {
        device: DeviceNamed::Fingerprint("fp1".into()),
        beat: Beat { status_report: Some("fine".into()), ..Beat::default() },
        acknowledge: vec![],
        terms: Some(terms(2, 1)),
    };
    at(&disk, NOW, call);
    assert_eq!(disk.changes() - before, 1);
}

#[test]
fn a_change_while_its_copy_is_under_way_is_copied_again() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(2, 1));
    let under_way = letters::next(&disk, true).unwrap();
    beat(&disk, NOW, 1, vec![]);
    letters::arrived(&disk, &under_way).unwrap();
    assert_eq!(letters::next(&disk, true).unwrap().devices.len(), 1);
}

#[test]
fn each_active_device_gets_its_own_copy_of_a_command_and_acknowledges_it_by_itself() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(3, 1));
    activate(&disk, 2, terms(3, 1));
    at(&disk, NOW, refresh(7, None));
    at(&disk, NOW, refresh(7, None));
    let one = beat(&disk, NOW, 1, vec![]).commands;
    let two = beat(&disk, NOW, 2, vec![]).commands;
    assert_eq!((one.len(), two.len()), (1, 1));
    assert_ne!(one[0].id, two[0].id);
    assert_eq!(beat(&disk, NOW, 1, vec![]).commands, one, "until acknowledged");
    assert_eq!(
        beat(&disk, NOW, 1, vec![two[0].id.clone()]).commands,
        one,
        "another's id is ignored"
    );
    assert!(beat(&disk, NOW, 1, vec![one[0].id.clone()]).commands.is_empty());
    at(&disk, NOW, refresh(7, None));
    assert!(beat(&disk, NOW, 1, vec![]).commands.is_empty(), "a repeat of what was carried out");
    assert_eq!(beat(&disk, NOW, 2, vec![]).commands, two);
}

#[test]
fn a_command_for_a_fleet_without_devices_waits_for_any_caller() {
    let disk = Memory::with(SCHEMA);
    at(&disk, NOW, refresh(7, None));
    let reply = beat(&disk, NOW, 1, vec![]);
    assert_eq!((reply.known, reply.commands.len()), (false, 1));
    assert_eq!(reply.commands[0].id, CommandId::new([7; 16]));
    assert!(beat(&disk, NOW, 1, vec![CommandId::new([7; 16])]).commands.is_empty());
    at(&disk, NOW, refresh(8, Some(1)));
    assert!(beat(&disk, NOW, 1, vec![]).commands.is_empty(), "for a device that does not exist");
}

fn order(n: u8, device: Option<u8>, given: i64, order: Order) -> FleetCall {
    let command = Command { id: CommandId::new([n; 16]), order, created: NOW.plus(given) };
    let device = device.map(|n| DeviceId::new([n; 16]));
    FleetCall::Enqueue { shard: Shard::Eu, parcels: vec![Parcel { device, command }] }
}

#[test]
fn a_late_stop_does_not_outlive_a_newer_resume() {
    let stop = || Order::Stop { reason: "billing".into() };
    let resumed = |disk: &Memory, n| {
        let commands = beat(disk, NOW, n, vec![]).commands;
        let ids = commands.iter().map(|command| command.id.clone()).collect();
        beat(disk, NOW, n, ids);
        commands.into_iter().map(|command| command.order).collect::<Vec<_>>()
    };
    let disk = Memory::with(SCHEMA);
    at(&disk, NOW, order(1, None, 5, Order::Resume));
    assert_eq!(resumed(&disk, 1), [Order::Resume], "nobody is active");
    at(&disk, NOW, order(2, None, 4, stop()));
    assert_eq!(resumed(&disk, 1), [], "the resume was carried out, and counts still");
    activate(&disk, 1, terms(3, 1));
    activate(&disk, 2, terms(3, 1));
    at(&disk, NOW, order(3, None, 4, stop()));
    assert_eq!(resumed(&disk, 1), [], "for each of the active ones");
    at(&disk, NOW, order(4, Some(1), 9, Order::Resume));
    at(&disk, NOW, order(5, None, 8, stop()));
    assert_eq!(resumed(&disk, 1), [Order::Resume], "this device was told later");
    assert_eq!(resumed(&disk, 2), [stop()], "the other was not");
}

#[test]
fn the_copies_of_commands_follow_in_order() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(3, 1));
    shipped(&disk);
    at(&disk, NOW, refresh(7, Some(1)));
    at(&disk, NOW, refresh(8, Some(1)));
    beat(&disk, NOW, 1, vec![CommandId::new([8; 16])]);
    let kinds: Vec<_> = shipped(&disk)
        .1
        .into_iter()
        .map(|letter| match letter {
            Letter::Waits { command, .. } => ("waits", command.id),
            Letter::Settled { command, .. } => ("settled", command),
            Letter::Audit { .. } => panic!(),
        })
        .collect();
    let (seven, eight) = (CommandId::new([7; 16]), CommandId::new([8; 16]));
    let want = [
        ("waits", seven.clone()),
        ("settled", seven),
        ("waits", eight.clone()),
        ("settled", eight),
    ];
    assert_eq!(kinds, want);
}

#[test]
fn missed_heartbeats_are_recorded_once_per_episode() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(3, 1));
    shipped(&disk);
    let watch = |now: Millis| {
        let name = name();
        let keeper = Keeper { disk: &disk, name: &name, now };
        let due = keeper.next_overdue().unwrap();
        keeper.watch().unwrap();
        (due, shipped(&disk).1.len())
    };
    let overdue = NOW.plus_seconds(2700);
    assert_eq!(watch(overdue.plus(-1)), (Some(overdue), 0), "just before");
    assert_eq!(watch(overdue), (Some(overdue), 2), "exactly at, for holder and issuer");
    assert_eq!(watch(overdue.plus_seconds(9999)), (None, 0), "once");
    beat(&disk, overdue, 1, vec![]);
    assert_eq!(watch(overdue), (Some(overdue.plus_seconds(2700)), 0), "heard of again");
    assert_eq!(watch(overdue.plus_seconds(2700)).1, 2, "the next episode");
}

#[test]
fn a_blocked_device_stays_out_until_it_is_let_in() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(1, 1));
    at(&disk, NOW, block(1, Ruling::default()));
    assert_eq!(activate(&disk, 1, terms(1, 1)), FleetReply::Refused(ActivationRefusal::Blocked));
    assert_eq!(beat(&disk, NOW, 1, vec![]).status, Some(DeviceStatus::Blocked));
    assert_eq!(place(&activate(&disk, 2, terms(1, 1))), Place::Fresh);
    let FleetReply::Device(reply) = at(&disk, NOW, unblock(1, Ruling::default())) else { panic!() };
    assert_eq!((reply.device.status, reply.active), (DeviceStatus::Deactivated, 1));
    assert_eq!(at(&disk, NOW, unblock(9, Ruling::default())), FleetReply::NoSuchDevice);
}

fn block(n: u8, ruling: Ruling) -> FleetCall {
    FleetCall::Block { device: named(n), by: by(), ruling }
}

fn unblock(n: u8, ruling: Ruling) -> FleetCall {
    FleetCall::Unblock { device: named(n), by: by(), ruling }
}

#[test]
fn a_holder_cannot_undo_a_block_by_the_issuer() {
    let holder = || Ruling::default();
    let issuer = || Ruling { by_issuer: true, ..Ruling::default() };
    let rows: [(&str, &[Ruling], Ruling, bool); 5] = [
        ("its own", &[holder()], holder(), true),
        ("the issuer's", &[issuer()], holder(), false),
        ("both, holder first", &[holder(), issuer()], holder(), false),
        ("both, issuer first", &[issuer(), holder()], holder(), false),
        ("the issuer undoes any", &[holder(), issuer()], issuer(), true),
    ];
    for (name, blocks, undo, undone) in rows {
        let disk = Memory::with(SCHEMA);
        activate(&disk, 1, terms(1, 1));
        for ruling in blocks {
            at(&disk, NOW, block(1, ruling.clone()));
        }
        let reply = at(&disk, NOW, unblock(1, undo));
        assert_eq!(matches!(reply, FleetReply::Device(_)), undone, "{name}: {reply:?}");
        assert_eq!(reply == FleetReply::BlockedByIssuer, !undone, "{name}: {reply:?}");
        at(&disk, NOW, unblock(1, issuer()));
        at(&disk, NOW, block(1, holder()));
        let again = at(&disk, NOW, unblock(1, holder()));
        assert!(matches!(again, FleetReply::Device(_)), "{name}: what was undone is forgotten");
    }
}

#[test]
fn the_reason_of_a_block_is_in_the_audit_log_of_holder_and_issuer() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(1, 1));
    shipped(&disk);
    for (reason, want) in [(Some("stolen"), Some("stolen")), (None, None)] {
        let ruling = || Ruling { reason: reason.map(str::to_owned), by_issuer: true };
        for call in [block(1, ruling()), unblock(1, ruling())] {
            at(&disk, NOW, call);
            let letters = shipped(&disk).1;
            assert_eq!(letters.len(), 2);
            for letter in letters {
                let Letter::Audit { draft, .. } = letter else { panic!("{letter:?}") };
                assert_eq!(draft.detail.get("reason").and_then(|r| r.as_str()), want, "{draft:?}");
            }
        }
    }
}

#[test]
fn a_device_survives_the_disk_with_all_that_is_known_of_it() {
    let disk = Memory::with(SCHEMA);
    activate(&disk, 1, terms(1, 1));
    for (instance, sequence) in [("a", 1), ("b", u64::MAX), ("a", 2)] {
        let beat = Beat {
            instance: Some(instance.into()),
            sequence: Some(sequence),
            reported_time: Some(NOW),
            status_report: Some(serde_json::json!({"vms": 3})),
        };
        at(
            &disk,
            NOW,
            FleetCall::Beat { device: named(1), beat, acknowledge: vec![], terms: None },
        );
    }
    let FleetReply::Devices(devices) = at(&disk, NOW, FleetCall::Devices { after: None, limit: 9 })
    else {
        panic!()
    };
    assert_eq!(devices.len(), 1);
    let device = &devices[0];
    assert_eq!((device.suspect, device.instance.as_deref()), (Some(Suspect::Clone), Some("a")));
    assert_eq!(device.retired_instances, ["b"]);
    assert_eq!((device.last_seen, device.name.as_deref()), (Some(NOW), Some("cp")));
    assert_eq!(device.status_report, Some(serde_json::json!({"vms": 3})));
    let next = FleetCall::Devices { after: Some(DeviceId::new([1; 16])), limit: 9 };
    assert_eq!(at(&disk, NOW, next), FleetReply::Devices(vec![]));
}

/// One call as the object decides it: from memory where that can be, else in a transaction.
fn keep(disk: &Memory, held: &mut Held, now: Millis, call: &FleetCall) -> (bool, Decided) {
    let name = name();
    let keeper = Keeper { disk, name: &name, now };
    if let Some(decided) = keeper.quick(held, call).unwrap() {
        return (true, decided);
    }
    let decided = keeper.handle(call.clone()).unwrap();
    keeper.hold(held, call).unwrap();
    (false, decided)
}

#[test]
fn a_quiet_heartbeat_from_memory_leaves_what_a_slow_one_leaves() {
    let (quick, slow) = (Memory::with(SCHEMA), Memory::with(SCHEMA));
    let mut held = Held::default();
    for disk in [&quick, &slow] {
        activate(disk, 1, terms(3, 1));
    }
    for (step, instance) in ["a", "a", "b", "a", "a"].into_iter().enumerate() {
        let beat = Beat { instance: Some(instance.into()), ..Beat::default() };
        let call = FleetCall::Beat { device: named(1), beat, acknowledge: Vec::new(), terms: None };
        let now = NOW.plus(1_000 * i64::try_from(step).unwrap());
        let before = quick.changes();
        let (from_memory, decided) = keep(&quick, &mut held, now, &call);
        assert_eq!((from_memory, quick.changes() - before), (step > 0, 1), "step {step}");
        let expected = Keeper { disk: &slow, name: &name(), now }.handle(call).unwrap();
        assert_eq!((decided.reply, decided.ship), (expected.reply, expected.ship), "step {step}");
        let rest = |disk| format!("{:?}", rows::find(disk, &named(1)).unwrap());
        assert_eq!(rest(&quick), rest(&slow), "step {step}");
    }
}

#[test]
fn nothing_is_answered_from_memory_once_anything_else_happened() {
    let disk = Memory::with(SCHEMA);
    let mut held = Held::default();
    activate(&disk, 1, terms(3, 1));
    let beat = |acknowledge| FleetCall::Beat {
        device: named(1),
        beat: Beat::default(),
        acknowledge,
        terms: None,
    };
    let by_issuer = Ruling { by_issuer: true, ..Ruling::default() };
    let others = [
        refresh(7, Some(1)),
        FleetCall::SetTerms { terms: terms(3, 2) },
        FleetCall::Block { device: named(1), by: by(), ruling: by_issuer },
        beat(vec![CommandId::new([7; 16])]),
    ];
    for other in others {
        keep(&disk, &mut held, NOW, &beat(vec![CommandId::new([7; 16])]));
        assert!(keep(&disk, &mut held, NOW, &beat(Vec::new())).0, "quiet before {other:?}");
        assert!(!keep(&disk, &mut held, NOW, &other).0, "{other:?}");
        let (from_memory, decided) = keep(&disk, &mut held, NOW, &beat(Vec::new()));
        assert!(!from_memory || matches!(other, FleetCall::Beat { .. }), "{other:?}");
        if matches!(other, FleetCall::Enqueue { .. }) {
            let FleetReply::Beat(reply) = decided.reply else { panic!("a beat") };
            assert_eq!(reply.commands.len(), 1, "the command is handed over");
            assert!(!keep(&disk, &mut held, NOW, &beat(Vec::new())).0, "while it waits");
        }
    }
}
