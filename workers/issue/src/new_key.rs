//! A new signing key: its public half certified by the root, its private half sealed.

use domain::id::TenantId;
use edge::platform::entropy;
use edge::{Call, Failure};
use license::cert::{Certified, KeyUse};
use license::jwk::Jwk;
use license::keys::SigningSeed;
use store::data::signing_keys;
use store::directory::issuer_keys::{IssuerKeyRow, KeyState};
use store::query::Change;

use crate::secrets::Secrets;

/// How long a certificate lets its key sign, in seconds: ten years. Keys are rotated long before; what they signed
/// stays good after it.
const CERTIFIED_SECONDS: i64 = 10 * 365 * 86_400;

/// A key that is stored nowhere yet.
pub struct NewKey {
    /// For the DIRECTORY.
    pub public: IssuerKeyRow,
    /// For the issuer's shard. It goes first: a key without its private half must never be published.
    pub private: Change,
}

/// A new key of `issuer` in `state`, allowed to sign from now on.
///
/// # Errors
/// When a secret is missing, or the platform has no entropy.
pub fn make(call: &Call, issuer: &TenantId, state: KeyState) -> Result<NewKey, Failure> {
    let secrets = Secrets::of(call)?;
    let seed = SigningSeed::from_bytes(&entropy().map_err(Failure::internal)?);
    let public = seed.public();
    let kid = public.kid().map_err(Failure::internal)?;
    let certified = Certified {
        kid: kid.clone(),
        owner: issuer.clone(),
        usage: KeyUse::License,
        public,
        not_before: call.now,
        not_after: call.now.plus_seconds(CERTIFIED_SECONDS),
    };
    let cert = certified.certify(&secrets.root).map_err(Failure::internal)?;
    let nonce = entropy().map_err(Failure::internal)?;
    let kek = secrets.keks.active();
    let sealed = kek.seal(nonce, issuer, &kid, seed.expose()).map_err(Failure::internal)?;
    let jwk = serde_json::to_string(&Jwk::bare(kid.clone(), &public)).map_err(Failure::internal)?;
    let private = signing_keys::insert(&kid, &sealed, call.now);
    let public = IssuerKeyRow {
        kid,
        tenant: issuer.clone(),
        public_jwk: jwk,
        cert,
        state,
        not_before_ms: call.now,
        retired_ms: None,
    };
    Ok(NewKey { public, private })
}
