//! The head of a service: banners about the page's state, the sentence, the tabs.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Label, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use super::words::level_mark;
use super::{ServicesPanel, Tab};
use crate::model::Command;
use crate::model::service::{ReceiverState, Service, ServiceCommand, ServiceLevel};
use crate::ui::chart::time_axis::about_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, banner, link, tabs};
use crate::ui::{Intent, Page, PanelCx};

/// Banners about what is old or broken; answers with the place below them.
pub(super) fn banners_ui(
    cx: &PanelCx<'_>,
    present: &PanelCx<'_>,
    ui: &mut Ui,
    place: Rect,
    panel: &mut ServicesPanel,
) -> f32 {
    let mut top = place.top();
    let mut show = |ui: &mut Ui, tone: Tone, text: &str, action: Option<&str>| {
        let rect = Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), 32.0));
        top = rect.bottom() + 12.0;
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| banner(ui, cx.theme, tone, text, action)).inner
    };
    let age = cx.snapshot.at.map(|at| cx.now.since(at)).unwrap_or_default();
    if !cx.is_paused && age > cx.snapshot.interval * 3 + Duration::from_secs(1) {
        let text = format!("These values are {}\u{2009}s old: nothing new came since", age.as_secs());
        if show(ui, Tone::Warning, &text, Some("Open Health")) {
            cx.ask(Intent::Open(Page::Health));
        }
    }
    let services = &present.snapshot.services;
    if !services.file_error.is_empty() {
        let text = format!("services.ron is not in force: {}. What was in force before goes on", services.file_error);
        show(ui, Tone::Critical, &text, None);
    }
    for (name, receiver) in [("OTLP over gRPC", &services.grpc), ("OTLP over HTTP", &services.http)] {
        // The set-up says it at length.
        let is_told = panel.is_adding || services.list.is_empty();
        if let (ReceiverState::Failed(why), false) = (&receiver.state, is_told) {
            let text = format!("{name} cannot be received on {}: {why}", receiver.address);
            if show(ui, Tone::Critical, &text, Some("Open the set-up")) {
                panel.begin_adding();
            }
        }
    }
    top
}

/// Draws sentence and tabs; answers with the place below them.
pub(super) fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    place: Rect,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) -> f32 {
    let line = sentence_ui(cx, ui, place, service);
    let rect = Rect::from_min_size(pos2(place.left(), line + 2.0), vec2(place.width(), 36.0));
    let n_checks = cx.snapshot.services.checks.iter().filter(|s| s.check.service() == &service.name).count();
    let counts = |tab| match tab {
        Tab::Routes => service.routes().len(),
        Tab::Database => service.operations().len(),
        Tab::Functions => service.spans.functions.len(),
        Tab::Errors => service.spans.errors.len(),
        Tab::Checks => n_checks,
        Tab::Summary | Tab::Traces | Tab::Logs => 0,
    };
    let words = |tab| match tab {
        Tab::Summary => "Summary",
        Tab::Routes => "Routes",
        Tab::Database => "Database",
        Tab::Functions => "Functions",
        Tab::Traces => "Traces",
        Tab::Logs => "Logs",
        Tab::Errors => "Errors",
        Tab::Checks => "Health checks",
    };
    let texts = Tab::ALL.map(|tab| match counts(tab) {
        0 => words(tab).to_owned(),
        n => format!("{} {n}", words(tab)),
    });
    let choices: Vec<(Tab, &str)> = Tab::ALL.into_iter().zip(texts.iter().map(String::as_str)).collect();
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        if tabs(ui, cx.theme, &mut panel.tab, &choices) {
            // A tab is opened on what is there now, not on the trace that was open when it was left.
            panel.traces.close();
        }
    });
    if service.level == ServiceLevel::Silent {
        let place = rect.with_min_x(rect.right() - 120.0);
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center)), |ui| {
            let off = link(ui, cx.theme, "Take off the list");
            if off.on_hover_text("Until it reports again; its history stays").clicked() {
                cx.send(Command::Service(ServiceCommand::Forget(service.name.clone())));
            }
        });
    }
    rect.bottom()
}

fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect, service: &Service) -> f32 {
    let theme = cx.theme;
    let role = if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence };
    let line = Rect::from_min_size(place.min, vec2(place.width(), theme.line_height(role)));
    let mark = level_mark(service.level);
    mark.icon.paint(ui.painter(), pos2(line.left() + 10.0, line.center().y), 20.0, mark.tone.icon_color(theme));
    let words = line.with_min_x(line.left() + 32.0);
    ui.scope_builder(UiBuilder::new().max_rect(words), |ui| {
        ui.spacing_mut().interact_size.y = line.height();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let mut aside = service.aside.to_string();
            if service.level == ServiceLevel::Silent && aside.is_empty() {
                let age = about_words(cx.now.since(service.last_at));
                aside = format!("It was last heard of {age} ago, and its history stays");
            }
            let has_both = !aside.is_empty();
            let stop = |text: &str| if has_both && !text.ends_with('.') { format!("{text}.") } else { text.to_owned() };
            // Both share the line: the aside is what gives way first.
            let sentence = theme.text(role, stop(&service.sentence));
            ui.add(Label::new(sentence).truncate());
            if has_both {
                ui.add(Label::new(theme.colored(role, stop(&aside), theme.color.t2)).truncate());
            }
        });
    });
    line.bottom()
}
