//! The Suggestions page: what could be changed, most valuable first; what is on trial, what was done, and what came of it.
//!
//! The page keeps what a person has open. Cards, verdicts and their words come with the snapshot; nothing is reckoned here.

mod about;
mod act;
mod axis;
mod card;
mod change;
mod chart;
mod deeds;
mod dismiss;
mod foot;
mod looked;
mod nothing;
mod record;
mod scatter;
mod trial;
mod words;

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Key, Label, Layout, Modifiers, Popup, Rect, ScrollArea, TextFormat, Ui, UiBuilder, pos2, vec2,
};

use self::act::{Act, carry_out};
use self::dismiss::DismissForm;
use crate::model::suggest::{Advice, Card, Deed, SuggestCommand, SuggestionId, SuggestionState};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::pages::page_place;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, tabs};

/// Width of the column with the track record.
const SIDE: f32 = 280.0;

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    /// What waits for somebody.
    #[default]
    Open,
    /// What was applied and waits to be kept.
    OnTrial,
    /// What was done, judged or not.
    Done,
    /// What was put off or put away.
    Dismissed,
    /// The track record, where there is no room beside the cards.
    Record,
}

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct SuggestionsPanel {
    tab: Tab,
    dismissing: Option<DismissForm>,
    /// Whether the kinds are unfolded; before somebody chose, they are where no card is open.
    is_looked_open: Option<bool>,
    /// What is tried as soon as the Profiles page is there.
    trying: Option<SuggestionId>,
}

impl SuggestionsPanel {
    /// What somebody wants to try on the Profiles page, once.
    pub fn take_trial(&mut self) -> Option<SuggestionId> {
        self.trying.take()
    }
}

/// The cards of a tab, and what else is counted on it.
struct Sorted<'a> {
    open: Vec<&'a Card>,
    on_trial: Vec<&'a Card>,
    done: Vec<&'a Card>,
    dismissed: Vec<&'a Card>,
    /// Deeds without a card on trial or waiting to be judged.
    past: Vec<&'a Deed>,
}

impl<'a> Sorted<'a> {
    fn of(advice: &'a Advice) -> Self {
        let with = |wanted: fn(&SuggestionState) -> bool| advice.cards.iter().filter(move |card| wanted(&card.state));
        let on_trial: Vec<_> = with(|state| matches!(state, SuggestionState::OnTrial { .. })).collect();
        let done: Vec<_> = with(|state| matches!(state, SuggestionState::Done { .. })).collect();
        let has_card = |deed: &Deed| {
            on_trial.iter().chain(&done).any(|card| match card.state {
                SuggestionState::OnTrial { apply, .. } => deed.apply == Some(apply),
                SuggestionState::Done { deed: of, .. } => deed.id == of,
                _ => false,
            })
        };
        Self {
            open: with(SuggestionState::is_open).collect(),
            dismissed: with(|state| {
                matches!(state, SuggestionState::Dismissed { .. } | SuggestionState::Snoozed { .. })
            })
            .collect(),
            past: advice.deeds.iter().filter(|deed| !has_card(deed)).collect(),
            on_trial,
            done,
        }
    }
}

/// Draws the page.
pub fn suggestions_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut SuggestionsPanel) {
    let advice = &cx.snapshot.advice;
    let mut acts = Vec::new();
    if panel.tab == Tab::Record && !cx.is_compact {
        panel.tab = Tab::Open;
    }
    let is_undo = !is_keyboard_taken(ui) && ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Z));
    if is_undo && !advice.undo.is_empty() {
        acts.push(Act::Send(SuggestCommand::Undo));
    }
    let sorted = Sorted::of(advice);
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt(("suggestions", panel.tab as u8)).auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(sizes.gap, 12.0);
            ui.add_space(sizes.margin_y);
            head_ui(cx, ui, advice);
            tabs_ui(cx, ui, panel, &sorted, &mut acts);
            ui.add_space(4.0);
            if cx.is_compact {
                tab_ui(cx, ui, panel, &sorted, &mut acts);
            } else {
                let left = ui.available_width() - SIDE - sizes.gap;
                ui.horizontal_top(|ui| {
                    column(ui, left, |ui| tab_ui(cx, ui, panel, &sorted, &mut acts));
                    column(ui, SIDE, |ui| side_ui(cx, ui, &sorted, &mut acts));
                });
            }
            ui.add_space(sizes.margin_y);
        });
    });
    dismiss::dismiss_ui(cx, ui, &mut panel.dismissing, &mut acts);
    for act in acts {
        carry_out(cx, panel, act);
    }
}

fn column(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    let gap = ui.spacing().item_spacing;
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = gap;
        draw(ui);
    });
}

/// The first line: how many, and what the first could bring.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, advice: &Advice) {
    let theme = cx.theme;
    let role = if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence };
    let (strong, rest) = if advice.headline.is_empty() {
        ("Looking.", "The first look takes half a minute.")
    } else {
        (&*advice.headline, &*advice.headline_rest)
    };
    let mut job = LayoutJob::default();
    job.append(strong, 0.0, TextFormat::simple(theme.font(role), theme.color.t1));
    if !rest.is_empty() {
        job.append(&format!(" {rest}"), 0.0, TextFormat::simple(theme.font(role), theme.color.t2));
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        ui.label(icons::LIGHTBULB.text(theme.line_height(role) * 0.8, theme.color.accent));
        ui.add(Label::new(job).wrap());
    });
}

/// The parts of the page with their counts; at the right the way back, and the order of the cards.
fn tabs_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut SuggestionsPanel, sorted: &Sorted<'_>, acts: &mut Vec<Act>) {
    let theme = cx.theme;
    let texts = [
        (Tab::Open, format!("Open {}", sorted.open.len())),
        (Tab::OnTrial, format!("On trial {}", sorted.on_trial.len())),
        (Tab::Done, format!("Done {}", sorted.done.len() + sorted.past.len())),
        (Tab::Dismissed, format!("Dismissed {}", sorted.dismissed.len())),
        (Tab::Record, "Track record".to_owned()),
    ];
    let shown = if cx.is_compact { texts.len() } else { texts.len() - 1 };
    let choices: Vec<(Tab, &str)> = texts[..shown].iter().map(|(tab, text)| (*tab, text.as_str())).collect();
    let line = ui.available_rect_before_wrap();
    tabs(ui, theme, &mut panel.tab, &choices);
    let right = Rect::from_min_max(line.min, pos2(line.right(), line.top() + 34.0));
    let builder = UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center));
    let mut row = ui.new_child(builder);
    row.spacing_mut().item_spacing.x = 12.0;
    if panel.tab == Tab::Open && sorted.open.len() > 1 && !cx.is_compact {
        row.label(theme.colored(TextRole::Small, "Most valuable first", theme.color.t3));
    }
    let undo = &cx.snapshot.advice.undo;
    if !undo.is_empty() {
        let name = format!("Undo: {undo}");
        let button = Button::quiet("Undo").icon(icons::ARROW_COUNTER_CLOCKWISE).name(&name);
        if button.show(&mut row, theme).on_hover_text(undo.as_ref()).clicked() {
            acts.push(Act::Send(SuggestCommand::Undo));
        }
    }
}

fn tab_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut SuggestionsPanel, sorted: &Sorted<'_>, acts: &mut Vec<Act>) {
    let cards = match panel.tab {
        Tab::Open => &sorted.open,
        Tab::OnTrial => &sorted.on_trial,
        Tab::Done => &sorted.done,
        Tab::Dismissed => &sorted.dismissed,
        Tab::Record => return side_ui(cx, ui, sorted, acts),
    };
    for (i, card) in cards.iter().enumerate() {
        let is_first = i == 0 && panel.tab == Tab::Open;
        ui.push_id(&card.suggestion.id, |ui| card::card_ui(cx, ui, card, is_first, acts));
    }
    if panel.tab == Tab::Done && !sorted.past.is_empty() {
        deeds::past_ui(cx, ui, &sorted.past);
    } else if cards.is_empty() {
        nothing::nothing_ui(cx, ui, panel.tab);
    }
    if panel.tab == Tab::Open {
        let is_open = panel.is_looked_open.unwrap_or(sorted.open.is_empty());
        if looked::looked_ui(cx, ui, is_open) {
            panel.is_looked_open = Some(!is_open);
        }
    }
}

fn side_ui(cx: &PanelCx<'_>, ui: &mut Ui, sorted: &Sorted<'_>, acts: &mut Vec<Act>) {
    record::record_ui(cx, ui);
    trial::trial_ui(cx, ui, &sorted.on_trial, acts);
}

/// Whether a field, a question or a menu has the keyboard.
fn is_keyboard_taken(ui: &Ui) -> bool {
    Popup::is_any_open(ui.ctx()) || ui.memory(|m| m.focused().is_some() || m.top_modal_layer().is_some())
}
