//! What can be wrong with a statement, and why a database refused one.

/// A statement that must not be sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The integer does not survive the way through a 64-bit float, which is how D1 takes numbers.
    #[error("integer outside of +-(2^53 - 1)")]
    IntegerTooWide,
    /// More parameters than D1 binds.
    #[error("more than 100 parameters")]
    TooManyParameters,
}

/// Why the database refused a write. A refusal rolls back its whole batch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// A guard found another version or owner than expected: somebody else was faster.
    Stale,
    /// A row with this key is already there.
    Duplicate,
    /// Anything else.
    Other,
}

impl Refusal {
    /// Reads the database's message. D1 wraps the same text in `D1_ERROR: ...: SQLITE_CONSTRAINT`.
    ///
    /// Guards write NULL into a NOT NULL column when they find something unexpected (see `licenses`).
    pub fn of(message: &str) -> Self {
        const GUARDED: &[&str] = &[
            "alert_rules.version",
            "app_policies.version",
            "licenses.version",
            "api_keys.version",
            "tenants.version",
            "idempotency.owner",
            "issuer_keys.state",
            "custom_hostnames.version",
            "profiles.updated_ms",
            "registrations.created_ms",
        ];
        if let Some((_, rest)) = message.split_once("NOT NULL constraint failed: ") {
            let column = rest.split([':', ' ', ',']).next().unwrap_or_default();
            return if GUARDED.contains(&column) { Self::Stale } else { Self::Other };
        }
        if message.contains("UNIQUE constraint failed: ") { Self::Duplicate } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_from_the_text_of_d1_and_of_sqlite() {
        let rows = [
            ("NOT NULL constraint failed: licenses.version", Refusal::Stale),
            (
                "D1_ERROR: NOT NULL constraint failed: licenses.version: SQLITE_CONSTRAINT",
                Refusal::Stale,
            ),
            ("NOT NULL constraint failed: licenses.code", Refusal::Other),
            (
                "D1_ERROR: UNIQUE constraint failed: tenants.id: SQLITE_CONSTRAINT",
                Refusal::Duplicate,
            ),
            ("D1_ERROR: Network connection lost.", Refusal::Other),
        ];
        for (message, want) in rows {
            assert_eq!(Refusal::of(message), want, "{message}");
        }
    }
}
