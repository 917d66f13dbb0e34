//! One process in a sentence: what it uses, against what it used before, and whether it waits for a core.

use std::time::Duration;

use crate::model::quantity::{THIN_SPACE, decimals};
use crate::model::{Bucket, ProcessHistory, ProcessRow};

/// Shortest history against which a change is told.
const MIN_HISTORY: Duration = Duration::from_secs(60);
/// Least change that is told: cores, and as a factor.
const MIN_CHANGE: (f64, f64) = (0.05, 1.25);
/// Least waiting that is told: cores, and as a share of the time it could run.
const MIN_WAIT: (f64, f64) = (0.05, 0.1);

/// What a process uses, in words.
pub fn portrait(row: &ProcessRow, history: &ProcessHistory) -> String {
    let Some(cores) = row.cpu_cores.map(f64::from) else {
        return "What it uses is known after the second reading".into();
    };
    let mut text = if cores < 0.005 {
        "Uses almost no processor time".to_owned()
    } else if cores < 0.995 {
        format!("Uses {} of a core", decimals(cores, 2))
    } else {
        format!("Uses {} cores", decimals(cores, 1))
    };
    if let Some((before, ago)) = before(&history.cpu_cores).filter(|_| history.key == Some(row.key)) {
        let (low, high) = (cores.min(before), cores.max(before));
        if high - low >= MIN_CHANGE.0 && high >= low * MIN_CHANGE.1 {
            let direction = if cores > before { "up" } else { "down" };
            text += &format!(", {direction} from {} {} ago", decimals(before, 2), elapsed_words(ago));
        }
    }
    if let Some(waits) = row.wait_cores.map(f64::from) {
        let share = waits / (waits + cores);
        if waits >= MIN_WAIT.0 && share >= MIN_WAIT.1 {
            let percent = decimals(share * 100.0, 0);
            text += &format!(". {percent}{THIN_SPACE}% of the time it could run, it waits for a free core.");
        }
    }
    text
}

/// The mean of the first tenth of a history, and how long before its end that was.
fn before(buckets: &[Bucket]) -> Option<(f64, Duration)> {
    let (first, last) = (buckets.first()?, buckets.last()?);
    let ago = last.at.since(first.at);
    if ago < MIN_HISTORY {
        return None;
    }
    let head = &buckets[..buckets.len().div_ceil(10)];
    let n: u32 = head.iter().map(|bucket| bucket.count).sum();
    let sum: f64 = head.iter().map(|bucket| f64::from(bucket.mean) * f64::from(bucket.count)).sum();
    (n > 0).then(|| (sum / f64::from(n), ago))
}

/// A span of time in its two greatest units: "45 s", "12 min", "8 h 21 min", "3 d 4 h".
pub fn elapsed_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |great: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{great}{THIN_SPACE}{unit}"),
        _ => format!("{great}{THIN_SPACE}{unit} {small}{THIN_SPACE}{small_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds}{THIN_SPACE}s"),
        60..3600 => format!("{minutes}{THIN_SPACE}min"),
        3600..86_400 => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::row;
    use super::*;
    use crate::model::Timestamp;

    fn history(values: &[f32], step_seconds: i64) -> ProcessHistory {
        let bucket = |(i, value): (usize, &f32)| Bucket {
            at: Timestamp::from_millis(i as i64 * step_seconds * 1000),
            min: *value,
            max: *value,
            mean: *value,
            count: 1,
            gap_before: false,
        };
        let cpu_cores: Vec<Bucket> = values.iter().enumerate().map(bucket).collect();
        ProcessHistory { key: Some(row(1, 0, "a", 0.0).key), cpu_cores: cpu_cores.into(), ..ProcessHistory::default() }
    }

    #[test]
    fn a_portrait_tells_use_change_and_waiting() {
        for (cores, waits, values, step, expect) in [
            (0.44, None, vec![0.28, 0.3, 0.44], 360, "Uses 0.44 of a core, up from 0.28 12 min ago"),
            (0.44, None, vec![0.42, 0.44], 360, "Uses 0.44 of a core"),
            (0.1, None, vec![3.0, 0.1], 30, "Uses 0.10 of a core"),
            (0.1, None, vec![3.0, 0.1], 7500, "Uses 0.10 of a core, down from 3.00 2 h 5 min ago"),
            (2.0, Some(1.0), vec![], 1, "Uses 2.0 cores. 33 % of the time it could run, it waits for a free core."),
            (0.0, Some(0.01), vec![], 1, "Uses almost no processor time"),
        ] {
            let mut row = row(1, 0, "a", cores);
            row.wait_cores = waits;
            assert_eq!(portrait(&row, &history(&values, step)).replace(THIN_SPACE, " "), expect);
        }
    }

    #[test]
    fn spans_are_told_in_two_units() {
        for (seconds, expect) in
            [(0, "0 s"), (59, "59 s"), (720, "12 min"), (30_060, "8 h 21 min"), (7200, "2 h"), (273_600, "3 d 4 h")]
        {
            assert_eq!(elapsed_words(Duration::from_secs(seconds)).replace(THIN_SPACE, " "), expect);
        }
    }
}
