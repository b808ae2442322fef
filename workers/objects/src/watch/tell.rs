//! What must be told of an alert: an entry for the log, mails and webhooks. Objects hold no secrets, so all of it goes
//! into the outbox in D1, and the clock sends it.

use domain::audit::Draft;
use domain::id::{EventId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::Alert;
use edge::Failure;
use edge::mail::Mail;
use edge::outbox::{Event, LEFT_BEHIND_MS, Message};
use edge::platform;
use edge::webhook::Webhook;
use serde_json::json;
use store::Change;
use store::data::alert_settings::{ChannelKind, ChannelRow};
use store::data::alerts;
use wire::alert::{AlertNews, AlertNotice, AlertView};
use wire::time::Instant;

/// How long a webhook is tried, in milliseconds.
const WEBHOOK_MS: i64 = 86_400_000;

/// Whose alert it is.
pub struct Party<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// Where its records live.
    pub shard: Shard,
    /// The address of its site.
    pub url: String,
}

/// Everything to be told of a new alert; each change does nothing when D1 has the alert already.
///
/// # Errors
/// When the platform has no entropy.
pub fn everybody(
    party: &Party<'_>,
    alert: &Alert,
    channels: &[ChannelRow],
    now: Millis,
) -> Result<Vec<Change>, Failure> {
    let mut events = vec![entry(party, alert)?];
    for channel in channels {
        let message = match channel.kind {
            ChannelKind::Email => Message::Mail(mail(party, alert, &channel.target)),
            ChannelKind::Webhook => Message::Webhook(webhook(party, alert, channel, now)?),
        };
        events.push(Event::new(party.tenant, message)?);
    }
    // No request ships them: the clock's next run is to take them, and not the one after it.
    let written = now.plus(-LEFT_BEHIND_MS);
    let row = |event: Event| {
        let payload = serde_json::to_value(&event.message).map_err(Failure::internal)?;
        let kind = event.message.kind();
        Ok(alerts::tell(&alert.id, &event.id, &event.concerns, kind, &payload, written))
    };
    events.into_iter().map(row).collect()
}

fn entry(party: &Party<'_>, alert: &Alert) -> Result<Event, Failure> {
    let id = EventId::new(platform::entropy().map_err(Failure::internal)?);
    let draft = Draft {
        event: id.clone(),
        at: alert.first,
        actor: "system".to_owned(),
        action: "alert.raised".to_owned(),
        subject: alert.key.as_ref().map_or_else(|| alert.id.to_string(), ToString::to_string),
        request: String::new(),
        detail: json!({ "alert": alert.id, "rule": alert.rule, "severity": alert.severity, "value": alert.value }),
    };
    let message = Message::Audit { shard: party.shard, draft };
    Ok(Event { id, concerns: party.tenant.clone(), message })
}

fn mail(party: &Party<'_>, alert: &Alert, to: &str) -> Mail {
    let mut lines = vec![format!("{}.", alert.rule.title()), String::new()];
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("Tenant", party.tenant.as_str());
    line("Key", alert.key.as_ref().map_or("", |key| key.as_str()));
    line("Severity", alert.severity.name());
    line("Rule", alert.rule.name());
    line("Value", &alert.value);
    for (name, value) in alert.detail.as_object().into_iter().flatten() {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line(name, &plain);
    }
    line("First seen", &Instant(alert.first).text());
    line("Alert", &format!("{}/api/v1/alerts/{}", party.url, alert.id));
    Mail {
        to: to.to_owned(),
        from_name: "Writ".to_owned(),
        subject: format!("[{}] {}", alert.severity.name(), alert.rule.title()),
        text: lines.join("\n"),
    }
}

fn webhook(
    party: &Party<'_>,
    alert: &Alert,
    channel: &ChannelRow,
    now: Millis,
) -> Result<Webhook, Failure> {
    let notice = AlertNotice {
        kind: "alert.raised".to_owned(),
        timestamp: alert.first.into(),
        data: AlertNews { tenant_id: party.tenant.clone(), alert: AlertView::from(alert.clone()) },
    };
    Ok(Webhook {
        channel: channel.id.clone(),
        shard: party.shard,
        body: serde_json::to_string(&notice).map_err(Failure::internal)?,
        until: now.plus(WEBHOOK_MS),
    })
}
