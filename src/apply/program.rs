//! Runs a program that makes a service reload: no shell, nothing to read, a bounded part of what it prints, a time limit.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::world::{Limit, MAX_OUTPUT_BYTES, ProgramEnd, ProgramOutcome};

/// Longest wait between two looks at whether it ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long the rest of what it printed is waited for. What it left running in the background may hold its output
/// open for ever.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long a killed program may take until it is gone; one that hangs in the kernel is left to it.
const KILL_GRACE: Duration = Duration::from_secs(2);

/// Runs it to its end, or ends it and all it started when its time is over or it is called off.
pub(super) fn run(argv: &[String], limit: Limit<'_>) -> ProgramEnd {
    run_with(argv, &[], limit)
}

/// The same with these variables in its environment.
pub(crate) fn run_with(argv: &[String], variables: &[(String, String)], limit: Limit<'_>) -> ProgramEnd {
    let started = Instant::now();
    let end = |outcome, output| ProgramEnd { outcome, output, took: started.elapsed() };
    let (mut child, output) = match start(argv, variables) {
        Ok(started) => started,
        Err(e) => return end(ProgramOutcome::NotStarted(start_words(&e)), String::new()),
    };
    let Limit { timeout, is_called_off } = limit;
    let outcome = match wait(&mut child, started, timeout, is_called_off) {
        Waited::Ended(status) => match status.code() {
            Some(code) => ProgramOutcome::Ended(code),
            None => ProgramOutcome::Signalled,
        },
        cut @ (Waited::TimedOut | Waited::CalledOff) => {
            end_group(&mut child);
            wait(&mut child, Instant::now(), KILL_GRACE, &mut || false);
            if cut == Waited::TimedOut { ProgramOutcome::TimedOut } else { ProgramOutcome::CalledOff }
        }
    };
    end(outcome, output.last_words())
}

fn start(argv: &[String], variables: &[(String, String)]) -> io::Result<(Child, Output)> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(io::Error::other("no program is named"));
    };
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
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

/// Why a wait for a program was over.
#[derive(PartialEq)]
enum Waited {
    Ended(ExitStatus),
    TimedOut,
    CalledOff,
}

fn wait(child: &mut Child, since: Instant, timeout: Duration, is_called_off: &mut dyn FnMut() -> bool) -> Waited {
    let mut pause = Duration::from_millis(1);
    loop {
        // A program that cannot be waited for counts as one that hangs.
        if let Ok(Some(status)) = child.try_wait() {
            return Waited::Ended(status);
        }
        let Some(left) = timeout.checked_sub(since.elapsed()).filter(|left| !left.is_zero()) else {
            return Waited::TimedOut;
        };
        if is_called_off() {
            return Waited::CalledOff;
        }
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
