//! From method and path to an endpoint, by the table of endpoints.

use crate::endpoints::{ENDPOINTS, Endpoint, Id, Worker};
use crate::problem::{Kind, Problem};

/// A matched endpoint with the values of its `{name}` segments, in order.
#[derive(Debug)]
pub struct Route<'p> {
    /// Which endpoint.
    pub id: Id,
    /// The value of the first `{name}` segment; empty when there is none.
    pub param: &'p str,
}

/// The endpoint of `worker` that answers `method` on `path` (without query).
///
/// # Errors
/// `not-found` for an unknown path; `method-not-allowed`, with the methods that are, for a known one.
pub fn find<'p>(worker: Worker, method: &str, path: &'p str) -> Result<Route<'p>, RouteError> {
    let mut allowed = Vec::new();
    let mut exact = None;
    for endpoint in ENDPOINTS.iter().filter(|e| e.worker == worker) {
        let Some(param) = matches(endpoint, path) else { continue };
        // A literal path beats one with a parameter: /audit/check, /keys/generate.
        if exact.is_none() || param.is_empty() {
            if param.is_empty() && exact != Some("") {
                allowed.clear();
            }
            exact = Some(param);
        } else if exact == Some("") {
            continue;
        }
        allowed.push((endpoint, param));
    }
    if allowed.is_empty() {
        return Err(RouteError::NotFound);
    }
    let hit = allowed.iter().find(|(endpoint, _)| endpoint.method == method);
    match hit {
        Some((endpoint, param)) => Ok(Route { id: endpoint.id, param }),
        None => Err(RouteError::MethodNotAllowed(allowed.iter().map(|(e, _)| e.method).collect())),
    }
}

fn matches<'p>(endpoint: &Endpoint, path: &'p str) -> Option<&'p str> {
    let mut param = "";
    let mut pattern = endpoint.path.split('/');
    for segment in path.split('/') {
        let expected = pattern.next()?;
        if expected.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            param = segment;
        } else if expected != segment {
            return None;
        }
    }
    pattern.next().is_none().then_some(param)
}

/// Why no endpoint answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RouteError {
    /// No endpoint has the path.
    NotFound,
    /// The path answers these methods only.
    MethodNotAllowed(Vec<&'static str>),
}

impl RouteError {
    /// The value of the `Allow` header.
    pub fn allow(&self) -> Option<String> {
        match self {
            Self::NotFound => None,
            Self::MethodNotAllowed(methods) => Some(methods.join(", ")),
        }
    }
}

impl From<&RouteError> for Problem {
    fn from(error: &RouteError) -> Self {
        match error {
            RouteError::NotFound => Kind::NotFound.into(),
            RouteError::MethodNotAllowed(_) => Self::new(Kind::MethodNotAllowed, ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_endpoints() {
        let rows = [
            (Worker::Control, "GET", "/api/v1/licenses", Ok((Id::Licenses, ""))),
            (Worker::Control, "GET", "/api/v1/licenses/lic_1", Ok((Id::License, "lic_1"))),
            (
                Worker::Control,
                "POST",
                "/api/v1/licenses/lic_1/suspend",
                Ok((Id::SuspendLicense, "lic_1")),
            ),
            (Worker::Control, "GET", "/api/v1/audit/check", Ok((Id::AuditCheck, ""))),
            (Worker::Control, "POST", "/api/v1/keys/generate", Ok((Id::GenerateKey, ""))),
            (Worker::Control, "DELETE", "/api/v1/keys/key_1", Ok((Id::RevokeKey, "key_1"))),
            (Worker::Checkout, "PUT", "/api/v1/pools/lic_1/rules", Ok((Id::PoolRules, "lic_1"))),
            (Worker::Checkout, "POST", "/api/v1/licenses/borrow", Ok((Id::Borrow, ""))),
            (Worker::Control, "GET", "/api/v1/licenses/", Err(RouteError::NotFound)),
            (Worker::Control, "GET", "/api/v1/nothing", Err(RouteError::NotFound)),
            (
                Worker::Control,
                "PATCH",
                "/api/v1/licenses/lic_1",
                Err(RouteError::MethodNotAllowed(vec!["GET", "PUT", "DELETE"])),
            ),
            (
                Worker::Control,
                "GET",
                "/api/v1/keys/generate",
                Err(RouteError::MethodNotAllowed(vec!["POST"])),
            ),
            (
                Worker::Validate,
                "GET",
                "/api/v1/licenses/validate",
                Err(RouteError::MethodNotAllowed(vec!["POST"])),
            ),
        ];
        for (worker, method, path, want) in rows {
            let got = find(worker, method, path).map(|r| (r.id, r.param));
            assert_eq!(got, want, "{method} {path}");
        }
    }

    #[test]
    fn operation_names_are_unique() {
        let names: std::collections::BTreeSet<_> = ENDPOINTS.iter().map(|e| e.id.name()).collect();
        assert_eq!(names.len(), ENDPOINTS.len());
    }
}
