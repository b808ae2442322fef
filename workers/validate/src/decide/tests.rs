//! The decision on values alone: facts in, an answer out.

use std::rc::Rc;

use ::license::claims::Claims;
use domain::license::License;
use domain::place::Shard;
use domain::terms::BindingMode;
use domain::usage::Metric;
use edge::door::Inbound;
use serde_json::{Value, json};
use store::data::usage::ShareRow;
use testkit::{NOW, license, tenant};

use super::*;

fn ask(body: &Value) -> Ask {
    Ask::read(&Inbound::of_body(body.to_string())).expect("a request")
}

fn presented(license: &License) -> Presented {
    Presented { claims: Some(Rc::new(Claims::of(license, "Acme", NOW, "jti".into()))) }
}

/// Decides and gives the answer's body.
fn decide(
    ask: &Ask,
    facts: Option<&Facts>,
    presented: Option<&Presented>,
    suspended: &[TenantId],
) -> Value {
    let subject = ask.subject(&tenant("acme"), Shard::Eu, "ACME-ENT-0001");
    let case = Case {
        app: App::default(),
        ask,
        subject: &subject,
        facts,
        presented,
        holder: Standing::Active,
        suspended,
        unconfirmed: if facts.is_none() { vec!["license"] } else { Vec::new() },
        now: NOW,
    };
    let (_, out) = case.decide();
    serde_json::from_str(&out.body).expect("JSON")
}

fn facts(license: License) -> Facts {
    Facts { license: Some(license), ..Facts::default() }
}

#[test]
fn a_known_license_is_told_with_its_entitlements_and_what_is_left() {
    let facts = Facts {
        shares: vec![ShareRow { metric: Metric::Vms, value: 40, own: 10 }],
        ..facts(license(1))
    };
    let answer = decide(
        &ask(&json!({"license_id": "x", "usage_metrics": {"vm_count": 15}, "nonce": "n"})),
        Some(&facts),
        None,
        &[],
    );
    assert_eq!(answer["code"], "VALID");
    assert_eq!(answer["remaining"]["vms"], 5, "the device's 10 were replaced by 15: 45 of 50");
    assert_eq!(answer["entitlements"]["limits"]["vms"], 50);
    assert_eq!((&answer["nonce"], &answer["degraded"]), (&json!("n"), &json!(false)));
}

#[test]
fn a_suspended_issuer_stops_its_licenses() {
    let answer = decide(
        &ask(&json!({"license_id": "x"})),
        Some(&facts(license(1))),
        None,
        &[tenant("techpartners")],
    );
    assert_eq!((&answer["valid"], &answer["code"]), (&json!(false), &json!("TENANT_SUSPENDED")));
}

#[test]
fn a_key_of_another_license_or_a_forged_one_is_refused_and_learns_nothing() {
    let forged = Presented { claims: None };
    for bad in [&presented(&license(2)), &forged] {
        let answer =
            decide(&ask(&json!({"license_id": "x"})), Some(&facts(license(1))), Some(bad), &[]);
        assert_eq!(answer["code"], "KEY_INVALID");
        assert!(answer.get("entitlements").is_none() && answer.get("state").is_none(), "{answer}");
    }
}

#[test]
fn without_stores_the_signed_license_is_judged() {
    let mut bound = license(1);
    bound.terms.binding.mode = BindingMode::Strict;
    bound.terms.binding.fingerprint = Some("fixed".into());
    let mut over = license(1);
    over.ends = Some(NOW.plus_seconds(-i64::from(over.terms.grace_seconds)));
    let rows = [
        ("good", license(1), json!({}), true, "VALID_UNCONFIRMED"),
        ("past its grace", over, json!({}), false, "EXPIRED"),
        (
            "bound, same machine",
            bound.clone(),
            json!({"hardware_id": "fixed"}),
            true,
            "VALID_UNCONFIRMED",
        ),
        (
            "bound, other machine",
            bound.clone(),
            json!({"hardware_id": "other"}),
            false,
            "FINGERPRINT_MISMATCH",
        ),
        ("bound, no machine", bound, json!({}), false, "FINGERPRINT_REQUIRED"),
    ];
    for (name, license, body, valid, code) in rows {
        let answer = decide(&ask(&body), None, Some(&presented(&license)), &[]);
        assert_eq!((&answer["valid"], &answer["code"]), (&json!(valid), &json!(code)), "{name}");
        assert_eq!(
            (&answer["degraded"], &answer["unconfirmed"]),
            (&json!(true), &json!(["license"])),
            "{name}"
        );
    }
}
