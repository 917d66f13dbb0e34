//! The head of the page: the sentence, the tabs, undo and redo, and the menu of what can be done with a profile.

use std::sync::Arc;

use eframe::egui::{Label, Layout, Rect, Stroke, Ui, UiBuilder, pos2, vec2};

use super::deed::Deed;
use super::dialog::Dialog;
use super::draft::Draft;
use super::model::PageModel;
use super::{ProfilesPanel, Tab, side};
use crate::model::Severity;
use crate::model::profile::{LOCAL_LAYER, Problem, Profile};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Tone, banner, hairline, menu_item, popup_menu, tabs};
use crate::ui::{Intent, PanelCx};

/// Height of the tabs.
const TABS: f32 = 36.0;

/// Draws the head; answers with the place where the chosen tab begins.
pub fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &mut ProfilesPanel,
    model: &PageModel,
    deeds: &mut Vec<Deed>,
) -> f32 {
    let theme = cx.theme;
    let frame = theme.frame(cx.is_compact);
    let place = ui.max_rect();
    let (left, right) = (place.left() + frame.margin_x, place.right() - frame.margin_x);
    let plan = side::plan_of_page(cx, panel, model);
    panel.head.refresh(&cx.snapshot.tuning, model, plan.map(|plan| &**plan));
    let top = place.top() + frame.margin_y;
    let line = Rect::from_min_max(pos2(left, top), pos2(right, top + theme.line_height(TextRole::SentenceDense)));
    sentence_ui(cx, ui, panel, model, line, deeds);
    let tabs_top = line.bottom() + 8.0;
    let row = Rect::from_min_max(pos2(left, tabs_top), pos2(right, tabs_top + TABS));
    ui.scope_builder(UiBuilder::new().max_rect(row), |ui| {
        let history = match cx.snapshot.tuning.applies.len() {
            0 => "History".to_owned(),
            n => format!("History {n}"),
        };
        let text = match model.n_in_text {
            0 => "Text".to_owned(),
            n => format!("Text {n}"),
        };
        let choices = [
            (Tab::Parameters, "Parameters"),
            (Tab::Compare, "Compare all"),
            (Tab::Text, text.as_str()),
            (Tab::History, history.as_str()),
        ];
        tabs(ui, theme, &mut panel.tab, &choices);
    });
    let y = row.bottom().round() - 0.5;
    ui.painter().hline(place.x_range(), y, Stroke::new(1.0, theme.color.line));
    let buttons = Rect::from_min_max(pos2(right - 140.0, tabs_top + 2.0), pos2(right, tabs_top + 30.0));
    let builder = UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(eframe::egui::Align::Min));
    ui.scope_builder(builder, |ui| buttons_ui(cx, ui, panel, model, deeds));
    banners_ui(cx, ui, panel, model, Rect::from_min_max(pos2(left, row.bottom()), pos2(right, place.bottom())), deeds)
}

fn sentence_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &ProfilesPanel,
    model: &PageModel,
    line: Rect,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let builder = UiBuilder::new().max_rect(line).layout(Layout::left_to_right(eframe::egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if panel.side.is_over {
            // Where the right panel lies over the page a button opens it.
            let words = side::button_words(cx, model);
            ui.with_layout(Layout::right_to_left(eframe::egui::Align::Center), |ui| {
                if Button::secondary(&words).icon(icons::GIT_DIFF).show(ui, theme).clicked() {
                    deeds.push(Deed::ToggleSide);
                }
                ui.with_layout(Layout::left_to_right(eframe::egui::Align::Center), |ui| words_ui(cx, ui, panel));
            });
        } else {
            words_ui(cx, ui, panel);
        }
    });
}

fn words_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ProfilesPanel) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.add(Label::new(theme.text(TextRole::SentenceDense, &panel.head.strong)).truncate());
    // A second sentence of a narrow page is hidden rather than cut to a word.
    if !panel.head.calm.is_empty() && ui.available_width() > 120.0 {
        let calm = theme.colored(TextRole::SentenceDense, &panel.head.calm, theme.color.t2);
        ui.add(Label::new(calm).truncate());
    }
}

fn buttons_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let draft = panel.drafts.get(model.name());
    let more = IconButton::new(icons::DOTS_THREE, "More about this profile").framed().show(ui, theme);
    let redo = draft.is_some_and(Draft::can_redo);
    let undo = draft.is_some_and(Draft::can_undo);
    let nothing = |can: bool, why: &'static str| (!can).then_some(why);
    let button = IconButton::new(icons::ARROW_U_UP_RIGHT, "Redo").framed().why_not(nothing(redo, "Nothing to redo"));
    if button.show(ui, theme).clicked() {
        deeds.push(Deed::Redo);
    }
    let notes = &model.profile.notes;
    let told: String = format!("Notes: {notes}").chars().take(400).collect();
    let button = IconButton::new(icons::ARROW_U_UP_LEFT, "Undo").framed().why_not(nothing(undo, "Nothing to undo"));
    if button.show(ui, theme).clicked() {
        deeds.push(Deed::Undo);
    }
    if !notes.is_empty() && IconButton::new(icons::NOTE, &told).framed().show(ui, theme).clicked() {
        deeds.push(Deed::Ask(Dialog::about(&model.profile)));
    }
    popup_menu(theme, &more, |ui| menu_ui(cx, ui, model, deeds));
}

fn menu_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    ui.set_min_width(240.0);
    ui.set_max_width(300.0);
    let item = |ui: &mut Ui, text: &str, icon| menu_item(ui, theme, text, Some(icon), false).clicked();
    let profile = &model.profile;
    if model.is_dirty {
        if item(ui, "Save", icons::FLOPPY_DISK) {
            deeds.push(Deed::Save);
        }
        if item(ui, "Take all changes back", icons::ARROW_COUNTER_CLOCKWISE) {
            deeds.push(Deed::Discard);
        }
        hairline(ui, theme);
    }
    if item(ui, "Purpose, base and notes…", icons::NOTE) {
        deeds.push(Deed::Ask(Dialog::about(profile)));
    }
    if !profile.entries.is_empty() && item(ui, "Reset all own values", icons::ARROW_COUNTER_CLOCKWISE) {
        deeds.push(Deed::ResetAll);
    }
    if !model.is_machine() {
        if item(ui, "Duplicate…", icons::COPY) {
            deeds.push(Deed::Ask(Dialog::duplicate(profile)));
        }
        if !profile.is_shipped {
            if item(ui, "Rename…", icons::PENCIL_SIMPLE) {
                deeds.push(Deed::Ask(Dialog::rename(profile)));
            }
            if item(ui, "Delete", icons::TRASH) {
                match based_on(model) {
                    None => deeds.push(Deed::Delete(profile.name.clone())),
                    Some(other) => {
                        let text = format!("{other} is based on {}: give it another base first", profile.name);
                        cx.ask(Intent::Toast(Severity::Warning, text));
                    }
                }
            }
        } else if is_kept_edited(cx, model) && item(ui, "Back to how it came", icons::TRASH) {
            deeds.push(Deed::Delete(profile.name.clone()));
        }
    }
    hairline(ui, theme);
    if !cx.snapshot.tuning.bindings.is_empty() && item(ui, "Check bound files now", icons::ARROWS_CLOCKWISE) {
        deeds.push(Deed::Check);
    }
    if item(ui, "New parameter…", icons::PLUS) {
        deeds.push(Deed::Ask(Dialog::new_parameter()));
    }
    if item(ui, "Own parameters as text…", icons::FILE_TEXT) {
        deeds.push(Deed::Ask(Dialog::catalogue(&cx.snapshot.tuning.own_catalogue)));
    }
    if item(ui, "Rules that detect the environment…", icons::DETECTIVE) {
        deeds.push(Deed::Ask(Dialog::rules(&cx.snapshot.tuning.rules)));
    }
}

/// A profile that would lose its base.
fn based_on(model: &PageModel) -> Option<&str> {
    let is_based = |other: &&Arc<Profile>| other.base.as_ref() == Some(model.name());
    model.profiles.iter().find(is_based).map(|other| &*other.name)
}

fn is_kept_edited(cx: &PanelCx<'_>, model: &PageModel) -> bool {
    cx.snapshot.tuning.profile(model.name()).is_some_and(|kept| kept.is_edited)
}

/// What is to be known about the whole, each with what can be done; answers with the place below.
fn banners_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &mut ProfilesPanel,
    model: &PageModel,
    place: Rect,
    deeds: &mut Vec<Deed>,
) -> f32 {
    let theme = cx.theme;
    let builder = UiBuilder::new().max_rect(place);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        let one = |ui: &mut Ui, tone: Tone, text: &str, action: Option<&str>| {
            ui.add_space(4.0);
            banner(ui, theme, tone, text, action)
        };
        if let Some(offer) = &panel.offer {
            match offer.stands(cx.now) {
                None => panel.offer = None,
                Some((words, left)) => {
                    ui.ctx().request_repaint_after(left);
                    if one(ui, Tone::Info, words, Some("Undo")) {
                        take_back(cx, panel);
                    }
                }
            }
        }
        if panel.drafts.get(model.name()).is_some_and(Draft::is_overtaken) {
            let text = format!("{} was changed elsewhere since you began", shown_name(cx, model));
            if one(ui, Tone::Warning, &text, Some("Keep mine")) {
                deeds.push(Deed::KeepMine);
            }
            if one(ui, Tone::Warning, "Or take what is there now, which can be undone", Some("Take theirs")) {
                deeds.push(Deed::Discard);
            }
        }
        for problem in model.problems.iter().take(3) {
            let is_error = problem.kind == crate::model::profile::ProblemKind::Error;
            let tone = if is_error { Tone::Critical } else { Tone::Warning };
            let action = problem.fix.as_ref().map(|fix| &*fix.text);
            let action = action.or(problem.place.is_some().then_some("Show it")).filter(|_| panel.tab != Tab::Text);
            if one(ui, tone, &problem.text, action) {
                match &problem.fix {
                    Some(fix) => deeds.push(Deed::fix(fix)),
                    None => {
                        panel.tab = Tab::Text;
                        panel.text.go_to(problem.place);
                    }
                }
            }
        }
        let tuning = &cx.snapshot.tuning;
        let told = |what: &str, problem: &Problem| {
            let place = problem.place.map_or_else(String::new, |p| format!(", line {}, column {}", p.line, p.column));
            format!("{what}{place}: {}", problem.text)
        };
        for problem in tuning.catalogue_problems.iter().take(1) {
            if one(ui, Tone::Warning, &told("Own parameters", problem), Some("Show the text")) {
                deeds.push(Deed::Ask(Dialog::catalogue(&tuning.own_catalogue)));
            }
        }
        for problem in tuning.rule_problems.iter().take(1) {
            if one(ui, Tone::Warning, &told("Rules of detection", problem), Some("Show the text")) {
                deeds.push(Deed::Ask(Dialog::rules(&tuning.rules)));
            }
        }
        for problem in tuning.binding_problems.iter().take(1) {
            one(ui, Tone::Warning, &told("bindings.ron", problem), None);
        }
        ui.cursor().top()
    })
    .inner
}

/// The profile's name, or that of the machine for its own layer.
fn shown_name<'a>(cx: &'a PanelCx<'_>, model: &'a PageModel) -> &'a str {
    if &**model.name() == LOCAL_LAYER { &cx.snapshot.machine.host } else { model.name() }
}

fn take_back(cx: &PanelCx<'_>, panel: &mut ProfilesPanel) {
    if let Some(offer) = panel.offer.take() {
        let (command, name) = offer.take_back();
        cx.send(command);
        panel.awaited = Some(super::Awaited { name, instead_of: None, since: cx.now });
    }
}
