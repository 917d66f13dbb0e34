//! What the editor's texts mean: the rule, and everything that is wrong with it, by field. Nothing here draws.

use std::sync::Arc;
use std::time::Duration;

use super::form::{ConditionForm, Form, Recovery};
use crate::alert::amount_text;
use crate::alert::check::{Known, dimension_of, problems};
use crate::alert::document::read_quiet;
use crate::alert::expression::read_selector;
use crate::model::alert::{
    Amount, Condition, Dimension, ProgramAction, QuietHours, Reducer, Rule, RuleActions, RuleField, RuleProblem,
    Selector, Term,
};
use crate::model::duration_text::read_duration;
use crate::model::{SeriesInfo, Unit};

/// A form, understood.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The rule; what could not be read has a stand-in.
    pub rule: Arc<Rule>,
    /// What is wrong, in the order of the fields.
    pub problems: Vec<RuleProblem>,
}

impl Reading {
    /// Reads a form. `is_paused` is not the form's: a rule rests whatever it says.
    pub fn of(form: &Form, is_paused: bool, known: &Known<'_>) -> Self {
        let mut reader = Reader { series: known.series, found: Vec::new() };
        let rule = reader.rule(form, is_paused);
        let mut all = reader.found;
        if let Some(raw) = &form.raw {
            all.splice(0..0, raw.problems.iter().cloned());
        }
        let faulty: Vec<RuleField> = all.iter().map(|problem| problem.field).collect();
        // Of what could not be read only that is said.
        all.extend(problems(&rule, known).into_iter().filter(|problem| !faulty.contains(&problem.field)));
        all.sort_by_key(|problem| (!problem.is_error, problem.field));
        Self { rule: Arc::new(rule), problems: all }
    }

    /// Whether the rule can be saved.
    pub fn is_valid(&self) -> bool {
        self.problems.iter().all(|problem| !problem.is_error)
    }

    /// What is wrong with one of these fields, the worst first.
    pub fn at<'a>(&'a self, fields: &'a [RuleField]) -> impl Iterator<Item = &'a RuleProblem> {
        self.problems.iter().filter(move |problem| fields.contains(&problem.field))
    }
}

struct Reader<'a> {
    series: &'a [SeriesInfo],
    found: Vec<RuleProblem>,
}

impl Reader<'_> {
    fn take<T, E: ToString>(&mut self, field: RuleField, read: Result<T, E>) -> Option<T> {
        let fault = |why: E| self.found.push(RuleProblem { field, text: why.to_string().into(), is_error: true });
        read.map_err(fault).ok()
    }

    fn duration(&mut self, field: RuleField, text: &str) -> Duration {
        if text.trim().is_empty() { Duration::ZERO } else { self.take(field, read_duration(text)).unwrap_or_default() }
    }

    fn optional_duration(&mut self, text: &str) -> Option<Duration> {
        (!text.trim().is_empty()).then(|| self.take(RuleField::Other, read_duration(text))).flatten()
    }

    fn rule(&mut self, form: &Form, is_paused: bool) -> Rule {
        let when: Vec<Condition> = form.when.iter().enumerate().map(|(i, form)| self.condition(i, form)).collect();
        let wanted = form.when.first().and_then(|first| self.wanted(first, when.first()));
        let recover = match form.recovery {
            Recovery::AtOnce => None,
            Recovery::At(is) => {
                self.take(RuleField::Recover, amount_text::read(&form.recover, wanted)).map(|amount| (is, amount))
            }
        };
        let quiet = form.quiet.split(',').map(str::trim).filter(|text| !text.is_empty());
        let quiet: Vec<QuietHours> = quiet.filter_map(|text| self.take(RuleField::Quiet, read_quiet(text))).collect();
        Rule {
            id: form.id.as_str().into(),
            name: form.name.trim().into(),
            when,
            hold: self.duration(RuleField::For, &form.hold),
            recover,
            keep_firing: self.duration(RuleField::KeepFiring, &form.keep),
            missing: form.missing,
            severity: form.severity,
            text: form.text.trim().into(),
            why: form.why.as_str().into(),
            actions: self.actions(form),
            quiet,
            inhibited_by: form.inhibited_by.clone(),
            is_paused,
        }
    }

    fn actions(&mut self, form: &Form) -> RuleActions {
        let actions = &form.actions;
        let program = actions.has_program.then(|| {
            let argv = actions.program.lines().map(Arc::from).filter(|word: &Arc<str>| !word.is_empty());
            let argv = argv.collect();
            let time_out = self.take(RuleField::Program, read_duration(&actions.time_out)).unwrap_or_default();
            ProgramAction { argv, time_out }
        });
        RuleActions {
            window: actions.window,
            desktop: actions.desktop,
            sound: actions.sound,
            webhook: actions.has_webhook.then(|| actions.webhook.as_str().into()),
            program,
            capture: if actions.has_capture { self.optional_duration(&actions.capture) } else { None },
            repeat: self.optional_duration(&actions.repeat),
            resolved: actions.resolved,
        }
    }

    fn condition(&mut self, i: usize, form: &ConditionForm) -> Condition {
        let nothing = || Selector { metric: "".into(), matchers: Vec::new() };
        let selector = form.selector();
        let series = if form.metric.trim().is_empty() {
            self.take(RuleField::Series(i), Err::<Selector, _>("Choose a series"))
        } else {
            self.take(RuleField::Series(i), read_selector(&selector))
        };
        let over = form.reducer.has_over().then(|| match form.over.trim() {
            "" => self.take(RuleField::Over(i), Err::<Selector, _>("Choose what it is divided by")),
            over => self.take(RuleField::Over(i), read_selector(over)),
        });
        let window =
            if form.reducer.has_window() { self.duration(RuleField::Window(i), &form.window) } else { Duration::ZERO };
        let by = form.is_grouped.then(|| {
            form.by
                .split(',')
                .map(str::trim)
                .filter(|label| !label.is_empty())
                .map(Arc::from)
                .collect::<Vec<Arc<str>>>()
        });
        let least_count = match form.least.trim() {
            "" => 0.0,
            _ if form.reducer != Reducer::Ratio => 0.0,
            text => {
                let read = text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
                self.take(RuleField::Over(i), read.ok_or("The least count is a number such as 50")).unwrap_or_default()
            }
        };
        let term = Term {
            reducer: form.reducer,
            series: series.unwrap_or_else(nothing),
            over: over.map(|over| over.unwrap_or_else(nothing)),
            window,
            by,
            least_count,
        };
        let mut condition =
            Condition { term, is: form.is, threshold: Amount { value: 0.0, dimension: Dimension::Plain } };
        let wanted = self.wanted(form, Some(&condition));
        match self.take(RuleField::Threshold(i), amount_text::read(&form.threshold, wanted)) {
            Some(amount) => condition.threshold = amount,
            None => condition.threshold.dimension = wanted.unwrap_or(Dimension::Plain),
        }
        condition
    }

    /// What a condition's threshold is an amount of, as far as its series are known.
    fn wanted(&self, form: &ConditionForm, condition: Option<&Condition>) -> Option<Dimension> {
        let over = condition.and_then(|condition| condition.term.over.as_ref());
        dimension_of(
            form.reducer,
            unit_of(self.series, form.metric.trim()),
            over.and_then(|o| unit_of(self.series, &o.metric)),
        )
    }
}

/// The unit of a metric, where a series of it is known.
pub fn unit_of(series: &[SeriesInfo], metric: &str) -> Option<Unit> {
    series.iter().find(|info| info.def.key.metric() == metric).map(|info| info.def.unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesKey};

    fn known() -> Vec<SeriesInfo> {
        let def = SeriesDef {
            key: SeriesKey::new("system.cpu.utilization", &[]),
            unit: Unit::Ratio,
            group: SeriesGroup::Cpu,
            name: "CPU".into(),
            instance: "".into(),
            probe: ProbeId("cpu"),
            cadence: None,
        };
        vec![SeriesInfo { id: SeriesId(0), def: Arc::new(def) }]
    }

    fn read(change: impl Fn(&mut Form)) -> Reading {
        let mut form = Form::new_rule();
        (form.name, form.when[0].metric) = ("CPU".into(), "system.cpu.utilization".into());
        change(&mut form);
        let known = Known { series: &known(), rules: &[], webhooks: &[], programs_allowed: false, history: None };
        Reading::of(&form, false, &known)
    }

    #[test]
    fn a_form_reads_into_a_rule() {
        let reading = read(|form| {
            (form.recovery, form.recover) = (Recovery::At(crate::model::alert::Comparison::Below), "70 %".into());
            form.quiet = "22:00-07:00, 12:00-13:00".into();
        });
        assert_eq!(reading.problems, []);
        let rule = &reading.rule;
        assert_eq!((rule.when[0].threshold.value, rule.hold.as_secs(), rule.quiet.len()), (0.8, 300, 2));
        assert_eq!(rule.recover.map(|(_, amount)| amount.value), Some(0.7));
        assert_eq!(Form::of(rule), Form { id: String::new(), ..Form::of(rule) });
    }

    #[test]
    fn each_fault_stands_at_its_field_and_the_others_are_still_checked() {
        for (change, field, text) in [
            (
                (|form: &mut Form| form.when[0].threshold = "80".into()) as fn(&mut Form),
                RuleField::Threshold(0),
                "shares are written in percent: 80 %",
            ),
            (|form| form.when[0].metric.clear(), RuleField::Series(0), "Choose a series"),
            (|form| form.name.clear(), RuleField::Name, "Give the rule a name"),
            (|form| form.hold = "soon".into(), RuleField::For, "write a time such as 5 min, 30 s or 250 ms"),
            (
                |form| form.quiet = "25:00-1".into(),
                RuleField::Quiet,
                "25:00-1 is no span of the day: write one such as 22:00-07:00",
            ),
        ] {
            let reading = read(change);
            let first = reading.problems.first().map(|problem| (problem.field, problem.text.to_string()));
            assert_eq!(first, Some((field, text.to_owned())));
            assert!(!reading.is_valid() && reading.at(&[field]).count() == 1);
        }
    }
}
