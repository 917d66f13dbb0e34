//! The values of some series over a period of history, read within a bound of memory. Nothing is worked out here beyond
//! least, greatest, mean and count.

use std::collections::HashMap;

use crate::model::quantity::decimals;
use crate::model::{SeriesKey, Tier, TimeRange, Timestamp};
use crate::store::history::{HistoryError, HistoryRead};
use crate::store::progress::{Cancelled, Progress};

/// Values held at a time, over all series and periods of one question: 32 MB.
const MOST_VALUES: usize = 8_000_000;
/// Values a series and period may have; beyond, a coarser tier is read.
const MOST_VALUES_A_SERIES: usize = 200_000;

/// The values of one series in one period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PeriodValues {
    /// Samples, or the means of buckets, in the order of time.
    pub values: Vec<f32>,
    /// Least sample; NaN where there is none.
    pub min: f32,
    /// Greatest sample.
    pub max: f32,
    sum: f64,
    /// Samples behind the values.
    pub n_samples: u64,
}

impl PeriodValues {
    /// Mean of the samples; `None` where there is none.
    pub fn mean(&self) -> Option<f64> {
        (self.n_samples > 0).then(|| self.sum / self.n_samples as f64)
    }

    fn push(&mut self, (min, max, mean, count): (f32, f32, f32, u32)) {
        if self.values.is_empty() {
            (self.min, self.max) = (min, max);
        }
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.sum += f64::from(mean) * f64::from(count);
        self.n_samples += u64::from(count);
        self.values.push(mean);
    }
}

/// Some series in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// What was read; one value is a bucket of it.
    pub tier: Tier,
    /// Greatest time between samples, milliseconds; the bucket's length in the coarser tiers; 0 where there is none.
    pub interval_millis: u32,
    /// From the first sample of any series to the last; `None` where there is none.
    pub covers: Option<TimeRange>,
    /// The values of each series asked for, in that order.
    pub series: Vec<PeriodValues>,
}

impl Period {
    /// A period of which nothing is known.
    pub const fn empty() -> Self {
        Self { tier: Tier::Hour, interval_millis: 0, covers: None, series: Vec::new() }
    }
}

/// Widens the span to hold a moment.
fn cover(span: &mut Option<TimeRange>, at: i64) {
    let at = Timestamp::from_millis(at);
    let held = span.unwrap_or(TimeRange { start: at, end: at });
    *span = Some(TimeRange { start: held.start.min(at), end: held.end.max(at) });
}

/// Why a pass over history was ended.
enum Stop {
    /// More values than may be held, or values of a coarser tier than was meant.
    Coarser,
    Failed(HistoryError),
}

/// Reads the series over each period, all periods from one tier: the finest that is kept throughout all of them and
/// fits the bound of memory. Figures of two periods can then be held against one another.
///
/// # Errors
/// What history says, and [`HistoryError::Cancelled`] when `progress` says so.
pub fn read_periods(
    history: &dyn HistoryRead,
    keys: &[SeriesKey],
    ranges: &[TimeRange],
    progress: &mut dyn Progress,
) -> Result<Vec<Period>, HistoryError> {
    let most = (MOST_VALUES / (keys.len() * ranges.len()).max(1)).min(MOST_VALUES_A_SERIES);
    for tier in Tier::ALL {
        match read_all(history, keys, ranges, (tier, most), progress) {
            Ok(periods) => return Ok(periods),
            Err(Stop::Coarser) if tier != Tier::Hour => {}
            // Two hundred thousand hours are twenty years: the hour tier is never too long, and there is none coarser.
            Err(Stop::Coarser) => break,
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
    Ok(ranges.iter().map(|_| Period::empty()).collect())
}

fn read_all(
    history: &dyn HistoryRead,
    keys: &[SeriesKey],
    ranges: &[TimeRange],
    (tier, most): (Tier, usize),
    progress: &mut dyn Progress,
) -> Result<Vec<Period>, Stop> {
    if let Some(step) = tier.step()
        && tier != Tier::Hour
        && ranges.iter().any(|range| range.span().as_millis() / step.as_millis().max(1) > most as u128)
    {
        return Err(Stop::Coarser);
    }
    let n = ranges.len().max(1) as f32;
    let periods = ranges.iter().enumerate().map(|(i, range)| {
        let mut told = |share: f32, n_values: u64| {
            let text = format!("{} values of {}", decimals(n_values as f64, 0), tier.name());
            progress.step(Some((i as f32 + share) / n), &text)
        };
        read_one(history, keys, *range, (tier, most), &mut told)
    });
    periods.collect()
}

fn read_one(
    history: &dyn HistoryRead,
    keys: &[SeriesKey],
    range: TimeRange,
    (tier, most): (Tier, usize),
    told: &mut dyn FnMut(f32, u64) -> Result<(), Cancelled>,
) -> Result<Period, Stop> {
    let places: HashMap<&SeriesKey, usize> = keys.iter().enumerate().map(|(i, key)| (key, i)).collect();
    let mut period =
        Period { tier, interval_millis: 0, covers: None, series: vec![PeriodValues::default(); keys.len()] };
    let (mut n_values, mut is_too_much) = (0, false);
    let span = range.span().as_millis().max(1) as f32;
    let outcome = history.visit(Some(keys), range, tier, &mut |segment| {
        let first = segment.times.first().map_or(0, |at| at - range.start.as_millis());
        told((first.max(0) as f32 / span).min(1.0), n_values)?;
        is_too_much |= segment.tier > tier;
        period.interval_millis = period.interval_millis.max(segment.interval_millis);
        let half = segment.tier.step().map_or(0, |_| i64::from(segment.interval_millis) / 2);
        for column in &segment.columns {
            let Some(series) = places.get(&column.def.key).and_then(|i| period.series.get_mut(*i)) else { continue };
            for (i, at) in column.times(&segment).enumerate() {
                // A bucket belongs to the period that holds its middle.
                let middle = at.saturating_add(half);
                let is_inside = range.start.as_millis() <= middle && middle < range.end.as_millis();
                if let Some(value) = column.values.at(i).filter(|value| is_inside && value.2.is_finite()) {
                    series.push(value);
                    // The first bucket may begin before the period does.
                    cover(&mut period.covers, at.max(range.start.as_millis()));
                    n_values += 1;
                }
            }
            is_too_much |= series.values.len() > most && tier != Tier::Hour;
        }
        if is_too_much { Err(Cancelled.into()) } else { Ok(()) }
    });
    match outcome {
        _ if is_too_much => Err(Stop::Coarser),
        Ok(()) => Ok(period),
        Err(error) => Err(Stop::Failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake_history::{FakeHistory, series};
    use crate::model::Unit;
    use crate::store::progress::Unwatched;

    fn seconds(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp::from_millis(start * 1000), end: Timestamp::from_millis(end * 1000) }
    }

    #[test]
    fn a_period_holds_its_own_samples_and_no_others() {
        let key = SeriesKey::new("a", &[]);
        let other = series(&SeriesKey::new("b", &[]), Unit::Ratio, "B");
        let mut history = FakeHistory::default();
        history
            .add(100, &[(&series(&key, Unit::Ratio, "A"), vec![9.0, 1.0, 3.0, 2.0, f32::NAN]), (&other, vec![7.0; 5])]);
        let periods =
            read_periods(&history, &[key], &[seconds(101, 104), seconds(0, 50)], &mut Unwatched).expect("read");
        let found = &periods[0].series[0];
        assert_eq!((periods[0].tier, periods[0].interval_millis), (Tier::Full, 1000));
        assert_eq!((&*found.values, found.min, found.max, found.mean()), (&[1.0, 3.0, 2.0][..], 1.0, 3.0, Some(2.0)));
        assert_eq!((periods[1].series[0].n_samples, periods[1].series[0].mean()), (0, None));
    }

    #[test]
    fn what_is_kept_as_minutes_is_read_so_with_its_extremes() {
        let key = SeriesKey::new("a", &[]);
        let mut history = FakeHistory::default();
        history.add(0, &[(&series(&key, Unit::Ratio, "A"), vec![5.0, 7.0])]);
        let minutes = history.into_minutes();
        let keys = std::slice::from_ref(&key);
        let periods = read_periods(&minutes, keys, &[seconds(0, 120)], &mut Unwatched).expect("read");
        let found = &periods[0].series[0];
        assert_eq!((periods[0].tier, found.n_samples, found.min, found.max), (Tier::Minute, 120, 4.0, 8.0));
        assert_eq!(found.values, [5.0, 7.0]);
        let held = |range| {
            let periods = read_periods(&minutes, std::slice::from_ref(&key), &[range], &mut Unwatched).expect("read");
            periods[0].series[0].values.clone()
        };
        // A bucket that is cut by the period's edge belongs to it where its middle does.
        assert_eq!((held(seconds(20, 80)), held(seconds(40, 100))), (vec![5.0], vec![7.0]));
    }

    #[test]
    fn reading_ends_when_a_person_ends_it() {
        struct No;
        impl Progress for No {
            fn step(&mut self, _: Option<f32>, _: &str) -> Result<(), Cancelled> {
                Err(Cancelled)
            }
        }
        let key = SeriesKey::new("a", &[]);
        let mut history = FakeHistory::default();
        history.add(0, &[(&series(&key, Unit::Ratio, "A"), vec![1.0])]);
        let outcome = read_periods(&history, &[key], &[seconds(0, 9)], &mut No);
        assert!(matches!(outcome, Err(HistoryError::Cancelled(_))), "{outcome:?}");
    }
}
