//! Which files go when history is over its bounds of age and bytes. Removes nothing itself.
//!
//! By age a file goes when all of it is too old and what it holds is in the next coarser tier. Over the bound of bytes
//! the oldest file of full resolution goes, then of minutes, then of hours, rolled up or not.

use std::path::PathBuf;

use crate::model::{HistorySettings, Tier, Timestamp};

/// A file as retention sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Where it is.
    pub path: PathBuf,
    /// How finely it holds samples.
    pub tier: Tier,
    /// Its size.
    pub bytes: u64,
    /// Just after the end of its last row.
    pub end: Timestamp,
    /// Whether everything in it is in the next coarser tier as well; true for hours, which have none.
    pub is_rolled_up: bool,
    /// Whether it still grows; it never goes.
    pub is_open: bool,
}

/// The files that go, in the order in which they go. `other_bytes` is what history takes on disk beside these files.
pub fn over_bounds<'a>(
    files: &'a [KeptFile],
    other_bytes: u64,
    settings: &HistorySettings,
    now: Timestamp,
) -> Vec<&'a KeptFile> {
    let is_old =
        |file: &KeptFile| file.end <= now.minus(settings.span(file.tier)) && file.is_rolled_up && !file.is_open;
    let (mut gone, mut rest): (Vec<&KeptFile>, Vec<&KeptFile>) = files.iter().partition(|file| is_old(file));
    gone.sort_by_key(|file| (file.tier, file.end));
    let mut bytes = rest.iter().map(|file| file.bytes).sum::<u64>().saturating_add(other_bytes);
    rest.sort_by_key(|file| (file.tier, file.end));
    for file in rest.into_iter().filter(|file| !file.is_open) {
        if bytes <= settings.max_bytes() {
            break;
        }
        bytes -= file.bytes;
        gone.push(file);
    }
    gone
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn file(name: &str, tier: Tier, megabytes: u64, end_hour: i64) -> KeptFile {
        KeptFile {
            path: name.into(),
            tier,
            bytes: megabytes * 1_000_000,
            end: Timestamp::from_millis(end_hour * HOUR),
            is_rolled_up: true,
            is_open: false,
        }
    }

    fn gone(files: &[KeptFile], other_megabytes: u64) -> String {
        let settings =
            HistorySettings { full_hours: 48, minute_days: 10, hour_days: 100, max_megabytes: 100, is_on: true };
        let now = Timestamp::from_millis(1000 * HOUR);
        let gone = over_bounds(files, other_megabytes * 1_000_000, &settings, now);
        gone.iter().map(|file| file.path.display().to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn by_age_each_tier_goes_by_its_own_bound() {
        let files = [
            file("f952", Tier::Full, 1, 952),
            file("f953", Tier::Full, 1, 953),
            file("m760", Tier::Minute, 1, 760),
            file("m761", Tier::Minute, 1, 761),
            file("h1", Tier::Hour, 1, -1400),
        ];
        assert_eq!(gone(&files, 0), "f952 m760 h1");
    }

    #[test]
    fn what_is_not_rolled_up_goes_by_bytes_alone_and_what_grows_never() {
        let not_rolled = KeptFile { is_rolled_up: false, ..file("old", Tier::Full, 60, 10) };
        let grows = KeptFile { is_open: true, ..file("grows", Tier::Full, 60, 5) };
        assert_eq!(gone(std::slice::from_ref(&not_rolled), 0), "");
        assert_eq!(gone(&[not_rolled, grows.clone()], 0), "old");
        assert_eq!(gone(&[grows], 90), "");
        let young = [
            file("m", Tier::Minute, 60, 999),
            file("f2", Tier::Full, 30, 999),
            file("h", Tier::Hour, 20, 1),
            file("f1", Tier::Full, 20, 990),
        ];
        for (other, expect) in [(0, "f1 f2"), (20, "f1 f2"), (21, "f1 f2 m"), (1000, "f1 f2 m h")] {
            assert_eq!(gone(&young, other), expect, "{other} MB beside");
        }
    }

    proptest! {
        /// What is left is within the bound of bytes unless nothing more may go, and no finer file outlives a coarser one
        /// that went for its bytes.
        #[test]
        fn what_is_left_is_within_bounds(
            made in prop::collection::vec((0_usize..3, 0_u64..40, 0_i64..1000, any::<bool>(), any::<bool>()), 0..20),
        ) {
            let files: Vec<KeptFile> = made.iter().enumerate().map(|(i, (tier, size, end, rolled, open))| KeptFile {
                is_rolled_up: *rolled,
                is_open: *open,
                ..file(&i.to_string(), Tier::ALL[*tier], *size, *end)
            }).collect();
            let settings = HistorySettings { max_megabytes: 100, ..HistorySettings::default() };
            let gone = over_bounds(&files, 0, &settings, Timestamp::from_millis(1000 * HOUR));
            prop_assert!(gone.iter().all(|file| !file.is_open));
            let left: Vec<&KeptFile> = files.iter().filter(|file| !gone.contains(file)).collect();
            let bytes: u64 = left.iter().map(|file| file.bytes).sum();
            prop_assert!(bytes <= settings.max_bytes() || left.iter().all(|file| file.is_open));
        }
    }
}
