//! License files: a compact JWS in text armour, in lines that mail programs leave alone.

use crate::error::LicenseError;

/// First line.
pub const BEGIN: &str = "-----BEGIN WRIT LICENSE-----";
/// Last line.
pub const END: &str = "-----END WRIT LICENSE-----";

/// Characters per line, as in PEM (RFC 7468).
const LINE: usize = 64;

/// Wraps a compact JWS, which carries its certificate itself.
pub fn encode(jws: &str) -> String {
    let mut out = String::with_capacity(jws.len() + jws.len() / LINE + BEGIN.len() + END.len() + 4);
    out.push_str(BEGIN);
    for (index, symbol) in jws.chars().enumerate() {
        if index % LINE == 0 {
            out.push('\n');
        }
        out.push(symbol);
    }
    out.push('\n');
    out.push_str(END);
    out.push('\n');
    out
}

/// Unwraps the compact JWS. Blank space around it and the kind of line break do not matter; text
/// outside of the armour does: nothing unsigned is read as part of a license.
///
/// # Errors
/// When a marker is missing, or something stands between them that is no JWS character.
pub fn decode(text: &str) -> Result<String, LicenseError> {
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let body = body.ok_or(LicenseError::Malformed("license file markers"))?;
    let jws: String = body.split_ascii_whitespace().collect();
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    // Another marker in between: two licenses glued together.
    if jws.is_empty() || !jws.bytes().all(fits) || body.contains(END) {
        return Err(LicenseError::Malformed("license file content"));
    }
    Ok(jws)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_leads_back_to_its_text_with_any_line_breaks() {
        let jws = format!("{}.b-_.c", "a".repeat(200));
        let file = encode(&jws);
        assert!(file.lines().all(|line| line.len() <= LINE), "{file}");
        assert_eq!(decode(&file), Ok(jws.clone()));
        assert_eq!(decode(&format!("\n\n{}\n", file.replace('\n', "\r\n"))), Ok(jws));
    }

    #[test]
    fn damaged_armour_is_refused() {
        let file = encode("a.b.c");
        let rows = [
            String::new(),
            BEGIN.to_owned(),
            format!("{BEGIN}\n{END}"),
            format!("Dear customer,\n{file}"),
            file.replace("END", "FIN"),
            file.replace("a.b.c", "a.b!c"),
            format!("{file}{file}"),
        ];
        for row in rows {
            assert!(matches!(decode(&row), Err(LicenseError::Malformed(_))), "{row}");
        }
    }
}
