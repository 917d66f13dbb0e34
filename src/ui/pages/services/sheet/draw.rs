//! The table's head and of its rows those that are on the screen.

use eframe::egui::{Color32, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::{About, Cell, Column, Form, Row, Sheet};
use crate::ui::PanelCx;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{head_cell, number_cell, row_ground, text_at};

/// Points between columns, and between those of a short table.
const GAP: f32 = 16.0;
const GAP_BRIEF: f32 = 12.0;
/// Points at both sides.
const MARGIN: f32 = 16.0;
/// The least width of the first column; others go before it gets narrower.
const MIN_FIRST: f32 = 150.0;
const MIN_FIRST_BRIEF: f32 = 96.0;

/// A column and where it stands.
struct Placed {
    index: usize,
    x: Rangef,
}

/// Where the columns stand: the first takes what is left over, and those at the right go where there is no room.
fn place(columns: &[Column], rect: Rect, is_brief: bool) -> Vec<Placed> {
    let (gap, min_first) = if is_brief { (GAP_BRIEF, MIN_FIRST_BRIEF) } else { (GAP, MIN_FIRST) };
    let width = rect.width() - 2.0 * MARGIN;
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let others = |shown: &[usize]| shown.iter().skip(1).map(|i| columns[*i].width + gap).sum::<f32>();
    while shown.len() > 2 && width - others(&shown) < min_first {
        shown.pop();
    }
    // The first column and others of words share what is over, the first twice as much as each of them.
    let over = (width - others(&shown) - min_first).max(0.0);
    let n_words = shown.iter().skip(1).filter(|i| !columns[**i].form.is_number()).count() as f32;
    let share = if n_words > 0.0 { over / (n_words + 1.0) } else { 0.0 };
    let mut left = rect.left() + MARGIN;
    let mut placed = Vec::with_capacity(shown.len());
    for (nth, i) in shown.into_iter().enumerate() {
        let is_words = !columns[i].form.is_number();
        let width = match (nth, is_words) {
            (0, _) => min_first + over - share * n_words,
            (_, true) => columns[i].width + share,
            _ => columns[i].width,
        };
        placed.push(Placed { index: i, x: Rangef::new(left, left + width) });
        left += width + gap;
    }
    placed
}

/// Draws head and rows.
pub(super) fn table_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, sheet: &mut Sheet, about: About<'_>) {
    let About { name, notice, missing } = about;
    let theme = cx.theme;
    let placed = place(sheet.columns, rect, false);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme.size.table_head));
    head_ui(cx, ui, head, sheet, &placed);
    let body = rect.with_min_y(head.bottom());
    let height = theme.frame(cx.is_compact).row;
    let n = sheet.order.len();
    let mut area = ScrollArea::vertical().id_salt(("sheet", name)).auto_shrink(false);
    if let Some(i) = sheet.scroll_to.take() {
        let (top, bottom) = (i as f32 * height, (i + 1) as f32 * height);
        let offset = sheet.scroll_offset.clamp((bottom - body.height()).max(0.0), top.max(0.0));
        area = area.vertical_scroll_offset(if bottom - body.height() > top { top } else { offset });
    }
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(body.intersect(ui.clip_rect()));
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(body.width());
            ui.set_height(n as f32 * height);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / height).floor().max(0.0) as usize;
            let last = ((viewport.max.y / height).ceil().max(0.0) as usize).min(n);
            let mut clicked = None;
            for i in first..last {
                let rect = Rect::from_min_size(pos2(body.left(), top + i as f32 * height), vec2(body.width(), height));
                let row = &sheet.rows[sheet.order[i]];
                if row_ui(cx, ui, rect, sheet, row, &placed, notice) {
                    clicked = Some(row.key.clone());
                }
            }
            if let Some(key) = clicked {
                sheet.chosen = if sheet.chosen.as_ref() == Some(&key) { None } else { Some(key) };
            }
        });
        sheet.scroll_offset = output.state.clamped_offset().y;
    });
    if n == 0 {
        let words =
            if sheet.rows.is_empty() { format!("No {name}s yet. {missing}") } else { format!("No {name} matches") };
        let font = theme.font(TextRole::Small);
        let at = pos2(body.left() + MARGIN, body.top() + 20.0);
        ui.painter().text(at, eframe::egui::Align2::LEFT_CENTER, words, font, theme.color.t3);
    }
}

/// Draws head and the first rows without a scroll bar, as part of a page that scrolls; answers with the row that was
/// clicked.
pub(super) fn brief_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    sheet: &mut Sheet,
    (n_rows, notice): (usize, f64),
) -> Option<std::sync::Arc<str>> {
    let placed = place(sheet.columns, rect, true);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), cx.theme.size.table_head));
    head_ui(cx, ui, head, sheet, &placed);
    let height = cx.theme.frame(cx.is_compact).row;
    let mut clicked = None;
    for (i, row) in sheet.first(n_rows).enumerate() {
        let at = pos2(rect.left(), head.bottom() + i as f32 * height);
        let place = Rect::from_min_size(at, vec2(rect.width(), height));
        if row_ui(cx, ui, place, sheet, row, &placed, notice) {
            clicked = Some(row.key.clone());
        }
    }
    clicked
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, sheet: &mut Sheet, placed: &[Placed]) {
    let theme = cx.theme;
    for y in [rect.top().round() + 0.5, rect.bottom().round() - 0.5] {
        ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, theme.color.line));
    }
    for place in placed {
        let column = &sheet.columns[place.index];
        let is_number = column.form.is_number() && !matches!(column.form, Form::Bar(_));
        let left = if is_number { place.x.min - 12.0 } else { place.x.min };
        let cell = Rect::from_min_max(pos2(left, rect.top()), pos2(place.x.max, rect.bottom()));
        let sorted = (sheet.sort.0 == place.index).then_some(sheet.sort.1);
        let head = head_cell(ui, theme, cell, column.title, is_number, sorted);
        let head = if column.meaning.is_empty() { head } else { head.on_hover_text(column.meaning) };
        if head.clicked() {
            let is_descending = if sorted.is_some() { !sheet.sort.1 } else { column.form.is_number() };
            sheet.sort = (place.index, is_descending);
            sheet.arrange();
        }
    }
}

/// One row; true when it was clicked.
fn row_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, sheet: &Sheet, row: &Row, placed: &[Placed], notice: f64) -> bool {
    let theme = cx.theme;
    let is_chosen = sheet.chosen.as_ref() == Some(&row.key);
    let response = ui.interact(rect, ui.scope_id().with(("sheet row", &*row.key)), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, sheet.label(row)));
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let mut is_cut = false;
    for place in placed {
        let area = Rect::from_min_max(pos2(place.x.min, rect.top()), pos2(place.x.max, rect.bottom()));
        is_cut |= cell_ui(ui, theme, area, sheet, row, place.index, notice);
    }
    let is_clicked = response.clicked();
    if is_cut && response.hovered() {
        let texts: Vec<&str> =
            row.cells.iter().filter_map(|cell| if let Cell::Text(t) = cell { Some(&**t) } else { None }).collect();
        response.on_hover_text(texts.join("\n"));
    }
    is_clicked
}

/// One cell; true where its text is cut.
fn cell_ui(ui: &Ui, theme: &Theme, area: Rect, sheet: &Sheet, row: &Row, column: usize, notice: f64) -> bool {
    let c = &theme.color;
    let form = sheet.columns[column].form;
    match form {
        Form::Bar(slot) => {
            let greatest = sheet.greatest.get(column).copied().unwrap_or_default();
            let share = row.number(column).filter(|_| greatest > 0.0).map_or(0.0, |value| value / greatest);
            bar(ui, theme, area, share, theme.series_color(slot));
            false
        }
        Form::Code | Form::Words => {
            let (role, color) = match (form, column) {
                (Form::Code, _) => (TextRole::Code, c.t1),
                (_, 0) => (TextRole::BodyStrong, c.t1),
                _ => (TextRole::Body, c.t2),
            };
            text_at(ui.painter(), theme, area, row.text(column), role, color) > area.width()
        }
        _ => {
            let text = sheet.cell_text(row, column);
            number_cell(
                ui.painter(),
                theme,
                area,
                &text,
                TextRole::Body,
                color_of(c, form, row.number(column), notice),
            );
            false
        }
    }
}

/// Zero and what is not told in grey; errors from the notice on in colour.
pub(super) fn color_of(c: &crate::ui::theme::Palette, form: Form, value: Option<f64>, notice: f64) -> Color32 {
    match value {
        None | Some(0.0) => c.t3,
        Some(value) if form == Form::Percent && value >= notice => c.warning,
        Some(_) => c.t1,
    }
}

/// A bar as wide as its cell.
pub(in super::super) fn bar(ui: &Ui, theme: &Theme, area: Rect, share: f64, color: Color32) {
    let size = vec2(area.width(), theme.size.mini_bar);
    let rect = Rect::from_center_size(area.center(), size);
    let radius = f32::from(theme.radius.bar);
    ui.painter().rect_filled(rect, radius, theme.color.track);
    if share > 0.0 {
        let filled = (size.x * share.clamp(0.0, 1.0) as f32).max(1.5);
        ui.painter().rect_filled(Rect::from_min_size(rect.min, vec2(filled, size.y)), radius, color);
    }
}
