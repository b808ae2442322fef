//! Attributes: which there are, and values that refer to nothing outside of the drawing.

const KEPT: &[&str] = &[
    "class",
    "clip-path",
    "clip-rule",
    "clipPathUnits",
    "cx",
    "cy",
    "d",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "fx",
    "fy",
    "gradientTransform",
    "gradientUnits",
    "height",
    "id",
    "letter-spacing",
    "mask",
    "mask-type",
    "maskUnits",
    "offset",
    "opacity",
    "points",
    "preserveAspectRatio",
    "r",
    "role",
    "rx",
    "ry",
    "spreadMethod",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "transform",
    "version",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];
/// How addresses begin that run or load something.
const SCHEMES: &[&str] =
    &["javascript:", "vbscript:", "data:", "http:", "https:", "ftp:", "file:", "blob:"];

/// Looks at an attribute of any element, kept or not.
///
/// # Errors
/// In words, for handlers of events, links, and addresses.
pub fn refuse(name: &str, value: &str) -> Result<(), String> {
    let name = name.to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or(&name);
    let plain: String =
        value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if local.starts_with("on") {
        return Err(format!("the attribute {local} is not allowed"));
    }
    if local == "href" && !plain.starts_with('#') {
        return Err("links out of the drawing are not allowed".to_owned());
    }
    // What is left out in any case may say what it likes: drawing programs note addresses of their own.
    if local != "style" && !KEPT.iter().any(|kept| kept.eq_ignore_ascii_case(local)) {
        return Ok(());
    }
    let address = SCHEMES.iter().any(|scheme| plain.contains(scheme));
    if address || plain.contains('\\') || plain.contains("expression(") || plain.contains("@import")
    {
        return Err(format!("the value of {local} is not allowed"));
    }
    let mut references = plain.split("url(").skip(1);
    if references.any(|reference| !is_own(reference)) {
        return Err(format!("{local} refers to something outside of the drawing"));
    }
    Ok(())
}

/// Whether what follows `url(` is the name of a part of the same drawing.
fn is_own(reference: &str) -> bool {
    let inside = reference.split(')').next().unwrap_or_default().trim_matches(['"', '\'']);
    inside.strip_prefix('#').is_some_and(is_id)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The attribute as it is kept; the declarations of `style` become attributes of their own.
pub fn kept(name: &str, value: &str) -> Option<Vec<(String, String)>> {
    if name == "xmlns" || name.starts_with("xmlns:") {
        return Some(Vec::new());
    }
    if name == "style" {
        let declarations = value.split(';').filter_map(|text| text.split_once(':'));
        let pairs = declarations.filter_map(|(name, value)| one(name.trim(), value.trim()));
        return Some(pairs.collect());
    }
    one(name, value).map(|pair| vec![pair])
}

fn one(name: &str, value: &str) -> Option<(String, String)> {
    let known =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "#%(),.+-_/".contains(c);
    let quoteless: String = value.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    let fits = KEPT.contains(&name) && quoteless.chars().all(known);
    fits.then(|| (name.to_owned(), quoteless))
}
