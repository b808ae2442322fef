//! Images: what they are by their first bytes, whatever they are called, and how large they would be shown.

use super::svg;

/// The largest logo or icon, in bytes: as much as fits into a request as base64.
pub const MAX_BYTES: usize = 48_000;
/// No side is longer, in pixels: a small file can unfold into a very large picture.
const MAX_SIDE: u32 = 4_096;

/// What an image is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names of the formats")]
pub enum Format {
    Png,
    Jpeg,
    WebP,
    Ico,
    Svg,
}

impl Format {
    /// The media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Ico => "image/x-icon",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The format of a media type as stored.
    pub fn from_media(media: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::WebP, Self::Ico, Self::Svg]
            .into_iter()
            .find(|format| format.media() == media)
    }
}

/// An image that may be shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Image {
    /// What it is.
    pub format: Format,
    /// Its bytes: as they came, or an SVG written anew.
    pub bytes: Vec<u8>,
    /// What was left out of an SVG.
    pub notes: Vec<String>,
}

/// Reads a logo or an icon.
///
/// # Errors
/// In words, when it is too large, of no known format, or an SVG with something that is never allowed.
pub fn read(bytes: Vec<u8>) -> Result<Image, String> {
    if bytes.is_empty() || bytes.len() > MAX_BYTES {
        return Err(format!("must have 1 to {MAX_BYTES} bytes"));
    }
    let format = sniff(&bytes).ok_or("is not a PNG, JPEG, WebP, ICO or SVG")?;
    if format == Format::Svg {
        let text = std::str::from_utf8(&bytes).map_err(|_| "an SVG must be UTF-8")?;
        let drawing = svg::sanitize(text)?;
        return Ok(Image { format, bytes: drawing.text.into_bytes(), notes: drawing.notes });
    }
    let (width, height) = size(format, &bytes).ok_or("is not a whole picture")?;
    if width.max(height) > MAX_SIDE || width.min(height) == 0 {
        return Err(format!("must be 1 to {MAX_SIDE} pixels wide and high"));
    }
    Ok(Image { format, bytes, notes: Vec::new() })
}

fn sniff(bytes: &[u8]) -> Option<Format> {
    let has = |at: usize, magic: &[u8]| bytes.get(at..at + magic.len()) == Some(magic);
    if has(0, b"\x89PNG\r\n\x1a\n") {
        return Some(Format::Png);
    }
    if has(0, b"\xff\xd8\xff") {
        return Some(Format::Jpeg);
    }
    if has(0, b"RIFF") && has(8, b"WEBP") {
        return Some(Format::WebP);
    }
    if has(0, b"\0\0\x01\0") {
        return Some(Format::Ico);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"<").then_some(Format::Svg)
}

/// Width and height, as the file's own header says.
fn size(format: Format, bytes: &[u8]) -> Option<(u32, u32)> {
    match format {
        Format::Png => Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?)),
        Format::Jpeg => jpeg(bytes),
        Format::WebP => webp(bytes),
        Format::Ico => ico(bytes),
        Format::Svg => None,
    }
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// The first frame header (SOF) among the segments.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (mark, kind) = (big(bytes, at, 1)?, big(bytes, at + 1, 1)?);
        match (mark, kind) {
            (0xff, 0xff) => at += 1,
            (0xff, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            (0xff, 0xda) => return None,
            (0xff, _) => at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?.max(2),
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let both = little(bytes, 21, 4)?;
            Some(((both & 0x3fff) + 1, (both >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        _ => None,
    }
}

/// The first picture; 0 stands for 256.
fn ico(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at| big(bytes, at, 1).map(|side| if side == 0 { 256 } else { side });
    let (count, offset, length) =
        (little(bytes, 4, 2)?, little(bytes, 18, 4)?, little(bytes, 14, 4)?);
    let end = usize::try_from(offset.checked_add(length)?).ok()?;
    (count > 0 && end <= bytes.len()).then_some((side(6)?, side(7)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn images_are_known_by_their_bytes() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0".to_vec();
        let webp = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x0f\0\0\0".to_vec();
        let mut ico = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x04\0\0\0\x16\0\0\0".to_vec();
        ico.extend([0; 4]);
        let rows = [
            ("a PNG", png(16, 16), Some(Format::Png)),
            ("a JPEG", jpeg, Some(Format::Jpeg)),
            ("a WebP", webp, Some(Format::WebP)),
            ("an ICO", ico.clone(), Some(Format::Ico)),
            ("an ICO cut short", ico[..24].to_vec(), None),
            ("an SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), Some(Format::Svg)),
            ("HTML", b"<html><script>".to_vec(), None),
            ("a GIF", b"GIF89a\x01\0\x01\0".to_vec(), None),
            ("a PDF", b"%PDF-1.7".to_vec(), None),
            ("a PNG that unfolds", png(40_000, 40_000), None),
            ("a PNG of nothing", png(0, 1), None),
            ("a PNG cut short", b"\x89PNG\r\n\x1a\n".to_vec(), None),
            ("nothing", Vec::new(), None),
            ("too much", [png(1, 1), vec![0; MAX_BYTES]].concat(), None),
            ("an SVG that is no text", b"<svg>\xff</svg>".to_vec(), None),
        ];
        for (name, bytes, want) in rows {
            assert_eq!(read(bytes).ok().map(|image| image.format), want, "{name}");
        }
    }

    #[test]
    fn media_types_survive_storage() {
        for format in [Format::Png, Format::Jpeg, Format::WebP, Format::Ico, Format::Svg] {
            assert_eq!(Format::from_media(format.media()), Some(format));
        }
        assert_eq!(Format::from_media("text/html"), None);
    }
}
