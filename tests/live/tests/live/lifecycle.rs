//! A license's life.

use live::shared;
use serde_json::json;

#[test]
fn smoke() {
    let p = shared();
    let vendor = p.vendor();
    let customer = p.customer();
    let license = p.license(&vendor, &customer, &json!({"limits":{"devices":3}, "binding":{"mode":"strict"}}));
    println!("{license:?}");
    println!("{}", customer.post(p, "/api/v1/licenses/validate", &json!({"license_id":license.code})));
    println!("{}", customer.activate(p, &license.id, "hw-1"));
    println!("{}", customer.post(p, "/api/v1/licenses/validate", &json!({"license_id":license.code,"hardware_id":"hw-1"})));
    println!("{}", customer.post(p, "/api/v1/licenses/heartbeat", &json!({"license_id":license.code,"hardware_id":"hw-1"})));
    for path in ["/api/v1/audit", "/api/v1/audit/check", "/api/v1/licenses", "/api/v1/keys", "/.well-known/jwks.json", "/.well-known/writ-root.pem"] {
        println!("{}", customer.get(p, path));
    }
    for path in ["/api/v1/audit", "/api/v1/audit/check", "/api/v1/licenses", "/api/v1/signing-keys", "/api/v1/products", "/.well-known/jwks.json"] {
        println!("{}", vendor.get(p, path));
    }
    let r = p.call("GET", &customer.id, "/").send();
    println!("{r} {:?}", r.headers);
}
