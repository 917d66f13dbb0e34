//! The rows of the series list: what stands on the charts, then every series by heading, searched by words.

use std::collections::BTreeSet;

use super::resolve::{full_name, why_not};
use crate::model::{Quantity, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Snapshot};

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A heading of a group.
    Group {
        /// Which.
        group: SeriesGroup,
        /// How many series it has, or how many were found.
        count: usize,
        /// Whether its series are listed below.
        is_open: bool,
    },
    /// A series of an open group.
    Series {
        /// Which.
        id: SeriesId,
        /// Its key.
        key: SeriesKey,
        /// Name.
        name: String,
        /// Which one of several.
        instance: String,
        /// Newest value with its unit.
        value: String,
        /// Whether it stands on a chart.
        is_on: bool,
    },
    /// Why a heading, or a part of it, has nothing to give.
    Reason {
        /// Whose, where the group has other probes that work.
        title: String,
        /// The reason.
        why: String,
        /// Whether the whole group is empty.
        is_whole_group: bool,
    },
}

/// The headings in their order, with the words a person reads.
pub const GROUPS: [(SeriesGroup, &str); 12] = [
    (SeriesGroup::Cpu, "CPU, per state and core"),
    (SeriesGroup::Memory, "Memory and swap"),
    (SeriesGroup::Pressure, "Pressure stall"),
    (SeriesGroup::Disks, "Disks and filesystems"),
    (SeriesGroup::Network, "Network"),
    (SeriesGroup::Programs, "Programs"),
    (SeriesGroup::Gpu, "GPU"),
    (SeriesGroup::Sensors, "Temperatures and power"),
    (SeriesGroup::Own, "Perfdesk itself"),
    (SeriesGroup::Imported, "Imported recordings"),
    (SeriesGroup::Services, "Services"),
    (SeriesGroup::Sources, "Other servers"),
];

/// The words of a heading.
pub fn group_title(group: SeriesGroup) -> &'static str {
    GROUPS.iter().find(|(g, _)| *g == group).map_or("Other", |(_, title)| title)
}

/// The rows of "All series". `on_page` are the keys on the charts.
pub fn rows(snapshot: &Snapshot, search: &str, open: &BTreeSet<SeriesGroup>, on_page: &[SeriesKey]) -> Vec<Row> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let mut rows = Vec::new();
    for (group, _) in GROUPS {
        let found: Vec<&SeriesInfo> =
            snapshot.series.iter().filter(|info| info.def.group == group && matches(info, &words)).collect();
        if !found.is_empty() {
            let is_open = open.contains(&group) || !words.is_empty();
            rows.push(Row::Group { group, count: found.len(), is_open });
            if is_open {
                rows.extend(found.into_iter().map(|info| series_row(info, snapshot, on_page)));
            }
        }
        if words.is_empty() {
            reasons(snapshot, group, open, &mut rows);
        }
    }
    rows
}

fn reasons(snapshot: &Snapshot, group: SeriesGroup, open: &BTreeSet<SeriesGroup>, rows: &mut Vec<Row>) {
    let has_series = snapshot.series.iter().any(|info| info.def.group == group);
    for probe in snapshot.probes.iter().filter(|p| p.group == group) {
        if let Some(why) = why_not(&probe.state)
            && (!has_series || open.contains(&group))
        {
            let why = why.to_owned();
            rows.push(Row::Reason { title: probe.title.to_string(), why, is_whole_group: !has_series });
        }
    }
}

fn series_row(info: &SeriesInfo, snapshot: &Snapshot, on_page: &[SeriesKey]) -> Row {
    Row::Series {
        id: info.id,
        key: info.def.key.clone(),
        name: info.def.name.to_string(),
        instance: info.def.instance.to_string(),
        value: value_text(info, snapshot),
        is_on: on_page.contains(&info.def.key),
    }
}

/// A series' newest value with its unit, or a dash.
pub fn value_text(info: &SeriesInfo, snapshot: &Snapshot) -> String {
    match snapshot.value(info.id) {
        Some(value) => Quantity::new(value, info.def.unit).text(&snapshot.settings.units),
        None => "–".into(),
    }
}

fn matches(info: &SeriesInfo, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = format!("{} {}", full_name(info), info.def.key).to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::model::{ProbeId, ProbeState, ProbeStatus, SeriesDef, Timestamp, Unit};

    fn world() -> Snapshot {
        let series = [
            ("system.cpu.utilization", SeriesGroup::Cpu, "CPU", ""),
            ("system.cpu.utilization", SeriesGroup::Cpu, "CPU", "core 3"),
            ("system.disk.io", SeriesGroup::Disks, "Disk read", "nvme0n1"),
        ];
        let info = |(i, (metric, group, name, instance)): (usize, (&str, SeriesGroup, &str, &str))| SeriesInfo {
            id: SeriesId(i as u32),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(metric, &[("instance", instance)]),
                unit: Unit::Ratio,
                group,
                name: name.into(),
                instance: instance.into(),
                probe: ProbeId("p"),
                cadence: None,
            }),
        };
        let probe = |title: &str, group, state| ProbeStatus {
            id: ProbeId("p"),
            title: title.into(),
            group,
            state,
            cost: Duration::ZERO,
            cadence: None,
            n_series: 0,
        };
        let absent = |why: &str| ProbeState::Unsupported { why: why.into() };
        Snapshot {
            at: Some(Timestamp::from_millis(0)),
            series: series.into_iter().enumerate().map(info).collect(),
            latest: vec![0.83, f64::NAN, 0.0].into(),
            probes: vec![
                probe("GPU", SeriesGroup::Gpu, absent("no driver")),
                probe("Filesystems", SeriesGroup::Disks, absent("no mounts")),
                probe("CPU", SeriesGroup::Cpu, ProbeState::Working),
            ]
            .into(),
            ..Snapshot::default()
        }
    }

    fn listed(search: &str, open: &[SeriesGroup]) -> String {
        let world = world();
        let on_page = [world.series[0].def.key.clone()];
        let rows = rows(&world, search, &open.iter().copied().collect(), &on_page);
        let words = rows.into_iter().map(|row| match row {
            Row::Group { group, count, is_open } => {
                format!("{}{group:?} {count}", if is_open { "v" } else { ">" })
            }
            Row::Series { name, instance, value, is_on, .. } => {
                format!("{}{name} {instance}={value}", if is_on { "+" } else { "-" }).replace('\u{2009}', "")
            }
            Row::Reason { title, why, is_whole_group } => {
                format!("{}{title}: {why}", if is_whole_group { "!" } else { "" })
            }
        });
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn groups_open_and_give_their_reasons() {
        assert_eq!(listed("", &[]), ">Cpu 2; >Disks 1; !GPU: no driver");
        assert_eq!(
            listed("", &[SeriesGroup::Cpu, SeriesGroup::Disks]),
            "vCpu 2; +CPU =83%; -CPU core 3=–; vDisks 1; -Disk read nvme0n1=0%; Filesystems: no mounts; !GPU: no driver"
        );
    }

    #[test]
    fn a_search_finds_every_word_in_name_instance_and_key() {
        assert_eq!(listed("core 3", &[]), "vCpu 1; -CPU core 3=–");
        assert_eq!(listed("DISK.io nvme", &[]), "vDisks 1; -Disk read nvme0n1=0%");
        assert_eq!(listed("disk core", &[]), "");
    }
}
