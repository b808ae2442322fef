//! Invitations of people: one per address, accepted once.

use domain::id::{InvitationId, TenantId};
use domain::person::Email;
use domain::time::Millis;
use serde::Deserialize;

use crate::directory::sessions::customers;
use crate::query::{Change, Query};
use crate::row;

/// An invitation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct InvitationRow {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: Email,
    /// The name of the role that it gives.
    pub role: String,
    /// The only customers that it gives; none for all.
    #[serde(deserialize_with = "row::json_or_null")]
    pub customers: Option<Vec<TenantId>>,
    /// Who invited.
    pub invited_by: String,
    /// When it was made.
    pub created_ms: Millis,
    /// First instant at which it no longer stands.
    pub expires_ms: Millis,
    /// When it was accepted.
    pub used_ms: Option<Millis>,
}

/// An invitation to store.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    /// Its id.
    pub id: &'a InvitationId,
    /// Who is invited.
    pub email: &'a Email,
    /// The name of the role that it gives.
    pub role: &'a str,
    /// The only customers that it gives; none for all.
    pub customers: Option<&'a [TenantId]>,
    /// The hash of its token.
    pub token_hash: &'a str,
    /// Who invites.
    pub invited_by: &'a str,
    /// First instant at which it no longer stands.
    pub expires: Millis,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, email, role, customers, invited_by, created_ms, expires_ms, used_ms
               FROM invitations ",
            $tail
        )
    };
}

/// The invitation of a token. Index: `invitations_by_token`.
pub fn by_token(hash: &str) -> Query<InvitationRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND token_hash = ?2")).bind(hash).hot()
}

/// The invitation of an address. Index: `invitations_by_email`.
pub fn by_email(email: &Email) -> Query<InvitationRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND email = ?2")).bind(email.as_str()).hot()
}

/// One invitation. Index: the primary key.
pub fn by_id(id: &InvitationId) -> Query<InvitationRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id = ?2")).bind(id).hot()
}

/// A page of the invitations, accepted and expired ones too. Index: the primary key.
pub fn list(after: &str, limit: u32) -> Query<InvitationRow> {
    Query::new(select!("WHERE tenant_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"))
        .bind(after)
        .bind(limit)
        .hot()
}

/// A new invitation; one of the same address is replaced, so that its token no longer works.
pub fn put(invitation: &NewInvitation<'_>, now: Millis) -> Change {
    Change::new(
        "INSERT INTO invitations (tenant_id, id, email, role, customers, token_hash, invited_by, created_ms, expires_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (tenant_id, email) DO UPDATE
            SET id = excluded.id, role = excluded.role, customers = excluded.customers,
                token_hash = excluded.token_hash, invited_by = excluded.invited_by,
                created_ms = excluded.created_ms, expires_ms = excluded.expires_ms, used_ms = NULL",
    )
    .bind(invitation.id)
    .bind(invitation.email.as_str())
    .bind(invitation.role)
    .bind(customers(invitation.customers))
    .bind(invitation.token_hash)
    .bind(invitation.invited_by)
    .bind(now)
    .bind(invitation.expires)
}

/// Marks an invitation as accepted. Changes no row when it was before, or has expired.
pub fn use_up(id: &InvitationId, now: Millis) -> Change {
    Change::new(
        "UPDATE invitations SET used_ms = ?3
          WHERE tenant_id = ?1 AND id = ?2 AND used_ms IS NULL AND expires_ms > ?3",
    )
    .bind(id)
    .bind(now)
}

/// Takes an invitation back.
pub fn delete(id: &InvitationId) -> Change {
    Change::new("DELETE FROM invitations WHERE tenant_id = ?1 AND id = ?2").bind(id)
}

/// Forgets the invitation of an address, with the person.
pub fn forget(email: &Email) -> Change {
    Change::new("DELETE FROM invitations WHERE tenant_id = ?1 AND email = ?2").bind(email.as_str())
}
