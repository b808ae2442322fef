//! A key as its tenant sees it: what it may do is in the DIRECTORY, what people know it by on the tenant's shard.

use domain::limiter::CheckoutLimits;
use store::data::api_key_info::ApiKeyInfoRow;
use store::directory::api_keys::ApiKeyRow;
use wire::key::{KeyView, LastUse, RateLimit};

/// The key with its note, if there is one.
pub fn of(note: Option<&ApiKeyInfoRow>, key: ApiKeyRow) -> KeyView {
    let kind = note.and_then(|note| serde_json::from_value(note.app_type.as_str().into()).ok());
    let metadata = note.and_then(|note| serde_json::from_value(note.metadata.clone()).ok());
    KeyView {
        key_id: key.id,
        app_name: note.map(|note| note.app_name.clone()).unwrap_or_default(),
        app_type: kind,
        scopes: key.scopes.iter().collect(),
        rate_limit: RateLimit { requests: key.rate_limit, window_seconds: key.rate_window_seconds },
        created_at: key.created_ms.into(),
        expires_at: key.expires_ms.map(Into::into),
        revoked_at: key.revoked_ms.map(Into::into),
        metadata: metadata.unwrap_or_default(),
        rate_limits: key.rate_limits.unwrap_or(CheckoutLimits::KEY),
        restrictions: key.restrictions,
        last_use: note.and_then(last_use),
        successor: key.successor,
    }
}

fn last_use(note: &ApiKeyInfoRow) -> Option<LastUse> {
    let (address, hostname) = (note.last_used_address.clone(), note.last_used_host.clone());
    note.last_used_ms.map(|at| LastUse { at: at.into(), address, hostname })
}
