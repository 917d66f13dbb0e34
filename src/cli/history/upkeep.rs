//! `history verify` and `history compact`.

use std::path::Path;

use super::info::{bytes_words, grouped, span_words};
use super::{HistoryCommandError, folder, say_json, write};
use crate::cli::args::RunArguments;
use crate::cli::console;
use crate::cli::watched::Watched;
use crate::engine::pace::wall_time;
use crate::engine::start::take_folder;
use crate::store::history::compact as rewrite;
use crate::store::history::verify::{FileReport, verify as look_at};

/// Merges, rewrites and lets go, and says what came of it.
///
/// # Errors
/// [`HistoryCommandError`]; after any of them nothing is lost.
pub fn compact(run: &RunArguments, data: &Path) -> Result<(), HistoryCommandError> {
    let folder = folder(data);
    if !folder.is_dir() {
        return Err(HistoryCommandError::NoHistory(folder));
    }
    let settings = write::settings(run)?;
    let _lock = take_folder(data)?;
    let report = rewrite(&folder, settings.history, wall_time(), &mut Watched::begin())?;
    report.told.iter().for_each(|told| console::complain(told));
    let (before, after) = (bytes_words(report.bytes_before), bytes_words(report.bytes_after));
    let (rewritten, removed) = (grouped(report.n_rewritten), grouped(report.n_removed));
    console::say(&format!("{before} before, {after} after; {rewritten} files written anew, {removed} removed"));
    Ok(())
}

/// Looks at every byte and says what can be read.
///
/// # Errors
/// [`HistoryCommandError::Damaged`] where something that history uses is not whole.
pub fn verify(path: &Path, as_json: bool) -> Result<(), HistoryCommandError> {
    if !path.exists() {
        return Err(HistoryCommandError::NoHistory(path.into()));
    }
    let report = look_at(path, &mut Watched::begin())?;
    if report.files.is_empty() {
        return Err(HistoryCommandError::NoHistory(path.into()));
    }
    let not_whole = || report.files.iter().filter(|file| !file.is_aside && !file.is_whole());
    let n_damaged = not_whole().filter(|file| !file.is_newer).count();
    if as_json {
        say_json(&serde_json::json!({ "whole": report.is_whole(), "files": report.files }));
    } else {
        for file in &report.files {
            lines(file).iter().for_each(|line| console::say(line));
        }
    }
    if let Some(newer) = not_whole().find(|file| file.is_newer)
        && n_damaged == 0
    {
        return Err(HistoryCommandError::Damaged(newer.faults.join("; ")));
    }
    if n_damaged == 0 {
        return Ok(());
    }
    let are = if n_damaged == 1 { "file is" } else { "files are" };
    let what = "what can be read of it is taken back with `perfdesk history import FILE`";
    Err(HistoryCommandError::Damaged(format!("{n_damaged} {are} damaged; {what}")))
}

/// What is said of one file.
fn lines(file: &FileReport) -> Vec<String> {
    let verdict = match (file.is_whole(), file.is_newer) {
        (true, _) => "whole",
        (false, true) => "of a newer version",
        (false, false) => "damaged",
    };
    let aside = if file.is_aside { ", set aside" } else { "" };
    let version = file.version.map(|version| format!(", format {version}")).unwrap_or_default();
    let holds = if file.holds.is_empty() { "no history" } else { file.holds };
    let mut lines =
        vec![format!("{}: {verdict}{aside} ({holds}{version}, {})", file.path.display(), bytes_words(file.bytes))];
    let covers = file.covers.map(|covers| format!(", {}", span_words(covers))).unwrap_or_default();
    lines.push(format!("  {} values can be read{covers}", grouped(file.n_values)));
    if file.n_bad > 0 {
        lines.push(format!("  {} of {} parts are damaged", grouped(file.n_bad), grouped(file.n_bad + file.n_good)));
    }
    if file.torn_bytes > 0 && !file.is_aside {
        let bytes = bytes_words(file.torn_bytes);
        lines.push(format!("  its last {bytes} were being written, or the writing was cut short: no fault"));
    }
    lines.extend(file.faults.iter().map(|fault| format!("  {fault}")));
    lines
}
