//! "If it had to last": the same rule with other durations. A click takes one over.

use std::sync::Arc;

use eframe::egui::{Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::form::Form;
use super::words::{duration_text, duration_words, lasting_words};
use crate::model::alert::{Backtest, IfItLasted, Rule};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, loading_bars, number_cell, text_at};

const ROW: f32 = 24.0;

/// Draws the table.
pub fn lasted_ui(cx: &PanelCx<'_>, ui: &mut Ui, backtest: Option<&Arc<Backtest>>, rule: &Rule, form: &mut Form) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    ui.label(theme.colored(TextRole::Small, "If it had to last", c.t2));
    ui.add_space(4.0);
    let Some(backtest) = backtest else {
        loading_bars(ui, theme, 4);
        return;
    };
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let cells = Cells::of(head);
    text_at(ui.painter(), theme, cells.hold, "For", TextRole::SmallStrong, c.t2);
    number_cell(ui.painter(), theme, cells.times, "Times", TextRole::SmallStrong, c.t2);
    number_cell(ui.painter(), theme, cells.total, "In all", TextRole::SmallStrong, c.t2);
    let line = Stroke::new(1.0, c.line_subtle);
    ui.painter().hline(head.x_range(), head.bottom().round() - 0.5, line);
    for row in backtest.if_it_lasted.iter() {
        let is_chosen = row.hold == rule.hold;
        if row_ui(cx, ui, row, is_chosen) {
            form.hold = duration_text(row.hold);
        }
    }
    if backtest.if_it_lasted.is_empty() {
        ui.add_space(4.0);
        ui.label(theme.colored(TextRole::Small, "Nothing to compare with yet", c.t3));
    }
}

struct Cells {
    hold: Rect,
    times: Rect,
    total: Rect,
}

impl Cells {
    fn of(rect: Rect) -> Self {
        let inner = rect.shrink2(vec2(8.0, 0.0));
        let at = |from: f32, to: f32| {
            let x = |share: f32| inner.left() + share * inner.width();
            Rect::from_min_max(pos2(x(from), inner.top()), pos2(x(to), inner.bottom()))
        };
        Self { hold: at(0.0, 0.34), times: at(0.34, 0.62), total: at(0.62, 1.0) }
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &IfItLasted, is_chosen: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("lasted", row.hold)), Sense::click());
    if is_chosen || response.hovered() {
        ui.painter().rect_filled(rect, 0.0, if is_chosen { c.bg_selected } else { c.bg_hover });
    }
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
    let cells = Cells::of(rect);
    let role = if is_chosen { TextRole::SmallStrong } else { TextRole::Small };
    let color = if is_chosen { c.t1 } else { c.t2 };
    let hold = if row.hold.is_zero() { "at once".to_owned() } else { duration_words(row.hold) };
    let total = lasting_words(row.total);
    text_at(ui.painter(), theme, cells.hold, &hold, role, color);
    let number = if row.n_times == 0 { c.t3 } else { color };
    number_cell(ui.painter(), theme, cells.times, &row.n_times.to_string(), role, number);
    number_cell(ui.painter(), theme, cells.total, if row.n_times == 0 { "–" } else { &total }, role, number);
    focus_ring(ui, theme, &response, theme.radius.bar);
    let name = format!("If it had to last {hold}: {} times, {total}", row.n_times);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
    response.clicked()
}
