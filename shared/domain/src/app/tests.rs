use super::*;

fn listed(fingerprint: &str, version: Option<&str>) -> Listed {
    let lib_version = version.map(str::to_owned);
    Listed { fingerprint: fingerprint.to_owned(), lib_version, note: String::new() }
}

#[test]
fn each_mode_does_what_it_says() {
    use Ruling::{Accepted, Refused, Reported};
    let allowed =
        vec![listed("good", None), listed("versioned", Some("1.0")), listed("both", None)];
    let blocked = vec![listed("bad", None), listed("good", Some("0.1")), listed("both", None)];
    // Under learn, report, block, allow.
    let rows = [
        (("good", "2.0"), [Accepted, Accepted, Accepted, Accepted]),
        (("good", "0.1"), [Accepted, Reported, Refused, Refused]),
        (("versioned", "1.0"), [Accepted, Accepted, Accepted, Accepted]),
        (("versioned", "1.1"), [Accepted, Reported, Accepted, Refused]),
        (("bad", ""), [Accepted, Reported, Refused, Refused]),
        (("both", ""), [Accepted, Reported, Refused, Refused]),
        (("stranger", "1.0"), [Accepted, Reported, Accepted, Refused]),
        (("", ""), [Accepted, Reported, Accepted, Refused]),
    ];
    for ((fingerprint, lib_version), want) in rows {
        let app = App { fingerprint, lib_version };
        for (mode, want) in
            [Mode::Learn, Mode::Report, Mode::Block, Mode::Allow].into_iter().zip(want)
        {
            let policy = Policy { mode, allowed: allowed.clone(), blocked: blocked.clone() };
            assert_eq!(policy.judge(app), want, "{app:?} under {mode:?}");
        }
    }
}

#[test]
fn without_a_policy_everything_passes() {
    assert_eq!(Policy::default().judge(App::default()), Ruling::Accepted);
}

#[test]
fn a_name_is_what_a_header_can_hold() {
    let longest = "x".repeat(LONGEST);
    for (text, good) in
        [("sha256:ab", true), (longest.as_str(), true), ("", false), ("a\nb", false), ("é", false)]
    {
        assert_eq!(is_name(text), good, "{text:?}");
    }
    assert!(!is_name(&"x".repeat(LONGEST + 1)));
}
