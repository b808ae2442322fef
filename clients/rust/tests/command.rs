//! The command as a process: exit codes, lines and signals, against a scripted service on loopback.

#[cfg(test)]
pub use writ::{failure, transport};

#[cfg(test)]
#[path = "../src/testing.rs"]
#[allow(dead_code, reason = "shared with the library's own tests")]
mod testing;

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::{SystemTime, UNIX_EPOCH};

    use domain::time::Millis;
    use serde_json::{Value, json};
    use writ::transport::{Reply, Request, Transport};

    use crate::testing::{Act, Folder, Service, beat, verdict};

    /// Name, script, exit code.
    type Case = (&'static str, fn() -> Vec<Act>, i32);

    fn now() -> Millis {
        #[expect(clippy::disallowed_methods, reason = "the process under test uses the real clock")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Millis(i64::try_from(since.as_millis()).unwrap())
    }

    /// Serves a script on a port of its own; an empty script drops connections.
    fn serve(script: impl FnOnce() -> Vec<Act> + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://acme.writ.localhost:{}", listener.local_addr().unwrap().port());
        let at = base.clone();
        thread::spawn(move || {
            let mut service = Service::at(&at);
            service.script(script());
            for stream in listener.incoming().flatten() {
                service.set_time(now());
                answer(&mut service, stream);
            }
        });
        base
    }

    fn answer(service: &mut Service, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let method = if method == "GET" { "GET" } else { "POST" };
        let body = (length > 0).then_some(body.as_slice());
        let request = Request { method, body, ..Request::get(&path) };
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
        let headers = [
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

    fn command(base: &str, folder: &Folder, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_writ"));
        command
            .args(args)
            .env("WRIT_URL", base)
            .env("WRIT_API_KEY", "wk_test")
            .env("WRIT_LICENSE", "ACME-ENT-1");
        command.arg("--json").arg("--state").arg(folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Exit code and the lines on stdout.
    fn finish(child: Child) -> (i32, Vec<Value>) {
        let output = child.wait_with_output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (output.status.code().unwrap_or(-1), lines)
    }

    fn events(lines: &[Value]) -> Vec<&str> {
        lines.iter().filter_map(|line| line["event"].as_str()).collect()
    }

    #[test]
    fn validate_tells_by_its_exit_code_what_it_learnt() {
        let problem = || json!(wire::Problem::from(wire::Kind::ScopeMissing));
        let rows: [Case; 4] = [
            ("valid", || vec![Act::Say(verdict("VALID", now(), 60, 600))], 0),
            ("not valid", || vec![Act::Say(verdict("EXPIRED", now(), 60, 0))], 3),
            ("silence", Vec::new, 4),
            ("forged", || vec![Act::SayAltered(verdict("EXPIRED", now(), 60, 0))], 5),
        ];
        for (name, script, want) in rows {
            let folder = Folder::new(&format!("validate-{name}"));
            let (code, lines) =
                finish(command(&serve(script), &folder, &["validate"]).spawn().unwrap());
            assert_eq!(code, want, "{name}: {lines:?}");
        }
        let folder = Folder::new("validate-refused");
        let base = serve(move || vec![Act::SayUnsigned(403, problem())]);
        assert_eq!(finish(command(&base, &folder, &["validate"]).spawn().unwrap()).0, 6);
    }

    #[test]
    fn only_validate_takes_the_license_key_for_a_credential() {
        let rows: [(&[&str], i32); 4] =
            [(&["validate"], 0), (&["activate"], 2), (&["deactivate"], 2), (&["run"], 2)];
        for (args, want) in rows {
            let folder = Folder::new(&format!("credential-{}", args[0]));
            let base = serve(|| vec![Act::Say(verdict("VALID", now(), 60, 600))]);
            let mut command = command(&base, &folder, args);
            command.env_remove("WRIT_API_KEY").env("WRIT_LICENSE", crate::testing::key_at(1));
            let output = command.spawn().unwrap().wait_with_output().unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(want), "{args:?}: {told}");
            assert_eq!(told.contains("needs an API key"), want == 2, "{args:?}: {told}");
        }
    }

    #[test]
    fn run_obeys_then_sees_the_revocation_and_ends() {
        let base = serve(|| {
            let id = domain::id::CommandId::new([1; 16]);
            let limits =
                json!([{"id": id, "type": "update_limits", "new_limits": {"max_vms": 60}}]);
            let nothing = json!([]);
            vec![
                Act::Say(verdict("VALID", now(), 60, 600)),
                Act::Say(beat("VALID", now(), 600, &limits)),
                Act::Say(beat("REVOKED", now(), 0, &nothing)),
            ]
        });
        let folder = Folder::new("run-revoked");
        let (code, lines) = finish(command(&base, &folder, &["run"]).spawn().unwrap());
        assert_eq!(events(&lines), ["root_pinned", "verdict", "limits", "verdict", "ended"]);
        assert_eq!(lines[2], json!({"event": "limits", "limits": {"vms": 60}}));
        assert_eq!(code, 3, "{lines:?}");
    }

    #[test]
    fn run_survives_an_outage_until_its_deadline_and_no_longer() {
        let base = serve(|| {
            vec![
                Act::Say(verdict("VALID", now(), 1, 3)),
                Act::Say(beat("VALID", now(), 3, &json!([]))),
            ]
        });
        let folder = Folder::new("run-outage");
        let (code, lines) = finish(command(&base, &folder, &["run"]).spawn().unwrap());
        assert_eq!(code, 4, "{lines:?}");
        assert_eq!(events(&lines), ["root_pinned", "verdict", "trouble", "ended"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_ends_a_run_cleanly() {
        let base = serve(|| {
            vec![
                Act::Say(verdict("VALID", now(), 600, 900)),
                Act::Say(beat("VALID", now(), 900, &json!([]))),
            ]
        });
        let folder = Folder::new("run-signal");
        let mut child = command(&base, &folder, &["run"]).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        while !stdout.next().unwrap().unwrap().contains("verdict") {}
        assert!(
            Command::new("kill")
                .args(["-TERM", &child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
        assert!(stdout.any(|line| line.unwrap().contains("ended by a signal")));
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
