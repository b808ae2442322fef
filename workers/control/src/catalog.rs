//! An issuer's products and plans.

use domain::id::{PlanId, ProductId};
use edge::admit::Caller;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::{Value, json};
use store::Change;
use store::data::plans::{self, PlanRow};
use store::data::products::{self, ProductRow};
use wire::body;
use wire::problem::{Kind, Problem};
use wire::tenant::{PlanRequest, PlanView, ProductRequest, ProductView};

use crate::answer;
use crate::commit::{Deed, Place};
use crate::paging::Asked;
use crate::text;
use crate::turn::own;

/// What product keys start with unless the issuer says otherwise.
const PREFIX: &str = "NLS";

/// Makes or changes a product.
pub async fn put_product(call: &Call, caller: &Caller, product: &str) -> Result<Outbound, Failure> {
    let id = ProductId::parse(product)
        .map_err(|error| Failure::new(Kind::NotFound, error.to_string()))?;
    let request: ProductRequest = body::read(&call.inbound.body)?;
    text::name(&request.name, "/name")?;
    let key_prefix = request.key_prefix.unwrap_or_else(|| PREFIX.to_owned());
    if !is_prefix(&key_prefix) {
        return Err(Problem::field("/key_prefix", "must have 2 to 8 of A-Z, 0-9").into());
    }
    let change = products::put(&id, &request.name, &key_prefix, call.now);
    let detail = json!({ "name": request.name, "key_prefix": key_prefix });
    let view = ProductView { product_id: id.clone(), name: request.name, key_prefix };
    let out = answer::json(200, &view)?;
    note(call, caller.principal()?, change, ("product.changed", id.as_str()), detail, out).await
}

/// A page of the issuer's products, in the order of their ids.
pub async fn products(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &[])?;
    let page = products::list(&asked.cursor, asked.fetch());
    let (rows,) = own(call, caller.principal()?).read((page,)).await?;
    let view = |row: ProductRow| ProductView {
        product_id: row.id,
        name: row.name,
        key_prefix: row.key_prefix,
    };
    answer::page(rows.into_iter().map(view).collect(), asked.limit, |product: &ProductView| {
        product.product_id.to_string()
    })
}

/// Makes or changes a plan; licenses made from it before keep their terms.
pub async fn put_plan(call: &Call, caller: &Caller, plan: &str) -> Result<Outbound, Failure> {
    let id =
        PlanId::parse(plan).map_err(|error| Failure::new(Kind::PlanNotFound, error.to_string()))?;
    let request: PlanRequest = body::read(&call.inbound.body)?;
    text::name(&request.name, "/name")?;
    if request.duration_seconds == Some(0) {
        return Err(Problem::field("/duration_seconds", "must be at least 1").into());
    }
    edge::terms::check(&request.terms, "/terms")?;
    let (name, terms) = (request.name, request.terms.normalized());
    let change = plans::put(&id, &name, &terms, request.duration_seconds, call.now);
    let detail = json!({ "name": name, "limits": terms.limits, "features": terms.features });
    let duration_seconds = request.duration_seconds;
    let view = PlanView { plan_id: id.clone(), name, terms, duration_seconds };
    let out = answer::json(200, &view)?;
    note(call, caller.principal()?, change, ("plan.changed", id.as_str()), detail, out).await
}

/// A page of the issuer's plans, in the order of their ids.
pub async fn plans(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &[])?;
    let page = plans::list(&asked.cursor, asked.fetch());
    let (rows,) = own(call, caller.principal()?).read((page,)).await?;
    let view = |row: PlanRow| PlanView {
        plan_id: row.id,
        name: row.name,
        terms: row.terms,
        duration_seconds: row.term_seconds,
    };
    answer::page(rows.into_iter().map(view).collect(), asked.limit, |plan: &PlanView| {
        plan.plan_id.to_string()
    })
}

async fn note(
    call: &Call,
    principal: &Principal,
    change: Change,
    (action, subject): (&str, &str),
    detail: Value,
    out: Outbound,
) -> Result<Outbound, Failure> {
    let entry = Entry { actor: principal.actor(), action, subject, detail };
    let place = Place::of(principal);
    let deed = Deed { place, entry, changes: vec![change], events: Vec::new() };
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

fn is_prefix(text: &str) -> bool {
    (2..=8).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_can_be_read_aloud() {
        for (text, good) in [
            ("NLS", true),
            ("A1", true),
            ("A", false),
            ("ABCDEFGHI", false),
            ("nls", false),
            ("A-B", false),
        ] {
            assert_eq!(is_prefix(text), good, "{text}");
        }
    }
}
