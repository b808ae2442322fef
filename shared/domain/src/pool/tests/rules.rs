use super::*;

fn group(name: &str, users: &[&str]) -> Group {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    Group { name: name.into(), users, ..Group::default() }
}

fn who(users: &[&str], groups: &[&str]) -> Who {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Who { users: set(users), groups: set(groups), ..Who::default() }
}

#[test]
fn reserved_seats_are_for_the_group_and_come_out_of_commit() {
    let mut desk = Desk::new(terms());
    desk.rules(|rules| rules.groups = vec![Group { reserve: 2, ..group("lab", &["ann"]) }], 0);
    let reply = desk.out(ask(1, "bob"), 0);
    assert_eq!(granted(&reply).seats, Seats { commit: 0, overage: 1 }, "commit is reserved");
    assert_eq!(refused(&desk.out(ask(2, "bob"), 0)), "no_seat");
    let reply = desk.out(Checkout { quantity: 2, ..ask(3, "ann") }, 0);
    assert_eq!(granted(&reply).seats, Seats { commit: 2, overage: 0 });
    desk.back(1, 1);
    granted(&desk.out(ask(4, "ann"), 1));
    desk.back(4, 2);
    granted(&desk.out(ask(5, "bob"), 2));
}

#[test]
fn members_take_their_reserve_past_those_who_could_not_have_it() {
    let mut desk = Desk::new(terms());
    desk.rules(|rules| rules.groups = vec![Group { reserve: 1, ..group("lab", &["ann"]) }], 0);
    desk.out(Checkout { quantity: 2, ..ask(1, "bob") }, 0);
    place(desk.out(waiting(2, "cid"), 0));
    let reply = desk.out(ask(3, "ann"), 0);
    assert_eq!(granted(&reply).quantity, 1, "its own reserve");
    assert_eq!(refused(&desk.out(ask(4, "ann"), 0)), "no_seat");
    desk.back(1, 1);
    assert_eq!(refused(&desk.out(Checkout { quantity: 2, ..ask(5, "ann") }, 1)), "no_seat");
    granted(&desk.resume(6, 2, 1));
}

#[test]
fn caps_count_per_user_and_per_group_at_the_limit_and_over_it() {
    let mut desk = Desk::new(PoolTerms { commit: 9, ..terms() });
    desk.rules(
        |rules| {
            rules.max_per_user = Some(2);
            rules.groups = vec![Group { cap: Some(3), ..group("lab", &["ann", "bob"]) }];
        },
        0,
    );
    let cap =
        |scope: &str, limit| Reply::Refused(Refusal::CapReached { scope: scope.into(), limit });
    granted(&desk.out(ask(1, "ann"), 0));
    assert_eq!(desk.out(Checkout { quantity: 2, ..ask(2, "ann") }, 0), cap("ann", 2));
    granted(&desk.out(ask(2, "ann"), 0));
    assert_eq!(desk.out(waiting(3, "ann"), 0), cap("ann", 2), "waiting does not help");
    assert_eq!(desk.out(Checkout { quantity: 2, ..ask(4, "bob") }, 0), cap("lab", 3));
    granted(&desk.out(ask(4, "bob"), 0));
    assert_eq!(desk.out(ask(5, "bob"), 0), cap("lab", 3));
    assert_eq!(desk.last(), "refused");
    let mut nobody = ask(6, "");
    nobody.subject.user = None;
    granted(&desk.out(Checkout { quantity: 3, ..nobody }, 0));
}

#[test]
fn include_and_exclude_decide_who_may_come_in() {
    let rows = [
        ("everybody", None, who(&[], &[]), "ann", true),
        ("included by user", Some(who(&["ann"], &[])), who(&[], &[]), "ann", true),
        ("included by group", Some(who(&[], &["lab"])), who(&[], &[]), "bob", true),
        ("not included", Some(who(&["ann"], &[])), who(&[], &[]), "cid", false),
        ("excluded by user", None, who(&["ann"], &[]), "ann", false),
        ("excluded outranks included", Some(who(&["bob"], &[])), who(&[], &["lab"]), "bob", false),
        ("group that is not", Some(who(&[], &["none"])), who(&[], &[]), "bob", false),
    ];
    for (name, include, exclude, user, admitted) in rows {
        let mut desk = Desk::new(terms());
        desk.rules(
            |rules| {
                rules.groups = vec![group("lab", &["bob"])];
                (rules.include, rules.exclude) = (include, exclude);
            },
            0,
        );
        let reply = desk.out(ask(1, user), 0);
        let got = if admitted { "" } else { refused(&reply) };
        let want = if admitted { ("", "checked_out") } else { ("excluded", "refused") };
        assert_eq!((got, desk.last().as_str()), want, "{name}");
    }
}

#[test]
fn hosts_belong_to_groups_whoever_uses_them() {
    let mut desk = Desk::new(terms());
    let hosts = ["h-ann".to_owned()].into();
    let exclude = Who { hosts, ..Who::default() };
    desk.rules(|rules| rules.exclude = exclude, 0);
    assert_eq!(refused(&desk.out(ask(1, "ann"), 0)), "excluded");
    let mut elsewhere = ask(2, "ann");
    elsewhere.subject.host = Some("other".into());
    granted(&desk.out(elsewhere, 0));
}

#[test]
fn new_rules_take_no_seat_away_and_count_what_is_held() {
    let mut desk = Desk::new(terms());
    desk.out(Checkout { quantity: 2, ..ask(1, "ann") }, 0);
    desk.rules(
        |rules| {
            rules.exclude = who(&["ann"], &[]);
            rules.groups = vec![Group { cap: Some(2), ..group("lab", &["ann", "bob"]) }];
        },
        1,
    );
    assert_eq!(desk.held(), (2, 0));
    assert!(matches!(desk.extend(1, None, 2), Reply::Extended { .. }));
    let cap = Refusal::CapReached { scope: "lab".into(), limit: 2 };
    assert_eq!(desk.out(ask(2, "bob"), 2), Reply::Refused(cap));
    let stale = Rules { version: 1, ..Rules::default() };
    assert_eq!(desk.ask(Ask::SetRules(stale), 3), Reply::Adopted { version: 1 });
    assert_eq!(desk.book.rules().groups.len(), 1);
}

#[test]
fn who_is_barred_in_the_line_holds_nobody_up() {
    let mut desk = Desk::new(terms());
    desk.out(Checkout { quantity: 3, ..ask(1, "ann") }, 0);
    desk.out(waiting(2, "bob"), 0);
    desk.out(waiting(3, "cid"), 0);
    desk.rules(|rules| rules.exclude = who(&["bob"], &[]), 1);
    desk.back(1, 2);
    assert_eq!(place(desk.resume(4, 2, 2)).reserved_until, None);
    granted(&desk.resume(5, 3, 2));
}

#[test]
fn an_ask_that_reserves_leave_no_room_for_does_not_queue() {
    let mut desk = Desk::new(terms());
    desk.rules(|rules| rules.groups = vec![Group { reserve: 2, ..group("lab", &["ann"]) }], 0);
    assert_eq!(refused(&desk.out(Checkout { quantity: 2, ..waiting(1, "bob") }, 0)), "no_seat");
    granted(&desk.out(waiting(2, "bob"), 0));
}
