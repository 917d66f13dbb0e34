//! The foot of the panel: a line at the bottom of it, with words and buttons below.

use eframe::egui::{Align, Layout, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::ui::PanelCx;
use crate::ui::theme::TextRole;

/// Height of the buttons with what is around them.
const BUTTONS: f32 = 32.0 + 12.0;

/// Splits the panel below its head: what scrolls, and a foot for `words` of so many lines, or of this height.
pub fn split(ui: &Ui, foot: f32) -> (Rect, Rect) {
    let rest = ui.available_rect_before_wrap();
    let rest = rest.with_max_y(ui.max_rect().bottom());
    rest.split_top_bottom_at_y((rest.bottom() - foot).max(rest.top()))
}

/// The height of a foot with these words above its buttons.
pub fn height(cx: &PanelCx<'_>, ui: &Ui, words: &str) -> f32 {
    let font = cx.theme.font(TextRole::Small);
    let width = ui.available_width() - 32.0;
    let words_height = if words.is_empty() {
        0.0
    } else {
        ui.painter().layout(words.to_owned(), font, cx.theme.color.t2, width).size().y + 10.0
    };
    12.0 + words_height + BUTTONS
}

/// Draws the words, and the buttons below from the left.
pub fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect, words: &str, buttons: impl FnOnce(&mut Ui)) {
    let theme = cx.theme;
    ui.painter().hline(place.x_range(), place.top() + 0.5, Stroke::new(1.0, theme.color.line));
    let inner = Rect::from_min_max(place.min + vec2(16.0, 12.0), place.max - vec2(16.0, 12.0));
    if !words.is_empty() {
        let font = theme.font(TextRole::Small);
        let galley = ui.painter().layout(words.to_owned(), font, theme.color.t2, inner.width());
        ui.painter().galley(inner.min, galley.clone(), theme.color.t2);
        let told =
            ui.interact(Rect::from_min_size(inner.min, galley.size()), ui.scope_id().with("foot"), Sense::hover());
        told.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    }
    let row = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 32.0), inner.max);
    let builder = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        buttons(ui);
    });
}
