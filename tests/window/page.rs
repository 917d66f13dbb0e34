//! One page alone, without the frame around it: what it sends and what it asks of the window can be read.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use perfdesk::engine::Handle;
use perfdesk::engine::handle::Input;
use perfdesk::model::{Command, Snapshot, Timestamp};
use perfdesk::ui::theme::{self, ThemeSet};
use perfdesk::ui::{Intent, PanelCx, fonts};

/// A page in a test.
pub struct PageHarness {
    /// The harness, for what this type does not cover.
    pub harness: Harness<'static>,
    engine: Handle,
    inputs: Receiver<Input>,
    intents: Rc<RefCell<Vec<Intent>>>,
    now: Rc<RefCell<Timestamp>>,
}

impl PageHarness {
    /// Opens a page of a size over a snapshot.
    pub fn open<P: 'static>(
        snapshot: Snapshot,
        size: [f32; 2],
        panel: Rc<RefCell<P>>,
        draw: fn(&PanelCx<'_>, &mut egui::Ui, &mut P),
    ) -> Self {
        let now = Rc::new(RefCell::new(snapshot.at.unwrap_or_default()));
        let settings = snapshot.settings.clone();
        let (engine, inputs) = Handle::new(snapshot);
        let intents: Rc<RefCell<Vec<Intent>>> = Rc::default();
        let themes = ThemeSet::embedded().expect("theme");
        let (drawn, asked, clock) = (engine.clone(), intents.clone(), now.clone());
        let mut harness = Harness::builder()
            .with_size(size)
            .with_max_steps(24)
            .with_context_setup(move |ctx| {
                ctx.set_fonts(fonts::definitions());
                theme::apply(ctx, &ThemeSet::embedded().expect("theme"), &settings);
            })
            .build_ui(move |ui| {
                let snapshot = drawn.snapshot();
                let intents = RefCell::new(Vec::new());
                let cx = PanelCx {
                    snapshot: &snapshot,
                    engine: &drawn,
                    theme: themes.dark(),
                    now: *clock.borrow(),
                    is_compact: size[0] < themes.dark().compact_below(),
                    range: Duration::from_secs(900),
                    is_paused: false,
                    intents: &intents,
                };
                draw(&cx, ui, &mut panel.borrow_mut());
                asked.borrow_mut().extend(intents.into_inner());
            });
        harness.run();
        Self { harness, engine, inputs, intents, now }
    }

    /// Publishes a snapshot and draws it.
    pub fn publish(&mut self, snapshot: Snapshot) {
        self.engine.publish(snapshot);
        self.harness.run();
    }

    /// Lets time pass.
    pub fn wait(&mut self, span: Duration) {
        let later = self.now.borrow().plus(span);
        *self.now.borrow_mut() = later;
        self.harness.run();
    }

    /// Clicks the one thing with this accessible name.
    #[track_caller]
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.run();
    }

    /// Presses a key.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    /// Types where the keyboard's focus is.
    pub fn type_text(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.run();
        // What the text changed is on the screen in the frame after.
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

    /// The accessible names on the screen that contain `part`, top down.
    pub fn names(&self, part: &str) -> Vec<String> {
        let mut found: Vec<(f32, String)> = self
            .harness
            .query_all_by_label_contains(part)
            .map(|node| (node.rect().top(), node.accesskit_node().label().unwrap_or_default()))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// The commands sent since the last call.
    pub fn commands(&mut self) -> Vec<Command> {
        let commands = self.inputs.try_iter();
        commands.filter_map(|input| if let Input::Command(command) = input { Some(command) } else { None }).collect()
    }

    /// What was asked of the window since the last call.
    pub fn intents(&mut self) -> Vec<Intent> {
        self.intents.take()
    }
}
