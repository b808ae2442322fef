//! `writ checkout`, `return` and `extend` as processes, against a scripted service on loopback.

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
#[cfg(unix)]
mod hold;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::process::{command, serve, serve_logged};
    use crate::testing::{Act, Folder, extended, lease, lease_id, problem, returned};

    /// Exit code, stdout and stderr.
    fn told(base: &str, name: &str, args: &[&str]) -> (i32, String, String) {
        let output = command(base, &Folder::new(name), args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[test]
    fn without_a_command_the_lease_stays_held_until_it_is_returned() {
        let (base, log) = serve_logged(|| {
            vec![
                Act::SayUnsigned(201, lease(1, 60, "stop")),
                Act::SayUnsigned(200, extended(1, 90)),
                Act::SayUnsigned(200, returned(1)),
            ]
        });
        let id = lease_id(1);
        let asked = ["checkout", "--user", "alice", "--host", "ws-042", "--feature", "render"];
        let (code, out, err) = told(&base, "lease-held", &[&asked[..], &["--ttl", "60"]].concat());
        assert_eq!(
            (code, serde_json::from_str(&out).ok()),
            (0, Some(lease(1, 60, "stop"))),
            "{err}"
        );
        let (code, out, _) = told(&base, "lease-extend", &["extend", &id, "--ttl", "90"]);
        assert_eq!((code, serde_json::from_str(&out).ok()), (0, Some(extended(1, 90))));
        let (code, out, _) = told(&base, "lease-return", &["return", &id]);
        assert_eq!((code, serde_json::from_str(&out).ok()), (0, Some(returned(1))));
        let log = log.lock().unwrap();
        let bodies: Vec<Value> = log.iter().map(|asked| asked.body.clone()).collect();
        let want = json!({"license_id": "ACME-ENT-1", "user": "alice", "host": "ws-042",
            "ttl": 60, "features": ["render"]});
        assert_eq!(bodies[0], want);
        assert_eq!(bodies[1], json!({"lease_id": id, "ttl": 90}));
        assert_eq!(bodies[2], json!({"lease_id": id}));
        assert!(log[0].key.is_some() && log[2].key.is_some());
    }

    #[test]
    fn people_read_lines() {
        let base = serve(|| vec![Act::SayUnsigned(201, lease(1, 60, "stop"))]);
        let folder = Folder::new("lease-lines");
        let mut plain = std::process::Command::new(env!("CARGO_BIN_EXE_writ"));
        plain.args(["--url", &base, "--api-key", "wk_test", "--state"]).arg(folder.path());
        plain.args(["checkout", "--product", "render"]).env_remove("WRIT_LICENSE");
        let told = String::from_utf8(plain.output().unwrap().stdout).unwrap();
        let license = crate::testing::license().id;
        let want = format!(
            "leased       {}\nlicense      {license}\ntype         commit\nseats        1\nexpires      2025-10-04T10:31:05Z\n",
            lease_id(1)
        );
        assert_eq!(told, want);
    }

    #[test]
    fn refusals_are_told_apart_by_exit_code_and_text() {
        let id = lease_id(1);
        let rows: [(&[&str], u16, &str, i32, &str); 6] = [
            (&["checkout"], 409, "no-seat-free", 8, "no seat: as said"),
            (&["checkout"], 409, "license-not-usable", 6, "refused: as said (license-not-usable)"),
            (&["checkout"], 403, "scope-missing", 6, "refused: as said (scope-missing)"),
            (&["checkout", "--", "true"], 409, "no-seat-free", 8, "no seat: as said"),
            (&["extend", &id], 409, "lease-ended", 9, "the lease is over: as said (lease-ended)"),
            (
                &["return", &id],
                404,
                "lease-not-found",
                9,
                "the lease is over: as said (lease-not-found)",
            ),
        ];
        for (number, (args, status, code, exit, text)) in rows.into_iter().enumerate() {
            let code = code.to_owned();
            let said = problem(status, &code, "as said");
            let base = serve(move || vec![Act::SayLater(status, said, 7)]);
            let (got, out, err) = told(&base, &format!("lease-refused-{number}"), args);
            let err: Value = serde_json::from_str(&err).unwrap();
            assert_eq!((got, out.as_str(), &err["error"]), (exit, "", &json!(text)), "{args:?}");
            assert_eq!(err["problem"]["code"], code, "{args:?}");
            let seconds = if exit == 8 { json!(7) } else { Value::Null };
            assert_eq!(err["retry_after"], seconds, "{args:?}");
        }
    }

    #[test]
    fn wrong_arguments_and_silence_have_codes_of_their_own() {
        let base = serve(Vec::new);
        let id = lease_id(1);
        let rows: [(&[&str], i32, &str); 4] = [
            (&["return", "lease_x"], 2, "is not a valid lease id"),
            (&["--license", "", "checkout"], 2, "name a license or a product"),
            (&["--api-key", "", "checkout"], 2, "needs an API key"),
            (&["extend", &id], 4, "cannot be reached"),
        ];
        for (number, (args, exit, text)) in rows.into_iter().enumerate() {
            let (code, _, err) = told(&base, &format!("lease-wrong-{number}"), args);
            assert_eq!(code, exit, "{args:?}: {err}");
            assert!(err.contains(text), "{args:?}: {err}");
        }
    }
}
