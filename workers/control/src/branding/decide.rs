//! Which texts, colors and style sheets pages may have.

use domain::branding::{Branding, Support, css};
use wire::problem::Problem;

use crate::text;

/// Checks what is to be set, and tells what would be left out of its style sheet. `at`: the pointer to it.
///
/// # Errors
/// `invalid-request`, pointing at the first field that is wrong.
pub fn check(branding: &Branding, at: &str) -> Result<Vec<String>, Problem> {
    let pointer = |field: &str| format!("{at}/{field}");
    if let Some(name) = &branding.company_name {
        text::name(name, &pointer("company_name"))?;
    }
    for (field, line, most) in
        [("tagline", &branding.tagline, 200), ("login_banner", &branding.login_banner, 500)]
    {
        line.as_ref().map_or(Ok(()), |line| text::sized(line, &pointer(field), 0, most))?;
    }
    for (field, color) in [
        ("primary_color", &branding.primary_color),
        ("accent_color", &branding.accent_color),
        ("background_color", &branding.background_color),
    ] {
        color.as_ref().map_or(Ok(()), |color| text::color(color, &pointer(field)))?;
    }
    if let Some(support) = &branding.support {
        contact(support, &pointer("support"))?;
    }
    let source = branding.custom_css.as_deref().unwrap_or_default();
    let sheet = css::sanitize(source)
        .map_err(|refused| Problem::field(pointer("custom_css"), refused.to_string()))?;
    Ok(sheet.notes.into_iter().map(|note| format!("line {}: {}", note.line, note.text)).collect())
}

fn contact(support: &Support, at: &str) -> Result<(), Problem> {
    if let Some(address) = &support.email {
        text::email(address, &format!("{at}/email"))?;
    }
    if support.url.as_ref().is_some_and(|url| !Support::is_link(url)) {
        return Err(Problem::field(format!("{at}/url"), "must begin with https:// and a host"));
    }
    if support.phone.as_ref().is_some_and(|phone| !Support::is_phone(phone)) {
        return Err(Problem::field(format!("{at}/phone"), "is not a telephone number"));
    }
    Ok(())
}

/// What is kept: a text of nothing is no text.
pub fn kept(mut branding: Branding) -> Branding {
    let texts = [&mut branding.tagline, &mut branding.login_banner, &mut branding.custom_css];
    for text in texts {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            *text = None;
        }
    }
    branding.support = branding.support.filter(|support| !support.is_empty());
    branding
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn branding(value: &Value) -> Branding {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let rows = [
            (json!({"company_name": ""}), "/branding/company_name"),
            (json!({"tagline": "x".repeat(201)}), "/branding/tagline"),
            (json!({"login_banner": "a\nb"}), "/branding/login_banner"),
            (json!({"primary_color": "red"}), "/branding/primary_color"),
            (json!({"background_color": "#12345"}), "/branding/background_color"),
            (json!({"support": {"email": "help"}}), "/branding/support/email"),
            (json!({"support": {"url": "javascript:alert(1)"}}), "/branding/support/url"),
            (json!({"support": {"phone": "call us"}}), "/branding/support/phone"),
            (json!({"custom_css": "h1{background:url(x)}"}), "/branding/custom_css"),
        ];
        for (value, pointer) in rows {
            let problem = check(&branding(&value), "/branding").unwrap_err();
            assert_eq!(problem.errors[0].pointer, pointer, "{value}");
        }
    }

    #[test]
    fn what_is_left_out_of_a_style_sheet_is_told_with_its_line() {
        let value = json!({"custom_css": "h1{color:red}\nh1{display:none}"});
        let told = check(&branding(&value), "").unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("line 2: display"), "{told:?}");
    }

    #[test]
    fn texts_of_nothing_are_not_kept() {
        let value =
            json!({"tagline": " ", "custom_css": "", "support": {}, "accent_color": "#ffffff"});
        assert_eq!(kept(branding(&value)), branding(&json!({"accent_color": "#ffffff"})));
    }
}
