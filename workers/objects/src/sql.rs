//! The object's `SQLite` on the platform.

use serde::de::DeserializeOwned;
use store::Value;
use wasm_bindgen::prelude::ScopedClosure;
use wasm_bindgen::{JsCast, JsValue};
use worker::js_sys::{Function, Reflect};
use worker::{SqlStorageValue, Storage};

use crate::disk::{Disk, DiskError};

/// The storage of one object.
pub struct Sql(Storage);

impl Sql {
    /// The storage as it is: nothing is written.
    pub const fn over(storage: Storage) -> Self {
        Self(storage)
    }

    /// Opens the storage and makes its tables.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn open(storage: Storage, schema: &str) -> Result<Self, DiskError> {
        let sql = Self::over(storage);
        sql.script(schema)?;
        Ok(sql)
    }

    /// The storage, for its alarm.
    pub const fn storage(&self) -> &Storage {
        &self.0
    }
}

impl Disk for Sql {
    fn rows<R: DeserializeOwned>(
        &self,
        sql: &str,
        params: Vec<Value>,
    ) -> Result<Vec<R>, DiskError> {
        let params = params.into_iter().map(param).collect::<Result<Vec<_>, _>>()?;
        self.0.sql().exec(sql, params).and_then(|cursor| cursor.to_array()).map_err(DiskError::new)
    }

    fn run(&self, sql: &str, params: Vec<Value>) -> Result<(), DiskError> {
        let params = params.into_iter().map(param).collect::<Result<Vec<_>, _>>()?;
        self.0.sql().exec(sql, params).map(drop).map_err(DiskError::new)
    }

    fn script(&self, sql: &str) -> Result<(), DiskError> {
        self.0.sql().exec(sql, None).map(drop).map_err(DiskError::new)
    }

    fn atomically<T>(
        &self,
        mut work: impl FnMut() -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        let raw: &JsValue = self.0.as_raw();
        let method = Reflect::get(raw, &JsValue::from_str("transactionSync")).map_err(thrown)?;
        let method: Function = method.dyn_into().map_err(thrown)?;
        let mut outcome = None;
        let mut body = || -> Result<(), JsValue> {
            let done = work();
            let failed = done.is_err();
            outcome = Some(done);
            // Thrown, so that the transaction is rolled back.
            if failed { Err(JsValue::from_str("rolled back")) } else { Ok(()) }
        };
        // A panic in it is thrown as well, so it rolls back like a failure, and `outcome` stays empty.
        let closure =
            ScopedClosure::<dyn FnMut() -> Result<(), JsValue>>::borrow_mut_assert_unwind_safe(
                &mut body,
            );
        let thrown_by = method.call1(raw, closure.as_ref());
        drop(closure);
        match (outcome, thrown_by) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(thrown(error)),
            (Some(Ok(value)), Ok(_)) => Ok(value),
            (None, Ok(_)) => Err(DiskError::new("the transaction did not run")),
        }
    }
}

fn param(value: Value) -> Result<SqlStorageValue, DiskError> {
    value.check().map_err(DiskError::new)?;
    Ok(match value {
        Value::Null => SqlStorageValue::Null,
        Value::Int(number) => SqlStorageValue::Integer(number),
        Value::Text(text) => SqlStorageValue::String(text),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn thrown(error: JsValue) -> DiskError {
    DiskError(format!("{error:?}"))
}
