//! The report as JSON: every figure in base units with its unit beside it, times in RFC 3339 and UTC. The field names
//! are a promise: they change only with `format_version`.

use serde::Serialize;

use super::clock::rfc3339;
use super::doc::{FigureRow, ReportDoc};
use super::{method, words};
use crate::analysis::moments::NotableKind;
use crate::model::{Annotation, BusyProcess, MachineInfo, TimeRange};

/// The version of the form, which grows when a field changes its meaning or goes.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    format_version: u32,
    perfdesk_version: &'a str,
    generated_at: String,
    title: String,
    remarks: &'a str,
    summary: String,
    period: Span,
    covers: Option<Span>,
    recorded_ratio: f64,
    gaps: Vec<Span>,
    utc_offset_seconds: i32,
    kept_as: &'static str,
    interval_millis: u32,
    machine: Option<Machine<'a>>,
    machine_note: &'a str,
    figures: Vec<Figures<'a>>,
    moments: Vec<Moment<'a>>,
    annotations: Vec<Note<'a>>,
    charts: Vec<Chart<'a>>,
    left_out: &'a [String],
    method: Vec<Explained>,
}

#[derive(Serialize)]
struct Span {
    start: String,
    end: String,
}

#[derive(Serialize)]
struct Machine<'a> {
    host: &'a str,
    system: &'a str,
    kernel: &'a str,
    cpu: &'a str,
    logical_cores: usize,
    memory_bytes: u64,
    booted_at: Option<String>,
    limit_cpu_cores: Option<f64>,
    limit_memory_bytes: Option<u64>,
    limit_source: Option<&'a str>,
}

#[derive(Serialize)]
struct Figures<'a> {
    series: String,
    name: &'a str,
    instance: &'a str,
    unit: String,
    samples: u64,
    values: usize,
    min: f64,
    median: f64,
    p95: f64,
    max: f64,
    mean: f64,
}

#[derive(Serialize)]
struct Moment<'a> {
    at: String,
    span: Span,
    kind: &'static str,
    series: Option<String>,
    unit: Option<String>,
    value: f64,
    usual: f64,
    times_usual_scatter: f64,
    sentence: &'a str,
    processes_at: Option<String>,
    processes: Vec<Process<'a>>,
}

#[derive(Serialize)]
struct Process<'a> {
    pid: u32,
    name: &'a str,
    command: &'a str,
    user: &'a str,
    cpu_cores: Option<f32>,
    memory_bytes: Option<u64>,
    disk_read_bytes_per_second: Option<u64>,
    disk_write_bytes_per_second: Option<u64>,
}

#[derive(Serialize)]
struct Note<'a> {
    at: String,
    until: Option<String>,
    kind: crate::model::AnnotationKind,
    text: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Chart<'a> {
    title: &'a str,
    step_millis: u64,
    bucket_fields: [&'static str; 5],
    curves: Vec<Curve>,
}

#[derive(Serialize)]
struct Curve {
    series: String,
    unit: String,
    buckets: Vec<(i64, f32, f32, f32, u32)>,
}

#[derive(Serialize)]
struct Explained {
    figure: &'static str,
    how: String,
}

/// The file's bytes.
pub(super) fn json(doc: &ReportDoc) -> Vec<u8> {
    let report = Report {
        format: "perfdesk-report",
        format_version: FORMAT_VERSION,
        perfdesk_version: &doc.version,
        generated_at: rfc3339(doc.generated_at),
        title: words::title(doc),
        remarks: &doc.remarks,
        summary: words::summary(doc),
        period: span(doc.range),
        covers: doc.covers.map(span),
        recorded_ratio: doc.recorded_ratio(),
        gaps: doc.gaps.iter().copied().map(span).collect(),
        utc_offset_seconds: doc.offset_seconds,
        kept_as: doc.kept.tier.name(),
        interval_millis: doc.kept.interval_millis,
        machine: doc.machine.as_ref().map(machine),
        machine_note: &doc.machine_note,
        figures: doc.figures.iter().map(figures).collect(),
        moments: moments(doc),
        annotations: doc.annotations.iter().map(note).collect(),
        charts: doc.charts.iter().map(chart).collect(),
        left_out: &doc.left_out,
        method: method::method(doc).into_iter().map(|(figure, how)| Explained { figure, how }).collect(),
    };
    // Every field is a number, a text or a list of them: there is nothing that JSON cannot hold.
    let mut bytes = serde_json::to_vec(&report).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn span(range: TimeRange) -> Span {
    Span { start: rfc3339(range.start), end: rfc3339(range.end) }
}

fn machine(info: &MachineInfo) -> Machine<'_> {
    let limits = info.limits.as_ref();
    Machine {
        host: &info.host,
        system: &info.system,
        kernel: &info.kernel,
        cpu: &info.cpu,
        logical_cores: info.n_cores,
        memory_bytes: info.memory_bytes,
        booted_at: info.booted_at.map(rfc3339),
        limit_cpu_cores: limits.and_then(|limits| limits.cpu_cores),
        limit_memory_bytes: limits.and_then(|limits| limits.memory_bytes),
        limit_source: limits.map(|limits| &*limits.source),
    }
}

fn figures(row: &FigureRow) -> Figures<'_> {
    Figures {
        series: row.def.key.to_string(),
        name: &row.def.name,
        instance: &row.def.instance,
        unit: row.def.unit.ucum(),
        samples: row.n_samples,
        values: row.n_values,
        min: row.min,
        median: row.median,
        p95: row.p95,
        max: row.max,
        mean: row.mean,
    }
}

fn moments(doc: &ReportDoc) -> Vec<Moment<'_>> {
    let curves: Vec<_> = doc.charts.iter().flat_map(|chart| &chart.curves).collect();
    let all = doc.moments.iter().map(|told| {
        let (kind, (start, end)) = (told.notable.kind, told.notable.span);
        let def = curves.get(told.notable.subject).map(|curve| &curve.def);
        let (series, unit) = def.map(|def| (def.key.to_string(), def.unit.ucum())).unzip();
        Moment {
            at: rfc3339(told.notable.at),
            span: span(TimeRange { start, end }),
            kind: match kind {
                NotableKind::Peak => "peak",
                NotableKind::Dip => "dip",
                NotableKind::Shift => "shift",
            },
            series,
            unit,
            value: told.notable.value,
            usual: told.notable.usual,
            times_usual_scatter: told.notable.clarity,
            sentence: &told.notable.sentence,
            processes_at: told.processes_at.map(rfc3339),
            processes: told.processes.iter().map(process).collect(),
        }
    });
    all.collect()
}

fn process(busy: &BusyProcess) -> Process<'_> {
    Process {
        pid: busy.key.pid,
        name: &busy.name,
        command: &busy.command,
        user: &busy.user,
        cpu_cores: busy.cpu_cores,
        memory_bytes: busy.memory_bytes,
        disk_read_bytes_per_second: busy.read_bytes_per_second,
        disk_write_bytes_per_second: busy.write_bytes_per_second,
    }
}

fn note(annotation: &Annotation) -> Note<'_> {
    let text = &annotation.text;
    let (kind, detail) = (text.kind, &*text.detail);
    Note { at: rfc3339(text.at), until: text.until.map(rfc3339), kind, text: &text.text, detail }
}

fn chart(chart: &super::ReportChart) -> Chart<'_> {
    let curve = |curve: &super::ReportCurve| Curve {
        series: curve.def.key.to_string(),
        unit: curve.def.unit.ucum(),
        buckets: curve.buckets.iter().map(|b| (b.at.as_millis(), b.min, b.mean, b.max, b.count)).collect(),
    };
    Chart {
        title: &chart.title,
        step_millis: chart.step_millis,
        bucket_fields: ["at_unix_millis", "min", "mean", "max", "count"],
        curves: chart.curves.iter().map(curve).collect(),
    }
}
