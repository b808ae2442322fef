//! The running local platform: a Node process that drives workerd (`xtask/platform/serve.mjs`).

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::root::Root;

/// How long a start may take before something is surely wrong.
const PATIENCE: Duration = Duration::from_mins(1);

/// How to start.
#[derive(Debug)]
pub struct Start {
    /// Where to listen on loopback.
    pub port: u16,
    /// Keeps running when this program ends.
    pub detached: bool,
}

/// A platform that answers.
#[derive(Debug)]
pub struct Platform {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// Where what stands in for the world outside listens: mail, identity providers.
    pub outside: String,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
    url: String,
    outside: String,
}

impl Platform {
    /// Starts the platform on the state of `.writ/state` and waits until it answers.
    ///
    /// # Errors
    /// When it ends instead; its last words are in the error.
    pub fn start(root: &Root, start: &Start) -> Result<Self> {
        let said = root.writ("log/serve.log");
        fs::create_dir_all(root.writ("log"))?;
        let out = File::create(&said)?;
        let mut command = root.command(root.npm_bin("node"));
        command
            .arg(root.join("xtask/platform/serve.mjs"))
            .args(["--port", &start.port.to_string()])
            // Next door, where people find the outbox.
            .args(["--outside", &start.port.saturating_add(1).to_string()]);
        for (flag, path) in [
            ("--state", "state"),
            ("--vars", "vars.json"),
            ("--secrets", "secrets.json"),
            ("--bootstrap", "bootstrap.json"),
            ("--log", "log/platform.log"),
        ] {
            command.arg(flag).arg(root.writ(path));
        }
        if start.detached {
            // Its own group, so that Ctrl-C here does not reach it.
            command.arg("--detached").stdin(Stdio::null()).process_group(0);
        } else {
            command.stdin(Stdio::piped());
        }
        let child = command.stdout(out.try_clone()?).stderr(out).spawn();
        let mut child = child.context("node cannot be started: run `cargo xtask setup`")?;
        fs::write(pid_file(root), child.id().to_string())?;
        let Ready { url, outside, .. } = ready(&mut child, &said)?;
        Ok(Self { child, url, outside })
    }

    /// Waits until it ends.
    ///
    /// # Errors
    /// When it ends by itself in disorder.
    pub fn wait(mut self) -> Result<()> {
        // Held open until then: waiting would close it, and that tells the platform to end.
        let _input = self.child.stdin.take();
        let status = self.child.wait()?;
        if !status.success() {
            bail!("the platform ended with {status}; see .writ/log/serve.log");
        }
        Ok(())
    }
}

/// Ends the platform that runs on this checkout; says whether there was one.
///
/// # Errors
/// When it does not end.
pub fn stop(root: &Root) -> Result<bool> {
    let path = pid_file(root);
    let Ok(pid) = fs::read_to_string(&path) else { return Ok(false) };
    let running = is_platform(&pid);
    if running {
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let from = Instant::now();
        while is_platform(&pid) {
            if from.elapsed() > Duration::from_secs(10) {
                bail!("the platform (process {pid}) does not end");
            }
            sleep(Duration::from_millis(20));
        }
    }
    fs::remove_file(path)?;
    Ok(running)
}

fn pid_file(root: &Root) -> PathBuf {
    root.writ("up.pid")
}

/// Whether the process is still the one that was started, and not a stranger with its number.
fn is_platform(pid: &str) -> bool {
    let ps = Command::new("ps").args(["-o", "stat=,args=", "-p", pid]).output();
    ps.is_ok_and(|out| {
        let line = String::from_utf8_lossy(&out.stdout).into_owned();
        line.contains("serve.mjs") && !line.starts_with('Z')
    })
}

fn ready(child: &mut Child, said: &Path) -> Result<Ready> {
    let from = Instant::now();
    loop {
        let text = fs::read_to_string(said)?;
        if let Some(ready) = text.lines().find_map(ready_of) {
            return Ok(ready);
        }
        if child.try_wait()?.is_some() {
            bail!("the platform did not start:\n{text}");
        }
        if from.elapsed() > PATIENCE {
            child.kill()?;
            bail!("the platform is not ready after {} s:\n{text}", PATIENCE.as_secs());
        }
        sleep(Duration::from_millis(20));
    }
}

fn ready_of(line: &str) -> Option<Ready> {
    serde_json::from_str::<Ready>(line).ok().filter(|ready| ready.ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_ready_line_counts() {
        let rows = [
            (
                r#"{"ready":true,"url":"http://127.0.0.1:1","ms":9,"direct":{},"outside":"http://127.0.0.1:2"}"#,
                true,
            ),
            (r#"{"ready":true,"url":"http://127.0"#, false),
            (r#"{"level":"error"}"#, false),
        ];
        for (line, want) in rows {
            assert_eq!(ready_of(line).is_some(), want, "{line}");
        }
    }
}
