//! Roles: sets of scopes under a name, each for certain kinds of tenant. This is the one table: code asks it, and
//! `GET /api/v1/roles`, OpenAPI and docs/formats.md show it.

use serde::{Deserialize, Serialize};

use crate::scope::{Scope, Scopes};
use crate::tenant::TenantKind;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kinds:expr, [$($scope:ident),*], $summary:literal;)*) => {
        /// What a person is for a tenant.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Role {
            $(#[doc = $summary] #[serde(rename = $text)] $name,)*
        }

        impl Role {
            /// Every role there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name on the wire and at rest.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The kinds of tenant that have people of this role.
            pub const fn kinds(self) -> &'static [TenantKind] {
                match self { $(Self::$name => $kinds),* }
            }

            /// One line for people.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary),* }
            }

            const fn list(self) -> &'static [Scope] {
                match self { $(Self::$name => &[$(Scope::$scope),*]),* }
            }
        }
    };
}

const OPERATOR: &[TenantKind] = &[TenantKind::Operator];
const VENDOR: &[TenantKind] = &[TenantKind::Vendor];
const MSP: &[TenantKind] = &[TenantKind::Msp];
const CUSTOMER: &[TenantKind] = &[TenantKind::Customer];

roles! {
    Operator = "operator", OPERATOR, [Admin],
        "Runs the installation: everything that the operator may do";
    VendorAdmin = "vendor_admin", VENDOR, [Admin],
        "Everything that the vendor may do";
    VendorAnalyst = "vendor_analyst", VENDOR, [LicenseRead, TenantRead, BillingRead, AlertsRead],
        "Sees licenses, statements and alerts of the vendor, changes nothing";
    MspAdmin = "msp_admin", MSP, [Admin],
        "Everything that the MSP may do, for all of its customers";
    MspOperator = "msp_operator", MSP, [LicenseRead, LicenseManage, TenantRead, SupportAccess, AlertsRead],
        "Looks after the listed customers of the MSP: their licenses, and support access";
    CustomerAdmin = "customer_admin", CUSTOMER, [Admin],
        "Everything that the customer may do";
    CustomerMember = "customer_member", CUSTOMER,
        [Activate, Checkout, Return, LicenseRead, TenantRead],
        "Uses licenses: devices, floating seats, files";
    Auditor = "auditor", TenantKind::ALL,
        [LicenseRead, TenantRead, AuditRead, BillingRead, UsersRead, AlertsRead],
        "Sees everything that can be seen without secrets, changes nothing";
    Support = "support", TenantKind::ALL,
        [Activate, Return, PoolsManage, LicenseRead, TenantRead, AuditRead, UsersRead, BrandingManage,
         HostnamesManage, AlertsRead, AlertsManage],
        "A guest from above while support access stands: no people, no keys, nothing that outlives it";
}

impl Role {
    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// What people of this role may do.
    pub fn scopes(self) -> Scopes {
        self.list().iter().copied().collect()
    }

    /// Whether a person of a tenant of this kind can have the role. Support access is granted, not given as a role.
    pub fn fits(self, kind: TenantKind) -> bool {
        self != Self::Support && self.kinds().contains(&kind)
    }

    /// Whether it holds for listed customers only.
    pub const fn lists_customers(self) -> bool {
        matches!(self, Self::MspOperator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_somebody_who_may_do_everything_and_an_auditor() {
        for kind in TenantKind::ALL {
            let fitting = || Role::ALL.iter().filter(|role| role.fits(*kind));
            assert_eq!(
                fitting().filter(|role| role.scopes().allow(Scope::Admin)).count(),
                1,
                "{kind:?}"
            );
            assert!(fitting().any(|role| *role == Role::Auditor), "{kind:?}");
        }
    }

    #[test]
    fn names_survive_storage_and_nobody_is_given_support_as_a_role() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(*role));
        }
        assert!(TenantKind::ALL.iter().all(|kind| !Role::Support.fits(*kind)));
    }

    #[test]
    fn guests_make_nothing_that_outlives_them() {
        for scope in [Scope::UsersManage, Scope::Keys, Scope::Checkout, Scope::Admin] {
            assert!(!Role::Support.scopes().allow(scope), "{scope:?}");
        }
    }

    #[test]
    fn auditors_and_analysts_change_nothing() {
        for scope in Role::Auditor.scopes().iter().chain(Role::VendorAnalyst.scopes().iter()) {
            assert!(scope.name().ends_with(":read"), "{scope:?}");
        }
    }

    #[test]
    fn the_docs_show_this_table() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        for role in Role::ALL {
            let kinds: Vec<_> = role.kinds().iter().map(|kind| kind.name()).collect();
            let kinds = if role.kinds().len() == TenantKind::ALL.len() {
                "all".to_owned()
            } else {
                kinds.join(", ")
            };
            let scopes: Vec<_> =
                role.scopes().iter().map(|scope| format!("`{}`", scope.name())).collect();
            let row = format!(
                "| `{}` | {kinds} | {} | {} |",
                role.name(),
                scopes.join(" "),
                role.summary()
            );
            assert!(docs.contains(&row), "docs/formats.md lacks:\n{row}");
        }
    }
}
