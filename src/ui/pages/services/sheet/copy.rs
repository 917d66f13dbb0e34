//! The shown rows as text for the clipboard: in columns that line up, or as CSV (RFC 4180).

use super::{Form, Sheet};

/// Columns set apart by spaces, numbers at the right.
pub(super) fn text(sheet: &Sheet) -> String {
    let columns: Vec<usize> = columns(sheet);
    let mut lines: Vec<Vec<String>> =
        vec![columns.iter().map(|i| sheet.columns[*i].title.to_owned()).collect::<Vec<_>>()];
    for row in sheet.first(usize::MAX) {
        lines.push(columns.iter().map(|i| sheet.cell_text(row, *i)).collect());
    }
    let widths: Vec<usize> =
        (0..columns.len()).map(|i| lines.iter().map(|line| line[i].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().enumerate().map(|(i, cell)| {
            let room = widths[i].saturating_sub(cell.chars().count());
            let blank = " ".repeat(room);
            if sheet.columns[columns[i]].form.is_number() { format!("{blank}{cell}") } else { format!("{cell}{blank}") }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// Comma-separated values with a head; numbers without commas at thousands, what is not told left empty.
pub(super) fn csv(sheet: &Sheet) -> String {
    let columns = columns(sheet);
    let mut out = columns.iter().map(|i| field(sheet.columns[*i].title)).collect::<Vec<_>>().join(",");
    out.push('\n');
    for row in sheet.first(usize::MAX) {
        let cells = columns.iter().map(|i| {
            let scale = match sheet.columns[*i].form {
                Form::Millis => 1e3,
                Form::Percent | Form::Share => 100.0,
                _ => 1.0,
            };
            match row.cells.get(*i) {
                // Six figures and no more: the rest is the arithmetic's own.
                Some(super::Cell::Number(Some(value))) => format!("{}", (value * scale * 1e6).round() / 1e6),
                Some(super::Cell::Text(text)) => field(text),
                _ => String::new(),
            }
        });
        out.push_str(&cells.collect::<Vec<_>>().join(","));
        out.push('\n');
    }
    out
}

/// The columns that are copied: bars only repeat a number.
fn columns(sheet: &Sheet) -> Vec<usize> {
    (0..sheet.columns.len()).filter(|i| !matches!(sheet.columns[*i].form, Form::Bar(_))).collect()
}

fn field(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\n', '\r']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
