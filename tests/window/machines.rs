//! Machines: the list, looking at another machine and back, a lost link, adding, editing, removing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::engine::{Handle, Input};
use perfdesk::model::link::{LinkPhase, LinkState};
use perfdesk::model::machines::{
    MachineBrief, MachineCommand, MachineEntry, MachineId, MachineList, MachineStatus, MachineTest, MachineTestState,
    Token,
};
use perfdesk::model::*;
use perfdesk::ui::{Fleet, Page};

use crate::support::{NOW, Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];

/// Machines that are made up: what is sent can be read.
#[derive(Clone, Default)]
struct FakeFleet {
    list: Rc<RefCell<Arc<MachineList>>>,
    sent: Rc<RefCell<Vec<MachineCommand>>>,
    handles: Rc<RefCell<BTreeMap<MachineId, Handle>>>,
}

impl Fleet for FakeFleet {
    fn list(&self) -> Arc<MachineList> {
        self.list.borrow().clone()
    }
    fn send(&self, command: MachineCommand) -> bool {
        self.sent.borrow_mut().push(command);
        true
    }
    fn handle(&self, id: MachineId) -> Option<Handle> {
        self.handles.borrow().get(&id).cloned()
    }
}

fn link(id: u64, name: &str, phase: LinkPhase) -> LinkState {
    LinkState {
        machine: Some(MachineId(id)),
        name: name.into(),
        address: format!("{name}:7373").into(),
        phase,
        data_at: Some(NOW.minus(Duration::from_secs(2))),
        may_change: true,
        ..LinkState::default()
    }
}

fn lost() -> LinkPhase {
    let since = NOW.minus(Duration::from_secs(60));
    LinkPhase::Lost { since, why: "nothing listens there".into(), again_at: NOW.plus(Duration::from_secs(8)) }
}

impl FakeFleet {
    fn add(&self, id: u64, name: &str, phase: LinkPhase) {
        let entry = MachineEntry {
            id: MachineId(id),
            name: name.into(),
            address: format!("{name}:7373"),
            token: Token("a token of forty-three characters, or nearly".into()),
            fingerprint: Some("ab".repeat(32)),
            ..MachineEntry::default()
        };
        let brief = MachineBrief {
            host: name.into(),
            level: Level::Busy,
            sentence: "CPU is busy.".into(),
            cpu_ratio: Some(0.83),
            memory_ratio: Some(0.4),
            n_firing: 2,
            cpu_past: (0..120).map(|i| i as f32 / 120.0).collect(),
            ..MachineBrief::default()
        };
        let link = Arc::new(link(id, name, phase));
        let status = MachineStatus { entry: Arc::new(entry), link, brief: Arc::new(brief) };
        let mut list = MachineList::clone(&self.list.borrow());
        list.machines = list.machines.iter().cloned().chain([status]).collect();
        *self.list.borrow_mut() = Arc::new(list);
    }

    /// A machine as an engine, and what is sent to it.
    fn serve(&self, id: u64, name: &str, phase: LinkPhase) -> (Handle, Receiver<Input>) {
        let mut there = snapshot();
        there.machine = Arc::new(MachineInfo { host: name.into(), ..MachineInfo::default() });
        there.link = Some(Arc::new(link(id, name, phase)));
        let (handle, inputs) = Handle::new(there);
        self.handles.borrow_mut().insert(MachineId(id), handle.clone());
        (handle, inputs)
    }

    fn take(&self) -> Vec<MachineCommand> {
        std::mem::take(&mut self.sent.borrow_mut())
    }
}

fn open(fleet: &FakeFleet) -> Window {
    let fleet = fleet.clone();
    Window::open_with(snapshot(), WIDE, Some(Page::Machines), |desk| desk.with_fleet(Box::new(fleet)))
}

#[test]
fn the_whole_window_looks_at_another_machine_and_back() {
    let fleet = FakeFleet::default();
    fleet.add(4, "web-1", LinkPhase::Live);
    let (there, sent_there) = fleet.serve(4, "web-1", LinkPhase::Live);
    let mut window = open(&fleet);
    assert!(window.shows("One machine has alerts that fire"));
    window.click("Look at web-1");
    assert_eq!(fleet.take(), [MachineCommand::Look(Some(MachineId(4)))]);
    assert!(window.shows_part("Looking at web-1 (web-1:7373)"));
    let _ = window.commands();
    // Charts are asked for there, under the same numbers as at home, and nothing more is asked for here.
    window.go(Page::Charts);
    let of_charts = |inputs: Vec<Input>| {
        inputs
            .iter()
            .filter(|input| matches!(input, Input::Command(Command::View(ViewCommand::Subscribe { .. }))))
            .count()
    };
    assert!(of_charts(sent_there.try_iter().collect()) > 0);
    assert!(window.commands().iter().all(|command| !matches!(command, Command::View(ViewCommand::Subscribe { .. }))));
    window.go(Page::Overview);
    assert!(window.shows("web-1"));
    // A command that was not carried out is told once.
    let refused =
        LinkState { refusal: Some((1, "Not done: it may read alone".into())), ..link(4, "web-1", LinkPhase::Live) };
    there.publish(Snapshot { seq: 2, link: Some(Arc::new(refused)), ..Snapshot::clone(&there.snapshot()) });
    window.run();
    window.click("Dismiss: Not done: it may read alone");
    window.run();
    assert!(!window.shows_part("Not done"));
    window.click("Back to this machine");
    assert_eq!(fleet.take(), [MachineCommand::Look(None)]);
    assert!(!window.shows_part("Looking at"));
    let left =
        sent_there.try_iter().filter(|i| matches!(i, Input::Command(Command::View(ViewCommand::Unsubscribe { .. }))));
    assert!(left.count() > 0, "what nobody sees is not asked for any more");
}

#[test]
fn a_lost_machine_is_stale_in_words_and_can_be_tried_again() {
    let fleet = FakeFleet::default();
    fleet.add(4, "web-1", lost());
    let (_there, _sent) = fleet.serve(4, "web-1", lost());
    let mut window = open(&fleet);
    assert!(window.shows("One machine is not reached"));
    window.click("Try web-1 again now");
    assert_eq!(fleet.take(), [MachineCommand::Retry(MachineId(4))]);
    window.harness.get_by_label("Look at web-1").click();
    window.harness.run_steps(4);
    assert!(window.shows_part("web-1 is not reached since"));
    assert!(window.shows_part("what is shown is 2\u{2009}s old; trying again in 8\u{2009}s"));
}

#[test]
fn a_machine_is_added_with_a_tested_certificate() {
    let fleet = FakeFleet::default();
    let mut window = open(&fleet);
    assert!(window.shows("No other machine yet"));
    window.click("Add a machine");
    window.harness.get_by_role_and_label(Role::TextInput, "Address").focus();
    window.run();
    window.type_text("web-2:7373");
    window.harness.get_by_role_and_label(Role::PasswordInput, "Token").focus();
    window.run();
    window.type_text("s3cr3t");
    window.click("Test connection");
    let [MachineCommand::Test(tested)] = &fleet.take()[..] else { panic!("a test") };
    let state = MachineTestState::Works { text: "web-2 answers".into(), fingerprint: Some("cd".repeat(32).into()) };
    let test = MachineTest { entry: Arc::new((**tested).clone()), state };
    *fleet.list.borrow_mut() = Arc::new(MachineList { test: Some(test), ..MachineList::default() });
    window.harness.run_steps(3);
    assert!(window.shows("web-2 answers") && window.shows_part("cdcd cdcd"));
    window.click("Add");
    let sent = fleet.take();
    let [MachineCommand::Save(entry, None)] = &sent[..] else { panic!("a machine, not {sent:?}") };
    assert_eq!((&*entry.address, &*entry.token.0, entry.id), ("web-2:7373", "s3cr3t", MachineId(0)));
    assert_eq!(entry.fingerprint, Some("cd".repeat(32)), "what was looked at is what is trusted");
    assert!(!window.shows("Address"), "the dialog is closed");
}

#[test]
fn a_machine_is_edited_and_removed_and_both_are_taken_back() {
    let fleet = FakeFleet::default();
    fleet.add(4, "web-1", LinkPhase::Live);
    fleet.add(5, "web-2", LinkPhase::Live);
    let before = fleet.list().machines[1].entry.clone();
    let mut window = open(&fleet);
    window.click("Edit web-2");
    assert!(!window.shows_part("forty-three"), "the token is masked");
    window.click("Show the token");
    assert!(window.shows("Hide the token"));
    window.harness.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run();
    window.type_text("!");
    window.click("Save");
    let [MachineCommand::Save(entry, None)] = &fleet.take()[..] else { panic!("a machine") };
    assert_eq!((&*entry.name, entry.id, &entry.token), ("web-2!", MachineId(5), &before.token));
    window.click("Remove web-2");
    assert_eq!(fleet.take(), [MachineCommand::Remove(MachineId(5))]);
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(fleet.take(), [MachineCommand::Save(Box::new((*before).clone()), Some(1))], "where it stood");
    window.click("Undo: edit web-2");
    assert_eq!(fleet.take(), [MachineCommand::Save(Box::new((*before).clone()), None)]);
    assert!(window.shows("Undo"), "nothing is left to undo");
}

#[test]
fn another_certificate_is_refused_until_a_person_trusts_it() {
    let fleet = FakeFleet::default();
    let refused = LinkPhase::Refused { since: NOW, why: "its certificate is another".into() };
    fleet.add(4, "web-1", refused.clone());
    let mut list = MachineList::clone(&fleet.list());
    let link = LinkState { fingerprint: Some("ef".repeat(32).into()), ..link(4, "web-1", refused) };
    list.machines = [MachineStatus { link: Arc::new(link), ..list.machines[0].clone() }].into();
    *fleet.list.borrow_mut() = Arc::new(list);
    let mut window = open(&fleet);
    assert!(window.shows_part("its certificate is another"));
    window.click("Trust the new certificate of web-1");
    assert_eq!(fleet.take(), [MachineCommand::Trust(MachineId(4))]);
}

#[test]
fn a_machine_that_is_taken_off_the_list_is_left() {
    let fleet = FakeFleet::default();
    fleet.add(4, "web-1", LinkPhase::Live);
    let (_there, _sent) = fleet.serve(4, "web-1", LinkPhase::Live);
    let mut window = open(&fleet);
    window.click("Look at web-1");
    fleet.handles.borrow_mut().clear();
    *fleet.list.borrow_mut() = Arc::default();
    window.run();
    assert!(!window.shows_part("Looking at"));
    assert_eq!(fleet.take().last(), Some(&MachineCommand::Look(None)));
}

#[test]
fn a_window_over_the_agent_of_this_machine_says_who_keeps_history() {
    let mut world = snapshot();
    let own = LinkState { machine: None, process: 123, ..link(0, "this machine", LinkPhase::Live) };
    world.link = Some(Arc::new(own.clone()));
    let mut window = Window::open(world.clone(), WIDE);
    assert!(window.shows("History kept by the agent, process 123"));
    world.link = Some(Arc::new(LinkState { phase: lost(), ..own }));
    window.engine.publish(world);
    window.harness.run_steps(4);
    assert!(window.shows_part("this machine is not reached since"));
    assert!(!window.shows("Back to this machine"), "there is no other");
}
