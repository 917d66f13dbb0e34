//! A snapshot of a running engine crosses the wire and is the same; so do commands, newer ones and broken ones included.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::alert::AlertCommand;
use perfdesk::model::profile::ProfileCommand;
use perfdesk::model::rights::Right;
use perfdesk::model::{
    AnnotationCommand, AnnotationKind, AnnotationText, Command, HistoryCommand, HistoryState, ProcessCommand, SeriesId,
    Settings, SettingsCommand, Snapshot, TaskCommand, TaskRequest, Timestamp, ViewCommand, ViewId, ViewRange,
    ViewRequest, WorkerState, WorkerStatus,
};
use perfdesk::wire::{self, Hello, PARTS, Part, Record, RecordReader, Tick};

use crate::support::{Machine, until};

/// Everything in words but what never crosses: a number that is none counts as the same as itself.
fn in_words(snapshot: &Snapshot) -> String {
    format!("{:#?}", Snapshot { seq: 0, at: None, interval: Duration::ZERO, views: Arc::default(), ..snapshot.clone() })
}

fn over_the_wire(snapshot: &Snapshot) -> Snapshot {
    let mut reader = RecordReader::default();
    let mut got = Snapshot::default();
    for part in &PARTS {
        let bytes = part.write(snapshot).unwrap_or_else(|e| panic!("{}: {e}", part.name));
        // As sockets do: in pieces that end anywhere.
        for piece in bytes.chunks(1000) {
            reader.feed(piece);
        }
        let Some(Record::Part { name, body }) = reader.take().expect("a record") else { panic!("{}", part.name) };
        assert_eq!(name, part.name);
        Part::by_name(&name).expect("known").read(&mut got, &body.0).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert_eq!(reader.take().expect("nothing more"), None);
    got
}

#[test]
fn a_snapshot_of_a_running_engine_is_the_same_on_the_other_side() {
    let machine = Machine::start();
    let handle = machine.handle();
    let key = until(&handle, "processes", |s| s.at.is_some() && !s.processes.rows.is_empty()).processes.rows[0].key;
    handle.send(Command::Process(ProcessCommand::Inspect(Some(key))));
    let text = AnnotationText::at(Timestamp::from_millis(1), AnnotationKind::Note, "crossed");
    handle.send(Command::Annotation(AnnotationCommand::Add(text)));
    let full = until(&handle, "every part", |s| {
        s.inspected.is_some()
            && !s.tuning.profiles.is_empty()
            && !s.alerts.rules.is_empty()
            && !s.annotations.is_empty()
            && !s.overview.tiles.is_empty()
            && s.history.state == HistoryState::Writing
    });
    let got = over_the_wire(&full);
    assert_eq!(in_words(&got), in_words(&full));
    assert!(got.series.len() > 100 && got.processes.rows.len() > 1, "{}", got.series.len());
    // Once more, over what is there: every part is read onto a full snapshot.
    assert_eq!(in_words(&over_the_wire(&got)), in_words(&full));
}

fn commands() -> Vec<Command> {
    let view = ViewRequest {
        series: [SeriesId(0), SeriesId(u32::MAX)].into(),
        range: ViewRange::Live { span: Duration::from_millis(900_001) },
        width_px: 1440,
    };
    let export = TaskRequest::Report {
        range: perfdesk::model::TimeRange { start: Timestamp::from_millis(-1), end: Timestamp::from_millis(7) },
        series: [].into(),
        title: "Größe".into(),
        remarks: String::new(),
        path: "/tmp/r.html".into(),
        formats: Vec::new(),
    };
    vec![
        Command::View(ViewCommand::Subscribe { id: ViewId(u64::MAX), request: view }),
        Command::Settings(SettingsCommand::Replace(Settings { zoom: 1.25, ..Settings::default() })),
        Command::History(HistoryCommand::Inspect(None)),
        Command::Task(TaskCommand::Start(export)),
        Command::Alert(AlertCommand::Silence("cpu".into(), Some(Timestamp::from_millis(9)), "lunch".into())),
        Command::Profile(ProfileCommand::Save { name: "prod".into(), text: "()".into() }),
        Command::Profile(ProfileCommand::RevealSecret("s".into())),
    ]
}

#[test]
fn commands_cross_the_wire_and_a_broken_one_is_refused() {
    for command in commands() {
        let bytes = wire::write_command(&command).expect("written");
        assert_eq!(wire::read_command(&bytes).expect("read"), command);
        for cut in 0..bytes.len() {
            wire::read_command(&bytes[..cut]).expect_err("cut short");
        }
    }
    wire::read_command(b"\x81\xa4Fire\x81\xa3Now\xc0").expect_err("unknown");
    wire::read_command(&vec![0x90; wire::MAX_COMMAND + 1]).expect_err("too long");
    let long = Command::Profile(ProfileCommand::Save { name: "x".into(), text: "x".repeat(wire::MAX_COMMAND).into() });
    wire::write_command(&long).expect_err("too long");
    assert_eq!(
        commands().iter().map(Command::needs).collect::<Vec<_>>(),
        [Right::Look, Right::Change, Right::Look, Right::Change, Right::Change, Right::Change, Right::Here]
    );
}

#[test]
fn fields_of_a_newer_agent_are_passed_over_and_missing_ones_have_their_defaults() {
    #[derive(serde::Serialize)]
    struct NewerHealth {
        n_passes: u64,
        colour_of_the_fan: &'static str,
        workers: Vec<WorkerStatus>,
    }
    let workers = vec![WorkerStatus { name: "a thread of theirs", state: WorkerState::Running, n_restarts: 2 }];
    let theirs = NewerHealth { n_passes: 7, colour_of_the_fan: "blue", workers: workers.clone() };
    let body = rmp_serde::to_vec_named(&theirs).expect("written");
    let mut got = Snapshot::default();
    Part::by_name("health").expect("known").read(&mut got, &body).expect("read");
    assert_eq!((got.health.n_passes, &got.health.workers, got.health.n_series), (7, &workers, 0));
    assert!(Part::by_name("what comes in 2030").is_none());
    // A part that cannot be read leaves the one before.
    Part::by_name("health").expect("known").read(&mut got, b"\xc1").expect_err("no MessagePack");
    assert_eq!(got.health.n_passes, 7);
}

#[test]
fn a_stream_is_cut_into_records_whatever_its_pieces_and_its_lies() {
    #[derive(serde::Serialize)]
    enum Newer {
        Hologram { depth: u8 },
    }
    let tick = Record::Tick(Tick { seq: 9, at: None, interval: Duration::from_secs(1), n_firing: 2 });
    let hello = Record::Hello(Hello::ours(12, true));
    let newer = rmp_serde::to_vec_named(&Newer::Hologram { depth: 3 }).expect("written");
    let mut stream = hello.write().expect("written");
    stream.extend((newer.len() as u32).to_be_bytes());
    stream.extend(newer);
    stream.extend(tick.write().expect("written"));
    for size in [1, 3, 7, stream.len()] {
        let mut reader = RecordReader::default();
        let mut got = Vec::new();
        for piece in stream.chunks(size) {
            reader.feed(piece);
            while let Some(record) = reader.take().expect("a record") {
                got.push(record);
            }
        }
        assert_eq!(got, [hello.clone(), tick.clone()]);
    }
    let mut reader = RecordReader::default();
    reader.feed(&u32::MAX.to_be_bytes());
    assert!(reader.take().expect_err("too long").to_string().contains("too long"));
    let mut reader = RecordReader::default();
    reader.feed(b"\0\0\0\x01\xc1");
    reader.take().expect_err("no record");
}

#[test]
fn no_secret_crosses() {
    use perfdesk::model::access::{Access, Digest, Grant, Revealed, TokenStatus};
    use perfdesk::model::alert::{Alerting, Webhook};
    use perfdesk::model::profile::{Secret, Tuning};
    let secret = || Secret("hush-hush".into());
    let token =
        TokenStatus { name: "main".into(), grant: Grant::Full, made: None, used: None, digest: Digest([0xab; 32]) };
    let snapshot = Snapshot {
        tuning: Arc::new(Tuning { revealed: Some(("db".into(), secret())), ..Tuning::default() }),
        access: Arc::new(Access {
            tokens: [token].into(),
            revealed: Some(Revealed { name: "main".into(), secret: secret(), is_new: false }),
            ..Access::default()
        }),
        alerts: Arc::new(Alerting {
            webhooks: [Webhook { name: "chat".into(), url: "https://chat.example.org/hush-hush".into() }].into(),
            ..Alerting::default()
        }),
        ..Snapshot::default()
    };
    for part in &PARTS {
        let bytes = part.write(&snapshot).expect("written");
        assert!(!bytes.windows(4).any(|four| four == b"hush" || four == [0xab; 4]), "{}", part.name);
    }
    let got = over_the_wire(&snapshot);
    assert_eq!((got.tuning.revealed.clone(), got.access.revealed.clone()), (None, None));
    assert_eq!(&*got.alerts.webhooks[0].url, "https://chat.example.org/••••••••");
}

#[test]
fn another_protocol_is_refused_in_words() {
    let theirs =
        |protocol| Hello { protocol, program: "0.3.0".into(), process: 1, may_change: true, session: "".into() };
    assert_eq!(theirs(wire::PROTOCOL).why_not("the agent"), None);
    let newer = theirs(wire::PROTOCOL + 1).why_not("the agent").expect("refused");
    assert!(
        newer.starts_with("the agent is Perfdesk 0.3.0 and speaks protocol 2, this is ")
            && newer.ends_with("update this one")
    );
    assert!(theirs(0).why_not("the agent").expect("refused").ends_with("update the agent"));
}
