//! Tests: a machine in a temporary folder, started from a recorded tree, and the values a probe records of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Root;
use crate::model::{SeriesDef, Timestamp};
use crate::sampling::{Moment, Probe, ProbeError, Recorder};

/// A machine made of files.
pub struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// A machine without a file.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The machine recorded under `tests/fixtures/<name>`.
    pub fn recorded(name: &str) -> Self {
        let world = Self::empty();
        world.becomes(name);
        world
    }

    /// Lays a recorded tree over the machine.
    pub fn becomes(&self, name: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        assert!(from.is_dir(), "no recording at {}", from.display());
        copy(&from, self.folder.path());
    }

    /// Writes a file such as `proc/stat`.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// Takes a file or a folder away.
    pub fn remove(&self, path: &str) -> &Self {
        let path = self.folder.path().join(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("removed");
        self
    }

    /// Where the machine's /proc and /sys stand.
    pub fn root(&self) -> Root {
        Root { proc: self.folder.path().join("proc"), sys: self.folder.path().join("sys") }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a recording") {
        let entry = entry.expect("an entry");
        let (source, target): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).expect("copied");
        }
    }
}

/// A probe with its own recorder.
pub struct Watched<P> {
    /// The probe.
    pub probe: P,
    recorder: Recorder,
    /// What the last reading came to.
    pub outcome: Result<(), ProbeError>,
}

impl<P: Probe> Watched<P> {
    /// Watches a probe.
    pub fn new(probe: P) -> Self {
        Self { probe, recorder: Recorder::default(), outcome: Ok(()) }
    }

    /// Reads at this many milliseconds; gives `key value` for each value, in order of recording.
    pub fn read(&mut self, millis: u64) -> Vec<String> {
        self.recorder.points.clear();
        let now = Moment { at: Timestamp::from_millis(0), elapsed: Duration::from_millis(millis) };
        self.outcome = self.probe.read(now, &mut self.recorder);
        let defs = &self.recorder.defined;
        self.recorder.points.iter().map(|p| format!("{} {}", defs[p.slot.0 as usize].key, rounded(p.value))).collect()
    }

    /// Reads, and gives the values of one metric without its name: `{attributes} value`.
    pub fn read_metric(&mut self, millis: u64, metric: &str) -> Vec<String> {
        let of_metric = |line: String| {
            let rest = line.strip_prefix(metric)?;
            rest.starts_with(['{', ' ']).then(|| rest.trim_start().to_owned())
        };
        self.read(millis).into_iter().filter_map(of_metric).collect()
    }

    /// Every series defined so far.
    pub fn defined(&self) -> &[SeriesDef] {
        &self.recorder.defined
    }

    /// Why the last reading had no answer; empty where it had one.
    pub fn why(&self) -> String {
        self.outcome.as_ref().err().map(ToString::to_string).unwrap_or_default()
    }
}

/// A number with at most four decimals.
fn rounded(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
