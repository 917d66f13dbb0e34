//! Notes on the time axis for what was applied on the command line.

use crate::cli::args::RunArguments;
use crate::cli::history::{HistoryCommandError, settings};
use crate::engine::pace::wall_time;
use crate::engine::store_worker::folder_of;
use crate::model::{AnnotationText, Folders};
use crate::store::history::Writer;

/// Adds them to history. The caller has the data folder for itself.
///
/// # Errors
/// History cannot be written.
pub fn add(run: &RunArguments, folders: &Folders, notes: Vec<AnnotationText>) -> Result<(), HistoryCommandError> {
    if notes.is_empty() {
        return Ok(());
    }
    let (mut writer, _) = Writer::open(&folder_of(&folders.data), settings(run)?.history, wall_time())?;
    for note in notes {
        writer.annotate(note);
    }
    Ok(writer.close(wall_time())?)
}
