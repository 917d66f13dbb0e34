//! An amount a rule compares with: a number in a base unit, and what it is an amount of.

use serde::{Deserialize, Serialize};

use crate::model::Unit;

/// What an amount is an amount of, coarser than [`Unit`]: a threshold is written with a unit of its dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dimension {
    /// A bare number: counts, loads, cores.
    Plain,
    /// A share, 1 meaning the whole; written in percent.
    Ratio,
    /// Time, seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes each second.
    BytesPerSecond,
    /// Events each second.
    PerSecond,
    /// Cycles each second.
    Hertz,
    /// Degrees Celsius.
    Celsius,
    /// Watts.
    Watts,
}

impl Dimension {
    /// The dimension of values of a unit.
    pub const fn of(unit: Unit) -> Self {
        match unit {
            Unit::Ratio => Self::Ratio,
            Unit::Bytes => Self::Bytes,
            Unit::BytesPerSecond => Self::BytesPerSecond,
            Unit::Seconds => Self::Seconds,
            Unit::Hertz => Self::Hertz,
            Unit::Celsius => Self::Celsius,
            Unit::Watts => Self::Watts,
            Unit::PerSecond(_) => Self::PerSecond,
            Unit::RevolutionsPerMinute | Unit::Count(_) | Unit::Cores => Self::Plain,
        }
    }

    /// Its base unit in UCUM.
    pub const fn ucum(self) -> &'static str {
        match self {
            Self::Plain | Self::Ratio => "1",
            Self::Seconds => "s",
            Self::Bytes => "By",
            Self::BytesPerSecond => "By/s",
            Self::PerSecond => "1/s",
            Self::Hertz => "Hz",
            Self::Celsius => "Cel",
            Self::Watts => "W",
        }
    }

    /// The unit its values are shown in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Plain => Unit::Count(""),
            Self::Ratio => Unit::Ratio,
            Self::Seconds => Unit::Seconds,
            Self::Bytes => Unit::Bytes,
            Self::BytesPerSecond => Unit::BytesPerSecond,
            Self::PerSecond => Unit::PerSecond(""),
            Self::Hertz => Unit::Hertz,
            Self::Celsius => Unit::Celsius,
            Self::Watts => Unit::Watts,
        }
    }

    /// An amount of it as an example of how it is written.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Plain => "12",
            Self::Ratio => "80 %",
            Self::Seconds => "200 ms",
            Self::Bytes => "1.5 GiB",
            Self::BytesPerSecond => "20 MB/s",
            Self::PerSecond => "50/s",
            Self::Hertz => "2.4 GHz",
            Self::Celsius => "85 °C",
            Self::Watts => "65 W",
        }
    }
}

/// A number in the base unit of its dimension: shares of 1, seconds, bytes, bytes/s, events/s, Hz, °C, W.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// The number; finite.
    pub value: f64,
    /// What it is an amount of.
    pub dimension: Dimension,
}
