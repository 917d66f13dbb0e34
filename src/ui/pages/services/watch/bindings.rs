//! Which process serves which service.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::checks::note_ui;
use super::{Ask, Watch};
use crate::model::service::{BindBy, ProcessBinding};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, Tone, link_arrow, panel, panel_head, row_ground, text_at};
use crate::ui::{Intent, PanelCx};

/// Height of a row of two lines.
const ROW: f32 = 48.0;

/// By what a process is known, in words.
pub(super) fn by_words(by: &BindBy) -> String {
    match by {
        BindBy::Name(name) => format!("the process called {name}"),
        BindBy::Port(port) => format!("what listens on TCP port {port}"),
        BindBy::CommandLine(text) => format!("a command line with {text}"),
        BindBy::ControlGroup(group) => format!("the control group {group}"),
    }
}

/// Draws the binding of one service, or all of them.
pub(in super::super) fn bindings_ui(cx: &PanelCx<'_>, ui: &mut Ui, watch: &mut Watch, of: Option<&Arc<str>>) {
    let theme = cx.theme;
    let setup = cx.snapshot.services.setup.clone();
    let shown: Vec<&ProcessBinding> =
        setup.bindings.iter().filter(|binding| of.is_none_or(|service| binding.service == *service)).collect();
    let mut ask = None;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Process", "its CPU and memory go on across restarts", |ui| {
            let name = of.cloned().unwrap_or_default();
            let may_add = shown.is_empty() || of.is_none();
            if may_add && Button::secondary("Bind to a process").icon(icons::LINK).show(ui, theme).clicked() {
                ask = Some(Ask::Bind(name));
            }
        });
        if shown.is_empty() {
            let own =
                of.and_then(|name| cx.snapshot.services.service(name)).and_then(|service| service.process.as_ref());
            match own {
                Some(process) => {
                    note_ui(cx, ui, &format!("It told its process itself: {}, pid {}", process.name, process.key.pid));
                }
                None => {
                    note_ui(cx, ui, "A service is bound by its process’s name, TCP port, command line or control group")
                }
            }
            return;
        }
        for binding in shown {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            ask = row_ui(cx, ui, rect, binding).or(ask.take());
        }
    });
    if let Some(ask) = ask {
        watch.carry_out(cx, "", ask);
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, binding: &ProcessBinding) -> Option<Ask> {
    let theme = cx.theme;
    let c = &theme.color;
    let service = cx.snapshot.services.service(&binding.service);
    let process = service.and_then(|service| service.process.as_ref());
    let (mark, words) = match (process, service) {
        (Some(process), _) => {
            let text = format!("{}, pid {}, {} restarts seen", process.name, process.key.pid, process.n_restarts);
            (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, text)
        }
        (None, Some(service)) if !service.process_missing.is_empty() => {
            (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, service.process_missing.to_string())
        }
        _ => (Mark { icon: icons::CIRCLE, tone: Tone::Neutral }, "looking for it".to_owned()),
    };
    let response = ui.interact(rect, ui.scope_id().with(("binding", &*binding.service)), Sense::hover());
    let told = format!("{} is bound to {}: {words}", binding.service, by_words(&binding.by));
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    mark.icon.paint(ui.painter(), pos2(rect.left() + 24.0, rect.top() + 16.0), 16.0, mark.tone.icon_color(theme));
    let right = rect.right() - 250.0;
    let name = Rect::from_min_max(pos2(rect.left() + 40.0, rect.top() + 6.0), pos2(right, rect.top() + 26.0));
    let used = text_at(ui.painter(), theme, name, &binding.service, TextRole::BodyStrong, c.t1);
    let by = name.with_min_x((name.left() + used + 10.0).min(name.right()));
    text_at(ui.painter(), theme, by, &by_words(&binding.by), TextRole::Small, c.t3);
    let second = Rect::from_min_max(pos2(name.left(), rect.top() + 25.0), pos2(right, rect.top() + 43.0));
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    text_at(ui.painter(), theme, second, &words, TextRole::Small, color);
    let mut ask = None;
    let acts = Rect::from_min_max(pos2(right, rect.top()), pos2(rect.right() - 16.0, rect.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if IconButton::new(icons::TRASH, &format!("Unbind {}", binding.service)).show(ui, theme).clicked() {
            ask = Some(Ask::Unbind(binding.service.clone()));
        }
        let name = format!("Bind {} differently", binding.service);
        if IconButton::new(icons::PENCIL_SIMPLE, &name).show(ui, theme).clicked() {
            ask = Some(Ask::Bind(binding.service.clone()));
        }
        if let Some(process) = process {
            ui.add_space(8.0);
            if link_arrow(ui, theme, "Show its process").clicked() {
                cx.ask(Intent::ShowProcess(process.key));
            }
        }
    });
    ask
}
