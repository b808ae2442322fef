//! Builders: valid things with nothing special about them.

use domain::id::{KeyId, LicenseCode, LicenseId, PlanId, ProductId, RequestId, TenantId};
use domain::license::{License, Standing};
use domain::place::Shard;
use domain::terms::Terms;
use domain::time::Millis;
use domain::usage::Metric;

/// 2026-01-01T00:00:00Z: when tests happen.
pub const NOW: Millis = Millis(1_767_225_600_000);

/// A tenant's id.
pub fn tenant(slug: &str) -> TenantId {
    TenantId::parse(slug).expect("a slug")
}

/// The API key number `n`.
pub fn key_id(n: u8) -> KeyId {
    KeyId::new([n; 16])
}

/// The request number `n`.
pub fn request_id(n: u8) -> RequestId {
    RequestId::new([n; 16])
}

/// Terms with one feature, 50 VMs and three devices.
pub fn terms() -> Terms {
    Terms {
        features: vec!["backup_local".into()],
        limits: [(Metric::Vms, 50), (Metric::Devices, 3)].into(),
        grace_seconds: Terms::GRACE_SECONDS,
        warn_seconds: Terms::WARN_SECONDS,
        ..Terms::default()
    }
}

/// License number `n`: issued by `techpartners` to `acme`, from [`NOW`] for 365 days.
pub fn license(n: u8) -> License {
    License {
        id: LicenseId::new(Shard::Eu, [n; 16]),
        code: LicenseCode::parse(&format!("ACME-ENT-{n:04}")).expect("a code"),
        holder: tenant("acme"),
        issuer: tenant("techpartners"),
        product: ProductId::parse("sendense").expect("a product"),
        plan: PlanId::parse("enterprise").expect("a plan"),
        standing: Standing::Active,
        starts: NOW,
        ends: Some(NOW.plus_seconds(365 * 86_400)),
        terms: terms(),
        exceeded_since: None,
        version: 1,
    }
}
