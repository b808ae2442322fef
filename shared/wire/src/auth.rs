//! Signing in: one-time links, identity providers, and the sessions that come of it.

use domain::id::{SessionId, TenantId};
use domain::role::Role;
use domain::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::tenant::TenantKind;
use crate::time::Instant;

/// Asks for a sign-in link by mail.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// Whom to sign in.
    pub email: String,
    /// Where to go after that: a path of this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// Says nothing about whether the address is known here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkAnswer {
    /// How long a link works, in seconds.
    pub expires_in_seconds: u32,
}

/// What a link carries behind its `#`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The one-time token.
    pub token: String,
}

/// Joins with an invitation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// What the invitation carries behind its `#`.
    pub token: String,
    /// The name of the person, 1 to 200 bytes; its address when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who has signed in. The session is in the cookie `__Host-writ` of the same answer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedIn {
    /// Who.
    pub user: Me,
    /// Where to go now: a path of this host.
    pub return_to: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// The person's id.
    pub user_id: String,
    /// Its address; missing for a guest with support access, who is known elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// For people.
    pub name: String,
    /// What it is for the tenant.
    pub role: Role,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only customers that it looks after; missing for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<Vec<TenantId>>,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What the tenant is.
    pub tenant_kind: TenantKind,
}

/// The session that asks.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionAnswer {
    /// Its id.
    pub session_id: SessionId,
    /// Who is signed in.
    pub user: Me,
    /// When it ends, unless it is used before that.
    pub idle_until: Instant,
    /// When it ends in any case.
    pub expires_at: Instant,
}

/// A session in the list of its owner.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionView {
    /// Its id.
    pub session_id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// How its owner signed in: `link`, `invitation`, `oidc` or `support`.
    pub method: String,
    /// From where it was last used.
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
    /// When its owner signed in.
    pub created_at: Instant,
    /// When it was last used, within ten minutes.
    pub last_used_at: Instant,
    /// When it ends, unless it is used before that.
    pub idle_until: Instant,
    /// When it ends in any case.
    pub expires_at: Instant,
}

/// How people can sign in here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Methods {
    /// By a one-time link. Always.
    pub link: bool,
    /// At an identity provider, where the tenant has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<ProviderName>,
}

/// An identity provider as people know it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProviderName {
    /// For the button.
    pub name: String,
}

/// How we show ourselves at a provider's token endpoint.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenAuth {
    /// `client_secret_basic`
    #[default]
    Basic,
    /// `client_secret_post`
    Post,
}

impl TokenAuth {
    /// The name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Post => "post",
        }
    }
}

/// Sets the identity provider of a tenant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProviderRequest {
    /// For people, 1 to 200 bytes.
    pub name: String,
    /// The issuer identifier, as the provider's discovery document has it: an `https` URL.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// Our secret at the provider. When missing, the one of before stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// How we show it.
    #[serde(default)]
    pub token_auth: TokenAuth,
    /// The role of people whom only the provider knows; when missing, people must be invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_join: Option<Role>,
}

/// The identity provider of a tenant; never its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProviderView {
    /// For people.
    pub name: String,
    /// The issuer identifier.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// Whether we have a secret there.
    pub has_secret: bool,
    /// How we show it.
    pub token_auth: TokenAuth,
    /// The role of people whom only the provider knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_join: Option<Role>,
    /// What to register at the provider as the redirect URI.
    pub redirect_uri: String,
    /// When it was set.
    pub updated_at: Instant,
}
