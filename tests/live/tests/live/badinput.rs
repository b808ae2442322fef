//! Whatever comes in gets its documented answer; nothing panics.

use live::shared;

#[test]
fn the_platform_starts() {
    let p = shared();
    let reply = p.call("GET", "nobody", "/api/v1/licenses").try_send();
    println!("{reply:?}");
}
