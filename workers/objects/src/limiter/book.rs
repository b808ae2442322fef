//! The limiter's book on its disk: one row, written with every grant.

use domain::limiter::{Ask, Book, Lease, Policy};
use domain::time::Millis;
use edge::objects::{LimiterCall, LimiterReply};
use serde::Deserialize;

use crate::disk::{Disk, DiskError, params, text};

/// The tables of a limiter.
pub const SCHEMA: &str = include_str!("../../../../schema/objects/limiter.sql");

#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "text::json")]
    body: Book,
}

/// The book as it rests, if a policy was ever set. Writes nothing.
///
/// # Errors
/// When the storage fails.
pub fn load(disk: &impl Disk) -> Result<Option<Book>, DiskError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'book'";
    if disk.rows::<serde_json::Value>(sql, params![])?.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Row> = disk.rows("SELECT body FROM book WHERE one = 1", params![])?;
    Ok(rows.into_iter().next().map(|row| row.body))
}

/// Decides a call and writes the book before anybody learns of the grant. `book` is what is on
/// the disk; it is changed only when the disk has taken the change. A lease of a limiter without a policy writes nothing.
///
/// # Errors
/// When the storage fails; then nothing was granted.
pub fn handle(
    disk: &impl Disk,
    book: &mut Option<Book>,
    call: LimiterCall,
    now: Millis,
) -> Result<LimiterReply, DiskError> {
    let (mut next, ask) = match (call, &*book) {
        (LimiterCall::Lease(_), None) => return Ok(LimiterReply::Unconfigured),
        (LimiterCall::Lease(ask), Some(book)) => (book.clone(), ask),
        (LimiterCall::Configure { policy, ask }, Some(book)) => (with(book.clone(), policy), ask),
        (LimiterCall::Configure { policy, ask }, None) => (Book::new(policy), ask),
    };
    let lease = lease(&mut next, &ask, now);
    if book.as_ref() != Some(&next) {
        if book.is_none() {
            disk.script(SCHEMA)?;
        }
        let body = serde_json::to_string(&next).map_err(DiskError::new)?;
        disk.run(
            "INSERT INTO book (one, body) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET body = ?1",
            params![body],
        )?;
        *book = Some(next);
    }
    Ok(LimiterReply::Leased(lease))
}

const fn with(mut book: Book, policy: Policy) -> Book {
    book.set_policy(policy);
    book
}

fn lease(book: &mut Book, ask: &Ask, now: Millis) -> Lease {
    for back in &ask.back {
        book.give_back(*back);
    }
    book.lease(ask.want, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::memory::Memory;

    const POLICY: Policy = Policy { limit: 16, window_ms: 60_000 };

    fn ask(want: u32) -> Ask {
        Ask { want, back: Vec::new() }
    }

    #[test]
    fn a_limiter_takes_up_storage_only_once_it_has_a_policy() {
        let disk = Memory::with("");
        let mut book = load(&disk).unwrap();
        let reply = handle(&disk, &mut book, LimiterCall::Lease(ask(1)), Millis(5)).unwrap();
        assert_eq!(reply, LimiterReply::Unconfigured);
        assert_eq!(tables(&disk), 0);
        let configure = LimiterCall::Configure { policy: POLICY, ask: ask(1) };
        handle(&disk, &mut book, configure, Millis(5)).unwrap();
        assert_eq!((tables(&disk), load(&disk).unwrap()), (1, book));
    }

    fn tables(disk: &Memory) -> usize {
        disk.rows::<serde_json::Value>("SELECT name FROM sqlite_master", params![]).unwrap().len()
    }

    #[test]
    fn a_limiter_asks_for_its_policy_once_and_remembers_it() {
        let disk = Memory::with(SCHEMA);
        let mut book = load(&disk).unwrap();
        let reply = handle(&disk, &mut book, LimiterCall::Lease(ask(1)), Millis(5)).unwrap();
        assert_eq!(reply, LimiterReply::Unconfigured);
        let configure = LimiterCall::Configure { policy: POLICY, ask: ask(9) };
        let LimiterReply::Leased(lease) = handle(&disk, &mut book, configure, Millis(5)).unwrap()
        else {
            panic!()
        };
        assert_eq!((lease.granted, lease.remaining), (2, 14));
    }

    #[test]
    fn what_was_granted_is_known_after_the_object_was_evicted() {
        let disk = Memory::with(SCHEMA);
        let mut granted = 0;
        for _ in 0..100 {
            let mut book = load(&disk).unwrap();
            let configure = LimiterCall::Configure { policy: POLICY, ask: ask(9) };
            let LimiterReply::Leased(lease) =
                handle(&disk, &mut book, configure, Millis(5)).unwrap()
            else {
                panic!()
            };
            granted += lease.granted;
        }
        assert_eq!(granted, 16);
    }

    #[test]
    fn a_disk_that_fails_grants_nothing() {
        let disk = Memory::with("CREATE TABLE book (unlike TEXT)");
        let mut book = None;
        let configure = LimiterCall::Configure { policy: POLICY, ask: ask(9) };
        assert!(handle(&disk, &mut book, configure, Millis(5)).is_err());
        assert_eq!(book, None);
    }
}
