//! One trace whole: its spans as bars on a time axis, the time of their own in full colour, errors by icon and colour.

use std::sync::Arc;

use eframe::egui::{
    Align, Align2, Key, Layout, Modifiers, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::super::ServicesPanel;
use super::super::words::{counted, moment_words, span_words, time_words};
use super::folds::{has_children, parent};
use super::span::span_ui;
use super::{Traces, loading_ui};
use crate::model::Unit;
use crate::model::service::{SpanRow, Trace, TraceAnswer};
use crate::ui::chart::value_axis::ValueAxis;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, empty_state, row_ground, text_at};
use crate::ui::{Intent, PanelCx, icons};

/// Height of a span.
const ROW: f32 = 24.0;
/// Points that a level stands further in, and how deep that goes.
const LEVEL: f32 = 12.0;
const DEEPEST: u16 = 12;
/// Width of the side panel.
const SIDE: f32 = 320.0;
/// Opacity of the time that is spent in what a span calls.
const CALLED_SHARE: f32 = 0.38;

/// Draws the open trace, or what stands in its place.
pub(super) fn open_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    answer: Option<&TraceAnswer>,
) {
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 44.0));
    let body = rect.with_min_y(head.bottom());
    let trace = answer.and_then(|answer| answer.open.clone());
    head_ui(cx, ui, head, panel, trace.as_deref());
    let Some(trace) = trace else {
        if answer.is_none() {
            loading_ui(cx, ui, body, "Opening the trace…");
            return;
        }
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            let text = "It went for newer ones: the slowest and the failed are kept longest";
            if empty_state(ui, cx.theme, "This trace is not kept any more", text, Some("Back to the traces")) {
                panel.traces.close();
            }
        });
        return;
    };
    panel.traces.lanes.refresh(&trace);
    keys(ui, &mut panel.traces, &trace);
    let is_searching = !panel.traces.search.trim().is_empty();
    panel.traces.folds.refresh(&trace.spans, is_searching);
    let side = panel.traces.span.and_then(|i| trace.spans.get(i)).filter(|_| rect.width() > SIDE + 300.0);
    let split = body.right() - if side.is_some() { SIDE } else { 0.0 };
    let (left, right) = body.split_left_right_at_x(split);
    lanes_ui(cx, ui, left, &mut panel.traces, &trace);
    if let Some(span) = side {
        ui.painter().vline(right.left().round() + 0.5, right.y_range(), Stroke::new(1.0, cx.theme.color.line));
        if super::super::within(ui, "span", right, |ui| span_ui(cx, ui, right, span, &trace)) {
            panel.traces.span = None;
        }
    }
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, trace: Option<&Trace>) {
    let theme = cx.theme;
    let c = &theme.color;
    let inner = rect.shrink2(vec2(16.0, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if Button::secondary("All traces").icon(icons::CARET_LEFT).show(ui, theme).clicked() {
            panel.traces.close();
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let why_not = trace.is_none().then_some("The trace is not there yet");
            if Button::secondary("Copy")
                .icon(icons::COPY)
                .name("Copy the trace")
                .why_not(why_not)
                .show(ui, theme)
                .clicked()
                && let Some(trace) = trace
            {
                cx.ask(Intent::Copy(as_text(trace)));
            }
            let field = Field::new(&mut panel.traces.search, "Find in the trace").hint("Find a span or attribute");
            field.icon(icons::MAGNIFYING_GLASS).width(220.0).show(ui, theme);
            if let Some(trace) = trace.filter(|_| !panel.traces.search.trim().is_empty()) {
                let n = trace.spans.iter().filter(|span| matches(span, &panel.traces.search)).count();
                let text = format!("{n} of {}", trace.spans.len());
                ui.label(theme.colored(TextRole::Small, text, c.t3));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let Some(trace) = trace else { return };
                let head = &trace.head;
                if head.n_errors > 0 {
                    ui.label(icons::fill::X_CIRCLE.text(16.0, c.critical));
                }
                ui.add(eframe::egui::Label::new(theme.text(TextRole::Title, &*head.name)).truncate());
                let mut facts = format!(
                    "{}, {}, {}",
                    span_words(head.duration),
                    counted(trace.spans.len() as u64, "span"),
                    moment_words(head.at, cx.now)
                );
                if head.extent > head.duration {
                    facts.push_str(&format!(", its last span ends after {}", span_words(head.extent)));
                }
                if trace.n_dropped_spans > 0 {
                    facts
                        .push_str(&format!(", {} were thrown away", counted(u64::from(trace.n_dropped_spans), "span")));
                }
                ui.add(eframe::egui::Label::new(theme.colored(TextRole::Small, facts, c.t2)).truncate());
            });
        });
    });
}

/// Whether a span has these words in its name, its service, its error or its attributes.
fn matches(span: &SpanRow, search: &str) -> bool {
    let has = |text: &str, word: &str| text.to_lowercase().contains(word);
    search.to_lowercase().split_whitespace().all(|word| {
        has(&span.name, word)
            || has(&span.service, word)
            || span.error.as_ref().is_some_and(|error| has(error, word))
            || span.attributes.iter().any(|(name, value)| has(name, word) || has(value, word))
    })
}

/// Up and down choose a span; among those that are found while something is looked for. Left folds what it calls, or goes
/// to what calls it; right shows it again.
fn keys(ui: &Ui, traces: &mut Traces, trace: &Trace) {
    if ui.any_popup_open() {
        return;
    }
    let is_typing = ui.ctx().text_edit_focused();
    let take = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if !is_typing && take(Key::Escape) {
        match traces.span.take() {
            Some(_) => {}
            None => traces.close(),
        }
        return;
    }
    let is_searching = !traces.search.trim().is_empty();
    if let Some(at) = traces.span.filter(|_| !is_typing && !is_searching) {
        if take(Key::ArrowRight) {
            traces.folds.set(&trace.spans, at, false);
        } else if take(Key::ArrowLeft) {
            if has_children(&trace.spans, at) && !traces.folds.is_closed(at) {
                traces.folds.set(&trace.spans, at, true);
            } else if let Some(above) = parent(&trace.spans, at) {
                (traces.span, traces.scroll_to) = (Some(above), Some(above));
            }
        }
    }
    traces.folds.refresh(&trace.spans, is_searching);
    let shown = &traces.folds.shown;
    let is_found = |i: &usize| {
        if is_searching { matches(&trace.spans[*i], &traces.search) } else { shown.binary_search(i).is_ok() }
    };
    let down = take(Key::ArrowDown);
    let up = !down && take(Key::ArrowUp);
    let to = match traces.span {
        Some(at) if down => (at + 1..trace.spans.len()).find(is_found),
        Some(at) if up => (0..at).rev().find(is_found),
        None if down => (0..trace.spans.len()).find(is_found),
        _ => None,
    };
    if let Some(to) = to {
        traces.span = Some(to);
        traces.scroll_to = Some(to);
    }
}

fn lanes_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, traces: &mut Traces, trace: &Arc<Trace>) {
    let theme = cx.theme;
    let c = &theme.color;
    let name_width = (rect.width() * 0.36).clamp(140.0, 360.0);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme.size.table_head));
    let time = Rangef::new(rect.left() + name_width, rect.right() - 72.0);
    axis_ui(cx, ui, head, rect, time, traces.lanes.length);
    let body = rect.with_min_y(head.bottom());
    let n = traces.folds.shown.len();
    let mut area = ScrollArea::vertical().id_salt("waterfall").auto_shrink(false);
    if let Some(i) = traces.scroll_to.take().and_then(|i| traces.folds.shown.binary_search(&i).ok()) {
        let (top, bottom) = (i as f32 * ROW, (i + 1) as f32 * ROW);
        let offset = traces.scroll_offset.clamp((bottom - body.height()).max(0.0), top);
        area = area.vertical_scroll_offset(offset);
    }
    let is_searching = !traces.search.trim().is_empty();
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(body.intersect(ui.clip_rect()));
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(body.width());
            ui.set_height(n as f32 * ROW);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / ROW).floor().max(0.0) as usize;
            let last = ((viewport.max.y / ROW).ceil().max(0.0) as usize).min(n);
            for place in first..last {
                let Some(i) = traces.folds.shown.get(place).copied() else { continue };
                let span = &trace.spans[i];
                let at = pos2(body.left(), top + place as f32 * ROW);
                let row = Rect::from_min_size(at, vec2(body.width(), ROW));
                let is_faint = is_searching && !matches(span, &traces.search);
                let lane = Lane { index: i, name_width, time, is_faint };
                if lane_ui(cx, ui, row, &lane, traces, span) {
                    traces.span = if traces.span == Some(i) { None } else { Some(i) };
                }
                if has_children(&trace.spans, i) && !is_searching && fold_ui(cx, ui, row, i, traces, span) {
                    let is_closed = traces.folds.is_closed(i);
                    traces.folds.set(&trace.spans, i, !is_closed);
                }
            }
        });
        traces.scroll_offset = output.state.clamped_offset().y;
    });
    let painter = ui.painter();
    painter.vline((rect.left() + name_width).round() - 7.5, rect.y_range(), Stroke::new(1.0, c.line_subtle));
}

/// Ticks of the time since the trace's start, and the services' colours.
fn axis_ui(cx: &PanelCx<'_>, ui: &Ui, head: Rect, whole: Rect, time: Rangef, length: f64) {
    let theme = cx.theme;
    let c = &theme.color;
    for y in [head.top().round() + 0.5, head.bottom().round() - 0.5] {
        ui.painter().hline(head.x_range(), y, Stroke::new(1.0, c.line));
    }
    let name = Rect::from_min_max(pos2(head.left() + 16.0, head.top()), pos2(time.min - 12.0, head.bottom()));
    text_at(ui.painter(), theme, name, "Span", TextRole::SmallStrong, c.t2);
    let axis = ValueAxis::new(0.0, length, 5, Unit::Seconds, &cx.snapshot.settings.units);
    let font = theme.font(TextRole::Micro);
    for (value, label) in axis.ticks.iter().filter(|(value, _)| *value <= length * 1.001) {
        let x = (time.min + time.span() * (value / length) as f32).round() + 0.5;
        ui.painter().vline(x, head.bottom()..=whole.bottom(), Stroke::new(1.0, c.line_subtle));
        let text = if *value == 0.0 { format!("0\u{2009}{}", axis.unit) } else { label.clone() };
        let align = if *value == 0.0 { Align2::LEFT_CENTER } else { Align2::CENTER_CENTER };
        ui.painter().text(pos2(x, head.center().y), align, text, font.clone(), c.t3);
    }
}

/// Where and how a span is drawn.
struct Lane {
    index: usize,
    name_width: f32,
    time: Rangef,
    is_faint: bool,
}

/// Points between the margin and the first level, where the sign that folds stands.
const FOLD: f32 = 14.0;

/// The sign that folds what a span calls; true when it was clicked.
fn fold_ui(cx: &PanelCx<'_>, ui: &Ui, row: Rect, i: usize, traces: &Traces, span: &SpanRow) -> bool {
    let is_closed = traces.folds.is_closed(i);
    let x = row.left() + 16.0 + f32::from(span.depth.min(DEEPEST)) * LEVEL;
    let rect = Rect::from_center_size(pos2(x + 4.0, row.center().y), vec2(LEVEL + 6.0, ROW));
    let response = ui.interact(rect, ui.scope_id().with(("fold", i)), Sense::CLICK);
    let words = format!("{} {}", if is_closed { "Unfold" } else { "Fold" }, span.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let icon = if is_closed { icons::CARET_RIGHT } else { icons::CARET_DOWN };
    let color = if response.hovered() { cx.theme.color.t1 } else { cx.theme.color.t3 };
    icon.paint(ui.painter(), rect.center(), 12.0, color);
    let is_clicked = response.clicked();
    response.on_hover_text(words);
    is_clicked
}

/// One span; true when it was clicked.
fn lane_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, lane: &Lane, traces: &Traces, span: &SpanRow) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let is_chosen = traces.span == Some(lane.index);
    let response = ui.interact(rect, ui.scope_id().with(("span", lane.index)), Sense::CLICK);
    let duration = span_words(span.duration);
    let mut label = format!("Span {}, {duration}, own {}", span.name, span_words(span.own));
    if let Some(error) = &span.error {
        label.push_str(&format!(", failed: {error}"));
    }
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &label));
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let mut left = rect.left() + 16.0;
    for level in 0..span.depth.min(DEEPEST) {
        let x = (rect.left() + 16.0 + f32::from(level) * LEVEL + 4.0).round() + 0.5;
        ui.painter().vline(x, rect.y_range(), Stroke::new(1.0, c.line));
    }
    left += f32::from(span.depth.min(DEEPEST)) * LEVEL + FOLD;
    if span.error.is_some() {
        icons::fill::X_CIRCLE.paint(ui.painter(), pos2(left + 6.0, rect.center().y), 12.0, c.critical);
        left += 16.0;
    }
    let name = Rect::from_min_max(pos2(left, rect.top()), pos2(rect.left() + lane.name_width - 12.0, rect.bottom()));
    let color = if lane.is_faint { c.disabled } else { c.t1 };
    text_at(ui.painter(), theme, name, &span.name, TextRole::Code, color);
    let length = traces.lanes.length;
    let x = |seconds: f64| lane.time.min + lane.time.span() * (seconds / length).clamp(0.0, 1.0) as f32;
    let slot = traces.lanes.slots.get(lane.index).copied().unwrap_or(0);
    let ground = if span.error.is_some() { c.critical } else { theme.series_color(slot) };
    let full = if lane.is_faint { ground.gamma_multiply(0.3) } else { ground };
    let bar = |from: f64, to: f64, height: f32| {
        let (from, to) = (x(from), x(to));
        let y = rect.center().y;
        Rect::from_min_max(pos2(from, y - height / 2.0), pos2(to.max(from + 1.5), y + height / 2.0))
    };
    let (start, end) = (span.offset.as_secs_f64(), (span.offset + span.duration).as_secs_f64());
    ui.painter().rect_filled(bar(start, end, 10.0), 2.0, full.gamma_multiply(CALLED_SHARE));
    for (from, to) in traces.lanes.own.get(lane.index).into_iter().flatten() {
        ui.painter().rect_filled(bar(*from, *to, 10.0), 0.0, full);
    }
    let text = time_words(Some(span.duration.as_secs_f64()));
    let at = pos2(rect.right() - 12.0, rect.center().y);
    ui.painter().text(
        at,
        Align2::RIGHT_CENTER,
        text,
        theme.font(TextRole::Small),
        if lane.is_faint { c.disabled } else { c.t2 },
    );
    let is_clicked = response.clicked();
    if response.hovered() {
        response.on_hover_text(format!("{} in {}\n{duration}, own {}", span.name, span.service, span_words(span.own)));
    }
    is_clicked
}

/// The trace as text: a line for each span, indented.
fn as_text(trace: &Trace) -> String {
    let mut text = format!("{} {} {}\n", trace.head.id, trace.head.name, span_words(trace.head.duration));
    for span in trace.spans.iter() {
        let error = span.error.as_ref().map(|error| format!(", failed: {error}")).unwrap_or_default();
        text.push_str(&format!(
            "{}{} ({}) at {}, {}, own {}{error}\n",
            "  ".repeat(usize::from(span.depth)),
            span.name,
            span.service,
            span_words(span.offset),
            span_words(span.duration),
            span_words(span.own)
        ));
    }
    text
}
