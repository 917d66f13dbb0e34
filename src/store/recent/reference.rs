//! The window held against a naive reference: a list of all samples, looked through from the start.

use std::time::Duration;

use proptest::prelude::*;

use super::{Losses, Retention, Window};
use crate::model::{Bucket, SeriesId, TimeRange, Timestamp, ViewRange, ViewRequest};

const ID: SeriesId = SeriesId(1);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange { start: at(start), end: at(end) }
}

/// Every sample as it was given: time, value, whether the line breaks before it.
#[derive(Debug, Default)]
struct Naive {
    samples: Vec<(i64, f32, bool)>,
    cadence: i64,
}

impl Naive {
    fn append(&mut self, at: i64, value: f32, own: i64, interval: i64) {
        let cadence = own.max(interval);
        let longest = self.cadence.max(cadence) as f64;
        let is_break = self.samples.last().is_some_and(|(last, ..)| (at - last) as f64 > 2.5 * longest);
        self.samples.push((at, value, is_break));
        self.cadence = cadence;
    }

    /// Holds the answer of the window against the list.
    fn check(&self, asked: TimeRange, max_buckets: usize, step: Duration, buckets: &[Bucket]) {
        let step = step.as_millis() as i64;
        let slot = |at: i64| if step == 0 { at } else { at.div_euclid(step) };
        assert!(buckets.len() <= max_buckets.max(16), "{} buckets of at most {max_buckets}", buckets.len());
        let place = |bucket: &Bucket| self.samples.iter().position(|(at, ..)| *at == bucket.at.as_millis());
        let n_breaks = self.samples.iter().filter(|(.., is_break)| *is_break).count();
        let mut next = None;
        for bucket in buckets {
            let i = place(bucket).expect("a bucket stands at its first sample");
            assert!(next.is_none_or(|next| next == i), "no sample is left out or counted twice");
            let held = &self.samples[i..i + bucket.count as usize];
            next = Some(i + held.len());
            let values = || held.iter().map(|(_, value, _)| *value);
            assert_eq!(bucket.min, values().fold(f32::INFINITY, f32::min));
            assert_eq!(bucket.max, values().fold(f32::NEG_INFINITY, f32::max));
            let sum: f64 = values().map(f64::from).sum();
            let scale: f64 = values().map(|v| f64::from(v).abs()).sum::<f64>().max(1e-30);
            assert!((f64::from(bucket.mean) * f64::from(bucket.count) - sum).abs() <= scale * 1e-6, "{bucket:?}");
            assert!(bucket.min <= bucket.mean && bucket.mean <= bucket.max, "{bucket:?}");
            assert_eq!(bucket.gap_before, held[0].2, "{bucket:?}");
            assert!(held.iter().all(|(at, ..)| slot(*at) == slot(held[0].0)), "a bucket keeps to its step");
            let joins = n_breaks > max_buckets.max(16) / 2 - 2;
            assert!(joins || held[1..].iter().all(|(.., is_break)| !is_break), "a bucket reaches over a gap");
        }
        let is_asked = |(t, ..): &&(i64, f32, bool)| asked.contains(at(*t));
        let n_asked = self.samples.iter().filter(is_asked).count();
        if asked.start < asked.end && !self.samples.is_empty() {
            let first = buckets.first().and_then(place).unwrap_or(self.samples.len());
            let n_before = self.samples.iter().filter(|(t, ..)| *t < asked.start.as_millis()).count();
            let end = next.unwrap_or(0);
            assert!(n_asked == 0 || first <= n_before && end >= n_before + n_asked, "all samples asked for are there");
            assert!(n_before == 0 || first < n_before, "the line reaches the left edge");
            assert!(n_before + n_asked == self.samples.len() || end > n_before + n_asked, "and the right edge");
        } else {
            assert!(buckets.is_empty());
        }
    }
}

fn filled(own: i64, steps: &[(i64, f32, i64)], keep: Duration) -> (Window, Naive) {
    let (mut window, mut naive) = (Window::new(Retention { span: keep }), Naive::default());
    window.set_cadence(ID, (own > 0).then(|| Duration::from_millis(own as u64)));
    let mut now = 1_000_000;
    for &(wait, value, interval) in steps {
        now += wait;
        window.mark_tick(at(now), Duration::from_millis(interval as u64));
        window.append(at(now), ID, f64::from(value));
        naive.append(now, value, own, interval);
    }
    (window, naive)
}

/// Waits near the interval, with now and then a gap; values that often stay the same; an interval that may change.
fn steps() -> impl Strategy<Value = Vec<(i64, f32, i64)>> {
    let wait = prop_oneof![
        40 => Just(1000_i64), 20 => 900..1100_i64, 5 => 1..900_i64, 2 => 2400..2600_i64, 1 => 2000..100_000_i64
    ];
    let value = prop_oneof![4 => Just(5.0_f32), 3 => -1e3..1e3_f32, 1 => prop::num::f32::NORMAL];
    let interval = prop_oneof![20 => Just(1000_i64), 1 => Just(250_i64), 1 => Just(4000_i64)];
    // Values of all magnitudes: the sum of a thousand of them must stay a number.
    let value = value.prop_map(|v| v.clamp(-1e30, 1e30));
    prop::collection::vec((wait, value, interval), 0..1200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_agree_with_a_list_of_all_samples(
        steps in steps(),
        own in prop_oneof![Just(0_i64), Just(10_000)],
        asked in (0.0..1.0_f64, 0.0..1.2_f64),
        max_buckets in prop_oneof![0..40_usize, 40..3000_usize],
    ) {
        let (window, naive) = filled(own, &steps, Duration::from_secs(1_000_000));
        let whole: i64 = steps.iter().map(|(wait, ..)| wait).sum::<i64>() + 10;
        let place = |share: f64| 1_000_000 + (share * whole as f64) as i64;
        for asked in [range(place(asked.0), place(asked.1)), range(0, i64::MAX / 4), range(place(0.0), place(1.0))] {
            let (step, curves) = window.query(&[ID], asked, max_buckets);
            naive.check(asked, max_buckets, step, &curves[0].buckets);
        }
        prop_assert_eq!(window.n_samples(), naive.samples.len());
        let stats = window.stats(ID, range(place(asked.0), place(asked.1)));
        let held: Vec<f32> = naive.samples.iter()
            .filter(|(t, ..)| range(place(asked.0), place(asked.1)).contains(at(*t))).map(|s| s.1).collect();
        prop_assert_eq!(stats.map_or(0, |s| s.count as usize), held.len());
        if let Some(stats) = stats {
            prop_assert_eq!(stats.max, held.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }
    }

    #[test]
    fn a_spike_of_one_sample_is_in_some_bucket_at_every_zoom(
        n in 300..5000_i64, spike in 0.0..1.0_f64, max_buckets in 16..2400_usize
    ) {
        let spike = (spike * n as f64) as i64;
        let steps: Vec<_> = (0..n).map(|i| (1000, if i == spike { 9.0 } else { 1.0 }, 1000)).collect();
        let (window, _) = filled(0, &steps, Duration::from_secs(1_000_000));
        let (_, curves) = window.query(&[ID], range(1_001_000, 1_001_000 + n * 1000), max_buckets);
        prop_assert_eq!(curves[0].buckets.iter().filter(|b| b.max == 9.0).count(), 1);
    }

    #[test]
    fn only_what_is_old_is_forgotten(steps in steps(), keep in 1..2_000_i64) {
        let (mut window, naive) = filled(0, &steps, Duration::from_secs(keep as u64));
        let now = naive.samples.last().map_or(0, |s| s.0);
        window.evict(at(now));
        let cutoff = now - keep * 1000;
        let n_recent = naive.samples.iter().filter(|(at, ..)| *at >= cutoff).count();
        prop_assert!(window.n_samples() >= n_recent);
        prop_assert!(window.n_samples() < n_recent + 256 || n_recent == 0, "{} of {n_recent}", window.n_samples());
        let held = window.stats(ID, range(cutoff, now + 1)).map_or(0, |s| s.count as usize);
        prop_assert_eq!(held, n_recent);
        window.evict(at(now + keep * 1000 + 1));
        prop_assert_eq!(window.n_samples(), 0);
    }

    #[test]
    fn a_clock_set_back_forgets_what_stands_after_it_and_goes_on(
        n in 20..1000_i64, back in 11..1000_i64, more in 1..600_i64
    ) {
        let steps: Vec<_> = (0..n).map(|i| (1000, i as f32, 1000)).collect();
        let (mut window, naive) = filled(0, &steps, Duration::from_secs(1_000_000));
        let back_to = 1_000_000 + n * 1000 - back * 1000;
        let mut expect: Vec<(i64, f32, bool)> = naive.samples.into_iter().filter(|s| s.0 < back_to).collect();
        let n_kept = expect.len();
        for i in 0..more {
            let now = back_to + i * 1000;
            window.mark_tick(at(now), Duration::from_secs(1));
            window.append(at(now), ID, -1.0);
            expect.push((now, -1.0, i == 0 && n_kept > 0));
        }
        let expect_lost = Losses { n_late: 0, n_set_back: (n as usize - n_kept) as u64 };
        prop_assert_eq!((window.losses(), window.n_samples()), (expect_lost, expect.len()));
        let whole = range(0, i64::MAX / 4);
        let (step, curves) = window.query(&[ID], whole, 4000);
        Naive { samples: expect, cadence: 1000 }.check(whole, 4000, step, &curves[0].buckets);
        prop_assert_eq!(window.gaps(whole, at(back_to + more * 1000)), vec![]);
    }
}

#[test]
fn a_live_view_ends_at_the_newest_tick_and_holds_it() {
    let steps: Vec<_> = (0..100).map(|i| (1000, i as f32, 1000)).collect();
    let (window, _) = filled(0, &steps, Duration::from_secs(3600));
    let range = ViewRange::Live { span: Duration::from_secs(10) };
    let request = ViewRequest { series: [ID, SeriesId(7)].into(), range, width_px: 600 };
    let view = window.view(&request, at(1_100_400));
    assert_eq!((view.range.start.as_millis(), view.range.end.as_millis()), (1_090_000, 1_100_000));
    assert_eq!(view.step, Duration::ZERO);
    let times: Vec<i64> = view.curves[0].buckets.iter().map(|b| b.at.as_millis()).collect();
    assert_eq!(times, (1_089..=1_100).map(|s| s * 1000).collect::<Vec<_>>());
    assert!(view.curves[1].buckets.is_empty() && view.gaps.is_empty());
    assert_eq!(window.view(&request, at(1_103_000)).gaps.len(), 0, "the silence lies after what is shown");
}

#[test]
fn a_live_chart_does_not_shimmer() {
    let steps: Vec<_> = (0..4000).map(|i| (1000, (i * 7919 % 101) as f32, 1000)).collect();
    let (mut window, _) = filled(0, &steps, Duration::from_secs(7200));
    let request =
        ViewRequest { series: [ID].into(), range: ViewRange::Live { span: Duration::from_secs(3600) }, width_px: 500 };
    let before = window.view(&request, at(0));
    window.mark_tick(at(5_001_000), Duration::from_secs(1));
    window.append(at(5_001_000), ID, 50.0);
    let after = window.view(&request, at(0));
    assert_eq!(before.step, Duration::from_secs(5));
    let (before, after) = (&before.curves[0].buckets, &after.curves[0].buckets);
    let n = before.len() - 1;
    assert_eq!(before[1..n], after[1..n], "buckets that are whole stay as they are");
}

#[test]
fn samples_that_are_late_or_no_numbers_are_left_out() {
    let mut window = Window::new(Retention::default());
    window.mark_tick(at(5000), Duration::from_secs(1));
    for (time, value) in [(5000, 1.0), (5000, 2.0), (4000, 3.0), (6000, f64::NAN), (6000, f64::INFINITY), (7000, 1e300)]
    {
        window.append(at(time), ID, value);
    }
    assert_eq!((window.n_samples(), window.losses()), (2, Losses { n_late: 2, n_set_back: 0 }));
    assert_eq!(window.latest(ID), Some((at(7000), f32::MAX)));
    assert_eq!(window.latest(SeriesId(0)), None);
}

#[test]
fn an_hour_of_a_series_takes_little_memory() {
    let n_series = 100;
    let mut window = Window::new(Retention::default());
    for second in 0..3600_i64 {
        // Ticks are never quite even.
        let now = at(second * 1000 + second * 37 % 11);
        window.mark_tick(now, Duration::from_secs(1));
        for id in 0..n_series {
            let value = if id < n_series / 2 { f64::from(id) } else { (second * 7919 % 1009) as f64 };
            window.append(now, SeriesId(id), value);
        }
    }
    let all = window.bytes();
    let mut constant = Window::new(Retention::default());
    for second in 0..3600_i64 {
        constant.mark_tick(at(second * 1000), Duration::from_secs(1));
        for id in 0..n_series {
            constant.append(at(second * 1000), SeriesId(id), f64::from(id));
        }
    }
    let each_constant = constant.bytes() / n_series as usize;
    assert!(each_constant < 4_500, "{each_constant} bytes for a constant series");
    let each_varied = (all - each_constant * n_series as usize / 2) / (n_series as usize / 2);
    assert!(each_varied < 25_000, "{each_varied} bytes for a varied series");
}
