//! The Compare page: two periods side by side, and what can be said of their difference.
//!
//! The page keeps what a person chose. Figures, intervals and verdicts come with the snapshot; nothing is reckoned here.

mod chart;
mod figures;
mod periods;
mod table;
mod words;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{ScrollArea, Ui, UiBuilder, vec2};

use self::figures::{SortBy, TableRow, arrange, table_rows};
use self::words::{Tally, chance, headline};
use crate::engine::Handle;
use crate::model::{Command, CompareRequest, Comparison, HistoryCommand, SeriesId, TimeRange, Units};
use crate::ui::chart::MeshCache;
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::pages::page_place;
use crate::ui::period::PeriodDraft;
use crate::ui::period::presets::{PairPreset, last_start};
use crate::ui::series_picker::SeriesPicker;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, empty_state, loading_bars, panel, panel_head};

/// Most series of one comparison.
const MAX_SERIES: usize = 128;
/// How long an answer may take before the page says that it waits, seconds.
const QUIET_SECONDS: f64 = 0.2;

/// What the page remembers between frames.
#[derive(Debug)]
pub struct ComparePanel {
    a: PeriodDraft,
    b: PeriodDraft,
    series: SeriesPicker,
    /// Send as soon as both periods are there: a preset or another page chose them.
    is_due: bool,
    asked: Option<CompareRequest>,
    /// Whether the engine holds what was asked.
    is_held: bool,
    asked_seconds: f64,
    table: Option<Prepared>,
    sort: (SortBy, bool),
    only_differing: bool,
    selected: Option<SeriesId>,
    shows_method: bool,
    meshes: RefCell<MeshCache>,
}

impl Default for ComparePanel {
    fn default() -> Self {
        Self {
            a: PeriodDraft::default(),
            b: PeriodDraft::default(),
            series: SeriesPicker::default(),
            is_due: false,
            asked: None,
            is_held: false,
            asked_seconds: 0.0,
            table: None,
            sort: (SortBy::Verdict, false),
            only_differing: false,
            selected: None,
            shows_method: false,
            meshes: RefCell::default(),
        }
    }
}

/// The table of one answer, made once.
#[derive(Debug)]
struct Prepared {
    of: Arc<Comparison>,
    units: Units,
    rows: Vec<TableRow>,
    tally: Tally,
}

impl ComparePanel {
    /// Takes over what another page wants compared; what is not given stays.
    pub fn set_periods(&mut self, a: Option<TimeRange>, b: Option<TimeRange>, series: Vec<SeriesId>) {
        for (draft, range) in [(&mut self.a, a), (&mut self.b, b)] {
            if let Some(range) = range {
                draft.fill(range);
            }
        }
        self.series.choose(series);
        self.is_due = true;
    }

    /// The page is no longer on the screen: the engine need not hold the comparison. It is asked for again when the
    /// page is opened again.
    pub fn leave(&mut self, engine: &Handle) {
        if self.is_held && engine.send(Command::History(HistoryCommand::Compare(None))) {
            self.is_held = false;
        }
    }

    fn fill(&mut self, preset: PairPreset, cx: &PanelCx<'_>) {
        let now = cx.snapshot.at.unwrap_or(cx.now);
        let (a, b) = preset.ranges(now, last_start(cx.snapshot).unwrap_or(now));
        self.set_periods(Some(a), Some(b), Vec::new());
    }

    /// What is chosen now, as a question; `Err` says what is missing.
    fn wanted(&self, cx: &PanelCx<'_>) -> Result<CompareRequest, &'static str> {
        let a = self.a.range(cx.now).map_err(|_| "Choose period A")?;
        let b = self.b.range(cx.now).map_err(|_| "Choose period B")?;
        let mut series = self.series.ids(cx.snapshot);
        series.truncate(MAX_SERIES);
        if series.is_empty() {
            return Err("Choose at least one series");
        }
        // Curves are as wide as the page at most; a window that is drawn wider later is no reason to ask again.
        let width_px = if cx.is_compact { 800 } else { 1200 };
        Ok(CompareRequest { a, b, series: series.into(), width_px })
    }

    /// Asks the engine for what is chosen.
    fn ask(&mut self, cx: &PanelCx<'_>, ui: &Ui) {
        if let Ok(request) = self.wanted(cx) {
            // What was typed as "-2h" or "now" is fixed here: the answer is to these moments, and says so.
            self.a.fill(request.a);
            self.b.fill(request.b);
            self.send(cx, ui, request);
        }
        self.is_due = false;
    }

    fn send(&mut self, cx: &PanelCx<'_>, ui: &Ui, request: CompareRequest) {
        if cx.engine.send(Command::History(HistoryCommand::Compare(Some(request.clone())))) {
            self.asked = Some(request);
            self.is_held = true;
            self.asked_seconds = ui.input(|i| i.time);
        }
    }

    /// The answer to what was asked last, with its table made ready.
    fn answer(&mut self, cx: &PanelCx<'_>) -> Option<&Prepared> {
        let comparison = cx.snapshot.comparison.as_ref().filter(|c| Some(&c.request) == self.asked.as_ref())?;
        let units = cx.snapshot.settings.units;
        let is_fresh = self.table.as_ref().is_some_and(|t| Arc::ptr_eq(&t.of, comparison) && t.units == units);
        if !is_fresh {
            let (rows, tally) = (table_rows(comparison, cx.snapshot), Tally::of(comparison));
            self.table = Some(Prepared { of: comparison.clone(), units, rows, tally });
        }
        self.table.as_ref()
    }
}

/// Draws the page.
pub fn compare_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt("compare").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            let height = place.height();
            ui.add_space(sizes.margin_y);
            headline_ui(cx, ui, state);
            if periods::periods_ui(cx, ui, state) || state.is_due {
                state.ask(cx, ui);
            } else if !state.is_held
                && let Some(asked) = state.asked.clone()
            {
                state.send(cx, ui, asked);
            }
            result_ui(cx, ui, state, height);
        });
    });
    state.meshes.borrow_mut().end_frame();
}

/// The first line: what differs, or what the page is for.
fn headline_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel) {
    let theme = cx.theme;
    let is_asked = state.asked.is_some();
    let (strong, calm, below) = match state.answer(cx) {
        Some(table) => {
            let (strong, calm) = headline(&table.tally);
            let below = chance(&table.tally, table.of.level);
            (strong, calm, below)
        }
        None if is_asked => (String::new(), "Comparing…".into(), "Reading both periods from history".into()),
        None => (
            "What changed between two periods?".into(),
            String::new(),
            "Before and after an update, today and a week ago, a good hour and a bad one".into(),
        ),
    };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.horizontal_wrapped(|ui| {
            if !strong.is_empty() {
                ui.label(theme.text(TextRole::SentenceDense, strong));
            }
            if !calm.is_empty() {
                ui.label(theme.colored(TextRole::SentenceDense, calm, theme.color.t2));
            }
        });
        ui.label(theme.colored(TextRole::Small, below, theme.color.t3));
    });
}

/// The answer, or what stands in its place, on a page of this height.
fn result_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel, height: f32) {
    let theme = cx.theme;
    let is_answered = state.answer(cx).is_some();
    match (&state.asked, is_answered) {
        (None, _) => {
            let chosen = panel(ui, theme, |ui| empty_ui(cx, ui)).inner;
            if let Some(preset) = chosen {
                state.fill(preset, cx);
                ui.ctx().request_repaint();
            }
        }
        (Some(_), false) => {
            let left = QUIET_SECONDS - (ui.input(|i| i.time) - state.asked_seconds);
            if left > 0.0 {
                ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
                return;
            }
            panel(ui, theme, |ui| {
                panel_head(ui, theme, cx.is_compact, "Comparing…", "reading both periods from history", |_| {});
                ui.add_space(8.0);
                let inner = ui.available_rect_before_wrap().shrink2(vec2(16.0, 0.0));
                ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| loading_bars(ui, theme, 6));
                ui.add_space(8.0);
            });
        }
        (Some(_), true) => answer_ui(cx, ui, state, height),
    }
}

/// What the page is for, and the presets that fill it.
fn empty_ui(cx: &PanelCx<'_>, ui: &mut Ui) -> Option<PairPreset> {
    let theme = cx.theme;
    let text = "Choose a period A as the baseline, and a period B to compare with it. Every series you pick gets its \
                median, 95th percentile and greatest value in both, the change with a confidence interval, and a \
                verdict in words. To begin with:";
    empty_state(ui, theme, "No periods chosen yet", text, None);
    let mut chosen = None;
    for preset in PairPreset::ALL {
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            if Button::secondary(preset.name()).icon(icons::GIT_DIFF).show(ui, theme).clicked() {
                chosen = Some(preset);
            }
        });
        ui.add_space(8.0);
    }
    ui.add_space(8.0);
    chosen
}

fn answer_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel, height: f32) {
    let Some(table) = state.table.take() else { return };
    let places = arrange(&table.rows, state.sort.0, state.sort.1, state.only_differing);
    let is_listed = |id: SeriesId| places.iter().any(|i| table.rows[*i].series == id);
    if !state.selected.is_some_and(is_listed) {
        state.selected = places.first().map(|i| table.rows[*i].series);
    }
    table::table_ui(cx, ui, state, &table, &places, height);
    let selected = table.rows.iter().find(|row| Some(row.series) == state.selected);
    if let Some(row) = selected
        && let Some(compared) = table.of.rows.get(row.index)
    {
        chart::chart_ui(cx, ui, &state.meshes, &table.of.request, row, compared);
    }
    state.table = Some(table);
}
