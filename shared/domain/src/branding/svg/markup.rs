//! XML as far as a drawing needs it: tags, attributes, text and the five usual entities. Documents that declare types
//! or entities are refused: nothing can be smuggled in by a name.

/// A piece of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A start tag.
    Open {
        /// With its prefix.
        name: String,
        /// Names with their decoded values, no name twice.
        attributes: Vec<(String, String)>,
        /// Whether it is its own end tag.
        empty: bool,
    },
    /// An end tag.
    Close(String),
    /// Decoded text.
    Text(String),
}

/// The parts of a document, one after the other.
pub struct Markup<'s> {
    rest: &'s str,
    broken: bool,
}

impl<'s> Markup<'s> {
    /// The parts of `source`.
    pub fn new(source: &'s str) -> Self {
        Self { rest: source.strip_prefix('\u{feff}').unwrap_or(source), broken: false }
    }

    fn part(&mut self) -> Result<Option<Part>, String> {
        loop {
            if self.rest.is_empty() {
                return Ok(None);
            }
            if let Some(rest) = self.rest.strip_prefix("<!--") {
                self.rest = rest.split_once("-->").ok_or("a comment never ends")?.1;
            } else if let Some(rest) = self.rest.strip_prefix("<?xml ") {
                self.rest = rest.split_once("?>").ok_or("a declaration never ends")?.1;
            } else if self.rest.starts_with("<?") || self.rest.starts_with("<!") {
                return Err(
                    "declarations of types, entities and instructions are not allowed".to_owned()
                );
            } else if let Some(rest) = self.rest.strip_prefix("</") {
                let (name, rest) = name(rest)?;
                self.rest = rest.trim_start().strip_prefix('>').ok_or("an end tag never ends")?;
                return Ok(Some(Part::Close(name.to_owned())));
            } else if let Some(rest) = self.rest.strip_prefix('<') {
                return self.open(rest).map(Some);
            } else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Ok(Some(Part::Text(decoded(text)?)));
            }
        }
    }

    fn open(&mut self, rest: &'s str) -> Result<Part, String> {
        let (element, mut rest) = name(rest)?;
        let mut attributes: Vec<(String, String)> = Vec::new();
        loop {
            let after = rest.trim_start();
            if let Some(after) = after.strip_prefix("/>") {
                self.rest = after;
                return Ok(Part::Open { name: element.to_owned(), attributes, empty: true });
            }
            if let Some(after) = after.strip_prefix('>') {
                self.rest = after;
                return Ok(Part::Open { name: element.to_owned(), attributes, empty: false });
            }
            if after.len() == rest.len() {
                return Err("attributes must stand apart".to_owned());
            }
            let (attribute, value, after) = pair(after)?;
            if attributes.iter().any(|(held, _)| held.eq_ignore_ascii_case(attribute)) {
                return Err("an attribute is there twice".to_owned());
            }
            attributes.push((attribute.to_owned(), value));
            rest = after;
        }
    }
}

impl Iterator for Markup<'_> {
    type Item = Result<Part, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let part = self.part();
        self.broken = part.is_err();
        part.transpose()
    }
}

fn name(text: &str) -> Result<(&str, &str), String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
    let end = text.find(|c| !known(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err("a tag or attribute without a proper name".to_owned());
    }
    Ok((name, rest))
}

fn pair(text: &str) -> Result<(&str, String, &str), String> {
    let (attribute, rest) = name(text)?;
    let rest = rest.trim_start().strip_prefix('=').ok_or("an attribute without a value")?;
    let rest = rest.trim_start();
    let quote =
        rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("a value without quotes")?;
    let (value, rest) =
        rest.get(1..).unwrap_or_default().split_once(quote).ok_or("a value never ends")?;
    if value.contains('<') {
        return Err("a value holds a tag".to_owned());
    }
    Ok((attribute, decoded(value)?, rest))
}

/// The text with its entities replaced.
fn decoded(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';').ok_or("an entity never ends")?;
        out.push_str(before);
        out.push(character(entity).ok_or("an entity is not known")?);
        rest = after;
    }
    out.push_str(rest);
    if out.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
        return Err("holds control characters".to_owned());
    }
    Ok(out)
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)
        }
    }
}
