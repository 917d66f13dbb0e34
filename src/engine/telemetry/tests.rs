//! Remote-write through the core: commands and files in, the snapshot, deeds and the file out. Files are real.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::document::{self, RemoteWriteDocument};
use super::files::{RemoteFiles, RemoteJob};
use crate::engine::core::tests::{at, batch_defining, core, told};
use crate::engine::core::{Core, Effect};
use crate::engine::handle::Input;
use crate::engine::jobs::{Job, JobOutcome};
use crate::model::profile::Secret;
use crate::model::remote_write::{Endpoint, Login, RemoteWriteCommand, RemoteWriting, SendCounts, SendState};
use crate::model::{Batch, Command, Point, Slot};
use crate::store::document::Document as _;
use crate::telemetry::remote_write::{Event, Figures, Request};

/// A core whose effects about remote-write are carried out as far as files go.
struct Run {
    core: Core,
    files: RemoteFiles,
    requests: Vec<Request>,
    now: i64,
}

impl Run {
    fn begin(config: &Path) -> Self {
        let mut run = Self { core: core(), files: RemoteFiles::new(config), requests: Vec::new(), now: 0 };
        run.tick(0.5);
        run
    }

    fn take(&mut self, input: Input) {
        let mut effects = self.core.take(input, at(self.now));
        while !effects.is_empty() {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Job(Job::Remote(job)) => {
                        let outcome = JobOutcome::Remote(self.files.carry_out(job));
                        effects.extend(self.core.take(Input::JobDone(Box::new(outcome)), at(self.now)));
                    }
                    Effect::Remote(request) => self.requests.push(request),
                    _ => {}
                }
            }
        }
    }

    fn tick(&mut self, value: f64) {
        let first = if self.now == 0 { batch_defining(0, 0, &["a"]) } else { batch_defining(0, 1, &[]) };
        let points = vec![Point { slot: Slot(0), value }];
        self.take(Input::Batch(Box::new(Batch { at: at(self.now), points, ..first })));
        self.now += 1;
    }

    fn command(&mut self, command: RemoteWriteCommand) {
        self.take(Input::Command(Command::RemoteWrite(command)));
    }

    fn writing(&mut self) -> Arc<RemoteWriting> {
        self.core.publish().remote_write
    }

    /// The endpoints that the thread was last told of, with secrets.
    fn configured(&self) -> Vec<Endpoint> {
        let last = self.requests.iter().rev().find_map(|request| match request {
            Request::Configure(endpoints) => Some(endpoints.clone()),
            _ => None,
        });
        last.unwrap_or_default()
    }
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint { name: name.into(), url: "http://127.0.0.1:9090/api/v1/write".into(), ..Endpoint::default() }
}

fn with_token(name: &str, token: Option<&str>) -> Endpoint {
    Endpoint { login: Login::Bearer, secret: token.map(|text| Secret(text.into())), ..endpoint(name) }
}

fn put(endpoint: Endpoint) -> RemoteWriteCommand {
    RemoteWriteCommand::Put(Box::new(endpoint))
}

#[test]
fn an_endpoint_is_kept_for_its_owner_alone_and_its_token_is_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::begin(folder.path());
    run.command(put(with_token("home", Some("hush-hush"))));
    let path = folder.path().join(RemoteWriteDocument::FILE);
    assert!(fs::read_to_string(&path).expect("written").contains("hush-hush"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let snapshot = run.core.publish();
    assert!(!format!("{snapshot:?}").contains("hush"), "in the snapshot");
    let status = &snapshot.remote_write.endpoints[0];
    assert!(status.has_secret && status.endpoint.secret.is_none() && status.state == SendState::Sending);
    // A change without a token keeps it; one to another host does not take it along.
    run.command(put(Endpoint { send_seconds: 30, ..with_token("home", None) }));
    assert_eq!(run.configured()[0].secret, Some(Secret("hush-hush".into())));
    run.command(put(Endpoint { url: "http://elsewhere/write".into(), ..with_token("home", None) }));
    assert_eq!((run.configured()[0].send_seconds, run.configured()[0].url.contains("elsewhere")), (30, false));
    let said = told(&mut run.core);
    assert!(said.iter().any(|text| text.contains("token or password is missing")), "{said:?}");
    // The next start finds it again, and gives it the tick that came before the file was read.
    let again = Run::begin(folder.path());
    assert_eq!(again.configured(), run.configured());
    let Some(Request::Tick(first)) = again.requests.get(1) else { panic!("{:?}", again.requests) };
    assert_eq!((first.at, first.values[0].1), (at(0), 0.5));
}

#[test]
fn ticks_go_on_while_somebody_wants_them_and_what_is_lost_is_a_series() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::begin(folder.path());
    run.tick(0.25);
    let n_ticks = |run: &Run| run.requests.iter().filter(|request| matches!(request, Request::Tick(_))).count();
    assert_eq!(n_ticks(&run), 0, "nobody wants any");
    run.command(put(endpoint("home")));
    run.tick(0.125);
    let Some(Request::Tick(tick)) = run.requests.pop() else { panic!("a tick") };
    assert_eq!(tick.values[0].1, 0.125);
    run.core.remote_refused(Request::Tick(tick));
    let counts =
        SendCounts { n_behind: 7, behind_since: Some(at(0)), n_dropped: 5, n_refused: 2, ..SendCounts::default() };
    let figures = Figures { name: "home".into(), state: SendState::Sending, counts, refusal: "".into() };
    run.take(Input::Remote(Box::new(Event::Figures(vec![figures]))));
    run.tick(0.5);
    let snapshot = run.core.publish();
    let value = |key: &str| snapshot.find(&key.parse().expect("a key")).and_then(|id| snapshot.value(id));
    assert_eq!(value("perfdesk.dropped{part=\"remote-write\"}"), Some(3.0 + 5.0 + 2.0));
    assert_eq!(value("perfdesk.remote_write.behind{endpoint=\"home\"}"), Some(3.0));
    let disk = snapshot.health.queues.iter().find(|queue| queue.name.starts_with("remote-write on disk"));
    assert_eq!(disk.map(|queue| (queue.capacity, queue.dropped)), Some((256, 7)));
    let Some(Request::Tick(tick)) = run.requests.pop() else { panic!("a tick") };
    assert_eq!(tick.values.len(), 3, "they are sent on like others");
    run.command(RemoteWriteCommand::Remove("home".into()));
    run.tick(0.5);
    assert_eq!((run.writing().endpoints.len(), run.configured().len()), (0, 0));
}

#[test]
fn an_edited_file_is_taken_over_and_what_is_wrong_in_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::begin(folder.path());
    let good = endpoint("good");
    let bad = Endpoint { only: vec!["a{b=~\"(\"}".into()], ..endpoint("bad") };
    let path = folder.path().join(RemoteWriteDocument::FILE);
    document::write(folder.path(), &[good.clone(), bad, endpoint("good")]).expect("written");
    let edited = run.files.edited().expect("edited");
    run.take(Input::JobDone(Box::new(JobOutcome::Remote(edited))));
    assert_eq!(run.configured(), [good]);
    let error = run.writing().file_error.clone();
    assert!(error.contains("bad is left out: a{b=~\"(\"} means no series"), "{error}");
    assert!(error.contains("good is left out: another has its name"), "{error}");
    fs::write(&path, "(endpoints: [(").expect("written");
    let edited = run.files.edited().expect("edited");
    run.take(Input::JobDone(Box::new(JobOutcome::Remote(edited))));
    assert_eq!(run.configured().len(), 1, "what was in force stays so");
    assert!(run.writing().file_error.contains("line 1"));
    // A change from the window does not write over what somebody wrote.
    run.command(put(endpoint("new")));
    assert_eq!(fs::read_to_string(path.with_extension("ron.rejected")).expect("put aside"), "(endpoints: [(");
    assert_eq!(document::read(folder.path()).expect("reads").len(), 2);
}

#[test]
fn a_secret_may_stand_where_one_who_edits_would_write_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"(endpoints: [(endpoint: (name: "a", url: "http://h/w", login: Basic(user: "me"), secret: "pw"))])"#;
    fs::write(folder.path().join(RemoteWriteDocument::FILE), text).expect("written");
    let read = document::read(folder.path()).expect("reads");
    assert_eq!((&read[0].login, &read[0].secret), (&Login::Basic { user: "me".into() }, &Some(Secret("pw".into()))));
    assert!(!format!("{:?}", RemoteWriteDocument::new(&read)).contains("pw"));
    let job = RemoteJob::Write(read);
    assert!(!format!("{job:?}").contains("pw"));
}
