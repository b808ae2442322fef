//! A crowd at a pool of floating seats, for a minute, with a power cut in the middle: never one seat too many, and a
//! ledger and a statement that agree with what the callers saw.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use live::{Platform, Reply, Tenant, until};
use serde_json::{Value, json};

const CALLERS: u64 = 64;
const COMMIT: u64 = 5;
const OVERAGE: u64 = 3;
const MINUTE: Duration = Duration::from_mins(1);

/// What all callers together have seen.
#[derive(Default)]
struct Seen {
    stop: AtomicBool,
    held: AtomicU64,
    most_held: AtomicU64,
    granted: AtomicU64,
    overage: AtomicU64,
    denied: AtomicU64,
}

struct Crowd {
    platform: RwLock<Platform>,
    vendor: Tenant,
    holder: Tenant,
    license: String,
    seen: Seen,
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl Crowd {
    fn gather() -> Self {
        let p = Platform::start("crowd");
        let (vendor, holder) = (p.vendor(), p.customer_with(1_000_000, 1_000_000));
        let body = json!({
            "customer": { "tenant_id": holder.id, "crm_account_id": "ACC-1", "name": "The crowd" },
            "product": { "id": "tool" },
            "entitlement": {
                "total_licenses": COMMIT + OVERAGE, "commit_qty": COMMIT, "max_overage": OVERAGE,
                "pricing": { "commit_fee_monthly": 100.0, "overage_per_use": 0.07, "currency": "EUR" },
            },
        });
        let license = p.license_by(&vendor, &body).id;
        Self { platform: RwLock::new(p), vendor, holder, license, seen: Seen::default() }
    }

    /// Sends the same request, with the same key, until it is answered: through the power cut, too.
    fn insist(&self, path: &str, body: &Value, key: &str) -> Reply {
        let from = Instant::now();
        loop {
            let p = self.platform.read().unwrap();
            let call = self.holder.call(&p, "POST", path).json(body);
            match call.header("idempotency-key", &format!("\"{key}\"")).try_send() {
                Ok(reply) if reply.status < 500 && reply.status != 429 => return reply,
                Ok(_) | Err(_) => {}
            }
            drop(p);
            assert!(from.elapsed() < MINUTE, "no answer to {path} {body}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// One caller: takes a seat, holds it for a moment, gives it back; or is told that there is none.
    fn come_and_go(&self, caller: u64) {
        let mut dice = Dice(caller);
        let seen = &self.seen;
        for turn in 0.. {
            if seen.stop.load(Relaxed) {
                return;
            }
            let body = json!({ "license_id": self.license, "user": format!("u{caller}") });
            let key = format!("checkout-{caller}-{turn}");
            let reply = self.insist("/api/v1/licenses/checkout", &body, &key);
            if reply.status == 201 {
                let lease = reply.json();
                seen.granted.fetch_add(1, Relaxed);
                seen.overage.fetch_add(u64::from(lease["type"] == "overage"), Relaxed);
                let held = seen.held.fetch_add(1, Relaxed) + 1;
                seen.most_held.fetch_max(held, Relaxed);
                thread::sleep(Duration::from_millis(dice.roll(40)));
                // Given up here before it is given back there: what is counted is never more than what is held.
                seen.held.fetch_sub(1, Relaxed);
                let body = json!({ "lease_id": lease["lease_id"] });
                let key = format!("return-{caller}-{turn}");
                self.insist("/api/v1/licenses/return", &body, &key).ok(200);
            } else {
                reply.refused(409, "no-seat-free");
                seen.denied.fetch_add(1, Relaxed);
                thread::sleep(Duration::from_millis(50 + dice.roll(200)));
            }
        }
    }

    /// Cuts the power while requests are under way; they give their locks back when they fail.
    fn power_cut(&self) {
        let process = self.platform.read().unwrap().process();
        Platform::kill_process(process);
        self.platform.write().unwrap().restart();
    }
}

#[test]
fn a_crowd_never_holds_one_seat_too_many_and_the_ledger_agrees_with_it() {
    let crowd = Crowd::gather();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let crowd = &crowd;
            scope.spawn(move || crowd.come_and_go(caller));
        }
        thread::sleep(MINUTE / 2);
        crowd.power_cut();
        thread::sleep(MINUTE / 2);
        crowd.seen.stop.store(true, Relaxed);
    });
    let (p, seen) = (crowd.platform.read().unwrap(), &crowd.seen);
    let (granted, overage) = (seen.granted.load(Relaxed), seen.overage.load(Relaxed));
    assert!(granted > 100 && overage > 10, "{granted} granted, {overage} of them overage");
    assert!(seen.denied.load(Relaxed) > 10, "a crowd is denied seats");
    assert!(seen.most_held.load(Relaxed) <= COMMIT + OVERAGE, "{}", seen.most_held.load(Relaxed));

    let pool = crowd.holder.get(&p, &format!("/api/v1/pools/{}", crowd.license)).ok(200);
    assert_eq!(pool["held"], json!({ "commit": 0, "overage": 0 }), "{pool}");
    let day = || {
        let path = format!("/api/v1/licenses/{}/seats?by=day", crowd.license);
        let page = crowd.holder.get(&p, &path).ok(200);
        let sum = |name: &str| -> u64 {
            page["steps"].as_array().unwrap().iter().filter_map(|row| row[name].as_u64()).sum()
        };
        let most =
            page["steps"].as_array().unwrap().iter().filter_map(|row| row["peak_held"].as_u64());
        (sum("checkouts"), sum("overage_checkouts"), most.max().unwrap_or_default())
    };
    until("the ledger has every checkout", MINUTE, || day().0 == granted);
    let (checkouts, overage_checkouts, peak) = day();
    assert_eq!((checkouts, overage_checkouts), (granted, overage));
    assert!(peak <= COMMIT + OVERAGE, "{peak}");

    let statement = crowd.vendor.get(&p, "/api/v1/billing/overage?format=json").ok(200);
    let line = &statement["customers"][0]["products"][0];
    assert_eq!(line["overage_checkouts"], overage, "{statement}");
    let cents = overage * 7;
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    assert_eq!(line["overage_cost"].to_string().parse::<f64>(), text.parse::<f64>(), "{statement}");
}
