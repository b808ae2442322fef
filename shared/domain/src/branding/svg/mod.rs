//! SVG: read as strict XML, kept by lists of elements and attributes, written anew.
//!
//! What draws stays; what is merely not known is left out and told; what could run, load or link is refused as a
//! whole. The portal serves the result under a policy of its own all the same.

mod attribute;
mod classes;
mod markup;

use std::fmt::Write as _;

use self::classes::Classes;
use self::markup::{Markup, Part};

const ELEMENTS: &[&str] = &[
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "mask",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
    "text",
    "title",
    "tspan",
];
/// Elements that run, load, link, or change others later.
const DANGEROUS: &[&str] = &[
    "a",
    "animate",
    "animatecolor",
    "animatemotion",
    "animatetransform",
    "audio",
    "canvas",
    "embed",
    "feimage",
    "foreignobject",
    "handler",
    "html",
    "iframe",
    "image",
    "link",
    "listener",
    "object",
    "script",
    "set",
    "video",
];
/// Elements whose text is shown.
const WRITTEN: &[&str] = &["desc", "text", "title", "tspan"];
const NAMESPACE: &str = "http://www.w3.org/2000/svg";
/// How deep elements may stand in each other.
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 2_000;
const MAX_NOTES: usize = 20;

/// A drawing that can do no harm.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Drawing {
    /// SVG, written anew.
    pub text: String,
    /// What was left out.
    pub notes: Vec<String>,
}

/// Reads a drawing.
///
/// # Errors
/// In words, when it is not whole, or holds something that is never allowed.
pub fn sanitize(source: &str) -> Result<Drawing, String> {
    let mut writer = Writer::default();
    for part in Markup::new(source) {
        writer.part(part?)?;
    }
    if !writer.open.is_empty() || !writer.begun {
        return Err("is not a whole SVG".to_owned());
    }
    Ok(writer.drawing)
}

#[derive(Default)]
struct Writer {
    drawing: Drawing,
    open: Vec<String>,
    /// At which depth what is left out began.
    left_out: Option<usize>,
    begun: bool,
    elements: usize,
    classes: Classes,
}

impl Writer {
    fn part(&mut self, part: Part) -> Result<(), String> {
        match part {
            Part::Text(text) => self.text(&text),
            Part::Close(name) => self.close(&name),
            Part::Open { name, attributes, empty } => {
                self.open(&name, &attributes)?;
                if empty { self.close(&name) } else { Ok(()) }
            }
        }
    }

    fn note(&mut self, text: String) {
        if self.drawing.notes.len() < MAX_NOTES && !self.drawing.notes.contains(&text) {
            self.drawing.notes.push(text);
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if text.trim().is_empty() && self.open.is_empty() {
            return Ok(());
        }
        let inside = self.open.last().cloned().ok_or("has text outside of the SVG")?;
        if inside == "style" {
            attribute::refuse("style", text)?;
            if !self.classes.read(text) {
                self.note("a part of style is left out: only classes are known".to_owned());
            }
        }
        if self.left_out.is_none() && WRITTEN.contains(&inside.as_str()) {
            self.drawing.text.push_str(&escaped(text));
        }
        Ok(())
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), String> {
        let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        if DANGEROUS.contains(&local.as_str()) {
            return Err(format!("the element {local} is not allowed"));
        }
        self.elements += 1;
        if self.open.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err("has too many elements, or too deep ones".to_owned());
        }
        if self.open.is_empty() && (self.begun || name != "svg") {
            return Err("must be one element svg".to_owned());
        }
        for (attribute, value) in attributes {
            attribute::refuse(attribute, value)?;
        }
        if self.left_out.is_none() && !ELEMENTS.contains(&name) {
            if name != "style" {
                self.note(format!("the element {} is left out", name.escape_debug()));
            }
            self.left_out = Some(self.open.len());
        }
        if self.left_out.is_none() {
            self.write(name, attributes);
        }
        self.begun = true;
        self.open.push(name.to_owned());
        Ok(())
    }

    fn write(&mut self, name: &str, attributes: &[(String, String)]) {
        self.drawing.text.push('<');
        self.drawing.text.push_str(name);
        if self.open.is_empty() {
            // Writing into a String cannot fail.
            let _ = write!(self.drawing.text, " xmlns=\"{NAMESPACE}\"");
        }
        let mut written: Vec<(String, String)> = Vec::new();
        for (attribute, value) in attributes {
            match attribute::kept(attribute, value) {
                Some(pairs) => written.extend(pairs),
                None => {
                    self.note(format!("the attribute {} is left out", attribute.escape_debug()));
                }
            }
        }
        // What a class says counts for more than an attribute, as it does in CSS.
        if let Some((_, class)) = attributes.iter().find(|(name, _)| name == "class") {
            written.extend(attribute::kept("style", &self.classes.of(class)).unwrap_or_default());
        }
        for (index, (name, value)) in written.iter().enumerate() {
            if written.iter().skip(index + 1).all(|(later, _)| later != name) {
                let _ = write!(self.drawing.text, " {name}=\"{}\"", escaped(value));
            }
        }
        self.drawing.text.push('>');
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        if self.open.pop().as_deref() != Some(name) {
            return Err(format!("{} is closed in the wrong place", name.escape_debug()));
        }
        match self.left_out {
            Some(depth) if depth == self.open.len() => self.left_out = None,
            Some(_) => {}
            None => {
                let _ = write!(self.drawing.text, "</{name}>");
            }
        }
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
