//! Whoever follows a pool sees what happens in it, in order, once, and within two seconds.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use live::{Licensed, Platform, Tenant, shared};
use serde_json::{Value, json};

/// How late an event may be.
const SOON: Duration = Duration::from_secs(2);
/// Longer than a connection takes to be made.
const PATIENCE: Duration = Duration::from_secs(20);

struct Pool {
    vendor: Tenant,
    holder: Tenant,
    license: Licensed,
}

impl Pool {
    fn new() -> Self {
        let p = shared();
        let (vendor, holder) = (p.vendor(), p.customer());
        let license = p.seats(&vendor, &holder, (5, 0), &json!({}));
        Self { vendor, holder, license }
    }

    fn path(&self, query: &str) -> String {
        format!("/api/v1/pools/{}/events{query}", self.license.id)
    }

    fn out(&self, user: &str) -> String {
        let ask = json!({ "license_id": self.license.id, "user": user });
        let lease = self.holder.post(shared(), "/api/v1/licenses/checkout", &ask).ok(201);
        lease["lease_id"].as_str().unwrap().to_owned()
    }

    fn back(&self, lease: &str) {
        let ask = json!({ "lease_id": lease });
        self.holder.post(shared(), "/api/v1/licenses/return", &ask).ok(200);
    }
}

/// An answer that goes on.
struct Stream {
    reader: BufReader<TcpStream>,
    /// The answer's first line and headers, in lower case.
    head: String,
}

impl Stream {
    fn open(p: &Platform, who: &Tenant, path: &str, headers: &str) -> Self {
        let mut socket = TcpStream::connect(("127.0.0.1", p.port())).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let (host, key) = (p.host(&who.id), &who.key);
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n{headers}\r\n"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(reader.read_line(&mut head).unwrap(), 0, "no answer: {head}");
        }
        Self { reader, head: head.to_lowercase() }
    }

    fn events(p: &Platform, who: &Tenant, path: &str, headers: &str) -> Self {
        let stream = Self::open(p, who, path, &format!("accept: text/event-stream\r\n{headers}"));
        assert!(stream.head.starts_with("http/1.1 200"), "{}", stream.head);
        assert!(stream.head.contains("content-type: text/event-stream"), "{}", stream.head);
        assert!(stream.head.contains("x-request-id: req_"), "{}", stream.head);
        stream
    }

    fn socket(p: &Platform, who: &Tenant, path: &str) -> Self {
        let upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let stream = Self::open(p, who, path, upgrade);
        assert!(stream.head.starts_with("http/1.1 101"), "{}", stream.head);
        stream
    }

    /// The next event: its id and name as the stream has them, and its data. Chunk sizes and comments are passed over.
    fn next_event(&mut self) -> (u64, String, Value) {
        let (mut id, mut name) = (0, String::new());
        loop {
            let mut line = String::new();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the stream has ended");
            match line.trim_end().split_once(": ") {
                Some(("id", text)) => id = text.parse().unwrap(),
                Some(("event", text)) => text.clone_into(&mut name),
                Some(("data", text)) => return (id, name, serde_json::from_str(text).unwrap()),
                _ => {}
            }
        }
    }

    /// The next message of a WebSocket, which is a text frame.
    fn next_message(&mut self) -> Value {
        let mut head = [0; 2];
        self.reader.read_exact(&mut head).unwrap();
        assert_eq!(head[0], 0x81, "one whole text frame");
        let mut length = usize::from(head[1]);
        if length == 126 {
            let mut long = [0; 2];
            self.reader.read_exact(&mut long).unwrap();
            length = usize::from(u16::from_be_bytes(long));
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

fn told(data: &Value) -> (u64, &str, &str) {
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    (data["seq"].as_u64().unwrap(), text("type"), text("user"))
}

#[test]
fn a_follower_sees_a_checkout_and_a_return_in_order_and_soon() {
    let (p, pool) = (shared(), Pool::new());
    for who in [&pool.holder, &pool.vendor] {
        let mut feed = Stream::events(p, who, &pool.path(""), "");
        let (start, name, _) = feed.next_event();
        assert_eq!(name, "ready");
        let from = Instant::now();
        let lease = pool.out("ada");
        let (first, name, data) = feed.next_event();
        assert!(from.elapsed() < SOON, "{:?}", from.elapsed());
        assert_eq!((name.as_str(), told(&data)), ("checked_out", (first, "checked_out", "ada")));
        assert_eq!((&data["lease"], &data["commit_held"]), (&json!(lease), &json!(1)), "{data}");
        let from = Instant::now();
        pool.back(&lease);
        let (second, _, data) = feed.next_event();
        assert!(from.elapsed() < SOON, "{:?}", from.elapsed());
        assert_eq!((told(&data), &data["reason"]), ((second, "ended", "ada"), &json!("returned")));
        assert_eq!(data["commit_held"], 0, "{data}");
        assert!(start < first && first < second, "{start} {first} {second}");
    }
}

#[test]
fn a_follower_that_comes_back_misses_nothing_and_sees_nothing_twice() {
    let (p, pool) = (shared(), Pool::new());
    let mut feed = Stream::events(p, &pool.holder, &pool.path(""), "");
    feed.next_event();
    let lease = pool.out("ada");
    let (last, ..) = feed.next_event();
    drop(feed);
    pool.back(&lease);
    pool.out("bob");
    // The id outranks the query, which a browser sends unchanged when it comes back.
    let id = format!("last-event-id: {last}\r\n");
    let mut feed = Stream::events(p, &pool.holder, &pool.path("?after=0"), &id);
    pool.out("cyd");
    let seen: Vec<_> = (0..3).map(|_| feed.next_event()).collect();
    let seen: Vec<_> = seen.iter().map(|(_, _, data)| told(data)).collect();
    let want = [(last + 1, "ended", "ada"), (last + 2, "checked_out", "bob")];
    assert_eq!(seen[..2], want);
    assert_eq!(seen[2], (last + 3, "checked_out", "cyd"));
    let mut stray = Stream::events(p, &pool.holder, &pool.path("?after=999999"), "");
    let (newest, name, _) = stray.next_event();
    assert_eq!((newest, name.as_str()), (last + 3, "reset"));
}

#[test]
fn a_websocket_sees_the_same() {
    let (p, pool) = (shared(), Pool::new());
    let lease = pool.out("ada");
    let mut socket = Stream::socket(p, &pool.holder, &pool.path("?after=0"));
    let mut feed = Stream::events(p, &pool.holder, &pool.path("?after=0"), "");
    assert_eq!(told(&socket.next_message()).1, "checked_out");
    feed.next_event();
    let from = Instant::now();
    pool.back(&lease);
    let message = socket.next_message();
    assert!(from.elapsed() < SOON, "{:?}", from.elapsed());
    assert_eq!(message, feed.next_event().2);
}

#[test]
fn what_there_is_can_be_read_without_following() {
    let (p, pool) = (shared(), Pool::new());
    let empty = pool.holder.get(p, &pool.path("?after=0&follow=false"));
    assert_eq!((empty.status, empty.text().as_str()), (200, ""));
    pool.out("ada");
    let text = pool.holder.get(p, &pool.path("?after=0&follow=false")).text();
    assert_eq!(text.matches("event: checked_out\n").count(), 1, "{text}");
    for query in ["?after=x", "?after=-1", "?follow=maybe", "?cursor=1", "?other=1"] {
        pool.holder.get(p, &pool.path(query)).refused(422, "invalid-request");
    }
    let off = pool.holder.call(p, "GET", &pool.path("?follow=false")).fault("objects=off");
    off.send().refused(503, "store-unavailable");
}

#[test]
fn strangers_are_told_nothing() {
    let (p, pool) = (shared(), Pool::new());
    for stranger in [p.customer(), p.vendor()] {
        stranger.get(p, &pool.path("")).refused(404, "license-not-found");
        let upgrade = stranger.call(p, "GET", &pool.path("")).header("upgrade", "websocket");
        upgrade.send().refused(404, "license-not-found");
    }
    let scopes = json!({ "scopes": ["license:checkout"] });
    let key = p.key_of(&pool.holder.id, &scopes);
    let other = Tenant { id: pool.holder.id.clone(), key };
    other.get(p, &pool.path("")).refused(403, "scope-missing");
}

#[test]
fn a_checkout_asks_no_more_stores_whether_or_not_somebody_follows() {
    let (p, pool) = (shared(), Pool::new());
    let rounds = || {
        let ask = json!({ "license_id": pool.license.id });
        let once = |_| {
            let call = pool.holder.call(p, "POST", "/api/v1/licenses/checkout").json(&ask);
            let reply = call.fault("none").send();
            let lease = reply.ok(201)["lease_id"].as_str().unwrap().to_owned();
            pool.back(&lease);
            reply.rounds()
        };
        (0..6).map(once).min().unwrap()
    };
    assert_eq!(rounds(), 1);
    let mut feed = Stream::events(p, &pool.holder, &pool.path(""), "");
    feed.next_event();
    assert_eq!(rounds(), 1);
}
