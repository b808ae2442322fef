//! The frames of the application: the site's brand, a place for the page, and the script that fills it. They are the
//! same for everybody who opens them; who may see what is decided by the API.

use domain::branding::Support;
use edge::door::Outbound;

use crate::page::tenant::{help, mark};
use crate::page::{Head, escape, html};

/// A page of the application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Screen {
    path: &'static str,
    name: &'static str,
    title: &'static str,
    /// Whether it is for people who have not signed in.
    open: bool,
}

const fn screen(path: &'static str, name: &'static str, title: &'static str) -> Screen {
    Screen { path, name, title, open: false }
}

const fn open(path: &'static str, name: &'static str, title: &'static str) -> Screen {
    Screen { open: true, ..screen(path, name, title) }
}

/// Where companies sign up: on the apex, and nowhere else.
pub const REGISTER: Screen = open("/register", "register", "Register");

const SCREENS: [Screen; 12] = [
    open("/login", "login", "Sign in"),
    open("/login/link", "link", "Sign in"),
    open("/login/invitation", "invitation", "Welcome"),
    screen("/overview", "overview", "Overview"),
    screen("/tenants", "tenants", "Tenants"),
    screen("/alerts", "alerts", "Alerts"),
    screen("/keys", "keys", "API keys"),
    screen("/people", "people", "People"),
    screen("/hosts", "hosts", "Hosts"),
    screen("/brand", "brand", "Brand"),
    screen("/audit", "audit", "Audit log"),
    screen("/settings", "settings", "Settings"),
];

impl Screen {
    /// The page at a path of a tenant's host.
    pub fn at(path: &str) -> Option<Self> {
        SCREENS.into_iter().find(|screen| screen.path == path)
    }
}

/// What the frame shows of a site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// What it is called.
    pub name: String,
    /// A line under it.
    pub tagline: Option<String>,
    /// Where its logo is.
    pub logo: Option<String>,
    /// Told above the sign-in form.
    pub banner: Option<String>,
    /// Where people get help.
    pub support: Support,
}

/// The frame of a page.
pub fn page(screen: Screen, site: &Site, head: Head) -> Outbound {
    let body = if screen.open { gate(screen, site) } else { shell(screen, site) };
    let title = format!("{} · {}", screen.title, site.name);
    let mut out = html(200, &title, &Head { scripted: true, ..head }, &body);
    out.set("cache-control", "no-cache");
    out
}

const SAID: &str = "<div id=\"said\" role=\"status\" aria-live=\"polite\"></div>";
const NOSCRIPT: &str =
    "<noscript>These pages need JavaScript. Everything they do is in the API, too.</noscript>";

fn place(screen: Screen) -> String {
    format!(
        "<div id=\"app\" data-page=\"{}\" aria-busy=\"true\"><p class=\"wait\">One moment…</p>{NOSCRIPT}</div>",
        screen.name
    )
}

fn footer(site: &Site) -> String {
    format!(
        "<footer class=\"brand\">{}<a href=\"/api/v1/openapi.json\">API</a></footer>{SAID}",
        help(&site.support)
    )
}

fn line(site: &Site, class: &str) -> String {
    let text = site.tagline.as_deref().unwrap_or_default();
    if text.is_empty() {
        String::new()
    } else {
        format!("<p class=\"{class}\">{}</p>", escape(text))
    }
}

/// What people see before they have signed in. The form lies outside of what the tenant may style.
fn gate(screen: Screen, site: &Site) -> String {
    let banner = site.banner.as_deref().filter(|_| screen.name == "login");
    let banner = banner
        .map_or_else(String::new, |text| format!("<p class=\"banner brand\">{}</p>", escape(text)));
    let broad = if screen == REGISTER { "broad" } else { "" };
    format!(
        "<header class=\"brand\"><div class=\"wide\">{}<div><h2 class=\"name\">{}</h2>{}</div></div></header>\
         <div class=\"gate\"><main class=\"{broad}\">{banner}<div class=\"panel\"><h1>{}</h1>{}</div></main></div>{}",
        mark(&site.name, site.logo.as_deref()),
        escape(&site.name),
        line(site, "line"),
        screen.title,
        place(screen),
        footer(site),
    )
}

/// What people see who have signed in.
fn shell(screen: Screen, site: &Site) -> String {
    format!(
        "<a class=\"skip\" href=\"#main\">Skip to the page</a>\
         <header class=\"bar brand\"><div class=\"wide\">{}<div><p class=\"name\">{}</p>{}</div></div></header>\
         <div class=\"shell\"><div class=\"side\"><nav id=\"nav\" aria-label=\"Pages\"></nav><div id=\"me\"></div></div>\
         <main id=\"main\" tabindex=\"-1\"><h1>{}</h1>{}</main></div>{}",
        mark(&site.name, site.logo.as_deref()),
        escape(&site.name),
        line(site, "line"),
        screen.title,
        place(screen),
        footer(site),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site { name: "<Acme>".into(), banner: Some("<b>Only staff".into()), ..Site::default() }
    }

    #[test]
    fn every_page_has_a_frame_with_a_title_and_a_place() {
        for screen in SCREENS.into_iter().chain([REGISTER]) {
            let body = page(screen, &site(), Head::default()).body;
            assert!(body.contains(&format!("data-page=\"{}\"", screen.name)), "{}", screen.path);
            assert!(body.contains("<title>") && body.matches("<h1>").count() == 1);
            assert!(!body.contains("<Acme>"), "{}", screen.path);
        }
        assert_eq!(Screen::at("/register"), None, "on the apex only");
    }

    #[test]
    fn the_banner_is_told_to_those_who_sign_in_and_styles_reach_no_form() {
        let login = Screen::at("/login").unwrap();
        let body = page(login, &site(), Head::default()).body;
        assert!(body.contains("&lt;b&gt;Only staff"));
        let (before, _) = body.split_once("class=\"panel\"").unwrap();
        let opened =
            before.matches("class=\"brand\"").count() + before.matches("banner brand").count();
        let closed = before.matches("</header>").count() + before.matches("</p>").count();
        assert!(opened <= closed, "every branded part has ended before the form");
    }
}
