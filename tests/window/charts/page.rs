//! The charts page in a harness, over an engine that answers subscriptions with made-up curves.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key, Modifiers, Pos2, Rect, UiBuilder, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use perfdesk::engine::Handle;
use perfdesk::engine::handle::Input;
use perfdesk::model::*;
use perfdesk::ui::pages::charts::{ChartsPanel, charts_bar_ui, charts_ui};
use perfdesk::ui::theme::{self, ThemeSet};
use perfdesk::ui::{Intent, PanelCx, fonts};

use super::super::support;

pub struct Shown {
    pub panel: ChartsPanel,
    pub intents: Vec<Intent>,
    pub range: Duration,
    pub is_paused: bool,
    pub frozen: Option<Arc<Snapshot>>,
    pub is_compact: bool,
}

pub struct Page {
    pub harness: Harness<'static>,
    pub engine: Handle,
    pub inputs: Receiver<Input>,
    pub shown: Rc<RefCell<Shown>>,
    pub requests: BTreeMap<ViewId, ViewRequest>,
    pub sent: Vec<Command>,
    /// How long ago the newest data came.
    pub late: Rc<RefCell<Duration>>,
}

impl Page {
    pub fn open() -> Self {
        Self::open_sized(1200.0, 800.0)
    }

    pub fn open_sized(width: f32, height: f32) -> Self {
        let mut snapshot = support::snapshot();
        let started_at = snapshot.at.expect("time").minus(Duration::from_secs(3_000));
        snapshot.health = Arc::new(Health { started_at, ..Health::clone(&snapshot.health) });
        let (engine, inputs) = Handle::new(snapshot);
        let shown = Rc::new(RefCell::new(Shown {
            panel: ChartsPanel::default(),
            intents: Vec::new(),
            range: Duration::from_secs(900),
            is_paused: false,
            frozen: None,
            is_compact: width < 1000.0,
        }));
        let themes = ThemeSet::embedded().expect("theme");
        let late = Rc::new(RefCell::new(Duration::ZERO));
        let (drawn, drawn_engine, drawn_late) = (shown.clone(), engine.clone(), late.clone());
        let installed = themes.clone();
        let mut harness = Harness::builder()
            .with_size([width, height])
            .with_max_steps(24)
            .with_step_dt(0.1)
            .with_context_setup(move |ctx| {
                ctx.set_fonts(fonts::definitions());
                theme::apply(ctx, &installed, &Settings { theme: ThemeChoice::Dark, ..Settings::default() });
            })
            .build_ui(move |ui| draw(ui, &mut drawn.borrow_mut(), &drawn_engine, &themes, *drawn_late.borrow()));
        harness.run();
        let mut page = Self { harness, engine, inputs, shown, requests: BTreeMap::new(), sent: Vec::new(), late };
        page.settle();
        page
    }

    /// Plays the engine: takes layouts in, answers subscriptions, publishes, draws.
    pub fn settle(&mut self) {
        for _ in 0..3 {
            let mut snapshot = Snapshot::clone(&self.engine.snapshot());
            for input in self.inputs.try_iter() {
                let Input::Command(command) = input else { continue };
                match &command {
                    Command::View(ViewCommand::Subscribe { id, request }) => {
                        self.requests.insert(*id, request.clone());
                    }
                    Command::View(ViewCommand::Unsubscribe { id }) => {
                        self.requests.remove(id);
                    }
                    Command::Layout(LayoutCommand::Replace(layouts)) => snapshot.layouts = Arc::new(layouts.clone()),
                    Command::Annotation(command) => annotate(&mut snapshot, command),
                    _ => {}
                }
                self.sent.push(command);
            }
            let at = snapshot.at.expect("time");
            let views = self.requests.iter().map(|(id, request)| (*id, Arc::new(answer(request, at))));
            snapshot.views = Arc::new(views.collect());
            snapshot.seq += 1;
            self.engine.publish(snapshot);
            self.harness.run();
        }
    }

    #[track_caller]
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.run();
        self.settle();
    }

    pub fn shows(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    pub fn shows_part(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
        self.settle();
    }

    pub fn layouts(&self) -> Arc<Layouts> {
        self.engine.snapshot().layouts.clone()
    }

    /// The charts of the layout on the page: "CPU: system.cpu.utilization".
    pub fn charts(&self) -> Vec<String> {
        let layouts = self.layouts();
        let charts = &layouts.current().expect("layout").charts;
        charts
            .iter()
            .map(|c| format!("{}: {}", c.title, c.series.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
            .collect()
    }

    pub fn follows_live(&self) -> bool {
        self.shown.borrow().panel.follows_live()
    }

    #[track_caller]
    pub fn plot(&self, title: &str) -> Rect {
        self.harness.get_by_label_contains(&format!("Chart {title}, ")).rect()
    }

    pub fn drag(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers, button: egui::PointerButton) {
        let press = |pos, pressed| egui::Event::PointerButton { pos, button, pressed, modifiers };
        self.harness.hover_at(from);
        self.harness.run();
        self.harness.event_modifiers(press(from, true), modifiers);
        self.harness.run();
        for part in 1..=4 {
            let at = from + (to - from) * (part as f32 / 4.0);
            self.harness.event_modifiers(egui::Event::PointerMoved(at), modifiers);
            self.harness.run();
        }
        self.harness.event_modifiers(press(to, false), modifiers);
        self.harness.run();
        self.settle();
    }

    pub fn span(&self) -> TimeRange {
        let range = self.requests.values().next().expect("a subscription").range;
        match range {
            ViewRange::Fixed(range) => range,
            ViewRange::Live { span } => TimeRange::ending_at(self.engine.snapshot().at.expect("time"), span),
        }
    }

    /// Changes the world and draws it.
    pub fn change(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut snapshot = Snapshot::clone(&self.engine.snapshot());
        change(&mut snapshot);
        self.engine.publish(snapshot);
        self.harness.run();
        self.settle();
    }

    /// Puts the keyboard into a field and types over what stands in it.
    #[track_caller]
    pub fn fill(&mut self, field: &str, text: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, field).click();
        self.harness.run();
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.run();
        self.harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
        self.harness.run();
        // What the text changed is on the screen in the frame after.
        self.harness.run();
    }

    /// Moves the pointer to a place and clicks there.
    pub fn click_at(&mut self, at: Pos2) {
        self.harness.hover_at(at);
        self.harness.run();
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            self.harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
            self.harness.run();
        }
        self.settle();
    }

    /// The commands of one kind that were sent since the last call.
    pub fn sent<T>(&mut self, of: impl Fn(&Command) -> Option<T>) -> Vec<T> {
        let found = self.sent.iter().filter_map(of).collect();
        self.sent.clear();
        found
    }

    /// Commands about annotations.
    pub fn note_commands(&mut self) -> Vec<AnnotationCommand> {
        self.sent(|command| if let Command::Annotation(command) = command { Some(command.clone()) } else { None })
    }

    /// Moments that were asked for.
    pub fn inspected(&mut self) -> Vec<Option<Timestamp>> {
        let inspect = |command: &Command| match command {
            Command::History(HistoryCommand::Inspect(at)) => Some(*at),
            _ => None,
        };
        self.sent(inspect)
    }

    pub fn intents(&self) -> Vec<Intent> {
        std::mem::take(&mut self.shown.borrow_mut().intents)
    }

    pub fn settle_commands_alone(&mut self) {
        for input in self.inputs.try_iter() {
            if let Input::Command(Command::View(ViewCommand::Unsubscribe { id })) = input {
                self.requests.remove(&id);
            }
        }
    }
}

/// Does to the annotations what the engine would.
fn annotate(snapshot: &mut Snapshot, command: &AnnotationCommand) {
    let mut all = snapshot.annotations.to_vec();
    match command {
        AnnotationCommand::Add(text) => {
            let id = AnnotationId(all.iter().map(|note| note.id.0).max().unwrap_or(0) + 1);
            all.push(Annotation { id, text: text.clone() });
        }
        AnnotationCommand::Edit(note) => {
            for changed in all.iter_mut().filter(|old| old.id == note.id) {
                *changed = note.clone();
            }
        }
        AnnotationCommand::Remove(id) => all.retain(|note| note.id != *id),
    }
    all.sort_by_key(|note| note.text.at);
    snapshot.annotations = all.into();
}

fn draw(ui: &mut egui::Ui, shown: &mut Shown, engine: &Handle, themes: &ThemeSet, late: Duration) {
    let live = engine.snapshot();
    if shown.is_paused && shown.frozen.is_none() {
        shown.frozen = Some(live.clone());
    }
    let snapshot = if shown.is_paused { shown.frozen.clone().unwrap_or(live) } else { live };
    let intents = RefCell::new(Vec::new());
    let cx = PanelCx {
        snapshot: &snapshot,
        engine,
        theme: themes.dark(),
        now: snapshot.at.unwrap_or_default().plus(late),
        is_compact: shown.is_compact,
        range: shown.range,
        is_paused: shown.is_paused,
        intents: &intents,
    };
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), 48.0));
    charts_bar_ui(&cx, &mut ui.new_child(UiBuilder::new().max_rect(bar)), &mut shown.panel);
    let page = Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max);
    charts_ui(&cx, &mut ui.new_child(UiBuilder::new().max_rect(page)), &mut shown.panel);
    for intent in intents.take() {
        match intent {
            Intent::SetRange(span) => shown.range = span,
            Intent::SetPaused(is_paused) => {
                shown.is_paused = is_paused;
                shown.frozen = None;
            }
            other => shown.intents.push(other),
        }
    }
}

/// A curve of 10-s buckets, longer ones in long spans, that swings around 40 %, without data in a part of the past.
fn answer(request: &ViewRequest, at: Timestamp) -> ViewData {
    let range = match request.range {
        ViewRange::Fixed(range) => range,
        ViewRange::Live { span } => TimeRange::ending_at(at, span),
    };
    let gap = TimeRange { start: at.minus(Duration::from_secs(300)), end: at.minus(Duration::from_secs(150)) };
    let step = (range.span().as_millis() as i64 / 3_600_000).max(1) * 10_000;
    let first = range.start.as_millis().div_euclid(step);
    let last = range.end.min(at).as_millis().div_euclid(step);
    let mut was_in_gap = false;
    let mut buckets = Vec::new();
    for i in first..=last {
        let at = Timestamp::from_millis(i * step);
        if gap.contains(at) {
            was_in_gap = true;
            continue;
        }
        let mean = 0.4 + 0.01 * (i % 5) as f32;
        let gap_before = std::mem::take(&mut was_in_gap);
        buckets.push(Bucket { at, min: mean - 0.05, max: mean + 0.05, mean, count: 10, gap_before });
    }
    let curve = |series: &SeriesId| Curve { series: *series, buckets: buckets.clone().into() };
    ViewData {
        request: request.clone(),
        range,
        step: Duration::from_millis(step as u64),
        curves: request.series.iter().map(curve).collect(),
        gaps: vec![gap].into(),
        is_loading: false,
        tier: Tier::Full,
    }
}
