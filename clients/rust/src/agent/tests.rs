use super::*;
use crate::plan::Ending;
use crate::testing::{Act, NOW, Roots, Service, beat, key_at, license, next_root, root, verdict};
use domain::id::DeviceId;
use domain::verdict::Code;
use serde_json::{Value, json};

fn entropy() -> Entropy {
    let mut count = 0;
    Box::new(move || {
        count += 1;
        Ok([count; 16])
    })
}

fn agent_with(service: &Service, state: AgentState) -> Agent<Service> {
    service.set_time(NOW);
    Agent::new(state, service.clone(), Config::default(), entropy()).unwrap()
}

fn agent(service: &Service) -> Agent<Service> {
    let mut agent = agent_with(service, AgentState::default());
    agent.use_license(&Reference::Id("ACME-ENT-1".into()));
    agent
}

/// Steps until there is something to wait for, and returns the changes as lines.
fn settle(agent: &mut Agent<Service>, now: Millis) -> (Vec<String>, Result<Millis, Ending>) {
    let mut lines = Vec::new();
    loop {
        let step = agent.step(now, now).unwrap();
        lines.extend(step.changes.iter().map(ToString::to_string));
        if let Some(pause) = step.pause {
            return (lines, pause);
        }
    }
}

fn activation() -> Value {
    json!({
        "device_id": DeviceId::new([1; 16]), "license_id": license().id, "created": true,
        "activated_at": "2025-10-04T10:30:05Z", "devices": 1, "device_limit": 3, "license_key": key_at(1),
        "fingerprint_salt": "s", "heartbeat_seconds": 900, "validate_seconds": 86400,
    })
}

#[test]
fn an_agent_activates_validates_and_beats_with_what_it_learnt() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([
        Act::Say(activation()),
        Act::Say(verdict("VALID", NOW, 60, 600)),
        Act::Say(beat("VALID", NOW, 600, &json!([]))),
    ]);
    let mut changes = Vec::new();
    agent.activate(Some("control-1".into()), NOW, &mut changes).unwrap();
    assert!(matches!(changes[..], [Change::RootPinned { .. }]));
    let (lines, pause) = settle(&mut agent, NOW);
    assert_eq!(lines, ["valid (VALID): as scripted"]);
    assert_eq!(pause, Ok(NOW.plus_seconds(10)));
    let asked = service.asked();
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, [ACTIVATE, VALIDATE, HEARTBEAT]);
    assert_eq!(asked[0].1["license_id"], "ACME-ENT-1");
    assert_eq!(asked[1].1["license_key"], key_at(1));
    assert_eq!(asked[2].1["license_id"], license().id.as_str());
    assert_eq!(asked[2].1["device_id"], DeviceId::new([1; 16]).as_str());
    assert!(
        asked.iter().all(|(_, body)| body["nonce"].as_str().is_some_and(|nonce| nonce.len() == 32))
    );
}

#[test]
fn answers_that_are_not_to_be_believed_change_nothing() {
    let good = || verdict("VALID", NOW, 60, 600);
    let rows = [
        ("altered", Act::SayAltered(verdict("REVOKED", NOW, 60, 600))),
        ("replayed", Act::Replay(good())),
        ("unsigned", Act::SayUnsigned(200, good())),
    ];
    for (name, act) in rows {
        let service = Service::at("http://acme.writ.localhost:8787");
        let mut agent = agent(&service);
        service.script([act]);
        let failure = agent.validate(NOW, &mut Vec::new()).unwrap_err();
        assert!(matches!(failure, Failure::Forged(_)), "{name}: {failure}");
        assert_eq!(agent.state.verdict, None, "{name}");
    }
}

#[test]
fn another_root_than_the_pinned_one_is_a_stranger() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let other = license::keys::SigningSeed::from_bytes(&[99; 32]).public().to_pem();
    let mut agent =
        agent_with(&service, AgentState { root_pem: Some(other), ..AgentState::default() });
    agent.use_license(&Reference::Id("ACME-ENT-1".into()));
    service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
    let failure = agent.validate(NOW, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Forged(_)), "{failure}");
}

#[test]
fn of_two_published_roots_both_are_pinned_and_either_vouches() {
    let pins =
        [root(), next_root()].map(|root| Change::RootPinned { kid: root.public().thumbprint() });
    for (name, roots) in [("first", Roots::Two), ("second", Roots::TwoBySecond)] {
        let service = Service::at("http://acme.writ.localhost:8787");
        service.set_roots(roots);
        let mut agent = agent(&service);
        service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
        let mut changes = Vec::new();
        agent.validate(NOW, &mut changes).unwrap();
        assert_eq!(changes[..2], pins, "{name}");
        assert!(agent_with(&service, agent.state.clone()).may_run(NOW), "{name}: a later run");
    }
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
    agent.validate(NOW, &mut Vec::new()).unwrap();
    agent.state.answer_certs.clear();
    service.set_roots(Roots::TwoBySecond);
    service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
    let failure = agent.validate(NOW, &mut Vec::new()).unwrap_err();
    assert!(matches!(failure, Failure::Forged(_)), "a root that came later: {failure}");
}

#[test]
fn a_forged_license_in_an_answer_is_refused() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    let mut forged = activation();
    let key = forged["license_key"].as_str().unwrap().to_owned();
    forged["license_key"] = json!(key.replacen('A', "B", 1));
    service.script([Act::Say(forged)]);
    assert!(matches!(agent.activate(None, NOW, &mut Vec::new()), Err(Failure::Forged(_))));
    assert_eq!(agent.state.device_id, None);
}

#[test]
fn an_outage_is_survived_until_run_until_and_then_ends_the_product() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([
        Act::Say(verdict("VALID", NOW, 60, 100)),
        Act::Say(beat("VALID", NOW, 100, &json!([]))),
    ]);
    settle(&mut agent, NOW).1.unwrap();
    let (lines, pause) = settle(&mut agent, NOW.plus_seconds(61));
    assert_eq!(lines, ["the service cannot be reached: silence; running on for 39 s at most"]);
    assert_eq!(pause, Ok(NOW.plus_seconds(62)));
    assert!(agent.may_run(NOW.plus_seconds(99)));
    let (_, pause) = settle(&mut agent, NOW.plus_seconds(100));
    assert_eq!(pause, Err(Ending::OutOfTime { forged: false }));
}

#[test]
fn refusals_without_signature_do_not_stop_a_running_product() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([
        Act::Say(verdict("VALID", NOW, 60, 100)),
        Act::Say(beat("VALID", NOW, 100, &json!([]))),
    ]);
    settle(&mut agent, NOW).1.unwrap();
    let rows = [(401, wire::Kind::CredentialsRevoked), (403, wire::Kind::TenantSuspended)];
    for (round, (status, kind)) in (1..).zip(rows) {
        let now = NOW.plus_seconds(10 * round);
        service.script([Act::SayUnsigned(status, json!(wire::Problem::from(kind)))]);
        let failures = agent.state.failures;
        let (lines, pause) = settle(&mut agent, now);
        assert!(round > 1 || lines[0].starts_with("refused: "), "{lines:?}");
        assert_eq!(agent.state.failures, failures + 1, "{status}");
        assert!(pause.is_ok() && agent.may_run(now), "{status}");
    }
}

#[test]
fn a_suspended_holder_stops_the_product_and_the_agent_keeps_asking() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    let nothing = json!([]);
    service.script([
        Act::Say(verdict("VALID", NOW, 60, 600)),
        Act::Say(beat("TENANT_SUSPENDED", NOW, 0, &nothing)),
    ]);
    let (lines, pause) = settle(&mut agent, NOW);
    assert_eq!(lines.last().unwrap(), "NOT VALID (TENANT_SUSPENDED): tenant suspended");
    assert_eq!(pause, Ok(NOW.plus_seconds(10)), "not final");
    assert!(!agent.may_run(NOW));
    service.script([
        Act::Say(verdict("TENANT_SUSPENDED", NOW, 60, 0)),
        Act::Say(beat("TENANT_SUSPENDED", NOW, 0, &nothing)),
    ]);
    assert!(settle(&mut agent, NOW.plus_seconds(60)).1.is_ok() && !agent.may_run(NOW));
    let later = NOW.plus_seconds(120);
    service.script([
        Act::Say(verdict("VALID", later, 60, 600)),
        Act::Say(beat("VALID", later, 600, &nothing)),
    ]);
    settle(&mut agent, later).1.unwrap();
    assert!(agent.may_run(later), "reinstated");
}

#[test]
fn a_revocation_ends_the_product_at_once() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([
        Act::Say(verdict("VALID", NOW, 60, 600)),
        Act::Say(beat("REVOKED", NOW, 0, &json!([]))),
    ]);
    let (lines, pause) = settle(&mut agent, NOW);
    assert_eq!(lines.last().unwrap(), "NOT VALID (REVOKED): revoked");
    assert_eq!(pause, Err(Ending::NotValid(Code::Revoked)));
}

#[test]
fn a_device_that_is_not_activated_asks_once_more_before_it_ends() {
    let no = || Act::Say(verdict("NOT_ACTIVATED", NOW, 60, 0));
    let good = || Act::Say(verdict("VALID", NOW, 60, 600));
    let beat = |code| Act::Say(beat(code, NOW, 600, &json!([])));
    let end = Err(Ending::NotValid(Code::NotActivated));
    let rows = [
        ("it was lag", vec![no(), beat("NOT_ACTIVATED"), good()], Ok(NOW.plus_seconds(10))),
        ("it is true", vec![no(), beat("NOT_ACTIVATED"), no()], end),
        (
            "told by a heartbeat, lag",
            vec![good(), beat("NOT_ACTIVATED"), good()],
            Ok(NOW.plus_seconds(10)),
        ),
        ("told by a heartbeat, true", vec![good(), beat("NOT_ACTIVATED"), no()], end),
    ];
    for (name, script, want) in rows {
        let service = Service::at("http://acme.writ.localhost:8787");
        let mut agent = agent(&service);
        service.script(script);
        assert_eq!(settle(&mut agent, NOW).1, Ok(NOW.plus_seconds(1)), "{name}");
        assert_eq!(settle(&mut agent, NOW.plus_seconds(1)).1, want, "{name}");
        let asked = service.asked();
        let strict = asked.iter().filter(|(path, _)| path == VALIDATE);
        let strict: Vec<_> = strict.map(|(_, body)| body["strict"] == json!(true)).collect();
        assert_eq!(strict, [false, true], "{name}");
    }
}

#[test]
fn a_new_start_asks_again_after_a_final_no() {
    for code in ["NOT_ACTIVATED", "NOT_FOUND", "REVOKED"] {
        let service = Service::at("http://acme.writ.localhost:8787");
        let mut agent = agent(&service);
        service.script([Act::Say(verdict(code, NOW, 60, 0))]);
        agent.validate(NOW, &mut Vec::new()).unwrap();
        service.script([
            Act::Say(verdict("VALID", NOW, 60, 600)),
            Act::Say(beat("VALID", NOW, 600, &json!([]))),
        ]);
        agent.start(NOW);
        assert!(settle(&mut agent, NOW).1.is_ok(), "{code}");
    }
}

#[test]
fn a_refresh_takes_only_a_genuine_newer_text_of_this_license() {
    let id = domain::id::CommandId::new([5; 16]);
    let command = json!([{"id": id, "type": "refresh_license"}]);
    let text = |key: String| json!({"license_id": license().id, "version": 2, "license_key": key, "compact": "", "file": ""});
    let other = |change: fn(&mut domain::license::License)| {
        let mut license = license();
        change(&mut license);
        crate::testing::sign(&license::claims::Claims::of(&license, "Acme", NOW, "t".into()))
    };
    let rows = [
        ("newer", key_at(2), true),
        ("older", other(|l| l.version = 0), false),
        (
            "another's",
            other(|l| l.id = domain::id::LicenseId::new(domain::place::Shard::Eu, [9; 16])),
            false,
        ),
        ("damaged", key_at(2).replacen('A', "B", 1), false),
    ];
    for (name, key, taken) in rows {
        let service = Service::at("http://acme.writ.localhost:8787");
        let mut agent = agent(&service);
        service.script([
            Act::Say(activation()),
            Act::Say(verdict("VALID", NOW, 60, 600)),
            Act::Say(beat("VALID", NOW, 600, &command)),
            Act::SayUnsigned(200, text(key.clone())),
        ]);
        agent.activate(None, NOW, &mut Vec::new()).unwrap();
        settle(&mut agent, NOW).1.unwrap();
        assert_eq!(agent.state.license_key.as_ref() == Some(&key), taken, "{name}");
        assert_eq!(agent.state.acknowledge.contains(&id), taken, "{name}");
    }
}

#[test]
fn a_later_run_believes_the_stored_verdict_only_with_its_proof() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut first = agent(&service);
    service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
    first.validate(NOW, &mut Vec::new()).unwrap();
    assert!(agent_with(&service, first.state.clone()).may_run(NOW));

    let mut stretched = first.state.clone();
    stretched.verdict =
        stretched.verdict.map(|held| crate::state::Held { run_until: Millis(i64::MAX), ..held });
    assert!(!agent_with(&service, stretched).may_run(NOW.plus_seconds(600)));

    let mut altered = first.state;
    altered.proof = altered.proof.map(|mut proof| {
        proof.body = proof.body.replace("2025-10", "2099-10");
        proof
    });
    assert!(!agent_with(&service, altered).may_run(NOW));
}

#[test]
fn a_clock_that_is_off_by_years_does_not_matter() {
    for wall in [Millis(0), Millis(2 * NOW.0)] {
        let service = Service::at("http://acme.writ.localhost:8787");
        let mut agent = agent(&service);
        agent.state.time.tick(wall, 0);
        service.script([Act::Say(verdict("VALID", NOW, 60, 600))]);
        let mut changes = Vec::new();
        agent.validate(wall, &mut changes).unwrap();
        let told = changes.iter().any(|change| matches!(change, Change::ClockOff { .. }));
        assert!(told, "{changes:?}");
        assert_eq!(agent.state.time.tick(wall.plus(7), 7), NOW.plus(7));
        assert_eq!(agent.state.next_validate, NOW.plus_seconds(60), "{wall:?}");
    }
}

#[test]
fn another_license_starts_afresh_and_another_form_of_the_same_does_not() {
    let service = Service::at("http://acme.writ.localhost:8787");
    let mut agent = agent(&service);
    service.script([Act::Say(activation())]);
    agent.activate(None, NOW, &mut Vec::new()).unwrap();
    for same in ["ACME-ENT-1".to_owned(), license().id.as_str().to_owned(), key_at(1), key_at(2)] {
        agent.use_license(&Reference::parse(&same).unwrap());
        assert!(agent.state.device_id.is_some(), "{same}");
    }
    agent.use_license(&Reference::Id("OTHER-1".into()));
    assert_eq!((agent.state.device_id.clone(), agent.state.root_pem.is_some()), (None, true));
}
