//! What may be set, and where webhooks may go.

use crate::watch::*;

#[test]
fn networks_are_what_is_routed_by_itself() {
    let rows = [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("", ""),
        ("nonsense", "nonsense"),
    ];
    for (address, want) in rows {
        assert_eq!(network(address), want, "{address}");
    }
}

#[test]
fn settings_out_of_range_are_pointed_at() {
    let rows = [
        (r#"{"learning":{"seconds":7776001}}"#, "/learning/seconds"),
        (r#"{"learning":{"distinct":0}}"#, "/learning/distinct"),
        (r#"{"quiet_seconds":0}"#, "/quiet_seconds"),
        (r#"{"rate":{"window_seconds":0}}"#, "/rate/window_seconds"),
        (r#"{"rate":{"history":169}}"#, "/rate/history"),
        (r#"{"rules":{"refused":{"severity":"low","threshold":0}}}"#, "/rules/refused/threshold"),
        (
            r#"{"business_hours":{"zone":"","days":[1],"from":"08:00","to":"09:00"}}"#,
            "/business_hours/zone",
        ),
        (
            r#"{"business_hours":{"zone":"UTC","days":[1,1],"from":"08:00","to":"09:00"}}"#,
            "/business_hours/days",
        ),
        (
            r#"{"business_hours":{"zone":"UTC","days":[8],"from":"08:00","to":"09:00"}}"#,
            "/business_hours/days",
        ),
    ];
    for (text, pointer) in rows {
        let rules: Rules = serde_json::from_str(text).unwrap();
        assert_eq!(rules.check().unwrap_err().pointer, pointer, "{text}");
    }
    for text in ["24:01", "8:00", "08:60", "08", "+8:00", ""] {
        assert_eq!(TimeOfDay::parse(text), None, "{text}");
    }
    let spelled = Rules::default().spelled_out();
    assert_eq!(spelled.rules.len(), Rule::ALL.len());
    assert_eq!(serde_json::from_value::<Rules>(serde_json::json!(spelled)).unwrap(), spelled);
}

#[test]
fn webhooks_go_to_the_world_only() {
    let good = [
        "https://hooks.example.com/a?b=c",
        "https://8.8.8.8:8443/",
        "https://[2606:4700::1111]/x",
        "https://a.b",
    ];
    for url in good {
        assert!(Target::parse(url, false).is_ok(), "{url}");
    }
    let inside = [
        "https://localhost/",
        "https://writ.localhost/",
        "https://db.internal/",
        "https://printer/",
        "https://nas.local/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://172.31.0.1/",
        "https://192.168.0.1/",
        "https://169.254.169.254/",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "https://198.18.0.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://010.0.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:db8::1]/",
        "https://[64:ff9b::7f00:1]/",
    ];
    for url in inside {
        assert_eq!(Target::parse(url, false), Err(TargetError::Inside), "{url}");
    }
    let rows = [
        ("http://hooks.example.com/", TargetError::Scheme),
        ("ftp://hooks.example.com/", TargetError::Scheme),
        ("HTTPS://hooks.example.com/", TargetError::Scheme),
        ("https://", TargetError::Malformed),
        ("https://user@hooks.example.com/", TargetError::Malformed),
        ("https://hooks.example.com\\@127.0.0.1/", TargetError::Malformed),
        ("https://hooks.example.com/#x", TargetError::Malformed),
        ("https://hooks.example.com/ x", TargetError::Malformed),
        ("https://hooks.example.com:99999/", TargetError::Malformed),
        ("https://[::1/", TargetError::Malformed),
    ];
    for (url, want) in rows {
        assert_eq!(Target::parse(url, false), Err(want), "{url}");
    }
}

#[test]
fn a_development_machine_may_be_its_own_target() {
    assert_eq!(Target::parse("https://10.0.0.1/", true), Err(TargetError::Inside));
    assert_eq!(Target::parse("http://hooks.example.com/", true), Err(TargetError::Scheme));
    assert!(
        Target::parse("http://127.0.0.1:8080/hook/1", true).is_ok(),
        "on a development machine"
    );
}
