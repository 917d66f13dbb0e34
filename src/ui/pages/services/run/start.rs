//! The start as a small waterfall: until it answered, then each step of the warm-up; live while it goes on.

use std::time::Duration;

use eframe::egui::{
    Align2, Color32, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::words::time_words;
use super::lanes::{Lane, Lanes};
use super::words::{start_words, step_words, usual_seconds};
use crate::model::Unit;
use crate::model::run::{RunState, RunStepState};
use crate::ui::PanelCx;
use crate::ui::chart::value_axis::ValueAxis;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, number_cell, panel_head, text_at};

/// Height of a lane, and of the words of its error below it.
const LANE: f32 = 26.0;
const ERROR: f32 = 18.0;
/// Height of the axis.
const AXIS: f32 = 24.0;
/// Width of what stands right of the bars.
const TOLD: f32 = 148.0;
/// How often a start that goes on is drawn anew.
const LIVE: Duration = Duration::from_millis(100);

/// The height that the lanes take, without the panel's head.
pub(super) fn height(lanes: &Lanes) -> f32 {
    AXIS + lanes.lanes.iter().map(lane_height).sum::<f32>() + 10.0
}

fn lane_height(lane: &Lane) -> f32 {
    if lane.error.is_empty() { LANE } else { LANE + ERROR }
}

/// Draws the panel into `rect`.
pub(super) fn start_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, run: &RunState, lanes: Option<&Lanes>) {
    let theme = cx.theme;
    let hint = match lanes {
        None => String::new(),
        Some(lanes) => match lanes.ready {
            Some(ready) => format!("ready after {}", start_words(ready)),
            None if lanes.is_live => "goes on".into(),
            None => "did not become ready".into(),
        },
    };
    panel_head(ui, theme, cx.is_compact, "Start", &hint, |_| {});
    let body = Rect::from_min_max(pos2(rect.left(), ui.cursor().top()), rect.max);
    let Some(lanes) = lanes else {
        let place = Rect::from_min_size(body.min + vec2(16.0, 10.0), vec2(body.width() - 32.0, 20.0));
        let text = "It was not started yet. How long each part takes stands here once it is";
        text_at(ui.painter(), theme, place, text, TextRole::Small, theme.color.t3);
        return;
    };
    if lanes.is_live && !cx.is_paused {
        ui.ctx().request_repaint_after(LIVE);
    }
    let names = (body.width() * 0.3).clamp(120.0, 260.0);
    let time = Rangef::new(body.left() + names, body.right() - TOLD);
    let (axis, below) = body.split_top_bottom_at_y(body.top() + AXIS);
    let usual = usual_seconds(&run.starts).filter(|usual| *usual <= lanes.length);
    axis_ui(cx, ui, axis, body, time, lanes, usual);
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        ui.set_clip_rect(below.intersect(ui.clip_rect()));
        ScrollArea::vertical().id_salt("run start").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (i, lane) in lanes.lanes.iter().enumerate() {
                let size = vec2(below.width(), lane_height(lane));
                let (row, _) = ui.allocate_exact_size(size, Sense::hover());
                lane_ui(cx, ui, row, time, lanes, i);
            }
            ui.add_space(6.0);
        });
    });
}

fn axis_ui(cx: &PanelCx<'_>, ui: &Ui, head: Rect, whole: Rect, time: Rangef, lanes: &Lanes, usual: Option<f64>) {
    let theme = cx.theme;
    let c = &theme.color;
    let axis = ValueAxis::new(0.0, lanes.length, 5, Unit::Seconds, &cx.snapshot.settings.units);
    let font = theme.font(TextRole::Micro);
    let x_of = |seconds: f64| (time.min + time.span() * (seconds / lanes.length) as f32).round() + 0.5;
    for (value, label) in axis.ticks.iter().filter(|(value, _)| *value <= lanes.length * 1.001) {
        let x = x_of(*value);
        ui.painter().vline(x, head.bottom()..=whole.bottom(), Stroke::new(1.0, c.line_subtle));
        let text = if *value == 0.0 { format!("0\u{2009}{}", axis.unit) } else { label.clone() };
        let align = if *value == 0.0 { Align2::LEFT_CENTER } else { Align2::CENTER_CENTER };
        ui.painter().text(pos2(x, head.center().y), align, text, font.clone(), c.t3);
    }
    ui.painter().hline(head.x_range(), head.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
    if let Some(usual) = usual {
        let x = x_of(usual);
        ui.painter().vline(x, head.bottom()..=whole.bottom(), Stroke::new(1.0, c.line_strong));
        let place = Rect::from_min_max(pos2(time.max + 12.0, head.top()), pos2(whole.right() - 16.0, head.bottom()));
        let text = format!("usual {}", start_words(usual));
        number_cell(ui.painter(), theme, place, &text, TextRole::Micro, c.t3);
    }
}

/// What stands behind a lane: repeats and seconds.
fn told(lane: &Lane) -> String {
    let took = lane.span.map(|(from, to)| time_words(Some(to - from)));
    let word = step_words(lane.state).1;
    match (lane.repeats, took) {
        ((_, 0), Some(took)) => took,
        ((done, all), Some(took)) => format!("{done} of {all}, {took}"),
        (_, None) => word.to_owned(),
    }
}

fn lane_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, time: Rangef, lanes: &Lanes, i: usize) {
    let theme = cx.theme;
    let c = &theme.color;
    let lane = &lanes.lanes[i];
    let (mark, word) = step_words(lane.state);
    let row = Rect::from_min_size(rect.min, vec2(rect.width(), LANE));
    let response = ui.interact(rect, ui.scope_id().with(("lane", i)), Sense::hover());
    let told = told(lane);
    let mut label = format!("{}: {word}, {told}", lane.name);
    if lane.is_lazy {
        label.push_str(", nobody waits for it");
    }
    if !lane.error.is_empty() {
        label.push_str(&format!(": {}", lane.error));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &label));
    mark.icon.paint(ui.painter(), pos2(row.left() + 24.0, row.center().y), 14.0, mark.tone.icon_color(theme));
    let name = Rect::from_min_max(pos2(row.left() + 40.0, row.top()), pos2(time.min - 12.0, row.bottom()));
    let is_yet = lane.span.is_none();
    let color = if is_yet { c.t3 } else { c.t1 };
    let width = text_at(ui.painter(), theme, name, &lane.name, TextRole::Body, color);
    if lane.is_lazy && width + 40.0 < name.width() {
        let behind = name.with_min_x(name.left() + width + 8.0);
        text_at(ui.painter(), theme, behind, "lazy", TextRole::Micro, c.t3);
    }
    if let Some((from, to)) = lane.span {
        let x = |seconds: f64| time.min + time.span() * (seconds / lanes.length).clamp(0.0, 1.0) as f32;
        let bar = Rect::from_min_max(
            pos2(x(from), row.center().y - 5.0),
            pos2(x(to).max(x(from) + 2.0), row.center().y + 5.0),
        );
        ui.painter().rect_filled(bar, f32::from(theme.radius.bar), bar_color(cx, lane, i));
    }
    let behind = Rect::from_min_max(pos2(time.max + 12.0, row.top()), pos2(row.right() - 16.0, row.bottom()));
    number_cell(ui.painter(), theme, behind, &told, TextRole::Small, if is_yet { c.t3 } else { c.t2 });
    if !lane.error.is_empty() {
        let below = Rect::from_min_max(pos2(name.left(), row.bottom() - 4.0), pos2(rect.right() - 16.0, rect.bottom()));
        text_at(ui.painter(), theme, below, &lane.error, TextRole::Small, Tone::Critical.colors(theme).0);
    }
    response.on_hover_text(label);
}

fn bar_color(cx: &PanelCx<'_>, lane: &Lane, i: usize) -> Color32 {
    let theme = cx.theme;
    match lane.state {
        RunStepState::Failed => theme.color.critical,
        RunStepState::Running => theme.color.accent,
        _ if i == 0 => theme.series_color(0),
        _ if lane.is_lazy => theme.series_color(8),
        _ => theme.series_color(6),
    }
}
