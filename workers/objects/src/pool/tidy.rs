//! Folding the journal: old entries become rows of leases, and leave.
//!
//! The head and the rows of leases are always as of one entry, and entries after it are still in the journal: so the book
//! that is read again is the book in memory, whenever the object dies. Only leases that the folded entries are about have
//! changed since, so only their rows are written.

use std::collections::BTreeSet;

use domain::id::LeaseId;
use domain::pool::{Entry, Event};
use domain::time::Millis;

use crate::disk::{Disk, DiskError};
use crate::pool::live::{Live, READ};
use crate::pool::rows::{self, Purge};

/// How much a pool keeps, and when it tidies up.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// How long shipped entries stay in the journal and ended leases are remembered, in milliseconds.
    pub millis: i64,
    /// How many shipped entries stay at most.
    pub rows: u64,
    /// How many ended leases are remembered at most: their memory is shared with other objects.
    pub remembered: usize,
    /// How much more time may pass before it is worth the work, in milliseconds.
    pub spare_millis: i64,
    /// How many more entries may come.
    pub spare_rows: u64,
    /// How many entries leave, and how many leases are forgotten, in one go: others wait meanwhile.
    pub most: u32,
}

/// An hour, as for every `Idempotency-Key` of a pool (docs/adr/0009).
pub const USUAL: Keep = Keep {
    millis: 3_600_000,
    rows: 4_096,
    remembered: 32_768,
    spare_millis: 600_000,
    spare_rows: 1_024,
    most: 2_000,
};

impl Live {
    /// When the alarm has to ring: something ends, is to be shipped or is old.
    pub fn due(&self, keep: &Keep) -> Option<Millis> {
        let old = self.oldest.filter(|oldest| oldest.seq <= self.shipped);
        let old = old.map(|oldest| oldest.at_ms.plus(keep.millis).plus(keep.spare_millis));
        [self.book.next_due(), self.ship_at, old].into_iter().flatten().min()
    }

    /// Whether there is enough to fold, or to take out of the journal.
    pub fn untidy(&self, keep: &Keep, now: Millis) -> bool {
        let seq = self.book.seq();
        let long_since = now.plus(-keep.millis).plus(-keep.spare_millis);
        let may_leave = self.oldest.filter(|oldest| oldest.seq <= self.shipped);
        seq.saturating_sub(self.folded) >= keep.spare_rows
            || may_leave.is_some_and(|oldest| {
                oldest.at_ms <= long_since
                    || seq.saturating_sub(oldest.seq) >= keep.rows.saturating_add(keep.spare_rows)
            })
    }

    /// Folds the journal, forgets what is old and takes it out, when there is enough of it. The work is bounded by what
    /// was journaled since the last time, and by `keep.most`; what is left is left for the next time.
    ///
    /// # Errors
    /// When the storage fails; the book in memory is then to be dropped.
    pub fn tidy(&mut self, disk: &impl Disk, keep: &Keep, now: Millis) -> Result<(), DiskError> {
        if !self.untidy(keep, now) {
            return Ok(());
        }
        let touched = self.touched(disk)?;
        let most = usize::try_from(keep.most).unwrap_or(usize::MAX);
        let forgotten = self.book.forget_before(self.forgettable(keep, now), most);
        let head = self.book.head();
        let purge = self.purge(keep, now);
        disk.atomically(|| {
            rows::keep(disk, touched.iter().filter_map(|id| self.book.lease(id)))?;
            rows::forget(disk, &forgotten)?;
            if head.seq > self.folded {
                rows::folded(disk, &head)?;
            }
            rows::purge(disk, &purge)
        })?;
        self.folded = head.seq;
        self.oldest = rows::oldest(disk)?;
        Ok(())
    }

    /// The leases that entries after `folded` have changed.
    fn touched(&self, disk: &impl Disk) -> Result<BTreeSet<LeaseId>, DiskError> {
        let (mut touched, mut ends) = (BTreeSet::new(), BTreeSet::new());
        let mut after = self.folded;
        loop {
            let entries = rows::entries(disk, after, READ)?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            touched.extend(entries.iter().filter_map(lease_of));
            ends.extend(entries.iter().filter_map(end_of));
        }
        if !ends.is_empty() {
            // Terms with an earlier end have clipped every lease that reached beyond it: those end with it now, or have
            // an entry of their own since.
            let living = self.book.leases(0, usize::MAX).into_iter();
            touched.extend(living.filter(|l| ends.contains(&l.ends)).map(|l| l.id.clone()));
        }
        Ok(touched)
    }

    /// The entry before which ended leases need not be remembered.
    fn forgettable(&self, keep: &Keep, now: Millis) -> u64 {
        let since = now.plus(-keep.millis);
        let young = self.book.endings().find(|ending| ending.at >= since);
        let old = young.map_or(self.book.seq().saturating_add(1), |ending| ending.seq);
        let crowd = self.book.endings().rev().nth(keep.remembered);
        old.max(crowd.map_or(0, |ending| ending.seq.saturating_add(1)))
    }

    /// What leaves the journal, once it is folded to its end: what D1 has, and is old or beyond the newest.
    fn purge(&self, keep: &Keep, now: Millis) -> Purge {
        let oldest = self.oldest.map_or(0, |oldest| oldest.seq);
        let last = oldest.saturating_add(keep.most.into()).saturating_sub(1);
        Purge {
            last: last.min(self.shipped),
            before: now.plus(-keep.millis),
            below: self.book.seq().saturating_sub(keep.rows),
        }
    }
}

fn lease_of(entry: &Entry) -> Option<LeaseId> {
    match &entry.event {
        Event::CheckedOut { lease } => Some(lease.id.clone()),
        Event::Extended { lease, .. }
        | Event::Returned { lease, .. }
        | Event::Ended { lease, .. } => Some(lease.clone()),
        _ => None,
    }
}

const fn end_of(entry: &Entry) -> Option<Millis> {
    match &entry.event {
        Event::TermsSet { terms } => terms.ends,
        _ => None,
    }
}
