use super::*;
use proptest::prelude::*;

/// Name, components seen, and what any, two, most, all say.
type Row<'a> = (&'a str, &'a [(Component, &'a str)], [bool; 4]);

const RULES: [Matching; 4] = [Matching::Any, Matching::Two, Matching::Most, Matching::All];
fn print(environment: Environment, values: &[(Component, &str)]) -> Fingerprint {
    let mut print = Fingerprint::new(environment);
    for (component, value) in values {
        print.add("salt", *component, value);
    }
    print
}

#[test]
fn rules_ask_for_one_two_most_or_all_of_the_weight() {
    use Component::{Cpu, Disk, Hostname, Mac, MachineId};
    let bound = print(
        Environment::Physical,
        &[(MachineId, "m"), (Cpu, "c"), (Mac, "a"), (Disk, "d"), (Hostname, "h")],
    );
    // The whole weight is 13.
    let rows: [Row<'_>; 7] = [
        ("nothing", &[], [false; 4]),
        ("other machine", &[(MachineId, "x"), (Cpu, "x")], [false; 4]),
        ("name only", &[(Hostname, "h")], [true, false, false, false]),
        ("name and card: 3 of 13", &[(Hostname, "h"), (Mac, "a")], [true, true, false, false]),
        ("id and card: 6 of 13", &[(MachineId, "m"), (Mac, "a")], [true, true, false, false]),
        ("id and processor: 8 of 13", &[(MachineId, "m"), (Cpu, "c")], [true, true, true, false]),
        (
            "all",
            &[(MachineId, "m"), (Cpu, "c"), (Mac, "a"), (Mac, "b"), (Disk, "d"), (Hostname, "h")],
            [true; 4],
        ),
    ];
    for (name, seen, want) in rows {
        let seen = print(Environment::Physical, seen);
        assert_eq!(RULES.map(|rule| matches(&bound, &seen, rule)), want, "{name}");
    }
}

#[test]
fn in_virtual_machines_the_uuid_leads_and_disks_are_left_out() {
    use Component::{Cpu, Disk, MachineId, VmUuid};
    let bound = print(Environment::Vm, &[(VmUuid, "v"), (MachineId, "m"), (Cpu, "c"), (Disk, "d")]);
    let moved =
        print(Environment::Vm, &[(VmUuid, "v"), (MachineId, "m"), (Cpu, "c"), (Disk, "other")]);
    let copy = print(Environment::Vm, &[(VmUuid, "w"), (MachineId, "m"), (Cpu, "c"), (Disk, "d")]);
    for rule in RULES {
        assert!(matches(&bound, &moved, rule), "{rule:?}");
        assert!(!matches(&bound, &copy, rule), "{rule:?}");
    }
}

#[test]
fn in_containers_only_the_device_key_counts() {
    use Component::{ContainerKey, Hostname, MachineId};
    let bound =
        print(Environment::Container, &[(ContainerKey, "k"), (MachineId, "m"), (Hostname, "h")]);
    let elsewhere = print(Environment::Container, &[(ContainerKey, "k")]);
    let other =
        print(Environment::Container, &[(ContainerKey, "l"), (MachineId, "m"), (Hostname, "h")]);
    let host = print(Environment::Physical, &[(MachineId, "m"), (Hostname, "h")]);
    for rule in RULES {
        assert!(matches(&bound, &elsewhere, rule), "{rule:?}");
        assert!(!matches(&bound, &other, rule), "{rule:?}");
        assert!(!matches(&bound, &host, rule), "{rule:?}");
    }
}

#[test]
fn nothing_bound_matches_nothing() {
    let nothing = print(Environment::Physical, &[]);
    for rule in RULES {
        assert!(!matches(&nothing, &nothing, rule), "{rule:?}");
    }
}

fn any_print() -> impl Strategy<Value = Fingerprint> {
    let environment = prop_oneof![
        Just(Environment::Physical),
        Just(Environment::Vm),
        Just(Environment::Container)
    ];
    let component = proptest::sample::select(Component::ALL.to_vec());
    let values = proptest::collection::vec((component, "[a-c]"), 0..12);
    (environment, values).prop_map(|(environment, values)| {
        let values: Vec<_> =
            values.iter().map(|(component, value)| (*component, value.as_str())).collect();
        print(environment, &values)
    })
}

proptest! {
    #[test]
    fn stronger_rules_imply_weaker_ones(bound in any_print(), seen in any_print()) {
        let results = RULES.map(|rule| matches(&bound, &seen, rule));
        for pair in results.windows(2) {
            prop_assert!(pair[0] || !pair[1], "{results:?}");
        }
    }

    #[test]
    fn seeing_more_of_what_was_bound_never_breaks_a_match(bound in any_print(), seen in any_print(), pick in any::<u16>()) {
        let mut more = seen.clone();
        for (bit, (component, hashes)) in bound.components.iter().enumerate() {
            if pick >> bit & 1 == 1 {
                more.components.entry(*component).or_default().extend(hashes.iter().cloned());
            }
        }
        for rule in RULES {
            prop_assert!(!matches(&bound, &seen, rule) || matches(&bound, &more, rule), "{rule:?}");
        }
    }

    #[test]
    fn a_machine_is_itself_unless_nothing_counts(machine in any_print()) {
        let counts = machine.counting_in(machine.environment).count() > 0;
        for rule in RULES {
            prop_assert_eq!(matches(&machine, &machine, rule), counts, "{:?}", rule);
        }
    }
}
