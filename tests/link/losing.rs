//! The link is lost and comes back; certificates change; the agent of this machine is home.

use std::path::Path;
use std::time::Duration;

use perfdesk::link::{FleetOptions, Home, Links, OwnAgent};
use perfdesk::model::link::LinkPhase;
use perfdesk::model::machines::MachineCommand;
use perfdesk::model::{
    Command, LayoutCommand, Layouts, NoticeCommand, NoticeId, Settings, ViewCommand, ViewId, ViewRange, ViewRequest,
};
use perfdesk::store::document;

use crate::support::{Machine, Window, until, wall};

fn chart(series: u32) -> Command {
    let range = ViewRange::Live { span: Duration::from_secs(60) };
    let request = ViewRequest { series: [perfdesk::model::SeriesId(series)].into(), range, width_px: 300 };
    Command::View(ViewCommand::Subscribe { id: ViewId(3), request })
}

#[test]
fn an_agent_that_is_killed_is_stale_and_comes_back_with_its_charts() {
    let mut machine = Machine::serving();
    let (_window, there) = Window::looking_at(&machine);
    until(&there, "the machine", |s| {
        s.link.as_ref().is_some_and(|link| link.is_live()) && !s.processes.rows.is_empty()
    });
    there.send(chart(0));
    let seen = until(&there, "the chart", |s| s.views.contains_key(&ViewId(3)));
    let key = seen.series[0].def.key.clone();
    machine.kill();
    let stale =
        until(&there, "the loss", |s| s.link.as_ref().is_some_and(|l| matches!(l.phase, LinkPhase::Lost { .. })));
    assert!(!stale.processes.rows.is_empty() && stale.views.contains_key(&ViewId(3)), "it stays on the screen");
    let link = stale.link.as_ref().expect("over a link");
    let LinkPhase::Lost { since, again_at, .. } = &link.phase else { unreachable!("waited for") };
    assert!(again_at > since && link.data_at.is_some() && link.why().is_some_and(|why| !why.is_empty()), "{link:?}");
    // What is asked meanwhile is told not to be done, and is not done later.
    there.send(Command::Notice(NoticeCommand::Dismiss(NoticeId(1))));
    let told = until(&there, "the refusal", |s| s.link.as_ref().is_some_and(|link| link.refusal.is_some()));
    let (_, why) = told.link.as_ref().and_then(|link| link.refusal.clone()).expect("waited for");
    assert_eq!(&*why, "Not done: there is no connection to the agent now");
    let end = told.views[&ViewId(3)].range.end;
    machine.revive();
    let back = until(&there, "the agent again", |s| {
        let is_newer = s.views.get(&ViewId(3)).is_some_and(|view| view.range.end > end);
        s.link.as_ref().is_some_and(|link| link.is_live()) && is_newer
    });
    let drawn = back.views[&ViewId(3)].curves[0].series;
    assert_eq!(back.series[drawn.0 as usize].def.key, key, "the chart shows the same series, whatever its number");
}

#[test]
fn a_list_that_somebody_edits_is_read_again() {
    let machine = Machine::serving();
    let window = Window::open();
    let mut entry = machine.entry();
    entry.id = perfdesk::model::machines::MachineId(7);
    let list = perfdesk::model::machines::Machines { machines: vec![entry], ..Default::default() };
    perfdesk::link::file::write(window.config.path(), &list).expect("written");
    window.until("the machine", |list| list.first().filter(|machine| machine.link.is_live()).map(|_| ()));
    std::fs::write(perfdesk::link::file::path(window.config.path()), "(machines: [").expect("written");
    window.until("the fault", |_| window.fleet.list().problem.contains("line 1").then_some(()));
    assert!(window.fleet.list().machines[0].link.is_live(), "what ran goes on");
}

/// A certificate of its own for a folder's API, which then speaks TLS on loopback too.
fn give_certificate(config: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("made");
    std::fs::create_dir_all(config).expect("a folder");
    std::fs::write(config.join("c.pem"), made.cert.pem()).expect("written");
    std::fs::write(config.join("k.pem"), made.signing_key.serialize_pem()).expect("written");
    let mut settings = Settings::default();
    settings.api.certificate = Some(config.join("c.pem"));
    settings.api.key = Some(config.join("k.pem"));
    document::write(&config.join("settings.ron"), &settings).expect("written");
}

#[test]
fn a_certificate_is_kept_at_first_use_and_another_is_refused_until_it_is_trusted() {
    let mut machine = Machine::start();
    let config = machine.folders().config;
    machine.engine = None;
    give_certificate(&config);
    machine.revive();
    let mut entry = machine.entry();
    entry.address = format!("https://{}", machine.address);
    let window = Window::open();
    let there = window.add(entry);
    until(&there, "the machine", |s| s.link.as_ref().is_some_and(|link| link.is_live()));
    let kept = window.until("the certificate", |list| list[0].entry.fingerprint.clone());
    let said = machine.handle().snapshot().access.listening().and_then(|l| l.fingerprint.clone()).expect("TLS");
    assert_eq!(kept, *said);
    let file = std::fs::read_to_string(window.config.path().join("machines.ron")).expect("the list");
    assert!(file.contains(&kept) && file.contains(&machine.token()));
    machine.kill();
    give_certificate(&config);
    machine.revive();
    window.fleet.send(MachineCommand::Retry(window.only()));
    let refused = until(&there, "the refusal", |s| {
        s.link.as_ref().is_some_and(|link| matches!(link.phase, LinkPhase::Refused { .. }))
    });
    let link = refused.link.as_ref().expect("over a link");
    assert!(link.why().is_some_and(|why| why.starts_with("its certificate is another than the one that was trusted")));
    assert_ne!(link.fingerprint.as_deref(), Some(&*kept), "the new one is shown");
    window.fleet.send(MachineCommand::Trust(window.only()));
    window.until("the machine again", |list| list[0].link.is_live().then_some(()));
    let now = machine.handle().snapshot().access.listening().and_then(|l| l.fingerprint.clone()).expect("TLS");
    assert_eq!(window.fleet.list().machines[0].entry.fingerprint.as_deref(), Some(&*now));
}

#[test]
fn the_agent_of_this_machine_is_home_and_keeps_what_the_window_remembers() {
    let machine = Machine::serving();
    let agent = OwnAgent::find(&machine.folders()).expect("it says where it listens");
    assert_eq!(agent.process, std::process::id());
    let options = FleetOptions::new(machine.folders().config, wall());
    let mut links = Links::start(options, Home::Agent(agent)).expect("a thread");
    let own = links.own().expect("home");
    let shown = until(&own, "the agent", |s| s.link.as_ref().is_some_and(|l| l.is_live()) && !s.series.is_empty());
    assert_eq!(shown.link.as_ref().and_then(|link| link.machine), None);
    let mut layouts = Layouts::default();
    layouts.layouts[0].name = "Mine".into();
    own.send(Command::Layout(LayoutCommand::Replace(layouts.clone())));
    until(&machine.handle(), "the layouts", |s| *s.layouts == layouts);
    until(&own, "the layouts, back", |s| *s.layouts == layouts);
    assert!(links.stop());
    drop(machine);
}
