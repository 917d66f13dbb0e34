//! A window follows an agent: the same snapshot, its charts, its commands, by the rights of its token.

use std::time::Duration;

use perfdesk::engine::Input;
use perfdesk::engine::access::tokens::TokenFiles;
use perfdesk::model::access::Grant;
use perfdesk::model::alert::AlertCommand;
use perfdesk::model::machines::{MachineCommand, MachineEntry, MachineTestState, Token};
use perfdesk::model::profile::ProfileCommand;
use perfdesk::model::{
    AnnotationCommand, AnnotationKind, AnnotationText, Command, ProcessCommand, Settings, SettingsCommand, ThemeChoice,
    Timestamp, ViewCommand, ViewId, ViewRange, ViewRequest,
};

use crate::support::{Machine, Window, until};

fn live(seconds: u64, series: &[u32]) -> ViewRequest {
    let range = ViewRange::Live { span: Duration::from_secs(seconds) };
    ViewRequest { series: series.iter().map(|id| perfdesk::model::SeriesId(*id)).collect(), range, width_px: 400 }
}

fn subscribe(id: u64, request: ViewRequest) -> Command {
    Command::View(ViewCommand::Subscribe { id: ViewId(id), request })
}

fn note(text: &str) -> Command {
    Command::Annotation(AnnotationCommand::Add(AnnotationText::at(
        Timestamp::from_millis(5),
        AnnotationKind::Note,
        text,
    )))
}

#[test]
fn the_window_shows_what_is_there_and_commands_it() {
    let machine = Machine::serving();
    let (window, there) = Window::looking_at(&machine);
    let shown = until(&there, "the machine", |s| {
        let is_live = s.link.as_ref().is_some_and(|link| link.is_live() && link.may_change);
        is_live && !s.processes.rows.is_empty() && s.series.len() > 100
    });
    let own = machine.handle().snapshot();
    assert_eq!(shown.machine, own.machine);
    let link = shown.link.as_ref().expect("over a link");
    assert_eq!((&*link.program, link.process, link.left_out.len()), (env!("CARGO_PKG_VERSION"), std::process::id(), 0));
    // A chart answers, and moves on by what is new alone.
    there.send(subscribe(7, live(60, &[0, 1])));
    let first =
        until(&there, "the chart", |s| s.views.get(&ViewId(7)).is_some_and(|v| !v.curves[0].buckets.is_empty()));
    let end = first.views[&ViewId(7)].range.end;
    let later = until(&there, "the chart moving", |s| s.views.get(&ViewId(7)).is_some_and(|v| v.range.end > end));
    let (theirs, ours) = (&later.views[&ViewId(7)], machine.handle().snapshot());
    let same = ours.views.values().find(|view| view.request == theirs.request).expect("asked of the engine there");
    assert_eq!(theirs.curves[0].buckets[0], same.curves[0].buckets[0]);
    assert!(ours.views.keys().all(|id| id.is_of_link()), "the window's numbers do not reach the engine");
    // What it is told there is done there.
    there.send(note("from afar"));
    until(&machine.handle(), "the note", |s| s.annotations.iter().any(|a| &*a.text.text == "from afar"));
    until(&there, "the note, back", |s| s.annotations.iter().any(|a| &*a.text.text == "from afar"));
    let key = shown.processes.rows[0].key;
    there.send(Command::Process(ProcessCommand::Inspect(Some(key))));
    until(&there, "the process", |s| s.inspected.as_ref().is_some_and(|detail| detail.key == key));
    until(&machine.handle(), "the log", |s| {
        s.access.audit.iter().any(|e| &*e.summary == "Annotation Add" && e.is_done())
    });
    assert!(window.sent_home.try_recv().is_err(), "nothing of it was for home");
    // A window that goes takes its charts with it.
    drop(window);
    until(&machine.handle(), "no chart", |s| s.views.is_empty());
}

#[test]
fn settings_of_the_screen_stay_home_and_those_of_the_machine_go_there() {
    let machine = Machine::serving();
    let (window, there) = Window::looking_at(&machine);
    let shown =
        until(&there, "the machine", |s| s.link.as_ref().is_some_and(|link| link.is_live()) && !s.series.is_empty());
    let mut wanted = Settings { theme: ThemeChoice::Light, interval_millis: 2500, ..Settings::clone(&shown.settings) };
    wanted.api.address = "0.0.0.0".into();
    there.send(Command::Settings(SettingsCommand::Replace(wanted)));
    until(&there, "the interval", |s| s.settings.interval_millis == 2500);
    let now = machine.handle().snapshot();
    assert_eq!((now.settings.interval_millis, now.settings.theme), (2500, ThemeChoice::System));
    assert_ne!(now.settings.api.address, "0.0.0.0", "nobody opens the API wider from outside");
    let Ok(Input::Command(Command::Settings(SettingsCommand::Replace(home)))) = window.sent_home.try_recv() else {
        panic!("the theme is for home");
    };
    assert_eq!((home.theme, home.interval_millis), (ThemeChoice::Light, 1000));
}

#[test]
fn a_token_that_may_look_looks_and_changes_nothing() {
    let machine = Machine::serving();
    let files = TokenFiles::new(&machine.folders().config);
    let token = files.add("eyes", Grant::Read, Timestamp::from_millis(0)).expect("made");
    until(&machine.handle(), "the token", |s| s.access.token("eyes").is_some());
    let window = Window::open();
    let there = window.add(MachineEntry { token: Token(token.0.to_string()), ..machine.entry() });
    until(&there, "the machine", |s| {
        s.link.as_ref().is_some_and(|l| l.is_live() && !l.may_change) && !s.series.is_empty()
    });
    there.send(subscribe(1, live(60, &[0])));
    until(&there, "the chart", |s| s.views.contains_key(&ViewId(1)));
    for (command, words) in [
        (note("no"), "may read alone"),
        (Command::Profile(ProfileCommand::RevealSecret("db".into())), "may read alone"),
    ] {
        let before = there.snapshot().link.as_ref().and_then(|link| link.refusal.clone()).map_or(0, |(n, _)| n);
        there.send(command);
        let told = until(&there, "the refusal", |s| {
            s.link.as_ref().and_then(|link| link.refusal.as_ref()).is_some_and(|(n, _)| *n > before)
        });
        let (_, why) = told.link.as_ref().and_then(|link| link.refusal.clone()).expect("waited for");
        assert!(why.contains(words), "{why}");
    }
    assert!(machine.handle().snapshot().annotations.iter().all(|a| &*a.text.text != "no"));
}

#[test]
fn secrets_are_for_the_window_on_the_machine_itself_and_webhooks_come_back_whole() {
    use perfdesk::model::alert::Webhook;
    let machine = Machine::serving();
    until(&machine.handle(), "the rules", |s| !s.alerts.rules.is_empty());
    let url = "https://chat.example.org/services/hush";
    machine
        .handle()
        .send(Command::Alert(AlertCommand::SetWebhooks(vec![Webhook { name: "chat".into(), url: url.into() }])));
    let (_window, there) = Window::looking_at(&machine);
    let shown = until(&there, "the webhook", |s| !s.alerts.webhooks.is_empty());
    assert_eq!(&*shown.alerts.webhooks[0].url, "https://chat.example.org/••••••••");
    let mut sent = shown.alerts.webhooks.to_vec();
    sent.push(Webhook { name: "second".into(), url: "https://other.example.org/x".into() });
    there.send(Command::Alert(AlertCommand::SetWebhooks(sent)));
    let now = until(&machine.handle(), "both webhooks", |s| s.alerts.webhooks.len() == 2);
    assert_eq!(&*now.alerts.webhooks[0].url, url);
    there.send(Command::Access(perfdesk::model::access::AccessCommand::Reveal));
    let told = until(&there, "the refusal", |s| s.link.as_ref().is_some_and(|link| link.refusal.is_some()));
    let (_, why) = told.link.as_ref().and_then(|link| link.refusal.clone()).expect("waited for");
    assert!(why.contains("the window on the machine itself"), "{why}");
    assert_eq!(machine.handle().snapshot().access.revealed, None);
}

#[test]
fn a_list_follows_in_brief_and_a_test_says_what_is_wrong() {
    let machine = Machine::serving();
    let window = Window::open();
    window.add(machine.entry());
    assert!(window.fleet.send(MachineCommand::Look(None)));
    let line = window.until("the line", |list| {
        let machine = list.first().filter(|machine| machine.link.is_live() && machine.brief.cpu_past.len() > 1)?;
        Some(machine.clone())
    });
    assert_eq!(line.brief.host, machine.handle().snapshot().machine.host);
    assert!(line.brief.memory_ratio.is_some_and(|ratio| ratio > 0.0 && ratio <= 1.0), "{:?}", line.brief);
    let tried = |entry: MachineEntry| {
        assert!(window.fleet.send(MachineCommand::Test(Box::new(entry.clone()))));
        let state = window.until("the test", |_| {
            let test = window.fleet.list().test.clone().filter(|test| *test.entry == entry)?;
            (test.state != MachineTestState::Running).then_some(test.state)
        });
        match state {
            MachineTestState::Works { text, .. } => text.to_string(),
            MachineTestState::Fails { why, .. } => format!("no: {why}"),
            MachineTestState::Running => unreachable!("waited for its end"),
        }
    };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    for (entry, words) in [
        (machine.entry(), "answers: Perfdesk 0.1.0, this token may change it"),
        (MachineEntry { token: Token("x".repeat(40)), ..machine.entry() }, "no: the token is wrong or was revoked"),
        (MachineEntry { token: Token::default(), ..machine.entry() }, "no: it has no token"),
        (MachineEntry { address: closed.to_string(), ..machine.entry() }, "no: nothing listens at http://127.0.0.1:"),
        (MachineEntry { address: "a b".into(), ..machine.entry() }, "no: give a name or an IP address"),
        (
            MachineEntry { address: format!("https://{}", machine.address), ..machine.entry() },
            "no: it does not speak TLS",
        ),
    ] {
        let said = tried(entry);
        assert!(said.contains(words), "{said}");
    }
}
