//! `POST /api/v1/invitations/accept`: an invited person joins, and is signed in.

use domain::id::UserId;
use domain::session::LONGEST_MS;
use domain::time::Millis;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::site::Site;
use edge::{Call, Failure};
use serde_json::json;
use store::data::invitations::{self, InvitationRow};
use store::data::users::{self, UserRow};
use wire::auth::AcceptRequest;
use wire::body;
use wire::problem::Kind;

use crate::auth::{Entrant, enter, entropy, me, record, standing, token};
use crate::text;
use crate::turn::records;

/// Joins with an invitation.
pub async fn accept(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let request: AcceptRequest = body::read(&call.inbound.body)?;
    if let Some(name) = &request.name {
        text::name(name, "/name")?;
    }
    let (site, token) = token(call, caller, &request.token).await?;
    let records = records(call, &site.tenant, site.shard);
    let row = records.first(invitations::by_token(&token.digest())).await?;
    let row = row.ok_or(Kind::TokenUnknown)?;
    standing(row.used_ms, row.expires_ms, call.now)?;
    let user = join(call, site, row, request.name).await?;
    let entrant = Entrant {
        user: me(site, user)?,
        method: "invitation",
        expires: call.now.plus(LONGEST_MS),
        return_to: "/".to_owned(),
    };
    enter(call, site, entrant).await
}

/// Makes an invited person one of the tenant's own. Of two at once one does: an address is one person.
///
/// # Errors
/// `token-used` when somebody else was faster.
pub async fn join(
    call: &Call,
    site: &Site,
    invitation: InvitationRow,
    name: Option<String>,
) -> Result<UserRow, Failure> {
    let user = joined(UserId::new(entropy()?), invitation.clone(), name, call.now);
    let customers = user.customers.as_deref();
    let changes = vec![
        users::insert(&user.id, &user.email, &user.name, &user.role, customers, call.now),
        invitations::use_up(&invitation.id, call.now),
    ];
    let detail = json!({ "invitation": invitation.id, "role": user.role });
    let id = user.id.as_str();
    let entry = Entry { actor: id, action: "user.joined", subject: id, detail };
    record(call, site, &entry, changes, Vec::new()).await.map_err(|failure| {
        let taken = failure.problem.code == Kind::AlreadyExists.code();
        if taken { Kind::TokenUsed.into() } else { failure }
    })?;
    Ok(user)
}

fn joined(id: UserId, row: InvitationRow, name: Option<String>, now: Millis) -> UserRow {
    UserRow {
        id,
        name: name.unwrap_or_else(|| row.email.to_string()),
        email: row.email,
        role: row.role,
        customers: row.customers,
        issuer: None,
        subject: None,
        created_ms: now,
        updated_ms: now,
    }
}
