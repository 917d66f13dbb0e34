//! Ending a process: the question that names it, the wait until it has stopped, and the offer to force it.

use std::sync::Arc;
use std::time::Duration;

use crate::analysis::process_table::elapsed_words;
use crate::model::{Command, EndRefusal, ProcessCommand, ProcessKey, ProcessRow, Timestamp};
use crate::ui::PanelCx;
use crate::ui::widgets::{Answer, question};

use super::cells::day_and_time;

/// Time after which a process that was asked to stop may be forced.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What is going on about ending processes.
#[derive(Debug, Default)]
pub(super) struct EndFlow {
    asking: Option<Asking>,
    /// The process that was asked to stop, and when.
    asked: Option<(ProcessKey, Timestamp)>,
    /// The last refusal that was known when it was asked: another one is the answer.
    known_refusal: Option<Arc<EndRefusal>>,
}

#[derive(Debug)]
struct Asking {
    key: ProcessKey,
    name: String,
    title: String,
    text: String,
    force: bool,
}

/// How far ending one process has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EndState {
    /// Nobody asked it to stop.
    Untouched,
    /// It was asked; time since then.
    Asked(Duration),
    /// It was asked and still runs after [`PATIENCE`].
    Overdue(Duration),
    /// It was not ended, and why.
    Refused(Arc<str>),
}

impl EndFlow {
    /// Opens the question.
    pub(super) fn ask(&mut self, row: &ProcessRow, force: bool, now: Timestamp) {
        let (pid, started) = (row.key.pid, day_and_time(row.started_at, now));
        let (verb, how) = if force {
            ("Force", "It is ended at once and cannot save anything.".to_owned())
        } else {
            let seconds = PATIENCE.as_secs();
            let how = format!("It is asked to stop; if it has not within {seconds}\u{2009}s you can force it.");
            ("End", how)
        };
        self.asking = Some(Asking {
            key: row.key,
            name: row.name.to_string(),
            title: if force { format!("{verb} {} to end?", row.name) } else { format!("{verb} {}?", row.name) },
            text: format!("Process {pid}, started {started}. {how}"),
            force,
        });
    }

    /// Whether the question is open.
    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// How far ending `key` has come.
    pub(super) fn state(&self, key: ProcessKey, now: Timestamp, refusal: Option<&Arc<EndRefusal>>) -> EndState {
        let is_asked = self.asked.is_some_and(|(asked, _)| asked == key);
        let answer = refusal.filter(|refusal| is_asked && refusal.key == key);
        if let Some(answer) = answer
            && !self.known_refusal.as_ref().is_some_and(|known| Arc::ptr_eq(known, answer))
        {
            return EndState::Refused(answer.why.clone());
        }
        match self.asked.filter(|(asked, _)| *asked == key).map(|(_, at)| now.since(at)) {
            None => EndState::Untouched,
            Some(since) if since < PATIENCE => EndState::Asked(since),
            Some(since) => EndState::Overdue(since),
        }
    }

    /// Draws the question, if it is open, and sends the command that follows.
    pub(super) fn show(&mut self, cx: &PanelCx<'_>, ctx: &eframe::egui::Context) {
        let Some(asking) = &self.asking else { return };
        let act = if asking.force { "Force it to end" } else { "End process" };
        match question(ctx, cx.theme, "end process", &asking.title, &asking.text, act) {
            None => {}
            Some(Answer::Cancel) => self.asking = None,
            Some(Answer::Act) => {
                let command = ProcessCommand::End { key: asking.key, name: asking.name.clone(), force: asking.force };
                cx.send(Command::Process(command));
                self.asked = Some((asking.key, cx.now));
                self.known_refusal = cx.snapshot.end_refusal.clone();
                self.asking = None;
            }
        }
    }
}

impl EndState {
    /// The state in words; empty where there is nothing to say.
    pub(super) fn words(&self) -> String {
        match *self {
            Self::Untouched => String::new(),
            Self::Asked(since) => format!("Asked to stop {} ago", elapsed_words(since)),
            Self::Overdue(since) => format!("Still runs {} after it was asked to stop", elapsed_words(since)),
            Self::Refused(ref why) => why.to_string(),
        }
    }
}
