use std::collections::BTreeMap;

use domain::allocation::{Ask, Done, NodeId, Refused, RequestKey, Reservation, Share};
use domain::time::Millis;
use domain::usage::Metric;
use edge::objects::{AllocationCall, AllocationReply, Capacity, Reserve};
use testkit::NOW;

use super::live::{self, Live};
use crate::disk::memory::Memory;

/// An object without its platform, of a license of 10 cores.
struct Bench {
    disk: Memory,
    live: Option<Live>,
    now: Millis,
    capacity: Capacity,
}

fn node(text: &str) -> NodeId {
    NodeId::parse(text).unwrap()
}

fn key(text: &str) -> RequestKey {
    RequestKey::parse(text).unwrap()
}

impl Bench {
    fn new() -> Self {
        let capacity = Capacity { version: 1, limits: BTreeMap::from([(Metric::Cores, 10)]) };
        Self { disk: Memory::with(""), live: None, now: NOW, capacity }
    }

    fn call(&mut self, call: AllocationCall) -> AllocationReply {
        live::handle(&self.disk, &mut self.live, call, self.now).unwrap()
    }

    fn set(&mut self, name: &str, dedicated: u64, burst: Option<u64>) -> AllocationReply {
        let shares = BTreeMap::from([(Metric::Cores, Share { dedicated, burst })]);
        let (capacity, ask) =
            (self.capacity.clone(), Box::new(Ask::Set { node: node(name), shares }));
        self.call(AllocationCall::Change { capacity, ask })
    }

    fn wanted(&self, request: &str, name: &str, quantity: u64, ttl: Option<u32>) -> AllocationCall {
        let (request, node, metric) = (key(request), node(name), Metric::Cores);
        let reserve = Reserve { request, node, metric, quantity, ttl };
        AllocationCall::Reserve { capacity: self.capacity.clone(), reserve }
    }

    fn reserve(&mut self, request: &str, name: &str, quantity: u64) -> AllocationReply {
        self.call(self.wanted(request, name, quantity, None))
    }

    fn nodes(&mut self, after: Option<&str>, limit: u32) -> Vec<String> {
        let (capacity, after) = (self.capacity.clone(), after.map(node));
        let view = AllocationCall::View { capacity, node: NodeId::root(), after, limit };
        let AllocationReply::View { nodes, .. } = self.call(view) else { panic!("no view") };
        nodes.into_iter().map(|view| view.node.to_string()).collect()
    }

    /// The object dies and is called again: it knows what it knew.
    fn restart(&mut self) {
        let before = self.live.take().map(|live| live.book);
        self.live = live::wake(&self.disk, None).unwrap();
        assert_eq!(self.live.as_ref().map(|live| &live.book), before.as_ref());
    }
}

fn reserved(reply: &AllocationReply) -> (&Reservation, bool) {
    let AllocationReply::Done { done: Done::Reserved(held), changed } = reply else {
        panic!("{reply:?}")
    };
    (held, *changed)
}

#[test]
fn looking_and_asking_amiss_take_up_no_storage() {
    let mut bench = Bench::new();
    assert_eq!(bench.nodes(None, 50), ["/"]);
    let refused = bench.reserve("vm-1", "nobody", 1);
    let unknown = Refused::UnknownNode { node: node("nobody") };
    assert_eq!(refused, AllocationReply::Refused(unknown));
    let free = bench.call(AllocationCall::Free { request: key("vm-1") });
    assert_eq!(free, AllocationReply::Refused(Refused::NoSuchRequest));
    assert!(bench.live.is_none());
    assert_eq!(bench.disk.changes(), 0);
}

#[test]
fn a_change_is_one_row_and_outlives_the_object() {
    let mut bench = Bench::new();
    bench.set("acme", 4, Some(2));
    let before = (bench.disk.changes(), bench.disk.statements());
    assert!(reserved(&bench.reserve("vm-1", "acme", 4)).1);
    assert_eq!((bench.disk.changes(), bench.disk.statements()), (before.0 + 1, before.1 + 1));
    bench.restart();
    let (held, changed) = {
        let reply = bench.reserve("vm-1", "acme", 4);
        let (held, changed) = reserved(&reply);
        (held.clone(), changed)
    };
    assert_eq!((held.request.quantity, changed), (4, false), "a repeat changes nothing");
    assert_eq!(bench.disk.changes(), before.0 + 1);
    let full = bench.reserve("vm-2", "acme", 3);
    assert!(
        matches!(full, AllocationReply::Refused(Refused::NoCapacity { room }) if room.available == 2)
    );
    bench.restart();
}

#[test]
fn a_repeat_with_a_time_keeps_the_end_that_it_had() {
    let mut bench = Bench::new();
    let first = bench.call(bench.wanted("vm-1", "/", 1, Some(60)));
    let ends = reserved(&first).0.request.ends;
    assert_eq!(ends, Some(NOW.plus(60_000)));
    bench.now = NOW.plus(30_000);
    let again = bench.call(bench.wanted("vm-1", "/", 1, Some(60)));
    assert_eq!((reserved(&again).0.request.ends, reserved(&again).1), (ends, false));
    let other = bench.call(bench.wanted("vm-1", "/", 1, Some(61)));
    assert_eq!(other, AllocationReply::Refused(Refused::RequestReused));
    assert_eq!(bench.live.as_ref().unwrap().due(bench.now), ends);
    // What has ended is over, and its key is free for another one.
    bench.now = NOW.plus(60_000);
    let next = bench.call(bench.wanted("vm-1", "/", 10, Some(61)));
    assert_eq!(reserved(&next).0.request.ends, Some(NOW.plus(121_000)));
    bench.restart();
    bench.now = NOW.plus(121_000);
    bench.live.as_mut().unwrap().settle(&bench.disk, bench.now).unwrap();
    assert_eq!(bench.live.as_ref().unwrap().due(bench.now), None);
    bench.restart();
}

#[test]
fn a_smaller_license_is_heard_of_by_whoever_looks() {
    let mut bench = Bench::new();
    reserved(&bench.reserve("vm-1", "/", 8));
    bench.capacity = Capacity { version: 2, limits: BTreeMap::from([(Metric::Cores, 5)]) };
    bench.nodes(None, 50);
    bench.restart();
    // Who knows only the older license does not bring it back.
    bench.capacity = Capacity { version: 1, limits: BTreeMap::from([(Metric::Cores, 10)]) };
    let reply = bench.reserve("vm-2", "/", 1);
    let AllocationReply::Refused(Refused::Exceeded { exceeded, .. }) = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(exceeded.by, 3);
    let freed = bench.call(AllocationCall::Free { request: key("vm-1") });
    assert!(matches!(freed, AllocationReply::Done { done: Done::Released(_), changed: true }));
}

#[test]
fn what_the_disk_refuses_has_not_happened() {
    let mut bench = Bench::new();
    bench.set("acme", 4, Some(0));
    bench.disk.breaks_after(0);
    let call = bench.wanted("vm-1", "acme", 4, None);
    assert!(live::handle(&bench.disk, &mut bench.live, call, bench.now).is_err());
    assert!(bench.live.is_none());
    bench.disk.breaks_after(u64::MAX);
    assert!(reserved(&bench.reserve("vm-2", "acme", 4)).1, "nothing was held");
}

#[test]
fn pages_go_through_the_tree_parents_first() {
    let mut bench = Bench::new();
    for name in ["b", "a", "a/x", "a-b"] {
        bench.set(name, 0, None);
    }
    let order = ["/", "a", "a/x", "a-b", "b"];
    assert_eq!(bench.nodes(None, 50), order);
    assert_eq!(bench.nodes(None, 2), order[..2]);
    assert_eq!(bench.nodes(Some("a"), 2), order[2..4]);
    assert_eq!(bench.nodes(Some("a/gone"), 50), order[2..], "its place is known all the same");
    assert!(bench.nodes(Some("b"), 50).is_empty());
}

#[test]
fn a_long_journal_is_folded_into_a_snapshot() {
    let mut bench = Bench::new();
    bench.capacity.limits.insert(Metric::Cores, 1_000_000);
    let long = "x".repeat(100);
    let mut next = 0_u32;
    for _ in 0..3 {
        while bench.live.as_ref().is_none_or(|live| live.due(bench.now).is_none()) {
            next += 1;
            reserved(&bench.reserve(&format!("{long}-{next}"), "/", 1));
        }
        let live = bench.live.as_mut().unwrap();
        live.tidy(&bench.disk).unwrap();
        assert_eq!(live.due(bench.now), None);
        bench.restart();
    }
    reserved(&bench.reserve("after", "/", 1));
    bench.restart();
    assert!(!reserved(&bench.reserve("after", "/", 1)).1);
}
