//! From what a provider says to one of the tenant's people: known by the provider's own id, else by an address that the
//! provider has verified. Nobody joins whom nobody has invited, unless the tenant wants that.

use domain::id::{InvitationId, UserId};
use domain::person::Email;
use domain::role::Role;
use edge::db::Freshness;
use edge::outbox::Entry;
use edge::site::Site;
use edge::{Call, Failure};
use serde_json::json;
use store::data::identity_providers::ProviderRow;
use store::data::invitations::{self, InvitationRow};
use store::data::users::{self, UserRow};
use wire::problem::Kind;

use super::claims::Claims;
use crate::auth::enter::{entropy, record};
use crate::people::join;
use crate::text;

/// The person of a token.
///
/// # Errors
/// `oidc-email-unverified` or `not-invited`.
pub async fn find(
    call: &Call,
    site: &Site,
    provider: &ProviderRow,
    claims: Claims,
) -> Result<UserRow, Failure> {
    let records = call.records(&site.tenant, site.shard, Freshness::Primary);
    if let Some(known) = records.first(users::by_subject(&provider.issuer, &claims.sub)).await? {
        return Ok(known);
    }
    let email = claims.email.as_deref().filter(|_| claims.email_verified);
    let email = email.and_then(|email| Email::read(email).ok());
    let email = email.ok_or(Kind::OidcEmailUnverified)?;
    let reads = (users::by_email(&email), invitations::by_email(&email));
    let (there, invited) = records.read(reads).await?;
    let user = match there.into_iter().next() {
        // An address has one owner per provider: somebody else's subject does not take a person over.
        Some(user) if user.issuer.as_ref() == Some(&provider.issuer) => {
            return Err(Kind::NotInvited.into());
        }
        Some(user) => user,
        None => {
            let open = |row: &InvitationRow| row.used_ms.is_none() && row.expires_ms > call.now;
            let name = claims.name.filter(|name| text::name(name, "").is_ok());
            let invitation = match invited.into_iter().next().filter(open) {
                Some(invitation) => invitation,
                None => automatic(call, site, provider, &email)?,
            };
            join(call, site, invitation, name).await?
        }
    };
    let change = users::link(&user.id, &provider.issuer, &claims.sub, call.now);
    let id: &UserId = &user.id;
    let detail = json!({ "issuer": provider.issuer });
    let entry = Entry { actor: id.as_str(), action: "user.linked", subject: id.as_str(), detail };
    record(call, site, &entry, vec![change], Vec::new()).await?;
    Ok(user)
}

/// What stands in for an invitation where the tenant lets everybody join whom its provider knows.
fn automatic(
    call: &Call,
    site: &Site,
    provider: &ProviderRow,
    email: &Email,
) -> Result<InvitationRow, Failure> {
    let role = provider.auto_join.as_deref().and_then(Role::from_name);
    let role = role.filter(|role| role.fits(site.kind)).ok_or(Kind::NotInvited)?;
    Ok(InvitationRow {
        id: InvitationId::new(entropy()?),
        email: email.clone(),
        role: role.name().to_owned(),
        customers: None,
        invited_by: provider.issuer.clone(),
        created_ms: call.now,
        expires_ms: call.now,
        used_ms: None,
    })
}
