//! Sessions as browsers carry them: the cookie, and whether a request comes from the site's own pages.

use domain::id::{SessionId, TenantId};
use domain::role::Role;
use domain::session::{LONGEST_MS, NOTED_MS, Times};
use license::session::SessionText;
use store::data::session_info;
use store::directory::sessions;
use wire::problem::Kind;

use crate::call::Call;
use crate::db::Freshness;
use crate::door::Inbound;
use crate::failure::Failure;
use crate::log;
use crate::principal::Principal;

/// `__Host-`: browsers take it from this host only, over a secure connection, for every path.
pub const COOKIE: &str = "__Host-writ";
/// Requests of a session in any minute: people and the pages that they look at.
pub const PER_MINUTE: u32 = 600;

/// What is particular to a person who has signed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What the person is for the tenant.
    pub role: Role,
    /// The only customers that the person looks after; none for all.
    pub customers: Option<Vec<TenantId>>,
    /// When its token was made, was last used, and ends.
    pub times: Times,
}

/// A cookie of a request.
pub fn cookie<'a>(inbound: &'a Inbound, name: &str) -> Option<&'a str> {
    let mut pairs =
        inbound.header("cookie").split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(held, _)| *held == name).map(|(_, value)| value)
}

/// The session's token that a request shows.
///
/// # Errors
/// `credentials-malformed` when the cookie holds something else; `cross-site-request` when another site's page sent it.
pub fn shown(inbound: &Inbound) -> Result<Option<Box<SessionText>>, Failure> {
    let Some(value) = cookie(inbound, COOKIE) else { return Ok(None) };
    let text = SessionText::parse(value).map_err(|_| Kind::CredentialsMalformed)?;
    if !is_own(inbound) {
        return Err(Kind::CrossSiteRequest.into());
    }
    Ok(Some(Box::new(text)))
}

/// Whether a request with a cookie comes from the site's own pages. Browsers name the origin of whatever changes
/// something and of every WebSocket; a plain GET changes nothing and may come from a link.
fn is_own(inbound: &Inbound) -> bool {
    let origin = inbound.header("origin");
    if !origin.is_empty() {
        return is_origin_of(origin, inbound);
    }
    matches!(inbound.method.as_str(), "GET" | "HEAD")
        || inbound.header("sec-fetch-site") == "same-origin"
}

/// Whether a request without credentials may set a cookie: another site's page must not sign its visitors in.
///
/// # Errors
/// `cross-site-request`.
pub fn expect_own(inbound: &Inbound) -> Result<(), Failure> {
    let origin = inbound.header("origin");
    let own = match origin {
        "" => matches!(inbound.header("sec-fetch-site"), "" | "same-origin" | "none"),
        _ => is_origin_of(origin, inbound),
    };
    if own { Ok(()) } else { Err(Kind::CrossSiteRequest.into()) }
}

fn is_origin_of(origin: &str, inbound: &Inbound) -> bool {
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some_and(|host| host.eq_ignore_ascii_case(inbound.authority()))
}

/// The `Set-Cookie` of a new token.
pub fn set_cookie(text: &SessionText) -> String {
    let seconds = LONGEST_MS / 1000;
    format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}", text.expose())
}

/// The `Set-Cookie` that makes a browser forget its token.
pub fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// Notes after the answer that a session was used, where that was not noted for a while.
pub fn note_use(call: &Call, principal: &Principal, hash: &str) {
    let Some(session) = principal.session.as_deref().filter(|s| s.times.is_to_note(call.now))
    else {
        return;
    };
    let work = Call::internal(call.env.clone());
    let (id, hash, now) = (session.id.clone(), hash.to_owned(), call.now);
    let (tenant, shard) = (principal.tenant.clone(), principal.shard);
    let address = call.inbound.header("cf-connecting-ip").to_owned();
    call.later(async move {
        let noted = sessions::seen(&hash, now.plus(1 - NOTED_MS), now);
        let info = session_info::seen(&id, &address, now);
        let directory = work.directory(Freshness::Primary);
        let records = work.records(&tenant, shard, Freshness::Primary);
        for outcome in [directory.write(vec![noted]).await, records.write(vec![info]).await] {
            if let Err(failure) = outcome {
                log::event("warn", "session.note", &failure.to_string());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::place::Shard;

    fn inbound(method: &str, headers: &[(&str, &str)]) -> Inbound {
        let url = "https://acme.example/api/v1/users".to_owned();
        let header = |name: &str| {
            headers.iter().find(|(held, _)| *held == name).map(|(_, value)| (*value).to_owned())
        };
        Inbound::new(method.to_owned(), url, header, Vec::new())
    }

    fn text() -> SessionText {
        SessionText::new(&TenantId::parse("acme").unwrap(), Shard::Eu, &[1; 32])
    }

    #[test]
    fn what_is_set_is_read_back_among_other_cookies() {
        let set = set_cookie(&text());
        let pair = set.split(';').next().unwrap();
        let inbound = inbound("GET", &[("cookie", &format!("a=b; {pair}; __Host-writ-oidc=x"))]);
        assert_eq!(shown(&inbound).unwrap().unwrap().expose(), text().expose());
        for needed in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(set.contains(needed) && clear_cookie().contains(needed), "{needed}");
        }
        assert!(!set.contains("Domain"), "{set}");
    }

    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    #[test]
    fn a_page_of_another_site_changes_nothing() {
        let cookie = format!("{COOKIE}={}", text().expose());
        let rows: [Row<'_>; 10] = [
            ("GET", &[], true),
            ("HEAD", &[], true),
            ("GET", &[("origin", "https://evil.example")], false),
            ("POST", &[], false),
            ("POST", &[("origin", "https://acme.example")], true),
            ("POST", &[("origin", "https://ACME.example")], true),
            ("POST", &[("origin", "null")], false),
            ("DELETE", &[("origin", "https://acme.example.evil.example")], false),
            ("PUT", &[("sec-fetch-site", "same-site")], false),
            ("PUT", &[("sec-fetch-site", "same-origin")], true),
        ];
        for (method, headers, good) in rows {
            let mut all = headers.to_vec();
            all.push(("cookie", &cookie));
            let outcome = shown(&inbound(method, &all));
            let code = outcome.as_ref().err().map(|failure| failure.problem.code.as_str());
            assert_eq!(code, (!good).then_some("cross-site-request"), "{method} {headers:?}");
        }
    }

    #[test]
    fn nobody_is_signed_in_by_another_site() {
        let rows: [(&[(&str, &str)], bool); 5] = [
            (&[], true),
            (&[("origin", "https://acme.example")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-origin")], true),
        ];
        for (headers, good) in rows {
            assert_eq!(expect_own(&inbound("POST", headers)).is_ok(), good, "{headers:?}");
        }
    }
}
