//! What the rules look at: effective values by name and kind, and the words for them.

use std::time::Duration;

use crate::model::profile::{Catalogue, ClassTable, Fix, ParamKey, ParamValue, Problem, ProblemKind};
use crate::profile::catalogue::check_value;
use crate::profile::resolve::Effective;
use crate::profile::value_text::shown;

/// What holds for a profile. A value that is left to the service, or whose kind a person changed, is not there: a rule
/// that needs it says nothing.
pub(super) struct Facts<'a> {
    pub catalogue: &'a Catalogue,
    pub effective: &'a Effective,
}

/// What a rule found.
pub(super) struct Finding {
    pub kind: ProblemKind,
    /// The parameter under which it is shown.
    pub key: &'static str,
    pub text: String,
    /// The parameter and the value that would mend it.
    pub fix: Option<(&'static str, ParamValue)>,
}

impl Finding {
    pub fn error(key: &'static str, text: String) -> Self {
        Self { kind: ProblemKind::Error, key, text, fix: None }
    }

    pub fn warning(key: &'static str, text: String) -> Self {
        Self { kind: ProblemKind::Warning, key, text, fix: None }
    }

    /// Offers another value of the same parameter.
    pub fn or_use(self, value: ParamValue) -> Self {
        Self { fix: Some((self.key, value)), ..self }
    }
}

impl Facts<'_> {
    fn value(&self, key: &str) -> Option<&ParamValue> {
        self.effective.rows.iter().find(|row| row.key.as_str() == key)?.value.as_ref()
    }

    pub fn count(&self, key: &str) -> Option<i64> {
        match self.value(key)? {
            ParamValue::Count(count) => Some(*count),
            _ => None,
        }
    }

    pub fn time(&self, key: &str) -> Option<Duration> {
        match self.value(key)? {
            ParamValue::Duration(duration) => Some(*duration),
            _ => None,
        }
    }

    pub fn table(&self, key: &str) -> Option<&ClassTable> {
        match self.value(key)? {
            ParamValue::ByClass(table) => Some(table),
            _ => None,
        }
    }

    pub fn list(&self, key: &str) -> Option<&[std::sync::Arc<str>]> {
        match self.value(key)? {
            ParamValue::List(words) => Some(words),
            _ => None,
        }
    }

    pub fn is_on(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            ParamValue::Switch(is_on) => Some(*is_on),
            _ => None,
        }
    }

    /// A finding as a problem, with the source of its rule. A fix that its parameter would not take is left out.
    pub fn problem(&self, finding: Finding, source: &str) -> Problem {
        let fix = finding.fix.and_then(|(key, value)| {
            let def = self.catalogue.get(&ParamKey::new(key))?;
            let text = format!("Use {}", shown(&def.kind, &value));
            check_value(def, &value).is_none().then(|| Fix {
                text: text.into(),
                key: def.key.clone(),
                value: Some(value),
            })
        });
        let key = Some(ParamKey::new(finding.key));
        Problem {
            kind: finding.kind,
            key,
            place: None,
            text: finding.text.into(),
            fix: fix.map(Box::new),
            source: Some(source.into()),
        }
    }
}

/// A time in words.
pub(super) fn time_words(duration: Duration) -> String {
    let kind = crate::model::profile::ParamKind::Duration { min: Duration::ZERO, max: Duration::MAX };
    shown(&kind, &ParamValue::Duration(duration))
}

/// A time with room under another: four fifths of it, in whole seconds from five seconds on, in tenths from half a
/// second on.
pub(super) fn with_room(under: Duration) -> Duration {
    let millis = u64::try_from(under.as_millis()).unwrap_or(u64::MAX) / 5 * 4;
    let step = match millis {
        4000.. => 1000,
        400.. => 100,
        _ => 1,
    };
    Duration::from_millis(millis / step * step)
}
