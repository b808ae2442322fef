//! Companies that become tenants by themselves.

use domain::id::TenantId;
use domain::limiter::CheckoutLimits;
use domain::place::Region;
use domain::subscription::Plan;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A company that wants to be a tenant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Who it is.
    pub company: Company,
    /// What it wants.
    pub tenant: WantedTenant,
    /// Who is to set it up.
    pub admin: Admin,
}

/// Who registers.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// For people, 1 to 200 bytes.
    pub name: String,
    /// Its domain in public DNS, which it has to prove: `acme.com`. Names beyond ASCII in their `xn--` form.
    pub domain: String,
    /// ISO 3166-1, two letters: `DE`.
    pub country: String,
    /// Its number with the tax office, up to 40 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
}

/// The tenant that is wanted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WantedTenant {
    /// Its slug, which is also the first label of its host.
    pub id: TenantId,
    /// Where its records live, for good.
    pub region: Region,
    /// The plan of the service.
    #[serde(default)]
    pub plan: Plan,
}

/// Who is to set the tenant up.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Where the invitation goes.
    pub email: String,
    /// For people, 1 to 200 bytes.
    pub name: String,
}

/// A record to set in DNS.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DnsRecord {
    /// `TXT` or `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// How the domain is proved.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verification {
    /// `dns`
    pub method: String,
    /// The record to set.
    pub dns_record: DnsRecord,
}

/// A registration that waits for its proof.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegisterAnswer {
    /// The tenant that is wanted.
    pub tenant_id: TenantId,
    /// The address that it will have.
    pub tenant_url: String,
    /// `pending_verification`
    pub status: String,
    /// How the domain is proved.
    pub verification: Verification,
    /// Shown once: shows at the verification who registered, and gets the first API key. What stands in DNS does not.
    pub setup_token: String,
    /// When the registration ends unless the record was seen.
    pub expires_at: Instant,
    /// For people.
    pub next_steps: Vec<String>,
}

/// Asks to look for the record now.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The tenant that is wanted.
    pub tenant_id: TenantId,
    /// The token of the record, with or without `writ-verify=`.
    pub verification_token: String,
    /// What the registration was answered with: gets the first API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_token: Option<String>,
}

/// A registration whose domain is proved.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifiedAnswer {
    /// The tenant.
    pub tenant_id: TenantId,
    /// `verified`
    pub status: String,
    /// Its address.
    pub tenant_url: String,
    /// Where its first administrator signs in.
    pub admin_login: String,
    /// The operator's name of the company.
    pub crm_id: String,
    /// When it registered.
    pub created_at: Instant,
    /// Its first API key, with the scope `admin`: shown once, to whoever has the `setup_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
}

/// A registration whose record was not seen yet.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingAnswer {
    /// The tenant that is wanted.
    pub tenant_id: TenantId,
    /// `pending_verification`
    pub status: String,
    /// What the resolvers said.
    pub detail: String,
    /// The record to set.
    pub verification: Verification,
    /// When it is looked for again without being asked.
    pub next_check_at: Instant,
    /// When the registration ends unless the record was seen.
    pub expires_at: Instant,
}

/// Another plan of the service for a tenant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPlanRequest {
    /// The plan.
    pub plan: Plan,
}

/// Other limits of checkouts for a tenant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLimitsRequest {
    /// Limits of checkouts and borrows for all its keys together; `null` for the usual ones.
    pub rate_limits: Option<CheckoutLimits>,
}

/// How much a tenant may have and has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscriptionView {
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The plan.
    pub plan: Plan,
    /// What it allows; `null` for no limit.
    pub limits: domain::subscription::Limits,
    /// What is used of it.
    pub used: Used,
    /// How many checkouts all its keys together may make.
    pub rate_limits: CheckoutLimits,
}

/// What is used of a plan.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Used {
    /// Issuers of its licenses.
    pub vendors: u32,
    /// Licenses that are not revoked.
    pub licenses: u32,
    /// API keys that work.
    pub keys: u32,
    /// People, open invitations included.
    pub users: u32,
    /// Domains of its own.
    pub hostnames: u32,
}
