//! The newest spans in which the rule would have fired, each on a chart of its own.

use std::cell::RefCell;

use eframe::egui::{Align2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::fired::{VIEW, bounds, levels, number_badge, span_shapes, style, unit};
use super::words::{lasting_words, value_words};
use crate::model::alert::{Backtest, BacktestSpan, Rule};
use crate::model::{SeriesId, Timestamp, ViewId};
use crate::ui::chart::time_axis::{clock_in, full_stamp};
use crate::ui::chart::{Mapping, MeshCache, Zone};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, text_at};
use crate::ui::{Intent, PanelCx};

const HEAD: f32 = 32.0;
const PLOT: f32 = 88.0;
const FOOT: f32 = 26.0;

/// Draws the strips side by side; a click shows one on the charts.
pub fn strips_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    meshes: &RefCell<MeshCache>,
    rule: &Rule,
    backtest: &Backtest,
    newest: &[BacktestSpan],
) {
    if newest.is_empty() {
        return;
    }
    let theme = cx.theme;
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD + PLOT + FOOT), Sense::hover());
    let line = Stroke::new(1.0, theme.color.line);
    ui.painter().hline(whole.x_range(), whole.top().round() + 0.5, line);
    let width = whole.width() / super::fired::SHOWN as f32;
    for (i, span) in newest.iter().enumerate() {
        let left = whole.left() + i as f32 * width;
        let cell =
            Rect::from_min_size(pos2(left.round(), whole.top() + 1.0), vec2(width.floor(), whole.height() - 1.0));
        strip_ui(cx, ui, meshes, rule, backtest, (i, span), cell);
        if i > 0 {
            ui.painter().vline(cell.left() + 0.5, cell.y_range(), line);
        }
    }
}

/// When it began: "Today, 14:28", "Thu 19 Nov, 02:14".
fn began(at: Timestamp, now: Timestamp, zone: Zone) -> String {
    if zone.day(at) == zone.day(now) {
        return format!("Today, {}", clock_in(at, zone, false));
    }
    let full = full_stamp(at, zone);
    // The year is known from the axis, and seconds say nothing here.
    match full.split_once(", ") {
        Some((date, time)) => {
            format!("{}, {}", date.get(..date.len().saturating_sub(5)).unwrap_or(date), &time[..5.min(time.len())])
        }
        None => full,
    }
}

fn strip_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    meshes: &RefCell<MeshCache>,
    rule: &Rule,
    backtest: &Backtest,
    (i, span): (usize, &BacktestSpan),
    cell: Rect,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(cell, ui.scope_id().with(("strip", span.start, &*span.instance)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(cell, 0.0, c.bg_hover);
    }
    let units = &cx.snapshot.settings.units;
    let lasted = span.end.unwrap_or(backtest.range.end).since(span.start);
    let so_far = if span.end.is_none() { " so far" } else { "" };
    let detail = format!("{}{so_far}, worst {}", lasting_words(lasted), value_words(span.worst, unit(rule), units));
    let head = pos2(cell.left() + 16.0, cell.top() + HEAD / 2.0 + 2.0);
    number_badge(theme, ui.painter(), rule, i + 1, pos2(head.x + 8.0, head.y));
    let right = ui.painter().layout_no_wrap(detail.clone(), theme.font(TextRole::Small), c.t2);
    let right_left = cell.right() - 12.0 - right.size().x;
    let mut title = began(span.start, cx.now, Zone::LOCAL);
    if backtest.n_instances > 1 && !span.instance.is_empty() {
        title = format!("{title}, {}", span.instance);
    }
    let title_place = Rect::from_min_max(pos2(head.x + 22.0, head.y - 10.0), pos2(right_left - 6.0, head.y + 10.0));
    text_at(ui.painter(), theme, title_place, &title, TextRole::SmallStrong, c.t1);
    ui.painter().galley(pos2(right_left, head.y - right.size().y / 2.0), right, c.t2);
    let plot = Rect::from_min_max(
        pos2(cell.left() + 16.0, cell.top() + HEAD),
        pos2(cell.right() - 12.0, cell.top() + HEAD + PLOT),
    );
    let (low, high) = bounds(rule, span.curve.as_deref().into_iter());
    let map = Mapping::new(plot, span.range, low, if high > low { low + (high - low) * 1.06 } else { low + 1.0 });
    let painter = ui.painter();
    painter.hline(plot.x_range(), plot.bottom().round() + 0.5, Stroke::new(1.0, c.line));
    painter.extend(span_shapes(theme, rule, plot, &map, span, backtest.range.end));
    if let Some(curve) = &span.curve {
        let id = (ViewId(VIEW + 1 + i as u64), SeriesId(0));
        let pixels = ui.ctx().pixels_per_point();
        let mesh = meshes.borrow_mut().get(id.0, id.1, &curve.buckets, map, style(theme), pixels);
        painter.with_clip_rect(plot.expand(2.0).intersect(ui.clip_rect())).add(Shape::Mesh(mesh));
    }
    painter.extend(levels(theme, rule, plot, &map));
    let font = theme.font(TextRole::Micro);
    let middle = Timestamp::from_millis((span.range.start.as_millis() + span.range.end.as_millis()) / 2);
    for (at, align, x) in [
        (span.range.start, Align2::LEFT_TOP, plot.left()),
        (middle, Align2::CENTER_TOP, plot.center().x),
        (span.range.end, Align2::RIGHT_TOP, plot.right()),
    ] {
        painter.text(pos2(x, plot.bottom() + 5.0), align, clock_in(at, Zone::LOCAL, false), font.clone(), c.t3);
    }
    focus_ring(ui, theme, &response, theme.radius.bar);
    let name = format!("Firing {}: {title}, {detail}", i + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.clicked() {
        cx.ask(Intent::ShowPeriod(span.range));
    }
    response.on_hover_text("Show this time on the charts");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_its_day_and_time() {
        let now = Timestamp::from_millis(1_795_444_448_000);
        assert_eq!(began(now, now, Zone::UTC), "Today, 14:34");
        let before = now.minus(std::time::Duration::from_secs(4 * 86_400));
        assert_eq!(began(before, now, Zone::UTC), "Thu 19 Nov, 14:34");
    }
}
