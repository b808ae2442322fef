//! The key-encryption key is changed while licenses are issued, and the old one is gone afterwards.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::scope;

use live::{Platform, Tenant};
use serde_json::{Value, json};

const NEW: &str = "k2";

#[test]
fn licenses_are_issued_all_the_while_the_key_encryption_key_is_changed() {
    let mut p = Platform::start("rotated");
    let holder = p.customer();
    let mut vendors = vec![p.vendor(), p.vendor()];
    let first = p.license(&vendors[0], &holder, &json!({}));
    p.license(&vendors[1], &holder, &json!({}));
    assert_eq!(sealed(&p, "k1"), (0, 4), "two keys of each issuer");
    let new = format!("{NEW}:{}", "5c".repeat(32));

    restart_with(&mut p, |secrets| secrets["KEK_NEXT"] = json!(new));
    // Read by everybody, used by nobody: one more issuer signs for the first time, under the old key.
    vendors.push(p.vendor());
    issuing(&p, &vendors, &holder, || p.tick());
    assert_eq!((sealed(&p, "k1"), sealed(&p, NEW)), ((0, 6), (0, 0)));

    restart_with(&mut p, |secrets| secrets["KEK_ACTIVE"] = json!(NEW));
    assert_eq!(sealing(&p)["left"], 6);
    vendors.push(p.vendor());
    issuing(&p, &vendors, &holder, || p.tick());
    let view = sealing(&p);
    assert_eq!((&view["left"], &view["active"]), (&json!(0), &json!(NEW)), "{view}");
    assert_eq!(sealed(&p, NEW), (0, 8));
    p.tick();
    assert_eq!(sealed(&p, NEW), (0, 8), "a repeat changes nothing");

    restart_with(&mut p, |secrets| {
        secrets["KEK"] = json!(new);
        for name in ["KEK_NEXT", "KEK_ACTIVE"] {
            secrets.as_object_mut().unwrap().remove(name);
        }
    });
    assert_eq!(sealing(&p)["readable"], json!([]), "the old key is gone");
    issuing(&p, &vendors, &holder, || ());
    vendors[0].post(&p, "/api/v1/signing-keys/rotate", &Value::Null).ok(200);
    issuing(&p, &vendors[..1], &holder, || ());
    let ask = json!({ "license_key": first.key });
    assert_eq!(holder.validate(&p, &ask)["valid"], true, "what was signed before stays good");
}

/// Issues licenses by all vendors at once while `work` is done, and at least one each.
fn issuing(p: &Platform, vendors: &[Tenant], holder: &Tenant, work: impl FnOnce()) {
    let (over, issued) = (AtomicBool::new(false), AtomicU32::new(0));
    scope(|scope| {
        for vendor in vendors {
            scope.spawn(|| {
                loop {
                    // Answers anything but 201 with a panic.
                    p.license(vendor, holder, &json!({}));
                    issued.fetch_add(1, Ordering::Relaxed);
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        // Also when the work fails: the others would go on for ever.
        let _over = Over(&over);
        work();
    });
    assert!(issued.load(Ordering::Relaxed) as usize >= vendors.len());
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn restart_with(p: &mut Platform, change: impl FnOnce(&mut Value)) {
    p.stop();
    p.change_secrets(change);
    p.restart();
}

fn sealing(p: &Platform) -> Value {
    p.console("GET", "/api/v1/sealing").send().ok(200)
}

/// Data keys and signing keys under a key-encryption key.
fn sealed(p: &Platform, kek: &str) -> (u64, u64) {
    let view = sealing(p);
    let rows = view["sealed"].as_array().unwrap();
    let row = rows.iter().find(|row| row["kek"] == kek);
    row.map_or((0, 0), |row| {
        (row["data_keys"].as_u64().unwrap(), row["signing_keys"].as_u64().unwrap())
    })
}
