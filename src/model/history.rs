//! History: the tiers on disk, how long each is kept, and how the store does.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::{TimeRange, Timestamp};

/// How finely a part of history is kept. Every row above full resolution holds least, greatest, mean and count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// Every sample.
    Full,
    /// Buckets of one minute, at whole minutes of UTC.
    Minute,
    /// Buckets of one hour, at whole hours of UTC.
    Hour,
}

impl Tier {
    /// Every tier, finest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Minute, Self::Hour];

    /// Length of a bucket; `None` at full resolution.
    pub const fn step(self) -> Option<Duration> {
        match self {
            Self::Full => None,
            Self::Minute => Some(Duration::from_secs(60)),
            Self::Hour => Some(Duration::from_secs(3600)),
        }
    }

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "every sample",
            Self::Minute => "one-minute buckets",
            Self::Hour => "one-hour buckets",
        }
    }
}

/// How long and how much is kept on disk. Whichever bound is met first counts; over the byte bound the oldest samples
/// of full resolution go first, then the oldest minutes, then the oldest hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistorySettings {
    /// Whether anything is written at all.
    pub is_on: bool,
    /// Hours of full resolution; 1 to 1,440.
    pub full_hours: u32,
    /// Days of one-minute buckets; 1 to 1,830.
    pub minute_days: u32,
    /// Days of one-hour buckets; 1 to 7,320.
    pub hour_days: u32,
    /// Greatest size of everything but imported recordings, megabytes of 1,000,000 bytes; 50 to 1,000,000.
    pub max_megabytes: u32,
}

impl Default for HistorySettings {
    fn default() -> Self {
        Self { is_on: true, full_hours: 48, minute_days: 92, hour_days: 731, max_megabytes: 2000 }
    }
}

impl HistorySettings {
    /// The same with every number within its bounds.
    pub fn clamped(self) -> Self {
        Self {
            is_on: self.is_on,
            full_hours: self.full_hours.clamp(1, 1440),
            minute_days: self.minute_days.clamp(1, 1830),
            hour_days: self.hour_days.clamp(1, 7320),
            max_megabytes: self.max_megabytes.clamp(50, 1_000_000),
        }
    }

    /// How far back a tier reaches.
    pub fn span(&self, tier: Tier) -> Duration {
        const DAY: u64 = 86_400;
        Duration::from_secs(match tier {
            Tier::Full => u64::from(self.full_hours) * 3600,
            Tier::Minute => u64::from(self.minute_days) * DAY,
            Tier::Hour => u64::from(self.hour_days) * DAY,
        })
    }

    /// Greatest size of everything but imported recordings, bytes.
    pub fn max_bytes(&self) -> u64 {
        u64::from(self.max_megabytes) * 1_000_000
    }
}

/// What one tier holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierStatus {
    /// Which.
    pub tier: Tier,
    /// From its first row to its last; `None` where it is empty.
    pub covers: Option<TimeRange>,
    /// Bytes on disk.
    pub bytes: u64,
    /// Samples, or buckets of the coarser tiers.
    pub n_rows: u64,
}

/// Whether history can be read and written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum HistoryState {
    /// It is being opened.
    #[default]
    Opening,
    /// Read and written.
    Writing,
    /// Switched off in the settings; what is there can be read.
    Off,
    /// Read, but not written since some time: a full disk, a missing right. It is tried again by itself.
    Stalled {
        /// Since when.
        since: Timestamp,
        /// Why, and what to do; a sentence without a final period.
        why: Arc<str>,
    },
    /// Neither read nor written, such as a newer version's files.
    Closed {
        /// Why, and what to do; a sentence without a final period.
        why: Arc<str>,
    },
}

/// How the store does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryStatus {
    /// Whether it can be read and written.
    pub state: HistoryState,
    /// What each tier holds, finest first.
    pub tiers: Vec<TierStatus>,
    /// Bytes of everything in the folder: the journal, annotations, imports, files that were put aside.
    pub bytes: u64,
    /// When samples were last made safe on disk.
    pub flushed_at: Option<Timestamp>,
    /// Samples that wait in memory to be written.
    pub n_pending: u64,
    /// Samples that were never written since the start: the disk was full too long, or the queue was.
    pub n_dropped: u64,
    /// Recordings of other tools that were imported, by name.
    pub imports: Vec<ImportedRecording>,
}

impl HistoryStatus {
    /// From the first row of any tier to the last.
    pub fn covers(&self) -> Option<TimeRange> {
        let all = || self.tiers.iter().filter_map(|tier| tier.covers);
        let start = all().map(|range| range.start).min()?;
        let end = all().map(|range| range.end).max()?;
        Some(TimeRange { start, end })
    }

    /// How far back from `now` any tier reaches, in whole minutes once it is one: what grows by the second would be another
    /// value each second. `None` where nothing is kept, or it is not known yet.
    pub fn reaches_back(&self, now: Timestamp) -> Option<Duration> {
        let seconds = now.since(self.covers()?.start).as_secs();
        Some(Duration::from_secs(if seconds < 60 { seconds / 10 * 10 } else { seconds / 60 * 60 }))
    }
}

/// A recording of another tool that was imported. It is kept until a person removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedRecording {
    /// Its name, unique; its series carry it as the attribute `import`.
    pub name: Arc<str>,
    /// From its first row to its last.
    pub covers: TimeRange,
    /// Its series.
    pub n_series: usize,
    /// Bytes on disk.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_reaches_back_to_the_first_row_of_any_tier() {
        let tier = |tier, seconds: Option<i64>| TierStatus {
            tier,
            covers: seconds.map(|from| TimeRange {
                start: Timestamp::from_millis(from * 1000),
                end: Timestamp::from_millis(9_000_000),
            }),
            bytes: 0,
            n_rows: 0,
        };
        for (full, minute, now, expect) in [
            (None, None, 10_000, None),
            (Some(9990), None, 10_007, Some(10)),
            (Some(9990), Some(9000), 10_000, Some(960)),
            (Some(9999), None, 9000, Some(0)),
        ] {
            let tiers = vec![tier(Tier::Full, full), tier(Tier::Minute, minute)];
            let history = HistoryStatus { tiers, ..HistoryStatus::default() };
            let back = history.reaches_back(Timestamp::from_millis(now * 1000));
            assert_eq!(back.map(|back| back.as_secs()), expect, "{full:?} {minute:?}");
        }
    }
}
