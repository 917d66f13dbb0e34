//! The list of traces: name, when, how long with a bar, spans, errors.

use std::sync::Arc;

use eframe::egui::{
    Key, Modifiers, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::ServicesPanel;
use super::super::words::{counted, moment_words, span_words};
use crate::model::quantity::decimals;
use crate::model::service::{Service, TraceAnswer, TraceFilter, TraceHead};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{empty_state, number_cell, row_ground, text_at};

/// Where the columns stand, from the right.
struct Columns {
    name: Rangef,
    service: Rangef,
    at: Rangef,
    bar: Rangef,
    duration: Rangef,
    spans: Rangef,
    errors: Rangef,
}

impl Columns {
    fn new(rect: Rect, is_compact: bool) -> Self {
        let right = rect.right() - 16.0;
        let mut x = right;
        let mut take = |width: f32| {
            let range = Rangef::new(x - width, x);
            x -= width + 16.0;
            range
        };
        let errors = take(56.0);
        let spans = take(48.0);
        let duration = take(72.0);
        let bar = take(if is_compact { 72.0 } else { 120.0 });
        let at = take(84.0);
        let service = take(if is_compact { 88.0 } else { 128.0 });
        let name = Rangef::new(rect.left() + 16.0, x.max(rect.left() + 116.0));
        Self { name, service, at, bar, duration, spans, errors }
    }
}

/// Draws the list.
pub(super) fn heads_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    answer: &Arc<TraceAnswer>,
    service: &Service,
) {
    let theme = cx.theme;
    let words = panel.traces.filter.to_lowercase();
    let fits = |head: &&TraceHead| words.split_whitespace().all(|word| head.name.to_lowercase().contains(word));
    let shown: Vec<&TraceHead> = answer.traces.iter().filter(fits).collect();
    keys(ui, panel, &shown);
    let columns = Columns::new(rect, cx.is_compact);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme.size.table_head));
    head_ui(cx, ui, head, &columns);
    let body = rect.with_min_y(head.bottom());
    if shown.is_empty() {
        empty_ui(cx, ui, body, panel, answer, service);
        return;
    }
    let longest = shown.iter().map(|head| head.duration).max().unwrap_or_default().as_secs_f64().max(1e-9);
    let height = theme.frame(cx.is_compact).row;
    let mut area = ScrollArea::vertical().id_salt("traces").auto_shrink(false);
    if let Some(i) = panel.traces.scroll_to.take() {
        let middle = (i as f32 + 0.5) * height - body.height() / 2.0;
        area = area.vertical_scroll_offset(middle.clamp(0.0, (shown.len() as f32 * height - body.height()).max(0.0)));
    }
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(body.intersect(ui.clip_rect()));
        area.show_viewport(ui, |ui, viewport| {
            ui.set_width(body.width());
            ui.set_height(shown.len() as f32 * height);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / height).floor().max(0.0) as usize;
            let last = ((viewport.max.y / height).ceil().max(0.0) as usize).min(shown.len());
            for (i, head) in shown.iter().enumerate().take(last).skip(first) {
                let at = pos2(body.left(), top + i as f32 * height);
                let row = Rect::from_min_size(at, vec2(body.width(), height));
                let is_chosen = panel.traces.chosen.as_ref() == Some(&head.id);
                if row_ui(cx, ui, row, &columns, head, longest, is_chosen) {
                    panel.traces.open(head.id.clone());
                }
            }
        });
    });
}

/// Up and down choose a trace, Enter opens it.
fn keys(ui: &Ui, panel: &mut ServicesPanel, shown: &[&TraceHead]) {
    if ui.ctx().text_edit_focused() || ui.any_popup_open() || panel.watch.is_open() {
        return;
    }
    let Some(chosen) = panel.traces.chosen.clone() else { return };
    let take = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let at = shown.iter().position(|head| head.id == chosen);
    if take(Key::Escape) {
        panel.traces.chosen = None;
    } else if at.is_some() && take(Key::Enter) {
        panel.traces.open(chosen);
    } else {
        let to = match at {
            Some(at) if take(Key::ArrowDown) => (at + 1).min(shown.len().saturating_sub(1)),
            Some(at) if take(Key::ArrowUp) => at.saturating_sub(1),
            _ => return,
        };
        panel.traces.chosen = shown.get(to).map(|head| head.id.clone());
        panel.traces.scroll_to = Some(to);
    }
}

fn head_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, columns: &Columns) {
    let theme = cx.theme;
    let c = &theme.color;
    for y in [rect.top().round() + 0.5, rect.bottom().round() - 0.5] {
        ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, c.line));
    }
    let role = TextRole::SmallStrong;
    for (x, text) in [(columns.name, "Trace"), (columns.service, "Began in"), (columns.at, "At")] {
        text_at(ui.painter(), theme, Rect::from_x_y_ranges(x, rect.y_range()), text, role, c.t2);
    }
    for (x, text) in [(columns.duration, "Duration"), (columns.spans, "Spans"), (columns.errors, "Errors")] {
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(x, rect.y_range()), text, role, c.t2);
    }
}

/// One trace; true when it was clicked.
fn row_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    rect: Rect,
    columns: &Columns,
    head: &TraceHead,
    longest: f64,
    is_chosen: bool,
) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(rect, ui.scope_id().with(("trace", &*head.id)), Sense::CLICK);
    let duration = span_words(head.duration);
    let errors = if head.n_errors > 0 {
        format!(", {} failed", counted(u64::from(head.n_errors), "span"))
    } else {
        String::new()
    };
    let label = format!("Trace {}, {duration}{errors}", head.name);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &label));
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let cell = |x: Rangef| Rect::from_x_y_ranges(x, rect.y_range());
    let mut name = cell(columns.name);
    if head.n_errors > 0 {
        let at = pos2(name.left() + 7.0, name.center().y);
        icons::fill::X_CIRCLE.paint(ui.painter(), at, 14.0, c.critical);
        name.min.x += 20.0;
    }
    text_at(ui.painter(), theme, name, &head.name, TextRole::Code, c.t1);
    text_at(ui.painter(), theme, cell(columns.service), &head.service, TextRole::Body, c.t2);
    let at = moment_words(head.at, cx.now);
    text_at(ui.painter(), theme, cell(columns.at), &at, TextRole::Small, c.t2);
    let share = head.duration.as_secs_f64() / longest;
    let color = if head.n_errors > 0 { c.critical } else { theme.series_color(3) };
    super::super::sheet::bar(ui, theme, cell(columns.bar), share, color);
    number_cell(ui.painter(), theme, cell(columns.duration), &duration, TextRole::Body, c.t1);
    let spans = decimals(f64::from(head.n_spans), 0);
    number_cell(ui.painter(), theme, cell(columns.spans), &spans, TextRole::Body, c.t1);
    let (errors, color) = if head.n_errors > 0 { (head.n_errors.to_string(), c.critical) } else { ("0".into(), c.t3) };
    number_cell(ui.painter(), theme, cell(columns.errors), &errors, TextRole::Body, color);
    let is_clicked = response.clicked();
    if !head.has_root {
        response.on_hover_text("Its first span was not seen: it is named by its earliest");
    }
    is_clicked
}

fn empty_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    body: Rect,
    panel: &mut ServicesPanel,
    answer: &TraceAnswer,
    service: &Service,
) {
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        if !answer.traces.is_empty() {
            if empty_state(ui, cx.theme, "No trace matches", "Change the filter, or clear it", Some("Show all traces"))
            {
                panel.traces.filter.clear();
            }
        } else if answer.question.filter == TraceFilter::Failed {
            empty_state(ui, cx.theme, "No trace failed", "Of those that are kept none has a span with an error", None);
        } else if !answer.question.span_name.is_empty() {
            let text = format!("Of the traces that are kept none has a span called {}", answer.question.span_name);
            if empty_state(ui, cx.theme, "No such trace", &text, Some("Show every name")) {
                panel.asking.span_name = "".into();
            }
        } else {
            let text = format!("{} sends no spans yet: its SDK sends them once a traces exporter is set", service.name);
            if empty_state(ui, cx.theme, "No traces yet", &text, Some("Show how")) {
                panel.begin_adding();
            }
        }
    });
}
