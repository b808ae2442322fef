//! What is never allowed, wherever it stands: found in the tokens, before anybody decides what they mean.

use super::Refused;
use super::token::{Placed, Token};

/// Functions that load something, or once ran something.
const FUNCTIONS: &[&str] = &[
    "url",
    "src",
    "url-prefix",
    "domain",
    "image",
    "image-set",
    "-webkit-image-set",
    "cross-fade",
    "-webkit-cross-fade",
    "element",
    "-moz-element",
    "paint",
    "expression",
    "attr",
    "env",
    "format",
    "local",
    "progid",
];
/// Rules that load something, change how names are read, or stand outside of every selector.
const RULES: &[&str] =
    &["import", "charset", "namespace", "font-face", "document", "-moz-document", "page"];
/// Properties that once ran something.
const PROPERTIES: &[&str] =
    &["behavior", "behaviour", "-ms-behavior", "-moz-binding", "binding", "src"];
/// Places in which an element leaves the part of the page that is the tenant's.
const PLACES: &[&str] = &["fixed", "absolute", "sticky", "-webkit-sticky"];
/// How addresses of things that run begin.
const SCHEMES: &[&str] =
    &["javascript", "vbscript", "data", "http", "https", "ftp", "blob", "file"];

/// Looks through all of it.
///
/// # Errors
/// For the first thing that is never allowed, and for brackets that do not fit.
pub fn refuse(tokens: &[Placed]) -> Result<(), Refused> {
    let mut open = Vec::new();
    for (index, placed) in tokens.iter().enumerate() {
        brackets(placed, &mut open)?;
        let after = tokens.iter().skip(index + 1).map(|placed| &placed.token);
        if let Some(text) = wrong(&placed.token, after) {
            return Err(Refused { line: placed.line, text });
        }
    }
    match open.pop() {
        Some((_, line)) => Err(Refused { line, text: "a bracket is never closed".to_owned() }),
        None => Ok(()),
    }
}

fn brackets(placed: &Placed, open: &mut Vec<(char, u32)>) -> Result<(), Refused> {
    let closing = match placed.token {
        Token::Function(_) | Token::Sign('(') => ')',
        Token::Sign('[') => ']',
        Token::Sign('{') => '}',
        Token::Sign(found @ (')' | ']' | '}')) => {
            let fits = open.pop().is_some_and(|(wanted, _)| wanted == found);
            let text = format!("{found} closes nothing");
            return if fits { Ok(()) } else { Err(Refused { line: placed.line, text }) };
        }
        _ => return Ok(()),
    };
    open.push((closing, placed.line));
    if open.len() > 16 {
        return Err(Refused { line: placed.line, text: "brackets stand too deep".to_owned() });
    }
    Ok(())
}

fn wrong<'t>(token: &Token, after: impl Iterator<Item = &'t Token>) -> Option<String> {
    let mut after = after.filter(|token| **token != Token::Blank);
    match token {
        Token::Sign('<') => Some("< is not allowed anywhere".to_owned()),
        Token::Function(name) if FUNCTIONS.contains(&name.as_str()) => {
            Some(format!("{name}() is not allowed"))
        }
        Token::At(name) if RULES.contains(&name.as_str()) => {
            Some(format!("@{name} is not allowed"))
        }
        Token::Text(text) if text.contains(['<', '\\']) || is_address(text) => {
            Some("addresses and markup are not allowed in quotations".to_owned())
        }
        Token::Ident(name) if after.next() == Some(&Token::Sign(':')) => {
            named(&name.to_ascii_lowercase(), after.next())
        }
        _ => None,
    }
}

/// What is wrong with `name: first`.
fn named(name: &str, first: Option<&Token>) -> Option<String> {
    if PROPERTIES.contains(&name) || SCHEMES.contains(&name) {
        return Some(format!("{name}: is not allowed"));
    }
    let place = match first {
        Some(Token::Ident(place)) if name == "position" => place.to_ascii_lowercase(),
        _ => return None,
    };
    PLACES.contains(&place.as_str()).then(|| format!("position: {place} is not allowed"))
}

/// Whether a quotation could be an address.
fn is_address(text: &str) -> bool {
    let lower: String =
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    lower.contains("//") || SCHEMES.iter().any(|scheme| lower.starts_with(&format!("{scheme}:")))
}
