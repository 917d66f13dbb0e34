//! `/proc/<pid>/stat` and its like for threads: one line of text to numbers. Reads no file. Source: proc_pid_stat(5).

use crate::model::ProcessState;

/// Flag of a thread of the kernel (PF_KTHREAD in the kernel's sched.h).
const PF_KTHREAD: u64 = 0x0020_0000;

/// The fields that are used, of about fifty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat<'a> {
    /// Process or thread id.
    pub pid: u32,
    /// Name, at most 15 bytes unless it is a kernel thread's.
    pub comm: &'a [u8],
    /// What it does.
    pub state: ProcessState,
    /// Parent's pid; 0 for none.
    pub parent: u32,
    /// Whether it is a thread of the kernel.
    pub is_kernel: bool,
    /// Processor time in user and kernel mode since its start, clock ticks.
    pub cpu_ticks: u64,
    /// Threads.
    pub n_threads: u32,
    /// Start, clock ticks since boot.
    pub start_ticks: u64,
    /// Resident memory, pages.
    pub resident_pages: u64,
    /// Address of the bottom of its stack: another after an exec. 0 where it may not be seen.
    pub stack_start: u64,
}

/// Reads the line; `None` when it is not one.
pub fn parse(line: &[u8]) -> Option<Stat<'_>> {
    // The name may itself hold spaces and parentheses: it ends at the last closing one.
    let open = line.iter().position(|b| *b == b'(')?;
    let close = line.iter().rposition(|b| *b == b')')?;
    let pid = u32::try_from(number(line.get(..open)?.trim_ascii())?).ok()?;
    let comm = line.get(open + 1..close)?;
    // Field 3 of the manual page, the state, is the first behind the name.
    let mut fields = line.get(close + 1..)?.trim_ascii().split(|b| *b == b' ');
    let state = state(*fields.next()?.first()?);
    let parent = u32::try_from(number(fields.next()?)?).unwrap_or(0); // 4
    let flags = number(fields.nth(4)?)?; // 9
    let user_ticks = number(fields.nth(4)?)?; // 14
    let kernel_ticks = number(fields.next()?)?; // 15
    let n_threads = number(fields.nth(4)?)?; // 20
    let start_ticks = number(fields.nth(1)?)?; // 22
    let resident_pages = number(fields.nth(1)?).unwrap_or(0); // 24; negative for a moment in old kernels
    let stack_start = fields.nth(3).and_then(number).unwrap_or(0); // 28
    Some(Stat {
        pid,
        comm,
        state,
        parent,
        // Not by the parent: in a container process 2 and its children are programs like any other.
        is_kernel: flags & PF_KTHREAD != 0,
        cpu_ticks: user_ticks.saturating_add(kernel_ticks),
        n_threads: u32::try_from(n_threads).unwrap_or(u32::MAX),
        start_ticks,
        resident_pages,
        stack_start,
    })
}

fn state(letter: u8) -> ProcessState {
    match letter {
        b'R' => ProcessState::Running,
        b'S' => ProcessState::Sleeping,
        b'D' => ProcessState::DiskWait,
        b'T' | b't' => ProcessState::Stopped,
        b'Z' | b'X' | b'x' => ProcessState::Zombie,
        b'I' | b'P' => ProcessState::Idle,
        _ => ProcessState::Unknown,
    }
}

/// A decimal number; `None` for anything else, a sign included.
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_lines_are_read() {
        let postgres =
            b"312 (postgres) S 298 312 312 0 -1 4194560 1131 0 2 0 250 125 0 0 20 0 1 0 1702 225701888 5012 \
            18446744073709551615 94022 95011 140721 0 0 0 0 19935232 84487 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
        let stat = parse(postgres).expect("a line");
        assert_eq!((stat.pid, stat.comm, stat.parent), (312, &b"postgres"[..], 298));
        assert_eq!((stat.cpu_ticks, stat.n_threads, stat.start_ticks, stat.resident_pages), (375, 1, 1702, 5012));
        assert_eq!((stat.stack_start, stat.state, stat.is_kernel), (140_721, ProcessState::Sleeping, false));
    }

    #[test]
    fn a_kernel_thread_is_known_by_its_flag_and_never_by_its_parent() {
        let tail = b" 0 0 0 -1 69238880 0 0 0 0 0 3 0 0 20 0 1 0 34 0 0 18446744073709551615 0 0 0 0 0 0";
        for (head, is_kernel) in [("9 (kworker/0:1-events) I 2", true), ("2 (kthreadd) S 0", true)] {
            let line = [head.as_bytes(), tail].concat();
            let stat = parse(&line).expect("a line");
            assert_eq!((stat.is_kernel, stat.resident_pages), (is_kernel, 0), "{head}");
        }
        let tail = b" 0 0 0 -1 4194560 0 0 0 0 0 3 0 0 20 0 1 0 34 0 9 18446744073709551615 0 0 0";
        for in_a_container in ["2 (app) S 1", "2 (app) S 0", "3 (child) S 2"] {
            let line = [in_a_container.as_bytes(), tail].concat();
            assert!(!parse(&line).expect("a line").is_kernel, "{in_a_container}");
        }
    }

    #[test]
    fn a_name_may_hold_anything() {
        let line = b"5 (a) R 1 (b)) Z 1 5 5 0 -1 0 0 0 0 0 7 8 0 0 20 0 3 0 99 0 -1 18446744073709551615 0 0 0";
        let stat = parse(line).expect("a line");
        assert_eq!((stat.comm, stat.state, stat.cpu_ticks), (&b"a) R 1 (b)"[..], ProcessState::Zombie, 15));
        assert_eq!(stat.resident_pages, 0, "a negative figure is none");
    }

    #[test]
    fn what_is_cut_short_is_no_line() {
        for text in ["", "12", "12 (x", "12 (x) S", "12 (x) S 1 1 1 0 -1 0 0 0 0 0 7", "x (x) S 1", ") ("] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_decimal_and_fit() {
        for (text, value) in [("0", Some(0)), ("18446744073709551615", Some(u64::MAX)), ("18446744073709551616", None)]
        {
            assert_eq!(number(text.as_bytes()), value, "{text}");
        }
        assert_eq!((number(b"-1"), number(b""), number(b"1 ")), (None, None, None));
    }
}
