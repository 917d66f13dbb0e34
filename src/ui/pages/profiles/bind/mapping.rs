//! The keys of a file: which of them are parameters, and how their values are written.

use eframe::egui::{Align, Label, Layout, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::BindForm;
use super::picker::picker_ui;
use crate::model::profile::{BoundKey, Catalogue, Conversion, ParamKey, ParamKind, ProposedKey};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, checkbox, choice_in, text_at};

/// Heights of a row that is not ticked and of one that is.
const ROW: f32 = 30.0;
const ROW_ON: f32 = 62.0;
const INSET: f32 = 16.0;

/// A key of the file.
#[derive(Debug, Clone)]
pub struct MapRow {
    /// The key.
    pub key: String,
    /// Its value in the file, secrets masked; empty where it is not known.
    pub value: String,
    /// Its line; 0 where it is not in the file.
    pub line: usize,
    /// The parameter it is.
    pub param: Option<ParamKey>,
    /// How its value is written.
    pub conversion: Conversion,
    /// What deserves a look before it is bound; may be empty.
    pub note: String,
    /// Whether it is bound.
    pub is_on: bool,
}

impl MapRow {
    /// A key that is bound.
    pub fn bound(bound: &BoundKey) -> Self {
        Self {
            key: bound.key.to_string(),
            value: String::new(),
            line: 0,
            param: Some(bound.param.clone()),
            conversion: bound.conversion,
            note: String::new(),
            is_on: true,
        }
    }

    /// A key that seems to be a parameter.
    pub fn proposed(found: &ProposedKey, is_on: bool) -> Self {
        let note = found.note.as_deref().unwrap_or_default().to_owned();
        Self { value: found.value.to_string(), line: found.line, note, is_on, ..Self::bound(&found.bound) }
    }

    /// A key that is none.
    pub fn other(key: &str, line: usize) -> Self {
        Self {
            key: key.to_owned(),
            value: String::new(),
            line,
            param: None,
            conversion: Conversion::Plain,
            note: String::new(),
            is_on: false,
        }
    }

    /// Notes what the file has.
    pub fn found(&mut self, value: &str, line: usize) {
        self.value = value.to_owned();
        self.line = line;
    }
}

/// The conversions that fit a kind, with what they write.
pub fn conversions(kind: &ParamKind) -> &'static [(Conversion, &'static str)] {
    use Conversion as C;
    match kind {
        ParamKind::Duration { .. } | ParamKind::TimeToLive { .. } => &[
            (C::Plain, "as seconds"),
            (C::Millis, "as milliseconds"),
            (C::Seconds, "as seconds, 0.5"),
            (C::Minutes, "as minutes"),
            (C::DurationText, "as text, 90s"),
        ],
        ParamKind::Size { .. } => &[
            (C::Plain, "as bytes"),
            (C::Kibibytes, "as KiB"),
            (C::Mebibytes, "as MiB"),
            (C::SizeText, "as text, 256MB"),
        ],
        ParamKind::Switch => {
            &[(C::Plain, "true or false"), (C::OneZero, "1 or 0"), (C::OnOff, "on or off"), (C::YesNo, "yes or no")]
        }
        ParamKind::Number { .. } => &[(C::Plain, "as it is"), (C::Percent, "as a percentage")],
        _ => &[(C::Plain, "as it is")],
    }
}

/// Draws the list, with a search over it.
pub fn mapping_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm, catalogue: &Catalogue) {
    let theme = cx.theme;
    if form.rows.len() > 12 {
        ui.horizontal(|ui| {
            ui.add_space(INSET);
            let width = ui.available_width() - INSET;
            let field = Field::new(&mut form.search, "Find key").hint("Find key…").icon(icons::MAGNIFYING_GLASS);
            field.width(width).show(ui, theme);
        });
        ui.add_space(4.0);
    }
    let wanted = form.search.trim().to_lowercase();
    for (i, row) in form.rows.iter_mut().enumerate() {
        if wanted.is_empty() || row.key.to_lowercase().contains(&wanted) {
            row_ui(cx, ui, row, i, catalogue);
        }
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &mut MapRow, i: usize, catalogue: &Catalogue) {
    let theme = cx.theme;
    let c = &theme.color;
    let height = if row.is_on { ROW_ON } else { ROW };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let inner = rect.shrink2(vec2(INSET, 0.0));
    let line = Rect::from_min_max(inner.min, pos2(inner.right(), inner.top() + ROW));
    let mut child =
        ui.new_child(UiBuilder::new().id_salt(("key", i)).max_rect(line).layout(Layout::left_to_right(Align::Center)));
    let name = format!("Bind {}", row.key);
    if checkbox_named(cx, &mut child, &mut row.is_on, &name) && row.is_on && row.param.is_none() {
        // What is ticked without a parameter shows the choice of one.
        row.conversion = Conversion::Plain;
    }
    let left = child.min_rect().right() + 2.0;
    let value_left = (line.left() + line.width() * 0.62).max(left);
    let key_at = Rect::from_min_max(pos2(left, line.top()), pos2(value_left - 8.0, line.bottom()));
    text_at(ui.painter(), theme, key_at, &row.key, TextRole::Code, if row.is_on { c.t1 } else { c.t2 });
    let value_at = Rect::from_min_max(pos2(value_left, line.top()), line.max);
    let value = if row.line == 0 && row.value.is_empty() { "not in the file" } else { &row.value };
    text_at(ui.painter(), theme, value_at, value, TextRole::Code, c.t3);
    if !row.note.is_empty() {
        let mark = pos2(line.right() - 7.0, line.center().y);
        icons::fill::WARNING.paint(ui.painter(), mark, 14.0, c.warning_icon);
        let told = ui.interact(line.with_min_x(value_left), ui.scope_id().with(("note", i)), Sense::hover());
        told.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &row.note));
        told.on_hover_text(&row.note);
    }
    if row.is_on {
        let below = Rect::from_min_max(pos2(left, line.bottom() - 2.0), inner.max - vec2(0.0, 4.0));
        let mut child = ui.new_child(
            UiBuilder::new().id_salt(("to", i)).max_rect(below).layout(Layout::left_to_right(Align::Center)),
        );
        child.spacing_mut().item_spacing.x = 8.0;
        target_ui(cx, &mut child, row, catalogue);
    }
    ui.painter().hline(inner.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
}

/// A checkbox without words of its own; true when it was clicked.
fn checkbox_named(cx: &PanelCx<'_>, ui: &mut Ui, is_on: &mut bool, name: &str) -> bool {
    let response = checkbox(ui, cx.theme, is_on, "");
    let on = *is_on;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    response.changed()
}

/// The parameter and how its value is written.
fn target_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &mut MapRow, catalogue: &Catalogue) {
    const CONVERSION: f32 = 148.0;
    let theme = cx.theme;
    ui.add(Label::new(icons::ARROW_RIGHT.text(12.0, theme.color.t3)));
    let width = ui.available_width() - CONVERSION - 8.0;
    picker_ui(cx, ui, &row.key, &mut row.param, catalogue, width);
    let Some(def) = row.param.as_ref().and_then(|param| catalogue.get(param)) else { return };
    let fitting = conversions(&def.kind);
    if !fitting.iter().any(|(conversion, _)| *conversion == row.conversion) {
        row.conversion = Conversion::Plain;
    }
    if fitting.len() > 1 {
        let name = format!("{} is written", row.key);
        choice_in(ui, theme, &name, CONVERSION, &mut row.conversion, fitting, theme.color.t2);
    }
}
