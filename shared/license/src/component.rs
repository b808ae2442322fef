//! What a fingerprint is made of, how much each piece counts, and where.

/// Where a product runs; decides which components count.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Environment {
    /// On hardware of its own.
    #[default]
    Physical,
    /// In a virtual machine: its UUID leads, and disks are left out.
    Vm,
    /// In a container: the device key is the identity.
    Container,
}

impl Environment {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Vm => "vm",
            Self::Container => "container",
        }
    }

    /// The environment of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Physical, Self::Vm, Self::Container].into_iter().find(|e| e.name() == name)
    }
}

/// A piece of hardware or of the system.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Component {
    /// The operating system's machine id.
    MachineId,
    /// The SMBIOS UUID of a physical machine.
    SystemUuid,
    /// The UUID of a virtual machine.
    VmUuid,
    /// The device key's thumbprint, in containers.
    ContainerKey,
    /// The processor's signature.
    Cpu,
    /// The main board's serial number.
    Board,
    /// Serial numbers of disks.
    Disk,
    /// Addresses of network cards.
    Mac,
    /// The host's name.
    Hostname,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 9] = [
        Self::MachineId,
        Self::SystemUuid,
        Self::VmUuid,
        Self::ContainerKey,
        Self::Cpu,
        Self::Board,
        Self::Disk,
        Self::Mac,
        Self::Hostname,
    ];

    /// The component of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.name() == name)
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MachineId => "machine_id",
            Self::SystemUuid => "system_uuid",
            Self::VmUuid => "vm_uuid",
            Self::ContainerKey => "container_key",
            Self::Cpu => "cpu",
            Self::Board => "board",
            Self::Disk => "disk",
            Self::Mac => "mac",
            Self::Hostname => "hostname",
        }
    }

    /// How much it counts: 4 high, 2 medium, 1 low.
    ///
    /// Two medium ones weigh as much as a high one; a host's name alone never tips the scale.
    pub const fn weight(self) -> u32 {
        match self {
            Self::MachineId | Self::SystemUuid | Self::VmUuid | Self::ContainerKey | Self::Cpu => 4,
            Self::Board | Self::Disk | Self::Mac => 2,
            Self::Hostname => 1,
        }
    }

    /// Whether it counts in `environment`.
    pub const fn counts_in(self, environment: Environment) -> bool {
        match environment {
            Environment::Physical => !matches!(self, Self::VmUuid | Self::ContainerKey),
            Environment::Vm => !matches!(self, Self::Disk | Self::ContainerKey),
            Environment::Container => matches!(self, Self::ContainerKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_has_a_name_of_its_own() {
        for component in Component::ALL {
            assert_eq!(Component::from_name(component.name()), Some(component));
        }
    }
}
