//! What this machine and its tools are, for the report; and what a process takes of it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::results::Setting;
use crate::root::Root;
use crate::wasm::Compiler;

/// When, on what, with what.
///
/// # Errors
/// When a tool does not tell its version.
pub fn setting(root: &Root) -> Result<Setting> {
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    let package = |name: &str| -> Result<String> {
        let text = fs::read_to_string(root.join(format!("node_modules/{name}/package.json")))?;
        let json: serde_json::Value = serde_json::from_str(&text)?;
        Ok(json.get("version").and_then(|v| v.as_str()).unwrap_or_default().to_owned())
    };
    let (rustc, args): (_, &[_]) = match crate::setup::compiler(root)? {
        Compiler::Nightly => ("rustc", &["+nightly", "--version"]),
        Compiler::Debian => ("/usr/bin/rustc", &["--version"]),
    };
    let versions = [
        ("workerd", package("workerd")?),
        ("wrangler", package("wrangler")?),
        ("miniflare", package("miniflare")?),
        ("crate worker", crate::setup::locked_version(&lock, "worker")?),
        ("rustc (Wasm)", said(root.command(rustc).args(args))),
        ("rustc (peers)", said(root.command("rustc").arg("--version"))),
        ("wrk", said(Command::new("wrk").arg("-v"))),
    ];
    Ok(Setting {
        date: said(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"])),
        machine: machine()?,
        versions: versions.map(|(name, version)| (name.to_owned(), version)).into(),
        idle_load: idle_load()?,
    })
}

/// The first line that a command prints; nothing when it cannot be run.
fn said(command: &mut Command) -> String {
    let out = command.output().map(|out| out.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&out).into_owned();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

fn machine() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    Ok(format!("{cores} cores, {}", model.trim_matches([' ', '\t', ':'])))
}

/// Processes that ran or waited to run, over the last minute.
fn idle_load() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg")?;
    text.split(' ').next().and_then(|n| n.parse().ok()).context("/proc/loadavg")
}

/// Memory that a process has in use, in MB.
///
/// # Errors
/// When it is not there.
pub fn rss_mb(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kb: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kb / 1024.0)
}

/// Processor time that a process has used, in microseconds (to a hundredth of a second).
///
/// # Errors
/// When it is not there.
pub fn cpu_micros(pid: u32) -> Result<u64> {
    /// What the kernel counts in, on every Linux that this runs on.
    const TICK_MICROS: u64 = 10_000;
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold anything; the fields after it are numbers.
    let (_, fields) = text.rsplit_once(')').context("/proc/<pid>/stat")?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(11).take(2).filter_map(|n| n.parse().ok()).collect();
    Ok(ticks.iter().sum::<u64>() * TICK_MICROS)
}

/// The process named `name` that `parent` or a child of it started, if there is one; else `parent`.
pub fn descendant(parent: u32, name: &str) -> u32 {
    let mut waiting = vec![parent];
    while let Some(pid) = waiting.pop() {
        let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if comm.trim() == name {
            return pid;
        }
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
    }
    parent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_memory_and_is_its_own_descendant() {
        let own = std::process::id();
        assert!(rss_mb(own).unwrap() > 0.1);
        assert_eq!(descendant(own, "no such name"), own);
    }
}
