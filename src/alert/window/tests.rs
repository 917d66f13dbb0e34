//! Windows against slow lists, over gaps, late joiners, and values great and small.

use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;
const ALL: [Reducer; 9] = [
    Reducer::Mean,
    Reducer::Min,
    Reducer::Max,
    Reducer::P95,
    Reducer::Rate,
    Reducer::Ratio,
    Reducer::Share,
    Reducer::FullIn,
    Reducer::Growth,
];

/// The value after samples of 1 s each, by a window of `length` seconds.
fn after(reducer: Reducer, length: u64, samples: &[(f64, f64)]) -> Option<f64> {
    let mut windows = Windows::new(reducer, Duration::from_secs(length));
    windows.add_lane();
    let mut value = None;
    for (i, (sample, over)) in (0..).zip(samples) {
        windows.begin(SECOND * i, SECOND);
        windows.push(0, SECOND * i, *sample, *over);
        value = windows.value(0, SECOND * i, SECOND, 0.0);
    }
    value
}

#[test]
fn each_reducer_by_hand() {
    let up: Vec<(f64, f64)> = (1..=10).map(|i| (f64::from(i), 100.0)).collect();
    for (reducer, length, expected) in [
        (Reducer::Mean, 4, Some(8.5)),
        (Reducer::Min, 4, Some(7.0)),
        (Reducer::Max, 4, Some(10.0)),
        (Reducer::P95, 10, Some(10.0)),
        (Reducer::Rate, 5, Some(8.0)),
        (Reducer::Ratio, 2, Some(19.0 / 200.0)),
        (Reducer::Share, 2, Some(19.0 / 200.0)),
        (Reducer::Growth, 4, Some(9.5 / 7.5 - 1.0)),
        (Reducer::Mean, 11, None),
    ] {
        assert_eq!(after(reducer, length, &up), expected, "{reducer:?} {length}");
    }
    let filling: Vec<(f64, f64)> = (0..100).map(|i| (0.5 + f64::from(i) / 1000.0, 0.0)).collect();
    let seconds = after(Reducer::FullIn, 60, &filling).expect("a time");
    assert!((seconds - 401.0).abs() < 1e-6, "{seconds}");
    let level = vec![(0.5, 0.0); 100];
    assert_eq!(after(Reducer::FullIn, 60, &level), Some(f64::INFINITY));
}

#[test]
fn great_values_leave_no_trace_in_the_small_ones() {
    for great in [1e9, -3e16, 1e25, 1e300, f64::INFINITY, f64::MAX] {
        let mut samples = vec![(0.1, 1.0); 20];
        for turn in 0..40 {
            samples.push((great, 1.0));
            samples.extend((0..13).map(|i| (0.1 + f64::from(turn * i) * 1e-9, 1.0)));
        }
        samples.extend(vec![(0.3, 1.0); 10]);
        for (reducer, expected) in [(Reducer::Mean, 0.3), (Reducer::Share, 0.3), (Reducer::Rate, 0.3)] {
            let value = after(reducer, 10, &samples).expect("a value");
            assert!((value - expected).abs() < 1e-15, "{reducer:?} after {great}: {value}");
        }
    }
}

#[test]
fn a_sum_does_not_drift_in_a_million_turns() {
    let mut windows = Windows::new(Reducer::Mean, Duration::from_secs(7));
    windows.add_lane();
    let mut random = 1u64;
    for i in 0..1_000_000u64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let value = if i < 999_990 { (random >> 20) as f64 * 1e-3 } else { 0.1 };
        windows.begin(SECOND * i, SECOND);
        windows.push(0, SECOND * i, value, 0.0);
    }
    let value = windows.value(0, SECOND * 999_999, SECOND, 0.0).expect("a value");
    assert!((value - 0.1).abs() < 1e-16, "{value}");
}

/// The obvious window: all samples since the last gap, looked through each time.
#[derive(Default, Clone)]
struct Slow(Vec<(u64, f64, f64)>);

impl Slow {
    fn value(&self, reducer: Reducer, length: u64, now: u64) -> Option<f64> {
        let first = self.0.first()?.0;
        let inside: Vec<_> = self.0.iter().filter(|(at, ..)| now - at < length * SECOND).collect();
        let n = inside.len() as f64;
        if now - first + SECOND < length * SECOND || n < length as f64 / 2.0 || inside.is_empty() {
            return None;
        }
        let values: Vec<f64> = inside.iter().map(|(_, value, _)| *value).collect();
        let sum: f64 = values.iter().sum();
        let over: f64 = inside.iter().map(|(.., over)| *over).sum();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        match reducer {
            Reducer::Every => None,
            Reducer::Mean => Some(sum / n),
            Reducer::Min => sorted.first().copied(),
            Reducer::Max => sorted.last().copied(),
            Reducer::P95 => Some(sorted[((n * 0.95).ceil() as usize).max(1) - 1]),
            Reducer::Rate => Some(sum / length as f64),
            Reducer::Ratio | Reducer::Share => (over > 0.0).then_some(sum / over),
            Reducer::FullIn => {
                let points = inside.iter().map(|(at, value, _)| (*at as f64 / 1e9, *value));
                let (slope, last) = line_through(points)?;
                Some(if slope > 1e-15 { ((1.0 - last) / slope).max(0.0) } else { f64::INFINITY })
            }
            Reducer::Growth => {
                let (older, newer) = values.split_at(values.len() / 2);
                let mean = |part: &[f64]| (!part.is_empty()).then(|| part.iter().sum::<f64>() / part.len() as f64);
                let (older, newer) = (mean(older)?, mean(newer)?);
                (older > 0.0).then(|| newer / older - 1.0)
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]
    /// Several instances, some of which have no sample at a time, come late, or begin again after a gap.
    #[test]
    fn windows_agree_with_a_list(
        which in 0..ALL.len(),
        length in 1u64..150,
        ticks in prop::collection::vec((prop::collection::vec(0u16..1400, 4), 1u64..3), 1..400),
        late in 0usize..50,
        is_falling in any::<bool>(),
    ) {
        let reducer = ALL[which];
        let mut windows = Windows::new(reducer, Duration::from_secs(length));
        let mut slow = vec![Slow::default(); 4];
        for _ in 0..3 {
            windows.add_lane();
        }
        let mut now = 0;
        for (tick, (values, passed)) in ticks.iter().enumerate() {
            now += passed * SECOND;
            if tick == late {
                windows.add_lane();
            }
            let n_lanes = if tick >= late { 4 } else { 3 };
            let mut is_begun = false;
            for lane in 0..n_lanes {
                // A third of the values beyond 1000 are none, so that there are gaps.
                if values[lane] >= 1000 {
                    continue;
                }
                let value = f64::from(values[lane] % 100) + if is_falling { 1000.0 - tick as f64 } else { 0.0 };
                if !is_begun {
                    windows.begin(now, SECOND);
                    is_begun = true;
                }
                if slow[lane].0.last().is_some_and(|(at, ..)| now - at > 3 * SECOND) {
                    windows.clear(lane);
                    slow[lane] = Slow::default();
                }
                slow[lane].0.push((now, value, 1.0));
                windows.push(lane, now, value, 1.0);
                let (fast, slow) = (windows.value(lane, now, SECOND, 0.0), slow[lane].value(reducer, length, now));
                let is_close = match (fast, slow) {
                    (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-6 * b.abs().max(1.0),
                    (a, b) => a == b,
                };
                prop_assert!(is_close, "{:?} lane {} at {}: {:?}, not {:?}", reducer, lane, tick, fast, slow);
            }
        }
    }
}

proptest! {
    // Each case is looked at in thirty places or more, with every reducer.
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    /// Where cells take in several samples, a value is that of the samples that came since some cell began.
    #[test]
    fn long_windows_are_known_to_a_cell(values in prop::collection::vec(0u16..1000, 3000..6000)) {
        for reducer in [Reducer::Mean, Reducer::Min, Reducer::Max] {
            let length = 2160;
            let mut windows = Windows::new(reducer, Duration::from_secs(length));
            windows.add_lane();
            for (i, value) in (0..).zip(&values) {
                windows.begin(SECOND * i, SECOND);
                windows.push(0, SECOND * i, f64::from(*value), 0.0);
                let found = windows.value(0, SECOND * i, SECOND, 0.0);
                if i % 97 == 0 && i > length {
                    // Cells of 3 s: the oldest begins at a multiple of 3.
                    let from = ((i - length) / 3 + 1) * 3;
                    let inside = values[from as usize..=i as usize].iter().map(|value| f64::from(*value));
                    let expected = match reducer {
                        Reducer::Min => inside.fold(f64::INFINITY, f64::min),
                        Reducer::Max => inside.fold(f64::NEG_INFINITY, f64::max),
                        _ => inside.clone().sum::<f64>() / inside.count() as f64,
                    };
                    prop_assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{:?} at {}: {:?}, not {}", reducer, i, found, expected);
                }
            }
        }
    }
}
