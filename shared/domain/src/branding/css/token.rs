//! Tokens of CSS, by CSS Syntax Level 3: escapes are decoded here, so that `\75rl(` is `url(` to everybody after.

use std::iter::Peekable;
use std::str::Chars;

use super::Refused;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name.
    Ident(String),
    /// A name and an opening parenthesis; lower case.
    Function(String),
    /// `@` and a name; lower case, without the `@`.
    At(String),
    /// `#` and a name, without the `#`.
    Hash(String),
    /// What stands between quotes.
    Text(String),
    /// A number as written, with its unit in lower case (`%`, or nothing).
    Number(String, String),
    /// Blanks and comments.
    Blank,
    /// Any other character: punctuation and brackets.
    Sign(char),
}

/// A token and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The token.
    pub token: Token,
    /// Its line, from 1.
    pub line: u32,
}

struct Source<'s> {
    rest: Peekable<Chars<'s>>,
    line: u32,
}

/// The tokens of `source`.
///
/// # Errors
/// For a zero byte, and for quotes and comments that never end.
pub fn tokens(source: &str) -> Result<Vec<Placed>, Refused> {
    if source.contains('\0') {
        return Err(Refused { line: 1, text: "holds a zero byte".to_owned() });
    }
    // Line ends as the grammar wants them before anything else.
    let source = source.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n");
    let mut source = Source { rest: source.chars().peekable(), line: 1 };
    let mut tokens = Vec::new();
    while let Some(first) = source.next() {
        let line = source.line;
        let token = source.token(first)?;
        let blank_again = token == Token::Blank && tokens.last().is_some_and(is_blank);
        if !blank_again {
            tokens.push(Placed { token, line });
        }
    }
    Ok(tokens)
}

fn is_blank(placed: &Placed) -> bool {
    placed.token == Token::Blank
}

fn starts_name(symbol: char) -> bool {
    symbol.is_ascii_alphabetic() || symbol == '_' || !symbol.is_ascii()
}

fn continues_name(symbol: char) -> bool {
    starts_name(symbol) || symbol.is_ascii_digit() || symbol == '-'
}

impl Source<'_> {
    fn next(&mut self) -> Option<char> {
        let symbol = self.rest.next()?;
        self.line += u32::from(symbol == '\n');
        Some(symbol)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.clone().nth(ahead)
    }

    fn refused<T>(&self, text: &str) -> Result<T, Refused> {
        Err(Refused { line: self.line, text: text.to_owned() })
    }

    fn token(&mut self, first: char) -> Result<Token, Refused> {
        match first {
            ' ' | '\t' | '\n' => Ok(Token::Blank),
            '/' if self.peek(0) == Some('*') => self.comment(),
            '"' | '\'' => self.text(first),
            '#' if self.peek(0).is_some_and(continues_name) || self.escapes(0) => {
                Ok(Token::Hash(self.name(None)?))
            }
            '@' if self.begins_name(0) => Ok(Token::At(self.name(None)?.to_ascii_lowercase())),
            '+' | '-' | '.' | '0'..='9' if self.begins_number(first) => self.number(first),
            '-' if self.peek(0) == Some('-') || self.begins_name(0) => self.named(first),
            '\\' if self.peek(0) == Some('\n') => self.refused("a lone backslash"),
            '\\' => self.named(first),
            _ if starts_name(first) => self.named(first),
            _ => Ok(Token::Sign(first)),
        }
    }

    /// Whether what comes `ahead` is an escape.
    fn escapes(&self, ahead: usize) -> bool {
        self.peek(ahead) == Some('\\') && self.peek(ahead + 1).is_some_and(|next| next != '\n')
    }

    fn begins_name(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            Some('-') => {
                self.peek(ahead + 1).is_some_and(|next| next == '-' || starts_name(next))
                    || self.escapes(ahead + 1)
            }
            Some(symbol) => starts_name(symbol) || self.escapes(ahead),
            None => false,
        }
    }

    fn begins_number(&self, first: char) -> bool {
        let digit = |ahead| self.peek(ahead).is_some_and(|next| next.is_ascii_digit());
        match first {
            '+' | '-' => digit(0) || (self.peek(0) == Some('.') && digit(1)),
            '.' => digit(0),
            _ => true,
        }
    }

    fn comment(&mut self) -> Result<Token, Refused> {
        let begun = self.line;
        self.next();
        while let Some(symbol) = self.next() {
            if symbol == '*' && self.peek(0) == Some('/') {
                self.next();
                return Ok(Token::Blank);
            }
        }
        Err(Refused { line: begun, text: "a comment never ends".to_owned() })
    }

    fn text(&mut self, quote: char) -> Result<Token, Refused> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some(symbol) if symbol == quote => return Ok(Token::Text(text)),
                // A backslash at the end of a line only continues the text.
                Some('\\') if self.peek(0) == Some('\n') => drop(self.next()),
                Some('\\') => text.push(self.escape()?),
                None | Some('\n') => return self.refused("a quotation never ends"),
                Some(symbol) => text.push(symbol),
            }
        }
    }

    /// What an escape stands for; the backslash is read already.
    fn escape(&mut self) -> Result<char, Refused> {
        let Some(first) = self.next() else { return self.refused("a lone backslash") };
        let Some(mut code) = first.to_digit(16) else { return Ok(first) };
        for _ in 0..5 {
            let Some(digit) = self.peek(0).and_then(|next| next.to_digit(16)) else { break };
            code = code * 16 + digit;
            self.next();
        }
        if matches!(self.peek(0), Some(' ' | '\t' | '\n')) {
            self.next();
        }
        Ok(char::from_u32(code).filter(|symbol| *symbol != '\0').unwrap_or('\u{fffd}'))
    }

    fn name(&mut self, first: Option<char>) -> Result<String, Refused> {
        let mut name = String::new();
        match first {
            Some('\\') => name.push(self.escape()?),
            Some(first) => name.push(first),
            None => {}
        }
        while let Some(next) = self.peek(0) {
            if self.escapes(0) {
                self.next();
                name.push(self.escape()?);
            } else if continues_name(next) {
                self.next();
                name.push(next);
            } else {
                break;
            }
        }
        Ok(name)
    }

    fn named(&mut self, first: char) -> Result<Token, Refused> {
        let name = self.name(Some(first))?;
        if self.peek(0) == Some('(') {
            self.next();
            return Ok(Token::Function(name.to_ascii_lowercase()));
        }
        Ok(Token::Ident(name))
    }

    fn number(&mut self, first: char) -> Result<Token, Refused> {
        let mut number = String::from(first);
        let mut dotted = first == '.';
        while let Some(next) = self.peek(0) {
            let dot = next == '.' && !dotted && self.peek(1).is_some_and(|n| n.is_ascii_digit());
            if !next.is_ascii_digit() && !dot {
                break;
            }
            dotted |= dot;
            number.push(next);
            self.next();
        }
        // `1e3` reads as the unit `e3` here, which no list knows: nobody needs exponents for a margin.
        let unit = match self.peek(0) {
            Some('%') => self.next().map(String::from).unwrap_or_default(),
            _ if self.begins_name(0) => self.name(None)?.to_ascii_lowercase(),
            _ => String::new(),
        };
        Ok(Token::Number(number, unit))
    }
}
