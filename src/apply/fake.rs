//! A world in memory that remembers every step, fails where it is told to, and can stop for good at any step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::files::{Files, Found, NotKept, Rights, folder_of};
use super::world::{Answer, Limit, ProgramEnd, ProgramOutcome, World};
use crate::model::time::Timestamp;

/// A file in memory.
pub type FakeFile = (Vec<u8>, Rights);

/// What happens once when a step is reached.
pub type Hook = Box<dyn FnOnce(&mut State) + Send>;

/// Everything a test sees and sets.
#[derive(Default)]
pub struct State {
    /// Files as programs see them.
    pub files: BTreeMap<PathBuf, FakeFile>,
    /// Files as a cut of power would leave them: what is in a folder counts once that is flushed.
    pub durable: BTreeMap<PathBuf, FakeFile>,
    /// Folders that are there.
    pub folders: BTreeSet<PathBuf>,
    /// Links, and where they lead.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// Files with a number of their own, which several paths may share, and how many names each has.
    pub ids: BTreeMap<PathBuf, (u64, u64)>,
    /// Attributes that no new file gets.
    pub lost_attributes: Vec<String>,
    /// Files and folders that may not be written to.
    pub read_only: BTreeSet<PathBuf>,
    /// Every step that changes something or leaves this world, in order.
    pub log: Vec<String>,
    /// Steps that begin so fail so, as often as they come.
    pub faults: Vec<(String, io::ErrorKind)>,
    /// What happens just before a step that begins so, once.
    pub hooks: Vec<(String, Hook)>,
    /// The step at which everything stops; counted from 0.
    pub stop_at: Option<usize>,
    /// Whether the step at which it stops is done in part, where it can be.
    pub is_torn: bool,
    /// How programs end, in order; well where none is left.
    pub ends: VecDeque<ProgramOutcome>,
    /// What a service answers, in order; the last again and again.
    pub answers: VecDeque<Result<Answer, String>>,
    /// Files as they were when a program last ran: what a service that reloads would have.
    pub loaded: BTreeMap<PathBuf, FakeFile>,
    /// The wall clock.
    pub now: Timestamp,
    /// The monotonic clock.
    pub monotonic: Duration,
    held: BTreeSet<PathBuf>,
}

impl State {
    fn has_stopped(&self) -> bool {
        self.stop_at.is_some_and(|stop_at| self.log.len() > stop_at)
    }

    /// One step: `Ok(true)` where it is to be done, `Ok(false)` where it is to be torn.
    fn step(&mut self, text: String) -> io::Result<bool> {
        let stopped = || Err(io::Error::other("the process is gone"));
        if self.has_stopped() {
            return stopped();
        }
        if let Some(at) = self.hooks.iter().position(|(start, _)| text.starts_with(start)) {
            let (_, hook) = self.hooks.remove(at);
            hook(self);
        }
        self.log.push(text);
        let text = &self.log[self.log.len() - 1];
        if self.has_stopped() {
            return if self.is_torn { Ok(false) } else { stopped() };
        }
        match self.faults.iter().find(|(start, _)| text.starts_with(start)) {
            Some((_, kind)) => Err((*kind).into()),
            None => Ok(true),
        }
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        self.links.get(path).cloned().unwrap_or_else(|| path.to_owned())
    }

    /// The text of a file; empty where there is none.
    pub fn text(&self, path: &str) -> String {
        let file = self.files.get(Path::new(path)).map(|(bytes, _)| bytes.clone());
        String::from_utf8(file.unwrap_or_default()).expect("text")
    }

    /// These files as they are now.
    pub fn loaded_now(&self, paths: &[&str]) -> BTreeMap<PathBuf, FakeFile> {
        paths
            .iter()
            .filter_map(|path| self.files.get_key_value(Path::new(path)))
            .map(|(p, f)| (p.clone(), f.clone()))
            .collect()
    }

    /// Puts a file there, flushed.
    pub fn put(&mut self, path: &str, text: &str, mode: u32) {
        let file = (text.as_bytes().to_vec(), Rights { mode: Some(mode), owner: None });
        self.folders.insert(folder_of(Path::new(path)).to_owned());
        self.durable.insert(path.into(), file.clone());
        self.files.insert(path.into(), file);
    }
}

/// A world in memory. Clones share it as processes do; each holds its own locks until it is dropped.
#[derive(Default)]
pub struct FakeWorld {
    state: Arc<Mutex<State>>,
    held: BTreeSet<PathBuf>,
}

impl FakeWorld {
    /// What is in it.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test failed within")
    }

    /// The same world for a process that starts now, without the one that ended; after a cut of power where asked.
    pub fn restarted(&self, is_power_cut: bool) -> Self {
        let mut state = self.state();
        (state.stop_at, state.is_torn) = (None, false);
        state.held.clear();
        state.log.clear();
        if is_power_cut {
            state.files = state.durable.clone();
        }
        drop(state);
        self.clone()
    }
}

impl Clone for FakeWorld {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), held: BTreeSet::new() }
    }
}

impl std::fmt::Debug for FakeWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeWorld")
    }
}

impl Drop for FakeWorld {
    fn drop(&mut self) {
        let held = std::mem::take(&mut self.held);
        if let Ok(mut state) = self.state.lock() {
            state.held.retain(|path| !held.contains(path));
        }
    }
}

impl World for FakeWorld {
    fn files(&mut self) -> &mut dyn Files {
        self
    }

    fn run(&mut self, argv: &[String], timeout: Duration) -> ProgramEnd {
        let mut state = self.state();
        let end = |outcome| ProgramEnd { outcome, output: "done".into(), took: Duration::from_millis(800) };
        if state.step(format!("run {}", argv.join(" "))).is_err() {
            return end(ProgramOutcome::Signalled);
        }
        state.loaded =
            state.files.iter().filter(|(p, _)| !p.starts_with("/data")).map(|(p, f)| (p.clone(), f.clone())).collect();
        let outcome = state.ends.pop_front().unwrap_or(ProgramOutcome::Ended(0));
        state.monotonic += if outcome == ProgramOutcome::TimedOut { timeout } else { Duration::from_millis(800) };
        end(outcome)
    }

    fn run_until(&mut self, argv: &[String], limit: Limit<'_>) -> ProgramEnd {
        let end = self.run(argv, limit.timeout);
        let is_called_off = (limit.is_called_off)();
        ProgramEnd { outcome: if is_called_off { ProgramOutcome::CalledOff } else { end.outcome }, ..end }
    }

    fn renew_until(&mut self, service: &str, profile: Option<&str>, limit: Limit<'_>) -> Result<String, String> {
        // A service takes its files as a program that was run does.
        let with = profile.unwrap_or("no profile");
        let end = self.run(&["restart".into(), service.into(), with.into()], limit.timeout);
        match end.outcome {
            ProgramOutcome::Ended(0) => Ok(format!("restarted: {service} is ready")),
            _ => Err(format!("{service} is not ready")),
        }
    }

    fn post_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        let answer = self.post(url, limit.timeout);
        if (limit.is_called_off)() { Err("it was called off".into()) } else { answer }
    }

    fn get_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        let answer = self.get(url, limit.timeout);
        if (limit.is_called_off)() { Err("it was called off".into()) } else { answer }
    }

    fn post(&mut self, url: &str, _timeout: Duration) -> Result<Answer, String> {
        self.ask(format!("post {url}"))
    }

    fn get(&mut self, url: &str, _timeout: Duration) -> Result<Answer, String> {
        self.ask(format!("get {url}"))
    }

    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn monotonic(&self) -> Duration {
        self.state().monotonic
    }

    fn pause(&mut self, span: Duration) {
        self.state().monotonic += span;
    }
}

impl FakeWorld {
    fn ask(&self, text: String) -> Result<Answer, String> {
        let mut state = self.state();
        state.step(text).map_err(|e| e.to_string())?;
        let last = state.answers.len() == 1;
        let answer = if last { state.answers.front().cloned() } else { state.answers.pop_front() };
        answer.unwrap_or_else(|| Err("nothing listens there".into()))
    }
}

impl Files for FakeWorld {
    fn look(&self, path: &Path) -> io::Result<Found> {
        let state = self.state();
        let path = state.resolve(path);
        if state.folders.contains(&path) {
            return Ok(Found::Other);
        }
        match state.files.get(&path) {
            Some((bytes, rights)) => {
                let known = state.ids.get(&path).copied();
                let (id, n_names) = (known.map(|(id, _)| (1, id)), known.map_or(1, |(_, n_names)| n_names));
                Ok(Found::File { n_bytes: bytes.len() as u64, rights: *rights, path, id, n_names })
            }
            None if state.folders.contains(folder_of(&path)) => Ok(Found::Nothing { path }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn read(&self, path: &Path, _max_bytes: u64) -> io::Result<Vec<u8>> {
        let state = self.state();
        let file = state.files.get(&state.resolve(path)).ok_or(io::ErrorKind::NotFound)?;
        Ok(file.0.clone())
    }

    fn check_writable(&self, path: &Path) -> io::Result<()> {
        let state = self.state();
        let is_refused = [path, folder_of(path)].iter().any(|path| state.read_only.contains(*path));
        if is_refused { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }

    fn make(&mut self, path: &Path, bytes: &[u8], rights: Rights, like: Option<&Path>) -> io::Result<NotKept> {
        let mut state = self.state();
        let mode = rights.mode.map_or("as usual".into(), |mode| format!("{mode:o}"));
        let is_whole = state.step(format!("make {} ({mode})", path.display()))?;
        if state.files.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let n = if is_whole { bytes.len() } else { bytes.len() / 2 };
        state.files.insert(path.into(), (bytes[..n].to_vec(), rights));
        let is_like = like.is_some_and(|like| state.files.contains_key(like) && !like.starts_with("/data"));
        let attributes = if is_like { state.lost_attributes.clone() } else { Vec::new() };
        Ok(NotKept { attributes, ..NotKept::default() })
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.step(format!("rename {} to {}", from.display(), to.display()))?;
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.into(), file);
        Ok(())
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        if state.files.contains_key(path) {
            state.step(format!("remove {}", path.display()))?;
            state.files.remove(path);
        }
        Ok(())
    }

    fn flush_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.step(format!("flush {}", folder.display()))?;
        let State { files, durable, .. } = &mut *state;
        durable.retain(|path, _| folder_of(path) != folder);
        durable.extend(files.iter().filter(|(path, _)| folder_of(path) == folder).map(|(p, f)| (p.clone(), f.clone())));
        Ok(())
    }

    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        if !state.folders.contains(folder) {
            state.step(format!("folder {}", folder.display()))?;
            state.folders.extend(folder.ancestors().map(Path::to_owned));
        }
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        let there = state.files.keys().chain(&state.folders).filter(|path| path.parent() == Some(folder));
        let names: BTreeSet<_> = there.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
        Ok(names.into_iter().collect())
    }

    fn remove_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        let is_whole = state.step(format!("remove folder {}", folder.display()))?;
        let inside: Vec<PathBuf> = state.files.keys().filter(|path| path.starts_with(folder)).cloned().collect();
        for path in inside.iter().take(if is_whole { inside.len() } else { 1 }) {
            state.files.remove(path);
            state.durable.remove(path);
        }
        if is_whole {
            state.folders.remove(folder);
        }
        Ok(())
    }

    fn hold(&mut self, path: &Path) -> io::Result<bool> {
        let is_free = self.state().held.insert(path.to_owned());
        if is_free {
            self.held.insert(path.to_owned());
        }
        Ok(is_free)
    }

    fn is_held(&self, path: &Path) -> bool {
        self.state().held.contains(path)
    }
}
