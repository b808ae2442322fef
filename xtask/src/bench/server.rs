//! Servers under measurement: each a process on loopback that ends with this program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{FOLDER, machine};
use crate::root::Root;

/// How long a peer may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that serves.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Held open: a platform ends when its input closes.
    input: Option<ChildStdin>,
    /// The process whose memory counts.
    pub pid: u32,
    /// Where it listens.
    pub url: String,
    /// The workers' own sockets.
    direct: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    direct: BTreeMap<String, String>,
}

impl Server {
    /// Starts a Node program that runs workers and prints where they listen.
    ///
    /// # Errors
    /// When it ends instead; `log` in the bench's folder then has its last words.
    pub fn node(root: &Root, log: &str, args: &[String]) -> Result<Self> {
        let mut command = root.command(root.npm_bin("node"));
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(File::create(root.join(FOLDER).join(log))?);
        let mut child = command.spawn().context("node cannot be started")?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("node has no output")?;
        let mut first = String::new();
        BufReader::new(output).read_line(&mut first)?;
        let ready = serde_json::from_str::<Ready>(&first);
        let Ok(ready) = ready else {
            bail!("{} did not start; see {FOLDER}/{log}", args.join(" "));
        };
        let pid = machine::descendant(child.id(), "workerd");
        Ok(Self { child, input, pid, url: ready.url, direct: ready.direct })
    }

    /// Starts a program that listens on `port`.
    ///
    /// # Errors
    /// When it does not listen in time.
    pub fn program(root: &Root, log: &str, mut command: Command, port: u16) -> Result<Self> {
        let out = File::create(root.join(FOLDER).join(log))?;
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        let child = command.spawn().context("the peer cannot be started")?;
        let url = format!("http://127.0.0.1:{port}");
        let server = Self { pid: child.id(), child, input: None, url, direct: BTreeMap::new() };
        let from = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if from.elapsed() > PATIENCE {
                bail!("the peer does not listen; see {FOLDER}/{log}");
            }
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// A worker's own socket.
    ///
    /// # Errors
    /// When it has none.
    pub fn direct(&self, worker: &str) -> Result<&str> {
        self.direct.get(worker).map(String::as_str).with_context(|| format!("no worker {worker}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Node programs end in order when their input closes; peers have nothing to put in order.
        if self.input.take().is_some() {
            for _ in 0..250 {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    return;
                }
                sleep(Duration::from_millis(20));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
