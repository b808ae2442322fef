//! The pages of the house's own hosts: what the host is for, and where to go from it.

use std::fmt::Write as _;

use edge::door::Outbound;
use edge::site::House;

use crate::page::text::escape;
use crate::page::{Head, html};

/// What a house's page says.
#[derive(Clone, Copy, Debug)]
pub struct Landing {
    kind: &'static str,
    title: &'static str,
    lead: &'static str,
    points: &'static [(&'static str, &'static str)],
}

const APEX: Landing = Landing {
    kind: "Writ",
    title: "Licenses that hold, online and off",
    lead: "Writ issues signed licenses, answers whether they may be used, and keeps a log that cannot be rewritten.",
    points: &[
        (
            "Signed",
            "Every license carries its issuer's certificate. One root key verifies all of them, without a network.",
        ),
        ("Fast", "Answers come from the edge, and stay within seconds of a revocation."),
        ("Yours", "Every tenant has a host and a region of its own. Records do not leave it."),
    ],
};
const CONSOLE: Landing = Landing {
    kind: "Console",
    title: "Operator's console",
    lead: "For whoever runs this installation. Keys of the operator work on this host and on no other.",
    points: &[
        ("Tenants", "Make, suspend and reactivate vendors, service providers and customers."),
        ("Audit", "Read what happened, and check that the log is unbroken."),
    ],
};
const VENDORS: Landing = Landing {
    kind: "Vendors",
    title: "For vendors",
    lead: "Issue licenses for your products from your own systems. Your API key and X-Vendor-ID say who you are.",
    points: &[
        (
            "Generate",
            "One request turns a closed opportunity into a signed license on the customer's own host.",
        ),
        (
            "Keys",
            "You have signing keys of your own. Rotate them when you like: what they signed stays good.",
        ),
    ],
};
const MSP: Landing = Landing {
    kind: "Service providers",
    title: "For service providers",
    lead: "Look after your customers' licenses in one place. Your API key says who you are.",
    points: &[
        ("Customers", "Each has a host, a region and a log of its own, below yours."),
        ("Licenses", "Issue, change, suspend and renew; devices follow within seconds."),
    ],
};

impl Landing {
    /// What the page of `house` says.
    pub const fn of(house: House) -> Self {
        match house {
            House::Apex => APEX,
            House::Console => CONSOLE,
            House::Vendors => VENDORS,
            House::Msp => MSP,
        }
    }
}

/// The page. Every house but the apex links to the interface and the keys, which are not served there.
pub fn page(landing: &Landing, apex: &str) -> Outbound {
    let Landing { kind, title, lead, points } = landing;
    let mut body = format!(
        "<header class=\"tall\"><div class=\"wide\"><div><p class=\"kind\">{kind}</p><h1>{title}</h1><p>{lead}</p></div></div>\
         </header><main><div class=\"cards\">"
    );
    for (name, text) in *points {
        // Writing into a String cannot fail.
        let _ = write!(body, "<article><h2>{name}</h2><p>{text}</p></article>");
    }
    body.push_str("</div></main>");
    let apex = escape(apex);
    let _ = match *kind {
        "Writ" => write!(
            body,
            "<footer>{apex} · <a href=\"/register\">Register your company</a></footer>"
        ),
        _ => write!(
            body,
            "<footer>{apex} · <a href=\"/api/v1/openapi.json\">API</a> · <a href=\"/.well-known/writ-root.pem\">root key</a></footer>"
        ),
    };
    html(200, title, &Head::default(), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_house_has_a_page_of_its_own() {
        let houses = [House::Apex, House::Console, House::Vendors, House::Msp];
        let mut titles: Vec<_> = houses.iter().map(|house| Landing::of(*house).title).collect();
        titles.dedup();
        assert_eq!(titles.len(), 4);
        for house in houses {
            let out = page(&Landing::of(house), "writ.test");
            assert_eq!(out.status, 200);
            assert!(out.body.contains("writ.test"), "{house:?}");
        }
    }
}
