//! What a pool refuses, as callers are told.

use domain::id::TenantId;
use domain::pool::Refusal;
use domain::time::Millis;
use edge::Failure;
use wire::problem::{Kind, Problem};
use wire::time::Instant;

/// The problem of a refusal by a pool of `holder`.
pub fn failure(refusal: &Refusal, holder: &TenantId, now: Millis) -> Failure {
    match refusal {
        Refusal::NoSeat { commit, max_overage, held, next_free } => {
            no_seat((*commit, *max_overage, *held), *next_free, holder, now)
        }
        Refusal::Closed => {
            let detail = "SUSPENDED: The license is suspended or revoked and gives out no seats.";
            Failure::new(Kind::LicenseNotUsable, detail)
        }
        Refusal::Ended => Failure::new(
            Kind::LicenseNotUsable,
            "EXPIRED: The license is past its end and its grace.",
        ),
        Refusal::QuantityZero => Problem::field("/quantity", "must be at least 1").into(),
        Refusal::QuantityTooLarge { limit } => {
            Problem::field("/quantity", format!("must be at most {limit}: there are no more seats"))
                .into()
        }
        Refusal::TtlTooLong { max_seconds } => {
            Problem::field("/ttl", format!("must be at most {max_seconds} seconds")).into()
        }
        Refusal::BorrowTooLong { max_seconds } => {
            let detail = format!("The license allows at most {max_seconds} seconds.");
            Problem::new(Kind::BorrowTooLong, detail).with("max_seconds", *max_seconds).into()
        }
        Refusal::BorrowNotAllowed => Kind::BorrowNotAllowed.into(),
        Refusal::BorrowKeepsBack { limit } => {
            let detail = format!("At most {limit} may be borrowed at a time. {}", help(holder));
            Problem::new(Kind::BorrowKeepsBack, detail).with("limit", *limit).into()
        }
        Refusal::CapReached { scope, limit } => {
            let detail = format!("{scope} may hold at most {limit} seats. {}", help(holder));
            let problem = Problem::new(Kind::CapReached, detail);
            problem.with("scope", scope.as_str()).with("limit", *limit).into()
        }
        Refusal::Excluded => Failure::new(Kind::SeatExcluded, help(holder)),
        Refusal::QueueFull { limit } => {
            let detail = format!("{limit} wait already.");
            Problem::new(Kind::QueueFull, detail).with("limit", *limit).into()
        }
        Refusal::NoSuchLease => Kind::LeaseNotFound.into(),
        Refusal::NotYours => Kind::LeaseNotYours.into(),
        Refusal::LeaseEnded { at } => {
            let ended = Instant(*at).text();
            Problem::new(Kind::LeaseEnded, "").with("ended_at", ended).into()
        }
        Refusal::NoSuchTicket => Kind::TicketNotFound.into(),
        Refusal::KeyReused => Kind::IdempotencyMismatch.into(),
    }
}

/// Whether other terms of the license could have led to another answer: the license may have changed a moment ago. Whether
/// seats are free is none of these, or every caller in front of a full pool would cost a read of the license.
pub const fn rests_on_terms(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Closed
            | Refusal::Ended
            | Refusal::QuantityTooLarge { .. }
            | Refusal::TtlTooLong { .. }
            | Refusal::BorrowNotAllowed
            | Refusal::BorrowTooLong { .. }
    )
}

fn no_seat(
    (commit, max_overage, held): (u32, u32, u32),
    next_free: Option<Millis>,
    holder: &TenantId,
    now: Millis,
) -> Failure {
    let detail =
        format!("{held} of {commit} and {max_overage} overage seats are held. {}", help(holder));
    let problem = Problem::new(Kind::NoSeatFree, detail)
        .with("commit", commit)
        .with("max_overage", max_overage)
        .with("held", held);
    let Some(next) = next_free else { return problem.into() };
    let seconds = next.since(now).max(0).saturating_add(999) / 1000;
    let problem = problem.with("next_free_at", Instant(next).text());
    Failure::from(problem).with("retry-after", seconds.max(1).to_string())
}

/// Who can change that.
fn help(holder: &TenantId) -> String {
    format!("An administrator of {holder} can take seats back and change the rules of the pool.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::{NOW, tenant};

    fn told(refusal: &Refusal) -> Failure {
        failure(refusal, &tenant("acme"), NOW)
    }

    #[test]
    fn every_refusal_has_its_code() {
        let rows = [
            (Refusal::Closed, "license-not-usable"),
            (Refusal::Ended, "license-not-usable"),
            (Refusal::CapReached { scope: "ada".into(), limit: 2 }, "cap-reached"),
            (Refusal::Excluded, "seat-excluded"),
            (Refusal::QueueFull { limit: 2 }, "queue-full"),
            (Refusal::NoSuchLease, "lease-not-found"),
            (Refusal::NotYours, "lease-not-yours"),
            (Refusal::LeaseEnded { at: NOW }, "lease-ended"),
            (Refusal::NoSuchTicket, "ticket-not-found"),
            (Refusal::KeyReused, "idempotency-mismatch"),
            (Refusal::QuantityZero, "invalid-request"),
            (Refusal::BorrowNotAllowed, "borrow-not-allowed"),
            (Refusal::BorrowTooLong { max_seconds: 60 }, "borrow-too-long"),
            (Refusal::BorrowKeepsBack { limit: 2 }, "borrow-keeps-back"),
        ];
        for (refusal, code) in rows {
            assert_eq!(told(&refusal).problem.code, code, "{refusal:?}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_pointed_at() {
        let rows = [
            (Refusal::QuantityTooLarge { limit: 8 }, "/quantity"),
            (Refusal::TtlTooLong { max_seconds: 60 }, "/ttl"),
        ];
        for (refusal, pointer) in rows {
            assert_eq!(told(&refusal).problem.errors[0].pointer, pointer, "{refusal:?}");
            assert!(rests_on_terms(&refusal));
        }
    }

    #[test]
    fn who_finds_no_seat_is_told_when_one_may_be_free_and_who_can_help() {
        let no_seat = |next_free| Refusal::NoSeat { commit: 5, max_overage: 3, held: 8, next_free };
        let rows = [(1, "1"), (1000, "1"), (1001, "2"), (60_000, "60"), (-5, "1")];
        for (millis, seconds) in rows {
            let failure = told(&no_seat(Some(NOW.plus(millis))));
            assert_eq!(failure.headers, [("retry-after", seconds.to_owned())], "{millis}");
        }
        let answer = told(&no_seat(Some(NOW.plus(60_000)))).answer();
        for part in [
            r#""commit":5,"held":8,"max_overage":3,"next_free_at":"2026-01-01T00:01:00Z""#,
            "An administrator of acme",
        ] {
            assert!(answer.body.contains(part), "{part}: {}", answer.body);
        }
        assert_eq!(told(&no_seat(None)).headers, []);
        assert!(!rests_on_terms(&no_seat(None)));
    }
}
