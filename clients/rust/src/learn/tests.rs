use super::*;
use crate::testing::{NOW, beat, verdict};
use domain::id::CommandId;
use serde_json::{Value, json};

fn command(byte: u8, order: Value) -> (CommandId, Value) {
    let id = CommandId::new([byte; 16]);
    let mut command = order;
    command["id"] = json!(id);
    (id, command)
}

fn validate(state: &mut AgentState, json: Value) -> Vec<Change> {
    let answer: ValidateAnswer<'static> = serde_json::from_value(json).unwrap();
    validated(state, &answer, None, NOW)
}

fn heartbeat(state: &mut AgentState, json: Value) -> Vec<Change> {
    let sent = state.acknowledge.clone();
    let answer: HeartbeatAnswer = serde_json::from_value(json).unwrap();
    beaten(state, &answer, &sent, None, NOW)
}

fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_verdict_is_news_once_and_sets_the_schedule() {
    let mut state = AgentState::default();
    assert_eq!(validate(&mut state, verdict("VALID", NOW, 60, 600)).len(), 1);
    assert_eq!(validate(&mut state, verdict("VALID", NOW, 60, 600)), []);
    assert_eq!(state.next_validate, NOW.plus_seconds(60));
    assert_eq!(state.limits.get("vms"), Some(&50));
    assert!(
        state.may_run(NOW)
            && state.may_run(NOW.plus_seconds(599))
            && !state.may_run(NOW.plus_seconds(600))
    );
    assert!(matches!(
        validate(&mut state, verdict("REVOKED", NOW, 60, 0))[..],
        [Change::Verdict { valid: false, .. }]
    ));
    assert!(!state.may_run(NOW));
}

#[test]
fn new_limits_are_obeyed_once_and_acknowledged_until_recorded() {
    let mut state = AgentState::default();
    validate(&mut state, verdict("VALID", NOW, 60, 600));
    let (id, order) = command(1, json!({"type": "update_limits", "new_limits": {"max_vms": 60}}));
    let changes = heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order])));
    assert_eq!(lines(&changes), ["limits updated: vms 60"]);
    assert_eq!(state.limits.get("vms"), Some(&60));
    assert_eq!(state.acknowledge, std::slice::from_ref(&id));
    assert_eq!(state.next_heartbeat, NOW.plus_seconds(1), "acknowledged soon");
    assert_eq!(
        heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order]))),
        [],
        "a repeat changes nothing"
    );
    assert_eq!(state.acknowledge, [id], "and is acknowledged again");
    assert_eq!(heartbeat(&mut state, beat("VALID", NOW, 600, &json!([]))), []);
    assert!(state.acknowledge.is_empty());
}

#[test]
fn every_obeyed_command_has_a_line_even_when_it_is_no_news() {
    let rows = [
        (json!({"type": "update_limits", "new_limits": {"max_vms": 50}}), "limits updated: vms 50"),
        (
            json!({"type": "update_limits", "new_limits": {"max_vms": 60, "max_cores": 8}}),
            "limits updated: cores 8, vms 60",
        ),
        (json!({"type": "stop", "reason": "unpaid"}), "stop: unpaid"),
        (json!({"type": "resume"}), "resume"),
    ];
    for (order, want) in rows {
        let mut state = AgentState::default();
        validate(&mut state, verdict("VALID", NOW, 60, 600));
        let (_, order) = command(1, order);
        let changes = heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order])));
        assert_eq!(lines(&changes), [want]);
    }
    let mut state = AgentState { license_version: Some(2), ..AgentState::default() };
    let (_, order) = command(1, json!({"type": "refresh_license"}));
    heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order])));
    assert_eq!(refreshed(&mut state, "same".into(), 2), [Change::Refreshed { version: 2 }]);
    assert_eq!(refreshed(&mut state, "same".into(), 2), [], "nobody asked for it");
}

#[test]
fn an_unrecorded_heartbeat_keeps_its_acknowledgements() {
    let (id, order) = command(1, json!({"type": "resume"}));
    let mut state = AgentState::default();
    heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order])));
    let mut answer = beat("VALID", NOW, 600, &json!([]));
    answer["recorded"] = json!(false);
    heartbeat(&mut state, answer);
    assert_eq!(state.acknowledge, [id]);
}

#[test]
fn stop_stops_and_resume_resumes() {
    let mut state = AgentState::default();
    validate(&mut state, verdict("VALID", NOW, 60, 600));
    let (_, stop) = command(1, json!({"type": "stop", "reason": "unpaid"}));
    let (_, resume) = command(2, json!({"type": "resume"}));
    assert_eq!(
        heartbeat(&mut state, beat("VALID", NOW, 600, &json!([stop]))),
        [Change::Stopped { reason: "unpaid".into() }]
    );
    assert!(!state.may_run(NOW));
    assert_eq!((state.strict_next, state.next_validate), (true, NOW), "the verdict is asked for");
    state.next_validate = NOW.plus_seconds(60);
    assert_eq!(heartbeat(&mut state, beat("VALID", NOW, 600, &json!([resume]))), [Change::Resumed]);
    assert_eq!((state.strict_next, state.next_validate), (true, NOW), "and so it is again");
    assert!(state.may_run(NOW));
}

#[test]
fn a_stop_that_comes_late_does_not_outlast_a_confirmed_verdict() {
    let at = |change: fn(&mut Value)| {
        let mut answer = verdict("VALID", NOW, 60, 600);
        change(&mut answer);
        answer
    };
    let rows = [
        ("the known version", at(|_| {}), true),
        ("a later version", at(|answer| answer["license_version"] = json!(2)), true),
        ("an older version", at(|answer| answer["license_version"] = json!(0)), false),
        ("no version", at(|answer| answer["license_version"] = Value::Null), false),
        ("a store is out", at(|answer| answer["degraded"] = json!(true)), false),
        ("unconfirmed", at(|answer| answer["code"] = json!("VALID_UNCONFIRMED")), false),
        ("a no", at(|answer| answer["valid"] = json!(false)), false),
    ];
    for (name, answer, goes_on) in rows {
        let mut state = AgentState::default();
        validate(&mut state, verdict("VALID", NOW, 60, 600));
        let (_, stop) = command(1, json!({"type": "stop", "reason": "unpaid"}));
        heartbeat(&mut state, beat("VALID", NOW, 600, &json!([stop])));
        assert_eq!((state.strict_next, state.next_validate), (true, NOW), "{name}: asked at once");
        heartbeat(&mut state, beat("VALID", NOW, 600, &json!([stop])));
        assert!(!state.may_run(NOW), "{name}: a heartbeat may come out of a cache");
        let changes = validate(&mut state, answer);
        assert_eq!(changes.contains(&Change::Resumed), goes_on, "{name}: {changes:?}");
        assert_eq!(state.may_run(NOW), goes_on, "{name}");
    }
}

#[test]
fn a_heartbeat_confirms_as_well_as_a_validation() {
    let mut state = AgentState { stopped: Some("unpaid".into()), ..AgentState::default() };
    let changes = heartbeat(&mut state, beat("VALID", NOW, 600, &json!([])));
    assert!(changes.contains(&Change::Resumed) && state.may_run(NOW), "{changes:?}");
}

#[test]
fn a_refresh_is_acknowledged_only_when_it_is_done() {
    let mut state = AgentState {
        license_key: Some("old".into()),
        license_version: Some(1),
        ..AgentState::default()
    };
    let (id, order) = command(1, json!({"type": "refresh_license"}));
    heartbeat(&mut state, beat("VALID", NOW, 600, &json!([order])));
    assert_eq!((state.refresh.as_ref(), state.acknowledge.is_empty()), (Some(&id), true));
    assert_eq!(refreshed(&mut state, "new".into(), 2), [Change::Refreshed { version: 2 }]);
    assert_eq!((state.refresh.clone(), state.acknowledge.clone()), (None, vec![id]));
}

#[test]
fn a_newer_version_is_fetched_once_even_when_refused() {
    let mut state = AgentState {
        license_key: Some("old".into()),
        license_version: Some(0),
        ..AgentState::default()
    };
    validate(&mut state, verdict("VALID", NOW, 60, 600));
    assert_eq!(state.newer_version, Some(1));
    refresh_refused(&mut state);
    validate(&mut state, verdict("VALID", NOW, 60, 600));
    assert_eq!(state.newer_version, None);
}

#[test]
fn an_answer_about_an_older_version_does_not_undo_the_news() {
    let at = |mut answer: Value, version: i64| {
        answer["license_version"] = json!(version);
        answer
    };
    let mut state = AgentState::default();
    validate(&mut state, at(verdict("VALID", NOW, 60, 600), 1));
    assert_eq!(heartbeat(&mut state, at(beat("SUSPENDED", NOW, 0, &json!([])), 2)).len(), 1);
    assert_eq!(validate(&mut state, at(verdict("VALID", NOW, 60, 600), 1)), []);
    assert_eq!(heartbeat(&mut state, at(beat("VALID", NOW, 600, &json!([])), 1)), []);
    assert!(!state.may_run(NOW));
    assert_eq!(
        (state.strict_next, state.next_validate),
        (true, NOW.plus_seconds(1)),
        "asked again, past the caches"
    );
    assert_eq!(validate(&mut state, at(verdict("VALID", NOW, 60, 600), 3)).len(), 1);
    assert!(state.may_run(NOW) && !state.strict_next);
}

#[test]
fn stale_answers_are_asked_for_less_and_less_often() {
    let mut state = AgentState { seen_version: Some(2), ..AgentState::default() };
    heartbeat(&mut state, beat("VALID", NOW, 600, &json!([])));
    let mut waits = Vec::new();
    for _ in 0..6 {
        validate(&mut state, verdict("VALID", NOW, 60, 600));
        waits.push(state.next_validate.since(NOW) / 1000);
    }
    assert_eq!(waits, [1, 2, 4, 8, 10, 10], "at most the interval of heartbeats");
    let mut news = verdict("VALID", NOW, 60, 600);
    news["license_version"] = json!(2);
    validate(&mut state, news);
    assert_eq!((state.stale, state.next_validate), (0, NOW.plus_seconds(60)));
    let answer = serde_json::from_value(verdict("VALID", NOW, 60, 600)).unwrap();
    for _ in 0..6 {
        validated(&mut state, &answer, Some(3), NOW);
    }
    assert_eq!(state.next_validate, NOW.plus_seconds(3), "the caller's interval counts");
}

#[test]
fn an_outage_is_told_when_it_begins_and_when_it_ends() {
    let mut state = AgentState::default();
    validate(&mut state, verdict("VALID", NOW, 60, 600));
    let silence = Failure::unreachable("silence");
    let told = failed(&mut state, &silence, NOW.plus_seconds(100));
    assert!(matches!(told[..], [Change::Trouble { remaining_seconds: Some(500), .. }]), "{told:?}");
    assert_eq!(failed(&mut state, &silence, NOW), []);
    assert_eq!(state.retry_at, NOW.plus_seconds(2));
    assert_eq!(failed(&mut state, &Failure::forged("x"), NOW).len(), 1, "a forgery is news");
    assert_eq!(validate(&mut state, verdict("VALID", NOW, 60, 600)), [Change::Recovered]);
    let busy = Failure::Unreachable { detail: "busy".into(), retry_after: Some(30) };
    failed(&mut state, &busy, NOW);
    assert_eq!(state.retry_at, NOW.plus_seconds(30));
}
