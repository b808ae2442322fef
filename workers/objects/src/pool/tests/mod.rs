mod calls;
mod folding;
mod following;
mod history;
mod shipping;

use domain::id::{LeaseId, LicenseId, TicketId};
use domain::place::Shard;
use domain::pool::{Ask, By, Checkout, PoolTerms, Subject};
use domain::terms::Floating;
use domain::time::Millis;
use edge::objects::{PoolCall, PoolReply, PoolView};
use testkit::NOW;

use super::live::{self, Live};
use super::rows;
use super::ship::BATCH;
use super::tidy::Keep;
use crate::disk::memory::Memory;

/// How long entries wait here.
const GATHER_MS: i64 = 2_000;

fn license() -> LicenseId {
    LicenseId::new(Shard::Eu, [1; 16])
}

fn lease_id(n: u32) -> LeaseId {
    LeaseId::new(&license(), entropy(n))
}

fn ticket_id(n: u32) -> TicketId {
    TicketId::new(&license(), entropy(n))
}

fn entropy(n: u32) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[6..].copy_from_slice(&n.to_be_bytes());
    bytes
}

/// Two commit seats, one overage seat, leases of an hour.
fn terms() -> PoolTerms {
    let floating = Floating { borrow_max_seconds: 100_000, ..Floating::default() };
    PoolTerms { version: 1, commit: 2, max_overage: 1, floating, open: true, ends: None }
}

fn app() -> By {
    By { owner: "app".into(), admin: None }
}

/// One seat, number `n`.
fn checkout(n: u32) -> Checkout {
    Checkout {
        lease: lease_id(n),
        ticket: ticket_id(n),
        subject: Subject { user: Some(format!("u{n}")), owner: "app".into(), ..Subject::default() },
        quantity: 1,
        ttl_seconds: None,
        features: Vec::new(),
        wait: false,
        resume: None,
        key: None,
    }
}

fn back(n: u32) -> Ask {
    Ask::Return { lease: lease_id(n), by: app(), key: None }
}

/// An object without its platform.
struct Bench {
    disk: Memory,
    live: Option<Live>,
    now: Millis,
    terms: PoolTerms,
}

impl Bench {
    fn new() -> Self {
        Self { disk: Memory::with(""), live: None, now: NOW, terms: terms() }
    }

    fn call(&mut self, call: PoolCall) -> PoolReply {
        live::handle(&self.disk, &mut self.live, call, GATHER_MS, self.now).unwrap()
    }

    fn message(&self, ask: Ask) -> PoolCall {
        let terms = Some(Box::new(self.terms.clone()));
        PoolCall::Ask { shard: Shard::Eu, terms, ask: Box::new(ask) }
    }

    fn ask(&mut self, ask: Ask) -> PoolReply {
        self.call(self.message(ask))
    }

    fn out(&mut self, n: u32) -> PoolReply {
        self.ask(Ask::Checkout(checkout(n)))
    }

    fn view(&mut self, after: u64, limit: u32) -> PoolView {
        let terms = Box::new(self.terms.clone());
        match self.call(PoolCall::View { shard: Shard::Eu, terms, after, limit }) {
            PoolReply::View(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    fn sleep(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// The object dies, and its memory with it.
    fn restart(&mut self) {
        self.live = live::wake(&self.disk, None, GATHER_MS, self.now).unwrap();
    }

    fn live(&self) -> &Live {
        self.live.as_ref().unwrap()
    }

    fn begins_shipping(&mut self, now: Millis) -> bool {
        self.live.as_mut().unwrap().begin_shipping(now)
    }

    /// Rows changed and statements run by `work`.
    fn cost(&mut self, work: impl FnOnce(&mut Self)) -> (u64, u64) {
        let before = (self.disk.changes(), self.disk.statements());
        work(self);
        (self.disk.changes() - before.0, self.disk.statements() - before.1)
    }

    /// Says that D1 has everything.
    fn shipped(&mut self) {
        let Self { disk, live, .. } = self;
        let live = live.as_mut().unwrap();
        while let Some(batch) = live.next_batch(disk, &license(), BATCH).unwrap() {
            live.arrived(disk, batch.last).unwrap();
        }
    }

    fn tidy(&mut self, keep: &Keep) {
        let Self { disk, live, now, .. } = self;
        live.as_mut().unwrap().tidy(disk, keep, *now).unwrap();
    }

    /// Numbers of the entries in the journal.
    fn journal(&self) -> Vec<u64> {
        rows::entries(&self.disk, 0, 1_000).unwrap().iter().map(|entry| entry.seq).collect()
    }

    /// Whether the object would wake as it is.
    fn wakes_the_same(&self) {
        let again =
            live::wake(&self.disk, None, GATHER_MS, self.now).unwrap().map(|again| again.book);
        assert_eq!(again.as_ref(), self.live.as_ref().map(|live| &live.book));
    }
}
