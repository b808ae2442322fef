//! Rules: selectors with declarations, and `@media` around them.

use std::fmt::Write as _;

use super::select::{scoped, trimmed};
use super::token::{Placed, Token};
use super::value::declaration;
use super::{MAX_DECLARATIONS, Refused, Sheet};

/// The sheet that the tokens make. Their brackets fit.
///
/// # Errors
/// When there is more than anybody needs.
pub fn sheet(tokens: &[Placed]) -> Result<Sheet, Refused> {
    let mut reader = Reader { sheet: Sheet::default(), declarations: 0 };
    reader.rules(tokens, true)?;
    Ok(reader.sheet)
}

struct Reader {
    sheet: Sheet,
    declarations: usize,
}

impl Reader {
    fn rules(&mut self, mut tokens: &[Placed], outermost: bool) -> Result<(), Refused> {
        loop {
            tokens = trimmed(tokens);
            let Some(first) = tokens.first() else { return Ok(()) };
            let at = matches!(first.token, Token::At(_));
            let (prelude, block, rest) = rule(tokens, at);
            match (&first.token, block) {
                (Token::At(name), Some(block)) if name == "media" && outermost => {
                    self.media(first.line, prelude, block)?;
                }
                (Token::At(name), _) => {
                    self.sheet.note(first.line, format!("@{} is left out", name.escape_debug()));
                }
                (_, Some(block)) => self.rule(first.line, prelude, block)?,
                (_, None) => self.sheet.note(first.line, "what has no block is left out"),
            }
            tokens = rest;
        }
    }

    fn media(&mut self, line: u32, prelude: &[Placed], block: &[Placed]) -> Result<(), Refused> {
        let Some(query) = query(prelude.get(1..).unwrap_or_default()) else {
            self.sheet.note(line, "@media of another kind is left out");
            return Ok(());
        };
        let begun = self.sheet.css.len();
        // Writing into a String cannot fail.
        let _ = write!(self.sheet.css, "@media {query}{{");
        let empty = self.sheet.css.len();
        self.rules(block, false)?;
        if self.sheet.css.len() == empty {
            self.sheet.css.truncate(begun);
        } else {
            self.sheet.css.push_str("}\n");
        }
        Ok(())
    }

    fn rule(&mut self, line: u32, prelude: &[Placed], block: &[Placed]) -> Result<(), Refused> {
        let selectors = match scoped(prelude) {
            Ok(selectors) => selectors,
            Err(text) => {
                self.sheet.note(line, text);
                return Ok(());
            }
        };
        let kept = self.declarations(block)?;
        if !kept.is_empty() {
            let _ = writeln!(self.sheet.css, "{selectors}{{{}}}", kept.join(";"));
        }
        Ok(())
    }

    fn declarations(&mut self, mut tokens: &[Placed]) -> Result<Vec<String>, Refused> {
        let mut kept = Vec::new();
        loop {
            tokens = trimmed(tokens);
            let Some(first) = tokens.first() else { return Ok(kept) };
            let (part, rest) = part(tokens);
            let part = trimmed(part);
            tokens = rest;
            if part.is_empty() {
                continue;
            }
            match declaration(part) {
                Ok(written) => kept.push(written),
                Err(text) => self.sheet.note(first.line, text),
            }
            self.declarations += 1;
            if self.declarations > MAX_DECLARATIONS {
                let text = format!("there are more than {MAX_DECLARATIONS} declarations");
                return Err(Refused { line: first.line, text });
            }
        }
    }
}

type Tokens<'t> = &'t [Placed];

/// What stands before the block, the block's inside, and what follows. An at-rule may end without one.
fn rule(tokens: Tokens<'_>, at: bool) -> (Tokens<'_>, Option<Tokens<'_>>, Tokens<'_>) {
    let mut depth = 0_u32;
    for (index, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Sign('{') if depth == 0 => {
                let (prelude, rest) = tokens.split_at(index);
                let end = closing(rest);
                let inside = rest.get(1..end).unwrap_or_default();
                return (prelude, Some(inside), rest.get(end + 1..).unwrap_or_default());
            }
            Token::Sign(';') if depth == 0 && at => {
                let (prelude, rest) = tokens.split_at(index);
                return (prelude, None, rest.get(1..).unwrap_or_default());
            }
            Token::Function(_) | Token::Sign('(' | '[') => depth += 1,
            Token::Sign(')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (tokens, None, &[])
}

/// Where the bracket closes that `tokens` begin with.
fn closing(tokens: Tokens<'_>) -> usize {
    let mut depth = 0_u32;
    for (index, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Function(_) | Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// The tokens up to the next semicolon, or up to the end of a block that should not be there; and what follows.
fn part(tokens: Tokens<'_>) -> (Tokens<'_>, Tokens<'_>) {
    let mut depth = 0_u32;
    for (index, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Sign(';') if depth == 0 => {
                let (part, rest) = tokens.split_at(index);
                return (part, rest.get(1..).unwrap_or_default());
            }
            Token::Function(_) | Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign('}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return tokens.split_at(index + 1);
                }
            }
            Token::Sign(')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (tokens, &[])
}

/// `(min-width: 40rem) and (prefers-color-scheme: dark)`, written anew.
fn query(tokens: Tokens<'_>) -> Option<String> {
    let tokens: Vec<_> = tokens.iter().map(|p| &p.token).filter(|t| **t != Token::Blank).collect();
    let mut features = Vec::new();
    for feature in tokens
        .split(|token| matches!(token, Token::Ident(word) if word.eq_ignore_ascii_case("and")))
    {
        let [Token::Sign('('), Token::Ident(name), Token::Sign(':'), value, Token::Sign(')')] =
            feature
        else {
            return None;
        };
        features.push(feature_text(&name.to_ascii_lowercase(), value)?);
    }
    Some(features.join(" and "))
}

fn feature_text(name: &str, value: &Token) -> Option<String> {
    match (name, value) {
        ("prefers-color-scheme", Token::Ident(word)) => {
            let word = word.to_ascii_lowercase();
            matches!(word.as_str(), "dark" | "light").then(|| format!("({name}:{word})"))
        }
        ("min-width" | "max-width", Token::Number(number, unit)) => {
            let size = number.parse::<f64>().ok().filter(|size| (0.0..=10_000.0).contains(size))?;
            matches!(unit.as_str(), "px" | "em" | "rem").then(|| format!("({name}:{size}{unit})"))
        }
        _ => None,
    }
}
