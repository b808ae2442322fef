//! Time zones by their IANA names, as the platform knows them: no copy of their data is carried along.

use domain::time::Millis;
use domain::watch::Local;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/js/zone.mjs")]
extern "C" {
    /// See `js/zone.mjs`.
    fn wall(zone: &str, millis: f64) -> i32;
}

/// What the clock on the wall shows in `zone` at `now`; nothing when there is no such zone.
pub fn local(zone: &str, now: Millis) -> Option<Local> {
    #[expect(clippy::cast_precision_loss, reason = "an instant is far below 2^53")]
    let shown = u32::try_from(wall(zone, now.0 as f64)).ok()?;
    let (day, minute) = (shown / 1_440, shown % 1_440);
    Some(Local { day: u8::try_from(day).ok()?, minute: u16::try_from(minute).ok()? })
}
