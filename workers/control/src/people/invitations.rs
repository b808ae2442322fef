//! Invitations: a mail with a link that works once, within 7 days.

use domain::id::InvitationId;
use domain::person::Email;
use domain::role::Role;
use domain::session::INVITATION_MS;
use domain::subscription::Plan;
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::mail::Mail;
use edge::outbox::{Entry, Event};
use edge::principal::Principal;
use edge::{Call, Failure, plan};
use license::session::OnceText;
use serde_json::json;
use store::data::invitations::{self as table, InvitationRow, NewInvitation};
use store::data::{holdings, profiles, users};
use store::directory::tenants;
use wire::body;
use wire::endpoints::Endpoint;
use wire::people::{InvitationView, InviteRequest};
use wire::problem::{Kind, Problem};

use super::place::{Home, check};
use crate::answer;
use crate::auth::entropy;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::named;
use crate::turn::{Done, once, records};

/// A page of the invitations of the caller's tenant, or of one below it (`?tenant_id=`).
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let home = Home::find(call, caller.principal()?, tenant.as_ref()).await?;
    let page = table::list(&asked.cursor, asked.fetch());
    let (rows,) = records(call, &home.tenant, home.shard).read((page,)).await?;
    let views = rows.into_iter().map(|row| view(row, call.now)).collect::<Result<Vec<_>, _>>()?;
    answer::page(views, asked.limit, |view: &InvitationView| view.invitation_id.to_string())
}

fn view(row: InvitationRow, now: Millis) -> Result<InvitationView, Failure> {
    let state = match row.used_ms {
        Some(_) => "accepted",
        None if row.expires_ms <= now => "expired",
        None => "open",
    };
    Ok(InvitationView {
        invitation_id: row.id,
        email: row.email.to_string(),
        role: Role::from_name(&row.role).ok_or_else(|| Failure::internal("an unknown role"))?,
        customers: row.customers,
        state: state.to_owned(),
        invited_by: row.invited_by,
        created_at: row.created_ms.into(),
        expires_at: row.expires_ms.into(),
    })
}

/// Invites a person to the caller's tenant, or to one below it. The link goes to the person alone.
pub async fn invite(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| make(call, caller.principal()?, ticket).await).await
}

async fn make(
    call: &Call,
    principal: &Principal,
    ticket: Option<&Ticket>,
) -> Result<Done, Failure> {
    let request: InviteRequest = body::read(&call.inbound.body)?;
    let email =
        Email::read(&request.email).map_err(|error| Problem::field("/email", error.to_string()))?;
    let home = Home::find(call, principal, request.tenant_id.as_ref()).await?;
    let customers = request.customers.as_deref();
    check(call, principal, &home, request.role, customers).await?;
    let records = records(call, &home.tenant, home.shard);
    let (there, profile) = records.read((users::by_email(&email), profiles::get())).await?;
    if !there.is_empty() {
        return Err(Kind::AlreadyExists.into());
    }
    let name = profile.into_iter().next().map_or_else(|| home.tenant.to_string(), |it| it.name);
    let (id, token) = (InvitationId::new(entropy()?), OnceText::new(&entropy()?));
    let row = NewInvitation {
        id: &id,
        email: &email,
        role: request.role.name(),
        customers,
        token_hash: &token.digest(),
        invited_by: principal.actor(),
        expires: call.now.plus(INVITATION_MS),
    };
    let detail = json!({ "tenant": home.tenant, "role": request.role, "customers": customers });
    let plan = plan_of(call, &home).await?;
    let mut changes = vec![table::put(&row, call.now)];
    changes.extend(plan.limits().users.map(|most| holdings::people_within(most, call.now)));
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "user.invited",
            subject: id.as_str(),
            detail,
        },
        changes,
        events: vec![Event::mail(&home.tenant, mail(&name, &home.url(call), &email, &token))?],
    };
    let out = answer::json(201, &view(stored(&row, call.now), call.now)?)?;
    match deed.commit(call, principal, ticket, out).await {
        // Nothing else of the change can be stale.
        Err(failure) if failure.problem.code == Kind::VersionConflict.code() => {
            let held = records.first(holdings::counted(call.now)).await?.unwrap_or_default();
            Err(plan::reached(plan, "people", plan.limits().users, held.users))
        }
        other => other,
    }
}

async fn plan_of(call: &Call, home: &Home) -> Result<Plan, Failure> {
    let row = call.directory(Freshness::Primary).first(tenants::by_id(&home.tenant)).await?;
    row.map(|row| row.plan).ok_or_else(|| Kind::TenantNotFound.into())
}

fn stored(new: &NewInvitation<'_>, now: Millis) -> InvitationRow {
    InvitationRow {
        id: new.id.clone(),
        email: new.email.clone(),
        role: new.role.to_owned(),
        customers: new.customers.map(<[_]>::to_vec),
        invited_by: new.invited_by.to_owned(),
        created_ms: now,
        expires_ms: new.expires,
        used_ms: None,
    }
}

fn mail(name: &str, base: &str, email: &Email, token: &OnceText) -> Mail {
    let url = format!("{base}/login/invitation#{}", token.expose());
    Mail {
        to: email.to_string(),
        from_name: name.to_owned(),
        subject: format!("You are invited to {name}"),
        text: format!(
            "You are invited to the licenses of {name}.\n\n{url}\n\nThe link works once, within 7 days. \
             After that you sign in with your mail address: there is no password.\n"
        ),
    }
}

/// Takes an invitation back that nobody has accepted; an accepted one is only forgotten. Repeatable.
pub async fn revoke(call: &Call, caller: &Caller, invitation: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let id = InvitationId::parse(invitation).map_err(|_| Kind::InvitationNotFound)?;
    let home = Home::find(call, principal, tenant.as_ref()).await?;
    let row = records(call, &home.tenant, home.shard).first(table::by_id(&id)).await?;
    let Some(row) = row else { return Ok(answer::empty()) };
    let detail = json!({ "tenant": home.tenant, "role": row.role });
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "user.invitation_revoked",
            subject: id.as_str(),
            detail,
        },
        changes: vec![table::delete(&id)],
        events: Vec::new(),
    };
    deed.commit(call, principal, None, answer::empty()).await.map(|done| done.out)
}
