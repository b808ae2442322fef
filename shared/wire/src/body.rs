//! JSON bodies: read strictly, with a pointer to what is wrong.

use serde::Deserialize;
use serde_path_to_error::Segment;

use crate::problem::{Kind, Problem};

/// Reads a request body: UTF-8 JSON with known fields only.
///
/// # Errors
/// `malformed-json` when it is not JSON at all, `invalid-request` with a pointer when a field is
/// missing, unknown, of the wrong type or out of range.
pub fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        // Reading again to find the place costs only those who sent something wrong.
        Err(first) => Err(explain::<T>(bytes, &first)),
    }
}

fn explain<'de, T: Deserialize<'de>>(bytes: &'de [u8], first: &serde_json::Error) -> Problem {
    if std::str::from_utf8(bytes).is_err() {
        return Problem::new(Kind::MalformedJson, "The body is not UTF-8.");
    }
    if !first.is_data() {
        return Problem::new(Kind::MalformedJson, format!("{first}."));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => Problem::new(Kind::MalformedJson, format!("{first}.")),
        Err(error) => {
            let pointer = pointer(error.path());
            let reason = reason(&error.into_inner().to_string());
            Problem::field(pointer, reason)
        }
    }
}

/// The path as an RFC 6901 pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use std::fmt::Write as _;
    path.iter().fold(String::new(), |mut pointer, segment| {
        // Writing into a String cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => {
                write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
        pointer
    })
}

/// serde's text without the line and column that the pointer makes needless.
fn reason(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read by serde only")]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "read by serde only")]
    struct Inner {
        count: u32,
    }

    #[test]
    fn wrong_fields_are_pointed_at() {
        let rows = [
            (r#"{"name":"a","inner":[{"count":1},{"count":-1}]}"#, "/inner/1/count"),
            (r#"{"name":"a","inner":[{"count":4294967296}]}"#, "/inner/0/count"),
            (r#"{"name":"a","colour":1}"#, "/colour"),
            (r#"{"name":7}"#, "/name"),
            (r"{}", ""),
            (r"[]", ""),
        ];
        for (body, pointer) in rows {
            let problem = read::<Outer>(body.as_bytes()).unwrap_err();
            assert_eq!(
                (problem.code.as_str(), problem.errors[0].pointer.as_str()),
                ("invalid-request", pointer),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = "[".repeat(100_000);
        let rows: [&[u8]; 6] =
            [b"", b"{", b"{\"name\":\"a\"} x", b"{\"name\":\"\xff\"}", deep.as_bytes(), b"nope"];
        for body in rows {
            let problem = read::<Outer>(body).unwrap_err();
            assert_eq!(problem.status, if body == deep.as_bytes() { problem.status } else { 400 });
            assert!(problem.status == 400 || problem.status == 422);
        }
    }
}
