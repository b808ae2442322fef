//! Random histories: the book against the model, restarts included.

mod any;

use proptest::prelude::*;

use self::any::{Step, What, any_terms, step};
use super::model::{self, Model, Said};
use super::*;

/// The lease that an ask of step `n` means: one that is held, as a rule.
fn meant_lease(model: &Model, n: u32, pick: u32) -> LeaseId {
    let living: Vec<_> = model.living().map(|lease| lease.id.clone()).collect();
    let held = living.get(pick as usize % living.len().max(1)).filter(|_| !pick.is_multiple_of(4));
    held.cloned().unwrap_or_else(|| lease_id(n.saturating_sub(pick)))
}

/// The ticket that an ask of step `n` means: one that waits, as a rule.
fn meant_ticket(model: &Model, n: u32, pick: u32) -> TicketId {
    let waiting = model.tickets.get(pick as usize % model.tickets.len().max(1));
    let waiting = waiting.filter(|_| !pick.is_multiple_of(4)).map(|ticket| ticket.id.clone());
    waiting.unwrap_or_else(|| ticket_id(n.saturating_sub(pick)))
}

/// A repeated ask has new ids for what it may be given.
fn renumbered(ask: Ask, n: u32) -> Ask {
    let named = |ask| Checkout { lease: lease_id(n), ticket: ticket_id(n), ..ask };
    match ask {
        Ask::Checkout(ask) => Ask::Checkout(named(ask)),
        Ask::Borrow(ask) => Ask::Borrow(Borrow { checkout: named(ask.checkout), ..ask }),
        other => other,
    }
}

/// Gives the ask of step `n` its ids.
fn numbered(ask: Ask, model: &Model, n: u32, pick: u32) -> Ask {
    let ticket = meant_ticket(model, n, pick);
    let lease = meant_lease(model, n, pick);
    let somebody_waits = !model.tickets.is_empty();
    let named = |checkout: Checkout| Checkout {
        resume: checkout.resume.filter(|_| somebody_waits || pick == 0).map(|_| ticket.clone()),
        ..checkout
    };
    match renumbered(ask, n) {
        Ask::Checkout(ask) => Ask::Checkout(named(ask)),
        Ask::Borrow(ask) => Ask::Borrow(Borrow { checkout: named(ask.checkout), ..ask }),
        Ask::Return { by, key, .. } => Ask::Return { lease, by, key },
        Ask::Extend { by, ttl_seconds, .. } => Ask::Extend { lease, by, ttl_seconds },
        Ask::Release { reason, by, .. } => Ask::Release { lease, reason, by },
        Ask::Leave { by, .. } => Ask::Leave { ticket, by },
        other => other,
    }
}

/// What the book said, in the model's words.
fn said(reply: Reply) -> Said {
    match reply {
        Reply::Granted { lease, replayed } => Said::Granted {
            took: (lease.seats.commit, lease.seats.overage),
            until: lease.ends.0,
            lease: lease.id,
            replayed,
        },
        Reply::Queued(place) => Said::Queued(place),
        Reply::Refused(Refusal::NoSeat { next_free, .. }) => Said::NoSeat(next_free),
        Reply::Refused(refusal) => Said::No(refusal.name()),
        Reply::Returned { at, held_until, replayed, .. } => {
            Said::Returned { at: at.0, held_until: held_until.map(|until| until.0), replayed }
        }
        Reply::Extended { ends, .. } => Said::Extended(ends.0),
        Reply::Left { .. } => Said::Left,
        Reply::Adopted { version } => Said::Adopted(version),
    }
}

/// The book, its journal and its last snapshot.
struct Run {
    book: Book,
    model: Model,
    saved: Snapshot,
    since: Vec<Entry>,
    /// Seats checked out less seats freed, over all entries.
    ledger: (i64, i64),
    now: i64,
    last: Option<Ask>,
}

impl Run {
    fn new(terms: PoolTerms) -> Self {
        let book = Book::new(terms.clone());
        let (saved, model) = (book.snapshot(), Model::new(terms));
        Self { book, model, saved, since: Vec::new(), ledger: (0, 0), now: 0, last: None }
    }

    fn step(&mut self, n: u32, step: Step) {
        let half = self.now + step.seconds * 500;
        self.now += step.seconds * 1000;
        if step.alarm {
            let entries = self.book.settle(Millis(half));
            self.journal(entries);
        }
        match step.what {
            What::Ask(ask) => self.ask(numbered(*ask, &self.model, n, step.pick)),
            What::Again => {
                if let Some(ask) = self.last.clone() {
                    self.ask(renumbered(ask, n));
                }
            }
            What::Save => self.save(),
            What::Restart => self.restart(),
            What::Forget(keep) => {
                self.catch_up();
                let seq = self.book.seq().saturating_sub(keep);
                self.book.forget_before(seq, usize::MAX);
                self.model.forget_before(seq);
                self.save();
            }
        }
        self.catch_up();
        self.agree();
    }

    fn ask(&mut self, ask: Ask) {
        self.last = Some(ask.clone());
        let Decision { reply, entries } = self.book.handle(ask.clone(), Millis(self.now));
        self.journal(entries);
        assert_eq!(said(reply), self.model.handle(ask, self.now));
    }

    /// Brings both to the same instant.
    fn catch_up(&mut self) {
        let now = self.now.max(self.model.newest);
        let entries = self.book.settle(Millis(self.now));
        self.journal(entries);
        self.model.settle(now);
    }

    fn save(&mut self) {
        self.saved = self.book.snapshot();
        self.since.clear();
    }

    /// Through the bytes at rest.
    fn restart(&mut self) {
        let again =
            |entry: &Entry| serde_json::from_str(&serde_json::to_string(entry).unwrap()).unwrap();
        let entries: Vec<Entry> = self.since.iter().map(again).collect();
        let head = serde_json::to_string(&self.saved.head).unwrap();
        let leases = serde_json::to_string(&self.saved.leases).unwrap();
        let (head, leases) =
            (serde_json::from_str(&head).unwrap(), serde_json::from_str(&leases).unwrap());
        let restored = Book::restore(Snapshot { head, leases }, &entries).unwrap();
        assert!(restored == self.book, "the journal tells everything");
        self.book = restored;
    }

    fn journal(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let newest =
                self.since.last().map_or((self.saved.head.seq, i64::MIN), |e| (e.seq, e.at.0));
            assert_eq!(entry.seq, newest.0 + 1, "no gap");
            assert!(entry.at.0 >= newest.1, "in order");
            self.count(&entry);
            self.since.push(entry);
        }
    }

    fn count(&mut self, entry: &Entry) {
        let (commit, overage) = (i64::from(entry.commit_held), i64::from(entry.overage_held));
        match &entry.event {
            Event::CheckedOut { lease } => {
                let terms = self.book.terms();
                let Seats { commit: more, overage: priced } = lease.seats;
                assert!(more == 0 || commit <= i64::from(terms.commit), "{entry:?}");
                let all = i64::from(terms.seats());
                assert!(more + priced == 0 || commit + overage <= all, "{entry:?}");
                self.ledger.0 += i64::from(more);
                self.ledger.1 += i64::from(priced);
            }
            Event::Ended { freed, .. } => {
                self.ledger.0 -= i64::from(freed.commit);
                self.ledger.1 -= i64::from(freed.overage);
            }
            _ => {}
        }
        assert_eq!(self.ledger, (commit, overage), "{entry:?}");
    }

    fn agree(&self) {
        let (book, model) = (&self.book, &self.model);
        let mut counted_again = book.clone();
        counted_again.rebuild();
        assert!(counted_again == *book, "counters are sums of rows");
        assert_eq!(book.seq(), model.seq);
        let held: Vec<_> =
            book.leases(0, usize::MAX).into_iter().map(|l| (&l.id, l.ends.0)).collect();
        let want: Vec<_> = model.living().map(|l| (&l.id, l.until)).collect();
        assert_eq!(held, want, "no lease is lost");
        let took = |of: fn(&model::MLease) -> u32| model.founders().map(of).sum::<u32>();
        let gauges = book.gauges();
        assert_eq!(gauges.commit_held, took(|l| l.took.0));
        assert_eq!(gauges.overage_held, took(|l| l.took.1));
        assert_eq!(gauges.waiting as usize, model.tickets.len());
        let queue: Vec<_> = book.queue().into_iter().map(|(_, place)| place).collect();
        let want: Vec<_> = model.line().into_iter().map(|t| model.place(&t.id)).collect();
        assert_eq!(queue, want);
        let dues = model.living().map(|l| l.until).chain(model.tickets.iter().map(model::due));
        assert_eq!(book.next_due(), dues.min().map(Millis));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_book_agrees_with_the_model_whatever_happens(
        terms in any_terms(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut run = Run::new(PoolTerms { version: 0, open: true, ends: None, ..terms });
        for (n, step) in (0..).zip(steps) {
            run.step(n, step);
        }
        run.restart();
    }
}
