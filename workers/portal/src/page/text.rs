//! Texts and numbers as people read them.

use domain::time::Millis;
use domain::usage::Metric;
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

/// A number with thin gaps between thousands.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A metric's name for people.
pub const fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::ApiRate => "API calls per minute",
        Metric::BandwidthMbps => "Bandwidth, Mbit/s",
        Metric::Cores => "Cores",
        Metric::CoresIfl => "Cores, IFL",
        Metric::CoresL => "Cores, large",
        Metric::CoresM => "Cores, medium",
        Metric::CoresS => "Cores, small",
        Metric::Devices => "Devices",
        Metric::Seats => "Seats",
        Metric::StorageGb => "Storage, GB",
        Metric::Tenants => "Tenants",
        Metric::Vms => "Virtual machines",
    }
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
    fn numbers_and_days_read_well() {
        let rows = [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{202f}000"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ];
        for (value, want) in rows {
            assert_eq!(number(value), want);
        }
        assert_eq!(day(Millis(1_735_689_600_123)), "2025-01-01");
    }
}
