//! `GET /api/v1/auth/oidc/callback`: the provider's answer, held against what this browser asked of which provider.

use domain::session::LONGEST_MS;
use edge::admit::Caller;
use edge::carried;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::site::Site;
use edge::verify::Foreign;
use edge::{Call, Failure, session, vault};
use store::data::identity_providers::{self, ProviderRow};
use wire::problem::Kind;

use super::answer::{failed, redirect, set_cookie};
use super::claims::{Claims, Expected};
use super::provider::{self, Metadata};
use super::{COOKIE, Carried, people, redirect_uri};
use crate::auth::enter::{Entrant, me, open};
use crate::auth::{
    site,
    throttle::{Throttled, throttle},
};
use crate::people::SECRET;

/// Signs in whomever the provider vouches for.
pub async fn callback(call: &Call, caller: &Caller) -> Outbound {
    enter(call, caller).await.unwrap_or_else(|failure| {
        if let Some(reason) = &failure.reason {
            edge::log::event("error", "oidc.callback", reason);
        }
        failed(&failure)
    })
}

async fn enter(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let site = site(caller)?;
    throttle(call, site, Throttled::Showing, call.inbound.header("cf-connecting-ip")).await?;
    let answer = Answer::of(call.inbound.query());
    let carried = carried(call, site, &answer)?;
    let records = call.records(&site.tenant, site.shard, Freshness::Primary);
    let row = records.first(identity_providers::get()).await?.ok_or(Kind::NoIdentityProvider)?;
    let metadata = provider::metadata(call, &row.issuer).await?;
    let code = answer.code(&row, &metadata, &carried)?;
    let claims = vouched(call, site, (&row, &metadata), code, &carried).await?;
    let user = people::find(call, site, &row, claims).await?;
    let entrant = Entrant {
        user: me(site, user)?,
        method: "oidc",
        expires: call.now.plus(LONGEST_MS),
        return_to: carried.return_to,
    };
    let token = open(call, site, &entrant).await?;
    let mut out = redirect(&entrant.return_to);
    out.add("set-cookie", session::set_cookie(&token));
    out.add("set-cookie", set_cookie("", 0));
    Ok(out)
}

/// What this browser carries, if it fits the answer.
fn carried(call: &Call, site: &Site, answer: &Answer) -> Result<Carried, Failure> {
    let text = session::cookie(&call.inbound, COOKIE).unwrap_or_default();
    let carried: Option<Carried> = carried::open(call, COOKIE, &site.host, text)?;
    let fits = |carried: &Carried| {
        carried.expires > call.now && answer.state.as_ref() == Some(&carried.state)
    };
    carried.filter(fits).ok_or_else(|| Kind::OidcStateMismatch.into())
}

/// Who it is, as the provider says by a token that is genuine and answers to this request.
async fn vouched(
    call: &Call,
    site: &Site,
    (row, metadata): (&ProviderRow, &Metadata),
    code: &str,
    carried: &Carried,
) -> Result<Claims, Failure> {
    let secret = match &row.client_secret {
        Some(sealed) => {
            let opened = vault::open(call, &site.tenant, site.shard, SECRET, sealed).await?;
            Some(String::from_utf8_lossy(&opened).into_owned())
        }
        None => None,
    };
    let uri = redirect_uri(call, site);
    let client = (row, secret.as_deref());
    let tokens = provider::redeem(metadata, client, code, &carried.verifier, &uri).await?;
    let token = Foreign::read(&tokens.id_token).ok_or(Kind::OidcTokenInvalid)?;
    let mut keys = provider::keys(call, metadata, false).await?;
    if token.candidates(&keys).is_empty() {
        // A provider that has rotated its keys.
        keys = provider::keys(call, metadata, true).await?;
    }
    if !token.is_signed_by(&token.candidates(&keys)).await {
        return Err(Kind::OidcTokenInvalid.into());
    }
    let claims: Claims =
        serde_json::from_slice(&token.payload).map_err(|_| Kind::OidcTokenInvalid)?;
    claims.check(&Expected {
        issuer: &row.issuer,
        client_id: &row.client_id,
        nonce: &carried.nonce,
        access: tokens.access_token.as_deref().map(|access| (access, token.alg)),
        now: call.now,
    })?;
    Ok(claims)
}

/// What the provider sends by way of the browser.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: bool,
}

impl Answer {
    /// Of several values of a name the first counts. Unknown names are the provider's own affair.
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut answer = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "state" => answer.state = answer.state.or(Some(value)),
                "code" => answer.code = answer.code.or(Some(value)),
                "iss" => answer.iss = answer.iss.or(Some(value)),
                "error" => answer.error = true,
                _ => {}
            }
        }
        answer
    }

    /// The code, if the provider that was asked is the one that answers (RFC 9207).
    fn code(
        &self,
        row: &ProviderRow,
        metadata: &Metadata,
        carried: &Carried,
    ) -> Result<&str, Kind> {
        let named = match &self.iss {
            Some(iss) => *iss == row.issuer,
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        if carried.issuer != row.issuer || !named {
            return Err(Kind::OidcIssuerMismatch);
        }
        match &self.code {
            Some(code) if !self.error => Ok(code),
            _ => Err(Kind::OidcDenied),
        }
    }
}
