//! Sentences by a table, and the promise of the interval by simulation with fixed seeds.

use super::*;
use crate::model::quantity::THIN_SPACE;

fn found(unit: Unit, a: &[f32], b: &[f32]) -> Finding {
    let units = Units::default();
    let subject = Subject { name: "It", unit, units: &units };
    compare(&subject, Side::of_samples(a), Side::of_samples(b), LEVEL)
}

fn sentence(unit: Unit, a: &[f32], b: &[f32]) -> String {
    found(unit, a, b).sentence.replace(THIN_SPACE, " ")
}

/// SplitMix64 (Steele, Lea and Flood, 2014) and sums of twelve evens for a normal draw.
struct Draws(u64);

impl Draws {
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.even()).sum::<f64>() - 6.0
    }

    /// A run in which each value keeps `phi` of the one before; variance 1.
    fn run(&mut self, n: usize, phi: f64, shape: fn(f64) -> f64) -> Vec<f32> {
        let mut now = self.normal();
        let fresh = (1.0 - phi * phi).sqrt();
        (0..n)
            .map(|_| {
                now = phi * now + fresh * self.normal();
                shape(now) as f32
            })
            .collect()
    }
}

/// Of `n_times` pairs of runs with medians `shift` apart: how many are called higher or lower, how many intervals hold
/// the true change, and how many are not judged.
fn simulated(n: usize, phi: f64, shift: f64, shape: fn(f64) -> f64, n_times: usize) -> (f64, f64, f64) {
    let mut draws = Draws(2026);
    let (mut called, mut held, mut unjudged) = (0, 0, 0);
    for _ in 0..n_times {
        let a = draws.run(n, phi, shape);
        let b: Vec<f32> = draws.run(n, phi, shape).iter().map(|v| v + shift as f32).collect();
        let found = found(Unit::Count("thing"), &a, &b);
        match found.verdict {
            CompareVerdict::Higher | CompareVerdict::Lower => called += 1,
            CompareVerdict::TooLittleData => unjudged += 1,
            CompareVerdict::NoDifferenceShown => {}
        }
        held += usize::from(found.interval.is_some_and(|(low, high)| low <= shift && shift <= high));
    }
    let judged = (n_times - unjudged).max(1) as f64;
    (f64::from(called) / judged, held as f64 / judged, unjudged as f64 / n_times as f64)
}

fn plain(value: f64) -> f64 {
    value
}

/// Skewed as loads are.
fn skewed(value: f64) -> f64 {
    value.exp()
}

/// In steps, as whole processes are counted.
fn stepped(value: f64) -> f64 {
    (value * 2.0).round()
}

#[test]
fn a_change_is_seldom_seen_where_there_is_none_and_the_interval_holds_the_truth() {
    // At 95 % one in twenty is called by chance; of 200 pairs of runs no more than one in eleven, whatever the shape.
    for (what, n, phi, shift, shape) in [
        ("independent", 300, 0.0, 0.0, plain as fn(f64) -> f64),
        ("dependent", 600, 0.9, 0.0, plain),
        ("strongly dependent", 2600, 0.97, 0.0, plain),
        ("skewed", 1200, 0.9, 0.0, skewed),
        ("in steps", 1200, 0.9, 0.0, stepped),
        ("shifted", 600, 0.8, 0.4, plain),
    ] {
        let (called, held, unjudged) = simulated(n, phi, shift, shape, 200);
        assert!(held >= 0.91, "{what}: the interval holds the truth {held} of the time");
        assert!(shift != 0.0 || called <= 0.09, "{what}: {called} called by chance");
        assert!(unjudged <= 0.02, "{what}: {unjudged} not judged");
    }
}

#[test]
fn a_real_change_is_found() {
    for (n, phi, shift, at_least) in [(600, 0.9, 1.2, 0.9), (1800, 0.9, 0.7, 0.9), (1800, 0.0, 0.15, 0.9)] {
        let (called, ..) = simulated(n, phi, shift, plain, 60);
        assert!(called >= at_least, "{n} {phi} {shift}: {called}");
    }
}

#[test]
fn the_same_values_give_the_same_answer() {
    let mut draws = Draws(7);
    let (a, b) = (draws.run(500, 0.5, plain), draws.run(500, 0.5, plain));
    assert_eq!(found(Unit::Ratio, &a, &b), found(Unit::Ratio, &a, &b));
}

/// A hundred values from `low` to `high` in a scattered order, so that neighbours do not resemble one another.
fn spread(low: f32, high: f32) -> Vec<f32> {
    (0..100).map(|i| low + (high - low) * ((i * 37 + 11) % 100) as f32 / 99.0).collect()
}

#[test]
fn each_row_says_what_was_found() {
    let ramp: Vec<f32> = (0..3600).map(|i| i as f32).collect();
    for (unit, a, b, expect) in [
        (
            Unit::Ratio,
            spread(0.10, 0.14),
            spread(0.29, 0.33),
            "It is higher: median 12.0 % → 31 %, +19.0 points (95 % interval 18.4 to 19.6)",
        ),
        (
            Unit::BytesPerSecond,
            spread(2e6, 6e6),
            spread(1e6, 3e6),
            "It is lower: median 4.00 MB/s → 2.00 MB/s, −2.00 MB/s (95 % interval −2.45 to −1.55)",
        ),
        (
            Unit::Seconds,
            spread(0.001, 0.009),
            spread(0.001, 0.009),
            "It: no difference shown: median 5.00 ms → 5.00 ms, 0.0 ms (95 % interval −1.2 to 1.2)",
        ),
        (Unit::Bytes, vec![0.0; 40], vec![0.0; 40], "It: no difference shown: 0 B throughout both periods"),
        (
            Unit::Bytes,
            vec![1024.0; 40],
            vec![3072.0; 40],
            "It is higher: 1.00 KiB throughout A, 3.00 KiB throughout B, +2.00 KiB",
        ),
        (Unit::Ratio, vec![], vec![0.5; 40], "It: too little data: nothing was recorded in A"),
        (Unit::Ratio, vec![0.5; 40], vec![f32::NAN], "It: too little data: nothing was recorded in B"),
        (Unit::Ratio, vec![], vec![], "It: too little data: nothing was recorded in either period"),
        (
            Unit::Ratio,
            vec![0.5; 40],
            vec![0.25],
            "It: too little data: B has 1 sample, 30 are needed; median 50 % → 25 %",
        ),
    ] {
        assert_eq!(sentence(unit, &a, &b), expect);
    }
    let text = sentence(Unit::Count("thing"), &ramp, &ramp);
    assert!(
        text.starts_with("It: too little data: it moves so slowly that the 3,600 samples of A are worth "),
        "{text}"
    );
}

#[test]
fn figures_hold_the_peak_that_means_hide() {
    let side = Side { values: &[1.0, 3.0, 2.0], greatest: Some(9.0), mean: Some(2.5) };
    let figures = figures(side).expect("figures");
    assert_eq!((figures.n, figures.median, figures.p95, figures.max, figures.mean), (3, 2.0, 2.9, 9.0, 2.5));
    assert_eq!(super::figures(Side::of_samples(&[f32::NAN])), None);
}

#[test]
fn a_difference_of_temperatures_has_no_offset() {
    let units = Units { temperature: crate::model::TemperatureUnit::Fahrenheit, ..Units::default() };
    let subject = Subject { name: "It", unit: Unit::Celsius, units: &units };
    let found = compare(&subject, Side::of_samples(&[10.0; 30]), Side::of_samples(&[20.0; 30]), LEVEL);
    let text = found.sentence.replace(THIN_SPACE, " ");
    assert_eq!(text, "It is higher: 50.0 °F throughout A, 68.0 °F throughout B, +18.0 °F");
}

#[test]
fn the_method_says_what_chance_alone_would_give() {
    let both = (Tier::Full, Tier::Full);
    for (n, expect) in
        [(0, "No row had enough data"), (1, "5 times in 100"), (40, "about 2.0 of them"), (400, "about 20 of them")]
    {
        let text = method(LEVEL, both, n);
        assert!(text.contains(expect), "{text}");
    }
    assert!(method(LEVEL, both, 1).starts_with("Both periods are kept as single samples"));
    assert!(method(LEVEL, (Tier::Full, Tier::Minute), 1).starts_with("A was read as every sample, B as one-minute"));
}
