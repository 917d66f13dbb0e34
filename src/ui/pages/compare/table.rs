//! The table of the comparison: figures of both periods, the change with its interval, the verdict in words.

use eframe::egui::{
    Align2, Color32, Frame, Key, Label, Margin, Modifiers, Rangef, Rect, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::figures::{Bar, SortBy, TableRow, as_text, bar_axis};
use super::periods::Side;
use super::{ComparePanel, Prepared};
use crate::model::CompareVerdict;
use crate::model::quantity::decimals;
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{Button, hairline, head_cell, number_cell, panel, panel_head, row_ground, segments, text_at};

/// Height of a row of verdicts.
const ROW: f32 = 32.0;
/// What stands on the page beside the rows: first line, periods, heads, the chart. The rows get what is left.
const BESIDE: f32 = 590.0;
/// Rows that are shown at least before the table scrolls.
const LEAST_ROWS: f32 = 5.0;

/// Where the columns stand.
struct Columns {
    name: Rangef,
    figures: [Rangef; 6],
    change: Rangef,
    interval: Option<Rangef>,
    bar: Rangef,
    verdict: Rangef,
}

impl Columns {
    fn place(across: Rangef, is_compact: bool) -> Self {
        let (figure, change, interval, verdict) =
            if is_compact { (62.0, 72.0, 0.0, 142.0) } else { (68.0, 82.0, 116.0, 150.0) };
        let gap = 10.0;
        let fixed = 6.0 * (figure + gap) + change + gap + interval + verdict + 3.0 * gap;
        let rest = (across.span() - fixed).max(180.0);
        let name_width = (rest * if is_compact { 0.64 } else { 0.58 }).floor();
        let mut x = across.min;
        let mut take = |width: f32, gap: f32| {
            let range = Rangef::new(x, x + width);
            x += width + gap;
            range
        };
        let name = take(name_width, gap);
        let figures = std::array::from_fn(|_| take(figure, gap));
        let change = take(change, gap);
        let interval = (interval > 0.0).then(|| take(interval, gap * 1.5));
        let bar_width = (rest - name_width - gap).max(60.0);
        let bar = take(bar_width, gap * 1.5);
        let verdict = Rangef::new(bar.max + gap * 1.5, across.max);
        Self { name, figures, change, interval, bar, verdict }
    }
}

/// Draws the table; its rows are `places` of `table`. On a page of `page_height` the chart below it is seen, too.
pub fn table_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut ComparePanel,
    table: &Prepared,
    places: &[usize],
    page_height: f32,
) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        let n = table.rows.len();
        let hint = format!("{} of {n} series", places.len());
        panel_head(ui, theme, cx.is_compact, "By series", &hint, |ui| {
            if Button::quiet("Copy").icon(icons::COPY).name("Copy the table").show(ui, theme).clicked() {
                cx.ask(Intent::Copy(as_text(&table.rows, places)));
            }
            let words = if state.shows_method { "Hide how this was computed" } else { "How this was computed" };
            if Button::quiet(words).icon(icons::QUESTION).show(ui, theme).clicked() {
                state.shows_method = !state.shows_method;
            }
            let choices = [(false, "All"), (true, "Only differing")];
            segments(ui, theme, "Show", &mut state.only_differing, &choices);
        });
        if state.shows_method {
            Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
                ui.add(Label::new(theme.colored(TextRole::Small, &*table.of.method, theme.color.t2)).wrap());
            });
            hairline(ui, theme);
        }
        let width = ui.available_width();
        let (head, _) = ui.allocate_exact_size(vec2(width, theme.size.table_head), Sense::hover());
        let columns = Columns::place(Rangef::new(head.left() + 16.0, head.right() - 16.0), cx.is_compact);
        head_ui(cx, ui, head, &columns, state);
        if places.is_empty() {
            let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
            let text = "No series differs beyond chance";
            text_at(ui.painter(), theme, rect.shrink2(vec2(16.0, 0.0)), text, TextRole::Small, theme.color.t3);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        }
        keys(ui, state, table, places);
        let axis = bar_axis(&table.rows);
        // Half a row more where there are more: it says that the table scrolls.
        let most = ((page_height - BESIDE) / ROW - 0.5).floor().max(LEAST_ROWS) + 0.5;
        ScrollArea::vertical().id_salt("comparison").max_height(most * ROW).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for place in places {
                let row = &table.rows[*place];
                let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
                let is_selected = state.selected == Some(row.series);
                if row_ui(cx, ui, rect, &columns, row, axis, is_selected) {
                    state.selected = Some(row.series);
                }
            }
        });
        foot_ui(cx, ui, &columns, axis, table.of.level);
    });
}

/// Up and down choose another row while no field has the keyboard.
fn keys(ui: &Ui, state: &mut ComparePanel, table: &Prepared, places: &[usize]) {
    if ui.ctx().text_edit_focused() || eframe::egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    let at = places.iter().position(|i| Some(table.rows[*i].series) == state.selected);
    let step = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let to = match at {
        Some(at) if step(Key::ArrowDown) => (at + 1).min(places.len().saturating_sub(1)),
        Some(at) if step(Key::ArrowUp) => at.saturating_sub(1),
        _ => return,
    };
    state.selected = places.get(to).map(|i| table.rows[*i].series);
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, columns: &Columns, state: &mut ComparePanel) {
    let theme = cx.theme;
    let cell = |x: Rangef| Rect::from_min_max(pos2(x.min, rect.top()), pos2(x.max, rect.bottom()));
    let mut head = |ui: &mut Ui, x: Rangef, text: &str, is_number: bool, by: SortBy| {
        let sorted = (state.sort.0 == by).then_some(state.sort.1);
        if head_cell(ui, theme, cell(x), text, is_number, sorted).clicked() {
            let is_descending = if sorted.is_some() { !state.sort.1 } else { is_number };
            state.sort = (by, is_descending);
        }
    };
    head(ui, columns.name, "Series", false, SortBy::Name);
    let names = ["Median A", "Median B", "p95 A", "p95 B", "Max A", "Max B"];
    for (i, (x, name)) in columns.figures.iter().zip(names).enumerate() {
        // A head may reach into the gap before it, since its arrow needs room.
        head(ui, Rangef::new(x.min - 8.0, x.max), name, true, SortBy::Figure(i));
    }
    head(ui, columns.change, "Change", true, SortBy::Figure(6));
    head(ui, columns.verdict, "Verdict", false, SortBy::Verdict);
    if let Some(x) = columns.interval {
        number_cell(ui.painter(), theme, cell(x), "Interval", TextRole::SmallStrong, theme.color.t2);
    }
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, theme.color.line));
}

/// One row; true when it was clicked.
fn row_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    rect: Rect,
    columns: &Columns,
    row: &TableRow,
    axis: (f64, f64),
    is_selected: bool,
) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(rect, ui.scope_id().with(row.series), Sense::CLICK);
    let label = format!(
        "{}: {}, change {}{}",
        row.name,
        row.verdict.words(),
        row.change,
        if row.interval.is_empty() { String::new() } else { format!(", {}", row.interval) }
    );
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, &label));
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    row_ground(ui.painter(), theme, rect, response.hovered(), is_selected);
    let cell = |x: Rangef| Rect::from_min_max(pos2(x.min, rect.top()), pos2(x.max, rect.bottom()));
    let name = cell(columns.name);
    let unit_width = ui.painter().layout_no_wrap(row.unit.clone(), theme.font(TextRole::Small), c.t3).size().x + 6.0;
    let used = text_at(
        ui.painter(),
        theme,
        Rect::from_min_max(name.min, pos2(name.right() - unit_width, name.bottom())),
        &row.name,
        TextRole::BodyStrong,
        c.t1,
    );
    let unit_left = (name.left() + used + 6.0).min(name.right() - unit_width + 6.0);
    let unit = Rect::from_min_max(pos2(unit_left, name.top()), name.max);
    text_at(ui.painter(), theme, unit, &row.unit, TextRole::Small, c.t3);
    for (x, text) in columns.figures.iter().zip(&row.figures) {
        let color = if text == "–" || !text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { c.t3 } else { c.t1 };
        number_cell(ui.painter(), theme, cell(*x), text, TextRole::Body, color);
    }
    let differs = matches!(row.verdict, CompareVerdict::Higher | CompareVerdict::Lower);
    let (role, color) = if differs { (TextRole::BodyStrong, c.t1) } else { (TextRole::Body, c.t2) };
    number_cell(ui.painter(), theme, cell(columns.change), &row.change, role, color);
    if let Some(x) = columns.interval {
        let text = if row.interval.is_empty() { "–" } else { &row.interval };
        let color = if row.interval.is_empty() { c.t3 } else { c.t2 };
        number_cell(ui.painter(), theme, cell(x), text, TextRole::Small, color);
    }
    bar_ui(theme, ui, cell(columns.bar), row, axis);
    verdict_ui(theme, ui, cell(columns.verdict), row.verdict);
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(theme.text(TextRole::Small, row.sentence.as_str()));
    });
    clicked
}

/// Icon and word of a verdict. Higher is not always bad, so neither has a colour of praise or blame.
pub fn verdict_mark(verdict: CompareVerdict) -> (Icon, &'static str) {
    match verdict {
        CompareVerdict::Higher => (icons::bold::ARROW_UP, "Higher"),
        CompareVerdict::Lower => (icons::bold::ARROW_DOWN, "Lower"),
        CompareVerdict::NoDifferenceShown => (icons::bold::EQUALS, "No difference shown"),
        CompareVerdict::TooLittleData => (icons::bold::QUESTION, "Too little data"),
    }
}

fn verdict_ui(theme: &Theme, ui: &Ui, cell: Rect, verdict: CompareVerdict) {
    let (icon, word) = verdict_mark(verdict);
    let differs = matches!(verdict, CompareVerdict::Higher | CompareVerdict::Lower);
    let (role, color) =
        if differs { (TextRole::SmallStrong, theme.color.t1) } else { (TextRole::Small, theme.color.t2) };
    icon.paint(ui.painter(), pos2(cell.left() + 5.0, cell.center().y), 10.0, color);
    let text = Rect::from_min_max(pos2(cell.left() + 16.0, cell.top()), cell.max);
    text_at(ui.painter(), theme, text, word, role, color);
}

fn bar_ui(theme: &Theme, ui: &Ui, cell: Rect, row: &TableRow, (most, step): (f64, f64)) {
    let c = &theme.color;
    let painter = ui.painter();
    let x = |percent: f64| {
        let share = ((percent / most).clamp(-1.0, 1.0) as f32 + 1.0) / 2.0;
        cell.left() + share * cell.width()
    };
    let n = (most / step).round() as i32;
    for i in -n..=n {
        let color = if i == 0 { c.t3 } else { c.line_subtle };
        let at = x(f64::from(i) * step).round() + 0.5;
        painter.vline(at, cell.y_range(), Stroke::new(1.0, color));
    }
    let Some(Bar { at, interval }) = row.bar else { return };
    let differs = matches!(row.verdict, CompareVerdict::Higher | CompareVerdict::Lower);
    let color = if differs { c.t1 } else { c.t2 };
    let y = cell.center().y.round();
    if let Some((low, high)) = interval {
        painter.hline(x(low)..=x(high), y, Stroke::new(2.0, color));
        for end in [low, high] {
            if end.abs() <= most {
                painter.vline(x(end), y - 4.0..=y + 4.0, Stroke::new(2.0, color));
            } else {
                arrow(painter, pos2(x(end), y), end.signum() as f32, color);
            }
        }
    }
    if at.abs() <= most {
        let square = Rect::from_center_size(pos2(x(at), y), vec2(8.0, 8.0));
        let is_hollow = row.verdict == CompareVerdict::TooLittleData;
        let fill = if is_hollow { c.bg_panel } else { color };
        painter.rect(square, 1.0, fill, Stroke::new(if is_hollow { 1.5 } else { 0.0 }, color), StrokeKind::Inside);
    } else if interval.is_none() {
        arrow(painter, pos2(x(at), y), at.signum() as f32, color);
    }
}

/// The tip of an interval that goes on beyond the axis.
fn arrow(painter: &eframe::egui::Painter, tip: eframe::egui::Pos2, towards: f32, color: Color32) {
    let back = tip.x - towards * 6.0;
    let corners = vec![tip, pos2(back, tip.y - 4.0), pos2(back, tip.y + 4.0)];
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// What the bars are measured in, below their column.
fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, columns: &Columns, (most, step): (f64, f64), level: f64) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, theme.color.line_subtle));
    let place = Rect::from_min_max(rect.min, pos2(columns.bar.min - 24.0, rect.bottom())).shrink2(vec2(16.0, 0.0));
    let words = format!(
        "Change of the median in percent of A, with its {}\u{2009}% interval. Point at a row for its sentence",
        decimals(level * 100.0, 0)
    );
    let mut line = ui.new_child(UiBuilder::new().max_rect(place));
    line.set_clip_rect(place.intersect(ui.clip_rect()));
    text_at(line.painter(), theme, place, &words, TextRole::Micro, theme.color.t3);
    for value in [-most, 0.0, most] {
        let x = columns.bar.min + ((value / most) as f32 + 1.0) / 2.0 * columns.bar.span();
        let n = usize::from(step.fract() != 0.0);
        let text = match value {
            0.0 => "0\u{2009}%".to_owned(),
            v if v > 0.0 => format!("+{}", decimals(v, n)),
            v => decimals(v, n),
        };
        let font = theme.font(TextRole::Micro);
        ui.painter().text(pos2(x, rect.center().y), Align2::CENTER_CENTER, text, font, theme.color.t3);
    }
}

/// The legend of the two periods: marks with their letters.
pub fn legend_mark(ui: &mut Ui, theme: &Theme, side: Side) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
    side.paint(ui.painter(), theme, rect.center());
}
