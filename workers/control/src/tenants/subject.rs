//! The tenant that a request is about: the caller's own, or one below it.

use domain::id::TenantId;
use domain::place::Shard;
use edge::db::Freshness;
use edge::principal::Principal;
use edge::{Call, Failure};
use store::directory::tenants::{self, TenantRow, TenantStatus};
use wire::problem::Kind;
use wire::tenant::TenantKind;

use crate::commit::Place;
use crate::paging::wrong;

/// The tenant that a request is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    /// Its id.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
}

impl Subject {
    /// Its place.
    pub const fn place(&self) -> Place<'_> {
        Place { tenant: &self.tenant, shard: self.shard }
    }
}

/// The tenant of a `?tenant_id=`.
///
/// # Errors
/// `invalid-request` when it is not an id.
pub fn named(text: Option<&str>) -> Result<Option<TenantId>, Failure> {
    text.map(TenantId::parse)
        .transpose()
        .map_err(|error| wrong("tenant_id", &error.to_string()).into())
}

/// The caller's own tenant, or the named one when the caller stands above it.
///
/// # Errors
/// `tenant-not-found`, also for tenants of others: nobody learns that they exist.
pub async fn subject(
    call: &Call,
    principal: &Principal,
    tenant: Option<&TenantId>,
) -> Result<Subject, Failure> {
    match tenant.filter(|tenant| **tenant != principal.tenant) {
        None => Ok(Subject { tenant: principal.tenant.clone(), shard: principal.shard }),
        Some(other) => row(call, principal, other)
            .await
            .map(|row| Subject { tenant: row.id, shard: row.shard }),
    }
}

/// The DIRECTORY's row of the caller's own tenant or of one below it.
///
/// # Errors
/// As [`subject`].
pub async fn row(
    call: &Call,
    principal: &Principal,
    tenant: &TenantId,
) -> Result<TenantRow, Failure> {
    let row = call.directory(Freshness::Primary).first(tenants::by_id(tenant)).await?;
    row.filter(|row| may_see(principal, row)).ok_or_else(|| Kind::TenantNotFound.into())
}

/// The operator stands above everybody, an MSP above its customers.
fn may_see(principal: &Principal, row: &TenantRow) -> bool {
    let there = !matches!(row.status, TenantStatus::Creating | TenantStatus::Closed);
    there && (is_above(principal, row) || row.id == principal.tenant)
}

/// Whether the caller stands above a tenant, in whatever state that is.
pub fn is_above(principal: &Principal, row: &TenantRow) -> bool {
    let above = principal.kind == TenantKind::Operator
        || (principal.kind == TenantKind::Msp && row.parent.as_ref() == Some(&principal.tenant));
    above && principal.looks_after(&row.id)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use domain::id::KeyId;
    use domain::place::Region;
    use domain::scope::Scopes;
    use testkit::{NOW, tenant};

    fn principal(id: &str, kind: TenantKind) -> Principal {
        Principal {
            who: edge::principal::Who::Key(KeyId::new([1; 16])),
            tenant: tenant(id),
            kind,
            standing: None,
            parent: None,
            shard: Shard::Eu,
            scopes: Scopes::default(),
            expires: None,
            revoked: false,
            rate_limit: 1,
            rate_window_seconds: 1,
            restrictions: None,
            checkouts: domain::limiter::CheckoutLimits::KEY,
            tenant_checkouts: domain::limiter::CheckoutLimits::TENANT,
            session: None,
        }
    }

    /// An MSP's principal with these scopes.
    pub fn principal_with(scopes: Scopes) -> Principal {
        Principal { scopes, ..principal("techpartners", TenantKind::Msp) }
    }

    #[test]
    fn a_tenant_is_seen_by_itself_and_from_above() {
        let row = |status| TenantRow {
            id: tenant("acme"),
            kind: "customer".into(),
            parent: Some(tenant("techpartners")),
            region: Region::Eu,
            shard: Shard::Eu,
            status,
            created_ms: NOW,
            version: 1,
            plan: domain::subscription::Plan::Enterprise,
            rate_limits: None,
        };
        let rows = [
            ("acme", TenantKind::Customer, true),
            ("writ", TenantKind::Operator, true),
            ("techpartners", TenantKind::Msp, true),
            ("otherpartners", TenantKind::Msp, false),
            ("globex", TenantKind::Customer, false),
            ("meridian", TenantKind::Vendor, false),
            ("techpartners", TenantKind::Customer, false),
        ];
        for (id, kind, want) in rows {
            let caller = principal(id, kind);
            assert_eq!(may_see(&caller, &row(TenantStatus::Active)), want, "{id}");
            assert_eq!(
                may_see(&caller, &row(TenantStatus::Suspended)),
                want,
                "{id} of a suspended one"
            );
            assert!(
                !may_see(&caller, &row(TenantStatus::Creating)),
                "{id} of one that is not there yet"
            );
        }
    }
}
