use super::*;

#[test]
fn a_repeated_checkout_gets_the_lease_as_it_was_granted() {
    let mut desk = Desk::new(terms());
    let keyed = |n| Checkout { key: Some(key("k", "b")), ..ask(n, "ann") };
    let first = granted(&desk.out(keyed(1), 0)).clone();
    desk.extend(1, Some(7200), 5);
    let repeat = |desk: &mut Desk, now| desk.out(keyed(2), now);
    let want = Reply::Granted { lease: Box::new(first), replayed: true };
    assert_eq!(repeat(&mut desk, 6), want, "while it is held");
    desk.back(1, 7);
    assert_eq!(repeat(&mut desk, 8), want, "when it has ended");
    desk.book.forget_before(desk.book.seq(), usize::MAX);
    assert_eq!(repeat(&mut desk, 9), want, "its end is not older than that");
    desk.book.forget_before(desk.book.seq() + 1, usize::MAX);
    assert_eq!(granted(&repeat(&mut desk, 10)).id, lease_id(2), "forgotten");
}

#[test]
fn a_key_belongs_to_its_principal_and_to_one_request() {
    let mut desk = Desk::new(terms());
    desk.out(Checkout { key: Some(key("k", "b")), ..ask(1, "ann") }, 0);
    let mut others = Checkout { key: Some(key("k", "b")), ..ask(2, "ann") };
    others.subject.owner = "other".into();
    assert_eq!(granted(&desk.out(others, 0)).id, lease_id(2));
    let other_body = Checkout { key: Some(key("k", "c")), ..ask(3, "ann") };
    assert_eq!(refused(&desk.out(other_body, 0)), "key_reused");
    for body in ["b", "c"] {
        let back = Ask::Return { lease: lease_id(1), by: by("app"), key: Some(key("k", body)) };
        assert_eq!(refused(&desk.ask(back, 0)), "key_reused", "{body}");
    }
    assert_eq!(desk.held(), (2, 0));
}

#[test]
fn a_repeated_return_gets_the_same_answer() {
    for linger_seconds in [0, 60] {
        let mut desk = Desk::floating(|f| f.linger_seconds = linger_seconds);
        desk.out(ask(1, "ann"), 0);
        let back = Ask::Return { lease: lease_id(1), by: by("app"), key: Some(key("r", "b")) };
        let held_until = (linger_seconds > 0).then_some(Millis(61_000));
        let answer = |replayed| Reply::Returned {
            lease: lease_id(1),
            at: Millis(1_000),
            held_until,
            borrowed: false,
            replayed,
        };
        assert_eq!(desk.ask(back.clone(), 1_000), answer(false), "{linger_seconds}");
        for now in [1_001, 61_000, 99_000] {
            assert_eq!(desk.ask(back.clone(), now), answer(true), "{linger_seconds} {now}");
        }
        assert_eq!(refused(&desk.back(1, 99_000)), "lease_ended", "without the key");
    }
}

#[test]
fn a_denial_is_not_remembered_so_that_a_retry_may_succeed() {
    let mut desk = Desk::new(terms());
    desk.out(Checkout { quantity: 3, ..ask(1, "ann") }, 0);
    let keyed = Checkout { key: Some(key("k", "b")), ..ask(2, "bob") };
    assert_eq!(refused(&desk.out(keyed.clone(), 1)), "no_seat");
    desk.back(1, 2);
    assert!(matches!(desk.out(keyed, 3), Reply::Granted { replayed: false, .. }));
}

#[test]
fn an_id_that_is_known_is_not_granted_again() {
    let mut desk = Desk::new(terms());
    desk.out(ask(1, "ann"), 0);
    assert_eq!(refused(&desk.out(ask(1, "ann"), 0)), "key_reused");
}

#[test]
fn repeats_are_known_after_a_restart_too() {
    let mut desk = Desk::new(terms());
    let keyed = Checkout { key: Some(key("k", "b")), ..ask(1, "ann") };
    desk.out(keyed.clone(), 0);
    let back = Ask::Return { lease: lease_id(1), by: by("app"), key: Some(key("r", "b")) };
    let returned = desk.ask(back.clone(), 5);
    desk.book = Book::restore(desk.book.snapshot(), &[]).unwrap();
    assert!(matches!(desk.out(keyed, 6), Reply::Granted { replayed: true, .. }));
    let Reply::Returned { at, .. } = returned else { panic!("{returned:?}") };
    let (lease, held_until) = (lease_id(1), None);
    let replayed = Reply::Returned { lease, at, held_until, borrowed: false, replayed: true };
    assert_eq!(desk.ask(back, 6), replayed);
}
