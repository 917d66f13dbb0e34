//! What lies over all charts: the time axis, the crosshair, the live edge, the inspected moment, the box being drawn.

use eframe::egui::{Align2, Color32, CornerRadius, Key, Painter, Pos2, Rangef, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::ChartsPanel;
use super::chart_ui::{ChartState, drawn, reach_millis};
use super::stack::Stack;
use crate::model::{Timestamp, ViewData};
use crate::ui::chart::Mapping;
use crate::ui::chart::geometry::nearest;
use crate::ui::chart::time_axis::{TimeTick, clock_in, stamp};
use crate::ui::theme::TextRole;

impl Stack<'_, '_> {
    pub(super) fn axis(&self, painter: &Painter, rect: Rect, map: &Mapping, ticks: &[TimeTick]) {
        let c = &self.cx.theme.color;
        // It stands in the lower corners of the panel, inside its edge.
        let radius = self.cx.theme.radius.panel.saturating_sub(1);
        let corners = CornerRadius { sw: radius, se: radius, ..CornerRadius::ZERO };
        painter.rect_filled(rect.with_min_y(rect.top() + 1.0), corners, c.bg_panel);
        painter.hline(map.rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, c.line));
        let font = self.cx.theme.font(TextRole::Micro);
        let width = |text: &str| painter.layout_no_wrap(text.to_owned(), font.clone(), c.t3).size().x;
        // What stands under the tags of the crosshair and of the inspected moment gives way to them.
        let tags: Vec<(f32, f32)> =
            [self.panel.hover.map(|hover| Timestamp::from_millis(hover.millis as i64)), self.panel.inspector.at()]
                .into_iter()
                .flatten()
                .map(|at| (map.x(at.as_millis() as f64), width(&stamp(at, self.cx.now, self.panel.zone, true)) + 20.0))
                .collect();
        for tick in ticks {
            let x = map.x(tick.at.as_millis() as f64);
            let half = width(&tick.label) / 2.0;
            let is_covered = tags.iter().any(|(tag, tag_width)| (tag - x).abs() < tag_width / 2.0 + half);
            if x - half > map.rect.left() && x + half < map.rect.right() - 76.0 && !is_covered {
                painter.text(pos2(x, rect.center().y), Align2::CENTER_CENTER, &tick.label, font.clone(), c.t3);
            }
        }
    }

    fn tag(&self, painter: &Painter, at: Pos2, align: Align2, text: &str, ground: Color32, color: Color32) {
        let galley = painter.layout_no_wrap(text.to_owned(), self.cx.theme.font(TextRole::MicroSemi), color);
        let mut rect = align.anchor_size(at, galley.size() + vec2(12.0, 4.0));
        let (left, right) = (self.rect.left() + 2.0, self.rect.right() - 2.0);
        rect = rect.translate(vec2((left - rect.left()).max(0.0) - (rect.right() - right).max(0.0), 0.0));
        painter.rect_filled(rect, f32::from(self.cx.theme.radius.bar), ground);
        painter.galley(rect.min + vec2(6.0, 2.0), galley, color);
    }

    /// Where now is: a line, a dot on each curve, the time. Paused, it is grey and says so.
    pub(super) fn live_edge(
        &self,
        painter: &Painter,
        body: Rect,
        axis: Rect,
        map: &Mapping,
        charts: &[ChartState],
        data: &[Option<&ViewData>],
    ) {
        if !self.panel.follows_live() || self.cx.snapshot.at.is_none() {
            return;
        }
        let c = &self.cx.theme.color;
        let (ground, color) = if self.cx.is_paused { (c.bg_control, c.t3) } else { (c.accent_dim, c.accent) };
        let x = map.rect.right().round() - 0.5;
        for (i, rect) in charts.iter().enumerate().filter_map(|(i, c)| Some((i, c.plot_rect?))) {
            let part = rect.y_range().intersection(body.y_range());
            if part.span() <= 0.0 {
                continue;
            }
            painter.vline(x, part, Stroke::new(1.0, color));
            let Some(axis) = charts[i].axis() else { continue };
            let map = Mapping { rect, bottom: axis.bottom, top: axis.top, ..*map };
            for (series, curve) in drawn(&self.model.charts[i], data[i]) {
                let newest = curve.buckets.last().map(|b| map.mean(b));
                if let Some(at) = newest.filter(|p| p.x > rect.right() - 8.0 && part.contains(p.y)) {
                    painter.circle_filled(pos2(at.x.min(x), at.y), 2.5, self.cx.theme.series_color(series.slot));
                }
            }
        }
        let time = clock_in(Timestamp::from_millis(map.end_millis as i64), self.panel.zone, true);
        let text = if self.cx.is_paused { format!("Paused at {time}") } else { time };
        self.tag(painter, pos2(map.rect.right(), axis.center().y), Align2::RIGHT_CENTER, &text, ground, color);
    }

    /// A line over the plots, which begins and ends with them.
    fn over_plots(painter: &Painter, body: Rect, charts: &[ChartState], line: impl Fn(Rangef) -> Vec<Shape>) {
        let parts = charts.iter().filter_map(|chart| Some(chart.plot_rect?.y_range().intersection(body.y_range())));
        painter.extend(parts.filter(|part| part.span() > 0.0).flat_map(line));
    }

    /// One line through everything, dots on the curves, the time on the axis, the level in the hovered chart. Answers
    /// with what of it belongs behind the heads.
    pub(super) fn crosshair(
        &self,
        painter: &Painter,
        body: Rect,
        axis: Rect,
        map: &Mapping,
        charts: &[ChartState],
        data: &[Option<&ViewData>],
    ) -> Vec<Shape> {
        let Some(hover) = self.panel.hover else { return Vec::new() };
        let theme = self.cx.theme;
        let x = map.x(hover.millis);
        if !map.rect.x_range().contains(x) {
            return Vec::new();
        }
        let line = |y: Rangef| vec![Shape::vline(x.round() + 0.5, y, Stroke::new(1.0, theme.color.crosshair))];
        Self::over_plots(painter, body, charts, line);
        for (i, state) in charts.iter().enumerate() {
            let (Some(rect), Some(axis)) = (state.plot_rect, state.axis()) else { continue };
            let map = Mapping { rect, bottom: axis.bottom, top: axis.top, ..*map };
            if let Some((_, y)) = hover.in_chart.filter(|(chart, _)| *chart == i) {
                let level = [pos2(rect.left(), y.round() + 0.5), pos2(rect.right(), y.round() + 0.5)];
                painter.extend(Shape::dashed_line(&level, Stroke::new(1.0, theme.color.crosshair), 1.0, 3.0));
                let text = axis.number(map.value_at(y));
                let (ground, color) = (theme.color.crosshair, theme.color.bg_page);
                self.tag(painter, pos2(rect.left() - 4.0, y), Align2::RIGHT_CENTER, &text, ground, color);
            }
            let Some(data) = data[i] else { continue };
            for (series, curve) in drawn(&self.model.charts[i], Some(data)) {
                let reach = reach_millis(self.cx, data, None);
                let Some(bucket) = nearest(&curve.buckets, hover.millis, reach) else { continue };
                let at = pos2(x.round() + 0.5, map.mean(bucket).y);
                if body.contains(at) {
                    painter.circle_filled(at, 4.0, theme.color.bg_panel);
                    painter.circle_filled(at, 3.0, theme.series_color(series.slot));
                }
            }
        }
        let text = stamp(Timestamp::from_millis(hover.millis as i64), self.cx.now, self.panel.zone, true);
        let (ground, color) = (theme.color.crosshair, theme.color.bg_page);
        self.tag(painter, pos2(x, axis.center().y), Align2::CENTER_CENTER, &text, ground, color);
        line(Rangef::new(body.top(), axis.top() + 4.0))
    }

    /// The moment under inspection: a line through everything and its time on the axis. Answers with what of it
    /// belongs behind the heads.
    pub(super) fn inspected(
        &self,
        painter: &Painter,
        body: Rect,
        axis: Rect,
        map: &Mapping,
        charts: &[ChartState],
    ) -> Vec<Shape> {
        let Some(at) = self.panel.inspector.at() else { return Vec::new() };
        let x = map.x(at.as_millis() as f64);
        if !map.rect.x_range().contains(x) {
            return Vec::new();
        }
        let c = &self.cx.theme.color;
        let line = |y: Rangef| {
            let ends = [pos2(x.round() + 0.5, y.min), pos2(x.round() + 0.5, y.max)];
            Shape::dashed_line(&ends, Stroke::new(1.0, c.accent), 4.0, 2.0)
        };
        Self::over_plots(painter, body, charts, line);
        // The tag of the crosshair comes before this one, which the panel repeats.
        if self.panel.hover.is_none_or(|hover| (map.x(hover.millis) - x).abs() > 110.0) {
            let text = stamp(at, self.cx.now, self.panel.zone, true);
            self.tag(painter, pos2(x, axis.center().y), Align2::CENTER_CENTER, &text, c.accent_dim, c.accent);
        }
        line(Rangef::new(body.top(), axis.top() + 4.0))
    }

    /// The span being chosen by a box; it is shown when the button is let go, and given up by Escape.
    pub(super) fn box_ui(&mut self, ui: &Ui, painter: &Painter, body: Rect, map: &Mapping) {
        let Some(start) = self.panel.box_start else { return };
        let (pointer, is_down, escapes) =
            ui.input(|i| (i.pointer.latest_pos(), i.pointer.any_down(), i.key_pressed(Key::Escape)));
        let end = pointer.map_or(start, |p| map.millis_at(p.x.clamp(map.rect.left(), map.rect.right())));
        let (a, b) = (map.x(start.min(end)), map.x(start.max(end)));
        if escapes {
            self.panel.box_start = None;
        } else if is_down {
            let c = &self.cx.theme.color;
            let rect = Rect::from_min_max(pos2(a, body.top()), pos2(b, body.bottom()));
            painter.rect_filled(rect, 0.0, c.accent.gamma_multiply(0.12));
            for x in [a, b] {
                painter.vline(x.round() + 0.5, rect.y_range(), Stroke::new(1.0, c.accent));
            }
        } else {
            self.panel.box_start = None;
            if b - a >= 4.0 {
                let mut viewport = self.panel.viewport(self.cx);
                viewport.show(start.min(end), start.max(end), ChartsPanel::held(self.cx));
                self.panel.viewport = Some(viewport);
            }
        }
    }
}
