//! The series a recording's columns become.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{ImportColumn, SeriesDef, SeriesGroup, SeriesKey};
use crate::store::history::probe_named;

/// The attribute that says which recording a series is of.
pub const IMPORT_ATTRIBUTE: &str = "import";

/// A series for each column, under keys that no two share. A name that is a key keeps its attributes.
pub(super) fn defs(columns: &[ImportColumn], recording: &str) -> Vec<Arc<SeriesDef>> {
    let mut taken = HashSet::new();
    columns
        .iter()
        .map(|column| {
            let parsed = column.name.parse::<SeriesKey>().ok().filter(|key| !key.metric().trim().is_empty());
            let (name, instance) = match &parsed {
                Some(key) => {
                    let values: Vec<&str> = key
                        .attributes()
                        .filter(|(name, _)| *name != IMPORT_ATTRIBUTE)
                        .map(|(_, value)| value)
                        .collect();
                    (key.metric().to_owned(), values.join(", "))
                }
                None => (column.name.trim().to_owned(), String::new()),
            };
            let instance = match instance.as_str() {
                "" => recording.to_owned(),
                values => format!("{values}, {recording}"),
            };
            let bare = parsed.unwrap_or_else(|| SeriesKey::new(&metric_of(&name), &[]));
            let mut n = 1;
            let key = loop {
                let metric = if n == 1 { bare.metric().to_owned() } else { format!("{} {n}", bare.metric()) };
                let key = with_import(&bare, &metric, recording);
                if taken.insert(key.clone()) {
                    break key;
                }
                n += 1;
            };
            Arc::new(SeriesDef {
                key,
                unit: column.unit,
                group: SeriesGroup::Imported,
                name: if n == 1 { name } else { format!("{name} {n}") }.into(),
                instance: instance.into(),
                probe: probe_named("csv"),
                cadence: None,
            })
        })
        .collect()
}

fn with_import(key: &SeriesKey, metric: &str, recording: &str) -> SeriesKey {
    let mut attributes: Vec<(&str, &str)> = key.attributes().filter(|(name, _)| *name != IMPORT_ATTRIBUTE).collect();
    attributes.push((IMPORT_ATTRIBUTE, recording));
    SeriesKey::new(metric, &attributes)
}

/// A column's name as a metric's: without the signs a key is written with.
fn metric_of(name: &str) -> String {
    let metric: String = name
        .chars()
        .take(200)
        .map(|c| match c {
            '{' => '(',
            '}' => ')',
            '"' => '\'',
            '=' => ':',
            ',' => ';',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let metric = metric.trim();
    if metric.is_empty() { "column".to_owned() } else { metric.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    #[test]
    fn names_become_keys_that_are_written_and_read() {
        let column = |name: &str| ImportColumn { index: 0, name: name.into(), unit: Unit::Ratio, factor: 1.0 };
        let names = ["cpu, \"all\" {x=1}", "cpu", "cpu", r#"system.cpu{cpu="0",import="old"}"#, " "];
        let defs = defs(&names.map(column), "night run");
        let keys: Vec<String> = defs.iter().map(|def| def.key.to_string()).collect();
        let expect = [
            r#"cpu; 'all' (x:1){import="night run"}"#,
            r#"cpu{import="night run"}"#,
            r#"cpu 2{import="night run"}"#,
            r#"system.cpu{cpu="0",import="night run"}"#,
            r#"column{import="night run"}"#,
        ];
        assert_eq!(keys, expect);
        for def in &defs {
            assert_eq!(def.key.to_string().parse::<SeriesKey>().as_ref(), Ok(&def.key));
        }
        assert_eq!((&*defs[0].name, &*defs[0].instance), ("cpu, \"all\" {x=1}", "night run"));
        assert_eq!((&*defs[3].name, &*defs[3].instance), ("system.cpu", "0, night run"));
    }
}
