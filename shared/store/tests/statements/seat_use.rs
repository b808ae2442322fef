//! Figures of floating seats from the ledger, held against `domain::pool::statement`.

use domain::id::{LicenseId, TenantId};
use domain::license::{License, Standing};
use domain::money::{Currency, Money};
use domain::place::Shard;
use domain::pool::statement::{OverageUse, Tick};
use domain::terms::{OverageBasis, Pricing, Terms};
use domain::time::Millis;
use store::Change;
use store::data::licenses::{self, Origin};
use store::data::seat_use::{self, BilledRow, FiguresRow, Page, Span};
use store::data::{crm_links, products, profiles};
use testkit::{Db, NOW, license, tenant, terms};

/// An entry as the ledger has it: kind, quantity, commit and overage seats of it, and the gauges after it.
#[derive(Clone, Copy, Debug)]
struct Event(i64, &'static str, u32, (u32, u32), (u32, u32));

fn insert(id: &LicenseId, seq: usize, event: Event) -> Change {
    let Event(at, kind, quantity, (commit, overage), (commit_held, overage_held)) = event;
    Change::new(
        "INSERT INTO lease_events (tenant_id, license_id, seq, at_ms, kind, quantity, commit_seats, overage_seats,
                                   commit_held, overage_held, waiting)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)",
    )
    .bind(id)
    .bind(seq as u64)
    .bind(Millis(at))
    .bind(kind)
    .bind(quantity)
    .bind(commit)
    .bind(overage)
    .bind(commit_held)
    .bind(overage_held)
}

fn ledger(db: &Db, holder: &TenantId, id: &LicenseId, events: &[Event]) {
    let rows: Vec<_> =
        events.iter().enumerate().map(|(n, event)| insert(id, n + 1, *event)).collect();
    db.of(holder).batch(&rows).unwrap();
}

/// 5,000.00 EUR a month, 500.00 for an overage checkout.
fn pricing() -> Pricing {
    let euro = |minor| Money::new(minor, Currency::EUR).unwrap();
    Pricing {
        commit_fee_monthly: euro(500_000),
        overage_per_use: euro(50_000),
        overage_basis: OverageBasis::Checkout,
    }
}

/// License `n` of `holder`, by `issuer`, with prices, from 0 to 1,000.
fn priced(n: u8, holder: &str, issuer: &str) -> License {
    let terms = Terms { commit: 5, max_overage: 15, pricing: Some(pricing()), ..terms() };
    let (holder, issuer) = (tenant(holder), tenant(issuer));
    License { holder, issuer, starts: Millis(0), ends: Some(Millis(1_000)), terms, ..license(n) }
}

fn add(db: &Db, license: &License, account: Option<&str>) {
    let origin = Origin { crm_account_id: account, ..Origin::default() };
    let insert = licenses::insert(license, Shard::Eu, &origin, NOW);
    db.of(&license.holder).run(insert).unwrap();
}

const fn page(period: Span) -> Page<'static> {
    Page { after: "", limit: 50, period, account: None, customer: None }
}

fn span(from: i64, to: i64) -> Span {
    (Millis(from), Millis(to))
}

fn billed(db: &Db, issuer: &str, page: &Page<'_>) -> Vec<LicenseId> {
    let rows: Vec<BilledRow> = db.of(&tenant(issuer)).all(&seat_use::billed(page));
    rows.into_iter().map(|row| row.id).collect()
}

/// A name, entries, and the overage from 100 to 200: checkouts, peak, milliseconds.
type Row<'a> = (&'a str, &'a [Event], (u64, u32, i64));

#[test]
fn a_span_begins_with_what_is_held_and_ends_before_its_end() {
    const OUT: &str = "checked_out";
    let (up, down) = (Event(110, OUT, 3, (0, 3), (5, 4)), Event(120, "ended", 3, (0, 3), (5, 1)));
    let rows: [Row<'_>; 9] = [
        ("nothing", &[], (0, 0, 0)),
        ("held throughout", &[Event(9, OUT, 2, (0, 2), (5, 2))], (0, 2, 200)),
        (
            "returned within",
            &[Event(9, OUT, 2, (0, 2), (5, 2)), Event(150, "ended", 2, (0, 2), (5, 0))],
            (0, 2, 100),
        ),
        ("at the beginning", &[Event(100, OUT, 3, (0, 3), (5, 3))], (3, 3, 300)),
        ("before the beginning", &[Event(99, OUT, 3, (0, 3), (5, 3))], (0, 3, 300)),
        ("last millisecond", &[Event(199, OUT, 3, (0, 3), (5, 3))], (3, 3, 3)),
        ("at the end", &[Event(200, OUT, 3, (0, 3), (5, 3))], (0, 0, 0)),
        ("up and down", &[Event(9, OUT, 1, (0, 1), (5, 1)), up, down], (3, 4, 130)),
        (
            "at one instant",
            &[Event(110, OUT, 4, (0, 4), (0, 4)), Event(110, "ended", 4, (0, 4), (0, 0))],
            (4, 4, 0),
        ),
    ];
    let (acme, id) = (tenant("acme"), license(1).id);
    for (name, events, (checkouts, peak, overage_ms)) in rows {
        let db = Db::migrated();
        ledger(&db, &acme, &id, events);
        let row = db.of(&acme).first(&seat_use::of_license(&id, &[span(100, 200)]));
        let got = row.map(|row| row.overage()).unwrap_or_default();
        assert_eq!(got, OverageUse { checkouts, peak, overage_ms }, "{name}");
    }
}

#[test]
fn seats_are_counted_and_integrated_in_each_span() {
    let (db, acme, id) = (Db::migrated(), tenant("acme"), license(1).id);
    let events = [
        Event(50, "checked_out", 2, (2, 0), (2, 0)),
        Event(150, "checked_out", 1, (0, 1), (2, 1)),
        Event(160, "refused", 4, (0, 0), (2, 1)),
        Event(170, "checked_out", 1, (0, 0), (2, 1)),
        Event(350, "ended", 2, (2, 0), (0, 1)),
        Event(400, "ended", 1, (0, 1), (0, 0)),
    ];
    ledger(&db, &acme, &id, &events);
    let spans = [span(0, 100), span(100, 200), span(200, 300), span(300, 400), span(400, 500)];
    let spans = [spans.as_slice(), &[span(500, 600)]].concat();
    let rows: Vec<FiguresRow> = db.of(&acme).all(&seat_use::of_license(&id, &spans));
    let seen = |row: &FiguresRow| {
        let overage = row.overage();
        let counts = (row.checkouts(), overage.checkouts, row.denials());
        (row.span, counts, (row.peak_held(), overage.peak), (row.commit_ms(), overage.overage_ms))
    };
    let want = [
        (0, (2, 0, 0), (2, 0), (100, 0)),
        (1, (2, 1, 1), (3, 1), (200, 50)),
        (2, (0, 0, 0), (3, 1), (200, 100)),
        (3, (0, 0, 0), (3, 1), (100, 100)),
        (4, (0, 0, 0), (1, 1), (0, 0)),
    ];
    assert_eq!(rows.iter().map(seen).collect::<Vec<_>>(), want, "the last span has no row");
    assert_eq!(db.of(&tenant("globex")).all(&seat_use::of_license(&id, &spans)), []);
}

#[test]
fn any_ledger_sums_up_to_what_the_domain_computes() {
    let mut state = 42_u64;
    let mut any = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (acme, id) = (tenant("acme"), license(1).id);
    let spans: Vec<_> = (0..5).map(|n| span(n * 2_500, (n + 1) * 2_500)).collect();
    for round in 0..40 {
        let (mut at, mut held, mut events) = (0_i64, 0_u32, Vec::new());
        for _ in 0..any(60) {
            at += i64::try_from(any(500)).unwrap();
            let seats = u32::try_from(any(4)).unwrap();
            events.push(if any(2) == 0 {
                held += seats;
                Event(at, "checked_out", seats, (0, seats), (0, held))
            } else {
                let freed = seats.min(held);
                held -= freed;
                Event(at, "ended", freed, (0, freed), (0, held))
            });
        }
        let db = Db::migrated();
        ledger(&db, &acme, &id, &events);
        let rows: Vec<FiguresRow> = db.of(&acme).all(&seat_use::of_license(&id, &spans));
        let ticks: Vec<_> = events
            .iter()
            .map(|&Event(at, kind, _, (_, overage), (_, overage_held))| Tick {
                at: Millis(at),
                overage_held,
                checked_out: if kind == "checked_out" { overage } else { 0 },
            })
            .collect();
        for (n, (from, to)) in spans.iter().enumerate() {
            let before = ticks.iter().rfind(|tick| tick.at < *from);
            let opening = before.map_or(0, |tick| tick.overage_held);
            let want = OverageUse::within(*from, *to, opening, &ticks);
            let got = rows.iter().find(|row| row.span == n).map(FiguresRow::overage);
            assert_eq!(got.unwrap_or_default(), want, "round {round}, span {n}: {events:?}");
        }
    }
}

#[test]
fn absurdly_many_seats_for_a_month_still_add_up() {
    const MONTH: i64 = 31 * 86_400_000;
    const MANY: u32 = 1_000_000_007;
    let (db, acme, id) = (Db::migrated(), tenant("acme"), license(1).id);
    let two = [
        Event(1, "checked_out", MANY, (0, MANY), (0, MANY)),
        Event(MONTH - 1, "ended", MANY, (0, MANY), (0, 0)),
    ];
    ledger(&db, &acme, &id, &two);
    let row = db.of(&acme).first(&seat_use::of_license(&id, &[span(0, MONTH)])).unwrap();
    let exact = i64::from(MANY) * (MONTH - 2);
    assert_eq!(row.overage().overage_ms, exact, "beyond 2^53, exact");
    let most = Event(0, "checked_out", u32::MAX, (0, u32::MAX), (0, u32::MAX));
    ledger(&db, &acme, &license(2).id, &[most]);
    for from in [0, 1] {
        let query = seat_use::of_license(&license(2).id, &[span(from, 2 * MONTH)]);
        let row = db.of(&acme).first(&query).unwrap();
        assert_eq!(row.overage().overage_ms, i64::MAX, "saturates");
    }
}

#[test]
fn an_issuer_sees_the_figures_of_what_it_issued_and_nobody_elses() {
    let db = Db::migrated();
    let rows = [
        (1, "acme", "vector"),
        (2, "acme", "meridian"),
        (3, "globex", "vector"),
        (4, "globex", "meridian"),
    ];
    for (n, holder, issuer) in rows {
        let license = priced(n, holder, issuer);
        add(&db, &license, None);
        let seats = u32::from(n);
        let out = Event(10, "checked_out", seats, (0, seats), (0, seats));
        ledger(&db, &license.holder, &license.id, &[out]);
    }
    let spans = [span(0, 100), span(100, 200)];
    for (issuer, want) in [("vector", [1, 3]), ("meridian", [2, 4]), ("acme", [0, 0])] {
        let rows: Vec<FiguresRow> =
            db.of(&tenant(issuer)).all(&seat_use::of_issued(&page(span(0, 200)), &spans));
        let seen = |row: &FiguresRow| (row.license_id.clone(), row.span, row.overage().checkouts);
        let want: Vec<_> = want
            .into_iter()
            .filter(|n| *n > 0)
            .flat_map(|n| [(license(n).id, 0, u64::from(n)), (license(n).id, 1, 0)])
            .collect();
        assert_eq!(rows.iter().map(seen).collect::<Vec<_>>(), want, "{issuer}");
        let listed: Vec<_> = want.iter().step_by(2).map(|(id, ..)| id.clone()).collect();
        assert_eq!(billed(&db, issuer, &page(span(0, 200))), listed, "{issuer}");
    }
}

/// A name, what is special about the license, entries, and whether a statement from 100 to 200 lists it.
type Listed = (&'static str, fn(&mut License), Vec<Event>, bool);

#[test]
fn a_statement_lists_what_is_valid_in_its_period_or_was_used_in_it() {
    let out = |at| Event(at, "checked_out", 1, (0, 1), (0, 1));
    let rows: [Listed; 12] = [
        ("valid", |_| {}, vec![], true),
        ("starts with the end", |l| l.starts = Millis(200), vec![], false),
        ("starts just before it", |l| l.starts = Millis(199), vec![], true),
        ("ended with the beginning", |l| l.ends = Some(Millis(100)), vec![], false),
        ("ended just after it", |l| l.ends = Some(Millis(101)), vec![], true),
        ("never ends", |l| l.ends = None, vec![], true),
        ("ended, used since", |l| l.ends = Some(Millis(50)), vec![out(120)], true),
        ("ended, still held", |l| l.ends = Some(Millis(50)), vec![out(40)], true),
        (
            "ended, given back",
            |l| l.ends = Some(Millis(50)),
            vec![out(40), Event(60, "ended", 1, (0, 1), (0, 0))],
            false,
        ),
        ("no prices, a pool", |l| l.terms.pricing = None, vec![], true),
        ("no prices, no pool", |l| l.terms = terms(), vec![], false),
        ("no prices, no pool, used", |l| l.terms = terms(), vec![out(150)], true),
    ];
    for (name, change, events, listed) in rows {
        let (db, mut license) = (Db::migrated(), priced(1, "acme", "vector"));
        change(&mut license);
        add(&db, &license, None);
        ledger(&db, &license.holder, &license.id, &events);
        let got = billed(&db, "vector", &page(span(100, 200)));
        assert_eq!(got.len(), usize::from(listed), "{name}");
    }
}

#[test]
fn revocation_ends_a_license_and_suspension_does_not() {
    for (standing, at, valid) in [
        (Standing::Revoked, 100, false),
        (Standing::Revoked, 101, true),
        (Standing::Suspended, 50, true),
    ] {
        let (db, license) = (Db::migrated(), priced(1, "acme", "vector"));
        add(&db, &license, None);
        let stop = licenses::set_standing(&license.id, 1, standing, None, Millis(at));
        db.of(&license.holder).run(stop).unwrap();
        let row = db.of(&license.issuer).first(&seat_use::billed(&page(span(100, 200))));
        assert_eq!(row.is_some_and(|row| row.valid_within(span(100, 200))), valid, "{at}");
    }
}

#[test]
fn a_license_on_a_statement_has_its_names_and_prices() {
    let (db, issuer) = (Db::migrated(), tenant("vector"));
    let license = priced(1, "acme", "vector");
    add(&db, &license, Some("ACC-1"));
    let row = db.of(&issuer).first(&seat_use::billed(&page(span(0, 10)))).unwrap();
    assert_eq!((row.customer_name, row.pricing), (None, Some(pricing())));
    let named = profiles::put("Acme AG", None, &serde_json::json!({}), NOW);
    db.of(&license.holder).run(named).unwrap();
    let row = db.of(&issuer).first(&seat_use::billed(&page(span(0, 10)))).unwrap();
    assert_eq!(row.customer_name.as_deref(), Some("Acme AG"));
    assert_eq!(row.crm_account_id.as_deref(), Some("ACC-1"));
    assert!(row.valid_within(span(999, 2_000)) && !row.valid_within(span(1_000, 2_000)));
}

#[test]
fn pages_follow_each_other_and_narrow_to_an_account() {
    let db = Db::migrated();
    for (n, holder, account) in [
        (1, "acme", Some("ACC-1")),
        (2, "acme", None),
        (3, "acme", Some("ACC-2")),
        (4, "globex", None),
        (5, "globex", Some("ACC-1")),
    ] {
        add(&db, &priced(n, holder, "vector"), account);
    }
    let ids = |numbers: &[u8]| numbers.iter().map(|n| license(*n).id).collect::<Vec<_>>();
    let all = page(span(0, 10));
    let (acme, second) = (tenant("acme"), license(2).id);
    let rows = [
        (Page { limit: 2, ..all }, ids(&[1, 2])),
        (Page { limit: 2, after: second.as_str(), ..all }, ids(&[3, 4])),
        (Page { account: Some("ACC-1"), ..all }, ids(&[1, 5])),
        (Page { account: Some("ACC-1"), customer: Some(&acme), ..all }, ids(&[1, 2, 5])),
        (Page { account: Some("ACC-9"), ..all }, ids(&[])),
    ];
    for (page, want) in rows {
        assert_eq!(billed(&db, "vector", &page), want, "{page:?}");
    }
}

#[test]
fn names_for_a_statement_are_the_issuers_own() {
    let (db, issuer) = (Db::migrated(), tenant("vector"));
    let product = license(1).product;
    db.of(&issuer)
        .batch(&[
            products::put(&product, "DaVinci", "NLS", NOW),
            crm_links::link("ACC-2", &tenant("acme"), NOW),
            crm_links::link("ACC-1", &tenant("acme"), NOW),
        ])
        .unwrap();
    assert_eq!(db.of(&issuer).first(&products::names(&[&product])).unwrap().name, "DaVinci");
    let first = |issuer: &TenantId| db.of(issuer).all(&crm_links::first_of(&[&tenant("acme")]));
    assert_eq!(first(&issuer)[0].crm_account_id, "ACC-1");
    assert_eq!((first(&tenant("meridian")).len(), first(&issuer).len()), (0, 1));
    assert_eq!(db.of(&tenant("meridian")).all(&products::names(&[&product])), []);
}
