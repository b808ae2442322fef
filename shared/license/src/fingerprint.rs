//! Fingerprints: hashed pieces of hardware by which a device is known again.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::TenantId;
use serde::{Deserialize, Serialize};

pub use crate::component::{Component, Environment};
use crate::encoding::{hex, sha256_of};

/// A device's fingerprint. Only hashes, salted by issuer: what one issuer sees tells another
/// nothing.
///
/// On the wire and at rest it is a flat object of texts: a component's hashes joined by commas,
/// and `environment` where it is not `physical`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Fingerprint {
    /// Where the product runs.
    pub environment: Environment,
    /// Hashes by component: lower-case hexadecimal SHA-256.
    pub components: BTreeMap<Component, BTreeSet<String>>,
}

/// More hashes than this per component are refused: no machine has them.
pub const MAX_HASHES: usize = 32;

/// Why a fingerprint is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FingerprintError {
    /// `environment` is not `physical`, `vm` or `container`.
    #[error("environment must be physical, vm or container")]
    Environment,
    /// No component has this name.
    #[error("has a component of unknown name")]
    Component,
    /// A component is not 1 to 32 different hashes.
    #[error(
        "each component must be 1 to 32 different hashes of 64 hexadecimal digits, joined by commas"
    )]
    Hash,
}

const ENVIRONMENT: &str = "environment";

impl TryFrom<BTreeMap<String, String>> for Fingerprint {
    type Error = FingerprintError;
    fn try_from(parts: BTreeMap<String, String>) -> Result<Self, FingerprintError> {
        Self::from_parts(&parts)
    }
}

impl From<Fingerprint> for BTreeMap<String, String> {
    fn from(print: Fingerprint) -> Self {
        print.to_parts()
    }
}

/// The hashes of one component.
fn read_hashes(text: &str) -> Result<BTreeSet<String>, FingerprintError> {
    let is_hash = |hash: &str| {
        hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut hashes = BTreeSet::new();
    for hash in text.split(',') {
        if !is_hash(hash) || hashes.len() == MAX_HASHES || !hashes.insert(hash.to_owned()) {
            return Err(FingerprintError::Hash);
        }
    }
    Ok(hashes)
}

/// The salt of an issuer's fingerprints: not secret, only different for each.
pub fn salt(issuer: &TenantId) -> String {
    let digest = sha256_of(&[b"writ salt v1\0", issuer.as_str().as_bytes()]);
    hex(&digest).chars().take(32).collect()
}

impl Fingerprint {
    /// An empty fingerprint.
    pub fn new(environment: Environment) -> Self {
        Self { environment, components: BTreeMap::new() }
    }

    /// Reads the flat form, for example `wire`'s components.
    ///
    /// # Errors
    /// When a name is unknown or a value is not a list of hashes.
    pub fn from_parts(parts: &BTreeMap<String, String>) -> Result<Self, FingerprintError> {
        let mut print = Self::default();
        for (name, value) in parts {
            if name == ENVIRONMENT {
                print.environment =
                    Environment::from_name(value).ok_or(FingerprintError::Environment)?;
            } else {
                let component = Component::from_name(name).ok_or(FingerprintError::Component)?;
                print.components.insert(component, read_hashes(value)?);
            }
        }
        Ok(print)
    }

    /// The flat form.
    pub fn to_parts(&self) -> BTreeMap<String, String> {
        let join = |hashes: &BTreeSet<String>| {
            hashes.iter().map(String::as_str).collect::<Vec<_>>().join(",")
        };
        let mut parts: BTreeMap<String, String> = self
            .components
            .iter()
            .map(|(component, hashes)| (component.name().to_owned(), join(hashes)))
            .collect();
        if self.environment != Environment::Physical {
            parts.insert(ENVIRONMENT.to_owned(), self.environment.name().to_owned());
        }
        parts
    }

    /// Adds a value as read from the machine, hashed with `salt` (see [`salt`]). Empty values and those above
    /// [`MAX_HASHES`] are left out; case and outer blank space do not matter.
    pub fn add(&mut self, salt: &str, component: Component, value: &str) {
        let value = value.trim().to_lowercase();
        let hashes = self.components.entry(component).or_default();
        if !value.is_empty() && hashes.len() < MAX_HASHES {
            hashes.insert(hash(salt, component, &value));
        }
        if hashes.is_empty() {
            self.components.remove(&component);
        }
    }

    /// One id for the whole machine (`hardware_id`): SHA-256 in hexadecimal over the components
    /// of high weight, or over all when there is none of them, so that a new name or network card
    /// does not make it another machine. Missing when nothing counts.
    pub fn composite(&self) -> Option<String> {
        let counting = || self.counting_in(self.environment);
        let heavy: Vec<_> = counting().filter(|(component, _)| component.weight() == 4).collect();
        let chosen = if heavy.is_empty() { counting().collect() } else { heavy };
        if chosen.is_empty() {
            return None;
        }
        let mut text = String::from("writ machine v1");
        for (component, hashes) in chosen {
            text.push('\0');
            text.push_str(component.name());
            for hash in hashes {
                text.push('\0');
                text.push_str(hash);
            }
        }
        Some(hex(&sha256_of(&[text.as_bytes()])))
    }

    /// The components that count in `environment`.
    pub(crate) fn counting_in(
        &self,
        environment: Environment,
    ) -> impl Iterator<Item = (Component, &BTreeSet<String>)> {
        let counts = move |(component, hashes): (&Component, _)| {
            component.counts_in(environment).then_some((*component, hashes))
        };
        self.components.iter().filter_map(counts)
    }
}

fn hash(salt: &str, component: Component, value: &str) -> String {
    let parts: [&[u8]; 6] = [
        b"writ fingerprint v1\0",
        salt.as_bytes(),
        b"\0",
        component.name().as_bytes(),
        b"\0",
        value.as_bytes(),
    ];
    hex(&sha256_of(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(issuer: &str, values: &[(Component, &str)]) -> Fingerprint {
        let mut print = Fingerprint::new(Environment::Physical);
        for (component, value) in values {
            print.add(&salt(&TenantId::parse(issuer).unwrap()), *component, value);
        }
        print
    }

    #[test]
    fn another_issuer_sees_other_hashes_of_the_same_machine() {
        let values = [(Component::MachineId, "m1")];
        assert_ne!(of("meridian", &values), of("techpartners", &values));
        assert_eq!(of("meridian", &values), of("meridian", &[(Component::MachineId, " M1\n")]));
        assert_eq!(of("meridian", &[(Component::MachineId, " ")]), of("meridian", &[]));
    }

    #[test]
    fn a_new_name_or_card_is_no_new_machine_and_another_machine_id_is() {
        let id = |values: &[(Component, &str)]| of("meridian", values).composite();
        let bare = id(&[(Component::MachineId, "m1")]);
        assert_eq!(
            id(&[(Component::MachineId, "m1"), (Component::Hostname, "h"), (Component::Mac, "a")]),
            bare
        );
        assert_ne!(id(&[(Component::MachineId, "m2")]), bare);
        assert_ne!(id(&[(Component::Hostname, "h")]), id(&[(Component::Hostname, "g")]));
        assert_eq!(id(&[]), None);
        assert_eq!(id(&[(Component::VmUuid, "v")]), None, "does not count on hardware");
    }

    #[test]
    fn only_known_names_with_hashes_in_sensible_number_are_read() {
        let hash = "0".repeat(64);
        let many: Vec<String> = (0..=MAX_HASHES).map(|n| format!("{n:064x}")).collect();
        let rows = [
            (format!(r#"{{"mac":"{hash}"}}"#), true),
            (format!(r#"{{"environment":"vm","mac":"{}"}}"#, many[1..].join(",")), true),
            ("{}".to_owned(), true),
            (r#"{"environment":"cloud"}"#.to_owned(), false),
            (format!(r#"{{"mac":"{}"}}"#, "A".repeat(64)), false),
            (format!(r#"{{"mac":"{hash},{hash}"}}"#), false),
            (r#"{"mac":""}"#.to_owned(), false),
            (r#"{"mac":"00:11"}"#.to_owned(), false),
            (format!(r#"{{"shoe_size":"{hash}"}}"#), false),
            (format!(r#"{{"mac":"{}"}}"#, many.join(",")), false),
        ];
        for (json, want) in rows {
            let read = serde_json::from_str::<Fingerprint>(&json);
            assert_eq!(read.is_ok(), want, "{json}");
            if let Ok(print) = read {
                assert_eq!(serde_json::to_string(&print).unwrap(), json);
            }
        }
    }
}
