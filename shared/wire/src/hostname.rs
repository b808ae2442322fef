//! Domains that a tenant brings.

use domain::hostname::{Reason, State};
use serde::{Deserialize, Serialize};

use crate::registration::DnsRecord;
use crate::time::Instant;

/// A domain to bring.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HostnameRequest {
    /// `licenses.acme.com`. Names beyond ASCII in their `xn--` form.
    pub host: String,
}

/// A certificate of the tenant's own for its domain. It is handed on, and kept nowhere here.
#[derive(Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// The certificate and its chain, PEM.
    pub certificate: String,
    /// Its private key, PEM.
    pub private_key: String,
}

/// What a record is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Shows that the domain is the tenant's.
    Proof,
    /// Leads requests here.
    Routing,
    /// Shows the platform that the domain may be served.
    Ownership,
    /// Lets the certificate be issued.
    Certificate,
}

/// A record to set, and what for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostnameRecord {
    /// What it is for.
    pub purpose: Purpose,
    /// The record.
    #[serde(flatten)]
    pub record: DnsRecord,
}

/// A host of a tenant.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostnameView {
    /// The name.
    pub host: String,
    /// How far it has come.
    pub state: State,
    /// Why, where there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The records that DNS must have.
    pub dns_records: Vec<HostnameRecord>,
    /// The platform's state of the name, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname_status: Option<String>,
    /// The platform's state of the certificate, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_status: Option<String>,
    /// What the platform says is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// When the next step is tried without being asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Instant>,
    /// When it was added.
    pub created_at: Instant,
}
