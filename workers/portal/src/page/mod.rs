//! Pages: made here as a whole, without scripts. Every text is escaped, every style is named by its hash.

mod badge;
pub mod errors;
pub mod landing;
pub mod tenant;
mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use edge::Failure;
use edge::door::Outbound;
use wire::tenant::Branding;

use crate::page::text::escape;

/// The style of every page.
const CSS: &str = include_str!("../style.css");
/// For how many seconds a page may be shown again without asking.
const FRESH_SECONDS: u32 = 10;

/// The colors of a site.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Style {
    primary: String,
    accent: String,
}

impl Default for Style {
    fn default() -> Self {
        Self { primary: "#2446c8".to_owned(), accent: "#0aa5a0".to_owned() }
    }
}

impl Style {
    /// The tenant's colors, where it chose proper ones.
    pub fn of(branding: &Branding) -> Self {
        let usual = Self::default();
        let color = |chosen: &Option<String>, usual| {
            chosen.clone().filter(|text| is_color(text)).unwrap_or(usual)
        };
        Self {
            primary: color(&branding.primary_color, usual.primary),
            accent: color(&branding.accent_color, usual.accent),
        }
    }

    /// The variables that the style sheet builds on.
    fn variables(&self) -> String {
        let ink = if is_light(&self.primary) { "#10131a" } else { "#ffffff" };
        format!(":root{{--brand:{};--accent:{};--ink:{ink}}}", self.primary, self.accent)
    }
}

/// `#rrggbb`, and nothing that could end a declaration.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether dark letters read better on it: weighted brightness above the middle.
fn is_light(color: &str) -> bool {
    let channel = |at: usize| {
        color.get(at..at + 2).and_then(|hex| u32::from_str_radix(hex, 16).ok()).unwrap_or(0)
    };
    channel(1) * 299 + channel(3) * 587 + channel(5) * 114 > 150_000
}

/// A whole page. `title` is text; `body` is HTML.
pub fn html(status: u16, title: &str, style: &Style, body: &str) -> Outbound {
    let variables = style.variables();
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <style>{CSS}</style>\n<style>{variables}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape(title),
    );
    let mut out = Outbound::json(status, document);
    out.set("content-type", "text/html; charset=utf-8");
    out.set("cache-control", format!("public, max-age={FRESH_SECONDS}"));
    out.set("content-security-policy", policy(&variables));
    out
}

/// Nothing but the two styles of the page may act.
fn policy(variables: &str) -> String {
    let hash = |text: &str| BASE64.encode(license::sha256(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}' 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(CSS),
        hash(variables),
    )
}

/// A failure as a small page, with the status and the headers of its problem.
pub fn of_problem(failure: &Failure) -> Outbound {
    let status = failure.problem.status;
    let body = format!(
        "<main class=\"small\"><p class=\"number\">{status}</p><h1>{}</h1>\
         <p class=\"quiet\">Nothing is wrong with your licenses. Check the address, or try again in a moment.</p></main>",
        escape(&failure.problem.title),
    );
    let mut out = html(status, &failure.problem.title, &Style::default(), &body);
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
    fn only_proper_colors_reach_the_style() {
        let rows = [
            ("#1a2B3c", "#1a2B3c"),
            ("red", "#2446c8"),
            ("#12345", "#2446c8"),
            ("#123456}body{display:none", "#2446c8"),
            ("#12345g", "#2446c8"),
        ];
        for (chosen, want) in rows {
            let branding =
                Branding { primary_color: Some(chosen.to_owned()), ..Branding::default() };
            assert_eq!(Style::of(&branding).primary, want);
        }
    }

    #[test]
    fn letters_on_the_brand_can_be_read() {
        for (color, light) in
            [("#ffffff", true), ("#000000", false), ("#ffd400", true), ("#2446c8", false)]
        {
            assert_eq!(is_light(color), light, "{color}");
        }
    }

    #[test]
    fn the_policy_names_the_very_styles_of_the_page() {
        let out = html(200, "a<b", &Style::default(), "");
        assert!(out.body.contains("<title>a&lt;b</title>"));
        let header =
            |name| out.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap();
        let policy = header("content-security-policy");
        let styles: Vec<_> = out
            .body
            .split("<style>")
            .skip(1)
            .filter_map(|rest| rest.split("</style>").next())
            .collect();
        assert_eq!(styles.len(), 2);
        for style in styles {
            assert!(
                policy.contains(&BASE64.encode(license::sha256(style.as_bytes()))),
                "{style:.40}"
            );
        }
        assert!(!out.body.contains(" style=") && !out.body.contains("<script"));
    }
}
