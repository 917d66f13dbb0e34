//! A time to live: one for all keys, or a table of one for each class of them.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::Parameters;
use super::control::{FieldLook, FieldOf, Place, field_ui, is_muted, read, set, take_typed};
use crate::model::profile::{ClassRow, ClassTable, ParamDef, ParamKind, ParamValue};
use crate::profile::value_text;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::Row;
use crate::ui::pages::profiles::words::thin;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, IconButton, Problem, link, number_cell, segments, text_at};

/// Greatest width of the table.
const TABLE: f32 = 324.0;
const HEAD: f32 = 25.0;
/// Right edges of the columns from the table's right edge, and the place of the button that takes a row out.
const LIVES: f32 = 93.0;
const STALE: f32 = 9.0;
const FIELD: f32 = 72.0;
/// Most classes of one table.
const MAX_ROWS: usize = 100;
/// The class of all keys that no other fits.
const REST: &str = "*";
/// Fields of one row.
const FIELDS_A_ROW: usize = 3;
/// The field for the jitter.
const JITTER: usize = 9_999;

/// Draws the control.
pub fn class_table_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    (def, row): (&ParamDef, &Row),
    place: Place,
    deeds: &mut Vec<Deed>,
) {
    let table = match &row.value {
        Some(ParamValue::ByClass(table)) => Some(table.clone()),
        _ => None,
    };
    let mut is_by_class = table.is_some();
    let choices = [(false, "One value"), (true, "By key class")];
    let is_changed = ui.horizontal(|ui| segments(ui, cx.theme, &row.name, &mut is_by_class, &choices)).inner;
    if is_changed {
        state.forget(&row.key);
        set(row, if is_by_class { into_table(row) } else { into_one(row) }, deeds);
        return;
    }
    match table {
        None => {
            let look = FieldLook { width: cx.theme.size.field_value, is_number: true, hint: "unset" };
            let name = format!("{}, one value", row.name);
            let of = FieldOf { row, field: 0, name: &name, shown: &row.text };
            field_ui(cx, ui, state, of, look, |text| read(def, text), deeds);
        }
        Some(table) => table_ui(cx, ui, state, (def, row), &table, place.whole.min(TABLE), deeds),
    }
}

/// The one value as a table of the class of all keys.
fn into_table(row: &Row) -> ParamValue {
    let lives = match row.value {
        Some(ParamValue::Duration(lives)) => lives,
        _ => Duration::from_secs(300),
    };
    let rest = ClassRow { class: REST.into(), lives, stale: Duration::ZERO };
    ParamValue::ByClass(Arc::new(ClassTable { rows: vec![rest], jitter_ratio: 0.0 }))
}

/// The table as one value: that of all the rest.
fn into_one(row: &Row) -> ParamValue {
    let lives = match &row.value {
        Some(ParamValue::ByClass(table)) => table.rows.last().map(|row| row.lives),
        _ => None,
    };
    ParamValue::Duration(lives.unwrap_or(Duration::from_secs(300)))
}

fn table_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    (def, row): (&ParamDef, &Row),
    table: &Arc<ClassTable>,
    width: f32,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let line = theme.size.row_dense;
    let n = table.rows.len();
    ui.add_space(2.0);
    let size = vec2(width, HEAD + line * n as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let radius = f32::from(theme.radius.control);
    let stroke = Stroke::new(1.0, c.line);
    ui.painter().rect(rect, radius, c.bg_field, stroke, StrokeKind::Inside);
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + HEAD));
    let corners = eframe::egui::CornerRadius { nw: theme.radius.control, ne: theme.radius.control, sw: 0, se: 0 };
    ui.painter().rect_filled(head.shrink(1.0), corners, c.bg_panel);
    let inner = head.with_min_x(head.left() + 9.0);
    text_at(ui.painter(), theme, inner, "Key class", TextRole::Small, c.t2);
    let color = c.t2;
    let until = |right: f32| head.with_max_x(head.right() - right);
    number_cell(ui.painter(), theme, until(LIVES), "Lives", TextRole::Small, color);
    number_cell(ui.painter(), theme, until(STALE), "Serve stale", TextRole::Small, color);
    for (i, class) in table.rows.iter().enumerate() {
        let top = head.bottom() + line * i as f32;
        ui.painter().hline(rect.x_range(), top.round() - 0.5, Stroke::new(1.0, c.line_subtle));
        let at = Rect::from_min_size(pos2(rect.left(), top), vec2(width, line));
        class_ui(cx, ui, state, Cells { def, row, table, class, i, at }, deeds);
    }
    foot_ui(cx, ui, state, row, table, deeds);
}

/// One row of the table.
struct Cells<'a> {
    def: &'a ParamDef,
    row: &'a Row,
    table: &'a Arc<ClassTable>,
    class: &'a ClassRow,
    i: usize,
    at: Rect,
}

fn class_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Parameters, cells: Cells<'_>, deeds: &mut Vec<Deed>) {
    let Cells { def, row, table, class, i, at } = cells;
    let theme = cx.theme;
    let is_rest = i + 1 == table.rows.len();
    let name = |part: &str| format!("{}: {part} of {}", row.name, class.class);
    let cell_at = |right: f32, width: f32| {
        Rect::from_min_max(
            pos2(at.right() - right - width + 9.0, at.top()),
            pos2(at.right() - right + 9.0, at.bottom()),
        )
    };
    let class_at = Rect::from_min_max(at.min, pos2(at.right() - LIVES - FIELD + 9.0 - 4.0, at.bottom()));
    if is_rest {
        let inner = class_at.with_min_x(class_at.left() + 10.0);
        text_at(ui.painter(), theme, inner, &class.class, TextRole::Code, theme.color.t1);
    } else {
        let with = |text: &str| with_class(def, table, i, text);
        let cell = Cell { field: field_of(i, 0), name: format!("{}: class {}", row.name, i + 1), is_code: true };
        cell_ui(cx, ui, state, row, cell, &class.class, class_at, with, deeds);
    }
    let lives = thin(&value_text::write_duration(class.lives));
    let with = |text: &str| {
        let lives = value_text::read_duration(text)?;
        in_bounds(def, lives)?;
        Ok(changed(table, i, |row| row.lives = lives))
    };
    let cell = Cell { field: field_of(i, 1), name: name("life"), is_code: false };
    cell_ui(cx, ui, state, row, cell, &lives, cell_at(LIVES, FIELD), with, deeds);
    let stale = if class.stale.is_zero() { "off".to_owned() } else { thin(&value_text::write_duration(class.stale)) };
    let with = |text: &str| {
        let is_off = matches!(text.trim(), "off" | "no" | "0" | "");
        let stale = if is_off { Duration::ZERO } else { value_text::read_duration(text)? };
        Ok(changed(table, i, |row| row.stale = stale))
    };
    let cell = Cell { field: field_of(i, 2), name: name("stale time"), is_code: false };
    cell_ui(cx, ui, state, row, cell, &stale, cell_at(STALE, FIELD), with, deeds);
    if !is_rest {
        let side = 20.0;
        let button = Rect::from_center_size(pos2(at.right() + 16.0, at.center().y), vec2(side, side));
        let mut place = ui.new_child(UiBuilder::new().max_rect(button));
        let name = format!("{}: take out {}", row.name, class.class);
        if IconButton::new(icons::X, &name).side(side).show(&mut place, theme).clicked() {
            let mut table = ClassTable::clone(table);
            table.rows.remove(i);
            state.forget(&row.key);
            set(row, ParamValue::ByClass(Arc::new(table)), deeds);
        }
    }
}

/// A cell that can be written in.
struct Cell {
    field: usize,
    name: String,
    is_code: bool,
}

#[expect(clippy::too_many_arguments, reason = "a cell is its place, its text and the way to read it")]
fn cell_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    row: &Row,
    cell: Cell,
    shown: &str,
    at: Rect,
    read: impl Fn(&str) -> Result<ParamValue, String>,
    deeds: &mut Vec<Deed>,
) {
    let id = (row.key.clone(), cell.field);
    let typed = state.typed.get(&id);
    let mut text = typed.map_or_else(|| shown.to_owned(), |typed| typed.text.clone());
    let fault = typed.and_then(|typed| typed.fault.clone());
    let problem = fault.as_deref().map(Problem::Error);
    let field_id = ui.scope_id().with(("class", &*row.key.0, cell.field));
    let field = Field::new(&mut text, &cell.name).cell().edge_alone().problem(problem).id(field_id);
    let field = field.width(at.width()).muted(is_muted(row));
    let mut place = ui.new_child(UiBuilder::new().max_rect(at));
    let field = if cell.is_code { field.code() } else { field.number() };
    let response = field.show(&mut place, cx.theme);
    let of = FieldOf { row, field: cell.field, name: &cell.name, shown };
    take_typed(ui, state, id, &of, &response, text, read, deeds);
}

const fn field_of(i: usize, part: usize) -> usize {
    1 + i * FIELDS_A_ROW + part
}

fn changed(table: &ClassTable, i: usize, change: impl FnOnce(&mut ClassRow)) -> ParamValue {
    let mut table = table.clone();
    if let Some(row) = table.rows.get_mut(i) {
        change(row);
    }
    ParamValue::ByClass(Arc::new(table))
}

fn with_class(def: &ParamDef, table: &ClassTable, i: usize, text: &str) -> Result<ParamValue, String> {
    let class = text.trim();
    if class.is_empty() {
        return Err("A class needs a pattern, such as product:*".into());
    }
    if table.rows.iter().enumerate().any(|(j, row)| j != i && &*row.class == class) {
        return Err(format!("There is a class {class} already"));
    }
    let value = changed(table, i, |row| row.class = class.into());
    match crate::profile::catalogue::check_value(def, &value) {
        Some(problem) => Err(problem.text.to_string()),
        None => Ok(value),
    }
}

fn in_bounds(def: &ParamDef, lives: Duration) -> Result<(), String> {
    let ParamKind::TimeToLive { min, max } = def.kind else { return Ok(()) };
    if (min..=max).contains(&lives) {
        return Ok(());
    }
    Err(format!("Between {} and {}", value_text::write_duration(min), value_text::write_duration(max)))
}

/// Adding a class, and by how much times are varied.
fn foot_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    row: &Row,
    table: &Arc<ClassTable>,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let add = link(ui, theme, "Add a class");
        add.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{}: add a class", row.name)));
        if add.clicked() && table.rows.len() < MAX_ROWS {
            state.forget(&row.key);
            set(row, with_new_class(table), deeds);
        }
        ui.add_space(12.0);
        ui.label(theme.colored(TextRole::Small, "Jitter", theme.color.t2));
        let shown = percent(table.jitter_ratio);
        let name = format!("{}: jitter", row.name);
        let of = FieldOf { row, field: JITTER, name: &name, shown: &shown };
        let look = FieldLook { width: 64.0, is_number: true, hint: "0 %" };
        let read = |text: &str| {
            let jitter_ratio = read_percent(text)?;
            Ok(ParamValue::ByClass(Arc::new(ClassTable { jitter_ratio, ..ClassTable::clone(table) })))
        };
        field_ui(cx, ui, state, of, look, read, deeds);
    });
}

/// The table with a class more, before that of all the rest.
fn with_new_class(table: &ClassTable) -> ParamValue {
    let mut table = table.clone();
    let is_free = |class: &str| table.rows.iter().all(|row| &*row.class != class);
    let class = (1..).map(|i| if i == 1 { "key:*".to_owned() } else { format!("key{i}:*") }).find(|c| is_free(c));
    let lives = table.rows.last().map_or(Duration::from_secs(300), |row| row.lives);
    let at = table.rows.len().saturating_sub(1);
    let row = ClassRow { class: class.unwrap_or_default().into(), lives, stale: Duration::ZERO };
    table.rows.insert(at, row);
    ParamValue::ByClass(Arc::new(table))
}

fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if (percent - percent.round()).abs() < 1e-6 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

fn read_percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim();
    let percent: f64 = number.parse().map_err(|_| "A share in per cent, such as 10 %".to_owned())?;
    if (0.0..=100.0).contains(&percent) { Ok(percent / 100.0) } else { Err("Between 0 % and 100 %".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_class_stands_before_the_rest_and_has_a_name_of_its_own() {
        let rest = ClassRow { class: REST.into(), lives: Duration::from_secs(60), stale: Duration::ZERO };
        let table = ClassTable { rows: vec![rest], jitter_ratio: 0.1 };
        let ParamValue::ByClass(one) = with_new_class(&table) else { panic!("a table") };
        let ParamValue::ByClass(two) = with_new_class(&one) else { panic!("a table") };
        let classes: Vec<&str> = two.rows.iter().map(|row| &*row.class).collect();
        assert_eq!(classes, ["key:*", "key2:*", "*"]);
    }

    #[test]
    fn shares_are_read_as_they_are_written() {
        for (text, expect) in [("10 %", Ok(0.1)), ("2.5", Ok(0.025)), ("0", Ok(0.0))] {
            assert_eq!(read_percent(text), expect);
        }
        assert!(read_percent("a lot").is_err() && read_percent("120 %").is_err());
        assert_eq!((percent(0.1).as_str(), percent(0.025).as_str()), ("10 %", "2.5 %"));
    }
}
