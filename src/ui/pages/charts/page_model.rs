//! The charts of the layout on the page, with everything found out about their series that does not change each frame.

use std::sync::Arc;

use super::colors::ColorSlots;
use super::resolve::{SeriesIndex, full_name, why_missing, why_silent};
use crate::model::{Layouts, ProbeStatus, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Snapshot, Unit};

/// One series of one chart.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesModel {
    /// Its key in the layout.
    pub key: SeriesKey,
    /// Its number; `None` where it is not there now or has another unit than the chart.
    pub id: Option<SeriesId>,
    /// Its name and which one it is.
    pub full_name: String,
    /// The short name for the legend.
    pub label: String,
    /// Its place in the order of series colours.
    pub slot: usize,
    /// Whether the legend hides it.
    pub is_hidden: bool,
    /// Why it has no curve.
    pub why_not: Option<String>,
}

/// One chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartModel {
    /// Heading.
    pub title: String,
    /// Unit of its axis; `None` where no series of it is there.
    pub unit: Option<Unit>,
    /// What the whole is, where the unit is a share: "of 16 cores".
    pub whole: String,
    /// Its series, in drawing order.
    pub series: Vec<SeriesModel>,
    /// What is asked of the engine.
    pub request: Arc<[SeriesId]>,
}

/// What the charts were last worked out from.
type Source = (Arc<Layouts>, Arc<[SeriesInfo]>, Arc<[ProbeStatus]>);

/// All charts of the page.
#[derive(Debug, Default)]
pub struct PageModel {
    /// The charts, top down.
    pub charts: Vec<ChartModel>,
    of: Option<Source>,
}

impl PageModel {
    /// Takes in the layouts and the snapshot; cheap where nothing changed. True where something did.
    pub fn sync(
        &mut self,
        layouts: &Arc<Layouts>,
        snapshot: &Snapshot,
        index: &SeriesIndex,
        colors: &mut ColorSlots,
    ) -> bool {
        let is_same = self.of.as_ref().is_some_and(|(l, s, p)| {
            Arc::ptr_eq(l, layouts) && Arc::ptr_eq(s, &snapshot.series) && Arc::ptr_eq(p, &snapshot.probes)
        });
        if is_same {
            return false;
        }
        self.of = Some((layouts.clone(), snapshot.series.clone(), snapshot.probes.clone()));
        let charts = layouts.current().map_or(&[][..], |layout| &layout.charts);
        colors.sync(charts.iter().flat_map(|chart| &chart.series));
        self.charts = charts
            .iter()
            .map(|spec| {
                let infos: Vec<Option<&SeriesInfo>> = spec.series.iter().map(|key| index.find(key)).collect();
                let first = infos.iter().flatten().next();
                let unit = first.map(|info| info.def.unit);
                let series: Vec<SeriesModel> = spec
                    .series
                    .iter()
                    .zip(&infos)
                    .map(|(key, info)| {
                        let mut series = SeriesModel {
                            key: key.clone(),
                            id: info.map(|info| info.id),
                            full_name: info.map_or_else(|| words_of(key), full_name),
                            label: String::new(),
                            slot: colors.slot(key).unwrap_or(0),
                            is_hidden: spec.hidden.contains(key),
                            why_not: match info {
                                None => Some(why_missing(key, snapshot)),
                                Some(info) => why_silent(info, snapshot).map(str::to_owned),
                            },
                        };
                        if info.is_some_and(|info| Some(info.def.unit) != unit) {
                            series.id = None;
                            series.why_not = Some("Has another unit: put it on a chart of its own".into());
                        }
                        series.label = label(&spec.title, &series.full_name, infos.len() == 1);
                        series
                    })
                    .collect();
                let is_cpu = first.is_some_and(|info| info.def.group == SeriesGroup::Cpu);
                let cores = snapshot.machine.n_cores;
                ChartModel {
                    title: spec.title.clone(),
                    unit,
                    whole: match (unit, is_cpu) {
                        (Some(Unit::Ratio), true) if cores > 1 => format!("of {cores} cores"),
                        _ => String::new(),
                    },
                    request: series.iter().filter_map(|s| s.id).collect(),
                    series,
                }
            })
            .collect();
        true
    }
}

/// A series' name in the legend: without the chart's heading, which stands before it anyway.
fn label(title: &str, full_name: &str, is_alone: bool) -> String {
    let starts = full_name.get(..title.len()).is_some_and(|start| start.eq_ignore_ascii_case(title));
    match full_name.get(title.len()..).map(str::trim) {
        Some("") if starts => {
            if is_alone {
                full_name.to_owned()
            } else {
                "total".into()
            }
        }
        Some(rest) if starts && full_name.as_bytes().get(title.len()) == Some(&b' ') => rest.to_owned(),
        _ => full_name.to_owned(),
    }
}

/// A key as a person may read it, where no source has named the series.
fn words_of(key: &SeriesKey) -> String {
    let last: Vec<&str> = key.metric().rsplit('.').take(2).collect();
    let mut words: Vec<String> = last.into_iter().rev().map(|w| w.replace('_', " ")).collect();
    words.extend(key.attributes().map(|(_, value)| value.to_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_does_not_repeat_the_heading() {
        for (title, name, expect) in [
            ("CPU", "CPU core 3", "core 3"),
            ("CPU", "CPU", "total"),
            ("Memory", "Memory used", "used"),
            ("Disk I/O", "Disk read", "Disk read"),
            ("CPU", "CPUs", "CPUs"),
            ("Pressure", "Pressure stall, CPU", "stall, CPU"),
        ] {
            assert_eq!(label(title, name, false), expect);
        }
        assert_eq!(label("CPU", "CPU", true), "CPU");
    }

    #[test]
    fn a_key_nobody_named_still_reads() {
        let key = SeriesKey::new("system.linux.pressure.stalled", &[("resource", "cpu"), ("kind", "some")]);
        assert_eq!(words_of(&key), "pressure stalled some cpu");
    }
}
