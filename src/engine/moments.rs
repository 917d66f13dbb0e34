//! One moment of the past: what every series was then, and which processes were busiest, out of memory and history.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::profile::ProfileName;
use crate::model::{
    Annotation, MomentValue, PastMoment, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Tier, TimeRange, Timestamp,
};
use crate::store::history::{HistoryError, HistoryRead, Segment};

/// How old a reading of the busiest processes may be, at least.
const PROCESSES_WITHIN: Duration = Duration::from_secs(30);
/// How far around a moment its gap is looked for, in turn, until both its ends are found.
const GAP_WITHIN: [Duration; 3] =
    [Duration::from_secs(3600), Duration::from_secs(86_400 * 7), Duration::from_secs(86_400 * 7400)];

/// What is asked about a moment, and what memory knows of it.
#[derive(Debug, Clone)]
pub struct MomentQuestion {
    /// The moment.
    pub asked: Timestamp,
    /// Time between ticks as it is now.
    pub interval: Duration,
    /// Every series, by id.
    pub series: Arc<[SeriesInfo]>,
    /// Their values then, where memory holds that time; the nearest within 2.5 cadences.
    pub in_memory: Vec<MomentValue>,
    /// Gap in memory that holds the moment.
    pub gap_in_memory: Option<TimeRange>,
    /// Annotations near it.
    pub annotations: Arc<[Annotation]>,
    /// The tuning profile in force then.
    pub profile: Option<ProfileName>,
}

/// The annotations that belong to a moment: near it, or spanning it.
pub fn annotations_near(all: &[Annotation], at: Timestamp) -> Arc<[Annotation]> {
    let (from, to) = (at.minus(PastMoment::NEAR), at.plus(PastMoment::NEAR));
    all.iter().filter(|a| a.text.at <= to && a.text.until.unwrap_or(a.text.at) >= from).cloned().collect()
}

/// Everything known of a moment.
///
/// # Errors
/// What history says.
pub fn past_moment(history: Option<&dyn HistoryRead>, question: &MomentQuestion) -> Result<PastMoment, HistoryError> {
    let mut found = Found {
        asked: question.asked.as_millis(),
        tier: Tier::Full,
        interval: question.interval,
        values: question.in_memory.iter().map(|value| (value.series, *value)).collect(),
    };
    if let Some(history) = history {
        found.read(history, question)?;
    }
    let mut values: Vec<MomentValue> = found.values.into_values().collect();
    values.sort_by_key(|value| value.series);
    let at = values.iter().map(|value| value.at).min_by_key(|at| apart(*at, question.asked));
    let within = PROCESSES_WITHIN.max(found.interval * 3);
    // Half a tick of grace: the nearest tick may stand just after the moment.
    let upto = at.unwrap_or(question.asked).max(question.asked);
    let processes = match history {
        Some(history) => history.processes(upto, within)?,
        None => None,
    };
    let gap = match (at, question.gap_in_memory, history) {
        (None, None, Some(history)) => gap_around(history, question.asked)?,
        (None, gap, _) => gap,
        (Some(_), ..) => None,
    };
    Ok(PastMoment {
        asked: question.asked,
        at,
        tier: found.tier,
        interval: found.interval,
        processes_at: processes.as_ref().map(|reading| reading.at),
        processes: processes.map_or_else(|| Arc::from([]), |reading| reading.processes),
        values: values.into(),
        annotations: question.annotations.clone(),
        profile: question.profile.clone(),
        gap,
    })
}

struct Found {
    asked: i64,
    tier: Tier,
    interval: Duration,
    values: HashMap<SeriesId, MomentValue>,
}

impl Found {
    /// Adds what history has near the moment, for series that memory has nothing of. As finely as it is kept: where
    /// there are no samples any more, the bucket that holds the moment.
    fn read(&mut self, history: &dyn HistoryRead, question: &MomentQuestion) -> Result<(), HistoryError> {
        let slowest = question.series.iter().filter_map(|info| info.def.cadence).max().unwrap_or_default();
        let reach = (slowest.min(Duration::from_secs(600)) * 5 / 2).max(Duration::from_secs(30));
        let asked = question.asked;
        let end = asked.plus(reach + Duration::from_millis(1));
        // A bucket of an hour begins up to an hour before the moment: that far is looked only where nearer is nothing.
        if !self.look(history, question, TimeRange { start: asked.minus(reach), end })? {
            self.look(history, question, TimeRange { start: asked.minus(Duration::from_secs(3600)), end })?;
        }
        Ok(())
    }

    /// Adds what history has in `range`; tells whether anything is known now that was sampled here, not imported.
    fn look(
        &mut self,
        history: &dyn HistoryRead,
        question: &MomentQuestion,
        range: TimeRange,
    ) -> Result<bool, HistoryError> {
        let (asked, has_memory) = (question.asked, !self.values.is_empty());
        let mut has_own = has_memory;
        let ids: HashMap<&SeriesKey, &SeriesInfo> = question.series.iter().map(|info| (&info.def.key, info)).collect();
        let mut found: HashMap<SeriesId, MomentValue> = HashMap::new();
        let (mut coarsest, mut interval) = (Tier::Full, None::<Duration>);
        history.visit(None, range, Tier::Full, &mut |segment| {
            let between = Duration::from_millis(segment.interval_millis.into());
            let mut is_used = false;
            for (i, column) in segment.columns.iter().enumerate() {
                let Some(info) = ids.get(&column.def.key) else { continue };
                let Some(value) = nearest(&segment, i, info, self.asked) else { continue };
                let is_nearer = |old: &MomentValue| apart(value.at, asked) < apart(old.at, asked);
                if found.get(&info.id).is_none_or(is_nearer) {
                    found.insert(info.id, value);
                    // A recording has its own time between ticks, which says nothing of this machine's.
                    is_used |= info.def.group != SeriesGroup::Imported;
                }
            }
            if is_used {
                has_own = true;
                coarsest = coarsest.max(segment.tier);
                interval = Some(interval.map_or(between, |before| before.max(between)));
            }
            Ok(())
        })?;
        for (id, value) in found {
            self.values.entry(id).or_insert(value);
        }
        if !has_memory {
            self.tier = coarsest;
            self.interval = interval.unwrap_or(self.interval);
        }
        Ok(has_own)
    }
}

/// The value of column `i` that belongs to a moment: the bucket that holds it, or the sample nearest to it within 2.5
/// cadences.
fn nearest(segment: &Segment, i: usize, info: &SeriesInfo, asked: i64) -> Option<MomentValue> {
    let column = segment.columns.get(i)?;
    let interval = i64::from(segment.interval_millis);
    let near = |at: i64| match segment.tier.step() {
        Some(step) => {
            let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
            (at <= asked && asked < at.saturating_add(step)).then_some(0)
        }
        None => {
            let cadence = info.def.cadence.map_or(0, |span| i64::try_from(span.as_millis()).unwrap_or(0)).max(interval);
            let apart = at.abs_diff(asked);
            (apart.saturating_mul(2) <= u64::try_from(cadence).unwrap_or(0).saturating_mul(5)).then_some(apart)
        }
    };
    let (k, at, _) = column
        .times(segment)
        .enumerate()
        .filter_map(|(k, at)| Some((k, at, near(at)?)))
        .min_by_key(|(_, _, apart)| *apart)?;
    let (min, max, mean, _) = column.values.at(k)?;
    Some(MomentValue { series: info.id, at: Timestamp::from_millis(at), mean, min, max })
}

fn apart(a: Timestamp, b: Timestamp) -> u64 {
    a.as_millis().abs_diff(b.as_millis())
}

/// The gap that holds a moment, looked for ever farther around until both its ends are in sight.
fn gap_around(history: &dyn HistoryRead, at: Timestamp) -> Result<Option<TimeRange>, HistoryError> {
    let mut found = None;
    for reach in GAP_WITHIN {
        let range = TimeRange { start: at.minus(reach), end: at.plus(reach) };
        found = history.gaps(range)?.into_iter().find(|gap| gap.contains(at));
        if found.is_none_or(|gap| gap.start > range.start && gap.end < range.end) {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake_history::{FakeHistory, series};
    use crate::model::Unit;

    fn question(def: &Arc<crate::model::SeriesDef>, asked: i64) -> MomentQuestion {
        let info = SeriesInfo { id: SeriesId(0), def: def.clone() };
        MomentQuestion {
            asked: Timestamp::from_millis(asked),
            interval: Duration::from_secs(1),
            series: [info].into(),
            in_memory: Vec::new(),
            gap_in_memory: None,
            annotations: Arc::from([]),
            profile: None,
        }
    }

    #[test]
    fn where_samples_are_gone_the_bucket_that_holds_the_moment_speaks() {
        let def = series(&SeriesKey::new("a", &[]), Unit::Ratio, "a");
        let mut history = FakeHistory::default();
        history.add(6000, &[(&def, vec![5.0, 6.0, 7.0])]);
        let history = history.into_minutes();
        for (asked, expect) in [
            (6_000_000, Some((6_000_000, 5.0))),
            (6_059_999, Some((6_000_000, 5.0))),
            (6_060_000, Some((6_060_000, 6.0))),
            (6_179_999, Some((6_120_000, 7.0))),
            (6_180_000, None),
            (5_999_999, None),
        ] {
            let moment = past_moment(Some(&history), &question(&def, asked)).expect("read");
            let found = moment.values.first().map(|value| (value.at.as_millis(), value.mean));
            assert_eq!(found, expect, "at {asked}");
            if let Some((_, mean)) = expect {
                assert_eq!((moment.tier, moment.interval), (Tier::Minute, Duration::from_secs(60)));
                assert_eq!((moment.values[0].min, moment.values[0].max), (mean - 1.0, mean + 1.0));
            }
        }
    }

    #[test]
    fn a_sample_speaks_for_two_and_a_half_of_its_cadences() {
        let def = series(&SeriesKey::new("a", &[]), Unit::Ratio, "a");
        let mut history = FakeHistory::default();
        history.add(6000, &[(&def, vec![5.0])]);
        for (asked, is_found) in [(6_002_500, true), (6_002_501, false), (5_997_500, true), (5_997_499, false)] {
            let moment = past_moment(Some(&history), &question(&def, asked)).expect("read");
            assert_eq!(moment.at.is_some(), is_found, "at {asked}");
        }
    }
}
