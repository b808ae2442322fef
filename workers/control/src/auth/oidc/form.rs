//! `application/x-www-form-urlencoded`, as token endpoints and query strings want it.

use std::fmt::Write as _;

/// Names and values in sequence.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", part(name), part(value))).collect();
    pairs.join("&")
}

/// One name or value: everything but letters, digits and `-._~` is escaped, which every reader understands.
pub fn part(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_can_end_it() {
        assert_eq!(encode(&[("a b", "c&d=é"), ("e", "-._~")]), "a%20b=c%26d%3D%C3%A9&e=-._~");
    }
}
