//! A series: a metric and its sorted attributes, and what is known of it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::probe::ProbeId;
use super::unit::Unit;

/// The engine's number for a series; stable while the program runs, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesId(pub u32);

/// A metric's name and its attributes, sorted by attribute name.
///
/// Written `system.cpu.utilization{cpu="0",state="user"}`, which is also how files keep it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    metric: Arc<str>,
    attributes: Arc<[(Arc<str>, Arc<str>)]>,
}

impl SeriesKey {
    /// A key from a metric's name and attributes in any order.
    pub fn new(metric: &str, attributes: &[(&str, &str)]) -> Self {
        let mut sorted: Vec<(Arc<str>, Arc<str>)> =
            attributes.iter().map(|(name, value)| (Arc::from(*name), Arc::from(*value))).collect();
        sorted.sort();
        Self { metric: Arc::from(metric), attributes: sorted.into() }
    }

    /// The metric's name by OpenTelemetry's conventions.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The attributes, sorted by name.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of one attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes().find(|(n, _)| *n == name).map(|(_, value)| value)
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.metric)?;
        if self.attributes.is_empty() {
            return Ok(());
        }
        f.write_str("{")?;
        for (i, (name, value)) in self.attributes().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))?;
        }
        f.write_str("}")
    }
}

/// A text is not a series key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a series is written metric{{name=\"value\",…}}: {what} at character {at}")]
pub struct ParseSeriesKeyError {
    /// What was expected there.
    pub what: &'static str,
    /// Zero-based index of the byte where reading stopped.
    pub at: usize,
}

impl FromStr for SeriesKey {
    type Err = ParseSeriesKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |what, rest: &str| ParseSeriesKeyError { what, at: text.len() - rest.len() };
        let Some((metric, mut rest)) = text.split_once('{') else {
            return if text.is_empty() || text.contains(['}', '"', '=', ',']) {
                Err(fail("expected a metric's name", text))
            } else {
                Ok(Self::new(text, &[]))
            };
        };
        if metric.is_empty() {
            return Err(fail("expected a metric's name", text));
        }
        let mut attributes = Vec::new();
        loop {
            let (name, after) = rest.split_once("=\"").ok_or_else(|| fail("expected name=\"value\"", rest))?;
            if name.is_empty() || name.contains(['}', '"', ',']) {
                return Err(fail("expected an attribute's name", rest));
            }
            let (value, after) = quoted(after).ok_or_else(|| fail("expected a closing quote", after))?;
            attributes.push((name.to_owned(), value));
            match after.as_bytes() {
                [b',', ..] => rest = &after[1..],
                [b'}'] => break,
                _ => return Err(fail("expected , or }", after)),
            }
        }
        let borrowed: Vec<(&str, &str)> = attributes.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Ok(Self::new(metric, &borrowed))
    }
}

/// Reads an escaped value up to its closing quote; gives the value and what follows the quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[i + 1..])),
            '\\' => value.push(chars.next()?.1),
            other => value.push(other),
        }
    }
    None
}

impl Serialize for SeriesKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SeriesKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The heading under which a person looks for a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SeriesGroup {
    /// Processor time by state and core, load, switches.
    Cpu,
    /// Memory, swap and paging.
    Memory,
    /// Pressure stall information.
    Pressure,
    /// Block devices and filesystems.
    Disks,
    /// Interfaces and protocols.
    Network,
    /// Programs: processes of one name taken together.
    Programs,
    /// Graphics processors.
    Gpu,
    /// Temperatures, fans and power.
    Sensors,
    /// What Perfdesk itself costs.
    Own,
    /// Recordings of other tools.
    Imported,
    /// Series of Prometheus-compatible servers.
    Sources,
    /// What the user's own services report.
    Services,
}

impl SeriesGroup {
    /// Its name in files and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Pressure => "pressure",
            Self::Disks => "disks",
            Self::Network => "network",
            Self::Programs => "programs",
            Self::Gpu => "gpu",
            Self::Sensors => "sensors",
            Self::Own => "own",
            Self::Imported => "imported",
            Self::Sources => "sources",
            Self::Services => "services",
        }
    }
}

/// What a source says of a series when it first speaks of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesDef {
    /// Metric and attributes.
    pub key: SeriesKey,
    /// Unit of every value.
    pub unit: Unit,
    /// Heading in lists.
    pub group: SeriesGroup,
    /// Short name for people, in sentence case, such as `Disk read`.
    pub name: Arc<str>,
    /// Which one of several, such as `nvme0n1` or `core 3`; empty where there is one alone.
    pub instance: Arc<str>,
    /// The probe that answers for it.
    pub probe: ProbeId,
    /// Time between readings; `None` means every tick of the sampler.
    pub cadence: Option<Duration>,
}

impl SeriesDef {
    /// Whether its values are what was added each second, so that they add up over time. The `.sum` of a service's
    /// histogram is: seconds spent each second are the mean number under way, and carry that unit (Little's law).
    pub fn is_rate(&self) -> bool {
        let is_sum = self.group == SeriesGroup::Services && self.key.metric().ends_with(".sum");
        is_sum || matches!(self.unit, Unit::PerSecond(_) | Unit::BytesPerSecond)
    }
}

/// A series as the snapshot lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesInfo {
    /// The engine's number.
    pub id: SeriesId,
    /// What the source said of it.
    pub def: Arc<SeriesDef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_sorted_and_read_back() {
        let key = SeriesKey::new("system.cpu.utilization", &[("state", "user"), ("cpu", "0")]);
        assert_eq!(key.to_string(), r#"system.cpu.utilization{cpu="0",state="user"}"#);
        for text in [r#"a.b"#, r#"a{x="1"}"#, r#"a{x="q\"u\\o",y="{},="}"#] {
            assert_eq!(text.parse::<SeriesKey>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused_with_the_place() {
        for (text, at) in
            [("", 0), ("{x=\"1\"}", 0), ("a{x}", 2), ("a{x=\"1}", 5), ("a{x=\"1\"", 7), ("a{x=\"1\"}z", 7)]
        {
            assert_eq!(text.parse::<SeriesKey>().expect_err(text).at, at, "{text}");
        }
    }

    #[test]
    fn what_adds_up_over_time_is_known_as_a_rate() {
        let def = |metric: &str, unit, group| SeriesDef {
            key: SeriesKey::new(metric, &[]),
            unit,
            group,
            name: "".into(),
            instance: "".into(),
            probe: ProbeId("test"),
            cadence: None,
        };
        let request = Unit::Count("request");
        assert!(def("http.server.request.duration.sum", request, SeriesGroup::Services).is_rate());
        assert!(def("http.server.request.duration.count", Unit::PerSecond("request"), SeriesGroup::Services).is_rate());
        assert!(def("system.disk.io", Unit::BytesPerSecond, SeriesGroup::Disks).is_rate());
        assert!(!def("queue.depth", request, SeriesGroup::Services).is_rate());
        assert!(!def("checks.sum", Unit::Count("check"), SeriesGroup::Own).is_rate());
    }
}
