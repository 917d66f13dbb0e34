//! Hints above a table: what its figures mean, with the evidence, and what may be run for it.

use eframe::egui::{Align, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::placed_panel;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Tone, elided};
use crate::ui::{Intent, PanelCx, icons};

/// Height of a hint.
const HINT: f32 = 36.0;
/// Hints that are shown.
const MAX_HINTS: usize = 4;

/// One hint.
pub(super) struct Hint {
    /// What is seen.
    pub text: String,
    /// What may be run; empty where nothing is.
    pub sql: String,
}

/// The height of so many hints, and of the gap below them.
pub(super) fn height(n: usize, gap: f32) -> f32 {
    if n == 0 { 0.0 } else { n.min(MAX_HINTS) as f32 * HINT + 8.0 + gap }
}

/// Draws hints at the top of `rect`; answers with the place below them.
pub(super) fn hints_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, gap: f32, hints: &[Hint]) -> Rect {
    let theme = cx.theme;
    let height = height(hints.len(), gap);
    if hints.is_empty() {
        return rect;
    }
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), height - gap));
    placed_panel(ui, theme, "hints", place, |ui| {
        for (i, hint) in hints.iter().take(MAX_HINTS).enumerate() {
            let top = place.top() + 4.0 + HINT * i as f32;
            let line = Rect::from_min_size(pos2(place.left() + 16.0, top), vec2(place.width() - 32.0, HINT));
            ui.scope_builder(UiBuilder::new().max_rect(line).layout(Layout::right_to_left(Align::Center)), |ui| {
                let name = format!("Copy the SQL for: {}", hint.text);
                if !hint.sql.is_empty()
                    && Button::secondary("Copy SQL").icon(icons::COPY).name(&name).show(ui, theme).clicked()
                {
                    cx.ask(Intent::Copy(hint.sql.clone()));
                }
                let left = ui.available_rect_before_wrap();
                icons::fill::WARNING.paint(
                    ui.painter(),
                    pos2(line.left() + 7.0, line.center().y),
                    14.0,
                    Tone::Warning.icon_color(theme),
                );
                let words =
                    Rect::from_min_max(pos2(line.left() + 22.0, line.top()), pos2(left.right() - 12.0, line.bottom()));
                let galley = elided(ui.painter(), theme, &hint.text, TextRole::Body, theme.color.t1, words.width());
                ui.painter().galley(
                    pos2(words.left(), words.center().y - galley.size().y / 2.0),
                    galley,
                    theme.color.t1,
                );
                let response = ui.interact(words, ui.scope_id().with(("hint", i)), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &hint.text));
                response.on_hover_text(&hint.text);
            });
        }
    });
    rect.with_min_y(place.bottom() + gap)
}
