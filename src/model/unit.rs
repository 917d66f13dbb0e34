//! Units of measure, named by UCUM as OpenTelemetry asks.

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
