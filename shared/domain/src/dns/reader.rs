//! A message, read from the front. No step leaves the message.

use crate::dns::Garbled;
use crate::dns::name::Name;

const SHORT: Garbled = Garbled("it ends too early");
const BAD_NAME: Garbled = Garbled("a name is malformed");

/// Where a message has been read to.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// From the front.
    pub const fn new(message: &'a [u8]) -> Self {
        Self { message, at: 0 }
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Garbled> {
        let end = self.at.checked_add(count).ok_or(SHORT)?;
        let bytes = self.message.get(self.at..end).ok_or(SHORT)?;
        self.at = end;
        Ok(bytes)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Garbled> {
        self.take(1)?.first().copied().ok_or(SHORT)
    }

    /// The next two bytes as a number.
    pub fn number(&mut self) -> Result<u16, Garbled> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// The next name. Pointers must lead further to the front each time, so there are no loops.
    pub fn name(&mut self) -> Result<Name, Garbled> {
        let mut name = Name::default();
        let mut at = *self;
        // Until the first pointer the name stands here; what it points to was read before.
        let mut jumped = false;
        let mut front = self.at;
        loop {
            let length = at.byte()?;
            match length >> 6 {
                0 if length == 0 => break,
                0 => {
                    let label = at.take(length.into())?;
                    name.push(label).ok_or(BAD_NAME)?;
                }
                3 => {
                    let target = usize::from(length & 0x3F) << 8 | usize::from(at.byte()?);
                    if !jumped {
                        self.at = at.at;
                        jumped = true;
                    }
                    if target >= front {
                        return Err(Garbled("a pointer does not lead to the front"));
                    }
                    front = target;
                    at.at = target;
                }
                _ => return Err(BAD_NAME),
            }
        }
        if !jumped {
            self.at = at.at;
        }
        name.end().ok_or(BAD_NAME)
    }
}
