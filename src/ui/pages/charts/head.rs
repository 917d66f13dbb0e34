//! The head of a chart: title, unit, legend with values at the crosshair or now, and the chart's menu.
//!
//! Places are worked out first, because a legend that needs two rows makes its chart's head taller.

use std::sync::Arc;

use eframe::egui::{Color32, Galley, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::dialog::Dialog;
use super::edit::Edit;
use super::page_model::{ChartModel, SeriesModel};
use crate::ui::PanelCx;
use crate::ui::chart::value_axis::ValueAxis;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, focus_ring, hairline, menu_item, popup_menu};

/// Height of a head with one row of legend, points.
pub const HEIGHT: f32 = 34.0;
const ROW: f32 = 20.0;
const MAX_ROWS: usize = 3;
const SWATCH: f32 = 10.0;

/// A value in the legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Readout {
    /// The mean at the crosshair, or the newest value.
    pub value: f64,
    /// Least and greatest, where the bucket holds many samples.
    pub extent: Option<(f64, f64)>,
}

/// One entry of the legend, placed.
struct Entry {
    series: usize,
    rect: Rect,
    label: Arc<Galley>,
    value: Arc<Galley>,
    value_width: f32,
    extent: Option<Arc<Galley>>,
}

/// A head, placed relative to its own left upper corner.
pub struct HeadLayout {
    /// Height of the head, points.
    pub height: f32,
    title: Arc<Galley>,
    unit: Arc<Galley>,
    entries: Vec<Entry>,
    n_left_out: usize,
    left_out_at: eframe::egui::Pos2,
}

/// Places a head of this width. `readouts` has one entry for each series of the chart.
pub fn head_layout(
    cx: &PanelCx<'_>,
    ui: &Ui,
    chart: &ChartModel,
    axis: Option<&ValueAxis>,
    readouts: &[Option<Readout>],
    (width, has_extents): (f32, bool),
) -> HeadLayout {
    let theme = cx.theme;
    let text = |text: String, role, color: Color32| ui.painter().layout_no_wrap(text, theme.font(role), color);
    let title = text(chart.title.clone(), TextRole::Heading, theme.color.t1);
    let unit_words = match (axis, chart.whole.is_empty()) {
        (Some(axis), true) => axis.unit.clone(),
        (Some(axis), false) => format!("{} {}", axis.unit, chart.whole),
        (None, _) => String::new(),
    };
    let unit = text(unit_words, TextRole::Small, theme.color.t3);
    let right = width - 40.0;
    let first_left = 16.0 + title.size().x + 5.0 + unit.size().x + 14.0;
    let (mut x, mut row) = (first_left, 0);
    let mut layout =
        HeadLayout { height: HEIGHT, title, unit, entries: Vec::new(), n_left_out: 0, left_out_at: pos2(0.0, 0.0) };
    // The width of the widest number the axis can give is kept free, so that figures that change do not move others.
    let widest = axis.map_or(0.0, |axis| text(axis.number(axis.top), TextRole::SmallStrong, theme.color.t1).size().x);
    for (i, series) in chart.series.iter().enumerate() {
        let label_color = if series.is_hidden || series.why_not.is_some() { theme.color.t3 } else { theme.color.t2 };
        let label = text(series.label.clone(), TextRole::Small, label_color);
        let readout = readouts.get(i).copied().flatten().filter(|_| !series.is_hidden);
        let (words, color) = match (readout, axis, &series.why_not) {
            (Some(readout), Some(axis), _) => (axis.number(readout.value), theme.color.t1),
            (None, _, Some(_)) if series.id.is_none() => ("not here".into(), theme.color.t3),
            _ if series.is_hidden => ("hidden".into(), theme.color.t3),
            _ => ("–".into(), theme.color.t3),
        };
        let value = text(words, if readout.is_some() { TextRole::SmallStrong } else { TextRole::Small }, color);
        let value_width = value.size().x.max(if readout.is_some() { widest } else { 0.0 });
        let extent = readout.and_then(|r| r.extent).zip(axis).map(|((low, high), axis)| {
            text(format!("{} to {}", axis.number(low), axis.number(high)), TextRole::Micro, theme.color.t3)
        });
        let mut extent = extent.filter(|_| has_extents);
        // Room for the widest is kept also while there is none, so that a crosshair in a gap moves nothing.
        let is_kept = has_extents && !series.is_hidden && series.why_not.is_none();
        let extent_width = if is_kept || extent.is_some() {
            extent.as_ref().map_or(0.0, |g| g.size().x).max(2.0 * widest + 12.0) + 6.0
        } else {
            0.0
        };
        let mut entry_width = SWATCH + 6.0 + label.size().x + 8.0 + value_width + extent_width;
        if x + entry_width > right && x > 16.0 {
            if row + 1 >= MAX_ROWS {
                layout.n_left_out = chart.series.len() - i;
                layout.left_out_at = pos2(x, row as f32 * ROW);
                break;
            }
            row += 1;
            x = 16.0;
        }
        if x + entry_width > right {
            entry_width -= extent_width;
            extent = None;
        }
        let rect = Rect::from_min_size(pos2(x, row as f32 * ROW), vec2(entry_width, ROW));
        layout.entries.push(Entry { series: i, rect, label, value, value_width, extent });
        x += entry_width + 16.0;
    }
    layout.height = HEIGHT + row as f32 * ROW;
    layout
}

/// Draws a head. Answers whether its ground was clicked, which selects the chart.
pub fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    (index, n_charts): (usize, usize),
    (chart, layout): (&ChartModel, HeadLayout),
    is_selected: bool,
    asks: &mut HeadAsks<'_>,
) -> bool {
    let theme = cx.theme;
    let ground = ui.interact(rect, ui.scope_id().with(("chart-head", index)), Sense::click());
    ground
        .widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, format!("Select chart {}", chart.title)));
    if is_selected {
        let bar = Rect::from_min_max(pos2(rect.left(), rect.top() + 8.0), pos2(rect.left() + 2.0, rect.top() + 26.0));
        ui.painter().rect_filled(bar, 0.0, theme.color.accent);
    }
    focus_ring(ui, theme, &ground, theme.radius.bar);
    let top = rect.top() + (HEIGHT - ROW) / 2.0;
    let middle = |galley: &Galley, row_top: f32| row_top + (ROW - galley.size().y) / 2.0;
    let mut x = rect.left() + 16.0;
    for galley in [&layout.title, &layout.unit] {
        ui.painter().galley(pos2(x, middle(galley, top)), galley.clone(), theme.color.t1);
        x += galley.size().x + 5.0;
    }
    for entry in &layout.entries {
        let at = entry.rect.translate(vec2(rect.left(), top));
        entry_ui(cx, ui, at, entry, (index, chart), asks);
    }
    if layout.n_left_out > 0 {
        let at = pos2(rect.left() + layout.left_out_at.x, top + layout.left_out_at.y + 2.0);
        let text = format!("+{} more", layout.n_left_out);
        ui.painter().text(at, eframe::egui::Align2::LEFT_TOP, text, theme.font(TextRole::Small), theme.color.t3);
    }
    let menu = Rect::from_center_size(pos2(rect.right() - 22.0, rect.top() + HEIGHT / 2.0), vec2(22.0, 22.0));
    let mut menu_ui = ui.new_child(UiBuilder::new().max_rect(menu));
    let name = format!("Menu of chart {}", chart.title);
    let button = IconButton::new(icons::DOTS_THREE, &name).side(22.0).show(&mut menu_ui, theme);
    popup_menu(theme, &button, |ui| chart_menu(cx, ui, (index, n_charts), chart, asks));
    ground.clicked()
}

/// What a head may ask for.
pub struct HeadAsks<'a> {
    /// Changes of the layout.
    pub edits: &'a mut Vec<Edit>,
    /// A name to be asked for.
    pub dialog: &'a mut Option<Dialog>,
}

fn entry_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    rect: Rect,
    entry: &Entry,
    (index, chart): (usize, &ChartModel),
    asks: &mut HeadAsks<'_>,
) {
    let theme = cx.theme;
    let series = &chart.series[entry.series];
    let response =
        ui.interact(rect.expand2(vec2(4.0, 0.0)), ui.scope_id().with(("legend", index, &series.key)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(4.0, 0.0)), f32::from(theme.radius.chip), theme.color.bg_hover);
    }
    swatch(
        cx,
        ui,
        Rect::from_min_size(pos2(rect.left(), rect.center().y - SWATCH / 2.0), vec2(SWATCH, SWATCH)),
        series,
    );
    let mut x = rect.left() + SWATCH + 6.0;
    let y = |galley: &Galley| rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(x, y(&entry.label)), entry.label.clone(), theme.color.t2);
    if series.is_hidden {
        let strike = Stroke::new(1.0, theme.color.t3);
        ui.painter().hline(x..=x + entry.label.size().x, rect.center().y.round() + 0.5, strike);
    }
    x += entry.label.size().x + 8.0;
    let right = x + entry.value_width - entry.value.size().x;
    ui.painter().galley(pos2(right, y(&entry.value)), entry.value.clone(), theme.color.t1);
    if let Some(extent) = &entry.extent {
        ui.painter().galley(pos2(x + entry.value_width + 6.0, y(extent)), extent.clone(), theme.color.t3);
    }
    focus_ring(ui, theme, &response, theme.radius.chip);
    let name = format!("{} in the legend of {}", series.full_name, chart.title);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !series.is_hidden, name.clone()));
    if response.clicked() {
        asks.edits.push(Edit::ToggleHidden(index, series.key.clone()));
    }
    let verb = if series.is_hidden { "show" } else { "hide" };
    match &series.why_not {
        Some(why) => response.on_hover_text(format!("{}: {why}", series.full_name)),
        None => response.on_hover_text(format!("{}: click to {verb}", series.full_name)),
    };
}

fn swatch(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, series: &SeriesModel) {
    let color = cx.theme.series_color(series.slot);
    if series.id.is_none() {
        icons::PROHIBIT.paint(ui.painter(), rect.center(), 12.0, cx.theme.color.t3);
    } else if series.is_hidden {
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
    } else {
        ui.painter().rect_filled(rect, 2.0, color);
        if cx.theme.series_is_dashed(series.slot) {
            let cut = Rect::from_center_size(rect.center(), vec2(2.0, SWATCH));
            ui.painter().rect_filled(cut, 0.0, cx.theme.color.bg_panel);
        }
    }
}

fn chart_menu(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (index, n_charts): (usize, usize),
    chart: &ChartModel,
    asks: &mut HeadAsks<'_>,
) {
    // A hairline takes all the width there is, so the menu says how much that may be.
    ui.set_min_width(200.0);
    ui.set_max_width(260.0);
    if menu_item(ui, cx.theme, "Rename chart…", Some(icons::PENCIL_SIMPLE), false).clicked() {
        *asks.dialog = Some(Dialog::rename_chart(index, &chart.title));
    }
    if index > 0 && menu_item(ui, cx.theme, "Move up", Some(icons::ARROW_UP), false).clicked() {
        asks.edits.push(Edit::MoveChart(index, -1));
    }
    if index + 1 < n_charts && menu_item(ui, cx.theme, "Move down", Some(icons::ARROW_DOWN), false).clicked() {
        asks.edits.push(Edit::MoveChart(index, 1));
    }
    if !chart.series.is_empty() {
        hairline(ui, cx.theme);
    }
    for series in &chart.series {
        let text = format!("Remove {}", series.full_name);
        if menu_item(ui, cx.theme, &text, Some(icons::X), false).clicked() {
            asks.edits.push(Edit::RemoveSeriesFrom(index, series.key.clone()));
        }
    }
    hairline(ui, cx.theme);
    if menu_item(ui, cx.theme, "Remove chart", Some(icons::TRASH), false).clicked() {
        asks.edits.push(Edit::RemoveChart(index));
    }
}
