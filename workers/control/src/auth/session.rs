//! `GET` and `DELETE /api/v1/auth/session`: who is signed in, a new token once a day, and signing out.

use domain::id::UserId;
use domain::role::Role;
use edge::admit::{self, Caller};
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::session::{self, Session};
use edge::{Call, Failure};
use license::session::SessionText;
use serde_json::json;
use store::data::{session_info, users};
use store::directory::sessions;
use wire::auth::{Me, SessionAnswer};
use wire::problem::Kind;

use super::enter::{entropy, me, record};
use super::redeem::guest_of;
use crate::answer;
use crate::turn::own;

/// The session that asks. Pages begin with this question: it is where an old token is replaced.
pub async fn session(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let (principal, session) = of(caller)?;
    let answer = SessionAnswer {
        session_id: session.id.clone(),
        user: who(call, caller, principal, session).await?,
        idle_until: session.times.ends().into(),
        expires_at: session.times.expires.into(),
    };
    let mut out = answer::json(200, &answer)?;
    if session.times.is_to_rotate(call.now)
        && let Some(token) = replaced(call, principal).await?
    {
        out.add("set-cookie", session::set_cookie(&token));
    }
    Ok(out)
}

/// The principal of a session, and the session.
///
/// # Errors
/// `session-needed` for a key.
pub fn of(caller: &Caller) -> Result<(&Principal, &Session), Failure> {
    let principal = caller.principal()?;
    let session = principal.session.as_deref().ok_or(Kind::SessionNeeded)?;
    Ok((principal, session))
}

async fn who(
    call: &Call,
    caller: &Caller,
    principal: &Principal,
    session: &Session,
) -> Result<Me, Failure> {
    let site = caller.site.as_ref();
    if session.role == Role::Support {
        return Ok(guest_of(site, principal.actor(), &"the provider"));
    }
    let id = UserId::parse(principal.actor()).map_err(Failure::internal)?;
    let row = own(call, principal).first(users::by_id(&id)).await?;
    me(site, row.ok_or(Kind::CredentialsRevoked)?)
}

/// A new token in place of the one that was shown; none when another request was faster.
async fn replaced(call: &Call, principal: &Principal) -> Result<Option<SessionText>, Failure> {
    let Some(old) = digest(call) else { return Ok(None) };
    let token = SessionText::new(&principal.tenant, principal.shard, &entropy()?);
    let entries = sessions::replace(&old, &token.digest(), call.now).into();
    let changed = call.directory(Freshness::Primary).write(entries).await?;
    Ok((changed.first() == Some(&1)).then_some(token))
}

/// The hash of the token that was shown.
fn digest(call: &Call) -> Option<String> {
    let text = session::cookie(&call.inbound, session::COOKIE)?;
    SessionText::parse(text).ok().map(|text| text.digest())
}

/// Ends the session that asks.
pub async fn sign_out(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let (principal, session) = of(caller)?;
    let (actor, id) = (principal.actor(), &session.id);
    let entry = Entry { actor, action: "session.ended", subject: id.as_str(), detail: json!({}) };
    record(call, caller.site.as_ref(), &entry, vec![session_info::delete(id)], Vec::new()).await?;
    let end = sessions::revoke(&principal.tenant, actor, id, call.now);
    call.directory(Freshness::Primary).write(vec![end]).await?;
    if let Some(digest) = digest(call) {
        admit::forget(&digest);
    }
    let mut out = answer::empty();
    out.add("set-cookie", session::clear_cookie());
    Ok(out)
}
