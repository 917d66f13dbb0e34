//! What an hour of a quiet machine costs the disk.

use std::fs;
use std::io::{Write as _, stderr};

use super::*;

/// Bytes that the system says this process has sent to disks; `None` where it does not tell.
fn written_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/io").ok()?;
    text.lines().find_map(|line| line.strip_prefix("write_bytes: "))?.trim().parse().ok()
}

#[test]
#[ignore = "measures this process, so it must run alone"]
fn an_idle_hour_writes_less_than_ten_megabytes() {
    const SERIES: u32 = 250;
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    writer.know(known(SERIES));
    let before = written_bytes().unwrap_or(0);
    let mut n_samples = 0;
    // An hour of seconds after four, so that one roll-up is among it.
    for second in 0..3600_i64 {
        let wobble = |i: u32| ((second * i64::from(i * 7 + 13)) % 101) as f32 * 0.001;
        // Half of a quiet machine's series stand still; of the rest each differs from tick to tick.
        let values: Vec<(SeriesId, f32)> =
            (0..SERIES).map(|i| (SeriesId(i), if i % 2 == 0 { i as f32 } else { i as f32 + wobble(i) })).collect();
        n_samples += values.len();
        let tick = StoreTick {
            source: SourceId("sample"),
            at: at(START + 4 * 3_600_000 - 1_800_000 + second * 1000),
            interval_millis: 1000,
            values,
            processes: None,
        };
        writer.append(&tick);
        if second % 10 == 9 {
            writer.flush(tick.at).expect("flushed");
            writer.maintain(tick.at).expect("kept");
        }
    }
    let status = writer.status();
    let written = written_bytes().map(|after| after - before);
    writeln!(
        stderr(),
        "{n_samples} samples of {SERIES} series in an hour: {written:?} bytes written in all, {} on disk, {:.2} a sample",
        status.bytes,
        status.tiers[0].bytes as f64 / n_samples as f64
    )
    .expect("written");
    assert!(written.is_none_or(|written| written < 10_000_000));
}
