//! Calls of the platform's own tool, with everything that it would do by itself switched off.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::root::Root;

/// A wrangler command on a map written by [`crate::stage::Stage::write`].
pub fn command(root: &Root, config: &Path, args: &[&str]) -> Command {
    let mut command = root.command(root.npm_bin("node"));
    command.arg(root.join("node_modules/wrangler/bin/wrangler.js"));
    command.args(args).arg("--config").arg(config).stdin(Stdio::null());
    for (name, value) in [
        ("CI", "1"),
        ("DO_NOT_TRACK", "1"),
        ("WRANGLER_SEND_METRICS", "false"),
        ("WRANGLER_HIDE_BANNER", "true"),
        ("CLOUDFLARE_INCLUDE_PROCESS_ENV", "false"),
        ("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV", "false"),
    ] {
        command.env(name, value);
    }
    command.env("WRANGLER_LOG_PATH", root.writ("log/wrangler"));
    command
}

/// The JSON that a wrangler command prints.
///
/// # Errors
/// When it fails, or prints something else.
pub fn json(root: &Root, config: &Path, args: &[&str]) -> Result<Value> {
    let out = command(root, config, args).output()?;
    if !out.status.success() {
        let said = [out.stdout, out.stderr].concat();
        bail!("wrangler {} failed: {}", args.join(" "), String::from_utf8_lossy(&said));
    }
    serde_json::from_slice(&out.stdout)
        .with_context(|| format!("wrangler {}: no JSON", args.join(" ")))
}

/// Gives a wrangler command its input, which never appears on a command line.
///
/// # Errors
/// When it fails.
pub fn feed(root: &Root, config: &Path, args: &[&str], input: &[u8]) -> Result<()> {
    let mut child = command(root, config, args).stdin(Stdio::piped()).spawn()?;
    child.stdin.take().context("wrangler has no input")?.write_all(input)?;
    if !child.wait()?.success() {
        bail!("wrangler {} failed", args.join(" "));
    }
    Ok(())
}
