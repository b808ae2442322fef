use super::*;
use crate::testing::Folder;

const CPU: &str = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon\nstepping\t: 7\nmicrocode\t: 0x1\nflags\t\t: fpu vme\n\nprocessor\t: 1\nvendor_id\t: Other\n";

fn physical(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("etc/machine-id", "0f5dd0c1a2b34e5f8a9b0c1d2e3f4a5b\n");
    folder.write("proc/cpuinfo", CPU);
    folder.write("proc/sys/kernel/hostname", "control-1\n");
    folder.write("sys/class/dmi/id/product_uuid", "4c4c4544-0042\n");
    folder.write("sys/class/dmi/id/board_serial", "To be filled by O.E.M.\n");
    folder.write("sys/class/dmi/id/sys_vendor", "Dell Inc.\n");
    folder.write("sys/class/net/eno1/address", "3c:ec:ef:00:00:01\n");
    folder.write("sys/class/net/lo/address", "00:00:00:00:00:00\n");
    folder.write("sys/block/nvme0n1/device/serial", "S4EV\n");
    folder.write("sys/block/loop0/serial", "no\n");
    folder.write("sys/block/sdb/removable", "1\n");
    folder.write("sys/block/sdb/device/serial", "stick\n");
    folder
}

fn values(machine: &Machine, component: Component) -> Vec<&str> {
    machine
        .values
        .iter()
        .filter(|(c, _)| *c == component)
        .map(|(_, value)| value.as_str())
        .collect()
}

#[test]
fn hardware_is_read_without_fillers_and_movable_parts() {
    let folder = physical("physical");
    let machine = Machine::read(folder.path());
    assert_eq!(machine.environment, Environment::Physical);
    let rows: [(Component, &[&str]); 7] = [
        (Component::MachineId, &["0f5dd0c1a2b34e5f8a9b0c1d2e3f4a5b"]),
        (Component::SystemUuid, &["4c4c4544-0042"]),
        (Component::Board, &[]),
        (
            Component::Cpu,
            &["vendor_id=GenuineIntel;cpu family=6;model=85;model name=Xeon;stepping=7"],
        ),
        (Component::Mac, &["3c:ec:ef:00:00:01"]),
        (Component::Disk, &["S4EV"]),
        (Component::Hostname, &["control-1"]),
    ];
    for (component, want) in rows {
        assert_eq!(values(&machine, component), want, "{component:?}");
    }
}

#[cfg(unix)]
#[test]
fn virtual_cards_are_no_cards() {
    let folder = physical("cards");
    folder.write("sys/devices/virtual/net/docker0/address", "02:42:00:00:00:01\n");
    let net = folder.path().join("sys/class/net/docker0");
    std::os::unix::fs::symlink("../../devices/virtual/net/docker0", net).unwrap();
    let machine = Machine::read(folder.path());
    assert_eq!(values(&machine, Component::Mac), ["3c:ec:ef:00:00:01"]);
}

#[test]
fn virtual_machines_and_containers_are_told_apart() {
    let rows: [(&str, &str, &str, Environment); 5] = [
        ("flag", "proc/cpuinfo", "flags\t\t: fpu hypervisor lahf_lm\n", Environment::Vm),
        ("maker", "sys/class/dmi/id/sys_vendor", "QEMU\n", Environment::Vm),
        ("docker", ".dockerenv", "", Environment::Container),
        ("pod", "proc/1/cgroup", "0::/kubepods/besteffort/pod1\n", Environment::Container),
        ("slice", "proc/1/cgroup", "0::/init.scope\n", Environment::Physical),
    ];
    for (name, path, text, want) in rows {
        let folder = physical(&format!("environment-{name}"));
        folder.write(path, text);
        let machine = Machine::read(folder.path());
        assert_eq!(machine.environment, want, "{name}");
        let vm_uuid = !values(&machine, Component::VmUuid).is_empty();
        assert_eq!(vm_uuid, want != Environment::Physical, "{name}");
    }
}

#[test]
fn a_machine_that_tells_nothing_is_empty_and_does_not_fail() {
    let folder = Folder::new("nothing");
    let machine = Machine::read(folder.path());
    assert_eq!(machine, Machine::default());
    assert_eq!(machine.fingerprint("salt").composite(), None);
}

#[test]
fn this_very_machine_is_read_the_same_way_twice() {
    let root = Path::new("/");
    assert_eq!(Machine::read(root), Machine::read(root));
}
