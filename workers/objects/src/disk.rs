//! The object's own `SQLite` behind a narrow trait, so that all rules over it are tested natively.

use serde::de::DeserializeOwned;
use store::Value;

/// The object's storage failed. Its reason goes to the log, and to nobody else.
#[derive(Clone, Debug, thiserror::Error)]
#[error("storage: {0}")]
pub struct DiskError(pub String);

impl DiskError {
    /// From whatever went wrong.
    pub fn new(reason: impl std::fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// Statements on the object's storage. All of it is synchronous: no other event enters in between.
pub trait Disk {
    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// When the storage refuses the statement or its rows have another shape.
    fn rows<R: DeserializeOwned>(&self, sql: &str, params: Vec<Value>)
    -> Result<Vec<R>, DiskError>;

    /// Runs one statement.
    ///
    /// # Errors
    /// When the storage refuses it.
    fn run(&self, sql: &str, params: Vec<Value>) -> Result<(), DiskError>;

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// When the storage refuses one of them.
    fn script(&self, sql: &str) -> Result<(), DiskError>;

    /// Does `work` as one transaction: when it fails, nothing of it has happened. `work` is
    /// synchronous, so no other event enters, and what it writes is durable before any answer
    /// leaves the object (output gate).
    ///
    /// # Errors
    /// Those of `work`, and when the storage fails.
    fn atomically<T>(&self, work: impl FnMut() -> Result<T, DiskError>) -> Result<T, DiskError>;
}

/// Parameters of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$(store::Value::from($value)),*] };
}
pub(crate) use params;

/// Columns that hold JSON as text.
pub mod text {
    use serde::de::{DeserializeOwned, Error};
    use serde::{Deserialize, Deserializer};

    /// A column that holds JSON.
    pub fn json<'de, D: Deserializer<'de>, T: DeserializeOwned>(row: D) -> Result<T, D::Error> {
        let text = String::deserialize(row)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }

    /// A column that holds JSON or NULL.
    pub fn maybe_json<'de, D: Deserializer<'de>, T: DeserializeOwned>(
        row: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(row)?;
        text.map(|text| serde_json::from_str(&text).map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
pub mod memory {
    //! The same SQL on a plain `SQLite` in memory.

    use std::cell::Cell;

    use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
    use rusqlite::{Connection, params_from_iter};
    use serde_json::{Map, Value as Json};

    use super::{DeserializeOwned, Disk, DiskError, Value};

    /// An object's storage in memory.
    pub struct Memory {
        connection: Connection,
        statements: Cell<u64>,
        good_for: Cell<u64>,
    }

    impl Memory {
        pub fn with(schema: &str) -> Self {
            let memory = Self {
                connection: Connection::open_in_memory().unwrap(),
                statements: Cell::new(0),
                good_for: Cell::new(u64::MAX),
            };
            memory.script(schema).unwrap();
            memory
        }

        /// Bytes of rows written are not counted here; changes are.
        pub fn changes(&self) -> u64 {
            self.connection.total_changes()
        }

        /// Statements run so far.
        pub fn statements(&self) -> u64 {
            self.statements.get()
        }

        /// Refuses every statement after the next `statements`.
        pub fn breaks_after(&self, statements: u64) {
            self.good_for.set(statements);
        }

        fn count(&self) -> Result<(), DiskError> {
            let left = self.good_for.get().checked_sub(1);
            self.good_for.set(left.ok_or_else(|| DiskError::new("broken"))?);
            self.statements.set(self.statements.get() + 1);
            Ok(())
        }
    }

    struct Param<'a>(&'a Value);

    impl rusqlite::ToSql for Param<'_> {
        fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
            Ok(ToSqlOutput::Owned(match self.0 {
                Value::Null => Sql::Null,
                #[expect(clippy::cast_precision_loss, reason = "as the platform sends it")]
                Value::Int(number) => Sql::Real(*number as f64),
                Value::Text(text) => Sql::Text(text.clone()),
            }))
        }
    }

    impl Disk for Memory {
        fn rows<R: DeserializeOwned>(
            &self,
            sql: &str,
            params: Vec<Value>,
        ) -> Result<Vec<R>, DiskError> {
            self.count()?;
            let mut statement = self.connection.prepare(sql).map_err(DiskError::new)?;
            let names: Vec<String> = statement.column_names().map(ToString::to_string).collect();
            let mut rows = statement
                .query(params_from_iter(params.iter().map(Param)))
                .map_err(DiskError::new)?;
            let mut out = Vec::new();
            while let Some(row) = rows.next().map_err(DiskError::new)? {
                let mut object = Map::new();
                for (place, name) in names.iter().enumerate() {
                    let value = match row.get_ref(place).map_err(DiskError::new)? {
                        ValueRef::Null => Json::Null,
                        ValueRef::Integer(number) => Json::from(number),
                        ValueRef::Real(number) => Json::from(number),
                        ValueRef::Text(text) => {
                            Json::from(String::from_utf8_lossy(text).into_owned())
                        }
                        ValueRef::Blob(_) => return Err(DiskError::new("no blobs here")),
                    };
                    object.insert(name.clone(), value);
                }
                out.push(serde_json::from_value(Json::Object(object)).map_err(DiskError::new)?);
            }
            Ok(out)
        }

        fn run(&self, sql: &str, params: Vec<Value>) -> Result<(), DiskError> {
            self.rows::<Json>(sql, params).map(drop)
        }

        fn script(&self, sql: &str) -> Result<(), DiskError> {
            self.count()?;
            self.connection.execute_batch(sql).map_err(DiskError::new)
        }

        fn atomically<T>(
            &self,
            mut work: impl FnMut() -> Result<T, DiskError>,
        ) -> Result<T, DiskError> {
            let transaction = self.connection.unchecked_transaction().unwrap();
            let done = work()?;
            transaction.commit().unwrap();
            Ok(done)
        }
    }
}
