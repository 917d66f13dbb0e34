//! The machine in words, renewed after each batch.

use std::sync::Arc;

use chrono::{Local, TimeZone};

use crate::analysis::programs::{ProgramTotal, program_totals};
use crate::analysis::summary::{SummaryIndex, SummaryInput, SummaryState, overview};
use crate::model::{ProcessTable, Snapshot, Timestamp};
use crate::store::recent::Window;

/// What the words are made from, kept from one batch to the next.
#[derive(Default)]
pub struct Summary {
    index: SummaryIndex,
    state: SummaryState,
    programs: Vec<ProgramTotal>,
    /// The table that `programs` was made from.
    table: Arc<ProcessTable>,
}

impl Summary {
    /// Renews the overview of `next` from its newest values and the past in `window`.
    pub fn take_in(&mut self, next: &mut Snapshot, window: &Window) {
        self.index.update(&next.series);
        if !Arc::ptr_eq(&self.table, &next.processes) {
            self.table = next.processes.clone();
            self.programs = program_totals(&self.table.rows);
        }
        let input = SummaryInput {
            now: next.at.unwrap_or_default(),
            machine: &next.machine,
            index: &self.index,
            latest: &next.latest,
            past: window,
            programs: &self.programs,
            n_processes: self.table.rows.len(),
            probes: &next.probes,
            health: &next.health,
            units: &next.settings.units,
            interval: next.interval,
            clock: &time_of_day,
        };
        next.overview = Arc::new(overview(&input, &mut self.state));
    }
}

/// The time of day in the person's zone, such as "14:22".
fn time_of_day(at: Timestamp) -> String {
    match Local.timestamp_millis_opt(at.as_millis()).earliest() {
        Some(time) => time.format("%H:%M").to_string(),
        None => String::new(),
    }
}
