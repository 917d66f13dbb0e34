//! What a rule would have done over stored samples: the same book as at work, fed with the past.
//!
//! Where the past is kept as buckets, a condition "above" on every sample holds in a bucket whose least value is above
//! (the greatest for "below"): all of its samples were. Counters are read at the bucket's greatest value, all else at
//! its mean. A span is then known to within one bucket.

use std::sync::Arc;
use std::time::Duration;

use super::advance::{Age, Change, GAP_INTERVALS, Observed, Timing};
use super::book::{Book, Event, Place, Tick};
use crate::model::alert::{Comparison, IfItLasted, Reducer, Rule};
use crate::model::{Bucket, SeriesInfo, SeriesKey, TimeRange, Timestamp};

/// Instances that are looked at, at most.
pub const MAX_INSTANCES: usize = 50;
/// Durations offered for comparison, seconds.
const LADDER: [u64; 11] = [0, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/// A time in which the rule would have fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Which instance.
    pub instance: SeriesKey,
    /// Since when the condition held.
    pub pending_from: Timestamp,
    /// When it would have fired.
    pub start: Timestamp,
    /// When it would have ended; `None` where it had not by the end.
    pub end: Option<Timestamp>,
    /// The value farthest over the threshold.
    pub worst: f64,
}

/// Which of a bucket's values stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The mean.
    Mean,
}

/// A rule, and the same with other durations, over the past.
#[derive(Debug)]
pub struct Replay {
    book: Book,
    rule: Arc<Rule>,
    has_saved: bool,
    variants: Vec<Variant>,
    picks: Vec<Pick>,
    range: TimeRange,
    last: Option<(Timestamp, Duration)>,
    covered: Duration,
    step: Duration,
    /// Spans of the rule itself and of the saved one; open ones have no end.
    spans: Vec<Vec<Span>>,
    /// Of each rule: by instance, which of its spans is open.
    open: Vec<Vec<Option<usize>>>,
    /// By instance, since when the rule itself pends.
    pending: Vec<Option<Timestamp>>,
    cleared: Vec<TimeRange>,
    curves: Vec<Trace>,
    bucket_millis: i64,
    nothing: Vec<f64>,
}

/// The rule with another duration: it sees what the rule saw, so only its ages differ.
#[derive(Debug)]
struct Variant {
    timing: Timing,
    /// By instance: its age, and since when it fires.
    ages: Vec<(Age, Option<Timestamp>)>,
    n_times: usize,
    total: Duration,
}

impl Variant {
    fn advance(&mut self, instance: usize, observed: Observed, at: Timestamp, interval: Duration) {
        let Some((age, open)) = self.ages.get_mut(instance) else { return };
        for change in age.advance(&self.timing, observed, wall(at), interval).into_iter().flatten() {
            match change {
                Change::Firing => {
                    *open = Some(at);
                    self.n_times += 1;
                }
                Change::Resolved | Change::EndedWithoutData => {
                    self.total += open.take().map_or(Duration::ZERO, |start| at.since(start));
                }
                _ => {}
            }
        }
    }

    /// What came of it by the end.
    fn lasted(&self, end: Timestamp) -> IfItLasted {
        let still = self.ages.iter().filter_map(|(_, open)| *open).map(|start| end.since(start)).sum::<Duration>();
        IfItLasted { hold: self.timing.hold, n_times: self.n_times, total: self.total + still }
    }
}

/// The term of one instance, in buckets.
#[derive(Debug, Default)]
struct Trace {
    buckets: Vec<Bucket>,
    /// Of the newest bucket: the sum of its values, and where it ends, milliseconds.
    sum: f64,
    until: i64,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// When the rule would have fired, by time.
    pub spans: Vec<Span>,
    /// How long in all.
    pub total: Duration,
    /// How often the saved rule would have, where there is one.
    pub saved_times: Option<usize>,
    /// The same rule with other durations.
    pub if_it_lasted: Vec<IfItLasted>,
    /// Times in which the condition held but not for long enough.
    pub cleared: Vec<TimeRange>,
    /// Time with samples.
    pub covered: Duration,
    /// The longest time between two samples that was not a gap.
    pub step: Duration,
    /// How many instances were looked at.
    pub n_instances: usize,
    /// The instance that is drawn, by its name, and its term; the one that fired most, else that with the highest value.
    pub drawn: Option<(Arc<str>, Vec<Bucket>)>,
}

impl Replay {
    /// Begins. `series` are those the rule may mean, numbered from 0 in this order; `n_buckets` is how finely the term
    /// is kept for drawing.
    pub fn new(
        rule: &Arc<Rule>,
        saved: Option<&Arc<Rule>>,
        series: &[SeriesInfo],
        range: TimeRange,
        n_buckets: usize,
    ) -> Self {
        let at_work = |(id, rule): (usize, &Arc<Rule>)| {
            let rule = Rule { id: format!("{id}").into(), is_paused: false, ..Rule::clone(rule) };
            (Arc::new(rule), Arc::default())
        };
        let rules: Vec<_> = std::iter::once(rule).chain(saved).enumerate().map(at_work).collect();
        let n_rules = rules.len();
        let mut book = Book::default();
        book.set_rules(rules, &[], range.start);
        book.take_series(series);
        let n_instances = book.n_instances_of(0);
        let variant = |hold| Variant {
            timing: Timing { hold, ..Timing::of(rule) },
            ages: vec![Default::default(); n_instances],
            n_times: 0,
            total: Duration::ZERO,
        };
        let span = i64::try_from(range.span().as_millis()).unwrap_or(i64::MAX);
        Self {
            picks: series.iter().map(|info| pick(rule, info)).collect(),
            curves: (0..n_instances).map(|_| Trace::default()).collect(),
            variants: durations_around(rule.hold).into_iter().map(variant).collect(),
            rule: rule.clone(),
            has_saved: saved.is_some(),
            range,
            last: None,
            covered: Duration::ZERO,
            step: Duration::ZERO,
            spans: vec![Vec::new(); n_rules],
            open: (0..n_rules).map(|rule| vec![None; book.n_instances_of(rule)]).collect(),
            pending: vec![None; n_instances],
            book,
            cleared: Vec::new(),
            bucket_millis: (span / i64::try_from(n_buckets.max(1)).unwrap_or(1)).max(1),
            nothing: vec![f64::NAN; series.len()],
        }
    }

    /// Which value of a bucket is to be fed, by the series' number.
    pub fn pick(&self, series: usize) -> Pick {
        self.picks.get(series).copied().unwrap_or(Pick::Mean)
    }

    /// Feeds the values of one time, by the series' number, NaN where there is none; times go forward.
    pub fn feed(&mut self, at: Timestamp, interval: Duration, values: &[f64]) {
        if at < self.range.start || at >= self.range.end || self.last.is_some_and(|(last, _)| at <= last) {
            return;
        }
        if let Some((last, before)) = self.last {
            let passed = at.since(last);
            let longest = before.max(interval) * GAP_INTERVALS;
            if passed > longest {
                // The gap is noticed once it is one.
                let noticed = last.plus(before * GAP_INTERVALS + Duration::from_millis(1));
                let nothing = std::mem::take(&mut self.nothing);
                self.evaluate(noticed, before, &nothing);
                self.nothing = nothing;
            } else {
                self.covered += passed;
                self.step = self.step.max(interval);
            }
        } else {
            self.step = interval;
        }
        self.last = Some((at, interval));
        self.evaluate(at, interval, values);
        for (i, trace) in self.curves.iter_mut().enumerate() {
            if let Some(value) = self.book.value_at(0, i, wall(at)) {
                trace.put(at, value, self.bucket_millis);
            }
        }
    }

    fn evaluate(&mut self, at: Timestamp, interval: Duration, values: &[f64]) {
        let tick = Tick { at, now: wall(at), interval, values };
        for event in self.book.evaluate(&tick) {
            self.note(event);
        }
        for instance in 0..self.curves.len() {
            let Some((observed, interval)) = self.book.observed(0, instance) else { continue };
            for variant in &mut self.variants {
                variant.advance(instance, observed, at, interval);
            }
        }
        let is = self.rule.when.first().map(|condition| condition.is);
        for (instance, span) in self.open[0].iter().enumerate() {
            let Some(span) = span.and_then(|i| self.spans[0].get_mut(i)) else { continue };
            let Some(value) = self.book.value_at(0, instance, wall(at)) else { continue };
            if span.worst.is_nan() || is.is_some_and(|is| is.holds(value, span.worst)) {
                span.worst = value;
            }
        }
    }

    fn note(&mut self, event: Event) {
        let Place { rule, instance } = event.place;
        let (rule, instance) = (rule as usize, instance as usize);
        let Some(key) = self.book.key_at(event.place) else { return };
        let (spans, open) = (&mut self.spans[rule], &mut self.open[rule][instance]);
        let mut pending = self.pending.get_mut(instance).filter(|_| rule == 0);
        match event.change {
            Change::Pending => {
                if let Some(pending) = pending {
                    *pending = Some(event.at);
                }
            }
            Change::Cleared => {
                let start = pending.and_then(Option::take);
                self.cleared.extend(start.map(|start| TimeRange { start, end: event.at }));
            }
            Change::Firing => {
                pending.as_mut().and_then(|pending| pending.take());
                let (start, pending_from) = (event.at, event.pending_from);
                *open = Some(spans.len());
                spans.push(Span { instance: key.clone(), pending_from, start, end: None, worst: event.value });
            }
            Change::Resolved | Change::EndedWithoutData => {
                if let Some(span) = open.take().and_then(|i| spans.get_mut(i)) {
                    span.end = Some(event.at);
                }
            }
            _ => {}
        }
    }

    /// Ends.
    pub fn finish(mut self) -> Outcome {
        let end = self.last.map_or(self.range.end, |(at, _)| at);
        self.curves.iter_mut().for_each(Trace::end_bucket);
        let total = |spans: &[Span]| spans.iter().map(|span| span.end.unwrap_or(end).since(span.start)).sum();
        let if_it_lasted = self.variants.iter().map(|variant| variant.lasted(end)).collect();
        let saved_times = self.has_saved.then(|| self.spans[1].len());
        let mut spans = std::mem::take(&mut self.spans[0]);
        spans.sort_by_key(|span| span.start);
        Outcome {
            total: total(&spans),
            saved_times,
            if_it_lasted,
            cleared: self.cleared,
            covered: self.covered,
            step: self.step,
            n_instances: self.curves.len(),
            drawn: drawn(&self.book, self.curves, &spans, self.rule.when.first().map(|c| c.is)),
            spans,
        }
    }
}

/// Which instance is drawn.
fn drawn(book: &Book, curves: Vec<Trace>, spans: &[Span], is: Option<Comparison>) -> Option<(Arc<str>, Vec<Bucket>)> {
    let extreme = |trace: &Trace| {
        let values = trace.buckets.iter();
        match is {
            Some(Comparison::Below) => -values.map(|bucket| bucket.min).fold(f32::INFINITY, f32::min),
            _ => values.map(|bucket| bucket.max).fold(f32::NEG_INFINITY, f32::max),
        }
    };
    let rank = |(i, trace): &(usize, Trace)| {
        let key = book.key_at(place(*i));
        (spans.iter().filter(|span| Some(&span.instance) == key).count(), extreme(trace))
    };
    let best = curves.into_iter().enumerate().max_by(|a, b| {
        let ((n_a, high_a), (n_b, high_b)) = (rank(a), rank(b));
        n_a.cmp(&n_b).then(high_a.total_cmp(&high_b))
    });
    best.map(|(i, trace)| (book.name_at(place(i)), trace.buckets))
}

/// An instance of the rule itself.
fn place(instance: usize) -> Place {
    Place { rule: 0, instance: u32::try_from(instance).unwrap_or(u32::MAX) }
}

impl Trace {
    fn put(&mut self, at: Timestamp, value: f64, length: i64) {
        let millis = at.as_millis();
        let value32 = value as f32;
        // Times go forward: what lies before the end of the newest bucket is in it.
        if let Some(bucket) = self.buckets.last_mut().filter(|_| millis < self.until) {
            bucket.min = bucket.min.min(value32);
            bucket.max = bucket.max.max(value32);
            bucket.count = bucket.count.saturating_add(1);
            self.sum += value;
            return;
        }
        self.end_bucket();
        let gap_before = !self.buckets.is_empty() && millis >= self.until.saturating_add(length);
        self.until = (millis.div_euclid(length) + 1).saturating_mul(length);
        self.sum = value;
        self.buckets.push(Bucket { at, min: value32, max: value32, mean: value32, count: 1, gap_before });
    }

    /// Puts the mean into the newest bucket: nothing more comes into it.
    fn end_bucket(&mut self) {
        if let Some(bucket) = self.buckets.last_mut() {
            bucket.mean = (self.sum / f64::from(bucket.count)) as f32;
        }
    }
}

/// History has wall time alone: it stands for the monotonic clock, and a sleep is a gap like any other.
fn wall(at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0))
}

fn pick(rule: &Rule, info: &SeriesInfo) -> Pick {
    let meant = |condition: &&crate::model::alert::Condition| {
        let term = &condition.term;
        let metric = info.def.key.metric();
        *term.series.metric == *metric || term.over.as_ref().is_some_and(|over| *over.metric == *metric)
    };
    let Some(condition) = rule.when.iter().find(meant) else { return Pick::Mean };
    let is_rate = info.def.is_rate();
    match (condition.term.reducer, condition.is) {
        (Reducer::Every | Reducer::Min, Comparison::Above) => Pick::Min,
        (Reducer::Every | Reducer::Max, Comparison::Below) => Pick::Max,
        (Reducer::Min, Comparison::Below) => Pick::Min,
        (Reducer::Max, Comparison::Above) => Pick::Max,
        (Reducer::Rate | Reducer::Ratio, _) if !is_rate => Pick::Max,
        _ => Pick::Mean,
    }
}

/// Two shorter durations, this one, and a longer one.
fn durations_around(hold: Duration) -> Vec<Duration> {
    let ladder: Vec<Duration> = LADDER.iter().map(|seconds| Duration::from_secs(*seconds)).collect();
    let shorter: Vec<Duration> = ladder.iter().copied().filter(|step| *step < hold).collect();
    let longer = ladder.iter().copied().find(|step| *step > hold);
    let mut all: Vec<Duration> = shorter[shorter.len().saturating_sub(2)..].to_vec();
    all.push(hold);
    all.extend(longer);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::expression::read_line;
    use crate::alert::script::{info, rule_of};

    /// Replays seconds of values in percent; gives the spans as "pending-start-end worst".
    fn replay(line: &str, values: &[f64], step: u64) -> (String, Outcome) {
        let rule = Arc::new(rule_of(&read_line(line).expect("a line")));
        let infos = [info(0, SeriesKey::new("a", &[]))];
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(100_000_000) };
        let mut replay = Replay::new(&rule, None, &infos, range, 100);
        for (i, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let at = Timestamp::from_millis(i as i64 * 1000 * step as i64);
            replay.feed(at, Duration::from_secs(step), &[value / 100.0]);
        }
        let outcome = replay.finish();
        let seconds = |at: Timestamp| at.as_millis() / 1000;
        let text = |span: &Span| {
            let end = span.end.map_or("…".into(), |end| seconds(end).to_string());
            format!("{}-{}-{end} {}", seconds(span.pending_from), seconds(span.start), span.worst)
        };
        (outcome.spans.iter().map(text).collect::<Vec<_>>().join(", "), outcome)
    }

    #[test]
    fn spans_are_those_of_a_rule_at_work() {
        let mut values = vec![50.0; 10];
        values.extend(vec![90.0; 10]);
        values.push(95.0);
        values.extend(vec![50.0; 10]);
        values.extend(vec![85.0; 2]);
        values.extend(vec![50.0; 10]);
        values.extend(vec![f64::NAN; 60]);
        values.extend(vec![99.0; 9]);
        let (spans, outcome) = replay("a > 80% for 5s", &values, 1);
        assert_eq!(spans, "10-15-21 0.95, 103-108-… 0.99");
        assert_eq!(outcome.cleared.len(), 1);
        assert_eq!(outcome.total, Duration::from_secs(6 + 3));
        let lasted: Vec<(u64, usize)> = outcome.if_it_lasted.iter().map(|l| (l.hold.as_secs(), l.n_times)).collect();
        assert_eq!(lasted, [(0, 3), (5, 2), (10, 1)]);
        assert_eq!(outcome.covered, Duration::from_secs(42 + 8));
        assert!(outcome.drawn.is_some_and(|(_, buckets)| buckets.iter().any(|bucket| bucket.max == 0.99)));
    }

    #[test]
    fn durations_lie_around() {
        let seconds =
            |hold| durations_around(Duration::from_secs(hold)).iter().map(Duration::as_secs).collect::<Vec<_>>();
        assert_eq!(seconds(300), [60, 120, 300, 600]);
        assert_eq!(seconds(0), [0, 10]);
        assert_eq!(seconds(90_000), [3600, 7200, 90_000]);
    }
}
