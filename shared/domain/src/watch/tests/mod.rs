mod settings;

use super::*;
use crate::id::{AlertId, KeyId, ProductId, TenantId};
use crate::time::Millis;

/// A Thursday, 00:00 UTC.
const NOW: Millis = Millis(1_767_225_600_000);
const MINUTE: i64 = 60_000;

fn rules(text: &str) -> Rules {
    let rules: Rules = serde_json::from_str(text).unwrap();
    rules.check().unwrap();
    rules
}

fn sighting(at: Millis) -> Sighting {
    Sighting {
        key: KeyId::new([1; 16]),
        address: "192.0.2.7".into(),
        host: "build-1".into(),
        fingerprint: "app-1".into(),
        lib_version: "1.0".into(),
        asked: "acme.example".into(),
        refused: None,
        unlisted: None,
        calls: 1,
        at,
    }
}

/// A book with its rules and what it said.
struct Desk {
    book: Book,
    rules: Rules,
    ids: u8,
}

impl Desk {
    fn new(text: &str) -> Self {
        Self { book: Book::default(), rules: rules(text), ids: 0 }
    }

    fn called(&mut self, sighting: &Sighting, local: Option<Local>) -> Vec<Called> {
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            AlertId::new([*ids; 16])
        };
        self.book.see(&self.rules, sighting, local, &mut new_id)
    }

    /// What it says, in short: `+` for a new alert, `.` for one that goes on.
    fn see(&mut self, sighting: &Sighting) -> Vec<String> {
        let called = self.called(sighting, None);
        called.iter().map(short).collect()
    }
}

fn short(called: &Called) -> String {
    let (mark, alert) = match called {
        Called::Raised(alert) => ("+", alert),
        Called::Went(alert) => (".", alert),
    };
    format!("{mark}{} {} x{}", alert.rule.name(), alert.value, alert.calls)
}

#[test]
fn what_is_learnt_first_is_usual_and_what_comes_later_is_not() {
    let mut desk = Desk::new(r#"{"learning":{"seconds":60,"distinct":2}}"#);
    let mut second = sighting(NOW.plus(1));
    second.address = "198.51.100.1".into();
    let mut third = sighting(NOW.plus(2));
    third.address = "203.0.113.1".into();
    let mut late = sighting(NOW.plus(MINUTE));
    (late.host, late.fingerprint) = ("build-2".into(), "app-2".into());
    assert_eq!(desk.see(&sighting(NOW)), Vec::<String>::new());
    assert_eq!(desk.see(&second), Vec::<String>::new());
    assert_eq!(desk.see(&third), ["+unknown_address 203.0.113.0/24 x1"], "beyond `distinct`");
    assert_eq!(desk.see(&late), ["+unknown_host build-2 x1", "+unknown_fingerprint app-2 x1"]);
    let mut same = sighting(NOW.plus(2 * MINUTE));
    same.address = "192.0.2.200".into();
    assert_eq!(desk.see(&same), Vec::<String>::new(), "the same network");
}

#[test]
fn the_boundary_of_learning_is_its_last_millisecond() {
    for (after, want) in [(59_999, 0), (60_000, 1)] {
        let mut desk = Desk::new(r#"{"learning":{"seconds":60,"distinct":9}}"#);
        desk.see(&sighting(NOW));
        let mut other = sighting(NOW.plus(after));
        other.address = "203.0.113.1".into();
        assert_eq!(desk.see(&other).len(), want, "{after}");
    }
}

#[test]
fn an_episode_is_raised_once_counted_and_over_when_it_is_quiet() {
    let mut desk = Desk::new(
        r#"{"learning":{"seconds":0},"quiet_seconds":60,"rules":{
        "unknown_host":{"enabled":false,"severity":"low"},"unknown_fingerprint":{"enabled":false,"severity":"low"}}}"#,
    );
    let value = "unknown_address 192.0.2.0/24";
    assert_eq!(desk.see(&sighting(NOW)), [format!("+{value} x1")]);
    let mut more = sighting(NOW.plus(MINUTE));
    more.calls = 5;
    assert_eq!(desk.see(&more), [format!(".{value} x6")], "quiet for exactly as long as allowed");
    assert_eq!(desk.see(&sighting(NOW.plus(30_000))), [format!(".{value} x7")], "told late");
    let again = sighting(NOW.plus(2 * MINUTE + 1));
    assert_eq!(desk.see(&again), [format!("+{value} x1")], "a new episode");
}

#[test]
fn a_threshold_holds_an_alert_back() {
    let mut desk = Desk::new(r#"{"rules":{"refused":{"severity":"high","threshold":3}}}"#);
    let mut refused = sighting(NOW);
    refused.refused = Some("address-not-allowed".into());
    assert_eq!(desk.see(&refused), Vec::<String>::new());
    assert_eq!(desk.see(&refused), Vec::<String>::new());
    assert_eq!(desk.see(&refused), ["+refused address-not-allowed x3"]);
    let called = desk.called(&refused, None);
    assert!(matches!(&called[..], [Called::Went(alert)] if alert.severity == Severity::High));
}

#[test]
fn what_is_refused_teaches_nothing_and_another_tenants_host_is_told_apart() {
    let mut desk = Desk::new("{}");
    let mut stolen = sighting(NOW);
    (stolen.refused, stolen.asked) = (Some("wrong-host".into()), "globex.example".into());
    assert_eq!(desk.see(&stolen), ["+cross_tenant globex.example x1"]);
    assert_eq!(desk.book.networks.len(), 0);
    assert_eq!(desk.book.first, None, "learning begins with the first call that is admitted");
}

#[test]
fn trusted_values_raise_no_more() {
    let mut desk = Desk::new(r#"{"learning":{"seconds":0}}"#);
    assert_eq!(desk.see(&sighting(NOW)).len(), 3);
    for (rule, value) in [
        (Rule::UnknownAddress, "192.0.2.0/24"),
        (Rule::UnknownHost, "build-1"),
        (Rule::UnknownFingerprint, "app-1"),
    ] {
        assert!(desk.book.trust(rule, value));
    }
    assert_eq!(desk.see(&sighting(NOW.plus(1))), Vec::<String>::new());
    assert!(!desk.book.trust(Rule::Refused, "x"), "a refusal cannot be trusted");
    assert!(!desk.book.trust(Rule::UnknownHost, ""), "too many are no value");
    for n in 0..MOST_KNOWN - 1 {
        assert!(desk.book.trust(Rule::UnknownHost, &format!("h{n}")));
    }
    assert!(!desk.book.trust(Rule::UnknownHost, "one more"));
}

#[test]
fn a_flood_of_values_makes_few_episodes() {
    let mut desk = Desk::new(r#"{"learning":{"seconds":0},"quiet_seconds":60}"#);
    let mut raised = 0;
    for n in 0..100 {
        let mut flood = sighting(NOW.plus(n));
        (flood.host, flood.fingerprint, flood.address) =
            (format!("host-{n}"), String::new(), String::new());
        raised +=
            desk.called(&flood, None).iter().filter(|c| matches!(c, Called::Raised(_))).count();
    }
    assert_eq!(raised, MOST_EPISODES + 1);
    let many = desk.book.episodes.iter().find(|episode| episode.value.is_empty()).unwrap();
    assert_eq!(many.calls, 90);
}

#[test]
fn a_rate_is_unusual_against_the_keys_own_history() {
    let mut desk =
        Desk::new(r#"{"rate":{"window_seconds":60,"factor":3,"minimum":10,"history":2}}"#);
    let rows = [
        ("no history", 0, 10, ""),
        ("too short a history", 1, 3, ""),
        ("as many as the busiest", 2, 10, ""),
        ("three times the busiest, and no more", 2, 20, ""),
        ("the busiest is another one now", 3, 90, ""),
        ("one too many", 3, 1, "+unusual_rate  x1"),
    ];
    for (name, minute, calls, want) in rows {
        let mut sighting = sighting(NOW.plus(minute * MINUTE));
        sighting.calls = calls;
        assert_eq!(desk.see(&sighting).join(""), want, "{name}");
    }
}

#[test]
fn a_short_history_of_few_calls_is_never_unusual() {
    let mut windows = Windows::default();
    let rule = RateRule { window_seconds: 60, factor: 2, minimum: 100, history: 1 };
    assert_eq!(windows.count(&rule, 1, NOW), None);
    assert_eq!(windows.count(&rule, 100, NOW.plus(MINUTE)), None);
    assert_eq!(windows.count(&rule, 1, NOW.plus(MINUTE)), Some((101, 1)));
    let other = RateRule { window_seconds: 30, ..rule };
    assert_eq!(
        windows.count(&other, 1_000, NOW.plus(2 * MINUTE)),
        None,
        "other windows, no history"
    );
}

#[test]
fn business_hours_are_those_of_the_office() {
    let hours = |days: &[u8], from: &str, to: &str| BusinessHours {
        zone: "Europe/Berlin".into(),
        days: days.to_vec(),
        from: TimeOfDay::parse(from).unwrap(),
        to: TimeOfDay::parse(to).unwrap(),
    };
    let week = hours(&[1, 2, 3, 4, 5], "08:00", "18:00");
    let night = hours(&[5], "22:00", "06:00");
    let whole = hours(&[6, 7], "00:00", "24:00");
    let rows = [
        (&week, 4, "08:00", true),
        (&week, 4, "07:59", false),
        (&week, 4, "17:59", true),
        (&week, 4, "18:00", false),
        (&week, 6, "12:00", false),
        (&night, 5, "22:00", true),
        (&night, 6, "05:59", true),
        (&night, 6, "06:00", false),
        (&night, 5, "05:00", false),
        (&whole, 7, "23:59", true),
        (&whole, 1, "00:00", false),
    ];
    for (hours, day, time, want) in rows {
        let (h, m) = time.split_once(':').unwrap();
        let minute = h.parse::<u16>().unwrap() * 60 + m.parse::<u16>().unwrap();
        assert_eq!(hours.covers(Local { day, minute }), want, "{hours:?} {day} {time}");
    }
    assert_eq!(Local::at(NOW.0, 0), Local { day: 4, minute: 0 });
    assert_eq!(Local::at(NOW.0, 330), Local { day: 4, minute: 330 });
    assert_eq!(Local::at(NOW.0, -60), Local { day: 3, minute: 1_380 });
    assert_eq!(Local::at(-1, 0), Local { day: 3, minute: 1_439 });
}

#[test]
fn outside_of_business_hours_is_one_episode_whatever_the_call() {
    let mut desk = Desk::new(
        r#"{"business_hours":{"zone":"Europe/Berlin","days":[1,2,3,4,5],"from":"08:00","to":"18:00"}}"#,
    );
    let (day, night) = (Local { day: 4, minute: 600 }, Local { day: 4, minute: 1_200 });
    assert_eq!(desk.called(&sighting(NOW), Some(day)), []);
    let called = desk.called(&sighting(NOW), Some(night));
    let Some(Called::Raised(alert)) = called.first() else { panic!("{called:?}") };
    assert_eq!((alert.rule, &alert.detail["time"]), (Rule::OutsideBusinessHours, &"20:00".into()));
}

#[test]
fn applications_that_an_issuer_does_not_know_are_reported_until_they_are_trusted() {
    let mut desk = Desk::new("{}");
    let unlisted = |refused| Unlisted {
        product: ProductId::parse("backup").unwrap(),
        issuer: TenantId::parse("meridian").unwrap(),
        refused,
    };
    let mut seen = sighting(NOW);
    seen.unlisted = Some(unlisted(false));
    assert_eq!(desk.see(&seen), ["+unknown_fingerprint backup: app-1 x1"]);
    assert!(desk.book.trust(Rule::UnknownFingerprint, "backup: app-1"));
    assert_eq!(desk.see(&seen), Vec::<String>::new());
    seen.unlisted = Some(unlisted(true));
    assert_eq!(desk.see(&seen), ["+refused app-not-allowed x1"]);
}

#[test]
fn a_stored_book_still_reads() {
    let text = r#"{"first":5,"networks":["192.0.2.0/24"],"hosts":[],"fingerprints":[],"windows":{"length":3600,"counts":[[1,2]]},"episodes":[{"rule":"refused","value":"x","calls":1,"first":5,"last":5,"alert":"alert_04081040810408104081040810","detail":{}}]}"#;
    let book: Book = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&book).unwrap(), text);
    assert_eq!(serde_json::from_str::<Book>("{}").unwrap(), Book::default());
}
