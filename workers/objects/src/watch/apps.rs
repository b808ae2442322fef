//! Applications that have used a product, by customer.

use domain::app::Ruling;
use domain::id::ProductId;
use edge::objects::{AppSeen, AppUse};

use crate::disk::{Disk, DiskError, params};

/// Different applications of one customer that are listed: who makes names up fills only their own part of the list.
pub const PER_CUSTOMER: usize = 100;
/// Applications in an answer.
const LISTED: u32 = 500;

/// Counts calls of an application.
pub fn count(disk: &impl Disk, used: &AppUse) -> Result<(), DiskError> {
    let refused = if used.ruling == Ruling::Refused { used.calls } else { 0 };
    let name = || {
        params![&used.product, &used.customer, used.fingerprint.as_str(), used.lib_version.as_str()]
    };
    let known = "SELECT 1 AS one FROM apps
                  WHERE product = ?1 AND customer = ?2 AND fingerprint = ?3 AND lib_version = ?4";
    if disk.rows::<serde_json::Value>(known, name())?.is_empty() {
        let own = "SELECT 1 AS one FROM apps WHERE product = ?1 AND customer = ?2";
        let own = disk.rows::<serde_json::Value>(own, params![&used.product, &used.customer])?;
        if own.len() >= PER_CUSTOMER {
            return Ok(());
        }
    }
    let mut values = name();
    values.extend(params![used.calls, refused, used.at]);
    disk.run(
        "INSERT INTO apps (product, customer, fingerprint, lib_version, calls, refused, first_ms, last_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
         ON CONFLICT (product, customer, fingerprint, lib_version) DO UPDATE
            SET calls = calls + ?5, refused = refused + ?6, last_ms = MAX(last_ms, ?7)",
        values,
    )
}

/// Applications of a product, those heard last first.
pub fn list(disk: &impl Disk, product: &ProductId) -> Result<Vec<AppSeen>, DiskError> {
    let sql =
        "SELECT fingerprint, lib_version, customer, calls, refused, first_ms, last_ms FROM apps
                WHERE product = ?1 ORDER BY last_ms DESC, fingerprint, customer LIMIT ?2";
    disk.rows(sql, params![product, LISTED])
}
