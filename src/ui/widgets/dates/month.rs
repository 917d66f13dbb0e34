//! A month as a grid of days: the mouse or the arrow keys choose one, days without history are dim.

use chrono::{Datelike, Days, Months, NaiveDate};
use eframe::egui::{Align2, EventFilter, Id, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{IconButton, focus_ring};

const CELL: (f32, f32) = (32.0, 28.0);
/// Width of the grid, points.
pub const WIDTH: f32 = 7.0 * CELL.0;

/// What the grid shows.
#[derive(Clone, Copy)]
pub struct MonthGrid<'a> {
    /// Today, which is marked.
    pub today: NaiveDate,
    /// The first and last day that are chosen.
    pub chosen: Option<(NaiveDate, NaiveDate)>,
    /// Whether there is any history of a day.
    pub has_history: &'a dyn Fn(NaiveDate) -> bool,
}

/// Draws the month in which `cursor` lies. Answers with a day that was chosen, and whether Shift was held.
pub fn month_ui(ui: &mut Ui, theme: &Theme, cursor: &mut NaiveDate, grid: &MonthGrid<'_>) -> Option<(NaiveDate, bool)> {
    head_ui(ui, theme, cursor);
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, CELL.1 * 6.0 + 20.0), Sense::click());
    let id = response.id;
    if response.clicked() {
        response.request_focus();
    }
    let mut answer = keys(ui, id, cursor);
    for (i, name) in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].into_iter().enumerate() {
        let at = pos2(rect.left() + (i as f32 + 0.5) * CELL.0, rect.top() + 10.0);
        ui.painter().text(at, Align2::CENTER_CENTER, name, theme.font(TextRole::MicroStrong), c.t3);
    }
    let shift = ui.input(|i| i.modifiers.shift);
    for (i, day) in days(*cursor).enumerate() {
        let at = vec2((i % 7) as f32 * CELL.0, 20.0 + (i / 7) as f32 * CELL.1);
        let cell = Rect::from_min_size(rect.min + at, vec2(CELL.0, CELL.1)).shrink(1.0);
        let name = day.format("%-d %B %Y").to_string();
        let has_history = (grid.has_history)(day);
        let is_chosen = grid.chosen.is_some_and(|(first, last)| first <= day && day <= last);
        let day_response = ui.interact(cell, id.with(day), Sense::click());
        if day_response.clicked() {
            *cursor = day;
            answer = Some((day, shift));
        }
        let radius = f32::from(theme.radius.chip);
        if is_chosen || day_response.hovered() {
            ui.painter().rect_filled(cell, radius, if is_chosen { c.accent_dim } else { c.bg_control_hover });
        }
        if day == grid.today {
            ui.painter().rect_stroke(cell, radius, Stroke::new(1.0, c.accent), StrokeKind::Inside);
        }
        if day == *cursor && ui.memory(|m| m.has_focus(id)) {
            ui.painter().rect_stroke(cell.expand(1.0), radius, Stroke::new(2.0, c.accent), StrokeKind::Outside);
        }
        let color = match (has_history, day.month() == cursor.month()) {
            (false, _) => c.disabled,
            (true, false) => c.t3,
            (true, true) => c.t1,
        };
        let role = if day == grid.today { TextRole::SmallStrong } else { TextRole::Small };
        ui.painter().text(cell.center(), Align2::CENTER_CENTER, day.day().to_string(), theme.font(role), color);
        let told = if has_history { name } else { format!("{name}, no history") };
        day_response.widget_info(|| WidgetInfo::selected(Role::GridCell, true, is_chosen, &told));
    }
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, cursor.format("Days of %B %Y").to_string()));
    answer
}

fn head_ui(ui: &mut Ui, theme: &Theme, cursor: &mut NaiveDate) {
    ui.horizontal(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.x = 0.0;
        if IconButton::new(icons::CARET_LEFT, "Month before").show(ui, theme).clicked() {
            *cursor = by_months(*cursor, -1);
        }
        let title = cursor.format("%B %Y").to_string();
        let (rect, _) = ui.allocate_exact_size(vec2(WIDTH - 56.0, theme.size.control), Sense::hover());
        let font = theme.font(TextRole::Heading);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, title, font, theme.color.t1);
        if IconButton::new(icons::CARET_RIGHT, "Month after").show(ui, theme).clicked() {
            *cursor = by_months(*cursor, 1);
        }
    });
}

/// The days of the six weeks that hold the month of a day; weeks begin on Monday.
fn days(of: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let first = of.with_day(1).unwrap_or(of);
    let back = u64::from(first.weekday().num_days_from_monday());
    let start = first.checked_sub_days(Days::new(back)).unwrap_or(first);
    start.iter_days().take(42)
}

fn by_months(day: NaiveDate, by: i32) -> NaiveDate {
    let n = Months::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_months(n) } else { day.checked_add_months(n) }.unwrap_or(day)
}

fn by_days(day: NaiveDate, by: i64) -> NaiveDate {
    let n = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(n) } else { day.checked_add_days(n) }.unwrap_or(day)
}

/// Moves the cursor by keys while the grid has the keyboard.
fn keys(ui: &Ui, id: Id, cursor: &mut NaiveDate) -> Option<(NaiveDate, bool)> {
    if !ui.memory(|m| m.has_focus(id)) {
        return None;
    }
    // Without this the arrows would move the focus away.
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
    let pressed = |key| ui.input(|i| i.key_pressed(key));
    for (key, by) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1), (Key::ArrowUp, -7), (Key::ArrowDown, 7)] {
        if pressed(key) {
            *cursor = by_days(*cursor, by);
        }
    }
    for (key, by) in [(Key::PageUp, -1), (Key::PageDown, 1)] {
        if pressed(key) {
            *cursor = by_months(*cursor, by);
        }
    }
    (pressed(Key::Enter) || pressed(Key::Space)).then(|| (*cursor, ui.input(|i| i.modifiers.shift)))
}
