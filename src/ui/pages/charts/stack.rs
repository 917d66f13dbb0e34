//! The stack: charts over one time axis, flags above, one crosshair through all of it.

use eframe::egui::{
    Align2, Color32, Key, Painter, PointerButton, Pos2, Rect, ScrollArea, Shape, Stroke, Ui, UiBuilder, pos2, vec2,
};

use super::ChartsPanel;
use super::chart_ui::{ChartState, GUTTER, Hover, PlotArgs, RIGHT, drawn, plot_ui, reach_millis, readouts};
use super::edit::Edit;
use super::flags;
use super::head::{HeadAsks, HeadLayout, head_layout, head_ui};
use super::page_model::{ChartModel, PageModel};
use crate::model::{Quantity, Snapshot, TimeRange, Timestamp, ViewData, ViewRange, ViewRequest};
use crate::ui::chart::geometry::nearest;
use crate::ui::chart::time_axis::{TimeTick, clock_in, stamp, time_ticks};
use crate::ui::chart::{Mapping, Viewport};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{empty_state, menu_item, panel_in};
use crate::ui::{Intent, PanelCx};

const AXIS: f32 = 28.0;
const BELOW_PLOT: f32 = 12.0;
const MIN_PLOT: f32 = 84.0;
/// In a narrow window, so that the usual five charts are seen at once at 1024x700.
const MIN_PLOT_COMPACT: f32 = 48.0;
const MAX_PLOT: f32 = 360.0;

/// Draws the stack into `rect`.
pub fn stack_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot, rect: Rect) {
    panel_in(ui, cx.theme, rect, |ui| {
        if panel.model.charts.is_empty() {
            let text = "A chart draws series of one unit over time. Add one, then tick series in the list at the left";
            if empty_state(ui, cx.theme, "No charts in this layout", text, Some("Add a chart")) {
                panel.edits.push(Edit::AddChart);
            }
            return;
        }
        // Both are put back below: drawing borrows them beside the rest of the panel.
        let (model, mut charts) = (std::mem::take(&mut panel.model), std::mem::take(&mut panel.charts));
        Stack { cx, panel, answers, model: &model, rect: rect.shrink(1.0) }.show(ui, &mut charts);
        panel.model = model;
        panel.charts = charts;
    });
}

struct Stack<'a, 'c> {
    cx: &'a PanelCx<'c>,
    panel: &'a mut ChartsPanel,
    answers: &'a Snapshot,
    model: &'a PageModel,
    rect: Rect,
}

impl Stack<'_, '_> {
    fn show(&mut self, ui: &mut Ui, charts: &mut [ChartState]) {
        let range = self.panel.range(self.cx);
        let plot_x = (self.rect.left() + GUTTER)..=(self.rect.right() - RIGHT);
        let width = plot_x.end() - plot_x.start();
        self.subscribe(ui, charts, width);
        let data: Vec<Option<&ViewData>> =
            charts.iter().map(|c| c.subscription.data(self.answers).map(|d| &**d)).collect();
        self.panel.hover = self.hover(ui, charts, &data, range);
        let hover = self.panel.hover;

        let gaps = data.iter().flatten().map(|d| &d.gaps).max_by_key(|gaps| gaps.len());
        let shown = |gap: &&TimeRange| gap.end > range.start && gap.start < range.end;
        let gaps: Vec<TimeRange> = gaps.map_or_else(Vec::new, |gaps| gaps.iter().filter(shown).copied().collect());
        let lane = if gaps.is_empty() { 0.0 } else { flags::LANE };
        let axis_rect = Rect::from_min_max(pos2(self.rect.left(), self.rect.bottom() - AXIS), self.rect.max);
        let body = Rect::from_min_max(
            pos2(self.rect.left(), self.rect.top() + lane),
            pos2(self.rect.right(), axis_rect.top()),
        );
        let ticks = time_ticks(range, ((width / 92.0) as usize).clamp(2, 10), self.panel.zone);

        let units = self.cx.snapshot.settings.units;
        let mut heads = Vec::with_capacity(charts.len());
        for (i, (chart, state)) in self.model.charts.iter().zip(charts.iter_mut()).enumerate() {
            state.sync_axis(chart, data[i], range, &units);
            let readouts = readouts(self.cx, chart, data[i], hover.as_ref());
            let has_extents = data[i].is_some_and(|d| !d.step.is_zero());
            let size = (self.rect.width(), has_extents);
            heads.push(head_layout(self.cx, ui, chart, state.axis(), &readouts, size));
        }
        let n = heads.len() as f32;
        let of_heads: f32 = heads.iter().map(|head| head.height).sum();
        let least = if self.cx.is_compact { MIN_PLOT_COMPACT } else { MIN_PLOT };
        let plot_height = ((body.height() - of_heads - n * BELOW_PLOT) / n).clamp(least, MAX_PLOT).floor();

        let mut child = ui.new_child(UiBuilder::new().max_rect(body));
        child.set_clip_rect(body.intersect(ui.clip_rect()));
        child.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let scroll = ScrollArea::vertical().id_salt("charts-stack").auto_shrink(false);
        scroll.show(&mut child, |ui| {
            let sizes = (self.rect.width(), plot_height);
            self.charts(ui, charts, heads, &data, (range, &ticks), sizes);
        });

        let x_map = Mapping::new(Rect::from_x_y_ranges(plot_x, body.y_range()), range, 0.0, 1.0);
        if lane > 0.0 {
            let lane = Rect::from_min_max(self.rect.min, pos2(self.rect.right(), body.top()));
            ui.painter().hline(lane.x_range(), lane.bottom() - 0.5, Stroke::new(1.0, self.cx.theme.color.line));
            let plot_lane = Rect::from_x_y_ranges(x_map.rect.x_range(), lane.y_range());
            flags::flags_ui(ui.painter(), self.cx.theme, plot_lane, &x_map, &gaps, &self.cx.snapshot.health);
        }
        let overlay = ui.painter().with_clip_rect(self.rect);
        self.axis(&overlay, axis_rect, &x_map, &ticks);
        self.live_edge(&overlay, body, axis_rect, &x_map, charts, &data);
        self.crosshair(&overlay, body, axis_rect, &x_map, charts, &data);
        self.box_ui(ui, &overlay, body, &x_map);
    }

    /// Asks the engine for what is shown, about one bucket for each two points.
    fn subscribe(&mut self, ui: &Ui, charts: &mut [ChartState], width: f32) {
        let viewport = self.panel.viewport(self.cx);
        let range = match viewport.range {
            // A frozen screen asks for the span it stands on, so that it can be panned from there.
            ViewRange::Live { .. } if self.cx.is_paused => {
                let range = self.panel.range(self.cx);
                ViewRange::Fixed(TimeRange {
                    start: range.start,
                    end: Timestamp::from_millis(range.end.as_millis() + 1),
                })
            }
            range => range,
        };
        let width_px = (width / 4.0).ceil().max(1.0) as u32;
        for (chart, state) in self.model.charts.iter().zip(charts) {
            let request = ViewRequest { series: chart.request.clone(), range, width_px };
            state.subscription.want(self.cx.engine, ui.ctx(), request);
        }
    }

    /// Where the crosshair stands: at the bucket nearest to the pointer, so that line, dots and figures agree.
    fn hover(&mut self, ui: &Ui, charts: &[ChartState], data: &[Option<&ViewData>], range: TimeRange) -> Option<Hover> {
        if let Some((_, millis)) = self.panel.menu_at {
            return Some(Hover { millis, in_chart: None });
        }
        let pointer = ui.input(|i| i.pointer.hover_pos())?;
        let plots = charts.first().and_then(|c| c.plot_rect)?;
        let is_ours = ui.ctx().layer_id_at(pointer).is_none_or(|layer| layer == ui.layer_id());
        if !is_ours || !self.rect.contains(pointer) || !plots.x_range().contains(pointer.x) {
            return None;
        }
        let map = Mapping::new(plots, range, 0.0, 1.0);
        let in_chart = charts
            .iter()
            .position(|c| c.plot_rect.is_some_and(|rect| rect.contains(pointer)))
            .map(|chart| (chart, pointer.y));
        let millis = map.millis_at(pointer.x);
        let of = in_chart.map_or(0, |(chart, _)| chart);
        let snapped = self.model.charts.get(of).zip(data.get(of).copied().flatten()).and_then(|(chart, data)| {
            let (_, curve) = drawn(chart, Some(data)).next()?;
            nearest(&curve.buckets, millis, reach_millis(self.cx, data, None))
        });
        Some(Hover { millis: snapped.map_or(millis, |bucket| bucket.at.as_millis() as f64), in_chart })
    }

    fn charts(
        &mut self,
        ui: &mut Ui,
        charts: &mut [ChartState],
        heads: Vec<HeadLayout>,
        data: &[Option<&ViewData>],
        (range, ticks): (TimeRange, &[TimeTick]),
        (width, plot_height): (f32, f32),
    ) {
        let n_charts = charts.len();
        let may_pan = self.panel.box_start.is_none() && !ui.input(|i| i.modifiers.shift);
        let mut moved_to = None;
        for (i, (head, state)) in heads.into_iter().zip(charts.iter_mut()).enumerate() {
            let chart = &self.model.charts[i];
            let height = head.height + plot_height + BELOW_PLOT;
            let (_, whole) = ui.allocate_space(vec2(width, height));
            let plot_rect = Rect::from_min_max(
                pos2(whole.left() + GUTTER, (whole.top() + head.height).round()),
                pos2(whole.right() - RIGHT, (whole.top() + head.height).round() + plot_height),
            );
            state.plot_rect = Some(plot_rect);
            if !ui.is_rect_visible(whole) {
                continue;
            }
            if i > 0 {
                let edge = Stroke::new(1.0, self.cx.theme.color.line_subtle);
                ui.painter().hline(whole.x_range(), whole.top().round() + 0.5, edge);
            }
            let head_rect = Rect::from_min_size(whole.min, vec2(width, head.height));
            let mut asks = HeadAsks { edits: &mut self.panel.edits, dialog: &mut self.panel.dialog };
            let is_selected = self.panel.selected == Some(i);
            if head_ui(self.cx, ui, head_rect, (i, n_charts), (chart, head), is_selected, &mut asks) {
                self.panel.selected = if is_selected { None } else { Some(i) };
            }
            let args = PlotArgs {
                rect: plot_rect,
                chart,
                axis: state.axis(),
                data: data[i],
                id: state.subscription.id(),
                range,
                ticks,
                may_pan,
            };
            let answer = plot_ui(self.cx, ui, &self.panel.cache, &args);
            moved_to = answer.moved_to.or(moved_to);
            self.take_input(ui, &answer.response, &Mapping::new(plot_rect, range, 0.0, 1.0), (i, chart, data[i]));
        }
        if let Some((start, end)) = moved_to {
            let mut viewport = self.panel.viewport(self.cx);
            viewport.show(start, end, ChartsPanel::held(self.cx));
            self.panel.viewport = Some(viewport);
        }
    }

    fn take_input(
        &mut self,
        ui: &Ui,
        response: &eframe::egui::Response,
        map: &Mapping,
        (index, chart, data): (usize, &ChartModel, Option<&ViewData>),
    ) {
        if response.double_clicked() {
            self.panel.viewport = Some(Viewport::live(self.cx.range));
        }
        let begins_box = response.drag_started_by(PointerButton::Secondary)
            || (response.drag_started_by(PointerButton::Primary) && ui.input(|i| i.modifiers.shift));
        if begins_box {
            self.panel.box_start = ui.input(|i| i.pointer.press_origin()).map(|at| map.millis_at(at.x));
        }
        if response.secondary_clicked() {
            self.panel.menu_at = self.panel.hover.map(|hover| (index, hover.millis));
        }
        let Some((_, millis)) = self.panel.menu_at.filter(|(chart, _)| *chart == index) else { return };
        if response.context_menu(|ui| self.copy_menu(ui, millis, chart, data)).is_none() {
            self.panel.menu_at = None;
        }
    }

    /// The menu at the crosshair: copies what the chart says there.
    fn copy_menu(&self, ui: &mut Ui, millis: f64, chart: &ChartModel, data: Option<&ViewData>) {
        ui.set_min_width(220.0);
        let at = stamp(Timestamp::from_millis(millis as i64), self.cx.now, self.panel.zone, true);
        let hover = Hover { millis, in_chart: None };
        let values: Vec<String> = readouts(self.cx, chart, data, Some(&hover))
            .into_iter()
            .zip(&chart.series)
            .filter_map(|(readout, series)| {
                let text = Quantity::new(readout?.value, chart.unit?).text(&self.cx.snapshot.settings.units);
                Some(format!("{} {text}", series.full_name))
            })
            .collect();
        for value in &values {
            if menu_item(ui, self.cx.theme, &format!("Copy {value}"), Some(icons::COPY), false).clicked() {
                self.cx.ask(Intent::Copy(format!("{at} {value}")));
            }
        }
        let text = format!("Copy all values at {at}");
        if !values.is_empty() && menu_item(ui, self.cx.theme, &text, Some(icons::COPY), false).clicked() {
            self.cx.ask(Intent::Copy(format!("{at}\n{}", values.join("\n"))));
        }
        if values.is_empty() {
            let text = self.cx.theme.colored(TextRole::Small, "No value here", self.cx.theme.color.t3);
            ui.label(text);
        }
    }

    fn axis(&self, painter: &Painter, rect: Rect, map: &Mapping, ticks: &[TimeTick]) {
        let c = &self.cx.theme.color;
        painter.rect_filled(rect.with_min_y(rect.top() + 1.0), 0.0, c.bg_panel);
        painter.hline(map.rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, c.line));
        let font = self.cx.theme.font(TextRole::Micro);
        for tick in ticks {
            let x = map.x(tick.at.as_millis() as f64);
            let is_covered = self.panel.hover.is_some_and(|hover| (map.x(hover.millis) - x).abs() < 58.0);
            if x > map.rect.left() + 16.0 && x < map.rect.right() - 92.0 && !is_covered {
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
    fn live_edge(
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

    /// One line through everything, dots on the curves, the time on the axis, the level in the hovered chart.
    fn crosshair(
        &self,
        painter: &Painter,
        body: Rect,
        axis: Rect,
        map: &Mapping,
        charts: &[ChartState],
        data: &[Option<&ViewData>],
    ) {
        let Some(hover) = self.panel.hover else { return };
        let theme = self.cx.theme;
        let x = map.x(hover.millis);
        if !map.rect.x_range().contains(x) {
            return;
        }
        painter.vline(x.round() + 0.5, self.rect.top()..=axis.top() + 4.0, Stroke::new(1.0, theme.color.crosshair));
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
    }

    /// The span being chosen by a box; it is shown when the button is let go, and given up by Escape.
    fn box_ui(&mut self, ui: &Ui, painter: &Painter, body: Rect, map: &Mapping) {
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
