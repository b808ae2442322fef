//! Names in a client certificate: the subject's common name, and the alternative names of RFC 5280, section 4.2.1.6.
//!
//! The platform has verified the certificate; here it is only read.

/// The common name of a subject in the form of RFC 2253: `CN=ws-042.example.com,O=Example\, Inc.`.
///
/// None when there is none, or more than one: then nobody knows which is meant.
pub fn common_name(subject: &str) -> Option<String> {
    let mut found = None;
    for attribute in attributes(subject) {
        let (kind, value) = attribute.split_once('=')?;
        if kind.trim().eq_ignore_ascii_case("CN") && found.replace(plain(value)?).is_some() {
            return None;
        }
    }
    found
}

/// Splits at commas and pluses that are not escaped.
fn attributes(subject: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, byte) in subject.bytes().enumerate() {
        if !escaped && matches!(byte, b',' | b'+') {
            parts.extend(subject.get(start..at));
            start = at + 1;
        }
        escaped = !escaped && byte == b'\\';
    }
    parts.extend(subject.get(start..));
    parts
}

/// The value without its escapes: `\,` and `\C3\A9`. None for the hexadecimal form (`#04..`) and broken escapes.
fn plain(value: &str) -> Option<String> {
    if value.starts_with('#') {
        return None;
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let next = rest.next()?;
        bytes.push(match char::from(next).to_digit(16) {
            Some(high) => u8::try_from(high * 16 + char::from(rest.next()?).to_digit(16)?).ok()?,
            None => next,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The alternative names of a certificate in DER: DNS names, mail addresses and URIs as they stand there, addresses in
/// their usual spelling. Empty when it has none, or cannot be read.
pub fn alternative_names(der: &[u8]) -> Vec<String> {
    extension(der).and_then(names).unwrap_or_default()
}

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
/// `[3] EXPLICIT Extensions` of a certificate.
const EXTENSIONS: u8 = 0xa3;
/// id-ce-subjectAltName, 2.5.29.17.
const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];

/// The value of the extension with alternative names.
fn extension(der: &[u8]) -> Option<&[u8]> {
    let certificate = expect(SEQUENCE, der)?;
    let signed = expect(SEQUENCE, certificate)?;
    let (_, extensions) = values(signed).find(|(tag, _)| *tag == EXTENSIONS)?;
    values(expect(SEQUENCE, extensions)?).find_map(|(_, extension)| {
        let mut parts = values(extension);
        let (OBJECT, id) = parts.next()? else { return None };
        let (OCTETS, value) = parts.last()? else { return None };
        (id == ALTERNATIVE_NAMES).then_some(value)
    })
}

fn names(value: &[u8]) -> Option<Vec<String>> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let list = expect(SEQUENCE, value)?;
    let names = values(list).filter_map(|(tag, name)| match tag {
        0x81 | 0x82 | 0x86 => text(name),
        0x87 => address(name),
        _ => None,
    });
    Some(names.collect())
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from);
    v4.or(v6).ok().map(|address| address.to_string())
}

/// The content of the one value that `der` begins with, if it has this tag.
fn expect(tag: u8, der: &[u8]) -> Option<&[u8]> {
    values(der).next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
}

/// Tags and contents in sequence, up to the first that cannot be read.
fn values(mut der: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (tag, rest) = der.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            short @ 0..=0x7f => (usize::from(*short), rest),
            long @ 0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        der = after;
        Some((*tag, content))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_name_is_read_whole_and_cannot_be_smuggled_in() {
        let rows = [
            ("CN=ws-042.example.com,O=Example,C=DE", Some("ws-042.example.com")),
            ("C=DE,O=Example\\, Inc.,CN=ws", Some("ws")),
            ("O=x\\,CN=evil,C=DE", None),
            ("O=x\\\\,CN=ws", Some("ws")),
            ("OU=a+CN=ws,O=b", Some("ws")),
            ("cn=caf\\C3\\A9", Some("café")),
            ("CN=one,CN=two", None),
            ("CN=#0403616263", None),
            ("CN=bad\\", None),
            ("", None),
            ("ws", None),
        ];
        for (subject, want) in rows {
            assert_eq!(common_name(subject).as_deref(), want, "{subject}");
        }
    }

    /// One value in DER; long ones with two digits of length.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        let head = if content.len() < 128 {
            vec![tag, length[1]]
        } else {
            vec![tag, 0x82, length[0], length[1]]
        };
        [&head, content].concat()
    }

    fn certificate(names: &[(u8, &[u8])]) -> Vec<u8> {
        let names: Vec<u8> = names.iter().flat_map(|(tag, name)| der(*tag, name)).collect();
        let usage = der(
            SEQUENCE,
            &[der(OBJECT, &[0x55, 0x1d, 0x0f]), der(OCTETS, &[3, 2, 7, 128])].concat(),
        );
        let value = der(OCTETS, &der(SEQUENCE, &names));
        let critical = [1, 1, 0xff];
        let extension = [&der(OBJECT, &ALTERNATIVE_NAMES), &critical[..], &value].concat();
        let extensions = der(SEQUENCE, &[usage, der(SEQUENCE, &extension)].concat());
        let signed = [der(0xa0, &[2, 1, 2]), der(2, &[1]), der(EXTENSIONS, &extensions)].concat();
        der(SEQUENCE, &[der(SEQUENCE, &signed), der(SEQUENCE, &[])].concat())
    }

    #[test]
    fn alternative_names_are_found_in_a_certificate() {
        let long = "a".repeat(200);
        let der = certificate(&[
            (0x82, b"ws-042.example.com"),
            (0x81, b"ws@example.com"),
            (0x87, &[10, 0, 1, 42]),
            (0xa0, b"another kind"),
            (0x82, long.as_bytes()),
        ]);
        let want = ["ws-042.example.com", "ws@example.com", "10.0.1.42", &long];
        assert_eq!(alternative_names(&der), want);
    }

    #[test]
    fn what_is_no_certificate_has_no_names() {
        let whole = certificate(&[(0x82, b"ws-042.example.com")]);
        for length in 0..whole.len() {
            let _ = alternative_names(&whole[..length]);
        }
        assert_eq!(alternative_names(&whole[..40]), Vec::<String>::new());
        for bad in [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x80], &[], b"-----BEGIN"] {
            assert_eq!(alternative_names(bad), Vec::<String>::new(), "{bad:?}");
        }
    }
}
