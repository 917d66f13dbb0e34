//! What is kept of health checks while the program does not run: `health-checks.json` of the data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::atomic;
use crate::telemetry::health_check::KeptChecks;

/// Greatest size that is read.
const MAX_BYTES: u64 = 16 << 20;

fn path(data: &Path) -> PathBuf {
    data.join("health-checks.json")
}

/// What was kept; nothing where there is no file.
///
/// # Errors
/// Why it does not read, in words; it is left where it is.
pub fn read(data: &Path) -> Result<KeptChecks, String> {
    let path = path(data);
    let fail = |why: String| format!("{}: {why}", path.display());
    match fs::metadata(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(KeptChecks::default()),
        Err(e) => return Err(fail(e.to_string())),
        Ok(meta) if !meta.is_file() || meta.len() > MAX_BYTES => {
            return Err(fail("it is not a file that Perfdesk wrote".into()));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(&path).map_err(|e| fail(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| fail(e.to_string()))
}

/// Keeps it, whole or not at all.
///
/// # Errors
/// Why not, in words.
pub fn write(data: &Path, kept: &KeptChecks) -> Result<(), String> {
    let path = path(data);
    let bytes = serde_json::to_vec(kept).map_err(|e| e.to_string())?;
    atomic::write(&path, &bytes, true).map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::service::{CheckKind, HealthCheck};
    use crate::telemetry::health_check::{CheckBook, Checked};

    #[test]
    fn outages_are_known_after_a_restart() {
        let data = tempfile::tempdir().expect("a folder");
        assert_eq!(read(data.path()), Ok(KeptChecks::default()));
        let kind = CheckKind::Tcp { address: "127.0.0.1:1".into() };
        let check = HealthCheck { name: "db".into(), kind, fall: 1, rise: 1, ..HealthCheck::default() };
        let mut book = CheckBook::new();
        book.set(std::slice::from_ref(&check));
        for (seconds, fault) in [(1000, None), (1010, Some("refused")), (1020, None)] {
            let at = Timestamp::from_millis(seconds * 1000);
            let took = std::time::Duration::from_millis(1);
            book.take("db", &Checked { at, took, fault: fault.map(Into::into) });
        }
        write(data.path(), &book.kept()).expect("writes");
        let mut again = CheckBook::new();
        again.set(&[check]);
        again.restore(read(data.path()).expect("reads"));
        let now = Timestamp::from_millis(1_030_000);
        assert_eq!(again.statuses(now)[0].outages, book.statuses(now)[0].outages);
        assert_eq!(again.statuses(now)[0].outages.len(), 1);
        fs::write(path(data.path()), "{").expect("writes");
        assert!(read(data.path()).is_err());
    }
}
