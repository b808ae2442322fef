//! The rows of allocations: the journal, and the snapshot that it is folded into.

use domain::allocation::{Book, Entry};
use serde::Deserialize;

use crate::disk::{Disk, DiskError, params};

/// The tables.
const SCHEMA: &str = include_str!("../../../../schema/objects/allocation.sql");

/// The longest part of a snapshot, in bytes: a row may have 2 MB.
const LONGEST_PART: usize = 900_000;

#[derive(Deserialize)]
struct Body {
    body: String,
}

#[derive(Deserialize)]
struct Numbered {
    seq: u64,
    body: String,
}

/// Whether anything was ever changed or reserved. Where nothing was, nothing is written.
pub fn is_founded(disk: &impl Disk) -> Result<bool, DiskError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'journal'";
    Ok(!disk.rows::<serde_json::Value>(sql, params![])?.is_empty())
}

/// The first change.
pub fn found(disk: &impl Disk) -> Result<(), DiskError> {
    disk.script(SCHEMA)
}

/// An entry as it stands in its row.
pub fn text(entry: &Entry) -> Result<String, DiskError> {
    serde_json::to_string(entry).map_err(DiskError::new)
}

/// Journals an entry: one statement, one row.
pub fn note(disk: &impl Disk, seq: u64, text: &str) -> Result<(), DiskError> {
    disk.run("INSERT INTO journal (seq, body) VALUES (?1, ?2)", params![seq, text.to_owned()])
}

/// At most `limit` entries after the entry `after`, in order, and how many bytes they have.
pub fn entries(disk: &impl Disk, after: u64, limit: u32) -> Result<(Vec<Entry>, usize), DiskError> {
    let sql = "SELECT seq, body FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let rows: Vec<Numbered> = disk.rows(sql, params![after, limit])?;
    let bytes = rows.iter().map(|row| row.body.len()).sum();
    let read = |row: &Numbered| {
        let entry: Entry = serde_json::from_str(&row.body).map_err(DiskError::new)?;
        let same = entry.seq == row.seq;
        same.then_some(entry).ok_or_else(|| DiskError::new("an entry in another's row"))
    };
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, bytes))
}

/// The snapshot, and how many bytes it has.
pub fn snapshot(disk: &impl Disk) -> Result<Option<(Book, usize)>, DiskError> {
    let mut whole = String::new();
    // One by one: a part is in memory twice while it is read.
    for part in 0_u32.. {
        let sql = "SELECT body FROM snapshot WHERE part = ?1";
        let Some(Body { body }) = disk.rows(sql, params![part])?.into_iter().next() else { break };
        whole.push_str(&body);
    }
    if whole.is_empty() {
        return Ok(None);
    }
    let book = serde_json::from_str(&whole).map_err(DiskError::new)?;
    Ok(Some((book, whole.len())))
}

/// Folds the journal up to the newest entry of `book` into a snapshot; gives its size.
pub fn fold(disk: &impl Disk, book: &Book) -> Result<usize, DiskError> {
    let whole = serde_json::to_string(book).map_err(DiskError::new)?;
    disk.atomically(|| {
        disk.run("DELETE FROM snapshot", params![])?;
        for (part, body) in (0_u32..).zip(parts(&whole, LONGEST_PART)) {
            let sql = "INSERT INTO snapshot (part, body) VALUES (?1, ?2)";
            disk.run(sql, params![part, body.to_owned()])?;
        }
        disk.run("DELETE FROM journal WHERE seq <= ?1", params![book.seq()])
    })?;
    Ok(whole.len())
}

/// `whole` in parts of at most `longest` bytes, none of which cuts a character.
fn parts(whole: &str, longest: usize) -> impl Iterator<Item = &str> {
    let mut rest = whole;
    std::iter::from_fn(move || {
        let (part, left) = rest.split_at_checked(rest.floor_char_boundary(longest))?;
        rest = left;
        (!part.is_empty()).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_and_cut_no_character() {
        let rows: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("abcd", &["abcd"]),
            ("abcde", &["abcd", "e"]),
            ("abc\u{e9}de", &["abc", "\u{e9}de"]),
        ];
        for (whole, want) in rows {
            assert_eq!(parts(whole, 4).collect::<Vec<_>>(), want, "{whole}");
        }
    }
}
