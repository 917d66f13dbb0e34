//! What a kind finds when it looks.

use std::time::Duration;

use crate::model::suggest::{Change, Expected, ExpectedAmount, Metric, Picture, Sureness};
use crate::model::{SeriesKey, Unit};

/// What came of a look.
#[derive(Debug)]
pub enum Verdict {
    /// Something to suggest, for one subject or several.
    Cards(Vec<Finding>),
    /// Nothing to suggest, and the figures that say so; a sentence without a final period.
    Fine(String),
    /// It cannot be told: what is missing and what would bring it; a sentence without a final period.
    NoData(String),
}

impl Verdict {
    /// Cards where there are any, else this reason why all is well.
    pub fn of(cards: Vec<Finding>, fine: impl Into<String>) -> Self {
        if cards.is_empty() { Self::Fine(fine.into()) } else { Self::Cards(cards) }
    }
}

/// Something a change takes more of, or a machine is short of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Processor time.
    Cpu,
    /// Memory.
    Memory,
    /// Work for the disks.
    Disk,
    /// Room on the disks.
    DiskSpace,
    /// Work for the database.
    Database,
}

/// One finding, before it is a card.
#[derive(Debug)]
pub struct Finding {
    /// What it is about; empty where there is one thing alone. Part of the card's id.
    pub subject: String,
    /// What to do, in a short sentence.
    pub title: String,
    /// Over what time it was seen.
    pub span: Duration,
    /// What was seen.
    pub seen: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub change: Change,
    /// What that brings.
    pub expected: Expected,
    /// How sure.
    pub sure: Sureness,
    /// Why it is as sure as that.
    pub sure_why: String,
    /// The bound.
    pub stop_at: String,
    /// What speaks against it.
    pub against: String,
    /// Series that show it, the most telling first.
    pub series: Vec<SeriesKey>,
    /// The small chart.
    pub picture: Option<Picture>,
    /// What tells later whether it helped.
    pub metric: Option<Metric>,
    /// How much is at stake, 0 to 1.
    pub stake: f64,
    /// How large what was seen is, in any unit of the kind's own: a dismissed card comes back when it is half as large again.
    pub size: f64,
    /// What the change would take more of.
    pub takes: &'static [Resource],
    /// What is short by this finding.
    pub short_of: &'static [Resource],
}

impl Finding {
    /// A finding with its first words; the rest is plain until it is filled in.
    pub fn new(subject: impl Into<String>, title: impl Into<String>, span: Duration) -> Self {
        Self {
            subject: subject.into(),
            title: title.into(),
            span,
            seen: String::new(),
            why: String::new(),
            change: by_hand("", ""),
            expected: in_words("", "", true),
            sure: Sureness::Low,
            sure_why: String::new(),
            stop_at: String::new(),
            against: String::new(),
            series: Vec::new(),
            picture: None,
            metric: None,
            stake: 0.0,
            size: 1.0,
            takes: &[],
            short_of: &[],
        }
    }

    /// Its worth, 0 to 1: what is at stake, less the less sure it is.
    pub fn value(&self) -> f64 {
        let share = match self.sure {
            Sureness::High => 1.0,
            Sureness::Medium => 0.7,
            Sureness::Low => 0.4,
        };
        (self.stake.clamp(0.0, 1.0) * share).clamp(0.0, 1.0)
    }
}

/// Something a person does, and what to copy for it.
pub fn by_hand(what: impl Into<String>, copy: impl Into<String>) -> Change {
    Change::ByHand { what: what.into().into(), copy: copy.into().into() }
}

/// An expectation in words, where no number would be honest.
pub fn in_words(what: &str, sentence: impl Into<String>, is_less_better: bool) -> Expected {
    Expected { what: what.into(), amount: ExpectedAmount::Sentence(sentence.into().into()), is_less_better }
}

/// An expectation as shares: −0.2 is a fifth less.
pub fn as_share(what: impl Into<String>, low: f64, mid: f64, high: f64, is_less_better: bool) -> Expected {
    let (low, high) = (low.min(high), low.max(high));
    let mid = mid.clamp(low, high);
    Expected { what: what.into().into(), amount: ExpectedAmount::Share { low, mid, high }, is_less_better }
}

/// What tells later whether it helped.
pub fn metric(series: &SeriesKey, name: impl Into<String>, unit: Unit, is_less_better: bool) -> Option<Metric> {
    Some(Metric { series: series.clone(), name: name.into().into(), unit, is_less_better })
}
