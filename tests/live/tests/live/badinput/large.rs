//! Bodies over the limit, announced and unannounced.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use live::{Tenant, shared};
use serde_json::json;

use super::{GENERATE, HEARTBEAT, VALIDATE};

#[test]
fn bodies_over_the_limit_are_refused_however_they_come() {
    let p = shared();
    let (vendor, holder) = (p.vendor(), p.customer());
    let license = p.license(&vendor, &holder, &json!({}));
    let (small, large) = (65_536, 10 << 20);
    for path in [VALIDATE, HEARTBEAT, GENERATE] {
        for size in [small + 1, large] {
            for chunked in [false, true] {
                let answer = upload(&vendor, path, size, chunked);
                let told =
                    answer.contains(" 413 ") && answer.contains("\"code\":\"body-too-large\"");
                assert!(
                    told && answer.contains("x-request-id: "),
                    "{path}, {size} bytes, chunked {chunked}: {answer}"
                );
            }
        }
    }
    let mut body = format!(r#"{{"license_id":"{}"}}"#, license.id).into_bytes();
    body.resize(small, b' ');
    assert_eq!(holder.call(p, "POST", VALIDATE).raw(body.clone()).send().ok(200)["code"], "VALID");
    assert_eq!(
        holder.call(p, "POST", VALIDATE).raw(body).chunked().send().ok(200)["code"],
        "VALID"
    );
}

/// The answer to a body of `size` blanks, as text. It comes while the body is still being sent, and then the
/// connection ends: so reading must not wait for writing.
fn upload(tenant: &Tenant, path: &str, size: usize, chunked: bool) -> String {
    let (p, key) = (shared(), &tenant.key);
    let length = if chunked {
        "transfer-encoding: chunked".to_owned()
    } else {
        format!("content-length: {size}")
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n{length}\r\n\r\n",
        p.host(&tenant.id)
    );
    let mut stream = TcpStream::connect(("127.0.0.1", p.port())).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        let blanks = vec![b' '; size];
        let body = if chunked {
            [format!("{size:x}\r\n").as_bytes(), &blanks, b"\r\n0\r\n\r\n"].concat()
        } else {
            blanks
        };
        // The platform may hang up before it has everything.
        let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body));
    });
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(read) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
        if read == 0 || answer.windows(16).any(|window| window == b"\"body-too-large\"") {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
    writing.join().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
