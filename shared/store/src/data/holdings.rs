//! How much a tenant has of what its plan limits.

use domain::time::Millis;
use serde::Deserialize;

use crate::query::{Change, Query};

/// How much a tenant has on its shard.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct HoldingsRow {
    /// Issuers of its licenses.
    pub vendors: u32,
    /// Licenses that are not revoked.
    pub licenses: u32,
    /// Domains of its own.
    pub hostnames: u32,
    /// People, open invitations included.
    pub users: u32,
}

/// How much the tenant has at `now`. Index: the primary keys.
pub fn counted(now: Millis) -> Query<HoldingsRow> {
    Query::new(
        "SELECT COUNT(DISTINCT l.issuer) AS vendors, COUNT(*) AS licenses,
                (SELECT COUNT(*) FROM custom_hostnames h WHERE h.tenant_id = ?1) AS hostnames,
                (SELECT COUNT(*) FROM users u WHERE u.tenant_id = ?1)
                + (SELECT COUNT(*) FROM invitations i
                    WHERE i.tenant_id = ?1 AND i.used_ms IS NULL AND i.expires_ms > ?2) AS users
           FROM licenses l WHERE l.tenant_id = ?1 AND l.standing <> 'revoked'",
    )
    .bind(now)
    .hot()
}

/// Goes behind a new invitation in its batch, and refuses the batch as stale when the tenant then has more than `most`
/// people, open invitations included.
pub fn people_within(most: u32, now: Millis) -> Change {
    Change::new(
        "UPDATE profiles
            SET updated_ms = CASE
                  WHEN (SELECT COUNT(*) FROM users u WHERE u.tenant_id = ?1)
                       + (SELECT COUNT(*) FROM invitations i
                           WHERE i.tenant_id = ?1 AND i.used_ms IS NULL AND i.expires_ms > ?3) <= ?2
                  THEN updated_ms END
          WHERE tenant_id = ?1",
    )
    .bind(most)
    .bind(now)
}

/// Goes behind a new license in its batch, and refuses the batch as stale when the holder then has more than `vendors`
/// issuers or more than `licenses` licenses. However many are made at once, no more come to be.
pub fn within(vendors: Option<u32>, licenses: Option<u32>) -> Change {
    Change::new(
        "UPDATE profiles
            SET updated_ms = CASE
                  WHEN (SELECT COUNT(DISTINCT l.issuer) <= COALESCE(?2, COUNT(*)) AND COUNT(*) <= COALESCE(?3, COUNT(*))
                          FROM licenses l WHERE l.tenant_id = ?1 AND l.standing <> 'revoked')
                  THEN updated_ms END
          WHERE tenant_id = ?1",
    )
    .bind(vendors)
    .bind(licenses)
}
