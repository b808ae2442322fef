//! `Limiter`: hands out the tokens of one API key.

mod book;

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;

use domain::limiter::Book;
use domain::time::Millis;
use edge::Call;
use edge::objects::{self, Fault, LimiterCall, LimiterReply};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use crate::call;
use crate::sql::Sql;

/// Hands out the tokens of one API key.
#[durable_object(fetch)]
pub struct Limiter {
    state: State,
    env: Env,
    // A panic leaves it whole: the book in memory changes only after the disk.
    open: AssertUnwindSafe<RefCell<Option<Open>>>,
}

/// The storage and the book on it, read once per life of the object.
struct Open {
    sql: Sql,
    book: Option<Book>,
}

impl DurableObject for Limiter {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, open: AssertUnwindSafe(RefCell::new(None)) }
    }

    async fn fetch(&self, _request: Request) -> worker::Result<Response> {
        call::not_by_fetch()
    }
}

#[wasm_bindgen]
impl Limiter {
    /// Decides a [`LimiterCall`].
    pub fn call(&self, message: &str, faults: &str) -> JsValue {
        call::at_once(&self.decide(message, faults))
    }
}

impl Limiter {
    fn decide(&self, message: &str, faults: &str) -> Result<(Call, LimiterReply), Fault> {
        let (call, message) = call::read::<objects::Limiter>(message, faults, &self.env)?;
        let reply = self.lease(message, call.now)?;
        Ok((call, reply))
    }

    /// Synchronous from the book to the disk: no other call enters, and the tokens leave the object
    /// only when the disk has them (output gate).
    fn lease(&self, message: LimiterCall, now: Millis) -> Result<LimiterReply, Fault> {
        let mut open = self.open.try_borrow_mut().map_err(|_| Fault::Storage)?;
        if open.is_none() {
            // Anybody can make up a key and so reach a limiter: only a policy makes it take up storage.
            let sql = Sql::over(self.state.storage());
            let book = book::load(&sql).map_err(call::storage)?;
            *open = Some(Open { sql, book });
        }
        let Some(Open { sql, book }) = open.as_mut() else { return Err(Fault::Storage) };
        book::handle(sql, book, message, now).map_err(call::storage)
    }
}
