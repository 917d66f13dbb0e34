//! The key figures as rows of text: all numbers of a row in one unit, with the same number of decimals.

use super::doc::{FigureRow, ReportDoc, series_name};
use crate::model::quantity::{decimals, scale};
use crate::model::{Unit, Units};

/// Heads of the columns.
pub(super) const HEADS: [&str; 8] =
    ["Series", "Unit", "Samples", "Least", "Median", "95th percentile", "Greatest", "Mean"];

/// One row: the name, the unit, the number of samples, and the five figures.
pub(super) struct TextRow {
    pub(super) name: String,
    pub(super) cells: [String; 7],
}

/// Every row as text.
pub(super) fn text_rows(doc: &ReportDoc) -> Vec<TextRow> {
    doc.figures.iter().map(|row| text_row(row, &doc.units)).collect()
}

fn text_row(row: &FigureRow, units: &Units) -> TextRow {
    let unit = row.def.unit;
    let greatest = row.max.abs().max(row.min.abs());
    let (scaled, word) = scale(greatest, unit, units);
    let (at_zero, _) = scale(0.0, unit, units);
    let factor = if greatest > 0.0 { (scaled - at_zero) / greatest } else { 1.0 };
    let values = [row.min, row.median, row.p95, row.max, row.mean];
    let is_whole = values.iter().all(|v| v.fract() == 0.0);
    let n = match (unit, greatest * factor + at_zero) {
        (Unit::Count(_) | Unit::Bytes | Unit::BytesPerSecond, _) if is_whole && factor == 1.0 => 0,
        (_, top) if top >= 999.5 || greatest == 0.0 => 0,
        (_, top) if top >= 9.995 => 1,
        (_, top) if top >= 0.095 => 2,
        _ => 3,
    };
    let number = |value: f64| decimals(value * factor + at_zero, n);
    let word = match unit {
        Unit::Cores => "cores".into(),
        Unit::Count(what) => what.to_owned(),
        _ => word,
    };
    let [min, median, p95, max, mean] = values.map(number);
    let cells = [word, decimals(row.n_samples as f64, 0), min, median, p95, max, mean];
    TextRow { name: series_name(&row.def), cells }
}
