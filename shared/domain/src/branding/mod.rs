//! White label: how a tenant's pages look, what it takes from the tenant above it, and which style
//! sheets and images may be shown at all.

pub mod color;
pub mod css;
pub mod image;
pub mod svg;

use serde::{Deserialize, Serialize};

/// How a tenant's pages look. What is missing comes from the tenant above, field by field.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Branding {
    /// What the pages call the tenant, 1 to 200 bytes. Never inherited: its name stands in where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// A line under the name, up to 200 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tagline: Option<String>,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// `#rrggbb`: the ground of the pages, where the reader's system is not dark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Told above the sign-in form, up to 500 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_banner: Option<String>,
    /// Where people get help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support: Option<Support>,
    /// A style sheet for the parts of pages that are the tenant's, up to 16,384 bytes (docs/formats.md).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_css: Option<String>,
}

/// Where people get help.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Support {
    /// A mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// An address that begins with `https://`, up to 300 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Digits, blanks and `+()-./`, up to 40 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Branding {
    /// This, with what is missing taken from the tenant above: from its `support` as a whole, for a telephone of one
    /// company beside the mail address of another would help nobody.
    #[must_use]
    pub fn over(self, above: Self) -> Self {
        Self {
            company_name: self.company_name,
            tagline: self.tagline.or(above.tagline),
            primary_color: self.primary_color.or(above.primary_color),
            accent_color: self.accent_color.or(above.accent_color),
            background_color: self.background_color.or(above.background_color),
            login_banner: self.login_banner.or(above.login_banner),
            support: self.support.or(above.support),
            custom_css: self.custom_css.or(above.custom_css),
        }
    }
}

impl Support {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `url` is an address that a link may lead to.
    pub fn is_link(url: &str) -> bool {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
        url.len() <= 300 && crate::host::Host::parse(host).is_ok() && url.bytes().all(plain)
    }

    /// Whether `phone` can be dialled.
    pub fn is_phone(phone: &str) -> bool {
        let digits = phone.bytes().filter(u8::is_ascii_digit).count();
        let known = |b: u8| b.is_ascii_digit() || b" +()-./".contains(&b);
        (3..=20).contains(&digits) && phone.len() <= 40 && phone.bytes().all(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the fields are optional")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_is_missing_comes_from_above_field_by_field() {
        let above = Branding {
            company_name: text("Tech Partners"),
            tagline: text("Looked after"),
            primary_color: text("#00695c"),
            support: Some(Support { email: text("help@tp.example"), ..Support::default() }),
            ..Branding::default()
        };
        let own = Branding {
            primary_color: text("#123456"),
            support: Some(Support { phone: text("+43 1 234"), ..Support::default() }),
            ..Branding::default()
        };
        let seen = own.clone().over(above.clone());
        assert_eq!(seen.primary_color, text("#123456"));
        assert_eq!(seen.tagline, text("Looked after"));
        assert_eq!(seen.support, own.support, "support is one piece");
        assert_eq!(seen.company_name, None, "nobody is called by the name of another");
        assert_eq!(Branding::default().over(above.clone()).support, above.support);
    }

    #[test]
    fn links_lead_to_the_web_and_nowhere_else() {
        let rows = [
            ("https://help.acme.example", true),
            ("https://help.acme.example/a?b=c#d", true),
            ("http://help.acme.example", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://a b.example", false),
            ("https://acme.example/\"onclick=x", false),
            ("https://user@acme.example/", false),
            ("//acme.example", false),
        ];
        for (url, good) in rows {
            assert_eq!(Support::is_link(url), good, "{url}");
        }
    }

    #[test]
    fn telephones_are_digits_and_what_stands_between_them() {
        for (phone, good) in [
            ("+43 (1) 234-567", true),
            ("112", true),
            ("12", false),
            ("tel:123", false),
            ("1234567890123456789012", false),
        ] {
            assert_eq!(Support::is_phone(phone), good, "{phone}");
        }
    }
}
