//! The Reports page: forms that become tasks, the file dialog, the columns of an import, and the list of tasks.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::*;
use perfdesk::ui::{FileAnswer, FileDialogs, FileQuestion, Page};

use crate::support::{NOW, Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];

/// What a test has been asked by the window, and what it answers.
#[derive(Default, Clone)]
struct Dialog {
    asked: Rc<RefCell<Vec<FileQuestion>>>,
    answer: Rc<RefCell<Option<FileAnswer>>>,
}

impl FileDialogs for Dialog {
    fn ask(&mut self, question: &FileQuestion, _ctx: &egui::Context) {
        self.asked.borrow_mut().push(question.clone());
    }

    fn poll(&mut self) -> Option<FileAnswer> {
        self.answer.borrow_mut().take()
    }
}

fn open_with(world: Snapshot, size: [f32; 2]) -> (Window, Dialog) {
    let dialog = Dialog::default();
    let window = Window::open_with(world, size, Some(Page::Reports), |desk| {
        desk.with_files(Box::new(dialog.clone()), Some("/home/ada".into()))
    });
    (window, dialog)
}

fn open() -> (Window, Dialog) {
    open_with(snapshot(), WIDE)
}

fn tasks(window: &mut Window) -> Vec<TaskRequest> {
    let commands = window.commands().into_iter();
    commands
        .filter_map(|c| if let Command::Task(TaskCommand::Start(request)) = c { Some(request) } else { None })
        .collect()
}

fn replace(window: &mut Window, field: &str, text: &str) {
    let node = window.harness.get_by_role_and_label(Role::TextInput, field);
    node.click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

fn task(id: u64, title: &str, age: Duration, state: TaskState) -> TaskStatus {
    TaskStatus { id: TaskId(id), title: title.into(), asked_at: NOW.minus(age), state }
}

fn running(done: f32) -> TaskState {
    TaskState::Running { done_ratio: Some(done), text: "12,400,000 samples".into() }
}

#[test]
fn a_report_is_asked_for_with_everything_that_was_filled_in() {
    let (mut window, _) = open();
    replace(&mut window, "Report from", "soon");
    assert!(window.shows("Choose a period"), "the button says what is missing");
    window.click("Report: Last hour");
    replace(&mut window, "Title of the report", "Spike at 14:03");
    window.harness.get_by_label("Remarks of the report").click();
    window.run();
    window.type_text("backup ran");
    window.click("Markdown: for tickets and wikis");
    replace(&mut window, "File of the report", "spike.html");
    assert!(window.shows("This is /home/ada/spike.html"));
    window.click("Create report");
    let sent = tasks(&mut window);
    let [TaskRequest::Report { range, series, title, remarks, path, formats }] = sent.as_slice() else {
        panic!("one report: {sent:?}");
    };
    assert_eq!(*range, TimeRange::ending_at(NOW, Duration::from_secs(3600)));
    assert_eq!((title.as_str(), remarks.as_str()), ("Spike at 14:03", "backup ran"));
    assert_eq!(path, &PathBuf::from("/home/ada/spike.html"));
    assert_eq!(formats, &[ReportFormat::Html, ReportFormat::Markdown]);
    assert_eq!(series.len(), 9);
}

#[test]
fn an_export_names_all_series_by_none_and_its_ending_follows_the_format() {
    let (mut window, _) = open();
    window.click_role(Role::Tab, "Export samples");
    window.click("Export: Last 24 hours");
    window.click("Format: Parquet");
    window.click_role(Role::Button, "Export");
    let sent = tasks(&mut window);
    let [TaskRequest::Export { series, format, path, .. }] = sent.as_slice() else { panic!("one export: {sent:?}") };
    assert!(series.is_empty(), "all");
    assert_eq!(*format, ExportFormat::Parquet);
    let name = path.to_string_lossy();
    assert!(name.starts_with("/home/ada/perfdesk-samples-2026-11-2") && name.ends_with(".parquet"), "{name}");
}

#[test]
fn the_answer_of_a_dialog_fills_the_path() {
    let (mut window, dialog) = open();
    window.click_role(Role::Tab, "Export samples");
    window.click("Choose file of the export");
    let question = dialog.asked.borrow().first().cloned().expect("asked");
    assert!(question.purpose.is_save());
    assert_eq!(question.folder, Some("/home/ada".into()));
    assert!(question.name.ends_with(".csv"), "{}", question.name);
    *dialog.answer.borrow_mut() = Some(FileAnswer::Chosen("/srv/out.csv".into()));
    window.run();
    window.click("Export: Last hour");
    window.click_role(Role::Button, "Export");
    let sent = tasks(&mut window);
    assert!(matches!(sent.as_slice(), [TaskRequest::Export { path, .. }] if path == &PathBuf::from("/srv/out.csv")));
}

#[test]
fn a_dialog_that_cannot_be_opened_is_said_and_the_path_can_be_typed() {
    let (mut window, dialog) = open();
    *dialog.answer.borrow_mut() = Some(FileAnswer::Nothing);
    window.click("Choose file of the report");
    assert!(window.shows("No file dialog can be opened here: type the path"));
    replace(&mut window, "File of the report", "/tmp/r.html");
    assert!(!window.shows("No file dialog can be opened here: type the path"));
}

#[test]
fn the_whole_history_goes_out_and_comes_back() {
    let (mut window, _) = open();
    window.click_role(Role::Tab, "Whole history");
    window.click("Write archive");
    replace(&mut window, "Archive to read", "/tmp/old.pdarchive");
    window.click("Read archive");
    let sent = tasks(&mut window);
    assert!(matches!(&sent[0], TaskRequest::ExportArchive { path } if path.starts_with("/home/ada")), "{sent:?}");
    assert_eq!(sent[1], TaskRequest::ImportArchive { path: "/tmp/old.pdarchive".into() });
}

fn preview() -> ImportPreview {
    let cells = |cells: [&str; 4]| cells.map(Arc::from).into_iter().collect::<Arc<[Arc<str>]>>();
    let column = |index, name: &str, unit, factor| ImportColumn { index, name: name.into(), unit, factor };
    ImportPreview {
        path: "/tmp/bench.csv".into(),
        bytes: 1_234_567,
        headers: cells(["time", "cpu_percent", "latency_ms", "host"]),
        rows: vec![
            cells(["2026-11-23 14:00:00", "12.5", "3.1", "atlas"]),
            cells(["2026-11-23 14:00:01", "13.0", "2.9", "atlas"]),
        ]
        .into(),
        mapping: ImportMapping {
            recording: "bench".into(),
            time_column: 0,
            time_form: TimeForm::Iso,
            columns: vec![column(1, "cpu_percent", Unit::Ratio, 0.01), column(2, "latency_ms", Unit::Seconds, 1e-3)],
            delimiter: b',',
            has_header: true,
        },
        problem: None,
    }
}

fn looked_at() -> Window {
    let (mut window, _) = open();
    window.click_role(Role::Tab, "Import");
    replace(&mut window, "File of the recording", "/tmp/bench.csv");
    window.click("Look at the file");
    assert_eq!(tasks(&mut window), [TaskRequest::PreviewImport { path: "/tmp/bench.csv".into() }]);
    window.publish(Snapshot { import_preview: Some(Arc::new(preview())), ..snapshot() });
    window
}

#[test]
fn the_columns_of_a_recording_are_looked_at_changed_and_imported() {
    let mut window = looked_at();
    replace(&mut window, "Name of the recording", "night run");
    replace(&mut window, "Name of cpu_percent", "CPU");
    window.click_role(Role::CheckBox, "latency_ms");
    window.click_role(Role::CheckBox, "host");
    window.click("Unit of host: A number");
    window.click_role(Role::MenuItem, "Watts");
    window.click("Import the recording");
    let sent = tasks(&mut window);
    let [TaskRequest::ImportCsv { path, mapping }] = sent.as_slice() else { panic!("one import: {sent:?}") };
    assert_eq!(path, &PathBuf::from("/tmp/bench.csv"));
    assert_eq!(mapping.recording, "night run");
    let columns: Vec<(usize, &str, Unit, f64)> =
        mapping.columns.iter().map(|c| (c.index, c.name.as_str(), c.unit, c.factor)).collect();
    assert_eq!(columns, [(1, "CPU", Unit::Ratio, 0.01), (3, "host", Unit::Watts, 1.0)]);
    assert!(window.shows("Look at the file"), "ready for the next one");
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_and_not_sent() {
    let mut window = looked_at();
    replace(&mut window, "Name of the recording", " ");
    assert!(window.shows("Give the recording a name"));
    window.click("Import the recording");
    assert_eq!(tasks(&mut window), []);
}

fn with_recording() -> Snapshot {
    let mut world = snapshot();
    let range = TimeRange::ending_at(NOW.minus(Duration::from_secs(86_400)), Duration::from_secs(3600));
    let import = ImportedRecording { name: "bench".into(), covers: range, n_series: 2, bytes: 40_000 };
    world.history = Arc::new(HistoryStatus { imports: vec![import], ..HistoryStatus::default() });
    let mut series = world.series.to_vec();
    let mut def = (*series[0].def).clone();
    def.key = SeriesKey::new("imported.cpu", &[("import", "bench")]);
    (def.group, def.name) = (SeriesGroup::Imported, "bench CPU".into());
    series.push(SeriesInfo { id: SeriesId(series.len() as u32), def: Arc::new(def) });
    world.series = series.into();
    world
}

#[test]
fn an_imported_recording_is_shown_on_the_charts_or_removed_after_a_question() {
    let (mut window, _) = open_with(with_recording(), WIDE);
    window.click_role(Role::Tab, "Import 1");
    window.click("Remove bench…");
    window.click_role(Role::Button, "Cancel");
    assert_eq!(tasks(&mut window), []);
    window.click("Remove bench…");
    window.click("Remove recording");
    assert_eq!(tasks(&mut window), [TaskRequest::RemoveImport { name: "bench".into() }]);
    window.click("Show on charts");
    assert_eq!(window.page(), Page::Charts);
    let recorded = with_recording().history.imports[0].covers;
    let is_of_recording = |command: &Command| match command {
        Command::View(ViewCommand::Subscribe { request, .. }) => {
            matches!(request.range, ViewRange::Fixed(range) if range.contains(recorded.start.plus(recorded.span() / 2)))
        }
        _ => false,
    };
    assert!(window.commands().iter().any(is_of_recording), "the charts show the time of the recording");
}

#[test]
fn tasks_tell_how_far_they_are_and_are_cancelled_and_dismissed() {
    let mut world = snapshot();
    let done = TaskState::Done {
        text: "86,400 samples of 9 series".into(),
        remarks: vec![Arc::from("line 12: 14:0x is no time")].into(),
        files: vec![PathBuf::from("/home/ada/cpu.csv")].into(),
    };
    let failed = TaskState::Failed { why: "the disk is full: free some room".into() };
    let second = Duration::from_secs(1);
    world.tasks = vec![
        task(1, "Export to cpu.csv", second * 60, done),
        task(2, "Export to net.csv", second * 30, failed),
        task(3, "Report spike.html", second * 3, running(0.45)),
        task(4, "Export to all.parquet", second, TaskState::Waiting),
    ]
    .into();
    let (mut window, _) = open_with(world, WIDE);
    assert!(window.shows("Report spike.html: 45\u{2009}%, 12,400,000 samples"));
    assert!(window.shows("Report spike.html 45\u{2009}%, 1 more"), "the status bar says it, too");
    assert!(window.shows("the disk is full: free some room"));
    assert!(!window.shows("line 12: 14:0x is no time"));
    window.click("1 remark");
    assert!(window.shows("line 12: 14:0x is no time"));
    window.click("Copy the path /home/ada/cpu.csv");
    assert!(window.shows_part("Copied"));
    window.click("Cancel Report spike.html");
    window.click("Dismiss Export to net.csv");
    let commands = window.commands();
    assert!(commands.contains(&Command::Task(TaskCommand::Cancel(TaskId(3)))), "{commands:?}");
    assert!(commands.contains(&Command::Task(TaskCommand::Dismiss(TaskId(2)))), "{commands:?}");
}

#[test]
fn work_of_less_than_half_a_second_shows_no_progress() {
    let mut world = snapshot();
    world.tasks = vec![task(1, "Export to cpu.csv", Duration::from_millis(200), running(0.5))].into();
    let (mut window, _) = open_with(world.clone(), WIDE);
    assert!(!window.shows_part("Export to cpu.csv"));
    world.tasks = vec![task(1, "Export to cpu.csv", Duration::from_millis(700), running(0.5))].into();
    window.publish(world);
    assert!(window.shows("Cancel Export to cpu.csv"));
}

#[test]
fn the_page_fits_a_narrow_window() {
    let (mut window, _) = open_with(with_recording(), [1024.0, 700.0]);
    for tab in ["Export samples", "Import 1", "Whole history", "Report of a period"] {
        window.click_role(Role::Tab, tab);
    }
    window.click("Report: Last hour");
    assert!(window.shows_part("History holds nothing yet"));
}
