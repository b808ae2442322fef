//! What machine this is: the pieces of hardware that Linux tells about, read afresh at each start.
//!
//! Whatever is missing or not readable is left out. Some pieces are readable by root only: an
//! agent should always run as the same user.

use std::collections::BTreeSet;
use std::path::Path;

use license::fingerprint::{Component, Environment, Fingerprint};

mod read;

/// A machine's pieces, not hashed. They never leave this process as they are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Machine {
    /// Hardware, virtual machine or container.
    pub environment: Environment,
    /// Values as read, in a fixed order.
    pub values: BTreeSet<(Component, String)>,
}

impl Machine {
    /// Reads the machine whose file system stands at `root` (`/`, except in tests).
    pub fn read(root: &Path) -> Self {
        let environment = environment(root);
        let mut machine = Self { environment, values: BTreeSet::new() };
        let system = if environment == Environment::Physical {
            Component::SystemUuid
        } else {
            Component::VmUuid
        };
        let machine_id = read::text(root, "etc/machine-id")
            .or_else(|| read::text(root, "var/lib/dbus/machine-id"));
        machine.add(Component::MachineId, machine_id);
        machine.add(system, read::identifier(root, "sys/class/dmi/id/product_uuid"));
        let board = read::identifier(root, "sys/class/dmi/id/board_serial")
            .or_else(|| read::identifier(root, "sys/firmware/devicetree/base/serial-number"));
        machine.add(Component::Board, board);
        machine.add(Component::Cpu, read::cpu(root));
        machine.add(Component::Hostname, hostname(root));
        for mac in read::macs(root) {
            machine.add(Component::Mac, Some(mac));
        }
        for disk in read::disks(root) {
            machine.add(Component::Disk, Some(disk));
        }
        machine
    }

    /// Adds a piece that the files do not tell, such as the device key of a container.
    pub fn add(&mut self, component: Component, value: Option<String>) {
        let value = value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        self.values.extend(value.map(|value| (component, value)));
    }

    /// The fingerprint for one issuer.
    pub fn fingerprint(&self, salt: &str) -> Fingerprint {
        let mut print = Fingerprint::new(self.environment);
        for (component, value) in &self.values {
            print.add(salt, *component, value);
        }
        print
    }
}

/// The host's name.
pub fn hostname(root: &Path) -> Option<String> {
    read::text(root, "proc/sys/kernel/hostname").or_else(|| read::text(root, "etc/hostname"))
}

/// A container is told first: it sees the virtual machine that it runs in.
fn environment(root: &Path) -> Environment {
    if is_container(root) {
        Environment::Container
    } else if is_vm(root) {
        Environment::Vm
    } else {
        Environment::Physical
    }
}

fn is_container(root: &Path) -> bool {
    const MARKS: [&str; 3] = [".dockerenv", "run/.containerenv", "run/systemd/container"];
    const NAMES: [&str; 5] = ["docker", "kubepods", "containerd", "libpod", "lxc"];
    MARKS.iter().any(|mark| root.join(mark).exists())
        || read::text(root, "proc/1/cgroup")
            .is_some_and(|groups| NAMES.iter().any(|name| groups.contains(name)))
}

fn is_vm(root: &Path) -> bool {
    const MAKERS: [&str; 9] = [
        "qemu",
        "kvm",
        "vmware",
        "virtualbox",
        "innotek",
        "xen",
        "bochs",
        "amazon ec2",
        "google compute engine",
    ];
    let told_by_cpu = read::text(root, "proc/cpuinfo").is_some_and(|info| {
        info.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor"))
    });
    let told_by_maker = ["sys_vendor", "product_name"].iter().any(|file| {
        let name = read::text(root, &format!("sys/class/dmi/id/{file}"))
            .unwrap_or_default()
            .to_lowercase();
        MAKERS.iter().any(|maker| name.contains(maker)) || name == "virtual machine"
    });
    told_by_cpu || told_by_maker
}

#[cfg(test)]
mod tests;
