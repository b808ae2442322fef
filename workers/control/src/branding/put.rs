//! `PUT /api/v1/branding`: all texts and colors at once; `?check=true` only tells what would come of it.

use edge::admit::Caller;
use edge::branding::Own;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use serde_json::json;
use store::data::profiles;
use wire::body;
use wire::branding::Branding;

use crate::answer;
use crate::branding::decide;
use crate::branding::view::{read, subject, view};
use crate::commit::{Deed, Place};
use crate::paging::{Asked, wrong};

/// Sets the looks of the caller's tenant, or of one below it (`?tenant_id=`).
pub async fn put(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id", "check"])?;
    let only_check = match asked.filter("check") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(wrong("check", "must be true or false").into()),
    };
    let tenant = subject(call, caller, asked.filter("tenant_id")).await?;
    let branding: Branding = body::read(&call.inbound.body)?;
    decide::check(&branding, "")?;
    let branding = decide::kept(branding);
    let (own, above) = read(call, &tenant).await?;
    let stored = json!(branding);
    let changed = changed(&json!(own.branding), &stored);
    let out = answer::json(200, &view(call, &tenant, Own { branding, ..own }, above.as_ref()))?;
    if only_check || changed.is_empty() {
        return Ok(out);
    }
    let principal = caller.principal()?;
    let deed = Deed {
        place: Place { tenant: &tenant.id, shard: tenant.shard },
        entry: Entry {
            actor: principal.actor(),
            action: "branding.changed",
            subject: tenant.id.as_str(),
            detail: json!({ "fields": changed }),
        },
        changes: vec![profiles::set_branding(&stored, call.now)],
        events: Vec::new(),
    };
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

/// The names of the fields that differ.
fn changed(before: &serde_json::Value, after: &serde_json::Value) -> Vec<String> {
    let names = |value: &serde_json::Value| {
        value.as_object().into_iter().flat_map(|fields| fields.keys().cloned()).collect::<Vec<_>>()
    };
    let mut all = [names(before), names(after)].concat();
    all.sort();
    all.dedup();
    all.retain(|name| before.get(name) != after.get(name));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_the_fields_that_changed() {
        let before = json!({"tagline": "a", "accent_color": "#ffffff"});
        let after = json!({"tagline": "b", "accent_color": "#ffffff", "custom_css": "x"});
        assert_eq!(changed(&before, &after), ["custom_css", "tagline"]);
        assert!(changed(&before, &before).is_empty());
    }
}
