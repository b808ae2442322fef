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

/// Entries that go to D1 in one batch.
pub const BATCH: u32 = 40;

/// What is to be shipped next.
pub struct Batch {
    /// Where the holder's records live.
    pub shard: Shard,
    /// The entry up to which D1 has everything, once it has these.
    pub last: u64,
    /// Rows of the ledger; none where no entry is about seats.
    pub changes: Vec<Change>,
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

    /// What D1 does not have yet, in order; nothing when it has everything.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn next_batch(
        &mut self,
        disk: &impl Disk,
        license: &LicenseId,
    ) -> Result<Option<Batch>, DiskError> {
        let entries = rows::entries(disk, self.shipped, BATCH)?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            self.ship_at = None;
            return Ok(None);
        };
        let changes = entries.iter().filter_map(|entry| lease_events::insert(license, entry));
        Ok(Some(Batch { shard: self.shard, last, changes: changes.collect() }))
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
