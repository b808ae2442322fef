//! `writ borrow` as a process, and `writ verify` of what it brings.

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
    use domain::id::{LeaseId, TenantId};
    use domain::time::Millis;
    use license::cert::{Certified, KeyUse};
    use license::keys::SigningSeed;
    use license::lease::LeaseClaims;
    use license::receipt::{ReceiptClaims, Returned};
    use serde_json::{Value, json};

    use crate::process::{command, now, serve, serve_logged};
    use crate::testing::{Act, Folder, lease, lease_id, license, next_root, problem, root};

    fn told(base: &str, folder: &Folder, args: &[&str]) -> (i32, Value) {
        let output = command(base, folder, args).output().unwrap();
        let (code, out) = (output.status.code().unwrap(), output.stdout);
        (code, serde_json::from_slice(&out).unwrap_or_default())
    }

    fn answer_key() -> (SigningSeed, String) {
        let seed = SigningSeed::from_bytes(&[9; 32]);
        let certified = Certified {
            kid: seed.public().kid().unwrap(),
            owner: TenantId::parse("writ").unwrap(),
            usage: KeyUse::Answer,
            public: seed.public(),
            not_before: Millis(0),
            not_after: Millis(4_000_000_000_000),
        };
        let cert = certified.certify(&root()).unwrap();
        (seed, cert)
    }

    /// The text of a seat of `host` that begins and ends so many seconds from now.
    fn text(host: Option<&str>, begins: i64, ends: i64) -> String {
        let (license, now) = (license(), now().seconds());
        let mut claims = json!({
            "iss": "writ", "sub": lease_id(1), "aud": license.product, "iat": now, "nbf": now + begins,
            "exp": now + ends, "jti": "1",
            "writ": {
                "license_id": license.id, "code": license.code, "holder": license.holder,
                "quantity": 1, "commit": 1, "overage": 0, "features": [],
            },
        });
        if let Some(host) = host {
            claims["writ"]["host"] = json!(host);
        }
        let claims: LeaseClaims = serde_json::from_value(claims).unwrap();
        let (seed, cert) = answer_key();
        claims.sign(&seed, &cert).unwrap()
    }

    fn receipt() -> String {
        let returned = Returned {
            lease: LeaseId::parse(&lease_id(1)).unwrap(),
            license: license().id,
            at: now(),
            held_until: None,
        };
        let claims = ReceiptClaims::of(returned, &TenantId::parse("writ").unwrap(), Millis(0));
        let (seed, cert) = answer_key();
        claims.sign(&seed, &cert).unwrap()
    }

    fn pem(folder: &Folder, key: &SigningSeed) -> String {
        let path = folder.path().join("root.pem");
        std::fs::create_dir_all(folder.path()).unwrap();
        std::fs::write(&path, key.public().to_pem()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_borrowed_seat_is_kept_in_a_file_and_verified_from_there() {
        let folder = Folder::new("borrow-file");
        let (root, file) = (pem(&folder, &root()), folder.path().join("seat"));
        let text = text(None, 0, 60);
        let mut answer = lease(1, 60, "stop");
        answer["lease"] = json!(text);
        let said = answer.clone();
        let (base, log) = serve_logged(move || vec![Act::SayUnsigned(201, said)]);
        let file = file.to_str().unwrap();
        let asked = ["borrow", "--seconds", "60", "--user", "ada", "--host", "ws-1", "--out", file];
        let (code, out) = told(&base, &folder, &[&asked[..], &["--root", &root]].concat());
        assert_eq!((code, &out["lease"]), (0, &answer["lease"]), "{out}");
        assert_eq!(std::fs::read_to_string(file).unwrap(), format!("{text}\n"));
        let want =
            json!({ "license_id": "ACME-ENT-1", "user": "ada", "host": "ws-1", "seconds": 60 });
        assert_eq!(log.lock().unwrap()[0].body, want);
        assert!(log.lock().unwrap()[0].key.is_some());
        let (code, out) = told(&base, &folder, &["verify", file, "--root", &root]);
        assert_eq!((code, &out["code"]), (0, &json!("VALID_UNCONFIRMED")), "{out}");
        assert_eq!(out["claims"]["sub"], lease_id(1).as_str());
    }

    #[test]
    fn what_is_verified_offline_is_told_by_exit_codes() {
        let rows = [
            ("good", text(None, 0, 60), 0, json!("VALID_UNCONFIRMED")),
            ("early", text(None, 60, 90), 3, json!("NOT_YET_VALID")),
            ("over", text(None, -60, 0), 3, json!("EXPIRED")),
            (
                "elsewhere",
                text(Some("no-such-host.invalid"), 0, 60),
                3,
                json!("FINGERPRINT_MISMATCH"),
            ),
            ("receipt", receipt(), 0, Value::Null),
        ];
        for (name, text, exit, code) in rows {
            let folder = Folder::new(&format!("borrow-verify-{name}"));
            let good = pem(&folder, &root());
            let (got, out) =
                told("http://nowhere.invalid", &folder, &["verify", &text, "--root", &good]);
            assert_eq!((got, &out["code"]), (exit, &code), "{name}: {out}");
            let stranger = pem(&folder, &next_root());
            let refused =
                told("http://nowhere.invalid", &folder, &["verify", &text, "--root", &stranger]);
            assert_eq!(refused, (5, Value::Null), "{name}");
        }
    }

    #[test]
    fn who_does_not_say_how_long_or_may_not_gets_no_seat() {
        let rows: [(&[&str], i32); 4] = [
            (&["borrow"], 2),
            (&["borrow", "--seconds", "1", "--until", "2100-01-01"], 2),
            (&["borrow", "--until", "soon"], 2),
            (&["borrow", "--until", "2100-01-01"], 6),
        ];
        for (number, (args, exit)) in rows.into_iter().enumerate() {
            let said = problem(422, "borrow-too-long", "as said");
            let base = serve(move || vec![Act::SayUnsigned(422, said)]);
            let folder = Folder::new(&format!("borrow-refused-{number}"));
            assert_eq!(told(&base, &folder, args), (exit, Value::Null), "{args:?}");
        }
    }
}
