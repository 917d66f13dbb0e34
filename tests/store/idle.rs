//! What an hour of a quiet machine costs the disk.

use std::fs;
use std::io::{Write as _, stderr};

use super::*;

/// What the system says this process has written: bytes given to it, and bytes sent to disks (none of those on a
/// file system in memory).
fn written_bytes() -> [u64; 2] {
    let text = fs::read_to_string("/proc/self/io").expect("Linux tells");
    ["wchar: ", "write_bytes: "].map(|name| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("it is there");
        line.trim().parse().expect("a number")
    })
}

/// The system counts for a whole process, so the hour runs in one of its own.
#[test]
#[cfg(target_os = "linux")]
fn an_idle_hour_writes_less_than_ten_megabytes() {
    let this = std::env::current_exe().expect("this program");
    let child = std::process::Command::new(this)
        .args(["--exact", "idle::the_hour_itself", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && told.contains("written in all"), "{told}");
}

#[test]
#[ignore = "runs in a process of its own, started by the test above"]
fn the_hour_itself() {
    idle_hour();
}

fn idle_hour() {
    const SERIES: u32 = 250;
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    writer.know(known(SERIES));
    let before = written_bytes();
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
    let after = written_bytes();
    let written = [after[0] - before[0], after[1] - before[1]];
    writeln!(
        stderr(),
        "{n_samples} samples of {SERIES} series in an hour: {written:?} bytes written in all and to disk, {} on disk, {:.2} a sample",
        status.bytes,
        status.tiers[0].bytes as f64 / n_samples as f64
    )
    .expect("written");
    assert!(written[0] > 100_000 && written.iter().all(|bytes| *bytes < 10_000_000), "{written:?}");
}
