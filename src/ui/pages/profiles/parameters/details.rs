//! What is known of a parameter: what it does, what raising and lowering it costs, its range, its default, where its
//! rule of thumb comes from, and why it has its value.

use eframe::egui::{Label, Popup, PopupCloseBehavior, Response, Ui, vec2};

use super::control::first_upper;
use crate::model::profile::{ParamDef, ParamKind, ProfileEdit};
use crate::profile::check::rules_of;
use crate::profile::value_text;
use crate::ui::icons;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::{Layer, PageModel, Row};
use crate::ui::pages::profiles::words::{thin, value_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, hairline, popup_frame};
use crate::ui::{Intent, PanelCx};

const WIDTH: f32 = 340.0;
const LABEL: f32 = 72.0;

/// The short form, while the pointer rests on the name.
pub fn details_tooltip(cx: &PanelCx<'_>, response: Response, model: &PageModel, row: &Row) {
    let def = model.def(row);
    response.on_hover_ui(|ui| {
        ui.set_max_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.label(cx.theme.text(TextRole::Small, &*def.about));
        let range = range_words(&def.kind);
        if !range.is_empty() {
            ui.label(cx.theme.colored(TextRole::Small, format!("Range: {range}"), cx.theme.color.t2));
        }
        if !row.why.is_empty() {
            ui.label(cx.theme.colored(TextRole::Small, format!("Why: {}", row.why), cx.theme.color.t2));
        }
    });
}

/// Everything, where the name was clicked.
pub fn details_popup(cx: &PanelCx<'_>, response: &Response, model: &PageModel, row: &Row, deeds: &mut Vec<Deed>) {
    Popup::from_toggle_button_response(response)
        .frame(popup_frame(cx.theme).inner_margin(12))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            body_ui(cx, ui, model, row, deeds);
        });
}

fn body_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, row: &Row, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let def = model.def(row);
    ui.label(theme.text(TextRole::Heading, &*def.title));
    ui.label(theme.colored(TextRole::Small, &*def.about, theme.color.t2));
    hairline(ui, theme);
    for (label, text) in facts(def, row) {
        if !text.is_empty() {
            fact_ui(cx, ui, label, &text);
        }
    }
    hairline(ui, theme);
    if row.layer == Layer::Own {
        why_ui(cx, ui, row, deeds);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if let Some(below) = &row.below {
            let words = format!("Reset to {below}");
            let name = format!("Reset {}", row.name);
            let reset = Button::quiet(&words).icon(icons::ARROW_COUNTER_CLOCKWISE).name(&name);
            if reset.show(ui, theme).clicked() {
                let edit = ProfileEdit::Reset(row.key.clone());
                deeds.push(Deed::Edit { edit, what: format!("reset {}", row.key) });
                deeds.push(Deed::Settle);
                ui.close();
            }
        }
        let copy = format!("Copy the name {}", row.key);
        if Button::quiet("Copy name").icon(icons::COPY).name(&copy).show(ui, theme).clicked() {
            cx.ask(Intent::Copy(row.key.to_string()));
        }
    });
}

/// What is known, label by label.
fn facts(def: &ParamDef, row: &Row) -> [(&'static str, String); 9] {
    let rules = rules_of(&def.key).map(|rule| format!("{} ({})", first_upper(rule.about), rule.source));
    [
        ("Name", def.key.to_string()),
        ("Value", format!("{}, {}", row.words, row.from)),
        ("Why", row.why.to_string()),
        ("Raising", def.raising.to_string()),
        ("Lowering", def.lowering.to_string()),
        ("Range", range_words(&def.kind)),
        ("Default", def.default.as_ref().map_or_else(|| "left to the service".into(), |v| value_words(Some(v)))),
        ("Source", def.source.to_string()),
        ("Checked", rules.collect::<Vec<_>>().join("\n")),
    ]
}

fn fact_ui(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, text: &str) {
    let theme = cx.theme;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().interact_size.y = 16.0;
        let (rect, _) = ui.allocate_exact_size(vec2(LABEL, 16.0), eframe::egui::Sense::hover());
        crate::ui::widgets::text_at(ui.painter(), theme, rect, label, TextRole::Small, theme.color.t3);
        ui.add(Label::new(theme.text(TextRole::Small, text)).wrap());
    });
}

/// Why the profile has this value, to write.
fn why_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row, deeds: &mut Vec<Deed>) {
    let id = ui.scope_id().with(("why", &*row.key.0));
    let mut text = ui.data(|d| d.get_temp::<String>(id)).unwrap_or_else(|| row.why.to_string());
    let name = format!("Why: {}", row.name);
    let response = Field::new(&mut text, &name).hint("Why this value").id(id.with("field")).show(ui, cx.theme);
    if response.changed() {
        let edit = ProfileEdit::SetWhy(row.key.clone(), text.trim().into());
        deeds.push(Deed::Edit { edit, what: format!("why {}", row.key) });
        ui.data_mut(|d| d.insert_temp(id, text));
    } else if !response.has_focus() {
        ui.data_mut(|d| d.remove_temp::<String>(id));
    }
}

/// What values a parameter takes, in words.
pub fn range_words(kind: &ParamKind) -> String {
    let counted = |text: String, unit: &str| if unit.is_empty() { text } else { format!("{text} {unit}") };
    match kind {
        ParamKind::Switch => "on or off".into(),
        ParamKind::Count { min, max, unit } => counted(format!("{min} to {max}"), unit),
        ParamKind::Number { min, max, unit } => counted(format!("{min} to {max}"), unit),
        ParamKind::Duration { min, max } | ParamKind::TimeToLive { min, max } => {
            format!("{} to {}", thin(&value_text::write_duration(*min)), thin(&value_text::write_duration(*max)))
        }
        ParamKind::Size { min, max } => {
            format!("{} to {}", thin(&value_text::write_size(*min)), thin(&value_text::write_size(*max)))
        }
        ParamKind::Text { max_chars } => format!("text of at most {max_chars} characters"),
        ParamKind::Choice { options } => options.iter().map(|option| &*option.title).collect::<Vec<_>>().join(", "),
        ParamKind::List { max_len } => format!("at most {max_len} words, with commas between"),
        ParamKind::Secret => "made by the program, never shown".into(),
    }
}
