//! The question why a card is put away.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use super::act::Act;
use crate::model::suggest::{SuggestCommand, SuggestionId};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, modal, text_area};

/// Longest reason, characters.
const MAX_REASON: usize = 500;
/// Reasons that are often given.
const REASONS: [&str; 3] = ["Meant to be so", "Not worth it", "Not true here"];

/// A card that is to be put away, and the reason as it is typed.
#[derive(Debug)]
pub struct DismissForm {
    id: SuggestionId,
    title: Arc<str>,
    reason: String,
}

impl DismissForm {
    /// A form without a reason yet.
    pub fn new(id: SuggestionId, title: Arc<str>) -> Self {
        Self { id, title, reason: String::new() }
    }
}

/// Draws the question while there is one.
pub fn dismiss_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut Option<DismissForm>, acts: &mut Vec<Act>) {
    let Some(open) = form else { return };
    let theme = cx.theme;
    let ((dismisses, cancels), wants_close) =
        modal(ui.ctx(), theme, "dismiss suggestion", "Dismiss this suggestion?", |ui| {
            let text = format!(
                "“{}” stays away until what is seen is materially different. It can be opened again under Dismissed.",
                open.title
            );
            ui.label(theme.colored(TextRole::Body, text, theme.color.t2));
            ui.horizontal_wrapped(|ui| {
                for reason in REASONS {
                    if Button::secondary(reason).show(ui, theme).clicked() {
                        reason.clone_into(&mut open.reason);
                    }
                }
            });
            text_area(ui, theme, &mut open.reason, "Reason", "Why, if you like", 2, MAX_REASON);
            ui.add_space(4.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let acts = Button::primary("Dismiss").tall().show(ui, theme).clicked();
                let cancels = Button::secondary("Cancel").tall().show(ui, theme).clicked();
                (acts, cancels)
            })
            .inner
        });
    if dismisses {
        acts.push(Act::Send(SuggestCommand::Dismiss(open.id.clone(), open.reason.trim().into())));
    }
    if dismisses || cancels || wants_close {
        *form = None;
    }
}
