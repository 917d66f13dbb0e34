//! The whole engine with this machine's own samples: sent on to a real Prometheus, found there again, and charted beside
//! the series they came from.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use perfdesk::engine::{Engine, EngineOptions, Handle};
use perfdesk::model::remote_write::{Endpoint, RemoteWriteCommand};
use perfdesk::model::source::{Source, SourceCommand, SourceState};
use perfdesk::model::{Command, Folders, SeriesKey, Snapshot, ViewCommand, ViewId, ViewRange, ViewRequest};

use super::installed::{PROMETHEUS, free_address, is_installed, prometheus};
use super::support::PATIENCE;

/// An engine, and the word of each publication.
struct Run {
    engine: Engine,
    handle: Handle,
    published: Receiver<()>,
}

impl Run {
    fn start(folder: &tempfile::TempDir) -> Self {
        let folders = Folders { config: folder.path().join("config"), data: folder.path().join("data") };
        let engine =
            Engine::start(EngineOptions { receives: false, ..EngineOptions::of_this_machine(folders, Instant::now()) })
                .expect("it starts");
        let handle = engine.handle();
        let (tell, published) = sync_channel(1);
        handle.on_publish(move || {
            let _ = tell.try_send(());
        });
        Self { engine, handle, published }
    }

    fn until<T>(&self, what: &str, look: impl Fn(&Snapshot) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let snapshot = self.handle.snapshot();
            if let Some(found) = look(&snapshot) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let told: Vec<_> = snapshot.notices.iter().map(|n| format!("{}: {}", n.text, n.detail)).collect();
            let waited = self.published.recv_timeout(left.min(Duration::from_secs(1)));
            assert!(waited.is_ok() || !left.is_zero(), "{what} did not come: {told:?} {:?}", snapshot.remote_write);
        }
    }

    fn send(&self, command: Command) {
        assert!(self.handle.send(command), "the engine takes it");
    }
}

#[test]
fn own_samples_are_sent_found_again_and_charted_beside_their_origin() {
    if !is_installed(PROMETHEUS) {
        return;
    }
    let (folder, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let address = free_address();
    let program = prometheus(address, data.path());
    let mut run = Run::start(&folder);
    run.until("the first tick", |s| s.at);
    let endpoint = Endpoint {
        name: "prom".into(),
        url: format!("http://{address}/api/v1/write").into(),
        send_seconds: 1,
        ..Endpoint::default()
    };
    let source = Source { name: "prom".into(), url: format!("http://{address}").into(), ..Source::default() };
    run.send(Command::RemoteWrite(RemoteWriteCommand::Put(Box::new(endpoint))));
    run.send(Command::RemoteWrite(RemoteWriteCommand::Test("prom".into())));
    run.send(Command::Source(SourceCommand::Put(Box::new(source))));
    let tested = run.until("the test", |s| s.remote_write.endpoint("prom")?.tested.clone());
    assert!(tested.is_ok && tested.text.contains("answered 204"), "{tested:?}");
    run.until("samples that were sent", |s| (s.remote_write.endpoint("prom")?.counts.n_sent > 500).then_some(()));
    run.send(Command::Source(SourceCommand::Search { source: "prom".into(), text: "system memory usage".into() }));
    let found = run.until("what was found", |s| {
        let search = &s.sources.source("prom")?.search;
        (!search.is_running && !search.found.is_empty()).then(|| search.found.clone())
    });
    let snapshot = run.handle.snapshot();
    let state =
        |id| snapshot.info(id).and_then(|info| info.def.key.attribute("system_memory_state").map(str::to_owned));
    let there = *found.iter().find(|id| state(**id).as_deref() == Some("used")).expect("the used memory");
    let key: SeriesKey = "system.memory.usage{system.memory.state=\"used\"}".parse().expect("a key");
    let here = snapshot.find(&key).expect("it is sampled");
    let request = ViewRequest {
        series: [here, there].into(),
        range: ViewRange::Live { span: Duration::from_secs(60) },
        width_px: 600,
    };
    run.send(Command::View(ViewCommand::Subscribe { id: ViewId(7), request }));
    let data = run.until("both curves", |s| {
        let data = s.views.get(&ViewId(7))?;
        data.curves.iter().all(|curve| curve.buckets.len() >= 4).then(|| data.clone())
    });
    let second = |bucket: &perfdesk::model::Bucket| bucket.at.as_millis().div_euclid(1000);
    let mut n_same = 0;
    for bucket in data.curves[1].buckets.iter() {
        let own: Vec<f32> =
            data.curves[0].buckets.iter().filter(|b| second(b) == second(bucket)).map(|b| b.mean).collect();
        if let [own] = own[..]
            && bucket.count == 1
        {
            assert!((own - bucket.mean).abs() <= own.abs() * 1e-6, "{own} and {}", bucket.mean);
            n_same += 1;
        }
    }
    assert!(n_same >= 3, "{n_same} of {}", data.curves[1].buckets.len());
    // The server goes: the chart keeps what it has, and the source says that it does not answer.
    drop(program);
    run.until("that it does not answer", |s| match &s.sources.source("prom")?.state {
        SourceState::Failed(_, why) => why.contains("nothing listens there").then_some(()),
        _ => None,
    });
    assert!(run.handle.snapshot().views[&ViewId(7)].curves[1].buckets.len() >= 4);
    assert!(run.engine.stop(), "all threads end");
}
