//! A report's files: each form beside the others under one name, all of them or none.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::engine::tasks::TaskError;
use crate::model::ReportFormat;
use crate::report::{ReportDoc, render};
use crate::store::part_file::PartFile;
use crate::store::progress::Progress;

/// Where a form of a report goes that a person wants at `path`: the same name with the form's ending. An ending that is
/// one of a report's is replaced, any other is part of the name.
pub fn path_of(path: &Path, format: ReportFormat) -> PathBuf {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_html = ending == "html" || ending == "htm";
    if format == ReportFormat::Html && is_html {
        return path.to_owned();
    }
    let is_known = is_html || ReportFormat::ALL.iter().any(|format| format.extension() == ending);
    let stem = if is_known { path.file_stem() } else { path.file_name() };
    let mut name = stem.map(OsString::from).unwrap_or_default();
    name.push(".");
    name.push(format.extension());
    path.with_file_name(name)
}

/// Writes the forms asked for, HTML where none is named; gives their places and bytes in all. Files that are there are
/// replaced, and only when all of the report is written.
///
/// # Errors
/// [`TaskError`]; nothing new is then left.
pub fn write_files(
    doc: &ReportDoc,
    path: &Path,
    formats: &[ReportFormat],
    progress: &mut dyn Progress,
) -> Result<(Vec<PathBuf>, u64), TaskError> {
    if path.file_name().is_none() {
        return Err(TaskError::Failed("A report needs the name of a file, such as report.html".into()));
    }
    let formats = if formats.is_empty() { &[ReportFormat::Html] } else { formats };
    let mut waiting = Vec::new();
    for (i, format) in formats.iter().enumerate() {
        let place = path_of(path, *format);
        progress.step(Some(i as f32 / formats.len() as f32), &place.display().to_string())?;
        let failed = |source| TaskError::unwritten(&place, source);
        let mut file = PartFile::create(&place).map_err(failed)?;
        file.write_all(&render(doc, *format)).map_err(failed)?;
        waiting.push((place, file));
    }
    progress.step(Some(0.99), "the files are put in place")?;
    let mut written: Vec<(PathBuf, bool)> = Vec::new();
    let mut n_bytes = 0;
    for (place, file) in waiting {
        let was_there = place.exists();
        match file.finish() {
            Ok(n) => n_bytes += n,
            Err(source) => {
                // What was there before cannot be brought back, so it stays as the new one; what is new goes.
                for (place, _) in written.iter().filter(|(_, was_there)| !was_there) {
                    let _ = std::fs::remove_file(place);
                }
                return Err(TaskError::unwritten(&place, source));
            }
        }
        written.push((place, was_there));
    }
    Ok((written.into_iter().map(|(place, _)| place).collect(), n_bytes))
}
