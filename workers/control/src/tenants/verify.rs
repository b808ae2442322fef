//! `POST /api/v1/tenants/verify`: looks for the proof of a registration now; the clock looks as well.

use domain::host::Host;
use domain::time::Millis;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::registration::{Looked, first_key, look};
use edge::{Call, Failure, patience};
use store::data::registrations as infos;
use store::directory::registrations::{self, RegistrationRow};
use wire::body;
use wire::problem::Kind;
use wire::registration::{PendingAnswer, VerifiedAnswer, VerifyRequest};

use crate::answer;
use crate::tenants::landing;
use crate::tenants::register::verification;
use crate::turn::records;

/// Who: anybody who has the token, on the landing host. Decide: DNS. Commit: the tenant, when the record is there.
pub async fn verify(call: &Call) -> Result<Outbound, Failure> {
    landing::enter(call, "verify").await?;
    let request: VerifyRequest = body::read(&call.inbound.body)?;
    let token = request.verification_token.trim_start_matches("writ-verify=");
    let found = registrations::by_proof(&request.tenant_id, token);
    let row = call.directory(Freshness::Primary).first(found).await?;
    let row = row.ok_or(Kind::RegistrationNotFound)?;
    let ended = |why: &str| Err(Failure::new(Kind::RegistrationEnded, why));
    match look(call, &row).await? {
        Looked::Done => verified(call, &row, request.setup_token.as_deref()).await,
        Looked::Pending { found, next } => pending(call, &row, found, next),
        Looked::Lost => ended("Somebody else has proved this tenant id or domain first."),
        Looked::Expired => ended("The record was not seen in time."),
    }
}

async fn verified(
    call: &Call,
    row: &RegistrationRow,
    secret: Option<&str>,
) -> Result<Outbound, Failure> {
    let info = records(call, &row.tenant, row.shard).first(infos::by_id(&row.id)).await?;
    let info = info.ok_or(Kind::RegistrationNotFound)?;
    let api_key = match secret {
        Some(secret) => first_key(call, row, &info, secret).await?,
        None => None,
    };
    let tenant_url = call.config.tenant_url(&row.tenant);
    let out = VerifiedAnswer {
        tenant_id: row.tenant.clone(),
        status: "verified".to_owned(),
        admin_login: format!("{tenant_url}/login"),
        tenant_url,
        crm_id: info.crm_id,
        created_at: row.created_ms.into(),
        api_key,
    };
    answer::json(200, &out)
}

fn pending(
    call: &Call,
    row: &RegistrationRow,
    found: &str,
    next: Millis,
) -> Result<Outbound, Failure> {
    let domain = Host::parse(&row.domain).map_err(Failure::internal)?;
    let out = PendingAnswer {
        tenant_id: row.tenant.clone(),
        status: "pending_verification".to_owned(),
        detail: found.to_owned(),
        verification: verification(&domain, &row.proof),
        next_check_at: next.into(),
        expires_at: row.created_ms.plus(patience::of(call).period_ms).into(),
    };
    answer::json(202, &out)
}
