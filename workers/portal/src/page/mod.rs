//! Pages: made here as a whole. Every text is escaped; styles and scripts are files of this host, and nothing else acts.

pub mod app;
mod badge;
pub mod errors;
pub mod landing;
pub mod tenant;
mod text;

use std::fmt::Write as _;

use edge::Failure;
use edge::door::Outbound;

pub use crate::page::text::escape;
use crate::statics;

/// For how many seconds a page may be shown again without asking.
const FRESH_SECONDS: u32 = 10;
/// What a page may do: show images, styles and scripts of this host, ask this host, and nothing else. A style sheet
/// or an image of a tenant cannot widen it.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the head of a page leads to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// The tenant's style sheet, with the hash of what it says.
    pub style: Option<String>,
    /// The tenant's icon.
    pub icon: Option<String>,
    /// Whether the page is part of the portal's application.
    pub scripted: bool,
}

/// A whole page. `title` is text; `body` is HTML.
pub fn html(status: u16, title: &str, head: &Head, body: &str) -> Outbound {
    let mut links =
        format!("<link rel=\"stylesheet\" href=\"{}\">\n", statics::address("style.css"));
    // Writing into a String cannot fail.
    if head.scripted {
        let _ =
            writeln!(links, "<link rel=\"stylesheet\" href=\"{}\">", statics::address("app.css"));
        let _ = writeln!(
            links,
            "<script type=\"module\" src=\"{}\"></script>",
            statics::address("main.mjs")
        );
    }
    if let Some(style) = &head.style {
        let _ = writeln!(links, "<link rel=\"stylesheet\" href=\"{}\">", escape(style));
    }
    if let Some(icon) = &head.icon {
        let _ = writeln!(links, "<link rel=\"icon\" href=\"{}\">", escape(icon));
    }
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         {links}</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape(title),
    );
    let mut out = Outbound::json(status, document);
    out.set("content-type", "text/html; charset=utf-8");
    out.set("cache-control", format!("public, max-age={FRESH_SECONDS}"));
    out.set("content-security-policy", POLICY);
    out.set("cross-origin-opener-policy", "same-origin");
    out
}

/// A failure as a small page, with the status and the headers of its problem.
pub fn of_problem(failure: &Failure) -> Outbound {
    let status = failure.problem.status;
    let body = format!(
        "<main class=\"small\"><p class=\"number\">{status}</p><h1>{}</h1>\
         <p class=\"quiet\">Nothing is wrong with your licenses. Check the address, or try again in a moment.</p></main>",
        escape(&failure.problem.title),
    );
    let mut out = html(status, &failure.problem.title, &Head::default(), &body);
    out.set("cache-control", "no-store");
    for (name, value) in &failure.headers {
        out.set(name, value.clone());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_no_style_and_no_script_of_its_own() {
        let head =
            Head { style: Some("/brand/style.css?v=1\"".into()), icon: None, scripted: true };
        let out = html(200, "a<b", &head, "");
        assert!(out.body.contains("<title>a&lt;b</title>"));
        assert!(out.body.contains("v=1&quot;"), "addresses are escaped, too");
        assert!(!out.body.contains("<style") && !out.body.contains(" style="));
        assert!(
            out.body.matches("<script").count()
                == out.body.matches("<script type=\"module\" src=").count()
        );
        let policy = out.headers.iter().find(|(name, _)| *name == "content-security-policy");
        assert!(policy.is_some_and(
            |(_, value)| !value.contains("unsafe") && value.contains("default-src 'none'")
        ));
    }
}
