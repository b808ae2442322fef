//! `GET /.well-known/writ-root.pem`: the root's public key, two while it is being changed.

use edge::admit::admit;
use edge::door::Outbound;
use edge::keys::Keys;
use edge::serve::Answer;
use edge::{Call, Failure};
use license::keys::PublicKey;
use wire::endpoints::Endpoint;

/// Who: anybody on a known host.
pub async fn handle(call: &Call, endpoint: &'static Endpoint) -> Result<Answer, Failure> {
    let caller = admit(call, endpoint).await?;
    let keys = Keys::of(&call.env)?;
    let mut out = Outbound::json(200, keys.ring.roots().iter().map(PublicKey::to_pem).collect());
    out.set("content-type", "application/x-pem-file");
    out.set("cache-control", "public, max-age=300");
    Ok(Answer::to(caller, out))
}
