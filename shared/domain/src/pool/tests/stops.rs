use super::*;
use crate::terms::WhenStopped;

#[test]
fn leases_of_a_stopped_license_end_now_or_run_out() {
    let rows = [(WhenStopped::EndNow, (0, 0)), (WhenStopped::RunOut, (2, 0))];
    for (when_stopped, held) in rows {
        let mut desk = Desk::floating(|f| f.when_stopped = when_stopped);
        desk.out(ask(1, "ann"), 0);
        desk.out(ask(2, "bob"), 0);
        desk.terms(|terms| terms.open = false, 1_000);
        assert_eq!(desk.held(), held, "{when_stopped:?}");
        assert_eq!(refused(&desk.out(ask(3, "cid"), 1_000)), "closed", "{when_stopped:?}");
        let extended = desk.extend(1, None, 2_000);
        let (ended, closed) = (Refusal::LeaseEnded { at: Millis(1_000) }, Refusal::Closed);
        let want = if held.0 == 0 { ended } else { closed };
        assert_eq!(extended, Reply::Refused(want), "{when_stopped:?}");
        desk.settle(3_600_000);
        assert_eq!(desk.held(), (0, 0), "{when_stopped:?}");
        desk.terms(|terms| terms.open = true, 3_600_000);
        granted(&desk.out(ask(4, "ann"), 3_600_000));
    }
}

#[test]
fn every_lease_that_is_stopped_is_journaled() {
    let mut desk = Desk::floating(|f| f.when_stopped = WhenStopped::EndNow);
    desk.out(ask(1, "ann"), 0);
    desk.out(ask(2, "bob"), 0);
    desk.terms(|terms| terms.open = false, 7);
    let ends = desk.journal.iter().filter_map(|entry| match &entry.event {
        Event::Ended { how, freed, .. } => Some((entry.at, how.clone(), freed.commit)),
        _ => None,
    });
    let want = (Millis(7), How::Stopped, 1);
    assert_eq!(ends.collect::<Vec<_>>(), [want.clone(), want]);
}

#[test]
fn no_lease_reaches_beyond_the_end_of_the_license() {
    let mut desk = Desk::new(PoolTerms { ends: Some(Millis(10_000)), ..terms() });
    assert_eq!(granted(&desk.out(ask(1, "ann"), 9_000)).ends, Millis(10_000));
    assert_eq!(
        desk.extend(1, None, 9_500),
        Reply::Extended { lease: lease_id(1), ends: Millis(10_000) }
    );
    granted(&desk.out(ask(2, "ann"), 9_999));
    assert_eq!(refused(&desk.out(ask(3, "ann"), 10_000)), "ended");
    assert_eq!(desk.held(), (0, 0));
}

#[test]
fn an_earlier_end_of_the_license_clips_leases_but_not_before_it_is_known() {
    let rows = [("to come", 5_000, 5_000), ("past", 500, 1_000)];
    for (name, ends, ended) in rows {
        let mut desk = Desk::new(terms());
        desk.out(ask(1, "ann"), 0);
        desk.terms(|terms| terms.ends = Some(Millis(ends)), 1_000);
        desk.settle(9_000);
        let lease = desk.book.lease(&lease_id(1)).unwrap();
        let at = lease.ended.as_ref().map(|ending| ending.at);
        assert_eq!(at, Some(Millis(ended)), "{name}");
        assert!(desk.journal.is_sorted_by_key(|entry| entry.at), "{name}");
    }
}

#[test]
fn the_highest_version_of_the_terms_wins() {
    let mut desk = Desk::new(terms());
    let rows = [(3, 9, 9, 3), (2, 7, 9, 3), (3, 7, 9, 3), (4, 1, 1, 4)];
    for (version, commit, in_force, answered) in rows {
        let reply = desk.ask(Ask::SetTerms(PoolTerms { version, commit, ..terms() }), 0);
        assert_eq!(reply, Reply::Adopted { version: answered });
        assert_eq!(desk.book.terms().commit, in_force, "{version}");
    }
    assert_eq!(desk.journal.len(), 2);
}

#[test]
fn seats_that_the_license_loses_are_not_taken_from_their_holders() {
    let mut desk = Desk::new(terms());
    for n in 1..=3 {
        desk.out(ask(n, "ann"), 0);
    }
    desk.terms(|terms| (terms.commit, terms.max_overage) = (1, 1), 1);
    assert_eq!(desk.held(), (2, 1));
    assert!(matches!(desk.extend(1, None, 2), Reply::Extended { .. }));
    desk.back(1, 3);
    assert_eq!(refused(&desk.out(ask(4, "ann"), 3)), "no_seat");
    desk.back(2, 3);
    assert_eq!(granted(&desk.out(ask(5, "ann"), 3)).seats, Seats { commit: 1, overage: 0 });
}
