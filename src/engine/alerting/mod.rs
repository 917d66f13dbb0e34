//! Alerts as the engine runs them: rules and their file, states over restarts, the log, who is told.
//!
//! [`AlertDesk`] is the whole of it but for the world: batches, commands and outcomes go in, deeds come out.

mod busiest;
mod capture;
mod clock;
mod desk;
mod edit;
mod events;
pub mod files;
mod keeping;
mod log;
mod said;
pub mod state;
mod telling;
#[cfg(test)]
mod tests;

use chrono::{Local, TimeZone as _, Timelike as _};

pub use self::desk::{AlertDesk, Beat, Deed, Scene};
pub use self::events::alert_of;
pub use self::files::{AlertFiles, AlertJob, AlertOutcome};
use crate::model::Timestamp;

/// The minute of the day at a moment, where this machine stands; from its time zone, not from its clock.
pub fn local_minute(at: Timestamp) -> u16 {
    let time = Local.timestamp_millis_opt(at.as_millis()).earliest();
    time.and_then(|time| u16::try_from(time.hour() * 60 + time.minute()).ok()).unwrap_or(0)
}
