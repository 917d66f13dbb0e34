//! The strip of cores: the last 60 s of each as steps. Two rows from 32 cores on, a count by tenths from 65 on.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::OverviewPanel;
use crate::analysis::core_spread::{N_STEPS, core_spread};
use crate::model::{Bucket, TimeRange};
use crate::ui::PanelCx;
use crate::ui::chart::{SparkData, SparkStyle, spark_ui};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{panel_in, text_at};

/// Cores from which the strip has two rows.
const TWO_ROWS: usize = 32;
/// Cores from which single ones are not drawn.
pub(super) const TOO_MANY: usize = 65;
/// Busy share from which a core's number takes the colour of a warning.
const BUSY: f64 = 0.95;
const ROW: f32 = 72.0;
const LABEL: f32 = 76.0;

/// Height of the strip.
pub(super) fn height(n_cores: usize) -> f32 {
    if (TWO_ROWS..TOO_MANY).contains(&n_cores) { 2.0 * ROW } else { ROW }
}

/// Draws the strip into `rect`.
pub(super) fn cores_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &OverviewPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    let n = cx.snapshot.overview.cores.len();
    panel_in(ui, theme, rect, |ui| {
        let second = if n >= TOO_MANY { "by busy share" } else { "busy, %" };
        let third = if n >= TOO_MANY { "now" } else { "last 60\u{2009}s" };
        for (i, (text, role, color)) in
            [("Cores", TextRole::SmallStrong, c.t1), (second, TextRole::Micro, c.t3), (third, TextRole::Micro, c.t3)]
                .into_iter()
                .enumerate()
        {
            let top = rect.top() + 10.0 + 18.0 * i as f32;
            let line = Rect::from_min_max(pos2(rect.left() + 16.0, top), pos2(rect.left() + LABEL + 8.0, top + 16.0));
            text_at(ui.painter(), theme, line, text, role, color);
        }
        let cells = Rect::from_min_max(pos2(rect.left() + LABEL + 8.0, rect.top()), rect.max);
        match n {
            0 => {
                let at = pos2(cells.left(), cells.center().y);
                let text = "Single cores are known after the second reading";
                ui.painter().text(at, Align2::LEFT_CENTER, text, theme.font(TextRole::Small), c.t3);
            }
            1..TOO_MANY => {
                let n_rows = if n >= TWO_ROWS { 2 } else { 1 };
                let per_row = n.div_ceil(n_rows);
                for i in 0..n {
                    let (row, column) = (i / per_row, i % per_row);
                    let x = |i: usize| (cells.left() + cells.width() * i as f32 / per_row as f32).round();
                    let top = cells.top() + ROW * row as f32;
                    let cell = Rect::from_min_max(pos2(x(column), top), pos2(x(column + 1), top + ROW));
                    core_ui(cx, ui, cell, i, panel);
                }
                if n_rows == 2 {
                    let y = (cells.top() + ROW).round() + 0.5;
                    ui.painter().hline(cells.x_range(), y, Stroke::new(1.0, c.line));
                }
            }
            _ => spread_ui(cx, ui, cells),
        }
    });
}

fn core_ui(cx: &PanelCx<'_>, ui: &mut Ui, cell: Rect, i: usize, panel: &OverviewPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    let Some((series, share)) = cx.snapshot.overview.cores.get(i).copied() else { return };
    ui.painter().vline(cell.left() + 0.5, cell.y_range(), Stroke::new(1.0, c.line));
    let pad = if cell.width() < 48.0 { 4.0 } else { 8.0 };
    let inner = Rect::from_min_max(cell.min + vec2(pad, 8.0), cell.max - vec2(pad, 9.0));
    let y = inner.top() + 8.0;
    if cell.width() >= 44.0 {
        let at = pos2(inner.left(), y);
        ui.painter().text(at, Align2::LEFT_CENTER, i.to_string(), theme.font(TextRole::Micro), c.t3);
    }
    let value = panel.texts.cores.get(i).map_or("", String::as_str);
    let color = if share >= BUSY { c.warning } else { c.t1 };
    ui.painter().text(pos2(inner.right(), y), Align2::RIGHT_CENTER, value, theme.font(TextRole::MicroStrong), color);
    let chart = Rect::from_min_max(pos2(inner.left(), inner.top() + 22.0), inner.max);
    ui.painter().rect_filled(chart, 0.0, c.bg_field);
    let none: Arc<[Bucket]> = Arc::default();
    let (buckets, range) = match panel.cores.data(cx.snapshot) {
        Some(data) => {
            let curve = data.curves.iter().find(|curve| curve.series == series);
            (curve.map_or(&none, |curve| &curve.buckets), data.range)
        }
        None => (&none, TimeRange::ending_at(cx.now, super::CORES_SPAN)),
    };
    let data = SparkData { id: (super::CORES, series), buckets, range };
    let style = SparkStyle { y_max: Some(1.0), steps: true, ..SparkStyle::line(theme.series_color(0)) };
    let name = format!("Core {i}: {value}\u{2009}%");
    ui.scope_builder(UiBuilder::new().max_rect(chart), |ui| {
        spark_ui(ui, theme, chart.size(), &mut panel.meshes.borrow_mut(), data, style, &name);
    });
}

/// How many cores are how busy, as ten bars.
fn spread_ui(cx: &PanelCx<'_>, ui: &mut Ui, cells: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    let counts = core_spread(cx.snapshot.overview.cores.iter().map(|(_, share)| *share));
    let greatest = counts.iter().copied().max().unwrap_or(0).max(1);
    for (i, count) in counts.into_iter().enumerate() {
        let x = |i: usize| (cells.left() + cells.width() * i as f32 / N_STEPS as f32).round();
        let cell = Rect::from_min_max(pos2(x(i), cells.top()), pos2(x(i + 1), cells.bottom()));
        ui.painter().vline(cell.left() + 0.5, cell.y_range(), Stroke::new(1.0, c.line));
        let inner = cell.shrink2(vec2(8.0, 8.0));
        let y = inner.top() + 8.0;
        let range = format!("{}–{}\u{2009}%", i * 10, i * 10 + 10);
        ui.painter().text(pos2(inner.left(), y), Align2::LEFT_CENTER, &range, theme.font(TextRole::Micro), c.t3);
        let color = if count == 0 { c.t3 } else { c.t1 };
        let font = theme.font(TextRole::MicroStrong);
        ui.painter().text(pos2(inner.right(), y), Align2::RIGHT_CENTER, count.to_string(), font, color);
        let chart = Rect::from_min_max(pos2(inner.left(), inner.top() + 22.0), inner.max);
        ui.painter().rect_filled(chart, 0.0, c.bg_field);
        let filled = chart.height() * count as f32 / greatest as f32;
        let bar = Rect::from_min_max(pos2(chart.left(), chart.bottom() - filled), chart.max);
        let color = if i + 1 == N_STEPS { c.warning } else { theme.series_color(0) };
        ui.painter().rect_filled(bar, 0.0, color);
        let response = ui.interact(cell, ui.scope_id().with(("spread", i)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{count} cores at {range}")));
    }
}
