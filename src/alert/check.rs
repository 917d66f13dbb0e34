//! What is wrong with a rule, all of it at once: units that do not fit, thresholds that cross, windows out of bounds,
//! names that nobody knows.

use std::sync::Arc;
use std::time::Duration;

use super::expression::write_selector;
use super::reason::{FIELDS, amount_shown, side};
use super::select::Matches;
use crate::model::alert::{
    Comparison, Condition, Dimension, Reducer, Rule, RuleField, RuleId, RuleProblem, Term, Webhook,
};
use crate::model::duration_text::write_duration;
use crate::model::nearest::did_you_mean;
use crate::model::{SeriesInfo, Unit};

/// Longest window of a reducer.
pub const MAX_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// Longest window of a percentile, whose samples are all kept.
pub const MAX_EXACT_WINDOW: Duration = Duration::from_secs(1800);
/// Longest `for` and longest recovery.
pub const MAX_HOLD: Duration = Duration::from_secs(7 * 24 * 3600);
/// Conditions of one rule, at most.
pub const MAX_CONDITIONS: usize = 4;

/// What a rule is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Every series met so far.
    pub series: &'a [SeriesInfo],
    /// All rules.
    pub rules: &'a [RuleId],
    /// Webhooks there are.
    pub webhooks: &'a [Webhook],
    /// Whether rules may run programs.
    pub programs_allowed: bool,
    /// How far back history goes, where it is known.
    pub history: Option<Duration>,
}

/// All that is wrong with a rule, in the order of its fields.
pub fn problems(rule: &Rule, known: &Known<'_>) -> Vec<RuleProblem> {
    let mut found = Found(Vec::new());
    if rule.name.trim().is_empty() {
        found.error(RuleField::Name, "Give the rule a name");
    }
    if rule.when.len() > MAX_CONDITIONS {
        found.error(RuleField::Other, format!("A rule has at most {MAX_CONDITIONS} conditions"));
    }
    for (i, condition) in rule.when.iter().enumerate() {
        found.condition(i, condition, known);
    }
    if rule.hold > MAX_HOLD {
        found.error(RuleField::For, format!("At most {}", write_duration(MAX_HOLD)));
    }
    if rule.keep_firing > MAX_HOLD {
        found.error(RuleField::KeepFiring, format!("At most {}", write_duration(MAX_HOLD)));
    }
    if let (Some((is, amount)), Some(first)) = (&rule.recover, rule.when.first()) {
        found.recovery(first, *is, amount.value, amount.dimension);
    }
    found.text(&rule.text);
    found.actions(rule, known);
    found.0
}

struct Found(Vec<RuleProblem>);

impl Found {
    fn error(&mut self, field: RuleField, text: impl Into<Arc<str>>) {
        self.0.push(RuleProblem { field, text: text.into(), is_error: true });
    }

    fn warning(&mut self, field: RuleField, text: impl Into<Arc<str>>) {
        self.0.push(RuleProblem { field, text: text.into(), is_error: false });
    }

    fn condition(&mut self, i: usize, condition: &Condition, known: &Known<'_>) {
        let term = &condition.term;
        let series = self.selector(RuleField::Series(i), &term.series, known);
        let over = term.over.as_ref().map(|over| self.selector(RuleField::Over(i), over, known));
        self.window(i, term, known);
        let unit = series.flatten();
        let wanted = dimension_of(term.reducer, unit, over.flatten().flatten());
        if let Some(wanted) = wanted.filter(|wanted| *wanted != condition.threshold.dimension) {
            let threshold = amount_shown(&condition.threshold);
            let text = format!("{threshold} is no amount of this: write one such as {}", wanted.example());
            self.error(RuleField::Threshold(i), text);
        }
        let is_rate = matches!(unit, Some(Unit::PerSecond(_) | Unit::BytesPerSecond));
        if term.reducer == Reducer::Rate && is_rate {
            self.error(RuleField::Series(i), "It is a rate already: take its mean");
        }
        if term.reducer == Reducer::FullIn && unit.is_some_and(|unit| unit != Unit::Ratio) {
            self.error(
                RuleField::Series(i),
                "The time until full is that of a share, such as system.filesystem.utilization",
            );
        }
    }

    /// Checks a selector; gives the unit of what it means, `None` where it has a fault, `Some(None)` where unknown.
    fn selector(
        &mut self,
        field: RuleField,
        selector: &crate::model::alert::Selector,
        known: &Known<'_>,
    ) -> Option<Option<Unit>> {
        let matches = match Matches::new(selector) {
            Ok(matches) => matches,
            Err(why) => {
                self.error(field, why);
                return None;
            }
        };
        let of_metric = || known.series.iter().filter(|info| info.def.key.metric() == &*selector.metric);
        if let Some(found) = known.series.iter().find(|info| matches.is_meant(&info.def.key)) {
            return Some(Some(found.def.unit));
        }
        if let Some(other) = of_metric().next() {
            let text = format!("No series is {} now; there is {}", write_selector(selector), other.def.key);
            self.warning(field, text);
            return Some(Some(other.def.unit));
        }
        let mut metrics: Vec<&str> = known.series.iter().map(|info| info.def.key.metric()).collect();
        metrics.sort_unstable();
        metrics.dedup();
        let meant = did_you_mean(&selector.metric, metrics);
        self.warning(field, format!("Nothing reports {} yet{meant}", selector.metric));
        Some(None)
    }

    fn window(&mut self, i: usize, term: &Term, known: &Known<'_>) {
        let longest = if term.reducer == Reducer::P95 { MAX_EXACT_WINDOW } else { MAX_WINDOW };
        let field = RuleField::Window(i);
        if !term.reducer.has_window() {
            return;
        }
        if term.window < Duration::from_secs(1) {
            self.error(field, "Say how far it looks back, such as 5 min");
        } else if term.window > longest {
            self.error(field, format!("It looks back at most {}", write_duration(longest)));
        } else if let Some(history) = known.history.filter(|history| *history < term.window) {
            let text =
                format!("History goes back {} only: it has no value until there is enough", write_duration(history));
            self.warning(field, text);
        }
        if term.reducer.has_over() && term.over.is_none() {
            self.error(RuleField::Over(i), "Say what it is divided by");
        }
    }

    fn recovery(&mut self, first: &Condition, is: Comparison, value: f64, dimension: Dimension) {
        if dimension != first.threshold.dimension {
            let text = format!("Write an amount such as {}", amount_shown(&first.threshold));
            return self.error(RuleField::Recover, text);
        }
        let crosses = match first.is {
            Comparison::Above => value > first.threshold.value,
            Comparison::Below => value < first.threshold.value,
        };
        if is == first.is {
            self.error(RuleField::Recover, format!("It fires {0}, so it recovers {1}", side(is), side(is.opposite())));
        } else if crosses {
            let text = format!("It would recover while it fires: write {} or less far", amount_shown(&first.threshold));
            self.error(RuleField::Recover, text);
        }
    }

    fn text(&mut self, text: &str) {
        for field in text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(field, _)| field)) {
            if !FIELDS.contains(&field) && !field.starts_with("label.") {
                let text =
                    format!("{{{field}}} is not filled in: write one of {{{}}} or {{label.NAME}}", FIELDS.join("}, {"));
                self.warning(RuleField::Text, text);
            }
        }
    }

    fn actions(&mut self, rule: &Rule, known: &Known<'_>) {
        if let Some(name) =
            rule.actions.webhook.as_deref().filter(|name| known.webhooks.iter().all(|w| &*w.name != *name))
        {
            let meant = did_you_mean(name, known.webhooks.iter().map(|webhook| &*webhook.name));
            self.error(RuleField::Webhook, format!("There is no webhook {name}{meant}"));
        }
        if let Some(program) = &rule.actions.program {
            if program.argv.first().is_none_or(|first| first.trim().is_empty()) {
                self.error(RuleField::Program, "Name the program");
            } else if !known.programs_allowed {
                self.warning(RuleField::Program, "Programs are not allowed: nothing is run until they are");
            }
        }
        for id in &rule.inhibited_by {
            if *id == rule.id {
                self.error(RuleField::InhibitedBy, "A rule cannot silence itself");
            } else if !known.rules.contains(id) {
                let meant = did_you_mean(id, known.rules.iter().map(|id| &**id));
                self.warning(RuleField::InhibitedBy, format!("There is no rule {id}{meant}"));
            }
        }
    }
}

/// What a term is an amount of; `None` while a series it needs is not known.
pub fn dimension_of(reducer: Reducer, unit: Option<Unit>, over: Option<Unit>) -> Option<Dimension> {
    let of = |unit: Option<Unit>| unit.map(Dimension::of);
    match reducer {
        Reducer::Every | Reducer::Mean | Reducer::Min | Reducer::Max | Reducer::P95 => of(unit),
        Reducer::FullIn => Some(Dimension::Seconds),
        Reducer::Growth => Some(Dimension::Ratio),
        Reducer::Rate => of(unit).map(|dimension| match dimension {
            Dimension::Bytes => Dimension::BytesPerSecond,
            Dimension::Seconds => Dimension::Ratio,
            Dimension::Plain => Dimension::PerSecond,
            other => other,
        }),
        Reducer::Ratio | Reducer::Share => match (of(unit)?, of(over)?) {
            (a, b) if a == b => Some(Dimension::Ratio),
            (a, Dimension::Plain) => Some(a),
            // What is under way, over what begins each second, is how long it takes (Little's law, L = λW).
            (Dimension::Plain, Dimension::PerSecond) => Some(Dimension::Seconds),
            (Dimension::BytesPerSecond, Dimension::PerSecond) => Some(Dimension::Bytes),
            _ => Some(Dimension::Plain),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_of_what_its_parts_make_it() {
        let request = Unit::PerSecond("request");
        for (one, other, expect) in [
            (Unit::Count("request"), request, Dimension::Seconds),
            (Unit::BytesPerSecond, request, Dimension::Bytes),
            (request, request, Dimension::Ratio),
            (Unit::Bytes, Unit::Count("item"), Dimension::Bytes),
            (request, Unit::Bytes, Dimension::Plain),
        ] {
            assert_eq!(dimension_of(Reducer::Ratio, Some(one), Some(other)), Some(expect), "{one:?} over {other:?}");
        }
        assert_eq!(dimension_of(Reducer::Ratio, Some(request), None), None);
    }
}
