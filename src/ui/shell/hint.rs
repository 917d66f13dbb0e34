//! The hint of the first run, above the Overview until it is put away.

use eframe::egui::{Align, Frame, Layout, Margin, Stroke, Ui};

use crate::model::{Command, Settings, SettingsCommand};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, key_cap};

/// Draws the hint, unless it was put away before.
pub fn hint_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    if cx.snapshot.settings.hint_dismissed {
        return;
    }
    let theme = cx.theme;
    let sizes = theme.frame(cx.is_compact);
    let frame = Frame::new()
        .fill(theme.color.bg_panel)
        .stroke(Stroke::new(1.0, theme.color.line))
        .corner_radius(theme.radius.panel)
        .inner_margin(Margin::symmetric(16, 6))
        .outer_margin(Margin {
            left: sizes.margin_x as i8,
            right: sizes.margin_x as i8,
            top: sizes.margin_y as i8,
            bottom: 0,
        });
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.label(icons::LIGHTBULB.text(16.0, theme.color.accent));
            ui.label(theme.text(TextRole::BodyStrong, "Perfdesk is watching this machine."));
            key_cap(ui, theme, "Ctrl+K");
            ui.label(theme.colored(TextRole::Body, "finds every page and action,", theme.color.t2));
            key_cap(ui, theme, "F1");
            ui.label(theme.colored(TextRole::Body, "lists the keys.", theme.color.t2));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::quiet("Got it").show(ui, theme).clicked() {
                    let wanted = Settings { hint_dismissed: true, ..(*cx.snapshot.settings).clone() };
                    cx.send(Command::Settings(SettingsCommand::Replace(wanted)));
                }
            });
        });
    });
}
