//! The pool's book at work: what is in memory, and what of it is on the disk.
//!
//! The book in memory is the disk's: it changes only by entries, and every entry is in the journal before anybody learns
//! of it. All of a call is synchronous, so no other call enters between the decision and its rows, and no answer leaves
//! before the rows are durable (output gate). When the disk refuses a row, the book in memory is dropped: what was not
//! journaled has not happened, and the next call reads the book again.

use domain::place::Shard;
use domain::pool::{Ask, Book, Entry, Event, Lease, PoolTerms, Snapshot};
use domain::time::Millis;
use edge::objects::{PoolCall, PoolReply};
use store::data::lease_events;

use crate::disk::{Disk, DiskError};
use crate::pool::rows::{self, Mark};
use crate::pool::{events, ship, view};

/// Rows read at a time: their JSON is short-lived memory beside the book.
pub const READ: u32 = 1_000;

/// The book with what is known of its rows.
#[derive(Debug)]
pub struct Live {
    /// The book.
    pub book: Book,
    /// Where the holder's records live.
    pub shard: Shard,
    /// The entry up to which head and leases tell everything.
    pub folded: u64,
    /// The entry up to which D1 has everything.
    pub shipped: u64,
    /// The oldest entry in the journal.
    pub oldest: Option<Mark>,
    /// When to ship; nothing is left to ship where there is none.
    pub ship_at: Option<Millis>,
    /// How long an entry about seats waits for others to be shipped with, in milliseconds.
    gather_ms: i64,
    /// Whether the pool has taken up storage: not before the first seat is asked for.
    stored: bool,
}

/// Decides a call. `live` is what is in memory: nothing before the first call, after a failure, and for a pool that no
/// seat was ever asked of.
///
/// # Errors
/// When the storage fails; then nothing was decided.
pub fn handle(
    disk: &impl Disk,
    live: &mut Option<Live>,
    call: PoolCall,
    gather_ms: i64,
    now: Millis,
) -> Result<PoolReply, DiskError> {
    // Taken out until everything went well: a failure leaves nothing in memory.
    let known = wake(disk, live.take(), gather_ms, now)?;
    let Some(mut known) =
        known.or_else(|| shard_of(&call).map(|shard| Live::blank(shard, gather_ms)))
    else {
        return Ok(events::nothing(&call));
    };
    let reply = known.answer(disk, call, now)?;
    *live = known.stored.then_some(known);
    Ok(reply)
}

/// Where the holder's records live, for a pool that is asked for the first time. Neither new terms nor a reader begin a
/// pool.
const fn shard_of(call: &PoolCall) -> Option<Shard> {
    match call {
        PoolCall::Ask { shard, .. } | PoolCall::View { shard, .. } => Some(*shard),
        PoolCall::SetTerms { .. } | PoolCall::Events { .. } => None,
    }
}

/// What is in memory, else what is on the disk. Writes nothing where there is nothing. What is added gathers for
/// `gather_ms` before it is shipped.
///
/// # Errors
/// When the storage fails, or its rows are not those of a book.
pub fn wake(
    disk: &impl Disk,
    live: Option<Live>,
    gather_ms: i64,
    now: Millis,
) -> Result<Option<Live>, DiskError> {
    if live.is_some() {
        return Ok(live);
    }
    let Some(pool) = rows::pool(disk)? else { return Ok(None) };
    let head = pool.head.unwrap_or_else(|| Book::new(PoolTerms::default()).head());
    let leases = all(0, |after| rows::leases(disk, after, READ), |lease: &Lease| lease.number)?;
    let entries =
        all(pool.folded, |after| rows::entries(disk, after, READ), |entry: &Entry| entry.seq)?;
    let book = Book::restore(Snapshot { head, leases }, &entries).map_err(DiskError::new)?;
    let ship_at = (book.seq() > pool.shipped).then_some(now);
    Ok(Some(Live {
        book,
        shard: pool.shard,
        folded: pool.folded,
        shipped: pool.shipped,
        oldest: rows::oldest(disk)?,
        ship_at,
        gather_ms,
        stored: true,
    }))
}

/// All rows after `after`, read page by page.
fn all<T>(
    mut after: u64,
    read: impl Fn(u64) -> Result<Vec<T>, DiskError>,
    number: impl Fn(&T) -> u64,
) -> Result<Vec<T>, DiskError> {
    let mut rows = Vec::new();
    loop {
        let page = read(after)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = number(last);
        rows.extend(page);
    }
}

impl Live {
    /// Of a pool that no seat was asked of yet.
    fn blank(shard: Shard, gather_ms: i64) -> Self {
        // The license's terms are the journal's first entry, so that the journal alone makes the book.
        let book = Book::new(PoolTerms::default());
        let (folded, shipped, oldest, ship_at, stored) = (0, 0, None, None, false);
        Self { book, shard, folded, shipped, oldest, ship_at, gather_ms, stored }
    }

    fn answer(
        &mut self,
        disk: &impl Disk,
        call: PoolCall,
        now: Millis,
    ) -> Result<PoolReply, DiskError> {
        match call {
            PoolCall::Ask { shard, terms, ask } => {
                let mut entries = terms.map_or_else(Vec::new, |terms| self.adopt(*terms, now));
                let decision = self.book.handle(*ask, now);
                let reply = PoolReply::of(&decision);
                entries.extend(decision.entries);
                self.write(disk, shard, &entries, now)?;
                Ok(reply)
            }
            PoolCall::View { shard, terms, after, limit } => {
                let mut entries = self.adopt(*terms, now);
                entries.extend(self.book.settle(now));
                self.write(disk, shard, &entries, now)?;
                Ok(PoolReply::View(Box::new(view::of(&self.book, after, limit))))
            }
            PoolCall::Events { after, limit } => {
                Ok(PoolReply::Events(Box::new(events::page(self, disk, after, limit)?)))
            }
            PoolCall::SetTerms { terms } => {
                let entries = self.adopt(*terms, now);
                self.write(disk, self.shard, &entries, now)?;
                Ok(PoolReply::Done)
            }
        }
    }

    /// Takes newer terms over.
    fn adopt(&mut self, terms: PoolTerms, now: Millis) -> Vec<Entry> {
        if terms.version <= self.book.terms().version {
            return Vec::new();
        }
        self.book.handle(Ask::SetTerms(terms), now).entries
    }

    /// Ends what is due: the alarm rings.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn settle(&mut self, disk: &impl Disk, now: Millis) -> Result<(), DiskError> {
        let entries = self.book.settle(now);
        self.write(disk, self.shard, &entries, now)
    }

    /// Journals what was decided: a single entry by a single statement, several in one transaction.
    fn write(
        &mut self,
        disk: &impl Disk,
        shard: Shard,
        entries: &[Entry],
        now: Millis,
    ) -> Result<(), DiskError> {
        let asked = entries.iter().any(|entry| !matches!(entry.event, Event::TermsSet { .. }));
        let (founds, moves) = (!self.stored, self.shard != shard);
        match entries {
            // Anybody may look at a license that nobody uses: only an ask for a seat makes it take up storage.
            _ if founds && !asked => return Ok(()),
            [] if !moves => return Ok(()),
            [entry] if !founds && !moves => rows::note(disk, entry)?,
            _ => disk.atomically(|| {
                if founds {
                    rows::found(disk, shard)?;
                } else if moves {
                    rows::moved(disk, shard)?;
                }
                entries.iter().try_for_each(|entry| rows::note(disk, entry))
            })?,
        }
        (self.stored, self.shard) = (true, shard);
        self.noted(entries, now);
        Ok(())
    }

    fn noted(&mut self, entries: &[Entry], now: Millis) {
        let Some(first) = entries.first() else { return };
        self.oldest.get_or_insert(Mark { seq: first.seq, at_ms: first.at });
        let waiting = self.book.seq().saturating_sub(self.shipped);
        let kept = entries.iter().any(lease_events::is_kept);
        let at = ship::due(kept, self.gather_ms, waiting, now);
        self.ship_at = Some(self.ship_at.map_or(at, |earlier| earlier.min(at)));
    }
}
