//! Query strings: `cursor`, `limit` and the filters of a list. Unknown names are refused, as unknown fields are.

use wire::page::{DEFAULT_LIMIT, MAX_LIMIT};
use wire::problem::Problem;

use crate::call::Call;
use crate::failure::Failure;

/// What the query string says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Asked {
    /// Where the page begins; empty for the first.
    pub cursor: String,
    /// Items on the page.
    pub limit: u32,
    filters: Vec<(String, String)>,
}

impl Asked {
    /// Reads the query string of a list that can be narrowed by `filters`.
    ///
    /// # Errors
    /// `invalid-request` for an unknown or repeated name, or a limit out of range.
    pub fn read(call: &Call, filters: &[&str]) -> Result<Self, Failure> {
        Self::from_pairs(call.inbound.query(), filters).map_err(Failure::from)
    }

    /// Reads the query string of something that comes whole: no `cursor`, no `limit`.
    ///
    /// # Errors
    /// `invalid-request` for an unknown or repeated name.
    pub fn whole(call: &Call, filters: &[&str]) -> Result<Self, Failure> {
        let pairs = call.inbound.query();
        match pairs.iter().find(|(name, _)| ["cursor", "limit"].contains(&name.as_str())) {
            Some((name, _)) => Err(wrong(name, "this answer has no pages").into()),
            None => Self::from_pairs(pairs, filters).map_err(Failure::from),
        }
    }

    fn from_pairs(pairs: Vec<(String, String)>, filters: &[&str]) -> Result<Self, Problem> {
        let mut asked = Self { limit: DEFAULT_LIMIT, ..Self::default() };
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in pairs {
            if seen.contains(&name) {
                return Err(wrong(&name, "is there twice"));
            }
            match name.as_str() {
                "cursor" => asked.cursor = value,
                "limit" => asked.limit = limit(&value)?,
                known if filters.contains(&known) => asked.filters.push((name.clone(), value)),
                _ => return Err(wrong(&name, "is not a parameter of this list")),
            }
            seen.push(name);
        }
        Ok(asked)
    }

    /// The value of a filter, where it was given.
    pub fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }

    /// One more than asked for: shows whether there is a next page.
    pub const fn fetch(&self) -> u32 {
        self.limit + 1
    }
}

/// The problem of a query parameter.
pub fn wrong(name: &str, detail: &str) -> Problem {
    Problem::field(format!("?{name}"), detail)
}

fn limit(value: &str) -> Result<u32, Problem> {
    let limit = value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| wrong("limit", &format!("must be a number from 1 to {MAX_LIMIT}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Asked, String> {
        let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Asked::from_pairs(pairs, &["action"]).map_err(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let asked = read(&[]).unwrap();
        assert_eq!((asked.cursor.as_str(), asked.limit, asked.fetch()), ("", 50, 51));
        assert_eq!(asked.filter("action"), None);
        let asked = read(&[("limit", "200"), ("action", "a"), ("cursor", "c")]).unwrap();
        assert_eq!(
            (asked.cursor.as_str(), asked.limit, asked.filter("action")),
            ("c", 200, Some("a"))
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let rows: [(&[(&str, &str)], &str); 6] = [
            (&[("limit", "0")], "?limit"),
            (&[("limit", "201")], "?limit"),
            (&[("limit", "-1")], "?limit"),
            (&[("limit", "99999999999999999999")], "?limit"),
            (&[("colour", "1")], "?colour"),
            (&[("cursor", "1"), ("cursor", "2")], "?cursor"),
        ];
        for (pairs, pointer) in rows {
            assert_eq!(read(pairs), Err(pointer.to_owned()), "{pairs:?}");
        }
    }
}
