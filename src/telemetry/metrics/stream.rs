//! One stream: what it was, and what each new value of it adds.
//!
//! OpenTelemetry, Metrics Data Model, "Resets and Gaps", "Sums", "Temporality"; where it leaves a choice, what is not
//! known to have happened since the value before is not counted.

use std::sync::Arc;

use super::delta::{Delta, bytes_of};
use crate::analysis::histogram::exponential::{Exponential, Since};
use crate::telemetry::size;

/// Stands for no stream, no series, no group.
pub const NONE: u32 = u32::MAX;
/// Time between values before two of them are known, milliseconds: the SDKs' default.
pub const DEFAULT_INTERVAL: u32 = 60_000;

/// What kind a metric is of: what is done with its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What is now.
    Gauge,
    /// A sum that may fall: what is now, told as changes or whole.
    UpDown,
    /// A sum that grows alone.
    Counter,
    /// A histogram, of either form.
    Histogram,
    /// Quantiles of the sender.
    Summary,
}

/// A value as it came, its numbers known to be sound.
#[derive(Debug, Clone, Copy)]
pub enum Fresh<'a> {
    /// What is now, or a sum.
    Number(f64),
    /// Buckets with bounds.
    Explicit { bounds: &'a [f64], counts: &'a [u64], count: u64, sum: Option<f64> },
    /// Buckets of a growing width.
    Exponential { buckets: &'a Exponential, count: u64, sum: Option<f64> },
    /// Quantiles.
    Summary { quantiles: &'a [(f64, f64)], count: u64, sum: f64 },
}

/// The times of a value.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Since when it counts, nanoseconds; 0 where that is not told.
    pub start: u64,
    /// When it was read by the sender's clock, nanoseconds.
    pub time: u64,
    /// When it arrived, milliseconds.
    pub at: i64,
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is known now, and adds nothing.
    Begun,
    /// It added something, or is what is now.
    Taken,
    /// It came before.
    Repeated,
    /// It is older than what is known.
    Late,
    /// It counts since an earlier time than the values before: somebody else writes to the same stream.
    OtherWriter,
}

#[derive(Debug)]
enum State {
    Number(f64),
    Explicit { raw: Box<[f64]>, counts: Vec<u64>, count: u64, sum: f64 },
    Exponential(Box<(Exponential, u64, f64)>),
    Summary { count: u64, sum: f64, quantiles: Box<[(f64, f64)]> },
}

/// How a value stands to the one before.
enum Basis {
    Bad(Step),
    /// It counts on; the span since then is new.
    On(u64),
    /// It counts from nothing since this time; `None` where that is not known well enough.
    Anew(Option<u64>),
}

/// A stream of values of one sender.
#[derive(Debug)]
pub struct Stream {
    /// Its series.
    pub series: u32,
    /// The next stream of that series.
    pub next: u32,
    /// Who sends it.
    pub sender: u32,
    /// The metric as the sender calls it.
    pub source: u32,
    /// Which instrumentation writes it.
    pub scope: u64,
    /// Since when it counts, where streams of the metric are told apart by it.
    pub by_start: u64,
    /// What tells it from others, sorted.
    pub key: Arc<[u8]>,
    /// Its attributes as they were sent, in each order met.
    pub raws: Vec<Box<[u8]>>,
    /// Bounds of its explicit buckets in the kept unit.
    pub bounds: Option<Arc<[f64]>>,
    /// Whether no other stream has these.
    pub has_own_bounds: bool,
    start: u64,
    time: u64,
    /// When its newest value arrived, milliseconds.
    pub at: i64,
    /// Time between its values, milliseconds.
    pub interval: u32,
    is_interval_known: bool,
    likely: u32,
    n_likely: u8,
    /// Whether it counts since the value before.
    pub is_delta: bool,
    is_begun: bool,
    /// Whether it said that it has no value.
    pub is_void: bool,
    /// Whether something came since its series was recorded.
    pub is_new: bool,
    amount: f64,
    total: f64,
    span: f64,
    /// What is now, or what was added each second.
    pub value: f64,
    /// For histograms: what was added to the sum each second.
    pub sum_value: f64,
    state: State,
}

impl Stream {
    /// A stream of which nothing is known but who sends it.
    pub fn new(sender: u32, source: u32, scope: u64, by_start: u64, interval: Option<u32>, at: i64) -> Self {
        Self {
            series: NONE,
            next: NONE,
            sender,
            source,
            scope,
            by_start,
            key: Arc::default(),
            raws: Vec::new(),
            bounds: None,
            has_own_bounds: false,
            start: 0,
            time: 0,
            at,
            interval: interval.unwrap_or(DEFAULT_INTERVAL),
            is_interval_known: false,
            likely: 0,
            n_likely: 0,
            is_delta: false,
            is_begun: false,
            is_void: false,
            is_new: false,
            amount: 0.0,
            total: 0.0,
            span: 0.0,
            value: f64::NAN,
            sum_value: f64::NAN,
            state: State::Number(0.0),
        }
    }

    /// Bytes it takes, its places in the tables of its service included.
    pub fn bytes(&self) -> usize {
        let state = match &self.state {
            State::Number(_) => 0,
            State::Explicit { raw, counts, .. } => size::room::<f64>(raw.len()) + size::room::<u64>(counts.capacity()),
            State::Exponential(own) => size::block(size_of_val(&**own)) + bytes_of(&own.0),
            State::Summary { quantiles, .. } => size::room::<(f64, f64)>(quantiles.len()),
        };
        let raws = self.raws.iter().map(|raw| size::block(raw.len()) + size::place::<(u64, u32)>()).sum::<usize>();
        let bounds = self.bounds.as_ref().filter(|_| self.has_own_bounds).map_or(0, |own| size::room::<f64>(own.len()));
        size::place::<Option<Self>>()
            + size::place::<(Arc<[u8]>, u32)>()
            // An `Arc` has two counts in front of what it holds.
            + size::block(self.key.len() + 16)
            + size::room::<Box<[u8]>>(self.raws.capacity())
            + raws
            + state
            + bounds
    }

    /// Whether its newest value is too old to speak of now: two and a half intervals, one and a half where what did not
    /// happen is not told.
    pub fn is_stale(&self, now: i64) -> bool {
        let intervals = if self.is_delta { i64::from(self.interval) * 3 / 2 } else { i64::from(self.interval) * 5 / 2 };
        self.is_void || !self.is_begun || now.saturating_sub(self.at) > intervals + 2_000
    }

    /// Quantiles that the sender worked out.
    pub fn quantiles(&self) -> &[(f64, f64)] {
        match &self.state {
            State::Summary { quantiles, .. } => quantiles,
            _ => &[],
        }
    }

    /// Ends the span since the series was recorded: what was added in it becomes what was added each second.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.is_new) && self.span > 0.0 {
            self.value = self.amount / self.span;
            self.sum_value = self.total / self.span;
        }
        (self.amount, self.total, self.span) = (0.0, 0.0, 0.0);
    }

    /// Takes a value. `prior` is when the sender last read the same metric without this stream in it: then it was
    /// nothing.
    pub fn take(
        &mut self,
        kind: Kind,
        is_delta: bool,
        fresh: Fresh<'_>,
        times: Times,
        prior: Option<u64>,
        delta: &mut Delta,
    ) -> Step {
        delta.clear();
        let is_counted = matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary);
        let basis = if is_delta { self.basis_of_delta(times) } else { self.basis(times, prior, is_counted) };
        let since = match basis {
            Basis::Bad(step) => return step,
            Basis::On(since) => Some(since),
            Basis::Anew(since) => since,
        };
        let goes_on = matches!(basis, Basis::On(_)) && self.is_begun;
        let span = since.map_or(0.0, |since| times.time.saturating_sub(since) as f64 / 1e9);
        let is_counted = self.count(kind, is_delta, fresh, goes_on, delta);
        self.learn(is_delta, times);
        (self.start, self.time, self.at) = (times.start, times.time, times.at);
        (self.is_begun, self.is_void, self.is_delta) = (true, false, is_delta);
        if matches!(kind, Kind::Gauge | Kind::UpDown) {
            self.is_new = true;
            return Step::Taken;
        }
        if !is_counted || span <= 0.0 {
            delta.clear();
            return Step::Begun;
        }
        delta.span = span;
        self.is_new = true;
        self.amount += delta.amount;
        self.total += delta.sum.unwrap_or(0.0);
        self.span += span;
        Step::Taken
    }

    /// Whether so much lies between its newest value and this arrival that its clock may have been another. One that is
    /// set back here is one there, where both are one machine.
    fn is_long_ago(&self, at: i64) -> bool {
        let apart = at.saturating_sub(self.at);
        apart > (i64::from(self.interval) * 3).max(10_000) || apart < -10_000
    }

    fn basis(&self, times: Times, prior: Option<u64>, is_counted: bool) -> Basis {
        let Times { start, time, at } = times;
        let recent = |start: u64| {
            let limit = u64::from(self.interval) * 2_000_000;
            (start != 0 && start < time && time - start <= limit).then_some(start)
        };
        if !self.is_begun {
            let grown = prior.filter(|prior| start != 0 && start <= *prior && *prior < time);
            return Basis::Anew(recent(start).or(grown));
        }
        // Its clock may have been set back: then nothing would be taken for long.
        let is_long_ago = self.is_long_ago(at);
        if is_counted && start != 0 && self.start != 0 && start != self.start {
            return match start > self.start {
                true if time < self.time && !is_long_ago => Basis::Bad(Step::Late),
                true => Basis::Anew(recent(start)),
                false if is_long_ago => Basis::Anew(None),
                false => Basis::Bad(Step::OtherWriter),
            };
        }
        match time.cmp(&self.time) {
            std::cmp::Ordering::Equal => Basis::Bad(Step::Repeated),
            std::cmp::Ordering::Less if is_long_ago => Basis::Anew(None),
            std::cmp::Ordering::Less => Basis::Bad(Step::Late),
            std::cmp::Ordering::Greater => Basis::On(self.time),
        }
    }

    /// What was counted twice by two writers is of one span.
    fn basis_of_delta(&self, times: Times) -> Basis {
        let Times { start, time, at } = times;
        let is_long_ago = self.is_long_ago(at);
        if self.is_begun && time == self.time && start == self.start {
            return Basis::Bad(Step::Repeated);
        }
        if self.is_begun && time < self.time && !is_long_ago {
            return Basis::Bad(Step::Late);
        }
        let known = Some(self.time).filter(|last| self.is_begun && *last < time);
        let own = Some(start).filter(|start| *start != 0 && *start < time);
        let guess = time.saturating_sub(u64::from(self.interval) * 1_000_000);
        Basis::On(match (own, known) {
            (Some(own), Some(known)) => own.max(known),
            (own, known) => own.or(known).unwrap_or(guess),
        })
    }

    /// Works out what a value adds, and keeps it. Gives whether that is known.
    fn count(&mut self, kind: Kind, is_delta: bool, fresh: Fresh<'_>, goes_on: bool, delta: &mut Delta) -> bool {
        match fresh {
            Fresh::Number(value) => {
                let before = match self.state {
                    State::Number(before) => before,
                    _ => 0.0,
                };
                match kind {
                    Kind::Counter => {
                        // Where it fell, it began anew from nothing in between.
                        let is_more = goes_on && !is_delta && value >= before;
                        delta.amount = if is_more { value - before } else { value };
                        self.state = State::Number(value);
                    }
                    Kind::UpDown if is_delta => {
                        self.value = before + value;
                        self.state = State::Number(self.value);
                    }
                    _ => self.value = value,
                }
                true
            }
            Fresh::Explicit { bounds, counts, count, sum } => {
                let is_known = self.count_explicit(is_delta || !goes_on, bounds, counts, count, sum, delta);
                delta.amount = delta.count as f64;
                is_known
            }
            Fresh::Exponential { buckets, count, sum } => {
                let before = match &self.state {
                    State::Exponential(before) if goes_on && !is_delta => Some(&**before),
                    _ => None,
                };
                let mut is_known = true;
                let mut change = None;
                let mut left = (count, sum);
                if let Some((earlier, earlier_count, earlier_sum)) = before {
                    match buckets.since(earlier) {
                        Since::Change(more) if count >= *earlier_count => {
                            change = Some(more);
                            left = (count - earlier_count, sum.map(|sum| sum - earlier_sum));
                        }
                        Since::Other => is_known = false,
                        Since::Change(_) | Since::Fell => {}
                    }
                } else if goes_on && !is_delta {
                    // It was no exponential histogram before.
                    is_known = false;
                }
                (delta.count, delta.sum, delta.amount) = (left.0, left.1, left.0 as f64);
                delta.exponential = Some(change.unwrap_or_else(|| buckets.clone()));
                self.state = State::Exponential(Box::new((buckets.clone(), count, sum.unwrap_or(0.0))));
                is_known
            }
            Fresh::Summary { quantiles, count, sum } => {
                let (mut added, mut more) = (count, sum);
                if let State::Summary { count: before, sum: sum_before, .. } = self.state
                    && goes_on
                    && count >= before
                {
                    (added, more) = (count - before, (sum - sum_before).max(0.0));
                }
                (delta.count, delta.sum, delta.amount) = (added, Some(more), added as f64);
                self.state = State::Summary { count, sum, quantiles: quantiles.into() };
                true
            }
        }
    }

    fn count_explicit(
        &mut self,
        is_whole: bool,
        bounds: &[f64],
        counts: &[u64],
        count: u64,
        sum: Option<f64>,
        delta: &mut Delta,
    ) -> bool {
        let whole = |delta: &mut Delta| {
            delta.counts.clear();
            delta.counts.extend_from_slice(counts);
            (delta.count, delta.sum) = (count, sum);
        };
        match &mut self.state {
            State::Explicit { raw, counts: before, count: count_before, sum: sum_before } if **raw == *bounds => {
                let is_more = !is_whole
                    && count >= *count_before
                    && before.len() == counts.len()
                    && counts.iter().zip(&*before).all(|(now, then)| now >= then);
                if is_more {
                    delta.counts.extend(counts.iter().zip(&*before).map(|(now, then)| now - then));
                    delta.count = count - *count_before;
                    let is_positive = bounds.first().is_some_and(|bound| *bound >= 0.0);
                    delta.sum = sum.map(|sum| sum - *sum_before).map(|s| if is_positive { s.max(0.0) } else { s });
                } else {
                    whole(delta);
                }
                before.clear();
                before.extend_from_slice(counts);
                (*count_before, *sum_before) = (count, sum.unwrap_or(0.0));
                true
            }
            _ => {
                // Other bounds than before: a new start, of which only what it counts by itself is known.
                let was_nothing = matches!(self.state, State::Number(_));
                whole(delta);
                self.state =
                    State::Explicit { raw: bounds.into(), counts: counts.to_vec(), count, sum: sum.unwrap_or(0.0) };
                self.bounds = None;
                is_whole || was_nothing
            }
        }
    }

    fn learn(&mut self, is_delta: bool, times: Times) {
        let from = if is_delta && times.start != 0 { times.start } else { self.time };
        if from == 0 || times.time <= from || self.is_void || (!is_delta && !self.is_begun) {
            return;
        }
        let gap = u32::try_from((times.time - from) / 1_000_000).unwrap_or(u32::MAX).max(1);
        let is_near = |a: u32, b: u32| a.abs_diff(b) <= b / 4;
        if !self.is_interval_known {
            (self.interval, self.is_interval_known) = (gap.min(3_600_000), true);
        } else if is_near(gap, self.interval) {
            self.n_likely = 0;
        } else {
            self.n_likely = if self.n_likely > 0 && is_near(gap, self.likely) { self.n_likely + 1 } else { 1 };
            self.likely = gap;
            if self.n_likely >= 3 {
                (self.interval, self.n_likely) = (gap.min(3_600_000), 0);
            }
        }
    }

    /// Holds this time between values for known.
    pub fn fix_interval(&mut self, interval: u32) {
        (self.interval, self.is_interval_known) = (interval, true);
    }
}
