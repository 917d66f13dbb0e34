//! What a process does beside computing: bytes to and from disks, and time spent waiting for a core.
//!
//! These cost a file each, so they are not read for every process in every pass; the table says for which. A rate is
//! always over the time truly measured, and stands until the next reading.

use std::time::Duration;

use super::files::ProcDir;
use super::stat::number;

/// Threads of one process that are asked for their waiting time; of a process with more it is not told.
const MOST_THREADS: u32 = 256;

/// Readings of one process, and what follows from them.
#[derive(Debug, Default)]
pub struct Activity {
    bytes: Option<(Bytes, Duration)>,
    waits: Vec<(u32, u64)>,
    waited_at: Option<Duration>,
    /// Bytes read from disks each second.
    pub read_rate: Option<f32>,
    /// Bytes written to disks each second.
    pub write_rate: Option<f32>,
    /// Cores' worth of time spent ready and waiting for a core.
    pub wait_cores: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Bytes {
    read: u64,
    written: u64,
}

impl Activity {
    /// Whether the last reading found anything going on.
    pub fn is_any(&self) -> bool {
        [self.read_rate, self.write_rate, self.wait_cores].into_iter().flatten().any(|rate| rate > 0.0)
    }

    /// Reads both kinds anew. `tids` is room for a list.
    pub fn update(&mut self, proc: &mut ProcDir, pid: u32, n_threads: u32, now: Duration, tids: &mut Vec<u32>) {
        let bytes = proc.read(pid, "io").ok().and_then(parse_io);
        let before = std::mem::replace(&mut self.bytes, bytes.map(|bytes| (bytes, now)));
        (self.read_rate, self.write_rate) = match (before, bytes) {
            (Some((before, at)), Some(bytes)) => (
                rate(before.read, bytes.read, now.saturating_sub(at)),
                rate(before.written, bytes.written, now.saturating_sub(at)),
            ),
            _ => (None, None),
        };
        self.update_wait(proc, pid, n_threads, now, tids);
    }

    fn update_wait(&mut self, proc: &mut ProcDir, pid: u32, n_threads: u32, now: Duration, tids: &mut Vec<u32>) {
        let Some(waits) = waits(proc, pid, n_threads, tids) else {
            (self.waits, self.waited_at, self.wait_cores) = (Vec::new(), None, None);
            return;
        };
        self.wait_cores = self.waited_at.and_then(|at| {
            let nanos: u64 = waits.iter().map(|(tid, wait)| wait.saturating_sub(self.wait_of(*tid))).sum();
            rate(0, nanos, now.saturating_sub(at)).map(|nanos_per_second| nanos_per_second / 1e9)
        });
        self.waits = waits;
        self.waited_at = Some(now);
    }

    fn wait_of(&self, tid: u32) -> u64 {
        self.waits.binary_search_by_key(&tid, |(tid, _)| *tid).map_or(0, |i| self.waits[i].1)
    }
}

/// Time each thread has waited so far, nanoseconds, by tid.
///
/// `/proc/<pid>/schedstat` tells of the first thread alone; with more than one each has to be asked.
fn waits(proc: &mut ProcDir, pid: u32, n_threads: u32, tids: &mut Vec<u32>) -> Option<Vec<(u32, u64)>> {
    if n_threads <= 1 {
        return Some(vec![(pid, parse_schedstat(proc.read(pid, "schedstat").ok()?)?)]);
    }
    if n_threads > MOST_THREADS {
        return None;
    }
    proc.numbers(pid, "task", tids).ok()?;
    let mut waits = Vec::with_capacity(tids.len());
    for tid in tids.iter() {
        // A thread that ended since the listing is left out.
        let wait = proc.read_of_thread(pid, *tid, "schedstat").ok().and_then(parse_schedstat);
        waits.extend(wait.map(|wait| (*tid, wait)));
    }
    (!waits.is_empty()).then_some(waits)
}

/// `/proc/<pid>/io`: bytes that truly came from and went to disks. Source: proc_pid_io(5).
fn parse_io(text: &[u8]) -> Option<Bytes> {
    let field = |name: &[u8]| text.split(|b| *b == b'\n').find_map(|line| number(line.strip_prefix(name)?));
    Some(Bytes { read: field(b"read_bytes: ")?, written: field(b"write_bytes: ")? })
}

/// The second figure of `schedstat`: nanoseconds spent ready and waiting. Source: the kernel's sched-stats.rst.
fn parse_schedstat(text: &[u8]) -> Option<u64> {
    number(text.trim_ascii().split(|b| *b == b' ').nth(1)?)
}

/// Units each second; `None` where no time passed or the counter ran backwards.
fn rate(before: u64, after: u64, span: Duration) -> Option<f32> {
    let seconds = span.as_secs_f64();
    (seconds > 0.0).then_some(())?;
    Some((after.checked_sub(before)? as f64 / seconds) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        folder: tempfile::TempDir,
        proc: ProcDir,
        activity: Activity,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            for name in ["7", "7/task", "7/task/7", "7/task/8", "7/task/9"] {
                std::fs::create_dir(folder.path().join(name)).expect("made");
            }
            let proc = ProcDir::open(folder.path()).expect("opens");
            Self { folder, proc, activity: Activity::default() }
        }

        fn write(&self, name: &str, text: &str) {
            std::fs::write(self.folder.path().join("7").join(name), text).expect("written");
        }

        fn read(&mut self, seconds: f64, n_threads: u32) -> [Option<f32>; 3] {
            let now = Duration::from_secs_f64(seconds);
            self.activity.update(&mut self.proc, 7, n_threads, now, &mut Vec::new());
            [self.activity.read_rate, self.activity.write_rate, self.activity.wait_cores]
        }
    }

    fn io(read: u64, written: u64) -> String {
        format!(
            "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: {read}\nwrite_bytes: {written}\n\
             cancelled_write_bytes: 0\n"
        )
    }

    #[test]
    fn rates_are_over_the_measured_time_and_the_first_reading_has_none() {
        let mut world = World::new();
        world.write("io", &io(1000, 50));
        world.write("schedstat", "5000 1000000000 12\n");
        assert_eq!(world.read(10.0, 1), [None, None, None]);
        assert!(!world.activity.is_any());
        world.write("io", &io(9000, 50));
        world.write("schedstat", "5000 3000000000 12\n");
        assert_eq!(world.read(14.0, 1), [Some(2000.0), Some(0.0), Some(0.5)]);
        assert!(world.activity.is_any());
        world.write("io", &io(0, 50));
        assert_eq!(world.read(15.0, 1), [None, Some(0.0), Some(0.0)], "a counter that ran backwards gives no rate");
    }

    #[test]
    fn what_may_not_be_read_has_no_rate() {
        let mut world = World::new();
        for second in [1.0, 2.0] {
            assert_eq!(world.read(second, 1), [None, None, None]);
        }
    }

    #[test]
    fn threads_wait_each_for_itself() {
        let mut world = World::new();
        world.write("task/7/schedstat", "0 1000000000 1");
        world.write("task/8/schedstat", "0 500000000 1");
        assert_eq!(world.read(1.0, 2)[2], None);
        std::fs::remove_file(world.folder.path().join("7/task/7/schedstat")).expect("removed");
        world.write("task/8/schedstat", "0 750000000 1");
        world.write("task/9/schedstat", "0 250000000 1");
        assert_eq!(world.read(2.0, 2)[2], Some(0.5), "an ended thread does not hide what the others waited");
        assert_eq!(world.read(3.0, MOST_THREADS + 1)[2], None);
    }
}
