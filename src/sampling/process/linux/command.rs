//! Names and command lines of processes: pure text work over `comm` and `/proc/<pid>/cmdline`.

use std::sync::Arc;

/// Longest name that is shown, characters: names label series, and a program chooses its own.
const LONGEST_NAME: usize = 128;
/// Longest name the kernel keeps of a process (TASK_COMM_LEN less the final NUL).
const LONGEST_COMM: usize = 15;

/// The arguments in `cmdline`, which separates them by NUL bytes.
pub fn arguments(cmdline: &[u8]) -> impl Iterator<Item = &[u8]> {
    // A program that writes its own title leaves NULs behind it: they are no arguments.
    let end = cmdline.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
    cmdline[..end].split(|b| *b == 0).filter(move |_| end > 0)
}

/// The command line, joined by spaces, for a table.
pub fn joined(cmdline: &[u8]) -> String {
    let mut text = String::with_capacity(cmdline.len());
    for (i, argument) in arguments(cmdline).enumerate() {
        if i > 0 {
            text.push(' ');
        }
        text.extend(String::from_utf8_lossy(argument).chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    let trimmed = text.trim_end().len();
    text.truncate(trimmed);
    text
}

/// The process's name: `comm`, completed from the command line where the kernel had to cut it.
///
/// A script's name stands behind its interpreter's, so the first three arguments are looked at.
pub fn full_name(comm: &[u8], cmdline: &[u8]) -> String {
    if comm.len() >= LONGEST_COMM {
        let base = |argument: &[u8]| argument.iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
        let longer = arguments(cmdline).take(3).map(|argument| &argument[base(argument)..]).find_map(|name| {
            // A title such as "nginx: worker process" is no file name: what follows the first space is left out.
            let name = name.split(|b| *b == b' ').next()?;
            let name = name.strip_suffix(b":").unwrap_or(name);
            name.starts_with(comm).then_some(name)
        });
        if let Some(name) = longer {
            return shown(name);
        }
    }
    shown(comm)
}

/// A name as one short line: what would break the line, or a terminal, stands as a space.
pub fn shown(name: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(name);
    let text: String = lossy.chars().take(LONGEST_NAME).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().is_empty() { "(no name)".into() } else { text }
}

/// The same text, shared with `old` when it did not change.
pub fn shared(old: &Arc<str>, new: &str) -> Arc<str> {
    if **old == *new { old.clone() } else { new.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_name_is_completed_from_the_command_line() {
        for (comm, cmdline, name) in [
            ("postgres", "postgres: walwriter \0\0\0", "postgres"),
            ("systemd-journal", "/usr/lib/systemd/systemd-journald\0", "systemd-journald"),
            ("networkd-dispat", "/usr/bin/python3\0/usr/bin/networkd-dispatcher\0--run\0", "networkd-dispatcher"),
            ("gnome-terminal-", "/usr/libexec/gnome-terminal-server", "gnome-terminal-server"),
            ("a-thread-of-its", "/opt/other/program\0", "a-thread-of-its"),
            ("exactly-fifteen", "exactly-fifteen\0-x\0", "exactly-fifteen"),
            ("kworker/u8:3-events_unbound", "", "kworker/u8:3-events_unbound"),
            ("very-long-worke", "very-long-worker: idle\0", "very-long-worker"),
        ] {
            assert_eq!(full_name(comm.as_bytes(), cmdline.as_bytes()), name, "{comm}");
        }
    }

    #[test]
    fn a_name_is_one_short_line_whatever_the_program_calls_itself() {
        for (comm, name) in [
            (&b"a b) (c"[..], "a b) (c"),
            (b"two\nlines\x1b[31m", "two lines [31m"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            (b"", "(no name)"),
            (b" \n", "(no name)"),
        ] {
            assert_eq!(full_name(comm, b""), name, "{comm:?}");
        }
        let long = [b"/".as_slice(), &[b'x'; 4000]].concat();
        assert_eq!(full_name(&[b'x'; 15], &long).len(), LONGEST_NAME);
    }

    #[test]
    fn a_command_line_is_one_line() {
        for (cmdline, text) in [
            ("", ""),
            ("\0\0", ""),
            ("sleep\x001000\0", "sleep 1000"),
            ("sh\0-c\0echo a\n\techo b\0", "sh -c echo a  echo b"),
            ("sshd: root@pts/0\0\0\0\0", "sshd: root@pts/0"),
            ("x\0\0y\0", "x  y"),
        ] {
            assert_eq!(joined(cmdline.as_bytes()), text, "{cmdline:?}");
        }
        assert_eq!(joined(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(arguments(b"x\0\0y\0").count(), 3, "an empty argument is one");
    }
}
