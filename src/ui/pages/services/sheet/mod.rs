//! A whole table of this page: sorted by any column, filtered, chosen by mouse and arrows, copied as text or CSV.
//!
//! Rows are made once for new figures; a frame formats those alone that are on the screen.

mod copy;
mod draw;

pub(super) use draw::bar;

use std::sync::Arc;

use eframe::egui::{Align, Key, Layout, Modifiers, Rect, Ui, UiBuilder, vec2};

use super::words::{millis_decimals, percent_number, rate_number, some_decimals};
use crate::model::quantity::decimals;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, menu_item, popup_menu};
use crate::ui::{Intent, PanelCx, icons};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Names as code, at the left.
    Code,
    /// Words, at the left.
    Words,
    /// Times, shown in milliseconds.
    Millis,
    /// Events each second.
    Rate,
    /// Shares, shown in percent; from the notice on in colour.
    Percent,
    /// Other shares, in percent.
    Share,
    /// Plain numbers with this many decimals.
    Number(usize),
    /// A share of the greatest, as a bar in this of the colours of series.
    Bar(usize),
}

impl Form {
    /// Whether it stands at the right and begins with the greatest when it is sorted.
    const fn is_number(self) -> bool {
        !matches!(self, Self::Code | Self::Words)
    }
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its head, with the unit.
    pub title: &'static str,
    pub form: Form,
    /// Its width; the first column takes what is left over.
    pub width: f32,
    /// What it means, in its tooltip.
    pub meaning: &'static str,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Words or code.
    Text(Arc<str>),
    /// A number in its base unit; `None` is not told.
    Number(Option<f64>),
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// What it is, unlike every other row.
    pub key: Arc<str>,
    pub cells: Vec<Cell>,
}

impl Row {
    fn number(&self, column: usize) -> Option<f64> {
        match self.cells.get(column) {
            Some(Cell::Number(number)) => *number,
            _ => None,
        }
    }

    fn text(&self, column: usize) -> &str {
        match self.cells.get(column) {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }
}

/// What a table remembers between frames.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: &'static [Column],
    rows: Vec<Row>,
    /// The rows that are shown, in their order.
    order: Vec<usize>,
    /// What of the figures the rows were made of: an address that is held elsewhere as long as it is compared.
    made_of: Option<Arc<dyn std::any::Any>>,
    /// Greatest value of each column.
    greatest: Vec<f64>,
    sort: (usize, bool),
    filter: String,
    pub chosen: Option<Arc<str>>,
    scroll_to: Option<usize>,
    scroll_offset: f32,
}

impl Sheet {
    /// A table that begins sorted by a column, the greatest first.
    pub(super) fn new(columns: &'static [Column], sort: usize) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            order: Vec::new(),
            made_of: None,
            greatest: Vec::new(),
            sort: (sort, true),
            filter: String::new(),
            chosen: None,
            scroll_to: None,
            scroll_offset: 0.0,
        }
    }

    /// Takes in rows where what they are made of is new.
    pub(super) fn refresh<T: 'static>(&mut self, of: &Arc<T>, rows: impl FnOnce(&T) -> Vec<Row>) {
        let same = self.made_of.as_ref().is_some_and(|made| Arc::as_ptr(made).cast::<()>() == Arc::as_ptr(of).cast());
        if same {
            return;
        }
        self.rows = rows(of);
        self.made_of = Some(of.clone());
        let greatest = |i| self.rows.iter().filter_map(|row| row.number(i)).fold(0.0, f64::max);
        self.greatest = (0..self.columns.len()).map(greatest).collect();
        self.arrange();
    }

    /// Puts the shown rows in order.
    fn arrange(&mut self) {
        let words: Vec<String> = self.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |row: &Row| {
            words.iter().all(|word| {
                row.cells.iter().any(|cell| match cell {
                    Cell::Text(text) => text.to_lowercase().contains(word.as_str()),
                    Cell::Number(_) => false,
                })
            })
        };
        self.order = (0..self.rows.len()).filter(|i| words.is_empty() || fits(&self.rows[*i])).collect();
        let (column, is_descending) = self.sort;
        let is_number = self.columns.get(column).is_some_and(|column| column.form.is_number());
        let rows = &self.rows;
        self.order.sort_by(|a, b| {
            let (a, b) = (&rows[*a], &rows[*b]);
            let by = if is_number {
                // What is not told comes last in either order.
                match (a.number(column), b.number(column)) {
                    (Some(x), Some(y)) if is_descending => y.total_cmp(&x),
                    (Some(x), Some(y)) => x.total_cmp(&y),
                    (x, y) => y.is_some().cmp(&x.is_some()),
                }
            } else if is_descending {
                b.text(column).cmp(a.text(column))
            } else {
                a.text(column).cmp(b.text(column))
            };
            by.then_with(|| a.key.cmp(&b.key))
        });
    }

    /// The chosen row, where it is still there.
    pub(super) fn chosen(&self) -> Option<&Row> {
        let key = self.chosen.as_ref()?;
        self.rows.iter().find(|row| row.key == *key)
    }

    /// The first rows by the order in force, for a short table.
    pub(super) fn first(&self, n: usize) -> impl Iterator<Item = &Row> {
        self.order.iter().take(n).filter_map(|i| self.rows.get(*i))
    }

    /// The text of a cell; the same number of decimals down a column.
    fn cell_text(&self, row: &Row, column: usize) -> String {
        let form = self.columns[column].form;
        let greatest = self.greatest.get(column).copied().unwrap_or_default();
        match row.cells.get(column) {
            Some(Cell::Text(text)) => text.to_string(),
            Some(Cell::Number(Some(value))) => number_text(form, *value, greatest),
            _ => "–".into(),
        }
    }

    /// The row in words, for those who do not see it.
    fn label(&self, row: &Row) -> String {
        let mut label = row.text(0).to_owned();
        for (i, column) in
            self.columns.iter().enumerate().skip(1).filter(|(_, column)| !matches!(column.form, Form::Bar(_)))
        {
            label.push_str(&format!(", {} {}", column.title, self.cell_text(row, i)));
        }
        label
    }
}

/// A number of a column whose greatest is known.
pub(super) fn number_text(form: Form, value: f64, greatest: f64) -> String {
    match form {
        Form::Millis => some_decimals(value * 1e3, millis_decimals(greatest * 1e3)),
        Form::Rate => match greatest {
            g if g >= 100.0 && value >= 1.0 => decimals(value, 0),
            g if g >= 100.0 => some_decimals(value, if value == 0.0 { 0 } else { 2 }),
            g if g >= 10.0 => some_decimals(value, 1),
            _ => {
                if value == 0.0 {
                    rate_number(0.0)
                } else {
                    some_decimals(value, 2)
                }
            }
        },
        Form::Percent => percent_number(value),
        Form::Share => some_decimals(value * 100.0, 1),
        Form::Number(n) => some_decimals(value, n),
        Form::Code | Form::Words | Form::Bar(_) => decimals(value, 2),
    }
}

/// The height of a short table of so many rows, its head included.
pub(super) fn brief_height(cx: &PanelCx<'_>, n_rows: usize) -> f32 {
    cx.theme.size.table_head + n_rows as f32 * cx.theme.frame(cx.is_compact).row
}

/// Draws the head and the first rows, for a page that scrolls as a whole; answers with the row that was clicked.
pub(super) fn brief_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    sheet: &mut Sheet,
    (n_rows, notice): (usize, f64),
) -> Option<Arc<str>> {
    draw::brief_ui(cx, ui, rect, sheet, (n_rows, notice))
}

/// What a person wants done with the chosen row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Look at its traces.
    Traces,
    /// Put it on the charts.
    Chart,
    /// Have the server plan it.
    Plan,
}

/// What a table is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// What one row is, such as "route".
    pub name: &'a str,
    /// From where on a share of errors is coloured.
    pub notice: f64,
    /// What would fill it while it has no rows.
    pub missing: &'a str,
}

/// Draws the table into `rect`: tools, head, rows.
pub(super) fn sheet_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    sheet: &mut Sheet,
    about: About<'_>,
    asks: &[Ask],
) -> Option<Ask> {
    let tools = Rect::from_min_size(rect.min, vec2(rect.width(), 44.0));
    let body = rect.with_min_y(tools.bottom());
    let asked = tools_ui(cx, ui, tools, sheet, about.name, asks);
    keys(ui, sheet);
    draw::table_ui(cx, ui, body, sheet, about);
    asked
}

fn tools_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, sheet: &mut Sheet, name: &str, asks: &[Ask]) -> Option<Ask> {
    let theme = cx.theme;
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut asked = None;
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let why_not = sheet.order.is_empty().then_some("There is nothing to copy");
        let copy = Button::secondary("Copy").icon(icons::COPY).why_not(why_not).show(ui, theme);
        popup_menu(theme, &copy, |ui| {
            if menu_item(ui, theme, "As text", Some(icons::FILE_TEXT), false).clicked() {
                cx.ask(Intent::Copy(copy::text(sheet)));
            }
            if menu_item(ui, theme, "As CSV", Some(icons::TABLE), false).clicked() {
                cx.ask(Intent::Copy(copy::csv(sheet)));
            }
        });
        let choose = format!("Choose a {name} first");
        let why_not = sheet.chosen().is_none().then_some(choose.as_str());
        for ask in asks.iter().rev() {
            let (icon, text) = match ask {
                Ask::Traces => (icons::TREE_VIEW, "Show its traces"),
                Ask::Chart => (icons::CHART_LINE, "Chart this"),
                Ask::Plan => (icons::TREE_VIEW, "Explain it"),
            };
            if Button::secondary(text).icon(icon).why_not(why_not).show(ui, theme).clicked() {
                asked = Some(*ask);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let label = format!("Filter {name}s");
            let before = sheet.filter.clone();
            let width = if cx.is_compact { 200.0 } else { 260.0 };
            let field = Field::new(&mut sheet.filter, &label).hint("Words that must be in it");
            field.icon(icons::MAGNIFYING_GLASS).width(width).show(ui, theme);
            if sheet.filter != before {
                sheet.arrange();
            }
            let of = format!("{} of {}", sheet.order.len(), sheet.rows.len());
            ui.label(theme.colored(TextRole::Small, of, theme.color.t3));
        });
    });
    asked
}

/// Up and down choose another row while no field has the keyboard.
fn keys(ui: &Ui, sheet: &mut Sheet) {
    if ui.ctx().text_edit_focused() || ui.any_popup_open() || sheet.chosen.is_none() {
        return;
    }
    let at = sheet.order.iter().position(|i| Some(&sheet.rows[*i].key) == sheet.chosen.as_ref());
    let take = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if take(Key::Escape) {
        sheet.chosen = None;
        return;
    }
    let to = match at {
        Some(at) if take(Key::ArrowDown) => (at + 1).min(sheet.order.len().saturating_sub(1)),
        Some(at) if take(Key::ArrowUp) => at.saturating_sub(1),
        _ => return,
    };
    sheet.chosen = sheet.order.get(to).map(|i| sheet.rows[*i].key.clone());
    sheet.scroll_to = Some(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column { title: "Route", form: Form::Code, width: 0.0, meaning: "" },
        Column { title: "p95, ms", form: Form::Millis, width: 60.0, meaning: "" },
    ];

    fn sheet(rows: &[(&str, Option<f64>)]) -> Sheet {
        let mut sheet = Sheet::new(COLUMNS, 1);
        let row = |(name, p95): &(&str, Option<f64>)| Row {
            key: (*name).into(),
            cells: vec![Cell::Text((*name).into()), Cell::Number(*p95)],
        };
        sheet.refresh(&Arc::new(rows.iter().map(row).collect::<Vec<Row>>()), |rows| rows.clone());
        sheet
    }

    fn shown(sheet: &Sheet) -> Vec<&str> {
        sheet.first(99).map(|row| &*row.key).collect()
    }

    #[test]
    fn rows_are_sorted_either_way_and_what_is_not_told_comes_last() {
        let mut sheet = sheet(&[("GET /a", Some(0.2)), ("GET /b", None), ("POST /c", Some(0.9))]);
        assert_eq!(shown(&sheet), ["POST /c", "GET /a", "GET /b"]);
        sheet.sort = (1, false);
        sheet.arrange();
        assert_eq!(shown(&sheet), ["GET /a", "POST /c", "GET /b"]);
        sheet.sort = (0, false);
        sheet.arrange();
        assert_eq!(shown(&sheet), ["GET /a", "GET /b", "POST /c"]);
        sheet.filter = "get a".into();
        sheet.arrange();
        assert_eq!(shown(&sheet), ["GET /a"]);
    }

    #[test]
    fn a_column_has_one_precision_and_something_is_never_nothing() {
        let sheet = sheet(&[("a", Some(0.842)), ("b", Some(0.0004)), ("c", Some(0.0)), ("d", None)]);
        let texts: Vec<String> = sheet.rows.iter().map(|row| sheet.cell_text(row, 1)).collect();
        assert_eq!(texts, ["842", "<\u{2009}1", "0", "–"]);
        assert_eq!(number_text(Form::Millis, 0.0123, 0.0456), "12.3");
        assert_eq!(
            (number_text(Form::Rate, 0.4, 1240.0), number_text(Form::Rate, 212.3, 1240.0)),
            ("0.40".into(), "212".into())
        );
        let small = [
            (Form::Number(2), 0.004, "<\u{2009}0.01"),
            (Form::Number(2), 0.006, "0.01"),
            (Form::Number(0), 0.2, "<\u{2009}1"),
        ];
        for (form, value, expect) in small.into_iter().chain([
            (Form::Share, 0.0004, "<\u{2009}0.1"),
            (Form::Share, 0.0, "0.0"),
            (Form::Rate, 0.004, "<\u{2009}0.01"),
            (Form::Millis, 0.0, "0"),
        ]) {
            assert_eq!(number_text(form, value, 1.0), expect, "{value}");
        }
        assert_eq!(copy::csv(&sheet).lines().next(), Some("Route,\"p95, ms\""));
        assert_eq!(copy::csv(&sheet).lines().nth(1), Some("a,842"));
    }
}
