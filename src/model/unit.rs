//! Units of measure, named by UCUM as OpenTelemetry asks.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::name;

/// What a number counts or measures. The stored number is always in this base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A share, 1 meaning the whole; shown as a percentage.
    Ratio,
    /// Bytes held.
    Bytes,
    /// Bytes moved each second.
    BytesPerSecond,
    /// Seconds.
    Seconds,
    /// Cycles each second.
    Hertz,
    /// Degrees Celsius.
    Celsius,
    /// Watts.
    Watts,
    /// Revolutions each minute.
    RevolutionsPerMinute,
    /// A plain count; the text is the UCUM annotation, such as `process` or `connection`.
    Count(&'static str),
    /// Events each second; the text is the UCUM annotation, such as `operation` or `packet`.
    PerSecond(&'static str),
    /// Processor cores in use, 1 meaning one whole core.
    Cores,
}

/// Written in UCUM, what a count counts included.
impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.ucum())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ucum = String::deserialize(deserializer)?;
        let inner = |text: &str| name::name(text.trim_start_matches('{').trim_end_matches('}'));
        Ok(match Self::from_ucum(&ucum) {
            Self::PerSecond(_) => Self::PerSecond(inner(ucum.strip_suffix("/s").unwrap_or(&ucum))),
            Self::Count(_) => Self::Count(inner(&ucum)),
            known => known,
        })
    }
}

impl Unit {
    /// The unit of a UCUM text as [`Self::ucum`] writes it; what a count counts is not kept.
    pub fn from_ucum(ucum: &str) -> Self {
        match ucum {
            "1" => Self::Ratio,
            "By" => Self::Bytes,
            "By/s" => Self::BytesPerSecond,
            "s" => Self::Seconds,
            "Hz" => Self::Hertz,
            "Cel" => Self::Celsius,
            "W" => Self::Watts,
            "{cpu}" => Self::Cores,
            "{revolution}/min" => Self::RevolutionsPerMinute,
            other if other.ends_with("/s") => Self::PerSecond(""),
            _ => Self::Count(""),
        }
    }

    /// The unit in UCUM's notation, such as `By/s` or `{operation}/s`.
    pub fn ucum(self) -> String {
        match self {
            Self::Ratio => "1".into(),
            Self::Bytes => "By".into(),
            Self::BytesPerSecond => "By/s".into(),
            Self::Seconds => "s".into(),
            Self::Hertz => "Hz".into(),
            Self::Celsius => "Cel".into(),
            Self::Watts => "W".into(),
            Self::RevolutionsPerMinute => "{revolution}/min".into(),
            Self::Count(what) => format!("{{{what}}}"),
            Self::PerSecond(what) => format!("{{{what}}}/s"),
            Self::Cores => "{cpu}".into(),
        }
    }
}
