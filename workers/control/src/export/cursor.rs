//! Where a page of an export begins: a table and the keys of its last row, as JSON in base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use edge::Failure;
use store::inventory::{TABLES, Table};

use crate::paging::wrong;

/// What stands for the objects among the names of tables.
const OBJECTS: &str = "objects";

/// Where a page begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor {
    /// In what.
    pub place: Place,
    /// Behind the row with these keys.
    pub after: Vec<String>,
}

/// What is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// A table, by its place in the inventory; behind the last one come the objects.
    Table(usize),
    /// The objects of licenses.
    Objects,
}

impl Cursor {
    /// Before the first row of a table.
    pub fn table(index: usize) -> Self {
        let after = TABLES.get(index).map(Table::start).unwrap_or_default();
        Self { place: Place::Table(index), after }
    }

    /// Before the first license's objects.
    pub const fn objects() -> Self {
        Self { place: Place::Objects, after: Vec::new() }
    }

    /// Reads a cursor; the empty one begins at the beginning.
    ///
    /// # Errors
    /// `invalid-request` when it is none of ours.
    pub fn read(text: &str) -> Result<Self, Failure> {
        if text.is_empty() {
            return Ok(Self::table(0));
        }
        parse(text).ok_or_else(|| wrong("cursor", "is not a cursor of this list").into())
    }

    /// The cursor as a text.
    ///
    /// # Errors
    /// Never in practice.
    pub fn text(&self) -> Result<String, Failure> {
        let name = match self.place {
            Place::Table(index) => {
                TABLES.get(index).map_or_else(|| OBJECTS.to_owned(), Table::label)
            }
            Place::Objects => OBJECTS.to_owned(),
        };
        let json = serde_json::to_vec(&(name, &self.after)).map_err(Failure::internal)?;
        Ok(BASE64.encode(json))
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let json = BASE64.decode(text).ok()?;
    let (name, after): (String, Vec<String>) = serde_json::from_slice(&json).ok()?;
    if name == OBJECTS {
        return (after.len() <= 1).then_some(Cursor { place: Place::Objects, after });
    }
    let (index, table) = Table::labelled(&name)?;
    (after.len() == table.keys.len()).then_some(Cursor { place: Place::Table(index), after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_and_others_are_refused() {
        let cursors = [
            Cursor::table(0),
            Cursor { place: Place::Table(1), after: vec!["lic_1".into()] },
            Cursor::objects(),
            Cursor { place: Place::Objects, after: vec!["lic_1".into()] },
        ];
        for cursor in cursors {
            assert_eq!(Cursor::read(&cursor.text().unwrap()).unwrap(), cursor);
        }
        for bad in [
            "x",
            "bnVsbA",
            &BASE64.encode(r#"["no such table",[]]"#),
            &BASE64.encode(r#"["licenses",[]]"#),
        ] {
            assert!(Cursor::read(bad).is_err(), "{bad}");
        }
    }
}
