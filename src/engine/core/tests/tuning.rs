//! Tuning through the core: made-up events of the apply thread in, notices and notes on the time axis out.

use std::path::PathBuf;

use super::*;
use crate::engine::core::tuning::profile_at;
use crate::engine::store_worker::StoreRequest;
use crate::engine::tuning::{ASKED_FOR, TuningEvent, TuningRequest};
use crate::model::profile::*;

fn profile(name: &str) -> Arc<Profile> {
    Arc::new(Profile {
        name: name.into(),
        base: None,
        about: "".into(),
        notes: "".into(),
        entries: [].into(),
        text: "".into(),
        problems: [].into(),
        is_shipped: true,
        is_edited: false,
    })
}

fn record(id: u64, name: &str, phase: ApplyPhase) -> Arc<ApplyRecord> {
    let file = |path: &str| AppliedFile {
        binding: "checkout".into(),
        path: PathBuf::from(path),
        backup: None,
        n_changes: 4,
        diff: [].into(),
    };
    Arc::new(ApplyRecord {
        id: ApplyId(id),
        profile: name.into(),
        previous: None,
        at: at(0),
        who: "mara".into(),
        phase,
        steps: Vec::new(),
        files: vec![file("/srv/.env"), file("/srv/app.toml")],
    })
}

fn tuning(active: Option<&str>, applies: &[Arc<ApplyRecord>]) -> Tuning {
    Tuning {
        profiles: ["base", "testing", "production"].map(profile).into(),
        active: active.map(Into::into),
        applies: applies.into(),
        ..Tuning::default()
    }
}

fn now(tuning: Tuning) -> Input {
    Input::Tuning(Box::new(TuningEvent::Now { tuning: Box::new(tuning), is_quiet: false }))
}

/// A core that has read what there is, and whose history is open: what it notes goes to the store at once.
fn core_with(first: Tuning) -> Core {
    let mut core = core();
    Arc::make_mut(&mut core.next.history).state = HistoryState::Writing;
    core.take(now(first), at(0));
    core
}

/// The notes among effects: text, and the first line of the detail.
fn notes(effects: Vec<Effect>) -> Vec<String> {
    let note = |effect| match effect {
        Effect::Store(StoreRequest::Annotate(note)) if note.kind == AnnotationKind::Profile => {
            Some(format!("{} | {}", note.text, note.detail.lines().next().unwrap_or_default()))
        }
        _ => None,
    };
    effects.into_iter().filter_map(note).collect()
}

#[test]
fn commands_go_to_the_apply_thread_and_the_first_picture_comes_before_it() {
    let mut core = core();
    let is_look = |effect: &Effect| matches!(effect, Effect::Tuning(TuningRequest::LookAround));
    assert!(core.take(tick(0, &[]), at(0)).iter().any(is_look), "documents are read behind the first tick");
    assert!(!core.take(tick(1, &[]), at(1)).iter().any(is_look));
    assert!(core.take(tick(6, &[]), at(6)).iter().any(is_look), "edits are looked for with those of the settings");
    let command = ApplyCommand::Keep(ApplyId(3));
    let effects = core.take(Input::Command(Command::Apply(command.clone())), at(6));
    assert!(matches!(&effects[..], [Effect::Tuning(TuningRequest::Apply(passed))] if *passed == command));
}

#[test]
fn what_was_over_before_the_start_is_no_news() {
    let mut core = core_with(tuning(Some("production"), &[record(1, "production", ApplyPhase::Kept)]));
    assert!(told(&mut core).is_empty());
    let effects = core.take(now(tuning(Some("production"), &[record(1, "production", ApplyPhase::Kept)])), at(1));
    assert!(told(&mut core).is_empty() && notes(effects).is_empty());
}

#[test]
fn an_apply_is_told_of_as_it_goes_and_stands_on_the_time_axis() {
    let mut core = core_with(tuning(Some("testing"), &[]));
    let mut step = |n, active, phase| {
        let effects = core.take(now(tuning(Some(active), &[record(1, "production", phase)])), at(n));
        (told(&mut core), notes(effects))
    };
    assert_eq!(step(1, "testing", ApplyPhase::Writing), (vec![], vec![]));
    assert_eq!(step(2, "testing", ApplyPhase::Verifying), (vec![], vec![]));
    let (told, notes) = step(3, "production", ApplyPhase::OnTrial { until: at(63) });
    let detail = "2 files written; they go back by themselves unless it is kept within 1 min";
    assert_eq!(told, [format!("production is on trial | {detail}")]);
    assert_eq!(notes, ["production applied to 2 files | In force: production"]);
    let (told, notes) = step(9, "production", ApplyPhase::Kept);
    assert_eq!(told, ["production is in force | 2 files written and kept"], "no longer on trial");
    assert_eq!(notes, ["production kept | In force: production"]);
}

#[test]
fn going_back_matters_as_much_as_its_reason() {
    let back = |why: &str, has_failed: bool| {
        let mut core = core_with(tuning(Some("testing"), &[record(1, "production", ApplyPhase::Writing)]));
        let mut record = record(1, "production", ApplyPhase::RolledBack { why: why.into() });
        if has_failed {
            let failed = ApplyStep {
                kind: StepKind::Reload,
                state: StepState::Failed,
                text: "systemctl reload checkout ended with 1".into(),
                output: "".into(),
            };
            Arc::make_mut(&mut record).steps.push(failed);
        }
        let effects = core.take(now(tuning(Some("testing"), &[record])), at(1));
        let notice = core.publish().notices[0].clone();
        (notice.severity, format!("{} | {}", notice.text, notice.detail), notes(effects).concat())
    };
    for (why, has_failed, severity) in [
        (ASKED_FOR, false, Severity::Success),
        ("nobody kept it in time", false, Severity::Warning),
        ("the reload failed", true, Severity::Error),
    ] {
        let (found, text, note) = back(why, has_failed);
        assert_eq!((found, text), (severity, format!("production was rolled back | {why}")));
        assert_eq!(note, format!("production rolled back: {why} | In force: testing"));
    }
}

#[test]
fn an_apply_that_an_earlier_run_left_is_told_of_at_the_time_it_was_over() {
    let left = record(4, "production", ApplyPhase::RolledBack { why: "Perfdesk ended before it was kept".into() });
    let mut core = core_with(tuning(Some("testing"), std::slice::from_ref(&left)));
    let event = TuningEvent::Recovered { record: left, how: String::new(), at: at(-500) };
    let effects = core.take(Input::Tuning(Box::new(event)), at(1));
    assert_eq!(told(&mut core), ["production was rolled back | Perfdesk ended before it was kept"]);
    let [Effect::Store(StoreRequest::Annotate(note))] = &effects[..] else { panic!("one note") };
    assert_eq!((note.at, note.kind), (at(-500), AnnotationKind::Profile));
}

#[test]
fn a_profile_whose_values_were_there_already_stands_on_the_time_axis_too() {
    let mut core = core_with(tuning(Some("testing"), &[]));
    let effects = core.take(now(tuning(Some("production"), &[])), at(1));
    assert_eq!(notes(effects), ["production in force; no file had to change | In force: production"]);
}

fn drifting(values: &[(&str, Option<&str>, &str)]) -> BindingState {
    let value = |&(key, found, expected): &(&str, Option<&str>, &str)| BoundValue {
        param: ParamKey::new("database.pool_max"),
        seen_in: SeenIn::File,
        key: key.into(),
        found: found.map(Into::into),
        expected: expected.into(),
        since: at(0),
    };
    BindingState {
        binding: Binding {
            id: "checkout".into(),
            path: "/srv/.env".into(),
            format: FileFormat::Env,
            keys: Vec::new(),
            reload: None,
            verify: None,
        },
        checked_at: Some(at(0)),
        verified_at: None,
        drift: values.iter().map(value).collect(),
        unanswered: None,
        error: None,
    }
}

#[test]
fn drift_is_told_of_while_it_lasts() {
    let mut core = core_with(tuning(Some("production"), &[]));
    let mut seen = |n, states: Vec<BindingState>| {
        let with = Tuning { bindings: states.into(), ..tuning(Some("production"), &[]) };
        core.take(now(with), at(n));
        told(&mut core)
    };
    assert!(seen(1, vec![drifting(&[])]).is_empty());
    let one = || drifting(&[("DB_POOL_MAX", Some("20"), "50")]);
    let text = "/srv/.env differs from production";
    assert_eq!(seen(2, vec![one()]), [format!("{text} | DB_POOL_MAX is 20 instead of 50")]);
    assert_eq!(seen(3, vec![one()]).len(), 1, "said once");
    let four = [("A", None, "1"), ("B", Some("2"), "3"), ("C", Some("2"), "3"), ("D", Some("2"), "3")];
    let detail = "A is not there; 1 is expected; B is 2 instead of 3; C is 2 instead of 3; and 1 more";
    assert_eq!(seen(4, vec![drifting(&four)]), [format!("{text} | {detail}")], "in the place of the one before");
    let unread = BindingState { error: Some("the file is not there".into()), ..drifting(&[]) };
    let text = "/srv/.env cannot be compared with the active profile";
    assert_eq!(seen(5, vec![unread]), [format!("{text} | the file is not there")]);
    assert!(seen(6, vec![drifting(&[])]).is_empty(), "true no longer");
}

#[test]
fn a_revealed_secret_is_in_one_publication_and_in_no_words() {
    let mut core = core_with(tuning(None, &[]));
    let secret = Secret("q7-very-secret".into());
    let event = TuningEvent::Revealed { name: "session".into(), secret: secret.clone() };
    assert!(!format!("{event:?}").contains("very"), "{event:?}");
    core.take(Input::Tuning(Box::new(event)), at(1));
    let shown = core.publish();
    assert_eq!(shown.tuning.revealed, Some(("session".into(), secret)));
    assert!(!format!("{shown:?}").contains("very"));
    assert_eq!(core.publish().tuning.revealed, None);
    assert_eq!(core.snapshot().tuning.revealed, None);
}

#[test]
fn a_check_that_found_nothing_new_waits_for_the_next_publication() {
    let mut core = core_with(tuning(None, &[]));
    core.publish();
    let quiet = TuningEvent::Now { tuning: Box::new(tuning(None, &[])), is_quiet: true };
    core.take(Input::Tuning(Box::new(quiet)), at(1));
    assert!(!core.has_news());
    core.take(now(tuning(None, &[])), at(2));
    assert!(core.has_news());
}

#[test]
fn the_profile_of_a_past_moment_is_that_of_the_last_note_before_it() {
    let note = |n, kind, detail: &str| Annotation {
        id: AnnotationId(n),
        text: AnnotationText {
            detail: detail.into(),
            ..AnnotationText::at(at(i64::try_from(n).expect("small") * 100), kind, "x")
        },
    };
    let all = [
        note(1, AnnotationKind::Profile, "In force: testing\nBy mara"),
        note(2, AnnotationKind::Note, "In force: nonsense"),
        note(3, AnnotationKind::Profile, "In force: production"),
        note(4, AnnotationKind::Profile, "no line of that kind"),
        note(5, AnnotationKind::Profile, "In force: no profile"),
    ];
    for (n, expect) in
        [(99, None), (100, Some("testing")), (299, Some("testing")), (450, Some("production")), (500, None)]
    {
        assert_eq!(profile_at(&all, at(n)).as_deref(), expect, "second {n}");
    }
}
