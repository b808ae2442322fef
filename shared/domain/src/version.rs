//! Product versions and the range of them that a license covers (seed 3: `">=8.0.0"`).

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A comparison against one version: `>=8.0.0`, `<9`, `=8.1`; several joined by commas must all hold.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange(String);

/// Why a text is not a version range.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("is not a version range such as \">=8.0.0\" or \">=8,<10\"")]
pub struct VersionError;

impl VersionRange {
    /// Reads a range.
    ///
    /// # Errors
    /// When a part is not an operator with dotted numbers.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let fits = text.len() <= 100 && text.split(',').all(|part| comparison(part).is_some());
        if fits { Ok(Self(text.to_owned())) } else { Err(VersionError) }
    }

    /// Whether `version` lies in the range. A text that is not a version lies in none.
    pub fn covers(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return false };
        self.0.split(',').filter_map(comparison).all(|(operator, bound)| {
            let order = compare(&version, &bound);
            match operator {
                ">=" => order != Ordering::Less,
                "<=" => order != Ordering::Greater,
                ">" => order == Ordering::Greater,
                "<" => order == Ordering::Less,
                _ => order == Ordering::Equal,
            }
        })
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        range.0
    }
}

impl TryFrom<String> for VersionRange {
    type Error = VersionError;
    fn try_from(text: String) -> Result<Self, VersionError> {
        Self::parse(&text)
    }
}

fn comparison(part: &str) -> Option<(&'static str, Vec<u64>)> {
    let part = part.trim();
    let operator = [">=", "<=", ">", "<", "="].into_iter().find(|op| part.starts_with(op));
    let (operator, rest) = operator.map_or(("=", part), |op| (op, part.trim_start_matches(op)));
    Some((operator, numbers(rest.trim())?))
}

/// The dotted numbers of a version; a suffix such as `-rc1` or `+build` is left out.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Option<Vec<u64>> = core.split('.').map(|n| n.parse().ok()).collect();
    numbers.filter(|n| n.len() <= 6)
}

/// Missing parts count as zero: 8.1 = 8.1.0.
fn compare(a: &[u64], b: &[u64]) -> Ordering {
    let part = |v: &[u64], i: usize| v.get(i).copied().unwrap_or_default();
    (0..a.len().max(b.len()))
        .map(|i| part(a, i).cmp(&part(b, i)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_by_number_not_by_text() {
        let rows = [
            (">=8.0.0", "8.0.0", true),
            (">=8.0.0", "7.99.99", false),
            (">=8", "10.2", true),
            (">=8,<10", "10.0.0", false),
            ("=8.1", "8.1.0", true),
            ("8.1", "8.1.1", false),
            (">8", "8.0.0-rc1", false),
            (">=8", "newest", false),
        ];
        for (range, version, want) in rows {
            assert_eq!(
                VersionRange::parse(range).unwrap().covers(version),
                want,
                "{range} {version}"
            );
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for bad in ["", ">=", "abc", ">=8,,<9", "~8"] {
            assert!(VersionRange::parse(bad).is_err(), "{bad}");
        }
    }
}
