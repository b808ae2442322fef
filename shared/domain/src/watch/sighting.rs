//! What isolates see of a key.

use serde::{Deserialize, Serialize};

use crate::id::{KeyId, ProductId, TenantId};
use crate::time::Millis;

/// An application that the issuer of a product does not know, or does not want.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Unlisted {
    /// The product.
    pub product: ProductId,
    /// Its issuer.
    pub issuer: TenantId,
    /// Whether it was refused; otherwise it is reported.
    pub refused: bool,
}

/// Calls of one key that look the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Sighting {
    /// The key.
    pub key: KeyId,
    /// The client's address, as the platform says it; empty when it does not.
    #[serde(default)]
    pub address: String,
    /// `X-Hostname`.
    #[serde(default)]
    pub host: String,
    /// `X-App-Fingerprint`.
    #[serde(default)]
    pub fingerprint: String,
    /// `X-Lib-Version`.
    #[serde(default)]
    pub lib_version: String,
    /// The host that was asked.
    #[serde(default)]
    pub asked: String,
    /// The problem's code when it was refused.
    #[serde(default)]
    pub refused: Option<String>,
    /// What the issuer of the product that was asked about has against the application.
    #[serde(default)]
    pub unlisted: Option<Unlisted>,
    /// How many calls.
    pub calls: u32,
    /// The last of them.
    pub at: Millis,
}
