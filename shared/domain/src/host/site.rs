//! What a hostname says by itself, before the directory is asked.

use crate::host::Host;
use crate::id::TenantId;

/// First labels that no tenant may have: the house's own hosts, names that people take for
/// official ones, and names that mail and certificate authorities treat as the domain's owner.
/// In order of the alphabet, for people.
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "console",
    "dashboard",
    "demo",
    "dev",
    "docs",
    "download",
    "downloads",
    "email",
    "ftp",
    "health",
    "help",
    "hostmaster",
    "imap",
    "internal",
    "invoice",
    "jwks",
    "licenses",
    "localhost",
    "login",
    "logout",
    "mail",
    "msp",
    "mx",
    "news",
    "noreply",
    "ns",
    "ns1",
    "ns2",
    "operator",
    "pay",
    "payments",
    "pop",
    "portal",
    "postmaster",
    "register",
    "root",
    "secure",
    "security",
    "signin",
    "signup",
    "smtp",
    "sso",
    "staging",
    "state",
    "static",
    "status",
    "support",
    "test",
    "vendors",
    "verify",
    "webhooks",
    "webmaster",
    "webmail",
    "wpad",
    "writ",
    "www",
];

/// Whether the house keeps `id` for itself: no tenant may be made with it.
pub fn reserved_tenant(id: &str) -> bool {
    RESERVED.contains(&id)
}

/// What a hostname says by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SiteName {
    /// The landing host.
    Apex,
    /// `console.<apex>`: the operator.
    Console,
    /// `vendors.<apex>`: all vendors.
    Vendors,
    /// `msp.<apex>`: all MSPs.
    Msp,
    /// `<tenant>.<apex>`: the default host of a tenant, if the directory knows it.
    Tenant(TenantId),
    /// Any other name: only the directory's list of claimed hostnames can say whose it is.
    Foreign,
}

impl SiteName {
    /// Reads `host` under `apex`. Reserved names without a site are `Foreign`: as no tenant can
    /// claim them, the directory will answer that they are nobody's.
    pub fn of(host: &Host, apex: &Host) -> Self {
        if host == apex {
            return Self::Apex;
        }
        match host.under(apex) {
            Some("console") => Self::Console,
            Some("vendors") => Self::Vendors,
            Some("msp") => Self::Msp,
            Some(label) if !reserved_tenant(label) => {
                TenantId::parse(label).map_or(Self::Foreign, Self::Tenant)
            }
            _ => Self::Foreign,
        }
    }
}
