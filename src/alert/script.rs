//! Alerts by script, for tests: samples and expected changes as text.
//!
//! `check("system.cpu.utilization > 80% for 5m", "70@1s*60 95@1s*400", "pending@60 firing@360")`: 60 samples of 70 a
//! second apart, then 400 of 95; the condition begins to hold 60 s after the first sample and fires at 360 s. A value is
//! in the unit of the threshold (percent where that is a share). `-` is no value, `sleep@1h` a sleep of the machine
//! (the monotonic clock stands still), `restart` an end of the program and a start anew.

use std::sync::Arc;
use std::time::Duration;

use super::book::{Book, Kept, Tick};
use super::expression::{Line, read_line};
use crate::model::alert::{Amount, Dimension, Rule, RuleActions, RuleSeverity};
use crate::model::duration_text::read_duration;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Timestamp, Unit};

/// A step of a script.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// A value, or none, and the time to the next.
    Sample(Option<f64>, Duration),
    /// The machine sleeps.
    Sleep(Duration),
    /// The program ends and starts anew.
    Restart,
}

/// The changes that come of one series under a rule's line, such as `pending@60 firing@360 resolved@460`; times are
/// observed seconds since the first sample.
///
/// # Errors
/// What cannot be read.
pub fn run(line: &str, samples: &str) -> Result<String, String> {
    let rule = rule_of(&read_line(line).map_err(|e| e.to_string())?);
    let metric = rule.when.first().map_or_else(String::new, |c| c.term.series.metric.to_string());
    run_rule(rule, &[(metric.as_str(), samples)])
}

/// The same of several series, each by its key, that go in step: the first one's times count.
///
/// # Errors
/// What cannot be read.
pub fn run_rule(rule: Rule, series: &[(&str, &str)]) -> Result<String, String> {
    let dimension = rule.when.first().map_or(Dimension::Plain, |condition| condition.threshold.dimension);
    let mut infos = Vec::new();
    let mut scripts: Vec<Vec<Step>> = Vec::new();
    for (i, (key, samples)) in series.iter().enumerate() {
        let key: SeriesKey = key.parse().map_err(|e: crate::model::ParseSeriesKeyError| e.to_string())?;
        infos.push(info(i, key));
        scripts.push(steps(samples, dimension)?);
    }
    let rule = Arc::new(rule);
    let mut book = start(&rule, &infos, Vec::new());
    let mut told: Vec<String> = Vec::new();
    let (mut now, mut wall) = (Duration::ZERO, Duration::ZERO);
    let n_steps = scripts.first().map_or(0, Vec::len);
    for i in 0..n_steps {
        let first = scripts[0][i];
        let interval = match first {
            Step::Sample(_, interval) => interval,
            Step::Sleep(span) => {
                wall += span;
                continue;
            }
            Step::Restart => {
                book = start(&rule, &infos, book.kept());
                continue;
            }
        };
        let values: Vec<f64> = scripts
            .iter()
            .map(|steps| match steps.get(i) {
                Some(Step::Sample(Some(value), _)) => *value,
                _ => f64::NAN,
            })
            .collect();
        let at = Timestamp::from_millis(1_000_000).plus(wall);
        let tick = Tick { at, now: now + Duration::from_secs(1000), interval, values: &values };
        for event in book.evaluate(&tick) {
            let seconds = now.as_secs_f64();
            let key = book.key_at(event.place);
            let instance = if let Some(key) = key.filter(|_| series.len() > 1 && book.n_instances() > 1) {
                format!("[{}]", key.attributes().map(|(_, value)| value).collect::<Vec<_>>().join(","))
            } else {
                String::new()
            };
            told.push(format!("{}{instance}@{seconds}", event.change.word()));
        }
        now += interval;
        wall += interval;
    }
    Ok(told.join(" "))
}

fn start(rule: &Arc<Rule>, infos: &[SeriesInfo], kept: Vec<Kept>) -> Book {
    let mut book = Book::new(kept);
    book.set_rules(vec![(rule.clone(), Arc::default())], &[], Timestamp::from_millis(0));
    book.take_series(infos);
    book
}

/// A rule that says no more than a line.
pub fn rule_of(line: &Line) -> Rule {
    Rule {
        id: "line".into(),
        name: "Line".into(),
        when: line.when.clone(),
        hold: line.hold,
        recover: line.recover,
        keep_firing: line.keep_firing,
        missing: line.missing,
        severity: RuleSeverity::Warning,
        text: "".into(),
        why: "".into(),
        actions: RuleActions::default(),
        quiet: Vec::new(),
        inhibited_by: Vec::new(),
        is_paused: false,
    }
}

/// A series of a script.
pub(super) fn info(i: usize, key: SeriesKey) -> SeriesInfo {
    let def = SeriesDef {
        name: key.metric().into(),
        key,
        unit: Unit::Count(""),
        group: SeriesGroup::Cpu,
        instance: "".into(),
        probe: ProbeId("script"),
        cadence: None,
    };
    SeriesInfo { id: SeriesId(u32::try_from(i).unwrap_or(u32::MAX)), def: Arc::new(def) }
}

/// Greatest number of steps of a script.
const MAX_STEPS: usize = 10_000_000;

/// Reads `70@1s*60 -@1s*20 sleep@1h restart`.
fn steps(text: &str, dimension: Dimension) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for word in text.split_whitespace() {
        if word == "restart" {
            steps.push(Step::Restart);
            continue;
        }
        let (value, rest) = word.split_once('@').ok_or_else(|| format!("{word}: write a value such as 95@1s*400"))?;
        let (interval, times) = rest.split_once('*').unwrap_or((rest, "1"));
        let interval = read_duration(interval).map_err(|why| format!("{word}: {why}"))?;
        if value == "sleep" {
            steps.push(Step::Sleep(interval));
            continue;
        }
        let times: usize = times.parse().map_err(|_| format!("{word}: {times} is no number of times"))?;
        let value = match value {
            "-" => None,
            number => Some(number.parse::<f64>().map_err(|_| format!("{word}: {number} is no number"))?),
        };
        let value = value.map(|value| Amount {
            value: if dimension == Dimension::Ratio { value / 100.0 } else { value },
            dimension,
        });
        if steps.len().saturating_add(times) > MAX_STEPS {
            return Err(format!("{word}: more than {MAX_STEPS} samples"));
        }
        steps.extend(std::iter::repeat_n(Step::Sample(value.map(|amount| amount.value), interval), times));
    }
    Ok(steps)
}
