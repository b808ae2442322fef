//! Support access: who stands above a tenant may come in as a guest, for a reason and a time that the tenant sees, and
//! until the tenant ends it.

use domain::id::{GrantId, TenantId};
use domain::session::{LINK_MS, SUPPORT_MINUTES};
use domain::time::Millis;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::idempotency::Ticket;
use edge::outbox::{Entry, Event};
use edge::principal::Principal;
use edge::{Call, Failure};
use license::session::OnceText;
use serde_json::json;
use store::data::sign_in_links::{self, NewLink};
use store::data::support_grants::{self as table, GrantRow, NewGrant};
use store::directory::{sessions, tenants};
use wire::body;
use wire::endpoints::Endpoint;
use wire::people::{GrantView, SupportAnswer, SupportRequest};
use wire::problem::{Kind, Problem};

use super::place::Home;
use crate::answer;
use crate::auth::entropy;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::named;
use crate::text;
use crate::turn::{Done, once, records};

/// Opens support access to a tenant below the caller; answers with a link that signs in there once.
pub async fn open(
    call: &Call,
    caller: &Caller,
    endpoint: &Endpoint,
    tenant: &str,
) -> Result<Outbound, Failure> {
    once(call, caller, endpoint, async |ticket| {
        make(call, caller.principal()?, tenant, ticket).await
    })
    .await
}

async fn make(
    call: &Call,
    principal: &Principal,
    tenant: &str,
    ticket: Option<&Ticket>,
) -> Result<Done, Failure> {
    let request: SupportRequest = body::read(&call.inbound.body)?;
    text::sized(&request.reason, "/reason", 1, 500)?;
    if !(1..=SUPPORT_MINUTES).contains(&request.minutes) {
        return Err(Problem::field("/minutes", format!("must be 1 to {SUPPORT_MINUTES}")).into());
    }
    let tenant = TenantId::parse(tenant).map_err(|_| Kind::TenantNotFound)?;
    if tenant == principal.tenant {
        return Err(Failure::new(Kind::RoleNotAllowed, "Nobody is their own guest."));
    }
    let home = Home::find(call, principal, Some(&tenant)).await?;
    let (id, token) = (GrantId::new(entropy()?), OnceText::new(&entropy()?));
    let expires = call.now.plus_seconds(i64::from(request.minutes) * 60);
    let actor = principal.actor();
    let grant =
        NewGrant { id: &id, supporter: &principal.tenant, actor, reason: &request.reason, expires };
    let link = NewLink {
        hash: &token.digest(),
        actor,
        grant: Some(&id),
        return_to: None,
        expires: expires.min(call.now.plus(LINK_MS)),
    };
    let detail = json!({
        "tenant": home.tenant, "supporter": principal.tenant, "reason": request.reason, "minutes": request.minutes,
    });
    let deed = Deed {
        place: home.place(),
        entry: Entry { actor, action: "support.opened", subject: id.as_str(), detail },
        changes: vec![table::insert(&grant, call.now), sign_in_links::insert(&link, call.now)],
        events: Vec::new(),
    };
    let url = format!("{}/login/link#{}", home.url(call), token.expose());
    let answer = SupportAnswer { grant_id: id.clone(), url, expires_at: expires.into() };
    let out = answer::json(201, &answer)?;
    deed.commit(call, principal, ticket, out).await
}

/// A page of the support access to the caller's tenant, or to one below it (`?tenant_id=`).
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let home = Home::find(call, caller.principal()?, tenant.as_ref()).await?;
    let page = table::list(&asked.cursor, asked.fetch());
    let (rows,) = records(call, &home.tenant, home.shard).read((page,)).await?;
    let views = rows.into_iter().map(|row| view(row, call.now)).collect();
    answer::page(views, asked.limit, |grant: &GrantView| grant.grant_id.to_string())
}

fn view(row: GrantRow, now: Millis) -> GrantView {
    GrantView {
        active: row.ended_ms.is_none() && row.expires_ms > now,
        grant_id: row.id,
        supporter: row.supporter,
        actor: row.actor,
        reason: row.reason,
        created_at: row.created_ms.into(),
        expires_at: row.expires_ms.into(),
        ended_at: row.ended_ms.map(Into::into),
    }
}

/// Ends the support access of whoever opened a grant, with every session that came of it. Repeatable.
pub async fn end(call: &Call, caller: &Caller, grant: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let id = GrantId::parse(grant).map_err(|_| Kind::GrantNotFound)?;
    let home = Home::find(call, principal, tenant.as_ref()).await?;
    let row = records(call, &home.tenant, home.shard).first(table::by_id(&id)).await?;
    let row = row.ok_or(Kind::GrantNotFound)?;
    let directory = call.directory(Freshness::Primary);
    let revoke = sessions::revoke_all(&home.tenant, &row.actor, call.now);
    if row.ended_ms.is_none() {
        let detail = json!({ "tenant": home.tenant, "supporter": row.supporter });
        let entry = Entry {
            actor: principal.actor(),
            action: "support.ended",
            subject: id.as_str(),
            detail,
        };
        let told = told(call, principal, &row, &entry).await?;
        let deed = Deed {
            place: home.place(),
            entry,
            changes: vec![table::end_all(&row.actor, call.now)],
            events: told.into_iter().collect(),
        };
        deed.commit(call, principal, None, answer::empty()).await?;
    }
    directory.write(vec![revoke]).await?;
    Ok(answer::empty())
}

/// The entry for the log of the tenant that helps, where it is not the one that ends it.
async fn told(
    call: &Call,
    principal: &Principal,
    row: &GrantRow,
    entry: &Entry<'_>,
) -> Result<Option<Event>, Failure> {
    if row.supporter == principal.tenant {
        return Ok(None);
    }
    let above = call.directory(Freshness::Primary).first(tenants::by_id(&row.supporter)).await?;
    above.map(|above| Event::audit(call, &above.id, above.shard, entry)).transpose()
}
