//! The key figures as comma-separated values by RFC 4180: numbers in base units, as a machine reads them.

use super::doc::ReportDoc;
use super::{clock, escape};

const HEADS: [&str; 13] =
    ["series", "name", "instance", "unit", "samples", "min", "median", "p95", "max", "mean", "values", "from", "to"];

/// The file's bytes.
pub(super) fn csv(doc: &ReportDoc) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let (from, to) = (clock::rfc3339(doc.range.start), clock::rfc3339(doc.range.end));
    // Writing to memory does not fail, and every row has as many cells as the head.
    let _ = writer.write_record(HEADS);
    for row in &doc.figures {
        let number = |value: f64| value.to_string();
        let _ = writer.write_record([
            escape::cell(&row.def.key.to_string()),
            escape::cell(&row.def.name),
            escape::cell(&row.def.instance),
            row.def.unit.ucum(),
            row.n_samples.to_string(),
            number(row.min),
            number(row.median),
            number(row.p95),
            number(row.max),
            number(row.mean),
            row.n_values.to_string(),
            from.clone(),
            to.clone(),
        ]);
    }
    writer.into_inner().unwrap_or_default()
}
