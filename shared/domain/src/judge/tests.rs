use super::device::KnownDevice;
use super::*;
use crate::id::{LicenseCode, LicenseId, PlanId, ProductId, TenantId};
use crate::place::Shard;
use crate::terms::{Binding, BindingMode, Exceeded, ExceededPolicy, Matching, Report, Terms};
use crate::usage::Metric;
use crate::version::VersionRange;

const NOW: Millis = Millis(1_800_000_000_000);
const DAY: i64 = 86_400;

fn license() -> License {
    let terms = Terms {
        features: vec!["backup".into()],
        limits: [(Metric::Vms, 50), (Metric::Devices, 3)].into(),
        grace_seconds: 1000,
        warn_seconds: 100,
        allow_in_grace: vec!["restore".into()],
        binding: Binding {
            mode: BindingMode::Strict,
            matching: Matching::Most,
            ..Binding::default()
        },
        versions: VersionRange::parse(">=8").ok(),
        ..Terms::default()
    };
    License {
        id: LicenseId::new(Shard::Eu, [1; 16]),
        code: LicenseCode::parse("ACME-ENT-50VM").unwrap(),
        holder: TenantId::parse("acme").unwrap(),
        issuer: TenantId::parse("techpartners").unwrap(),
        product: ProductId::parse("backup").unwrap(),
        plan: PlanId::parse("enterprise").unwrap(),
        standing: Standing::Active,
        starts: NOW.plus_seconds(-DAY),
        ends: Some(NOW.plus_seconds(90 * DAY)),
        terms,
        exceeded_since: None,
        version: 1,
    }
}

fn device() -> KnownDevice<'static> {
    KnownDevice {
        matches: true,
        blocked: false,
        rank: 0,
        clone: false,
        clock: false,
        last_seen: NOW,
        name: "",
    }
}

/// A case that is fine, which each row below spoils.
struct Case {
    license: License,
    holder: Standing,
    key: KeyCheck,
    device: DeviceFact<'static>,
    app: Ruling,
    usage: Usage,
    confirmed: bool,
    question: Question<'static>,
}

fn case() -> Case {
    Case {
        license: license(),
        holder: Standing::Active,
        key: KeyCheck::NotPresented,
        device: DeviceFact::Known(device()),
        app: Ruling::Accepted,
        usage: Usage::new(),
        confirmed: true,
        question: Question::default(),
    }
}

fn verdict(case: &Case) -> Verdict {
    let facts = Facts {
        license: Some(&case.license),
        holder: case.holder,
        issuer: Standing::Active,
        key: case.key,
        device: case.device,
        app: case.app,
        usage: &case.usage,
        confirmed: case.confirmed,
    };
    judge(&facts, &case.question, NOW)
}

type Spoil = fn(&mut Case);

fn known(case: &mut Case, change: fn(&mut KnownDevice<'static>)) {
    let mut device = match case.device {
        DeviceFact::Known(device) => device,
        _ => device(),
    };
    change(&mut device);
    case.device = DeviceFact::Known(device);
}

/// Each way to be refused, in order of precedence. Two that cannot hold at once are left apart.
const REFUSALS: &[(Code, Spoil)] = &[
    (Code::Revoked, |c| c.license.standing = Standing::Revoked),
    (Code::Suspended, |c| c.license.standing = Standing::Suspended),
    (Code::TenantSuspended, |c| c.holder = Standing::Suspended),
    (Code::KeyInvalid, |c| c.key = KeyCheck::Bad),
    (Code::ProductMismatch, |c| c.question.product = Some("other")),
    (Code::AppNotAllowed, |c| c.app = Ruling::Refused),
    (Code::VersionMismatch, |c| c.question.version = Some("7.9")),
    (Code::NotYetValid, |c| c.license.starts = NOW.plus(1)),
    (Code::Expired, |c| c.license.ends = Some(NOW.plus_seconds(-1000))),
    (Code::Grace, |c| {
        c.license.ends = Some(NOW);
        c.question.feature = Some("backup");
    }),
    (Code::FingerprintRequired, |c| c.device = DeviceFact::Unnamed),
    (Code::FingerprintMismatch, |c| known(c, |d| d.matches = false)),
    (Code::NotActivated, |c| c.device = DeviceFact::Unknown),
    (Code::DeviceBlocked, |c| known(c, |d| d.blocked = true)),
    (Code::TooManyDevices, |c| known(c, |d| d.rank = 3)),
    (Code::CloneSuspected, |c| known(c, |d| d.clone = true)),
    (Code::ClockSuspected, |c| known(c, |d| d.clock = true)),
    (Code::FeatureNotLicensed, |c| c.question.feature = Some("replication")),
    (Code::LimitExceeded, |c| {
        c.license.terms.exceeded = Exceeded { policy: ExceededPolicy::Hard, ..Exceeded::default() };
        c.usage.insert(Metric::Vms, 51);
    }),
    (Code::HeartbeatOverdue, |c| {
        c.license.terms.report =
            Report { require_online: true, heartbeat_seconds: 10, ..Report::default() };
        known(c, |d| d.last_seen = NOW.plus_seconds(-30));
    }),
    (Code::OnlineRequired, |c| {
        c.license.terms.report = Report { require_online: true, ..c.license.terms.report.clone() };
        c.confirmed = false;
    }),
];

#[test]
fn a_good_license_is_valid() {
    let verdict = verdict(&case());
    assert_eq!(
        (verdict.valid, verdict.code, verdict.state),
        (true, Code::Valid, Some(State::Active))
    );
    assert!(verdict.warnings.is_empty(), "{:?}", verdict.warnings);
}

#[test]
fn each_refusal_has_its_code() {
    for (code, spoil) in REFUSALS {
        let mut case = case();
        spoil(&mut case);
        let verdict = verdict(&case);
        assert_eq!((verdict.valid, verdict.code), (false, *code), "{code:?}");
        assert_eq!(verdict.run_until, NOW, "{code:?}: a refused product may not run on");
    }
}

#[test]
fn of_two_refusals_the_one_of_higher_precedence_is_told() {
    // These replace each other's cause instead of adding to it.
    let exclusive = |a: Code, b: Code| {
        let groups = [
            &[Code::Revoked, Code::Suspended, Code::Expired, Code::Grace][..],
            &[
                Code::FingerprintRequired,
                Code::FingerprintMismatch,
                Code::NotActivated,
                Code::DeviceBlocked,
                Code::TooManyDevices,
                Code::CloneSuspected,
                Code::ClockSuspected,
                Code::HeartbeatOverdue,
            ][..],
            &[Code::Grace, Code::FeatureNotLicensed][..],
        ];
        let gone = [Code::FingerprintRequired, Code::NotActivated];
        groups.iter().any(|g| {
            g.contains(&a)
                && g.contains(&b)
                && (gone.contains(&a) || gone.contains(&b) || g.len() != 8)
        })
    };
    let mut tried = 0;
    for (i, (first, spoil_first)) in REFUSALS.iter().enumerate() {
        for (second, spoil_second) in &REFUSALS[i + 1..] {
            if exclusive(*first, *second) {
                continue;
            }
            let mut case = case();
            spoil_second(&mut case);
            spoil_first(&mut case);
            assert_eq!(verdict(&case).code, *first, "{first:?} before {second:?}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried} pairs");
}

#[test]
fn the_end_instant_already_counts_as_past() {
    let rows = [
        ("just before", Some(NOW.plus(1)), State::Warning, true),
        ("exactly at", Some(NOW), State::Grace, true),
        ("just before the end of grace", Some(NOW.plus_seconds(-1000).plus(1)), State::Grace, true),
        ("exactly at the end of grace", Some(NOW.plus_seconds(-1000)), State::Expired, false),
        ("warning starts", Some(NOW.plus_seconds(100)), State::Warning, true),
        ("just before the warning", Some(NOW.plus_seconds(100).plus(1)), State::Active, true),
        ("never", None, State::Active, true),
    ];
    for (name, ends, state, valid) in rows {
        let mut case = case();
        case.license.ends = ends;
        let verdict = verdict(&case);
        assert_eq!((verdict.state, verdict.valid), (Some(state), valid), "{name}");
    }
}

#[test]
fn grace_opens_only_the_listed_operations() {
    for (feature, valid) in [(None, true), (Some("restore"), true), (Some("backup"), false)] {
        let mut case = case();
        case.license.ends = Some(NOW);
        case.question.feature = feature;
        let verdict = verdict(&case);
        assert_eq!((verdict.valid, verdict.code), (valid, Code::Grace), "{feature:?}");
    }
}

#[test]
fn a_soft_excess_warns_and_turns_into_grace_when_it_lasts() {
    let mut case = case();
    case.usage.insert(Metric::Vms, 51);
    let first = verdict(&case);
    assert_eq!((first.valid, first.code, first.state), (true, Code::Valid, Some(State::Exceeded)));
    assert_eq!(first.warnings[0].code, "LIMIT_EXCEEDED");
    case.license.terms.exceeded.grace_seconds = Some(60);
    for (since, state) in [(-59, State::Exceeded), (-60, State::Grace)] {
        case.license.exceeded_since = Some(NOW.plus_seconds(since));
        assert_eq!(verdict(&case).state, Some(state), "{since}");
    }
}

#[test]
fn a_soft_binding_warns_where_a_strict_one_refuses() {
    let mut case = case();
    case.license.terms.binding.mode = BindingMode::Soft;
    known(&mut case, |d| {
        d.matches = false;
        d.clone = true;
    });
    let verdict = verdict(&case);
    assert!(verdict.valid);
    let codes: Vec<_> = verdict.warnings.iter().map(|w| w.code.as_str()).collect();
    assert_eq!(codes, ["FINGERPRINT_MISMATCH", "CLONE_SUSPECTED"]);
}

#[test]
fn an_unconfirmed_license_is_told_apart() {
    let mut case = case();
    case.confirmed = false;
    case.key = KeyCheck::Good;
    case.device = DeviceFact::Unconfirmed { matches: true };
    assert_eq!((verdict(&case).valid, verdict(&case).code), (true, Code::ValidUnconfirmed));
}

#[test]
fn without_a_license_the_answer_is_no() {
    let usage = Usage::new();
    let rows = [
        (KeyCheck::NotPresented, true, Code::NotFound),
        (KeyCheck::Good, true, Code::NotFound),
        (KeyCheck::Bad, true, Code::KeyInvalid),
        (KeyCheck::NotPresented, false, Code::OnlineRequired),
    ];
    for (key, confirmed, code) in rows {
        let facts = Facts {
            license: None,
            holder: Standing::Active,
            issuer: Standing::Active,
            key,
            device: DeviceFact::Unnamed,
            app: Ruling::Accepted,
            usage: &usage,
            confirmed,
        };
        let verdict = judge(&facts, &Question::default(), NOW);
        assert_eq!((verdict.valid, verdict.code), (false, code));
    }
}

#[test]
fn a_product_may_not_run_past_the_grace_of_its_license() {
    let mut case = case();
    case.license.ends = Some(NOW.plus_seconds(10));
    assert_eq!(verdict(&case).run_until, NOW.plus_seconds(1010));
    assert_eq!(verdict(&case).holds_until, NOW.plus_seconds(10));
    case.license.ends = None;
    assert_eq!(verdict(&case).run_until, NOW.plus_seconds(604_800));
}
