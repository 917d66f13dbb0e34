//! Which series a report shows, and on which charts: those a person chose, or a sensible choice.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{SeriesDef, SeriesGroup, SeriesKey, TimeRange};
use crate::report::ReportChart;
use crate::store::history::{CurveCut, HistoryError, HistoryRead};
use crate::store::progress::Progress;

/// Programs on a chart of the sensible choice.
const TOP_PROGRAMS: usize = 5;
/// Imported series in the sensible choice.
const MOST_IMPORTED: usize = 24;
/// Series of one question for the greatest of many.
const AT_ONCE: usize = 256;

/// A chart before it has curves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    pub(super) title: String,
    pub(super) series: Vec<Arc<SeriesDef>>,
}

/// The charts of the series a person chose, in that order: those of one metric share a chart.
pub(super) fn chosen(defs: &[Arc<SeriesDef>]) -> Vec<Planned> {
    let mut charts: Vec<(&str, Planned)> = Vec::new();
    for def in defs {
        let metric = def.key.metric();
        let has_room = |planned: &Planned| {
            planned.series.len() < ReportChart::MAX_CURVES && planned.series.iter().all(|other| other.unit == def.unit)
        };
        match charts.iter_mut().find(|(other, planned)| *other == metric && has_room(planned)) {
            Some((_, planned)) => planned.series.push(Arc::clone(def)),
            None => charts.push((metric, Planned { title: String::new(), series: vec![Arc::clone(def)] })),
        }
    }
    let titled = |(_, mut planned): (&str, Planned)| {
        planned.title = title(&planned.series);
        planned
    };
    charts.into_iter().map(titled).collect()
}

/// What a chart of these series is called: their names, the first three where there are more.
fn title(series: &[Arc<SeriesDef>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for def in series.iter().filter(|def| !def.name.is_empty()) {
        if !names.contains(&&*def.name) {
            names.push(&def.name);
        }
    }
    let more = if names.len() > 3 { " and others" } else { "" };
    let title = names.into_iter().take(3).collect::<Vec<_>>().join(", ");
    match (title.is_empty(), series.first()) {
        (true, Some(def)) => def.key.to_string(),
        _ => format!("{title}{more}"),
    }
}

/// The sensible choice out of all series: processor, load, pressure, memory, swap, disks, network, graphics, the
/// busiest programs, and imported recordings that have something in the period.
pub(super) fn sensible(
    history: &dyn HistoryRead,
    all: &[Arc<SeriesDef>],
    range: TimeRange,
    progress: &mut dyn Progress,
) -> Result<Vec<Planned>, HistoryError> {
    let mut charts = Vec::new();
    for (title, metrics) in OF_THE_MACHINE {
        let of = |(metric, attributes): &(&str, &[(&str, &str)])| {
            let key = SeriesKey::new(metric, attributes);
            all.iter().find(|def| def.key == key).map(Arc::clone)
        };
        let series: Vec<Arc<SeriesDef>> = metrics.iter().filter_map(of).collect();
        charts.push(Planned { title: (*title).into(), series });
    }
    let gpus = all.iter().filter(|def| def.key.metric() == "hw.gpu.utilization").take(ReportChart::MAX_CURVES);
    charts.push(Planned { title: "Graphics processors".into(), series: gpus.cloned().collect() });
    for (metric, title) in
        [("process.cpu.utilization", "Busiest programs"), ("process.memory.usage", "Programs with most memory")]
    {
        let programs: Vec<&Arc<SeriesDef>> = all.iter().filter(|def| def.key.metric() == metric).collect();
        let series = greatest(history, &programs, range, progress)?;
        charts.push(Planned { title: title.into(), series });
    }
    let mut recordings: BTreeMap<&str, Vec<Arc<SeriesDef>>> = BTreeMap::new();
    let imported = all.iter().filter(|def| def.group == SeriesGroup::Imported).take(MOST_IMPORTED);
    for def in imported {
        recordings.entry(def.key.attribute("import").unwrap_or_default()).or_default().push(Arc::clone(def));
    }
    for (recording, defs) in recordings {
        let named = |planned: Planned| Planned { title: format!("{recording}: {}", planned.title), ..planned };
        charts.extend(chosen(&defs).into_iter().map(named));
    }
    charts.retain(|chart| !chart.series.is_empty());
    Ok(charts)
}

/// Those with the greatest sum of samples in the period, the greatest first.
fn greatest(
    history: &dyn HistoryRead,
    candidates: &[&Arc<SeriesDef>],
    range: TimeRange,
    progress: &mut dyn Progress,
) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
    let mut ranked: Vec<(f64, &Arc<SeriesDef>)> = Vec::new();
    for some in candidates.chunks(AT_ONCE) {
        progress.step(None, "looks for the busiest programs")?;
        let keys: Vec<SeriesKey> = some.iter().map(|def| def.key.clone()).collect();
        let found = history.curves(&keys, &CurveCut { range, width_px: 16 })?;
        for (def, curve) in some.iter().zip(found.curves) {
            // What a question gives beyond the period's edges does not count.
            let inside = curve.iter().filter(|bucket| range.contains(bucket.at) && bucket.mean.is_finite());
            let sum: f64 = inside.map(|bucket| f64::from(bucket.mean) * f64::from(bucket.count)).sum();
            ranked.push((sum, def));
        }
        // Only those that can still be among the greatest are held.
        ranked.sort_by(|(sum_a, a), (sum_b, b)| sum_b.total_cmp(sum_a).then_with(|| a.key.cmp(&b.key)));
        ranked.truncate(TOP_PROGRAMS);
    }
    Ok(ranked.into_iter().filter(|(sum, _)| *sum > 0.0).map(|(_, def)| Arc::clone(def)).collect())
}

type Attributes = &'static [(&'static str, &'static str)];

/// The charts of the machine itself.
const OF_THE_MACHINE: &[(&str, &[(&str, Attributes)])] = &[
    ("CPU", &[("system.cpu.utilization", &[])]),
    ("Load average of 1 min", &[("system.cpu.load_average.1m", &[])]),
    (
        "Pressure: share of time in which some work waited",
        &[
            ("system.linux.pressure.stalled", &[("resource", "cpu"), ("kind", "some")]),
            ("system.linux.pressure.stalled", &[("resource", "memory"), ("kind", "some")]),
            ("system.linux.pressure.stalled", &[("resource", "io"), ("kind", "some")]),
        ],
    ),
    ("Memory", &[("system.memory.utilization", &[])]),
    ("Swap", &[("system.paging.utilization", &[])]),
    (
        "Disk I/O",
        &[("system.disk.io", &[("disk.io.direction", "read")]), ("system.disk.io", &[("disk.io.direction", "write")])],
    ),
    ("Busiest disk", &[("system.linux.disk.busy_max", &[])]),
    ("Wait of a disk operation", &[("system.linux.disk.await", &[])]),
    (
        "Network",
        &[
            ("system.network.io", &[("network.io.direction", "receive")]),
            ("system.network.io", &[("network.io.direction", "transmit")]),
        ],
    ),
];
