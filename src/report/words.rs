//! Sentences and lines that more than one form says.

use super::clock::Clock;
use super::doc::{ReportDoc, series_name};
use crate::analysis::span_text::span_text;
use crate::model::quantity::decimals;
use crate::model::{Annotation, BusyProcess, MachineInfo, Quantity, Tier, Unit, Units};

/// The heading.
pub(super) fn title(doc: &ReportDoc) -> String {
    let host = doc.machine.as_ref().map(|machine| machine.host.trim()).filter(|host| !host.is_empty());
    match (doc.title.trim(), host) {
        ("", Some(host)) => format!("Performance of {host}"),
        ("", None) => "Performance report".into(),
        (title, _) => title.into(),
    }
}

/// The period and its length: "2026-11-24 14:00:00 to 16:00:00 UTC+01:00, 2 h".
pub(super) fn period(doc: &ReportDoc) -> String {
    let clock = clock(doc);
    format!("{} {}, {}", clock.span(doc.range), clock.name(), span_text(doc.range.span()))
}

pub(super) fn clock(doc: &ReportDoc) -> Clock {
    Clock { offset_seconds: doc.offset_seconds }
}

/// What the report amounts to, a sentence or two.
pub(super) fn summary(doc: &ReportDoc) -> String {
    if doc.covers.is_none() {
        return "Nothing was recorded in this period.".into();
    }
    let text = |value: f64, unit: Unit| Quantity::new(value, unit).text(&doc.units);
    let figure = |metric: &str| {
        doc.figures.iter().find(|row| row.def.key.metric() == metric && row.def.key.attributes().next().is_none())
    };
    let mut parts = Vec::new();
    for (metric, name) in [("system.cpu.utilization", "CPU"), ("system.memory.utilization", "memory")] {
        if let Some(row) = figure(metric) {
            let (median, max) = (text(row.median, row.def.unit), text(row.max, row.def.unit));
            parts.push(format!("{name} at {median} by the median, {max} at most"));
        }
    }
    let n = doc.moments.len();
    let stood_out = match n {
        0 => "nothing stood out".to_owned(),
        1 => "one moment stood out".to_owned(),
        n => format!("{n} moments stood out"),
    };
    let figures = if parts.is_empty() { String::new() } else { format!("{}; ", parts.join(", ")) };
    let mut sentence = format!("{figures}{stood_out}.");
    if let Some(first) = sentence.get(..1) {
        let first = first.to_uppercase();
        sentence.replace_range(..1, &first);
    }
    format!("{sentence} {}.", coverage(doc))
}

/// How much of the period was recorded: "Recorded throughout", "Recorded for 92 % of the time, with 3 gaps".
pub(super) fn coverage(doc: &ReportDoc) -> String {
    let ratio = doc.recorded_ratio();
    match doc.gaps.len() {
        _ if doc.covers.is_none() => "Nothing was recorded".into(),
        0 => "Recorded throughout".into(),
        n => {
            let gaps = if n == 1 { "one gap".to_owned() } else { format!("{n} gaps") };
            // Never a whole where something is missing, and never nothing where there is something.
            let percent = (ratio * 1000.0).floor() / 10.0;
            format!(
                "Recorded for {}\u{2009}% of the time, with {gaps}",
                decimals(percent.max(0.1), usize::from(percent.fract() != 0.0))
            )
        }
    }
}

/// How finely the samples are kept, in words.
pub(super) fn kept(doc: &ReportDoc) -> String {
    let every = || span_text(std::time::Duration::from_millis(u64::from(doc.kept.interval_millis)));
    match doc.kept.tier {
        _ if doc.covers.is_none() => "Nothing is kept of this period".into(),
        Tier::Full if doc.kept.interval_millis == 0 => "Every sample".into(),
        Tier::Full => format!("Every sample, one each {}", every()),
        tier => {
            let name = tier.name();
            format!("{}{}, of older samples", name[..1].to_uppercase(), &name[1..])
        }
    }
}

/// Facts of the machine, each with its name; what is not known is left out.
pub(super) fn machine(info: &MachineInfo, doc: &ReportDoc) -> Vec<(&'static str, String)> {
    let bytes = |n: u64| Quantity::new(n as f64, Unit::Bytes).text(&doc.units);
    let mut facts = vec![
        ("Host", info.host.to_string()),
        ("System", info.system.to_string()),
        ("Kernel", info.kernel.to_string()),
        ("Processor", info.cpu.to_string()),
        ("Logical cores", if info.n_cores > 0 { info.n_cores.to_string() } else { String::new() }),
        ("Memory", if info.memory_bytes > 0 { bytes(info.memory_bytes) } else { String::new() }),
    ];
    if let Some(at) = info.booted_at {
        facts.push(("Started", format!("{} {}", clock(doc).second(at), clock(doc).name())));
    }
    if let Some(limits) = &info.limits {
        let cores = limits.cpu_cores.map(|cores| Quantity::new(cores, Unit::Cores).text(&doc.units));
        let allowed: Vec<String> = cores.into_iter().chain(limits.memory_bytes.map(bytes)).collect();
        if !allowed.is_empty() {
            facts.push(("Limits", format!("{} ({})", allowed.join(", "), limits.source)));
        }
    }
    facts.retain(|(_, text)| !text.trim().is_empty());
    facts
}

/// A process and what it used: "make (process 7): 1.50 cores, 1.00 MiB, 2.05 kB/s of disk".
pub(super) fn process(process: &BusyProcess, units: &Units) -> (String, String) {
    let text = |value: f64, unit: Unit| Quantity::new(value, unit).text(units);
    let disk = match (process.read_bytes_per_second, process.write_bytes_per_second) {
        (None, None) => None,
        (read, write) => Some(read.unwrap_or(0) + write.unwrap_or(0)).filter(|bytes| *bytes > 0),
    };
    let parts = [
        process.cpu_cores.map(|cores| text(f64::from(cores), Unit::Cores)),
        process.memory_bytes.map(|bytes| text(bytes as f64, Unit::Bytes)),
        disk.map(|bytes| format!("disk {}", text(bytes as f64, Unit::BytesPerSecond))),
    ];
    let used: Vec<String> = parts.into_iter().flatten().collect();
    (process.name.to_string(), format!("process {}: {}", process.key.pid, used.join(", ")))
}

/// When an annotation is, or from when to when.
pub(super) fn annotation_time(annotation: &Annotation, clock: Clock) -> String {
    let at = annotation.text.at;
    annotation.text.until.map_or_else(|| clock.second(at), |end| clock.span(crate::model::TimeRange { start: at, end }))
}

/// What the curves of a chart are, for those who do not see it.
pub(super) fn chart_description(chart: &super::ReportChart, doc: &ReportDoc) -> String {
    let curve = |curve: &super::ReportCurve| {
        let name = series_name(&curve.def);
        let text = |value: f64| Quantity::new(value, curve.def.unit).text(&doc.units);
        match doc.figures.iter().find(|row| row.def.key == curve.def.key) {
            Some(row) => {
                format!("{name}: from {} to {}, median {}", text(row.min), text(row.max), text(row.median))
            }
            None => format!("{name}: nothing was recorded"),
        }
    };
    chart.curves.iter().map(curve).collect::<Vec<_>>().join("; ")
}
