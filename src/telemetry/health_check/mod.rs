//! Health checks: what each asks, and how what it said becomes healthy, unhealthy, outages and uptime.

pub(crate) mod ask;
mod book;
mod command;
mod course;
mod hours;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::command::Setting;

pub use self::book::{CheckBook, CheckChange, KeptChecks, What};
pub use self::course::Kept;
use tokio::time::timeout;

use crate::model::Timestamp;
use crate::model::process::ProcessTable;
use crate::model::service::{CheckKind, HealthCheck};
use crate::telemetry::watch::pace::Pace;

/// What came of running a check once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When it was done.
    pub at: Timestamp,
    /// Time it took.
    pub took: Duration,
    /// What was wrong, in words; `None` where all was well.
    pub fault: Option<Arc<str>>,
}

/// Asks once what a check asks.
///
/// # Errors
/// What is wrong, in words.
pub(crate) async fn ask_once(
    kind: &CheckKind,
    time_out: Duration,
    (processes, now): (&(dyn Fn() -> ProcessTable + Sync), &(dyn Fn() -> Timestamp + Sync)),
) -> Result<(), String> {
    let seconds = u32::try_from(time_out.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    let check = HealthCheck { kind: kind.clone(), time_out_seconds: seconds, ..HealthCheck::default() };
    let (mut pace, _stop, _) = Pace::new(Duration::ZERO, time_out);
    let late = || Some(Err(format!("it did not answer within {:.1} s", time_out.as_secs_f64())));
    let mut asker = ask::Asker::new(&check);
    let said = timeout(time_out, asker.ask(&check, (processes, now), &mut pace)).await.unwrap_or_else(|_| late());
    said.unwrap_or_else(|| Err("nothing is known of it yet".into()))
}

/// Runs a command once, as a check would, in this setting.
///
/// # Errors
/// What went wrong, in words.
pub(crate) async fn run_command(argv: &[Arc<str>], setting: &Setting, time_out: Duration) -> Result<(), String> {
    let (mut pace, _stop, _) = Pace::new(Duration::ZERO, time_out);
    command::run_in(argv, setting, time_out, &mut pace).await.unwrap_or_else(|| Err("it was stopped".into()))
}
