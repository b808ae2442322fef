//! `Limiter`: hands out the tokens of one API key.

mod book;

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;

use domain::limiter::Book;
use edge::objects::{self, Fault, LimiterCall, LimiterReply};
use edge::{Call, platform};
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

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        call::answer(self.decide(request).await)
    }
}

impl Limiter {
    async fn decide(&self, request: Request) -> Result<(Call, LimiterReply), Fault> {
        let (call, message) = call::read::<objects::Limiter>(request, &self.env).await?;
        Ok((call, self.lease(message)?))
    }

    /// Synchronous from the book to the disk: no other call enters, and the tokens leave the object
    /// only when the disk has them (output gate).
    fn lease(&self, message: LimiterCall) -> Result<LimiterReply, Fault> {
        let mut open = self.open.try_borrow_mut().map_err(|_| Fault::Storage)?;
        if open.is_none() {
            // Anybody can make up a key and so reach a limiter: only a policy makes it take up storage.
            let sql = Sql::over(self.state.storage());
            let book = book::load(&sql).map_err(call::storage)?;
            *open = Some(Open { sql, book });
        }
        let Some(Open { sql, book }) = open.as_mut() else { return Err(Fault::Storage) };
        book::handle(sql, book, message, platform::now()).map_err(call::storage)
    }
}
