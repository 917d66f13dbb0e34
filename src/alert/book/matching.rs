//! Which series feed a term, and into which instances they fall.

use std::sync::Arc;

use super::super::select::Matches;
use super::term::TermColumn;
use super::{KeptBySpot, MAX_INSTANCES, Watched};
use crate::model::alert::{MatchOp, Term};
use crate::model::{SeriesInfo, SeriesKey};

/// A term's selectors, ready to match.
#[derive(Debug)]
pub(super) struct TermMatch {
    series: Matches,
    over: Option<Matches>,
    by: Option<Vec<Arc<str>>>,
    /// Attributes that the divisor's matchers fix: they tell no instances apart.
    fixed: Vec<Arc<str>>,
    /// Series met so far that a later instance may need.
    met: Vec<SeriesInfo>,
}

/// Series of a term that are remembered for instances still to come.
const MAX_MET: usize = 20_000;

impl TermMatch {
    /// Prepares a term.
    ///
    /// # Errors
    /// What is wrong with a regular expression.
    pub fn new(term: &Term) -> Result<Self, String> {
        let over = term.over.as_ref();
        let fixed = over.iter().flat_map(|over| &over.matchers).filter(|matcher| matcher.op == MatchOp::Is);
        Ok(Self {
            series: Matches::new(&term.series)?,
            over: over.map(Matches::new).transpose()?,
            by: term.by.clone(),
            fixed: fixed.map(|matcher| matcher.label.clone()).collect(),
            met: Vec::new(),
        })
    }

    /// The key of the instance this series opens; `None` where it opens none.
    fn opens(&self, info: &SeriesInfo) -> Option<SeriesKey> {
        let key = &info.def.key;
        let opener = self.over.as_ref().unwrap_or(&self.series);
        if !opener.is_meant(key) {
            return None;
        }
        if let Some(labels) = &self.by {
            let kept: Vec<(&str, &str)> =
                labels.iter().filter_map(|label| key.attribute(label).map(|value| (&**label, value))).collect();
            return Some(SeriesKey::new(key.metric(), &kept));
        }
        if self.over.is_none() {
            return Some(key.clone());
        }
        let is_free = |name: &str| !self.fixed.iter().any(|label| &**label == name);
        let kept: Vec<(&str, &str)> = key.attributes().filter(|(name, _)| is_free(name)).collect();
        Some(SeriesKey::new(key.metric(), &kept))
    }

    /// What a series is to an instance: dividend, divisor, or nothing.
    fn feeds(&self, info: &SeriesInfo, instance: &SeriesKey, is_first: bool) -> (bool, bool) {
        let key = &info.def.key;
        let agrees = if is_first {
            instance.attributes().all(|(name, value)| key.attribute(name) == Some(value))
        } else {
            // A further condition looks at what both name.
            instance.attributes().all(|(name, value)| key.attribute(name).is_none_or(|other| other == value))
        };
        let is_over = self.over.as_ref().is_some_and(|over| over.is_meant(key));
        (agrees && self.series.is_meant(key), agrees && is_over)
    }

    fn is_meant(&self, info: &SeriesInfo) -> bool {
        self.series.is_meant(&info.def.key) || self.over.as_ref().is_some_and(|over| over.is_meant(&info.def.key))
    }
}

impl Watched {
    /// Takes series in that were not known before.
    pub(super) fn take_series(&mut self, new: &[SeriesInfo], kept: &mut KeptBySpot) {
        for info in new {
            for place in 0..self.terms.len() {
                if self.terms[place].is_meant(info) {
                    self.take(info, place, kept);
                }
            }
        }
    }

    fn take(&mut self, info: &SeriesInfo, place: usize, kept: &mut KeptBySpot) {
        let is_simple = self.terms.len() == 1 && self.terms[0].over.is_none() && self.terms[0].by.is_none();
        if place == 0
            && let Some(key) = self.terms[0].opens(info)
            && (is_simple || !self.by_key.contains_key(&key))
        {
            if self.instances.len() >= MAX_INSTANCES {
                self.n_left_out += 1;
            } else {
                self.open(key, info, kept);
            }
        }
        if is_simple {
            let last = self.instances.len().checked_sub(1).filter(|last| self.instances[*last].key == info.def.key);
            if let Some(last) = last {
                self.columns[0].feed(last, info, false);
            }
            return;
        }
        for (i, instance) in self.instances.iter().enumerate() {
            feed(&self.terms[place], &mut self.columns[place], (i, &instance.key), info, place == 0);
        }
        if self.terms[place].met.len() < MAX_MET {
            self.terms[place].met.push(info.clone());
        }
    }

    /// Opens an instance: with what a run before left of it, and with the series that came before it.
    fn open(&mut self, key: SeriesKey, info: &SeriesInfo, kept: &mut KeptBySpot) {
        let found = kept.remove(&(self.rule.id.clone(), key.clone()));
        let i = self.instances.len();
        self.push_instance(key.clone(), info, found);
        for (place, term) in self.terms.iter().enumerate() {
            for met in &term.met {
                feed(term, &mut self.columns[place], (i, &key), met, place == 0);
            }
        }
    }
}

fn feed(term: &TermMatch, column: &mut TermColumn, (i, key): (usize, &SeriesKey), info: &SeriesInfo, is_first: bool) {
    let (is_dividend, is_divisor) = term.feeds(info, key, is_first);
    if is_dividend {
        column.feed(i, info, false);
    }
    if is_divisor {
        column.feed(i, info, true);
    }
}
