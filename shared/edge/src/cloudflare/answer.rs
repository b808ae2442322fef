//! Answers of the platform's API: an envelope with a result or errors.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fetch::Answered;

/// A hostname as the platform has it. Also how it is kept until the next look.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Remote {
    /// Its id there.
    pub id: String,
    /// The name.
    pub hostname: String,
    /// The name's state.
    pub status: String,
    /// Its certificate.
    pub ssl: Ssl,
    /// A record that shows ownership before requests are led here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ownership_verification: Option<Ownership>,
    /// What is wrong with the name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verification_errors: Vec<String>,
}

/// A certificate as the platform has it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Ssl {
    /// Its state.
    pub status: String,
    /// Records that let it be issued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validation_records: Vec<Validation>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validation_errors: Vec<Message>,
}

/// A record that shows ownership.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Ownership {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// A record that lets a certificate be issued.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Validation {
    /// Its name, where validation is by TXT.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub txt_name: String,
    /// What it says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub txt_value: String,
}

/// Words of the platform.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Message {
    /// The words.
    pub message: String,
}

/// How many hostnames there may be.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Quota {
    allocated: u64,
    used: u64,
}

impl Quota {
    /// Whether there is no room for one more.
    pub const fn is_used_up(self) -> bool {
        self.used >= self.allocated
    }
}

/// Why the platform did not do what it was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Problem {
    /// It does not have the hostname.
    Gone,
    /// It has no room.
    Quota,
    /// It does not want this; in its words.
    Refused(String),
    /// It was not reached, is down or wants to be left alone: why, and for how many milliseconds.
    Away(String, Option<i64>),
}

#[derive(Deserialize)]
struct Envelope<T> {
    success: bool,
    #[serde(default)]
    errors: Vec<ApiError>,
    result: Option<T>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

/// The result in an answer.
///
/// # Errors
/// See [`Problem`]. What is wrong with our own token is `Away`: it is no fault of the tenant's, and somebody will mend it.
pub fn read<T: DeserializeOwned>(answered: &Answered) -> Result<T, Problem> {
    let status = answered.status;
    let away = |reason: String| {
        let after =
            answered.retry_after.as_deref().and_then(|text| text.trim().parse::<i64>().ok());
        Problem::Away(reason, after.map(|seconds| seconds.clamp(0, 86_400) * 1000))
    };
    match status {
        404 => return Err(Problem::Gone),
        401 | 403 | 429 | 500.. => return Err(away(format!("the API answered {status}"))),
        _ => {}
    }
    let envelope: Envelope<T> = serde_json::from_slice(&answered.body)
        .map_err(|error| away(format!("the API answered {status}, unreadable: {error}")))?;
    match envelope.result {
        Some(result) if envelope.success && status < 300 => Ok(result),
        _ => {
            let words = envelope.errors.iter().map(|it| format!("{} ({})", it.message, it.code));
            Err(Problem::Refused(words.collect::<Vec<_>>().join("; ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Answered {
        Answered { status, retry_after: Some("120".to_owned()), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_hostname_is_read_as_the_api_documents_it() {
        let body = r#"{"success":true,"errors":[],"messages":[],"result":{"id":"0d8","hostname":"l.acme.dev","status":"pending",
            "ssl":{"id":"s","status":"pending_validation","method":"txt","type":"dv","validation_records":[
                {"status":"pending","txt_name":"_acme-challenge.l.acme.dev","txt_value":"v"}],"validation_errors":[{"message":"SERVFAIL"}]},
            "ownership_verification":{"type":"txt","name":"_cf-custom-hostname.l.acme.dev","value":"o"},
            "verification_errors":["none of the A records"],"created_at":"2026-01-01T00:00:00Z"}}"#;
        let remote: Remote = read(&answered(201, body)).unwrap();
        assert_eq!((remote.id.as_str(), remote.status.as_str()), ("0d8", "pending"));
        assert_eq!(remote.ssl.validation_records[0].txt_value, "v");
        assert_eq!(remote.ownership_verification.as_ref().unwrap().value, "o");
        let kept = serde_json::to_string(&remote).unwrap();
        assert_eq!(serde_json::from_str::<Remote>(&kept).unwrap(), remote);
    }

    #[test]
    fn what_did_not_work_is_told_apart() {
        let refused =
            r#"{"success":false,"errors":[{"code":1411,"message":"prohibited"}],"result":null}"#;
        let rows = [
            (404, refused, Problem::Gone),
            (400, refused, Problem::Refused("prohibited (1411)".to_owned())),
            (200, refused, Problem::Refused("prohibited (1411)".to_owned())),
            (429, "", Problem::Away("the API answered 429".to_owned(), Some(120_000))),
            (503, "<html>", Problem::Away("the API answered 503".to_owned(), Some(120_000))),
            (403, refused, Problem::Away("the API answered 403".to_owned(), Some(120_000))),
        ];
        for (status, body, want) in rows {
            assert_eq!(read::<Remote>(&answered(status, body)), Err(want), "{status}");
        }
        assert!(matches!(read::<Remote>(&answered(200, "<html>")), Err(Problem::Away(..))));
    }

    #[test]
    fn a_quota_is_used_up_by_its_last_one() {
        for (used, full) in [(99, false), (100, true), (101, true)] {
            assert_eq!(Quota { allocated: 100, used }.is_used_up(), full, "{used}");
        }
    }
}
