//! OpenID Connect: authorization code with PKCE, at the tenant's own identity provider. What the browser carries
//! meanwhile binds the answer to the browser, the host and the provider that were asked.

mod answer;
mod callback;
mod claims;
mod form;
mod people;
mod provider;
mod start;

pub use callback::callback;
pub use provider::may_reach;
pub use start::start;

use domain::time::Millis;
use edge::Call;
use edge::site::Site;
use serde::{Deserialize, Serialize};

/// The cookie of a sign-in that is under way.
const COOKIE: &str = "__Host-writ-oidc";
/// How long a sign-in at the provider may take, in seconds.
const PATIENCE_SECONDS: i64 = 600;

/// What the browser carries to the provider and back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Carried {
    /// The provider that was asked.
    issuer: String,
    /// What it must send back with the code.
    state: String,
    /// What its token must say.
    nonce: String,
    /// The secret half of PKCE.
    verifier: String,
    /// Where to go after that.
    return_to: String,
    /// First instant at which it no longer counts.
    expires: Millis,
}

/// Where the provider sends the browser back to. Providers have it registered, character by character.
pub fn redirect_uri(call: &Call, site: &Site) -> String {
    format!("{}/api/v1/auth/oidc/callback", super::link::base(call, site))
}
