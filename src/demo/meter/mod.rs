//! What a service counts of itself: families of metrics by OpenTelemetry's conventional names, each with its points.
//!
//! Adding to a point takes no lock; points are made when they are first needed and live as long as the process. Both ways
//! out, OTLP and the text for Prometheus, read the same points, so they tell the same numbers.

mod histogram;
pub mod process;
pub mod prometheus;
pub mod record;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

pub use histogram::{Histogram, ITEMS, SECONDS, Spread};

/// Attributes of a point.
pub type Attributes = Vec<(&'static str, String)>;

/// What a metric's points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Grows alone.
    Counter,
    /// Is now, and adds up over points.
    UpDown,
    /// Is now.
    Gauge,
    /// How values are spread.
    Histogram,
}

/// Grows alone.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// So many more.
    pub fn add_many(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// How many there were.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How many there are now.
#[derive(Debug, Default)]
pub struct Level(AtomicI64);

impl Level {
    /// One more, until what is given is dropped.
    pub fn enter(self: &Arc<Self>) -> Within {
        self.0.fetch_add(1, Relaxed);
        Within(self.clone())
    }

    /// How many there are.
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// One of those that a [`Level`] counts.
#[derive(Debug)]
pub struct Within(Arc<Level>);

impl Drop for Within {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

/// What a point reads.
#[derive(Clone)]
pub enum Instrument {
    /// A counter.
    Counter(Arc<Counter>),
    /// A level.
    Level(Arc<Level>),
    /// A histogram.
    Histogram(Arc<Histogram>),
    /// Whatever it is when it is asked.
    Observed(Arc<dyn Fn() -> f64 + Send + Sync>),
}

/// What a point says.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// How values are spread.
    Spread(Spread),
}

impl Instrument {
    /// What it says now.
    pub fn read(&self) -> Value {
        match self {
            Self::Counter(counter) => Value::Number(counter.get() as f64),
            Self::Level(level) => Value::Number(level.get() as f64),
            Self::Histogram(histogram) => Value::Spread(histogram.read()),
            Self::Observed(observe) => Value::Number(observe()),
        }
    }
}

/// A metric and its points.
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// Its unit in UCUM.
    pub unit: &'static str,
    /// What it is.
    pub about: &'static str,
    /// What its points are.
    pub kind: Kind,
    points: RwLock<Vec<(Arc<Attributes>, Instrument)>>,
}

impl Family {
    /// Adds a point.
    pub fn add(&self, attributes: Attributes, instrument: Instrument) {
        self.points.write().unwrap_or_else(PoisonError::into_inner).push((Arc::new(attributes), instrument));
    }

    /// Adds a counter.
    pub fn counter(&self, attributes: Attributes) -> Arc<Counter> {
        let counter = Arc::<Counter>::default();
        self.add(attributes, Instrument::Counter(counter.clone()));
        counter
    }

    /// Adds a level.
    pub fn level(&self, attributes: Attributes) -> Arc<Level> {
        let level = Arc::<Level>::default();
        self.add(attributes, Instrument::Level(level.clone()));
        level
    }

    /// Adds a histogram.
    pub fn histogram(&self, attributes: Attributes, bounds: &'static [f64]) -> Arc<Histogram> {
        let histogram = Arc::new(Histogram::new(bounds));
        self.add(attributes, Instrument::Histogram(histogram.clone()));
        histogram
    }

    /// Adds what is read when it is asked for.
    pub fn observe(&self, attributes: Attributes, observe: impl Fn() -> f64 + Send + Sync + 'static) {
        self.add(attributes, Instrument::Observed(Arc::new(observe)));
    }

    /// The points and what they say now.
    pub fn read(&self) -> Vec<(Arc<Attributes>, Value)> {
        // What is observed may take a lock of its own: none is held while it is asked.
        let points = self.points.read().unwrap_or_else(PoisonError::into_inner).clone();
        points.into_iter().map(|(attributes, instrument)| (attributes, instrument.read())).collect()
    }
}

/// Every metric of one service.
#[derive(Default)]
pub struct Meter {
    families: RwLock<Vec<Arc<Family>>>,
}

impl Meter {
    /// Adds a metric without points.
    pub fn family(&self, name: &'static str, unit: &'static str, kind: Kind, about: &'static str) -> Arc<Family> {
        let family = Arc::new(Family { name, unit, about, kind, points: RwLock::default() });
        self.families.write().unwrap_or_else(PoisonError::into_inner).push(family.clone());
        family
    }

    /// All of them.
    pub fn families(&self) -> Vec<Arc<Family>> {
        self.families.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Histograms of one family, by number, made when they are first needed.
pub struct Cells {
    family: Arc<Family>,
    cells: Box<[OnceLock<Arc<Histogram>>]>,
}

impl Cells {
    /// Places for so many.
    pub fn new(family: Arc<Family>, n: usize) -> Self {
        Self { family, cells: (0..n).map(|_| OnceLock::new()).collect() }
    }

    /// The histogram of a number, for times in seconds. A number beyond the places is the last.
    pub fn of(&self, number: usize, attributes: impl FnOnce() -> Attributes) -> &Histogram {
        let last = self.cells.len().saturating_sub(1);
        self.cells[number.min(last)].get_or_init(|| self.family.histogram(attributes(), SECONDS))
    }
}
