//! The editor: the sentence, the form or its text, the table of other durations, the past, actions, instances.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, ScrollArea, Stroke, Ui, UiBuilder, pos2, vec2};

use super::deed::Deed;
use super::draft::Draft;
use super::fields::Rows;
use super::form::Form;
use super::model::EditModel;
use super::sentence::{Sentence, sentence};
use super::{AlertsPanel, actions, conditions, fired, instances, lasted, recovery, text};
use crate::model::alert::RuleField;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, Tone, banner, panel, problem_line, segments};

/// Width of the table of other durations, and least width of the page beside which it has room.
const LASTED: f32 = 272.0;
const LASTED_FROM: f32 = 780.0;

/// Draws the editor into `ui`, whose whole place it takes.
pub fn editor_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    let Some((chosen, model)) = state.chosen.clone().zip(state.model.take()) else { return };
    let Some(draft) = state.drafts.get(&chosen).cloned() else { return };
    let saved = draft.kept().filter(|_| draft.is_dirty());
    state.asking.want(cx, ui.ctx(), &chosen, model.valid_rule(), saved);
    let mut form = (**draft.form()).clone();
    let sizes = cx.theme.frame(cx.is_compact);
    let mut place = ui.max_rect();
    place.min.x += sizes.margin_x;
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        // Each rule scrolls by itself: another one begins at the top.
        ScrollArea::vertical().id_salt(("alert editor", &*chosen)).auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(8.0, sizes.gap);
            ui.add_space(sizes.margin_y);
            head_ui(cx, ui, state, &draft, &model, deeds);
            banners_ui(cx, ui, state, &draft, &form, deeds);
            if state.text.is_shown {
                text::text_ui(cx, ui, &mut state.text, &mut form, &model.reading.rule, state.drafts.revision());
            } else {
                form_ui(cx, ui, state, (&draft, &model), &mut form);
            }
            fired::fired_ui(cx, ui, state, &model, deeds);
            actions::actions_ui(cx, ui, &chosen, &model, &mut form, deeds);
            if let Some(status) = cx.snapshot.alerts.rule(&chosen) {
                instances::instances_ui(cx, ui, status);
            }
            ui.add_space(sizes.margin_y);
        });
    });
    // Letters typed into one field in a row are one step of undo.
    let step = ui.memory(|memory| memory.focused()).map(|id| id.value());
    let is_changed = form != **draft.form();
    state.drafts.set(&chosen, form, step);
    if is_changed {
        state.text.follow(state.drafts.revision());
        ui.ctx().request_repaint();
    }
    state.model = Some(model);
}

/// The sentence, undo and redo, and the choice between form and text.
fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut AlertsPanel,
    draft: &Draft,
    model: &EditModel,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let told = sentence(&state.asking.answer(), draft.is_dirty(), model.reading.is_valid(), state.asking.span);
    let (place, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme.size.control), eframe::egui::Sense::hover());
    let builder = UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let mut is_text = state.text.is_shown;
        if segments(ui, theme, "Rule as", &mut is_text, &[(false, "Form"), (true, "Text")]) {
            deeds.push(Deed::ShowText(is_text));
        }
        let nothing = |can: bool, why: &'static str| (!can).then_some(why);
        let redo = IconButton::new(icons::ARROW_U_UP_RIGHT, "Redo");
        if redo.why_not(nothing(draft.can_redo(), "Nothing to redo")).show(ui, theme).clicked() {
            deeds.push(Deed::Redo);
        }
        let undo = IconButton::new(icons::ARROW_U_UP_LEFT, "Undo");
        if undo.why_not(nothing(draft.can_undo(), "Nothing to undo")).show(ui, theme).clicked() {
            deeds.push(Deed::Undo);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if cx.is_compact
                && IconButton::new(icons::CARET_LEFT, "Back to the list").framed().show(ui, theme).clicked()
            {
                deeds.push(Deed::Back);
            }
            sentence_ui(cx, ui, &told);
        });
    });
}

fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, told: &Sentence) {
    let theme = cx.theme;
    let role = TextRole::SentenceDense;
    ui.label(icons::CLOCK_COUNTER_CLOCKWISE.text(theme.size.icon, theme.color.accent));
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.add(Label::new(theme.text(role, &told.strong)).truncate());
    // A second sentence of a narrow page is hidden rather than cut to a word.
    if !told.calm.is_empty() && ui.available_width() > 90.0 {
        ui.add(Label::new(theme.colored(role, &told.calm, theme.color.t2)).truncate());
    }
}

/// What is to be known about this rule as a whole.
fn banners_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut AlertsPanel,
    draft: &Draft,
    form: &Form,
    deeds: &mut Vec<Deed>,
) {
    if draft.is_overtaken() {
        if banner(ui, cx.theme, Tone::Warning, "This rule was changed elsewhere since you began", Some("Keep mine")) {
            deeds.push(Deed::KeepMine);
        }
        if banner(ui, cx.theme, Tone::Warning, "Or take what is there now, which can be undone", Some("Take theirs")) {
            deeds.push(Deed::Discard);
        }
    }
    if form.raw.is_some() && !state.text.is_shown {
        let text = "The rule's text cannot be read: the form shows it as it was before";
        if banner(ui, cx.theme, Tone::Critical, text, Some("Show the text")) {
            deeds.push(Deed::ShowText(true));
        }
    }
    if let crate::ui::pages::alerts::asking::Answer::Failed(why) = state.asking.answer() {
        banner(ui, cx.theme, Tone::Critical, why, None);
    }
}

/// The form, with the table of other durations at its right where there is room.
fn form_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut AlertsPanel,
    (draft, model): (&Draft, &EditModel),
    form: &mut Form,
) {
    let theme = cx.theme;
    let kept = draft.kept().map(|_| draft.kept_form());
    let rows = Rows { cx, reading: &model.reading, kept };
    let whole = ui.available_width();
    let is_beside = whole >= LASTED_FROM;
    panel(ui, theme, |ui| {
        let place = ui.available_rect_before_wrap();
        let width = if is_beside { place.width() - LASTED } else { place.width() };
        let left = Rect::from_min_size(place.min, vec2(width, 0.0));
        let before = form.clone();
        let shown = ui.scope_builder(UiBuilder::new().id_salt("alert form").max_rect(left), |ui| {
            Frame::new().inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 4 }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.set_width(width - 32.0);
                rows_ui(&rows, ui, state, form);
            });
        });
        // Whoever changes the form gives up a text that could not be read.
        if form.raw.is_some() && *form != before {
            form.raw = None;
        }
        let bottom = shown.response.rect.bottom();
        let answer = state.asking.answer();
        let backtest = answer.backtest();
        if is_beside {
            let right = Rect::from_min_max(pos2(place.left() + width, place.top()), pos2(place.right(), bottom));
            ui.painter().vline(right.left().round() + 0.5, right.y_range(), Stroke::new(1.0, theme.color.line));
            let inner = right.shrink2(vec2(16.0, 12.0));
            let beside = ui.scope_builder(UiBuilder::new().id_salt("lasted").max_rect(inner), |ui| {
                lasted::lasted_ui(cx, ui, backtest, &model.reading.rule, form);
            });
            let lower = beside.response.rect.bottom().max(bottom);
            ui.advance_cursor_after_rect(Rect::from_min_max(place.min, pos2(place.right(), lower)));
        } else {
            ui.advance_cursor_after_rect(Rect::from_min_max(place.min, pos2(place.right(), bottom)));
            Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
                lasted::lasted_ui(cx, ui, backtest, &model.reading.rule, form);
            });
        }
    });
}

fn rows_ui(rows: &Rows<'_, '_>, ui: &mut Ui, state: &mut AlertsPanel, form: &mut Form) {
    rows.row(ui, "Name", &[RuleField::Name], |ui| {
        let width = (ui.available_width() - 90.0).clamp(160.0, 380.0);
        rows.words_field(ui, &mut form.name, ("Name", "what people call it"), width, &[RuleField::Name], false);
        let now = form.name.clone();
        if rows.kept.is_some_and(|kept| kept.name != now) {
            rows.was(ui, &now, |kept| Some(kept.name.chars().take(24).collect()));
        }
    });
    conditions::conditions_ui(rows, ui, form, &mut state.series);
    recovery::recovery_ui(rows, ui, form);
    let elsewhere = rows.reading.problems.iter().filter(|problem| is_elsewhere(problem.field));
    for problem in elsewhere.take(4) {
        problem_line(ui, rows.cx.theme, super::fields::shown(problem), ui.available_width());
        ui.add_space(4.0);
    }
}

/// Whether a field has no row of its own in the form.
fn is_elsewhere(field: RuleField) -> bool {
    matches!(field, RuleField::Document | RuleField::Id | RuleField::Other | RuleField::Text | RuleField::InhibitedBy)
}
