//! The audit log on its disk: entries in their chain, and how far D1 has them.

use domain::audit::{Draft, Entry, Head, append};
use domain::id::TenantId;
use domain::place::Shard;
use edge::objects::{AuditCall, AuditReply};
use serde::Deserialize;

use crate::disk::{Disk, DiskError, params, text};

/// The tables of an audit log.
pub const SCHEMA: &str = include_str!("../../../../schema/objects/audit_log.sql");

/// Entries that go to D1 in one batch.
pub const BATCH: u32 = 50;

/// Entries that one answer holds at most.
const PAGE: u32 = 200;

#[derive(Deserialize)]
struct LogRow {
    shard: Shard,
    head_seq: u64,
    head_hash: String,
}

#[derive(Deserialize)]
struct EntryRow {
    #[serde(deserialize_with = "text::json")]
    body: Entry,
}

/// Decides a call. `shipped` of the reply is still to be found out.
///
/// # Errors
/// When the storage fails.
pub fn handle(
    disk: &impl Disk,
    tenant: &TenantId,
    call: AuditCall,
) -> Result<AuditReply, DiskError> {
    match call {
        AuditCall::Append { shard, drafts } => {
            let (head, added) = add(disk, tenant, shard, drafts)?;
            Ok(AuditReply::Appended { head, added, shipped: false })
        }
        AuditCall::Head => Ok(AuditReply::Head(head(disk)?)),
        AuditCall::Entries { from, limit } => {
            Ok(AuditReply::Entries(entries(disk, from, limit.min(PAGE))?))
        }
    }
}

fn add(
    disk: &impl Disk,
    tenant: &TenantId,
    shard: Shard,
    drafts: Vec<Draft>,
) -> Result<(Head, u32), DiskError> {
    let (mut end, mut added) = (head(disk)?, 0);
    for draft in drafts {
        let known = "SELECT 1 AS one FROM entries WHERE event = ?1";
        if !disk.rows::<serde_json::Value>(known, params![&draft.event])?.is_empty() {
            continue;
        }
        let entry = append(tenant, &end, draft);
        let body = serde_json::to_string(&entry).map_err(DiskError::new)?;
        let insert = "INSERT INTO entries (seq, event, body) VALUES (?1, ?2, ?3)";
        disk.run(insert, params![entry.seq, &entry.event, body])?;
        end = entry.head();
        added += 1;
    }
    disk.run(
        "INSERT INTO log (one, shard, head_seq, head_hash, shipped_seq) VALUES (1, ?1, ?2, ?3, 0)
         ON CONFLICT (one) DO UPDATE SET shard = ?1, head_seq = ?2, head_hash = ?3",
        params![shard.name(), end.seq, &end.hash],
    )?;
    Ok((end, added))
}

fn log(disk: &impl Disk) -> Result<Option<LogRow>, DiskError> {
    let rows = disk.rows("SELECT shard, head_seq, head_hash FROM log WHERE one = 1", params![])?;
    Ok(rows.into_iter().next())
}

fn head(disk: &impl Disk) -> Result<Head, DiskError> {
    Ok(log(disk)?.map_or_else(Head::default, |log| Head { seq: log.head_seq, hash: log.head_hash }))
}

fn entries(disk: &impl Disk, from: u64, limit: u32) -> Result<Vec<Entry>, DiskError> {
    let sql = "SELECT body FROM entries WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    // Beyond the safe range there are no entries, and the platform takes no such number.
    let rows: Vec<EntryRow> = disk.rows(sql, params![from.min((1 << 53) - 1), limit])?;
    Ok(rows.into_iter().map(|row| row.body).collect())
}

/// What D1 does not have yet, in order, and where it goes; nothing when the copy is complete.
///
/// # Errors
/// When the storage fails.
pub fn unshipped(disk: &impl Disk) -> Result<Option<(Shard, Vec<Entry>)>, DiskError> {
    let Some(log) = log(disk)? else { return Ok(None) };
    let sql =
        "SELECT body FROM entries WHERE seq > (SELECT shipped_seq FROM log) ORDER BY seq LIMIT ?1";
    let rows: Vec<EntryRow> = disk.rows(sql, params![BATCH])?;
    let entries: Vec<Entry> = rows.into_iter().map(|row| row.body).collect();
    Ok((!entries.is_empty()).then_some((log.shard, entries)))
}

/// D1 has everything up to `seq`.
///
/// # Errors
/// When the storage fails.
pub fn shipped(disk: &impl Disk, seq: u64) -> Result<(), DiskError> {
    disk.run("UPDATE log SET shipped_seq = MAX(shipped_seq, ?1) WHERE one = 1", params![seq])
}

#[cfg(test)]
mod tests {
    use domain::audit::verify_chain;
    use domain::id::EventId;
    use domain::time::Millis;

    use super::*;
    use crate::disk::memory::Memory;

    fn acme() -> TenantId {
        TenantId::parse("acme").unwrap()
    }

    fn draft(n: u8) -> Draft {
        Draft {
            event: EventId::new([n; 16]),
            at: Millis(5),
            actor: "operator".into(),
            action: "license.issued".into(),
            subject: "lic".into(),
            request: String::new(),
            detail: serde_json::json!({"n": n}),
        }
    }

    fn appended(disk: &Memory, events: &[u8]) -> (u64, u32) {
        let drafts = events.iter().map(|n| draft(*n)).collect();
        match handle(disk, &acme(), AuditCall::Append { shard: Shard::Us, drafts }).unwrap() {
            AuditReply::Appended { head, added, .. } => (head.seq, added),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_event_is_in_the_log_once_however_often_it_is_told() {
        let disk = Memory::with(SCHEMA);
        assert_eq!(appended(&disk, &[1, 2]), (2, 2));
        assert_eq!(appended(&disk, &[2, 1, 3, 3]), (3, 1));
        let AuditReply::Entries(entries) =
            handle(&disk, &acme(), AuditCall::Entries { from: 0, limit: 9 }).unwrap()
        else {
            panic!()
        };
        let end = verify_chain(&acme(), &Head::default(), &entries).unwrap();
        assert_eq!(handle(&disk, &acme(), AuditCall::Head).unwrap(), AuditReply::Head(end));
    }

    #[test]
    fn an_empty_log_has_a_head_too() {
        let disk = Memory::with(SCHEMA);
        assert_eq!(
            handle(&disk, &acme(), AuditCall::Head).unwrap(),
            AuditReply::Head(Head::default())
        );
        assert!(unshipped(&disk).unwrap().is_none());
    }

    #[test]
    fn entries_are_shipped_in_order_until_d1_has_them_all() {
        let disk = Memory::with(SCHEMA);
        appended(&disk, &(0..120).collect::<Vec<_>>());
        let mut batches = Vec::new();
        while let Some((shard, entries)) = unshipped(&disk).unwrap() {
            assert_eq!(shard, Shard::Us);
            let last = entries.last().unwrap().seq;
            batches.push((entries.first().unwrap().seq, last));
            shipped(&disk, last).unwrap();
            shipped(&disk, 1).unwrap();
        }
        assert_eq!(batches, [(1, 50), (51, 100), (101, 120)]);
    }

    #[test]
    fn a_page_is_bounded_and_begins_where_asked() {
        let disk = Memory::with(SCHEMA);
        appended(&disk, &[1, 2, 3]);
        for (from, limit, want) in
            [(2, 1, vec![2]), (2, 9, vec![2, 3]), (u64::MAX, 9, vec![]), (0, 0, vec![])]
        {
            let call = AuditCall::Entries { from, limit };
            let AuditReply::Entries(entries) = handle(&disk, &acme(), call).unwrap() else {
                panic!()
            };
            assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), want, "{from} {limit}");
        }
    }
}
