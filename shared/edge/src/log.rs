//! Logs: one JSON object a line, with ids and codes, and never a secret, a license key or a body.

use serde::Serialize;

/// One answered request.
#[derive(Debug, Default, Serialize)]
pub struct Line<'a> {
    /// `info`, `warn` (4xx) or `error` (5xx).
    pub level: &'static str,
    /// Always `request`.
    pub event: &'static str,
    /// The request's id.
    pub request_id: &'a str,
    /// Endpoint's name.
    pub route: &'a str,
    /// Host that was asked.
    pub host: &'a str,
    /// The site's tenant.
    pub tenant: &'a str,
    /// `api_key`, `license_key` or nothing.
    pub principal_kind: &'a str,
    /// The key's public id.
    pub principal: &'a str,
    /// HTTP status.
    pub status: u16,
    /// Problem code or verdict code.
    pub code: &'a str,
    /// From the first byte read to the answer.
    pub duration_ms: i64,
    /// Store rounds in sequence.
    pub rounds: u32,
}

impl Line<'_> {
    /// Writes the line.
    pub fn write(&self) {
        // Plain text and numbers: it always serializes.
        let text = serde_json::to_string(self).unwrap_or_default();
        match self.level {
            "error" => worker::console_error!("{text}"),
            _ => worker::console_log!("{text}"),
        }
    }
}

/// The level of a status.
pub const fn level(status: u16) -> &'static str {
    match status {
        500.. => "error",
        400.. => "warn",
        _ => "info",
    }
}

/// Something that happened apart from a request: an outbox that could not be shipped, an alarm.
pub fn event(level: &'static str, event: &str, detail: &str) {
    #[derive(Serialize)]
    struct Event<'a> {
        level: &'a str,
        event: &'a str,
        detail: &'a str,
    }
    let text = serde_json::to_string(&Event { level, event, detail }).unwrap_or_default();
    worker::console_log!("{text}");
}
