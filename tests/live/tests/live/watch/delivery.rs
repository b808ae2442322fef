//! Alerts leave by mail and by signed webhook, once.

use live::{Platform, shared, until};
use serde_json::{Value, json};

use super::{Key, TOLD, raised};

fn outside(p: &Platform, path: &str) -> Vec<Value> {
    let answer = p.outside("GET", path).try_send().unwrap();
    answer.json().as_array().unwrap().clone()
}

/// What a receiver has got, after a run of the clock.
fn got(p: &Platform, path: &str) -> Vec<Value> {
    p.tick();
    outside(p, path)
}

#[test]
fn an_alert_reaches_mail_and_webhook_once_and_signed() {
    let p = shared();
    let (holder, other) = (p.customer(), p.customer());
    let (to, path) = (format!("it@{}.example", holder.id), format!("/hook/{}", holder.id));
    let url = p.outside("POST", &path).target();
    let channels = json!({ "emails": [to], "webhooks": [{ "url": url }] });
    let made = holder.put(p, "/api/v1/alert-channels", &channels).ok(200);
    let secret = made["webhooks"][0]["secret"].as_str().unwrap().to_owned();
    let kept = holder.put(p, "/api/v1/alert-channels", &channels).ok(200);
    assert_eq!(kept["webhooks"][0]["webhook_id"], made["webhooks"][0]["webhook_id"]);
    assert_eq!(kept["webhooks"][0].get("secret"), None, "shown once");
    assert!(!holder.get(p, "/api/v1/alert-channels").ok(200).to_string().contains("whsec_"));

    let key = Key::new(p, &holder, &["license:read"]);
    for _ in 0..5 {
        p.call("GET", &other.id, "/api/v1/licenses")
            .key(&key.text)
            .send()
            .refused(403, "wrong-host");
    }
    let value = format!("cross_tenant {}", p.host(&other.id));
    let alert = raised(p, &key, &[&value])[0].clone();
    until("the webhook comes", TOLD, || !got(p, &path).is_empty());
    let posts = outside(p, &path);
    p.judged_by("webhook.mjs", &json!({ "secret": secret, "posts": posts }));
    for post in &posts {
        assert_eq!(post["headers"]["webhook-id"], posts[0]["headers"]["webhook-id"], "one event");
        let body: Value = serde_json::from_str(post["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["type"], "alert.raised");
        let data = &body["data"];
        assert_eq!(
            (&data["alert_id"], &data["tenant_id"]),
            (&alert["alert_id"], &json!(holder.id))
        );
        assert_eq!((&data["rule"], &data["key_id"]), (&json!("cross_tenant"), &json!(key.id)));
    }
    let mails = format!("/mail/messages?to={to}");
    until("the mail comes", TOLD, || !got(p, &mails).is_empty());
    let mails = outside(p, &mails);
    assert!(mails.iter().all(|mail| mail["id"] == mails[0]["id"]), "one event");
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains(&key.id) && text.contains(alert["alert_id"].as_str().unwrap()), "{text}");
    assert!(!text.contains(&key.text) && !text.contains(&secret), "no secrets");
    until("the log has it", TOLD, || {
        p.tick();
        let page = holder.get(p, "/api/v1/audit?action=alert.raised").ok(200);
        page["items"].as_array().unwrap().iter().any(|entry| entry["subject"] == key.id.as_str())
    });
}

#[test]
fn nothing_goes_to_a_channel_that_was_taken_away() {
    let p = shared();
    let (holder, other) = (p.customer(), p.customer());
    let gone = format!("/hook/down/{}", holder.id);
    let kept = format!("/hook/{}", holder.id);
    let url = |path: &str| json!({ "url": p.outside("POST", path).target() });
    let channels = json!({ "webhooks": [url(&gone), url(&kept)] });
    holder.put(p, "/api/v1/alert-channels", &channels).ok(200);
    let steal = |key: &Key<'_>| {
        p.call("GET", &other.id, "/api/v1/licenses")
            .key(&key.text)
            .send()
            .refused(403, "wrong-host");
        let value = format!("cross_tenant {}", p.host(&other.id));
        raised(p, key, &[&value]);
    };
    steal(&Key::new(p, &holder, &["license:read"]));
    until("a receiver that is down is tried again", TOLD, || got(p, &gone).len() > 1);
    holder.put(p, "/api/v1/alert-channels", &json!({ "webhooks": [url(&kept)] })).ok(200);
    let tried = |path: &str| outside(p, path).len();
    steal(&Key::new(p, &holder, &["license:read"]));
    let ids = |path: &str| {
        let posts = got(p, path);
        let ids: std::collections::BTreeSet<_> =
            posts.iter().map(|post| post["headers"]["webhook-id"].to_string()).collect();
        ids.len()
    };
    until("the other receiver gets both", TOLD, || ids(&kept) == 2);
    let before = tried(&gone);
    p.tick();
    assert_eq!(tried(&gone), before);
    assert_eq!(ids(&gone), 1);
}
