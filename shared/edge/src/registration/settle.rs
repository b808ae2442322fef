//! A registration that has won: its shard learns of it once, its administrator is welcomed, it is in service.

use domain::id::{InvitationId, KeyId};
use domain::person::Email;
use domain::place::Shard;
use domain::role::Role;
use domain::scope::{Scope, Scopes};
use domain::session::INVITATION_MS;
use domain::time::Millis;
use futures_util::future::try_join_all;
use license::api_key::ApiKeyText;
use license::session::OnceText;
use serde_json::json;
use store::Refusal;
use store::data::invitations::{self, NewInvitation};
use store::data::registrations::{self as infos, RegistrationInfoRow};
use store::data::{api_key_info, profiles};
use store::directory::api_keys::{self, NewApiKey};
use store::directory::registrations::{self, RegistrationRow, RegistrationStatus};
use store::directory::tenants;
use store::query::Change;
use wire::key::RateLimit;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::mail::Mail;
use crate::outbox::{Entry, Event, ship_later};
use crate::{patience, platform};

/// Makes the tenant of a registration that has won. Doing it again changes nothing.
///
/// # Errors
/// When a store is away.
pub async fn settle(call: &Call, row: &RegistrationRow) -> Result<(), Failure> {
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    let info = records.first(infos::by_id(&row.id)).await?;
    let info = info.ok_or_else(|| Failure::internal("a registration without its company"))?;
    if info.settled_ms.is_none() {
        enroll(call, row, &info).await?;
    }
    forget_others(call, row).await?;
    let done = registrations::ended(&row.id, RegistrationStatus::Done);
    call.directory(Freshness::Primary).write(vec![tenants::activate(&row.tenant), done]).await?;
    Ok(())
}

async fn enroll(
    call: &Call,
    row: &RegistrationRow,
    info: &RegistrationInfoRow,
) -> Result<(), Failure> {
    let (tenant, shard) = (&row.tenant, row.shard);
    let entry = Entry {
        actor: row.id.as_str(),
        action: "tenant.registered",
        subject: tenant.as_str(),
        detail: json!({ "domain": row.domain, "region": row.region, "plan": row.plan }),
    };
    let (invitation, mail) = welcome(call, row, info)?;
    let events = vec![Event::audit(call, tenant, shard, &entry)?, Event::mail(tenant, mail)?];
    let mut changes = vec![
        infos::settle(&row.id, call.now),
        profiles::enroll(&info.company, &info.admin_email, &info.crm_id, call.now),
        invitation,
    ];
    for event in &events {
        changes.push(event.row(call)?);
    }
    match call.records(tenant, shard, Freshness::Primary).write(changes).await {
        Ok(_) => ship_later(call, tenant, shard, events),
        // Somebody else does the same at the same time.
        Err(StoreFailure::Refused(Refusal::Stale | Refusal::Duplicate, _)) => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(())
}

/// What others have said who wanted the same id, on every shard: the id is somebody's now, and so are its records.
async fn forget_others(call: &Call, row: &RegistrationRow) -> Result<(), Failure> {
    let forgotten = Shard::ALL.map(|shard| async move {
        let records = call.records(&row.tenant, shard, Freshness::Primary);
        records.write(vec![infos::forget_others(&row.id)]).await
    });
    try_join_all(forgotten).await?;
    Ok(())
}

/// The invitation of the first administrator, and the mail that takes it there.
fn welcome(
    call: &Call,
    row: &RegistrationRow,
    info: &RegistrationInfoRow,
) -> Result<(Change, Mail), Failure> {
    let email = Email::read(&info.admin_email).map_err(Failure::internal)?;
    let id = InvitationId::new(platform::entropy().map_err(Failure::internal)?);
    let token = OnceText::new(&platform::entropy().map_err(Failure::internal)?);
    let invitation = NewInvitation {
        id: &id,
        email: &email,
        role: Role::CustomerAdmin.name(),
        customers: None,
        token_hash: &token.digest(),
        invited_by: row.id.as_str(),
        expires: call.now.plus(INVITATION_MS),
    };
    let url = call.config.tenant_url(&row.tenant);
    let mail = Mail {
        to: email.to_string(),
        from_name: "Writ".to_owned(),
        subject: format!("{} is ready", info.company),
        text: format!(
            "Hello {},\n\n{} has proved {} and is in service at {url}. Accept your invitation as its administrator:\n\n\
             {url}/login/invitation#{}\n\nThe link works once, within 7 days. After that you sign in with your mail \
             address: there is no password.\n",
            info.admin_name,
            info.company,
            row.domain,
            token.expose()
        ),
    };
    Ok((invitations::put(&invitation, call.now), mail))
}

/// The first API key of the tenant, with the scope `admin`, for whoever has the secret of the registration; once, and
/// only as long as a registration lasts. What stands in DNS is not enough: everybody can read that.
///
/// # Errors
/// When a store is away; the key is then not made again, for it is not known who has seen it.
pub async fn first_key(
    call: &Call,
    row: &RegistrationRow,
    info: &RegistrationInfoRow,
    secret: &str,
) -> Result<Option<String>, Failure> {
    let hash = license::hex(&license::sha256(secret.as_bytes()));
    let end = row.created_ms.plus(patience::of(call).period_ms.max(HOUR_MS));
    if hash != info.setup_hash || call.now >= end || info.key_id.is_some() {
        return Ok(None);
    }
    let id = KeyId::new(platform::entropy().map_err(Failure::internal)?);
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    if records.write(vec![infos::show_key(&row.id, &id)]).await? != [1] {
        return Ok(None);
    }
    make_key(call, row, &id).await.map(Some)
}

/// However short registrations last, whoever has just proved a domain gets the key.
const HOUR_MS: i64 = 3_600_000;

async fn make_key(call: &Call, row: &RegistrationRow, id: &KeyId) -> Result<String, Failure> {
    let entropy = platform::entropy::<16>().map_err(Failure::internal)?;
    let key = ApiKeyText::new(&row.tenant, row.shard, &entropy);
    let (hash, limit) = (key.digest(), RateLimit::default());
    let entry = api_keys::insert(&new_key(id, row, &hash, limit), call.now);
    call.directory(Freshness::Primary).write(vec![entry]).await?;
    let by = row.id.as_str();
    let detail = json!({ "app_name": APP, "scopes": [Scope::Admin], "tenant": row.tenant });
    let entry = Entry { actor: by, action: "key.created", subject: id.as_str(), detail };
    let event = Event::audit(call, &row.tenant, row.shard, &entry)?;
    let note = api_key_info::insert(id, (APP, ""), &json!({}), by, call.now);
    let records = call.records(&row.tenant, row.shard, Freshness::Primary);
    records.write(vec![note, event.row(call)?]).await?;
    ship_later(call, &row.tenant, row.shard, vec![event]);
    Ok(key.expose().to_owned())
}

/// What people know the first key by.
const APP: &str = "First key";

fn new_key<'a>(
    id: &'a KeyId,
    row: &'a RegistrationRow,
    hash: &'a str,
    limit: RateLimit,
) -> NewApiKey<'a> {
    NewApiKey {
        hash,
        id,
        tenant: &row.tenant,
        scopes: [Scope::Admin].into_iter().collect::<Scopes>(),
        expires: None::<Millis>,
        rate_limit: limit.requests,
        rate_window_seconds: limit.window_seconds,
        restrictions: None,
        rate_limits: None,
    }
}
