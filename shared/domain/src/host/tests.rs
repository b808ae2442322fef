use super::*;

fn apex() -> Host {
    Host::parse("example.com").unwrap()
}

#[test]
fn no_tenant_may_claim_a_house_name() {
    let rows = [
        "api.example.com",
        "API.example.com.",
        "state.example.com:443",
        "example.com",
        "Console.Example.Com",
        "writ.example.com.:8787",
        "a.b.example.com",
        "x.example.com",
        "xn--pi-7sb.example.com",
    ];
    for host in rows {
        let claim = Host::parse(host).and_then(|h| h.claimable(&apex()));
        assert_eq!(claim, Err(HostError::Reserved), "{host}");
    }
}

#[test]
fn a_tenant_may_claim_its_default_host_and_names_elsewhere() {
    for host in [
        "acme.example.com",
        "licenses.acme.test",
        "api.acme.test",
        "notexample.com",
        "example.com.acme.test",
    ] {
        assert_eq!(Host::parse(host).and_then(|h| h.claimable(&apex())), Ok(()), "{host}");
    }
    assert_eq!(
        Host::parse("intranet").and_then(|h| h.claimable(&apex())),
        Err(HostError::Malformed)
    );
}

#[test]
fn hosts_are_read_in_one_spelling() {
    let rows = [
        ("Acme.Example.COM", "acme.example.com"),
        ("acme.example.com:8787", "acme.example.com"),
        ("acme.example.com.", "acme.example.com"),
        ("acme.example.com.:443", "acme.example.com"),
        ("localhost", "localhost"),
        ("7eleven.example.com", "7eleven.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ];
    for (text, want) in rows {
        assert_eq!(Host::parse(text).unwrap().as_str(), want, "{text}");
    }
}

#[test]
fn what_is_no_hostname_is_refused() {
    let long_label = "a".repeat(64);
    let long_name = format!("{}.info", vec!["a".repeat(49); 5].join("."));
    let rows = [
        ("", HostError::Malformed),
        (".", HostError::Malformed),
        ("acme..com", HostError::Malformed),
        ("acme.com..", HostError::Malformed),
        (".acme.com", HostError::Malformed),
        ("a_b.acme.com", HostError::Malformed),
        ("-a.acme.com", HostError::Malformed),
        ("a-.acme.com", HostError::Malformed),
        ("user@acme.com", HostError::Malformed),
        ("acme.com/x", HostError::Malformed),
        ("acme .com", HostError::Malformed),
        ("bücher.example", HostError::Malformed),
        ("acme.com:", HostError::Malformed),
        ("acme.com:x", HostError::Malformed),
        ("acme.com:70000", HostError::Malformed),
        ("acme.com:+80", HostError::Malformed),
        ("127.0.0.1", HostError::Address),
        ("127.1:80", HostError::Address),
        ("acme.0x7f", HostError::Address),
        ("[::1]:80", HostError::Address),
        ("::1", HostError::Address),
        (&long_label, HostError::TooLong),
        (&long_name, HostError::TooLong),
    ];
    for (text, want) in rows {
        assert_eq!(Host::parse(text), Err(want), "{text}");
    }
    assert!(Host::parse(&long_name[1..]).is_ok(), "exactly 253 characters");
}

#[test]
fn a_host_names_its_site() {
    let tenant = |id| SiteName::Tenant(TenantId::parse(id).unwrap());
    let rows = [
        ("example.com", SiteName::Apex),
        ("console.example.com", SiteName::Console),
        ("VENDORS.example.com:443", SiteName::Vendors),
        ("msp.example.com.", SiteName::Msp),
        ("acme.example.com", tenant("acme")),
        ("api.example.com", SiteName::Foreign),
        ("writ.example.com", SiteName::Foreign),
        ("a.b.example.com", SiteName::Foreign),
        ("acmeexample.com", SiteName::Foreign),
        ("console.example.com.evil.test", SiteName::Foreign),
    ];
    for (host, want) in rows {
        assert_eq!(SiteName::of(&Host::parse(host).unwrap(), &apex()), want, "{host}");
    }
}

#[test]
fn every_shared_host_is_reserved_for_the_house() {
    for id in ["console", "vendors", "msp", "www", "writ", "api"] {
        assert!(reserved_tenant(id), "{id}");
    }
    assert!(!reserved_tenant("acme"));
}
