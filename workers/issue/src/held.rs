//! A license of the caller's own: read while the caller is still being let in.

use domain::fleet::ActivationRules;
use domain::license::License;
use domain::place::Shard;
use edge::admit::{Caller, admit};
use edge::db::Freshness;
use edge::objects::{By, FleetTerms};
use edge::principal::{Credentials, Principal};
use edge::{Call, Failure};
use futures_util::future::join;
use store::data::licenses::{self, LicenseRow};
use wire::endpoints::Endpoint;

use crate::issuer::Issuer;

/// Lets the caller in and reads the license that it names, both in one store round: the key names its tenant and shard.
/// What was read counts only once the DIRECTORY has confirmed them.
///
/// # Errors
/// Those of [`admit`], and a shard that is away.
pub async fn load(
    call: &Call,
    endpoint: &Endpoint,
    reference: Option<&str>,
) -> Result<(Caller, Option<LicenseRow>), Failure> {
    let Some(reference) = reference else { return Ok((admit(call, endpoint).await?, None)) };
    let (caller, early) = join(admit(call, endpoint), early(call, reference)).await;
    let caller = caller?;
    let principal = caller.principal()?;
    let row = match early {
        Some((shard, row)) if shard == principal.shard => row?,
        _ => {
            let records = call.records(&principal.tenant, principal.shard, Freshness::Primary);
            records.first(licenses::by_ref(reference)).await?
        }
    };
    Ok((caller, row))
}

/// The license as the shard has it that the key hints at.
async fn early(
    call: &Call,
    reference: &str,
) -> Option<(Shard, Result<Option<LicenseRow>, Failure>)> {
    let Ok(Credentials::ApiKey(key)) = Credentials::read(call.inbound.header("authorization"))
    else {
        return None;
    };
    let records = call.records(key.tenant(), key.shard(), Freshness::Primary);
    let row = records.first(licenses::by_ref(reference)).await.map_err(Failure::from);
    Some((key.shard(), row))
}

/// What the fleet of `license` must know of it.
pub fn fleet_terms(license: &License, shard: Shard, issuer: &Issuer) -> FleetTerms {
    FleetTerms {
        version: license.version,
        issuer: issuer.tenant.clone(),
        issuer_shard: issuer.shard,
        shard,
        rules: ActivationRules {
            limit: license.terms.device_limit(),
            mode: license.terms.binding.mode,
            migrations: license.terms.binding.migrations,
        },
        heartbeat_seconds: license.terms.report.heartbeat_seconds,
    }
}

/// Who asks, for the audit log.
pub fn by(call: &Call, principal: &Principal) -> By {
    By { actor: principal.actor().to_owned(), request: call.id.to_string() }
}
