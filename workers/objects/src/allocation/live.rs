//! The book of allocations at work: what is in memory, and what of it is on the disk.
//!
//! As with the Pool (docs/adr/0009): the book changes only by entries, and every entry is in the journal before anybody
//! learns of it. All of a call is synchronous, so no other call enters between the decision and its rows, and no answer
//! leaves before the rows are durable (output gate). When the disk refuses a row, the book in memory is dropped: what was
//! not journaled has not happened, and the next call reads the book again.

use domain::allocation::{Ask, Book, Entry, Event, Request};
use domain::time::Millis;
use edge::objects::{AllocationCall, AllocationReply, Capacity, Reserve};

use crate::allocation::{rows, view};
use crate::disk::{Disk, DiskError};

/// Rows read at a time: their JSON is short-lived memory beside the book.
const READ: u32 = 1_000;

/// A journal that is shorter is not worth folding, in bytes.
const WORTH_FOLDING: usize = 262_144;

/// The book with what is known of its rows.
#[derive(Debug)]
pub struct Live {
    /// The book.
    pub book: Book,
    /// Bytes in the journal.
    journal: usize,
    /// Bytes in the snapshot.
    snapshot: usize,
    /// Whether it has taken up storage: not before the first change.
    stored: bool,
}

/// Decides a call. `live` is what is in memory: nothing before the first call, after a failure, and where nothing was ever
/// changed.
///
/// # Errors
/// When the storage fails; then nothing was decided.
pub fn handle(
    disk: &impl Disk,
    live: &mut Option<Live>,
    call: AllocationCall,
    now: Millis,
) -> Result<AllocationReply, DiskError> {
    // Taken out until everything went well: a failure leaves nothing in memory.
    let known = wake(disk, live.take())?;
    let mut known = known.unwrap_or_else(Live::blank);
    let reply = known.answer(disk, call, now)?;
    *live = known.stored.then_some(known);
    Ok(reply)
}

/// What is in memory, else what is on the disk. Writes nothing where there is nothing.
///
/// # Errors
/// When the storage fails, or its rows are not those of a book.
pub fn wake(disk: &impl Disk, live: Option<Live>) -> Result<Option<Live>, DiskError> {
    if live.is_some() || !rows::is_founded(disk)? {
        return Ok(live);
    }
    let (mut book, snapshot) = rows::snapshot(disk)?.unwrap_or_default();
    let mut journal = 0_usize;
    loop {
        let (entries, bytes) = rows::entries(disk, book.seq(), READ)?;
        if entries.is_empty() {
            return Ok(Some(Live { book, journal, snapshot, stored: true }));
        }
        journal = journal.saturating_add(bytes);
        book = Book::restore(book, entries).map_err(DiskError::new)?;
    }
}

impl Live {
    /// Of a license of which nothing was promised or reserved yet.
    fn blank() -> Self {
        Self { book: Book::new(), journal: 0, snapshot: 0, stored: false }
    }

    fn answer(
        &mut self,
        disk: &impl Disk,
        call: AllocationCall,
        now: Millis,
    ) -> Result<AllocationReply, DiskError> {
        let mut entries = self.book.settle(now);
        let reply = match call {
            AllocationCall::Reserve { capacity, reserve } => {
                entries.extend(self.adopt(capacity, now));
                let ask = Ask::Reserve(self.request(reserve, now));
                self.decide(&ask, now, &mut entries)
            }
            AllocationCall::Free { request } => {
                self.decide(&Ask::Release { request }, now, &mut entries)
            }
            AllocationCall::Change { capacity, ask } => {
                entries.extend(self.adopt(capacity, now));
                self.decide(&ask, now, &mut entries)
            }
            AllocationCall::Room { capacity, node, metric, quantity } => {
                entries.extend(self.adopt(capacity, now));
                match self.book.can_provision(&node, metric, quantity) {
                    Ok(room) => AllocationReply::Room(room),
                    Err(why) => AllocationReply::Refused(why),
                }
            }
            AllocationCall::View { capacity, node, after, limit } => {
                entries.extend(self.adopt(capacity, now));
                view::of(&self.book, &node, after.as_ref(), limit)
            }
        };
        self.write(disk, &entries)?;
        Ok(reply)
    }

    /// Takes newer capacity over.
    fn adopt(&mut self, capacity: Capacity, now: Millis) -> Vec<Entry> {
        let Capacity { version, limits } = capacity;
        self.book.handle(&Ask::Capacity { version, capacity: limits }, now).entries
    }

    /// A repeat asks for the same time from another instant on: it has the end of what is held.
    fn request(&self, reserve: Reserve, now: Millis) -> Request {
        let Reserve { request, node, metric, quantity, ttl } = reserve;
        let since = self.book.reservation(&request).map(|held| held.since);
        let since = since.unwrap_or_else(|| self.book.clock(now));
        let ends = ttl.map(|seconds| since.plus_seconds(i64::from(seconds)));
        Request { request, node, metric, quantity, ends }
    }

    fn decide(&mut self, ask: &Ask, now: Millis, entries: &mut Vec<Entry>) -> AllocationReply {
        let outcome = self.book.handle(ask, now);
        let changed = !outcome.entries.is_empty();
        entries.extend(outcome.entries);
        match outcome.answer {
            Ok(done) => AllocationReply::Done { done, changed },
            Err(why) => AllocationReply::Refused(why),
        }
    }

    /// Ends what is due: the alarm rings.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn settle(&mut self, disk: &impl Disk, now: Millis) -> Result<(), DiskError> {
        let entries = self.book.settle(now);
        self.write(disk, &entries)
    }

    /// Journals what was decided: a single entry by a single statement, several in one transaction.
    fn write(&mut self, disk: &impl Disk, entries: &[Entry]) -> Result<(), DiskError> {
        let founds = !self.stored;
        // Anybody may look at a license of which nothing is promised: that takes up no storage.
        if entries.is_empty() || (founds && entries.iter().all(is_capacity)) {
            return Ok(());
        }
        let texts = entries.iter().map(|entry| Ok((entry.seq, rows::text(entry)?)));
        let texts = texts.collect::<Result<Vec<_>, DiskError>>()?;
        match texts.as_slice() {
            [(seq, text)] if !founds => rows::note(disk, *seq, text)?,
            _ => disk.atomically(|| {
                if founds {
                    rows::found(disk)?;
                }
                texts.iter().try_for_each(|(seq, text)| rows::note(disk, *seq, text))
            })?,
        }
        self.stored = true;
        let bytes = texts.iter().map(|(_, text)| text.len()).sum();
        self.journal = self.journal.saturating_add(bytes);
        Ok(())
    }

    /// When the alarm has to ring: a reservation ends, or the journal is to be folded.
    pub fn due(&self, now: Millis) -> Option<Millis> {
        if self.is_long() { Some(now) } else { self.book.next_due() }
    }

    /// Whether the journal is as long as the snapshot: so a byte of journal costs a byte of snapshot at most, and to
    /// wake takes twice the snapshot at most.
    const fn is_long(&self) -> bool {
        self.journal >= WORTH_FOLDING && self.journal >= self.snapshot
    }

    /// Folds the journal when it is long.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn tidy(&mut self, disk: &impl Disk) -> Result<(), DiskError> {
        if self.is_long() {
            self.snapshot = rows::fold(disk, &self.book)?;
            self.journal = 0;
        }
        Ok(())
    }
}

const fn is_capacity(entry: &Entry) -> bool {
    matches!(entry.event, Event::Capacity { .. })
}
