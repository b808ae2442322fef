//! How columns become types: rows arrive as JSON objects with numbers for booleans and text for JSON.

use domain::scope::Scopes;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

/// A single number, from `COUNT(*)`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub struct CountRow {
    /// The number.
    pub count: u64,
}

/// A TEXT column that holds JSON.
pub fn json<'de, D: Deserializer<'de>, T: DeserializeOwned>(row: D) -> Result<T, D::Error> {
    let text = String::deserialize(row)?;
    serde_json::from_str(&text).map_err(D::Error::custom)
}

/// A TEXT column that holds JSON, or NULL.
pub fn json_or_null<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    row: D,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(row)?;
    text.map(|text| serde_json::from_str(&text).map_err(D::Error::custom)).transpose()
}

/// An INTEGER column that holds 0 or 1.
pub fn truth<'de, D: Deserializer<'de>>(row: D) -> Result<bool, D::Error> {
    match i64::deserialize(row)? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(D::Error::custom(format!("{other} is neither 0 nor 1"))),
    }
}

/// A TEXT column that holds scope names.
pub fn scopes<'de, D: Deserializer<'de>>(row: D) -> Result<Scopes, D::Error> {
    Ok(Scopes::from_names(&String::deserialize(row)?))
}
