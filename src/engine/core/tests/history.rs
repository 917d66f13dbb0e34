//! What goes to the store, what it tells, annotations, moments and tasks.

use super::recorded::Recorded;
use super::*;
use crate::engine::query_worker::{Query, answer};
use crate::engine::store_worker::StoreEvent;
use crate::engine::tasks::{TaskEnd, TaskError, event};
use crate::store::history::Opened;
use crate::store::progress::{Cancelled, Unwatched};

fn opened(annotations: Vec<Annotation>, newest: Option<Timestamp>) -> Input {
    let status = HistoryStatus { state: HistoryState::Writing, ..HistoryStatus::default() };
    let opened = Opened { annotations, newest, status, ..Opened::default() };
    let reader = Recorded::with_step(0);
    Input::Store(Box::new(StoreEvent::Opened { opened: Box::new(opened), reader }))
}

fn state(state: HistoryState) -> Input {
    Input::Store(Box::new(StoreEvent::Status(HistoryStatus { state, ..HistoryStatus::default() })))
}

/// The annotations that are to be written, as `kind at: text`.
fn notes(effects: &[Effect]) -> Vec<String> {
    let note = |effect: &Effect| match effect {
        Effect::Store(StoreRequest::Annotate(text)) => {
            let second = |at: Timestamp| (at.as_millis() - at_zero()) / 1000;
            let until = text.until.map(|until| format!("..{}", second(until))).unwrap_or_default();
            Some(format!("{:?} {}{until}: {}", text.kind, second(text.at), text.text))
        }
        _ => None,
    };
    effects.iter().filter_map(note).collect()
}

fn at_zero() -> i64 {
    at(0).as_millis()
}

fn annotation(id: u64, second: i64, kind: AnnotationKind) -> Annotation {
    Annotation { id: AnnotationId(id), text: AnnotationText::at(at(second), kind, "x") }
}

#[test]
fn each_tick_goes_to_the_store_and_every_ten_seconds_it_is_made_safe() {
    let mut core = core();
    let mut flushes = Vec::new();
    let mut values = Vec::new();
    for n in 0..31 {
        let batch = Batch { elapsed: Duration::from_secs(n), ..batch_of(tick(n as i64, &[(0, 0.5), (1, 1e300)])) };
        for effect in core.take(Input::Batch(Box::new(batch)), at(n as i64)) {
            match effect {
                Effect::Store(StoreRequest::Flush(_)) => flushes.push(n),
                Effect::Store(StoreRequest::Tick(tick)) => values.push(tick.values),
                _ => {}
            }
        }
    }
    assert_eq!(flushes, [0, 10, 20, 30]);
    assert_eq!(values.len(), 31);
    assert_eq!(values[0], [(SeriesId(0), 0.5), (SeriesId(1), f32::MAX)]);
}

fn batch_of(input: Input) -> Batch {
    let Input::Batch(batch) = input else { unreachable!("a tick is a batch") };
    *batch
}

#[test]
fn starts_and_runs_that_ended_without_a_word_are_noted() {
    let table = [
        (vec![], None, vec!["Start 0: Perfdesk 0.1.0 started"]),
        (
            vec![annotation(1, -90, AnnotationKind::Start), annotation(2, -50, AnnotationKind::Stop)],
            Some(at(-51)),
            vec!["Start 0: Perfdesk 0.1.0 started"],
        ),
        (
            vec![annotation(1, -90, AnnotationKind::Start), annotation(3, -80, AnnotationKind::Note)],
            Some(at(-51)),
            vec![
                "Stop -51: Perfdesk ended without a word at about 22:12 UTC on 2023-11-14",
                "Start 0: Perfdesk 0.1.0 started",
            ],
        ),
    ];
    for (annotations, newest, expect) in table {
        let mut core = core();
        assert!(notes(&core.take(tick(0, &[]), at(0))).is_empty(), "nothing before history is open");
        assert_eq!(notes(&core.take(opened(annotations, newest), at(1))), expect);
    }
}

#[test]
fn sleep_and_steps_of_the_clock_are_noted_and_no_span_is_negative() {
    let seconds = Duration::from_secs;
    // Wall time, monotonic time and sleep of the second batch; the first has 100, 100 and 5.
    let table = [
        ((101, 101, Some(5)), vec![]),
        ((102, 101, Some(5)), vec![]),
        ((3701, 101, Some(3605)), vec!["Sleep 100..3701: The machine slept for 1 h"]),
        ((131, 101, Some(5)), vec!["Clock 100: The clock was set forward by 30 s"]),
        ((41, 101, Some(5)), vec!["Clock 41: The clock was set back by 1 min"]),
        (
            (41, 101, Some(3605)),
            vec!["Sleep 100: The machine slept for 1 h", "Clock 41: The clock was set back by 1 h 1 min"],
        ),
        ((131, 101, None), vec!["Clock 100..131: The machine slept or its clock was set forward: 30 s"]),
        ((41, 101, None), vec!["Clock 41: The clock was set back by 1 min"]),
        ((400, 400, Some(5)), vec![]),
    ];
    for ((wall, elapsed, asleep), expect) in table {
        let mut core = core();
        core.take(opened(Vec::new(), None), at(100));
        let batch = |wall: i64, elapsed, asleep: Option<u64>| {
            let at = at(wall);
            let (elapsed, asleep) = (seconds(elapsed), asleep.map(seconds));
            Input::Batch(Box::new(Batch { at, elapsed, asleep, ..batch_defining(0, 0, &[]) }))
        };
        core.take(batch(100, 100, asleep.map(|_| 5)), at(100));
        let effects = core.take(batch(wall, elapsed, asleep), at(wall));
        assert_eq!(notes(&effects), expect, "{wall} {elapsed} {asleep:?}");
        let texts = effects.iter().filter_map(|effect| match effect {
            Effect::Store(StoreRequest::Annotate(text)) => Some(text),
            _ => None,
        });
        assert!(texts.into_iter().all(|text| text.until.is_none_or(|until| until > text.at)));
    }
}

#[test]
fn a_stalled_store_stands_in_one_notice_until_it_writes_again() {
    let mut core = core();
    core.take(opened(Vec::new(), None), at(0));
    let stalled = |why: &str| state(HistoryState::Stalled { since: at(1), why: why.into() });
    assert_eq!(
        notes(&core.take(stalled("the disk is full"), at(1))),
        ["Trouble 1: History is not being written: the disk is full"]
    );
    assert!(core.take(stalled("the disk is full: 3 MB"), at(11)).is_empty());
    assert_eq!(
        told(&mut core),
        [
            "History is not being written | the disk is full. Sampling and the screen go on; it is tried again every 10 s"
        ]
    );
    assert_eq!(notes(&core.take(state(HistoryState::Writing), at(21))), ["Trouble 21: History is written again"]);
    assert_eq!(told(&mut core), ["History is written again | "]);
    assert_eq!(core.publish().notices[0].severity, Severity::Success);
}

#[test]
fn samples_that_find_no_room_are_counted_and_notes_are_not_lost() {
    let mut core = core();
    core.take(opened(Vec::new(), None), at(0));
    let note = AnnotationText::at(at(3), AnnotationKind::Note, "look\n here");
    let mut refused = core.take(Input::Command(Command::Annotation(AnnotationCommand::Add(note))), at(3));
    refused.extend(core.take(tick(0, &[(0, 1.0), (1, 2.0)]), at(4)));
    for effect in refused {
        if let Effect::Store(request) = effect {
            core.store_refused(request);
        }
    }
    let effects = core.take(tick(5, &[(0, 1.0)]), at(5));
    assert_eq!(notes(&effects), ["Note 3: look here"]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Store(StoreRequest::Dropped(2)))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Store(StoreRequest::Know(_)))));
    let queue = core.publish().health.queues.iter().find(|q| q.name == "samples to disk").cloned();
    assert_eq!(queue.map(|q| q.dropped), Some(2));
}

#[test]
fn only_a_persons_own_notes_can_be_written_and_changed() {
    let mut core = core();
    let all = vec![annotation(1, 1, AnnotationKind::Note), annotation(2, 2, AnnotationKind::Sleep)];
    core.take(opened(all, None), at(0));
    let mut n_effects = |command| {
        let effects = core.take(Input::Command(Command::Annotation(command)), at(3));
        effects.iter().filter(|effect| matches!(effect, Effect::Store(_))).count()
    };
    let note = |kind| AnnotationText::at(at(1), kind, "y");
    let edit = |id, kind| AnnotationCommand::Edit(Annotation { id: AnnotationId(id), text: note(kind) });
    assert_eq!(n_effects(AnnotationCommand::Add(note(AnnotationKind::Note))), 1);
    assert_eq!(n_effects(AnnotationCommand::Add(note(AnnotationKind::Start))), 0);
    assert_eq!(n_effects(edit(1, AnnotationKind::Note)), 1);
    assert_eq!(n_effects(edit(1, AnnotationKind::Alert)), 0);
    assert_eq!(n_effects(edit(2, AnnotationKind::Note)), 0);
    assert_eq!(n_effects(AnnotationCommand::Remove(AnnotationId(2))), 0);
    assert_eq!(n_effects(AnnotationCommand::Remove(AnnotationId(9))), 0);
    assert_eq!(n_effects(AnnotationCommand::Remove(AnnotationId(1))), 1);
    core.take(Input::Store(Box::new(StoreEvent::Removed(AnnotationId(1)))), at(4));
    core.take(Input::Store(Box::new(StoreEvent::Annotated(annotation(3, 1, AnnotationKind::Note)))), at(4));
    let shown: Vec<u64> = core.publish().annotations.iter().map(|annotation| annotation.id.0).collect();
    assert_eq!(shown, [3, 2], "by time");
}

#[test]
fn a_changed_interval_is_noted_and_new_bounds_go_to_the_store() {
    let mut core = core();
    core.take(opened(Vec::new(), None), at(0));
    let history = HistorySettings { full_hours: 24, ..HistorySettings::default() };
    let wanted = Settings { interval_millis: 5000, history, zoom: 1.5, ..Settings::default() };
    let effects = core.take(Input::Command(Command::Settings(SettingsCommand::Replace(wanted))), at(7));
    assert_eq!(notes(&effects), ["Settings 7: Sampling interval 1 s -> 5 s, full resolution kept 48 h -> 24 h"]);
    let has_bounds = |effect: &Effect| matches!(effect, Effect::Store(StoreRequest::Settings(h)) if h.full_hours == 24);
    assert!(effects.iter().any(has_bounds));
}

#[test]
fn series_of_history_are_listed_without_a_value_until_a_source_speaks_of_them() {
    let mut core = core();
    core.take(tick(0, &[(0, 0.5)]), at(0));
    let gone = Arc::new(SeriesDef { name: "as it was called".into(), ..def("c", None) });
    let series = vec![Arc::new(def("a", None)), gone];
    let found = Opened { series, ..Opened::default() };
    let event = StoreEvent::Opened { opened: Box::new(found), reader: Recorded::with_step(0) };
    let effects = core.take(Input::Store(Box::new(event)), at(1));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Store(StoreRequest::Know(all)) if all.len() == 3)));
    let snapshot = core.publish();
    let names: Vec<&str> = snapshot.series.iter().map(|info| &*info.def.name).collect();
    assert_eq!((names, snapshot.value(SeriesId(2))), (vec!["a", "b", "as it was called"], None));
    let batch = Batch { at: at(2), points: vec![Point { slot: Slot(2), value: 7.0 }], ..batch_defining(0, 2, &["c"]) };
    core.take(Input::Batch(Box::new(batch)), at(2));
    let snapshot = core.publish();
    assert_eq!((&*snapshot.series[2].def.name, snapshot.value(SeriesId(2))), ("c", Some(7.0)));
}

#[test]
fn a_moment_holds_what_every_series_was_then() {
    let history = Recorded::with_step(0);
    let inspect = |core: &mut Core, second| {
        let effects = core.take(Input::Command(Command::History(HistoryCommand::Inspect(Some(second)))), at(9000));
        for effect in effects {
            if let Effect::Query(history, question) = effect {
                let answer = answer(Query { history, question }, &mut Unwatched).expect("not overtaken");
                core.take(Input::Answer(Box::new(answer)), at(9000));
            }
        }
        core.publish().moment.clone()
    };
    let mut core = core();
    core.take(opened(vec![annotation(4, 150, AnnotationKind::Note)], None), at(0));
    for n in (0..200).chain(8000..8100) {
        history.take(&core.take(tick(n, &[(0, n as f64), (1, -1.0)]), at(n)));
    }
    let reopened = Opened { annotations: core.annotations.all().to_vec(), ..Opened::default() };
    let event = StoreEvent::Opened { opened: Box::new(reopened), reader: history };
    core.take(Input::Store(Box::new(event)), at(8100));
    // From disk, and between two ticks.
    let moment = inspect(&mut core, at(150).plus(Duration::from_millis(400))).expect("found");
    assert_eq!((moment.at, moment.gap, moment.annotations.len()), (Some(at(150)), None, 1));
    assert_eq!(moment.values.iter().map(|v| (v.series.0, v.mean)).collect::<Vec<_>>(), [(0, 150.0), (1, -1.0)]);
    // From memory.
    let moment = inspect(&mut core, at(8050)).expect("found");
    assert_eq!((moment.at, moment.values.len(), moment.annotations.len()), (Some(at(8050)), 2, 0));
    // In the silence.
    let moment = inspect(&mut core, at(4000)).expect("found");
    assert_eq!((moment.at, moment.values.len()), (None, 0));
    assert_eq!(moment.gap, Some(TimeRange { start: at(199), end: at(8000) }));
    core.take(Input::Command(Command::History(HistoryCommand::Inspect(None))), at(9001));
    assert!(core.publish().moment.is_none());
}

#[test]
fn tasks_wait_for_history_go_one_by_one_and_the_last_twenty_are_listed() {
    let mut core = core();
    let start = || {
        let request = TaskRequest::ExportArchive { path: "all.perfdesk".into() };
        Input::Command(Command::Task(TaskCommand::Start(request)))
    };
    assert!(core.take(start(), at(0)).is_empty(), "history is not open yet");
    let effects = core.take(opened(Vec::new(), None), at(1));
    let begun: Vec<u64> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Task(start) => Some(start.id.0),
            _ => None,
        })
        .collect();
    assert_eq!(begun, [0]);
    let tell = |core: &mut Core, id, outcome| {
        core.take(Input::Task(Box::new(event(TaskId(id), outcome))), at(2));
    };
    tell(&mut core, 0, Ok(TaskEnd { text: "3 samples".into(), ..TaskEnd::default() }));
    for id in 1..30 {
        core.take(start(), at(3));
        match id % 2 {
            0 => tell(&mut core, id, Err(TaskError::Failed("the disk is full".into()))),
            _ => tell(&mut core, id, Err(TaskError::Cancelled(Cancelled))),
        }
    }
    core.take(start(), at(4));
    // One that runs says itself when it is over; one that waits for it is over at once.
    core.take(start(), at(4));
    for id in [30, 31] {
        core.take(Input::Command(Command::Task(TaskCommand::Cancel(TaskId(id)))), at(5));
    }
    let states =
        |core: &mut Core| core.publish().tasks.iter().rev().take(2).map(|t| t.state.clone()).collect::<Vec<_>>();
    assert_eq!(states(&mut core), [TaskState::Cancelled, TaskState::Waiting]);
    tell(&mut core, 30, Err(TaskError::Cancelled(Cancelled)));
    let tasks = core.publish().tasks;
    assert_eq!((tasks.len(), tasks[0].id.0, &tasks[20 - 1].state), (20, 12, &TaskState::Cancelled));
    core.take(Input::Command(Command::Task(TaskCommand::Dismiss(TaskId(30)))), at(6));
    assert_eq!(core.publish().tasks.len(), 19);
    let told = told(&mut core);
    assert_eq!(told[0], "Archive of all history to all.perfdesk: done | 3 samples");
    assert!(told[1].ends_with("failed | the disk is full"), "{told:?}");
}

#[test]
fn a_look_at_a_file_leaves_the_list_once_what_it_found_is_there() {
    let mut core = core();
    let look = |path: &str| {
        Input::Command(Command::Task(TaskCommand::Start(TaskRequest::PreviewImport { path: path.into() })))
    };
    core.take(look("x.csv"), at(0));
    assert_eq!(core.publish().tasks.len(), 1);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.csv");
    std::fs::write(&path, "time,a\n0,1\n1,2\n").expect("written");
    let preview = crate::store::transfer::preview(&path).expect("a look");
    let end = TaskEnd { text: "2 columns".into(), preview: Some(preview), ..TaskEnd::default() };
    core.take(Input::Task(Box::new(event(TaskId(0), Ok(end)))), at(1));
    let snapshot = core.publish();
    assert!(snapshot.tasks.is_empty() && snapshot.import_preview.is_some());
    // One that failed says why.
    core.take(look("y.csv"), at(2));
    core.take(Input::Task(Box::new(event(TaskId(1), Err(TaskError::Failed("gone".into()))))), at(3));
    assert_eq!(core.publish().tasks.len(), 1);
}
