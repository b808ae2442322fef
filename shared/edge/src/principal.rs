//! Principals: who is calling. Credentials are read once, checked by shape, then looked up by hash.

use domain::id::{KeyId, TenantId, UserId};
use domain::license::Standing;
use domain::limiter::CheckoutLimits;
use domain::perimeter::Restrictions;
use domain::place::Shard;
use domain::role::Role;
use domain::scope::Scopes;
use domain::session::Times;
use domain::time::Millis;
use license::api_key::ApiKeyText;
use store::directory::api_keys::PrincipalRow;
use store::directory::sessions::SessionRow;
use wire::problem::Kind;
use wire::tenant::TenantKind;

use crate::failure::Failure;
use crate::session::{self, Session};
use crate::site::{self, Site};

/// What a request shows as its credentials.
#[derive(Debug)]
pub enum Credentials<'a> {
    /// None.
    Nobody,
    /// An API key that reads well.
    ApiKey(Box<ApiKeyText>),
    /// A license key, not checked yet.
    LicenseKey(&'a str),
}

impl<'a> Credentials<'a> {
    /// Reads the `Authorization` header: `Bearer <API key>` or `License <license key>`.
    ///
    /// # Errors
    /// `credentials-malformed` when it is neither, or the key was mistyped.
    pub fn read(header: &'a str) -> Result<Self, Failure> {
        let (scheme, value) = header.split_once(' ').unwrap_or((header, ""));
        let value = value.trim();
        match scheme.to_ascii_lowercase().as_str() {
            "" => Ok(Self::Nobody),
            "bearer" => ApiKeyText::parse(value)
                .map(|key| Self::ApiKey(Box::new(key)))
                .map_err(|_| Kind::CredentialsMalformed.into()),
            "license" if !value.is_empty() => Ok(Self::LicenseKey(value)),
            _ => Err(Kind::CredentialsMalformed.into()),
        }
    }
}

/// Who calls, as logs and audit entries name them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Who {
    /// An application, by its API key.
    Key(KeyId),
    /// A person who has signed in.
    User(UserId),
}

impl Who {
    /// The kind, for logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Key(_) => "api_key",
            Self::User(_) => "user",
        }
    }

    /// Whoever has this id.
    pub fn read(id: &str) -> Option<Self> {
        let user = UserId::parse(id).map(Self::User);
        user.or_else(|_| KeyId::parse(id).map(Self::Key)).ok()
    }

    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Key(id) => id.as_str(),
            Self::User(id) => id.as_str(),
        }
    }
}

/// Whoever calls, with the tenant for which they do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Principal {
    /// Who it is.
    pub who: Who,
    /// Whose it is.
    pub tenant: TenantId,
    /// What the tenant is.
    pub kind: TenantKind,
    /// Whether the tenant is suspended; none when it is not in service at all.
    pub standing: Option<Standing>,
    /// The tenant above it.
    pub parent: Option<TenantId>,
    /// Where the tenant's records live.
    pub shard: Shard,
    /// What the key may do.
    pub scopes: Scopes,
    /// First instant at which it no longer works.
    pub expires: Option<Millis>,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Requests in any window.
    pub rate_limit: u32,
    /// Length of the window.
    pub rate_window_seconds: u32,
    /// What the key demands besides its secret.
    pub restrictions: Option<Box<Restrictions>>,
    /// How many checkouts it may make.
    pub checkouts: CheckoutLimits,
    /// How many all keys of its tenant may make together.
    pub tenant_checkouts: CheckoutLimits,
    /// What is particular to a person who has signed in; none for a key.
    pub session: Option<Box<Session>>,
}

impl Principal {
    /// The name in logs, audit entries and idempotency keys.
    pub fn actor(&self) -> &str {
        self.who.id()
    }

    /// The key, where it is one.
    pub const fn key(&self) -> Option<&KeyId> {
        match &self.who {
            Who::Key(id) => Some(id),
            Who::User(_) => None,
        }
    }

    /// The principal of a row; none when its tenant's kind is not known to this version.
    pub fn from_row(row: PrincipalRow) -> Option<Self> {
        Some(Self {
            kind: TenantKind::from_name(&row.tenant_kind)?,
            standing: site::standing(row.tenant_status),
            who: Who::Key(row.key_id),
            tenant: row.tenant,
            parent: row.parent,
            shard: row.shard,
            scopes: row.scopes,
            expires: row.expires_ms,
            revoked: row.revoked_ms.is_some(),
            rate_limit: row.rate_limit,
            rate_window_seconds: row.rate_window_seconds,
            restrictions: row.restrictions,
            checkouts: row.rate_limits.unwrap_or(CheckoutLimits::KEY),
            tenant_checkouts: row.tenant_rate_limits.unwrap_or(CheckoutLimits::TENANT),
            session: None,
        })
    }

    /// The principal of a session; none when its tenant's kind, its role or its actor is not known to this version.
    pub fn from_session(row: SessionRow) -> Option<Self> {
        let role = Role::from_name(&row.role)?;
        let times = Times { made: row.made_ms, seen: row.seen_ms, expires: row.expires_ms };
        Some(Self {
            kind: TenantKind::from_name(&row.tenant_kind)?,
            standing: site::standing(row.tenant_status),
            who: Who::read(&row.actor)?,
            tenant: row.tenant,
            parent: row.parent,
            shard: row.shard,
            scopes: role.scopes(),
            expires: Some(times.ends()),
            revoked: row.revoked_ms.is_some(),
            rate_limit: session::PER_MINUTE,
            rate_window_seconds: 60,
            // What a person may check out is what one key may.
            restrictions: None,
            checkouts: CheckoutLimits::KEY,
            tenant_checkouts: row.tenant_rate_limits.unwrap_or(CheckoutLimits::TENANT),
            session: Some(Box::new(Session { id: row.id, role, customers: row.customers, times })),
        })
    }

    /// The only customers whom the caller may look after; none for all.
    pub fn customers(&self) -> Option<&[TenantId]> {
        self.session.as_deref().and_then(|session| session.customers.as_deref())
    }

    /// Whether the caller may look after a tenant below its own.
    pub fn looks_after(&self, tenant: &TenantId) -> bool {
        self.customers().is_none_or(|listed| listed.contains(tenant))
    }

    /// Whether the key works at `now` on `site`.
    ///
    /// # Errors
    /// `credentials-revoked`, `credentials-expired` or `wrong-host`, in this order.
    pub fn admit(&self, site: &Site, vendor_id: &str, now: Millis) -> Result<(), Failure> {
        if self.revoked || self.standing.is_none() {
            return Err(Kind::CredentialsRevoked.into());
        }
        if self.expires.is_some_and(|end| end <= now) {
            return Err(Kind::CredentialsExpired.into());
        }
        if !self.belongs_on(site) || !(vendor_id.is_empty() || vendor_id == self.tenant.as_str()) {
            return Err(Kind::WrongHost.into());
        }
        Ok(())
    }

    /// A key works on its tenant's own hosts and on the shared host of its tenant's kind.
    fn belongs_on(&self, site: &Site) -> bool {
        match site.house {
            Some(house) => house.serves() == Some(self.kind),
            None => site.tenant == self.tenant,
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A key of `acme` with nothing special about it.
    pub fn principal() -> Principal {
        Principal {
            who: Who::Key(KeyId::new([1; 16])),
            tenant: TenantId::parse("acme").unwrap(),
            kind: TenantKind::Customer,
            standing: Some(Standing::Active),
            parent: TenantId::parse("techpartners").ok(),
            shard: Shard::Eu,
            scopes: Scopes::default(),
            expires: Some(Millis(100)),
            revoked: false,
            rate_limit: 10,
            rate_window_seconds: 60,
            restrictions: None,
            checkouts: CheckoutLimits::KEY,
            tenant_checkouts: CheckoutLimits::TENANT,
            session: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::principal;
    use super::*;
    use crate::site::House;
    use domain::place::Region;

    fn site(tenant: &str, house: Option<House>) -> Site {
        Site {
            host: "h".into(),
            house,
            tenant: TenantId::parse(tenant).unwrap(),
            kind: TenantKind::Customer,
            parent: None,
            shard: Shard::Eu,
            region: Region::Eu,
            standing: Standing::Active,
        }
    }

    #[test]
    fn a_key_works_on_its_own_hosts_until_its_end() {
        type Change = fn(&mut Principal);
        let keep: Change = |_| {};
        let rows: &[(&str, Change, Site, i64, Option<&str>)] = &[
            ("own host", keep, site("acme", None), 99, None),
            ("at its end", keep, site("acme", None), 100, Some("credentials-expired")),
            ("another tenant's host", keep, site("globex", None), 0, Some("wrong-host")),
            ("the parent's host", keep, site("techpartners", None), 0, Some("wrong-host")),
            ("the MSPs' host", keep, site("writ", Some(House::Msp)), 0, Some("wrong-host")),
            ("revoked", |p| p.revoked = true, site("acme", None), 100, Some("credentials-revoked")),
            (
                "no longer in service",
                |p| p.standing = None,
                site("acme", None),
                0,
                Some("credentials-revoked"),
            ),
            (
                "an MSP on the MSPs' host",
                |p| p.kind = TenantKind::Msp,
                site("writ", Some(House::Msp)),
                0,
                None,
            ),
            (
                "an MSP on the vendors' host",
                |p| p.kind = TenantKind::Msp,
                site("writ", Some(House::Vendors)),
                0,
                Some("wrong-host"),
            ),
        ];
        for (name, change, site, now, code) in rows {
            let mut principal = principal();
            change(&mut principal);
            let got = principal.admit(site, "", Millis(*now)).err().map(|f| f.problem.code);
            assert_eq!(got.as_deref(), *code, "{name}");
        }
        assert!(
            principal().admit(&site("acme", None), "globex", Millis(0)).is_err(),
            "X-Vendor-ID of another"
        );
    }

    #[test]
    fn credentials_are_read_by_their_shape() {
        assert!(matches!(Credentials::read(""), Ok(Credentials::Nobody)));
        assert!(matches!(
            Credentials::read("License NLS-x-y"),
            Ok(Credentials::LicenseKey("NLS-x-y"))
        ));
        for bad in ["Bearer", "Bearer wk_acme_zzz", "Basic YTpi", "License ", "wk_acme_x"] {
            assert!(Credentials::read(bad).is_err(), "{bad}");
        }
    }
}
