//! Who is to hold the license: a tenant that this issuer may issue to.

use domain::id::TenantId;
use domain::place::Shard;
use domain::subscription::Plan;
use edge::db::Freshness;
use edge::principal::Principal;
use edge::{Call, Failure, plan};
use store::data::{holdings, profiles};
use store::directory::tenants::{self, TenantRow, TenantStatus};
use wire::issue::Customer;
use wire::problem::{Kind, Problem};
use wire::tenant::TenantKind;

/// The tenant that is to hold a license.
#[derive(Debug)]
pub struct Holder {
    /// Its id.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// Its plan of the service.
    pub plan: Plan,
}

/// The customer's tenant. `linked`: the one that the CRM account is linked to already.
///
/// # Errors
/// `tenant-not-found`, also for a tenant that is none of this issuer's; `tenant-suspended`; `invalid-request` when the CRM
/// account is another tenant's.
pub async fn find(
    call: &Call,
    principal: &Principal,
    customer: &Customer,
    linked: Option<&TenantId>,
) -> Result<Holder, Failure> {
    let tenant = chosen(customer.tenant_id.as_ref(), linked)?;
    let row = call.directory(Freshness::Primary).first(tenants::by_id(tenant)).await?;
    let row = row.filter(|row| may_hold(&principal.tenant, principal.kind, row));
    let row = row.ok_or(Kind::TenantNotFound)?;
    match row.status {
        TenantStatus::Active => Ok(Holder { tenant: row.id, shard: row.shard, plan: row.plan }),
        TenantStatus::Suspended => Err(Kind::TenantSuspended.into()),
        TenantStatus::Creating | TenantStatus::Closed => Err(Kind::TenantNotFound.into()),
    }
}

fn chosen<'a>(
    named: Option<&'a TenantId>,
    linked: Option<&'a TenantId>,
) -> Result<&'a TenantId, Failure> {
    match (named, linked) {
        (Some(named), Some(linked)) if named != linked => {
            Err(Problem::field("/customer/crm_account_id", "is linked to another tenant").into())
        }
        (Some(tenant), _) | (None, Some(tenant)) => Ok(tenant),
        (None, None) => {
            let detail = "No tenant is linked to this CRM account: name its tenant_id once.";
            Err(Failure::new(Kind::TenantNotFound, detail))
        }
    }
}

/// An MSP issues to its own customers, a vendor to any customer or MSP.
fn may_hold(issuer: &TenantId, kind: TenantKind, row: &TenantRow) -> bool {
    match kind {
        TenantKind::Msp => {
            row.kind == TenantKind::Customer.name() && row.parent.as_ref() == Some(issuer)
        }
        TenantKind::Vendor => {
            [TenantKind::Customer, TenantKind::Msp].iter().any(|kind| kind.name() == row.kind)
        }
        TenantKind::Operator | TenantKind::Customer => false,
    }
}

impl Holder {
    /// Why it gets no more licenses.
    ///
    /// # Errors
    /// When its shard is away.
    pub async fn full(&self, call: &Call) -> Result<Failure, Failure> {
        let records = call.records(&self.tenant, self.shard, Freshness::Primary);
        let held = records.first(holdings::counted(call.now)).await?.unwrap_or_default();
        let limits = self.plan.limits();
        let licenses = limits.licenses.is_some_and(|most| held.licenses >= most);
        let (what, limit, used) = if licenses {
            ("licenses", limits.licenses, held.licenses)
        } else {
            ("vendors", limits.vendors, held.vendors)
        };
        Ok(plan::reached(self.plan, what, limit, used))
    }

    /// The tenant's name for people, for the license's text.
    ///
    /// # Errors
    /// When its shard is away.
    pub async fn name(&self, call: &Call) -> Result<String, Failure> {
        let records = call.records(&self.tenant, self.shard, Freshness::Primary);
        let profile = records.first(profiles::get()).await?;
        Ok(profile.map_or_else(|| self.tenant.to_string(), |profile| profile.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(id: &str) -> TenantId {
        TenantId::parse(id).unwrap()
    }

    fn row(kind: &str, parent: Option<&str>) -> TenantRow {
        let json = serde_json::json!({"id": "acme", "kind": kind, "parent": parent, "region": "eu", "shard": "eu",
            "status": "active", "created_ms": 0, "version": 1, "plan": "enterprise",
            "rate_limits": null});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_msp_issues_to_its_own_customers_only_and_a_vendor_to_any() {
        let rows = [
            (TenantKind::Msp, "customer", Some("meridian"), true),
            (TenantKind::Msp, "customer", Some("rival"), false),
            (TenantKind::Msp, "customer", None, false),
            (TenantKind::Msp, "msp", Some("meridian"), false),
            (TenantKind::Vendor, "customer", Some("rival"), true),
            (TenantKind::Vendor, "customer", None, true),
            (TenantKind::Vendor, "msp", None, true),
            (TenantKind::Vendor, "vendor", None, false),
            (TenantKind::Vendor, "operator", None, false),
            (TenantKind::Customer, "customer", Some("meridian"), false),
        ];
        for (kind, of, parent, want) in rows {
            assert_eq!(
                may_hold(&tenant("meridian"), kind, &row(of, parent)),
                want,
                "{kind:?} {of} {parent:?}"
            );
        }
    }

    #[test]
    fn a_crm_account_stays_with_its_tenant() {
        let (acme, other) = (tenant("acme"), tenant("other"));
        assert_eq!(chosen(Some(&acme), Some(&acme)).unwrap(), &acme);
        assert_eq!(chosen(Some(&acme), None).unwrap(), &acme);
        assert_eq!(chosen(None, Some(&other)).unwrap(), &other);
        assert_eq!(chosen(Some(&acme), Some(&other)).unwrap_err().problem.code, "invalid-request");
        assert_eq!(chosen(None, None).unwrap_err().problem.code, "tenant-not-found");
    }
}
