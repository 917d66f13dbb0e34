//! The console: lines out, and on Windows the way to the console a program was started from.

use std::io::{self, Write};

/// Writes a line to standard output. A reader that went away ends the output, not the program.
pub fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Writes a line to standard error.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "perfdesk: {line}");
}

/// Joins the console of the program that started this one, so that words typed there are answered there.
///
/// A double click must not open a console, so on Windows the program has none of its own.
#[cfg(windows)]
#[allow(unsafe_code)]
pub fn attach() {
    use windows_sys::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole};
    // SAFETY: the call takes a constant and no pointer; failure means there is no console to join, which is fine.
    unsafe {
        AttachConsole(ATTACH_PARENT_PROCESS);
    }
}

/// Nothing to do: other systems hand the console down.
#[cfg(not(windows))]
pub fn attach() {}
