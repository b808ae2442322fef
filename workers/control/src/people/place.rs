//! Whose people a request is about, and which roles may be given there.

use domain::id::TenantId;
use domain::place::Shard;
use domain::role::Role;
use edge::db::Freshness;
use edge::principal::Principal;
use edge::{Call, Failure};
use store::directory::tenants;
use wire::problem::{Kind, Problem};
use wire::tenant::TenantKind;

use crate::commit::Place;
use crate::tenants::row;

/// More customers than this are no list any more.
const LISTED: usize = 200;

/// A tenant with people.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its id.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// What it is.
    pub kind: TenantKind,
}

impl Home {
    /// The caller's own tenant, or the named one when the caller stands above it.
    ///
    /// # Errors
    /// `tenant-not-found`, also for tenants of others.
    pub async fn find(
        call: &Call,
        principal: &Principal,
        tenant: Option<&TenantId>,
    ) -> Result<Self, Failure> {
        let Some(other) = tenant.filter(|tenant| **tenant != principal.tenant) else {
            let tenant = principal.tenant.clone();
            return Ok(Self { tenant, shard: principal.shard, kind: principal.kind });
        };
        let row = row(call, principal, other).await?;
        let kind = TenantKind::from_name(&row.kind);
        let kind = kind.ok_or_else(|| Failure::internal("a tenant of unknown kind"))?;
        Ok(Self { tenant: row.id, shard: row.shard, kind })
    }

    /// Its place.
    pub const fn place(&self) -> Place<'_> {
        Place { tenant: &self.tenant, shard: self.shard }
    }

    /// Where its people sign in.
    pub fn url(&self, call: &Call) -> String {
        let config = &call.config;
        match self.kind {
            TenantKind::Operator => {
                format!("{}://console.{}{}", config.scheme, config.apex, config.port)
            }
            _ => config.tenant_url(&self.tenant),
        }
    }
}

/// Whether the caller may give this role here.
///
/// # Errors
/// `invalid-request` for a role that no person of this kind of tenant has, or customers that are not its own;
/// `scope-missing` when the role may do what the caller may not.
pub async fn check(
    call: &Call,
    principal: &Principal,
    home: &Home,
    role: Role,
    customers: Option<&[TenantId]>,
) -> Result<(), Failure> {
    check_role(principal, home.kind, role, customers)?;
    let Some(listed) = customers else { return Ok(()) };
    let limit = u32::try_from(LISTED).unwrap_or_default();
    let below = tenants::children(&home.tenant, "", limit, Some(listed));
    let (rows,) = call.directory(Freshness::Primary).read((below,)).await?;
    match listed.iter().position(|customer| rows.iter().all(|row| row.id != *customer)) {
        Some(at) => Err(Problem::field(format!("/customers/{at}"), "is not a customer").into()),
        None => Ok(()),
    }
}

fn check_role(
    principal: &Principal,
    kind: TenantKind,
    role: Role,
    customers: Option<&[TenantId]>,
) -> Result<(), Failure> {
    if !role.fits(kind) {
        let detail = format!("is no role of a {}", kind.name());
        return Err(Problem::field("/role", detail).into());
    }
    if !principal.scopes.cover(role.scopes()) {
        return Err(Failure::new(Kind::ScopeMissing, "Nobody gives more than they have."));
    }
    let count = customers.map(<[_]>::len);
    match (role.lists_customers(), count) {
        (true, Some(1..=LISTED)) | (false, None) => Ok(()),
        (true, _) => {
            Err(Problem::field("/customers", format!("must name 1 to {LISTED} customers")).into())
        }
        (false, Some(_)) => {
            Err(Problem::field("/customers", "is for roles that list customers").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::scope::{Scope, Scopes};
    use testkit::tenant;

    fn outcome(
        scope: Scope,
        kind: TenantKind,
        role: Role,
        customers: Option<&[TenantId]>,
    ) -> String {
        let principal = crate::tenants::principal_with([scope].into_iter().collect::<Scopes>());
        match check_role(&principal, kind, role, customers) {
            Ok(()) => "given".to_owned(),
            Err(failure) => failure
                .problem
                .errors
                .first()
                .map_or(failure.problem.code.clone(), |error| error.pointer.clone()),
        }
    }

    #[test]
    fn roles_fit_kinds_and_nobody_gives_more_than_they_have() {
        let (msp, customer) = (TenantKind::Msp, TenantKind::Customer);
        let listed = [tenant("acme")];
        let (one, none, many): (&[_], &[_], Vec<_>) = (&listed, &[], vec![tenant("acme"); 201]);
        let rows = [
            (Scope::Admin, customer, Role::CustomerAdmin, None, "given"),
            (Scope::Admin, customer, Role::MspAdmin, None, "/role"),
            (Scope::Admin, customer, Role::Support, None, "/role"),
            (Scope::UsersManage, customer, Role::CustomerAdmin, None, "scope-missing"),
            (Scope::UsersManage, customer, Role::Auditor, None, "scope-missing"),
            (Scope::Admin, msp, Role::MspOperator, Some(one), "given"),
            (Scope::Admin, msp, Role::MspOperator, Some(none), "/customers"),
            (Scope::Admin, msp, Role::MspOperator, Some(&many), "/customers"),
            (Scope::Admin, msp, Role::MspOperator, None, "/customers"),
            (Scope::Admin, msp, Role::MspAdmin, Some(one), "/customers"),
        ];
        for (scope, kind, role, customers, want) in rows {
            assert_eq!(outcome(scope, kind, role, customers), want, "{role:?} {customers:?}");
        }
    }
}
