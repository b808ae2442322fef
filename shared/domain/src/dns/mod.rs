//! DNS messages in wire format (RFC 1035), as DNS over HTTPS carries them (RFC 8484): a question for TXT
//! records, and its answer. Answers come from elsewhere, so nothing in them is trusted: lengths, pointers and
//! counts are checked, and what does not add up is refused as a whole.

mod answer;
mod name;
mod reader;

pub use answer::read_txt;
use name::Name;

/// TXT.
const TXT: u16 = 16;
/// CNAME.
const CNAME: u16 = 5;
/// IN.
const INTERNET: u16 = 1;

/// What a resolver answers to a question for TXT records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// These are there. A record of several strings is their sum; one that is not UTF-8 is left out.
    Texts(Vec<String>),
    /// The name, or a TXT record of it, is not there.
    Nothing,
    /// The resolver could not find out: ask again later.
    Again,
}

/// The message is no answer to the question.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is no answer to the question: {0}")]
pub struct Garbled(pub &'static str);

/// The question for the TXT records of `name`, with id 0 so that caches between can know it again, and recursion desired.
/// Nothing when `name` does not fit into DNS: labels of 1 to 63 bytes, 253 in all.
pub fn txt_question(name: &str) -> Option<Vec<u8>> {
    let name = Name::of_text(name)?;
    let mut message = vec![0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend_from_slice(name.wire());
    message.extend_from_slice(&TXT.to_be_bytes());
    message.extend_from_slice(&INTERNET.to_be_bytes());
    Some(message)
}

#[cfg(test)]
mod tests;
