//! What a server does not tell: the reason, the next step, and what is to be run for it, ready to be copied.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Stroke, Ui};

use crate::model::database::Missing;
use crate::ui::theme::TextRole;
use crate::ui::widgets::Button;
use crate::ui::{Intent, PanelCx, icons};

/// A sentence with a capital letter, as it stands by itself.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Draws the reason with a title, 16 from the edges.
pub(super) fn missing_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, missing: &Missing) {
    Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(cx.theme.text(TextRole::Heading, title));
        reason_ui(cx, ui, missing);
    });
}

/// Draws the reason, the next step and the SQL.
pub(super) fn reason_ui(cx: &PanelCx<'_>, ui: &mut Ui, missing: &Missing) {
    let theme = cx.theme;
    let mut why = sentence(&missing.why);
    if !missing.next.is_empty() {
        why.push_str(". ");
        why.push_str(&missing.next);
    }
    ui.add(Label::new(theme.colored(TextRole::Body, why, theme.color.t2)).wrap());
    if !missing.sql.is_empty() {
        code_ui(cx, ui, &missing.sql, "Copy");
    }
}

/// Draws lines of code with a button that copies them.
pub(super) fn code_ui(cx: &PanelCx<'_>, ui: &mut Ui, code: &str, copy: &str) {
    let theme = cx.theme;
    let c = &theme.color;
    let frame = Frame::new().fill(c.bg_field).stroke(Stroke::new(1.0, c.line)).corner_radius(theme.radius.control);
    frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if Button::secondary(copy).icon(icons::COPY).name(&format!("{copy}: {code}")).show(ui, theme).clicked() {
                cx.ask(Intent::Copy(code.to_owned()));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.add(Label::new(theme.colored(TextRole::Code, code, c.t1)).wrap().selectable(true));
            });
        });
    });
}
