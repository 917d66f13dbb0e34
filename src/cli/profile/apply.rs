//! `profile apply`: plan, show, write, reload, verify, and keep or go back, with a person at the terminal.

use std::io::{self, BufRead as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::books::{Books, take_desk};
use super::{ProfileCommandError, json, notes, past, plan, say_json};
use crate::cli::args::RunArguments;
use crate::cli::console::{complain, say};
use crate::cli::profile_args::ApplyArguments;
use crate::engine::core::tuning::note_of;
use crate::engine::tuning::{Desk, TuningEvent, TuningRequest};
use crate::model::profile::{ApplyCommand, ApplyId, ApplyPhase, ApplyRecord, ParamValue, ProfileCommand, StepState};
use crate::model::{AnnotationText, Folders, Severity, Timestamp};

/// How long an apply may wait that is kept as soon as it is verified.
const KEEP_AT_ONCE: Duration = Duration::from_secs(60);

/// Plans, shows, applies.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where it does not stay.
pub fn run(run: &RunArguments, folders: &Folders, typed: &ApplyArguments) -> Result<(), ProfileCommandError> {
    let (mut desk, _lock) = take_desk(folders)?;
    say_opening(run, folders, &mut desk)?;
    // Read behind the desk's opening, which may have put right what an earlier run left.
    let books = Books::read(folders)?;
    books.profile(&typed.plan.name)?;
    plan::check_bindings(&books, &typed.plan.bindings)?;
    if typed.make_secrets {
        make_secrets(&mut desk, &books, typed)?;
    }
    let bindings = typed.plan.bindings.iter().map(|id| id.as_str().into()).collect();
    ask(&mut desk, ApplyCommand::Plan { profile: typed.plan.name.as_str().into(), bindings, draft: None })?;
    let Some(shown) = desk.tuning().plan.clone() else {
        return Err(ProfileCommandError::Failed("nothing was planned".into()));
    };
    if !typed.plan.json {
        plan::print(&shown);
    }
    plan::verdict(&shown)?;
    let keep_within = if typed.keep { KEEP_AT_ONCE } else { typed.keep_within };
    ask(&mut desk, ApplyCommand::Apply { plan: shown.id, keep_within })?;
    let Some(id) = desk.running().map(|record| record.id) else {
        // Every file had its values already.
        if typed.plan.json {
            say_json(&json!({ "plan": json::plan(&shown), "apply": null }));
        }
        return Ok(());
    };
    let mut watch = Watch::begin(&desk, id, !typed.plan.json);
    watch.go_on(&mut desk)?;
    if matches!(watch.record(&desk)?.phase, ApplyPhase::OnTrial { .. }) {
        let verdict = if typed.keep { Verdict::Keep } else { watch.verdict(&desk, typed.keep_within) };
        match verdict {
            Verdict::Keep => ask(&mut desk, ApplyCommand::Keep(id))?,
            Verdict::GoBack(why) => desk.roll_back(id, why).map_err(ProfileCommandError::Failed)?,
            Verdict::TooLate => desk.go_on(),
        }
        watch.go_on(&mut desk)?;
    }
    let record = watch.end(run, folders, &desk)?;
    if typed.plan.json {
        say_json(&json!({ "plan": json::plan(&shown), "apply": json::record(&record) }));
    } else {
        say(&past::line(&record));
    }
    match &record.phase {
        ApplyPhase::Kept => Ok(()),
        phase => {
            let (word, why) = json::phase(phase);
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            Err(ProfileCommandError::Failed(format!("{} is {word}{why}", record.profile)))
        }
    }
}

/// Makes the secrets that this apply needs and that are not there.
fn make_secrets(desk: &mut Desk, books: &Books, typed: &ApplyArguments) -> Result<(), ProfileCommandError> {
    let effective = books.effective(&typed.plan.name)?;
    let is_chosen = |id: &str| typed.plan.bindings.is_empty() || typed.plan.bindings.iter().any(|wanted| wanted == id);
    let is_made = books.secrets();
    let bound = books.documents.bindings.iter().filter(|binding| is_chosen(&binding.id)).flat_map(|b| &b.keys);
    let mut names: Vec<Arc<str>> = bound
        .filter_map(|key| match effective.get(&key.param)?.value.as_ref()? {
            ParamValue::Secret(name) if is_made(name).is_none() => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        desk.take(TuningRequest::Profile(ProfileCommand::MakeSecret(name)));
        say_events(desk)?;
    }
    Ok(())
}

/// Asks the desk; an error it tells of is the outcome.
///
/// # Errors
/// What the desk said.
pub fn ask(desk: &mut Desk, command: ApplyCommand) -> Result<(), ProfileCommandError> {
    desk.take(TuningRequest::Apply(command));
    say_events(desk)
}

/// Says what the opening of the desk put right, and puts it onto the time axis. Gives the applies that an earlier run left
/// unfinished, as they are over now.
///
/// # Errors
/// As [`say_events`].
pub fn say_opening(
    run: &RunArguments,
    folders: &Folders,
    desk: &mut Desk,
) -> Result<Vec<Arc<ApplyRecord>>, ProfileCommandError> {
    let (mut put_right, mut over) = (Vec::new(), Vec::new());
    let said = say_each(desk, |record, how, at| {
        // What the earlier run put right itself it could only not tell.
        if !how.is_empty() {
            put_right.push(record.clone());
        }
        over.push((record, at));
    });
    let active = desk.tuning().active.clone();
    let notes = over.iter().filter_map(|(record, at)| note_of(record, active.as_ref(), *at)).collect();
    add_notes(run, folders, notes);
    said.map(|()| put_right)
}

fn add_notes(run: &RunArguments, folders: &Folders, notes: Vec<AnnotationText>) {
    if let Err(why) = notes::add(run, folders, notes) {
        complain(&format!("the charts do not show it: {why}"));
    }
}

/// Says what the desk has to tell on standard error.
///
/// # Errors
/// The first error it tells of, which is left to be said by whoever handles it.
pub fn say_events(desk: &mut Desk) -> Result<(), ProfileCommandError> {
    say_each(desk, |_, _, _| {})
}

/// The same; each apply that an earlier run left is passed on as well, with how it was put right and when it was over.
fn say_each(
    desk: &mut Desk,
    mut take: impl FnMut(Arc<ApplyRecord>, String, Timestamp),
) -> Result<(), ProfileCommandError> {
    let mut failure = None;
    for event in desk.take_events() {
        match event {
            TuningEvent::Told { severity, text, detail } => {
                let colon = if detail.is_empty() { "" } else { ": " };
                let line = format!("{text}{colon}{detail}");
                match severity {
                    Severity::Error if failure.is_none() => failure = Some(line),
                    // Standard output is for what was asked for, which may be JSON.
                    _ => complain(&line),
                }
            }
            TuningEvent::Recovered { record, how, at } => {
                complain(if how.is_empty() { "An apply ended with the program" } else { &how });
                complain(&past::line(&record));
                take(record, how, at);
            }
            TuningEvent::Now { .. } | TuningEvent::Revealed { .. } => {}
        }
    }
    failure.map_or(Ok(()), |failure| Err(ProfileCommandError::Failed(failure)))
}

/// What a person at the terminal said.
enum Word {
    Line(String),
    /// Nobody is there to say more.
    Silence,
    Interrupted,
}

/// What becomes of an apply on trial.
enum Verdict {
    Keep,
    GoBack(&'static str),
    /// Its time is over: it goes back by itself.
    TooLate,
}

/// Why an apply goes back that Ctrl-C ended.
const INTERRUPTED: &str = "it was interrupted";

/// An apply as it goes on, in sight of a person.
pub struct Watch {
    id: ApplyId,
    /// Whether steps are said.
    is_said: bool,
    n_said: usize,
    is_interrupted: Arc<AtomicBool>,
    words: SyncSender<Word>,
    heard: Receiver<Word>,
    notes: Vec<AnnotationText>,
}

impl Watch {
    /// From here on Ctrl-C takes the apply back and does not end the program.
    pub fn begin(desk: &Desk, id: ApplyId, is_said: bool) -> Self {
        let (words, heard) = mpsc::sync_channel(8);
        let is_interrupted = Arc::new(AtomicBool::new(false));
        let (flag, word) = (is_interrupted.clone(), words.clone());
        // Without a handler Ctrl-C ends the program, and the next start takes the apply back.
        let _ = ctrlc::set_handler(move || {
            flag.store(true, Ordering::SeqCst);
            let _ = word.try_send(Word::Interrupted);
        });
        // Steps of the past were said when they were done.
        let record = desk.tuning().applies.iter().find(|record| record.id == id);
        let n_said = record.map_or(0, |record| record.steps.iter().filter(|step| is_over(step.state)).count());
        Self { id, is_said, n_said, is_interrupted, words, heard, notes: Vec::new() }
    }

    /// The apply as it stands.
    ///
    /// # Errors
    /// Where it is on no list any more.
    pub fn record(&self, desk: &Desk) -> Result<Arc<ApplyRecord>, ProfileCommandError> {
        let found = desk.tuning().applies.iter().find(|record| record.id == self.id);
        found.cloned().ok_or_else(|| ProfileCommandError::Failed(format!("apply {} is not there any more", self.id.0)))
    }

    /// Goes on until nothing is left to do by itself, and says each step.
    ///
    /// # Errors
    /// What the desk tells.
    pub fn go_on(&mut self, desk: &mut Desk) -> Result<(), ProfileCommandError> {
        let mut has_asked = false;
        while desk.has_steps() {
            let is_going_back =
                matches!(self.record(desk)?.phase, ApplyPhase::RollingBack { .. } | ApplyPhase::RolledBack { .. });
            if self.is_interrupted.load(Ordering::SeqCst) && !is_going_back && !has_asked {
                has_asked = true;
                desk.roll_back(self.id, INTERRUPTED).map_err(ProfileCommandError::Failed)?;
            } else {
                let is_interrupted = self.is_interrupted.clone();
                desk.go_on_unless(&mut || is_interrupted.load(Ordering::SeqCst).then_some(INTERRUPTED));
                say_events(desk)?;
            }
            self.say_steps(&*self.record(desk)?);
        }
        let record = self.record(desk)?;
        self.say_steps(&record);
        self.notes.extend(note_of(&record, desk.tuning().active.as_ref(), desk.wall_time()));
        Ok(())
    }

    fn say_steps(&mut self, record: &ApplyRecord) {
        let over: Vec<_> = record.steps.iter().filter(|step| is_over(step.state)).collect();
        for step in over.iter().skip(self.n_said).filter(|_| self.is_said) {
            let failed = if step.state == StepState::Failed { "failed: " } else { "" };
            say(&format!("{failed}{}", step.text));
            step.output.lines().for_each(|line| say(&format!("  {line}")));
        }
        self.n_said = over.len();
    }

    /// Waits for a person to keep what is on trial.
    fn verdict(&self, desk: &Desk, within: Duration) -> Verdict {
        let shown = crate::profile::value_text::write_duration(within);
        complain(&format!("on trial: type `keep` within {shown} to keep it; it goes back otherwise"));
        let words = self.words.clone();
        // It ends with the program at the latest: a line cannot be waited for and given up.
        let reader = thread::Builder::new().name("stdin".into()).spawn(move || {
            for line in io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if words.send(Word::Line(line)).is_err() {
                    return;
                }
            }
            let _ = words.send(Word::Silence);
        });
        if reader.is_err() {
            return Verdict::GoBack("nobody could be asked to keep it");
        }
        while let Some(left) = desk.deadline().filter(|left| !left.is_zero()) {
            if self.is_interrupted.load(Ordering::SeqCst) {
                return Verdict::GoBack(INTERRUPTED);
            }
            match self.heard.recv_timeout(left) {
                Ok(Word::Line(line)) if line.trim().eq_ignore_ascii_case("keep") => return Verdict::Keep,
                Ok(Word::Line(line)) if line.trim().is_empty() => {}
                Ok(Word::Line(line)) => {
                    complain(&format!("“{}” is not `keep`: type `keep`, or press Ctrl-C to go back now", line.trim()));
                }
                Ok(Word::Silence) => {
                    complain("nobody is there to keep it: it goes back");
                    return Verdict::GoBack("nobody was there to keep it");
                }
                Ok(Word::Interrupted) => return Verdict::GoBack(INTERRUPTED),
                Err(_) => {}
            }
        }
        Verdict::TooLate
    }

    /// Puts what happened onto the time axis, and gives the apply as it ended.
    ///
    /// # Errors
    /// Where it is on no list any more.
    pub fn end(
        self,
        run: &RunArguments,
        folders: &Folders,
        desk: &Desk,
    ) -> Result<Arc<ApplyRecord>, ProfileCommandError> {
        let record = self.record(desk)?;
        add_notes(run, folders, self.notes);
        Ok(record)
    }
}

const fn is_over(state: StepState) -> bool {
    matches!(state, StepState::Done | StepState::Failed)
}
