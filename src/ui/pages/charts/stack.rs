//! The stack: charts over one time axis, flags above, one crosshair through all of it.

use eframe::egui::{PointerButton, Rect, ScrollArea, Shape, Stroke, Ui, UiBuilder, pos2, vec2};

use super::ChartsPanel;
use super::chart_ui::{ChartState, GUTTER, Hover, PlotArgs, RIGHT, drawn, plot_ui, reach_millis, readouts};
use super::edit::Edit;
use super::flags;
use super::head::{HeadAsks, HeadLayout, head_layout, head_ui};
use super::menu::busy_of;
use super::notes;
use super::page_model::{ChartModel, PageModel};
use crate::model::{Annotation, Snapshot, TimeRange, Timestamp, ViewData, ViewRange, ViewRequest};
use crate::ui::PanelCx;
use crate::ui::chart::geometry::nearest;
use crate::ui::chart::time_axis::{TimeTick, time_ticks};
use crate::ui::chart::{Mapping, Viewport};
use crate::ui::widgets::{empty_state, panel_in};

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

/// The stack while it is drawn.
pub(super) struct Stack<'a, 'c> {
    pub(super) cx: &'a PanelCx<'c>,
    pub(super) panel: &'a mut ChartsPanel,
    pub(super) answers: &'a Snapshot,
    pub(super) model: &'a PageModel,
    pub(super) rect: Rect,
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
        let x_of = |at: Timestamp| {
            let share = (at.as_millis() - range.start.as_millis()) as f32 / (range.span().as_millis() as f32).max(1.0);
            share * width
        };
        // A gap that is narrower than a point cannot be seen, and its flag would point at nothing.
        let seen: Vec<TimeRange> = gaps.into_iter().filter(|gap| x_of(gap.end) - x_of(gap.start) >= 1.0).collect();
        let shown_notes = self.panel.notes.shown(&self.answers.annotations);
        let notes: Vec<&Annotation> = notes::in_range(&shown_notes, range).collect();
        let marks = flags::marks(self.cx.theme, &notes);
        let flags = flags::flags(&seen, notes, &self.answers.annotations, &self.cx.snapshot.health);
        // In a narrow window the lane gives its place to the charts where it would be empty.
        let lane = if flags.is_empty() && self.cx.is_compact { 0.0 } else { flags::LANE };
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

        // The lines through all charts stand behind the words of the heads: their place is kept free here.
        let behind = ui.painter().add(Shape::Noop);
        let mut child = ui.new_child(UiBuilder::new().max_rect(body));
        child.set_clip_rect(body.intersect(ui.clip_rect()));
        child.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let scroll = ScrollArea::vertical().id_salt("charts-stack").auto_shrink(false);
        scroll.show(&mut child, |ui| {
            let sizes = (self.rect.width(), plot_height);
            self.charts(ui, charts, heads, &data, (range, &ticks, &marks), sizes);
        });

        let x_map = Mapping::new(Rect::from_x_y_ranges(plot_x, body.y_range()), range, 0.0, 1.0);
        if lane > 0.0 {
            let lane = Rect::from_min_max(self.rect.min, pos2(self.rect.right(), body.top()));
            ui.painter().hline(lane.x_range(), lane.bottom() - 0.5, Stroke::new(1.0, self.cx.theme.color.line));
            let plot_lane = Rect::from_x_y_ranges(x_map.rect.x_range(), lane.y_range());
            let clock = (self.cx.now, self.panel.zone);
            let mut child = ui.new_child(UiBuilder::new().max_rect(lane));
            if let Some(ask) = flags::flags_ui(&mut child, self.cx.theme, plot_lane, &x_map, &flags, clock) {
                self.panel.note_asks.push(ask);
            }
        }
        let overlay = ui.painter().with_clip_rect(self.rect);
        self.axis(&overlay, axis_rect, &x_map, &ticks);
        let mut lines = self.inspected(&overlay, body, axis_rect, &x_map, charts);
        self.live_edge(&overlay, body, axis_rect, &x_map, charts, &data);
        lines.extend(self.crosshair(&overlay, body, axis_rect, &x_map, charts, &data));
        overlay.set(behind, Shape::Vec(lines));
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
        (range, ticks, marks): (TimeRange, &[TimeTick], &[flags::Mark]),
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
                marks,
                alerts: &self.panel.alerts,
                may_pan,
            };
            let (bottom, top) = state.axis().map_or((0.0, 1.0), |axis| (axis.bottom, axis.top));
            let map = Mapping::new(plot_rect, range, bottom, top);
            let answer = plot_ui(self.cx, ui, &self.panel.cache, &args);
            moved_to = answer.moved_to.or(moved_to);
            self.take_input(ui, &answer.response, &map, (i, chart, data[i]));
        }
        if let Some((start, end)) = moved_to {
            let mut viewport = self.panel.viewport(self.cx);
            viewport.show(start, end, ChartsPanel::held(self.cx));
            self.panel.viewport = Some(viewport);
        }
    }

    /// Opens the inspector where a chart was clicked: on the curve nearest to the pointer.
    fn inspect(&mut self, ui: &Ui, hover: Hover, map: &Mapping, (chart, data): (&ChartModel, Option<&ViewData>)) {
        let busy = busy_of(self.cx, chart);
        let pointer = hover.in_chart.map(|(_, y)| map.value_at(y) as f32);
        let reach = data.map_or(0.0, |data| reach_millis(self.cx, data, None));
        let nearby = drawn(chart, data).filter_map(|(_, curve)| {
            let bucket = nearest(&curve.buckets, hover.millis, reach)?;
            let away = pointer.map_or(0.0, |value| (bucket.min - value).max(value - bucket.max).max(0.0));
            Some((curve.series, *bucket, away))
        });
        let step = data.map_or(self.cx.snapshot.interval, |data| data.step);
        match nearby.min_by(|a, b| a.2.total_cmp(&b.2)) {
            Some((series, bucket, _)) => {
                self.panel.inspect_bucket(self.cx, ui.ctx(), (series, &bucket, step), busy);
            }
            None => self.panel.inspect_moment(self.cx, Timestamp::from_millis(hover.millis as i64), busy),
        }
    }

    fn take_input(
        &mut self,
        ui: &Ui,
        response: &eframe::egui::Response,
        map: &Mapping,
        (index, chart, data): (usize, &ChartModel, Option<&ViewData>),
    ) {
        let shifts = ui.input(|i| i.modifiers.shift);
        if response.double_clicked() {
            // The first of the two clicks opened the inspector: it was not meant.
            self.panel.leave_seek(self.cx);
            self.panel.inspector.restore(self.panel.inspected_before);
            self.panel.viewport = Some(Viewport::live(self.cx.range));
        } else if let Some(hover) = self.panel.hover.filter(|_| response.clicked() && !shifts) {
            self.panel.inspected_before = self.panel.inspector.at();
            self.inspect(ui, hover, map, (chart, data));
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
        if response.context_menu(|ui| self.menu_ui(ui, millis, chart, data)).is_none() {
            self.panel.menu_at = None;
        }
    }
}
