//! A platform on loopback: started on a free port, ended with the test run, however that ends.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;

use ureq::Agent;

use crate::http::Call;
use crate::inputs;
use crate::root::Root;

/// A running platform with state, secrets and operator of its own.
///
/// It ends when its standard input closes, so it does not outlive the tests even when they are killed.
pub struct Platform {
    child: Child,
    input: Mutex<Option<ChildStdin>>,
    said: Mutex<Receiver<Value>>,
    outside: String,
    root: Root,
    folder: PathBuf,
    port: u16,
    operator_key: String,
    agent: Agent,
}

/// The platform that most tests share. Their tenants keep them apart, as they do in real life.
pub fn shared() -> &'static Platform {
    static SHARED: OnceLock<Platform> = OnceLock::new();
    SHARED.get_or_init(|| Platform::start("shared"))
}

impl Platform {
    /// A platform on fresh state.
    pub fn start(name: &str) -> Self {
        Self::start_with(name, &Value::Null)
    }

    /// A platform on fresh state with variables of its own.
    pub fn start_with(name: &str, vars: &Value) -> Self {
        let root = Root::find().unwrap();
        let folder = fresh_folder(&root, name);
        let port = free_port();
        let operator_key = inputs::write(&folder, port, vars);
        let Spawned { child, input, said, outside } = spawn(&root, &folder, port);
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_mins(1)))
            .http_status_as_error(false)
            .max_redirects(0)
            // An empty answer would come with an empty, and so ill-formed, gzip body.
            .accept_encoding(ureq::config::AutoHeaderValue::None)
            .proxy(None);
        let agent = config.build().into();
        let (input, said) = (Mutex::new(Some(input)), Mutex::new(said));
        Self { child, input, said, outside, root, folder, port, operator_key, agent }
    }

    /// A request to `host`, which is a tenant's slug or a house's name; `host` with a dot is taken as it is.
    pub fn call(&self, method: &str, host: &str, path: &str) -> Call<'_> {
        Call::new(&self.agent, self.port, method, &self.host(host), path)
    }

    /// The authority of a slug, as browsers send it.
    pub fn host(&self, slug: &str) -> String {
        let name = if slug.contains('.') || slug == "localhost" {
            slug.to_owned()
        } else {
            format!("{slug}.{}", inputs::APEX)
        };
        format!("{name}:{}", self.port)
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The operator's first key, with the scope `admin`.
    pub fn operator_key(&self) -> &str {
        &self.operator_key
    }

    /// A request to what stands in for the world outside: `/mail/...`, `/dns/...`.
    pub fn outside(&self, method: &str, path: &str) -> Call<'_> {
        let (host, port) = self.outside.rsplit_once(':').unwrap();
        let host = host.trim_start_matches("http://");
        Call::new(&self.agent, port.parse().unwrap(), method, &format!("{host}:{port}"), path)
    }

    /// The URL of what stands in for the world outside.
    pub fn outside_url(&self) -> &str {
        &self.outside
    }

    /// Runs the clock once, as cron does, and waits until it has ended.
    pub fn tick(&self) {
        let mut input = self.input.lock().unwrap();
        writeln!(input.as_mut().unwrap(), r#"{{"cron":"clock"}}"#).unwrap();
        let said = self.said.lock().unwrap().recv_timeout(Duration::from_mins(1)).unwrap();
        assert_eq!(said["ok"], true, "{said}");
    }

    /// The root of the checkout.
    pub fn checkout(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What the platform keeps: D1 and objects.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// Changes the installation's secrets; they are in force after a restart.
    pub fn change_secrets(&self, change: impl FnOnce(&mut Value)) {
        let path = self.folder.join("secrets.json");
        let mut secrets = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut secrets);
        fs::write(path, secrets.to_string()).unwrap();
    }

    /// The process of the platform, for [`Self::kill_process`].
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends a platform and all that it started at once, as a power cut would. It is known by its process, for
    /// requests to it may be under way.
    pub fn kill_process(process: u32) {
        let group = format!("-{process}");
        Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
    }

    /// Ends the platform in good order.
    pub fn stop(&mut self) {
        self.input.get_mut().unwrap().take();
        self.child.wait().unwrap();
    }

    /// Starts it again on the same state, after it was killed or stopped.
    pub fn restart(&mut self) {
        self.child.wait().unwrap();
        let Spawned { child, input, said, outside } = spawn(&self.root, &self.folder, self.port);
        self.child = child;
        (self.input, self.said) = (Mutex::new(Some(input)), Mutex::new(said));
        self.outside = outside;
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // Also when a test failed while it held the input.
        self.input.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

struct Spawned {
    child: Child,
    input: ChildStdin,
    said: Receiver<Value>,
    outside: String,
}

/// Its own process group, so that all of it can be ended at once.
fn spawn(root: &Root, folder: &Path, port: u16) -> Spawned {
    assert_built(root);
    let said = fs::File::create(folder.join("serve.log")).unwrap();
    let mut command = root.command(root.npm_bin("node"));
    command.arg(root.join("xtask/platform/serve.mjs")).args([
        "--port",
        &port.to_string(),
        "--faults",
    ]);
    for (flag, name) in [
        ("--state", "state"),
        ("--vars", "vars.json"),
        ("--secrets", "secrets.json"),
        ("--bootstrap", "bootstrap.json"),
        ("--log", "platform.log"),
    ] {
        command.arg(flag).arg(folder.join(name));
    }
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(said);
    let mut child = command.spawn().expect("node cannot be started: run `cargo xtask setup`");
    let input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    let ready = lines.by_ref().find(|line| line["ready"] == true);
    let log = || fs::read_to_string(folder.join("serve.log")).unwrap_or_default();
    let ready = ready.unwrap_or_else(|| panic!("the platform did not start: {}", log()));
    let outside = ready["outside"].as_str().unwrap().to_owned();
    let (tell, said) = channel();
    // Whoever writes into a pipe that nobody reads is ended: what is no answer to us is read all the same.
    std::thread::spawn(move || {
        lines.filter(|line| line["cron"].is_string()).for_each(|line| drop(tell.send(line)));
    });
    Spawned { child, input, said, outside }
}

fn assert_built(root: &Root) {
    for worker in
        ["validate", "heartbeat", "checkout", "issue", "control", "portal", "clock", "objects"]
    {
        let built = root.join(format!("workers/{worker}/build/index.js"));
        assert!(built.is_file(), "the worker {worker} is not built: run `cargo xtask build`");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `target/live/<name>-<process>`; what ended test runs have left behind is removed.
fn fresh_folder(root: &Root, name: &str) -> PathBuf {
    let all = root.join("target/live");
    fs::create_dir_all(&all).unwrap();
    for entry in fs::read_dir(&all).unwrap().flatten() {
        let path = entry.path();
        let process =
            path.to_str().and_then(|path| path.rsplit_once('-')).map(|(_, process)| process);
        if process.is_none_or(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir_all(path);
        }
    }
    let folder = all.join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
