//! JSON lines: an object for each sample, by time.
//!
//! `{"time":…,"series":…,"metric":…,"attributes":{…},"unit":…,"value":…}`; a bucket has `bucket_seconds`, `min`, `max`,
//! `mean` and `count` instead of `value`. Times are RFC 3339 in UTC, units UCUM's.

use std::io::Write;

use serde_json::{Map, Value};

use super::csv::rfc3339;
use super::{ExportJob, TransferError};
use crate::model::SeriesDef;

pub(super) fn write(job: &mut ExportJob<'_>, out: &mut dyn Write) -> Result<usize, TransferError> {
    let middles: Vec<String> = job.inventory.series.iter().map(|listed| middle(&listed.def)).collect();
    job.each_row(&mut |row| {
        let time = rfc3339(row.at);
        for cell in row.cells {
            let Some(middle) = middles.get(cell.series as usize) else { continue };
            match row.tier.step() {
                None => writeln!(out, r#"{{"time":"{time}",{middle},"value":{}}}"#, cell.mean)?,
                Some(step) => writeln!(
                    out,
                    r#"{{"time":"{time}","bucket_seconds":{},{middle},"min":{},"max":{},"mean":{},"count":{}}}"#,
                    step.as_secs(),
                    cell.min,
                    cell.max,
                    cell.mean,
                    cell.count
                )?,
            }
        }
        Ok(())
    })
}

/// What is the same in every line of a series.
fn middle(def: &SeriesDef) -> String {
    let text = |text: &str| Value::from(text).to_string();
    format!(
        r#""series":{},"metric":{},"attributes":{},"unit":{}"#,
        text(&def.key.to_string()),
        text(def.key.metric()),
        attributes_json(def),
        text(&def.unit.ucum())
    )
}

/// A series' attributes as a JSON object.
pub(super) fn attributes_json(def: &SeriesDef) -> String {
    let attributes: Map<String, Value> =
        def.key.attributes().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    Value::from(attributes).to_string()
}
