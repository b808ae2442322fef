//! Lists page by cursor.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The items, in the list's own order.
    pub items: Vec<T>,
    /// Send it as `?cursor=` for the next page; missing on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Items on a page unless `?limit=` says otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// Items on a page at most.
pub const MAX_LIMIT: u32 = 200;
