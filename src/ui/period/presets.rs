//! Periods a person need not type: the last hour, today, this hour against the same hour yesterday.
//!
//! A preset is turned into fixed moments when it is chosen; it does not move on with the clock.

use std::time::Duration;

use crate::model::{AnnotationKind, Snapshot, TimeRange, Timestamp};
use crate::ui::chart::Zone;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// One period by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The last hour.
    LastHour,
    /// The last 24 hours.
    LastDay,
    /// Since midnight.
    Today,
    /// From midnight to midnight.
    Yesterday,
    /// The last seven days.
    LastWeek,
    /// The last thirty days.
    LastMonth,
    /// The last 365 days.
    LastYear,
}

impl Preset {
    /// Every preset, in the order of menus.
    pub const ALL: [Self; 7] =
        [Self::LastHour, Self::LastDay, Self::Today, Self::Yesterday, Self::LastWeek, Self::LastMonth, Self::LastYear];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LastHour => "Last hour",
            Self::LastDay => "Last 24 hours",
            Self::Today => "Today",
            Self::Yesterday => "Yesterday",
            Self::LastWeek => "Last 7 days",
            Self::LastMonth => "Last 30 days",
            Self::LastYear => "Last year",
        }
    }

    /// The period it means now.
    pub fn range(self, now: Timestamp) -> TimeRange {
        match self {
            Self::LastHour => TimeRange::ending_at(now, HOUR),
            Self::LastDay => TimeRange::ending_at(now, DAY),
            Self::Today => TimeRange { start: midnight(now, 0), end: now },
            Self::Yesterday => TimeRange { start: midnight(now, 1), end: midnight(now, 0) },
            Self::LastWeek => TimeRange::ending_at(now, DAY * 7),
            Self::LastMonth => TimeRange::ending_at(now, DAY * 30),
            Self::LastYear => TimeRange::ending_at(now, DAY * 365),
        }
    }
}

/// Two periods by name: the later one, held against an earlier one of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PairPreset {
    /// The last hour, and the hour before.
    Hour,
    /// This hour so far, and the same part of the same hour yesterday.
    SameHourYesterday,
    /// The last 24 hours, and those before.
    Day,
    /// Today so far, and the same part of the same weekday last week.
    SameDayLastWeek,
    /// Since the program was last started, and the same length before.
    SinceStart,
}

impl PairPreset {
    /// Every preset, in the order of menus.
    pub const ALL: [Self; 5] =
        [Self::SameHourYesterday, Self::Hour, Self::Day, Self::SameDayLastWeek, Self::SinceStart];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "Last hour, and the hour before",
            Self::SameHourYesterday => "This hour, and the same hour yesterday",
            Self::Day => "Last 24 hours, and the 24 hours before",
            Self::SameDayLastWeek => "Today, and the same weekday last week",
            Self::SinceStart => "Since the last start, and the same length before",
        }
    }

    /// The two periods it means now: A, which is the measure, and B, which is held against it.
    pub fn ranges(self, now: Timestamp, started: Timestamp) -> (TimeRange, TimeRange) {
        let before = |b: TimeRange, by: Duration| TimeRange { start: b.start.minus(by), end: b.end.minus(by) };
        match self {
            Self::Hour => {
                let b = TimeRange::ending_at(now, HOUR);
                (before(b, HOUR), b)
            }
            Self::Day => {
                let b = TimeRange::ending_at(now, DAY);
                (before(b, DAY), b)
            }
            Self::SameHourYesterday => {
                let offset = i64::from(Zone::LOCAL.offset_seconds(now)) * 1000;
                let into_hour = (now.as_millis() + offset).rem_euclid(3_600_000);
                let b = TimeRange { start: Timestamp::from_millis(now.as_millis() - into_hour), end: now };
                (before(b, DAY), b)
            }
            Self::SameDayLastWeek => {
                let b = TimeRange { start: midnight(now, 0), end: now };
                let start = midnight(now, 7);
                (TimeRange { start, end: start.plus(b.span()) }, b)
            }
            Self::SinceStart => {
                let b = TimeRange { start: started.min(now), end: now };
                (before(b, b.span()), b)
            }
        }
    }
}

/// When the program was last started, as far as annotations and its own health tell.
pub fn last_start(snapshot: &Snapshot) -> Option<Timestamp> {
    let starts = snapshot.annotations.iter().filter(|a| a.text.kind == AnnotationKind::Start);
    let own = snapshot.health.started_at;
    starts.map(|a| a.text.at).max().or_else(|| (own.as_millis() > 0).then_some(own))
}

/// Midnight on the person's clock, at the beginning of the day `n_days` before today.
fn midnight(now: Timestamp, n_days: u32) -> Timestamp {
    let zone = Zone::LOCAL;
    zone.midnight(zone.day(zone.days_before(now, n_days)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T14:34:08Z.
    const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_000);

    #[test]
    fn the_periods_of_a_pair_are_of_one_length_and_do_not_overlap() {
        let started = NOW.minus(Duration::from_secs(1800));
        for preset in PairPreset::ALL {
            let (a, b) = preset.ranges(NOW, started);
            assert_eq!(a.span(), b.span(), "{preset:?}");
            assert!(a.end <= b.start && b.end == NOW, "{preset:?}");
        }
        for preset in Preset::ALL {
            assert!(!preset.range(NOW).span().is_zero(), "{preset:?}");
        }
    }
}
