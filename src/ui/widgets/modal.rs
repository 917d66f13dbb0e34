//! Modals: a question before harm. Escape cancels; Enter never does harm.

use eframe::egui::{Align, Context, Frame, Id, Layout, Margin, Modal, Stroke, Ui};

use super::Button;
use crate::ui::theme::{TextRole, Theme};

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Do it.
    Act,
    /// Leave it.
    Cancel,
}

/// A modal 440 wide with a title. The second part of the answer is whether it wants to close.
pub fn modal<R>(ctx: &Context, theme: &Theme, id: &str, title: &str, contents: impl FnOnce(&mut Ui) -> R) -> (R, bool) {
    let frame = Frame::new()
        .fill(theme.color.bg_raised)
        .stroke(Stroke::new(1.0, theme.color.line_strong))
        .corner_radius(theme.radius.modal)
        .inner_margin(Margin::same(16));
    let shown = Modal::new(Id::unique(("modal", id))).frame(frame).backdrop_color(theme.color.scrim).show(ctx, |ui| {
        ui.set_width(theme.size.modal - 32.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme.text(TextRole::Title, title));
        contents(ui)
    });
    let wants_close = shown.should_close();
    (shown.inner, wants_close)
}

/// A question before harm: its title asks, its text says exactly what, Cancel stands before the act.
pub fn question(ctx: &Context, theme: &Theme, id: &str, title: &str, text: &str, act: &str) -> Option<Answer> {
    let (answer, wants_close) = modal(ctx, theme, id, title, |ui| {
        ui.label(theme.colored(TextRole::Body, text, theme.color.t2));
        ui.add_space(8.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let acts = Button::danger_filled(act).tall().show(ui, theme).clicked();
            let cancels = Button::secondary("Cancel").tall().show(ui, theme).clicked();
            match (acts, cancels) {
                (true, _) => Some(Answer::Act),
                (_, true) => Some(Answer::Cancel),
                _ => None,
            }
        })
        .inner
    });
    answer.or_else(|| wants_close.then_some(Answer::Cancel))
}
