//! `POST /api/v1/tenants/register`: a company asks to be a tenant. Nothing is its until its domain is proved, so
//! asking twice, or asking for what somebody else wants, does no harm.

use domain::host::{Host, reserved_tenant};
use domain::id::{RegistrationId, base32};
use domain::person::Email;
use domain::place::Shard;
use domain::proof;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure, log, patience, platform};
use futures_util::future::try_join;
use store::data::registrations::{self as infos, RegistrationInfoRow};
use store::directory::registrations::{self, RegistrationRow, RegistrationStatus};
use store::directory::tenants;
use wire::body;
use wire::problem::{Kind, Problem};
use wire::registration::{Company, DnsRecord, RegisterAnswer, RegisterRequest, Verification};

use crate::answer;
use crate::tenants::landing;
use crate::text;
use crate::turn::records;

/// Who: anybody, on the landing host. What: a tenant for a company. Commit: a row in the DIRECTORY without names, and the
/// rest on the shard of the region that was chosen.
pub async fn register(call: &Call) -> Result<Outbound, Failure> {
    landing::enter(call, "register").await?;
    let request: RegisterRequest = body::read(&call.inbound.body)?;
    let domain = check(&request, &call.config.apex)?;
    refuse_taken(call, &request, &domain).await?;
    let secret = format!("setup_{}", base32(&entropy::<20>()?));
    let row = row(call, &request, &domain)?;
    let info = info(&row, &request, &secret)?;
    // First the shard: what is in the DIRECTORY can win, and then the rest must be there.
    let records = records(call, &row.tenant, row.shard);
    records.write(vec![infos::insert(&info)]).await?;
    let entered = call.directory(Freshness::Primary).write(vec![registrations::insert(&row)]).await;
    if let Err(failure) = entered {
        if let Err(left) = records.write(vec![infos::forget(&row.id)]).await {
            log::event("error", "registration.left", &format!("{}: {left}", row.id));
        }
        return Err(failure.into());
    }
    answer::json(201, &told(call, &row, &domain, secret))
}

async fn refuse_taken(
    call: &Call,
    request: &RegisterRequest,
    domain: &Host,
) -> Result<(), Failure> {
    let directory = call.directory(Freshness::Primary);
    let tenant = directory.first(tenants::by_id(&request.tenant.id));
    let owner = directory.first(registrations::owner(domain.as_str()));
    match try_join(tenant, owner).await? {
        (_, Some(_)) => Err(Kind::DomainTaken.into()),
        (Some(_), None) => Err(Failure::new(Kind::AlreadyExists, "The tenant id is taken.")),
        (None, None) => Ok(()),
    }
}

fn entropy<const N: usize>() -> Result<[u8; N], Failure> {
    platform::entropy().map_err(Failure::internal)
}

fn row(call: &Call, request: &RegisterRequest, domain: &Host) -> Result<RegistrationRow, Failure> {
    let wanted = &request.tenant;
    let patience = patience::of(call);
    Ok(RegistrationRow {
        id: RegistrationId::new(entropy()?),
        tenant: wanted.id.clone(),
        domain: domain.to_string(),
        proof: base32(&entropy::<16>()?),
        plan: wanted.plan,
        region: wanted.region,
        shard: Shard::for_region(wanted.region),
        status: RegistrationStatus::Pending,
        attempts: 0,
        created_ms: call.now,
        next_ms: Some(call.now.plus(patience.wait_ms(0))),
    })
}

fn info(
    row: &RegistrationRow,
    request: &RegisterRequest,
    secret: &str,
) -> Result<RegistrationInfoRow, Failure> {
    let RegisterRequest { company, admin, .. } = request;
    Ok(RegistrationInfoRow {
        id: row.id.clone(),
        company: company.name.clone(),
        domain: row.domain.clone(),
        country: company.country.clone(),
        tax_id: company.tax_id.clone(),
        admin_email: admin.email.clone(),
        admin_name: admin.name.clone(),
        setup_hash: license::hex(&license::sha256(secret.as_bytes())),
        crm_id: format!("CUST-{}", base32(&entropy::<5>()?).to_ascii_uppercase()),
        settled_ms: None,
        key_id: None,
        created_ms: row.created_ms,
    })
}

/// How `domain` is proved by this token.
pub fn verification(domain: &Host, token: &str) -> Verification {
    Verification {
        method: "dns".to_owned(),
        dns_record: DnsRecord {
            kind: "TXT".to_owned(),
            name: proof::record_name(domain),
            value: proof::record_value(token),
        },
    }
}

fn told(call: &Call, row: &RegistrationRow, domain: &Host, setup_token: String) -> RegisterAnswer {
    RegisterAnswer {
        tenant_id: row.tenant.clone(),
        tenant_url: call.config.tenant_url(&row.tenant),
        status: "pending_verification".to_owned(),
        verification: verification(domain, &row.proof),
        setup_token,
        expires_at: row.created_ms.plus(patience::of(call).period_ms).into(),
        next_steps: vec![
            format!("Add the DNS TXT record to {domain}"),
            "Wait for the verification (usually less than 5 minutes), or ask for it".to_owned(),
            "Receive the invitation of the administrator by mail".to_owned(),
        ],
    }
}

/// Checks what was asked for; gives the company's domain.
///
/// # Errors
/// `invalid-request`, pointing at the first field that is wrong.
fn check(request: &RegisterRequest, apex: &str) -> Result<Host, Problem> {
    let RegisterRequest { company, tenant, admin } = request;
    text::name(&company.name, "/company/name")?;
    let domain = claim(&company.domain, apex, "/company/domain")?;
    countries(company)?;
    if reserved_tenant(tenant.id.as_str()) {
        return Err(Problem::field("/tenant/id", "is reserved"));
    }
    Email::read(&admin.email).map_err(|error| Problem::field("/admin/email", error.to_string()))?;
    text::name(&admin.name, "/admin/name")?;
    Ok(domain)
}

fn countries(company: &Company) -> Result<(), Problem> {
    let Company { country, tax_id, .. } = company;
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Problem::field("/company/country", "must be two capital letters (ISO 3166-1)"));
    }
    tax_id.as_ref().map_or(Ok(()), |number| text::sized(number, "/company/tax_id", 1, 40))
}

/// A name that somebody claims.
///
/// # Errors
/// `invalid-request` at `pointer`; the member `reason` says why in one word.
pub fn claim(name: &str, apex: &str, pointer: &str) -> Result<Host, Problem> {
    let apex =
        Host::parse(apex).map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    Host::claim(name, &apex)
        .map_err(|error| Problem::field(pointer, error.to_string()).with("reason", error.reason()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request(pointer: &str, value: Value) -> RegisterRequest {
        let mut body = json!({
            "company": { "name": "Acme AG", "domain": "acme.dev", "country": "DE", "tax_id": "DE123456789" },
            "tenant": { "id": "acme", "region": "eu-central", "plan": "enterprise" },
            "admin": { "email": "admin@acme.dev", "name": "License Administrator" }
        });
        if let Some(field) = body.pointer_mut(pointer) {
            *field = value;
        }
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn seed_3s_request_is_read_as_it_is() {
        let request = request("/tenant/region", json!("eu-central"));
        assert_eq!(check(&request, "writ.test").unwrap().as_str(), "acme.dev");
        assert_eq!(Shard::for_region(request.tenant.region), Shard::Eu);
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let rows = [
            ("/company/name", json!(" ")),
            ("/company/domain", json!("acme")),
            ("/company/domain", json!("gmail.com")),
            ("/company/domain", json!("acme.writ.test")),
            ("/company/country", json!("Germany")),
            ("/company/country", json!("de")),
            ("/company/tax_id", json!("")),
            ("/tenant/id", json!("console")),
            ("/admin/email", json!("nobody")),
            ("/admin/name", json!("")),
        ];
        for (pointer, value) in rows {
            let problem = check(&request(pointer, value.clone()), "writ.test").unwrap_err();
            assert_eq!(problem.errors[0].pointer, pointer, "{value}");
        }
    }
}
