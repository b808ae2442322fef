//! Builds the workers to Wasm: only those whose sources changed.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::cli::BuildArgs;
use crate::map::Map;
use crate::root::Root;
use crate::setup;
use crate::sources;
use crate::steps::{Steps, logged, secs};
use crate::wasm::Compiler;

/// Builds what is asked for and out of date; prints the sizes of what was built.
///
/// # Errors
/// When a worker is unknown or does not build.
pub fn run(root: &Root, args: &BuildArgs) -> Result<()> {
    let from = Instant::now();
    let map = Map::read(root)?;
    let compiler = setup::compiler(root)?;
    let mut stale = Vec::new();
    for worker in map.chosen(&args.workers)? {
        let digest = sources::digest(root, worker, &how(args.release, compiler))?;
        if built(root, worker).as_deref() != Some(&digest) {
            stale.push((worker, digest));
        }
    }
    let mut steps = Steps::new(stale.len());
    for (worker, digest) in &stale {
        steps.step(&format!("build {worker}"), || build(root, worker, args.release, compiler))?;
        fs::write(stamp(root, worker), digest)?;
        println!("      {}", size(root, worker)?);
    }
    if !stale.is_empty() {
        println!("{} of the workers built in {}", stale.len(), secs(from));
    }
    Ok(())
}

fn how(release: bool, compiler: Compiler) -> String {
    format!("{} {}", if release { "release" } else { "quick" }, compiler.name())
}

fn stamp(root: &Root, worker: &str) -> std::path::PathBuf {
    root.join(format!("workers/{worker}/build/.sources"))
}

fn built(root: &Root, worker: &str) -> Option<String> {
    fs::read_to_string(stamp(root, worker)).ok()
}

fn build(root: &Root, worker: &str, release: bool, compiler: Compiler) -> Result<()> {
    compile(root, &format!("workers/{worker}"), worker, release, compiler)?;
    bundle(root, worker)
}

/// How much LLVM inlines in what is sent: at its usual 275 a worker is larger and, at 100, was no faster (bench/findings.md).
const INLINING: &str = "-Cllvm-args=-inline-threshold=64";

/// Compiles the crate in `folder` to Wasm, with its log under `build-<name>`.
///
/// # Errors
/// When it does not compile.
pub fn compile(
    root: &Root,
    folder: &str,
    name: &str,
    release: bool,
    compiler: Compiler,
) -> Result<()> {
    let mut command = root.command(root.tool("worker-build"));
    command.arg(root.join(folder)).arg("--panic-unwind");
    if release {
        command.arg("--release").env("RUSTFLAGS", INLINING);
    } else {
        command.args(["--profile", "quick", "--no-opt"]);
    }
    // One folder for all workers and profiles, so that dependencies are built once; one per
    // compiler, for neither can read what the other wrote.
    command
        .env("CARGO_TARGET_DIR", root.join("target/wasm").join(compiler.name()))
        .env("ESBUILD_BIN", root.npm_bin("esbuild"))
        .env("WASM_OPT_BIN", root.npm_bin("wasm-opt"))
        .env("WASM_BINDGEN_BIN", root.tool("wasm-bindgen"))
        .env("RUST_BACKTRACE", "0");
    compiler.apply(root, &mut command)?;
    logged(root, &format!("build-{name}"), &mut command)?;
    if release { without_names(root, folder, name) } else { Ok(()) }
}

/// What the workers use of WebAssembly. With all that wasm-opt knows it would write what workerd cannot read yet.
const FEATURES: [&str; 9] = [
    "exception-handling",
    "reference-types",
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "multivalue",
    "sign-ext",
    "mutable-globals",
    "nontrapping-float-to-int",
];

/// Takes the names of functions out: a twentieth of what is sent.
fn without_names(root: &Root, folder: &str, name: &str) -> Result<()> {
    let wasm = root.join(folder).join("build/index_bg.wasm");
    let mut command = root.command(root.npm_bin("wasm-opt"));
    command.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    command.args(["--strip-debug", "-o"]).arg(&wasm).arg(&wasm);
    logged(root, &format!("strip-{name}"), &mut command)
}

/// Joins a hand-written entry (`entry.mjs`, beside the worker's Cargo.toml) and what it imports
/// into `build/entry.js`, so that a deploy sends the very bytes that run here.
fn bundle(root: &Root, worker: &str) -> Result<()> {
    let folder = root.join(format!("workers/{worker}"));
    if !folder.join("entry.mjs").is_file() {
        return Ok(());
    }
    let mut command = root.command(root.npm_bin("esbuild"));
    command.arg(folder.join("entry.mjs")).args(["--bundle", "--format=esm", "--log-level=warning"]);
    command.args(["--external:*.wasm", "--external:cloudflare:*"]);
    command.arg(format!("--outfile={}", folder.join("build/entry.js").display()));
    logged(root, &format!("bundle-{worker}"), &mut command)
}

fn size(root: &Root, worker: &str) -> Result<String> {
    let (raw, gzipped) = wasm_size(root, worker)?;
    Ok(format!("{worker}: {} KB, {} KB gzipped", raw / 1024, gzipped / 1024))
}

/// Size of a worker's built Wasm in bytes, raw and as sent.
///
/// # Errors
/// When it is not built.
pub fn wasm_size(root: &Root, worker: &str) -> Result<(usize, usize)> {
    let bytes = fs::read(root.join(format!("workers/{worker}/build/index_bg.wasm")))?;
    Ok((bytes.len(), gzip(&bytes)?))
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut child =
        Command::new("gzip").arg("-9c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("gzip has no input")?;
    let mut output = child.stdout.take().context("gzip has no output")?;
    thread::scope(|scope| {
        // Both ends at once: a full pipe on either side would stop the other.
        let writer = scope.spawn(move || input.write_all(bytes));
        let mut out = Vec::new();
        output.read_to_end(&mut out)?;
        child.wait()?;
        writer.join().map_err(|_| anyhow::anyhow!("gzip's input failed"))??;
        Ok(out.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_shrinks_what_repeats() {
        assert!(gzip(&vec![7; 1_000_000]).unwrap() < 10_000);
    }
}
