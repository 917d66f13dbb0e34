//! The life of one start: its process from its beginning to the end of all that it started, and what it prints.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::course::{Exit, What};
use super::environment::Environment;
use super::group::{Group, Identity, MARK, born, identity};
use super::output::Outputs;
use super::real::wall;
use crate::model::Timestamp;
use crate::model::run::{OutputStream, Run};

/// Between two looks at whether something of it still runs, while it is being ended.
const LOOK_SOON: Duration = Duration::from_millis(40);
/// The same of one whose first process ended, and of one that was found.
const LOOK_LATER: Duration = Duration::from_millis(500);
/// How long the rest of what it printed is waited for.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// Lines of it that stand in a sentence.
const LAST_LINES: usize = 3;
/// Time between two looks at a file it prints to.
const TAIL_EVERY: Duration = Duration::from_millis(200);
/// Bytes after which that file is emptied.
const MAX_FILE: u64 = 4 << 20;

/// A process that was started.
pub(super) struct Born {
    child: Child,
    pub(super) leader: Identity,
    pub(super) group: Group,
    /// The file it prints to, and where it began in it; `None` where it prints to pipes.
    file: Option<(PathBuf, u64)>,
}

/// Starts a process. Call it where waiting is free, within a runtime.
///
/// # Errors
/// Why not, in words, and whether trying again is of no use.
pub(super) fn start(
    run: &Run,
    environment: &Environment,
    mark: &str,
    file: Option<PathBuf>,
) -> Result<Born, (String, bool)> {
    let (program, arguments) = run.argv.split_first().ok_or_else(|| ("no program is named".to_owned(), true))?;
    let mut command = Command::new(&**program);
    command.args(arguments.iter().map(|argument| &**argument));
    command.envs(environment.variables.iter().map(|(name, value)| (name, value)));
    command.env(MARK, mark).stdin(Stdio::null()).kill_on_drop(false);
    if !run.directory.as_os_str().is_empty() {
        if !run.directory.is_dir() {
            return Err((format!("there is no folder {}", run.directory.display()), true));
        }
        command.current_dir(&run.directory);
    }
    let file = match file {
        Some(path) => {
            let opened = open_to_print(&path).map_err(|e| (format!("{}: {e}", path.display()), false))?;
            let length = opened.metadata().map_or(0, |meta| meta.len());
            let other = opened.try_clone().map_err(|e| (e.to_string(), false))?;
            command.stdout(opened).stderr(other);
            Some((path, length))
        }
        None => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            None
        }
    };
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(0x0800_0200); // CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP
    let child = command.spawn().map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => (format!("there is no program {program}"), true),
        io::ErrorKind::PermissionDenied => (format!("this user may not run {program}"), true),
        _ => (format!("{program} cannot be started: {e}"), false),
    })?;
    let pid = child.id().unwrap_or(0);
    let leader = born(pid);
    #[cfg(unix)]
    let group = Group::new(leader, mark.to_owned());
    #[cfg(windows)]
    let group = {
        let handle = child.raw_handle().map_or(0, |handle| handle as isize);
        Group::hold(leader, handle, run.outlives_perfdesk).unwrap_or_else(|_| Group::new(leader, mark.to_owned()))
    };
    Ok(Born { child, leader, group, file })
}

fn open_to_print(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What a life tells, and where its output goes.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) service: Arc<str>,
    pub(super) outputs: Outputs,
    pub(super) tell: Arc<dyn Fn(What) + Send + Sync>,
}

/// Follows a process that was started, to the end of all of it. `ends` brings the word to end, and whether by force.
pub(super) async fn live(born: Born, told: Told, mut ends: mpsc::Receiver<bool>) {
    let Born { mut child, group, file, leader } = born;
    let since = wall();
    let readers = match file {
        Some((path, from)) => vec![tokio::spawn(tail(path, from, told.clone()))],
        None => {
            let out = child.stdout.take().map(|out| tokio::spawn(read(out, OutputStream::Out, told.clone())));
            let err = child.stderr.take().map(|err| tokio::spawn(read(err, OutputStream::Err, told.clone())));
            out.into_iter().chain(err).collect()
        }
    };
    let mut exit: Option<Exit> = None;
    let mut is_ending = false;
    let mut known = leader;
    loop {
        let pause = if is_ending { LOOK_SOON } else { LOOK_LATER };
        tokio::select! {
            ended = child.wait(), if exit.is_none() => {
                let (words, is_clean) = match ended {
                    Ok(status) => words(status),
                    Err(e) => (format!("it cannot be waited for: {e}"), false),
                };
                let left = members(&group).await;
                let mut of_it = Exit { words, is_clean, last_lines: Vec::new() };
                if let Some(first) = left.first().copied() {
                    known = first;
                    if !is_ending && is_clean {
                        (told.tell)(What::Left { exit: of_it.clone(), pid: first.pid });
                        // How that ends is told to somebody else: it is not known to be well.
                        of_it = Exit { words: "what it left behind ended".into(), is_clean: false, ..of_it };
                    } else if !is_ending {
                        // What is left of one that broke down goes with it.
                        end(&group, true).await;
                        is_ending = true;
                    }
                }
                let is_over = left.is_empty();
                exit = Some(of_it);
                if is_over {
                    break;
                }
            }
            word = ends.recv() => {
                is_ending = true;
                let is_forced = word.unwrap_or(true);
                end(&group, is_forced).await;
                if word.is_none() {
                    break;
                }
            }
            () = sleep(pause), if exit.is_some() => {
                if !runs(&group, &mut known).await {
                    break;
                }
            }
        }
    }
    let exit = exit.unwrap_or_default();
    over(exit, readers, &told, since).await;
}

/// Follows a process that an earlier run of Perfdesk started, to the end of all of it.
pub(super) async fn follow(
    (group, leader): (Group, Identity),
    file: Option<PathBuf>,
    told: Told,
    mut ends: mpsc::Receiver<bool>,
) {
    let since = wall();
    let mut known = leader;
    let readers = match file {
        Some(path) => {
            let from = fs::metadata(&path).map_or(0, |meta| meta.len());
            vec![tokio::spawn(tail(path, from, told.clone()))]
        }
        None => Vec::new(),
    };
    let mut is_ending = false;
    loop {
        let pause = if is_ending { LOOK_SOON } else { LOOK_LATER };
        tokio::select! {
            word = ends.recv() => {
                is_ending = true;
                end(&group, word.unwrap_or(true)).await;
                if word.is_none() {
                    break;
                }
            }
            () = sleep(pause) => {
                if !runs(&group, &mut known).await {
                    break;
                }
            }
        }
    }
    // No child of ours: with what it ended is told to somebody else.
    let exit = Exit { words: "it ended".into(), is_clean: false, last_lines: Vec::new() };
    over(exit, readers, &told, since).await;
}

async fn over(mut exit: Exit, readers: Vec<JoinHandle<()>>, told: &Told, since: Timestamp) {
    let all = async {
        for reader in &readers {
            while !reader.is_finished() {
                sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let _ = timeout(LAST_WORDS, all).await;
    readers.iter().for_each(JoinHandle::abort);
    exit.last_lines = told.outputs.last_lines(&told.service, LAST_LINES, since);
    (told.tell)(What::Gone(exit));
}

async fn members(group: &Group) -> Vec<Identity> {
    let group = group.clone();
    spawn_blocking(move || group.members()).await.unwrap_or_default()
}

/// Whether something of it runs. First it is looked for the one that was known to: every process is only looked through
/// when that one is gone.
async fn runs(group: &Group, known: &mut Identity) -> bool {
    let last = *known;
    if spawn_blocking(move || identity(last.pid) == Some(last)).await.unwrap_or(false) {
        return true;
    }
    let found = members(group).await;
    *known = found.first().copied().unwrap_or(last);
    !found.is_empty()
}

pub(super) async fn end(group: &Group, is_forced: bool) {
    let group = group.clone();
    let _ = spawn_blocking(move || group.end(is_forced)).await;
}

async fn read(mut from: impl AsyncRead + Unpin, stream: OutputStream, told: Told) {
    let mut part = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut part).await {
        told.outputs.take(&told.service, stream, &part[..n], wall());
    }
    told.outputs.end(&told.service, stream, wall());
}

/// Reads what is added to a file, which is emptied when it has grown large: whoever writes there appends.
async fn tail(path: PathBuf, mut at: u64, told: Told) {
    loop {
        let (path, from) = (path.clone(), at);
        let read = spawn_blocking(move || added(&path, from)).await;
        if let Ok(Ok((bytes, next))) = read {
            at = next;
            if !bytes.is_empty() {
                told.outputs.take(&told.service, OutputStream::Out, &bytes, wall());
                continue;
            }
        }
        sleep(TAIL_EVERY).await;
    }
}

fn added(path: &Path, from: u64) -> io::Result<(Vec<u8>, u64)> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    // Somebody emptied it.
    let from = if length < from { 0 } else { from };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    let n = file.by_ref().take(256 * 1024).read_to_end(&mut bytes)?;
    let next = from + n as u64;
    if next > MAX_FILE && next >= length {
        file.set_len(0)?;
        return Ok((bytes, 0));
    }
    Ok((bytes, next))
}

/// How a process ended, and whether with 0.
fn words(status: ExitStatus) -> (String, bool) {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = match signal {
            1 => "SIGHUP",
            2 => "SIGINT",
            4 => "SIGILL",
            6 => "SIGABRT",
            7 => "SIGBUS",
            8 => "SIGFPE",
            9 => "SIGKILL, which may be the kernel for want of memory",
            11 => "SIGSEGV",
            13 => "SIGPIPE",
            15 => "SIGTERM",
            _ => "",
        };
        let name = if name.is_empty() { format!("signal {signal}") } else { name.to_owned() };
        return (format!("it was ended by {name}"), false);
    }
    match status.code() {
        Some(0) => ("it ended with 0".into(), true),
        Some(code) => (format!("it ended with {code}"), false),
        None => ("it ended".into(), false),
    }
}
