//! What a key or a person may do. Scopes are named `thing:verb`; `admin` stands for all of a tenant's own.

use serde::{Deserialize, Serialize};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// One permission.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Scope {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Scope {
            /// Every scope there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The scope's name on the wire and at rest.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

scopes! {
    /// Ask for verdicts.
    Validate = "license:validate",
    /// Send heartbeats and read commands.
    Heartbeat = "license:heartbeat",
    /// Bind and free devices.
    Activate = "license:activate",
    /// Check floating seats out.
    Checkout = "license:checkout",
    /// Return floating seats.
    Return = "license:return",
    /// Make the rules of one's own pools and take seats back.
    PoolsManage = "pools:manage",
    /// See licenses.
    LicenseRead = "license:read",
    /// Make licenses (issuers only).
    LicenseIssue = "license:issue",
    /// Change, suspend, reinstate, renew and revoke licenses (issuers only).
    LicenseManage = "license:manage",
    /// Make, list and revoke API keys.
    Keys = "keys:manage",
    /// See tenants below one's own.
    TenantRead = "tenant:read",
    /// Make tenants below one's own.
    TenantManage = "tenant:manage",
    /// See and rotate signing keys (issuers only).
    SigningKeys = "signing_keys:manage",
    /// Read the audit log.
    AuditRead = "audit:read",
    /// See statements of what customers owe (issuers only).
    BillingRead = "billing:read",
    /// See people and invitations, and who has support access.
    UsersRead = "users:read",
    /// Invite, change and remove people, set how they sign in, and end support access.
    UsersManage = "users:manage",
    /// Enter a customer's host to help, where the customer sees it (operator and MSPs only).
    SupportAccess = "support:access",
    /// Change the look of one's own pages.
    BrandingManage = "branding:manage",
    /// Add and remove one's own hosts.
    HostnamesManage = "hostnames:manage",
    /// See alerts and their rules.
    AlertsRead = "alerts:read",
    /// Acknowledge alerts, change their rules and channels.
    AlertsManage = "alerts:manage",
    /// Everything that the key's tenant may do.
    Admin = "admin",
}

impl Scope {
    /// The scope of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.name() == name)
    }
}

/// A set of scopes, small enough to copy.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Scopes(u64);

impl Scopes {
    /// Whether `scope` is granted, by itself or by `admin`.
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & (bit(scope) | bit(Scope::Admin)) != 0
    }

    /// Whether every scope of `asked` is granted: nobody hands out more than they have.
    pub fn cover(self, asked: Self) -> bool {
        Scope::ALL.iter().all(|scope| asked.0 & bit(*scope) == 0 || self.allow(*scope))
    }

    /// Reads the stored form: names separated by spaces. Unknown names grant nothing.
    pub fn from_names(names: &str) -> Self {
        names.split(' ').filter_map(Scope::from_name).collect()
    }

    /// The stored form: names in the order of [`Scope::ALL`], separated by spaces.
    pub fn names(self) -> String {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        names.join(" ")
    }

    /// The scopes in the set.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.0 & bit(*scope) != 0)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | bit(scope)))
    }
}

const fn bit(scope: Scope) -> u64 {
    1 << scope as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_allows_everything_and_nothing_else_does() {
        let admin: Scopes = [Scope::Admin].into_iter().collect();
        let one: Scopes = [Scope::Validate].into_iter().collect();
        for scope in Scope::ALL {
            assert!(admin.allow(*scope), "{scope:?}");
            assert_eq!(one.allow(*scope), *scope == Scope::Validate, "{scope:?}");
        }
        assert!(admin.cover(one) && !one.cover(admin));
    }

    #[test]
    fn names_survive_storage() {
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(Scopes::from_names(&all.names()), all);
        assert_eq!(Scopes::from_names("no:such license:read").names(), "license:read");
    }
}
