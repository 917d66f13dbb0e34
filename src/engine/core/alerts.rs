//! Alerts as the core runs them: batches and commands go to the desk, its deeds become effects, notices and notes.

use super::{Core, Effect};
use crate::engine::alerting::{AlertJob, AlertOutcome, Beat, Deed, Scene, alert_of, local_minute};
use crate::engine::backtesting;
use crate::engine::jobs::Job;
use crate::engine::pace::SampleControl;
use crate::engine::query_worker::Question;
use crate::engine::store_worker::StoreRequest;
use crate::model::alert::{AlertCommand, AlertId, Backtest, BacktestRequest, BacktestState};
use crate::model::{AnnotationText, Timestamp};
use crate::notify::{Order, Outcome};

/// Ticks for which the note of an alert's beginning is waited for, before its end becomes a note of its own.
const WAIT_TICKS: u32 = 30;

/// Ends of alerts whose beginnings the store has yet to number.
pub type Unended = Vec<(AlertId, AnnotationText, u32)>;

impl Core {
    /// Carries a command about alerts out.
    pub(super) fn alert_command(&mut self, command: AlertCommand) -> Vec<Effect> {
        match command {
            AlertCommand::Backtest(request) => self.ask_backtest(request),
            command => self.with_alerts(|desk, scene| desk.command(command, scene)),
        }
    }

    /// Asks history when a rule would have fired; `None` takes the answer out.
    fn ask_backtest(&mut self, request: Option<Box<BacktestRequest>>) -> Vec<Effect> {
        let Some(request) = request else {
            self.desk.show_backtest(None);
            self.next.alerts = self.desk.alerting().clone();
            return Vec::new();
        };
        let question = Question::Backtest { request: request.clone(), series: self.next.series.clone(), now: self.now };
        let asked = self.ask(question);
        if asked.is_none() {
            let why = "There is no history to test it on: see Health".into();
            self.backtest_found(backtesting::failed(&request, self.now, BacktestState::Failed(why)));
        }
        asked.into_iter().collect()
    }

    /// Takes in when a rule would have fired.
    pub(super) fn backtest_found(&mut self, found: Backtest) {
        self.desk.show_backtest(Some(found));
        self.next.alerts = self.desk.alerting().clone();
    }

    /// Moves the rules on by a batch, whose values the desk has been given.
    pub(super) fn watch(&mut self, beat: &Beat) -> Vec<Effect> {
        let mut effects = self.end_notes();
        effects.extend(self.with_alerts(|desk, scene| desk.tick(beat, scene)));
        effects
    }

    /// Takes in what the job thread did with the files of alerts.
    pub(super) fn alert_files(&mut self, outcome: AlertOutcome) -> Vec<Effect> {
        self.with_alerts(|desk, scene| desk.take(outcome, scene))
    }

    /// Takes in what came of telling.
    pub(super) fn notified(&mut self, outcome: Outcome) -> Vec<Effect> {
        self.with_alerts(|desk, scene| desk.delivered(outcome, scene))
    }

    /// Those who tell had no room for this.
    pub(in crate::engine) fn notify_refused(&mut self, order: &Order) {
        // What comes of it is told alone: there is nothing to do in the world.
        let _ = self.with_alerts(|desk, scene| desk.refused(order, scene));
    }

    /// What is written of alerts last, when the program ends in order.
    pub(in crate::engine) fn alert_farewell(&mut self) -> Option<AlertJob> {
        self.desk.farewell()
    }

    fn with_alerts(&mut self, body: impl FnOnce(&mut crate::engine::alerting::AlertDesk, &Scene<'_>)) -> Vec<Effect> {
        let at = self.now;
        let scene = Scene {
            at,
            minute: local_minute(at),
            series: &self.next.series,
            processes: &self.next.processes.rows,
            history: self.next.history.covers().map(|range| at.since(range.start)),
            host: &self.next.machine.host,
        };
        body(&mut self.desk, &scene);
        self.next.alerts = self.desk.alerting().clone();
        let deeds = self.desk.take_deeds();
        deeds.into_iter().filter_map(|deed| self.do_deed(deed)).collect()
    }

    fn do_deed(&mut self, deed: Deed) -> Option<Effect> {
        match deed {
            Deed::Tell(severity, text, detail) => self.tell(severity, text, detail),
            Deed::Withdraw(text) => self.notices.withdraw(&text),
            Deed::Job(job) => return Some(Effect::Job(Job::Alerts(job))),
            Deed::Notify(order) => return Some(Effect::Notify(order)),
            Deed::Begin(_, note) | Deed::Note(note) => self.noted.push(note),
            Deed::End(alert, note) => {
                let effect = self.end_note(alert, &note);
                if effect.is_none() {
                    self.unended.push((alert, note, 0));
                }
                return effect;
            }
            Deed::Sample(interval) => {
                let interval = interval.unwrap_or_else(|| self.next.settings.interval());
                return Some(Effect::Sample(SampleControl::SetInterval(interval)));
            }
        }
        None
    }

    /// Puts the end to the note of an alert, where the store has numbered that.
    fn end_note(&self, alert: AlertId, note: &AnnotationText) -> Option<Effect> {
        let near = |at: Timestamp| at == note.at;
        let mut begun = self.annotations.all().iter().rev().filter(|annotation| near(annotation.text.at));
        let found = begun.find(|annotation| alert_of(&annotation.text) == Some(alert))?;
        Some(Effect::Store(StoreRequest::Edit(found.id, note.clone())))
    }

    fn end_notes(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (alert, note, n_waited) in std::mem::take(&mut self.unended) {
            match self.end_note(alert, &note) {
                Some(effect) => effects.push(effect),
                None if n_waited < WAIT_TICKS => self.unended.push((alert, note, n_waited + 1)),
                None => effects.push(Effect::Store(StoreRequest::Annotate(note))),
            }
        }
        effects
    }
}
