//! Texts of the environment as numbers, times and words.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::Lives;

/// A value that the service does not start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} {why}")]
pub struct Refused {
    /// The key.
    pub key: &'static str,
    /// Why, as the rest of a sentence.
    pub why: String,
}

/// An environment being read.
pub(super) struct Reading<'a>(pub &'a dyn Fn(&str) -> Option<String>);

fn refused(key: &'static str, text: &str, wanted: impl Display) -> Refused {
    // Whatever stands there by mistake may be long, or a secret.
    let shown = &text[..text.floor_char_boundary(24)];
    let more = if shown.len() < text.len() { "…" } else { "" };
    Refused { key, why: format!("is \"{}{more}\", and has to be {wanted}", shown.escape_debug()) }
}

impl Reading<'_> {
    /// What stands there; an empty value is none.
    fn text(&self, key: &str) -> Option<String> {
        (self.0)(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn count<T>(&self, key: &'static str, default: T, min: T, max: T) -> Result<T, Refused>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let Some(text) = self.text(key) else { return Ok(default) };
        let fits = text.parse().ok().filter(|n| (min..=max).contains(n));
        fits.ok_or_else(|| refused(key, &text, format!("a whole number from {min} to {max}")))
    }

    pub(super) fn millis(&self, key: &'static str, default: Duration, max: u64) -> Result<Duration, Refused> {
        let Some(text) = self.text(key) else { return Ok(default) };
        let fits = text.parse().ok().filter(|n| *n <= max).map(Duration::from_millis);
        fits.ok_or_else(|| refused(key, &text, format!("milliseconds, a whole number from 0 to {max}")))
    }

    pub(super) fn seconds(&self, key: &'static str, default: Duration, max: f64) -> Result<Duration, Refused> {
        let Some(text) = self.text(key) else { return Ok(default) };
        let fits = text.parse().ok().filter(|n| (0.0..=max).contains(n)).map(Duration::from_secs_f64);
        fits.ok_or_else(|| refused(key, &text, format!("seconds, a number from 0 to {max}")))
    }

    pub(super) fn share(&self, key: &'static str, default: f64) -> Result<f64, Refused> {
        let Some(text) = self.text(key) else { return Ok(default) };
        let fits = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        fits.ok_or_else(|| refused(key, &text, "a share from 0 to 1"))
    }

    pub(super) fn switch(&self, key: &'static str, default: bool) -> Result<bool, Refused> {
        let Some(text) = self.text(key) else { return Ok(default) };
        match text.to_lowercase().as_str() {
            "true" | "1" | "on" | "yes" => Ok(true),
            "false" | "0" | "off" | "no" => Ok(false),
            _ => Err(refused(key, &text, "true or false")),
        }
    }

    pub(super) fn one_of<T: Copy>(&self, key: &'static str, default: T, of: &[(&str, T)]) -> Result<T, Refused> {
        let Some(text) = self.text(key) else { return Ok(default) };
        let found = of.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let names = || of.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| refused(key, &text, format!("one of {}", names())))
    }

    pub(super) fn lives(&self, key: &'static str, default: Duration) -> Result<Lives, Refused> {
        let Some(text) = self.text(key) else { return Ok(Lives::of_all(default)) };
        Lives::read(&text).ok_or_else(|| refused(key, &text, "seconds, or a table of seconds by class of keys in JSON"))
    }
}
