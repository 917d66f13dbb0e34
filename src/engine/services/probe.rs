//! The probe of services: at each tick it takes what came in since the one before, so that everything services report
//! stands on the machine's own time axis.

use std::sync::Arc;

use super::books::Books;
use crate::model::service::Heard;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Slot};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};
use crate::telemetry::record::{Record, Tick};

/// Its name, under which its series stand.
pub const SERVICES: ProbeId = ProbeId("services");

/// Reads the books at each tick. It stands behind the probe of processes, whose table it looks services up in.
pub struct ServiceProbe {
    books: Arc<Books>,
    generation: u32,
}

impl ServiceProbe {
    /// A probe of these books; `generation` counts the starts of the sample thread.
    pub fn new(books: Arc<Books>, generation: u32) -> Self {
        Self { books, generation }
    }
}

/// The recorder, as the books know it.
struct Onward<'a>(&'a mut Recorder);

impl Record for Onward<'_> {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.0.define(def)
    }

    fn put(&mut self, slot: Slot, value: f64) {
        self.0.put(slot, value);
    }
}

impl Probe for ServiceProbe {
    fn id(&self) -> ProbeId {
        SERVICES
    }

    fn title(&self) -> &'static str {
        "Services"
    }

    fn group(&self) -> SeriesGroup {
        SeriesGroup::Services
    }

    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let tick = Tick { at: now.at, elapsed: now.elapsed, generation: self.generation };
        let processes = out.processes().cloned();
        let heard: Heard = self.books.record(tick, processes.as_ref(), &mut Onward(out));
        out.put_services(heard);
        Ok(())
    }
}
