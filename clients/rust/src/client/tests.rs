use std::cell::Cell;
use std::rc::Rc;

use domain::time::Millis;
use serde_json::{Value, json};
use wire::lease::LeaseKind;

use super::*;
use crate::hold::{self, Last, Next};
use crate::testing::{
    Act, NOW, Service, extended, lease, lease_id, problem, queued, returned, ticket,
};

/// A world whose time passes only in pauses; it can be called off after some of them.
#[derive(Clone)]
struct Slow {
    now: Rc<Cell<Millis>>,
    pauses: Rc<Cell<u32>>,
    dice: Rc<Cell<u8>>,
}

impl World for Slow {
    fn now(&self) -> Millis {
        self.now.get()
    }

    fn pause(&self, time: Duration) -> bool {
        self.now.set(self.now.get().plus(i64::try_from(time.as_millis()).unwrap()));
        self.pauses.set(self.pauses.get().saturating_sub(1));
        self.pauses.get() > 0
    }

    fn entropy(&self) -> Result<[u8; 16], Failure> {
        self.dice.set(self.dice.get() + 1);
        Ok([self.dice.get(); 16])
    }
}

/// Years away from the service's time.
const HERE: Millis = Millis(1_000_000);

fn slow() -> Slow {
    Slow {
        now: Rc::new(Cell::new(HERE)),
        pauses: Rc::new(Cell::new(1000)),
        dice: Rc::new(Cell::new(0)),
    }
}

fn client(acts: impl IntoIterator<Item = Act>) -> (Service, Slow, Client<Service, Slow>) {
    let (service, slow) = (Service::at("http://acme.writ.localhost:8787"), slow());
    service.script(acts);
    (service.clone(), slow.clone(), Client::new(service, slow))
}

fn waiting(wait: Wait) -> CheckoutOptions {
    CheckoutOptions {
        license: Some("ACME-ENT-1".into()),
        user: Some("alice".into()),
        wait,
        ..CheckoutOptions::default()
    }
}

fn paths(asked: &[(String, Value)]) -> Vec<&str> {
    asked.iter().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn a_lease_is_checked_out_extended_and_given_back() {
    let (service, slow, client) = client([
        Act::SayUnsigned(201, lease(1, 90, "stop")),
        Act::SayUnsigned(200, extended(1, 150)),
        Act::SayUnsigned(200, returned(1)),
    ]);
    let mut lease = client.checkout(&waiting(Wait::No)).unwrap();
    assert_eq!((lease.kind(), lease.expires_at().0), (LeaseKind::Commit, NOW.plus_seconds(90)));
    assert_eq!(lease.hold().ends, HERE.plus_seconds(90), "by the clock here");
    let last = Last::granted(HERE);
    let due = HERE.plus_seconds(60);
    assert_eq!(hold::next(&lease.hold(), &last, HERE), Next::Wait(due));
    slow.now.set(due);
    lease.extend().unwrap();
    assert_eq!(lease.hold().ends, HERE.plus_seconds(150));
    assert_eq!(lease.hold().length, 90_000);
    assert_eq!(lease.give_back().unwrap().lease_id.unwrap().as_str(), lease_id(1));
    let asked = service.asked();
    assert_eq!(paths(&asked), [CHECKOUT, EXTEND, RETURN]);
    assert_eq!(asked[0].1, json!({"license_id": "ACME-ENT-1", "user": "alice"}));
    assert_eq!(asked[1].1, json!({"lease_id": lease_id(1)}));
    let keys = service.keys();
    assert!(keys[0].is_some() && keys[1].is_none() && keys[2].is_some() && keys[0] != keys[2]);
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let busy = || Act::SayLater(503, problem(503, "store-unavailable", ""), 2);
    let running = || Act::SayUnsigned(409, problem(409, "idempotency-running", ""));
    let (service, slow, client) = client([
        Act::Lose,
        busy(),
        running(),
        Act::SayUnsigned(201, lease(1, 90, "stop")),
        Act::Lose,
        Act::SayUnsigned(200, returned(1)),
    ]);
    let lease = client.checkout(&waiting(Wait::No)).unwrap();
    assert!(slow.now().since(HERE) >= 2000, "Retry-After is kept");
    assert_eq!(lease.hold().ends, HERE.plus_seconds(90), "it may have begun with the first try");
    let (asked, keys) = (service.asked(), service.keys());
    assert_eq!(paths(&asked), [CHECKOUT; 4]);
    assert!(asked.iter().all(|(_, body)| *body == asked[0].1));
    assert!(keys.iter().all(|key| key.as_ref().is_some_and(|key| key.len() == 32)));
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    lease.give_back().unwrap();
    let again = service.keys();
    assert!(again.len() == 2 && again[0] == again[1] && again[0] != keys[0], "{again:?}");
}

#[test]
fn trouble_is_borne_within_bounds_and_refusals_are_taken_at_once() {
    let rows = [
        (Vec::new(), "the service cannot be reached: silence", 6),
        (vec![(409, "no-seat-free")], "no seat: as said", 1),
        (vec![(409, "license-not-usable")], "refused: as said (license-not-usable)", 1),
        (vec![(403, "scope-missing")], "refused: as said (scope-missing)", 1),
    ];
    for (acts, want, tries) in rows {
        let acts = acts.into_iter();
        let acts = acts.map(|(s, code)| Act::SayLater(s, problem(s, code, "as said"), 5));
        let (service, slow, client) = client(acts);
        let failure = client.checkout(&waiting(Wait::No)).err().unwrap();
        assert_eq!(failure.to_string(), want);
        assert_eq!(service.asked().len(), tries, "{want}");
        assert!(slow.now().since(HERE) < 30_000, "{want}");
        let seat = matches!(failure, Failure::NoSeat { .. });
        assert_eq!(failure.retry_after(), seat.then_some(5), "{want}");
    }
}

#[test]
fn a_lease_that_goes_out_of_scope_returns_itself_in_one_try() {
    for answer in [Act::SayUnsigned(200, returned(1)), Act::Lose] {
        let (service, _, client) = client([Act::SayUnsigned(201, lease(1, 90, "stop")), answer]);
        drop(client.checkout(&waiting(Wait::No)).unwrap());
        assert_eq!(paths(&service.asked()), [CHECKOUT, RETURN]);
        assert!(service.keys()[1].is_some());
    }
    let (service, _, client) = client([Act::SayUnsigned(201, lease(1, 90, "stop"))]);
    client.checkout(&waiting(Wait::No)).unwrap().leave_held();
    assert_eq!(paths(&service.asked()), [CHECKOUT]);
}

#[test]
fn an_extension_that_fails_leaves_the_lease_as_it_was() {
    let (_, _, client) = client([
        Act::SayUnsigned(201, lease(1, 90, "run_on")),
        Act::Lose,
        Act::SayUnsigned(409, problem(409, "lease-ended", "returned")),
        Act::SayUnsigned(200, extended(1, 10)),
    ]);
    let mut lease = client.checkout(&waiting(Wait::No)).unwrap();
    let before = lease.hold();
    assert!(before.run_on);
    assert!(matches!(lease.extend(), Err(Failure::Unreachable { .. })));
    assert!(matches!(lease.extend(), Err(Failure::LeaseOver(_))));
    assert_eq!(lease.hold(), before);
    lease.extend().unwrap();
    assert_eq!(lease.hold().ends, before.ends, "never shorter");
    lease.leave_held();
}

#[test]
fn who_waits_comes_back_with_the_ticket_until_a_seat_is_free() {
    let (service, slow, client) = client([
        Act::SayUnsigned(202, queued(2, 7)),
        Act::SayUnsigned(202, queued(1, 0)),
        Act::SayUnsigned(201, lease(1, 90, "stop")),
    ]);
    let mut seen = Vec::new();
    let mut tell = |place: &QueuedView| seen.push(place.position);
    let lease = client.checkout_telling(&waiting(Wait::Forever), &mut tell).unwrap();
    assert_eq!(seen, [2, 1]);
    assert_eq!(slow.now(), HERE.plus_seconds(8), "not before, and never without a pause");
    assert_eq!(lease.hold().ends, HERE.plus_seconds(98), "it began with the last ask");
    lease.leave_held();
    let (asked, keys) = (service.asked(), service.keys());
    assert_eq!((&asked[0].1["wait"], &asked[0].1["ticket"]), (&json!(true), &Value::Null));
    assert!(asked[1..].iter().all(|(_, body)| body["ticket"] == ticket()));
    assert!(keys[0] != keys[1] && keys[1] != keys[2], "an answer of before would be no news");
}

#[test]
fn who_has_waited_long_enough_gives_up_the_place() {
    let (service, slow, client) = client([
        Act::SayUnsigned(202, queued(2, 7)),
        Act::SayUnsigned(202, queued(2, 7)),
        Act::SayUnsigned(202, queued(1, 7)),
        Act::SayUnsigned(200, json!({"ticket": ticket(), "returned_at": "2025-10-04T10:30:05Z"})),
    ]);
    let failure = client.checkout(&waiting(Wait::Seconds(10))).err().unwrap();
    assert_eq!(failure.to_string(), "no seat: none became free within 10 s");
    assert_eq!(slow.now(), HERE.plus_seconds(10), "with a last look at the end");
    let asked = service.asked();
    assert_eq!(paths(&asked), [CHECKOUT, CHECKOUT, CHECKOUT, RETURN]);
    assert_eq!(asked[3].1, json!({"ticket": ticket()}));
}

#[test]
fn a_place_that_lapsed_is_taken_again_and_silence_is_waited_out() {
    let silence = || (0..6).map(|_| Act::Lose);
    let acts = [Act::SayUnsigned(202, queued(1, 7))].into_iter().chain(silence());
    let (service, slow, client) = client(acts.chain([
        Act::SayUnsigned(404, problem(404, "ticket-not-found", "")),
        Act::SayUnsigned(202, queued(3, 7)),
        Act::SayUnsigned(201, lease(1, 90, "stop")),
    ]));
    client.checkout(&waiting(Wait::Forever)).unwrap().leave_held();
    let asked = service.asked();
    let tickets: Vec<bool> = asked.iter().map(|(_, body)| body["ticket"].is_string()).collect();
    let want = [false, true, true, true, true, true, true, true, false, true];
    assert_eq!(tickets, want);
    assert!(slow.now().since(HERE) > 7_000 + 5_000 + 7_000);
}

#[test]
fn who_is_called_off_gives_up_the_place() {
    let (service, slow, client) = client([Act::SayUnsigned(202, queued(2, 7))]);
    slow.pauses.set(1);
    let failure = client.checkout(&waiting(Wait::Forever)).err().unwrap();
    assert!(matches!(failure, Failure::Interrupted));
    assert_eq!(paths(&service.asked())[..2], [CHECKOUT, RETURN]);
}
