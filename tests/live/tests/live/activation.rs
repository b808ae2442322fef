//! Binding devices: the limit holds whatever comes at once, in whatever order, across restarts.

use std::collections::BTreeSet;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use live::{Licensed, Platform, Tenant, shared};
use serde_json::{Value, json};

fn three_devices(p: &Platform) -> (Tenant, Tenant, Licensed) {
    let (vendor, holder) = (p.vendor(), p.customer());
    let terms =
        json!({ "limits": { "devices": 3 }, "binding": { "mode": "strict", "migrations": 1 } });
    let license = p.license(&vendor, &holder, &terms);
    (vendor, holder, license)
}

fn devices(p: &Platform, holder: &Tenant, license: &Licensed, status: &str) -> BTreeSet<String> {
    let page = holder.get(p, &format!("/api/v1/licenses/{}/devices", license.id)).ok(200);
    let items =
        page["items"].as_array().unwrap().iter().filter(|device| device["status"] == status);
    items.map(|device| device["hardware_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn of_64_at_once_exactly_3_get_the_3_places() {
    let p = shared();
    let (_, holder, license) = three_devices(p);
    let replies: Vec<_> = thread::scope(|scope| {
        let hands: Vec<_> = (0..64)
            .map(|n| {
                let (holder, id) = (&holder, &license.id);
                scope.spawn(move || (n, holder.activate(p, id, &format!("hw-{n}"))))
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let winners: BTreeSet<_> = replies
        .iter()
        .filter(|(_, reply)| reply.status == 200)
        .map(|(n, _)| format!("hw-{n}"))
        .collect();
    assert_eq!(winners.len(), 3);
    for (_, reply) in replies.iter().filter(|(_, reply)| reply.status != 200) {
        reply.refused(409, "device-limit-reached");
    }
    assert_eq!(devices(p, &holder, &license, "active"), winners);
    for hardware in &winners {
        let verdict = holder.validate(
            p,
            &json!({ "license_id": license.id, "hardware_id": hardware, "strict": true }),
        );
        assert_eq!(verdict["code"], "VALID", "{verdict}");
    }
}

#[test]
fn of_64_at_once_exactly_3_get_the_3_places_across_a_crash_in_the_middle() {
    let platform = RwLock::new(Platform::start("crash"));
    let (_, holder, license) = three_devices(&platform.read().unwrap());
    let answered = AtomicUsize::new(0);
    let winners: BTreeSet<_> = thread::scope(|scope| {
        let hands: Vec<_> = (0..64)
            .map(|n| {
                let (platform, holder, license, answered) =
                    (&platform, &holder, &license, &answered);
                scope.spawn(move || insist(platform, holder, license, answered, n))
            })
            .collect();
        let from = Instant::now();
        while answered.load(Ordering::Relaxed) < 10 {
            assert!(from.elapsed() < Duration::from_secs(30), "nobody is answered");
            thread::sleep(Duration::from_millis(1));
        }
        let process = platform.read().unwrap().process();
        // Killed while requests are under way; they give their locks back when they fail.
        Platform::kill_process(process);
        let mut platform = platform.write().unwrap();
        platform.restart();
        drop(platform);
        hands.into_iter().filter_map(|hand| hand.join().unwrap()).collect()
    });
    let p = platform.read().unwrap();
    assert_eq!(winners.len(), 3, "{winners:?}");
    assert_eq!(devices(&p, &holder, &license, "active"), winners);
    for hardware in &winners {
        let verdict = holder.validate(
            &p,
            &json!({ "license_id": license.id, "hardware_id": hardware, "strict": true }),
        );
        assert_eq!(verdict["code"], "VALID", "{verdict}");
    }
}

/// Asks until there is an answer; the hardware id when it is a place.
fn insist(
    platform: &RwLock<Platform>,
    holder: &Tenant,
    license: &Licensed,
    answered: &AtomicUsize,
    n: usize,
) -> Option<String> {
    let hardware = format!("hw-{n}");
    let body = json!({ "license_id": license.id, "hardware_id": hardware });
    let from = Instant::now();
    loop {
        let p = platform.read().unwrap();
        let call = holder.call(&p, "POST", "/api/v1/licenses/activate").json(&body);
        match call.try_send() {
            Ok(reply) if reply.status < 500 => {
                answered.fetch_add(1, Ordering::Relaxed);
                if reply.status != 200 {
                    reply.refused(409, "device-limit-reached");
                }
                return (reply.status == 200).then_some(hardware);
            }
            Ok(_) | Err(_) => {}
        }
        drop(p);
        assert!(from.elapsed() < Duration::from_secs(90), "no answer for {hardware}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_same_fingerprint_twice_is_one_device() {
    let p = shared();
    let (_, holder, license) = three_devices(p);
    let first = holder.activate(p, &license.id, "hw-1").ok(200);
    let again = holder.activate(p, &license.code, "hw-1").ok(200);
    assert_eq!((first["created"].as_bool(), again["created"].as_bool()), (Some(true), Some(false)));
    assert_eq!(first["device_id"], again["device_id"]);
    assert_eq!((again["devices"].as_u64(), again["device_limit"].as_u64()), (Some(1), Some(3)));
}

#[test]
fn a_place_is_freed_returned_to_and_passed_on_as_often_as_the_license_may_move() {
    let p = shared();
    let (_, holder, license) = three_devices(p);
    let free = |hardware: &str| {
        let body = json!({ "license_id": license.id, "hardware_id": hardware });
        holder.post(p, "/api/v1/licenses/deactivate", &body)
    };
    for hardware in ["a", "b", "c"] {
        holder.activate(p, &license.id, hardware).ok(200);
    }
    holder.activate(p, &license.id, "d").refused(409, "device-limit-reached");
    assert_eq!(free("c").ok(200)["devices"], 2);
    // Coming back to one's own place is no migration, taking another's is one.
    holder.activate(p, &license.id, "c").ok(200);
    free("c").ok(200);
    holder.activate(p, &license.id, "d").ok(200);
    free("d").ok(200);
    holder.activate(p, &license.id, "e").refused(409, "migrations-used");
    holder.activate(p, &license.id, "d").ok(200);
    free("nobody").refused(404, "device-not-found");
    assert_eq!(devices(p, &holder, &license, "active"), ["a", "b", "d"].map(str::to_owned).into());
}

#[test]
fn a_blocked_device_is_shut_out_until_it_is_unblocked_by_whom_it_may_be() {
    let p = shared();
    let (vendor, holder, license) = three_devices(p);
    let device = holder.activate(p, &license.id, "hw-1").ok(200)["device_id"].clone();
    let ask = json!({ "license_id": license.id, "hardware_id": "hw-1", "strict": true });
    let order = |tenant: &Tenant, order: &str| {
        let path = format!("/api/v1/licenses/{}/devices/{order}", license.id);
        tenant.post(p, &path, &json!({ "device_id": device, "reason": "stolen" }))
    };
    for blocker in [&holder, &vendor] {
        assert_eq!(holder.validate(p, &ask)["code"], "VALID");
        order(blocker, "block").ok(200);
        assert_eq!(holder.validate(p, &ask)["code"], "DEVICE_BLOCKED");
        holder.activate(p, &license.id, "hw-1").refused(403, "device-blocked");
        if blocker.id == vendor.id {
            order(&holder, "unblock").refused(403, "device-blocked");
        }
        order(blocker, "unblock").ok(200);
    }
    assert_eq!(holder.validate(p, &ask)["code"], "VALID");
}

#[test]
fn only_a_usable_license_takes_devices() {
    let p = shared();
    let (vendor, holder, license) = three_devices(p);
    let step = |step: &str| {
        vendor.post(p, &format!("/api/v1/licenses/{}/{step}", license.id), &Value::Null).ok(200)
    };
    step("suspend");
    holder.activate(p, &license.id, "hw-1").refused(409, "license-not-usable");
    step("reinstate");
    holder.activate(p, &license.id, "hw-1").ok(200);
    let contracts = [
        json!({ "start_date": "2020-01-01", "end_date": "2021-01-01" }),
        json!({ "start_date": "2090-01-01" }),
    ];
    for contract in contracts {
        let body = json!({ "customer": { "tenant_id": holder.id }, "product": { "id": "tool" }, "contract": contract });
        let other = p.license_by(&vendor, &body);
        holder.activate(p, &other.id, "hw-1").refused(409, "license-not-usable");
    }
    holder.activate(p, "lic_nobodys", "hw-1").refused(404, "license-not-found");
}
