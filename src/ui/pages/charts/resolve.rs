//! From the keys a layout keeps to the series there are, and the reason where one is not there.

use std::collections::HashMap;
use std::sync::Arc;

use super::edit::SeriesFacts;
use crate::model::{ProbeState, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Snapshot};

/// Series by key, rebuilt when the list of series changed.
#[derive(Debug, Default)]
pub struct SeriesIndex {
    of: Option<Arc<[SeriesInfo]>>,
    ids: HashMap<SeriesKey, SeriesId>,
}

impl SeriesIndex {
    /// Takes in the snapshot's series.
    pub fn sync(&mut self, snapshot: &Snapshot) {
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &snapshot.series)) {
            self.ids = snapshot.series.iter().map(|info| (info.def.key.clone(), info.id)).collect();
            self.of = Some(snapshot.series.clone());
        }
    }

    /// The series with this key.
    pub fn find(&self, key: &SeriesKey) -> Option<&SeriesInfo> {
        let id = self.ids.get(key)?;
        self.of.as_ref()?.get(id.0 as usize)
    }

    /// What an edit must know of a series.
    pub fn facts(&self, key: &SeriesKey) -> Option<SeriesFacts> {
        self.find(key).map(|info| SeriesFacts { unit: info.def.unit, name: full_name(info) })
    }
}

/// A series' name and which one it is: "Disk read nvme0n1".
pub fn full_name(info: &SeriesInfo) -> String {
    let (name, instance) = (&info.def.name, &info.def.instance);
    if instance.is_empty() { name.to_string() } else { format!("{name} {instance}") }
}

/// Why a series of a layout is not there now.
pub fn why_missing(key: &SeriesKey, snapshot: &Snapshot) -> String {
    if snapshot.at.is_none() {
        return "Waiting for the first sample".into();
    }
    let group = group_of(key.metric());
    let reasons = snapshot.probes.iter().filter(|p| Some(p.group) == group).filter_map(|p| why_not(&p.state));
    reasons.map(str::to_owned).next().unwrap_or_else(|| "Nothing on this machine reports it now".into())
}

/// Why a probe does not answer.
pub fn why_not(state: &ProbeState) -> Option<&str> {
    match state {
        ProbeState::Working => None,
        ProbeState::Unsupported { why } | ProbeState::Failed { why, .. } => Some(why),
    }
}

/// Why a series that is known has no value now.
pub fn why_silent<'s>(info: &SeriesInfo, snapshot: &'s Snapshot) -> Option<&'s str> {
    snapshot.probes.iter().find(|p| p.id == info.def.probe).and_then(|p| why_not(&p.state))
}

/// The heading a metric belongs under, by the conventions' names.
fn group_of(metric: &str) -> Option<SeriesGroup> {
    let by_prefix = [
        ("system.linux.pressure", SeriesGroup::Pressure),
        ("system.cpu", SeriesGroup::Cpu),
        ("system.process", SeriesGroup::Cpu),
        ("system.memory", SeriesGroup::Memory),
        ("system.linux.memory", SeriesGroup::Memory),
        ("system.paging", SeriesGroup::Memory),
        ("system.disk", SeriesGroup::Disks),
        ("system.filesystem", SeriesGroup::Disks),
        ("system.network", SeriesGroup::Network),
        ("process", SeriesGroup::Programs),
        ("hw.gpu", SeriesGroup::Gpu),
        ("hw", SeriesGroup::Sensors),
        ("perfdesk", SeriesGroup::Own),
    ];
    by_prefix.into_iter().find(|(prefix, _)| metric.starts_with(prefix)).map(|(_, group)| group)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{ProbeId, ProbeStatus, Timestamp};

    #[test]
    fn a_series_that_is_not_there_gives_its_probes_reason() {
        let key = SeriesKey::new("system.linux.pressure.stalled", &[("resource", "cpu")]);
        let mut snapshot = Snapshot::default();
        assert_eq!(why_missing(&key, &snapshot), "Waiting for the first sample");
        snapshot.at = Some(Timestamp::from_millis(1));
        assert_eq!(why_missing(&key, &snapshot), "Nothing on this machine reports it now");
        snapshot.probes = vec![ProbeStatus {
            id: ProbeId("pressure"),
            title: "Pressure".into(),
            group: SeriesGroup::Pressure,
            state: ProbeState::Unsupported { why: "this kernel was built without PSI".into() },
            cost: Duration::ZERO,
            cadence: None,
            n_series: 0,
        }]
        .into();
        assert_eq!(why_missing(&key, &snapshot), "this kernel was built without PSI");
    }
}
