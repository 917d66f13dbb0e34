//! `alert log`: the alerts of the past as CSV or JSON, to standard output or into a file.

use std::path::Path;

use super::AlertCommandError;
use crate::alert::record_text;
use crate::cli::console::say;
use crate::model::{AlertLogFormat, Folders};
use crate::store::alert_log::AlertLogFile;
use crate::store::atomic;

/// Writes the log, newest first. An empty log is no failure: it has a head, or is an empty list.
///
/// # Errors
/// [`AlertCommandError::Failed`] where it cannot be read or written.
pub fn run(folders: &Folders, format: AlertLogFormat, out: Option<&Path>) -> Result<(), AlertCommandError> {
    let failed = |path: &Path, e: std::io::Error| AlertCommandError::Failed(format!("{e}: {}", path.display()));
    let own = folders.data.join(AlertLogFile::FILE);
    let records = AlertLogFile::look(&folders.data).map_err(|e| failed(&own, e))?;
    let text = record_text::write(format, records.iter().rev());
    let Some(path) = out else {
        say(text.trim_end());
        return Ok(());
    };
    if is_same(path, &own) {
        return Err(AlertCommandError::Usage(format!("{} is the log itself: name another file", path.display())));
    }
    atomic::write(path, text.as_bytes(), false).map_err(|e| failed(path, e))?;
    say(&format!("{} alerts written to {}", records.len(), path.display()));
    Ok(())
}

fn is_same(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(a).is_some_and(|a| real(b) == Some(a))
}
