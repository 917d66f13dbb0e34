//! The table: heads that sort, and of the rows only those that are on the screen.

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::ProcessesPanel;
use super::cells::RowTexts;
use super::columns::{self, BAR, BAR_GAP, Placed};
use crate::analysis::process_table::{Column, Fold, Line, Sort};
use crate::model::{ProcessKey, ProcessRow, ProcessState};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{head_cell, number_cell, row_ground, text_at};

/// Points that a level of the tree stands further in, and the width of the caret.
const LEVEL: f32 = 16.0;
/// The least of it, in trees so deep that nothing of the names would be left.
const MIN_LEVEL: f32 = 5.0;
/// Points that are kept for the deepest name.
const KEPT_FOR_NAME: f32 = 84.0;

/// What a person did to a row.
enum RowAct {
    Choose(ProcessKey),
    Fold(ProcessKey),
}

/// Draws the table into `rect`; the rows follow the newest reading unless the pointer is over them.
pub(super) fn table_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ProcessesPanel) {
    let theme = cx.theme;
    let margin = theme.frame(cx.is_compact).margin_x;
    let across = Rangef::new(rect.left() + margin, rect.right() - margin);
    let placed = columns::place(&panel.columns, across, panel.request.sort.column);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme.size.table_head));
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom()), rect.max);
    let is_held = ui.rect_contains_pointer(body) && !panel.board.lines().is_empty();
    panel.board.update(&cx.snapshot.processes, &panel.request, is_held);
    head_ui(cx, ui, head, &placed, is_held, panel);
    if let Some(act) = body_ui(cx, ui, body, &placed, panel) {
        match act {
            RowAct::Choose(key) => panel.choose(key),
            RowAct::Fold(key) => panel.toggle_fold(key),
        }
    }
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, placed: &[Placed], is_held: bool, panel: &mut ProcessesPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().rect_filled(rect, 0.0, c.bg_rail);
    for y in [rect.top().round() + 0.5, rect.bottom().round() - 0.5] {
        ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, c.line));
    }
    for Placed { column, x } in placed.iter().copied() {
        let title = column.title(&cx.snapshot.settings.units);
        let sort = panel.request.sort;
        let sorted = (sort.column == column).then_some(sort.is_descending);
        // A number's head may reach into the gap before it, since its arrow needs room.
        let left = if column.is_number() { x.min - 12.0 } else { x.min };
        let cell = Rect::from_min_max(pos2(left, rect.top()), pos2(x.max, rect.bottom()));
        let head = head_cell(ui, theme, cell, title, column.is_number(), sorted);
        if head.on_hover_text(column.meaning()).clicked() {
            let is_descending = if sorted.is_some() { !sort.is_descending } else { column.is_number() };
            panel.request.sort = Sort { column, is_descending };
        }
    }
    if is_held && let Some(name) = placed.first() {
        let at = pos2(name.x.max, rect.center().y);
        let font = theme.font(TextRole::Micro);
        let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, "Order held", font, c.t3);
        icons::PAUSE.paint(ui.painter(), pos2(drawn.left() - 10.0, rect.center().y), 12.0, c.t3);
        let response = ui.interact(drawn, ui.scope_id().with("order held"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, "Order held"));
        response.on_hover_text("Rows keep their places while the pointer is over them; their values still change");
    }
}

fn body_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, placed: &[Placed], panel: &mut ProcessesPanel) -> Option<RowAct> {
    let height = cx.theme.size.row_dense;
    let shown: Vec<Column> = placed.iter().map(|placed| placed.column).collect();
    let units = cx.snapshot.settings.units;
    panel.texts.refresh(&panel.board, &shown, units);
    let name_width = placed.first().map_or(0.0, |placed| placed.x.span());
    let depth = f32::from(panel.board.greatest_depth().max(1));
    let level = ((name_width - LEVEL - KEPT_FOR_NAME) / depth).floor().clamp(MIN_LEVEL, LEVEL);
    let mut act = None;
    let n = panel.board.lines().len();
    let mut area = ScrollArea::vertical().id_salt("process rows").auto_shrink(false);
    if let Some(line) = panel.scroll_to.take() {
        let (top, bottom) = (line as f32 * height, (line + 1) as f32 * height);
        let offset = panel.scroll_offset;
        if top < offset {
            area = area.vertical_scroll_offset(top);
        } else if bottom > offset + rect.height() {
            area = area.vertical_scroll_offset(bottom - rect.height());
        }
    }
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(rect.width());
            ui.set_height(n as f32 * height);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / height).floor().max(0.0) as usize;
            let last = ((viewport.max.y / height).ceil().max(0.0) as usize).min(n);
            for i in first..last {
                let line = panel.board.lines()[i];
                let y = top + i as f32 * height;
                let row_rect = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), height));
                let texts = panel.texts.row(&panel.board, &line, &shown, units, cx.now);
                let row = panel.board.row(&line);
                let drawing = RowDrawing {
                    theme: cx.theme,
                    placed,
                    line,
                    row,
                    texts,
                    has_ended: panel.board.has_ended(&line),
                    memory_share: panel.board.memory_share(row),
                    is_tree: panel.request.is_tree,
                    level,
                    is_selected: panel.selected == Some(row.key),
                };
                act = drawing.show(ui, row_rect).or(act.take());
            }
        });
        panel.scroll_offset = output.state.clamped_offset().y;
        panel.rows_per_page = ((rect.height() / height).floor() as usize).max(1);
    });
    act
}

/// Everything one row is drawn from.
struct RowDrawing<'a> {
    theme: &'a Theme,
    placed: &'a [Placed],
    line: Line,
    row: &'a ProcessRow,
    texts: &'a RowTexts,
    has_ended: bool,
    memory_share: Option<f32>,
    is_tree: bool,
    level: f32,
    is_selected: bool,
}

impl RowDrawing<'_> {
    fn show(&self, ui: &Ui, rect: Rect) -> Option<RowAct> {
        let key = self.row.key;
        // Not reached by Tab: a thousand stops are no help, and the arrow keys move the choice.
        let id = ui.scope_id().with((key.pid, key.start_mark));
        let response = ui.interact(rect, id, Sense::CLICK);
        response.widget_info(|| WidgetInfo::selected(Role::Row, true, self.is_selected, &self.texts.label));
        row_ground(ui.painter(), self.theme, rect, response.hovered(), self.is_selected);
        let mut act = response.clicked().then_some(RowAct::Choose(key));
        for (placed, cell) in self.placed.iter().zip(&self.texts.cells) {
            let area = Rect::from_min_max(pos2(placed.x.min, rect.top()), pos2(placed.x.max, rect.bottom()));
            let color = self.text_color(cell.is_faint);
            match placed.column {
                Column::Name => act = self.name(ui, area, &cell.text).or(act),
                Column::State => self.state(ui, area, &cell.text),
                Column::Cpu | Column::Waits | Column::Memory => {
                    self.bar(ui, area, placed.column);
                    let number = Rect::from_min_max(area.min, pos2(area.right() - BAR - BAR_GAP, area.bottom()));
                    number_cell(ui.painter(), self.theme, number, &cell.text, TextRole::Small, color);
                }
                column if column.is_number() => {
                    number_cell(ui.painter(), self.theme, area, &cell.text, TextRole::Small, color);
                }
                Column::Command => {
                    self.cut_text(ui, area, &cell.text, TextRole::Code, self.text_color(true));
                }
                _ => self.cut_text(ui, area, &cell.text, TextRole::Small, color),
            }
        }
        act
    }

    fn text_color(&self, is_faint: bool) -> Color32 {
        let c = &self.theme.color;
        match () {
            () if self.has_ended => c.disabled,
            () if is_faint || self.line.is_context => c.t3,
            () => c.t1,
        }
    }

    /// A text that ends in an ellipsis, and tells the whole of itself under the pointer, where it does not fit.
    fn cut_text(&self, ui: &Ui, area: Rect, text: &str, role: TextRole, color: Color32) {
        let mut job = LayoutJob::simple_singleline(text.to_owned(), self.theme.font(role), color);
        job.wrap = TextWrapping::truncate_at_width(area.width().max(0.0));
        let galley = ui.painter().layout_job(job);
        let at = pos2(area.left(), area.center().y - galley.size().y / 2.0);
        let is_cut = galley.elided;
        ui.painter().galley(at, galley, color);
        if is_cut {
            let id = ui.scope_id().with((self.row.key.pid, self.row.key.start_mark, "cut", area.left().to_bits()));
            ui.interact(area, id, Sense::hover()).on_hover_text(text);
        }
    }

    /// The name with the tree before it; answers with a fold when its caret was clicked.
    fn name(&self, ui: &Ui, area: Rect, text: &str) -> Option<RowAct> {
        let c = &self.theme.color;
        let mut left = area.left();
        let mut act = None;
        if self.is_tree {
            for level in 0..self.line.depth {
                let x = (area.left() + f32::from(level) * self.level + 5.0).round() + 0.5;
                if x < area.right() {
                    ui.painter().vline(x, area.y_range(), Stroke::new(1.0, c.line_strong));
                }
            }
            left += f32::from(self.line.depth) * self.level;
            if self.line.fold != Fold::Leaf && left < area.right() {
                act = self.caret(ui, pos2(left + 5.0, area.center().y));
            }
            left += LEVEL;
        }
        let text_area = Rect::from_min_max(pos2(left.min(area.right()), area.top()), area.max);
        let role = if self.line.is_context { TextRole::Small } else { TextRole::SmallStrong };
        self.cut_text(ui, text_area, text, role, self.text_color(false));
        act
    }

    fn caret(&self, ui: &Ui, center: eframe::egui::Pos2) -> Option<RowAct> {
        let c = &self.theme.color;
        let key = self.row.key;
        let is_folded = self.line.fold == Fold::Folded;
        let rect = Rect::from_center_size(center, vec2(LEVEL, LEVEL));
        let response = ui.interact(rect, ui.scope_id().with((key.pid, key.start_mark, "fold")), Sense::CLICK);
        let verb = if is_folded { "Unfold" } else { "Fold" };
        response.widget_info(|| {
            WidgetInfo::selected(Role::DisclosureTriangle, true, !is_folded, format!("{verb} {}", self.texts.label))
        });
        let icon = if is_folded { icons::CARET_RIGHT } else { icons::CARET_DOWN };
        icon.paint(ui.painter(), center, 10.0, if response.hovered() { c.t1 } else { c.t3 });
        response.clicked().then_some(RowAct::Fold(key))
    }

    fn bar(&self, ui: &Ui, area: Rect, column: Column) {
        let theme = self.theme;
        let share = match column {
            Column::Memory => self.memory_share,
            Column::Waits => self.row.wait_cores,
            _ => self.row.cpu_cores,
        };
        // One whole core fills the bar: a process may use more, and its number says how much.
        let share = share.unwrap_or(0.0).clamp(0.0, 1.0);
        let size = vec2(BAR, theme.size.mini_bar);
        let rect = Rect::from_min_size(pos2(area.right() - BAR, area.center().y - size.y / 2.0), size);
        let radius = f32::from(theme.radius.bar);
        ui.painter().rect_filled(rect, radius, theme.color.track);
        if share > 0.004 && !self.has_ended {
            let series = match column {
                Column::Memory => 5,
                Column::Waits => 1,
                _ => 0,
            };
            let color = if self.line.is_context { theme.color.t3 } else { theme.series_color(series) };
            let full = Rect::from_min_size(rect.min, vec2((BAR * share).max(1.5), size.y));
            ui.painter().rect_filled(full, radius, color);
        }
    }

    fn state(&self, ui: &Ui, area: Rect, word: &str) {
        let c = &self.theme.color;
        let (dot, text) = match self.row.state {
            _ if self.has_ended => (c.disabled, c.disabled),
            _ if self.line.is_context => (c.line_strong, c.t3),
            ProcessState::Running => (c.success, c.t1),
            ProcessState::DiskWait | ProcessState::Zombie => (c.warning, c.warning),
            _ => (c.line_strong, c.t1),
        };
        let word = if self.has_ended { "ended" } else { word };
        ui.painter().circle_filled(pos2(area.left() + 3.5, area.center().y), 3.5, dot);
        let area = Rect::from_min_max(pos2(area.left() + 12.0, area.top()), area.max);
        text_at(ui.painter(), self.theme, area, word, TextRole::Small, text);
    }
}
