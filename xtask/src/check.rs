//! `test`: every layer, in the order in which it is cheapest to fail.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::cli::{BuildArgs, TestArgs};
use crate::python;
use crate::root::Root;
use crate::setup;
use crate::steps::{Steps, logged};

const NATIVE: [(&str, &[&str]); 3] = [
    ("format", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ("native tests", &["test", "--workspace", "--exclude", "live", "--exclude", "contract"]),
];
/// The formats as others read them: needs the npm packages.
const CONTRACT: &[&str] = &["test", "--package", "contract"];
/// The live tests start platforms on free ports, two at a time at most: each is a workerd.
const LIVE: &[&str] = &["test", "--package", "live"];
/// The portal as a browser shows it.
const BROWSER: &[&str] = &["test", "--package", "live", "--", "--ignored", "browser"];

/// Runs the layers; prints what the test runners say of themselves.
///
/// # Errors
/// When a layer fails.
pub fn run(root: &Root, args: &TestArgs) -> Result<()> {
    let mut steps = Steps::new(if args.fast { 3 } else { 6 + usize::from(args.browser) });
    for (what, cargo) in NATIVE {
        steps.step(what, || layer(root, what, root.command("cargo").args(cargo)))?;
    }
    if args.fast {
        return Ok(());
    }
    setup::run(root, &mut Steps::new(setup::STEPS))?;
    steps.step("contract tests", || {
        layer(root, "contract tests", root.command("cargo").args(CONTRACT))
    })?;
    steps.step("checker of the interface (schemathesis)", || python::install(root))?;
    build::run(root, &BuildArgs::default())?;
    steps.step("live tests", || layer(root, "live tests", root.command("cargo").args(LIVE)))?;
    if !args.browser {
        return Ok(());
    }
    steps
        .step("browser tests", || layer(root, "browser tests", root.command("cargo").args(BROWSER)))
}

fn layer(root: &Root, what: &str, command: &mut Command) -> Result<()> {
    let log = format!("test-{}", what.replace(' ', "-"));
    logged(root, &log, command)?;
    let said = fs::read_to_string(root.writ(format!("log/{log}.log")))?;
    for line in closing_lines(&said) {
        println!("{line}");
    }
    Ok(())
}

/// The runners' own words on each suite that has tests, below the suite's name.
fn closing_lines(log: &str) -> Vec<String> {
    let mut suite = "";
    let mut lines = Vec::new();
    for line in log.lines() {
        let name = line.trim_start();
        if name.starts_with("Running ") || name.starts_with("Doc-tests ") {
            suite = name.split(['(', ')']).nth(1).unwrap_or(name);
            suite = suite.rsplit('/').next().unwrap_or(suite);
        } else if line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed") {
            lines.push(format!("      {suite}"));
            lines.push(line.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_that_the_threat_model_names_exists() {
        let root = Root::find().unwrap();
        let model = fs::read_to_string(root.join("docs/security.md")).unwrap();
        let mut sources = String::new();
        for folder in ["shared", "workers", "tests", "xtask/src", "clients"] {
            read_rust(&root.join(folder), &mut sources);
        }
        let named = model.split('`').skip(1).step_by(2);
        let named: Vec<_> = named.filter(|word| word.matches('_').count() > 2).collect();
        assert!(named.len() > 30, "{}", named.len());
        for test in named {
            assert!(sources.contains(&format!("fn {test}(")), "{test}");
        }
    }

    fn read_rust(folder: &std::path::Path, into: &mut String) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("build") {
                read_rust(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn suites_without_tests_are_left_out_and_the_others_named() {
        let log = "     Running unittests src/lib.rs (target/debug/deps/domain-1)\n\
                   test result: ok. 5 passed; 0 failed; 0 ignored\n\
                   \x20  Doc-tests domain\n\
                   test result: ok. 0 passed; 0 failed; 0 ignored\n";
        assert_eq!(
            closing_lines(log),
            ["      domain-1", "test result: ok. 5 passed; 0 failed; 0 ignored"]
        );
    }
}
