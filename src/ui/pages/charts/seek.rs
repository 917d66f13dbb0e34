//! From a bucket to the tick that made it: a click on a spike in a day's view goes to the second of the spike.
//!
//! A bucket tells how high its greatest sample was and not when. The engine is asked for the bucket's own time, more
//! finely each time, until single samples come back or nothing finer is kept.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;

use crate::engine::Handle;
use crate::model::{Bucket, SeriesId, Snapshot, TimeRange, Timestamp, ViewData, ViewId, ViewRange, ViewRequest};
use crate::ui::PanelCx;
use crate::ui::subscription::Subscription;

/// Width that is asked for, points: a bucket of some hours comes back as steps of a few seconds.
const WIDTH: u32 = 2000;
/// How often the engine is asked before what was found has to do.
const MAX_ASKED: u32 = 4;
/// Time after which what was found has to do, seconds.
const PATIENCE_SECONDS: f64 = 2.0;

/// The search for a tick.
#[derive(Debug)]
pub struct Seek {
    subscription: Subscription,
    target: Option<Target>,
}

#[derive(Debug)]
struct Target {
    series: SeriesId,
    range: TimeRange,
    is_peak: bool,
    best: Timestamp,
    n_asked: u32,
    since_seconds: f64,
}

impl Seek {
    /// A search that asks under this number.
    pub fn new(id: ViewId) -> Self {
        Self { subscription: Subscription::new(id), target: None }
    }

    /// Begins to look within a bucket of a series that lasts `step`: for its greatest sample, or for its least where
    /// that stands out more.
    pub fn start(&mut self, ctx: &Context, series: SeriesId, bucket: &Bucket, step: Duration) {
        let range = TimeRange { start: bucket.at, end: bucket.at.plus(step) };
        let is_peak = bucket.max - bucket.mean >= bucket.mean - bucket.min;
        let since_seconds = ctx.input(|i| i.time);
        self.target = Some(Target { series, range, is_peak, best: bucket.at, n_asked: 0, since_seconds });
    }

    /// Gives the search up.
    pub fn leave(&mut self, engine: &Handle) {
        self.target = None;
        self.subscription.leave(engine);
    }

    /// Goes on; answers once the tick is found, or what there is has to do.
    pub fn follow(&mut self, cx: &PanelCx<'_>, ctx: &Context, answers: &Snapshot) -> Option<Timestamp> {
        let target = self.target.as_mut()?;
        let series: Arc<[SeriesId]> = vec![target.series].into();
        let request = ViewRequest { series, range: ViewRange::Fixed(target.range), width_px: WIDTH };
        self.subscription.want(cx.engine, ctx, request.clone());
        let answer = self.subscription.data(answers).filter(|data| data.request == request && !data.is_loading);
        let is_over = match answer {
            Some(data) => target.take(data, cx.snapshot.interval),
            None => {
                ctx.request_repaint_after(Duration::from_millis(50));
                ctx.input(|i| i.time) - target.since_seconds > PATIENCE_SECONDS
            }
        };
        if !is_over {
            return None;
        }
        let found = target.best;
        self.leave(cx.engine);
        Some(found)
    }
}

impl Target {
    /// Takes an answer in; true where nothing finer is to be had.
    fn take(&mut self, data: &ViewData, interval: Duration) -> bool {
        self.n_asked += 1;
        let buckets = data.curves.first().map_or(&[][..], |curve| &curve.buckets);
        let within = buckets.iter().filter(|bucket| self.range.contains(bucket.at));
        let best = if self.is_peak {
            within.max_by(|a, b| a.max.total_cmp(&b.max).then(b.at.cmp(&a.at)))
        } else {
            within.min_by(|a, b| a.min.total_cmp(&b.min).then(a.at.cmp(&b.at)))
        };
        let Some(best) = best else { return true };
        self.best = best.at;
        let narrower = TimeRange { start: best.at, end: best.at.plus(data.step) };
        if best.count <= 1 || data.step <= interval || narrower.span() >= self.range.span() || self.n_asked >= MAX_ASKED
        {
            return true;
        }
        self.range = narrower;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Curve, Tier};

    const SECOND: Duration = Duration::from_secs(1);

    /// What the engine would answer over a sample each second, of which one stands out.
    fn answer(range: TimeRange, step_seconds: i64, odd: (i64, f32)) -> ViewData {
        let step = step_seconds * 1000;
        let first = range.start.as_millis().div_euclid(step) - 1;
        let last = range.end.as_millis().div_euclid(step) + 1;
        let buckets = (first..=last).map(|i| {
            let at = i * step;
            let has_odd = (at..at + step).contains(&(odd.0 * 1000));
            let (min, max) = if has_odd { (odd.1.min(0.3), odd.1.max(0.3)) } else { (0.3, 0.3) };
            let count = step_seconds as u32;
            Bucket { at: Timestamp::from_millis(at), min, max, mean: 0.3, count, gap_before: false }
        });
        let request = ViewRequest { series: vec![SeriesId(0)].into(), range: ViewRange::Fixed(range), width_px: WIDTH };
        let curves = vec![Curve { series: SeriesId(0), buckets: buckets.collect() }].into();
        let step = Duration::from_secs(step_seconds as u64);
        ViewData { request, range, step, curves, gaps: Vec::new().into(), is_loading: false, tier: Tier::Full }
    }

    fn target(is_peak: bool, start: i64, end: i64) -> Target {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let range = TimeRange { start: at(start), end: at(end) };
        Target { series: SeriesId(0), range, is_peak, best: at(start), n_asked: 0, since_seconds: 0.0 }
    }

    #[test]
    fn the_second_of_a_spike_is_found_within_its_bucket() {
        for (is_peak, value) in [(true, 0.9), (false, 0.0)] {
            let mut target = target(is_peak, 3600, 18_000);
            assert!(!target.take(&answer(target.range, 10, (7_777, value)), SECOND));
            assert_eq!(target.range.span(), Duration::from_secs(10));
            assert!(target.take(&answer(target.range, 1, (7_777, value)), SECOND));
            assert_eq!(target.best.as_millis(), 7_777_000, "peak {is_peak}");
        }
    }

    #[test]
    fn where_nothing_finer_is_kept_the_bucket_itself_has_to_do() {
        let mut target = target(true, 3600, 7200);
        assert!(!target.take(&answer(target.range, 60, (5_000, 0.9)), SECOND));
        assert!(target.take(&answer(target.range, 60, (5_000, 0.9)), SECOND));
        assert_eq!(target.best.as_millis(), 4_980_000);
        let mut empty = answer(target.range, 60, (0, 0.0));
        empty.curves = Vec::new().into();
        assert!(target.take(&empty, SECOND), "no answer is no reason to go on");
    }
}
