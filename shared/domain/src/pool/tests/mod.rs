mod borrow;
mod golden;
mod history;
mod leases;
mod line;
mod model;
mod repeats;
mod rules;
mod scale;
mod sharing;
mod statement;
mod stops;

use super::*;
use crate::id::{LeaseId, LicenseId, TicketId};
use crate::place::Shard;
use crate::terms::Floating;
use crate::time::Millis;

fn license() -> LicenseId {
    LicenseId::new(Shard::Eu, [0; 16])
}

fn entropy(n: u32) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[6..].copy_from_slice(&n.to_be_bytes());
    bytes
}

/// Ids are numbered, so that a failing row can be read.
fn lease_id(n: u32) -> LeaseId {
    LeaseId::new(&license(), entropy(n))
}

fn ticket_id(n: u32) -> TicketId {
    TicketId::new(&license(), entropy(n))
}

/// Two commit seats, one overage seat, an hour.
fn terms() -> PoolTerms {
    let floating = Floating { borrow_max_seconds: 100_000, ..Floating::default() };
    PoolTerms { version: 1, commit: 2, max_overage: 1, floating, open: true, ends: None }
}

fn by(owner: &str) -> By {
    By { owner: owner.into(), admin: None }
}

fn admin() -> By {
    By { owner: "root".into(), admin: Some("lost".into()) }
}

fn key(key: &str, body: &str) -> Key {
    Key { key: key.into(), body: body.into() }
}

/// One seat for `user` on host `h-<user>`, by the principal `app`.
fn ask(n: u32, user: &str) -> Checkout {
    Checkout {
        lease: lease_id(n),
        ticket: ticket_id(n),
        subject: Subject {
            user: Some(user.into()),
            host: Some(format!("h-{user}")),
            device: None,
            owner: "app".into(),
        },
        quantity: 1,
        ttl_seconds: None,
        features: Vec::new(),
        wait: false,
        resume: None,
        key: None,
    }
}

fn waiting(n: u32, user: &str) -> Checkout {
    Checkout { wait: true, ..ask(n, user) }
}

/// A book and everything it ever journaled.
struct Desk {
    book: Book,
    journal: Vec<Entry>,
}

impl Desk {
    fn new(terms: PoolTerms) -> Self {
        Self { book: Book::new(terms), journal: Vec::new() }
    }

    fn floating(change: impl FnOnce(&mut Floating)) -> Self {
        let mut terms = terms();
        change(&mut terms.floating);
        Self::new(terms)
    }

    fn ask(&mut self, ask: Ask, now: i64) -> Reply {
        let Decision { reply, entries } = self.book.handle(ask, Millis(now));
        self.journal.extend(entries);
        reply
    }

    fn out(&mut self, ask: Checkout, now: i64) -> Reply {
        self.ask(Ask::Checkout(ask), now)
    }

    fn resume(&mut self, n: u32, ticket: u32, now: i64) -> Reply {
        self.out(Checkout { resume: Some(ticket_id(ticket)), ..ask(n, "any") }, now)
    }

    fn back(&mut self, n: u32, now: i64) -> Reply {
        self.ask(Ask::Return { lease: lease_id(n), by: by("app"), key: None }, now)
    }

    fn extend(&mut self, n: u32, ttl_seconds: Option<u32>, now: i64) -> Reply {
        self.ask(Ask::Extend { lease: lease_id(n), by: by("app"), ttl_seconds }, now)
    }

    fn rules(&mut self, change: impl FnOnce(&mut Rules), now: i64) {
        let mut rules = self.book.rules().clone();
        rules.version += 1;
        change(&mut rules);
        self.ask(Ask::SetRules(rules), now);
    }

    fn terms(&mut self, change: impl FnOnce(&mut PoolTerms), now: i64) {
        let mut terms = self.book.terms().clone();
        terms.version += 1;
        change(&mut terms);
        self.ask(Ask::SetTerms(terms), now);
    }

    fn settle(&mut self, now: i64) {
        self.journal.extend(self.book.settle(Millis(now)));
    }

    /// Commit and overage seats held.
    fn held(&self) -> (u32, u32) {
        let gauges = self.book.gauges();
        (gauges.commit_held, gauges.overage_held)
    }

    /// The latest event, as its type in JSON.
    fn last(&self) -> String {
        let event = serde_json::to_value(&self.journal.last().unwrap().event).unwrap();
        event["type"].as_str().unwrap().to_owned()
    }
}

fn granted(reply: &Reply) -> &Lease {
    match reply {
        Reply::Granted { lease, .. } => lease,
        other => panic!("not granted: {other:?}"),
    }
}

fn place(reply: Reply) -> Place {
    match reply {
        Reply::Queued(place) => place,
        other => panic!("not queued: {other:?}"),
    }
}

fn refused(reply: &Reply) -> &'static str {
    match reply {
        Reply::Refused(refusal) => refusal.name(),
        other => panic!("not refused: {other:?}"),
    }
}
