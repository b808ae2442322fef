//! One shard: its outbox, its expired idempotency keys, and what is left of links and sessions.

use domain::place::Shard;
use domain::session::{LINK_KEPT_MS, LONGEST_MS};
use edge::db::{Db, Freshness};
use edge::failure::StoreFailure;
use edge::outbox::{Event, LEFT_BEHIND_MS, Message, ship};
use edge::{Call, log};
use store::data::outbox::{self, OutboxRow};
use store::data::{idempotency, session_info, sign_in_links};

/// Rows per shard and run: each costs up to three calls, and a run may make a thousand.
const PER_RUN: u32 = 100;
/// A row that failed more often than this needs somebody to look at it.
const STUCK_ATTEMPTS: u32 = 20;

/// What a run did on a shard.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Swept {
    /// Outbox rows that were left behind.
    found: usize,
    /// Those that nobody can read.
    unreadable: usize,
    /// Rows of the shard that failed more than 20 times.
    stuck: u64,
    /// Idempotency keys that had expired.
    expired: u64,
}

impl Swept {
    /// For the log.
    pub fn text(self, shard: Shard) -> String {
        let Self { found, unreadable, stuck, expired } = self;
        format!(
            "{}: {found} left behind, {unreadable} unreadable, {stuck} stuck, {expired} keys expired",
            shard.name()
        )
    }
}

/// Ships what was left behind on `shard`, what failed the least and then the oldest first, and forgets expired idempotency keys.
///
/// # Errors
/// When the shard is away. Rows that could not be shipped stay, and are counted there.
pub async fn shard(call: &Call, shard: Shard) -> Result<Swept, StoreFailure> {
    let whole = Db::whole(call, shard);
    let left = outbox::sweep(call.now.plus(-LEFT_BEHIND_MS), PER_RUN);
    let (rows, stuck) = whole.read((left, outbox::stuck(STUCK_ATTEMPTS))).await?;
    let stuck = stuck.first().map_or(0, |count| count.rows);
    let mut swept = Swept { found: rows.len(), stuck, ..Swept::default() };
    // One after the other: entries of a log arrive in the order in which they happened, as long as none of them fails.
    for row in rows {
        let tenant = row.tenant_id.clone();
        match read(row) {
            Ok(event) => ship(call, &tenant, shard, &event).await,
            Err((row, error)) => {
                swept.unreadable += 1;
                log::event("error", "outbox.unreadable", &format!("{}: {error}", row.id));
                let records = call.records(&tenant, shard, Freshness::Primary);
                records.write(vec![outbox::failed(&row.id)]).await?;
            }
        }
    }
    let purges = vec![
        idempotency::purge(call.now),
        sign_in_links::purge(call.now.plus(-LINK_KEPT_MS)),
        session_info::purge(call.now.plus(-LONGEST_MS)),
    ];
    swept.expired = whole.write(purges).await?.first().copied().unwrap_or_default();
    Ok(swept)
}

/// The event of a row. One that this version cannot read stays for the version that can.
fn read(row: OutboxRow) -> Result<Event, (OutboxRow, serde_json::Error)> {
    match serde_json::from_value::<Message>(row.payload.clone()) {
        Ok(message) => Ok(Event { id: row.id, concerns: row.concerns, message }),
        Err(error) => Err((row, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(payload: &serde_json::Value) -> OutboxRow {
        let json = serde_json::json!({"tenant_id": "acme", "id": "evt_00000000000000000000000000", "concerns": "meridian",
            "kind": "audit", "payload": payload.to_string(), "created_ms": 5, "attempts": 0});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_log_line_counts_what_is_stuck() {
        let swept = Swept { found: 3, unreadable: 1, stuck: 2, expired: 4 };
        assert_eq!(
            swept.text(Shard::Us),
            "us: 3 left behind, 1 unreadable, 2 stuck, 4 keys expired"
        );
    }

    #[test]
    fn rows_become_the_events_that_they_were() {
        let event = "evt_00000000000000000000000000";
        let draft = serde_json::json!({"event": event, "at": 5, "actor": "system", "action": "license.issued",
            "subject": "lic_1", "request": "", "detail": {}});
        let event = read(row(&serde_json::json!({"kind": "audit", "shard": "eu", "draft": draft})))
            .unwrap();
        assert_eq!(event.concerns.as_str(), "meridian");
        assert!(matches!(event.message, Message::Audit { shard: Shard::Eu, .. }));
        assert!(read(row(&serde_json::json!({"kind": "unheard of"}))).is_err());
    }
}
