use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::command::{Command, Order};
use crate::id::{CommandId, DeviceId};
use crate::terms::BindingMode;
use crate::time::Millis;

const NOW: Millis = Millis(1_700_000_000_000);

fn ask(n: u8) -> ActivationAsk {
    ActivationAsk {
        new_id: DeviceId::new([n; 16]),
        fingerprint: format!("fp{n}"),
        components: BTreeMap::new(),
        name: None,
        public_key: None,
        instance: None,
    }
}

fn rules(limit: u64, mode: BindingMode, migrations: u32) -> ActivationRules {
    ActivationRules { limit: Some(limit), mode, migrations }
}

fn active(n: u8) -> Device {
    activate(None, Slots::default(), rules(9, BindingMode::None, 0), &ask(n), NOW).unwrap().device
}

/// The object in miniature: rows, counts and the rules.
#[derive(Default)]
struct Rows {
    devices: Vec<Device>,
    migrations_used: u32,
}

impl Rows {
    fn slots(&self) -> Slots {
        let active =
            self.devices.iter().filter(|d| d.status == DeviceStatus::Active).count() as u64;
        let vacated = self.devices.iter().filter(|d| d.vacated).count() as u64;
        Slots { active, vacated, migrations_used: self.migrations_used }
    }

    fn activate(&mut self, n: u8, rules: ActivationRules) -> Result<Place, ActivationRefusal> {
        let known = self.devices.iter().position(|d| d.fingerprint == format!("fp{n}"));
        let got = activate(known.map(|i| &self.devices[i]), self.slots(), rules, &ask(n), NOW)?;
        if got.place.displaces() {
            self.devices.iter_mut().find(|d| d.vacated).unwrap().vacated = false;
        }
        self.migrations_used += u32::from(got.place == Place::Migrated);
        match known {
            Some(i) => self.devices[i] = got.device,
            None => self.devices.push(got.device),
        }
        Ok(got.place)
    }

    fn deactivate(&mut self, n: u8) {
        for device in self.devices.iter_mut().filter(|d| d.fingerprint == format!("fp{n}")) {
            *device = deactivate(device);
        }
    }
}

#[test]
fn the_limit_is_exact_and_the_same_device_is_welcome_again_when_full() {
    let (mut rows, rules) = (Rows::default(), rules(2, BindingMode::Strict, 0));
    assert_eq!(rows.activate(1, rules), Ok(Place::Fresh));
    assert_eq!(rows.activate(2, rules), Ok(Place::Fresh));
    assert_eq!(rows.activate(3, rules), Err(ActivationRefusal::Full { limit: 2 }));
    assert_eq!(rows.activate(1, rules), Ok(Place::Kept));
    assert_eq!(rows.devices.len(), 2);
    let none = ActivationRules { limit: Some(0), ..rules };
    assert_eq!(Rows::default().activate(1, none), Err(ActivationRefusal::Full { limit: 0 }));
    let unlimited = ActivationRules { limit: None, ..rules };
    assert_eq!(rows.activate(3, unlimited), Ok(Place::Fresh));
}

#[test]
fn a_migration_is_a_place_that_passes_to_another_fingerprint() {
    let (mut rows, rules) = (Rows::default(), rules(1, BindingMode::Soft, 2));
    assert_eq!(rows.activate(1, rules), Ok(Place::Fresh));
    rows.deactivate(1);
    assert_eq!(rows.activate(1, rules), Ok(Place::Returned), "back to its own place for free");
    rows.deactivate(1);
    assert_eq!(rows.activate(2, rules), Ok(Place::Migrated));
    rows.deactivate(2);
    assert_eq!(rows.activate(1, rules), Ok(Place::Migrated), "swapping back is a migration too");
    rows.deactivate(1);
    assert_eq!(rows.activate(2, rules), Err(ActivationRefusal::MigrationsUsed { allowed: 2 }));
    assert_eq!(rows.activate(1, rules), Ok(Place::Returned));
    assert_eq!(rows.migrations_used, 2);
}

#[test]
fn places_that_nobody_had_come_before_vacated_ones() {
    let (mut rows, rules) = (Rows::default(), rules(2, BindingMode::Strict, 0));
    rows.activate(1, rules).unwrap();
    rows.deactivate(1);
    assert_eq!(rows.activate(2, rules), Ok(Place::Fresh));
    assert_eq!(rows.activate(3, rules), Err(ActivationRefusal::MigrationsUsed { allowed: 0 }));
    let loose = ActivationRules { mode: BindingMode::None, ..rules };
    assert_eq!(rows.activate(3, loose), Ok(Place::TakenOver));
    assert_eq!(rows.migrations_used, 0);
}

#[test]
fn a_blocked_device_is_refused_and_its_place_is_free_without_a_migration() {
    let (mut rows, rules) = (Rows::default(), rules(1, BindingMode::Strict, 0));
    rows.activate(1, rules).unwrap();
    rows.devices[0] = block(&rows.devices[0]);
    assert_eq!(rows.activate(1, rules), Err(ActivationRefusal::Blocked));
    assert_eq!(rows.activate(2, rules), Ok(Place::Fresh));
    for (active, status) in [(0, DeviceStatus::Active), (1, DeviceStatus::Deactivated)] {
        assert_eq!(unblock(&rows.devices[0], active, Some(1)).status, status, "{active}");
    }
}

#[test]
fn activation_keeps_the_id_and_clears_suspicion() {
    let mut known = active(1);
    known.suspect = Some(Suspect::Clone);
    known.name = Some("cp1".into());
    known = deactivate(&known);
    let again =
        ActivationAsk { public_key: Some("pk".into()), new_id: DeviceId::new([9; 16]), ..ask(1) };
    let slots = Slots { vacated: 1, ..Slots::default() };
    let got = activate(Some(&known), slots, rules(1, BindingMode::Soft, 0), &again, NOW.plus(5))
        .unwrap()
        .device;
    assert_eq!((got.id, got.suspect, got.activated), (DeviceId::new([1; 16]), None, NOW.plus(5)));
    assert_eq!(
        (got.name.as_deref(), got.public_key.as_deref(), got.vacated),
        (Some("cp1"), Some("pk"), false)
    );
}

fn from(instance: &str, sequence: u64) -> Beat {
    Beat { instance: Some(instance.into()), sequence: Some(sequence), ..Beat::default() }
}

#[test]
fn an_installation_that_comes_back_after_another_is_a_suspected_clone() {
    type Beats<'a> = &'a [(&'a str, u64)];
    let clone = Some(Suspect::Clone);
    let rows: [(&str, Beats, Option<Suspect>); 6] = [
        ("one installation", &[("a", 1), ("a", 2), ("a", 3)], None),
        ("reinstalled twice", &[("a", 1), ("b", 1), ("c", 1)], None),
        ("two in turn", &[("a", 1), ("b", 1), ("a", 2)], clone),
        ("sticks", &[("a", 1), ("b", 1), ("a", 2), ("c", 1)], clone),
        ("a repeat after a lost answer", &[("a", 5), ("a", 5), ("a", 6)], None),
        ("a copied machine", &[("a", 5), ("a", 7), ("a", 6)], clone),
    ];
    for (name, beats, want) in rows {
        let device = beats.iter().fold(active(1), |device, (i, s)| beat(&device, from(i, *s), NOW));
        assert_eq!(device.suspect, want, "{name}");
    }
}

#[test]
fn retired_installations_are_bounded_and_old_ones_forgotten() {
    let device =
        ["a", "b", "c", "d", "e", "f"].iter().fold(active(1), |d, i| beat(&d, from(i, 1), NOW));
    assert_eq!(device.retired_instances, ["b", "c", "d", "e"]);
    assert_eq!(beat(&device, from("a", 1), NOW).suspect, None);
    assert_eq!(beat(&device, Beat::default(), NOW).instance.as_deref(), Some("f"));
}

#[test]
fn a_clock_is_suspect_beyond_a_day_and_clears_when_right_again() {
    let told = |time: i64| Beat { reported_time: Some(Millis(time)), ..Beat::default() };
    let rows = [
        ("right", 0, None),
        ("a day behind", -CLOCK_TOLERANCE_MS, None),
        ("a day and a little behind", -CLOCK_TOLERANCE_MS - 1, Some(Suspect::Clock)),
        ("a day and a little ahead", CLOCK_TOLERANCE_MS + 1, Some(Suspect::Clock)),
    ];
    for (name, off, want) in rows {
        let device = beat(&active(1), told(NOW.0 + off), NOW);
        assert_eq!(device.suspect, want, "{name}");
        assert_eq!(
            beat(&device, Beat::default(), NOW).suspect,
            want,
            "{name}: stays when nothing is told"
        );
        assert_eq!(beat(&device, told(NOW.0), NOW).suspect, None, "{name}: clears");
    }
    assert_eq!(beat(&active(1), told(i64::MIN), NOW).suspect, Some(Suspect::Clock));
}

#[test]
fn three_intervals_of_silence_are_too_many() {
    for (name, now, want) in [("just before", 2_699_999, false), ("exactly at", 2_700_000, true)] {
        assert_eq!(missed(Millis(0), 900, Millis(now)), want, "{name}");
    }
    assert_eq!(overdue_at(Millis(5), 1), Millis(3005));
    assert!(!missed(Millis(i64::MAX), u32::MAX, Millis(0)));
}

#[test]
fn last_seen_never_goes_back_and_a_report_stays_until_the_next() {
    let report = Beat { status_report: Some("fine".into()), ..Beat::default() };
    let device = beat(&beat(&active(1), report, NOW), Beat::default(), NOW.plus(-9));
    assert_eq!((device.last_seen, device.status_report), (Some(NOW), Some("fine".into())));
}

fn command(n: u8, order: Order) -> Command {
    Command { id: CommandId::new([n; 16]), order, created: NOW }
}

fn limits(n: u8) -> Command {
    command(
        n,
        Order::UpdateLimits { new_limits: BTreeMap::from([("max_vms".into(), u64::from(n))]) },
    )
}

#[test]
fn commands_are_delivered_until_acknowledged() {
    let mut waiting = Vec::new();
    enqueue(&mut waiting, limits(1));
    enqueue(&mut waiting, command(2, Order::RefreshLicense));
    let ids = |commands: Vec<Command>| commands.into_iter().map(|c| c.id).collect::<Vec<_>>();
    let (one, two) = (CommandId::new([1; 16]), CommandId::new([2; 16]));
    assert_eq!(ids(deliver(&mut waiting, NOW)), [one.clone(), two.clone()]);
    assert_eq!(ids(deliver(&mut waiting, NOW.plus(9))), [one.clone(), two.clone()], "again");
    assert_eq!(waiting[0].delivered, Some(NOW));
    let stranger = CommandId::new([7; 16]);
    assert_eq!(acknowledge(&mut waiting, &[stranger, one.clone(), one.clone()]), [one]);
    assert_eq!(ids(deliver(&mut waiting, NOW)), [two]);
}

#[test]
fn newer_limits_replace_older_ones_that_were_not_told_yet() {
    let mut waiting = Vec::new();
    enqueue(&mut waiting, limits(1));
    assert_eq!(enqueue(&mut waiting, limits(2)), [CommandId::new([1; 16])]);
    deliver(&mut waiting, NOW);
    assert!(
        enqueue(&mut waiting, limits(3)).is_empty(),
        "told already, so it stays until acknowledged"
    );
    assert!(enqueue(&mut waiting, limits(3)).is_empty(), "a repeat changes nothing");
    assert_eq!(waiting.len(), 2);
    enqueue(&mut waiting, command(4, Order::Stop { reason: "billing".into() }));
    assert_eq!(enqueue(&mut waiting, command(5, Order::Resume)), [CommandId::new([4; 16])]);
}

#[test]
fn a_stop_or_resume_gives_way_to_one_given_later() {
    let stop = || Order::Stop { reason: "billing".into() };
    let rows = [
        ("the first", stop(), None, false),
        ("a late stop", stop(), Some(1), true),
        ("a late resume", Order::Resume, Some(1), true),
        ("of the same instant", stop(), Some(0), false),
        ("after an older one", Order::Resume, Some(-1), false),
        ("nothing to do with it", Order::RefreshLicense, Some(1), false),
    ];
    for (name, order, newest, want) in rows {
        let newest = newest.map(|millis| NOW.plus(millis));
        assert_eq!(overtaken(&command(1, order), newest), want, "{name}");
    }
}

#[test]
fn a_device_that_never_acknowledges_keeps_a_bounded_list() {
    let mut waiting = Vec::new();
    for n in 0..40 {
        enqueue(&mut waiting, limits(n));
        deliver(&mut waiting, NOW);
    }
    assert_eq!(waiting.len(), MAX_WAITING);
    assert_eq!(waiting.last().unwrap().command.id, CommandId::new([39; 16]));
}

proptest! {
    #[test]
    fn active_devices_and_migrations_never_exceed_the_terms(
        limit in 0_u64..4,
        migrations in 0_u32..4,
        steps in prop::collection::vec((0_u8..6, any::<bool>()), 0..80),
    ) {
        let (mut rows, rules) = (Rows::default(), rules(limit, BindingMode::Strict, migrations));
        for (n, on) in steps {
            if on {
                let _ = rows.activate(n, rules);
            } else {
                rows.deactivate(n);
            }
            let slots = rows.slots();
            prop_assert!(slots.active + slots.vacated <= limit && slots.migrations_used <= migrations);
        }
        let distinct = rows.devices.len() as u64;
        prop_assert!(distinct <= limit + u64::from(migrations), "devices ever activated");
    }
}
