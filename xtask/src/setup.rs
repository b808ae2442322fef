//! Installs the tools, pinned, into the project. Safe to repeat; says nothing when nothing is to do.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::root::Root;
use crate::sources::hex;
use crate::steps::{Steps, logged};
use crate::wasm::{CHOICE, Compiler};

/// How many steps a whole set-up has.
pub const STEPS: usize = 4;
/// Follows the version of the crate `worker` in the workspace.
const WORKER_BUILD: &str = "0.8.7";

/// What is installed; differs from what is wanted exactly when there is something to do.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Stamp {
    compiler: Compiler,
    worker_build: String,
    wasm_bindgen: String,
    /// SHA-256 of package-lock.json.
    npm: String,
}

/// The compiler that the last set-up chose.
///
/// # Errors
/// When nothing is set up.
pub fn compiler(root: &Root) -> Result<Compiler> {
    Ok(stamp(root).context("run `cargo xtask setup` first")?.compiler)
}

/// Installs what is missing.
///
/// # Errors
/// When a tool cannot be installed; the end of its log is printed.
pub fn run(root: &Root, steps: &mut Steps) -> Result<()> {
    let bindgen = locked_version(&fs::read_to_string(root.join("Cargo.lock"))?, "wasm-bindgen")?;
    let npm = hex(&Sha256::digest(fs::read(root.join("package-lock.json"))?));
    if stamp(root).is_some_and(|stamp| is_current(root, &stamp, &bindgen, &npm)) {
        return Ok(());
    }
    let compiler =
        steps.step("Wasm compiler (rustup, or else Debian's)", || Compiler::install(root))?;
    println!("      compiler: {}", compiler.name());
    steps.step(&format!("worker-build {WORKER_BUILD}"), || {
        cargo_install(root, "worker-build", WORKER_BUILD)
    })?;
    steps.step(&format!("wasm-bindgen {bindgen}"), || {
        cargo_install(root, "wasm-bindgen-cli", &bindgen)
    })?;
    steps.step("npm packages: workerd, wrangler, esbuild, wasm-opt, node 22", || {
        npm_ci(root, &npm)
    })?;
    let stamp =
        Stamp { compiler, worker_build: WORKER_BUILD.to_owned(), wasm_bindgen: bindgen, npm };
    fs::write(root.writ("setup.json"), serde_json::to_string_pretty(&stamp)?)?;
    Ok(())
}

fn stamp(root: &Root) -> Option<Stamp> {
    serde_json::from_str(&fs::read_to_string(root.writ("setup.json")).ok()?).ok()
}

fn is_current(root: &Root, stamp: &Stamp, bindgen: &str, npm: &str) -> bool {
    let chosen = std::env::var(CHOICE).is_ok_and(|choice| choice != stamp.compiler.name());
    !chosen
        && stamp.worker_build == WORKER_BUILD
        && stamp.wasm_bindgen == bindgen
        && stamp.npm == npm
        && [
            root.tool("worker-build"),
            root.tool("wasm-bindgen"),
            root.npm_bin("workerd"),
            root.npm_bin("node"),
        ]
        .iter()
        .all(|tool| tool.exists())
}

fn cargo_install(root: &Root, package: &str, version: &str) -> Result<()> {
    let list = fs::read_to_string(root.writ("tools/.crates.toml")).unwrap_or_default();
    if list.contains(&format!("\"{package} {version} ")) {
        return Ok(());
    }
    let mut command = root.command("cargo");
    command
        .args(["install", package, "--version", version, "--locked", "--root"])
        .arg(root.writ("tools"));
    // They run for a second each, so their own optimisation is not worth minutes of waiting; what
    // both depend on is compiled once.
    command
        .env("CARGO_TARGET_DIR", root.writ("tools/target"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    logged(root, package, &mut command)
}

fn npm_ci(root: &Root, digest: &str) -> Result<()> {
    let note = root.join("node_modules/.writ-lock");
    if fs::read_to_string(&note).is_ok_and(|have| have == digest) {
        return Ok(());
    }
    let mut command = root.command("npm");
    logged(root, "npm-ci", command.args(["ci", "--no-audit", "--no-fund"]))?;
    let hint = "npm ran no install scripts: Node 22 did not arrive (is `ignore-scripts` set?)";
    ensure!(root.npm_bin("node").exists(), hint);
    Ok(fs::write(note, digest)?)
}

/// The version of a package in Cargo.lock; the first, should there be several.
///
/// # Errors
/// When it has none.
pub fn locked_version(lock: &str, package: &str) -> Result<String> {
    let table: toml::Table = lock.parse().context("Cargo.lock does not parse")?;
    let packages = table.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    packages
        .filter(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))
        .find_map(|entry| entry.get("version")?.as_str().map(str::to_owned))
        .with_context(|| format!("Cargo.lock has no {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bindgen_tool_follows_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.79\"\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "0.2.129");
        assert!(locked_version(lock, "worker").is_err());
    }
}
