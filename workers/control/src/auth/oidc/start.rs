//! `GET /api/v1/auth/oidc/start`: the browser goes to the provider, with what binds the answer to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::id::base32;
use domain::person::is_own_path;
use edge::admit::Caller;
use edge::carried;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::{Call, Failure};
use sha2::{Digest as _, Sha256};
use store::data::identity_providers;
use wire::problem::{Kind, Problem};

use super::answer::{failed, redirect, set_cookie};
use super::{COOKIE, Carried, PATIENCE_SECONDS, form, provider, redirect_uri};
use crate::auth::enter::entropy;
use crate::auth::{
    site,
    throttle::{Throttled, throttle},
};
use crate::paging::Asked;

/// Sends the browser to the provider.
pub async fn start(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["return_to"])?;
    let return_to = asked.filter("return_to").unwrap_or("/");
    if !is_own_path(return_to) {
        return Err(Problem::field("?return_to", "must be a path of this host").into());
    }
    Ok(send(call, caller, return_to).await.unwrap_or_else(|failure| failed(&failure)))
}

async fn send(call: &Call, caller: &Caller, return_to: &str) -> Result<Outbound, Failure> {
    let site = site(caller)?;
    throttle(call, site, Throttled::Showing, call.inbound.header("cf-connecting-ip")).await?;
    let records = call.records(&site.tenant, site.shard, Freshness::Nearest);
    let row = records.first(identity_providers::get()).await?.ok_or(Kind::NoIdentityProvider)?;
    let metadata = provider::metadata(call, &row.issuer).await?;
    let carried = Carried {
        issuer: row.issuer,
        state: base32(&entropy::<20>()?),
        nonce: base32(&entropy::<20>()?),
        verifier: BASE64.encode(entropy::<32>()?),
        return_to: return_to.to_owned(),
        expires: call.now.plus_seconds(PATIENCE_SECONDS),
    };
    let query = form::encode(&[
        ("response_type", "code"),
        ("client_id", &row.client_id),
        ("redirect_uri", &redirect_uri(call, site)),
        ("scope", "openid email profile"),
        ("state", &carried.state),
        ("nonce", &carried.nonce),
        ("code_challenge", &BASE64.encode(Sha256::digest(&carried.verifier))),
        ("code_challenge_method", "S256"),
    ]);
    let begun = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
    let mut out = redirect(&format!("{}{begun}{query}", metadata.authorization_endpoint));
    let sealed = carried::seal(call, COOKIE, &site.host, &carried)?;
    out.add("set-cookie", set_cookie(&sealed, PATIENCE_SECONDS));
    Ok(out)
}
