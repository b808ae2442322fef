//! Every table with what it holds of a tenant: what an export shows of it, what is never shown, and what becomes of it
//! when the tenant is erased. A test compares the list with the schema, so that no table can be forgotten.

mod tables;

use domain::id::TenantId;
use serde_json::{Map, Value as Json};

pub use tables::TABLES;

use crate::query::{Change, Entry, Lookup, Query};
use crate::value::Value;

/// How long accounts and the log outlive an erasure, in milliseconds: ten years.
pub const KEPT_MS: i64 = 3_653 * 86_400_000;

/// A row as the database has it: texts, whole numbers and nulls.
pub type Row = Map<String, Json>;

/// Where a table is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Home {
    /// On the tenant's shard.
    Shard,
    /// In the DIRECTORY.
    Directory,
}

/// What becomes of a tenant's rows when it is erased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// They are deleted.
    Erased,
    /// They stay, without what names or describes a person.
    Pseudonymised,
    /// They stay as they are: they name nobody.
    Kept,
}

/// A column by which rows are paged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// A text column.
    Text,
    /// A column of whole numbers, none of them negative.
    Int,
}

impl Key {
    /// A value below all others of the column.
    const fn lowest(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Int => "-1",
        }
    }

    /// The value of a cursor; what is no number comes before all numbers.
    fn value(self, text: &str) -> Value {
        match self {
            Self::Text => Value::from(text),
            Self::Int => Value::Int(text.parse().unwrap_or(-1)),
        }
    }
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub home: Home,
    /// The columns that order a tenant's rows, behind the tenant.
    pub keys: &'static [(&'static str, Key)],
    /// Columns that are never shown: secrets, and texts that act as one.
    pub withheld: &'static [&'static str],
    /// What becomes of its rows.
    pub fate: Fate,
    /// What it holds, and why it is kept where it is.
    pub why: &'static str,
    page: Option<&'static str>,
    erase: Option<&'static str>,
    end: Option<&'static str>,
}

impl Table {
    /// The table of this label.
    pub fn labelled(label: &str) -> Option<(usize, &'static Self)> {
        TABLES.iter().enumerate().find(|(_, table)| table.label() == label)
    }

    /// Its name, and where it is: tables of both databases may have the same name.
    pub fn label(&self) -> String {
        match self.home {
            Home::Shard => self.name.to_owned(),
            Home::Directory => format!("directory.{}", self.name),
        }
    }

    /// Whether an export shows any of it.
    pub const fn is_shown(&self) -> bool {
        self.page.is_some()
    }

    /// What stands before the first row.
    pub fn start(&self) -> Vec<String> {
        self.keys.iter().map(|(_, key)| key.lowest().to_owned()).collect()
    }

    /// The cursor behind `row`.
    pub fn after(&self, row: &Row) -> Vec<String> {
        let text = |name: &str| match row.get(name) {
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        self.keys.iter().map(|(name, _)| text(name)).collect()
    }

    /// A page of the tenant's rows on its shard; none when nothing of the table is shown, or it is not there.
    pub fn rows(&self, after: &[String], limit: u32) -> Option<Query<Row>> {
        let sql = self.page.filter(|_| self.home == Home::Shard)?;
        let keys = self.cursor(after)?;
        Some(keys.into_iter().fold(Query::new(sql), Query::bind).bind(limit))
    }

    /// As [`Self::rows`], in the DIRECTORY.
    pub fn entries(&self, tenant: &TenantId, after: &[String], limit: u32) -> Option<Lookup<Row>> {
        let sql = self.page.filter(|_| self.home == Home::Directory)?;
        let keys = self.cursor(after)?;
        Some(keys.into_iter().fold(Lookup::new(sql).bind(tenant), Lookup::bind).bind(limit))
    }

    fn cursor(&self, after: &[String]) -> Option<Vec<Value>> {
        let fits = after.len() == self.keys.len();
        let values = self.keys.iter().zip(after).map(|((_, key), text)| key.value(text));
        fits.then(|| values.collect())
    }

    /// Erases, or makes nameless, at most `limit` of the tenant's rows on its shard. Repeated until it changes fewer.
    pub fn erase(&self, limit: u32) -> Option<Change> {
        let sql = self.erase.filter(|_| self.home == Home::Shard)?;
        Some(Change::new(sql).bind(limit))
    }

    /// Deletes at most `limit` of the rows on the tenant's shard that outlive its erasure, once [`KEPT_MS`] have gone by; none
    /// where nothing of a person or of an account outlives it. Repeated until it changes fewer.
    pub fn end(&self, limit: u32) -> Option<Change> {
        let sql = self.end.filter(|_| self.home == Home::Shard)?;
        Some(Change::new(sql).bind(limit))
    }

    /// As [`Self::erase`], in the DIRECTORY.
    pub fn strike(&self, tenant: &TenantId, limit: u32) -> Option<Entry> {
        let sql = self.erase.filter(|_| self.home == Home::Directory)?;
        Some(Entry::new(sql).bind(tenant).bind(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_on_from_a_row() {
        let (_, table) = Table::labelled("lease_events").unwrap();
        assert_eq!(table.start(), ["", "-1"]);
        let row: Row =
            [("license_id".into(), "lic_1".into()), ("seq".into(), 7.into())].into_iter().collect();
        assert_eq!(table.after(&row), ["lic_1", "7"]);
        assert!(table.rows(&table.after(&row), 10).is_some());
        assert!(table.rows(&["lic_1".to_owned()], 10).is_none(), "a cursor of another table");
        assert!(Table::labelled("no such table").is_none());
    }
}
