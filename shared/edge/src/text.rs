//! Texts for people, and how long they may be.

use wire::problem::Problem;

/// A name of 1 to 200 bytes without control characters.
///
/// # Errors
/// `invalid-request` at `pointer`.
pub fn name(text: &str, pointer: &str) -> Result<(), Problem> {
    sized(text, pointer, 1, 200)
}

/// A text of `min` to `max` bytes without control characters.
///
/// # Errors
/// `invalid-request` at `pointer`.
pub fn sized(text: &str, pointer: &str, min: usize, max: usize) -> Result<(), Problem> {
    let plain = !text.chars().any(char::is_control) && text.trim().len() >= min.min(1);
    if plain && (min..=max).contains(&text.len()) {
        return Ok(());
    }
    Err(Problem::field(
        pointer,
        format!("must have {min} to {max} bytes, without control characters"),
    ))
}

/// Something that mail can be sent to, as far as can be told without sending any.
///
/// # Errors
/// `invalid-request` at `pointer`.
pub fn email(text: &str, pointer: &str) -> Result<(), Problem> {
    let fits = domain::person::Email::read(text).is_ok();
    if fits { Ok(()) } else { Err(Problem::field(pointer, "is not a mail address")) }
}

/// A color as `#rrggbb`.
///
/// # Errors
/// `invalid-request` at `pointer`.
pub fn color(text: &str, pointer: &str) -> Result<(), Problem> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Problem::field(pointer, "must be a color as #rrggbb"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_bounds() {
        let long = "a".repeat(201);
        for (text, good) in [
            ("a", true),
            (&long[1..], true),
            ("", false),
            (" ", false),
            ("a\nb", false),
            (&long, false),
        ] {
            assert_eq!(name(text, "/name").is_ok(), good, "{text:?}");
        }
        assert!(sized("", "/reason", 0, 500).is_ok());
    }

    #[test]
    fn addresses_and_colors_have_their_shapes() {
        for (text, good) in [
            ("it@acme.example", true),
            ("@acme.example", false),
            ("a@b", false),
            ("a b@c.d", false),
        ] {
            assert_eq!(email(text, "/contact_email").is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("#12aBef", true),
            ("12abef", false),
            ("#12abe", false),
            ("#12abeg", false),
            ("red", false),
        ] {
            assert_eq!(color(text, "/c").is_ok(), good, "{text}");
        }
    }
}
