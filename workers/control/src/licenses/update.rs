//! `PUT /api/v1/licenses/{license}`: other terms.

use edge::admit::Caller;
use edge::door::Outbound;
use edge::{Call, Failure};
use serde_json::json;
use store::data::licenses as table;
use wire::body;
use wire::license::UpdateLicenseRequest;
use wire::problem::Kind;

use crate::licenses::change::{Decided, again, unchanged};
use crate::licenses::find::issued;
use crate::licenses::{decide, view};
use crate::turn::Done;

/// Changes the terms of a license that the caller has issued.
pub async fn update(call: &Call, caller: &Caller, reference: &str) -> Result<Outbound, Failure> {
    let request: UpdateLicenseRequest = body::read(&call.inbound.body)?;
    // Made on a certain version, it must not be applied to another; else the newest one will do.
    if request.version.is_some() {
        return attempt(call, caller, reference, &request).await.map(|done| done.out);
    }
    again(async || attempt(call, caller, reference, &request).await).await.map(|done| done.out)
}

async fn attempt(
    call: &Call,
    caller: &Caller,
    reference: &str,
    request: &UpdateLicenseRequest,
) -> Result<Done, Failure> {
    let found = issued(call, caller.principal()?, reference).await?;
    let row = &found.row;
    if row.standing == domain::license::Standing::Revoked {
        return Err(Kind::LicenseNotUsable.into());
    }
    if request.version.is_some_and(|version| version != row.version) {
        return Err(Kind::VersionConflict.into());
    }
    let terms = decide::terms(&row.terms, request)?;
    if terms == row.terms {
        return unchanged(call, &found).await;
    }
    let usage = view::used(call, &found).await?;
    let since = decide::exceeded_since(&row.license(), &terms, &usage, call.now);
    let change = table::set_terms(&row.id, row.version, &terms, since, call.now);
    let orders = decide::orders(&row.terms, &terms);
    let detail = json!({ "code": row.code, "limits": terms.limits, "features": terms.features });
    let floated = edge::pool::floats(&row.terms);
    let mut after = found.clone();
    (after.row.terms, after.row.exceeded_since_ms) = (terms, since);
    Decided { after, change, action: "license.updated", detail, orders, floated }
        .apply(call, caller, None)
        .await
}
