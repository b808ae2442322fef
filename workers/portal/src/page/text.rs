//! Texts and numbers as people read them.

use domain::time::Millis;
use wire::time::Instant;

/// `text` as HTML text or as a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The day of an instant in UTC: `2025-12-31`.
pub fn day(at: Millis) -> String {
    Instant(at).text().chars().take_while(|symbol| *symbol != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_become_markup() {
        assert_eq!(
            escape(r#"<a href="x" id='y'>&"#),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;"
        );
    }

    #[test]
    fn days_are_written_for_everybody() {
        assert_eq!(day(Millis(1_735_689_600_123)), "2025-01-01");
    }
}
