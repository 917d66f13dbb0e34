//! The starts of each service, the newest twenty, in a file of the data folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::run::{MAX_RUNS, MAX_STARTS, StartRecord};
use crate::store::atomic;

/// Largest file that is read, bytes.
const MAX_BYTES: u64 = 8 << 20;

/// Past starts.
#[derive(Debug)]
pub struct Starts {
    path: PathBuf,
    all: BTreeMap<Arc<str>, Arc<[StartRecord]>>,
    /// A file that does not read is kept for as long as the program runs.
    may_write: bool,
}

impl Starts {
    /// Those of this data folder.
    ///
    /// # Errors
    /// Why the file does not read, in words; it is left where it is and none is known.
    pub fn open(data: &Path) -> (Self, Result<(), String>) {
        let path = data.join("service-starts.json");
        let read = read(&path).map_err(|why| format!("{why}: {}", path.display()));
        let may_write = read.is_ok();
        let (all, outcome) = match read {
            Ok(all) => (all.into_iter().map(|(name, starts)| (name, starts.into())).collect(), Ok(())),
            Err(why) => (BTreeMap::new(), Err(why)),
        };
        (Self { path, all, may_write }, outcome)
    }

    /// Those of a service, the newest first.
    pub fn of(&self, service: &str) -> Arc<[StartRecord]> {
        self.all.get(service).cloned().unwrap_or_default()
    }

    /// Takes one in.
    ///
    /// # Errors
    /// Why it is not written; it is known until the program ends.
    pub fn add(&mut self, service: &Arc<str>, record: StartRecord) -> Result<(), String> {
        let before = self.of(service);
        let kept = before.iter().take(MAX_STARTS - 1).cloned();
        self.all.insert(service.clone(), std::iter::once(record).chain(kept).collect());
        // Services come and go: of those that are over, the longest ago goes first.
        while self.all.len() > MAX_RUNS * 2 {
            let oldest = self.all.iter().min_by_key(|(_, starts)| starts.first().map(|start| start.at));
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { break };
            self.all.remove(&name);
        }
        if !self.may_write {
            return Ok(());
        }
        let fail = |why: String| format!("{why}: {}", self.path.display());
        let bytes = serde_json::to_vec(&self.all).map_err(|e| fail(e.to_string()))?;
        atomic::write(&self.path, &bytes, true).map_err(|e| fail(e.to_string()))
    }
}

fn read(path: &Path) -> Result<BTreeMap<Arc<str>, Vec<StartRecord>>, String> {
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(e.to_string()),
        Ok(meta) if !meta.is_file() || meta.len() > MAX_BYTES => return Err("Perfdesk did not write it".into()),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|e| e.to_string())?;
    serde_json::from_slice(&bytes).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn the_newest_twenty_come_back() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut starts, read) = Starts::open(data.path());
        assert_eq!(read, Ok(()));
        for i in 0..25 {
            let record = StartRecord { at: Timestamp::from_millis(i), ..StartRecord::default() };
            starts.add(&"shop".into(), record).expect("writes");
        }
        let (again, _) = Starts::open(data.path());
        let kept = again.of("shop");
        assert_eq!((kept.len(), kept[0].at.as_millis(), kept[19].at.as_millis()), (MAX_STARTS, 24, 5));
        fs::write(data.path().join("service-starts.json"), "{").expect("writes");
        let (mut broken, read) = Starts::open(data.path());
        assert!(read.is_err() && broken.of("shop").is_empty());
        broken.add(&"shop".into(), StartRecord::default()).expect("is known");
        assert_eq!(fs::read_to_string(data.path().join("service-starts.json")).expect("reads"), "{", "it is kept");
    }
}
