//! DNS over HTTPS (RFC 8484): several resolvers are asked side by side for one TXT record.

use domain::dns::{self, Answer};
use domain::proof::Heard;
use futures_util::future::join_all;
use worker::Method;

use crate::call::Call;
use crate::config;
use crate::fetch::{self, Asked};
use crate::log;

/// How long a resolver may take, in milliseconds.
const PATIENCE_MS: u64 = 4_000;

/// What each resolver of `DOH_RESOLVERS` says of the TXT record `name` that is to say `value`.
pub async fn heard(call: &Call, name: &str, value: &str) -> Vec<Heard> {
    let resolvers = config::text(&call.env, "DOH_RESOLVERS").unwrap_or_default();
    let Some(question) = dns::txt_question(name) else { return Vec::new() };
    let asked = resolvers.split_whitespace().map(|resolver| ask(resolver, &question, name, value));
    join_all(asked).await
}

async fn ask(resolver: &str, question: &[u8], name: &str, value: &str) -> Heard {
    match texts(resolver, question, name).await {
        Ok(Answer::Texts(texts)) if texts.iter().any(|text| text == value) => Heard::There,
        Ok(Answer::Texts(_) | Answer::Nothing) => Heard::Missing,
        Ok(Answer::Again) => Heard::Silent,
        Err(reason) => {
            log::event("warn", "dns.resolver", &format!("{resolver}: {reason}"));
            Heard::Silent
        }
    }
}

async fn texts(resolver: &str, question: &[u8], name: &str) -> Result<Answer, String> {
    let media = "application/dns-message".to_owned();
    let answered = fetch::send(Asked {
        method: Method::Post,
        url: resolver.to_owned(),
        headers: vec![("content-type", media.clone()), ("accept", media)],
        body: question,
        patience_ms: PATIENCE_MS,
    })
    .await
    .map_err(|failure| failure.to_string())?;
    if answered.status != 200 {
        return Err(format!("answered {}", answered.status));
    }
    dns::read_txt(&answered.body, name).map_err(|garbled| garbled.to_string())
}
