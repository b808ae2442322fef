//! `GET /api/v1/auth/sessions` and `DELETE .../{session}`: one's own sessions, seen and ended one by one or all.

use domain::id::SessionId;
use domain::session::Times;
use edge::admit::Caller;
use edge::db::Freshness;
use edge::door::Outbound;
use edge::outbox::Entry;
use edge::{Call, Failure};
use futures_util::future::try_join;
use serde_json::json;
use store::data::session_info::{self, SessionInfoRow};
use store::directory::sessions::{self as table, LiveRow};
use wire::auth::SessionView;
use wire::page::Page;
use wire::problem::Kind;

use super::enter::record;
use super::session::of;
use crate::answer;
use crate::paging::Asked;
use crate::turn::own;

/// Sessions of the one who asks that still work, on one page.
pub async fn sessions(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    Asked::whole(call, &[])?;
    let (principal, current) = of(caller)?;
    let directory = call.directory(Freshness::Primary);
    let live = directory.read((table::of_actor(&principal.tenant, principal.actor(), call.now),));
    let own = own(call, principal);
    let notes = own.read((session_info::of_actor(principal.actor()),));
    let ((live,), (notes,)) = try_join(live, notes).await?;
    let items = live
        .into_iter()
        .filter(|row| times(row).ends() > call.now)
        .map(|row| view(&row, &notes, &current.id))
        .collect();
    answer::json(200, &Page::<SessionView> { items, next_cursor: None })
}

const fn times(row: &LiveRow) -> Times {
    Times { made: row.made_ms, seen: row.seen_ms, expires: row.expires_ms }
}

fn view(row: &LiveRow, notes: &[SessionInfoRow], current: &SessionId) -> SessionView {
    let note = notes.iter().find(|note| note.id == row.id);
    let text =
        |of: fn(&SessionInfoRow) -> &String| note.map(|note| of(note).clone()).unwrap_or_default();
    SessionView {
        session_id: row.id.clone(),
        current: row.id == *current,
        method: text(|note| &note.method),
        address: text(|note| &note.address),
        agent: text(|note| &note.agent),
        created_at: note.map_or(row.made_ms, |note| note.created_ms).into(),
        last_used_at: row.seen_ms.into(),
        idle_until: times(row).ends().into(),
        expires_at: row.expires_ms.into(),
    }
}

/// Ends a session of the one who asks; `all` ends every other one.
pub async fn revoke(call: &Call, caller: &Caller, which: &str) -> Result<Outbound, Failure> {
    let (principal, current) = of(caller)?;
    let (tenant, actor) = (&principal.tenant, principal.actor());
    let directory = call.directory(Freshness::Primary);
    let (note, end) = if which == "all" {
        let end = table::revoke_others(tenant, actor, &current.id, call.now);
        (session_info::delete_others(actor, &current.id), end)
    } else {
        let id = SessionId::parse(which).map_err(|_| Kind::SessionNotFound)?;
        let (live,) = directory.read((table::of_actor(tenant, actor, call.now),)).await?;
        if !live.iter().any(|row| row.id == id) {
            return Err(Kind::SessionNotFound.into());
        }
        (session_info::delete(&id), table::revoke(tenant, actor, &id, call.now))
    };
    let entry = Entry { actor, action: "session.ended", subject: which, detail: json!({}) };
    record(call, caller.site.as_ref(), &entry, vec![note], Vec::new()).await?;
    directory.write(vec![end]).await?;
    Ok(answer::empty())
}
