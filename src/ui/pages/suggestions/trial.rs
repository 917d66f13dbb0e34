//! What is on trial: the change, when a verdict can be told, and how far that is.

use eframe::egui::{Frame, Label, Margin, Ui};

use super::act::Act;
use super::words::{before_after, deed_of, verdict_words};
use crate::model::suggest::{Card, OutcomeVerdict, SuggestionState};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, chip, hairline, link_arrow, mini_bar, panel, panel_head};

/// Draws the cards that are on trial, short.
pub fn trial_ui(cx: &PanelCx<'_>, ui: &mut Ui, cards: &[&Card], acts: &mut Vec<Act>) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "On trial", "", |ui| {
            if !cards.is_empty() {
                chip(ui, theme, Tone::Accent, Some(icons::FLASK), &format!("{} running", cards.len()));
            }
        });
        for (i, card) in cards.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            body(ui, |ui| card_ui(cx, ui, card, acts));
        }
        if cards.is_empty() {
            body(ui, |ui| {
                ui.label(theme.colored(TextRole::Small, "Nothing is on trial", theme.color.t3));
            });
        }
    });
}

fn body(ui: &mut Ui, draw: impl FnOnce(&mut Ui)) {
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.set_min_width(ui.available_width());
        draw(ui);
    });
}

fn card_ui(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, acts: &mut Vec<Act>) {
    let SuggestionState::OnTrial { since, verdict_at, .. } = card.state else { return };
    let theme = cx.theme;
    let c = &theme.color;
    let deed = deed_of(card, &cx.snapshot.advice);
    let change = deed.map_or_else(|| card.suggestion.change.line(), |deed| deed.change.to_string());
    ui.add(Label::new(theme.text(TextRole::BodyStrong, change)).wrap());
    let outcome = deed.map(|deed| &deed.outcome);
    let words = match outcome {
        Some(outcome) if outcome.verdict != OutcomeVerdict::TooEarly => outcome.why.to_string(),
        _ => verdict_words(verdict_at, cx.now),
    };
    ui.add(Label::new(theme.colored(TextRole::Small, words, c.t2)).wrap());
    if let Some(figures) = outcome.and_then(|outcome| before_after(outcome, &cx.snapshot.settings.units)) {
        ui.label(theme.colored(TextRole::Small, figures, c.t3));
    }
    let whole = verdict_at.since(since).as_secs_f64();
    let share = if whole > 0.0 { cx.now.since(since).as_secs_f64() / whole } else { 1.0 };
    let width = ui.available_width();
    mini_bar(ui, theme, share, width, c.accent);
    if link_arrow(ui, theme, "Keep or roll back").clicked() {
        acts.push(Act::OpenProfiles);
    }
}
