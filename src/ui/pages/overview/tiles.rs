//! The strip of five tiles: label, state, number, one line of detail, the last minutes as a curve.

use std::sync::Arc;

use eframe::egui::{Align2, CursorIcon, Label, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::OverviewPanel;
use super::texts::TileTexts;
use crate::model::{Bucket, Level, Tile, TileKind, TimeRange};
use crate::ui::chart::alert_spans::series_shapes;
use crate::ui::chart::{Mapping, SparkData, SparkStyle, spark_ui};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, focus_ring, panel_in, text_at};
use crate::ui::{Intent, PanelCx};

/// Height of the strip.
pub(super) fn height(cx: &PanelCx<'_>) -> f32 {
    if cx.is_compact { 94.0 + cx.theme.frame(true).spark } else { 108.0 + cx.theme.frame(false).spark }
}

/// Draws the strip into `rect`.
pub(super) fn tiles_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &OverviewPanel) {
    let tiles = &cx.snapshot.overview.tiles;
    let n = tiles.len().max(1) as f32;
    panel_in(ui, cx.theme, rect, |ui| {
        for (i, (tile, texts)) in tiles.iter().zip(&panel.texts.tiles).enumerate() {
            let x = |i: f32| (rect.left() + rect.width() * i / n).round();
            let cell = Rect::from_min_max(pos2(x(i as f32), rect.top()), pos2(x(i as f32 + 1.0), rect.bottom()));
            if i > 0 {
                let edge = Stroke::new(1.0, cx.theme.color.line);
                ui.painter().vline(cell.left() + 0.5, cell.y_range(), edge);
            }
            tile_ui(cx, ui, cell, tile, texts, panel);
        }
    });
}

fn tile_ui(cx: &PanelCx<'_>, ui: &mut Ui, cell: Rect, tile: &Tile, texts: &TileTexts, panel: &OverviewPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    let id = ui.scope_id().with(("tile", &*tile.title));
    let sense = if tile.series.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(cell, id, sense);
    if response.hovered() && tile.series.is_some() {
        ui.painter().rect_filled(cell.shrink(1.0), 0.0, c.bg_hover);
    }
    let (pad, top) = if cx.is_compact { (14.0, 10.0) } else { (16.0, 12.0) };
    let inner =
        Rect::from_min_max(pos2(cell.left() + pad, cell.top() + top), pos2(cell.right() - pad, cell.bottom() - top));
    let line = |from: f32, height: f32| {
        Rect::from_min_size(pos2(inner.left(), inner.top() + from), vec2(inner.width(), height))
    };
    let head = line(0.0, 16.0);
    let mark = Mark::from(tile.level);
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    let word = pos2(head.right(), head.center().y);
    let word = ui.painter().text(word, Align2::RIGHT_CENTER, &*tile.word, theme.font(TextRole::Small), color);
    mark.icon.paint(ui.painter(), pos2(word.left() - 11.0, head.center().y), 14.0, mark.tone.icon_color(theme));
    let label = Rect::from_min_max(head.min, pos2(word.left() - 22.0, head.bottom()));
    text_at(ui.painter(), theme, label, &tile.title, TextRole::Small, c.t2);
    let (value_top, detail_top) = if cx.is_compact { (19.0, 49.0) } else { (22.0, 56.0) };
    match &tile.value {
        Ok(_) => {
            let role = if cx.is_compact { TextRole::ValueCompact } else { TextRole::Value };
            let value = line(value_top, theme.line_height(role));
            let at = pos2(value.left(), value.center().y);
            let number = ui.painter().text(at, Align2::LEFT_CENTER, &texts.number, theme.font(role), c.t1);
            let base = pos2(number.right() + 4.0, number.bottom() - if cx.is_compact { 2.0 } else { 3.0 });
            ui.painter().text(base, Align2::LEFT_BOTTOM, &texts.unit, theme.font(TextRole::ValueUnit), c.t2);
            let detail = line(detail_top, 20.0);
            let used = text_at(ui.painter(), theme, detail, &tile.detail, TextRole::Small, c.t2);
            if used > detail.width() {
                let hover = ui.interact(detail, id.with("detail"), Sense::hover());
                hover.on_hover_text(&*tile.detail);
            }
        }
        Err(why) => {
            let place = line(value_top, detail_top + 20.0 - value_top);
            ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
                ui.set_clip_rect(ui.clip_rect().intersect(place));
                ui.add(Label::new(theme.colored(TextRole::Small, &**why, c.t3)).wrap());
            });
        }
    }
    spark(cx, ui, inner, tile, panel);
    focus_ring(ui, theme, &response, theme.radius.control);
    let is_possible = tile.series.is_some();
    let role = if is_possible { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, &texts.name));
    if response.clicked() {
        cx.ask(Intent::ShowOnCharts(tile.series.into_iter().collect()));
    }
    let response = if is_possible { response.on_hover_cursor(CursorIcon::PointingHand) } else { response };
    if !tile.source.is_empty() {
        response.on_hover_text(&*tile.source);
    }
}

fn spark(cx: &PanelCx<'_>, ui: &mut Ui, inner: Rect, tile: &Tile, panel: &OverviewPanel) {
    let theme = cx.theme;
    let Some(series) = tile.series else { return };
    // Without a number the reason stands there, and an empty curve would say nothing more.
    if tile.value.is_err() && tile.level == Level::Unknown {
        return;
    }
    let size = vec2(inner.width(), theme.frame(cx.is_compact).spark);
    let rect = Rect::from_min_size(pos2(inner.left(), inner.bottom() - size.y), size);
    let none: Arc<[Bucket]> = Arc::default();
    let (buckets, range) = match panel.history.data(cx.snapshot) {
        Some(data) => {
            let curve = data.curves.iter().find(|curve| curve.series == series);
            (curve.map_or(&none, |curve| &curve.buckets), data.range)
        }
        None => (&none, TimeRange::ending_at(cx.now, cx.range)),
    };
    let data = SparkData { id: (super::HISTORY, series), buckets, range };
    let style = SparkStyle {
        y_max: matches!(tile.kind, TileKind::Cpu | TileKind::Memory).then_some(1.0),
        threshold: tile.threshold.filter(|_| tile.level >= Level::Busy),
        ..SparkStyle::line(theme.series_color(0))
    };
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        let name = format!("{} over time", tile.title);
        spark_ui(ui, theme, size, &mut panel.meshes.borrow_mut(), data, style, &name);
        let map = Mapping::new(rect.shrink(2.0), range, 0.0, 1.0);
        ui.painter().extend(series_shapes(theme, map.rect, &map, panel.alerts.of(series)));
    });
}
