//! The control of a parameter by its kind: a slider with its field, a field that reads as people write, a choice.
//!
//! What is typed goes into the draft with every letter that makes it readable, so that what does not go together is
//! seen at once. While it cannot be read the value from before stands.

use eframe::egui::{Key, Ui, vec2};

use super::class_table::class_table_ui;
use super::row::edge;
use super::secret::secret_ui;
use super::{Parameters, Typed};
use crate::model::profile::{ChoiceOption, ParamDef, ParamKind, ParamValue, ProfileEdit};
use crate::profile::{catalogue, value_text};
use crate::ui::PanelCx;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::{Layer, PageModel, Row};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, RailScale, SliderRail, choice_in, segments, toggle_called};

/// Widths of a rail and of a choice.
const RAIL: f32 = 96.0;
const CHOICE: f32 = 148.0;
/// Most letters of choices that stand side by side.
const MAX_SEGMENT_LETTERS: usize = 16;
/// From so many values on a rail gives the small ones more room.
const WIDE_RANGE: f64 = 500.0;

/// Room for a control.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Up to where the value comes from.
    pub line: f32,
    /// Up to the right margin.
    pub whole: f32,
}

/// Draws the control of a row.
pub fn control_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    model: &PageModel,
    row: &Row,
    place: Place,
    deeds: &mut Vec<Deed>,
) {
    let def = model.def(row);
    match &def.kind {
        ParamKind::Switch => switch_ui(cx, ui, row, deeds),
        ParamKind::Count { min, max, .. } => {
            let range = (*min as f64, *max as f64);
            slider_ui(cx, ui, state, (def, row), range, |v| ParamValue::Count(v.round() as i64), deeds);
        }
        ParamKind::Number { min, max, .. } => {
            slider_ui(cx, ui, state, (def, row), (*min, *max), |v| ParamValue::Number(three_figures(v)), deeds);
        }
        ParamKind::Duration { .. } | ParamKind::Size { .. } => {
            let width = cx.theme.size.field_value;
            value_field_ui(cx, ui, state, def, row, FieldLook { width, is_number: true, hint: "unset" }, deeds);
        }
        ParamKind::Text { .. } => {
            let look = FieldLook { width: place.line.max(160.0), is_number: false, hint: "unset" };
            value_field_ui(cx, ui, state, def, row, look, deeds);
        }
        ParamKind::List { .. } => {
            let look = FieldLook { width: place.line.max(160.0), is_number: false, hint: "one, another" };
            value_field_ui(cx, ui, state, def, row, look, deeds);
        }
        ParamKind::Choice { options } => choice_ui(cx, ui, row, options, place.line, deeds),
        ParamKind::TimeToLive { .. } => class_table_ui(cx, ui, state, (def, row), place, deeds),
        ParamKind::Secret => secret_ui(cx, ui, model, row, deeds),
    }
}

/// Whether a row's value is another layer's, and drawn in grey.
pub fn is_muted(row: &Row) -> bool {
    !matches!(row.layer, Layer::Own | Layer::Machine)
}

/// A value that is set at once, as a step of its own.
pub fn set(row: &Row, value: ParamValue, deeds: &mut Vec<Deed>) {
    let edit = ProfileEdit::Set(row.key.clone(), value);
    deeds.push(Deed::Edit { edit, what: format!("set {}", row.key) });
    deeds.push(Deed::Settle);
}

fn switch_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row, deeds: &mut Vec<Deed>) {
    let mut is_on = matches!(row.value, Some(ParamValue::Switch(true)));
    let words = match row.value {
        Some(ParamValue::Switch(true)) => "on",
        Some(_) => "off",
        None => "left to the service",
    };
    ui.horizontal(|ui| {
        ui.set_min_height(cx.theme.size.control);
        if toggle_called(ui, cx.theme, &mut is_on, &row.name, words, is_muted(row)).changed() {
            set(row, ParamValue::Switch(is_on), deeds);
        }
    });
}

fn slider_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    (def, row): (&ParamDef, &Row),
    (min, max): (f64, f64),
    of: impl Fn(f64) -> ParamValue,
    deeds: &mut Vec<Deed>,
) {
    let value = match row.value {
        Some(ParamValue::Count(n)) => Some(n as f64),
        Some(ParamValue::Number(n)) => Some(n),
        _ => None,
    };
    let scale = if max - min > WIDE_RANGE { RailScale::Logarithmic } else { RailScale::Linear };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let rail = SliderRail::new(&row.name, value.unwrap_or(min), min..=max).width(RAIL).scale(scale);
        let slid = rail.muted(is_muted(row)).show(ui, cx.theme);
        let is_dragged = value.is_none_or(|v| (v - slid.shown).abs() > f64::EPSILON) && slid.shown != min;
        let shown = if is_dragged { value_text::write(&of(slid.shown)) } else { row.text.clone() };
        let look = FieldLook { width: cx.theme.size.field_value, is_number: true, hint: "unset" };
        let name = format!("{}, exact", row.name);
        let what = FieldOf { row, field: 0, name: &name, shown: &shown };
        field_ui(cx, ui, state, what, look, |text| read(def, text), deeds);
        if let Some(slid) = slid.committed {
            set(row, of(round_for_rail(slid, min, max)), deeds);
        }
    });
}

/// A rail is no more exact than its places are: a value is rounded to two figures where there are hundreds.
fn round_for_rail(value: f64, min: f64, max: f64) -> f64 {
    let step = 10f64.powf((value.abs().max(1.0)).log10().floor() - 1.0).max(1.0);
    if max - min <= 200.0 { value } else { ((value / step).round() * step).clamp(min, max) }
}

/// Three figures of a number.
fn three_figures(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 2.0 - value.abs().log10().floor();
    let factor = 10f64.powf(digits);
    (value * factor).round() / factor
}

/// How a field looks.
#[derive(Debug, Clone, Copy)]
pub struct FieldLook<'a> {
    /// Its width, points.
    pub width: f32,
    /// Whether its text stands at the right.
    pub is_number: bool,
    /// What stands in it while it is empty.
    pub hint: &'a str,
}

/// Which field of which row.
pub struct FieldOf<'a> {
    /// Its row.
    pub row: &'a Row,
    /// Which of its fields.
    pub field: usize,
    /// What it is called.
    pub name: &'a str,
    /// What stands in it while nothing is typed.
    pub shown: &'a str,
}

fn value_field_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    def: &ParamDef,
    row: &Row,
    look: FieldLook<'_>,
    deeds: &mut Vec<Deed>,
) {
    let what = FieldOf { row, field: 0, name: &row.name, shown: &row.text };
    field_ui(cx, ui, state, what, look, |text| read(def, text), deeds);
}

/// What was typed as a value within bounds.
pub fn read(def: &ParamDef, text: &str) -> Result<ParamValue, String> {
    let value = value_text::read(&def.kind, text.trim()).map_err(|why| first_upper(&why))?;
    match catalogue::check_value(def, &value) {
        Some(problem) => Err(first_upper(&problem.text)),
        None => Ok(value),
    }
}

/// A sentence's text with a capital at its beginning.
pub fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A field whose text is a value, or a part of one; `read` makes the whole value of what is typed.
pub fn field_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    of: FieldOf<'_>,
    look: FieldLook<'_>,
    read: impl Fn(&str) -> Result<ParamValue, String>,
    deeds: &mut Vec<Deed>,
) {
    let id = (of.row.key.clone(), of.field);
    let mut text = state.typed.get(&id).map_or_else(|| of.shown.to_owned(), |typed| typed.text.clone());
    let problem = edge(state, of.row, of.field);
    let mut field = Field::new(&mut text, of.name).hint(look.hint).width(look.width).problem(problem).edge_alone();
    if look.is_number {
        field = field.number();
    }
    let is_typed = state.typed.contains_key(&id);
    let field_id = ui.scope_id().with(("value", &*of.row.key.0, of.field));
    let response = field.muted(is_muted(of.row) && !is_typed).id(field_id).show(ui, cx.theme);
    take_typed(ui, state, id, &of, &response, text, read, deeds);
}

/// Takes what was typed into a field in this frame.
#[expect(clippy::too_many_arguments, reason = "a field is its text, its parameter and the way to read it")]
pub fn take_typed(
    ui: &Ui,
    state: &mut Parameters,
    id: super::FieldId,
    of: &FieldOf<'_>,
    response: &eframe::egui::Response,
    text: String,
    read: impl Fn(&str) -> Result<ParamValue, String>,
    deeds: &mut Vec<Deed>,
) {
    let what = super::typing(&id);
    if response.changed() {
        let fault = match read(&text) {
            Ok(value) => {
                deeds.push(Deed::Edit { edit: ProfileEdit::Set(of.row.key.clone(), value), what });
                None
            }
            // Nothing typed is nothing set: the layer below holds.
            Err(_) if text.trim().is_empty() && of.field == 0 => {
                deeds.push(Deed::Edit { edit: ProfileEdit::Reset(of.row.key.clone()), what });
                None
            }
            Err(fault) => {
                deeds.push(Deed::Unset { what });
                Some(fault)
            }
        };
        state.typed.insert(id, Typed { text, fault });
    } else if response.lost_focus() && state.typed.contains_key(&id) {
        let is_given_up = ui.input(|i| i.key_pressed(Key::Escape));
        let is_faulty = state.typed.get(&id).is_some_and(|typed| typed.fault.is_some());
        if is_given_up {
            deeds.push(Deed::Unset { what });
        }
        if is_given_up || !is_faulty {
            state.typed.remove(&id);
        }
        deeds.push(Deed::Settle);
    }
}

/// A choice: side by side where its words are few, otherwise a list that drops.
fn choice_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row, options: &[ChoiceOption], room: f32, deeds: &mut Vec<Deed>) {
    let present = match &row.value {
        Some(ParamValue::Text(text)) => options.iter().position(|option| option.value == *text),
        _ => None,
    };
    let mut chosen = present;
    let choices: Vec<(Option<usize>, &str)> =
        options.iter().enumerate().map(|(i, option)| (Some(i), &*option.title)).collect();
    let n_letters: usize = options.iter().map(|option| option.title.chars().count()).sum();
    let is_changed = if options.len() <= 3 && n_letters <= MAX_SEGMENT_LETTERS {
        ui.horizontal(|ui| segments(ui, cx.theme, &row.name, &mut chosen, &choices)).inner
    } else {
        let color = if is_muted(row) { cx.theme.color.t3 } else { cx.theme.color.t1 };
        let name = &row.name;
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        let font = cx.theme.font(TextRole::Body);
        let longest = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color).size().x;
        let width = options.iter().map(|option| longest(&option.title)).fold(0.0, f32::max) + 36.0;
        let width = width.clamp(CHOICE, room.max(CHOICE));
        choice_in(ui, cx.theme, name, width, &mut chosen, &choices, color)
    };
    if is_changed && let Some(option) = chosen.and_then(|i| options.get(i)) {
        set(row, ParamValue::Text(option.value.clone()), deeds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rail_gives_round_numbers_and_a_field_exact_ones() {
        for (value, max, expect) in [(23.7, 100.0, 23.7), (237.4, 500.0, 240.0), (8_472.0, 10_000.0, 8_500.0)] {
            assert_eq!(round_for_rail(value, 1.0, max), expect);
        }
        assert_eq!(three_figures(0.123_456), 0.123);
        assert_eq!(three_figures(0.0), 0.0);
    }
}
