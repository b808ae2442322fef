//! Names in DNS: labels, each behind its length, in lower case, so that two spellings compare as one.

/// Bytes of a whole name in wire format, its end included.
const LONGEST: usize = 255;
/// Bytes of a label.
const LONGEST_LABEL: usize = 63;

/// A name in wire format, not compressed, in lower case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Name(Vec<u8>);

impl Name {
    /// The name that people write with dots.
    pub fn of_text(text: &str) -> Option<Self> {
        let mut name = Self::default();
        text.split('.').try_for_each(|label| name.push(label.as_bytes()))?;
        name.end()
    }

    /// Adds a label; nothing when it is empty or too long, or the name gets too long.
    pub fn push(&mut self, label: &[u8]) -> Option<()> {
        let length = u8::try_from(label.len()).ok().filter(|_| label.len() <= LONGEST_LABEL)?;
        // The end needs a byte.
        if label.is_empty() || self.0.len() + 1 + label.len() + 1 > LONGEST {
            return None;
        }
        self.0.push(length);
        self.0.extend(label.iter().map(u8::to_ascii_lowercase));
        Some(())
    }

    /// The name with its end.
    pub fn end(mut self) -> Option<Self> {
        self.0.push(0);
        (self.0.len() <= LONGEST).then_some(self)
    }

    /// The bytes.
    pub fn wire(&self) -> &[u8] {
        &self.0
    }
}
