//! The page's part of the top bar: the service, its version, and how many serve it.

use eframe::egui::Ui;

use super::ServicesPanel;
use super::words::counted;
use crate::model::database::DatabaseView;
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::outline_chip;

/// Draws the service behind the page's title.
pub fn services_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ServicesPanel) {
    let theme = cx.theme;
    let merged = panel.running.listed().with_runs(cx.snapshot, cx.now);
    let cx = &PanelCx { snapshot: merged.as_ref().unwrap_or(cx.snapshot), ..*cx };
    let service = panel.service(cx).filter(|_| !panel.is_adding && !panel.running.is_editing());
    let Some(service) = service else {
        if panel.running.is_editing() {
            ui.label(theme.colored(TextRole::Title, "/", theme.color.t3));
            ui.label(theme.text(TextRole::BodyStrong, "Run"));
        } else if panel.is_adding {
            ui.label(theme.colored(TextRole::Title, "/", theme.color.t3));
            ui.label(theme.text(TextRole::BodyStrong, "Add a service"));
        }
        return;
    };
    ui.label(theme.colored(TextRole::Title, "/", theme.color.t3));
    ui.label(theme.text(TextRole::BodyStrong, &*service.name));
    let status = cx.snapshot.services.database(&service.name);
    if let Some(status) = status {
        let version = match &status.view {
            Some(DatabaseView::Postgres(view)) => {
                format!("{} {}", status.target.kind.title(), number(&view.server.version))
            }
            Some(DatabaseView::Redis(view)) => format!("{} {}", status.target.kind.title(), number(&view.version)),
            None => status.target.kind.title().to_owned(),
        };
        outline_chip(ui, theme, &version);
        if !cx.is_compact {
            outline_chip(ui, theme, &status.target.place()).on_hover_text("Where it is asked");
        }
    }
    let identity = &service.identity;
    if !identity.version.is_empty() {
        let is_number = identity.version.starts_with(|c: char| c.is_ascii_digit());
        let version = if is_number { format!("v{}", identity.version) } else { identity.version.to_string() };
        outline_chip(ui, theme, &version).on_hover_text("service.version, as it reports it");
    }
    if identity.n_instances > 1 {
        let text = counted(u64::from(identity.n_instances), "instance");
        outline_chip(ui, theme, &text).on_hover_text("Instances that reported within the last 5\u{2009}min");
    }
    if !cx.is_compact {
        if !identity.namespace.is_empty() {
            outline_chip(ui, theme, &identity.namespace).on_hover_text("service.namespace");
        }
        if !identity.language.is_empty() {
            outline_chip(ui, theme, &identity.language).on_hover_text("The language of its SDK");
        }
    }
}

/// A version without what its builder wrote behind it.
fn number(version: &str) -> &str {
    version.split_whitespace().next().unwrap_or_default()
}
