//! The foot of a card: what can be done about it, and what puts it away.

use std::time::Duration;

use eframe::egui::{Align, Layout, Sense, Ui, UiBuilder, vec2};

use super::act::Act;
use crate::model::profile::Tuning;
use crate::model::suggest::{Card, Change, SuggestCommand, SuggestionState};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::widgets::{Button, menu_item, popup_menu};

/// Height of the foot.
const HEIGHT: f32 = 44.0;

/// For how long a card can be put off.
const SNOOZES: [(&str, Duration); 3] = [
    ("For 1\u{2009}h", Duration::from_secs(3600)),
    ("For 1\u{2009}day", Duration::from_secs(86_400)),
    ("For 1\u{2009}week", Duration::from_secs(7 * 86_400)),
];

/// Draws the foot of a card.
pub fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, is_first: bool, acts: &mut Vec<Act>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut left = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    match card.state {
        SuggestionState::Open => {
            change_buttons(cx, &mut left, card, is_first, acts);
            evidence_button(cx, &mut left, card, acts);
            done_button(cx, &mut left, card, acts);
            let right = inner.with_min_x(left.min_rect().right());
            let mut right = ui.new_child(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)));
            right.spacing_mut().item_spacing.x = 8.0;
            away_buttons(cx, &mut right, card, acts);
        }
        SuggestionState::OnTrial { .. } => {
            let name = format!("Keep or roll back: {}", card.suggestion.title);
            if Button::secondary("Keep or roll back…").name(&name).show(&mut left, cx.theme).clicked() {
                acts.push(Act::OpenProfiles);
            }
            evidence_button(cx, &mut left, card, acts);
        }
        SuggestionState::Done { .. } | SuggestionState::Snoozed { .. } | SuggestionState::Dismissed { .. } => {
            let name = format!("Reopen: {}", card.suggestion.title);
            if Button::secondary("Reopen").name(&name).show(&mut left, cx.theme).clicked() {
                acts.push(Act::Send(SuggestCommand::Reopen(card.suggestion.id.clone())));
            }
            evidence_button(cx, &mut left, card, acts);
        }
    }
}

fn change_buttons(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, is_first: bool, acts: &mut Vec<Act>) {
    let suggestion = &card.suggestion;
    match &suggestion.change {
        Change::Parameter { .. } => {
            let name = format!("Try it: {}", suggestion.title);
            let why_not = why_not(&cx.snapshot.tuning, &suggestion.change);
            let button = if is_first { Button::primary("Try it…") } else { Button::secondary("Try it…") };
            if button.name(&name).why_not(why_not.as_deref()).show(ui, cx.theme).clicked() {
                acts.push(Act::Try(suggestion.id.clone()));
            }
        }
        Change::ByHand { copy, .. } if !copy.is_empty() => {
            let name = format!("Copy: {}", suggestion.title);
            let button = if is_first { Button::primary("Copy") } else { Button::secondary("Copy") };
            if button.icon(icons::COPY).name(&name).show(ui, cx.theme).clicked() {
                acts.push(Act::Copy(copy.clone()));
            }
        }
        Change::ByHand { .. } | Change::NoMore { .. } => {}
    }
}

/// Why a change cannot be planned now.
fn why_not(tuning: &Tuning, change: &Change) -> Option<String> {
    let key = change.key()?;
    if tuning.active.is_none() {
        Some("No profile is in force: apply one on the Profiles page first".into())
    } else if tuning.bindings.is_empty() {
        Some("No file is bound to a profile: bind one on the Profiles page first".into())
    } else if tuning.running().is_some() {
        Some("A profile is being applied: keep it or roll it back first".into())
    } else if tuning.local.as_ref().is_some_and(|local| local.get(key).is_some()) {
        Some(format!("This machine's own layer holds {key}: change it there"))
    } else {
        None
    }
}

fn evidence_button(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, acts: &mut Vec<Act>) {
    let name = format!("Evidence: {}", card.suggestion.title);
    if Button::secondary("Evidence").name(&name).show(ui, cx.theme).clicked() {
        acts.push(Act::Evidence(card.suggestion.evidence.clone()));
    }
}

fn done_button(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, acts: &mut Vec<Act>) {
    if matches!(card.suggestion.change, Change::NoMore { .. }) {
        return;
    }
    let name = format!("Mark done: {}", card.suggestion.title);
    if Button::secondary("Mark done").name(&name).show(ui, cx.theme).clicked() {
        acts.push(Act::Send(SuggestCommand::MarkDone(card.suggestion.id.clone())));
    }
}

fn away_buttons(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, acts: &mut Vec<Act>) {
    let theme = cx.theme;
    let (id, title) = (&card.suggestion.id, &card.suggestion.title);
    if Button::quiet("Dismiss…").name(&format!("Dismiss: {title}")).show(ui, theme).clicked() {
        acts.push(Act::AskDismiss(id.clone(), title.clone()));
    }
    let snooze = Button::quiet("Snooze").name(&format!("Snooze: {title}")).show(ui, theme);
    popup_menu(theme, &snooze, |ui| {
        for (text, span) in SNOOZES {
            if menu_item(ui, theme, text, None, false).clicked() {
                acts.push(Act::Send(SuggestCommand::Snooze(id.clone(), cx.now.plus(span))));
            }
        }
    });
}
