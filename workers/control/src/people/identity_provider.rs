//! The tenant's identity provider: shown, set, removed. Its client secret is sealed and never shown.

use domain::role::Role;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure, vault};
use serde_json::json;
use store::data::identity_providers::{self as table, ProviderRow};
use wire::auth::{ProviderRequest, ProviderView, TokenAuth};
use wire::body;
use wire::problem::{Kind, Problem};

use super::place::{Home, check as check_role};
use crate::answer;
use crate::auth::may_reach;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::named;
use crate::text;
use crate::turn::records;

/// What the vault knows the secret by.
pub const SECRET: &str = "identity_provider.secret";

/// The tenant of `?tenant_id=`, or the caller's own.
async fn home(call: &Call, principal: &Principal) -> Result<Home, Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    Home::find(call, principal, tenant.as_ref()).await
}

async fn held(call: &Call, home: &Home) -> Result<Option<ProviderRow>, Failure> {
    Ok(records(call, &home.tenant, home.shard).first(table::get()).await?)
}

/// Shows the provider.
pub async fn get(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let home = home(call, caller.principal()?).await?;
    let row = held(call, &home).await?.ok_or(Kind::NoIdentityProvider)?;
    answer::json(200, &view(call, &home, row))
}

fn view(call: &Call, home: &Home, row: ProviderRow) -> ProviderView {
    ProviderView {
        name: row.name,
        issuer: row.issuer,
        client_id: row.client_id,
        has_secret: row.client_secret.is_some(),
        token_auth: if row.token_auth == "post" { TokenAuth::Post } else { TokenAuth::Basic },
        auto_join: row.auto_join.as_deref().and_then(Role::from_name),
        redirect_uri: format!("{}/api/v1/auth/oidc/callback", home.url(call)),
        updated_at: row.updated_ms.into(),
    }
}

/// Sets the provider. People who have signed in stay signed in.
pub async fn put(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: ProviderRequest = body::read(&call.inbound.body)?;
    let home = home(call, principal).await?;
    check(call, &request)?;
    if let Some(role) = request.auto_join {
        check_role(call, principal, &home, role, None).await.map_err(pointed)?;
    }
    let client_secret = match &request.client_secret {
        Some(secret) => {
            let secret = secret.as_bytes();
            Some(vault::seal(call, &home.tenant, home.shard, SECRET, secret).await?)
        }
        // A secret is for the provider that it came from.
        None => held(call, &home)
            .await?
            .filter(|row| (&row.issuer, &row.client_id) == (&request.issuer, &request.client_id))
            .and_then(|row| row.client_secret),
    };
    let detail = json!({
        "tenant": home.tenant, "issuer": request.issuer, "client_id": request.client_id, "auto_join": request.auto_join,
    });
    let row = ProviderRow {
        name: request.name,
        issuer: request.issuer,
        client_id: request.client_id,
        client_secret,
        token_auth: request.token_auth.name().to_owned(),
        auto_join: request.auto_join.map(|role| role.name().to_owned()),
        updated_ms: call.now,
    };
    let subject = home.tenant.to_string();
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "identity_provider.changed",
            subject: &subject,
            detail,
        },
        changes: vec![table::put(&row)],
        events: Vec::new(),
    };
    let out = answer::json(200, &view(call, &home, row))?;
    deed.commit(call, principal, None, out).await.map(|done| done.out)
}

fn check(call: &Call, request: &ProviderRequest) -> Result<(), Problem> {
    text::name(&request.name, "/name")?;
    if request.issuer.contains(['?', '#']) || !may_reach(call, &request.issuer) {
        return Err(Problem::field("/issuer", "must be an https URL without query"));
    }
    text::sized(&request.client_id, "/client_id", 1, 255)?;
    request.client_secret.as_ref().map_or(Ok(()), |it| text::sized(it, "/client_secret", 1, 500))
}

/// What is wrong with the role is wrong with `auto_join`.
fn pointed(mut failure: Failure) -> Failure {
    for error in &mut failure.problem.errors {
        "/auto_join".clone_into(&mut error.pointer);
    }
    failure
}

/// Removes the provider: people sign in by links. Repeatable.
pub async fn delete(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let home = home(call, principal).await?;
    let Some(row) = held(call, &home).await? else { return Ok(answer::empty()) };
    let subject = home.tenant.to_string();
    let detail = json!({ "tenant": home.tenant, "issuer": row.issuer });
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "identity_provider.removed",
            subject: &subject,
            detail,
        },
        changes: vec![table::delete()],
        events: Vec::new(),
    };
    deed.commit(call, principal, None, answer::empty()).await.map(|done| done.out)
}
