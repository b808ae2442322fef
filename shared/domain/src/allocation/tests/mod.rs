mod exceeded;
mod histories;
mod reference;
mod rest;
mod rules;
mod shares;

use std::collections::BTreeMap;

use super::*;
use crate::time::Millis;
use crate::usage::Metric;
use crate::usage::Metric::Cores;

fn node(text: &str) -> NodeId {
    NodeId::parse(text).unwrap()
}

fn key(text: &str) -> RequestKey {
    RequestKey::parse(text).unwrap()
}

fn share(dedicated: u64, burst: Option<u64>) -> Share {
    Share { dedicated, burst }
}

fn set(text: &str, dedicated: u64, burst: Option<u64>) -> Ask {
    Ask::Set { node: node(text), shares: BTreeMap::from([(Cores, share(dedicated, burst))]) }
}

fn capacity(version: u64, cores: u64) -> Ask {
    Ask::Capacity { version, capacity: BTreeMap::from([(Cores, cores)]) }
}

fn transfer(from: &str, to: &str, quantity: u64) -> Ask {
    Ask::Transfer(Transfer { from: node(from), to: node(to), metric: Cores, quantity })
}

fn request(name: &str, text: &str, quantity: u64) -> Request {
    Request { request: key(name), node: node(text), metric: Cores, quantity, ends: None }
}

fn reserve(name: &str, text: &str, quantity: u64) -> Ask {
    Ask::Reserve(request(name, text, quantity))
}

fn release(name: &str) -> Ask {
    Ask::Release { request: key(name) }
}

/// Everything is granted, one millisecond after the other.
fn book(asks: &[Ask]) -> Book {
    let mut book = Book::new();
    for (at, ask) in (0..).zip(asks) {
        let outcome = book.handle(ask, Millis(at));
        assert!(outcome.answer.is_ok(), "{ask:?}: {outcome:?}");
    }
    book
}

fn refusal(book: &mut Book, ask: &Ask) -> Refused {
    book.handle(ask, Millis(1_000)).answer.unwrap_err()
}

fn part(book: &Book, text: &str) -> PartView {
    book.view(&node(text)).unwrap()[0].metrics[&Cores].clone()
}

fn available(book: &Book, text: &str) -> u64 {
    book.can_provision(&node(text), Cores, 0).unwrap().available
}

/// The organization of seed 5: 1000 cores, A and B with projects, C and D on the shared part.
fn organization() -> Book {
    book(&[
        capacity(1, 1000),
        set("a", 300, None),
        set("a/1", 100, Some(0)),
        set("a/2", 200, None),
        set("b", 200, Some(50)),
        set("b/1", 200, None),
        set("c", 0, None),
        set("d", 0, Some(100)),
    ])
}
