//! `writ checkout -- COMMAND`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Log, command, serve_logged};
use crate::testing::{Act, Folder, extended, lease, lease_id, problem, queued, returned, ticket};

const CHECKOUT: &str = "/api/v1/licenses/checkout";
const EXTEND: &str = "/api/v1/licenses/extend";
const RETURN: &str = "/api/v1/licenses/return";

/// How a run ended.
struct Ran {
    code: i32,
    out: String,
    events: Vec<String>,
    paths: Vec<String>,
    took: Duration,
    log: Log,
}

fn granted(seconds: i64, when_unreachable: &str) -> Act {
    Act::SayUnsigned(201, lease(1, seconds, when_unreachable))
}

fn start(base: &str, folder: &Folder, args: &[&str], script: &str) -> Child {
    let args = [&["checkout"], args, &["--", "sh", "-c", script]].concat();
    command(base, folder, &args).spawn().unwrap()
}

fn run(name: &str, acts: impl FnOnce() -> Vec<Act> + Send + 'static, script: &str) -> Ran {
    let (base, log) = serve_logged(acts);
    let folder = Folder::new(&format!("hold-{name}"));
    let begun = Instant::now();
    end(start(&base, &folder, &[], script), begun, log)
}

fn end(child: Child, begun: Instant, log: Log) -> Ran {
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let lines = err.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let events = lines.map(|line| line["event"].as_str().unwrap_or_default().to_owned()).collect();
    let paths = log.lock().unwrap().iter().map(|asked| asked.path.clone()).collect();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        events,
        paths,
        took: begun.elapsed(),
        log,
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn the_lease_is_held_while_the_command_runs_and_its_exit_code_is_passed_through() {
    let acts = || {
        vec![
            granted(3, "stop"),
            Act::SayUnsigned(200, extended(1, 60)),
            Act::SayUnsigned(200, returned(1)),
        ]
    };
    let script = "echo $WRIT_LEASE_ID $WRIT_LEASE_TYPE $WRIT_LEASE_EXPIRES_AT; sleep 2.4; exit 42";
    let ran = run("happy", acts, script);
    assert_eq!(ran.code, 42, "{:?}", ran.events);
    assert_eq!(ran.out, format!("{} commit 2025-10-04T10:30:08Z\n", lease_id(1)));
    assert_eq!(ran.paths, [CHECKOUT, EXTEND, RETURN]);
    assert_eq!(ran.events, ["leased", "extended", "returned"]);
}

#[test]
fn a_lost_answer_costs_no_second_seat() {
    let acts = || {
        let away = problem(503, "store-unavailable", "");
        vec![
            Act::Lose,
            Act::SayLater(503, away, 1),
            granted(60, "stop"),
            Act::Lose,
            Act::SayUnsigned(200, returned(1)),
        ]
    };
    let ran = run("lost", acts, "exit 0");
    assert_eq!((ran.code, ran.paths.len()), (0, 5), "{:?}", ran.events);
    let log = ran.log.lock().unwrap();
    let keys: Vec<&str> = log.iter().filter_map(|asked| asked.key.as_deref()).collect();
    let want = [keys[0], keys[0], keys[0], keys[3], keys[3]];
    assert!(keys == want && keys[0] != keys[3], "{keys:?}");
}

#[test]
fn an_extension_that_fails_is_tried_again() {
    let acts = || {
        vec![
            granted(3, "stop"),
            Act::Lose,
            Act::Lose,
            Act::SayUnsigned(200, extended(1, 60)),
            Act::SayUnsigned(200, returned(1)),
        ]
    };
    let ran = run("again", acts, "sleep 3.6");
    assert_eq!((ran.code, ran.took > Duration::from_secs(3)), (0, true), "{:?}", ran.events);
    assert_eq!(ran.events, ["leased", "trouble", "extended", "returned"]);
    assert_eq!(ran.paths, [CHECKOUT, EXTEND, EXTEND, EXTEND, RETURN]);
}

#[test]
fn when_nobody_answers_the_command_is_stopped_at_the_end_of_the_lease() {
    let ran = run("stop", || vec![granted(2, "stop")], "exec sleep 30");
    assert_eq!(ran.code, 9, "{:?}", ran.events);
    assert_eq!(ran.events, ["leased", "trouble", "stopped"]);
    let seconds = ran.took.as_secs_f32();
    assert!((1.9..6.0).contains(&seconds), "{seconds}");
}

#[test]
fn a_command_that_does_not_want_to_end_is_killed() {
    let ran = run("kill", || vec![granted(1, "stop")], "trap '' TERM; exec sleep 30");
    assert_eq!(ran.code, 9, "{:?}", ran.events);
    let seconds = ran.took.as_secs_f32();
    assert!((10.9..16.0).contains(&seconds), "{seconds}");
}

#[test]
fn when_nobody_answers_the_command_runs_on_where_the_license_says_so() {
    let ran = run("run-on", || vec![granted(1, "run_on")], "sleep 2.5; exit 3");
    assert_eq!(ran.code, 3, "{:?}", ran.events);
    assert_eq!(ran.events, ["leased", "trouble", "runs_on", "not_returned"]);
}

#[test]
fn a_lease_that_is_over_is_replaced_once() {
    let over = |code: &str| Act::SayUnsigned(409, problem(409, code, "taken back"));
    let another = || Act::SayUnsigned(201, lease(2, 60, "stop"));
    let acts = move || {
        let again = Act::SayUnsigned(200, returned(2));
        vec![granted(1, "run_on"), over("lease-ended"), another(), again]
    };
    let ran = run("another", acts, "sleep 1.5");
    assert_eq!(ran.code, 0, "{:?}", ran.events);
    assert_eq!(ran.events, ["leased", "trouble", "leased_again", "returned"]);
    assert_eq!(ran.paths, [CHECKOUT, EXTEND, CHECKOUT, RETURN]);
    assert_eq!(ran.log.lock().unwrap()[3].body, json!({"lease_id": lease_id(2)}));

    let acts = move || vec![granted(1, "run_on"), over("lease-not-found"), over("no-seat-free")];
    let ran = run("no-other", acts, "exec sleep 30");
    assert_eq!(ran.code, 9, "{:?}", ran.events);
    assert_eq!(ran.events, ["leased", "trouble", "trouble", "stopped"]);
    assert_eq!(ran.paths, [CHECKOUT, EXTEND, CHECKOUT]);
}

#[test]
fn signals_are_passed_on_and_the_lease_is_returned() {
    let rows = [
        ("-TERM", "echo ready; exec sleep 30", 143),
        ("-HUP", "echo ready; exec sleep 30", 129),
        ("-TERM", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done", 7),
    ];
    for (number, (signal, script, want)) in rows.into_iter().enumerate() {
        let acts = || vec![granted(60, "stop"), Act::SayUnsigned(200, returned(1))];
        let (base, log) = serve_logged(acts);
        let folder = Folder::new(&format!("hold-signal-{number}"));
        let mut child = start(&base, &folder, &[], script);
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        send(signal, &child);
        let ran = end(child, Instant::now(), log);
        assert_eq!(ran.code, want, "{signal} {script}: {:?}", ran.events);
        assert_eq!(ran.paths, [CHECKOUT, RETURN], "{signal} {script}");
    }
}

#[test]
fn signals_that_were_ignored_stay_ignored() {
    let acts = || vec![granted(60, "stop"), Act::SayUnsigned(200, returned(1))];
    let (base, _) = serve_logged(acts);
    let folder = Folder::new("hold-ignored");
    let inner =
        command(&base, &folder, &["checkout", "--", "sh", "-c", "kill -HUP $$; echo alive"]);
    let mut outer = Command::new("sh");
    outer.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(inner.get_program());
    outer.args(inner.get_args());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = outer.output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"alive\n"[..]));
}

#[test]
fn who_waits_in_line_comes_back_with_the_ticket_or_gives_the_place_up() {
    let acts = || {
        vec![
            Act::SayUnsigned(202, queued(1, 1)),
            granted(60, "stop"),
            Act::SayUnsigned(200, returned(1)),
        ]
    };
    let (base, log) = serve_logged(acts);
    let folder = Folder::new("hold-line");
    let ran = end(start(&base, &folder, &["--wait"], "exit 5"), Instant::now(), log);
    assert_eq!(
        (ran.code, ran.events),
        (5, ["waiting", "leased", "returned"].map(Into::into).to_vec())
    );
    assert_eq!(ran.log.lock().unwrap()[1].body["ticket"], ticket());

    let (base, log) = serve_logged(|| vec![Act::SayUnsigned(202, queued(4, 30))]);
    let folder = Folder::new("hold-line-signal");
    let mut child = start(&base, &folder, &["--wait=600"], "exit 5");
    let mut told = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut told).unwrap();
    assert!(told.contains("number 4 in line"), "{told}");
    send("-TERM", &child);
    let ran = end(child, Instant::now(), log);
    assert_eq!(ran.code, 143);
    assert_eq!(ran.log.lock().unwrap()[1].body, json!({"ticket": ticket()}));

    let acts = || (0..2).map(|_| Act::SayUnsigned(202, queued(4, 30))).collect();
    let (base, log) = serve_logged(acts);
    let folder = Folder::new("hold-line-late");
    let ran = end(start(&base, &folder, &["--wait=1"], "exit 5"), Instant::now(), log);
    assert_eq!(ran.code, 8);
    assert_eq!(ran.paths[..3], [CHECKOUT, CHECKOUT, RETURN]);
}

#[test]
fn a_command_that_cannot_be_started_leaves_no_lease_behind() {
    for (name, program, want) in [("missing", "/no/such/command", 127), ("folder", "/", 126)] {
        let acts = || vec![granted(60, "stop"), Act::SayUnsigned(200, returned(1))];
        let (base, log) = serve_logged(acts);
        let folder = Folder::new(&format!("hold-start-{name}"));
        let child = command(&base, &folder, &["checkout", "--", program]).spawn().unwrap();
        let ran = end(child, Instant::now(), log);
        assert_eq!(ran.code, want, "{name}");
        assert_eq!(ran.events, ["leased", "returned", "not_started"], "{name}");
    }
}
