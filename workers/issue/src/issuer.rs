//! The issuer of a license, as the license's row has it: nothing more has to be asked.

use domain::id::TenantId;
use domain::place::Shard;
use edge::{Call, admit};
use store::data::licenses::LicenseRow;

/// An issuer and where its records live.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuer {
    /// Its id.
    pub tenant: TenantId,
    /// Where its records live.
    pub shard: Shard,
}

/// The issuer of a license. A tenant's shard never changes.
pub fn of(row: &LicenseRow) -> Issuer {
    Issuer { tenant: row.issuer.clone(), shard: row.issuer_shard }
}

/// Whether `tenant` was suspended when the caller was let in: [`admit::admit`] asked, or knew, a moment ago.
pub fn is_suspended(call: &Call, tenant: &TenantId) -> bool {
    let staleness = call.config.staleness_ms.max(1);
    let known = admit::remembered("", None, call.now, staleness).suspended;
    known.is_some_and(|suspended| suspended.contains(tenant))
}
