//! The processes page: a sentence, a filter, a table that holds still under the pointer, and one process in detail.
//!
//! It draws what `analysis::process_table` arranges and keeps texts between frames; it decides nothing of order.

mod cells;
mod columns;
mod details;
mod details_facts;
mod details_lists;
mod end;
mod filter_field;
mod keys;
mod table;

use std::sync::Arc;

use eframe::egui::{self, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use self::cells::TextCache;
use self::details::Details;
use self::end::EndFlow;
use self::filter_field::FilterDraft;
use crate::analysis::process_filter::ProcessFilter;
use crate::analysis::process_table::{Board, Column, Request, Sort, totals};
use crate::engine::Handle;
use crate::model::quantity::decimals;
use crate::model::{ProbeState, ProcessKey, ProcessRow, WindowMemory};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Tone, banner, empty_state, icon_segments, loading_bars};
use crate::ui::{Intent, Page, PanelCx};

/// What the page remembers between frames.
#[derive(Debug)]
pub struct ProcessesPanel {
    filter: FilterDraft,
    request: Request,
    columns: Vec<Column>,
    board: Board,
    texts: TextCache,
    words: Words,
    selected: Option<ProcessKey>,
    details: Details,
    end: EndFlow,
    scroll_to: Option<usize>,
    scroll_offset: f32,
    rows_per_page: usize,
    wants_scroll_to_chosen: bool,
}

/// The sentence and the count, made once for each reading and filter.
#[derive(Debug, Default)]
struct Words {
    made_for: Option<(Arc<[ProcessRow]>, ProcessFilter)>,
    head: String,
    calm: String,
    count: String,
    n_matching: usize,
}

impl Default for ProcessesPanel {
    fn default() -> Self {
        Self {
            filter: FilterDraft::default(),
            request: Request { is_tree: true, ..Request::default() },
            columns: Column::USUAL.to_vec(),
            board: Board::default(),
            texts: TextCache::default(),
            words: Words::default(),
            selected: None,
            details: Details::default(),
            end: EndFlow::default(),
            scroll_to: None,
            scroll_offset: 0.0,
            rows_per_page: 1,
            wants_scroll_to_chosen: false,
        }
    }
}

impl ProcessesPanel {
    /// Types this filter.
    pub fn set_filter(&mut self, filter: String) {
        self.filter.set(filter);
    }

    /// Chooses this process and opens its details.
    pub fn choose(&mut self, key: ProcessKey) {
        self.selected = Some(key);
        self.details.is_open = true;
        self.wants_scroll_to_chosen = true;
    }

    /// Gives the filter the keyboard's focus at the next drawing.
    pub fn focus_filter(&mut self) {
        self.filter.focus();
    }

    /// Takes over columns, order and tree as the window remembered them.
    pub fn recall(&mut self, memory: &WindowMemory) {
        self.columns = Column::remembered(&memory.process_columns);
        let (column, is_descending) = &memory.process_sort;
        self.request.sort =
            Column::from_id(column).map_or_else(Sort::default, |column| Sort { column, is_descending: *is_descending });
        self.request.is_tree = memory.process_tree;
    }

    /// Puts columns, order and tree where the window remembers them.
    pub fn remember(&self, memory: &mut WindowMemory) {
        memory.process_columns = self.columns.iter().map(|column| column.id().to_owned()).collect();
        memory.process_sort = (self.request.sort.column.id().to_owned(), self.request.sort.is_descending);
        memory.process_tree = self.request.is_tree;
    }

    /// Ends the detailed reading of a process while another page is open. It begins again when this one is drawn.
    pub fn leave(&mut self, engine: &Handle) {
        self.details.leave(engine);
    }

    /// The filter as it is typed.
    pub fn filter_text(&self) -> &str {
        &self.filter.text
    }

    /// The chosen process.
    pub fn chosen(&self) -> Option<ProcessKey> {
        self.selected
    }

    /// Closes the details, or gives up the choice where they are closed.
    fn close(&mut self) {
        if !std::mem::take(&mut self.details.is_open) {
            self.selected = None;
        }
    }

    fn toggle_fold(&mut self, key: ProcessKey) {
        if !self.request.folded.remove(&key) {
            self.request.folded.insert(key);
        }
    }

    /// Opens the question whether to end the chosen process.
    fn ask_to_end(&mut self, cx: &PanelCx<'_>, force: bool) {
        if let Some(row) = self.selected.and_then(|key| cx.snapshot.processes.get(key)) {
            self.end.ask(row, force, cx.now);
        }
    }
}

impl Words {
    fn refresh(&mut self, cx: &PanelCx<'_>, filter: &ProcessFilter) {
        let rows = &cx.snapshot.processes.rows;
        if self.made_for.as_ref().is_some_and(|(made, f)| Arc::ptr_eq(made, rows) && f == filter) {
            return;
        }
        let totals = totals(rows, filter);
        let (head, calm) = totals.sentence(cx.snapshot.machine.cpu_capacity_cores());
        let number = |n: usize| decimals(n as f64, 0);
        self.head = head;
        self.calm = calm;
        self.count = format!("{} of {}", number(totals.n_matching), number(totals.n_processes));
        self.n_matching = totals.n_matching;
        self.made_for = Some((rows.clone(), filter.clone()));
    }
}

/// Draws the page.
pub fn processes_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProcessesPanel) {
    let page = ui.available_rect_before_wrap();
    keys::keys(cx, ui, panel);
    if panel.request.filter != panel.filter.filter {
        panel.request.filter = panel.filter.filter.clone();
    }
    panel.words.refresh(cx, &panel.request.filter);
    let open = panel.selected.filter(|_| panel.details.is_open);
    panel.details.inspect(cx, open);
    let side = pos2((page.right() - cx.theme.size.details).max(page.left()), page.top());
    let table_right = if open.is_some() && !cx.is_compact { side.x } else { page.right() };
    let main = Rect::from_min_max(page.min, pos2(table_right, page.bottom()));
    let table_top = ui.scope_builder(UiBuilder::new().max_rect(main), |ui| head_ui(cx, ui, main, panel)).inner;
    let rest = Rect::from_min_max(pos2(main.left(), table_top.min(main.bottom())), main.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| rest_ui(cx, ui, rest, panel));
    if let Some(key) = open {
        details::details_ui(cx, ui, Rect::from_min_max(side, page.max), key, panel);
    }
    if std::mem::take(&mut panel.wants_scroll_to_chosen) {
        panel.scroll_to = panel.selected.and_then(|key| panel.board.position(key));
    }
    panel.end.show(cx, ui.ctx());
    ui.allocate_rect(page, Sense::hover());
}

/// Sentence, filter and choices; answers with the place where the table begins.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, main: Rect, panel: &mut ProcessesPanel) -> f32 {
    let theme = cx.theme;
    let c = &theme.color;
    let frame = theme.frame(cx.is_compact);
    let x = (main.left() + frame.margin_x, main.right() - frame.margin_x);
    let inner = Rect::from_min_max(pos2(x.0, main.top() + frame.margin_y), pos2(x.1, main.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let control =
            std::mem::replace(&mut ui.spacing_mut().interact_size.y, theme.line_height(TextRole::SentenceDense));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(theme.text(TextRole::SentenceDense, &panel.words.head));
            let calm = theme.colored(TextRole::SentenceDense, &panel.words.calm, c.t2);
            ui.add(egui::Label::new(calm).truncate());
        });
        ui.spacing_mut().interact_size.y = control;
        ui.add_space(frame.margin_y * 0.75);
        ui.horizontal(|ui| {
            // Tree and Flat, Columns, and the gaps between them stand at the right.
            let width = (inner.width() - 246.0).max(160.0);
            let count = if panel.request.filter.is_empty() { "" } else { &panel.words.count };
            filter_field::filter_field(cx, ui, width, &mut panel.filter, count);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let button = Button::secondary("Columns").icon(icons::TABLE).tall().show(ui, theme);
                columns::chooser(cx, &button, &mut panel.columns);
                let forms = [(true, "Tree", Some(icons::TREE_VIEW)), (false, "Flat", Some(icons::ROWS))];
                icon_segments(ui, theme, "Form", &mut panel.request.is_tree, &forms);
            });
        });
        if !panel.filter.faults.is_empty() {
            ui.add_space(4.0);
            filter_field::faults_ui(cx, ui, &panel.filter);
        }
        trouble_ui(cx, ui);
        ui.add_space(12.0);
        ui.cursor().top()
    })
    .inner
}

/// Banners about the reading itself: failed, or too old.
fn trouble_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let probe = cx.snapshot.probes.iter().find(|probe| probe.id.0 == "process");
    let failed = probe.and_then(|probe| match &probe.state {
        ProbeState::Failed { why, .. } => Some(format!("Processes cannot be read: {why}. The last ones stay.")),
        ProbeState::Working | ProbeState::Unsupported { .. } => None,
    });
    let age = cx.snapshot.at.map(|at| cx.now.since(at)).unwrap_or_default();
    let is_stale = !cx.is_paused && age > cx.snapshot.interval * 3 + std::time::Duration::from_secs(1);
    let (tone, text) = match (failed, is_stale) {
        (Some(text), _) => (Tone::Critical, text),
        (None, true) => (Tone::Warning, format!("These values are {}\u{2009}s old", age.as_secs())),
        (None, false) => return,
    };
    ui.add_space(8.0);
    if banner(ui, cx.theme, tone, &text, Some("Open Health")) {
        cx.ask(Intent::Open(Page::Health));
    }
}

/// The table, or what stands in its place.
fn rest_ui(cx: &PanelCx<'_>, ui: &mut Ui, rest: Rect, panel: &mut ProcessesPanel) {
    let theme = cx.theme;
    let inner = rest.shrink2(vec2(theme.frame(cx.is_compact).margin_x, 12.0));
    if !cx.snapshot.processes.rows.is_empty() {
        table::table_ui(cx, ui, rest, panel);
        if panel.board.lines().is_empty() && panel.words.n_matching == 0 {
            let below = Rect::from_min_max(pos2(rest.left(), rest.top() + theme.size.table_head), rest.max);
            ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
                let text = "Change the filter, or clear it to see every process.";
                if empty_state(ui, theme, "No process matches", text, Some("Show all processes")) {
                    panel.filter.set(String::new());
                }
            });
        }
        return;
    }
    let absent = cx.snapshot.probes.iter().find(|probe| probe.id.0 == "process").and_then(|probe| match &probe.state {
        ProbeState::Unsupported { why } | ProbeState::Failed { why, .. } => Some(why.clone()),
        ProbeState::Working => None,
    });
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| match absent {
        Some(why) => {
            ui.label(theme.text(TextRole::Heading, "Processes cannot be listed here"));
            ui.add_space(8.0);
            ui.label(theme.colored(TextRole::Small, &*why, theme.color.t3));
        }
        None => loading_bars(ui, theme, 16),
    });
}
