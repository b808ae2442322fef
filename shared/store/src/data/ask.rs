//! What a question about a license needs to know, as one row of one statement: each further statement of a batch would cost D1
//! about as much as the first.

use domain::app::Policy;
use domain::id::{DeviceId, LicenseId};
use serde::Deserialize;

use crate::data::commands::CommandRow;
use crate::data::devices::{self, DeviceRow};
use crate::data::license_row::{self, LicenseRow};
use crate::data::usage::ShareRow;
use crate::query::Query;
use crate::row;

/// A license that its holder sees, and what is known about the device that asks.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Found {
    /// The license.
    pub license: LicenseRow,
    /// Which applications its issuer lets in; nothing where that one has never said anything. The policy rests on every
    /// shard, beside the licenses that it is about.
    #[serde(deserialize_with = "row::json_or_null")]
    pub policy: Option<Policy>,
    /// Devices that are exactly the one that asks, by device id or by fingerprint: active ones before others, then the
    /// newest first; up to 4.
    pub exact: Vec<DeviceRow>,
    /// The 16 active devices seen last, to compare fingerprints part by part. None unless they were asked for.
    pub candidates: Vec<DeviceRow>,
    /// The newest use, with the share of the device that asks, so that its new report can take the place of its old one.
    pub shares: Vec<ShareRow>,
    /// What waits for the device that asks, oldest first; up to 32.
    pub commands: Vec<CommandRow>,
}

/// The row as D1 gives it: one text, read in one go.
#[derive(Clone, Debug, Deserialize)]
pub struct FoundRow {
    /// What was found.
    #[serde(deserialize_with = "row::json")]
    pub found: Found,
}

/// Who asks about what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// The license, by id or code.
    pub license: &'a str,
    /// The composite fingerprint of the device, if it sent one.
    pub fingerprint: Option<&'a str>,
    /// The device's id, if it sent one.
    pub device: Option<&'a DeviceId>,
    /// Other licenses of the holder, by id, to be read along; what the device is to them is found as well.
    pub along: &'a [&'a LicenseId],
    /// Whether it sent hashed components, to be compared one by one.
    pub by_parts: bool,
}

// A row is an array in the order of its type's fields: SQLite functions take 32 arguments on the platform.
macro_rules! devices {
    ($index:literal, $tail:literal) => {
        concat!(
            "json((SELECT json_group_array(json_array(",
            devices::columns!(),
            ")) FROM (SELECT d.tenant_id, d.license_id, d.id, d.fingerprint, d.components, d.name, d.status, d.public_key, d.suspect,
                     d.activated_ms, d.last_seen_ms
                FROM devices d ",
            $index,
            " WHERE d.tenant_id = l.tenant_id AND d.license_id = l.id ",
            $tail,
            ") d))"
        )
    };
}

/// Everything about one question, and about what is read along with it: a row each.
///
/// `TOTAL` instead of `SUM`: a sum of absurd reports must not fail, and stays within what a number can carry. Indexes: the
/// primary keys, `licenses_by_code`, `devices_by_fingerprint`, `devices_active` and `commands_waiting`.
pub fn about(ask: Ask<'_>) -> Query<FoundRow> {
    Query::new(concat!(
        "SELECT json_array(json_array(",
        license_row::columns!(),
        "),
           (SELECT p.policy FROM app_policies p WHERE p.issuer = l.issuer AND p.product = l.product),
           ",
        devices!(
            "",
            "AND d.id IN (
               SELECT f.id FROM devices f
                WHERE f.tenant_id = l.tenant_id AND f.license_id = l.id AND f.fingerprint = ?3
                UNION ALL SELECT ?4)
             ORDER BY d.status = 'deactivated', d.activated_ms DESC, d.id LIMIT 4"
        ),
        ",
           ",
        devices!(
            "INDEXED BY devices_active",
            "AND ?5 AND d.status = 'active'
             ORDER BY COALESCE(d.last_seen_ms, d.activated_ms) DESC, d.id LIMIT 16"
        ),
        ",
           json((SELECT json_group_array(json_array(s.metric, s.value, s.own)) FROM (
             SELECT u.metric, CAST(MIN(TOTAL(u.value), 9007199254740991) AS INTEGER) AS value,
                    CAST(MIN(TOTAL(CASE WHEN u.device_id = COALESCE(?4, (
                           SELECT f.id FROM devices f
                            WHERE f.tenant_id = l.tenant_id AND f.license_id = l.id AND f.fingerprint = ?3
                            ORDER BY f.status = 'deactivated', f.activated_ms DESC, f.id LIMIT 1), '')
                         THEN u.value END), 9007199254740991) AS INTEGER) AS own
               FROM usage_gauges u WHERE u.tenant_id = l.tenant_id AND u.license_id = l.id GROUP BY u.metric) s)),
           json((SELECT json_group_array(json_array(w.device_id, w.body)) FROM (
             SELECT c.device_id, c.body FROM commands c INDEXED BY commands_waiting
              WHERE c.tenant_id = l.tenant_id AND c.license_id = l.id AND c.acknowledged_ms IS NULL
                AND (c.device_id IS NULL OR c.device_id = ?4 OR c.device_id IN (
                       SELECT f.id FROM devices f
                        WHERE f.tenant_id = l.tenant_id AND f.license_id = l.id AND f.fingerprint = ?3))
              ORDER BY c.created_ms, c.id LIMIT 32) w))) AS found
           FROM licenses l
          WHERE l.tenant_id = ?1 AND l.provisioned_ms IS NOT NULL AND l.id IN (
                SELECT n.id FROM licenses n WHERE n.tenant_id = ?1 AND (n.id = ?2 OR n.code = ?2)
                 UNION ALL SELECT value FROM json_each(?6))"
    ))
    .bind(ask.license)
    .bind(ask.fingerprint)
    .bind(ask.device)
    .bind(i64::from(ask.by_parts))
    .bind(&serde_json::json!(ask.along))
    .hot()
}
