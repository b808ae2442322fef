//! Rows that statements are tried with.

use domain::command::{Command, Order};
use domain::fleet::{Device, DeviceStatus};
use domain::hostname::Claim;
use domain::id::{AlertId, CommandId, DeviceId, Kid, RegistrationId};
use domain::place::{Region, Shard};
use domain::subscription::Plan;
use domain::watch::{Alert, Rule, Severity};
use serde_json::json;
use store::data::{brand_images, custom_hostnames, registrations};
use store::directory::{issuer_keys, registrations as wanted};
use testkit::{NOW, key_id, tenant};

pub fn issuer_key(kid: &str, state: issuer_keys::KeyState) -> issuer_keys::IssuerKeyRow {
    issuer_keys::IssuerKeyRow {
        kid: Kid::parse(kid).unwrap(),
        tenant: tenant("acme"),
        public_jwk: "{}".into(),
        cert: "a.b.c".into(),
        state,
        not_before_ms: NOW,
        retired_ms: None,
    }
}

pub fn device(n: u8) -> Device {
    Device {
        id: DeviceId::new([n; 16]),
        fingerprint: format!("fp{n}"),
        components: [("cpu".to_owned(), "c1".to_owned())].into(),
        name: Some(format!("plane {n}")),
        status: DeviceStatus::Active,
        activated: NOW.plus(i64::from(n)),
        last_seen: None,
        public_key: None,
        suspect: None,
        instance: None,
        retired_instances: Vec::new(),
        sequence: None,
        status_report: None,
        vacated: false,
    }
}

pub fn command(n: u8) -> Command {
    Command {
        id: CommandId::new([n; 16]),
        order: Order::RefreshLicense,
        created: NOW.plus(i64::from(n)),
    }
}

pub fn logo() -> brand_images::ImageRow {
    brand_images::ImageRow {
        kind: brand_images::ImageKind::Logo,
        media: "image/svg+xml".to_owned(),
        hash: "0".repeat(64),
        bytes: 6,
    }
}

pub fn alert(n: u8) -> Alert {
    Alert {
        id: AlertId::new([n; 16]),
        rule: Rule::Refused,
        severity: Severity::High,
        key: Some(key_id(1)),
        value: "wrong-client".into(),
        detail: json!({ "address": "192.0.2.7" }),
        calls: 1,
        first: NOW,
        last: NOW,
    }
}

pub fn registration(n: u8) -> wanted::RegistrationRow {
    wanted::RegistrationRow {
        id: RegistrationId::new([n; 16]),
        tenant: tenant("newco"),
        domain: "newco.example".into(),
        proof: format!("proof{n}"),
        plan: Plan::Free,
        region: Region::Eu,
        shard: Shard::Eu,
        status: wanted::RegistrationStatus::Pending,
        attempts: 0,
        created_ms: NOW,
        next_ms: Some(NOW),
    }
}

pub fn registration_info(n: u8) -> registrations::RegistrationInfoRow {
    registrations::RegistrationInfoRow {
        id: RegistrationId::new([n; 16]),
        company: "Newco AG".into(),
        domain: "newco.example".into(),
        country: "DE".into(),
        tax_id: None,
        admin_email: "it@newco.example".into(),
        admin_name: "It".into(),
        setup_hash: "0".repeat(64),
        crm_id: "CUST-1".into(),
        settled_ms: None,
        key_id: None,
        created_ms: NOW,
    }
}

pub fn custom_hostname(host: &str) -> custom_hostnames::CustomHostnameRow {
    let json = json!({ "tenant_id": "acme", "host": host, "token": "t", "state": "pending_proof", "attempts": 0,
        "since_ms": 0, "next_ms": null, "reason": null, "remote_id": null, "remote": "{}", "created_ms": 0, "version": 1 });
    let row: custom_hostnames::CustomHostnameRow = serde_json::from_value(json).unwrap();
    row.with(&Claim::begin(NOW))
}
