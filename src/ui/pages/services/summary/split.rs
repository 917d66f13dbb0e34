//! Where the time goes: the parts of requests near their 95th percentile as one bar, and each with its time and share.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::words::{part_slot, part_words, some_decimals, time_words};
use super::super::{ServicesPanel, Tab, placed_panel};
use super::missing_ui;
use crate::model::quantity::joined;
use crate::model::service::{Service, TimeSplit};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{link_arrow, panel_head, text_at};

/// Draws the panel.
pub(super) fn split_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let split = service.spans.split.as_ref();
    let mut opens = false;
    placed_panel(ui, cx.theme, "split", rect, |ui| {
        let hint = split.map(|split| format!("requests near p95, {}", time_words(Some(split.near_seconds))));
        panel_head(ui, cx.theme, cx.is_compact, "Where the time goes", hint.as_deref().unwrap_or_default(), |ui| {
            opens = link_arrow(ui, cx.theme, "Open traces").clicked();
        });
        match split {
            Some(split) => {
                let body = rect.with_min_y(ui.cursor().top()).shrink2(vec2(16.0, 0.0));
                body_ui(cx, ui, body, split);
            }
            None => missing_ui(
                cx,
                ui,
                "The parts of a request appear with traces: spans of the server and of what it calls",
            ),
        }
    });
    if opens {
        panel.tab = Tab::Traces;
        panel.traces.close();
    }
}

fn body_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, split: &TimeSplit) {
    let theme = cx.theme;
    let c = &theme.color;
    let whole: f64 = split.parts.iter().map(|(_, seconds)| seconds.max(0.0)).sum();
    let bar = Rect::from_min_size(pos2(rect.left(), rect.top() + 12.0), vec2(rect.width(), 16.0));
    ui.painter().rect_filled(bar, f32::from(theme.radius.bar), c.track);
    let mut left = bar.left();
    for (part, seconds) in &split.parts {
        let width = if whole > 0.0 { bar.width() * (seconds / whole) as f32 } else { 0.0 };
        let place = Rect::from_min_max(pos2(left, bar.top()), pos2((left + width).min(bar.right()), bar.bottom()));
        left = place.right();
        // A hairline of the ground tells neighbours apart without their colours.
        let inner = place.with_max_x((place.right() - 1.0).max(place.left() + 1.0));
        ui.painter().rect_filled(inner, 1.0, theme.series_color(part_slot(*part)));
    }
    let n_rows = 3;
    // The first column holds the larger parts, whose names are longer.
    let first = (rect.width() * 0.59).round();
    let millis = whole >= 0.1;
    for (i, (part, seconds)) in split.parts.iter().enumerate() {
        let (left, right) =
            if i < n_rows { (rect.left(), rect.left() + first - 18.0) } else { (rect.left() + first, rect.right()) };
        let y = bar.bottom() + 10.0 + 20.0 * (i % n_rows) as f32;
        let row = Rect::from_min_max(pos2(left, y), pos2(right, y + 20.0));
        let swatch = Rect::from_center_size(pos2(row.left() + 5.0, row.center().y), vec2(10.0, 10.0));
        ui.painter().rect_filled(swatch, 2.0, theme.series_color(part_slot(*part)));
        let share = if whole > 0.0 { seconds / whole } else { 0.0 };
        let percent = joined(&some_decimals(share * 100.0, 0), "%");
        let time = if millis { joined(&some_decimals(seconds * 1e3, 0), "ms") } else { time_words(Some(*seconds)) };
        let number = |right: f32, text: &str, role, color| {
            ui.painter().text(pos2(right, row.center().y), Align2::RIGHT_CENTER, text, theme.font(role), color);
        };
        number(row.right(), &percent, TextRole::Small, c.t2);
        number(row.right() - 36.0, &time, TextRole::SmallStrong, c.t1);
        let words = Rect::from_min_max(pos2(row.left() + 16.0, row.top()), pos2(row.right() - 88.0, row.bottom()));
        text_at(ui.painter(), theme, words, part_words(*part), TextRole::Small, c.t2);
        let response = ui.interact(row, ui.scope_id().with(("part", *part)), Sense::hover());
        let told = format!("{}: {time}, {percent}", part_words(*part));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &told));
    }
}
