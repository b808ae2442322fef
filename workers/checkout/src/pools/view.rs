//! `GET /api/v1/pools/{license}`: how a pool stands, for the license's holder and its issuer.

use domain::license::License;
use domain::pool::{Gauges, Ticket};
use edge::admit::admit;
use edge::objects;
use edge::paging::{Asked, wrong};
use edge::serve::{Answer, Target};
use edge::{Call, Failure, answer, find};
use wire::lease::LeaseView;
use wire::page::Page;
use wire::pool::{HeldSeats, PoolView, WaitingView};

use crate::product::Place;
use crate::{seats, view};

/// Who: a key of holder or issuer. What: one page of leases, and all else.
pub async fn view(call: &Call, target: Target<'_>) -> Result<Answer, Failure> {
    let caller = admit(call, target.endpoint).await?;
    let asked = Asked::read(call, &[])?;
    let after = number(&asked)?;
    let found = find::seen(call, caller.principal()?, target.param).await?;
    let license = found.row.license();
    let place = Place { tenant: &license.holder, shard: found.shard };
    let pool = seats::look(call, place, &license, after, asked.limit).await?;
    let out = answer::json(200, &told(pool, &license, asked.limit))?;
    Ok(Answer::to(caller, out))
}

/// The number of the last lease of the page before; 0 for the first.
fn number(asked: &Asked) -> Result<u64, Failure> {
    match asked.cursor.as_str() {
        "" => Ok(0),
        text => text.parse().map_err(|_| wrong("cursor", "is not a cursor of this list").into()),
    }
}

fn told(pool: objects::PoolView, license: &License, limit: u32) -> PoolView {
    let objects::PoolView { terms, gauges, rules, leases, queue, seq: _ } = pool;
    PoolView {
        license_id: license.id.clone(),
        license_code: license.code.clone(),
        open: terms.open,
        ends_at: terms.ends.map(Into::into),
        commit: gauges.commit,
        max_overage: gauges.max_overage,
        held: HeldSeats { commit: gauges.commit_held, overage: gauges.overage_held },
        set_aside: gauges.set_aside,
        borrowed: gauges.borrowed,
        free: free(&gauges),
        waiting: gauges.waiting,
        rules,
        leases: page(leases, license, limit),
        queue: (1..).zip(queue).map(|(position, ticket)| waiting(position, ticket)).collect(),
    }
}

fn free(gauges: &Gauges) -> u32 {
    let all = gauges.commit.saturating_add(gauges.max_overage);
    let held = gauges.commit_held.saturating_add(gauges.overage_held);
    all.saturating_sub(held).saturating_sub(gauges.set_aside)
}

/// A pool gives no more than it is asked for: whether a full page is the last one is seen by asking for the next.
fn page(leases: Vec<domain::pool::Lease>, license: &License, limit: u32) -> Page<LeaseView> {
    let full = leases.len() >= limit as usize;
    let next_cursor = leases.last().filter(|_| full).map(|lease| lease.number.to_string());
    let rows = leases.into_iter().map(|lease| {
        let key_id = Some(lease.subject.owner.clone());
        LeaseView { key_id, ..view::row(lease, &license.id, &license.terms) }
    });
    Page { items: rows.collect(), next_cursor }
}

fn waiting(position: u32, ticket: Ticket) -> WaitingView {
    WaitingView {
        ticket: ticket.id,
        position,
        quantity: ticket.quantity,
        user: ticket.subject.user,
        host: ticket.subject.host,
        device: ticket.subject.device,
        queued_at: ticket.queued.into(),
        reserved_until: ticket.claim.map(|claim| claim.until.into()),
        key_id: ticket.subject.owner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{LeaseId, TicketId};
    use domain::pool::{Ask, Book, Checkout, Subject};
    use domain::time::Millis;
    use testkit::{NOW, license};

    /// A pool of 2 + 1 seats, asked for by four.
    fn pool(after: u64, limit: u32) -> PoolView {
        let mut license = license(1);
        (license.terms.commit, license.terms.max_overage) = (2, 1);
        let mut book = Book::new(seats::terms(&license));
        for n in 0..4 {
            let ask = Checkout {
                lease: LeaseId::new(&license.id, [n; 10]),
                ticket: TicketId::new(&license.id, [n; 10]),
                subject: Subject { owner: format!("key_{n}"), ..Subject::default() },
                quantity: 1,
                ttl_seconds: None,
                features: Vec::new(),
                wait: true,
                resume: None,
                key: None,
            };
            book.handle(Ask::Checkout(ask), Millis(NOW.0 + i64::from(n)));
        }
        let pool = objects::PoolView {
            terms: book.terms().clone(),
            gauges: book.gauges(),
            rules: book.rules().clone(),
            leases: book.leases(after, limit as usize).into_iter().cloned().collect(),
            queue: book.queue().into_iter().map(|(ticket, _)| ticket.clone()).collect(),
            seq: book.seq(),
        };
        told(pool, &license, limit)
    }

    #[test]
    fn a_pool_shows_who_holds_and_who_waits() {
        let view = pool(0, 50);
        assert_eq!(view.held, HeldSeats { commit: 2, overage: 1 });
        assert_eq!((view.free, view.waiting, view.open), (0, 1, true));
        let keys: Vec<_> = view.leases.items.iter().map(|lease| lease.key_id.clone()).collect();
        assert_eq!(keys, [0, 1, 2].map(|n| Some(format!("key_{n}"))));
        assert_eq!((view.queue[0].position, view.queue[0].key_id.as_str()), (1, "key_3"));
        assert_eq!(view.leases.next_cursor, None);
    }

    #[test]
    fn pages_follow_the_numbers_of_leases() {
        let first = pool(0, 2);
        let cursor = first.leases.next_cursor.unwrap();
        let rest = pool(cursor.parse().unwrap(), 2);
        assert_eq!((first.leases.items.len(), rest.leases.items.len()), (2, 1));
        assert_eq!(rest.leases.next_cursor, None);
        assert_eq!(rest.held, first.held, "gauges are those of the whole pool");
    }
}
