//! Current values as text for Prometheus: OpenMetrics 1.0, or the older text format 0.0.4 for those who do not ask for it.
//!
//! Series are gauges, since every one is a level or a rate already; what Perfdesk counts since its start is a counter.
//! Sources: the OpenMetrics 1.0 specification; Prometheus' "Exposition formats"; its naming rules as `promtool check
//! metrics` looks at them.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use super::exposition_own::own;
use crate::analysis::prometheus_name::{escaped, gauge_name, labels, unit_name};
use crate::model::{SeriesInfo, Snapshot, Unit};

/// Which of the two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4.
    Text,
}

impl Form {
    /// The type of its bodies.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// What a scraper asks for in its header `Accept`: OpenMetrics where it is named.
    pub fn wanted(accept: Option<&str>) -> Self {
        let is_named = accept.is_some_and(|accept| accept.contains("application/openmetrics-text"));
        if is_named { Self::OpenMetrics } else { Self::Text }
    }
}

/// What a family's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A level.
    Gauge,
    /// What was counted since the start; only grows.
    Counter,
}

/// A metric with its samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its name, of a counter without `_total`.
    pub name: String,
    /// What its numbers are.
    pub kind: Kind,
    /// The unit's name, with which the name ends.
    pub unit: Option<&'static str>,
    /// What it is.
    pub help: String,
    /// Labels as they stand in a line, such as `{cpu="0"}` or nothing, and the number.
    pub samples: Vec<(String, f64)>,
}

/// The text of the series that are meant and, where `with_own`, of Perfdesk's own state.
pub fn write(snapshot: &Snapshot, form: Form, is_meant: impl Fn(&SeriesInfo) -> bool, with_own: bool) -> String {
    let mut families = if with_own { own(snapshot) } else { Vec::new() };
    families.extend(of_series(snapshot, is_meant));
    let mut out = String::with_capacity(families.iter().map(|family| 200 + family.samples.len() * 96).sum());
    let mut taken = HashSet::new();
    for mut family in families {
        // Two metrics may have one name when dots become underscores.
        let mut n = 2;
        let wanted = family.name.clone();
        while !taken.insert(family.name.clone()) {
            family.name = match family.unit.and_then(|unit| wanted.strip_suffix(unit)) {
                Some(bare) => format!("{bare}{n}_{}", family.unit.unwrap_or_default()),
                None => format!("{wanted}_{n}"),
            };
            n += 1;
        }
        write_family(&mut out, &family, form);
    }
    if form == Form::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

fn write_family(out: &mut String, family: &Family, form: Form) {
    let Family { name, kind, unit, help, samples } = family;
    let total = if *kind == Kind::Counter { "_total" } else { "" };
    // In the older format a counter's family has the name of its samples.
    let head = match form {
        Form::OpenMetrics => name.clone(),
        Form::Text => format!("{name}{total}"),
    };
    let word = match kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
    };
    // The two formats escape quotes in different ways, so none stand there.
    let help = escaped(&help.replace('"', "'"));
    let _ = writeln!(out, "# HELP {head} {help}");
    let _ = writeln!(out, "# TYPE {head} {word}");
    if let Some(unit) = unit.filter(|_| form == Form::OpenMetrics) {
        let _ = writeln!(out, "# UNIT {head} {unit}");
    }
    for (labels, value) in samples {
        let _ = writeln!(out, "{name}{total}{labels} {value}");
    }
}

/// Families of the series that have a value now, by metric and unit.
fn of_series(snapshot: &Snapshot, is_meant: impl Fn(&SeriesInfo) -> bool) -> Vec<Family> {
    let mut grouped: BTreeMap<(&str, String), Vec<(&SeriesInfo, f64)>> = BTreeMap::new();
    for info in snapshot.series.iter().filter(|info| is_meant(info)) {
        let Some(value) = snapshot.value(info.id) else { continue };
        grouped.entry((info.def.key.metric(), info.def.unit.ucum())).or_default().push((info, value));
    }
    let family = |((metric, _), mut series): ((&str, String), Vec<(&SeriesInfo, f64)>)| {
        series.sort_by(|a, b| a.0.def.key.cmp(&b.0.def.key));
        let unit = series.first().map_or(Unit::Count(""), |(info, _)| info.def.unit);
        let help = series.first().map(|(info, _)| info.def.name.to_string()).unwrap_or_default();
        let mut taken = HashSet::new();
        let samples = series.iter().map(|(info, value)| {
            // Attributes whose names differ in signs alone have one label: a number tells such series apart.
            let mut text = labels(&info.def.key, None);
            let mut n = 2;
            while !taken.insert(text.clone()) {
                text = labels(&info.def.key, Some(n));
                n += 1;
            }
            (text, *value)
        });
        let samples = samples.collect();
        Family { name: gauge_name(metric, unit), kind: Kind::Gauge, unit: unit_name(unit), help, samples }
    };
    grouped.into_iter().map(family).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::endpoints::made_up::{self, series};

    #[test]
    fn series_stand_by_family_with_units_and_absent_ones_left_out() {
        let snapshot = made_up::of_series(&[
            (series("system.disk.io", &[("device", "sd\"b\\")], Unit::BytesPerSecond, "Disk \"read\""), 2.5),
            (series("system.cpu.utilization", &[], Unit::Ratio, "CPU busy"), 0.25),
            (series("system.disk.io", &[("device", "sda")], Unit::BytesPerSecond, "Disk \"read\""), 1e6),
            (series("system.process.count", &[], Unit::Count("process"), "Processes"), 7.0),
            (series("gone", &[], Unit::Seconds, "Gone"), f64::NAN),
        ]);
        let expect = r#"# HELP system_cpu_utilization_ratio CPU busy
# TYPE system_cpu_utilization_ratio gauge
# UNIT system_cpu_utilization_ratio ratio
system_cpu_utilization_ratio 0.25
# HELP system_disk_io_bytes_per_second Disk 'read'
# TYPE system_disk_io_bytes_per_second gauge
# UNIT system_disk_io_bytes_per_second bytes_per_second
system_disk_io_bytes_per_second{device="sd\"b\\"} 2.5
system_disk_io_bytes_per_second{device="sda"} 1000000
# HELP system_process_count_value Processes
# TYPE system_process_count_value gauge
system_process_count_value 7
# EOF
"#;
        assert_eq!(write(&snapshot, Form::OpenMetrics, |_| true, false), expect);
        let text = write(&snapshot, Form::Text, |info| info.def.key.metric() == "system.cpu.utilization", false);
        assert_eq!(
            text,
            expect.lines().take(4).filter(|l| !l.contains("UNIT")).map(|l| format!("{l}\n")).collect::<String>()
        );
    }

    #[test]
    fn names_and_labels_that_would_meet_are_told_apart() {
        let snapshot = made_up::of_series(&[
            (series("a.b", &[("x.y", "1")], Unit::Seconds, "One"), 1.0),
            (series("a.b", &[("x_y", "1")], Unit::Seconds, "One"), 2.0),
            (series("a_b", &[], Unit::Seconds, "Two"), 3.0),
            (series("c", &[], Unit::Count("x"), "Three"), 4.0),
            (series("c", &[], Unit::PerSecond("x"), "Three"), 5.0),
        ]);
        let text = write(&snapshot, Form::OpenMetrics, |_| true, false);
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let expect = [
            r#"a_b_seconds{x_y="1"} 1"#,
            r#"a_b_seconds{x_y="1",series_number="2"} 2"#,
            "a_b_2_seconds 3",
            "c 4",
            "c_per_second 5",
        ];
        assert_eq!(lines, expect);
    }

    #[test]
    fn counters_are_named_as_each_format_has_them() {
        let snapshot = made_up::of_series(&[]);
        let lines = |form| -> Vec<String> {
            let text = write(&snapshot, form, |_| true, true);
            text.lines().filter(|line| line.contains("sampling_passes")).map(ToOwned::to_owned).collect()
        };
        let named = |head: &str| {
            [
                format!("# HELP {head} Passes of the sampler since the start"),
                format!("# TYPE {head} counter"),
                "perfdesk_sampling_passes_total 0".to_owned(),
            ]
        };
        assert_eq!(lines(Form::OpenMetrics), named("perfdesk_sampling_passes"));
        assert_eq!(lines(Form::Text), named("perfdesk_sampling_passes_total"));
        assert_eq!(Form::wanted(Some("application/openmetrics-text;version=1.0.0,text/plain")), Form::OpenMetrics);
        assert_eq!((Form::wanted(Some("*/*")), Form::wanted(None)), (Form::Text, Form::Text));
    }
}
