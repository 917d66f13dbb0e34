//! Alerts of the log as CSV and as JSON: what is filtered is what goes out. Nothing here draws.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::model::Timestamp;
use crate::model::alert::AlertRecord;

const HEAD: &str = "id,rule,name,severity,instance,pending_from,start,end,duration_seconds,unit,threshold,worst,mean,\
                    busiest,acknowledged,note,text\n";

/// A moment as RFC 3339 in UTC; empty where there is none.
fn rfc3339(at: Option<Timestamp>) -> String {
    let moment = at.and_then(|at| DateTime::<Utc>::from_timestamp_millis(at.as_millis()));
    moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default()
}

/// A cell: quoted where it has to be, and never read as a formula by a spreadsheet.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A row for each alert under a head; times in UTC, values in the unit of their column.
pub fn csv<'a>(records: impl Iterator<Item = &'a AlertRecord>) -> String {
    let mut out = HEAD.to_owned();
    for record in records {
        let busiest: Vec<String> = record.busiest.iter().map(|(name, share)| format!("{name} {share:.2}")).collect();
        let seconds = record.end.map(|end| end.since(record.start).as_secs_f64().to_string()).unwrap_or_default();
        let cells = [
            record.id.0.to_string(),
            cell(&record.rule),
            cell(&record.name),
            cell(&record.severity),
            cell(&record.instance.to_string()),
            rfc3339(Some(record.pending_from)),
            rfc3339(Some(record.start)),
            rfc3339(record.end),
            seconds,
            cell(&record.unit),
            record.threshold.to_string(),
            record.worst.to_string(),
            record.mean.to_string(),
            cell(&busiest.join("; ")),
            rfc3339(record.acknowledged),
            cell(&record.note),
            cell(&record.text),
        ];
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// An array of objects, as the log itself keeps them: times in milliseconds since 1970.
pub fn json<'a>(records: impl Iterator<Item = &'a AlertRecord>) -> String {
    // Plain structures of numbers and texts always serialise.
    serde_json::to_string_pretty(&records.collect::<Vec<_>>()).unwrap_or_default()
}
