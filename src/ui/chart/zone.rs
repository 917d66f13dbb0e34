//! The person's clock: from moments to local dates and times and back, over days on which the clock is changed.
//!
//! Not the time now, which comes in from outside. The offset comes from a function, so that tests bring their own zone.

use chrono::{
    DateTime, Days, FixedOffset, Local, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone,
};

use crate::model::{TimeRange, Timestamp};

/// A clock: how far it is ahead of UTC at each moment.
#[derive(Debug, Clone, Copy)]
pub struct Zone {
    offset: fn(Timestamp) -> i32,
}

impl Default for Zone {
    fn default() -> Self {
        Self::LOCAL
    }
}

impl Zone {
    /// The clock of this machine.
    pub const LOCAL: Self = Self::new(offset_seconds);
    /// Universal time.
    pub const UTC: Self = Self::new(|_| 0);

    /// A clock that is `offset` seconds ahead of UTC at a moment.
    pub const fn new(offset: fn(Timestamp) -> i32) -> Self {
        Self { offset }
    }

    /// How far it is ahead of UTC at a moment, seconds.
    pub fn offset_seconds(self, at: Timestamp) -> i32 {
        (self.offset)(at)
    }

    /// What this clock and its calendar show at a moment.
    pub fn local(self, at: Timestamp) -> NaiveDateTime {
        naive(at.as_millis().saturating_add(i64::from((self.offset)(at)) * 1000))
    }

    /// The date at a moment.
    pub fn day(self, at: Timestamp) -> NaiveDate {
        self.local(at).date()
    }

    /// The moment at which this clock shows `local`: the first of two where the clock was set back, and as much later
    /// as it was set forward where it skipped that time.
    pub fn moment(self, local: NaiveDateTime) -> Timestamp {
        let (before, _) = self.offsets_around(&local);
        let offset = match self.offset_from_local_datetime(&local) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => offset.seconds,
            MappedLocalTime::None => before,
        };
        Timestamp::from_millis(local.and_utc().timestamp_millis() - i64::from(offset) * 1000)
    }

    /// The offsets a day before and a day after, which are all that can be in force at a local time.
    fn offsets_around(self, local: &NaiveDateTime) -> (i32, i32) {
        const DAY: i64 = 86_400_000;
        let millis = local.and_utc().timestamp_millis();
        let offset = |millis| (self.offset)(Timestamp::from_millis(millis));
        (offset(millis - DAY), offset(millis + DAY))
    }

    /// The first moment of a day.
    pub fn midnight(self, day: NaiveDate) -> Timestamp {
        self.moment(day.and_time(NaiveTime::MIN))
    }

    /// A whole day: 23 or 25 hours long where the clock is changed.
    pub fn day_range(self, day: NaiveDate) -> TimeRange {
        let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
        TimeRange { start: self.midnight(day), end: self.midnight(next) }
    }

    /// The same time of the clock so many days earlier.
    pub fn days_before(self, at: Timestamp, n_days: u32) -> Timestamp {
        let local = self.local(at);
        self.moment(local.checked_sub_signed(TimeDelta::days(i64::from(n_days))).unwrap_or(local))
    }

    /// The parts of a span in which the offset stays the same, with that offset, by time. A span beyond a few weeks is
    /// searched in steps of half a day, which no two changes of a clock lie within.
    pub fn parts(self, range: TimeRange) -> Vec<(TimeRange, i32)> {
        const STEP: i64 = 43_200_000;
        let (start, end) = (range.start.as_millis(), range.end.as_millis());
        let offset = |millis: i64| (self.offset)(Timestamp::from_millis(millis));
        let mut parts = Vec::new();
        let (mut from, mut at) = (start, start);
        while at < end {
            let next = at.saturating_add(STEP).min(end);
            if offset(at) != offset(next) {
                let (mut low, mut high) = (at, next);
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    if offset(middle) == offset(low) { low = middle } else { high = middle }
                }
                parts.push((span(from, high), offset(low)));
                from = high;
            }
            at = next;
        }
        parts.push((span(from, end), offset(from)));
        parts
    }
}

/// How far a [`Zone`] is ahead of UTC at one moment.
#[derive(Debug, Clone, Copy)]
pub struct ZoneOffset {
    zone: Zone,
    seconds: i32,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        // An offset of a day or more is none that chrono can hold.
        FixedOffset::east_opt(self.seconds).unwrap_or_else(|| chrono::Utc.fix())
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let millis = local.and_utc().timestamp_millis();
        let (before, after) = self.offsets_around(local);
        let fits = |seconds: i32| (self.offset)(Timestamp::from_millis(millis - i64::from(seconds) * 1000)) == seconds;
        let offset = |seconds| ZoneOffset { zone: *self, seconds };
        match (fits(before), before != after && fits(after)) {
            (true, true) => MappedLocalTime::Ambiguous(offset(before), offset(after)),
            (true, false) => MappedLocalTime::Single(offset(before)),
            (false, true) => MappedLocalTime::Single(offset(after)),
            (false, false) => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let at = Timestamp::from_millis(utc.and_utc().timestamp_millis());
        ZoneOffset { zone: *self, seconds: (self.offset)(at) }
    }
}

/// How far this machine's clock is ahead of UTC at a moment, seconds.
pub fn offset_seconds(at: Timestamp) -> i32 {
    Local.timestamp_millis_opt(at.as_millis()).earliest().map_or(0, |moment| moment.offset().fix().local_minus_utc())
}

fn span(start: i64, end: i64) -> TimeRange {
    TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) }
}

fn naive(millis: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(millis).map(|moment| moment.naive_utc()).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Central Europe in 2026: an hour ahead, two from 29 March 01:00 UTC to 25 October 01:00 UTC.
    pub(crate) const BERLIN: Zone = Zone::new(|at| {
        const SUMMER: std::ops::Range<i64> = 1_774_746_000_000..1_792_890_000_000;
        if SUMMER.contains(&at.as_millis()) { 7200 } else { 3600 }
    });

    pub(crate) fn utc(text: &str) -> Timestamp {
        let at = DateTime::parse_from_rfc3339(text).expect(text);
        Timestamp::from_millis(at.timestamp_millis())
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text)
    }

    #[test]
    fn the_clock_goes_both_ways_over_the_days_it_is_changed_on() {
        for (shown, at) in [
            ("2026-01-15 12:00", "2026-01-15T11:00:00Z"),
            ("2026-07-15 12:00", "2026-07-15T10:00:00Z"),
            ("2026-03-29 01:59", "2026-03-29T00:59:00Z"),
            ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
            ("2026-10-25 03:00", "2026-10-25T02:00:00Z"),
        ] {
            assert_eq!(BERLIN.moment(local(shown)), utc(at), "{shown}");
            assert_eq!(BERLIN.local(utc(at)), local(shown), "{at}");
        }
        assert_eq!(BERLIN.moment(local("2026-03-29 02:30")), utc("2026-03-29T01:30:00Z"), "skipped: an hour later");
        assert_eq!(BERLIN.local(utc("2026-10-25T01:30:00Z")), local("2026-10-25 02:30"), "shown a second time");
    }

    #[test]
    fn days_are_as_long_as_the_clock_makes_them() {
        for (day, n_hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)] {
            let range = BERLIN.day_range(day.parse().expect(day));
            assert_eq!(range.span().as_secs() / 3600, n_hours, "{day}");
        }
        let before = BERLIN.days_before(utc("2026-03-29T10:00:00Z"), 1);
        assert_eq!(before, utc("2026-03-28T11:00:00Z"), "the same time of the clock, 23 hours back");
    }

    #[test]
    fn a_span_is_cut_where_the_clock_changes() {
        let range = TimeRange { start: utc("2026-03-28T00:00:00Z"), end: utc("2026-11-01T00:00:00Z") };
        let parts = BERLIN.parts(range);
        let offsets: Vec<i32> = parts.iter().map(|(_, offset)| *offset).collect();
        assert_eq!(offsets, [3600, 7200, 3600]);
        assert_eq!(parts[1].0.start, utc("2026-03-29T01:00:00Z"));
        assert_eq!(parts[2].0, TimeRange { start: utc("2026-10-25T01:00:00Z"), end: range.end });
    }
}
