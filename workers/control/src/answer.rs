//! Answers from values.

use edge::Failure;
pub use edge::answer::json;
use edge::door::Outbound;
use serde::Serialize;
use wire::page::Page;

/// An answer without a body.
pub fn empty() -> Outbound {
    Outbound::json(204, String::new())
}

/// A page of at most `limit` of `items`, which may hold one more to show that there is a next page.
///
/// # Errors
/// When it cannot be written as JSON, which wire types always can.
pub fn page<T: Serialize>(
    mut items: Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> String,
) -> Result<Outbound, Failure> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = if more { items.last().map(cursor) } else { None };
    json(200, &Page { items, next_cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_with_more_behind_it_has_a_cursor() {
        for (count, want) in [(0, ""), (2, ""), (3, r#","next_cursor":"2""#)] {
            let out = page((1..=count).collect(), 2, ToString::to_string).unwrap();
            assert_eq!(out.body.contains("next_cursor"), !want.is_empty(), "{count}");
            assert!(out.body.contains(want), "{}", out.body);
            assert!(!out.body.contains('3'), "{}", out.body);
        }
    }
}
