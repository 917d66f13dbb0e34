//! A number with its suffix as it is typed after a comparison: `5`, `5%`, `1.5GiB`, `20MB/s`.

use std::fmt;

use super::expr::NumberField;

/// What a typed number counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As the field says: % of one core, MiB, MB/s, or a plain count.
    Plain,
    /// Bytes.
    Bytes,
    /// 1,000 bytes.
    Kilobytes,
    /// 1,000,000 bytes.
    Megabytes,
    /// 1,000,000,000 bytes.
    Gigabytes,
    /// 1,024 bytes.
    Kibibytes,
    /// 1,024² bytes.
    Mebibytes,
    /// 1,024³ bytes.
    Gibibytes,
}

/// A number as it was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The number; finite and not negative.
    pub number: f64,
    /// Its suffix.
    pub scale: Scale,
}

impl Scale {
    const NAMED: [(Self, &'static str, f64); 7] = [
        (Self::Bytes, "B", 1.0),
        (Self::Kilobytes, "kB", 1e3),
        (Self::Megabytes, "MB", 1e6),
        (Self::Gigabytes, "GB", 1e9),
        (Self::Kibibytes, "KiB", 1024.0),
        (Self::Mebibytes, "MiB", 1_048_576.0),
        (Self::Gibibytes, "GiB", 1_073_741_824.0),
    ];

    fn suffix(self) -> &'static str {
        Self::NAMED.iter().find(|(scale, ..)| *scale == self).map_or("", |(_, name, _)| name)
    }

    fn bytes(self) -> Option<f64> {
        Self::NAMED.iter().find(|(scale, ..)| *scale == self).map(|(.., bytes)| *bytes)
    }

    /// Reads a suffix, in any case; a lone letter counts in 1,024 for memory and in 1,000 for disks.
    fn read(suffix: &str, field: NumberField) -> Option<Self> {
        if suffix.is_empty() || (suffix == "%" && field.is_percent()) {
            return Some(Self::Plain);
        }
        if !field.is_bytes() {
            return None;
        }
        let suffix = suffix.to_ascii_lowercase();
        let suffix = if field == NumberField::Memory { &*suffix } else { suffix.strip_suffix("/s").unwrap_or(&suffix) };
        let is_memory = field == NumberField::Memory;
        match suffix {
            "k" => Some(if is_memory { Self::Kibibytes } else { Self::Kilobytes }),
            "m" => Some(if is_memory { Self::Mebibytes } else { Self::Megabytes }),
            "g" => Some(if is_memory { Self::Gibibytes } else { Self::Gigabytes }),
            _ => Self::NAMED.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(suffix)).map(|(scale, ..)| *scale),
        }
    }
}

impl Amount {
    /// Reads a number for a field.
    ///
    /// # Errors
    /// What is wrong with it and what to write, for a person.
    pub(super) fn read(text: &str, field: NumberField) -> Result<Self, String> {
        let n_digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let (number, suffix) = text.split_at(n_digits);
        let word = field.word();
        let example = field.example();
        let Ok(value) = number.parse::<f64>() else {
            return Err(format!("“{text}” is not a number: {word} is compared with one, such as {example}"));
        };
        if !value.is_finite() {
            return Err(format!("This number is too great to compare {word} with: write a smaller one"));
        }
        let Some(scale) = Scale::read(suffix.trim_start(), field) else {
            return Err(if field.is_bytes() {
                format!("“{suffix}” is not a unit of {word}: write kB, MB, GB, KiB, MiB or GiB, such as {example}")
            } else {
                format!("“{suffix}” does not belong to {word}: write the number alone, such as {example}")
            });
        };
        if field.is_whole() && value.fract() != 0.0 {
            return Err(format!("{word} is a whole number: write it without a point, such as {example}"));
        }
        Ok(Self { number: value, scale })
    }

    /// The number in the field's own base: % of one core, bytes, bytes each second, or a count.
    pub(super) fn in_base(self, field: NumberField) -> f64 {
        self.number
            * self.scale.bytes().unwrap_or(match field {
                NumberField::Memory => 1_048_576.0,
                NumberField::Read | NumberField::Write => 1e6,
                _ => 1.0,
            })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.scale.suffix())
    }
}
