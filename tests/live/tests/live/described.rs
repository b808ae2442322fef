//! What the API answers is what its OpenAPI document says: tried by schemathesis, which makes up requests, good and bad.

use std::process::Command;

use live::Platform;
use serde_json::json;

/// Seconds for all endpoints together.
const SECONDS: &str = "150";
/// Requests per endpoint and phase.
const EXAMPLES: &str = "12";

#[test]
fn made_up_requests_get_no_5xx_and_nothing_that_is_not_described() {
    let p = Platform::start("described");
    let checker = p.checkout(".writ/python/bin/schemathesis");
    assert!(checker.is_file(), "schemathesis is not installed: `cargo xtask test` installs it");
    // An MSP issues and owns: it gets furthest into most endpoints.
    let msp = p.msp();
    let limit = json!({ "requests": 1_000_000, "window_seconds": 1 });
    let key = p.key_of(&msp.id, &json!({ "scopes": ["admin"], "rate_limit": limit }));
    let out = Command::new(checker)
        .current_dir(p.checkout("."))
        .args(["run", "schema/openapi.json", "--url", &format!("http://127.0.0.1:{}", p.port())])
        .args(["-H", &format!("Host: {}", p.host(&msp.id))])
        .args(["-H", &format!("Authorization: Bearer {key}")])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        // One after the other: AST parsing of Python 3.11 is not safe under threads.
        .args(["--max-time", SECONDS, "--max-examples", EXAMPLES, "--workers", "1", "--seed", "1"])
        .args(["--request-timeout", "20", "--no-shrink", "--suppress-health-check", "all"])
        .args([
            "--generation-database",
            ":memory:",
            "--continue-on-failure",
            "--warnings",
            "off",
            "--no-color",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{said}\n{}", String::from_utf8_lossy(&out.stderr));
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
