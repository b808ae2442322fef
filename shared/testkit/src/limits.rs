//! D1's own limits, applied to a database in memory, so that a statement that only fails there fails here.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql};
use store::Value;

/// The functions that our statements use, all of which D1 allows. It refuses many others when a statement is prepared,
/// so a new one here wants a look at D1's list first.
const FUNCTIONS: [&str; 14] = [
    "changes",
    "coalesce",
    "count",
    "json",
    "json_array",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_valid",
    "length",
    "max",
    "min",
    "sum",
    "total",
];

/// Refuses functions that are not known to work on D1.
pub fn authorize(connection: &mut Connection) {
    let gate = |context: AuthContext<'_>| match context.action {
        AuthAction::Function { function_name }
            if !FUNCTIONS.contains(&function_name.to_ascii_lowercase().as_str()) =>
        {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    };
    connection.authorizer(Some(gate)).expect("an authorizer");
}

/// A parameter as D1 binds it: whole numbers are 64-bit floats.
pub struct Bound(Value);

impl Bound {
    /// All parameters of a statement, checked.
    pub fn all(tenant: Option<&str>, params: &[Value]) -> Vec<Self> {
        tenant.map(Value::from).into_iter().chain(params.iter().cloned()).map(Self).collect()
    }
}

impl ToSql for Bound {
    #[expect(clippy::cast_precision_loss, reason = "checked to be within +-(2^53 - 1)")]
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            Value::Null => ToSqlOutput::from(rusqlite::types::Null),
            Value::Int(value) => ToSqlOutput::from(*value as f64),
            Value::Text(text) => ToSqlOutput::from(text.as_str()),
        })
    }
}
