//! Sources through the core: commands and answers in, the list of series, charts and questions out.

use std::sync::Arc;

use super::sources::{read, write};
use crate::engine::core::tests::{at, batch_defining, core, told};
use crate::engine::core::{Core, Effect};
use crate::engine::handle::Input;
use crate::engine::jobs::{Job, JobOutcome};
use crate::model::profile::Secret;
use crate::model::remote_write::Login;
use crate::model::source::{Source, SourceCommand, SourceState};
use crate::model::{
    Batch, ChartSpec, Command, LayoutCommand, Layouts, Point, SeriesGroup, SeriesId, Slot, Snapshot, TimeRange,
    ViewCommand, ViewId, ViewRange, ViewRequest,
};
use crate::telemetry::prometheus::{Answer, Point as Bucket, Question};

/// A core whose document of sources is in a folder, and what it wants asked.
struct Run {
    core: Core,
    folder: tempfile::TempDir,
    questions: Vec<Question>,
    now: i64,
}

impl Run {
    fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut run = Self { core: core(), folder, questions: Vec::new(), now: 0 };
        run.tick();
        run
    }

    fn take(&mut self, input: Input) {
        let mut effects = self.core.take(input, at(self.now));
        while !effects.is_empty() {
            for effect in std::mem::take(&mut effects) {
                let outcome = match effect {
                    Effect::Job(Job::ReadSources) => JobOutcome::SourcesRead(read(self.folder.path())),
                    Effect::Job(Job::WriteSources(all)) => {
                        write(self.folder.path(), &all).expect("written");
                        continue;
                    }
                    Effect::AskSource(question) => {
                        self.questions.push(question);
                        continue;
                    }
                    _ => continue,
                };
                effects.extend(self.core.take(Input::JobDone(Box::new(outcome)), at(self.now)));
            }
        }
    }

    fn tick(&mut self) {
        let first = if self.now == 0 { batch_defining(0, 0, &["a"]) } else { batch_defining(0, 1, &[]) };
        let points = vec![Point { slot: Slot(0), value: 0.5 }];
        self.take(Input::Batch(Box::new(Batch { at: at(self.now), points, ..first })));
        self.now += 1;
    }

    fn command(&mut self, command: SourceCommand) {
        self.take(Input::Command(Command::Source(command)));
    }

    fn answer(&mut self, answer: Answer) {
        self.take(Input::Source(Box::new(answer)));
    }

    fn snapshot(&mut self) -> Snapshot {
        self.core.publish()
    }

    /// Puts a source there and finds one series.
    fn with_one_series() -> (Self, SeriesId) {
        let mut run = Self::begin();
        run.command(put(source("home")));
        run.command(SourceCommand::Search { source: "home".into(), text: "up".into() });
        assert!(run.snapshot().sources.list[0].search.is_running);
        run.answer(found("up", 1));
        let search = run.snapshot().sources.list[0].search.clone();
        (run, search.found[0])
    }

    fn subscribe(&mut self, series: &[SeriesId], range: TimeRange) {
        let request = ViewRequest { series: series.into(), range: ViewRange::Fixed(range), width_px: 100 };
        self.take(Input::Command(Command::View(ViewCommand::Subscribe { id: ViewId(1), request })));
    }
}

fn source(name: &str) -> Source {
    Source { name: name.into(), url: "http://127.0.0.1:9090".into(), ..Source::default() }
}

fn put(source: Source) -> SourceCommand {
    SourceCommand::Put(Box::new(source))
}

fn found(text: &str, n: usize) -> Answer {
    let labels = |i: usize| vec![("__name__".to_owned(), "up".to_owned()), ("instance".to_owned(), format!("h{i:04}"))];
    Answer::Search { source: "home".into(), text: text.into(), found: Ok((0..n).map(labels).collect()) }
}

fn bucket(second: i64) -> Bucket {
    Bucket { at: at(second).as_millis(), min: 0.0, max: 1.0, mean: 0.5, count: 4 }
}

#[test]
fn what_is_found_is_listed_beside_local_series_within_bounds() {
    let (mut run, id) = Run::with_one_series();
    let snapshot = run.snapshot();
    let info = snapshot.info(id).expect("listed");
    assert_eq!(info.def.key.to_string(), r#"up{instance="h0000",perfdesk.source="home"}"#);
    assert_eq!((info.def.group, &*info.def.instance), (SeriesGroup::Sources, "instance=h0000, of home"));
    assert_eq!((snapshot.value(id), &snapshot.sources.list[0].state), (None, &SourceState::Answering(at(1))));
    run.command(SourceCommand::Search { source: "home".into(), text: "many".into() });
    // An answer to an older search is of no use.
    run.answer(found("up", 3));
    assert!(run.snapshot().sources.list[0].search.is_running);
    run.answer(found("many", 1000));
    let search = run.snapshot().sources.list[0].search.clone();
    assert_eq!((search.found.len(), search.n_all, search.is_running, search.found[0]), (200, 1000, false, id));
    run.command(SourceCommand::Search { source: "home".into(), text: "bad{".into() });
    let failure = Answer::Search { source: "home".into(), text: "bad{".into(), found: Err("h: it says: no".into()) };
    run.answer(failure);
    let sources = run.snapshot().sources;
    assert_eq!((&*sources.list[0].search.why, sources.list[0].search.found.len()), ("h: it says: no", 0));
}

#[test]
fn a_chart_of_a_source_is_asked_for_once_and_joined_with_local_curves() {
    let (mut run, id) = Run::with_one_series();
    run.questions.clear();
    let range = TimeRange { start: at(-100), end: at(0) };
    run.subscribe(&[SeriesId(0), id], range);
    let question = run.questions.pop().expect("asked");
    let Question::Chart { view, ticket, source, keys, step_millis, .. } = question else { panic!("a chart") };
    assert_eq!((&*source.url, keys.len(), step_millis), ("http://127.0.0.1:9090", 1, 1000));
    let before = run.snapshot().views[&ViewId(1)].clone();
    assert!(before.is_loading && before.curves[1].buckets.is_empty());
    assert!(run.questions.is_empty(), "one question is under way");
    let curve = (-100..0).filter(|second| second % 10 == 0).map(bucket).collect();
    run.answer(Answer::Chart { view, ticket, source: "home".into(), found: Ok(vec![curve]) });
    let snapshot = run.snapshot();
    let data = &snapshot.views[&ViewId(1)];
    assert_eq!((data.curves[0].clone(), data.curves[1].buckets.len()), (before.curves[0].clone(), 10));
    let again = run.snapshot();
    assert!(Arc::ptr_eq(data, &again.views[&ViewId(1)]), "nothing is made anew while nothing changes");
    for _ in 0..20 {
        run.tick();
    }
    assert!(run.questions.is_empty(), "the past stands still");
    // Alone it waits for no history of this machine.
    run.subscribe(&[id], TimeRange { start: at(-50), end: at(0) });
    let Some(Question::Chart { ticket, .. }) = run.questions.pop() else { panic!("asked") };
    run.answer(Answer::Chart { view, ticket, source: "home".into(), found: Ok(vec![vec![bucket(-5)]]) });
    let data = run.snapshot().views[&ViewId(1)].clone();
    assert_eq!((data.is_loading, data.curves[0].buckets.len(), data.step.as_secs()), (false, 1, 1));
}

#[test]
fn a_source_that_fails_is_left_alone_for_a_while_and_says_why() {
    let (mut run, id) = Run::with_one_series();
    run.questions.clear();
    run.subscribe(&[id], TimeRange { start: at(-100), end: at(0) });
    let Some(Question::Chart { view, ticket, .. }) = run.questions.pop() else { panic!("asked") };
    let failed =
        |ticket| Answer::Chart { view, ticket, source: "home".into(), found: Err("h: nothing listens there".into()) };
    run.answer(failed(ticket));
    let since = at(run.now);
    let mut asked_at = Vec::new();
    for _ in 0..24 {
        run.tick();
        if let Some(Question::Chart { ticket, .. }) = run.questions.pop() {
            asked_at.push(run.now);
            run.answer(failed(ticket));
        }
    }
    assert!((2..=3).contains(&asked_at.len()), "each 10 s: {asked_at:?}");
    let state = run.snapshot().sources.list[0].state.clone();
    assert_eq!(state, SourceState::Failed(since, "h: nothing listens there".into()));
}

#[test]
fn a_source_is_kept_with_its_token_for_its_owner_alone_and_charts_find_it_again() {
    let (mut run, id) = Run::with_one_series();
    let key = run.snapshot().info(id).expect("listed").def.key.clone();
    run.command(put(Source { login: Login::Bearer, secret: Some(Secret("hush-hush".into())), ..source("home") }));
    assert!(!format!("{:?}", run.snapshot()).contains("hush"));
    let path = run.folder.path().join("prometheus-sources.ron");
    assert!(std::fs::read_to_string(&path).expect("there").contains("hush-hush"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
    // A token is for the host it was given for.
    run.command(put(Source { login: Login::Bearer, url: "http://elsewhere".into(), ..source("home") }));
    let said = told(&mut run.core);
    assert!(said.iter().any(|text| text.contains("token or password is missing")), "{said:?}");
    // The next start lists what stands on charts.
    let mut again = Run { core: core(), folder: run.folder, questions: Vec::new(), now: 0 };
    let mut layouts = Layouts::default();
    layouts.layouts[0].charts.push(ChartSpec { title: "x".into(), series: vec![key.clone()], hidden: Vec::new() });
    again.take(Input::Command(Command::Layout(LayoutCommand::Replace(layouts))));
    again.tick();
    assert!(again.snapshot().find(&key).is_some());
    again.command(SourceCommand::Remove("home".into()));
    assert!(again.snapshot().sources.list.is_empty());
}
