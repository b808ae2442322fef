//! Leases and tickets as callers see them.

use domain::id::{LicenseId, TicketId};
use domain::license::License;
use domain::money::Money;
use domain::pool::Lease;
use domain::terms::{OverageBasis, Terms, WhenUnreachable};
use domain::time::Millis;
use wire::lease::{LeaseKind, LeaseView, QueuedView};

/// A lease as its holder sees it.
pub fn lease(lease: Lease, license: &License) -> LeaseView {
    let reachable = match license.terms.floating.when_unreachable {
        WhenUnreachable::Stop => "stop",
        WhenUnreachable::RunOn => "run_on",
    };
    LeaseView {
        when_unreachable: Some(reachable.to_owned()),
        ..row(lease, &license.id, &license.terms)
    }
}

/// A lease in the list of a pool.
pub fn row(lease: Lease, license: &LicenseId, terms: &Terms) -> LeaseView {
    LeaseView {
        kind: if lease.is_overage() { LeaseKind::Overage } else { LeaseKind::Commit },
        overage_cost: overage_cost(&lease, terms),
        lease_id: lease.id,
        license_id: license.clone(),
        quantity: lease.quantity,
        commit: lease.seats.commit,
        overage: lease.seats.overage,
        user: lease.subject.user,
        host: lease.subject.host,
        device: lease.subject.device,
        features: lease.features,
        started_at: lease.started.into(),
        expires_at: lease.ends.into(),
        ttl: lease.ttl_seconds,
        borrowed: lease.borrowed,
        returned_at: lease.returned.map(Into::into),
        when_unreachable: None,
        key_id: None,
    }
}

/// What the overage seats of a lease cost, where each checkout does. Other bases price a period, not a lease.
fn overage_cost(lease: &Lease, terms: &Terms) -> Option<Money> {
    let pricing = terms.pricing.as_ref()?;
    let priced = lease.is_overage() && pricing.overage_basis == OverageBasis::Checkout;
    let cost = priced.then(|| pricing.overage_per_use.checked_mul(lease.seats.overage.into()));
    cost?.ok()
}

/// A place in the line as its caller sees it.
pub fn queued(
    ticket: TicketId,
    position: usize,
    estimate: Option<Millis>,
    reserved_until: Option<Millis>,
    claim_seconds: u32,
) -> QueuedView {
    let position = u32::try_from(position).unwrap_or(u32::MAX);
    QueuedView {
        ticket,
        position,
        estimated_at: estimate.map(Into::into),
        reserved_until: reserved_until.map(Into::into),
        come_back_in: come_back_in(position, claim_seconds),
    }
}

/// The further back, the later: 5 to 30 s. Never so late that a seat set aside meanwhile could have lapsed, of which a
/// quarter of the time is left for the way.
fn come_back_in(position: u32, claim_seconds: u32) -> u32 {
    let in_time = claim_seconds.saturating_sub(claim_seconds / 4).max(1);
    position.saturating_add(4).clamp(5, 30).min(in_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::LeaseId;
    use domain::money::Currency;
    use domain::pool::{Seats, Subject};
    use domain::terms::Pricing;
    use testkit::{NOW, license};

    fn granted(commit: u32, overage: u32) -> Lease {
        Lease {
            id: LeaseId::new(&license(1).id, [1; 10]),
            number: 1,
            hold: 1,
            subject: Subject {
                user: Some("ada".into()),
                owner: "key_1".into(),
                ..Subject::default()
            },
            features: Vec::new(),
            quantity: commit + overage,
            seats: Seats { commit, overage },
            started: NOW,
            granted_until: NOW.plus(60_000),
            ends: NOW.plus(60_000),
            ttl_seconds: 60,
            borrowed: false,
            returned: None,
            ended: None,
            keys: Vec::new(),
            ticket: None,
            return_keys: Vec::new(),
        }
    }

    #[test]
    fn overage_has_its_price_where_checkouts_are_counted() {
        let euros = |amount| Money::new(amount, Currency::EUR).unwrap();
        let rows = [
            (Some(OverageBasis::Checkout), 1, 0, None),
            (Some(OverageBasis::Checkout), 1, 2, Some(euros(100_000))),
            (Some(OverageBasis::Peak), 0, 2, None),
            (Some(OverageBasis::SeatHour), 0, 2, None),
            (None, 0, 2, None),
        ];
        for (basis, commit, overage, want) in rows {
            let mut license = license(1);
            license.terms.pricing = basis.map(|overage_basis| Pricing {
                commit_fee_monthly: euros(1),
                overage_per_use: euros(50_000),
                overage_basis,
            });
            let view = lease(granted(commit, overage), &license);
            assert_eq!(view.overage_cost, want, "{basis:?} {commit} {overage}");
            let kind = if overage > 0 { LeaseKind::Overage } else { LeaseKind::Commit };
            assert_eq!((view.kind, view.when_unreachable.as_deref()), (kind, Some("stop")));
        }
    }

    #[test]
    fn who_stands_further_back_may_come_back_later_but_in_time_for_a_claim() {
        let rows = [
            (1, 120, 5),
            (2, 120, 6),
            (26, 120, 30),
            (900, 120, 30),
            (900, 30, 23),
            (1, 3, 3),
            (1, 1, 1),
        ];
        for (position, claim, want) in rows {
            assert_eq!(come_back_in(position, claim), want, "{position} {claim}");
        }
    }
}
