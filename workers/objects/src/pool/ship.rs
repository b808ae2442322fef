//! The journal on its way into the ledger (D1, `lease_events`).
//!
//! Nothing is lost: the watermark moves only when D1 has said that it has everything up to there, entries leave the
//! journal only below the watermark, and entries are only added behind it. So whatever fails in between, the object,
//! D1 or the way back from it, the same entries are next again. Nothing is counted twice: an entry's number is its key in
//! D1, numbers are never given out twice (the journal has no gaps, and no entry leaves the object, not even to D1, before
//! it is durable: output gate), so an entry that D1 has already changes nothing.

use domain::id::LicenseId;
use domain::place::Shard;
use domain::time::Millis;
use store::Change;
use store::data::lease_events;

use crate::disk::{Disk, DiskError};
use crate::pool::live::Live;
use crate::pool::rows;

/// Entries that go to D1 in one statement: some 200 KB of JSON, a tenth of what a parameter may have.
pub const BATCH: u32 = 500;
/// So many entries are shipped without waiting for more: the journal stays short, and so does its reading.
const CROWD: u64 = 1_000;
/// How long the other entries wait, in milliseconds: nobody outside misses them, but the journal must not keep them for ever.
const LEISURE_MS: i64 = 60_000;

/// When an entry of `now` is to be shipped that is the `waiting`th. One that is `kept` in the ledger waits for others for
/// `gather_ms`: D1 has a single writer for all pools of a region, and each shipment also costs the pool rows of its own.
pub fn due(kept: bool, gather_ms: i64, waiting: u64, now: Millis) -> Millis {
    match (waiting >= CROWD, kept) {
        (true, _) => now,
        (false, true) => now.plus(gather_ms.min(LEISURE_MS)),
        (false, false) => now.plus(LEISURE_MS),
    }
}

/// What is to be shipped next.
pub struct Batch {
    /// Where the holder's records live.
    pub shard: Shard,
    /// The entry up to which D1 has everything, once it has these.
    pub last: u64,
    /// Rows of the ledger; none where no entry is about seats.
    pub change: Option<Change>,
}

impl Live {
    /// Whether it is time to ship. From now on entries that are added set a time of their own.
    pub fn begin_shipping(&mut self, now: Millis) -> bool {
        let due = self.ship_at.is_some_and(|at| at <= now);
        if due {
            self.ship_at = None;
        }
        due
    }

    /// What D1 does not have yet, in order, at most `most` entries; nothing when it has everything.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn next_batch(
        &mut self,
        disk: &impl Disk,
        license: &LicenseId,
        most: u32,
    ) -> Result<Option<Batch>, DiskError> {
        let entries = rows::entries(disk, self.shipped, most)?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            self.ship_at = None;
            return Ok(None);
        };
        let change = lease_events::insert(license, &entries);
        Ok(Some(Batch { shard: self.shard, last, change }))
    }

    /// D1 has everything up to `seq`.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn arrived(&mut self, disk: &impl Disk, seq: u64) -> Result<(), DiskError> {
        rows::shipped(disk, seq)?;
        self.shipped = self.shipped.max(seq);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_waits_for_nobody_and_what_is_not_kept_has_leisure() {
        let rows = [(true, 999, 30_000), (true, 1_000, 0), (false, 1, 60_000), (false, 1_000, 0)];
        for (kept, waiting, want) in rows {
            assert_eq!(due(kept, 30_000, waiting, Millis(5)), Millis(5 + want), "{kept} {waiting}");
        }
    }
}
