//! A tenant's own page: its name in its colors, and its licenses with their state.

use std::fmt::Write as _;

use domain::branding::Support;
use domain::state::State;
use domain::time::Millis;
use edge::door::Outbound;
use wire::tenant::TenantKind;

use crate::page::badge::badge;
use crate::page::text::{day, escape};
use crate::page::{Head, html};

/// What the page shows anybody: no keys, no limits, no use, no contact details.
#[derive(Clone, Debug)]
pub struct TenantPage {
    /// The tenant's name.
    pub name: String,
    /// A line under it.
    pub tagline: Option<String>,
    /// Where its logo is.
    pub logo: Option<String>,
    /// Where people get help.
    pub support: Support,
    /// What the tenant is.
    pub kind: TenantKind,
    /// Whether it is suspended.
    pub suspended: bool,
    /// Its licenses.
    pub licenses: Vec<LicenseLine>,
    /// Whether it has more than are shown.
    pub more: bool,
}

/// A license on the page.
#[derive(Clone, Debug)]
pub struct LicenseLine {
    /// Its name for people.
    pub code: String,
    /// What it is for.
    pub product: String,
    /// The plan that it was made from.
    pub plan: String,
    /// Its state now.
    pub state: State,
    /// Whether it has started.
    pub begun: bool,
    /// First instant.
    pub starts: Millis,
    /// First instant after it.
    pub ends: Option<Millis>,
}

/// The page.
pub fn page(page: &TenantPage, head: &Head) -> Outbound {
    let mut body = header(page);
    body.push_str("<main class=\"brand\">");
    if page.suspended {
        body.push_str("<p class=\"notice\">This account is suspended. Its licenses cannot be used until it is reactivated.</p>");
    }
    figures(page, &mut body);
    licenses(page, &mut body);
    // Writing into a String cannot fail.
    let _ = write!(
        body,
        "</main><footer class=\"brand\">{}<a href=\"/login\">Sign in</a> · \
         <a href=\"/.well-known/jwks.json\">Public keys</a> · <a href=\"/api/v1/openapi.json\">API</a></footer>",
        help(&page.support),
    );
    html(200, &page.name, head, &body)
}

/// Where people get help: the first two of mail, page and telephone that there are.
pub fn help(support: &Support) -> String {
    let link = |scheme: &str, text: &Option<String>| {
        let text = text.as_deref()?;
        let shown = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
        Some(format!("<a href=\"{scheme}{}\">{}</a> · ", escape(text), escape(shown)))
    };
    let ways =
        [link("mailto:", &support.email), link("", &support.url), link("tel:", &support.phone)];
    let ways: String = ways.into_iter().flatten().collect();
    if ways.is_empty() { ways } else { format!("Help: {ways}") }
}

/// The mark beside a name: the logo, or the first letter.
pub fn mark(name: &str, logo: Option<&str>) -> String {
    if let Some(logo) = logo {
        return format!("<span class=\"mark logo\"><img src=\"{}\" alt=\"\"></span>", escape(logo));
    }
    let initial = name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("<span class=\"mark\" aria-hidden=\"true\">{}</span>", escape(&initial))
}

fn header(page: &TenantPage) -> String {
    let name = escape(&page.name);
    let mark = mark(&page.name, page.logo.as_deref());
    let tagline =
        page.tagline.as_deref().map(|text| format!("<p>{}</p>", escape(text))).unwrap_or_default();
    let kind = match page.kind {
        TenantKind::Operator => "Operator",
        TenantKind::Vendor => "Vendor",
        TenantKind::Msp => "Service provider",
        TenantKind::Customer => "Licenses",
    };
    format!(
        "<header class=\"brand\"><div class=\"wide\">{mark}<div><p class=\"kind\">{kind}</p><h1>{name}</h1>{tagline}</div></div></header>"
    )
}

fn figures(page: &TenantPage, body: &mut String) {
    let figure =
        |value: String, label: &str| format!("<div><dt>{label}</dt><dd>{value}</dd></div>");
    let more = |more: bool| if more { "+" } else { "" };
    body.push_str("<dl class=\"figures\">");
    let in_use = page.licenses.iter().filter(|line| is_good(line)).count();
    let attention = page.licenses.iter().filter(|line| needs_attention(line)).count();
    body.push_str(&figure(format!("{}{}", page.licenses.len(), more(page.more)), "Licenses"));
    body.push_str(&figure(in_use.to_string(), "Active"));
    body.push_str(&figure(attention.to_string(), "Need attention"));
    body.push_str("</dl>");
}

fn is_good(line: &LicenseLine) -> bool {
    line.begun && matches!(line.state, State::Active | State::Warning | State::Exceeded)
}

const fn needs_attention(line: &LicenseLine) -> bool {
    !matches!(line.state, State::Active)
}

fn licenses(page: &TenantPage, body: &mut String) {
    body.push_str("<section><h2>Licenses</h2>");
    if page.licenses.is_empty() {
        body.push_str("<p class=\"empty\">There are no licenses here yet.</p></section>");
        return;
    }
    body.push_str(
        "<table><thead><tr><th>License</th><th>Product</th><th>State</th><th>Valid</th></tr></thead><tbody>",
    );
    for line in &page.licenses {
        row(line, body);
    }
    body.push_str("</tbody></table>");
    if page.more {
        body.push_str("<p class=\"quiet\">More licenses are in the API.</p>");
    }
    body.push_str("</section>");
}

fn row(line: &LicenseLine, body: &mut String) {
    let ends = line.ends.map_or_else(|| "no end".to_owned(), day);
    // Writing into a String cannot fail.
    let _ = write!(
        body,
        "<tr><td data-label=\"License\"><code>{}</code></td>\
         <td data-label=\"Product\"><b>{}</b><span class=\"quiet\">{}</span></td>\
         <td data-label=\"State\">{}</td>\
         <td data-label=\"Valid\"><span class=\"nowrap\">{}</span> <span class=\"quiet nowrap\">to {ends}</span></td></tr>",
        escape(&shortened(&line.code)),
        escape(&line.product),
        escape(&line.plan),
        badge(line.state, line.begun),
        day(line.starts),
    );
}

/// The page is open to anybody who knows the host, so a code is shown only as far as its first two parts:
/// enough to be recognised, without what was bought and without the part that cannot be guessed.
fn shortened(code: &str) -> String {
    let kept: Vec<_> = code.split('-').take(2).collect();
    format!("{}-…", kept.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(state: State) -> LicenseLine {
        LicenseLine {
            code: "ACME-ENT-50VM-2025-7KQ2M9".into(),
            product: "<b>".into(),
            plan: "enterprise".into(),
            state,
            begun: true,
            starts: Millis(0),
            ends: None,
        }
    }

    fn shown(suspended: bool, licenses: Vec<LicenseLine>) -> String {
        let page_of = TenantPage {
            name: "Acme & <Sons>".into(),
            tagline: Some("\"Best\"".into()),
            logo: Some("/brand/logo?v=\"".into()),
            support: Support { email: Some("help@acme.example".into()), ..Support::default() },
            kind: TenantKind::Customer,
            suspended,
            licenses,
            more: false,
        };
        page(&page_of, &Head::default()).body
    }

    #[test]
    fn everything_that_tenants_wrote_is_escaped() {
        let body = shown(false, vec![line(State::Active)]);
        for want in [
            "Acme &amp; &lt;Sons&gt;",
            "&quot;Best&quot;",
            "<b>&lt;b&gt;</b>",
            "logo?v=&quot;\"",
            "mailto:help@acme",
        ] {
            assert!(body.contains(want), "{want}");
        }
        assert!(!body.contains("<Sons>"));
    }

    #[test]
    fn suspension_and_emptiness_are_told() {
        assert!(shown(true, Vec::new()).contains("suspended"));
        assert!(shown(false, Vec::new()).contains("no licenses here yet"));
    }

    #[test]
    fn a_stranger_learns_neither_size_nor_code_of_a_license() {
        let body = shown(false, vec![line(State::Active)]);
        assert!(body.contains("<code>ACME-ENT-…</code>"));
        assert!(!body.contains("7KQ2M9") && !body.contains("50VM"));
    }
}
