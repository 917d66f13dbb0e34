//! One span in the side panel: its times, its error, its attributes, and what was logged while it ran.

use std::time::Duration;

use eframe::egui::{Align, Label, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::super::words::{kind_words, log_mark, log_words, moment_words, span_words};
use crate::model::service::{LogLine, SpanRow, Trace};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, Problem, hairline, problem_line, state_mark, text_at};
use crate::ui::{Intent, PanelCx, icons};

/// Clocks of one machine disagree by no more than this between a span and its lines.
const SLACK: Duration = Duration::from_millis(1);

/// Draws the panel; true when it is to be closed.
pub(super) fn span_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, span: &SpanRow, trace: &Trace) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let mut closes = false;
    let inner = rect.shrink2(vec2(16.0, 8.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                closes = IconButton::new(icons::X, "Close the span").side(24.0).show(ui, theme).clicked();
                if IconButton::new(icons::COPY, "Copy the span").side(24.0).show(ui, theme).clicked() {
                    cx.ask(Intent::Copy(as_text(span)));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(theme.text(TextRole::Title, &*span.name)).truncate());
                });
            });
        });
        ScrollArea::vertical().id_salt("span").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            if let Some(error) = &span.error {
                problem_line(ui, theme, Problem::Error(error), ui.available_width() - 8.0);
            }
            let share = span.duration.as_secs_f64() / trace.head.duration.as_secs_f64().max(1e-9);
            // A span that outlives the request is no part of it.
            let share = if share <= 1.0 {
                format!(", {}\u{2009}% of the trace", crate::model::quantity::decimals(share * 100.0, 0))
            } else {
                String::new()
            };
            let facts = [
                ("Service", span.service.to_string()),
                ("Kind", kind_words(span.kind).to_owned()),
                ("Begins after", span_words(span.offset)),
                ("Takes", format!("{}{share}", span_words(span.duration))),
                ("Of its own", span_words(span.own)),
            ];
            for (name, value) in facts {
                fact_ui(cx, ui, name, &value);
            }
            ui.add_space(6.0);
            hairline(ui, theme);
            ui.add_space(4.0);
            ui.label(theme.text(TextRole::Heading, "Attributes"));
            if span.attributes.is_empty() {
                ui.label(theme.colored(TextRole::Small, "It carries none", c.t3));
            }
            for (name, value) in span.attributes.iter() {
                ui.add(Label::new(theme.colored(TextRole::Small, &**name, c.t2)).truncate());
                ui.add(Label::new(theme.text(TextRole::Code, &**value)).wrap());
            }
            ui.add_space(6.0);
            hairline(ui, theme);
            ui.add_space(4.0);
            logs_ui(cx, ui, span, trace);
        });
    });
    closes
}

fn fact_ui(cx: &PanelCx<'_>, ui: &mut Ui, name: &str, value: &str) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let (left, right) = rect.split_left_right_at_x(rect.left() + 88.0);
    text_at(ui.painter(), theme, left, name, TextRole::Small, theme.color.t2);
    text_at(ui.painter(), theme, right, value, TextRole::Small, theme.color.t1);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
}

/// The lines that its service wrote while it ran; of the whole trace where there are none.
fn logs_ui(cx: &PanelCx<'_>, ui: &mut Ui, span: &SpanRow, trace: &Trace) {
    let theme = cx.theme;
    let c = &theme.color;
    let start = trace.head.at.plus(span.offset).minus(SLACK);
    let end = trace.head.at.plus(span.offset + span.duration).plus(SLACK);
    let is_own = |line: &&LogLine| line.service == span.service && (start..=end).contains(&line.at);
    let own: Vec<&LogLine> = trace.logs.iter().filter(is_own).collect();
    let (title, lines) = match own.is_empty() {
        false => ("Logs while it ran", own),
        true => ("Logs of the trace", trace.logs.iter().collect()),
    };
    ui.label(theme.text(TextRole::Heading, title));
    if lines.is_empty() {
        ui.label(theme.colored(TextRole::Small, "No line carries this trace’s id", c.t3));
    }
    for line in lines.into_iter().take(100) {
        ui.horizontal(|ui| {
            state_mark(ui, theme, log_mark(line.level), log_words(line.level));
            ui.label(theme.colored(TextRole::Small, moment_words(line.at, cx.now), c.t3));
        });
        ui.add(Label::new(theme.text(TextRole::Code, &*line.text)).wrap());
    }
}

fn as_text(span: &SpanRow) -> String {
    let mut text =
        format!("{} ({}), {}, own {}\n", span.name, span.service, span_words(span.duration), span_words(span.own));
    if let Some(error) = &span.error {
        text.push_str(&format!("failed: {error}\n"));
    }
    for (name, value) in span.attributes.iter() {
        text.push_str(&format!("{name} = {value}\n"));
    }
    text
}
