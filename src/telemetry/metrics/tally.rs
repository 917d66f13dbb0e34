//! What was taken and what was lost, of one request and since the start.

use super::check::Fault;
use super::service::Refused;
use super::stream::Step;
use crate::model::service::{Bounds, IntakeFigures};
use crate::telemetry::otlp::Taken;

/// Counts of values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    n_taken: u64,
    n_repeated: u64,
    n_late: u64,
    n_not_finite: u64,
    n_buckets: u64,
    n_dated: u64,
    n_temporality: u64,
    n_kind: u64,
    n_over: u64,
    n_over_all: u64,
    n_over_memory: u64,
    n_over_services: u64,
}

impl Tally {
    /// A value was read; gives whether it was taken.
    pub fn step(&mut self, step: Step) -> bool {
        match step {
            Step::Begun | Step::Taken => self.n_taken += 1,
            Step::Repeated => self.n_repeated += 1,
            Step::Late | Step::OtherWriter => self.n_late += 1,
        }
        matches!(step, Step::Begun | Step::Taken)
    }

    /// Values had a fault.
    pub fn fault(&mut self, fault: Fault, n: u64) {
        *match fault {
            Fault::NotFinite => &mut self.n_not_finite,
            Fault::Buckets => &mut self.n_buckets,
            Fault::Dated => &mut self.n_dated,
            Fault::Temporality => &mut self.n_temporality,
            Fault::Kind => &mut self.n_kind,
        } += n;
    }

    /// Values were refused.
    pub fn refused(&mut self, refused: Refused, n: u64) {
        *match refused {
            Refused::Service => &mut self.n_over,
            Refused::All => &mut self.n_over_all,
            Refused::Memory => &mut self.n_over_memory,
            Refused::Kind => &mut self.n_kind,
        } += n;
    }

    /// Values of a service that there is no place for.
    pub fn over_services(&mut self, n: u64) {
        self.n_over_services += n;
    }

    /// Adds what another counted.
    pub fn add(&mut self, other: &Self) {
        self.each(other, |own, other| *own += other);
    }

    /// What was counted since an earlier state.
    pub fn since(&self, earlier: &Self) -> Self {
        let mut since = *self;
        since.each(earlier, |own, before| *own -= before);
        since
    }

    fn each(&mut self, other: &Self, with: impl Fn(&mut u64, u64)) {
        for (own, other) in [
            (&mut self.n_taken, other.n_taken),
            (&mut self.n_repeated, other.n_repeated),
            (&mut self.n_late, other.n_late),
            (&mut self.n_not_finite, other.n_not_finite),
            (&mut self.n_buckets, other.n_buckets),
            (&mut self.n_dated, other.n_dated),
            (&mut self.n_temporality, other.n_temporality),
            (&mut self.n_kind, other.n_kind),
            (&mut self.n_over, other.n_over),
            (&mut self.n_over_all, other.n_over_all),
            (&mut self.n_over_memory, other.n_over_memory),
            (&mut self.n_over_services, other.n_over_services),
        ] {
            with(own, other);
        }
    }

    fn n_faults(&self) -> u64 {
        self.n_late + self.n_not_finite + self.n_buckets + self.n_dated + self.n_temporality + self.n_kind
    }

    fn n_all_over(&self) -> u64 {
        self.n_over + self.n_over_all + self.n_over_memory + self.n_over_services
    }

    /// Adds to the figures of the intake.
    pub fn add_to(&self, figures: &mut IntakeFigures) {
        figures.n_points += self.n_taken;
        figures.n_bad_points += self.n_faults() + self.n_repeated;
        figures.n_over_points += self.n_all_over();
    }

    /// The answer to the sender. What it sent twice was taken the first time.
    pub fn taken(&self, bounds: &Bounds) -> Taken {
        let mut why: Vec<String> = Vec::new();
        for (n, what) in [
            (self.n_not_finite, "have no finite value"),
            (self.n_buckets, "have buckets that do not fit each other or the count"),
            (self.n_dated, "are dated more than 5 min ahead or more than 1 h ago: set the clocks"),
            (self.n_temporality, "do not say whether they are cumulative or delta"),
            (self.n_kind, "are of another kind than the same metric was before"),
            (self.n_late, "are older than what was sent before"),
        ] {
            if n > 0 {
                why.push(format!("{n} data points {what}"));
            }
        }
        if self.n_over > 0 {
            why.push(format!(
                "{} data points are beyond the {} series one service may have: leave attributes out",
                self.n_over, bounds.series_per_service
            ));
        }
        if self.n_over_all > 0 {
            why.push(format!(
                "{} data points are beyond the {} series all services may have",
                self.n_over_all, bounds.series
            ));
        }
        if self.n_over_memory > 0 {
            why.push(format!(
                "{} data points are beyond the {} MiB of memory that metrics may take",
                self.n_over_memory,
                bounds.metric_bytes >> 20
            ));
        }
        if self.n_over_services > 0 {
            why.push(format!(
                "{} data points are of a service beyond the {} there may be",
                self.n_over_services,
                super::book::MAX_SERVICES
            ));
        }
        Taken { n_rejected: self.n_faults() + self.n_all_over(), why: why.join("; ") }
    }
}
