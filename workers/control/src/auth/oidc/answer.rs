//! Answers to browsers that are sent on.

use edge::Failure;
use edge::door::Outbound;

/// Sends a browser on. `url` holds no blanks and no line feeds.
pub fn redirect(url: &str) -> Outbound {
    let mut out = Outbound::json(303, String::new());
    out.headers.retain(|(name, _)| *name != "content-type");
    out.set("location", url);
    out.set("referrer-policy", "no-referrer");
    out
}

/// A cookie of a sign-in that is under way.
pub fn set_cookie(sealed: &str, seconds: i64) -> String {
    format!("{}={sealed}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}", super::COOKIE)
}

/// What went wrong, told to the sign-in page: browsers that come from a provider cannot read problems.
pub fn failed(failure: &Failure) -> Outbound {
    let mut out = redirect(&format!("/login?error={}", failure.problem.code));
    out.add("set-cookie", set_cookie("", 0));
    out
}
