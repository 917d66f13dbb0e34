//! The small curve of a tile, a row or a detail: line, envelope, a light fill, a dot at the newest value.
//!
//! No axis, no interaction beyond what the caller adds to the response.

use std::sync::Arc;

use eframe::egui::{Align2, Color32, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};

use super::curve_mesh::CurveStyle;
use super::geometry::{Mapping, extent, visible};
use super::mesh_cache::MeshCache;
use crate::model::{Bucket, SeriesId, TimeRange, ViewId};
use crate::ui::theme::{TextRole, Theme};

/// How a sparkline looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SparkStyle {
    /// Colour of the line.
    pub color: Color32,
    /// Value at the upper edge; `None` takes a little more than the greatest value shown.
    pub y_max: Option<f64>,
    /// A value drawn as a dashed level, where it lies within the curve's height.
    pub threshold: Option<f64>,
    /// Whether a value holds until the next one, as steps.
    pub steps: bool,
}

impl SparkStyle {
    /// A plain line of one colour.
    pub fn line(color: Color32) -> Self {
        Self { color, y_max: None, threshold: None, steps: false }
    }
}

/// What a sparkline shows. Its triangles are kept in a cache under `id` until the data or the place changes.
#[derive(Debug, Clone)]
pub struct SparkData<'a> {
    /// Chart and series.
    pub id: (ViewId, SeriesId),
    /// The curve.
    pub buckets: &'a Arc<[Bucket]>,
    /// The span it is drawn over.
    pub range: TimeRange,
}

/// Draws a sparkline. `name` is what a screen reader says, such as "CPU, last 15 min".
pub fn spark_ui(
    ui: &mut Ui,
    theme: &Theme,
    size: Vec2,
    cache: &mut MeshCache,
    SparkData { id, buckets, range }: SparkData<'_>,
    style: SparkStyle,
    name: &str,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    // The dot at the newest value and half the line's width stay inside the rectangle.
    let inner = rect.shrink2(Vec2::new(2.0, 2.0));
    let base = Stroke::new(1.0, theme.color.line);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, base);
    let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
    let Some((low, high)) = extent(buckets, start, end) else {
        let font = theme.font(TextRole::Micro);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, "No data yet", font, theme.color.t3);
        return response;
    };
    let top = style.y_max.unwrap_or(if high > 0.0 { high * 1.15 } else { 1.0 });
    let map = Mapping::new(inner, range, low.min(0.0), top);
    let curve = CurveStyle {
        color: style.color,
        width: theme.size.line_chart,
        envelope_ratio: if style.steps { 0.0 } else { theme.envelope_share },
        fill_ratio: theme.spark_fill_share,
        is_dashed: false,
        is_stepped: style.steps,
    };
    let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(rect));
    let mesh = cache.get(id.0, id.1, buckets, map, curve, ui.ctx().pixels_per_point());
    painter.add(Shape::mesh(mesh));
    if let Some(threshold) = style.threshold.filter(|t| (map.bottom..=map.top).contains(t)) {
        let y = map.y(threshold).round() + 0.5;
        let level = [pos2(rect.left(), y), pos2(rect.right(), y)];
        painter.extend(Shape::dashed_line(&level, Stroke::new(1.0, theme.color.warning), 4.0, 3.0));
    }
    let newest = visible(buckets, start, end).iter().rev().find(|b| start <= b.at.as_millis() as f64);
    if let Some(place) = newest.map(|b| map.mean(b)).filter(|p| p.x <= rect.right() + 1.0) {
        ui.painter().circle_filled(place, 2.0, style.color);
    }
    response
}
