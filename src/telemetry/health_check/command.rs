//! A command that is run as a check: by no shell, with nothing to read, its output bounded, and ended with everything it
//! started when its time is over. It is always waited for, so that nothing dead stays behind.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until, timeout};

use crate::telemetry::http::line_of;
use crate::telemetry::watch::pace::Pace;

/// Bytes it may print; one that prints more is ended.
const MAX_OUTPUT: usize = 1 << 20;
/// Bytes that are kept of what it prints last.
const MAX_KEPT: usize = 4096;
/// How long the rest of what it printed is waited for; what it left running may hold its output open for ever.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long what was killed may take until it is gone; one that hangs in the kernel is left to it.
const KILL_GRACE: Duration = Duration::from_millis(800);

/// Where a command runs. Not to be printed.
#[derive(Clone, Default)]
pub(crate) struct Setting {
    /// The folder; empty is Perfdesk's own.
    pub(crate) directory: PathBuf,
    /// Variables over Perfdesk's own.
    pub(crate) variables: Vec<(String, String)>,
}

/// Runs it; `None` where it was stopped.
pub(super) async fn run(argv: &[Arc<str>], time_out: Duration, pace: &mut Pace) -> Option<Result<(), String>> {
    run_in(argv, &Setting::default(), time_out, pace).await
}

/// Runs it in a setting; `None` where it was stopped.
pub(super) async fn run_in(
    argv: &[Arc<str>],
    setting: &Setting,
    time_out: Duration,
    pace: &mut Pace,
) -> Option<Result<(), String>> {
    let mut child = match start(argv, setting).await {
        Ok(child) => child,
        Err(why) => return Some(Err(why)),
    };
    let group = child.id();
    let mut output = Output::default();
    let outcome = {
        let ended = tokio::select! {
            biased;
            () = pace.stopped() => Ended::Stopped,
            ended = timeout(time_out, output.read_until(&mut child)) => ended.unwrap_or(Ended::Late),
        };
        // Whatever it is that is not over: all of it ends now.
        if !matches!(ended, Ended::By(_)) || output.is_open {
            end_group(group, &mut child);
        }
        ended
    };
    match outcome {
        Ended::By(status) => Some(words(status, &output)),
        Ended::Broken(why) => Some(Err(why)),
        ended => {
            let _ = timeout(KILL_GRACE, child.wait()).await;
            match ended {
                Ended::Late => Some(Err(format!("it did not end within {} s", time_out.as_secs()))),
                Ended::Loud => Some(Err(format!("it printed more than {} MiB", MAX_OUTPUT >> 20))),
                _ => None,
            }
        }
    }
}

/// Why waiting for it was over.
enum Ended {
    By(ExitStatus),
    Broken(String),
    Late,
    Loud,
    Stopped,
}

/// Starts it aside, since a program on a disk that does not answer may not even start.
async fn start(argv: &[Arc<str>], setting: &Setting) -> Result<Child, String> {
    let (program, arguments) = argv.split_first().ok_or("no program is named")?;
    let mut command = Command::new(&**program);
    command.args(arguments.iter().map(|argument| &**argument));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.envs(setting.variables.iter().map(|(name, value)| (name, value)));
    if !setting.directory.as_os_str().is_empty() {
        command.current_dir(&setting.directory);
    }
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
    let started = tokio::task::spawn_blocking(move || command.spawn()).await;
    let started = started.map_err(|_| "starting it broke down".to_owned())?;
    started.map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => format!("there is no program {program}"),
        io::ErrorKind::PermissionDenied => format!("this user may not run {program}"),
        _ => format!("it cannot be started: {e}"),
    })
}

/// Ends it and everything in its group.
fn end_group(group: Option<u32>, child: &mut Child) {
    // Its number is its own for as long as it was not waited for, or something of its group still holds its output open.
    #[cfg(unix)]
    if let Some(group) = group.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
    let _ = child.start_kill();
}

/// What it prints. The two streams come in no order.
#[derive(Default)]
struct Output {
    out: Vec<u8>,
    err: Vec<u8>,
    n_bytes: usize,
    /// Whether something may still print.
    is_open: bool,
}

impl Output {
    /// Reads until it ends, and a little longer.
    async fn read_until(&mut self, child: &mut Child) -> Ended {
        let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
        self.is_open = true;
        let mut status = None;
        let mut until = None;
        loop {
            let (mut from_out, mut from_err) = ([0; 4096], [0; 4096]);
            let is_over = out.is_none() && err.is_none();
            tokio::select! {
                ended = child.wait(), if status.is_none() => match ended {
                    Ok(ended) => {
                        status = Some(ended);
                        until = Some(Instant::now() + LAST_WORDS);
                    }
                    Err(e) => return Ended::Broken(format!("it cannot be waited for: {e}")),
                },
                n = read(&mut out, &mut from_out), if out.is_some() => {
                    self.n_bytes += n;
                    keep(&mut self.out, &mut out, &from_out[..n]);
                }
                n = read(&mut err, &mut from_err), if err.is_some() => {
                    self.n_bytes += n;
                    keep(&mut self.err, &mut err, &from_err[..n]);
                }
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() && !is_over => {
                    return status.map_or(Ended::Late, Ended::By);
                }
                else => {
                    self.is_open = false;
                    return status.map_or(Ended::Late, Ended::By);
                }
            }
            if self.n_bytes > MAX_OUTPUT {
                return Ended::Loud;
            }
        }
    }

    /// The last line that says something, of what went wrong rather than of what was done.
    fn last_line(&self) -> String {
        let says_something = |line: &&[u8]| line.iter().any(|b| !b.is_ascii_whitespace());
        let last = |text| <[u8]>::rsplit(text, |b| *b == b'\n').find(says_something);
        line_of(last(&self.err).or_else(|| last(&self.out)).unwrap_or_default())
    }
}

/// Keeps the end of what was printed; nothing read is the end of the stream.
fn keep<R>(kept: &mut Vec<u8>, from: &mut Option<R>, bytes: &[u8]) {
    if bytes.is_empty() {
        *from = None;
    }
    kept.extend_from_slice(bytes);
    let excess = kept.len().saturating_sub(MAX_KEPT);
    kept.drain(..excess);
}

async fn read(from: &mut Option<impl AsyncRead + Unpin>, into: &mut [u8]) -> usize {
    match from {
        Some(from) => from.read(into).await.unwrap_or(0),
        None => 0,
    }
}

fn words(status: ExitStatus, output: &Output) -> Result<(), String> {
    if status.success() {
        return Ok(());
    }
    let how = match status.code() {
        Some(code) => format!("it ended with {code}"),
        None => "it was ended by a signal".into(),
    };
    let said = output.last_line();
    Err(if said.is_empty() { how } else { format!("{how}: {said}") })
}
