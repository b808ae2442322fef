//! The answer to a question for TXT records.

use crate::dns::name::Name;
use crate::dns::reader::Reader;
use crate::dns::{Answer, CNAME, Garbled, INTERNET, TXT};

/// So many aliases are followed.
const ALIASES: usize = 8;

/// Reads the answer to the question for the TXT records of `asked`.
///
/// # Errors
/// When it answers another question, was cut off, or is malformed.
pub fn read_txt(message: &[u8], asked: &str) -> Result<Answer, Garbled> {
    let asked = Name::of_text(asked).ok_or(Garbled("the question does not fit into DNS"))?;
    let mut reader = Reader::new(message);
    if reader.number()? != 0 {
        return Err(Garbled("it has another id"));
    }
    let flags = reader.number()?;
    let [questions, answers] = [reader.number()?, reader.number()?];
    reader.take(4)?;
    if flags & 0xF800 != 0x8000 {
        return Err(Garbled("it is no answer to a query"));
    }
    if flags & 0x0200 != 0 {
        return Err(Garbled("it was cut off"));
    }
    let same = questions == 1
        && reader.name()? == asked
        && reader.number()? == TXT
        && reader.number()? == INTERNET;
    if !same {
        return Err(Garbled("it answers another question"));
    }
    let records = Records::read(&mut reader, answers)?;
    Ok(match flags & 0x000F {
        0 => records.of(asked),
        3 => Answer::Nothing,
        _ => Answer::Again,
    })
}

#[derive(Default)]
struct Records {
    aliases: Vec<(Name, Name)>,
    texts: Vec<(Name, Vec<u8>)>,
}

impl Records {
    fn read(reader: &mut Reader<'_>, count: u16) -> Result<Self, Garbled> {
        let mut records = Self::default();
        for _ in 0..count {
            let owner = reader.name()?;
            let [kind, class] = [reader.number()?, reader.number()?];
            reader.take(4)?;
            let length = usize::from(reader.number()?);
            let mut inside = *reader;
            let data = reader.take(length)?;
            match kind {
                CNAME if class == INTERNET => records.aliases.push((owner, inside.name()?)),
                TXT if class == INTERNET => records.texts.push((owner, joined(data)?)),
                _ => {}
            }
        }
        Ok(records)
    }

    /// The texts at the end of the aliases that begin at `name`.
    fn of(self, name: Name) -> Answer {
        let mut name = name;
        for _ in 0..ALIASES {
            let alias = self.aliases.iter().find(|(owner, _)| *owner == name);
            let Some((_, target)) = alias else { break };
            name = target.clone();
        }
        let texts = self.texts.into_iter().filter(|(owner, _)| *owner == name);
        let texts: Vec<_> = texts.filter_map(|(_, text)| String::from_utf8(text).ok()).collect();
        if texts.is_empty() { Answer::Nothing } else { Answer::Texts(texts) }
    }
}

/// The strings of a TXT record as one.
fn joined(data: &[u8]) -> Result<Vec<u8>, Garbled> {
    let mut strings = Reader::new(data);
    let mut text = Vec::with_capacity(data.len());
    while let Ok(length) = strings.byte() {
        text.extend_from_slice(strings.take(length.into())?);
    }
    Ok(text)
}
