//! Which series stand for a service: looked up once for each change of the catalogue, since it may hold thousands.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{SeriesGroup, SeriesId, SeriesInfo, SeriesKey};

/// The attribute that says whose a series is.
const SERVICE: &str = "service.name";
/// The attribute that says what a series is of a histogram.
const STATISTIC: &str = "statistic";

/// The series of one service, as whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    /// The metric that its requests are told by; empty where none is.
    pub metric: Arc<str>,
    pub rate: Option<SeriesId>,
    pub errors: Option<SeriesId>,
    pub p50: Option<SeriesId>,
    pub p95: Option<SeriesId>,
    pub p99: Option<SeriesId>,
    /// Cores of its process.
    pub cpu: Option<SeriesId>,
    /// Memory of its process.
    pub memory: Option<SeriesId>,
    /// Open files of its process.
    pub files: Option<SeriesId>,
    /// Whether its target or check answers.
    pub up: Option<SeriesId>,
    /// How long that takes.
    pub latency: Option<SeriesId>,
    /// What a database tells of itself as a whole, by metric.
    told: Vec<(Arc<str>, SeriesId)>,
}

/// What the Summary of a database draws.
const OF_DATABASES: [&str; 9] = [
    "postgresql.backends",
    "postgresql.connection.free",
    "postgresql.commits",
    "postgresql.rollbacks",
    "postgresql.cache.hit_ratio",
    "redis.commands",
    "redis.cache.hit_ratio",
    "redis.memory.used",
    "redis.maxmemory",
];

impl Known {
    /// The series that tells most of it in the smallest place.
    pub(super) fn spark(&self) -> Option<SeriesId> {
        let told = self.named("postgresql.commits").or_else(|| self.named("redis.commands"));
        self.p95.or(self.rate).or(told).or(self.latency).or(self.cpu).or(self.up)
    }

    /// The series of a metric that a database tells of itself as a whole.
    pub(super) fn named(&self, metric: &str) -> Option<SeriesId> {
        self.told.iter().find(|(name, _)| &**name == metric).map(|(_, id)| *id)
    }

    /// What the Summary draws.
    pub(super) fn charted(&self) -> impl Iterator<Item = SeriesId> {
        [self.rate, self.errors, self.p50, self.p95, self.p99, self.latency, self.cpu, self.memory, self.files]
            .into_iter()
            .flatten()
            .chain(self.told.iter().map(|(_, id)| *id))
    }
}

/// The series of every service.
#[derive(Debug, Default)]
pub(super) struct Index {
    made_of: Option<Arc<[SeriesInfo]>>,
    by_service: BTreeMap<Arc<str>, Known>,
}

impl Index {
    /// Takes in the catalogue; cheap where it did not change.
    pub(super) fn refresh(&mut self, series: &Arc<[SeriesInfo]>) {
        if self.made_of.as_ref().is_some_and(|made| Arc::ptr_eq(made, series)) {
            return;
        }
        self.by_service.clear();
        let mut ranks: BTreeMap<Arc<str>, u8> = BTreeMap::new();
        for info in series.iter().filter(|info| info.def.group == SeriesGroup::Services) {
            let Some(service) = info.def.key.attribute(SERVICE) else { continue };
            if !self.by_service.contains_key(service) {
                self.by_service.insert(service.into(), Known::default());
                ranks.insert(service.into(), u8::MAX);
            }
            let (Some(known), Some(rank)) = (self.by_service.get_mut(service), ranks.get_mut(service)) else {
                continue;
            };
            take(known, rank, info);
        }
        self.made_of = Some(series.clone());
    }

    /// The series of a service; nothing is known of one that reports none.
    pub(super) fn of(&self, service: &str) -> Option<&Known> {
        self.by_service.get(service)
    }

    /// The series of a metric of this service that have these attributes, those of one statistic alone where they have
    /// any: by p95, for a chart of it.
    pub(super) fn matching(&self, service: &str, metric: &str, with: &[(&str, &str)]) -> Vec<SeriesId> {
        let Some(series) = &self.made_of else { return Vec::new() };
        let fits = |key: &SeriesKey| {
            key.metric() == metric
                && key.attribute(SERVICE) == Some(service)
                && key.attribute(STATISTIC).is_none_or(|statistic| matches!(statistic, "p50" | "p95" | "p99"))
                && with.iter().all(|(name, value)| key.attribute(name) == Some(*value))
        };
        series.iter().filter(|info| fits(&info.def.key)).map(|info| info.id).take(MAX_CHARTED).collect()
    }
}

/// Series that one click puts on a chart.
const MAX_CHARTED: usize = 12;

/// Puts a series where it belongs. Of the metrics that a service times its requests by, the one of the least rank is
/// taken.
fn take(known: &mut Known, rank: &mut u8, info: &SeriesInfo) {
    let key = &info.def.key;
    let n_attributes = key.attributes().count();
    // What the machine sees goes before what the service says of itself.
    let is_seen = key.attribute("perfdesk.source") == Some("machine") && n_attributes == 2;
    let is_of_process = is_seen || n_attributes == 1;
    let put = |place: &mut Option<SeriesId>| {
        if is_seen || place.is_none() {
            *place = Some(info.id);
        }
    };
    match key.metric() {
        "process.cpu.utilization" if is_of_process => put(&mut known.cpu),
        "process.memory.usage" if is_of_process => put(&mut known.memory),
        "process.open_file_descriptor.count" if is_of_process => put(&mut known.files),
        "perfdesk.target.up" | "perfdesk.check.up" | "perfdesk.database.up" => _ = known.up.get_or_insert(info.id),
        "perfdesk.target.scrape.duration" | "perfdesk.check.duration" => _ = known.latency.get_or_insert(info.id),
        metric if n_attributes == 1 && OF_DATABASES.contains(&metric) => known.told.push((metric.into(), info.id)),
        metric => {
            let Some(statistic) = key.attribute(STATISTIC).filter(|_| n_attributes == 2) else { return };
            let of = rank_of(metric);
            if of > *rank || of == u8::MAX {
                return;
            }
            if of < *rank || *known.metric != *metric {
                let before = std::mem::take(known);
                let Known { cpu, memory, files, up, latency, told, .. } = before;
                *known = Known { metric: metric.into(), cpu, memory, files, up, latency, told, ..Known::default() };
                *rank = of;
            }
            let place = match statistic {
                "rate" => &mut known.rate,
                "error_ratio" => &mut known.errors,
                "p50" => &mut known.p50,
                "p95" => &mut known.p95,
                "p99" => &mut known.p99,
                _ => return,
            };
            *place = Some(info.id);
        }
    }
}

/// How well a metric speaks for the requests of a service; the least is the best, the greatest does not at all.
fn rank_of(metric: &str) -> u8 {
    match metric {
        "http.server.request.duration" => 0,
        "rpc.server.call.duration" | "rpc.server.duration" => 1,
        "messaging.process.duration" => 2,
        "gen_ai.server.request.duration" => 3,
        "ml.batch.duration" => 4,
        "http.client.request.duration" => 5,
        "db.client.operation.duration" => 6,
        _ => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesDef, Unit};

    fn info(id: u32, metric: &str, attributes: &[(&str, &str)]) -> SeriesInfo {
        SeriesInfo {
            id: SeriesId(id),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(metric, attributes),
                unit: Unit::Seconds,
                group: SeriesGroup::Services,
                name: "".into(),
                instance: "".into(),
                probe: ProbeId("services"),
                cadence: None,
            }),
        }
    }

    #[test]
    fn the_whole_of_the_requests_is_taken_and_not_a_part_or_another_metric() {
        let of = |service| ("service.name", service);
        let route = [of("checkout"), ("statistic", "p95"), ("http.route", "/cart"), ("http.request.method", "GET")];
        let series: Arc<[SeriesInfo]> = Arc::new([
            info(0, "db.client.operation.duration", &[of("checkout"), ("statistic", "p95")]),
            info(1, "http.server.request.duration", &[of("checkout"), ("statistic", "p95")]),
            info(2, "http.server.request.duration", &route),
            info(3, "http.server.request.duration", &[of("checkout"), ("statistic", "rate")]),
            info(4, "db.client.operation.duration", &[of("checkout"), ("statistic", "rate")]),
            info(5, "process.cpu.utilization", &[of("checkout")]),
            info(6, "perfdesk.check.duration", &[of("login"), ("check", "login")]),
            info(7, "process.memory.usage", &[of("checkout"), ("perfdesk.source", "machine")]),
            info(8, "process.memory.usage", &[of("checkout")]),
        ]);
        let mut index = Index::default();
        index.refresh(&series);
        let known = index.of("checkout").expect("known");
        assert_eq!(&*known.metric, "http.server.request.duration");
        assert_eq!((known.p95, known.rate, known.cpu), (Some(SeriesId(1)), Some(SeriesId(3)), Some(SeriesId(5))));
        assert_eq!(known.memory, Some(SeriesId(7)), "what the machine sees");
        assert_eq!(index.of("login").and_then(Known::spark), Some(SeriesId(6)));
        assert_eq!(index.of("nobody"), None);
        let with = [("http.route", "/cart"), ("http.request.method", "GET")];
        assert_eq!(index.matching("checkout", "http.server.request.duration", &with), [SeriesId(2)]);
    }
}
