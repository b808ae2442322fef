//! A tenant's own style sheet: read by the grammar of CSS, kept by lists of what is allowed, written anew.
//!
//! Nothing of the source is copied as it stands: what comes out is written from tokens that were understood. What
//! is merely not known is left out and told; what could load, run, cover or imitate something is refused as a whole.
//! Every selector is put under [`SCOPE`], the class of those parts of a page that are the tenant's.

mod danger;
mod read;
mod select;
mod token;
mod value;

use std::fmt;

/// The class of the parts of pages that a tenant may style.
pub const SCOPE: &str = "brand";
/// The longest style sheet, in bytes.
pub const MAX_BYTES: usize = 16_384;
/// The most declarations that are kept.
const MAX_DECLARATIONS: usize = 2_000;
/// The most remarks that are told.
const MAX_NOTES: usize = 50;

/// Something that was left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// The line of the source, from 1.
    pub line: u32,
    /// What, in words.
    pub text: String,
}

/// Why a style sheet is refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// The line of the source, from 1.
    pub line: u32,
    /// What is wrong, in words.
    pub text: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// A style sheet that can do no harm.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sheet {
    /// CSS, written anew: ASCII, without escapes, comments and addresses.
    pub css: String,
    /// What was left out.
    pub notes: Vec<Note>,
}

impl Sheet {
    fn note(&mut self, line: u32, text: impl Into<String>) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note { line, text: text.into() });
        }
    }
}

/// Reads a tenant's style sheet.
///
/// # Errors
/// When it is too long, is not whole (open brackets, quotes or comments), or holds something that is never
/// allowed: addresses, imports, expressions, bindings, markup, or an element that leaves its place.
pub fn sanitize(source: &str) -> Result<Sheet, Refused> {
    if source.len() > MAX_BYTES {
        return Err(Refused { line: 1, text: format!("has more than {MAX_BYTES} bytes") });
    }
    let tokens = token::tokens(source)?;
    danger::refuse(&tokens)?;
    read::sheet(&tokens)
}

#[cfg(test)]
mod tests;
