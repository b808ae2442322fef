//! People of a tenant, their roles, invitations, and support access from above.

use domain::id::{GrantId, InvitationId, TenantId, UserId};
use domain::role::Role;
use domain::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::tenant::TenantKind;
use crate::time::Instant;

/// A role.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoleView {
    /// Its name.
    pub role: Role,
    /// One line for people.
    pub summary: String,
    /// The kinds of tenant that have people of this role.
    pub tenant_kinds: Vec<TenantKind>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it holds for listed customers only.
    pub lists_customers: bool,
    /// Whether people can be given it; support access is granted in another way.
    pub assignable: bool,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self {
            role,
            summary: role.summary().to_owned(),
            tenant_kinds: role.kinds().to_vec(),
            scopes: role.scopes().iter().collect(),
            lists_customers: role.lists_customers(),
            assignable: role.kinds().iter().any(|kind| role.fits(*kind)),
        }
    }
}

/// A person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserView {
    /// Its id.
    pub user_id: UserId,
    /// Where links go.
    pub email: String,
    /// For people.
    pub name: String,
    /// What it is for the tenant.
    pub role: Role,
    /// The only customers that it looks after; missing for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<TenantId>>,
    /// Whether it has signed in at the tenant's identity provider.
    pub known_to_provider: bool,
    /// When it joined.
    pub created_at: Instant,
}

/// Changes a person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UserRequest {
    /// For people, 1 to 200 bytes; stays when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for the tenant from now on.
    pub role: Role,
    /// The only customers that it looks after, for a role that lists them: 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<TenantId>>,
}

/// Invites a person.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// Who is invited.
    pub email: String,
    /// What it will be for the tenant.
    pub role: Role,
    /// The only customers that it will look after, for a role that lists them: 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<TenantId>>,
    /// Invites to a tenant below the caller's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<TenantId>,
}

/// An invitation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationView {
    /// Its id.
    pub invitation_id: InvitationId,
    /// Who is invited.
    pub email: String,
    /// What it will be for the tenant.
    pub role: Role,
    /// The only customers that it will look after; missing for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<TenantId>>,
    /// `open`, `accepted` or `expired`.
    pub state: String,
    /// Who invited.
    pub invited_by: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

/// Asks for support access to a tenant below.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SupportRequest {
    /// Why, for the customer to read: 1 to 500 bytes.
    pub reason: String,
    /// For how long, 1 to 480.
    pub minutes: u32,
}

/// Support access that stands, with the way in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupportAnswer {
    /// The grant.
    pub grant_id: GrantId,
    /// A link that signs in once on the customer's host, within 15 minutes.
    pub url: String,
    /// When it ends.
    pub expires_at: Instant,
}

/// Support access as the customer sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GrantView {
    /// The grant.
    pub grant_id: GrantId,
    /// The tenant above that helps.
    pub supporter: TenantId,
    /// Who of it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When it began.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was ended before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
    /// Whether it stands.
    pub active: bool,
}
