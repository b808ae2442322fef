//! The state of a license as a badge: a word, and a color that repeats it.

use domain::state::State;

/// The badge of a state. `begun`: whether the license has started.
pub fn badge(state: State, begun: bool) -> String {
    let (class, word) = match state {
        State::Revoked => ("bad", "Revoked"),
        State::Suspended => ("bad", "Suspended"),
        State::Expired => ("bad", "Expired"),
        _ if !begun => ("calm", "Not started"),
        State::Grace => ("warn", "In grace"),
        State::Exceeded => ("warn", "Over limit"),
        State::Warning => ("warn", "Ends soon"),
        State::Active => ("good", "Active"),
    };
    format!("<span class=\"badge {class}\">{word}</span>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_is_told_before_what_has_not_begun() {
        let rows = [
            (State::Active, true, "Active"),
            (State::Active, false, "Not started"),
            (State::Revoked, false, "Revoked"),
            (State::Grace, true, "In grace"),
        ];
        for (state, begun, want) in rows {
            assert!(badge(state, begun).contains(want), "{state:?} {begun}");
        }
    }
}
