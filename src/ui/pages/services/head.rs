//! The head of a service: banners about the page's state, the sentence, the tabs.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Label, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use super::run::{acts_ui, offer_ui, phase_mark};
use super::words::level_mark;
use super::{ServicesPanel, Tab};
use crate::model::Command;
use crate::model::run::{RunPhase, RunState};
use crate::model::service::{ReceiverState, Service, ServiceCommand, ServiceKind, ServiceLevel};
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

/// Draws sentence, buttons, an offer where there is one, and tabs; answers with the place below them. What can be done
/// is what the present allows.
pub(super) fn head_ui(
    cx: &PanelCx<'_>,
    present: &PanelCx<'_>,
    ui: &mut Ui,
    place: Rect,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) -> f32 {
    let run = present.snapshot.services.run(&service.name).cloned();
    let mut line = place.with_max_y(place.top() + cx.theme.line_height(sentence_role(cx)));
    let below = line.bottom();
    if let Some(run) = &run {
        let builder = UiBuilder::new().id_salt("run acts").max_rect(line);
        let mut acts = ui.new_child(builder.layout(Layout::right_to_left(Align::Center)));
        acts_ui(present, &mut acts, &mut panel.running, run);
        line.max.x = acts.min_rect().left() - 12.0;
    }
    sentence_ui(cx, ui, line, service, run.as_deref());
    let below = run.as_ref().map_or(below, |run| offer_ui(present, ui, place.with_min_y(below), run));
    let rect = Rect::from_min_size(pos2(place.left(), below + 2.0), vec2(place.width(), 36.0));
    let n_checks = cx.snapshot.services.checks.iter().filter(|s| s.check.service() == &service.name).count();
    let counts = |tab| match tab {
        Tab::Routes => service.routes().len(),
        Tab::Database => service.operations().len(),
        Tab::Functions => service.spans.functions.len(),
        Tab::Errors => service.spans.errors.len(),
        Tab::Checks => n_checks,
        Tab::Summary | Tab::Traces | Tab::Logs | Tab::Run => 0,
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
        Tab::Run => "Run",
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
    if service.level == ServiceLevel::Silent && run.is_none() {
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

fn sentence_role(cx: &PanelCx<'_>) -> TextRole {
    if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence }
}

/// What is said first: of a service that is run and not simply ready, how its run does; then how it does.
fn said(cx: &PanelCx<'_>, service: &Service, run: Option<&RunState>) -> (String, String) {
    if let Some(run) = run.filter(|run| run.phase != RunPhase::Ready && !run.sentence.is_empty()) {
        let tells = service.kind != ServiceKind::Run && service.level != ServiceLevel::Silent;
        return (run.sentence.to_string(), if tells { service.sentence.to_string() } else { String::new() });
    }
    let mut aside = service.aside.to_string();
    if service.level == ServiceLevel::Silent && aside.is_empty() {
        let age = about_words(cx.now.since(service.last_at));
        aside = format!("It was last heard of {age} ago, and its history stays");
    }
    (service.sentence.to_string(), aside)
}

/// Draws the sentence alone, without what a run would say; answers with the place below it.
pub(super) fn sentence_line_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect, service: &Service) -> f32 {
    let line = place.with_max_y(place.top() + cx.theme.line_height(sentence_role(cx)));
    sentence_ui(cx, ui, line, service, None);
    line.bottom()
}

fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, line: Rect, service: &Service, run: Option<&RunState>) {
    let theme = cx.theme;
    let role = sentence_role(cx);
    let unsettled = run.filter(|run| run.phase != RunPhase::Ready);
    let mark = unsettled.map_or_else(|| level_mark(service.level), |run| phase_mark(&run.phase));
    mark.icon.paint(ui.painter(), pos2(line.left() + 10.0, line.center().y), 20.0, mark.tone.icon_color(theme));
    let words = line.with_min_x(line.left() + 32.0);
    ui.scope_builder(UiBuilder::new().max_rect(words), |ui| {
        ui.spacing_mut().interact_size.y = line.height();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let (sentence, aside) = said(cx, service, run);
            let has_both = !aside.is_empty();
            let stop = |text: &str| if has_both && !text.ends_with('.') { format!("{text}.") } else { text.to_owned() };
            // Both share the line: the aside is what gives way first.
            let sentence = theme.text(role, stop(&sentence));
            ui.add(Label::new(sentence).truncate());
            if has_both {
                ui.add(Label::new(theme.colored(role, stop(&aside), theme.color.t2)).truncate());
            }
        });
    });
}
