//! The portal in a real browser. Chromium is no part of the usual set-up, so this runs when it is asked for.

use std::process::Command;

use live::shared;

#[test]
#[ignore = "needs Chromium: cargo xtask test --browser"]
fn the_portal_works_in_a_browser() {
    let p = shared();
    let outside = p.outside("GET", "").target();
    let tests = ["brand", "portal", "perimeter"]
        .map(|name| p.checkout(&format!("tests/browser/{name}.test.mjs")));
    let status = Command::new(p.checkout("node_modules/.bin/node"))
        .args(["--test", "--test-concurrency=1"])
        .args(tests)
        .env("WRIT_PORT", p.port().to_string())
        .env("WRIT_OPERATOR_KEY", p.operator_key())
        .env("WRIT_OUTSIDE", outside)
        .status()
        .unwrap();
    assert!(status.success(), "see above");
}
