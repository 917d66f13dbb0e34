//! Set up in a minute: two environment variables, a command per language, and the first data as it arrives.

mod languages;

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{
    Align, Label, Layout, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2,
};

use self::languages::Language;
use super::watch::{Watch, bindings_ui, checks_ui, databases_ui, taken, targets_ui};
use super::words::counted;
use super::{ServicesPanel, within};
use crate::model::Command;
use crate::model::service::{ReceiverState, ReceiverStatus, Receivers, Service, ServiceCommand, ServiceKind, Services};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Button, Field, IconButton, Mark, Tone, hairline, panel, panel_head, segments, state_mark, tabs, toggle,
};
use crate::ui::{Intent, PanelCx, icons};

/// A part of the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Report,
    Databases,
    Targets,
    Checks,
    Bindings,
}

/// How data is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Http,
    Grpc,
}

/// What the set-up remembers between frames.
#[derive(Debug, Default)]
pub(super) struct SetUp {
    part: Part,
    language: Language,
    /// How it is sent; `None` is as the language's SDK does by itself.
    way: Option<Way>,
    name: String,
    /// The services there were when a person began to wait; `None` while nobody waits.
    known: Option<BTreeSet<Arc<str>>>,
    is_waiting: bool,
}

impl SetUp {
    /// Begins to wait for a service that is not there yet.
    pub(super) fn begin(&mut self) {
        self.part = Part::Report;
        self.is_waiting = true;
        self.known = None;
    }

    /// The service that began to report while a person waited for it, told once. `is_open` is whether the set-up was
    /// opened, else it stands there alone for want of services.
    pub(super) fn arrived(&mut self, list: &[Arc<Service>], is_open: bool) -> Option<Arc<str>> {
        if !self.is_waiting {
            // The page without services waits, too.
            if list.is_empty() {
                self.is_waiting = true;
                self.known = Some(BTreeSet::new());
            }
            return None;
        }
        let Some(known) = &self.known else {
            self.known = Some(list.iter().map(|service| service.name.clone()).collect());
            return None;
        };
        let is_new = |service: &&Arc<Service>| service.kind == ServiceKind::Reports && !known.contains(&service.name);
        let new = list.iter().find(is_new).map(|service| service.name.clone());
        // Where the page shows a service again nobody waits any more, and nothing may take its place.
        if new.is_some() || (!is_open && !list.is_empty()) {
            self.is_waiting = false;
            self.known = None;
        }
        new
    }
}

/// Draws the set-up into `rect`.
pub(super) fn setup_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel) {
    let theme = cx.theme;
    let services = cx.snapshot.services.clone();
    let width = rect.width();
    let whole = Rect::from_min_max(
        rect.min,
        eframe::egui::pos2(rect.right() + theme.frame(cx.is_compact).margin_x, rect.bottom()),
    );
    within(ui, "services set-up", whole, |ui| {
        ScrollArea::vertical().id_salt("services set-up").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(8.0, 12.0);
            head_ui(cx, ui, panel, &services);
            match panel.setup.part {
                Part::Report => {
                    listeners_ui(cx, ui, &mut panel.watch, &services);
                    report_ui(cx, ui, &mut panel.setup, &services);
                    waiting_ui(cx, ui, &services);
                }
                Part::Databases => {
                    if let Some(name) = databases_ui(cx, ui, &mut panel.watch) {
                        panel.choose(name);
                    }
                }
                Part::Targets => targets_ui(cx, ui, &mut panel.watch, None),
                Part::Checks => checks_ui(cx, ui, &mut panel.watch, None),
                Part::Bindings => bindings_ui(cx, ui, &mut panel.watch, None),
            }
            ui.add_space(4.0);
        });
    });
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ServicesPanel, services: &Services) {
    let theme = cx.theme;
    let role = if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence };
    ui.horizontal(|ui| {
        let text =
            if services.list.is_empty() { "No service reports yet: two variables are enough" } else { "Add a service" };
        ui.label(theme.text(role, text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !services.list.is_empty() && IconButton::new(icons::X, "Close the set-up").show(ui, theme).clicked() {
                panel.is_adding = false;
                panel.setup.is_waiting = false;
            }
            if Button::secondary("Run a service…").icon(icons::PLAY).show(ui, theme).clicked() {
                panel.begin_running_new(cx);
            }
        });
    });
    let counts = [
        (Part::Report, "OpenTelemetry", 0),
        (Part::Databases, "Databases", services.databases.len()),
        (Part::Targets, "Prometheus targets", services.targets.len()),
        (Part::Checks, "Health checks", services.checks.len()),
        (Part::Bindings, "Bindings", services.setup.bindings.len()),
    ];
    let texts = counts.map(|(part, text, n)| (part, if n == 0 { text.to_owned() } else { format!("{text} {n}") }));
    let choices: Vec<(Part, &str)> = texts.iter().map(|(part, text)| (*part, text.as_str())).collect();
    tabs(ui, theme, &mut panel.setup.part, &choices);
}

/// How the listeners do, in words, with the next step.
fn listeners_ui(cx: &PanelCx<'_>, ui: &mut Ui, watch: &mut Watch, services: &Services) {
    let theme = cx.theme;
    let receivers = &services.setup.receivers;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Perfdesk listens", "for OTLP: metrics, traces and logs", |ui| {
            let (word, is_on) = if receivers.is_on { ("Stop listening", false) } else { ("Listen", true) };
            if Button::secondary(word).icon(icons::POWER).show(ui, theme).clicked() {
                let wanted = Receivers { is_on, ..receivers.clone() };
                cx.send(Command::Service(ServiceCommand::SetReceivers(wanted)));
            }
            if Button::secondary("Change the addresses…").show(ui, theme).clicked() {
                watch.begin_receivers(cx);
            }
            if Button::secondary("Change the limits…").show(ui, theme).clicked() {
                watch.begin_bounds(cx);
            }
        });
        for (name, status) in [("HTTP", &services.http), ("gRPC", &services.grpc)] {
            let (mark, words) = listener(name, status);
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
            let inner = rect.shrink2(vec2(16.0, 0.0));
            ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
                state_mark(ui, theme, mark, &words);
            });
        }
        hairline(ui, theme);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 0.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
            let text = format!("Kept: {}", taken(&services.setup.bounds, &services.intake));
            ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.t2)).truncate());
        });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 0.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
            let mut is_on = services.setup.watches_itself;
            let words = "Perfdesk among the services: its API's requests, its jobs, its ticks";
            if toggle(ui, theme, &mut is_on, words).changed() {
                cx.send(Command::Service(ServiceCommand::WatchItself(is_on)));
            }
        });
        if receivers.is_on && !(receivers.http.starts_with("127.") || receivers.http.starts_with("[::1]")) {
            hairline(ui, theme);
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
            let inner = rect.shrink2(vec2(16.0, 0.0));
            ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
                let text = "Beyond this machine a sender also needs OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer%20…\" with a token of Settings, and https";
                ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.t2)).truncate());
            });
        }
    });
}

fn listener(name: &str, status: &ReceiverStatus) -> (Mark, String) {
    match &status.state {
        ReceiverState::Listening => {
            let mark = Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral };
            (mark, format!("{name} on {}", status.address))
        }
        ReceiverState::Off => (
            Mark { icon: icons::PAUSE_CIRCLE, tone: Tone::Neutral },
            format!("{name}: off. Press Listen to take data in"),
        ),
        ReceiverState::Failed(why) => {
            let mark = Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical };
            (mark, format!("{name} cannot listen on {}: {why}", status.address))
        }
    }
}

/// The two variables, and what to run.
fn report_ui(cx: &PanelCx<'_>, ui: &mut Ui, setup: &mut SetUp, services: &Services) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "1  Two variables", "in the environment of the service", |ui| {
            let ways = [(Way::Http, "HTTP"), (Way::Grpc, "gRPC")];
            let mut way = setup.way.unwrap_or(setup.language.own_way());
            if segments(ui, theme, "Sent by", &mut way, &ways) {
                setup.way = Some(way);
            }
        });
        padded(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(theme.colored(TextRole::Small, "It is called", theme.color.t2));
                Field::new(&mut setup.name, "Name of the service").hint("checkout").width(220.0).show(ui, theme);
            });
            code_ui(cx, ui, "Copy the variables", &variables(setup, services));
        });
    });
    panel(ui, theme, |ui| {
        panel_head(
            ui,
            theme,
            cx.is_compact,
            "2  Run it",
            "without changes to its code where the language allows",
            |ui| {
                if segments(ui, theme, "Language", &mut setup.language, &Language::ALL) {
                    setup.way = None;
                }
            },
        );
        padded(ui, |ui| {
            for (what, code) in setup.language.steps() {
                ui.label(theme.colored(TextRole::Small, *what, theme.color.t2));
                code_ui(cx, ui, &format!("Copy: {what}"), code);
            }
        });
    });
}

/// The environment a service needs.
fn variables(setup: &SetUp, services: &Services) -> String {
    let name = if setup.name.trim().is_empty() { "checkout" } else { setup.name.trim() };
    let of = |status: &ReceiverStatus, set: &Arc<str>| {
        if status.address.is_empty() { set.to_string() } else { status.address.to_string() }
    };
    let receivers = &services.setup.receivers;
    let own = setup.language.own_way();
    let way = setup.way.unwrap_or(own);
    let (address, protocol) = match way {
        Way::Http => (of(&services.http, &receivers.http), "http/protobuf"),
        Way::Grpc => (of(&services.grpc, &receivers.grpc), "grpc"),
    };
    let scheme = if address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("localhost") {
        "http"
    } else {
        "https"
    };
    let mut text = format!("export OTEL_EXPORTER_OTLP_ENDPOINT={scheme}://{address}\nexport OTEL_SERVICE_NAME={name}");
    if way != own {
        text.push_str(&format!("\nexport OTEL_EXPORTER_OTLP_PROTOCOL={protocol}"));
    }
    text
}

fn padded<R>(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
    eframe::egui::Frame::new()
        .inner_margin(eframe::egui::Margin::symmetric(16, 12))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
            draw(ui)
        })
        .inner
}

/// Lines to copy, with the button that does.
fn code_ui(cx: &PanelCx<'_>, ui: &mut Ui, name: &str, code: &str) {
    let theme = cx.theme;
    let c = &theme.color;
    let width = ui.available_width();
    let font = theme.font(TextRole::Code);
    let galley = ui.painter().layout(code.to_owned(), font, c.t1, width - 24.0 - 36.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, (galley.size().y + 16.0).max(36.0)), Sense::hover());
    let stroke = Stroke::new(1.0, c.line);
    ui.painter().rect(rect, f32::from(theme.radius.control), c.bg_field, stroke, StrokeKind::Inside);
    let at = eframe::egui::pos2(rect.left() + 12.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, c.t1);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, code));
    let button = Rect::from_min_size(eframe::egui::pos2(rect.right() - 32.0, rect.top() + 4.0), vec2(28.0, 28.0));
    within(ui, name, button.expand(4.0), |ui| {
        ui.scope_builder(UiBuilder::new().max_rect(button), |ui| {
            if IconButton::new(icons::COPY, name).show(ui, theme).clicked() {
                cx.ask(Intent::Copy(code.to_owned()));
            }
        });
    });
}

/// What came in so far.
fn waiting_ui(cx: &PanelCx<'_>, ui: &mut Ui, services: &Services) {
    let theme = cx.theme;
    let c = &theme.color;
    let intake = &services.intake;
    panel(ui, theme, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 0.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
            ui.label(icons::HOURGLASS_MEDIUM.text(16.0, c.t2));
            ui.label(theme.text(TextRole::BodyStrong, "Waiting for the first data…"));
            let told = match (intake.n_requests, intake.n_refused) {
                (0, 0) => "No request came in yet; it opens by itself when one does".to_owned(),
                (0, n) => format!("{} came in and could not be read: the sender was told why", counted(n, "request")),
                (n, 0) => format!("{} came in from services that are known", counted(n, "request")),
                (n, m) => {
                    format!("{} came in, {} could not be read", counted(n, "request"), counted(m, "more request"))
                }
            };
            ui.add(Label::new(theme.colored(TextRole::Small, told, c.t2)).truncate());
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str) -> Arc<Service> {
        Arc::new(Service { name: name.into(), ..Service::default() })
    }

    #[test]
    fn the_service_that_came_while_one_waits_is_told_once() {
        let mut setup = SetUp::default();
        let known = [service("inventory")];
        assert_eq!(setup.arrived(&known, false), None, "nobody waits");
        setup.begin();
        assert_eq!(setup.arrived(&known, true), None);
        let more = [service("checkout"), service("inventory")];
        assert_eq!(setup.arrived(&more, true).as_deref(), Some("checkout"));
        assert_eq!(setup.arrived(&more, false), None);
        let mut first = SetUp::default();
        assert_eq!(first.arrived(&[], false), None, "a page without services waits by itself");
        assert_eq!(first.arrived(&known, false).as_deref(), Some("inventory"));
    }

    #[test]
    fn the_variables_name_the_listener_and_the_service() {
        let mut services = Services::default();
        services.http.address = "127.0.0.1:14318".into();
        let node = SetUp { name: " shop ".into(), language: Language::Node, ..SetUp::default() };
        let expect = "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14318\nexport OTEL_SERVICE_NAME=shop";
        assert_eq!(variables(&node, &services), expect, "two are enough");
        let python = SetUp::default();
        let text = variables(&python, &services);
        assert!(text.contains("=http://127.0.0.1:4317\n"), "what is set stands in for what listens: {text}");
        let asked = SetUp { way: Some(Way::Http), ..SetUp::default() };
        assert!(variables(&asked, &services).ends_with("\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"));
    }
}
