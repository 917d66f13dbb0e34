//! Process histories held against a list of every reading.

use proptest::prelude::*;

use super::*;
use crate::model::{Bucket, ProcessState};

fn row(pid: u32, cpu: Option<f32>, memory: Option<u64>, disk: Option<f32>) -> ProcessRow {
    ProcessRow {
        key: ProcessKey { pid, start_mark: 7 },
        parent: None,
        name: "p".into(),
        command: "".into(),
        user: "".into(),
        state: ProcessState::Sleeping,
        n_threads: 1,
        cpu_cores: cpu,
        wait_cores: Some(0.0),
        memory_bytes: memory,
        read_bytes_per_second: disk,
        write_bytes_per_second: None,
        started_at: Timestamp::default(),
        is_kernel: false,
    }
}

fn table(at: i64, rows: Vec<ProcessRow>) -> ProcessTable {
    ProcessTable { at: Timestamp::from_millis(at), rows: rows.into() }
}

fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start_mark: 7 }
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) }
}

const SECOND: Duration = Duration::from_secs(1);

/// Time and value of buckets that are single readings, with a bar where the line breaks.
fn text(buckets: &[Bucket]) -> String {
    let one = |b: &Bucket| format!("{}{}@{}", if b.gap_before { "| " } else { "" }, b.mean, b.at.as_millis() / 1000);
    buckets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_history_holds_what_was_between_changes() {
    let mut histories = ProcessHistories::new();
    for (second, cpu) in [(1, None), (2, Some(0.5)), (3, Some(0.501)), (4, Some(1.0)), (5, Some(0.003)), (6, Some(0.0))]
    {
        histories.record(&table(second * 1000, vec![row(1, cpu, Some(4096), None)]), SECOND);
    }
    let history = histories.history(key(1), range(0, 10_000), 100);
    assert_eq!(text(&history.cpu_cores), "0.5@2 0.5@3 1@4 0.003@5 0@6");
    assert_eq!(text(&history.memory_bytes), "4096@1 4096@2 4096@3 4096@4 4096@5 4096@6");
    assert_eq!(text(&history.disk_bytes_per_second), "");
    assert_eq!(text(&histories.history(key(1), range(3000, 5000), 100).cpu_cores), "0.5@3 1@4");
    assert_eq!(histories.history(key(2), range(0, 10_000), 100).cpu_cores.len(), 0);
}

#[test]
fn a_line_breaks_over_silence_and_over_absence() {
    let mut histories = ProcessHistories::new();
    for (second, is_there) in [(1, true), (2, true), (5, true), (6, false), (7, true), (8, true)] {
        let rows = if is_there { vec![row(1, Some(1.0), None, None)] } else { vec![] };
        histories.record(&table(second * 1000, rows), SECOND);
    }
    let history = histories.history(key(1), range(0, 10_000), 100);
    assert_eq!(text(&history.cpu_cores), "1@1 1@2 | 1@5 | 1@7 1@8");
}

#[test]
fn a_clock_set_back_forgets_what_stands_after_it() {
    let mut histories = ProcessHistories::new();
    for (second, cpu) in [(1, 1.0), (2, 2.0), (3, 3.0), (2, 4.0), (3, 5.0)] {
        histories.record(&table(second * 1000, vec![row(1, Some(cpu), None, None)]), SECOND);
    }
    assert_eq!(text(&histories.history(key(1), range(0, 10_000), 100).cpu_cores), "1@1 4@2 5@3");
}

#[test]
fn what_is_older_than_an_hour_goes_and_what_holds_stays() {
    let mut histories = ProcessHistories::new();
    for second in 0..8000_i64 {
        let mut rows = vec![row(1, Some(0.25), Some(1 << 20), None), row(2, Some((second % 7) as f32), None, None)];
        if second < 100 {
            rows.push(row(3, Some(1.0), None, None));
        }
        histories.record(&table(second * 1000, rows), SECOND);
    }
    assert_eq!(histories.n_processes(), 2, "the third ended more than an hour ago");
    let whole = range(0, 8_000_000);
    let steady = histories.history(key(1), whole, 100_000).cpu_cores;
    assert_eq!((steady[0].mean, steady.last().map(|b| b.at.as_millis())), (0.25, Some(7_999_000)));
    let n: u32 = histories.history(key(2), whole, 400).cpu_cores.iter().map(|b| b.count).sum();
    assert!((3600..3600 + SWEEP_EVERY as u32 + 1).contains(&n), "{n} readings");
}

#[test]
fn memory_is_bounded_and_the_ended_go_first() {
    let mut histories = ProcessHistories::new();
    let busy = |pid: u32, i: i64| row(pid, Some((i % 3) as f32), Some(((i % 5) as u64) << 30), None);
    for i in 0..1200_i64 {
        // 300 processes live on and change all the time; the others last a minute each.
        let short = 1000 + (i / 60) as u32 * 100;
        let rows = (0..300).chain(short..short + 100).map(|pid| busy(pid, i)).collect();
        histories.record(&table(i * 1000, rows), SECOND);
        assert!(histories.bytes() <= MAX_BYTES, "{} bytes", histories.bytes());
    }
    let all = range(0, 2_000_000);
    assert_eq!(histories.history(key(1000), all, 100).cpu_cores.len(), 0, "the first to end has gone");
    for pid in 0..300 {
        let newest = histories.history(key(pid), all, 100_000).cpu_cores.last().map(|b| b.at.as_millis());
        assert_eq!(newest, Some(1_199_000), "process {pid} is still told of");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// With values that are far enough apart every one is kept as it was.
    #[test]
    fn histories_agree_with_a_list_of_all_readings(
        steps in prop::collection::vec((prop_oneof![9 => Just(1000_i64), 1 => 500..9000_i64], 0..6_u8), 1..900),
        asked in (0.0..1.0_f64, 0.0..1.1_f64),
        max_buckets in 16..2000_usize,
    ) {
        let mut histories = ProcessHistories::new();
        let (mut now, mut all) = (0_i64, Vec::new());
        for (wait, level) in steps {
            now += wait;
            // Level 5 is a reading without this process, level 4 one without a value.
            let cpu = (level < 4).then_some(f32::from(level));
            let rows = if level == 5 { vec![] } else { vec![row(1, cpu, None, None)] };
            histories.record(&table(now, rows), SECOND);
            all.extend(cpu.map(|cpu| (now, cpu)));
        }
        let asked = range((asked.0 * now as f64) as i64, (asked.1 * now as f64) as i64);
        let history = histories.history(key(1), asked, max_buckets);
        prop_assert!(history.cpu_cores.len() <= max_buckets);
        let mut rest = all.iter().filter(|(at, _)| asked.contains(Timestamp::from_millis(*at)));
        for bucket in history.cpu_cores.iter() {
            let held: Vec<&(i64, f32)> = rest.by_ref().take(bucket.count as usize).collect();
            prop_assert_eq!(held[0].0, bucket.at.as_millis());
            prop_assert_eq!(bucket.min, held.iter().map(|h| h.1).fold(f32::INFINITY, f32::min));
            prop_assert_eq!(bucket.max, held.iter().map(|h| h.1).fold(f32::NEG_INFINITY, f32::max));
        }
        prop_assert_eq!(rest.count(), 0);
    }
}
