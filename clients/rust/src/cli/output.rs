//! Lines for people, or JSON objects for machines. Results go to stdout, failures to stderr.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use writ::change::Change;
use writ::failure::Failure;

/// Where results go.
pub struct Output {
    json: bool,
}

impl Output {
    /// JSON, or text.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// A result: `value` for machines, `text` for people.
    pub fn result(&mut self, value: &impl Serialize, text: &str) {
        if self.json {
            line(&serde_json::to_string(value).unwrap_or_default());
        } else {
            line(text);
        }
    }

    /// Changes, one line each.
    pub fn changes(&mut self, changes: &[Change]) {
        for change in changes {
            self.result(change, &change.to_string());
        }
    }

    /// An event of the command itself.
    pub fn event(&mut self, name: &str, text: &str) {
        self.result(&json!({"event": name, "detail": text}), text);
    }

    /// A failure, on stderr.
    pub fn failure(&mut self, failure: &Failure) {
        let line = if self.json {
            let problem = failure.problem().map_or(Value::Null, |problem| json!(problem));
            let error = json!({
                "error": failure.to_string(), "exit": failure.exit().code(),
                "problem": problem, "retry_after": failure.retry_after(),
            });
            error.to_string()
        } else {
            match failure {
                Failure::NoSeat { retry_after: Some(seconds), .. } => {
                    format!("writ: {failure}; another try may fare better in {seconds} s")
                }
                _ => format!("writ: {failure}"),
            }
        };
        aside(&line);
    }

    /// An event while stdout belongs to another command, on stderr.
    pub fn note(&mut self, name: &str, text: &str) {
        if self.json {
            aside(&json!({"event": name, "detail": text}).to_string());
        } else {
            aside(&format!("writ: {text}"));
        }
    }

    /// The same, for machines alone: it is what people expect.
    pub fn quiet_note(&mut self, name: &str, detail: &impl Serialize) {
        if self.json {
            aside(&json!({"event": name, "detail": detail}).to_string());
        }
    }
}

/// What is worth knowing beside the one result of a command, on stderr: trust on first use,
/// a wrong clock.
pub fn notes(changes: &[Change]) {
    for change in changes {
        if matches!(change, Change::RootPinned { .. } | Change::ClockOff { .. }) {
            aside(&format!("writ: {change}"));
        }
    }
}

fn aside(line: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Written at once, so that a watcher sees it when it happens.
fn line(line: &str) {
    let mut out = io::stdout().lock();
    // A reader that went away (a closed pipe) is no reason to stop working.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
