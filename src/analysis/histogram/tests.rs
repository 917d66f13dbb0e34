//! Quantiles out of buckets against those of the values themselves.

use proptest::prelude::*;

use super::exponential::{Exponential, Since, bound, error_ratio};
use super::*;

/// The value of rank `ceil(p n)`.
fn exact(values: &mut [f64], p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (p * values.len() as f64).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

fn counted(bounds: &[f64], values: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; bounds.len() + 1];
    for value in values {
        counts[bounds.iter().position(|bound| value <= bound).unwrap_or(bounds.len())] += 1;
    }
    counts
}

/// Counts each value by comparing it with the bounds themselves, whatever formula gives them.
fn exponential(scale: i32, values: &[f64]) -> Exponential {
    let mut all = Exponential { scale, ..Exponential::default() };
    for value in values {
        let mut one = Exponential { scale, ..Exponential::default() };
        let magnitude = value.abs();
        if magnitude == 0.0 {
            one.zero = 1;
            all.merge(&one);
            continue;
        }
        let mut index = (magnitude.log2() * f64::from(scale).exp2()).ceil() as i64 - 1;
        while bound(scale, index) >= magnitude {
            index -= 1;
        }
        while bound(scale, index + 1) < magnitude {
            index += 1;
        }
        let into = if *value > 0.0 { &mut one.positive } else { &mut one.negative };
        *into = exponential::Buckets { offset: i32::try_from(index).expect("an index"), counts: vec![1] };
        all.merge(&one);
    }
    all
}

fn explicit_quantile(bounds: &[f64], counts: &[u64], p: f64) -> Option<Estimate> {
    quantile(&mut explicit::pieces(bounds, counts).collect::<Vec<_>>(), p)
}

#[test]
fn a_quantile_lies_where_its_bucket_says() {
    let bounds = [0.1, 0.2, 0.4];
    for (counts, p, expect) in [
        ([0, 0, 0, 0], 0.5, None),
        ([10, 0, 0, 0], 0.5, Some((0.05, 0.0, 0.1))),
        ([0, 10, 0, 0], 1.0, Some((0.2, 0.1, 0.2))),
        ([50, 45, 5, 0], 0.95, Some((0.2, 0.1, 0.2))),
        ([50, 40, 10, 0], 0.95, Some((0.3, 0.2, 0.4))),
        ([0, 0, 0, 4], 0.99, Some((0.4, 0.4, f64::INFINITY))),
    ] {
        let found = explicit_quantile(&bounds, &counts, p).map(|e| {
            assert_eq!(e.is_open(), e.upper.is_infinite());
            ((e.value * 1e9).round() / 1e9, e.lower, e.upper)
        });
        assert_eq!(found, expect, "{counts:?} at {p}");
    }
    assert_eq!(explicit_quantile(&[-1.0, 1.0], &[3, 0, 0], 0.5).map(|e| (e.value, e.is_open())), Some((-1.0, true)));
}

#[test]
fn what_is_no_histogram_is_known() {
    for (bounds, counts, expect) in [
        (&[1.0, 2.0][..], &[1, 2, 3][..], true),
        (&[], &[], true),
        (&[], &[4], true),
        (&[1.0, 2.0], &[1, 2], false),
        (&[2.0, 1.0], &[1, 2, 3], false),
        (&[1.0, 1.0], &[1, 2, 3], false),
        (&[1.0, f64::NAN], &[1, 2, 3], false),
        (&[1.0, f64::INFINITY], &[1, 2, 3], false),
    ] {
        assert_eq!(explicit::is_sound(bounds, counts), expect, "{bounds:?}");
    }
}

#[test]
fn common_bounds_are_kept_when_two_become_one() {
    let merged = explicit::merge((&[1.0, 2.0, 5.0], &[1, 2, 3, 4]), (&[2.0, 4.0, 5.0, 9.0], &[10, 20, 30, 40, 50]));
    assert_eq!(merged, (vec![2.0, 5.0], vec![13, 53, 94]));
    assert_eq!(explicit::merge((&[1.0], &[1, 2]), (&[3.0], &[4, 5])), (vec![], vec![12]));
}

#[test]
fn a_fall_a_finer_scale_and_a_coarser_one_are_told_apart() {
    let before = exponential(3, &[1.0, 2.0, 3.0]);
    let after = exponential(2, &[1.0, 2.0, 3.0, 100.0]);
    let Since::Change(change) = after.since(&before) else { panic!("it is only coarser") };
    assert_eq!((change.count(), change.scale), (1, 2));
    assert_eq!(before.since(&after), Since::Fell, "finer, with less in it");
    assert_eq!(exponential(4, &[1.0; 9]).since(&after), Since::Other);
    assert_eq!(exponential(2, &[1.0, 2.0]).since(&exponential(2, &[1.0, 1.0])), Since::Fell);
}

#[test]
fn an_index_at_the_end_of_the_numbers_stays_within_them() {
    let mut wild = Exponential { scale: 20, ..Exponential::default() };
    wild.positive = exponential::Buckets { offset: i32::MAX, counts: vec![1, 1] };
    let mut other = Exponential { scale: -10, ..Exponential::default() };
    other.positive = exponential::Buckets { offset: i32::MIN, counts: vec![1] };
    wild.merge(&other);
    assert_eq!(wild.count(), 3);
    let estimate = quantile(&mut wild.pieces().collect::<Vec<_>>(), 0.5).expect("a quantile");
    assert!(estimate.value.is_finite());
}

fn within(e: Estimate, exact: f64) -> bool {
    // The bounds of exponential buckets are rounded in their last digits.
    let slack = 1e-9 * exact.abs();
    e.lower - slack <= exact && exact <= e.upper + slack && e.lower <= e.value && e.value <= e.upper
}

const P: [f64; 5] = [0.0, 0.5, 0.95, 0.99, 1.0];

proptest! {
    #[test]
    fn explicit_quantiles_hold_the_exact_one(
        mut values in prop::collection::vec(0.0..20.0f64, 1..200),
        mut bounds in prop::collection::vec(0.001..15.0f64, 1..16),
    ) {
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let counts = counted(&bounds, &values);
        for p in P {
            let e = explicit_quantile(&bounds, &counts, p).expect("a quantile");
            prop_assert!(within(e, exact(&mut values, p)), "{e:?} at {p}");
            if let (Some(ratio), false) = (e.error_ratio(), e.is_open()) {
                prop_assert!((exact(&mut values, p) - e.value).abs() <= ratio * e.value + 1e-12);
            }
        }
    }

    #[test]
    fn exponential_quantiles_hold_the_exact_one(
        mut values in prop::collection::vec((-30.0..30.0f64).prop_map(|e| if e < -29.0 { 0.0 } else { e.exp2() }), 1..200),
        scale in -3..8i32,
    ) {
        let histogram = exponential(scale, &values);
        prop_assert!(histogram.positive.counts.len() <= exponential::MAX_BUCKETS);
        prop_assert_eq!(histogram.count(), values.len() as u64);
        for p in P {
            let e = quantile(&mut histogram.pieces().collect::<Vec<_>>(), p).expect("a quantile");
            let exact = exact(&mut values, p);
            prop_assert!(within(e, exact), "{e:?} for {exact} at {p}");
            prop_assert!((exact - e.value).abs() <= error_ratio(histogram.scale) * e.value * (1.0 + 1e-9));
        }
    }

    #[test]
    fn histograms_of_any_bounds_together_hold_the_exact_one(
        a in prop::collection::vec(0.001..9.0f64, 1..80),
        b in prop::collection::vec(0.001..20.0f64, 1..80),
        c in prop::collection::vec(0.001..30.0f64, 1..80),
    ) {
        let (bounds_a, bounds_b) = ([0.5, 1.0, 4.0, 10.0], [0.25, 1.0, 3.0, 9.0, 40.0]);
        let (counts_a, counts_b) = (counted(&bounds_a, &a), counted(&bounds_b, &b));
        let third = exponential(1, &c);
        let mut pieces: Vec<Piece> = explicit::pieces(&bounds_a, &counts_a).collect();
        pieces.extend(explicit::pieces(&bounds_b, &counts_b));
        let (bounds, counts) = explicit::merge((&bounds_a, &counts_a), (&bounds_b, &counts_b));
        let mut two = [&a[..], &b[..]].concat();
        prop_assert_eq!(&counts, &counted(&bounds, &two));
        for p in P {
            let e = quantile(&mut pieces.clone(), p).expect("a quantile");
            prop_assert!(within(e, exact(&mut two, p)), "{e:?} at {p}");
        }
        pieces.extend(third.pieces());
        let mut all = [&two[..], &c[..]].concat();
        for p in P {
            let e = quantile(&mut pieces, p).expect("a quantile");
            prop_assert!(within(e, exact(&mut all, p)), "{e:?} at {p}");
        }
    }

    #[test]
    fn what_came_since_and_what_was_are_what_is(
        a in prop::collection::vec(0.001..1000.0f64, 0..50),
        b in prop::collection::vec(0.001..1000.0f64, 0..50),
        scale in 0..5i32,
        by in 0..4u32,
    ) {
        let before = exponential(scale, &a);
        let mut after = exponential(scale, &[&a[..], &b[..]].concat());
        after.coarsen(by);
        let Since::Change(change) = after.since(&before) else { panic!("nothing fell") };
        let mut expect = exponential(scale, &b);
        expect.coarsen(by);
        let pieces = |e: &Exponential| e.pieces().collect::<Vec<_>>();
        prop_assert_eq!(pieces(&change), pieces(&expect));
    }
}
