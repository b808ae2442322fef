//! The devices of a license: who may be activated, who has gone silent, what waits for whom.
//!
//! Rules on single devices and counts; the `Fleet` object keeps the rows.

mod activate;
mod beat;
mod device;
mod waiting;

pub use activate::{
    Activation, ActivationAsk, ActivationRefusal, ActivationRules, Place, Slots, activate,
};
pub use activate::{block, deactivate, unblock};
pub use beat::{Beat, CLOCK_TOLERANCE_MS, beat, missed, overdue_at};
pub use device::{Device, DeviceStatus, RETIRED_INSTANCES, Suspect};
pub use waiting::{MAX_WAITING, Waiting, acknowledge, deliver, enqueue, overtaken, switches};

#[cfg(test)]
mod tests;
