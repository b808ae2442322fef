//! An answer of the portal: text as everywhere, or bytes, with a tag by which the asker may have it already.

use edge::door::Outbound;

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status, headers, and the body where it is text.
    pub out: Outbound,
    /// The body where it is not.
    pub bytes: Option<Vec<u8>>,
    /// Its `ETag`, where it has one.
    pub tag: Option<String>,
}

impl From<Outbound> for Reply {
    fn from(out: Outbound) -> Self {
        Self { out, bytes: None, tag: None }
    }
}

impl Reply {
    /// The same, or 304 without a body when `held` (`If-None-Match`) names it.
    #[must_use]
    pub fn unless_held(mut self, held: &str) -> Self {
        let named =
            |tag: &String| held.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
        if self.out.status == 200 && self.tag.as_ref().is_some_and(named) {
            self.out.status = 304;
            self.out.body.clear();
            self.bytes = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_asker_has_is_not_sent_again() {
        let rows =
            [("\"a\"", 304), ("W/\"a\"", 304), ("\"b\", \"a\"", 304), ("\"b\"", 200), ("", 200)];
        for (held, status) in rows {
            let reply =
                Reply { tag: Some("\"a\"".into()), ..Outbound::json(200, "x".into()).into() };
            let reply = reply.unless_held(held);
            assert_eq!(
                (reply.out.status, reply.out.body.is_empty()),
                (status, status == 304),
                "{held}"
            );
        }
    }
}
