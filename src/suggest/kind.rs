//! A kind of suggestion: what it looks at and what it says.

use super::evidence::Evidence;
use super::finding::Verdict;
use crate::model::SeriesKey;
use crate::model::suggest::Topic;

/// Series that a kind wants the trail to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// The metric's name.
    pub metric: &'static str,
    /// Series that have one of these attributes are not wanted: those of single cores, say.
    pub without: &'static [&'static str],
}

impl Want {
    /// Every series of a metric.
    pub const fn all(metric: &'static str) -> Self {
        Self { metric, without: &[] }
    }

    /// Every series of a metric that has none of these attributes.
    pub const fn without(metric: &'static str, without: &'static [&'static str]) -> Self {
        Self { metric, without }
    }

    /// Whether a series is wanted. What a service reports of the machine it is on is not what the machine's probes see.
    pub fn fits(&self, key: &SeriesKey) -> bool {
        let is_reported = self.metric.starts_with("system.") && key.attribute("service.name").is_some();
        key.metric() == self.metric && !is_reported && self.without.iter().all(|name| key.attribute(name).is_none())
    }
}

/// One kind of suggestion.
#[derive(Debug)]
pub struct Kind {
    /// Its name in files; never changes.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// Where its rule of thumb comes from.
    pub source: &'static str,
    /// The series it looks at.
    pub wants: &'static [Want],
    /// Looks.
    pub look: fn(&Evidence<'_>) -> Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_reports_of_its_machine_is_not_the_machines_own() {
        let memory = Want::all("system.memory.utilization");
        assert!(memory.fits(&SeriesKey::new("system.memory.utilization", &[])));
        let reported = [("service.name", "shop"), ("state", "free")];
        assert!(!memory.fits(&SeriesKey::new("system.memory.utilization", &reported)));
        let pending = Want::all("db.client.connection.pending_requests");
        assert!(pending.fits(&SeriesKey::new("db.client.connection.pending_requests", &[("service.name", "shop")])));
    }
}
