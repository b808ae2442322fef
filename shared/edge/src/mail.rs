//! Mail, through one small interface: an HTTP mail API of the shape of `SendGrid`'s v3 `mail/send`.
//! In development the API is a local one with a page that shows what was sent.

use domain::id::EventId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use worker::Method;

use crate::call::Call;
use crate::config;
use crate::failure::StoreFailure;
use crate::fetch::{self, Asked};

/// How long the mail API may take, in milliseconds.
const PATIENCE_MS: u64 = 10_000;

/// A mail in plain text: it can be read anywhere, and nothing in it acts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Mail {
    /// The address that it goes to.
    pub to: String,
    /// Who it is from, for people: the brand. The address is the installation's own.
    pub from_name: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Hands a mail to the mail API. `id` travels along, so that a repeat can be told from another mail.
///
/// # Errors
/// When no mail API is configured, it is away, or it refuses the mail.
pub async fn send(call: &Call, mail: &Mail, id: &EventId) -> Result<(), StoreFailure> {
    let unset = || StoreFailure::Unavailable("MAIL_API is not set".to_owned());
    let url =
        config::text(&call.env, "MAIL_API").filter(|url| !url.is_empty()).ok_or_else(unset)?;
    let from = config::text(&call.env, "MAIL_FROM").unwrap_or_default();
    let key = call.env.secret("MAIL_KEY").map(|key| key.to_string()).unwrap_or_default();
    let body = body(mail, &from, id).to_string();
    let answered = fetch::send(Asked {
        method: Method::Post,
        url: format!("{url}/v3/mail/send"),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("authorization", format!("Bearer {key}")),
        ],
        body: body.as_bytes(),
        patience_ms: PATIENCE_MS,
    })
    .await?;
    match answered.status {
        200..=299 => Ok(()),
        status => Err(StoreFailure::Unavailable(format!("the mail API answered {status}"))),
    }
}

fn body(mail: &Mail, from: &str, id: &EventId) -> Value {
    json!({
        "personalizations": [{ "to": [{ "email": mail.to }] }],
        "from": { "email": from, "name": mail.from_name },
        "subject": mail.subject,
        "content": [{ "type": "text/plain", "value": mail.text }],
        "custom_args": { "event_id": id.as_str() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_has_the_shape_of_the_api() {
        let mail = Mail {
            to: "a@acme.example".into(),
            from_name: "Acme".into(),
            subject: "Sign in".into(),
            text: "Hello".into(),
        };
        let body = body(&mail, "writ@writ.example", &EventId::new([0; 16]));
        assert_eq!(body["personalizations"][0]["to"][0]["email"], "a@acme.example");
        assert_eq!(body["from"], json!({ "email": "writ@writ.example", "name": "Acme" }));
        assert_eq!(body["content"][0], json!({ "type": "text/plain", "value": "Hello" }));
    }
}
