//! D1, one handle per tenant (or the DIRECTORY): statements are values, `?1` is bound here.

use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use domain::id::TenantId;
use domain::place::Shard;
use futures_util::future::{Either, select};
use serde::de::DeserializeOwned;
use store::error::Refusal;
use store::query::{Directory, Statement, Target, Tenant, Whole};
use store::value::Value;
use wasm_bindgen::JsValue;
use worker::{D1PreparedStatement, D1Result, D1SessionConstraint, Delay, Env};

use crate::call::{Call, Rounds};
use crate::failure::StoreFailure;
use crate::fault::Faults;

/// How fresh what is read must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Freshness {
    /// The nearest replica: may be a little behind.
    Nearest,
    /// The primary: for `strict` questions and for whatever decides a write.
    Primary,
}

/// A handle to one database, for one tenant where the target is a tenant's records.
#[derive(Clone)]
pub struct Db<T> {
    env: Env,
    binding: &'static str,
    tenant: Option<TenantId>,
    freshness: Freshness,
    faults: Faults,
    deadline_ms: u64,
    rounds: Rc<Rounds>,
    target: PhantomData<fn() -> T>,
}

impl<T: Target> Db<T> {
    fn new(
        call: &Call,
        binding: &'static str,
        tenant: Option<TenantId>,
        freshness: Freshness,
    ) -> Self {
        Self {
            env: call.env.clone(),
            binding,
            tenant,
            freshness,
            faults: call.faults.clone(),
            deadline_ms: call.config.store_deadline_ms,
            rounds: call.rounds(),
            target: PhantomData,
        }
    }
}

impl Db<Directory> {
    /// The DIRECTORY.
    pub fn directory(call: &Call, freshness: Freshness) -> Self {
        Self::new(call, "DIRECTORY", None, freshness)
    }
}

impl Db<Tenant> {
    /// The records of `tenant`. There is no handle to a shard without one.
    pub fn records(call: &Call, tenant: &TenantId, shard: Shard, freshness: Freshness) -> Self {
        Self::new(call, shard.binding(), Some(tenant.clone()), freshness)
    }
}

impl Db<Whole> {
    /// A whole shard, for the clock's housekeeping.
    pub fn whole(call: &Call, shard: Shard) -> Self {
        Self::new(call, shard.binding(), None, Freshness::Primary)
    }
}

impl<T: Target> Db<T> {
    /// Reads several statements in one round.
    ///
    /// # Errors
    /// When the database is away, late, or answers something else than the rows asked for.
    pub async fn read<R: Reads<T>>(&self, reads: R) -> Result<R::Rows, StoreFailure> {
        let statements = reads.statements()?;
        let results = within(self.deadline_ms, self.run(statements)).await?;
        R::rows(&results)
    }

    /// Reads the first row of one statement.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn first<R: DeserializeOwned>(
        &self,
        statement: Statement<T, R>,
    ) -> Result<Option<R>, StoreFailure> {
        let (rows,) = self.read((statement,)).await?;
        Ok(rows.into_iter().next())
    }

    /// Writes all of the changes or none of them; tells how many rows each one changed.
    ///
    /// # Errors
    /// `Refused` when a guard or a uniqueness rule rolled the batch back; otherwise as [`Db::read`],
    /// and then it is not known whether the changes were made.
    pub async fn write(&self, changes: Vec<Statement<T, ()>>) -> Result<Vec<u64>, StoreFailure> {
        let statements = changes.iter().map(raw).collect::<Result<Vec<_>, _>>()?;
        let results = self.run(statements).await?;
        results.iter().map(changed).collect()
    }

    async fn run(&self, statements: Vec<Raw>) -> Result<Vec<D1Result>, StoreFailure> {
        let begun = self.rounds.begin();
        pause(self.faults.round_ms + self.faults.d1_slow_ms).await;
        let outcome = if self.faults.d1_off {
            Err(StoreFailure::Unavailable("switched off".to_owned()))
        } else {
            self.batch(statements).await
        };
        self.rounds.end(begun, 0);
        outcome
    }

    async fn batch(&self, statements: Vec<Raw>) -> Result<Vec<D1Result>, StoreFailure> {
        let constraint = match self.freshness {
            Freshness::Nearest => D1SessionConstraint::FirstUnconstrained,
            Freshness::Primary => D1SessionConstraint::FirstPrimary,
        };
        let database = self.env.d1(self.binding).map_err(refused)?;
        let session = database.with_session_constraint(constraint).map_err(refused)?;
        let prepared = statements
            .into_iter()
            .map(|(sql, params)| self.bind(session.prepare(sql), &params))
            .collect::<Result<Vec<_>, _>>()?;
        session.batch(prepared).await.map_err(refused)
    }

    fn bind(
        &self,
        statement: D1PreparedStatement,
        params: &[Value],
    ) -> Result<D1PreparedStatement, StoreFailure> {
        let tenant = self.tenant.iter().map(|tenant| JsValue::from_str(tenant.as_str()));
        let values: Vec<_> = tenant.chain(params.iter().map(js)).collect();
        statement.bind(&values).map_err(refused)
    }
}

/// The outcome of `work`, or `Late` when it takes longer than `millis`.
pub(crate) async fn within<O>(
    millis: u64,
    work: impl Future<Output = Result<O, StoreFailure>>,
) -> Result<O, StoreFailure> {
    let deadline = Delay::from(Duration::from_millis(millis));
    match select(std::pin::pin!(work), deadline).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), _)) => Err(StoreFailure::Late),
    }
}

/// Waits as long as a test wants a round to take.
pub(crate) async fn pause(millis: u64) {
    if millis > 0 {
        Delay::from(Duration::from_millis(millis)).await;
    }
}

/// Whole numbers go as 64-bit floats: the only way in for more than 32 bits. `Value::check` kept them exact.
fn js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        #[expect(
            clippy::cast_precision_loss,
            reason = "within +-(2^53 - 1), checked by the statement"
        )]
        Value::Int(number) => JsValue::from_f64(*number as f64),
        Value::Text(text) => JsValue::from_str(text),
    }
}

type Raw = (&'static str, Vec<Value>);

fn raw<T: Target, R>(statement: &Statement<T, R>) -> Result<Raw, StoreFailure> {
    Ok((statement.sql(), statement.params()?.to_vec()))
}

fn changed(result: &D1Result) -> Result<u64, StoreFailure> {
    let meta = result.meta().map_err(refused)?;
    Ok(meta.and_then(|meta| meta.changes).and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}

/// D1 tells everything by message: `D1_ERROR: UNIQUE constraint failed: ...`.
#[expect(clippy::needless_pass_by_value, reason = "the signature map_err asks for")]
fn refused(error: worker::Error) -> StoreFailure {
    let message = error.to_string();
    match Refusal::of(&message) {
        Refusal::Other if !message.contains("constraint failed") => {
            StoreFailure::Unavailable(message)
        }
        refusal => StoreFailure::Refused(refusal, message),
    }
}

/// One to three statements read together, with the types of their rows.
pub trait Reads<T> {
    /// A vector of rows for each statement.
    type Rows;

    /// The statements.
    ///
    /// # Errors
    /// When one of them must not be sent.
    fn statements(&self) -> Result<Vec<(&'static str, Vec<Value>)>, StoreFailure>;

    /// The rows from the results.
    ///
    /// # Errors
    /// When a result is missing or has other columns.
    fn rows(results: &[D1Result]) -> Result<Self::Rows, StoreFailure>;
}

fn rows_at<R: DeserializeOwned>(
    results: &[D1Result],
    index: usize,
) -> Result<Vec<R>, StoreFailure> {
    let result = results
        .get(index)
        .ok_or_else(|| StoreFailure::Unreadable("a result is missing".to_owned()))?;
    result.results::<R>().map_err(|error| StoreFailure::Unreadable(error.to_string()))
}

macro_rules! reads {
    ($($row:ident $index:tt),+) => {
        impl<T: Target, $($row: DeserializeOwned),+> Reads<T> for ($(Statement<T, $row>,)+) {
            type Rows = ($(Vec<$row>,)+);

            fn statements(&self) -> Result<Vec<Raw>, StoreFailure> {
                Ok(vec![$(raw(&self.$index)?),+])
            }

            fn rows(results: &[D1Result]) -> Result<Self::Rows, StoreFailure> {
                Ok(($(rows_at::<$row>(results, $index)?,)+))
            }
        }
    };
}

reads!(A 0);
reads!(A 0, B 1);
reads!(A 0, B 1, C 2);
