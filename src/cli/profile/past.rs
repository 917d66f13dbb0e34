//! `profile history` and `profile rollback`: past applies, and taking one back.

use serde_json::json;

use super::apply::{self, Watch};
use super::books::{Books, take_desk};
use super::{ProfileCommandError, counted, json, say_json};
use crate::cli::args::RunArguments;
use crate::cli::console::say;
use crate::cli::history::local_words;
use crate::engine::tuning::stays;
use crate::model::Folders;
use crate::model::profile::{ApplyCommand, ApplyId, ApplyPhase, ApplyRecord};

/// Lists past applies, newest first.
///
/// # Errors
/// [`ProfileCommandError`].
pub fn list(folders: &Folders, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read_aloud(folders)?;
    if as_json {
        let of = |record: &ApplyRecord| {
            let mut answer = json::record(record);
            answer["is_cut_short"] = json!(books.is_cut_short(record));
            answer
        };
        let applies: Vec<_> = books.applies.iter().map(|record| of(record)).collect();
        say_json(&json!({ "active": books.active, "applies": applies }));
        return Ok(());
    }
    for record in &books.applies {
        let cut_short = if books.is_cut_short(record) { ", cut short: it goes back at the next start" } else { "" };
        say(&format!("{}{cut_short}", line(record)));
    }
    if books.applies.is_empty() {
        say("nothing was applied yet");
    }
    Ok(())
}

/// An apply on a line.
pub fn line(record: &ApplyRecord) -> String {
    let (phase, why) = json::phase(&record.phase);
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let files = counted(record.files.len(), "file", "files");
    let (number, profile, at, who) = (record.id.0, &record.profile, local_words(record.at), &record.who);
    format!("{number:>4}  {at}  {profile} to {files} by {who}, {phase}{why}")
}

/// Takes an apply back.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where it could not be taken back wholly.
pub fn roll_back(
    run: &RunArguments,
    folders: &Folders,
    id: Option<u64>,
    as_json: bool,
) -> Result<(), ProfileCommandError> {
    let (mut desk, _lock) = take_desk(folders)?;
    let put_right = apply::say_opening(run, folders, &mut desk)?;
    // Opening takes back what was cut short, which may be all that was asked for.
    if let Some(record) = put_right.iter().find(|record| id.is_none_or(|id| record.id == ApplyId(id)))
        && record.phase != ApplyPhase::Kept
    {
        return outcome(record, as_json);
    }
    let applies = desk.tuning().applies.clone();
    let found = match id {
        Some(id) => applies.iter().find(|record| record.id == ApplyId(id)),
        None => applies.iter().find(|record| stays(record)),
    };
    let Some(id) = found.map(|record| record.id) else {
        let why = match id {
            Some(id) => format!("there is no apply {id}; `perfdesk profile history` lists them"),
            None => "nothing that was applied is in force".into(),
        };
        return Err(ProfileCommandError::Usage(why));
    };
    let mut watch = Watch::begin(&desk, id, !as_json);
    apply::ask(&mut desk, ApplyCommand::RollBack(id))?;
    watch.go_on(&mut desk)?;
    let record = watch.end(run, folders, &desk)?;
    outcome(&record, as_json)
}

/// Says how an apply ended that was to go back.
fn outcome(record: &ApplyRecord, as_json: bool) -> Result<(), ProfileCommandError> {
    if as_json {
        say_json(&json::record(record));
    } else {
        say(&line(record));
    }
    match &record.phase {
        ApplyPhase::RolledBack { .. } => Ok(()),
        phase => {
            let (word, why) = json::phase(phase);
            Err(ProfileCommandError::Failed(format!("apply {} is {word}: {}", record.id.0, why.unwrap_or_default())))
        }
    }
}
