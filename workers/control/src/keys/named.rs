//! A key by its id, for callers that may see its tenant.

use domain::id::KeyId;
use domain::time::Millis;
use edge::db::Freshness;
use edge::principal::Principal;
use edge::{Call, Failure};
use store::directory::api_keys::{self, ApiKeyRow};
use wire::problem::Kind;

use crate::tenants::{Subject, subject};

/// A key with the place of its tenant.
pub struct Named {
    /// The key.
    pub row: ApiKeyRow,
    /// Whose it is.
    pub subject: Subject,
}

/// The key of this id, if it is one of the caller's tenant or of one below it.
///
/// # Errors
/// `key-not-found`, also for keys of tenants that the caller does not see.
pub async fn named(call: &Call, principal: &Principal, key: &str) -> Result<Named, Failure> {
    let id = KeyId::parse(key).map_err(|_| Kind::KeyNotFound)?;
    let directory = call.directory(Freshness::Primary);
    let row = directory.first(api_keys::by_id_anywhere(&id)).await?.ok_or(Kind::KeyNotFound)?;
    let subject = subject(call, principal, Some(&row.tenant)).await.map_err(hidden)?;
    Ok(Named { row, subject })
}

impl Named {
    /// The key, if it still works and the caller could have made it: whoever may change a key may use it.
    ///
    /// # Errors
    /// `scope-missing` when it may do more than the caller; `key-ended`.
    pub fn changeable(&self, principal: &Principal, now: Millis) -> Result<&ApiKeyRow, Failure> {
        if !principal.scopes.cover(self.row.scopes) {
            return Err(Failure::new(Kind::ScopeMissing, "The key may do more than the caller."));
        }
        if self.row.works(now) { Ok(&self.row) } else { Err(Kind::KeyEnded.into()) }
    }
}

/// A key of a tenant that the caller does not see is a key that is not there.
fn hidden(failure: Failure) -> Failure {
    let strange = failure.problem.code == Kind::TenantNotFound.code();
    if strange { Kind::KeyNotFound.into() } else { failure }
}
