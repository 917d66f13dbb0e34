//! Alerts through the core: made-up batches in, states, notices, the log and orders out. Files are real.

mod files;
mod told;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::files::{AlertFiles, AlertJob};
use crate::engine::core::tests::{at, batch_defining};
use crate::engine::core::{Core, CoreStart, Effect};
use crate::engine::handle::Input;
use crate::engine::jobs::{Job, JobOutcome};
use crate::engine::store_queue::StoreQueue;
use crate::engine::store_worker::{StoreEvent, StoreRequest};
use crate::model::alert::{AlertCommand, Alerting, Phase};
use crate::model::{
    Annotation, AnnotationId, AnnotationKind, AnnotationText, Batch, Command, Folders, HistoryState, HistoryStatus,
    Layouts, Point, Settings, Slot, Snapshot, WindowMemory,
};
use crate::notify::Order;

/// A core with real files for alerts and a made-up store, and what it gave out.
struct Run {
    core: Core,
    files: AlertFiles,
    names: Vec<String>,
    /// Seconds of the run, on both clocks; those of the wall clock begin at `begins`.
    begins: i64,
    now: i64,
    notes: Vec<AnnotationText>,
    orders: Vec<Order>,
    sampling: Vec<crate::engine::pace::SampleControl>,
}

impl Run {
    /// A run over these folders that begins so many seconds after the first.
    fn begin(folder: &Path, begins: i64) -> Self {
        let folders = Folders { config: folder.join("config"), data: folder.join("data") };
        std::fs::create_dir_all(&folders.config).expect("made");
        std::fs::create_dir_all(&folders.data).expect("made");
        let files = AlertFiles::new(&folders.config);
        let core = Core::new(CoreStart {
            now: at(begins),
            settings: Settings::default(),
            layouts: Layouts::default(),
            window: WindowMemory::default(),
            folders,
            store: StoreQueue::default(),
        });
        let mut run = Self {
            core,
            files,
            names: Vec::new(),
            begins,
            now: 0,
            notes: Vec::new(),
            orders: Vec::new(),
            sampling: Vec::new(),
        };
        let writing = HistoryStatus { state: HistoryState::Writing, ..HistoryStatus::default() };
        run.take(Input::Store(Box::new(StoreEvent::Status(writing))));
        run
    }

    /// A run whose rules are these, and which has read them.
    fn with_rules(folder: &Path, rules: &str) -> Self {
        write_rules(folder, rules);
        let mut run = Self::begin(folder, 0);
        run.tick(&[]);
        run
    }

    fn take(&mut self, input: Input) {
        let wall = at(self.begins + self.now);
        let mut waiting = self.core.take(input, wall);
        while !waiting.is_empty() {
            for effect in std::mem::take(&mut waiting) {
                match effect {
                    Effect::Job(Job::Alerts(job)) => waiting.extend(self.job(job)),
                    Effect::Job(Job::CheckFiles) => {
                        if let Some(outcome) = self.files.edited() {
                            let done = Input::JobDone(Box::new(JobOutcome::Alerts(outcome)));
                            waiting.extend(self.core.take(done, wall));
                        }
                    }
                    Effect::Store(StoreRequest::Annotate(text)) => {
                        let id = AnnotationId(self.notes.len() as u64);
                        self.notes.push(text.clone());
                        let added = StoreEvent::Annotated(Annotation { id, text });
                        waiting.extend(self.core.take(Input::Store(Box::new(added)), wall));
                    }
                    Effect::Store(StoreRequest::Edit(id, text)) => {
                        self.notes[usize::try_from(id.0).expect("small")] = text.clone();
                        let edited = StoreEvent::Edited(Annotation { id, text });
                        waiting.extend(self.core.take(Input::Store(Box::new(edited)), wall));
                    }
                    Effect::Notify(order) => self.orders.push(*order),
                    Effect::Sample(control) => self.sampling.push(control),
                    _ => {}
                }
            }
        }
    }

    fn job(&mut self, job: AlertJob) -> Vec<Effect> {
        let outcome = self.files.carry_out(job);
        self.core.take(Input::JobDone(Box::new(JobOutcome::Alerts(outcome))), at(self.begins + self.now))
    }

    /// A batch, one second after the one before: values of series by their metric's name.
    fn tick(&mut self, values: &[(&str, f64)]) {
        let known = self.names.len();
        for (name, _) in values {
            if !self.names.iter().any(|other| other == name) {
                self.names.push((*name).to_owned());
            }
        }
        let new: Vec<&str> = self.names[known..].iter().map(String::as_str).collect();
        let slot = |name: &str| self.names.iter().position(|other| other == name).expect("named");
        let point = |(name, value): &(&str, f64)| Point {
            slot: Slot(u32::try_from(slot(name)).expect("small")),
            value: *value,
        };
        let batch = Batch {
            at: at(self.begins + self.now),
            elapsed: Duration::from_secs(u64::try_from(self.now).expect("positive")),
            points: values.iter().map(point).collect(),
            ..batch_defining(0, u32::try_from(known).expect("small"), &new)
        };
        self.take(Input::Batch(Box::new(batch)));
        self.now += 1;
    }

    fn ticks(&mut self, n: usize, values: &[(&str, f64)]) {
        (0..n).for_each(|_| self.tick(values));
    }

    fn command(&mut self, command: AlertCommand) {
        self.take(Input::Command(Command::Alert(command)));
    }

    fn snapshot(&mut self) -> Snapshot {
        self.core.publish()
    }

    fn alerts(&mut self) -> Arc<Alerting> {
        self.snapshot().alerts
    }

    /// The phase of a rule, and the notices.
    fn phase(&mut self, rule: &str) -> Phase {
        self.alerts().rule(rule).expect("a rule").phase
    }

    fn told(&mut self) -> Vec<String> {
        self.snapshot().notices.iter().map(|n| format!("{:?} {} | {}", n.severity, n.text, n.detail)).collect()
    }

    fn alert_notes(&self) -> Vec<&AnnotationText> {
        self.notes.iter().filter(|note| note.kind == AnnotationKind::Alert).collect()
    }

    /// Ends the program in order.
    fn end(mut self) {
        if let Some(job) = self.core.alert_farewell() {
            self.files.carry_out(job);
        }
    }
}

fn write_rules(folder: &Path, rules: &str) {
    std::fs::create_dir_all(folder.join("config")).expect("made");
    std::fs::write(folder.join("config/alerts.ron"), format!("(version: 1, {rules})")).expect("written");
}

/// A rule on `a`, with what else it says.
fn rule(id: &str, fields: &str) -> String {
    format!(r#"(id: "{id}", name: "Rule {id}", when: ["{id} > 80 %"], on_desktop: false, {fields})"#)
}

fn rules(list: &[String]) -> String {
    format!("rules: [{}]", list.join(", "))
}

#[test]
fn an_alert_goes_its_whole_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let fields = r#"for: "3 s", recover: "< 70 %", keep_firing_for: "2 s", text: "at {value}""#;
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", fields)]));
    assert_eq!(run.phase("a"), Phase::NoData);
    run.ticks(2, &[("a", 0.5)]);
    assert_eq!(run.phase("a"), Phase::Inactive);
    run.ticks(3, &[("a", 0.9)]);
    let alerts = run.alerts();
    let status = &alerts.rules[0];
    assert_eq!((status.phase, status.instances[0].held.as_secs()), (Phase::Pending, 2));
    assert_eq!(&*status.reason, "90\u{2009}%, above 80\u{2009}% for 0:02 of 0:03");
    assert!(run.told().is_empty() && run.alerts().log.is_empty());
    run.tick(&[("a", 0.95)]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules[0].phase, alerts.n_firing), (Phase::Firing, 1));
    assert_eq!(run.told(), ["Warning Rule a | at 95\u{2009}%"]);
    let record = &alerts.log[0];
    assert_eq!((record.id.0, record.start, record.pending_from, record.end), (1, at(6), at(3), None));
    assert_eq!((&*record.unit, record.threshold, &*record.severity), ("1", 0.8, "warning"));
    assert_eq!(alerts.rules[0].instances[0].alert, Some(record.id));
    assert_eq!(run.alert_notes().len(), 1);
    run.ticks(2, &[("a", 0.85)]);
    run.ticks(2, &[("a", 0.6)]);
    assert_eq!(run.phase("a"), Phase::Recovering);
    run.ticks(2, &[("a", 0.6)]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules[0].phase, alerts.n_firing), (Phase::Inactive, 0));
    let record = &alerts.log[0];
    assert_eq!((record.end, record.ended), (Some(at(11)), Some(crate::model::alert::RecordEnd::Recovered)));
    assert_eq!((record.worst, record.n_values), (0.95, 3));
    assert!((record.mean - (0.95 + 0.85 + 0.85) / 3.0).abs() < 1e-9, "{}", record.mean);
    let notes = run.alert_notes();
    assert_eq!((notes.len(), notes[0].at, notes[0].until), (1, at(6), Some(at(11))), "one note, with its end");
    // The end is told a minute after the beginning at the earliest; the notice of the beginning is gone at once.
    assert!(run.told().is_empty());
    run.ticks(60, &[("a", 0.5)]);
    assert_eq!(run.told(), ["Success Rule a: over | it fired for 5 s"]);
}

#[test]
fn a_restart_in_the_middle_keeps_the_age_the_silence_and_the_open_alert() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = rules(&[rule("a", r#"for: "10 s""#), rule("b", "")]);
    let mut run = Run::with_rules(folder.path(), &list);
    run.ticks(8, &[("a", 0.9), ("b", 0.9)]);
    let reason = || Arc::from("known");
    run.command(AlertCommand::Silence("a".into(), Some(at(500)), reason()));
    assert_eq!(run.alerts().rules[0].instances[0].held.as_secs(), 7);
    run.end();

    let mut run = Run::begin(folder.path(), 100);
    // The first batch comes before the files are read.
    run.ticks(2, &[("a", 0.9), ("b", 0.85)]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules[0].phase, alerts.rules[0].instances[0].held.as_secs()), (Phase::Pending, 7));
    assert_eq!(alerts.rules[0].silence.as_ref().map(|s| (s.until, s.reason.clone())), Some((at(500), reason())));
    assert_eq!(alerts.rules[1].phase, Phase::Firing);
    assert_eq!((alerts.log.len(), alerts.log[0].start, alerts.log[0].end), (1, at(1), None));
    run.ticks(3, &[("a", 0.9), ("b", 0.5)]);
    let alerts = run.alerts();
    assert_eq!(alerts.rules[0].phase, Phase::Firing);
    assert_eq!(alerts.n_firing, 0, "what is silenced is not counted");
    assert_eq!((alerts.log[0].id.0, &*alerts.log[0].rule), (2, "a"));
    assert_eq!((alerts.log[1].id.0, alerts.log[1].end), (1, Some(at(102))));
    assert_eq!(alerts.log[1].worst, 0.9);
    assert_eq!(run.told(), ["Success Rule b: over | it fired for 101 s"], "the silence holds the other back");
}

#[test]
fn a_program_that_is_ended_by_force_loses_ten_seconds_of_age_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", r#"for: "1 min""#)]));
    run.ticks(30, &[("a", 0.9)]);
    drop(run);
    let mut run = Run::begin(folder.path(), 100);
    run.ticks(2, &[("a", 0.9)]);
    let held = run.alerts().rules[0].instances[0].held.as_secs();
    assert!((20..=30).contains(&held), "{held} s");
}

#[test]
fn deleted_and_changed_rules_end_their_alerts_and_pauses_are_no_end_of_the_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", ""), rule("b", "")]));
    run.ticks(2, &[("a", 0.9), ("b", 0.9)]);
    assert_eq!(
        run.told(),
        ["Warning 2 alerts fire | Rule a: 90\u{2009}%, above 80\u{2009}%; Rule b: 90\u{2009}%, above 80\u{2009}%"]
    );
    run.command(AlertCommand::DeleteRule("a".into()));
    run.command(AlertCommand::Pause("b".into(), true));
    let alerts = run.alerts();
    let ended = crate::model::alert::RecordEnd::RuleChanged;
    assert!(alerts.log.iter().all(|record| record.ended == Some(ended)));
    assert_eq!((alerts.rules.len(), alerts.n_firing, alerts.deleted.as_deref()), (1, 0, Some("a")));
    assert!(run.told().is_empty());
    run.command(AlertCommand::UndoDelete);
    run.command(AlertCommand::Pause("b".into(), false));
    let names: Vec<String> = run.alerts().rules.iter().map(|status| status.rule.id.to_string()).collect();
    assert_eq!(names, ["a", "b"]);
    run.tick(&[("a", 0.9), ("b", 0.9)]);
    assert_eq!(run.alerts().n_firing, 2);
    let text = std::fs::read_to_string(folder.path().join("config/alerts.ron")).expect("written");
    assert!(text.contains("\"a\"") && !text.contains("paused"), "{text}");
}

#[test]
fn acknowledgements_and_notes_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", "")]));
    run.ticks(2, &[("a", 0.9)]);
    let id = run.alerts().log[0].id;
    run.command(AlertCommand::Acknowledge(id));
    run.command(AlertCommand::Note(id, " the nightly build ".into()));
    run.end();
    let mut run = Run::begin(folder.path(), 50);
    run.tick(&[]);
    let alerts = run.alerts();
    assert_eq!((alerts.log[0].acknowledged, &*alerts.log[0].note), (Some(at(3)), "the nightly build"));
}

#[test]
fn a_capture_samples_quickly_for_a_while_and_stands_on_the_time_axis() {
    use crate::engine::pace::SampleControl::SetInterval;
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", r#"capture: "5 s""#)]));
    run.ticks(2, &[("a", 0.9)]);
    assert_eq!(run.sampling, [SetInterval(Duration::from_millis(250))]);
    run.ticks(10, &[("a", 0.9)]);
    assert_eq!(run.sampling[1..], [SetInterval(Duration::from_secs(1))]);
    let note = run.alert_notes()[1];
    assert_eq!(
        (&*note.text, note.until),
        ("Detailed capture: sampling every 250 ms for 5 s, after Rule a", Some(at(6)))
    );
    assert!(run.alerts().rules[0].deliveries[0].is_ok);
}
