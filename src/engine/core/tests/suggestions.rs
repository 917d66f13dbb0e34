//! Suggestions through the core: made-up batches in, cards, plans and what is kept of them out.

use super::*;
use crate::engine::fake_history::FakeHistory;
use crate::engine::jobs::{Job, JobOutcome};
use crate::engine::query_worker::{Query, answer};
use crate::engine::store_worker::StoreEvent;
use crate::engine::tuning::{TuningEvent, TuningRequest};
use crate::model::profile::*;
use crate::model::suggest::{Change, KindState, SuggestCommand, SuggestionId, SuggestionState};
use crate::profile::{catalogue, document};
use crate::store::progress::Unwatched;
use crate::suggest::Ledger;

/// A second of a machine with one core that is this busy.
fn second(n: i64, busy: f64) -> Input {
    let mut batch = batch_defining(0, 0, if n == 0 { &["system.cpu.utilization"] } else { &[] });
    let machine = MachineInfo { n_cores: 1, memory_bytes: 4 << 30, ..MachineInfo::default() };
    batch.machine = (n == 0).then(|| Arc::new(machine));
    batch.points = vec![Point { slot: Slot(0), value: busy }];
    (batch.at, batch.elapsed) = (at(n), Duration::from_secs(n.unsigned_abs()));
    Input::Batch(Box::new(batch))
}

/// Lets the seconds pass; gives what was to be done.
fn pass(core: &mut Core, seconds: std::ops::Range<i64>, busy: f64) -> Vec<Effect> {
    seconds.flat_map(|n| core.take(second(n, busy), at(n))).collect()
}

fn profile(text: &str, is_edited: bool) -> Arc<Profile> {
    Arc::new(document::read("production", text, &catalogue::shipped(), true, is_edited))
}

/// `production` in force as the shipped one with four workers, or with this text; with these applies.
fn tuning(edited: Option<&str>, applies: &[Arc<ApplyRecord>]) -> Tuning {
    const SHIPPED: &str = "(version: 1, values: {\"service.workers\": (value: 4, why: \"four cores\")})";
    let binding = Binding {
        id: "checkout".into(),
        path: "/srv/.env".into(),
        format: FileFormat::Env,
        keys: Vec::new(),
        reload: None,
        verify: None,
    };
    let state =
        BindingState { binding, checked_at: None, verified_at: None, drift: [].into(), unanswered: None, error: None };
    Tuning {
        catalogue: catalogue::shipped(),
        profiles: [profile(edited.unwrap_or(SHIPPED), edited.is_some())].into(),
        active: Some("production".into()),
        bindings: [state].into(),
        applies: applies.into(),
        ..Tuning::default()
    }
}

fn now(core: &mut Core, tuning: Tuning, n: i64) {
    let event = TuningEvent::Now { tuning: Box::new(tuning), is_quiet: false };
    core.take(Input::Tuning(Box::new(event)), at(n));
}

fn apply(phase: ApplyPhase, n: i64) -> Arc<ApplyRecord> {
    let record = ApplyRecord {
        id: ApplyId(7),
        profile: "production".into(),
        previous: None,
        at: at(n),
        who: "mara".into(),
        phase,
        steps: Vec::new(),
        files: Vec::new(),
    };
    Arc::new(record)
}

fn command(core: &mut Core, command: SuggestCommand, n: i64) -> Vec<Effect> {
    core.take(Input::Command(Command::Suggest(command)), at(n))
}

fn written(effects: &[Effect]) -> Option<&Ledger> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Job(Job::WriteSuggestions { ledger, .. }) => Some(&**ledger),
        _ => None,
    })
}

const FEWER: (&str, &str) = ("workers_many", "");

fn id() -> SuggestionId {
    SuggestionId::new(FEWER.0, FEWER.1)
}

/// A core on a busy core with four workers, twelve minutes in, whose file was read.
fn busy() -> Core {
    let mut core = core();
    now(&mut core, tuning(None, &[]), 0);
    let effects = pass(&mut core, 0..720, 0.97);
    let is_read = |effect: &&Effect| matches!(effect, Effect::Job(Job::ReadSuggestions(_)));
    assert_eq!(effects.iter().filter(is_read).count(), 1, "read once, behind the first picture");
    core.take(Input::JobDone(Box::new(JobOutcome::SuggestionsRead(Box::default()))), at(720));
    core
}

fn state(core: &mut Core) -> Option<SuggestionState> {
    core.publish().advice.card(&id()).map(|card| card.state.clone())
}

#[test]
fn a_busy_core_raises_cards_and_a_calm_one_ends_them() {
    let mut core = busy();
    let advice = core.publish().advice.clone();
    let open: Vec<String> = advice.open().map(|card| card.suggestion.id.to_string()).collect();
    assert_eq!(open, ["cpu_saturated", "workers_many", "profile_misfit ml.threads"]);
    let card = advice.card(&id()).expect("too many workers");
    assert_eq!(card.suggestion.change.line(), "service.workers 4 \u{2192} 3 workers");
    assert!(advice.kinds.iter().all(|kind| kind.state != KindState::Waiting));
    pass(&mut core, 720..1500, 0.02);
    assert_eq!(core.publish().advice.n_open, 1, "one core stays one core");
}

#[test]
fn what_did_not_change_is_not_published_anew() {
    let mut core = core();
    pass(&mut core, 0..700, 0.25);
    let before = core.publish().advice;
    pass(&mut core, 700..760, 0.25);
    assert!(Arc::ptr_eq(&before, &core.publish().advice));
}

#[test]
fn trying_a_card_plans_the_active_profile_with_the_change_and_nothing_else() {
    let mut core = busy();
    let effects = command(&mut core, SuggestCommand::TryIt(id()), 721);
    let [Effect::Tuning(TuningRequest::Apply(ApplyCommand::Plan { profile, bindings, draft: Some(text) }))] =
        &effects[..]
    else {
        panic!("one plan")
    };
    assert_eq!((&**profile, bindings.len()), ("production", 0));
    let why = "suggested: Run fewer workers";
    assert_eq!(&**text, format!("(version: 1, values: {{\"service.workers\": (value: 3, why: \"{why}\")}})"));
    assert_eq!(state(&mut core), Some(SuggestionState::Open), "a plan alone changes nothing");
}

#[test]
fn an_apply_on_trial_is_followed_and_when_it_goes_back_so_does_the_profile() {
    let mut core = busy();
    let effects = command(&mut core, SuggestCommand::TryIt(id()), 721);
    let Some(Effect::Tuning(TuningRequest::Apply(ApplyCommand::Plan { draft: Some(text), .. }))) = effects.first()
    else {
        panic!("a plan")
    };
    now(&mut core, tuning(Some(text), &[apply(ApplyPhase::OnTrial { until: at(9000) }, 725)]), 726);
    let effects = pass(&mut core, 726..760, 0.97);
    assert!(matches!(state(&mut core), Some(SuggestionState::OnTrial { apply: ApplyId(7), .. })));
    assert_eq!(written(&effects).expect("kept").deeds.len(), 1);
    let back = apply(ApplyPhase::RolledBack { why: "it was asked for".into() }, 725);
    now(&mut core, tuning(Some(text), &[back]), 760);
    let effects = pass(&mut core, 760..762, 0.97);
    let back = effects.iter().find_map(|effect| match effect {
        Effect::Tuning(TuningRequest::Profile(ProfileCommand::Save { text, .. })) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(back, Some(tuning(None, &[]).profiles[0].text.clone()), "every byte is as before");
    let words = "service.workers of production is as before the trial | Run fewer workers: its trial went back, in the \
                 files and in production";
    assert!(told(&mut core).contains(&words.to_owned()), "{:?}", told(&mut core));
    assert_eq!(state(&mut core), Some(SuggestionState::Open));
}

#[test]
fn an_apply_that_is_kept_and_helps_is_told_of_and_stands_in_the_track_record() {
    let mut core = busy();
    command(&mut core, SuggestCommand::TryIt(id()), 721);
    let text = "(version: 1, values: {\"service.workers\": 3})";
    now(&mut core, tuning(Some(text), &[apply(ApplyPhase::Kept, 725)]), 726);
    let effects = pass(&mut core, 726..2200, 0.4);
    let shown = core.publish();
    assert_eq!((shown.advice.record.n_helped, shown.advice.deeds.len()), (1, 1));
    assert!(written(&effects).expect("kept").deeds[0].is_final);
    let text = "Run fewer workers: it helped | service.workers 4 \u{2192} 3 workers";
    assert!(told(&mut core).contains(&text.to_owned()));
}

#[test]
fn what_cannot_be_done_is_told() {
    let mut core = busy();
    let gone = SuggestionId::new("swapping", "");
    assert!(command(&mut core, SuggestCommand::Dismiss(gone, "".into()), 721).is_empty());
    assert!(told(&mut core)[0].ends_with("There is no such suggestion any more: its cause is gone"));
    now(&mut core, Tuning { bindings: [].into(), ..tuning(None, &[]) }, 722);
    assert!(command(&mut core, SuggestCommand::TryIt(id()), 723).is_empty());
    assert!(
        told(&mut core).iter().any(|t| t.ends_with("No file is bound to a profile: bind one on the Profiles page"))
    );
}

#[test]
fn nothing_is_written_over_a_file_that_was_not_read_yet() {
    let mut core = core();
    now(&mut core, tuning(None, &[]), 0);
    pass(&mut core, 0..720, 0.97);
    let effects = command(&mut core, SuggestCommand::Dismiss(id(), "known".into()), 720);
    assert!(written(&effects).is_none());
    let mut kept = Ledger::default();
    let stand = crate::suggest::ledger::Stand::Dismissed { at: at(-99), reason: "".into(), size: 1e9 };
    kept.put(&id(), Some(stand));
    core.take(Input::JobDone(Box::new(JobOutcome::SuggestionsRead(Box::new(kept)))), at(721));
    pass(&mut core, 721..760, 0.97);
    assert!(matches!(state(&mut core), Some(SuggestionState::Dismissed { at: when, .. }) if when == at(-99)));
    let effects = command(&mut core, SuggestCommand::Reopen(id()), 760);
    assert!(written(&effects).expect("kept").stands.is_empty());
    let card = core.publish().advice.card(&id()).cloned().expect("open");
    assert!(matches!(card.suggestion.change, Change::Parameter { .. }));
}

#[test]
fn what_was_on_trial_when_the_program_ended_is_settled_in_whatever_order_files_are_read() {
    // A run that ended in the middle of a trial; the apply went back meanwhile.
    let mut core = busy();
    command(&mut core, SuggestCommand::TryIt(id()), 721);
    let text = "(version: 1, values: {\"service.workers\": 3})";
    now(&mut core, tuning(Some(text), &[apply(ApplyPhase::OnTrial { until: at(9000) }, 725)]), 726);
    let effects = pass(&mut core, 726..728, 0.97);
    let ledger = written(&effects).expect("kept").clone();
    assert_eq!(ledger.stands.len(), 1);
    let back = || tuning(None, &[apply(ApplyPhase::RolledBack { why: "Perfdesk ended".into() }, 725)]);
    for is_tuning_first in [true, false] {
        let mut core = self::core();
        let read = Input::JobDone(Box::new(JobOutcome::SuggestionsRead(Box::new(ledger.clone()))));
        pass(&mut core, 0..2, 0.97);
        if is_tuning_first {
            now(&mut core, back(), 2);
            pass(&mut core, 2..4, 0.97);
        }
        core.take(read, at(4));
        pass(&mut core, 4..6, 0.97);
        now(&mut core, back(), 6);
        let effects = pass(&mut core, 6..8, 0.97);
        let kept = written(&effects).map(|ledger| (ledger.stands.len(), ledger.deeds[0].rolled_back_at.is_some()));
        let shown = core.publish().advice.clone();
        assert!(shown.deeds[0].rolled_back_at.is_some(), "{is_tuning_first}");
        assert!(kept.is_none_or(|kept| kept == (0, true)), "{kept:?}");
    }
}

#[test]
fn after_a_restart_cards_return_within_seconds_because_history_is_looked_back_on() {
    // Twelve minutes of a busy core are in history; the run before ended ten seconds ago.
    let def = batch_defining(0, 0, &["system.cpu.utilization"]).defined.remove(0);
    let mut past = FakeHistory::default();
    past.add(at(-730).as_millis() / 1000, &[(&Arc::new(def), vec![0.97; 720])]);
    let (past, opened): (Arc<dyn HistoryRead>, _) = (Arc::new(past), Box::default());
    let mut core = core();
    now(&mut core, tuning(None, &[]), 0);
    assert!(
        pass(&mut core, 0..3, 0.97).iter().all(|effect| !matches!(effect, Effect::Query(..))),
        "it is not open yet"
    );
    core.take(Input::Store(Box::new(StoreEvent::Opened { opened, reader: past.clone() })), at(3));
    let effects = pass(&mut core, 3..6, 0.97);
    let asked = effects.into_iter().filter_map(|effect| match effect {
        Effect::Query(history, question @ Question::Trail { .. }) => Some(Query { history, question }),
        _ => None,
    });
    let asked: Vec<Query> = asked.collect();
    assert_eq!(asked.len(), 1, "once");
    assert_eq!(core.publish().advice.n_open, 0);
    for query in asked {
        let answer = answer(query, &mut Unwatched).expect("answered");
        core.take(Input::Answer(Box::new(answer)), at(6));
    }
    pass(&mut core, 6..13, 0.97);
    let advice = core.publish().advice.clone();
    let open: Vec<String> = advice.open().map(|card| card.suggestion.id.to_string()).collect();
    assert!(open.contains(&id().to_string()) && open.contains(&"cpu_saturated".to_owned()), "{open:?}");
}
