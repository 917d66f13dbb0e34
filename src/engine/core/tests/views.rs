//! Charts that reach farther back than memory.

use super::recorded::Recorded;
use super::*;
use crate::engine::query_worker::{Query, answer};
use crate::engine::store_worker::StoreEvent;
use crate::store::history::Opened;
use crate::store::progress::Unwatched;

/// A core with a history that records what the core gives it.
struct World {
    core: Core,
    history: Arc<Recorded>,
    n_questions: usize,
    /// Questions that nobody answers yet.
    held: Option<Vec<Query>>,
}

impl World {
    fn new(history: &Arc<Recorded>) -> Self {
        Self { core: core(), history: history.clone(), n_questions: 0, held: None }
    }

    fn take(&mut self, input: Input, now: Timestamp) {
        let effects = self.core.take(input, now);
        self.history.take(&effects);
        for effect in effects {
            if let Effect::Query(history, question) = effect {
                self.n_questions += 1;
                let query = Query { history, question };
                match &mut self.held {
                    Some(held) => held.push(query),
                    None => self.answer(query, now),
                }
            }
        }
    }

    fn answer(&mut self, query: Query, now: Timestamp) {
        let answer = answer(query, &mut Unwatched).expect("not overtaken");
        self.take(Input::Answer(Box::new(answer)), now);
    }

    fn open(&mut self, now: Timestamp) {
        let newest = self.history.ticks().last().map(|tick| tick.at);
        let opened = Opened {
            series: self.history.series().expect("known"),
            status: self.history.status().expect("known"),
            newest,
            ..Opened::default()
        };
        let event = StoreEvent::Opened { opened: Box::new(opened), reader: self.history.clone() };
        self.take(Input::Store(Box::new(event)), now);
    }

    /// Ticks of series `a`, the first of a run defining it; the value is the number of the tick.
    fn run(&mut self, seconds: impl IntoIterator<Item = i64>) {
        for n in seconds {
            let first = if self.core.next.at.is_none() { &["a", "b"][..] } else { &[] };
            let from = if first.is_empty() { 2 } else { 0 };
            let points = vec![Point { slot: Slot(0), value: n as f64 }];
            let elapsed = Duration::from_secs(n.unsigned_abs());
            let batch = Batch { at: at(n), elapsed, points, ..batch_defining(0, from, first) };
            self.take(Input::Batch(Box::new(batch)), at(n));
        }
    }

    fn subscribe(&mut self, range: ViewRange) {
        let request = ViewRequest { series: [SeriesId(0)].into(), range, width_px: 1000 };
        let now = self.core.now;
        self.take(Input::Command(Command::View(ViewCommand::Subscribe { id: ViewId(1), request })), now);
    }

    fn view(&mut self) -> ViewData {
        ViewData::clone(&self.core.publish().views[&ViewId(1)])
    }

    /// The whole curve has to be what the plainest way gives for the range.
    fn check_whole(&mut self, what: &str) {
        let data = self.view();
        assert!(!data.is_loading, "{what}");
        let step = i64::try_from(data.step.as_millis()).expect("small");
        let samples = self.history.samples(&SeriesKey::new("a", &[]));
        let upto = samples.partition_point(|(at, _)| *at <= data.range.end.as_millis());
        let all = Recorded::buckets(&samples[..upto], step);
        let start = data.range.start;
        let expect: Vec<_> = all.iter().filter(|b| start <= b.at && b.at <= data.range.end).map(plain).collect();
        let found: Vec<_> = data.curves[0].buckets.iter().filter(|b| start <= b.at).map(plain).collect();
        assert_eq!(found, expect, "{what}");
    }
}

fn plain(bucket: &Bucket) -> (i64, f32, f32, u32, bool) {
    (bucket.at.as_millis(), bucket.min, bucket.max, bucket.count, bucket.gap_before)
}

fn hours(n: u64) -> ViewRange {
    ViewRange::Live { span: Duration::from_secs(n * 3600) }
}

#[test]
fn a_view_reaches_over_a_restart_with_the_gap_between() {
    for step in [0, 2000, 5000, 60_000] {
        let history = Recorded::with_step(step);
        let mut before = World::new(&history);
        before.open(at(0));
        before.run(0..600);
        let mut world = World::new(&history);
        world.run([900]);
        world.open(at(900));
        world.subscribe(hours(1));
        world.run(901..1100);
        world.check_whole(&format!("step {step}"));
        let data = world.view();
        assert_eq!(data.gaps.to_vec(), [TimeRange { start: at(599), end: at(900) }], "step {step}");
        assert!(data.curves[0].buckets.iter().any(|b| b.gap_before && b.at == at(900)), "step {step}");
    }
}

#[test]
fn a_long_live_view_asks_history_seldom_and_loses_no_sample() {
    let history = Recorded::with_step(60_000);
    let mut world = World::new(&history);
    world.open(at(0));
    world.run(0..3 * 3600);
    // The store tells how far it reaches after each flush.
    let status = history.status().expect("known");
    world.take(Input::Store(Box::new(StoreEvent::Status(status))), at(3 * 3600));
    world.subscribe(hours(24));
    for part in 0..10 {
        let from = 3 * 3600 + part * 607;
        world.run(from..from + 607);
        // A step of a minute is drawn anew every 5 s.
        let newest = world.core.window.newest_tick().expect("ticked");
        let shown = world.view().range.end;
        assert!(newest.since(shown) <= Duration::from_secs(5), "{shown:?}");
        if newest == shown {
            world.check_whole(&format!("part {part}"));
        }
    }
    let sum: u32 = world.view().curves[0].buckets.iter().map(|b| b.count).sum();
    let end = world.view().range.end.since(at(0)).as_secs();
    assert_eq!(u64::from(sum), end + 1, "every sample is in one bucket");
    assert!((2..=8).contains(&world.n_questions), "{} questions in 100 minutes", world.n_questions);
}

#[test]
fn what_memory_holds_is_never_asked_of_history() {
    let history = Recorded::with_step(0);
    let mut world = World::new(&history);
    world.open(at(0));
    world.run(0..4000);
    let status = history.status().expect("known");
    world.take(Input::Store(Box::new(StoreEvent::Status(status))), at(4000));
    world.subscribe(hours(1));
    world.run(4000..4100);
    assert_eq!(world.n_questions, 0);
    assert!(!world.view().is_loading);
    // Two hours reach farther.
    world.subscribe(hours(2));
    assert_eq!(world.n_questions, 1);
    world.check_whole("two hours");
}

#[test]
fn a_step_longer_than_memory_is_answered_by_history_alone() {
    let history = Recorded::with_step(6 * 3_600_000);
    let mut before = World::new(&history);
    before.open(at(0));
    before.run((0..86_400).step_by(2));
    let mut world = World::new(&history);
    world.open(at(90_000));
    world.run([90_000]);
    world.subscribe(hours(48));
    world.run(90_001..90_200);
    assert!((2..=8).contains(&world.n_questions), "{} questions in 200 s", world.n_questions);
    let data = world.view();
    assert!(!data.is_loading && data.curves[0].buckets.iter().map(|b| b.count).sum::<u32>() >= 43_200 + 100);
}

#[test]
fn the_old_curve_stays_until_the_new_one_arrives() {
    let history = Recorded::with_step(1000);
    let mut before = World::new(&history);
    before.open(at(0));
    before.run(0..600);
    let mut world = World::new(&history);
    world.run([900]);
    world.open(at(900));
    world.subscribe(hours(1));
    world.check_whole("at first");
    let old = world.view().curves;
    world.held = Some(Vec::new());
    world.subscribe(ViewRange::Fixed(TimeRange { start: at(100), end: at(200) }));
    let waiting = world.view();
    assert!(waiting.is_loading && waiting.curves == old, "the old curve is shown meanwhile");
    // The person drags on: the answer to the question before is of no use.
    world.subscribe(ViewRange::Fixed(TimeRange { start: at(300), end: at(400) }));
    let mut held = world.held.take().expect("held");
    assert_eq!(held.len(), 2);
    let (second, first) = (held.pop().expect("asked"), held.pop().expect("asked"));
    world.answer(first, at(900));
    assert!(world.view().is_loading);
    world.answer(second, at(900));
    let data = world.view();
    assert!(!data.is_loading);
    assert_eq!(data.curves[0].buckets.iter().filter(|b| data.range.contains(b.at)).count(), 100);
    let answered = world.core.publish().views[&ViewId(1)].clone();
    world.run(901..910);
    assert_eq!(world.n_questions, 3, "the past is asked for once");
    assert!(Arc::ptr_eq(&answered, &world.core.publish().views[&ViewId(1)]));
}

#[test]
fn a_clock_that_is_set_back_spoils_no_view() {
    let history = Recorded::with_step(1000);
    let mut before = World::new(&history);
    before.open(at(0));
    before.run(0..600);
    let mut world = World::new(&history);
    world.run([900]);
    world.open(at(900));
    world.subscribe(hours(1));
    world.run(901..1000);
    // The clock is set back by 100 s: what was written later wins.
    world.history.ticks().retain(|tick| tick.at < at(900));
    world.run(900..950);
    let buckets = world.view().curves[0].buckets.clone();
    assert!(buckets.windows(2).all(|pair| pair[0].at < pair[1].at), "times only grow");
    assert_eq!(buckets.last().map(|b| b.at), Some(at(949)));
}
