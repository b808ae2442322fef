//! The real schema in memory: a DIRECTORY and one data shard.

use std::collections::BTreeMap;
use std::path::Path;

use domain::id::TenantId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use store::{Entry, Lookup, Refusal, Statement, Target};

use crate::limits::{Bound, authorize};

/// In which database a table is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// The DIRECTORY.
    Directory,
    /// A data shard.
    Shard,
}

/// A DIRECTORY and a data shard, migrated and empty.
#[derive(Debug)]
pub struct Db {
    directory: Connection,
    data: Connection,
}

impl Db {
    /// Databases with every migration of `schema/` applied.
    pub fn migrated() -> Self {
        Self { directory: migrate("directory"), data: migrate("data") }
    }

    /// The handle of a tenant on the shard: binds `?1`.
    pub const fn of<'a>(&'a self, tenant: &'a TenantId) -> Handle<'a> {
        Handle { db: self, tenant }
    }

    /// All rows of a lookup in the DIRECTORY.
    pub fn all<R: DeserializeOwned>(&self, lookup: &Lookup<R>) -> Vec<R> {
        decode(self.rows(None, lookup))
    }

    /// The only row of a lookup in the DIRECTORY, if there is one.
    pub fn first<R: DeserializeOwned>(&self, lookup: &Lookup<R>) -> Option<R> {
        self.all(lookup).into_iter().next()
    }

    /// One transaction on the DIRECTORY.
    ///
    /// # Errors
    /// Why the database refused it; nothing has happened then.
    pub fn run(&self, entries: &[Entry]) -> Result<Vec<u64>, Refusal> {
        self.write(None, entries)
    }

    /// Runs any statement, in a transaction that is rolled back: shows that it fits the schema.
    ///
    /// # Errors
    /// The database's message.
    pub fn try_out<T: Target, R>(
        &self,
        tenant: &TenantId,
        statement: &Statement<T, R>,
    ) -> Result<(), String> {
        let connection = self.connection::<T>();
        let bound = Bound::all(
            T::TENANT_BOUND.then_some(tenant.as_str()),
            statement.params().expect("parameters"),
        );
        connection.execute_batch("SAVEPOINT tried").expect("a savepoint");
        let outcome = (|| {
            let mut prepared = connection.prepare(statement.sql())?;
            let mut rows = prepared.query(params_from_iter(bound))?;
            while rows.next()?.is_some() {}
            Ok(())
        })();
        connection.execute_batch("ROLLBACK TO tried; RELEASE tried").expect("a rollback");
        outcome.map_err(|error: rusqlite::Error| error.to_string())
    }

    /// The plan of a statement, a line per step.
    pub fn explain<T: Target, R>(&self, statement: &Statement<T, R>) -> String {
        let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql());
        let mut prepared = self.connection::<T>().prepare(&sql).expect("a statement");
        // Unbound parameters are NULL, which does not change the plan.
        let steps = prepared
            .raw_query()
            .mapped(|row| row.get::<_, String>(3))
            .collect::<Result<Vec<_>, _>>();
        steps.expect("a plan").join("\n")
    }

    /// Every table of both databases with its columns.
    pub fn tables(&self) -> BTreeMap<(Place, String), Vec<String>> {
        let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c
                    WHERE m.type = 'table' ORDER BY m.name, c.cid";
        let mut tables: BTreeMap<(Place, String), Vec<String>> = BTreeMap::new();
        for (place, connection) in [(Place::Directory, &self.directory), (Place::Shard, &self.data)]
        {
            let mut prepared = connection.prepare(sql).expect("a statement");
            let rows = prepared.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
            for row in rows.expect("tables") {
                let (table, column) = row.expect("a column");
                tables.entry((place, table)).or_default().push(column);
            }
        }
        tables
    }

    const fn connection<T: Target>(&self) -> &Connection {
        if T::DIRECTORY { &self.directory } else { &self.data }
    }

    fn rows<T: Target, R>(&self, tenant: Option<&str>, statement: &Statement<T, R>) -> Vec<Json> {
        let bound = Bound::all(tenant, statement.params().expect("parameters"));
        let mut prepared = self.connection::<T>().prepare(statement.sql()).expect("a statement");
        let names: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let rows = prepared.query_map(params_from_iter(bound), |row| {
            let cells =
                names.iter().enumerate().map(|(i, name)| Ok((name.clone(), json(row.get_ref(i)?))));
            cells.collect::<rusqlite::Result<Map<_, _>>>().map(Json::Object)
        });
        rows.and_then(Iterator::collect).expect("rows")
    }

    fn write<T: Target>(
        &self,
        tenant: Option<&str>,
        changes: &[Statement<T, ()>],
    ) -> Result<Vec<u64>, Refusal> {
        let connection = self.connection::<T>();
        let transaction = connection.unchecked_transaction().expect("a transaction");
        let outcome: rusqlite::Result<Vec<u64>> = changes
            .iter()
            .map(|change| {
                let bound = Bound::all(tenant, change.params().expect("parameters"));
                let count = connection.execute(change.sql(), params_from_iter(bound))?;
                Ok(u64::try_from(count).unwrap_or(u64::MAX))
            })
            .collect();
        match outcome {
            Ok(counts) => {
                transaction.commit().map(|()| counts).map_err(|e| Refusal::of(&e.to_string()))
            }
            // Dropping the transaction rolls it back.
            Err(error) => Err(Refusal::of(&error.to_string())),
        }
    }
}

/// A tenant's records on the shard.
#[derive(Clone, Copy, Debug)]
pub struct Handle<'a> {
    db: &'a Db,
    tenant: &'a TenantId,
}

impl Handle<'_> {
    /// All rows of a query.
    pub fn all<R: DeserializeOwned>(&self, query: &store::Query<R>) -> Vec<R> {
        decode(self.db.rows(Some(self.tenant.as_str()), query))
    }

    /// The first row of a query, if there is one.
    pub fn first<R: DeserializeOwned>(&self, query: &store::Query<R>) -> Option<R> {
        self.all(query).into_iter().next()
    }

    /// One transaction; how many rows each change changed.
    ///
    /// # Errors
    /// Why the database refused it; nothing has happened then.
    pub fn batch(&self, changes: &[store::Change]) -> Result<Vec<u64>, Refusal> {
        self.db.write(Some(self.tenant.as_str()), changes)
    }

    /// One change; how many rows it changed.
    ///
    /// # Errors
    /// Why the database refused it.
    pub fn run(&self, change: store::Change) -> Result<u64, Refusal> {
        self.batch(&[change]).map(|counts| counts.into_iter().sum())
    }
}

impl Db {
    /// All rows of a sweep over the shard.
    pub fn sweep<R: DeserializeOwned>(&self, sweep: &store::Sweep<R>) -> Vec<R> {
        decode(self.rows(None, sweep))
    }

    /// Housekeeping over the shard; how many rows it changed.
    ///
    /// # Errors
    /// Why the database refused it.
    pub fn purge(&self, purge: store::Purge) -> Result<u64, Refusal> {
        self.write(None, &[purge]).map(|counts| counts.into_iter().sum())
    }
}

fn migrate(folder: &str) -> Connection {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema").join(folder);
    let entries = std::fs::read_dir(path).expect("the schema folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut connection = Connection::open_in_memory().expect("a database");
    connection.pragma_update(None, "foreign_keys", true).expect("foreign keys, as on D1");
    for file in files {
        connection
            .execute_batch(&std::fs::read_to_string(file).expect("a migration"))
            .expect("a good migration");
    }
    authorize(&mut connection);
    connection
}

fn decode<R: DeserializeOwned>(rows: Vec<Json>) -> Vec<R> {
    rows.into_iter().map(|row| serde_json::from_value(row).expect("a row of its type")).collect()
}

fn json(cell: ValueRef<'_>) -> Json {
    match cell {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(value) => value.into(),
        ValueRef::Real(value) => value.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(_) => panic!("no table has a BLOB column"),
    }
}
