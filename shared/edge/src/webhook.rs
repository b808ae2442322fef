//! Webhooks, signed after Standard Webhooks 1.0: whoever receives one can tell that it is from Writ, whole, and no repeat
//! of an old one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::{ChannelId, EventId, TenantId};
use domain::place::Shard;
use domain::time::Millis;
use domain::watch::Target;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::data::alert_settings;
use worker::Method;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::db::Freshness;
use crate::failure::{Failure, StoreFailure};
use crate::fetch::{self, Asked};
use crate::{config, log, platform, vault};

/// How long a receiver may take, in milliseconds.
const PATIENCE_MS: u64 = 10_000;
/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// A webhook on its way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Webhook {
    /// Where it goes: it is looked up when it is sent, so that nothing goes to a channel that was taken away.
    pub channel: ChannelId,
    /// Where the tenant's records live.
    pub shard: Shard,
    /// The body: JSON, signed byte by byte.
    pub body: String,
    /// When it is given up.
    pub until: Millis,
}

/// A new secret, as its tenant is shown it once.
///
/// # Errors
/// When the platform has no entropy.
pub fn new_secret() -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(platform::entropy::<SECRET_BYTES>().map_err(Failure::internal)?);
    Ok(Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(bytes.as_slice()))))
}

/// Seals the secret of `channel`.
///
/// # Errors
/// When the shard is away.
pub async fn seal(
    call: &Call,
    tenant: &TenantId,
    shard: Shard,
    channel: &ChannelId,
    secret: &str,
) -> Result<String, Failure> {
    vault::seal(call, tenant, shard, &field(channel), secret.as_bytes()).await
}

/// What the vault knows the secret by.
fn field(channel: &ChannelId) -> String {
    format!("alert_channel.{channel}")
}

/// Whether targets may be on this machine: in development only.
pub fn may_stay_inside(call: &Call) -> bool {
    config::text(&call.env, "WEBHOOKS_TO_LOOPBACK").as_deref() == Some("on")
}

/// Sends a webhook of `tenant`. One whose channel was taken away, or that nobody took for too long, is dropped.
///
/// # Errors
/// When the receiver is away or does not answer 2xx: it is tried again.
pub async fn send(
    call: &Call,
    tenant: &TenantId,
    webhook: &Webhook,
    id: &EventId,
) -> Result<(), StoreFailure> {
    if call.now > webhook.until {
        log::event("warn", "webhook.given_up", &format!("{tenant}: {}", webhook.channel));
        return Ok(());
    }
    let records = call.records(tenant, webhook.shard, Freshness::Primary);
    let Some(channel) = records.first(alert_settings::channel(&webhook.channel)).await? else {
        return Ok(());
    };
    let sealed = channel.sealed.unwrap_or_default();
    let secret = vault::open(call, tenant, webhook.shard, &field(&channel.id), &sealed)
        .await
        .map_err(away)?;
    let target = Target::parse(&channel.target, may_stay_inside(call))
        .map_err(|error| StoreFailure::Unreadable(error.to_string()))?;
    let seconds = call.now.seconds();
    let signature = signature(&secret, id.as_str(), seconds, &webhook.body)
        .map_err(StoreFailure::Unreadable)?;
    let answered = fetch::send(Asked {
        method: Method::Post,
        url: target.as_str().to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "writ-webhooks/1".to_owned()),
            ("webhook-id", id.to_string()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ],
        body: webhook.body.as_bytes(),
        patience_ms: PATIENCE_MS,
    })
    .await?;
    match answered.status {
        200..=299 => Ok(()),
        status => Err(StoreFailure::Unavailable(format!("the receiver answered {status}"))),
    }
}

fn away(failure: Failure) -> StoreFailure {
    StoreFailure::Unavailable(failure.reason.unwrap_or(failure.problem.code))
}

/// `v1,` and the HMAC-SHA256 of id, seconds and body with the bytes that `secret` spells in base64 after its prefix.
fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> Result<String, String> {
    let spelled = secret.strip_prefix(PREFIX.as_bytes()).ok_or("no secret of a webhook")?;
    let key = Zeroizing::new(STANDARD.decode(spelled).map_err(|error| error.to_string())?);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_new_secret_signs_and_others_do_not() {
        let secret = new_secret().unwrap();
        assert!(signature(secret.as_bytes(), "msg_1", 1, "{}").is_ok());
        for bad in ["", "whsec", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(signature(bad.as_bytes(), "msg_1", 1, "{}").is_err(), "{bad}");
        }
    }
}
