//! What runs, in a file of the data folder, so that the next start of Perfdesk finds what a crash of this one left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::group::{Identity, identity, marked};
use crate::model::Timestamp;
use crate::store::atomic;

/// Largest file that is read, bytes.
const MAX_BYTES: u64 = 1 << 20;

/// A process that was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The service it serves.
    pub service: Arc<str>,
    /// It, the first of its group.
    pub leader: Identity,
    /// The mark that all of that start carry.
    #[serde(default)]
    pub mark: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// The boot of the machine in which it was; its number means nothing in another.
    boot: String,
}

/// The file, and what stands in it. Each change is written whole or not at all.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    boot: String,
    entries: Mutex<Vec<Entry>>,
}

impl Ledger {
    /// The ledger of this data folder, with what an earlier run left in it.
    ///
    /// # Errors
    /// Why it does not read, in words; it is then empty here.
    pub fn open(data: &Path) -> (Self, Result<(), String>) {
        let path = data.join("running.json");
        let read = read(&path).map_err(|why| format!("{why}: {}", path.display()));
        let (entries, outcome) = match read {
            Ok(entries) => (entries, Ok(())),
            Err(why) => (Vec::new(), Err(why)),
        };
        (Self { path, boot: boot(), entries: Mutex::new(entries) }, outcome)
    }

    /// Takes a process in.
    ///
    /// # Errors
    /// Why it is not written; a crash of Perfdesk would leave the process unknown.
    pub fn add(
        &self,
        service: &Arc<str>,
        (leader, mark): (Identity, &str),
        started_at: Timestamp,
    ) -> Result<(), String> {
        let entry =
            Entry { service: service.clone(), leader, mark: mark.to_owned(), started_at, boot: self.boot.clone() };
        self.change(|entries| entries.push(entry))
    }

    /// Takes a start out that is over.
    ///
    /// # Errors
    /// Why that is not written; nothing comes of it, since the process is gone.
    pub fn remove(&self, mark: &str) -> Result<(), String> {
        self.change(|entries| entries.retain(|entry| entry.mark != mark))
    }

    /// What of it still runs, and what else carries a mark of this data folder.
    pub fn left(&self, start: &str) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let runs = |entry: &Entry| entry.boot == self.boot && identity(entry.leader.pid) == Some(entry.leader);
        let mut left: Vec<Entry> = entries.iter().filter(|entry| runs(entry)).cloned().collect();
        for (leader, rest) in marked(start) {
            let mark = format!("{start}{rest}");
            if left.iter().any(|entry| entry.mark == mark) {
                continue;
            }
            // Its first process ended and left it, or Perfdesk crashed before it was written down.
            let known = entries.iter().find(|entry| entry.mark == mark);
            let started_at = known.map_or_else(|| started_at(leader), |entry| entry.started_at);
            let service = rest.split('/').next().unwrap_or(&rest).into();
            left.push(Entry { service, leader, mark, started_at, boot: self.boot.clone() });
        }
        // What is gone is forgotten, and of several starts the newest comes first.
        left.sort_by_key(|entry| std::cmp::Reverse(entry.started_at));
        let _ = self.change(|entries| entries.retain(|entry| left.iter().any(|one| one.mark == entry.mark)));
        left
    }

    fn change(&self, body: impl FnOnce(&mut Vec<Entry>)) -> Result<(), String> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let before = entries.clone();
        body(&mut entries);
        if *entries == before {
            return Ok(());
        }
        let fail = |why: String| format!("{why}: {}", self.path.display());
        let bytes = serde_json::to_vec(&*entries).map_err(|e| fail(e.to_string()))?;
        atomic::write(&self.path, &bytes, false).map_err(|e| fail(e.to_string()))
    }
}

/// When a process started, as far as the system tells; to the second.
fn started_at(of: Identity) -> Timestamp {
    use sysinfo::{Pid, ProcessesToUpdate, System};
    let Ok(mut system) = System::new() else { return Timestamp::default() };
    let key = Pid::from_u32(of.pid);
    system.refresh_processes(ProcessesToUpdate::Some(&[key]), true);
    let seconds = system.process(key).map_or(0, sysinfo::Process::start_time);
    Timestamp::from_millis(i64::try_from(seconds.saturating_mul(1000)).unwrap_or(0))
}

fn read(path: &Path) -> Result<Vec<Entry>, String> {
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e.to_string()),
        Ok(meta) if !meta.is_file() || meta.len() > MAX_BYTES => return Err("Perfdesk did not write it".into()),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|e| e.to_string())?;
    serde_json::from_slice(&bytes).map_err(|e| e.to_string())
}

/// This boot of the machine.
fn boot() -> String {
    let linux = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let other = || sysinfo::System::boot_time().map_or_else(|_| String::new(), |seconds| seconds.to_string());
    linux.map_or_else(other, |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_found_again_and_what_has_another_start_is_not() {
        let data = tempfile::tempdir().expect("a folder");
        let own = identity(std::process::id()).expect("this very process");
        let (ledger, read) = Ledger::open(data.path());
        assert_eq!(read, Ok(()));
        let at = Timestamp::from_millis(5_000);
        ledger.add(&"shop".into(), (own, "m/shop/1"), at).expect("writes");
        ledger.add(&"gone".into(), (Identity { start: own.start + 1, ..own }, "m/gone/1"), at).expect("writes");
        let (again, _) = Ledger::open(data.path());
        let left = again.left("no such mark/");
        assert_eq!(left.iter().map(|e| (&*e.service, e.leader, e.started_at)).collect::<Vec<_>>(), [("shop", own, at)]);
        again.remove("m/shop/1").expect("writes");
        assert!(Ledger::open(data.path()).0.left("no such mark/").is_empty());
        fs::write(data.path().join("running.json"), "[{").expect("writes");
        let (broken, read) = Ledger::open(data.path());
        assert!(read.is_err_and(|why| why.contains("running.json")) && broken.left("no such mark/").is_empty());
    }
}
