//! The charts page: stacked charts over one time axis, the list of series beside them.
//!
//! The page keeps what a person chose (span, search, selected chart); layouts live in the engine, curves in snapshots.

mod bar;
mod chart_ui;
mod colors;
mod dialog;
mod draft;
mod edit;
mod flags;
mod head;
mod inspector;
mod journal;
mod keys;
mod list;
mod list_model;
mod menu;
mod notes;
mod overlay;
mod page_model;
mod resolve;
mod seek;
mod sentence;
mod side;
mod stack;
mod toolbar;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{self, Align, Layout, Rect, UiBuilder, pos2};

pub use bar::charts_bar_ui;
use chart_ui::{ChartState, Hover};
use colors::ColorSlots;
use dialog::Dialog;
use draft::LayoutDraft;
use edit::Edit;
use inspector::Inspector;
use journal::{Change, Journal};
use notes::{NoteAsk, NotesState};
use page_model::PageModel;
use resolve::SeriesIndex;
pub use resolve::full_name;
use seek::Seek;
use sentence::{Sentence, Told, sentence};

use crate::engine::Handle;
use crate::model::{Layouts, SeriesGroup, SeriesId, Snapshot, TimeRange, Timestamp, ViewId, WindowMemory};
use crate::ui::PanelCx;
use crate::ui::chart::viewport::Held;
use crate::ui::chart::{AlertSpans, MeshCache, Viewport, Zone};
use crate::ui::widgets::dates::PeriodPicker;

/// The first of the page's subscription numbers; each chart has the next.
const FIRST_VIEW: u64 = 0x4348_0000;
/// The number under which the tick of a spike is looked for.
const SEEK_VIEW: ViewId = ViewId(FIRST_VIEW - 1);
/// Width of the list of series, points.
const LIST_WIDTH: f32 = 256.0;

/// A part of the past that another page asked for.
#[derive(Debug, Clone, Copy)]
enum Place {
    Period(TimeRange),
    Moment(Timestamp),
}

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ChartsPanel {
    asked: Vec<SeriesId>,
    asked_place: Option<Place>,
    layouts: LayoutDraft,
    edits: Vec<Edit>,
    dialog: Option<Dialog>,
    viewport: Option<Viewport>,
    range_seen: Option<Duration>,
    index: SeriesIndex,
    colors: ColorSlots,
    model: PageModel,
    charts: Vec<ChartState>,
    cache: RefCell<MeshCache>,
    /// When rules fired on which series.
    alerts: AlertSpans,
    selected: Option<usize>,
    hover: Option<Hover>,
    box_start: Option<f64>,
    menu_at: Option<(usize, f64)>,
    list: list::ListState,
    notes: NotesState,
    note_asks: Vec<NoteAsk>,
    inspector: Inspector,
    inspected_before: Option<Timestamp>,
    seek: Option<Seek>,
    journal: Journal,
    picker: Option<PeriodPicker>,
    sentence: (Option<(u64, TimeRange, usize)>, Sentence),
    zone: Zone,
}

impl ChartsPanel {
    /// Puts these series on a chart of their own at the next drawing.
    pub fn show_series(&mut self, series: &[SeriesId]) {
        self.asked.extend_from_slice(series);
    }

    /// Shows this part of the past at the next drawing.
    pub fn show_period(&mut self, range: TimeRange) {
        self.asked_place = Some(Place::Period(range));
    }

    /// Opens the inspector on this moment at the next drawing, and shows the time around it.
    pub fn inspect(&mut self, at: Timestamp) {
        self.asked_place = Some(Place::Moment(at));
    }

    /// Ends the page's subscriptions; called when another page is opened.
    pub fn leave(&mut self, engine: &Handle) {
        for chart in &mut self.charts {
            chart.subscription.leave(engine);
        }
        if let Some(mut seek) = self.seek.take() {
            seek.leave(engine);
            self.inspector.restore(self.inspector.at());
        }
        self.inspector.leave(engine);
    }

    /// Takes over what the window remembers.
    pub fn recall(&mut self, memory: &WindowMemory) {
        self.notes.hidden = memory.hidden_annotations.iter().copied().collect();
    }

    /// Puts down what the window is to remember.
    pub fn remember(&self, memory: &mut WindowMemory) {
        memory.hidden_annotations = self.notes.hidden.iter().copied().collect();
    }

    /// Whether the charts follow the newest data.
    pub fn follows_live(&self) -> bool {
        self.viewport.as_ref().is_none_or(Viewport::is_live)
    }

    /// Meshes built since the start, to prove that a moving pointer builds none.
    pub fn n_meshes_built(&self) -> u64 {
        self.cache.borrow().n_built()
    }

    fn layouts_now(&mut self, cx: &PanelCx<'_>) -> Arc<Layouts> {
        self.layouts.now(&cx.snapshot.layouts, cx.now)
    }

    fn viewport(&self, cx: &PanelCx<'_>) -> Viewport {
        self.viewport.unwrap_or_else(|| Viewport::live(cx.range))
    }

    /// Takes in the snapshot: names, colours, the span of the top bar.
    fn begin(&mut self, cx: &PanelCx<'_>) {
        self.index.sync(cx.snapshot);
        self.alerts.refresh(cx.snapshot);
        if self.range_seen != Some(cx.range) {
            self.range_seen = Some(cx.range);
            self.viewport = Some(Viewport::live(cx.range));
        }
        if let Some(place) = self.asked_place.take() {
            self.go_to(cx, place);
        }
        if !self.asked.is_empty() {
            let asked = std::mem::take(&mut self.asked);
            let infos: Vec<_> = asked.iter().filter_map(|id| cx.snapshot.info(*id)).collect();
            if let Some(first) = infos.first() {
                let alike: Vec<_> = infos.iter().filter(|i| i.def.unit == first.def.unit).collect();
                let keys = alike.iter().map(|info| info.def.key.clone()).collect();
                self.edits.push(Edit::AddChartOf(full_name(first), keys));
            }
        }
        self.carry_out(cx);
        self.sync_model(cx);
    }

    fn go_to(&mut self, cx: &PanelCx<'_>, place: Place) {
        let held = Self::held(cx);
        let mut viewport = self.viewport(cx);
        match place {
            Place::Period(range) => viewport.show(range.start.as_millis() as f64, range.end.as_millis() as f64, held),
            Place::Moment(at) => {
                viewport.center(at, held);
                self.inspector.open(at, None);
            }
        }
        self.viewport = Some(viewport);
    }

    fn sync_model(&mut self, cx: &PanelCx<'_>) {
        let layouts = self.layouts_now(cx);
        self.model.sync(&layouts, cx.snapshot, &self.index, &mut self.colors);
        let n = self.model.charts.len();
        for gone in self.charts.iter_mut().skip(n) {
            gone.subscription.leave(cx.engine);
        }
        self.charts.truncate(n);
        while self.charts.len() < n {
            self.charts.push(ChartState::new(ViewId(FIRST_VIEW + self.charts.len() as u64)));
        }
        self.selected = self.selected.filter(|i| *i < n);
    }

    fn carry_out(&mut self, cx: &PanelCx<'_>) {
        let edits = std::mem::take(&mut self.edits);
        let (index, selected) = (&self.index, &mut self.selected);
        if self.layouts.edit(cx, &edits, selected, |key| index.facts(key)) {
            self.journal.add(Change::Layout);
        }
    }

    /// What is held to be panned to.
    fn held(cx: &PanelCx<'_>) -> Held {
        let newest = cx.snapshot.at.unwrap_or(cx.now);
        let started = cx.snapshot.health.started_at;
        let history = &cx.snapshot.history;
        // A recording of another tool may be older than anything that was sampled here.
        let starts = history.covers().into_iter().chain(history.imports.iter().map(|import| import.covers));
        let oldest = starts.map(|covers| covers.start).fold(started, Timestamp::min);
        Held { oldest: oldest.max(newest.minus(Viewport::MAX_SPAN)), newest }
    }

    /// The span that is shown.
    fn range(&self, cx: &PanelCx<'_>) -> TimeRange {
        self.viewport(cx).resolve(Self::held(cx).newest)
    }

    /// The first line, worked out again only when the data or the span changed.
    fn sync_sentence(&mut self, cx: &PanelCx<'_>, answers: &Snapshot) {
        let range = self.range(cx);
        let key = (answers.seq, range, self.model.charts.len());
        if self.sentence.0 == Some(key) {
            return;
        }
        let mut told = Vec::new();
        for (chart, state) in self.model.charts.iter().zip(&self.charts) {
            let Some((data, unit)) = state.subscription.data(answers).zip(chart.unit) else { continue };
            for series in chart.series.iter().filter(|s| !s.is_hidden) {
                if let Some(curve) = data.curves.iter().find(|c| Some(c.series) == series.id) {
                    told.push(Told { name: series.full_name.clone(), unit, buckets: &curve.buckets });
                }
            }
        }
        let is_live = self.follows_live();
        let said = sentence(&told, range, is_live, (cx.now, self.zone), &cx.snapshot.settings.units);
        self.sentence = (Some(key), said);
    }
}

/// Draws the page.
pub fn charts_ui(cx: &PanelCx<'_>, ui: &mut egui::Ui, panel: &mut ChartsPanel) {
    panel.begin(cx);
    // While the screen is frozen its snapshot stands still, but a person may still pan: answers to that are live.
    let live = cx.is_paused.then(|| cx.engine.snapshot());
    let answers: &Snapshot = live.as_deref().unwrap_or(cx.snapshot);
    keys::take_keys(cx, ui, panel, answers);
    if let Some(found) = panel.seek.as_mut().and_then(|seek| seek.follow(cx, ui.ctx(), answers)) {
        panel.seek = None;
        panel.inspector.open(found, None);
    }
    panel.inspector.follow(cx, answers);
    panel.sync_sentence(cx, answers);

    let page = ui.max_rect();
    let frame = cx.theme.frame(cx.is_compact);
    let list_width = if cx.is_compact { 0.0 } else { LIST_WIDTH };
    if !cx.is_compact {
        let rect = Rect::from_min_max(page.min, pos2(page.left() + LIST_WIDTH, page.bottom()));
        list::column_ui(cx, ui, panel, rect);
    }
    let rest = Rect::from_min_max(
        pos2(page.left() + list_width + if cx.is_compact { frame.margin_x } else { 16.0 }, page.top() + frame.margin_y),
        pos2(page.right() - frame.margin_x, page.bottom() - frame.margin_y.min(12.0)),
    );
    let mut main = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::top_down(Align::Min)));
    main.spacing_mut().item_spacing.y = 0.0;
    toolbar::head_ui(cx, &mut main, panel, answers);
    let (stack, side) = side::places(cx, panel, main.available_rect_before_wrap());
    stack::stack_ui(cx, &mut main, panel, answers, stack);
    if let Some(side) = side {
        side::side_ui(cx, ui, panel, answers, side);
    }
    if cx.is_compact {
        list::drawer_ui(cx, ui, panel, page);
    }
    dialog::dialog_ui(cx, ui, panel);
    side::editor_ui(cx, ui, panel);
    panel.take_note_asks(cx);
    panel.carry_out(cx);
    panel.cache.borrow_mut().end_frame();
}

impl ChartsPanel {
    /// Headings that are open in the list.
    fn open_groups(&self) -> &BTreeSet<SeriesGroup> {
        &self.list.open
    }
}
