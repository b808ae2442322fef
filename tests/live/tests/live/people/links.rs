//! One-time links: once, in time, on their own host, and without telling who has an account.

use live::shared;
use serde_json::json;

const LINK: &str = "/api/v1/auth/link";
const REDEEM: &str = "/api/v1/auth/link/redeem";

#[test]
fn a_link_signs_in_once_and_leads_where_it_was_asked_for() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    let ask = json!({ "email": person.email.to_uppercase(), "return_to": "/licenses?view=held" });
    p.visit("POST", &tenant.id, LINK).json(&ask).send().ok(202);
    let token = json!({ "token": p.mailed(&person.email, "/login/link#") });
    let reply = p.visit("POST", &tenant.id, REDEEM).json(&token).send();
    let body = reply.ok(200);
    assert_eq!(body["return_to"], "/licenses?view=held");
    assert_eq!(body["user"]["user_id"], person.id);
    assert_eq!(body["user"]["email"], person.email);
    let again = p.signed_in(&tenant.id, &person.email, &reply);
    assert_eq!(again.get(p, "/api/v1/auth/session").ok(200)["user"]["role"], "auditor");
    p.visit("POST", &tenant.id, REDEEM).json(&token).send().refused(410, "token-used");
}

#[test]
fn of_eight_who_show_a_link_at_once_one_comes_in() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    p.visit("POST", &tenant.id, LINK).json(&json!({ "email": person.email })).send().ok(202);
    let token = json!({ "token": p.mailed(&person.email, "/login/link#") });
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let show = || p.visit("POST", &tenant.id, REDEEM).json(&token).send().status;
        let hands: Vec<_> = (0..8).map(|_| scope.spawn(show)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[test]
fn a_link_is_for_its_own_host() {
    let p = shared();
    let (tenant, other) = (p.customer(), p.customer());
    let person = p.person(&tenant, "auditor");
    p.visit("POST", &tenant.id, LINK).json(&json!({ "email": person.email })).send().ok(202);
    let token = json!({ "token": p.mailed(&person.email, "/login/link#") });
    p.visit("POST", &other.id, REDEEM).json(&token).send().refused(404, "token-unknown");
    let vendors = p.visit("POST", "vendors", LINK).json(&json!({ "email": person.email }));
    vendors.send().refused(403, "wrong-host");
    p.visit("POST", &tenant.id, REDEEM).json(&token).send().ok(200);
}

#[test]
fn nobody_learns_who_has_an_account() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    // Each from an address and to a mailbox for which nothing was counted yet: that is the same work, too.
    let ask = |email: &str, from: &str| {
        let call = p.visit("POST", &tenant.id, LINK).json(&json!({ "email": email }));
        call.header("cf-connecting-ip", from).fault("cold").send()
    };
    let known = ask(&person.email, "198.51.100.1");
    let unknown = ask("nobody@nowhere.example", "198.51.100.2");
    assert_eq!(known.ok(202), unknown.ok(202));
    assert_eq!(known.rounds(), unknown.rounds(), "the work is the same");
    assert!(p.mails("nobody@nowhere.example").is_empty());
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let p = shared();
    let tenant = p.customer();
    let rows = [
        json!({ "email": "nobody" }),
        json!({ "email": "a@b.example", "return_to": "https://evil.example" }),
        json!({ "email": "a@b.example", "return_to": "//evil.example" }),
        json!({ "email": "a@b.example", "colour": 1 }),
    ];
    for row in rows {
        p.visit("POST", &tenant.id, LINK).json(&row).send().refused(422, "invalid-request");
    }
    let token = json!({ "token": "0".repeat(52) });
    let evil = p.visit("POST", &tenant.id, REDEEM).header("origin", "https://evil.example");
    evil.json(&token).send().refused(403, "cross-site-request");
    for bad in ["", "x", &"0".repeat(52)] {
        let token = json!({ "token": bad });
        p.visit("POST", &tenant.id, REDEEM).json(&token).send().refused(404, "token-unknown");
    }
}

/// A thousand guesses from one address are told to wait; the rightful owner, from another, comes in meanwhile.
#[test]
fn a_thousand_failed_sign_ins_help_nobody_and_lock_nobody_out() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    let guess = |n: usize| {
        let token = json!({ "token": format!("{n:052}") });
        let call = p.visit("POST", &tenant.id, REDEEM).header("cf-connecting-ip", "198.51.100.7");
        call.json(&token).send().code()
    };
    let codes: Vec<_> = std::thread::scope(|scope| {
        let guess = &guess;
        let part = move |part: usize| (0..125).map(|n| guess(part * 125 + n)).collect::<Vec<_>>();
        let hands: Vec<_> = (0..8).map(|n| scope.spawn(move || part(n))).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    let limited = codes.iter().filter(|code| *code == "rate-limited").count();
    assert!(limited >= 1000 - 120, "{limited}");
    assert!(codes.iter().all(|code| ["rate-limited", "token-unknown"].contains(&code.as_str())));
    assert_eq!(p.by_link(&tenant.id, &person.email).id, person.id);
}

#[test]
fn a_flooded_mailbox_gets_a_few_links_and_all_of_them_work() {
    let p = shared();
    let tenant = p.customer();
    let person = p.person(&tenant, "auditor");
    for n in 0..12 {
        let call = p.visit("POST", &tenant.id, LINK).json(&json!({ "email": person.email }));
        call.header("cf-connecting-ip", &format!("198.51.100.{n}")).send().ok(202);
    }
    let links = || {
        let mails = p.mails(&person.email);
        let link = |mail: &serde_json::Value| {
            let (_, rest) = mail["text"].as_str()?.split_once("/login/link#")?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        mails.iter().filter_map(link).collect::<Vec<_>>()
    };
    live::until("five links come", std::time::Duration::from_secs(20), || links().len() == 5);
    let oldest = json!({ "token": links().pop().unwrap() });
    p.visit("POST", &tenant.id, REDEEM).json(&oldest).send().ok(200);
}
