//! Runs a program that makes a service reload: no shell, nothing to read, a bounded part of what it prints, a time limit.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::world::{MAX_OUTPUT_BYTES, ProgramEnd, ProgramOutcome};

/// Longest wait between two looks at whether it ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long the rest of what it printed is waited for. What it left running in the background may hold its output
/// open for ever.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long a killed program may take until it is gone; one that hangs in the kernel is left to it.
const KILL_GRACE: Duration = Duration::from_secs(2);

/// Runs it to its end, or ends it and all it started after `timeout`.
pub(super) fn run(argv: &[String], timeout: Duration) -> ProgramEnd {
    let started = Instant::now();
    let end = |outcome, output| ProgramEnd { outcome, output, took: started.elapsed() };
    let (mut child, output) = match start(argv) {
        Ok(started) => started,
        Err(e) => return end(ProgramOutcome::NotStarted(start_words(&e)), String::new()),
    };
    let outcome = match wait(&mut child, started, timeout) {
        Some(status) => match status.code() {
            Some(code) => ProgramOutcome::Ended(code),
            None => ProgramOutcome::Signalled,
        },
        None => {
            end_group(&mut child);
            wait(&mut child, Instant::now(), KILL_GRACE);
            ProgramOutcome::TimedOut
        }
    };
    end(outcome, output.last_words())
}

fn start(argv: &[String]) -> io::Result<(Child, Output)> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(io::Error::other("no program is named"));
    };
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn()?;
    // The command holds the writing end, without which the reader sees the end.
    drop(command);
    Ok((child, Output::read(reader)?))
}

fn start_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such program".into(),
        io::ErrorKind::PermissionDenied => "this user may not run it".into(),
        _ => error.to_string(),
    }
}

fn wait(child: &mut Child, since: Instant, timeout: Duration) -> Option<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        // A program that cannot be waited for counts as one that hangs.
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        let left = timeout.checked_sub(since.elapsed()).filter(|left| !left.is_zero())?;
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(LOOK_EVERY);
    }
}

/// Ends the program and everything in its group. It was not waited for yet, so its number is still its own.
fn end_group(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

/// The last of what a program prints, read by a thread that ends when nobody can print there any more.
struct Output {
    last: Arc<Mutex<VecDeque<u8>>>,
    ended: Receiver<()>,
}

impl Output {
    fn read(mut reader: PipeReader) -> io::Result<Self> {
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let (end, ended) = channel();
        let kept = Arc::clone(&last);
        thread::Builder::new().name("reload-output".into()).spawn(move || {
            let mut part = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut part) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&part[..n]);
                let excess = kept.len().saturating_sub(MAX_OUTPUT_BYTES);
                kept.drain(..excess);
            }
            let _ = end.send(());
        })?;
        Ok(Self { last, ended })
    }

    fn last_words(self) -> String {
        let _ = self.ended.recv_timeout(LAST_WORDS);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        printable(last.make_contiguous())
    }
}

/// The text of bytes that came from outside, without what would steer a terminal.
pub(super) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect::<String>().trim_end().to_owned()
}
