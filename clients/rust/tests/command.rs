//! The command as a process: exit codes, lines and signals, against a scripted service on loopback.

#[cfg(test)]
pub use writ::{failure, transport};

#[cfg(test)]
#[path = "../src/testing.rs"]
#[allow(dead_code, reason = "shared with the library's own tests")]
mod testing;

#[cfg(test)]
#[allow(dead_code, reason = "shared by the tests of several surfaces")]
mod process;

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    use serde_json::json;

    use crate::process::{command, events, finish, now, serve};
    use crate::testing::{Act, Folder, beat, verdict};

    /// Name, script, exit code.
    type Case = (&'static str, fn() -> Vec<Act>, i32);

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
