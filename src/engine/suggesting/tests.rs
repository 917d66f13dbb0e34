//! A card tried for real: the core, the desk of profiles and files on a disk, from the finding to the kept file and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::apply::world::{RealWorld, World};
use crate::engine::core::tests::{at, batch_defining, core};
use crate::engine::core::{Core, Effect};
use crate::engine::handle::Input;
use crate::engine::jobs::{Job, JobOutcome};
use crate::engine::tuning::{Desk, TuningRequest};
use crate::model::profile::*;
use crate::model::suggest::{SuggestCommand, SuggestionId, SuggestionState};
use crate::model::{Command, Folders, MachineInfo, Point, Slot};
use crate::suggest::Ledger;

/// A core, a desk of profiles, and a bound file beside them.
struct Bench {
    core: Core,
    desk: Desk,
    env: PathBuf,
    now: i64,
    folders: Folders,
    /// What was kept of suggestions.
    ledger: Ledger,
}

impl Bench {
    /// One core, four workers in the bound file, `production` in force.
    fn new(folder: &Path) -> Self {
        let folders = Folders { config: folder.join("config"), data: folder.join("data") };
        let desk = open_desk(&folders);
        let env = folder.join(".env");
        fs::write(&env, "# workers of checkout\nWORKERS=2\n").expect("written");
        let mut bench = Self { core: core(), desk, env, now: 0, folders, ledger: Ledger::default() };
        let param = ParamKey::new("service.workers");
        let keys = vec![BoundKey { param, key: "WORKERS".into(), conversion: Conversion::Plain }];
        let (path, format) = (bench.env.clone(), FileFormat::Env);
        let binding = Binding { id: "checkout".into(), path, format, keys, reload: None, verify: None };
        bench.ask(Command::Binding(BindingCommand::Save(binding)));
        let (profile, bindings, draft) = ("production".into(), Vec::new(), None);
        bench.ask(Command::Profile(ProfileCommand::MakeSecret("production-key".into())));
        bench.ask(Command::Apply(ApplyCommand::Plan { profile, bindings, draft }));
        bench.apply();
        let apply = bench.newest().id;
        bench.ask(Command::Apply(ApplyCommand::Keep(apply)));
        assert_eq!((bench.workers(), bench.newest().phase), ("WORKERS=4".to_owned(), ApplyPhase::Kept));
        bench
    }

    fn ask(&mut self, command: Command) {
        let effects = self.core.take(Input::Command(command), at(self.now));
        self.carry_out(effects);
    }

    /// Lets so many seconds of a busy core pass.
    fn pass(&mut self, seconds: i64) {
        for n in self.now..self.now + seconds {
            let mut batch = batch_defining(0, 0, if n == 0 { &["system.cpu.utilization"] } else { &[] });
            let machine = MachineInfo { n_cores: 1, memory_bytes: 4 << 30, ..MachineInfo::default() };
            batch.machine = (n == 0).then(|| Arc::new(machine));
            batch.points = vec![Point { slot: Slot(0), value: 0.97 }];
            (batch.at, batch.elapsed) = (at(n), Duration::from_secs(n.unsigned_abs()));
            let effects = self.core.take(Input::Batch(Box::new(batch)), at(n));
            self.carry_out(effects);
        }
        self.now += seconds;
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Job(Job::WriteSuggestions { ledger, .. }) = &effect {
                self.ledger.clone_from(ledger);
            }
            let Effect::Tuning(request) = effect else { continue };
            if request != TuningRequest::LookAround {
                self.desk.take(request);
            }
            while self.desk.has_steps() {
                self.desk.go_on();
            }
            for event in self.desk.take_events() {
                let more = self.core.take(Input::Tuning(Box::new(event)), at(self.now));
                assert!(
                    more.iter().all(|effect| !matches!(effect, Effect::Tuning(_))),
                    "the core asks in its own time"
                );
            }
        }
    }

    /// Ends the program and starts it again; it reads what was kept.
    fn restart(self) -> Self {
        let Self { core: _, mut desk, env, now, folders, ledger } = self;
        desk.close();
        // It holds the folder of applies until it is gone.
        drop(desk);
        let mut again = Self { core: core(), desk: open_desk(&folders), env, now, folders, ledger };
        again.read_ledger();
        for event in again.desk.take_events() {
            again.core.take(Input::Tuning(Box::new(event)), at(now));
        }
        again
    }

    fn read_ledger(&mut self) {
        let read = JobOutcome::SuggestionsRead(Box::new(self.ledger.clone()));
        let effects = self.core.take(Input::JobDone(Box::new(read)), at(self.now));
        self.carry_out(effects);
    }

    /// Applies the plan that is looked at.
    fn apply(&mut self) {
        let plan = self.core.publish().tuning.plan.clone().expect("a plan");
        assert!(plan.can_apply(), "{plan:#?}");
        self.ask(Command::Apply(ApplyCommand::Apply { plan: plan.id, keep_within: Duration::from_secs(60) }));
    }

    fn newest(&mut self) -> ApplyRecord {
        ApplyRecord::clone(&self.core.publish().tuning.applies[0])
    }

    fn workers(&self) -> String {
        fs::read_to_string(&self.env).expect("there").lines().last().unwrap_or_default().to_owned()
    }

    fn state(&mut self) -> Option<SuggestionState> {
        self.core.publish().advice.card(&id()).map(|card| card.state.clone())
    }

    /// Tries the card as far as its trial.
    fn try_it(&mut self) {
        self.pass(720);
        self.read_ledger();
        assert_eq!(self.state(), Some(SuggestionState::Open));
        self.ask(Command::Suggest(SuggestCommand::TryIt(id())));
        assert_eq!(self.workers(), "WORKERS=4", "a plan writes nothing");
        let plan = self.core.publish().tuning.plan.clone().expect("a plan");
        let change = &plan.files[0].changes[0];
        assert_eq!((change.before.as_deref(), &*change.after), (Some("4"), "3"));
        self.apply();
        assert_eq!(self.workers(), "WORKERS=3");
        self.pass(30);
        assert!(matches!(self.state(), Some(SuggestionState::OnTrial { .. })), "{:?}", self.state());
    }

    fn production(&mut self) -> Arc<Profile> {
        self.core.publish().tuning.profile("production").expect("there").clone()
    }
}

fn open_desk(folders: &Folders) -> Desk {
    Desk::open(folders, &|| Box::new(RealWorld::new()) as Box<dyn World>, "jo")
}

fn id() -> SuggestionId {
    SuggestionId::new("workers_many", "")
}

#[test]
fn a_card_that_is_tried_and_kept_is_in_the_file_and_in_the_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::new(folder.path());
    bench.try_it();
    let apply = bench.newest().id;
    bench.ask(Command::Apply(ApplyCommand::Keep(apply)));
    bench.pass(30);
    assert!(matches!(bench.state(), Some(SuggestionState::Done { .. })), "{:?}", bench.state());
    let profile = bench.production();
    let entry = profile.get(&ParamKey::new("service.workers")).expect("there");
    assert_eq!((&entry.value, &*entry.why), (&ParamValue::Count(3), "suggested: Run fewer workers"));
}

#[test]
fn a_card_that_is_tried_and_taken_back_leaves_no_trace_in_file_or_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::new(folder.path());
    let before = bench.production();
    bench.try_it();
    let apply = bench.newest().id;
    bench.ask(Command::Apply(ApplyCommand::RollBack(apply)));
    assert_eq!(bench.workers(), "WORKERS=4");
    bench.pass(30);
    assert_eq!(bench.state(), Some(SuggestionState::Open));
    let after = bench.production();
    assert_eq!((&after.text, after.is_edited), (&before.text, before.is_edited));
    assert_eq!(bench.core.publish().advice.deeds.len(), 1, "but it is remembered");
}

#[test]
fn a_trial_that_was_under_way_when_the_program_ended_leaves_no_trace_after_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::new(folder.path());
    let before = bench.production();
    bench.try_it();
    assert!(bench.production().text != before.text, "the profile is kept with the change while it is tried");
    let mut bench = bench.restart();
    assert_eq!(bench.workers(), "WORKERS=4", "the file went back as the program ended");
    bench.pass(5);
    let after = bench.production();
    assert_eq!((&after.text, after.is_edited), (&before.text, before.is_edited));
    let notices = bench.core.publish().notices.clone();
    assert!(notices.iter().any(|notice| &*notice.text == "service.workers of production is as before the trial"));
}

#[test]
fn what_somebody_edited_during_a_trial_stays_when_it_goes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::new(folder.path());
    bench.try_it();
    let edit = ProfileEdit::SetAbout("for the sale".into());
    let text = crate::profile::document::edit(&bench.production().text, &edit).expect("edited").into();
    bench.ask(Command::Profile(ProfileCommand::Save { name: "production".into(), text }));
    let mut bench = bench.restart();
    bench.pass(5);
    let after = bench.production();
    let entry = after.get(&ParamKey::new("service.workers")).map(|entry| entry.value.clone());
    assert_eq!((&*after.about, entry), ("for the sale", Some(ParamValue::Count(4))));
}
