//! Alerts of the log as text: CSV and JSON. The one owner of that form for the window, the command line and tasks.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::model::alert::AlertRecord;
use crate::model::{AlertLogFormat, Timestamp};

const HEAD: &str = "id,rule,name,severity,instance,pending_from,start,end,duration_seconds,unit,threshold,worst,mean,\
                    busiest,busiest_unit,acknowledged,note,text\n";

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

/// Alerts in this form, in the order in which they come.
pub fn write<'a>(format: AlertLogFormat, records: impl Iterator<Item = &'a AlertRecord>) -> String {
    match format {
        AlertLogFormat::Csv => csv(records),
        AlertLogFormat::Json => json(records),
    }
}

/// A row for each alert under a head; times in UTC, values in the unit of their column.
fn csv<'a>(records: impl Iterator<Item = &'a AlertRecord>) -> String {
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
            cell(&record.busiest_unit),
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
fn json<'a>(records: impl Iterator<Item = &'a AlertRecord>) -> String {
    // Plain structures of numbers and texts always serialise.
    serde_json::to_string_pretty(&records.collect::<Vec<_>>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SeriesKey;
    use crate::model::alert::AlertId;

    fn record() -> AlertRecord {
        AlertRecord {
            id: AlertId(7),
            rule: "cpu".into(),
            name: "CPU, high".into(),
            severity: "warning".into(),
            instance: SeriesKey::new("a.b", &[("c", "d")]),
            text: "=1+1".into(),
            pending_from: Timestamp::from_millis(0),
            start: Timestamp::from_millis(60_000),
            end: Some(Timestamp::from_millis(90_500)),
            ended: None,
            unit: "1".into(),
            threshold: 0.8,
            worst: 0.94,
            mean: 0.86,
            n_values: 30,
            busiest: std::sync::Arc::new([("postgres".into(), 2.1)]),
            busiest_unit: "{cpu}".into(),
            acknowledged: None,
            note: "two\nlines".into(),
        }
    }

    #[test]
    fn a_row_is_quoted_where_it_has_to_be_and_holds_no_formula() {
        let text = csv([record()].iter());
        let row = text.strip_prefix(HEAD).expect("the head");
        assert_eq!(
            row,
            "7,cpu,\"CPU, high\",warning,\"a.b{c=\"\"d\"\"}\",1970-01-01T00:00:00.000Z,1970-01-01T00:01:00.000Z,\
             1970-01-01T00:01:30.500Z,30.5,1,0.8,0.94,0.86,postgres 2.10,{cpu},,\"two\nlines\",'=1+1\n"
        );
    }

    #[test]
    fn json_reads_back() {
        let read: Vec<AlertRecord> = serde_json::from_str(&json([record()].iter())).expect("json");
        assert_eq!(read, [record()]);
    }
}
