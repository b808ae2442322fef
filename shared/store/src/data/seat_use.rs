//! Figures of floating seats, summed up from the ledger (`lease_events`) alone.
//!
//! A period is cut into spans: months for a statement, days for a chart. A span begins with the gauges of the last entry
//! before it; what is held is integrated exactly from entry to entry. `domain::pool::statement` says the same in Rust,
//! and tests hold the two together.

use domain::id::{LicenseId, ProductId, TenantId};
use domain::license::Standing;
use domain::pool::statement::OverageUse;
use domain::terms::Pricing;
use domain::time::Millis;
use serde::Deserialize;

use crate::query::Query;
use crate::row;

/// Part of a period: its first instant, and the first one after it.
pub type Span = (Millis, Millis);

/// Which licenses of an issuer a statement reads next.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// After this id; empty for the first page.
    pub after: &'a str,
    /// How many.
    pub limit: u32,
    /// The whole period.
    pub period: Span,
    /// Only those of this CRM account: named by the license itself, or, where it names none, held by `customer`.
    pub account: Option<&'a str>,
    /// The tenant that the account is linked to.
    pub customer: Option<&'a TenantId>,
}

/// A license on a statement.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct BilledRow {
    /// The holder.
    pub tenant_id: TenantId,
    /// The holder's name for people.
    pub customer_name: Option<String>,
    /// Its id.
    pub id: LicenseId,
    /// What it is for.
    pub product: ProductId,
    /// What the issuer decided about it.
    pub standing: Standing,
    /// First instant.
    pub starts_ms: Millis,
    /// First instant after it.
    pub ends_ms: Option<Millis>,
    /// When it was last changed: revoked, when it is; nothing changes after that.
    pub updated_ms: Millis,
    /// The issuer's name of the holder.
    pub crm_account_id: Option<String>,
    /// What its seats cost.
    #[serde(deserialize_with = "row::json_or_null")]
    pub pricing: Option<Pricing>,
}

impl BilledRow {
    /// Whether it is valid for at least an instant of the span. Suspension does not end it, revocation does.
    pub fn valid_within(&self, (from, to): Span) -> bool {
        let revoked = (self.standing == Standing::Revoked).then_some(self.updated_ms);
        let last = [self.ends_ms, revoked, Some(to)].into_iter().flatten().min();
        last.is_some_and(|last| self.starts_ms.max(from) < last)
    }
}

/// The figures of a license in a span. Spans in which nothing was held and nothing happened have no row.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct FiguresRow {
    /// The license.
    pub license_id: LicenseId,
    /// Which of the spans asked for.
    pub span: usize,
    /// Seats checked out, those shared with another lease included.
    pub checkouts: u64,
    /// Overage seats taken by them.
    pub overage_checkouts: u64,
    /// Refusals.
    pub denials: u64,
    /// The most seats held at a time.
    pub peak_held: u32,
    /// The most overage seats held at a time.
    pub peak_overage: u32,
    /// Commit seats times how long they were held, whole seconds of each step.
    #[serde(deserialize_with = "row::whole")]
    commit_seconds: i64,
    /// The milliseconds beyond.
    #[serde(deserialize_with = "row::whole")]
    commit_rest_ms: i64,
    /// The same of overage seats.
    #[serde(deserialize_with = "row::whole")]
    overage_seconds: i64,
    /// The milliseconds beyond.
    #[serde(deserialize_with = "row::whole")]
    overage_rest_ms: i64,
}

impl FiguresRow {
    /// Commit seats times the milliseconds that they were held.
    pub const fn commit_ms(&self) -> i64 {
        self.commit_seconds.saturating_mul(1000).saturating_add(self.commit_rest_ms)
    }

    /// Its overage.
    pub const fn overage(&self) -> OverageUse {
        OverageUse {
            checkouts: self.overage_checkouts,
            peak: self.peak_overage,
            overage_ms: self
                .overage_seconds
                .saturating_mul(1000)
                .saturating_add(self.overage_rest_ms),
        }
    }
}

// Licenses with prices or floating seats that are valid within the period (?4 to ?5), and those with entries in it or
// seats held into it: leases outlive their license. ?6 and ?7 narrow to a CRM account.
macro_rules! page {
    () => {
        "l.issuer = ?1 AND l.id > ?2
            AND (?6 IS NULL OR l.crm_account_id = ?6 OR (l.crm_account_id IS NULL AND l.tenant_id = ?7))
            AND ((l.starts_ms < ?5 AND COALESCE(l.ends_ms > ?4, 1) AND (l.standing <> 'revoked' OR l.updated_ms > ?4)
                  AND (json_extract(l.terms, '$.pricing') IS NOT NULL
                       OR json_extract(l.terms, '$.commit') > 0 OR json_extract(l.terms, '$.max_overage') > 0))
                 OR COALESCE((SELECT p.at_ms >= ?4 OR p.overage_held > 0 FROM lease_events p
                               WHERE p.tenant_id = l.tenant_id AND p.license_id = l.id AND p.at_ms < ?5
                               ORDER BY p.at_ms DESC, p.seq DESC LIMIT 1), 0))
          ORDER BY l.id LIMIT ?3"
    };
}

// From `wanted` (license and span) to figures. A span's first step has the gauges before it; LEAD finds where a step ends.
// Seconds and the rest are summed apart and sent as text: neither 64 bits nor JavaScript's 53 must overflow.
macro_rules! figures {
    ($wanted:expr) => {
        concat!(
            "WITH wanted (tenant_id, license_id, span, from_ms, to_ms) AS MATERIALIZED (",
            $wanted,
            "), steps AS (
                SELECT w.license_id, w.span, w.to_ms, w.from_ms AS at_ms, 0 AS seq, '' AS kind, 0 AS quantity,
                       0 AS overage_seats, COALESCE(o.commit_held, 0) AS commit_held,
                       COALESCE(o.overage_held, 0) AS overage_held
                  FROM wanted w LEFT JOIN lease_events o
                    ON o.tenant_id = w.tenant_id AND o.license_id = w.license_id AND o.seq = (
                       SELECT p.seq FROM lease_events p
                        WHERE p.tenant_id = w.tenant_id AND p.license_id = w.license_id AND p.at_ms < w.from_ms
                        ORDER BY p.at_ms DESC, p.seq DESC LIMIT 1)
                 UNION ALL
                SELECT w.license_id, w.span, w.to_ms, e.at_ms, e.seq, e.kind, e.quantity, e.overage_seats,
                       e.commit_held, e.overage_held
                  FROM wanted w CROSS JOIN lease_events e
                    ON e.tenant_id = w.tenant_id AND e.license_id = w.license_id
                       AND e.at_ms >= w.from_ms AND e.at_ms < w.to_ms),
             timed AS (
                SELECT license_id, span, kind, quantity, overage_seats, commit_held, overage_held,
                       LEAD(at_ms, 1, to_ms) OVER (PARTITION BY license_id, span ORDER BY at_ms, seq) - at_ms AS ms
                  FROM steps)
             SELECT license_id, span,
                    SUM(CASE kind WHEN 'checked_out' THEN quantity ELSE 0 END) AS checkouts,
                    SUM(CASE kind WHEN 'checked_out' THEN overage_seats ELSE 0 END) AS overage_checkouts,
                    SUM(kind = 'refused') AS denials,
                    MAX(commit_held + overage_held) AS peak_held,
                    MAX(overage_held) AS peak_overage,
                    CAST(SUM(commit_held * (ms / 1000)) AS TEXT) AS commit_seconds,
                    CAST(SUM(commit_held * (ms % 1000)) AS TEXT) AS commit_rest_ms,
                    CAST(SUM(overage_held * (ms / 1000)) AS TEXT) AS overage_seconds,
                    CAST(SUM(overage_held * (ms % 1000)) AS TEXT) AS overage_rest_ms
               FROM timed
              GROUP BY license_id, span
             HAVING COUNT(*) > 1 OR MAX(commit_held + overage_held) > 0
              ORDER BY license_id, span"
        )
    };
}

/// A page of the licenses that a statement of the issuer lists, of holders on this shard, in the order of their ids.
/// Indexes: `licenses_by_issuer`, `lease_events_by_time`.
pub fn billed(page: &Page<'_>) -> Query<BilledRow> {
    paged(
        Query::new(concat!(
            "SELECT l.tenant_id, (SELECT n.name FROM profiles n WHERE n.tenant_id = l.tenant_id) AS customer_name, l.id,
                    l.product, l.standing, l.starts_ms, l.ends_ms, l.updated_ms, l.crm_account_id,
                    json_extract(l.terms, '$.pricing') AS pricing
               FROM licenses l WHERE ",
            page!()
        )),
        page,
    )
    .hot()
}

/// The figures of the same page of licenses, in each of `spans`. Index: `lease_events_by_time`.
pub fn of_issued(page: &Page<'_>, spans: &[Span]) -> Query<FiguresRow> {
    let query = Query::new(figures!(concat!(
        "SELECT g.tenant_id, g.id, s.key, json_extract(s.value, '$[0]'), json_extract(s.value, '$[1]')
           FROM (SELECT l.tenant_id, l.id FROM licenses l WHERE ",
        page!(),
        ") g CROSS JOIN json_each(?8) s"
    )));
    paged(query, page).bind(json(spans))
}

/// The figures of one license of the holder, in each of `spans`. Index: `lease_events_by_time`.
pub fn of_license(license: &LicenseId, spans: &[Span]) -> Query<FiguresRow> {
    Query::new(figures!(
        "SELECT ?1, ?2, s.key, json_extract(s.value, '$[0]'), json_extract(s.value, '$[1]') FROM json_each(?3) s"
    ))
    .bind(license)
    .bind(json(spans))
}

fn paged<R>(query: Query<R>, page: &Page<'_>) -> Query<R> {
    let (from, to) = page.period;
    query
        .bind(page.after)
        .bind(page.limit)
        .bind(from)
        .bind(to)
        .bind(page.account)
        .bind(page.customer)
}

fn json(spans: &[Span]) -> String {
    serde_json::json!(spans).to_string()
}
