//! The processes page in the window.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::*;
use perfdesk::ui::pages::processes::{ProcessesPanel, processes_ui};
use perfdesk::ui::{Intent, Page};

use crate::page::PageHarness;
use crate::support::snapshot;

const WIDE: [f32; 2] = [1232.0, 828.0];
const COMPACT: [f32; 2] = [968.0, 628.0];
/// A row of the made-up machine.
const WORKER: &str = "postgres: worker 3, PID 2251";
const WORKER_KEY: ProcessKey = ProcessKey { pid: 2251, start_mark: 22_510 };

fn open(snapshot: Snapshot, size: [f32; 2]) -> (PageHarness, Rc<RefCell<ProcessesPanel>>) {
    let panel = Rc::new(RefCell::new(ProcessesPanel::default()));
    (PageHarness::open(snapshot, size, panel.clone(), processes_ui), panel)
}

/// The same machine a second later, with another table.
fn later(change: impl Fn(&mut Vec<ProcessRow>)) -> Snapshot {
    let first = snapshot();
    let mut rows = first.processes.rows.to_vec();
    change(&mut rows);
    let table = ProcessTable { at: first.processes.at.plus(Duration::from_secs(1)), rows: rows.into() };
    Snapshot { seq: first.seq + 1, at: Some(table.at), processes: Arc::new(table), ..first }
}

fn inspect(key: Option<ProcessKey>) -> Command {
    Command::Process(ProcessCommand::Inspect(key))
}

#[test]
fn plain_words_pick_processes_and_a_click_shows_all_again() {
    let (mut page, panel) = open(snapshot(), WIDE);
    assert!(page.shows_part("312 processes run.") && page.shows("idle-0, PID 3000"));
    page.press(Modifiers::COMMAND, Key::F);
    page.type_text("post");
    assert_eq!(panel.borrow().filter_text(), "post");
    assert!(page.shows_part("2 of 312 processes match."), "{:?}", page.names("match"));
    // Its parent is shown for context.
    assert_eq!(page.names(", PID 2234"), ["postgres, PID 2234", "Fold postgres, PID 2234"]);
    assert!(page.shows("systemd, PID 1") && !page.shows("idle-0, PID 3000"));
    page.click("Clear the filter");
    assert!(page.shows("idle-0, PID 3000"));
    page.type_text("nobody-at-all");
    assert!(page.shows_part("None of 312 processes match."));
    page.click("Show all processes");
    assert!(page.shows("idle-0, PID 3000"));
}

#[test]
fn a_fault_is_told_below_the_field_and_the_last_good_filter_stays() {
    let (mut page, panel) = open(snapshot(), WIDE);
    panel.borrow_mut().set_filter("user:postgres".into());
    page.harness.run();
    assert!(page.shows_part("2 of 312 processes match."));
    panel.borrow_mut().set_filter("usr:root cpu>x".into());
    page.harness.run();
    assert!(page.shows_part("There is no field “usr”: did you mean user?"));
    assert!(page.shows_part("“x” is not a number"));
    assert!(page.shows_part("2 of 312 processes match."));
}

#[test]
fn a_chosen_row_is_inspected_until_its_details_are_closed() {
    let (mut page, panel) = open(snapshot(), WIDE);
    assert_eq!(page.commands(), []);
    page.click(WORKER);
    assert_eq!(page.commands(), [inspect(Some(WORKER_KEY))]);
    assert!(page.shows("running") && page.shows("End process…"));
    assert!(page.shows("2251, child of 2234"));
    page.harness.run();
    assert_eq!(page.commands(), [], "it is asked for once");
    page.click("Close the details");
    assert_eq!(page.commands(), [inspect(None)]);
    assert_eq!(panel.borrow().chosen(), Some(WORKER_KEY), "the choice stays");
    page.press(Modifiers::NONE, Key::Enter);
    assert_eq!(page.commands(), [inspect(Some(WORKER_KEY))]);
    page.press(Modifiers::NONE, Key::Escape);
    page.press(Modifiers::NONE, Key::Escape);
    assert_eq!((page.commands(), panel.borrow().chosen()), (vec![inspect(None)], None));
}

#[test]
fn the_details_show_what_may_be_read_and_why_the_rest_may_not() {
    let mut world = snapshot();
    let denied = || Arc::from("Only root or the user postgres may see this");
    let socket = OpenFile { descriptor: 9, target: "socket:[81]".into(), is_socket: true };
    world.inspected = Some(Arc::new(ProcessDetail {
        key: WORKER_KEY,
        at: world.processes.at,
        is_running: true,
        executable: Reading::Value("/usr/bin/postgres".into()),
        working_dir: Reading::Unsupported { why: denied() },
        arguments: Reading::Value(vec!["postgres:".into(), "worker".into()].into()),
        threads: Reading::Unsupported { why: denied() },
        files: Reading::Value(vec![socket].into()),
        n_files: Reading::Value(1),
        file_limit: Reading::Value(1024),
        control_group: Reading::Value("/system.slice/postgres.service".into()),
    }));
    let (mut page, _) = open(world, [1232.0, 900.0]);
    page.click(WORKER);
    assert!(page.shows("1 of 1,024") && page.shows("/system.slice/postgres.service"));
    page.click("Copy the command");
    assert_eq!(page.intents(), [Intent::Copy("postgres: worker".into())]);
    page.click("Threads 3");
    assert!(page.shows("Only root or the user postgres may see this"));
    page.click("Files 0");
    assert!(page.shows("It has no files open"));
    page.click("Sockets 1");
    assert!(!page.shows("It has no files open"));
}

#[test]
fn ending_a_process_asks_first_and_names_it_and_enter_does_no_harm() {
    let (mut page, _) = open(snapshot(), WIDE);
    page.click(WORKER);
    page.commands();
    page.click("End process…");
    assert!(page.shows("End postgres: worker 3?"));
    assert!(page.shows_part("Process 2251, started today"));
    page.press(Modifiers::NONE, Key::Enter);
    assert_eq!(page.commands(), [], "Enter never harms");
    page.press(Modifiers::NONE, Key::Escape);
    assert!(!page.shows("End postgres: worker 3?"));
    page.press(Modifiers::NONE, Key::Delete);
    assert!(page.shows("End postgres: worker 3?"), "Delete asks as well");
    page.click("Cancel");
    assert_eq!(page.commands(), []);
    page.click("End process…");
    page.click("End process");
    let end = |force| {
        let name = "postgres: worker 3".into();
        Command::Process(ProcessCommand::End { key: WORKER_KEY, name, force })
    };
    assert_eq!(page.commands(), [end(false)]);
    assert!(page.shows_part("Asked to stop") && !page.shows("Force to end…"));
    page.wait(Duration::from_secs(11));
    assert!(page.shows_part("after it was asked to stop"));
    page.click("Force to end…");
    assert!(page.shows("Force postgres: worker 3 to end?"));
    page.click("Force it to end");
    assert_eq!(page.commands(), [end(true)]);
    page.publish(later(|rows| rows.retain(|row| row.key != WORKER_KEY)));
    assert!(page.shows("ended") && page.shows_part("These are its last values."));
    assert!(page.shows("2251, child of 2234"), "the last values stay");
    page.press(Modifiers::NONE, Key::Delete);
    assert!(!page.shows("End postgres: worker 3?"), "what has ended is not ended again");
}

#[test]
fn a_refusal_to_end_stands_beside_the_button_and_it_may_be_tried_again() {
    let (mut page, _) = open(snapshot(), WIDE);
    let refusal = |why: &str| Some(Arc::new(EndRefusal { key: WORKER_KEY, why: why.into() }));
    let why = "Not permitted: process 2251 belongs to postgres. Only postgres or root may end it";
    page.click(WORKER);
    page.publish(Snapshot { end_refusal: refusal(why), ..later(|_| {}) });
    assert!(!page.shows(why), "nobody asked since");
    page.click("End process…");
    page.click("End process");
    assert!(page.shows_part("Asked to stop"), "the old refusal is no answer");
    page.publish(Snapshot { end_refusal: refusal(why), ..later(|_| {}) });
    assert!(page.shows(why) && !page.shows_part("Asked to stop"));
    page.click("End process…");
    assert!(page.shows("End postgres: worker 3?"));
}

#[test]
fn a_filter_of_ten_thousand_characters_is_taken_as_far_as_the_field_goes() {
    let (mut page, panel) = open(snapshot(), WIDE);
    page.press(Modifiers::COMMAND, Key::F);
    page.type_text(&"cpu>5 ".repeat(1_700));
    assert_eq!(panel.borrow().filter_text().chars().count(), 1000);
    page.click("Clear the filter");
    assert!(page.shows("idle-0, PID 3000"));
}

#[test]
fn what_the_filter_hides_is_not_ended_by_a_key() {
    let (mut page, panel) = open(snapshot(), WIDE);
    page.click(WORKER);
    page.press(Modifiers::NONE, Key::Escape);
    panel.borrow_mut().set_filter("idle-0".into());
    page.harness.run();
    assert_eq!(panel.borrow().chosen(), Some(WORKER_KEY));
    page.press(Modifiers::NONE, Key::Delete);
    assert!(!page.shows("End postgres: worker 3?"));
    panel.borrow_mut().set_filter(String::new());
    page.harness.run();
    page.press(Modifiers::NONE, Key::Delete);
    assert!(page.shows("End postgres: worker 3?"));
}

#[test]
fn a_reused_pid_is_another_process() {
    let (mut page, _) = open(snapshot(), WIDE);
    page.click(WORKER);
    page.publish(later(|rows| {
        for row in rows.iter_mut().filter(|row| row.key.pid == 2251) {
            row.key.start_mark += 1;
        }
    }));
    assert!(page.shows("ended"));
    page.press(Modifiers::NONE, Key::Delete);
    assert!(!page.shows_part("End postgres: worker 3?"));
}

#[test]
fn the_head_of_a_column_says_what_its_numbers_mean() {
    let (mut page, _) = open(snapshot(), WIDE);
    assert!(!page.shows_part("A page written twice counts twice"));
    page.harness.get_by_label("Write, MB/s").hover();
    page.wait(Duration::from_secs(2));
    assert!(page.shows_part("A page written twice counts twice"));
}

#[test]
fn the_order_is_held_under_the_pointer_and_ended_rows_stay() {
    let (mut page, panel) = open(snapshot(), WIDE);
    page.click("Form: Flat");
    page.harness.get_by_label(WORKER).hover();
    page.harness.run();
    assert!(page.shows("Order held"));
    let order = |page: &PageHarness| page.names("PID ").into_iter().take(4).collect::<Vec<_>>();
    let before = order(&page);
    assert_eq!(before[..2], ["postgres, PID 2234", WORKER]);
    let next = later(|rows| {
        rows.retain(|row| row.key.pid != 2234);
        for row in rows.iter_mut().filter(|row| row.key.pid == 412) {
            row.cpu_cores = Some(3.0);
        }
    });
    page.publish(next);
    let held = order(&page);
    assert_eq!(held, ["postgres, PID 2234, ended", WORKER, "ksoftirqd/0, PID 16", "systemd-journald, PID 412"]);
    page.harness.remove_cursor();
    page.harness.run();
    assert!(!page.shows("Order held"));
    assert_eq!(order(&page)[..2], ["systemd-journald, PID 412", WORKER]);
    assert_eq!(panel.borrow().chosen(), None, "hovering chooses nothing");
}

#[test]
fn heads_sort_and_the_keyboard_moves_folds_and_unfolds() {
    let (mut page, panel) = open(snapshot(), WIDE);
    page.click("Name");
    assert_eq!(page.names("PID ")[0], "kthreadd, PID 2");
    page.press(Modifiers::NONE, Key::ArrowDown);
    let pid = |panel: &Rc<RefCell<ProcessesPanel>>| panel.borrow().chosen().map(|key| key.pid);
    assert_eq!(pid(&panel), Some(2));
    page.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(pid(&panel), Some(16));
    page.press(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(pid(&panel), Some(2));
    page.press(Modifiers::NONE, Key::ArrowLeft);
    assert!(!page.shows("ksoftirqd/0, PID 16"));
    page.click("Unfold kthreadd, PID 2");
    assert!(page.shows("ksoftirqd/0, PID 16"));
    page.press(Modifiers::NONE, Key::End);
    page.harness.run();
    assert_eq!(pid(&panel), Some(412), "the last by name");
    assert!(page.shows("systemd-journald, PID 412"), "the choice is scrolled into view");
    let mut memory = WindowMemory::default();
    panel.borrow().remember(&mut memory);
    assert_eq!(memory.process_sort, ("name".to_owned(), false));
}

#[test]
fn the_chooser_adds_removes_and_moves_columns_which_are_remembered() {
    let (mut page, panel) = open(snapshot(), WIDE);
    page.click("Columns");
    page.click("Command");
    page.click("Move PID to the right");
    let ids = |panel: &Rc<RefCell<ProcessesPanel>>| {
        let mut memory = WindowMemory::default();
        panel.borrow().remember(&mut memory);
        memory.process_columns.join(" ")
    };
    assert_eq!(ids(&panel), "name user pid cpu memory read write threads state command");
    let mut again = ProcessesPanel::default();
    let mut memory = WindowMemory::default();
    panel.borrow().remember(&mut memory);
    again.recall(&memory);
    assert_eq!(ids(&Rc::new(RefCell::new(again))), ids(&panel));
    page.click("Usual columns");
    assert_eq!(ids(&panel), "name pid user cpu memory read write threads state");
}

#[test]
fn five_thousand_rows_cost_what_is_on_the_screen() {
    let big = later(|rows| {
        let template = rows.last().cloned().expect("a row");
        rows.extend((10_000..15_000).map(|pid| ProcessRow {
            key: ProcessKey { pid, start_mark: 1 },
            name: format!("many-{pid}").into(),
            ..template.clone()
        }));
    });
    let (mut page, panel) = open(big, WIDE);
    panel.borrow_mut().set_filter("name:many".into());
    page.harness.run();
    assert!(page.shows_part("5,000 of 5,312 processes match."));
    let n_drawn = page.names("many-").len();
    assert!((10..60).contains(&n_drawn), "{n_drawn} rows are drawn");
}

#[test]
fn the_page_says_when_processes_cannot_be_read_or_are_old() {
    let mut world = snapshot();
    let why: Arc<str> = "/proc cannot be listed".into();
    let status = ProbeStatus {
        id: ProbeId("process"),
        title: "Processes".into(),
        group: SeriesGroup::Programs,
        state: ProbeState::Failed { since: world.processes.at, why },
        cost: Duration::ZERO,
        cadence: None,
        n_series: 0,
    };
    world.probes = world.probes.iter().cloned().chain([status]).collect();
    let (mut page, _) = open(world, WIDE);
    assert!(page.shows_part("Processes cannot be read: /proc cannot be listed"));
    page.click("Open Health");
    assert_eq!(page.intents(), [Intent::Open(Page::Health)]);
    let (mut page, _) = open(snapshot(), WIDE);
    assert!(!page.shows_part("These values are"));
    page.wait(Duration::from_secs(12));
    assert!(page.shows_part("These values are 12\u{2009}s old"));
}

#[test]
fn in_a_narrow_window_the_details_lie_over_the_table() {
    let (mut page, _) = open(snapshot(), COMPACT);
    let before = page.harness.get_by_label(WORKER).rect();
    page.click(WORKER);
    assert_eq!(page.harness.get_by_label(WORKER).rect(), before, "the table keeps its width");
    let close = page.harness.get_by_label("Close the details").rect();
    assert!(close.right() < COMPACT[0] && close.left() > COMPACT[0] - 344.0);
    page.click("Close the details");
    assert!(!page.shows("End process…"));
}

#[test]
fn leaving_the_page_ends_the_detailed_reading() {
    let panel = Rc::new(RefCell::new(ProcessesPanel::default()));
    let (engine, inputs) = perfdesk::engine::Handle::new(snapshot());
    let mut page = PageHarness::open(snapshot(), WIDE, panel.clone(), processes_ui);
    panel.borrow_mut().choose(WORKER_KEY);
    page.harness.run();
    assert_eq!(page.commands(), [inspect(Some(WORKER_KEY))]);
    panel.borrow_mut().leave(&engine);
    assert_eq!(inputs.try_iter().count(), 1);
    panel.borrow_mut().leave(&engine);
    assert_eq!(inputs.try_iter().count(), 0);
    page.harness.run();
    assert_eq!(page.commands(), [inspect(Some(WORKER_KEY))], "it begins again");
}
