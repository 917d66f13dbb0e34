//! Tiles and facts: figures with their words.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::placed_panel;
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, elided, panel_head, text_at};

/// A tile: what, how much, one line of detail, and what is wrong with it.
pub(super) struct Tile {
    pub label: &'static str,
    pub value: String,
    pub detail: String,
    pub mark: Option<(Mark, &'static str)>,
}

/// Height of the tiles.
pub(super) const TILES: f32 = 84.0;

/// Draws tiles in one panel with lines between them.
pub(super) fn tiles_ui(cx: &PanelCx<'_>, ui: &mut Ui, width: f32, tiles: &[Tile]) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, TILES), Sense::hover());
    placed_panel(ui, cx.theme, "figures of the database", rect, |ui| {
        let step = rect.width() / tiles.len().max(1) as f32;
        for (i, tile) in tiles.iter().enumerate() {
            let left = rect.left() + step * i as f32;
            let place = Rect::from_min_size(pos2(left, rect.top()), vec2(step, rect.height()));
            if i > 0 {
                ui.painter().vline(
                    left.round() + 0.5,
                    rect.y_range().shrink(1.0),
                    Stroke::new(1.0, cx.theme.color.line),
                );
            }
            tile_ui(cx, ui, place.shrink2(vec2(16.0, 10.0)), tile);
        }
    });
}

fn tile_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, tile: &Tile) {
    let theme = cx.theme;
    let c = &theme.color;
    let told = match &tile.mark {
        Some((_, word)) => format!("{}: {}, {}, {word}", tile.label, tile.value, tile.detail),
        None => format!("{}: {}, {}", tile.label, tile.value, tile.detail),
    };
    let response = ui.interact(rect, ui.scope_id().with(("tile", tile.label)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &told));
    let line = |top: f32, height: f32| Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
    text_at(ui.painter(), theme, line(rect.top(), 16.0), tile.label, TextRole::SmallStrong, c.t2);
    if let Some((mark, word)) = &tile.mark {
        let color = mark.tone.colors(theme).0;
        let galley = elided(ui.painter(), theme, word, TextRole::Small, color, rect.width() * 0.5);
        let x = rect.right() - galley.size().x;
        mark.icon.paint(ui.painter(), pos2(x - 10.0, rect.top() + 8.0), 14.0, mark.tone.icon_color(theme));
        ui.painter().galley(pos2(x, rect.top() + 8.0 - galley.size().y / 2.0), galley, color);
    }
    let color = if tile.value == "–" { c.t3 } else { c.t1 };
    text_at(ui.painter(), theme, line(rect.top() + 18.0, 28.0), &tile.value, TextRole::Sentence, color);
    text_at(ui.painter(), theme, line(rect.top() + 48.0, 16.0), &tile.detail, TextRole::Small, c.t3);
    response.on_hover_text(told);
}

/// Height of one fact.
pub(super) const FACT: f32 = 26.0;

/// Draws a panel of facts: a word at the left, its value at the right.
pub(super) fn facts_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    (title, hint): (&str, &str),
    facts: &[(&str, String)],
) {
    let theme = cx.theme;
    let c = &theme.color;
    placed_panel(ui, theme, title, rect, |ui| {
        panel_head(ui, theme, cx.is_compact, title, hint, |_| {});
        let mut top = ui.cursor().top() + 4.0;
        for (name, value) in facts {
            let line = Rect::from_min_size(pos2(rect.left() + 16.0, top), vec2(rect.width() - 32.0, FACT));
            let width = text_at(ui.painter(), theme, line, name, TextRole::Small, c.t2);
            let left = line.left() + width + 16.0;
            let galley = elided(ui.painter(), theme, value, TextRole::Body, c.t1, (line.right() - left).max(0.0));
            let at = Align2::RIGHT_CENTER.anchor_size(pos2(line.right(), line.center().y), galley.size()).min;
            ui.painter().galley(at, galley, c.t1);
            let response = ui.interact(line, ui.scope_id().with(("fact", *name)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
            response.on_hover_text(value);
            top += FACT;
        }
    });
}
