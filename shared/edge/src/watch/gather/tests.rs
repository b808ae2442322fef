use domain::id::KeyId;

use super::*;

const NOW: Millis = Millis(1_000_000);

fn noted(host: &str) -> Noted {
    let sighting = Sighting {
        key: KeyId::new([1; 16]),
        address: String::new(),
        host: host.to_owned(),
        fingerprint: String::new(),
        lib_version: String::new(),
        asked: String::new(),
        refused: None,
        unlisted: None,
        calls: 0,
        at: Millis(0),
    };
    Noted { tenant: TenantId::parse("acme").unwrap(), shard: Shard::Eu, what: What::Key(sighting) }
}

fn see(gather: &mut Gather, host: &str, now: Millis) {
    gather.note(mark(&[host]), now, || noted(host));
}

/// Hosts and counts that are taken.
fn taken(gather: &mut Gather) -> Vec<(String, u32)> {
    let told = gather.take().into_iter().map(|(_, noted)| noted.what);
    let of = |what| match what {
        What::Key(sighting) => (sighting.host, sighting.calls),
        What::App(_) => panic!("no application here"),
    };
    told.map(of).collect()
}

#[test]
fn news_are_told_at_once_and_repeats_are_gathered() {
    let mut gather = Gather::new();
    assert!(!gather.waits());
    see(&mut gather, "a", NOW);
    assert!(gather.waits());
    assert_eq!((gather.claim(), gather.claim()), (Claim::Now, Claim::Nothing));
    assert_eq!(taken(&mut gather), [("a".into(), 1)]);
    for n in 0..5 {
        see(&mut gather, "a", NOW.plus(n));
    }
    assert_eq!((gather.claim(), gather.claim()), (Claim::At(NOW.plus(GATHER_MS)), Claim::Nothing));
    see(&mut gather, "a", NOW.plus(9));
    assert!(!gather.waits(), "one does it for all");
    assert_eq!(taken(&mut gather), [("a".into(), 6)]);
    assert_eq!(taken(&mut gather), []);
}

#[test]
fn a_flood_of_news_is_told_with_the_counts() {
    let mut gather = Gather::new();
    for n in 0..1_000 {
        see(&mut gather, &format!("h{n}"), NOW);
        if n < usize::try_from(NEWS).unwrap() {
            assert_eq!(gather.claim(), Claim::Now, "{n}");
        }
    }
    assert_eq!(gather.claim(), Claim::At(NOW.plus(GATHER_MS)));
    assert_eq!(taken(&mut gather).len(), MOST_WAITING);
    see(&mut gather, "h999", NOW.plus(GATHER_MS));
    assert_eq!(gather.claim(), Claim::Now, "what could not be told of is news again");
}

#[test]
fn what_could_not_be_told_is_told_later() {
    let mut gather = Gather::new();
    see(&mut gather, "a", NOW);
    let told = gather.take();
    see(&mut gather, "a", NOW);
    gather.put_back(told);
    assert_eq!(taken(&mut gather), [("a".into(), 2)]);
    let told = vec![(mark(&["b"]), {
        let mut b = noted("b");
        *b.what.count().0 = 3;
        b
    })];
    gather.put_back(told);
    assert_eq!(taken(&mut gather), [("b".into(), 3)], "also when it was forgotten meanwhile");
}

#[test]
fn a_claim_that_was_never_kept_is_made_again() {
    let mut gather = Gather::new();
    see(&mut gather, "a", NOW);
    gather.claim();
    gather.take();
    see(&mut gather, "a", NOW);
    assert_eq!(gather.claim(), Claim::At(NOW.plus(GATHER_MS)));
    see(&mut gather, "a", NOW.plus(2 * GATHER_MS - 1));
    assert_eq!(gather.claim(), Claim::Nothing);
    see(&mut gather, "a", NOW.plus(2 * GATHER_MS));
    assert_eq!(gather.claim(), Claim::At(NOW.plus(3 * GATHER_MS)));
}
