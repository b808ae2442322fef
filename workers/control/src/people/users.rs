//! Users: listed, given other roles, removed. What is changed is in force within the staleness bound.

use domain::id::{TenantId, UserId};
use domain::role::Role;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::principal::Principal;
use edge::{Call, Failure};
use serde_json::json;
use store::data::users::{self as table, UserRow};
use store::data::{invitations, session_info};
use store::directory::sessions;
use wire::body;
use wire::people::{UserRequest, UserView};
use wire::problem::Kind;

use super::place::{Home, check};
use crate::answer;
use crate::commit::Deed;
use crate::paging::Asked;
use crate::tenants::named;
use crate::text;
use crate::turn::records;

/// A page of the people of the caller's tenant, or of one below it (`?tenant_id=`).
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["tenant_id"])?;
    let tenant = named(asked.filter("tenant_id"))?;
    let home = Home::find(call, caller.principal()?, tenant.as_ref()).await?;
    let page = table::list(&asked.cursor, asked.fetch());
    let (rows,) = records(call, &home.tenant, home.shard).read((page,)).await?;
    let views = rows.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
    answer::page(views, asked.limit, |user: &UserView| user.user_id.to_string())
}

fn view(row: UserRow) -> Result<UserView, Failure> {
    let role = Role::from_name(&row.role).ok_or_else(|| Failure::internal("an unknown role"))?;
    Ok(UserView {
        role,
        user_id: row.id,
        email: row.email.to_string(),
        name: row.name,
        customers: row.customers,
        known_to_provider: row.subject.is_some(),
        created_at: row.created_ms.into(),
    })
}

/// The tenant of `?tenant_id=`, or the caller's own, and the person there.
async fn find(
    call: &Call,
    principal: &Principal,
    user: &str,
) -> Result<(Home, UserId, Option<UserRow>), Failure> {
    let asked = Asked::whole(call, &["tenant_id"])?;
    let tenant: Option<TenantId> = named(asked.filter("tenant_id"))?;
    let id = UserId::parse(user).map_err(|_| Kind::UserNotFound)?;
    let home = Home::find(call, principal, tenant.as_ref()).await?;
    let row = records(call, &home.tenant, home.shard).first(table::by_id(&id)).await?;
    Ok((home, id, row))
}

/// Gives a person another role or name. Nobody changes what they themselves may do.
pub async fn update(call: &Call, caller: &Caller, user: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let request: UserRequest = body::read(&call.inbound.body)?;
    let (home, id, row) = find(call, principal, user).await?;
    let mut row = row.ok_or(Kind::UserNotFound)?;
    let (role, customers) = (request.role, request.customers.as_deref());
    check(call, principal, &home, role, customers).await?;
    may_change(principal, &row, role.name() == row.role && request.customers == row.customers)?;
    if let Some(name) = request.name {
        text::name(&name, "/name")?;
        row.name = name;
    }
    let change = table::update(&id, &row.name, role.name(), customers, call.now);
    let detail = json!({ "tenant": home.tenant, "role": role, "customers": request.customers });
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "user.changed",
            subject: id.as_str(),
            detail,
        },
        changes: vec![change],
        events: Vec::new(),
    };
    let entry = sessions::set_role(&home.tenant, id.as_str(), role.name(), customers);
    role.name().clone_into(&mut row.role);
    row.customers = request.customers.clone();
    let out = answer::json(200, &view(row)?)?;
    let done = deed.commit(call, principal, None, out).await?;
    call.directory(Freshness::Primary).write(vec![entry]).await?;
    Ok(done.out)
}

/// Nobody changes or removes themselves, and nobody takes from others what they do not have.
fn may_change(principal: &Principal, row: &UserRow, same: bool) -> Result<(), Failure> {
    if principal.actor() == row.id.as_str() && !same {
        return Err(Failure::new(Kind::RoleNotAllowed, "Nobody changes or removes themselves."));
    }
    let held = Role::from_name(&row.role).map(Role::scopes).unwrap_or_default();
    if !principal.scopes.cover(held) {
        return Err(Failure::new(Kind::ScopeMissing, "The person may do more than the caller."));
    }
    Ok(())
}

/// Removes a person with all that is personal, and ends its sessions.
pub async fn remove(call: &Call, caller: &Caller, user: &str) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let (home, id, row) = find(call, principal, user).await?;
    // Repeatable: who is gone is gone, and a removal that died half way left the sessions.
    let end = sessions::revoke_all(&home.tenant, id.as_str(), call.now);
    let directory = call.directory(Freshness::Primary);
    let Some(row) = row else {
        directory.write(vec![end]).await?;
        return Ok(answer::empty());
    };
    may_change(principal, &row, false)?;
    let detail = json!({ "tenant": home.tenant, "role": row.role });
    let deed = Deed {
        place: home.place(),
        entry: Entry {
            actor: principal.actor(),
            action: "user.removed",
            subject: id.as_str(),
            detail,
        },
        changes: vec![
            table::delete(&id),
            session_info::delete_all(id.as_str()),
            invitations::forget(&row.email),
        ],
        events: Vec::new(),
    };
    let done = deed.commit(call, principal, None, answer::empty()).await?;
    directory.write(vec![end]).await?;
    Ok(done.out)
}
