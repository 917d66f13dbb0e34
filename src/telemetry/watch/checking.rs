//! One health check, run at its pace.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::Works;
use super::pace::Pace;
use crate::model::service::HealthCheck;
use crate::telemetry::health_check::Checked;
use crate::telemetry::health_check::ask::Asker;

/// Runs it again and again until it is stopped.
pub(super) async fn run(check: HealthCheck, works: Works, mut pace: Pace) {
    let mut asker = Asker::new(&check);
    while pace.next().await {
        let started = Instant::now();
        let (processes, now) = (|| works.sink.processes(), || (works.clock)());
        let Some(said) = asker.ask(&check, (&processes, &now), &mut pace).await else { continue };
        let took = started.elapsed();
        let checked = Checked { at: (works.clock)(), took, fault: said.err().map(Into::into) };
        let _ = catch_unwind(AssertUnwindSafe(|| works.sink.checked(&check, &checked)));
    }
}
