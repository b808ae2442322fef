//! `POST /api/v1/auth/link/redeem`: a link's token becomes a session, once.

use domain::id::{GrantId, UserId};
use domain::role::Role;
use domain::session::LONGEST_MS;
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Db;
use edge::door::Outbound;
use edge::site::Site;
use edge::{Call, Failure, session};
use license::session::OnceText;
use store::data::{sign_in_links, support_grants, users};
use store::query::Tenant;
use wire::auth::{Me, TokenRequest};
use wire::body;
use wire::problem::Kind;

use super::enter::{Entrant, enter, me};
use super::throttle::{Throttled, throttle};
use crate::turn::records;

/// Signs in with a link.
pub async fn redeem(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let request: TokenRequest = body::read(&call.inbound.body)?;
    let (site, token) = token(call, caller, &request.token).await?;
    let records = records(call, &site.tenant, site.shard);
    let hash = token.digest();
    let link = records.first(sign_in_links::by_hash(&hash)).await?;
    let link = link.filter(|link| !link.actor.is_empty()).ok_or(Kind::TokenUnknown)?;
    standing(link.used_ms, link.expires_ms, call.now)?;
    // Of two who show the same link at once, one changes the row.
    if records.write(vec![sign_in_links::use_up(&hash, call.now)]).await? != [1] {
        return Err(Kind::TokenUsed.into());
    }
    let return_to = link.return_to.unwrap_or_else(|| "/".to_owned());
    match link.grant_id {
        Some(grant) => guest(call, site, &records, (&link.actor, &grant), return_to).await,
        None => person(call, site, &records, &link.actor, return_to).await,
    }
}

/// The token that a request to sign in shows, counted.
///
/// # Errors
/// `cross-site-request`, `wrong-host`, `tenant-suspended`, `rate-limited`, `token-unknown`.
pub async fn token<'a>(
    call: &Call,
    caller: &'a Caller,
    text: &str,
) -> Result<(&'a Site, OnceText), Failure> {
    session::expect_own(&call.inbound)?;
    let site = super::site(caller)?;
    throttle(call, site, Throttled::Showing, call.inbound.header("cf-connecting-ip")).await?;
    Ok((site, OnceText::parse(text).map_err(|_| Kind::TokenUnknown)?))
}

/// Whether a one-time token still works.
///
/// # Errors
/// `token-used` or `token-expired`.
pub fn standing(used: Option<Millis>, expires: Millis, now: Millis) -> Result<(), Failure> {
    match used {
        Some(_) => Err(Kind::TokenUsed.into()),
        None if expires <= now => Err(Kind::TokenExpired.into()),
        None => Ok(()),
    }
}

async fn person(
    call: &Call,
    site: &Site,
    records: &Db<Tenant>,
    actor: &str,
    return_to: String,
) -> Result<Outbound, Failure> {
    let id = UserId::parse(actor).map_err(Failure::internal)?;
    // Whoever was removed meanwhile has no link any more.
    let user = records.first(users::by_id(&id)).await?.ok_or(Kind::TokenUnknown)?;
    let user = me(site, user)?;
    let expires = call.now.plus(LONGEST_MS);
    enter(call, site, Entrant { user, method: "link", expires, return_to }).await
}

/// Somebody from above, for as long as the support access stands.
async fn guest(
    call: &Call,
    site: &Site,
    records: &Db<Tenant>,
    (actor, grant): (&str, &GrantId),
    return_to: String,
) -> Result<Outbound, Failure> {
    let row = records.first(support_grants::by_id(grant)).await?.ok_or(Kind::TokenUnknown)?;
    standing(row.ended_ms, row.expires_ms, call.now)?;
    let user = guest_of(site, actor, &row.supporter);
    enter(call, site, Entrant { user, method: "support", expires: row.expires_ms, return_to }).await
}

/// A guest as pages show it.
pub fn guest_of(site: &Site, actor: &str, supporter: &impl std::fmt::Display) -> Me {
    Me {
        user_id: actor.to_owned(),
        email: None,
        name: format!("Support of {supporter}"),
        role: Role::Support,
        scopes: Role::Support.scopes().iter().collect(),
        customers: None,
        tenant_id: site.tenant.clone(),
        tenant_kind: site.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once_and_until_its_last_millisecond() {
        let rows = [
            (None, 10, None),
            (None, 11, Some("token-expired")),
            (Some(Millis(5)), 10, Some("token-used")),
            (Some(Millis(5)), 12, Some("token-used")),
        ];
        for (used, now, want) in rows {
            let code =
                standing(used, Millis(11), Millis(now)).err().map(|failure| failure.problem.code);
            assert_eq!(code.as_deref(), want, "{used:?} {now}");
        }
    }
}
