//! The whole window over a made-up engine: what is published is drawn, what is sent can be read.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::Receiver;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, Node};
use perfdesk::engine::{Handle, Input};
use perfdesk::model::{Command, Settings, Snapshot};
use perfdesk::ui::{Desk, FrameFigures, Page, desk_ui};

use super::world::NOW;

/// A window in a test.
pub struct Window {
    /// The harness, for what this type does not cover.
    pub harness: Harness<'static>,
    /// The engine's side.
    pub engine: Handle,
    desk: Rc<RefCell<Desk>>,
    inputs: Receiver<Input>,
}

impl Window {
    /// Opens a window of a size over a snapshot.
    pub fn open(snapshot: Snapshot, size: [f32; 2]) -> Self {
        Self::open_at(snapshot, size, None)
    }

    /// Opens a window on a page.
    pub fn open_at(snapshot: Snapshot, size: [f32; 2], page: Option<Page>) -> Self {
        Self::open_with(snapshot, size, page, |desk| desk)
    }

    /// Opens a window on a page, with what `prepare` adds to it.
    pub fn open_with(
        snapshot: Snapshot,
        size: [f32; 2],
        page: Option<Page>,
        prepare: impl FnOnce(Desk) -> Desk,
    ) -> Self {
        let settings: Settings = (*snapshot.settings).clone();
        let desk = Rc::new(RefCell::new(prepare(Desk::new(&snapshot, page).expect("theme"))));
        let (engine, inputs) = Handle::new(snapshot);
        let (drawn, drawn_engine) = (desk.clone(), engine.clone());
        let installed = desk.clone();
        let figures = FrameFigures {
            n_frames: 12,
            p50_seconds: Some(0.001),
            p99_seconds: Some(0.002),
            first_frame_seconds: Some(0.1),
        };
        let mut harness = Harness::builder()
            .with_size(size)
            .with_max_steps(24)
            .with_context_setup(move |ctx| installed.borrow_mut().install(ctx, &settings))
            .build_ui(move |ui| desk_ui(ui, &mut drawn.borrow_mut(), &drawn_engine, NOW, &figures));
        harness.run();
        Self { harness, engine, desk, inputs }
    }

    /// The page on the screen.
    pub fn page(&self) -> Page {
        self.desk.borrow().page()
    }

    /// Whether the screen is frozen.
    pub fn is_paused(&self) -> bool {
        self.desk.borrow().is_paused()
    }

    /// Draws until nothing changes.
    pub fn run(&mut self) {
        self.harness.run();
    }

    /// Publishes a snapshot and draws it.
    pub fn publish(&mut self, snapshot: Snapshot) {
        self.engine.publish(snapshot);
        self.harness.run();
    }

    /// Clicks the one thing with this accessible name.
    #[track_caller]
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.run();
    }

    /// Clicks the one thing with this role and accessible name.
    #[track_caller]
    pub fn click_role(&mut self, role: Role, name: &str) {
        self.harness.get_by_role_and_label(role, name).click();
        self.harness.run();
    }

    /// Opens a page by the rail.
    #[track_caller]
    pub fn go(&mut self, page: Page) {
        self.click_role(Role::Tab, page.title());
    }

    /// Presses keys.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    /// Types where the keyboard's focus is.
    pub fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.run();
    }

    /// Whether something with this accessible name is on the screen.
    pub fn shows(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    /// Whether something whose accessible name contains this is on the screen.
    pub fn shows_part(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// The commands sent since the last call.
    pub fn commands(&mut self) -> Vec<Command> {
        let commands = self.inputs.try_iter();
        commands.filter_map(|input| if let Input::Command(command) = input { Some(command) } else { None }).collect()
    }
}
