//! `GET` and `PUT /api/v1/alert-channels`.

use std::collections::BTreeSet;

use domain::id::ChannelId;
use domain::watch::Target;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure, platform, webhook};
use serde_json::json;
use store::Change;
use store::data::alert_settings::{self as table, ChannelKind, ChannelRow};
use wire::alert::{ChannelsRequest, ChannelsView, WebhookView};
use wire::body;
use wire::problem::Problem;

use crate::answer;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::{Subject, named, subject};
use crate::text;
use crate::turn::records;

/// Addresses, and webhooks, at most.
const MOST: usize = 10;

/// Where alerts go, without secrets.
pub async fn channels(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, caller.principal()?, tenant.as_ref()).await?;
    let (rows,) = records(call, &subject.tenant, subject.shard).read((table::channels(),)).await?;
    let mut view = ChannelsView::default();
    for row in rows {
        show(&mut view, row, None);
    }
    answer::json(200, &view)
}

/// Makes the list of channels. Those that are there already stay as they are.
pub async fn set_channels(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &["tenant_id"])?;
    let request: ChannelsRequest = body::read(&call.inbound.body)?;
    check(&request, webhook::may_stay_inside(call))?;
    let tenant = named(asked.filter("tenant_id"))?;
    let subject = subject(call, principal, tenant.as_ref()).await?;
    let (held,) = records(call, &subject.tenant, subject.shard).read((table::channels(),)).await?;
    let wanted = wanted(&request);
    let (kept, gone): (Vec<_>, Vec<_>) = held
        .into_iter()
        .partition(|row| wanted.iter().any(|(kind, target)| is(row, *kind, target)));
    let mut changes: Vec<Change> = gone.iter().map(|row| table::remove_channel(&row.id)).collect();
    let mut view = ChannelsView::default();
    for (kind, target) in wanted {
        match kept.iter().find(|row| is(row, kind, target)) {
            Some(row) => show(&mut view, row.clone(), None),
            None => changes.push(make(call, &subject, (kind, target), &mut view).await?),
        }
    }
    let targets: Vec<_> = view.webhooks.iter().map(|it| it.url.as_str()).collect();
    let detail = json!({ "emails": view.emails.len(), "webhooks": targets });
    let deed = Deed {
        place: subject.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "alert_channels.changed",
            subject: subject.tenant.as_str(),
            detail,
        },
        changes,
        events: Vec::new(),
    };
    let out = answer::json(200, &view)?;
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

fn wanted(request: &ChannelsRequest) -> Vec<(ChannelKind, &str)> {
    let mails = request.emails.iter().map(|to| (ChannelKind::Email, to.as_str()));
    let hooks = request.webhooks.iter().map(|it| (ChannelKind::Webhook, it.url.as_str()));
    mails.chain(hooks).collect()
}

fn is(row: &ChannelRow, kind: ChannelKind, target: &str) -> bool {
    row.kind == kind && row.target == target
}

/// A new channel, shown with its secret.
async fn make(
    call: &Call,
    subject: &Subject,
    (kind, target): (ChannelKind, &str),
    view: &mut ChannelsView,
) -> Result<Change, Failure> {
    let id = ChannelId::new(platform::entropy().map_err(Failure::internal)?);
    let (secret, sealed) = match kind {
        ChannelKind::Email => (None, None),
        ChannelKind::Webhook => {
            let secret = webhook::new_secret()?;
            let Subject { tenant, shard } = subject;
            let sealed = webhook::seal(call, tenant, *shard, &id, &secret).await?;
            (Some(secret.as_str().to_owned()), Some(sealed))
        }
    };
    let row = ChannelRow { id, kind, target: target.to_owned(), sealed };
    let change = table::add_channel(&row, call.now);
    show(view, row, secret);
    Ok(change)
}

fn show(view: &mut ChannelsView, row: ChannelRow, secret: Option<String>) {
    match row.kind {
        ChannelKind::Email => view.emails.push(row.target),
        ChannelKind::Webhook => {
            view.webhooks.push(WebhookView { webhook_id: row.id, url: row.target, secret });
        }
    }
}

fn check(request: &ChannelsRequest, loopback: bool) -> Result<(), Problem> {
    let (mails, hooks) = (&request.emails, &request.webhooks);
    for (pointer, count) in [("/emails", mails.len()), ("/webhooks", hooks.len())] {
        if count > MOST {
            return Err(Problem::field(pointer, format!("must be at most {MOST}")));
        }
    }
    let mut seen = BTreeSet::new();
    for (place, to) in mails.iter().enumerate() {
        let pointer = format!("/emails/{place}");
        text::email(to, &pointer)?;
        if !seen.insert(to) {
            return Err(Problem::field(pointer, "is there twice"));
        }
    }
    for (place, hook) in hooks.iter().enumerate() {
        let pointer = format!("/webhooks/{place}/url");
        let parsed = Target::parse(&hook.url, loopback);
        parsed.map_err(|error| Problem::field(&pointer, error.to_string()))?;
        if !seen.insert(&hook.url) {
            return Err(Problem::field(pointer, "is there twice"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_out_of_bounds_are_pointed_at() {
        let many: Vec<_> = (0..11).map(|n| format!("a{n}@acme.example")).collect();
        let rows = [
            (json!({ "emails": many }), "/emails"),
            (json!({ "emails": ["a@acme.example", "nobody"] }), "/emails/1"),
            (json!({ "emails": ["a@acme.example", "a@acme.example"] }), "/emails/1"),
            (json!({ "webhooks": [{ "url": "http://hooks.example.com" }] }), "/webhooks/0/url"),
            (json!({ "webhooks": [{ "url": "https://10.0.0.1/" }] }), "/webhooks/0/url"),
            (
                json!({ "webhooks": [{ "url": "https://a.example" }, { "url": "https://a.example" }] }),
                "/webhooks/1/url",
            ),
        ];
        for (body, pointer) in rows {
            let request = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(check(&request, false).unwrap_err().errors[0].pointer, pointer, "{body}");
        }
        assert!(check(&ChannelsRequest::default(), false).is_ok());
    }
}
