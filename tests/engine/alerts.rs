//! Alerts through the engine with its real threads, real files and a real webhook on loopback, over made-up time.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use perfdesk::engine::{Engine, EngineOptions};
use perfdesk::model::alert::{ActionKind, AlertCommand, Phase, RecordEnd, Webhook};
use perfdesk::model::{
    AnnotationKind, Command, Folders, HistoryState, ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Snapshot, Unit,
};
use perfdesk::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

use super::test_pace::TestClock;

/// One share, in thousandths, that the test sets.
struct Level {
    slot: Option<Slot>,
    thousandths: Arc<AtomicU64>,
}

impl Probe for Level {
    fn id(&self) -> ProbeId {
        ProbeId("level")
    }
    fn title(&self) -> &'static str {
        "Level"
    }
    fn group(&self) -> SeriesGroup {
        SeriesGroup::Cpu
    }
    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }
    fn read(&mut self, _now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let slot = *self.slot.get_or_insert_with(|| {
            out.define(SeriesDef {
                key: SeriesKey::new("test.level", &[]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: "Level".into(),
                instance: "".into(),
                probe: ProbeId("level"),
                cadence: None,
            })
        });
        out.put(slot, self.thousandths.load(Ordering::SeqCst) as f64 / 1000.0);
        Ok(())
    }
}

struct Run {
    engine: Engine,
    ticks: Sender<u64>,
    published: Receiver<()>,
    level: Arc<AtomicU64>,
    second: u64,
}

impl Run {
    /// A run that has read its rules and opened its history; its made-up time begins so many seconds after the first.
    fn begin(folder: &Path, begins: i64, thousandths: u64) -> Self {
        let clock = TestClock::default();
        clock.set_ahead.store(begins * 1000, Ordering::SeqCst);
        let (ticks, receiver) = mpsc::channel();
        let level = Arc::new(AtomicU64::new(thousandths));
        let read = level.clone();
        let engine = Engine::start(EngineOptions {
            folders: Folders { config: folder.join("config"), data: folder.join("data") },
            probes: Arc::new(move || vec![Box::new(Level { slot: None, thousandths: read.clone() })]),
            pace: clock.pace(Arc::new(Mutex::new(receiver))),
            wall: clock.wall(),
            world: clock.world(),
            apply_pace: clock.apply_pace(),
            receives: false,
        })
        .expect("the engine starts");
        let (publishing, published) = mpsc::channel();
        engine.handle().on_publish(move || {
            let _ = publishing.send(());
        });
        let run = Self { engine, ticks, published, level, second: 0 };
        run.until("the rules", |s| s.history.state == HistoryState::Writing && !s.alerts.rules.is_empty());
        run
    }

    #[track_caller]
    fn until(&self, what: &str, is_true: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.engine.handle().snapshot();
            if is_true(&snapshot) {
                return snapshot;
            }
            let waited = self.published.recv_timeout(Duration::from_secs(20));
            let now = self.engine.handle().snapshot();
            assert!(waited.is_ok() || is_true(&now), "never came: {what}; {:?} {:?}", now.alerts, now.notices);
        }
    }

    /// The next `n` seconds at this level.
    fn seconds(&mut self, n: u64, thousandths: u64) -> Arc<Snapshot> {
        self.level.store(thousandths, Ordering::SeqCst);
        for _ in 0..n {
            let before = self.engine.handle().snapshot().health.n_passes;
            self.second += 1;
            self.ticks.send(self.second).expect("running");
            self.until("the next pass", |s| s.health.n_passes > before);
        }
        self.engine.handle().snapshot()
    }

    fn command(&self, command: AlertCommand) {
        assert!(self.engine.handle().send(Command::Alert(command)));
    }

    fn stop(mut self) {
        assert!(self.engine.stop(), "all threads end");
    }
}

fn write_rules(folder: &Path, rules: &str) {
    fs::create_dir_all(folder.join("config")).expect("made");
    fs::write(folder.join("config/alerts.ron"), format!("(version: 1, {rules})")).expect("written");
}

fn phase(snapshot: &Snapshot, rule: &str) -> Phase {
    snapshot.alerts.rule(rule).expect("a rule").phase
}

#[test]
fn a_restart_in_the_middle_keeps_the_age_and_the_log_its_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = r#"rules: [(id: "level", name: "Level", when: ["test.level > 80 %"], for: "10 s", recover: "< 70 %",
        keep_firing_for: "2 s", on_desktop: false)]"#;
    write_rules(folder.path(), rule);
    let mut run = Run::begin(folder.path(), 0, 900);
    let snapshot = run.seconds(6, 900);
    let status = &snapshot.alerts.rules[0];
    assert_eq!((status.phase, status.instances[0].held.as_secs()), (Phase::Pending, 5));
    run.stop();

    let mut run = Run::begin(folder.path(), 3600, 900);
    let snapshot = run.seconds(5, 900);
    assert_eq!(phase(&snapshot, "level"), Phase::Pending);
    assert_eq!(phase(&run.seconds(1, 950), "level"), Phase::Firing);
    let noted = run.until("the note", |s| s.annotations.iter().any(|a| a.text.kind == AnnotationKind::Alert));
    assert_eq!(noted.alerts.log[0].id.0, 1);
    assert_eq!(phase(&run.seconds(1, 600), "level"), Phase::Recovering);
    run.seconds(2, 600);
    let over = run.until("the end on the time axis", |s| {
        s.annotations.iter().any(|a| a.text.kind == AnnotationKind::Alert && a.text.until.is_some())
    });
    let record = over.alerts.log[0].clone();
    assert_eq!((record.ended, record.end, record.worst), (Some(RecordEnd::Recovered), Some(TestClock::at(3609)), 0.95));
    run.stop();

    let mut run = Run::begin(folder.path(), 7200, 900);
    let snapshot = run.seconds(11, 900);
    let ids: Vec<u64> = snapshot.alerts.log.iter().map(|record| record.id.0).collect();
    assert_eq!((ids, &snapshot.alerts.log[1]), (vec![2, 1], &record));
}

#[test]
fn an_edited_file_is_read_again_while_the_engine_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::begin(folder.path(), 0, 100);
    assert_eq!(run.engine.handle().snapshot().alerts.rules.len(), 16, "the shipped ones");
    write_rules(
        folder.path(),
        r#"rules: [(id: "level", name: "Level", when: ["test.level > 5 %"], on_desktop: false)]"#,
    );
    run.seconds(6, 100);
    run.until("the edited rules", |s| s.alerts.rules.len() == 1);
    assert_eq!(phase(&run.seconds(2, 100), "level"), Phase::Firing);
    write_rules(folder.path(), "rules: [broken");
    run.seconds(6, 100);
    let snapshot = run.until("the fault", |s| !s.alerts.file_error.is_empty());
    assert!(snapshot.alerts.file_error.contains("line 1, column"), "{}", snapshot.alerts.file_error);
    assert_eq!(phase(&snapshot, "level"), Phase::Firing);
}

/// Answers one POST with 200; gives its body.
fn answer_one(listener: &TcpListener) -> String {
    let (stream, _) = listener.accept().expect("a caller");
    let mut reader = BufReader::new(&stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let mut stream: &TcpStream = &stream;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("answered");
    String::from_utf8(body).expect("text")
}

#[test]
fn a_webhook_that_hangs_delays_neither_rules_nor_another_webhook() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hanging, working) =
        (TcpListener::bind("127.0.0.1:0").expect("a port"), TcpListener::bind("127.0.0.1:0").expect("a port"));
    let hook = |name: &str, listener: &TcpListener| Webhook {
        name: name.into(),
        url: format!("http://{}/token", listener.local_addr().expect("bound")).into(),
    };
    let rule = |id: &str, hook: &str| {
        format!(r#"(id: "{id}", name: "Rule {id}", when: ["test.level > 80 %"], on_desktop: false, webhook: "{hook}")"#)
    };
    write_rules(folder.path(), &format!("rules: [{}, {}]", rule("a", "hanging"), rule("b", "working")));
    let mut run = Run::begin(folder.path(), 0, 100);
    run.command(AlertCommand::SetWebhooks(vec![hook("hanging", &hanging), hook("working", &working)]));
    run.until("the webhooks", |s| s.alerts.webhooks.len() == 2);
    let heard = thread::spawn(move || answer_one(&working));
    run.seconds(1, 900);
    let body = heard.join().expect("answered");
    assert!(body.contains("\"status\":\"firing\"") && body.contains("\"rule\":\"b\""), "{body}");
    let snapshot = run.until("the delivery", |s| {
        s.alerts.rule("b").is_some_and(|status| status.deliveries.iter().any(|d| d.kind == ActionKind::Webhook))
    });
    let delivery = &snapshot.alerts.rule("b").expect("there").deliveries[0];
    assert!(delivery.is_ok && delivery.text.ends_with(" answered 200"), "{}", delivery.text);
    assert!(!delivery.text.contains("token"), "{}", delivery.text);
    assert_eq!(phase(&run.seconds(3, 100), "a"), Phase::Inactive);
    run.stop();
}

#[cfg(unix)]
#[test]
fn a_program_runs_once_it_is_allowed_and_its_output_stands_on_the_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let rule = r#"rules: [(id: "level", name: "Level", when: ["test.level > 80 %"], on_desktop: false,
        program: ["/bin/sh", "-c", "echo $PERFDESK_RULE is $PERFDESK_STATUS"])]"#;
    write_rules(folder.path(), rule);
    let run = Run::begin(folder.path(), 0, 100);
    let text = |s: &Snapshot| s.alerts.rules[0].deliveries.first().map(|d| d.text.to_string()).unwrap_or_default();
    run.command(AlertCommand::TestRule("level".into()));
    run.until("the refusal", |s| text(s) == "Programs are not allowed: nothing was run");
    run.command(AlertCommand::AllowPrograms(true));
    run.command(AlertCommand::TestRule("level".into()));
    run.until("the output", |s| text(s) == "It ended with 0: level is test");
    run.stop();
}
