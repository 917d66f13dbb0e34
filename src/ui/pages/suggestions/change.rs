//! The change of a card, from and to, and what is expected of it.

use eframe::egui::{Frame, Label, Margin, Stroke, Ui};

use super::axis::axis_ui;
use super::words::{expected_tone, interval_words, percent};
use crate::model::suggest::{Change, Expected, ExpectedAmount, Suggestion};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;

/// Draws what to do and what that would bring.
pub fn change_ui(cx: &PanelCx<'_>, ui: &mut Ui, suggestion: &Suggestion) {
    let theme = cx.theme;
    let c = &theme.color;
    let head = match suggestion.change {
        Change::Parameter { .. } => "Change",
        Change::ByHand { .. } => "Change, by hand",
        Change::NoMore { .. } => "No more of the same",
    };
    ui.label(theme.colored(TextRole::SmallStrong, head, c.t2));
    match &suggestion.change {
        Change::Parameter { key, from_text, to_text, unit_text, .. } => {
            ui.add(Label::new(theme.text(TextRole::Code, key.to_string())).truncate());
            let from = if from_text.is_empty() { "not set" } else { from_text };
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.label(theme.colored(TextRole::Sentence, from, c.t3));
                ui.label(icons::ARROW_RIGHT.text(14.0, c.t3).line_height(Some(theme.line_height(TextRole::Sentence))));
                ui.label(theme.text(TextRole::Sentence, to_text.as_ref()));
                if !unit_text.is_empty() {
                    ui.label(theme.colored(TextRole::Small, unit_text.as_ref(), c.t2));
                }
            });
        }
        Change::ByHand { what, copy } => {
            ui.add(Label::new(theme.text(TextRole::Body, what.as_ref())).wrap());
            if !copy.is_empty() {
                let frame = Frame::new()
                    .fill(c.bg_field)
                    .stroke(Stroke::new(1.0, c.line))
                    .corner_radius(theme.radius.chip)
                    .inner_margin(Margin::symmetric(8, 6));
                frame.show(ui, |ui| {
                    ui.set_min_width(ui.available_width());
                    ui.add(Label::new(theme.text(TextRole::Code, copy.as_ref())).wrap().selectable(true))
                });
            }
        }
        Change::NoMore { why } => {
            ui.add(Label::new(theme.text(TextRole::Body, why.as_ref())).wrap());
        }
    }
    // Nothing is expected of a change that is not made.
    if !matches!(suggestion.change, Change::NoMore { .. }) {
        ui.add_space(8.0);
        expected_ui(cx, ui, &suggestion.expected);
    }
}

fn expected_ui(cx: &PanelCx<'_>, ui: &mut Ui, expected: &Expected) {
    let theme = cx.theme;
    let c = &theme.color;
    let head = format!("Expected for {}", expected.what);
    let head = if expected.what.is_empty() { "Expected".to_owned() } else { head };
    ui.add(Label::new(theme.colored(TextRole::SmallStrong, head, c.t2)).wrap());
    match &expected.amount {
        ExpectedAmount::Sentence(text) => {
            ui.add(Label::new(theme.text(TextRole::Body, text.as_ref())).wrap());
        }
        ExpectedAmount::Share { low, mid, high } => {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                ui.label(theme.text(TextRole::Title, percent(*mid)));
                ui.label(theme.colored(TextRole::Small, interval_words(*low, *high), c.t2));
            });
            let tone = expected_tone((*low, *mid, *high), expected.is_less_better);
            axis_ui(cx, ui, (*low, *mid, *high), tone);
        }
    }
}
