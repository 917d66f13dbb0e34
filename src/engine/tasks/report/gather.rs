//! Gathers a report out of history: key figures, curves, what stands out and who was busy then. What it holds at a time
//! is bounded, however long the period is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::choice::{self, Planned};
use super::share::Share;
use super::silence::silences;
use crate::analysis::moments::{MomentSubject, Notable, NotableKind, notable_moments};
use crate::analysis::quantile::{quantile_sorted, quantile_unsorted};
use crate::engine::period::{Period, PeriodValues, read_periods};
use crate::model::{
    Annotation, BusyProcess, MachineInfo, SeriesDef, SeriesGroup, SeriesKey, Tier, TimeRange, Timestamp, Units,
};
use crate::report::{FigureRow, Kept, ReportChart, ReportCurve, ReportDoc, ReportMoment};
use crate::store::history::{CurveCut, HistoryError, HistoryRead};
use crate::store::progress::Progress;

/// Series of one report; the rest is left out.
const MOST_SERIES: usize = 128;
/// Width of a chart, which bounds the buckets of a curve to some 1,200.
const WIDTH_PX: u32 = 600;
/// Moments told.
const MOST_MOMENTS: usize = 12;
/// Processes told with a moment.
const MOST_PROCESSES: usize = 3;
/// How old a reading of processes may be that still speaks of a moment.
const PROCESSES_WITHIN: Duration = Duration::from_secs(120);
/// Annotations told.
const MOST_ANNOTATIONS: usize = 500;

/// What is to be gathered.
#[derive(Debug, Clone, Copy)]
pub struct ReportPlan<'a> {
    /// Which time.
    pub range: TimeRange,
    /// Which series; a sensible choice where it is empty.
    pub series: &'a [SeriesKey],
    /// Its heading.
    pub title: &'a str,
    /// A person's own words at its beginning.
    pub remarks: &'a str,
    /// The machine as it is now, where it is known: history does not keep what it was.
    pub machine: Option<&'a MachineInfo>,
    /// How units read.
    pub units: Units,
    /// When it is made.
    pub generated_at: Timestamp,
    /// How far the report's clock is ahead of UTC, seconds.
    pub offset_seconds: i32,
}

/// Gathers a report.
///
/// # Errors
/// What history says, and [`HistoryError::Cancelled`] when `progress` says so.
pub fn gather(
    history: &dyn HistoryRead,
    plan: &ReportPlan<'_>,
    progress: &mut dyn Progress,
) -> Result<ReportDoc, HistoryError> {
    progress.step(Some(0.0), "looks through the series")?;
    let mut left_out = Vec::new();
    let planned = planned_charts(history, plan, &mut left_out, &mut Share::new(progress, 0.0, 0.1))?;
    let defs: Vec<Arc<SeriesDef>> = planned.iter().flat_map(|chart| chart.series.iter().map(Arc::clone)).collect();
    let keys: Vec<SeriesKey> = defs.iter().map(|def| def.key.clone()).collect();
    let mut periods = read_periods(history, &keys, &[plan.range], &mut Share::new(progress, 0.1, 0.7))?;
    let period = periods.pop().unwrap_or_else(Period::empty);
    let (kept, covers) = (Kept { tier: period.tier, interval_millis: period.interval_millis }, period.covers);
    let n_read = period.series.len();
    let figures: Vec<FigureRow> =
        defs.iter().zip(period.series).filter_map(|(def, values)| figure_row(def, values)).collect();
    if n_read == defs.len() && !plan.series.is_empty() && figures.len() < defs.len() {
        let empty = defs.iter().filter(|def| !figures.iter().any(|row| row.def.key == def.key));
        let names: Vec<String> = empty.map(|def| def.key.to_string()).collect();
        left_out.push(format!("Nothing was recorded in this period of {}", names.join(", ")));
    }
    let charts = charts(history, plan.range, planned, &figures, &mut Share::new(progress, 0.7, 0.85))?;
    let moments = moments(history, plan, &charts, &mut Share::new(progress, 0.85, 1.0))?;
    let mut annotations = history.annotations()?;
    annotations.retain(|annotation| is_in(annotation, plan.range));
    if annotations.len() > MOST_ANNOTATIONS {
        left_out.push(format!(
            "{} annotations after the first {MOST_ANNOTATIONS} are left out",
            annotations.len() - MOST_ANNOTATIONS
        ));
        annotations.truncate(MOST_ANNOTATIONS);
    }
    let gaps = history.gaps(plan.range)?;
    Ok(ReportDoc {
        title: plan.title.into(),
        remarks: plan.remarks.into(),
        version: env!("CARGO_PKG_VERSION").into(),
        generated_at: plan.generated_at,
        offset_seconds: plan.offset_seconds,
        units: plan.units,
        machine: plan.machine.cloned(),
        machine_note: plan.machine.map_or_else(String::new, |_| MACHINE_NOTE.into()),
        range: plan.range,
        covers,
        kept,
        gaps: silences(gaps, plan.range, covers, kept.interval_millis),
        charts,
        figures,
        moments,
        annotations,
        left_out,
    })
}

const MACHINE_NOTE: &str = "The machine is told as it was when the report was made; history does not keep what it was \
                            before.";

fn planned_charts(
    history: &dyn HistoryRead,
    plan: &ReportPlan<'_>,
    left_out: &mut Vec<String>,
    progress: &mut dyn Progress,
) -> Result<Vec<Planned>, HistoryError> {
    let all = history.series()?;
    if plan.series.is_empty() {
        return choice::sensible(history, &all, plan.range, progress);
    }
    let by_key: HashMap<&SeriesKey, &Arc<SeriesDef>> = all.iter().map(|def| (&def.key, def)).collect();
    let mut wanted: Vec<Arc<SeriesDef>> = Vec::new();
    for key in plan.series {
        match by_key.get(key) {
            Some(def) if wanted.iter().any(|other| other.key == def.key) => {}
            Some(_) if wanted.len() >= MOST_SERIES => {
                left_out.push(format!("A report has at most {MOST_SERIES} series, the others are left out"));
                break;
            }
            Some(def) => wanted.push(Arc::clone(def)),
            None => left_out.push(format!("History knows no series {key}")),
        }
    }
    Ok(choice::chosen(&wanted))
}

fn figure_row(def: &Arc<SeriesDef>, mut values: PeriodValues) -> Option<FigureRow> {
    let mean = values.mean()?;
    let mut sorted: Vec<f64> = std::mem::take(&mut values.values).into_iter().map(f64::from).collect();
    let median = quantile_unsorted(&mut sorted, 0.5)?;
    Some(FigureRow {
        def: Arc::clone(def),
        n_samples: values.n_samples,
        n_values: sorted.len(),
        min: values.min.into(),
        median,
        p95: quantile_sorted(&sorted, 0.95)?,
        max: values.max.into(),
        mean,
    })
}

/// The curves of all charts that have any; a series without a figure has no curve.
fn charts(
    history: &dyn HistoryRead,
    range: TimeRange,
    planned: Vec<Planned>,
    figures: &[FigureRow],
    progress: &mut dyn Progress,
) -> Result<Vec<ReportChart>, HistoryError> {
    let has_figure = |def: &Arc<SeriesDef>| figures.iter().any(|row| row.def.key == def.key);
    let mut charts = Vec::new();
    let n = planned.len().max(1) as f32;
    for (i, Planned { title, mut series }) in planned.into_iter().enumerate() {
        progress.step(Some(i as f32 / n), &title)?;
        series.retain(has_figure);
        if series.is_empty() {
            continue;
        }
        let keys: Vec<SeriesKey> = series.iter().map(|def| def.key.clone()).collect();
        let found = history.curves(&keys, &CurveCut { range, width_px: WIDTH_PX })?;
        let step_millis = u64::try_from(found.step.as_millis()).unwrap_or(u64::MAX);
        // The bucket before the period's start is drawn where a part of it lies in the period.
        let from = range.start.minus(found.step);
        let curve = |(def, mut buckets): (Arc<SeriesDef>, Vec<crate::model::Bucket>)| {
            buckets.retain(|bucket| (bucket.at > from || bucket.at >= range.start) && bucket.at < range.end);
            ReportCurve { def, buckets }
        };
        let curves = series.into_iter().zip(found.curves).map(curve).collect();
        charts.push(ReportChart { title, step_millis, curves });
    }
    Ok(charts)
}

fn moments(
    history: &dyn HistoryRead,
    plan: &ReportPlan<'_>,
    charts: &[ReportChart],
    progress: &mut dyn Progress,
) -> Result<Vec<ReportMoment>, HistoryError> {
    let curves: Vec<(&ReportCurve, u64)> =
        charts.iter().flat_map(|chart| chart.curves.iter().map(|curve| (curve, chart.step_millis))).collect();
    let names: Vec<String> = curves.iter().map(|(curve, _)| crate::engine::comparing::name_of(&curve.def)).collect();
    let subjects: Vec<MomentSubject<'_>> = curves
        .iter()
        .zip(&names)
        .map(|((curve, _), name)| MomentSubject { name, unit: curve.def.unit, buckets: &curve.buckets })
        .collect();
    let found = notable_moments(&subjects, &plan.units, MOST_MOMENTS);
    let n = found.len().max(1) as f32;
    let mut moments = Vec::with_capacity(found.len());
    for (i, mut notable) in found.into_iter().enumerate() {
        progress.step(Some(i as f32 / n), "looks who was busy")?;
        let Some((curve, step_millis)) = curves.get(notable.subject) else { continue };
        refine(history, &curve.def.key, *step_millis, &mut notable)?;
        let reading = history.processes(notable.at, PROCESSES_WITHIN)?;
        let processes_at = reading.as_ref().map(|reading| reading.at);
        let mut processes = reading.map(|reading| reading.processes.to_vec()).unwrap_or_default();
        let use_of = |process: &BusyProcess| busy_by(process, &curve.def);
        processes.sort_by(|a, b| use_of(b).total_cmp(&use_of(a)));
        processes.retain(|process| use_of(process) > 0.0);
        processes.truncate(MOST_PROCESSES);
        moments.push(ReportMoment { notable, processes, processes_at });
    }
    moments.sort_by_key(|moment| moment.notable.at);
    Ok(moments)
}

/// Moves a peak from the start of its bucket to the very sample, where single samples are kept: the processes of that
/// second are meant, not those of the bucket's first.
fn refine(
    history: &dyn HistoryRead,
    key: &SeriesKey,
    step_millis: u64,
    notable: &mut Notable,
) -> Result<(), HistoryError> {
    if notable.kind == NotableKind::Shift || step_millis == 0 {
        return Ok(());
    }
    let is_high = notable.kind == NotableKind::Peak;
    let bucket = TimeRange { start: notable.at, end: notable.at.plus(Duration::from_millis(step_millis)) };
    let mut furthest: Option<(f32, i64)> = None;
    history.visit(Some(std::slice::from_ref(key)), bucket, Tier::Full, &mut |segment| {
        for column in segment.columns.iter().filter(|column| column.def.key == *key) {
            for (i, at) in column.times(&segment).enumerate() {
                let Some((min, max, ..)) = column.values.at(i) else { continue };
                let value = if is_high { max } else { -min };
                if bucket.contains(Timestamp::from_millis(at)) && furthest.is_none_or(|(most, _)| value > most) {
                    furthest = Some((value, at));
                }
            }
        }
        Ok(())
    })?;
    if let Some((_, at)) = furthest {
        notable.at = Timestamp::from_millis(at);
    }
    Ok(())
}

/// By what a process is busy, where this series stood out.
fn busy_by(process: &BusyProcess, def: &SeriesDef) -> f64 {
    let bytes = |read: Option<u64>| read.unwrap_or(0) as f64;
    // Pressure is of one resource, and those who use that one make it.
    match (def.group, def.key.attribute("resource")) {
        (SeriesGroup::Memory, _) | (SeriesGroup::Pressure, Some("memory")) => bytes(process.memory_bytes),
        (SeriesGroup::Disks, _) | (SeriesGroup::Pressure, Some("io")) => {
            bytes(process.read_bytes_per_second) + bytes(process.write_bytes_per_second)
        }
        _ => process.cpu_cores.map_or(0.0, f64::from),
    }
}

fn is_in(annotation: &Annotation, range: TimeRange) -> bool {
    let (from, until) = (annotation.text.at, annotation.text.until.unwrap_or(annotation.text.at));
    from < range.end && until >= range.start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProcessKey, Unit};

    #[test]
    fn who_was_busy_is_judged_by_what_stood_out() {
        let process = BusyProcess {
            key: ProcessKey { pid: 1, start_mark: 1 },
            name: "a".into(),
            command: "a".into(),
            user: "a".into(),
            cpu_cores: Some(2.0),
            memory_bytes: Some(300),
            read_bytes_per_second: Some(40),
            write_bytes_per_second: None,
        };
        for (group, resource, expect) in [
            (SeriesGroup::Cpu, "", 2.0),
            (SeriesGroup::Memory, "", 300.0),
            (SeriesGroup::Disks, "", 40.0),
            (SeriesGroup::Pressure, "cpu", 2.0),
            (SeriesGroup::Pressure, "io", 40.0),
            (SeriesGroup::Pressure, "memory", 300.0),
        ] {
            let key = SeriesKey::new("m", &[("resource", resource)]);
            let mut def = (*crate::engine::fake_history::series(&key, Unit::Ratio, "M")).clone();
            def.group = group;
            assert_eq!(busy_by(&process, &def), expect, "{group:?} {resource}");
        }
    }
}
