//! /proc/stat: processor time by mode, context switches, processes.

use super::parse::{fields, lines, number};

/// Modes of processor time that add up to all time. Guest time is part of user time and is not counted again.
pub const N_MODES: usize = 8;
/// Place of the idle time.
pub const IDLE: usize = 3;
/// Place of the time spent idle while a disk was waited for.
pub const IO_WAIT: usize = 4;
/// Place of the time a hypervisor gave to others.
pub const STEAL: usize = 7;
/// The modes as OpenTelemetry's `cpu.mode` has them (`softirq` is not among those), and for people.
pub const MODES: [(&str, &str); N_MODES] = [
    ("user", "CPU user"),
    ("nice", "CPU nice"),
    ("system", "CPU system"),
    ("idle", "CPU idle"),
    ("iowait", "CPU I/O wait"),
    ("interrupt", "CPU interrupt"),
    ("softirq", "CPU soft interrupt"),
    ("steal", "CPU steal"),
];
/// The kernel knows no machine with more cores; a greater number is not a core's.
const GREATEST_CORE: u64 = 8191;

/// Processor time since the start by mode, in ticks of the kernel's clock (USER_HZ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CpuTimes(pub [u64; N_MODES]);

/// Shares of the time between two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// By mode; they add up to 1.
    pub modes: [f64; N_MODES],
    /// All but idle and I/O wait.
    pub busy: f64,
}

impl CpuTimes {
    /// The shares of each mode since `before`; `None` where no time passed or the counters were set back.
    ///
    /// The kernel lets I/O wait and steal run back a little: that counts as no growth. Idle time that runs back
    /// would make the rest look like all time, so then there is no answer.
    pub fn shares_since(&self, before: &Self) -> Option<Shares> {
        let mut grown = [0u64; N_MODES];
        for (i, growth) in grown.iter_mut().enumerate() {
            *growth = match self.0[i].checked_sub(before.0[i]) {
                Some(growth) => growth,
                None if matches!(i, IO_WAIT | STEAL) => 0,
                None => return None,
            };
        }
        let total: f64 = grown.iter().map(|growth| *growth as f64).sum();
        if total <= 0.0 {
            return None;
        }
        let modes = grown.map(|growth| growth as f64 / total);
        let busy: f64 = (0..N_MODES).filter(|i| !matches!(*i, IDLE | IO_WAIT)).map(|i| modes[i]).sum();
        Some(Shares { modes, busy: busy.min(1.0) })
    }
}

/// One line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatLine {
    /// All cores together.
    Total(CpuTimes),
    /// One core.
    Core(usize, CpuTimes),
    /// Context switches since the start.
    ContextSwitches(u64),
    /// Processes created since the start.
    Created(u64),
    /// Processes that run or wait for a core.
    Runnable(u64),
    /// Processes that wait for a disk.
    Blocked(u64),
}

/// The lines of the file that are of use.
pub fn stat_lines(text: &[u8]) -> impl Iterator<Item = StatLine> {
    lines(text).filter_map(|line| {
        let mut rest = fields(line);
        let name = rest.next()?;
        Some(match name {
            b"ctxt" => StatLine::ContextSwitches(number(rest.next()?)?),
            b"processes" => StatLine::Created(number(rest.next()?)?),
            b"procs_running" => StatLine::Runnable(number(rest.next()?)?),
            b"procs_blocked" => StatLine::Blocked(number(rest.next()?)?),
            _ => {
                let core = name.strip_prefix(b"cpu")?;
                let mut times = CpuTimes::default();
                for (i, time) in times.0.iter_mut().enumerate() {
                    // Steal came late to the kernel; the four first were always there.
                    *time = match rest.next() {
                        Some(field) => number(field)?,
                        None if i > IDLE => 0,
                        None => return None,
                    };
                }
                if core.is_empty() {
                    StatLine::Total(times)
                } else {
                    let core = number(core).filter(|core| *core <= GREATEST_CORE)?;
                    StatLine::Core(usize::try_from(core).ok()?, times)
                }
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read_and_guest_time_is_left_out() {
        let text = b"cpu  10 20 30 40 50 60 70 80 9 9\ncpu3 1 2 3 4\ncpux 1 2 3 4\ncpu4 1 2 3\nintr 5 0 0\n\
                     ctxt 7\nbtime 1\nprocesses 8\nprocs_running 2\nprocs_blocked 1\nsoftirq 1 2\n";
        assert_eq!(
            stat_lines(text).collect::<Vec<_>>(),
            [
                StatLine::Total(CpuTimes([10, 20, 30, 40, 50, 60, 70, 80])),
                StatLine::Core(3, CpuTimes([1, 2, 3, 4, 0, 0, 0, 0])),
                StatLine::ContextSwitches(7),
                StatLine::Created(8),
                StatLine::Runnable(2),
                StatLine::Blocked(1),
            ]
        );
    }

    #[test]
    fn shares_never_jump_when_a_counter_runs_back() {
        let before = CpuTimes([100, 0, 100, 1000, 50, 0, 0, 10]);
        for (what, after, busy) in [
            ("half busy", [125, 0, 125, 1050, 50, 0, 0, 10], Some(0.5)),
            ("I/O wait is not busy", [100, 0, 100, 1000, 150, 0, 0, 10], Some(0.0)),
            ("I/O wait runs back", [150, 0, 100, 1050, 20, 0, 0, 10], Some(0.5)),
            ("steal runs back", [150, 0, 100, 1050, 50, 0, 0, 0], Some(0.5)),
            ("idle runs back", [101, 0, 100, 900, 50, 0, 0, 10], None),
            ("user time wraps", [1, 0, 100, 1100, 50, 0, 0, 10], None),
            ("no time passes", [100, 0, 100, 1000, 50, 0, 0, 10], None),
        ] {
            assert_eq!(CpuTimes(after).shares_since(&before).map(|s| s.busy), busy, "{what}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = stat_lines(&bytes).count();
        }

        #[test]
        fn shares_stay_between_none_and_all(a: [u64; N_MODES], b: [u64; N_MODES]) {
            if let Some(shares) = CpuTimes(b).shares_since(&CpuTimes(a)) {
                prop_assert!((0.0..=1.0).contains(&shares.busy));
                prop_assert!(shares.modes.iter().all(|share| (0.0..=1.0).contains(share)));
                prop_assert!((shares.modes.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
    }
}
