//! Things that are on or off: the toggle takes effect at once, the checkbox belongs to a form or a list.

use eframe::egui::{Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};

/// A toggle of 28 by 16 with its label behind it. `changed()` of the answer tells of a click.
pub fn toggle(ui: &mut Ui, theme: &Theme, is_on: &mut bool, label: &str) -> Response {
    toggle_called(ui, theme, is_on, label, label, false)
}

/// A toggle that is called `name` and has other words behind it; grey where its value is inherited.
pub fn toggle_called(
    ui: &mut Ui,
    theme: &Theme,
    is_on: &mut bool,
    name: &str,
    words: &str,
    is_muted: bool,
) -> Response {
    let c = &theme.color;
    let label = Label { name, words, color: if is_muted { c.t3 } else { c.t1 } };
    // Halfway to the page: still on, and not something that was set here.
    let on = if is_muted { c.accent.lerp_to_gamma(c.bg_page, 0.45) } else { c.accent };
    switch(ui, theme, is_on, label, (vec2(28.0, 16.0), Role::Switch), |ui, rect, is_on| {
        let radius = rect.height() / 2.0;
        let knob_x = if is_on { rect.right() - radius } else { rect.left() + radius };
        ui.painter().rect_filled(rect, radius, if is_on { on } else { c.line_strong });
        ui.painter().circle_filled(pos2(knob_x, rect.center().y), 6.0, if is_on { c.on_accent } else { c.bg_panel });
    })
}

/// What stands behind a switch, and what it is called.
#[derive(Clone, Copy)]
struct Label<'a> {
    name: &'a str,
    words: &'a str,
    color: Color32,
}

/// A checkbox of 14 by 14 with its label behind it.
pub fn checkbox(ui: &mut Ui, theme: &Theme, is_on: &mut bool, label: &str) -> Response {
    let c = &theme.color;
    let label = Label { name: label, words: label, color: c.t1 };
    switch(ui, theme, is_on, label, (vec2(14.0, 14.0), Role::CheckBox), |ui, rect, is_on| {
        let radius = f32::from(theme.radius.bar);
        if is_on {
            ui.painter().rect_filled(rect, radius, c.accent);
            icons::bold::CHECK.paint(ui.painter(), rect.center(), 10.0, c.on_accent);
        } else {
            ui.painter().rect(rect, radius, c.bg_field, Stroke::new(1.0, c.line_strong), StrokeKind::Inside);
        }
    })
}

fn switch(
    ui: &mut Ui,
    theme: &Theme,
    is_on: &mut bool,
    label: Label<'_>,
    (size, role): (eframe::egui::Vec2, Role),
    paint: impl FnOnce(&Ui, Rect, bool),
) -> Response {
    let font = theme.font(TextRole::Body);
    let galley = ui.painter().layout_no_wrap(label.words.to_owned(), font, Color32::PLACEHOLDER);
    let whole = vec2(size.x + 8.0 + galley.size().x, 20.0);
    let (rect, mut response) = ui.allocate_exact_size(whole, Sense::click());
    if response.clicked() {
        *is_on = !*is_on;
        response.mark_changed();
    }
    let mark = Rect::from_min_size(pos2(rect.left(), rect.center().y - size.y / 2.0), size);
    paint(ui, mark, *is_on);
    let text = pos2(mark.right() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(text, galley, label.color);
    focus_ring(ui, theme, &response, theme.radius.chip);
    let on = *is_on;
    response.widget_info(|| WidgetInfo::selected(role, true, on, label.name));
    response
}
