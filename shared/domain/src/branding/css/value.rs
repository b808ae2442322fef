//! Declarations: which properties there are, and values written anew from tokens of known kinds.

use super::select::{plain, trimmed};
use super::token::{Placed, Token};

/// What may be set: colors, letters, lines and distances. Nothing that moves an element out of its place, hides
/// it, or puts text where there was none.
const PROPERTIES: &[&str] = &[
    "accent-color",
    "background",
    "background-color",
    "background-image",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "column-gap",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-variant-caps",
    "font-variant-numeric",
    "font-weight",
    "gap",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "row-gap",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-decoration-thickness",
    "text-transform",
    "text-underline-offset",
    "text-wrap",
    "word-spacing",
];
const FUNCTIONS: &[&str] = &[
    "calc",
    "clamp",
    "hsl",
    "hsla",
    "linear-gradient",
    "max",
    "min",
    "oklch",
    "radial-gradient",
    "rgb",
    "rgba",
    "var",
];
/// The variables of the pages, which may be read and not set.
const VARIABLES: &[&str] =
    &["--brand", "--accent", "--ink", "--page", "--card", "--text", "--soft", "--line"];
const UNITS: &[&str] = &["", "%", "ch", "deg", "em", "ex", "pt", "px", "rem", "turn"];
/// No number is larger: half a screen, or all of a circle.
const LARGEST: f64 = 1_000.0;
/// The most tokens of one value.
const MAX_TOKENS: usize = 100;

/// `name:value`, written anew.
///
/// # Errors
/// In words, when it is not known: it is then left out.
pub fn declaration(tokens: &[Placed]) -> Result<String, String> {
    let colon = tokens.iter().position(|placed| placed.token == Token::Sign(':'));
    let (name, value) = tokens.split_at(colon.ok_or("a declaration without a colon")?);
    let [Placed { token: Token::Ident(name), .. }] = trimmed(name) else {
        return Err("a declaration without a name".to_owned());
    };
    let name = name.to_ascii_lowercase();
    if !PROPERTIES.contains(&name.as_str()) {
        return Err(format!("{} is not among the properties that can be set", plain(&name)?));
    }
    let value = trimmed(value.get(1..).unwrap_or_default());
    if value.is_empty() || value.len() > MAX_TOKENS {
        return Err(format!("{name} has no value, or a very long one"));
    }
    let written = Value { name: &name, inside: Vec::new(), out: String::new() }.write(value)?;
    Ok(format!("{name}:{written}"))
}

struct Value<'n> {
    name: &'n str,
    /// The functions and brackets that are open.
    inside: Vec<String>,
    out: String,
}

impl Value<'_> {
    fn write(mut self, tokens: &[Placed]) -> Result<String, String> {
        for Placed { token, .. } in tokens {
            match token {
                Token::Ident(word) => self.word(word)?,
                Token::Function(name) => self.function(name)?,
                Token::Sign('(') if !self.inside.is_empty() => self.open(""),
                Token::Sign(')') => {
                    self.inside.pop();
                    self.out.push(')');
                }
                Token::Sign(sign @ (',' | '/')) => self.out.push(*sign),
                Token::Sign(sign @ ('+' | '-' | '*')) if !self.inside.is_empty() => {
                    self.out.push(*sign);
                }
                Token::Hash(digits) => self.hash(digits)?,
                Token::Number(number, unit) => self.number(number, unit)?,
                Token::Text(text) => self.text(text)?,
                Token::Blank => self.out.push(' '),
                _ => return Err(self.odd("something")),
            }
        }
        Ok(self.out)
    }

    fn open(&mut self, name: &str) {
        self.out.push_str(name);
        self.out.push('(');
        self.inside.push(name.to_owned());
    }

    fn function(&mut self, name: &str) -> Result<(), String> {
        if !FUNCTIONS.contains(&name) || self.is_distance() {
            return Err(self.odd(&format!("{name}()")));
        }
        self.open(name);
        Ok(())
    }

    /// Margins and paddings are plain lengths, which cannot be negative by calculation.
    fn is_distance(&self) -> bool {
        ["margin", "padding", "gap", "column-gap", "row-gap", "max-width"]
            .iter()
            .any(|kind| self.name == *kind || self.name.starts_with(&format!("{kind}-")))
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        let variable = VARIABLES.contains(&word);
        if variable != self.inside.last().is_some_and(|name| name == "var") {
            return Err(self.odd(word));
        }
        self.out.push_str(&if variable { word.to_owned() } else { plain(word)? });
        Ok(())
    }

    fn hash(&mut self, digits: &str) -> Result<(), String> {
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !hex || !matches!(digits.len(), 3 | 4 | 6 | 8) {
            return Err(self.odd("a color"));
        }
        self.out.push('#');
        self.out.push_str(digits);
        Ok(())
    }

    fn number(&mut self, number: &str, unit: &str) -> Result<(), String> {
        let size = number.parse::<f64>().map_err(|_| self.odd("a number"))?;
        let spacing = matches!(self.name, "letter-spacing" | "word-spacing");
        let negative = size < 0.0 && !spacing && self.inside.is_empty();
        if !UNITS.contains(&unit) || size.abs() > LARGEST || negative {
            return Err(self.odd(&format!("{number}{unit}")));
        }
        self.out.push_str(number);
        self.out.push_str(unit);
        Ok(())
    }

    /// Quotations are names of letters, nothing else.
    fn text(&mut self, text: &str) -> Result<(), String> {
        let known = text.bytes().all(|b| b.is_ascii_alphanumeric() || b" -_".contains(&b));
        if self.name != "font-family" || !known || text.len() > 64 {
            return Err(self.odd("a quotation"));
        }
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
        Ok(())
    }

    fn odd(&self, what: &str) -> String {
        let what: String = what.chars().filter(char::is_ascii_graphic).take(40).collect();
        format!("{}: {what} is not known here", self.name)
    }
}
