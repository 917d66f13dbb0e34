//! Reports: what is told of a period as plain data, and renderers of it to bytes. No history, no clock, no file.
//!
//! [`ReportDoc`] is filled elsewhere; [`render`] turns it into one of the forms. The same document always gives the same
//! bytes.

mod chart;
mod clock;
mod csv_table;
mod doc;
mod escape;
mod figures;
mod html;
mod html_parts;
mod json;
mod markdown;
mod method;
mod style;
#[cfg(test)]
mod tests;
mod ticks;
mod words;

pub use doc::{FigureRow, Kept, ReportChart, ReportCurve, ReportDoc, ReportMoment};

use crate::model::ReportFormat;

/// The document in one form, as the bytes of a whole file.
pub fn render(doc: &ReportDoc, format: ReportFormat) -> Vec<u8> {
    match format {
        ReportFormat::Html => html::html(doc).into_bytes(),
        ReportFormat::Markdown => markdown::markdown(doc).into_bytes(),
        ReportFormat::Json => json::json(doc),
        ReportFormat::Csv => csv_table::csv(doc),
    }
}
