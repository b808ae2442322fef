//! `/docs/errors`: where the `type` of every problem leads. Made from docs/errors.md, the one text.

use edge::door::Outbound;

use crate::page::text::escape;
use crate::page::{Head, html};

const TEXT: &str = include_str!("../../../../docs/errors.md");

/// The page.
pub fn page() -> Outbound {
    let body = format!("<main class=\"prose\">{}</main>", blocks(TEXT));
    html(200, "Errors", &Head::default(), &body)
}

/// The little Markdown that the document uses: headings, paragraphs, bold, code and links.
fn blocks(text: &str) -> String {
    text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(block).collect()
}

fn block(text: &str) -> String {
    if let Some(code) = text.strip_prefix("## ") {
        return format!("<h2 id=\"{0}\">{0}</h2>", escape(code));
    }
    if let Some(title) = text.strip_prefix("# ") {
        return format!("<h1>{}</h1>", escape(title));
    }
    let text = unlinked(&escape(text));
    format!("<p>{}</p>", paired(&paired(&text, "**", "b"), "`", "code"))
}

/// Every second piece between marks in a tag.
fn paired(text: &str, mark: &str, tag: &str) -> String {
    let pieces = text.split(mark).enumerate();
    pieces
        .map(|(index, piece)| match index % 2 {
            1 => format!("<{tag}>{piece}</{tag}>"),
            _ => piece.to_owned(),
        })
        .collect()
}

/// `[words](target)` as its words: other documents are not served.
fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, words, after)) = link(rest) {
        out.push_str(before);
        out.push_str(words);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (words, rest) = rest.split_once("](")?;
    let (_, after) = rest.split_once(')')?;
    Some((before, words, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_code_is_an_anchor() {
        let body = page().body;
        for kind in wire::Kind::ALL {
            assert!(
                body.contains(&format!("<h2 id=\"{0}\">{0}</h2>", kind.code())),
                "{}",
                kind.code()
            );
        }
    }

    #[test]
    fn marks_become_tags_and_nothing_else_does() {
        let text = "**409: x.** See `a<b` and [formats](formats.md#x).";
        assert_eq!(block(text), "<p><b>409: x.</b> See <code>a&lt;b</code> and formats.</p>");
    }
}
