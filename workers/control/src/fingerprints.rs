//! `GET` and `PUT /api/v1/products/{product}/fingerprints`: which applications the issuer of a product lets in.

use domain::app::{Listed, MOST_LISTED, Policy, is_name};
use domain::id::ProductId;
use domain::place::Shard;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::{AppSeen, Watch, WatchCall, WatchReply};
use edge::outbox::{Entry, Event, Message};
use edge::{Call, Failure, object};
use serde_json::json;
use store::data::app_policies as table;
use wire::alert::{FingerprintsView, SeenApp};
use wire::body;
use wire::problem::{Kind, Problem};

use crate::answer;
use crate::commit::{Deed, Place};
use crate::paging::Asked;
use crate::text;
use crate::turn::own;

/// The policy, and what has used the product.
pub async fn get(call: &Call, caller: &Caller, product: &str) -> Result<Outbound, Failure> {
    Asked::whole(call, &[])?;
    let product = parse(product)?;
    let principal = caller.principal()?;
    let row = own(call, principal).first(table::by_product(&product)).await?;
    let policy = row.map(|row| row.policy).unwrap_or_default();
    let asked = WatchCall::Apps { product: product.clone() };
    let name = Watch::name(&principal.tenant);
    match object::send::<Watch>(call, &name, principal.shard, &asked).await? {
        WatchReply::Apps(seen) => answer::json(200, &view(product, policy, seen)),
        reply @ WatchReply::Noted { .. } => {
            Err(Failure::internal(format!("the watch answered {reply:?}")))
        }
    }
}

/// Changes the policy: on the issuer's own shard at once, on the others after the answer.
pub async fn put(call: &Call, caller: &Caller, product: &str) -> Result<Outbound, Failure> {
    let product = parse(product)?;
    let policy: Policy = body::read(&call.inbound.body)?;
    check(&policy)?;
    let principal = caller.principal()?;
    let held = own(call, principal).first(table::by_product(&product)).await?;
    let version = held.map_or(1, |row| row.version.saturating_add(1));
    let others = Shard::ALL.into_iter().filter(|shard| *shard != principal.shard);
    let events = others.map(|shard| {
        let policy = Box::new(policy.clone());
        let message = Message::Apps { shard, product: product.clone(), version, policy };
        Event::new(&principal.tenant, message)
    });
    let detail = json!({
        "mode": policy.mode, "allowed": policy.allowed.len(), "blocked": policy.blocked.len(),
        "version": version,
    });
    let deed = Deed {
        place: Place::of(principal),
        entry: Entry {
            actor: principal.actor(),
            action: "fingerprints.changed",
            subject: product.as_str(),
            detail,
        },
        changes: vec![table::change(&product, version, &policy, call.now)],
        events: events.collect::<Result<_, _>>()?,
    };
    let out = answer::json(200, &policy)?;
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

fn parse(product: &str) -> Result<ProductId, Failure> {
    ProductId::parse(product).map_err(|error| Failure::new(Kind::NotFound, error.to_string()))
}

fn view(product_id: ProductId, policy: Policy, seen: Vec<AppSeen>) -> FingerprintsView {
    let Policy { mode, allowed, blocked } = policy;
    let seen = seen.into_iter().map(|app| SeenApp {
        fingerprint: app.fingerprint,
        lib_version: app.lib_version,
        customer: app.customer,
        calls: app.calls,
        refused: app.refused,
        first_at: app.first_ms.into(),
        last_at: app.last_ms.into(),
    });
    FingerprintsView { product_id, mode, allowed, blocked, seen: seen.collect() }
}

fn check(policy: &Policy) -> Result<(), Problem> {
    for (name, list) in [("allowed", &policy.allowed), ("blocked", &policy.blocked)] {
        if list.len() > MOST_LISTED {
            return Err(Problem::field(
                format!("/{name}"),
                format!("must be at most {MOST_LISTED}"),
            ));
        }
        for (place, listed) in list.iter().enumerate() {
            entry(&format!("/{name}/{place}"), listed)?;
        }
    }
    Ok(())
}

fn entry(pointer: &str, listed: &Listed) -> Result<(), Problem> {
    let wrong = |field: &str| {
        Err(Problem::field(
            format!("{pointer}/{field}"),
            "must have 1 to 200 visible characters of ASCII",
        ))
    };
    if !is_name(&listed.fingerprint) {
        return wrong("fingerprint");
    }
    if listed.lib_version.as_deref().is_some_and(|version| !is_name(version)) {
        return wrong("lib_version");
    }
    text::sized(&listed.note, &format!("{pointer}/note"), 0, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_out_of_bounds_are_pointed_at() {
        let many: Vec<_> =
            (0..=MOST_LISTED).map(|n| json!({ "fingerprint": n.to_string() })).collect();
        let rows = [
            (json!({ "allowed": many }), "/allowed"),
            (json!({ "allowed": [{ "fingerprint": "" }] }), "/allowed/0/fingerprint"),
            (
                json!({ "blocked": [{ "fingerprint": "a", "lib_version": "é" }] }),
                "/blocked/0/lib_version",
            ),
            (json!({ "blocked": [{ "fingerprint": "a", "note": "x\ny" }] }), "/blocked/0/note"),
        ];
        for (body, pointer) in rows {
            let policy = serde_json::from_value(body).unwrap();
            assert_eq!(check(&policy).unwrap_err().errors[0].pointer, pointer);
        }
        assert!(check(&Policy::default()).is_ok());
    }
}
