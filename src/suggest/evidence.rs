//! What kinds look at: the machine, the trail, the profile in force, what happened lately. A borrow; nothing is copied.

use std::sync::Arc;
use std::time::Duration;

use super::trail::{Stats, Trail};
use crate::analysis::ProgramTotal;
use crate::model::database::DatabaseStatus;
use crate::model::profile::{Catalogue, ParamDef, ParamKey, ParamValue};
use crate::model::quantity::THIN_SPACE;
use crate::model::{Bucket, MachineInfo, Quantity, SeriesDef, SeriesId, SeriesKey, TimeRange, Timestamp, Unit, Units};

/// Ten minutes: the span of most looks.
pub const TEN_MINUTES: Duration = Duration::from_secs(600);
/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);
/// A day.
pub const DAY: Duration = Duration::from_secs(24 * 3600);
/// Share of a span that must have been seen before anything is said of it.
pub const LEAST_COVERAGE: f64 = 0.8;

/// The profile in force, as it holds on this machine.
#[derive(Debug, Clone, Default)]
pub struct ProfileFacts {
    /// Its name.
    pub name: Arc<str>,
    /// Every parameter.
    pub catalogue: Arc<Catalogue>,
    /// What holds, in the catalogue's order; nothing where it is left to the service.
    pub values: Vec<(ParamKey, ParamValue)>,
}

impl ProfileFacts {
    /// What holds for a parameter.
    pub fn value(&self, key: &str) -> Option<&ParamValue> {
        self.values.iter().find(|(k, _)| k.as_str() == key).map(|(_, value)| value)
    }
}

/// A change of settings or of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Timestamp,
    /// In a few words, such as "production kept".
    pub text: Arc<str>,
}

/// What kinds look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Time of the newest pass.
    pub now: Timestamp,
    /// The machine.
    pub machine: &'a MachineInfo,
    /// The past of the series that kinds ask for.
    pub trail: &'a Trail,
    /// The profile in force; `None` where there is none.
    pub profile: Option<&'a ProfileFacts>,
    /// Changes of settings and profiles, oldest first.
    pub happenings: &'a [Happening],
    /// Programs, the busiest first.
    pub programs: &'a [ProgramTotal],
    /// Databases that are asked themselves.
    pub databases: &'a [Arc<DatabaseStatus>],
    /// How a person reads units.
    pub units: &'a Units,
}

/// One series with its past.
#[derive(Debug, Clone, Copy)]
pub struct Track<'a> {
    trail: &'a Trail,
    id: SeriesId,
    /// What the source said of it.
    pub def: &'a SeriesDef,
}

impl<'a> Track<'a> {
    /// Its key.
    pub fn key(&self) -> &'a SeriesKey {
        &self.def.key
    }

    /// One of its attributes; empty where it has none of the name.
    pub fn attribute(&self, name: &str) -> &'a str {
        self.def.key.attribute(name).unwrap_or_default()
    }

    /// Figures of the last `span`, if enough of it was seen.
    pub fn stats(&self, span: Duration) -> Option<Stats> {
        self.any_stats(span).filter(|stats| stats.coverage >= LEAST_COVERAGE)
    }

    /// Figures of as much of the last `span` as was seen.
    pub fn any_stats(&self, span: Duration) -> Option<Stats> {
        self.trail.stats(self.id, span)
    }

    /// The mean of the last `span`, if enough of it was seen.
    pub fn mean(&self, span: Duration) -> Option<f64> {
        self.stats(span).map(|stats| stats.mean)
    }

    /// The means of the first and the last cell of the last `span`, and how many cells were seen.
    pub fn ends(&self, span: Duration) -> Option<(f64, f64, usize)> {
        self.trail.ends(self.id, span)
    }

    /// Its past as buckets.
    pub fn buckets(&self, span: Duration) -> Vec<Bucket> {
        self.trail.buckets(self.id, span)
    }

    /// Means of the whole minutes of a range, oldest first.
    pub fn minute_means(&self, range: TimeRange) -> Vec<f64> {
        self.trail.minute_means(self.id, range)
    }
}

impl<'a> Evidence<'a> {
    /// The series of a metric.
    pub fn all(&self, metric: &str) -> impl Iterator<Item = Track<'a>> {
        let trail = self.trail;
        trail.of_metric(metric).map(move |(id, def)| Track { trail, id, def })
    }

    /// The series of a metric with exactly these attributes.
    pub fn one(&self, metric: &str, attributes: &[(&str, &str)]) -> Option<Track<'a>> {
        let trail = self.trail;
        trail.find(&SeriesKey::new(metric, attributes)).map(|(id, def)| Track { trail, id, def })
    }

    /// The mean of a series without attributes over a span.
    pub fn mean(&self, metric: &str, span: Duration) -> Option<f64> {
        self.one(metric, &[])?.mean(span)
    }

    /// Cores that stand for 100 %, at least one.
    pub fn cores(&self) -> f64 {
        self.machine.cpu_capacity_cores().max(1.0)
    }

    /// A number in words.
    pub fn text(&self, value: f64, unit: Unit) -> String {
        if unit == Unit::Cores && value.fract() == 0.0 {
            let plural = if value == 1.0 { "" } else { "s" };
            return format!("{value:.0}{THIN_SPACE}core{plural}");
        }
        Quantity::new(value, unit).text(self.units)
    }

    /// A share in words.
    pub fn percent(&self, share: f64) -> String {
        self.text(share, Unit::Ratio)
    }

    /// What holds for a parameter that counts.
    pub fn count(&self, key: &str) -> Option<i64> {
        match self.profile?.value(key)? {
            ParamValue::Count(count) => Some(*count),
            _ => None,
        }
    }

    /// What holds for a parameter in bytes.
    pub fn size(&self, key: &str) -> Option<u64> {
        match self.profile?.value(key)? {
            ParamValue::Size(bytes) => Some(*bytes),
            _ => None,
        }
    }

    /// A parameter's definition.
    pub fn def(&self, key: &str) -> Option<&'a ParamDef> {
        self.profile?.catalogue.get(&ParamKey::new(key))
    }

    /// The program that uses most of something, such as "postgres (2.1 cores)"; empty where nothing is known.
    pub fn greatest(&self, unit: Unit, amount: fn(&ProgramTotal) -> Option<f64>) -> String {
        let best = self.programs.iter().filter_map(|program| Some((program, amount(program)?)));
        let best = best.max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or_else(String::new, |(program, amount)| format!("{} ({})", program.name, self.text(amount, unit)))
    }
}
