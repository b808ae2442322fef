//! Callers that fail because of what they show, or where they show it.

use domain::id::TenantId;
use domain::place::Shard;
use domain::scope::Scope;
use license::api_key::ApiKeyText;
use live::Platform;
use serde_json::json;
use wire::endpoints::Access;

use super::cast::{Broken, Cast, Who};
use super::table::{Gets, Row};

/// A caller that fails.
pub struct Bad<'a> {
    /// Who, in words.
    pub name: &'static str,
    /// Where it asks.
    pub host: &'a str,
    /// What it shows.
    pub credentials: Option<String>,
    /// What it gets.
    pub gets: Gets,
}

const MALFORMED: Gets = Gets::Refused(401, "credentials-malformed");
const UNKNOWN: Gets = Gets::Refused(401, "credentials-unknown");
const WRONG_HOST: Gets = Gets::Refused(403, "wrong-host");

fn bad<'a>(
    name: &'static str,
    host: &'a str,
    credentials: impl Into<Option<String>>,
    gets: Gets,
) -> Bad<'a> {
    Bad { name, host, credentials: credentials.into(), gets }
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

/// All of them for one endpoint. Public endpoints do not look at credentials.
pub fn bad_ones<'a>(p: &Platform, cast: &'a Cast, row: &Row) -> Vec<Bad<'a>> {
    let nobodys = |key: Option<String>| {
        bad("a host of nobody", "nobody-at-all", key, Gets::Refused(404, "unknown-host"))
    };
    let Some(who) = row.right() else { return vec![nobodys(None)] };
    let nobodys = nobodys(Some(bearer(&cast.of(who).key)));
    let scope = match row.endpoint.access {
        Access::Public => return vec![nobodys],
        Access::Key(scope, _) | Access::KeyOrLicense(scope) => scope,
        Access::Person => Scope::Admin,
    };
    let broken = cast.broken.iter().filter(|broken| broken.who == who);
    let mut all = vec![nobodys];
    all.extend(keys(p, cast, who, scope));
    all.extend(places(cast, who));
    all.extend(license_keys(cast, who, row.endpoint.access));
    all.extend(broken.map(|broken| {
        bad(broken.why, &broken.host, bearer(&broken.key), broken_gets(row, broken))
    }));
    // No scope lets a key in where people are wanted, and that is told before anything is counted.
    let needless = ["a key without the scope", "over its rate limit"];
    all.retain(|bad| row.endpoint.access != Access::Person || !needless.contains(&bad.name));
    all
}

/// Nothing, and keys that are none or too little.
fn keys<'a>(p: &Platform, cast: &'a Cast, who: Who, scope: Scope) -> [Bad<'a>; 5] {
    let right = cast.of(who);
    let others = Scope::ALL.iter().filter(|other| **other != scope && **other != Scope::Admin);
    let others: Vec<_> = others.map(|other| other.name()).collect();
    let scopeless = p.key_of(&right.id, &json!({ "scopes": others }));
    let nobodys = ApiKeyText::new(&TenantId::parse(&right.id).unwrap(), Shard::Eu, &[7; 16]);
    let mut typo = right.key.clone();
    typo.pop();
    [
        bad("nobody", &right.id, None::<String>, Gets::Refused(401, "credentials-missing")),
        bad("a mistyped key", &right.id, bearer(&typo), MALFORMED),
        bad("another scheme", &right.id, Some("Basic YTpi".to_owned()), MALFORMED),
        bad("a key that nobody has", &right.id, bearer(nobodys.expose()), UNKNOWN),
        bad(
            "a key without the scope",
            &right.id,
            bearer(&scopeless),
            Gets::Refused(403, "scope-missing"),
        ),
    ]
}

/// Good keys on hosts that are not theirs.
fn places(cast: &Cast, who: Who) -> [Bad<'_>; 3] {
    let (right, stranger) = (cast.of(who), cast.of(who.stranger()));
    let house = if who == Who::Holder { "vendors" } else { "console" };
    [
        bad("a stranger's key here", &right.id, bearer(&stranger.key), WRONG_HOST),
        bad("the right key on a stranger's host", &stranger.id, bearer(&right.key), WRONG_HOST),
        bad("the right key on another kind's host", house, bearer(&right.key), WRONG_HOST),
    ]
}

/// License keys, where they are credentials and where they are not.
fn license_keys(cast: &Cast, who: Who, access: Access) -> Vec<Bad<'_>> {
    let (right, stranger) = (cast.of(who), cast.of(who.stranger()));
    let license = Some(format!("License {}", cast.license.key));
    if !matches!(access, Access::KeyOrLicense(_)) {
        return vec![bad("a license key", &right.id, license, MALFORMED)];
    }
    let typo = Some("License NLS-x-y".to_owned());
    vec![
        bad("the license key on a stranger's host", &stranger.id, license, WRONG_HOST),
        bad("a mistyped license key", &right.id, typo, UNKNOWN),
    ]
}

fn broken_gets(row: &Row, broken: &Broken) -> Gets {
    let (status, code) = broken.refusal;
    match row.endpoint.id.name() {
        // Suspended tenants are told by verdicts, here about a license that they do not have.
        "Validate" if code == "tenant-suspended" => Gets::Verdict,
        _ if code == "tenant-suspended" && row.endpoint.tells_verdicts() => {
            Gets::Refused(404, "license-not-found")
        }
        _ => Gets::Refused(status, code),
    }
}
