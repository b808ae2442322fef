//! One fixed installation: root, issuer, answer key, a license, all from fixed seeds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::id::{Kid, LeaseId, LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use domain::license::{License, Standing};
use domain::money::{Currency, Money};
use domain::place::Shard;
use domain::pool::{Lease, Seats, Subject};
use domain::terms::{Binding, BindingMode, Matching, OverageBasis, Pricing, Terms};
use domain::time::Millis;
use domain::usage::Metric;
use domain::version::VersionRange;
use license::answer::{AnswerHeaders, AnswerParts, Params, RequestParts, sign_answer};
use license::cert::{Certified, KeyUse};
use license::claims::Claims;
use license::export::{ExportClaims, PartClaim, WritExport};
use license::keys::SigningSeed;
use license::lease::LeaseClaims;
use license::receipt::{ReceiptClaims, Returned};
use license::token;

/// 2025-10-04T10:30:05Z
pub const NOW: Millis = Millis(1_759_573_805_000);
pub const BODY: &str = r#"{"valid":true,"code":"VALID","nonce":"5f0e"}"#;
pub const REQUEST_BODY: &str = r#"{"license_id":"ACME-ENT-50VM-2025-7KQ2M9","nonce":"5f0e"}"#;
pub const TARGET: &str = "https://acme.writ.example/api/v1/licenses/validate";

pub fn root() -> SigningSeed {
    SigningSeed::from_bytes(&[7; 32])
}

pub fn issuer() -> SigningSeed {
    SigningSeed::from_bytes(&[8; 32])
}

pub fn answer_seed() -> SigningSeed {
    SigningSeed::from_bytes(&[9; 32])
}

pub fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

pub fn kid(seed: &SigningSeed) -> Kid {
    seed.public().kid().unwrap()
}

pub fn certificate(seed: &SigningSeed, owner: &str, usage: KeyUse) -> String {
    let certified = Certified {
        kid: kid(seed),
        owner: tenant(owner),
        usage,
        public: seed.public(),
        not_before: Millis::from_seconds(1_735_689_600),
        not_after: Millis::from_seconds(1_893_456_000),
    };
    certified.certify(&root()).unwrap()
}

pub fn license() -> License {
    let limits = [
        (Metric::Vms, 50),
        (Metric::StorageGb, 1000),
        (Metric::Cores, 64),
        (Metric::CoresIfl, 8),
        (Metric::Devices, 3),
    ];
    let euro = |minor| Money::new(minor, Currency::parse("EUR").unwrap()).unwrap();
    License {
        id: LicenseId::new(Shard::Eu, [7; 16]),
        code: LicenseCode::parse("ACME-ENT-50VM-2025-7KQ2M9").unwrap(),
        holder: tenant("acme"),
        issuer: tenant("meridian"),
        product: ProductId::parse("backup-suite").unwrap(),
        plan: PlanId::parse("enterprise").unwrap(),
        standing: Standing::Active,
        starts: Millis::from_seconds(1_735_689_600),
        ends: Some(Millis::from_seconds(1_767_139_200)),
        terms: Terms {
            features: vec!["replication".into(), "backup_local".into()],
            limits: BTreeMap::from(limits),
            commit: 10,
            max_overage: 5,
            pricing: Some(Pricing {
                commit_fee_monthly: euro(2_200_000),
                overage_per_use: euro(4_500),
                overage_basis: OverageBasis::Checkout,
            }),
            binding: Binding {
                mode: BindingMode::Strict,
                matching: Matching::Most,
                fingerprint: None,
                migrations: 2,
            },
            grace_seconds: Terms::GRACE_SECONDS,
            warn_seconds: Terms::WARN_SECONDS,
            allow_in_grace: vec!["backup_local".into()],
            versions: Some(VersionRange::parse(">=8.0.0").unwrap()),
            ..Terms::default()
        },
        exceeded_since: None,
        version: 3,
    }
}

pub fn claims() -> Claims {
    Claims::of(&license(), "Acme GmbH", NOW, "evt_0123456789abcdefghjkmnpqrs".into())
}

pub fn signed_license() -> String {
    let cert = certificate(&issuer(), "meridian", KeyUse::License);
    token::sign(&issuer(), &kid(&issuer()), Some(&cert), &claims()).unwrap()
}

/// A seat borrowed for two days, and the claims about it.
pub fn lease_claims() -> LeaseClaims {
    let license = license();
    let until = NOW.plus_seconds(172_800);
    let lease = Lease {
        id: lease_id(),
        number: 1,
        hold: 1,
        subject: Subject {
            user: Some("ada".into()),
            host: Some("ws-042".into()),
            device: Some("dev_0w3ge1r70w3ge1r70w3ge1r70w".into()),
            owner: "key_1".into(),
        },
        features: vec!["backup_local".into()],
        quantity: 2,
        seats: Seats { commit: 1, overage: 1 },
        started: NOW,
        granted_until: until,
        ends: until,
        ttl_seconds: 172_800,
        borrowed: true,
        returned: None,
        ended: None,
        keys: Vec::new(),
        ticket: None,
        return_keys: Vec::new(),
    };
    LeaseClaims::of(&lease, &license, &tenant("writ"), Millis::from_seconds(1_735_689_600))
}

/// The receipt for that seat, an hour later.
pub fn receipt_claims() -> ReceiptClaims {
    let returned = Returned {
        lease: lease_id(),
        license: license().id,
        at: NOW.plus_seconds(3600),
        held_until: Some(NOW.plus_seconds(3900)),
    };
    ReceiptClaims::of(returned, &tenant("writ"), Millis::from_seconds(1_735_689_600))
}

/// The manifest of the second page of an export.
pub fn export_claims() -> ExportClaims {
    let rows = r#"[{"host":"acme.writ.localhost","kind":"default","status":"active"}]"#;
    ExportClaims {
        iss: tenant("writ"),
        sub: tenant("acme"),
        iat: NOW.seconds(),
        writ: WritExport::Records {
            from: Some("WyJob3N0bmFtZXMiLFsiIl1d".into()),
            to: None,
            parts: vec![PartClaim {
                name: "hostnames".into(),
                rows: 1,
                sha256: license::hex(&license::sha256(rows.as_bytes())),
            }],
        },
    }
}

fn lease_id() -> LeaseId {
    LeaseId::new(&license().id, [1; 10])
}

pub fn answer_cert() -> String {
    certificate(&answer_seed(), "writ", KeyUse::Answer)
}

pub fn signed_answer(request: RequestParts<'_>) -> AnswerHeaders {
    let kid = kid(&answer_seed());
    let params = Params { kid: &kid, created: NOW, expires: NOW.plus_seconds(300), nonce: "5f0e" };
    sign_answer(&answer_seed(), AnswerParts { status: 200, body: BODY.as_bytes() }, request, params)
        .unwrap()
}

pub fn golden_dir() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden"].iter().collect()
}
