//! Selectors: elements, classes and a few states, joined by "inside of". All end up under the scope.

use super::SCOPE;
use super::token::{Placed, Token};

/// States and places among brothers that may be named.
const STATES: &[&str] = &[
    "hover",
    "focus",
    "focus-visible",
    "active",
    "link",
    "first-child",
    "last-child",
    "only-child",
    "first-of-type",
    "last-of-type",
];
/// The most selectors of one rule.
const MAX_SELECTORS: usize = 20;

/// The selectors of a rule, each under the scope.
///
/// # Errors
/// In words, when one of them is of another kind: then the rule counts for nothing, as in every browser.
pub fn scoped(tokens: &[Placed]) -> Result<String, String> {
    let lists: Vec<_> = tokens.split(|placed| placed.token == Token::Sign(',')).collect();
    if lists.len() > MAX_SELECTORS {
        return Err(format!("more than {MAX_SELECTORS} selectors"));
    }
    let selectors: Vec<_> = lists.into_iter().map(one).collect::<Result<_, _>>()?;
    Ok(selectors.join(","))
}

fn one(tokens: &[Placed]) -> Result<String, String> {
    let mut written = String::new();
    let mut tokens = trimmed(tokens).iter().map(|placed| &placed.token).peekable();
    // Whether the part that is being written has begun, and whether it is the first one.
    let (mut begun, mut first, mut in_scope) = (false, true, false);
    while let Some(token) = tokens.next() {
        match token {
            Token::Ident(name) if !begun => written.push_str(&plain(name)?),
            Token::Sign('.') => {
                let Some(Token::Ident(name)) = tokens.next() else { return Err(odd(".")) };
                in_scope |= first && name == SCOPE;
                written.push('.');
                written.push_str(&plain(name)?);
            }
            Token::Sign(':') => {
                let Some(Token::Ident(name)) = tokens.next() else { return Err(odd(":")) };
                let state = STATES.iter().find(|state| name.eq_ignore_ascii_case(state));
                written.push(':');
                written.push_str(state.ok_or_else(|| odd(&format!(":{name}")))?);
            }
            Token::Blank | Token::Sign('>') if begun => {
                let child = *token == Token::Sign('>')
                    || tokens.next_if(|next| **next == Token::Sign('>')).is_some();
                let _ = tokens.next_if(|next| **next == Token::Blank);
                written.push(if child { '>' } else { ' ' });
                (begun, first) = (false, false);
                continue;
            }
            other => return Err(odd(&shown(other))),
        }
        begun = true;
    }
    match (begun, in_scope) {
        (false, _) => Err("a selector says nothing".to_owned()),
        (true, true) => Ok(written),
        (true, false) => Ok(format!(".{SCOPE} {written}")),
    }
}

/// Without the blanks on both sides.
pub fn trimmed(mut tokens: &[Placed]) -> &[Placed] {
    let blank = |placed: &Placed| placed.token == Token::Blank;
    while let Some((first, rest)) = tokens.split_first() {
        if !blank(first) {
            break;
        }
        tokens = rest;
    }
    while let Some((last, rest)) = tokens.split_last() {
        if !blank(last) {
            break;
        }
        tokens = rest;
    }
    tokens
}

/// A name of ASCII letters, digits, `-` and `_`.
pub fn plain(name: &str) -> Result<String, String> {
    let known = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let begins = name.bytes().find(|b| *b != b'-').is_some_and(|b| !b.is_ascii_digit());
    if known && begins && name.len() <= 64 { Ok(name.to_owned()) } else { Err(odd(name)) }
}

fn odd(what: &str) -> String {
    let what: String = what.chars().filter(|c| !c.is_control()).take(40).collect();
    format!("{what} is not known in a selector")
}

fn shown(token: &Token) -> String {
    match token {
        Token::Ident(name) => name.clone(),
        Token::Function(name) => format!("{name}()"),
        Token::Hash(name) => format!("#{name}"),
        Token::Sign(sign) => sign.to_string(),
        Token::At(name) => format!("@{name}"),
        Token::Text(_) => "a quotation".to_owned(),
        Token::Number(number, unit) => format!("{number}{unit}"),
        Token::Blank => "a blank".to_owned(),
    }
}
