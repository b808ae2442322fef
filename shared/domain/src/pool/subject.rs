//! Who asks for seats, who acts on a lease, and how a repeated ask is recognised.

use serde::{Deserialize, Serialize};

use crate::terms::Sharing;

/// Who holds, or asks for, seats.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The person, as the application names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine, as it names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The device, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The principal that asks: nobody else may return or extend the lease.
    pub owner: String,
}

/// What leases that share one hold have in common; the second part is empty unless the mode
/// compares two. Keys of different modes are never compared.
pub(super) type ShareKey = (String, String);

impl Subject {
    /// `None` when a part that `sharing` compares is missing: what is unknown is shared with nobody.
    pub(super) fn share_key(&self, sharing: Sharing) -> Option<ShareKey> {
        let (first, second) = match sharing {
            Sharing::None => return None,
            Sharing::User => (&self.user, None),
            Sharing::Host => (&self.host, None),
            Sharing::Device => (&self.device, None),
            Sharing::UserHost => (&self.user, Some(self.host.clone()?)),
        };
        Some((first.clone()?, second.unwrap_or_default()))
    }
}

/// Who acts on a lease or a ticket.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The principal.
    pub owner: String,
    /// Why, when an administrator acts on what belongs to somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<String>,
}

impl By {
    /// Whether it may act on what belongs to `owner`.
    pub fn may(&self, owner: &str) -> bool {
        self.admin.is_some() || self.owner == owner
    }
}

/// How a repeated ask is recognised.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The idempotency key, which belongs to the principal that used it.
    pub key: String,
    /// A digest of what was asked with it.
    pub body: String,
}

impl Key {
    pub(super) fn is(&self, key: &str, body: &str) -> bool {
        self.key == key && self.body == body
    }
}

/// A key and whose it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct OwnedKey {
    /// The principal.
    pub owner: String,
    /// Its key.
    pub key: String,
    /// A digest of what was asked with it.
    pub body: String,
}

impl OwnedKey {
    pub(super) fn is(&self, key: &str, body: &str) -> bool {
        self.key == key && self.body == body
    }

    /// `key`, used by `owner`.
    pub fn of(owner: &str, key: Key) -> Self {
        Self { owner: owner.to_owned(), key: key.key, body: key.body }
    }
}
