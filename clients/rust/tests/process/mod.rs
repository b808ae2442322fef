//! The command as a process, and a scripted service on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Millis;
use serde_json::Value;
use writ::transport::{Reply, Request, Transport};

use crate::testing::{Act, Folder, Service};

pub fn now() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the process under test uses the real clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Millis(i64::try_from(since.as_millis()).unwrap())
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub key: Option<String>,
    pub body: Value,
}

/// What came, shared with the service's thread.
pub type Log = Arc<Mutex<Vec<Asked>>>;

/// Serves a script on a port of its own; an empty script drops connections.
pub fn serve(script: impl FnOnce() -> Vec<Act> + Send + 'static) -> String {
    serve_logged(script).0
}

/// The same, with what comes.
pub fn serve_logged(script: impl FnOnce() -> Vec<Act> + Send + 'static) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://acme.writ.localhost:{}", listener.local_addr().unwrap().port());
    let (at, log) = (base.clone(), Log::default());
    let seen = log.clone();
    thread::spawn(move || {
        let mut service = Service::at(&at);
        service.script(script());
        for stream in listener.incoming().flatten() {
            service.set_time(now());
            answer(&mut service, stream, &log);
        }
    });
    (base, seen)
}

fn answer(service: &mut Service, mut stream: TcpStream, log: &Log) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or_default() == 0 {
        return;
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let (mut length, mut key) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        } else if name.eq_ignore_ascii_case("idempotency-key") {
            key = Some(value.trim().to_owned());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let method = if method == "GET" { "GET" } else { "POST" };
    let body = (length > 0).then_some(body.as_slice());
    let asked = serde_json::from_slice(body.unwrap_or_default()).unwrap_or_default();
    log.lock().unwrap().push(Asked { path: path.clone(), key: key.clone(), body: asked });
    let idempotency_key = key.as_deref();
    let request = Request { method, body, idempotency_key, ..Request::get(&path) };
    if let Ok(reply) = service.send(request) {
        respond(&mut stream, &reply);
    }
}

fn respond(stream: &mut TcpStream, reply: &Reply) {
    let mut head = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    let retry_after = reply.retry_after.map(|seconds| seconds.to_string());
    let headers = [
        ("Retry-After", &retry_after),
        ("Content-Digest", &reply.content_digest),
        ("Signature-Input", &reply.signature_input),
        ("Signature", &reply.signature),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(&reply.body).unwrap();
}

pub fn command(base: &str, folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_writ"));
    command.arg("--json").arg("--state").arg(folder.path());
    command
        .args(args)
        .env("WRIT_URL", base)
        .env("WRIT_API_KEY", "wk_test")
        .env("WRIT_LICENSE", "ACME-ENT-1");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit code and the lines on stdout.
pub fn finish(child: Child) -> (i32, Vec<Value>) {
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap_or(-1), lines)
}

pub fn events(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["event"].as_str()).collect()
}
