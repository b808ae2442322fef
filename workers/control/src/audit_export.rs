//! `GET /api/v1/audit/export`: the log as JSON lines, for those who check it with their own tools.
//!
//! The first line says which hash the first entry continues and where the log ends, and is signed; then the entries,
//! one a line, without a gap. How an entry is hashed stands in docs/formats.md.

use domain::audit::{Entry, GENESIS, Head, verify_chain};
use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::{AuditCall, AuditLog, AuditReply};
use edge::vouch::Voucher;
use edge::{Call, Failure, object};
use license::export::{ExportClaims, WritExport};
use store::data::audit as table;
use wire::export::AuditExportHead;
use wire::time::Instant;

use crate::audit::view;
use crate::paging::{Asked, wrong};
use crate::turn::own;

/// Entries in one answer: some 2 MB.
const MOST: u32 = 2_000;

/// The caller's log from `from` on, before `to`, behind the entry `after`.
pub async fn get(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::whole(call, &["from", "to", "after"])?;
    let instant = |name: &str| {
        let read = |text: &str| Instant::parse(text).map(|instant| instant.0);
        let bad = || wrong(name, "is not an RFC 3339 instant");
        asked.filter(name).map(|text| read(text).ok_or_else(bad)).transpose()
    };
    let (from, to) = (instant("from")?, instant("to")?);
    let after = asked.filter("after").unwrap_or("0").parse::<u64>();
    let after = after.map_err(|_| wrong("after", "is not the number of an entry"))?;
    let principal = caller.principal()?;
    let name = AuditLog::name(&principal.tenant);
    let reply = object::send::<AuditLog>(call, &name, principal.shard, &AuditCall::Head).await?;
    let AuditReply::Head(head) = reply else {
        return Err(Failure::internal(format!("the audit log answered {reply:?}")));
    };
    let records = own(call, principal);
    let (range,) = records.read((table::range(from, to),)).await?;
    let (first, last) = range.first().map_or((0, 0), |row| (row.first, row.last));
    let start = after.max(first.saturating_sub(1));
    let (rows, before) =
        records.read((table::chain(start, MOST), table::chain(start.saturating_sub(1), 1))).await?;
    let rows = rows.into_iter().filter(|row| row.seq <= last).collect::<Vec<_>>();
    let prev = before.into_iter().find(|row| row.seq == start).map(|row| row.hash);
    let prev = Head { seq: start, hash: prev.unwrap_or_else(|| GENESIS.to_owned()) };
    let entries: Vec<Entry> = rows.iter().cloned().map(Into::into).collect();
    // What does not hold together is not signed.
    let end = verify_chain(&principal.tenant, &prev, &entries).map_err(Failure::internal)?;
    let next = (!rows.is_empty() && end.seq < last).then_some(end.seq);
    let proof = if rows.is_empty() { None } else { Some(proof(call, caller, &prev, &end, &head)?) };
    let first_line = AuditExportHead {
        tenant_id: principal.tenant.clone(),
        entries: rows.len() as u64,
        prev: prev.hash,
        head_seq: head.seq,
        head_hash: head.hash,
        proof,
        next,
    };
    let mut text = line(&first_line)?;
    for row in rows {
        text.push_str(&line(&view(row))?);
    }
    let mut out = Outbound::json(200, text);
    out.set("content-type", "application/x-ndjson");
    Ok(out)
}

fn proof(
    call: &Call,
    caller: &Caller,
    prev: &Head,
    end: &Head,
    head: &Head,
) -> Result<String, Failure> {
    let voucher = Voucher::of(call)?;
    let claims = ExportClaims {
        iss: voucher.issuer.clone(),
        sub: caller.principal()?.tenant.clone(),
        iat: call.now.seconds(),
        writ: WritExport::Audit {
            prev: prev.hash.clone(),
            first: prev.seq + 1,
            last: end.seq,
            hash: end.hash.clone(),
            head: (head.seq, head.hash.clone()),
        },
    };
    claims.sign(&voucher.keys.answer, &voucher.keys.answer_cert).map_err(Failure::internal)
}

fn line(value: &impl serde::Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(value).map_err(Failure::internal)? + "\n")
}
