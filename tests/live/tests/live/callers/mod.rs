//! The caller list of protocol.md over every endpoint: who gets what, and that a refusal changes nothing.

mod cast;
mod credentials;
mod table;

use std::collections::BTreeSet;

use domain::role::Role;
use domain::scope::Scope;
use live::{Platform, Reply, shared};
use serde_json::{Value, json};
use wire::endpoints::{Access, ENDPOINTS};

use self::cast::{Cast, Who, checked_out};
use self::table::{Gets, Row, rows};

#[test]
fn every_caller_gets_from_every_endpoint_what_the_table_says() {
    let p = shared();
    let cast = Cast::new(p);
    let rows = rows(&cast);
    let tried: BTreeSet<_> = rows.iter().map(|row| row.endpoint.id.name()).collect();
    let all: BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.id.name()).collect();
    assert_eq!(tried, all, "every endpoint stands in the table");

    let before = snapshot(p, &cast);
    let mut wrong = side_by_side(&rows, |row| refusals(p, &cast, row));
    assert_eq!(snapshot(p, &cast), before, "what was refused has changed something");
    // Those who may: one after the other, for what one does the next may undo.
    wrong.extend(rows.iter().flat_map(|row| grants(p, &cast, row)));
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Everything that is expected to be refused, or to show nothing; gives what was not.
fn refusals(p: &Platform, cast: &Cast, row: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    for who in Who::ALL {
        let gets = row.gets[who as usize];
        if gets != Gets::All {
            let tenant = cast.of(who);
            let bearer = format!("Bearer {}", tenant.key);
            let reply = ask(p, row, &tenant.id, Some(&bearer), &cast.lease);
            wrong.extend(judge(row, cast, gets, &format!("{who:?}"), &reply));
        }
    }
    for bad in credentials::bad_ones(p, cast, row) {
        let reply = ask(p, row, bad.host, bad.credentials.as_deref(), &cast.lease);
        wrong.extend(judge(row, cast, bad.gets, bad.name, &reply));
    }
    wrong
}

/// Those who get what they ask for; gives what they did not get.
fn grants(p: &Platform, cast: &Cast, row: &Row) -> Vec<String> {
    let mut wrong = Vec::new();
    // Those above first: what the issuer has blocked its holder cannot let in.
    let granted = Who::ALL.into_iter().rev().filter(|who| row.gets[*who as usize] == Gets::All);
    for who in granted {
        let tenant = cast.of(who);
        let credentials = match row.endpoint.access {
            Access::Public => None,
            Access::Key(scope, _) | Access::KeyOrLicense(scope) if who != Who::Operator => {
                let mut scopes = vec![scope.name()];
                // Nobody hands out more than they have.
                let hands_out =
                    ["GenerateKey", "RotateKey", "RestrictKey"].contains(&row.endpoint.id.name());
                scopes.extend(hands_out.then_some("license:read"));
                let gives =
                    ["Invite", "UpdateUser", "RemoveUser"].contains(&row.endpoint.id.name());
                scopes.extend(Role::Auditor.scopes().iter().map(Scope::name).filter(|_| gives));
                // A lease can be returned only with the key that it was checked out with.
                scopes.extend((row.endpoint.id.name() == "Return").then_some("license:checkout"));
                Some(p.key_of(&tenant.id, &json!({ "scopes": scopes })))
            }
            _ => Some(tenant.key.clone()),
        };
        let lease = own_lease(p, cast, row, credentials.as_deref());
        let credentials = credentials.map(|key| format!("Bearer {key}"));
        let reply = ask(p, row, &tenant.id, credentials.as_deref(), &lease);
        wrong.extend(judge(row, cast, Gets::All, &format!("{who:?} with this scope only"), &reply));
        if row.endpoint.id.name() == "Validate" {
            let license = format!("License {}", cast.license.key);
            let reply = ask(p, row, &tenant.id, Some(&license), &lease);
            wrong.extend(judge(row, cast, Gets::All, "the license key itself", &reply));
        }
    }
    wrong
}

/// A new lease of the one who asks, where one is named. Who may take leases back need not be able to check any out.
fn own_lease(p: &Platform, cast: &Cast, row: &Row, key: Option<&str>) -> String {
    let holder = cast.of(Who::Holder);
    let key = key.filter(|_| row.endpoint.id.name() != "ReleaseLease").unwrap_or(&holder.key);
    if !row.names_lease() {
        return String::new();
    }
    checked_out(p, holder, key, &cast.license.id)
}

fn ask(p: &Platform, row: &Row, host: &str, credentials: Option<&str>, lease: &str) -> Reply {
    let call = p.call(row.endpoint.method, host, &row.path).json(&row.fresh_body(p, lease));
    match credentials {
        Some(credentials) => call.header("authorization", credentials),
        None => call,
    }
    .send()
}

/// What is wrong with the answer, in words.
fn judge(row: &Row, cast: &Cast, gets: Gets, caller: &str, reply: &Reply) -> Option<String> {
    let code = reply.code();
    let right = match gets {
        Gets::All => reply.status == row.status,
        Gets::Refused(status, want) => (reply.status, code.as_str()) == (status, want),
        Gets::Verdict => reply.status == 200 && reply.json()["code"] == "NOT_FOUND",
        Gets::Own => {
            let text = reply.text();
            reply.status == row.status && !cast.secrets().iter().any(|secret| text.contains(secret))
        }
    };
    let name = row.endpoint.id.name();
    (!right).then(|| format!("{name}, {caller}: wanted {gets:?}, got {reply}"))
}

/// What the tenants around the license see of it and of themselves.
fn snapshot(p: &Platform, cast: &Cast) -> Vec<Value> {
    let license = format!("/api/v1/licenses/{}", cast.license.id);
    let devices = format!("{license}/devices");
    let pool = format!("/api/v1/pools/{}", cast.license.id);
    let spare = format!("/api/v1/tenants/{}", cast.spare.id);
    let views = [
        (Who::Issuer, license.as_str()),
        (Who::Issuer, devices.as_str()),
        (Who::Issuer, "/api/v1/licenses"),
        (Who::Issuer, "/api/v1/products"),
        (Who::Issuer, "/api/v1/plans"),
        (Who::Issuer, "/api/v1/signing-keys"),
        (Who::Holder, "/api/v1/licenses"),
        (Who::Holder, pool.as_str()),
        (Who::Parent, "/api/v1/tenants"),
        (Who::Parent, spare.as_str()),
        (Who::Parent, "/api/v1/licenses"),
    ];
    views.iter().map(|(who, path)| cast.of(*who).get(p, path).ok(200)).collect()
}

/// Rows are independent of each other: the time goes into waiting.
fn side_by_side(rows: &[Row], work: impl Fn(&Row) -> Vec<String> + Sync) -> Vec<String> {
    let work = &work;
    std::thread::scope(|scope| {
        let hands = rows
            .chunks(6)
            .map(|part| scope.spawn(move || part.iter().flat_map(work).collect::<Vec<_>>()));
        let hands: Vec<_> = hands.collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    })
}
