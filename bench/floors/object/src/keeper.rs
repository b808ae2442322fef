//! An object with one row.

use worker::{DurableObject, Env, Request, Response, State, durable_object};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS kept (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL, \
                      writes INTEGER NOT NULL) STRICT";
/// The count makes each write another one: `SQLite` does not write a page whose bytes stay the same, and then nothing
/// would have to become durable before the answer.
const UPSERT: &str = "INSERT INTO kept (id, body, writes) VALUES (?1, ?2, 1) \
                      ON CONFLICT (id) DO UPDATE SET body = excluded.body, writes = kept.writes + 1";

/// Keeps one row.
#[durable_object(fetch)]
pub struct Keeper {
    state: State,
}

impl DurableObject for Keeper {
    fn new(state: State, _env: Env) -> Self {
        // Where this fails the write below says so.
        let _ = state.storage().sql().exec(SCHEMA, None);
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let body = request.text().await?;
        let row = vec!["one".to_owned().into(), body.into()];
        self.state.storage().sql().exec(UPSERT, row)?;
        Response::ok("{}")
    }
}
