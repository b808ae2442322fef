//! Statements as values: for one tenant, for the DIRECTORY, for a whole shard.

use std::fmt;
use std::marker::PhantomData;

use crate::error::StoreError;
use crate::value::Value;

/// Where statements go, and whether the handle binds the tenant as `?1`.
pub trait Target {
    /// Whether `?1` is the handle's tenant, so that [`Statement::bind`] begins at `?2`.
    const TENANT_BOUND: bool;
    /// Whether it goes to the DIRECTORY; otherwise to a data shard.
    const DIRECTORY: bool;
}

macro_rules! target {
    ($(#[$doc:meta])* $name:ident, tenant: $tenant:literal, directory: $directory:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Target for $name {
            const TENANT_BOUND: bool = $tenant;
            const DIRECTORY: bool = $directory;
        }
    };
}

target!(
    /// One tenant's records on its shard.
    Tenant, tenant: true, directory: false);
target!(
    /// The DIRECTORY.
    Directory, tenant: false, directory: true);
target!(
    /// Every tenant of a shard: the clock's housekeeping, nothing else.
    Whole, tenant: false, directory: false);

/// Reads rows `R` of one tenant. The handle binds `?1`.
pub type Query<R> = Statement<Tenant, R>;
/// Changes one tenant's records. The handle binds `?1`; several changes in one batch are one transaction.
pub type Change = Statement<Tenant, ()>;
/// Reads rows `R` of the DIRECTORY.
pub type Lookup<R> = Statement<Directory, R>;
/// Changes the DIRECTORY.
pub type Entry = Statement<Directory, ()>;
/// Reads rows `R` of a whole shard: housekeeping only.
pub type Sweep<R> = Statement<Whole, R>;
/// Changes a whole shard: housekeeping only.
pub type Purge = Statement<Whole, ()>;

/// SQL with its parameters, for target `T`, giving rows `R` (`()` for a write).
pub struct Statement<T, R> {
    sql: &'static str,
    params: Vec<Value>,
    hot: bool,
    kind: PhantomData<fn() -> (T, R)>,
}

impl<T: Target, R> Statement<T, R> {
    /// What D1 binds at most, the tenant included.
    pub const MAX_PARAMS: usize = 100;

    /// A statement without parameters yet.
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, params: Vec::new(), hot: false, kind: PhantomData }
    }

    /// Binds the next parameter: from `?2` on a tenant's shard, where `?1` is the tenant, else from `?1`.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.params.push(value.into());
        self
    }

    /// Marks a statement of a hot path: a test shows that it is answered by index searches alone.
    #[must_use]
    pub const fn hot(mut self) -> Self {
        self.hot = true;
        self
    }

    /// The SQL.
    pub const fn sql(&self) -> &'static str {
        self.sql
    }

    /// Whether it was marked [`hot`](Self::hot).
    pub const fn is_hot(&self) -> bool {
        self.hot
    }

    /// The parameters, without the tenant.
    ///
    /// # Errors
    /// When one of them, or their number, cannot be sent.
    pub fn params(&self) -> Result<&[Value], StoreError> {
        if self.params.len() + usize::from(T::TENANT_BOUND) > Self::MAX_PARAMS {
            return Err(StoreError::TooManyParameters);
        }
        self.params.iter().try_for_each(Value::check)?;
        Ok(&self.params)
    }
}

impl<T, R> Clone for Statement<T, R> {
    fn clone(&self) -> Self {
        Self { sql: self.sql, params: self.params.clone(), hot: self.hot, kind: PhantomData }
    }
}

/// Shows the SQL only: parameters can be personal or sealed.
impl<T, R> fmt::Debug for Statement<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement({})", self.sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_d1_would_not_take_is_refused_before_it_is_sent() {
        let full = (0..99_i64).fold(Change::new(""), Statement::bind);
        assert!(full.params().is_ok(), "99 and the tenant");
        assert_eq!(full.bind(1_i64).params(), Err(StoreError::TooManyParameters));
        assert_eq!(Change::new("").bind(i64::MAX).params(), Err(StoreError::IntegerTooWide));
    }

    #[test]
    fn parameters_do_not_show_in_logs() {
        assert_eq!(format!("{:?}", Entry::new("DELETE").bind("secret")), "Statement(DELETE)");
    }
}
