//! Which tenants may be made, by whom.

use domain::host::reserved_tenant;
use domain::id::TenantId;
use wire::problem::{Kind, Problem};
use wire::tenant::{CreateTenantRequest, TenantKind};

use crate::{branding, text};

/// The parent of the new tenant; an MSP is the parent of all that it makes.
///
/// # Errors
/// `role-not-allowed` when the caller may not make this kind, or not below that parent.
pub fn parent(
    caller: (&TenantId, TenantKind),
    request: &CreateTenantRequest,
) -> Result<Option<TenantId>, Kind> {
    let (tenant, kind) = caller;
    match kind {
        TenantKind::Operator if request.kind != TenantKind::Operator => Ok(request.parent.clone()),
        TenantKind::Msp if request.kind == TenantKind::Customer => match &request.parent {
            Some(other) if other != tenant => Err(Kind::RoleNotAllowed),
            _ => Ok(Some(tenant.clone())),
        },
        _ => Err(Kind::RoleNotAllowed),
    }
}

/// Checks what was asked for.
///
/// # Errors
/// `invalid-request`, pointing at the first field that is wrong.
pub fn check(request: &CreateTenantRequest) -> Result<(), Problem> {
    if reserved_tenant(request.tenant_id.as_str()) {
        return Err(Problem::field("/tenant_id", "is reserved"));
    }
    if request.parent.is_some() && request.kind != TenantKind::Customer {
        return Err(Problem::field("/parent", "only customers have a parent"));
    }
    text::name(&request.name, "/name")?;
    if let Some(address) = &request.contact_email {
        text::email(address, "/contact_email")?;
    }
    let branding = request.branding.as_ref();
    branding.map_or(Ok(()), |branding| branding::decide::check(branding, "/branding").map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use testkit::tenant;

    fn request(change: &Value) -> CreateTenantRequest {
        let mut body =
            json!({ "tenant_id": "acme", "kind": "customer", "name": "Acme", "region": "eu" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn an_msp_makes_customers_of_its_own_and_the_operator_all_but_operators() {
        let (msp, operator) = (tenant("techpartners"), tenant("writ"));
        let own = Ok(Some(msp.clone()));
        let no = Err(Kind::RoleNotAllowed);
        let rows = [
            (&msp, TenantKind::Msp, json!({}), own.clone()),
            (&msp, TenantKind::Msp, json!({"parent": "techpartners"}), own.clone()),
            (&msp, TenantKind::Msp, json!({"parent": "otherpartners"}), no.clone()),
            (&msp, TenantKind::Msp, json!({"kind": "msp"}), no.clone()),
            (&msp, TenantKind::Msp, json!({"kind": "vendor"}), no.clone()),
            (&operator, TenantKind::Operator, json!({}), Ok(None)),
            (&operator, TenantKind::Operator, json!({"parent": "techpartners"}), own),
            (&operator, TenantKind::Operator, json!({"kind": "vendor"}), Ok(None)),
            (&operator, TenantKind::Operator, json!({"kind": "operator"}), no.clone()),
            (&tenant("meridian"), TenantKind::Vendor, json!({}), no.clone()),
            (&tenant("acme"), TenantKind::Customer, json!({}), no),
        ];
        for (caller, kind, change, want) in rows {
            assert_eq!(parent((caller, kind), &request(&change)), want, "{kind:?} {change}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let rows = [
            (json!({"tenant_id": "console"}), "/tenant_id"),
            (json!({"tenant_id": "writ"}), "/tenant_id"),
            (json!({"name": " "}), "/name"),
            (json!({"kind": "vendor", "parent": "techpartners"}), "/parent"),
            (json!({"contact_email": "nobody"}), "/contact_email"),
            (json!({"branding": {"primary_color": "red"}}), "/branding/primary_color"),
            (json!({"branding": {"tagline": "x".repeat(201)}}), "/branding/tagline"),
        ];
        for (change, pointer) in rows {
            assert_eq!(
                check(&request(&change)).unwrap_err().errors[0].pointer,
                pointer,
                "{change}"
            );
        }
        assert!(check(&request(&json!({"branding": {"accent_color": "#00ff00"}}))).is_ok());
    }
}
