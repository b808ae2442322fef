//! What a fleet remembers between heartbeats, so that a quiet one costs a single statement.
//!
//! The object is the only writer of its storage, so it knows what it wrote last. Whatever is not a quiet
//! heartbeat (another call, a command that waits, the alarm, a failure) forgets all of it, and the next
//! one reads again.

use std::collections::HashMap;

use edge::objects::{DeviceNamed, FleetTerms};

use crate::fleet::rows::Kept;

/// Devices remembered at most: some hundred bytes each, and the memory is shared with other objects.
const MOST: usize = 1_024;

/// Devices as they rest, while no command waits for anybody.
#[derive(Debug, Default)]
pub struct Held {
    quiet: Option<Quiet>,
}

#[derive(Debug)]
struct Quiet {
    terms: Option<FleetTerms>,
    devices: HashMap<DeviceNamed, Kept>,
}

impl Held {
    /// Forgets everything.
    pub fn forget(&mut self) {
        self.quiet = None;
    }

    /// Remembers a device. The caller has seen that no command waits, and that these terms are in force.
    pub fn remember(&mut self, named: DeviceNamed, kept: Kept, terms: Option<FleetTerms>) {
        let quiet =
            self.quiet.get_or_insert_with(|| Quiet { terms: None, devices: HashMap::new() });
        if quiet.devices.len() >= MOST {
            quiet.devices.clear();
        }
        quiet.terms = terms;
        quiet.devices.insert(named, kept);
    }

    /// The device and the license's terms, if both are remembered.
    pub fn device(&mut self, named: &DeviceNamed) -> Option<(&mut Kept, Option<&FleetTerms>)> {
        let quiet = self.quiet.as_mut()?;
        Some((quiet.devices.get_mut(named)?, quiet.terms.as_ref()))
    }
}
