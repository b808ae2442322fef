//! The tenant's audit log, and the proof that it is unbroken.

use domain::audit::{Entry, Head, verify_chain};
use domain::id::TenantId;
use edge::admit::Caller;
use edge::door::Outbound;
use edge::objects::{AuditCall, AuditLog, AuditReply};
use edge::{Call, Failure, object};
use store::data::audit::{self as table, AuditRow, Filter};
use wire::audit::{AuditCheckAnswer, AuditView};
use wire::time::Instant;

use crate::answer;
use crate::paging::{Asked, wrong};
use crate::turn::own;

/// Entries read at a time while the chain is checked.
const PART: u32 = 500;

/// A page of the caller's log, newest first.
pub async fn list(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let asked = Asked::read(call, &["action", "actor", "subject", "since", "until"])?;
    let before = match asked.cursor.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| wrong("cursor", "is not a cursor of this list"))?),
    };
    let instant = |name: &str| {
        let read = |text: &str| Instant::parse(text).map(|instant| instant.0);
        asked
            .filter(name)
            .map(|text| read(text).ok_or_else(|| wrong(name, "is not an RFC 3339 instant")))
            .transpose()
    };
    let filter = Filter {
        action: asked.filter("action"),
        actor: asked.filter("actor"),
        subject: asked.filter("subject"),
        since: instant("since")?,
        until: instant("until")?,
    };
    let page = table::list(&filter, before, asked.fetch());
    let (rows,) = own(call, caller.principal()?).read((page,)).await?;
    answer::page(rows.into_iter().map(view).collect(), asked.limit, |entry: &AuditView| {
        entry.seq.to_string()
    })
}

/// An entry as others see it.
pub fn view(row: AuditRow) -> AuditView {
    AuditView {
        seq: row.seq,
        event_id: row.event_id.to_string(),
        at: row.at_ms.into(),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        request_id: row.request_id,
        detail: row.detail,
        prev: row.prev,
        hash: row.hash,
    }
}

/// Walks the whole chain of the caller's log up to the head that its object keeps.
pub async fn check(call: &Call, caller: &Caller) -> Result<Outbound, Failure> {
    let principal = caller.principal()?;
    let name = AuditLog::name(&principal.tenant);
    // The head first: what is added meanwhile lies behind it and is not looked at.
    let reply = object::send::<AuditLog>(call, &name, principal.shard, &AuditCall::Head).await?;
    let AuditReply::Head(head) = reply else {
        return Err(Failure::internal(format!("the audit log answered {reply:?}")));
    };
    let records = own(call, principal);
    let mut walk = Walk::new(&principal.tenant, head);
    while !walk.over() {
        let (rows,) = records.read((table::chain(walk.reached.seq, PART),)).await?;
        walk.part(rows.into_iter().map(Into::into).collect());
    }
    answer::json(200, &walk.answer())
}

/// How far the check has come.
struct Walk<'a> {
    tenant: &'a TenantId,
    head: Head,
    reached: Head,
    broken: Option<(u64, String)>,
}

impl<'a> Walk<'a> {
    fn new(tenant: &'a TenantId, head: Head) -> Self {
        Self { tenant, head, reached: Head::default(), broken: None }
    }

    const fn over(&self) -> bool {
        self.broken.is_some() || self.reached.seq >= self.head.seq
    }

    /// Checks the entries that follow; none means that the copy ends before the head.
    fn part(&mut self, mut entries: Vec<Entry>) {
        entries.retain(|entry| entry.seq <= self.head.seq);
        if entries.is_empty() {
            self.broken = Some((
                self.reached.seq + 1,
                "the entry is missing, or still on its way".to_owned(),
            ));
            return;
        }
        match verify_chain(self.tenant, &self.reached, &entries) {
            Ok(reached) => self.reached = reached,
            Err(found) => self.broken = Some((found.seq, found.reason.to_string())),
        }
        if self.broken.is_none() && self.reached.seq == self.head.seq && self.reached != self.head {
            self.broken =
                Some((self.head.seq, "it is not the entry that the log ends with".to_owned()));
        }
    }

    fn answer(self) -> AuditCheckAnswer {
        let (broken_at, reason) = self.broken.unzip();
        AuditCheckAnswer {
            unbroken: broken_at.is_none(),
            entries: broken_at.map_or(self.reached.seq, |at| at.saturating_sub(1)),
            head_seq: self.head.seq,
            head_hash: self.head.hash,
            broken_at,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::{Draft, append};
    use domain::id::EventId;
    use domain::time::Millis;
    use testkit::tenant;

    fn chain(count: u8) -> Vec<Entry> {
        let mut head = Head::default();
        let entry = |n| {
            let draft = Draft {
                event: EventId::new([n; 16]),
                at: Millis(n.into()),
                actor: "key_1".into(),
                action: "license.revoked".into(),
                subject: "lic_1".into(),
                request: String::new(),
                detail: serde_json::json!({}),
            };
            let entry = append(&tenant("acme"), &head, draft);
            head = entry.head();
            entry
        };
        (1..=count).map(entry).collect()
    }

    fn check(stored: &[Entry], head: Head) -> AuditCheckAnswer {
        let acme = tenant("acme");
        let mut walk = Walk::new(&acme, head);
        while !walk.over() {
            let from = walk.reached.seq;
            walk.part(stored.iter().filter(|entry| entry.seq > from).take(2).cloned().collect());
        }
        walk.answer()
    }

    #[test]
    fn a_whole_chain_is_unbroken_up_to_its_head() {
        for count in [0, 1, 2, 5] {
            let stored = chain(count);
            let head = stored.last().map(Entry::head).unwrap_or_default();
            let answer = check(&stored, head);
            assert!(answer.unbroken && answer.entries == u64::from(count), "{answer:?}");
        }
        let answer = check(&chain(5), chain(3)[2].head());
        assert!(answer.unbroken && answer.entries == 3, "what came later is not looked at");
    }

    #[test]
    fn a_changed_missing_or_exchanged_entry_shows() {
        let head = chain(5)[4].head();
        let mut changed = chain(5);
        changed[2].actor = "key_2".into();
        let mut gap = chain(5);
        gap.remove(2);
        let cut = chain(3);
        let mut other_end = head.clone();
        other_end.hash = "0".repeat(64);
        let rows = [
            (changed, &head, 3),
            (gap, &head, 3),
            (cut, &head, 4),
            (chain(5), &other_end, 5),
            (Vec::new(), &head, 1),
        ];
        for (stored, head, at) in rows {
            let answer = check(&stored, head.clone());
            assert_eq!((answer.unbroken, answer.broken_at), (false, Some(at)), "{answer:?}");
            assert_eq!(answer.entries, at - 1, "those before it are good");
        }
    }
}
