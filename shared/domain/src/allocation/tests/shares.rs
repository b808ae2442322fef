//! The tree: set, remove, transfer, ids.

use super::*;

#[test]
fn node_ids_are_ways_from_the_root() {
    for good in ["/", "acme", "acme/project-1", "1/2/3"] {
        assert_eq!(NodeId::parse(good).unwrap().as_str(), good);
    }
    let long = "a".repeat(41);
    for bad in ["", "/a", "a/", "a//b", "A", "a b", "a/..", "ä", "//", long.as_str()] {
        assert!(NodeId::parse(bad).is_err(), "{bad}");
    }
    let parents = [("/", None), ("a", Some("/")), ("a/b", Some("a")), ("a/b/c", Some("a/b"))];
    for (text, parent) in parents {
        assert_eq!(node(text).parent(), parent.map(node), "{text}");
    }
    assert_eq!((node("/").depth(), node("a").depth(), node("a/b").depth()), (0, 1, 2));
    assert!(RequestKey::parse("vm 1").is_err() && RequestKey::parse("urn:vm/1").is_ok());
}

#[test]
fn children_never_get_more_than_their_parent_has() {
    let rows = [
        ("a", 800, Ok(())),
        ("a", 801, Err(("/", 500))),
        ("a/1", 101, Err(("a", 0))),
        ("c", 500, Ok(())),
        ("c", 501, Err(("/", 500))),
        ("e", 501, Err(("/", 500))),
        ("c", u64::MAX, Err(("/", 500))),
    ];
    for (name, dedicated, want) in rows {
        let answer = organization().handle(&set(name, dedicated, None), Millis(9)).answer;
        let want = want.map(|()| Done::Changed).map_err(|(parent, free)| {
            Refused::SumExceedsParent { parent: node(parent), metric: Cores, free }
        });
        assert_eq!(answer, want, "{name} {dedicated}");
    }
    let less = refusal(&mut organization(), &set("a", 299, None));
    assert_eq!(less, Refused::PromisedBelow { metric: Cores, promised: 300 });
}

#[test]
fn dedicated_grows_out_of_what_is_free_and_out_of_the_nodes_own_burst() {
    let mut book = organization();
    book.handle(&reserve("1", "c", 400), Millis(9)).answer.unwrap();
    let metric = Cores;
    let sum = |free| Refused::SumExceedsParent { parent: node("/"), metric, free };
    assert_eq!(refusal(&mut book, &set("d", 101, None)), sum(100), "c's burst lies there");
    assert_eq!(refusal(&mut book, &set("c", 501, None)), sum(500));
    book.handle(&set("c", 500, None), Millis(9)).answer.unwrap();
    let c = part(&book, "c");
    assert_eq!((c.dedicated, c.held, c.held_from_shared, c.available), (500, 400, 0, 100));
    assert_eq!(available(&book, "d"), 0);
}

#[test]
fn a_set_is_done_whole_or_not_at_all_and_a_repeat_is_no_entry() {
    let mut book = organization();
    let shares = BTreeMap::from([(Cores, share(1, None)), (Metric::Vms, share(1, None))]);
    let before = book.clone();
    let refused = book.handle(&Ask::Set { node: node("e"), shares }, Millis(9));
    assert!(refused.answer.is_err() && refused.entries.is_empty() && book == before);
    let repeat = book.handle(&set("b", 200, Some(50)), Millis(9));
    assert_eq!((repeat.answer, repeat.entries), (Ok(Done::Unchanged), vec![]));
    let fewer = Ask::Set { node: node("c"), shares: BTreeMap::new() };
    assert_eq!(book.handle(&fewer, Millis(9)).answer, Ok(Done::Changed));
    assert_eq!(available(&book, "c"), 0, "what is not named is taken away");
    assert_eq!(book.view(&node("c")).unwrap()[0].metrics, BTreeMap::new());
}

#[test]
fn the_tree_has_eight_levels_below_its_root() {
    let (mut book, mut way) = (book(&[capacity(1, 9)]), String::new());
    for level in 1..=MAX_DEPTH {
        way = if way.is_empty() { "n".into() } else { format!("{way}/n") };
        assert!(book.handle(&set(&way, 1, None), Millis(9)).answer.is_ok(), "{level}");
    }
    assert_eq!(available(&book, &way), 9);
    let deeper = refusal(&mut book, &set(&format!("{way}/n"), 0, None));
    assert_eq!(deeper, Refused::TooDeep { most: 8 });
    let orphan = refusal(&mut book, &set("x/y", 0, None));
    assert_eq!(orphan, Refused::UnknownNode { node: node("x") });
}

#[test]
fn the_tree_is_bounded() {
    let mut book = book(&[capacity(1, 9)]);
    for n in 1..MAX_NODES {
        book.tree.set(&node(&n.to_string()), &BTreeMap::new(), Millis(0));
    }
    assert_eq!(refusal(&mut book, &set("x", 0, None)), Refused::TooMany { most: MAX_NODES });
    assert!(book.handle(&set("1", 0, None), Millis(9)).answer.is_ok(), "known already");
}

#[test]
fn the_root_belongs_to_the_license_but_the_organization_may_use_it() {
    let mut book = organization();
    assert_eq!(refusal(&mut book, &set("/", 5, None)), Refused::RootIsLicensed);
    let remove = Ask::Remove { node: node("/") };
    assert_eq!(refusal(&mut book, &remove), Refused::RootIsLicensed);
    assert!(book.handle(&reserve("own", "/", 500), Millis(9)).answer.is_ok());
    assert_eq!(available(&book, "c"), 0);
}

#[test]
fn only_an_empty_leaf_is_removed_and_what_it_had_is_its_parents_again() {
    let mut book = organization();
    let remove = |name| Ask::Remove { node: node(name) };
    book.handle(&reserve("1", "b/1", 1), Millis(9)).answer.unwrap();
    let rows = [
        ("a", Refused::NodeInUse { children: 2, holds: false }),
        ("b/1", Refused::NodeInUse { children: 0, holds: true }),
        ("x", Refused::UnknownNode { node: node("x") }),
    ];
    for (name, why) in rows {
        assert_eq!(refusal(&mut book, &remove(name)), why, "{name}");
    }
    assert_eq!(book.handle(&remove("a/2"), Millis(9)).answer, Ok(Done::Changed));
    assert_eq!((available(&book, "a"), part(&book, "a").promised), (700, 100));
    assert!(book.view(&node("a/2")).is_err());
    assert!(book.handle(&remove("a/1"), Millis(9)).answer.is_ok());
    assert!(book.handle(&remove("a"), Millis(9)).answer.is_ok(), "no children any more");
    assert_eq!(part(&book, "/").promised, 200);
}

#[test]
fn a_transfer_moves_only_what_is_free_between_relatives() {
    let mut start = organization();
    start.handle(&reserve("1", "a/1", 60), Millis(9)).answer.unwrap();
    start.handle(&reserve("2", "d", 80), Millis(9)).answer.unwrap();
    let no = |name, free| Err(Refused::NotFree { node: node(name), free });
    let rows = [
        ("siblings", "a/1", "a/2", 40, Ok(Done::Changed)),
        ("siblings, in use", "a/1", "a/2", 41, no("a/1", 40)),
        ("child to parent", "a/1", "a", 40, Ok(Done::Changed)),
        ("child to parent, in use", "a/1", "a", 41, no("a/1", 40)),
        ("promised below", "a", "b", 1, no("a", 0)),
        ("parent to child", "/", "c", 420, Ok(Done::Changed)),
        ("parent to child, in use", "/", "c", 421, no("/", 420)),
        ("to a child that bursts", "/", "d", 500, Ok(Done::Changed)),
        ("to a child, too much", "/", "d", 501, no("/", 500)),
        ("strangers", "a/1", "b/1", 1, Err(Refused::NotRelated)),
        ("grandchild", "/", "a/1", 1, Err(Refused::NotRelated)),
        ("itself", "a/1", "a/1", 1, Err(Refused::NotRelated)),
        ("the root itself", "/", "/", 1, Err(Refused::NotRelated)),
        ("unknown", "a", "x", 1, Err(Refused::UnknownNode { node: node("x") })),
        ("nothing", "a/1", "a/2", 0, Err(Refused::NoQuantity)),
    ];
    for (name, from, to, quantity, want) in rows {
        let mut book = start.clone();
        let sum = |book: &Book| ["/", "a"].map(|n| part(book, n).dedicated);
        let (answer, before) = (book.handle(&transfer(from, to, quantity), Millis(9)), sum(&book));
        assert_eq!(answer.answer, want, "{name}");
        assert_eq!(sum(&book), before, "{name}");
        assert_eq!(book.exceeded(), [], "{name}");
    }
    let mut book = start;
    book.handle(&transfer("a/1", "a/2", 40), Millis(9)).answer.unwrap();
    assert_eq!((part(&book, "a/1").dedicated, part(&book, "a/2").dedicated), (60, 240));
    assert_eq!((available(&book, "a/1"), part(&book, "a").promised), (0, 300));
}

#[test]
fn a_view_shows_each_parent_before_its_children_and_nothing_else() {
    let mut book = organization();
    book.handle(&set("a-2", 0, None), Millis(9)).answer.unwrap();
    let ids = |top| {
        let view = book.view(&node(top)).unwrap();
        view.into_iter().map(|v| v.node.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("/"), ["/", "a", "a/1", "a/2", "a-2", "b", "b/1", "c", "d"]);
    assert_eq!(ids("a"), ["a", "a/1", "a/2"]);
    assert_eq!(ids("d"), ["d"]);
}
