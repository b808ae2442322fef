//! Progress that a person can follow: numbered steps, elapsed time, logs kept and shown on failure.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::root::Root;

/// How often a long step says that it is still running.
const PULSE: Duration = Duration::from_secs(10);
/// How much of a log is shown: its last bytes.
const TAIL: u64 = 6_000;

/// Numbered steps of one command.
#[derive(Debug)]
pub struct Steps {
    done: usize,
    total: usize,
    started: Instant,
}

impl Steps {
    /// Starts counting towards `total`.
    pub fn new(total: usize) -> Self {
        Self { done: 0, total, started: Instant::now() }
    }

    /// Runs one step, saying what it is before and how long it took after.
    ///
    /// # Errors
    /// Those of the step.
    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        let label = format!("[{}/{}]", self.done, self.total);
        println!("{label} {what} …");
        let from = Instant::now();
        let result = work().with_context(|| what.to_owned())?;
        println!("{label} {what}: done in {} (total {})", secs(from), secs(self.started));
        Ok(result)
    }
}

/// Seconds since `from`, for people.
pub fn secs(from: Instant) -> String {
    format!("{:.1} s", from.elapsed().as_secs_f64())
}

/// Runs a command with its output in `.writ/log/<log>.log`, saying every 10 s how far it is.
///
/// # Errors
/// When it cannot be started, or fails: then the end of its log is printed.
pub fn logged(root: &Root, log: &str, command: &mut Command) -> Result<()> {
    std::fs::create_dir_all(root.writ("log"))?;
    let path = root.writ(format!("log/{log}.log"));
    let out = File::create(&path)?;
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
    if wait(&mut child, &path)? {
        return Ok(());
    }
    eprintln!("{}", tail(&path, TAIL)?);
    bail!("{name} failed; the whole log: .writ/log/{log}.log")
}

fn wait(child: &mut Child, log: &Path) -> Result<bool> {
    let from = Instant::now();
    let mut next = PULSE;
    let mut nap = Duration::from_millis(5);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        sleep(nap);
        nap = (nap * 2).min(Duration::from_millis(200));
        if from.elapsed() >= next {
            next += PULSE;
            println!("      {} | {}", secs(from), last_line(&tail(log, 1_000)?));
        }
    }
}

fn tail(path: &Path, bytes: u64) -> Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The last line that says something, cut to the width of a terminal.
fn last_line(text: &str) -> String {
    let line = text.split(['\n', '\r']).map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("(nothing said yet)").chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_last_that_says_something() {
        let rows = [
            ("a\nb\n\n", "b"),
            ("", "(nothing said yet)"),
            ("50 %\r100 %\r", "100 %"),
            ("one", "one"),
        ];
        for (text, want) in rows {
            assert_eq!(last_line(text), want, "{text:?}");
        }
    }
}
