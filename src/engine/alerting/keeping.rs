//! What outlives the program: when it is written, and what becomes of it at the next start.

use std::sync::Arc;
use std::time::Duration;

use super::desk::{AlertDesk, Deed, Scene};
use super::files::{AlertJob, AlertOutcome, AlertsRead, RULES_FILE, RulesRead};
use super::log::{Log, Spot};
use super::state::{AlertState, KeptSilence};
use crate::alert::telling::Told;
use crate::alert::{Book, Kept, shipped};
use crate::model::Severity;
use crate::model::alert::{AlertId, AlertRecord, Phase, RecordEnd, RuleProblem, Silence};

/// Time between two writings of ages that advance.
const KEEP_EVERY: Duration = Duration::from_secs(10);
/// Time between two writings of what the values of open alerts come to.
const FIGURES_EVERY: Duration = Duration::from_secs(60);
/// A word from the job thread that has not come by then will not.
const LOST_AFTER: Duration = Duration::from_secs(30);
/// What is told while nothing can be kept.
const NOT_KEPT: &str = "Alerts cannot be kept on disk";

/// What is known of the files.
#[derive(Debug, Default)]
pub struct Keeping {
    /// Whether something happened that has to be written at once.
    pub is_due: bool,
    /// When it was last looked at, and when figures were last written.
    at: Duration,
    figures_at: Duration,
    /// Since when an order is under way, and the alerts in it.
    under_way: Option<(Duration, Vec<AlertId>)>,
    written: Option<AlertState>,
    has_failed: bool,
}

impl AlertDesk {
    /// Has written what changed, where it is time.
    pub(super) fn keep(&mut self, now: Duration) {
        if let Some((since, _)) = &self.keeping.under_way {
            if now.saturating_sub(*since) < LOST_AFTER {
                return;
            }
            self.not_kept();
        }
        let is_time = now.saturating_sub(self.keeping.at) >= KEEP_EVERY;
        // After a failure nothing is tried more often.
        if (self.keeping.is_due && !self.keeping.has_failed) || is_time || self.wants_log() {
            let job = self.keep_job(now);
            self.deeds.extend(job.map(Deed::Job));
        }
    }

    fn wants_log(&self) -> bool {
        self.log.has_unsaved() && !self.keeping.has_failed
    }

    /// The order to write all that is not written, if there is anything.
    fn keep_job(&mut self, now: Duration) -> Option<AlertJob> {
        self.keeping.at = now;
        self.keeping.is_due = false;
        self.put_figures();
        if now.saturating_sub(self.keeping.figures_at) >= FIGURES_EVERY {
            self.keeping.figures_at = now;
            self.log.save_open();
        }
        let state = self.state();
        let is_new = self.keeping.written.as_ref().map_or(!state.is_empty(), |written| *written != state);
        let records = self.log.take_unsaved();
        if !is_new && records.is_empty() {
            return None;
        }
        self.keeping.under_way = Some((now, records.iter().map(|record| record.id).collect()));
        let state = is_new.then(|| {
            self.keeping.written = Some(state.clone());
            Box::new(state)
        });
        Some(AlertJob::Keep { data: self.data.clone(), state, records })
    }

    fn state(&self) -> AlertState {
        let silence = |(rule, silence): (&Arc<str>, &Silence)| KeptSilence {
            rule: rule.to_string(),
            until: silence.until,
            reason: silence.reason.to_string(),
        };
        AlertState::new(self.log.next(), self.silences.iter().map(silence).collect(), &self.book.kept())
    }

    /// What is written last, when the program ends in order.
    pub fn farewell(&mut self) -> Option<AlertJob> {
        if !self.is_read {
            return None;
        }
        if let Some((_, ids)) = self.keeping.under_way.take() {
            // It may not have been done yet; done twice it is the same.
            self.log.not_saved(&ids);
        }
        self.put_figures();
        self.log.save_open();
        self.keep_job(self.clock.now())
    }

    fn not_kept(&mut self) {
        if let Some((_, ids)) = self.keeping.under_way.take() {
            self.log.not_saved(&ids);
        }
        self.keeping.written = None;
        self.keeping.is_due = true;
    }

    /// Takes in what came of an order to the job thread.
    pub fn take(&mut self, outcome: AlertOutcome, scene: &Scene<'_>) {
        match outcome {
            AlertOutcome::Read(read) => self.read(*read, scene),
            AlertOutcome::RulesEdited(read) => self.rules_edited(read, scene),
            AlertOutcome::RulesWritten(Ok(aside)) => {
                if let Some(aside) = aside {
                    let text = format!("The {RULES_FILE} that did not read was put aside");
                    self.tell(Severity::Warning, text, format!("It is kept as {}", aside.display()));
                }
            }
            AlertOutcome::RulesWritten(Err(why)) => {
                let detail = format!("The change holds until Perfdesk ends: {why}");
                self.tell(Severity::Error, format!("{RULES_FILE} could not be written"), detail);
            }
            AlertOutcome::Kept(Ok(())) => {
                self.keeping.under_way = None;
                if std::mem::take(&mut self.keeping.has_failed) {
                    self.deeds.push(Deed::Withdraw(NOT_KEPT.into()));
                }
            }
            AlertOutcome::Kept(Err(why)) => {
                self.not_kept();
                if !std::mem::replace(&mut self.keeping.has_failed, true) {
                    self.tell(Severity::Error, NOT_KEPT, format!("It is tried again every 10 s: {why}"));
                }
            }
        }
        self.show(scene);
    }

    /// Takes over what an earlier run left, and goes to work.
    fn read(&mut self, read: AlertsRead, scene: &Scene<'_>) {
        for (text, detail) in read.told {
            self.tell(Severity::Warning, text, detail);
        }
        let shipped = shipped();
        self.shipped.clone_from(&shipped.rules);
        match read.rules {
            RulesRead::Absent => self.document = shipped,
            RulesRead::Rules(document, faults) => {
                self.document = document;
                self.tell_faults(&faults);
            }
            RulesRead::Broken(why) => {
                let text = format!("{RULES_FILE} was not read; the shipped rules are in force and the file is kept");
                self.tell(Severity::Warning, text, why.as_str());
                self.file_error = why.into();
                self.document = shipped;
            }
        }
        self.log = Log::new(read.records, read.state.next_alert);
        for KeptSilence { rule, until, reason } in &read.state.silences {
            if *until > scene.at {
                let silence = Silence { until: *until, reason: reason.as_str().into() };
                self.silences.insert(rule.as_str().into(), silence);
            }
        }
        let kept = self.agreed(read.state.kept(), scene);
        self.keeping.written = Some(read.state);
        self.book = Book::new(kept);
        self.is_read = true;
        self.put_rules(scene);
        self.has_changed = true;
    }

    /// What the state and the log of an earlier run agree on: where they do not, the log counts more.
    fn agreed(&mut self, mut kept: Vec<Kept>, scene: &Scene<'_>) -> Vec<Kept> {
        let is_there = |rule: &str| self.document.rules.iter().any(|other| &*other.id == rule && !other.is_paused);
        kept.retain(|kept| {
            let is_open = |id: AlertId| self.log.get(id).is_none_or(|record| record.end.is_none());
            is_there(&kept.rule) && kept.alert.is_none_or(is_open)
        });
        let open: Vec<(Spot, AlertId)> = self.log.all_open().map(|(spot, id)| (spot.clone(), id)).collect();
        for (spot, id) in open {
            let Some(rule) = self.rule(&spot.0).filter(|rule| !rule.is_paused).cloned() else {
                self.log.close(&spot, scene.at, RecordEnd::RuleChanged);
                continue;
            };
            let Some(record) = self.log.get(id).cloned() else { continue };
            self.telling.resumed(&told_again(rule, &record), self.clock.now());
            match kept.iter_mut().find(|kept| kept.rule == spot.0 && kept.instance == spot.1) {
                Some(kept) if kept.alert == Some(id) => {}
                Some(kept) => (kept.phase, kept.held, kept.alert) = (Phase::Firing, Duration::ZERO, Some(id)),
                None => kept.push(Kept {
                    rule: spot.0,
                    instance: spot.1,
                    phase: Phase::Firing,
                    held: Duration::ZERO,
                    since: record.start,
                    pending_from: record.pending_from,
                    alert: Some(id),
                }),
            }
        }
        kept
    }

    fn rules_edited(&mut self, read: RulesRead, scene: &Scene<'_>) {
        if !self.is_read {
            return;
        }
        match read {
            RulesRead::Absent => {}
            RulesRead::Rules(document, faults) => {
                self.document = document;
                self.file_error = Arc::default();
                self.put_rules(scene);
                self.tell(Severity::Info, "Edited alert rules are in force", "");
                self.tell_faults(&faults);
            }
            RulesRead::Broken(why) => {
                let text = format!("The edited {RULES_FILE} was not taken over; the rules before stay in force");
                self.tell(Severity::Error, text, why.as_str());
                self.file_error = why.into();
            }
        }
        self.has_changed = true;
    }

    fn tell_faults(&mut self, faults: &[RuleProblem]) {
        let Some(first) = faults.first() else { return };
        let more = if faults.len() > 1 { format!(", and {} more faults", faults.len() - 1) } else { String::new() };
        let why = format!("Rules of {RULES_FILE} are left out: {}{more}", first.text);
        self.tell(Severity::Warning, format!("Some rules of {RULES_FILE} are left out"), why.as_str());
        self.file_error = why.into();
    }
}

/// An open alert of an earlier run, as it was told then.
fn told_again(rule: Arc<crate::model::alert::Rule>, record: &AlertRecord) -> Told {
    Told {
        rule,
        instance: record.instance.clone(),
        name: super::events::name_of_key(&record.instance),
        alert: Some(record.id),
        text: record.text.clone(),
        value: record.worst,
        pending_from: record.pending_from,
        start: record.start,
        end: None,
    }
}
