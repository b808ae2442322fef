//! A new session: noted on the tenant's shard with an entry for its log, then in force by the DIRECTORY.

use domain::id::SessionId;
use domain::role::Role;
use domain::time::Millis;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::failure::StoreFailure;
use edge::outbox::{Entry, Event, ship_later};
use edge::site::Site;
use edge::{Call, Failure, platform, session};
use license::session::SessionText;
use serde_json::json;
use store::Change;
use store::data::session_info;
use store::data::users::UserRow;
use store::directory::sessions::{self, NewSession};
use wire::auth::{Me, SignedIn};

use crate::answer;
use crate::turn::records;

/// Browsers name themselves at length; so much of it is kept.
const AGENT: usize = 200;

/// Somebody who may come in.
pub struct Entrant {
    /// Who.
    pub user: Me,
    /// By what: `link`, `invitation`, `oidc` or `support`.
    pub method: &'static str,
    /// When the session ends in any case.
    pub expires: Millis,
    /// Where the browser goes then.
    pub return_to: String,
}

/// Opens a session on `site`, and answers with its cookie. The session that the browser had before ends.
///
/// # Errors
/// When a store is away. Then there is no session.
pub async fn enter(call: &Call, site: &Site, entrant: Entrant) -> Result<Outbound, Failure> {
    let token = open(call, site, &entrant).await?;
    let Entrant { user, return_to, .. } = entrant;
    let mut out = answer::json(200, &SignedIn { user, return_to })?;
    out.add("set-cookie", session::set_cookie(&token));
    Ok(out)
}

/// Opens a session on `site`; gives its token.
///
/// # Errors
/// As [`enter`].
pub async fn open(call: &Call, site: &Site, entrant: &Entrant) -> Result<SessionText, Failure> {
    let Entrant { user, method, expires, .. } = entrant;
    let actor = user.user_id.as_str();
    let id = SessionId::new(entropy()?);
    let token = SessionText::new(&site.tenant, site.shard, &entropy()?);
    let from = (call.inbound.header("cf-connecting-ip"), agent(&call.inbound.agent));
    let note = session_info::insert(&id, actor, from, method, call.now);
    let detail = json!({ "method": method, "role": user.role });
    let entry = Entry { actor, action: "session.opened", subject: id.as_str(), detail };
    record(call, site, &entry, vec![note], Vec::new()).await?;
    let row = NewSession {
        hash: &token.digest(),
        id: &id,
        tenant: &site.tenant,
        actor,
        role: user.role.name(),
        customers: user.customers.as_deref(),
        expires: *expires,
    };
    let mut entries = vec![sessions::insert(&row, call.now)];
    let before = session::cookie(&call.inbound, session::COOKIE);
    if let Some(before) = before.and_then(|text| SessionText::parse(text).ok()) {
        entries.push(sessions::revoke_token(&before.digest(), call.now));
    }
    call.directory(Freshness::Primary).write(entries).await?;
    Ok(token)
}

/// Changes of a site's tenant that nobody but the person concerned makes, with their entry in its log.
///
/// # Errors
/// When the transaction was refused or its database is away.
pub async fn record(
    call: &Call,
    site: &Site,
    entry: &Entry<'_>,
    mut changes: Vec<Change>,
    mut events: Vec<Event>,
) -> Result<(), Failure> {
    events.push(Event::audit(call, &site.tenant, site.shard, entry)?);
    for event in &events {
        changes.push(event.row(call)?);
    }
    let written: Result<_, StoreFailure> =
        records(call, &site.tenant, site.shard).write(changes).await;
    written?;
    ship_later(call, &site.tenant, site.shard, events);
    Ok(())
}

/// A person as pages show it.
///
/// # Errors
/// When its role is not known to this version.
pub fn me(site: &Site, user: UserRow) -> Result<Me, Failure> {
    let role = Role::from_name(&user.role).ok_or_else(|| Failure::internal("an unknown role"))?;
    Ok(Me {
        user_id: user.id.to_string(),
        email: Some(user.email.to_string()),
        name: user.name,
        role,
        scopes: role.scopes().iter().collect(),
        customers: user.customers,
        tenant_id: site.tenant.clone(),
        tenant_kind: site.kind,
    })
}

/// Fresh entropy.
///
/// # Errors
/// When the platform has none.
pub fn entropy<const N: usize>() -> Result<[u8; N], Failure> {
    platform::entropy().map_err(Failure::internal)
}

fn agent(text: &str) -> &str {
    let end = (0..=AGENT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_of_browsers_are_cut_between_characters() {
        assert_eq!(agent("Browser/1"), "Browser/1");
        assert_eq!(agent(&"é".repeat(200)).len(), 200);
        assert_eq!(agent(&format!("x{}", "é".repeat(200))).len(), 199);
    }
}
