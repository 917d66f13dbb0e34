//! How a service does, in words: a sentence, a quieter aside, and a few words for a list.
//!
//! Pure: what is known of the service comes in, with what alerts, targets and checks say of it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::database::DatabaseStatus;
use crate::model::duration_text::write_duration;
use crate::model::quantity::{decimals, joined};
use crate::model::service::{
    CheckState, CheckStatus, Flow, Service, ServiceLevel, TargetState, TargetStatus, TimePart,
};
use crate::model::written::thin;
use crate::model::{Quantity, Timestamp, Unit, Units};

mod database;
#[cfg(test)]
mod tests;

/// A share of the time that is worth its name in the sentence.
const LARGE_PART: f64 = 0.4;
/// A share of failed requests that is not as usual, where no rule says otherwise.
const MANY_ERRORS: f64 = 0.01;
/// Requests of which such a share says little.
const FEW_REQUESTS: f64 = 50.0;

/// An alert that speaks of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    /// What its rule watches, such as `http.server.request.duration.sum`.
    pub metric: Arc<str>,
    /// Whether its rule is critical.
    pub is_critical: bool,
    /// What it is above, in the unit of what it watches.
    pub limit: f64,
    /// What it says, a sentence without a final period.
    pub text: Arc<str>,
}

/// What is known beside the service itself.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Now.
    pub now: Timestamp,
    /// Time without a word after which it is silent.
    pub patience: Duration,
    /// Alerts that fire and speak of it.
    pub concerns: &'a [Concern],
    /// Its target, where it is scraped.
    pub target: Option<&'a TargetStatus>,
    /// What it told, where it is a database that is asked itself.
    pub database: Option<&'a DatabaseStatus>,
    /// Its health checks.
    pub checks: &'a [&'a CheckStatus],
}

/// What is said of a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// How it does.
    pub level: ServiceLevel,
    /// The sentence, with its final period.
    pub sentence: String,
    /// What else is to be said, quieter; may be empty.
    pub aside: String,
    /// A few words for a list.
    pub short: String,
}

/// Says how a service does: what keeps it from working comes first, then what rules found, then what it does.
pub fn words(service: &Service, around: &Around<'_>) -> Words {
    if let Some(database) = around.database {
        return database::words(service, database, around);
    }
    down(service, around)
        .or_else(|| silent(service, around))
        .or_else(|| concerned(service, around))
        .or_else(|| failing(service))
        .unwrap_or_else(|| fine(service, around))
}

fn down(service: &Service, around: &Around<'_>) -> Option<Words> {
    let failing = around.checks.iter().find_map(|status| match &status.state {
        CheckState::Unhealthy { since, why } => Some((*since, why, "is unhealthy")),
        _ => None,
    });
    let unreachable = around.target.and_then(|status| match &status.state {
        TargetState::Down { since, why } => Some((*since, why, "does not answer")),
        _ => None,
    });
    let (since, why, what) = unreachable.or(failing)?;
    let span = ago(around.now, since);
    let short = if unreachable.is_some() { "down" } else { "unhealthy" };
    Some(Words {
        level: ServiceLevel::Critical,
        sentence: format!("{} {what}: {}.", service.name, without_period(why)),
        aside: format!("For {span}."),
        short: format!("{short} for {span}"),
    })
}

fn silent(service: &Service, around: &Around<'_>) -> Option<Words> {
    if around.now.since(service.last_at) <= around.patience {
        return None;
    }
    let span = ago(around.now, service.last_at);
    Some(Words {
        level: ServiceLevel::Silent,
        sentence: format!("{} reports nothing.", service.name),
        aside: format!("Its last data came {span} ago: it may have stopped, or its reports do not arrive."),
        short: format!("no data for {span}"),
    })
}

fn concerned(service: &Service, around: &Around<'_>) -> Option<Words> {
    let worst = around.concerns.iter().max_by_key(|concern| (concern.is_critical, weight(&concern.metric)))?;
    let level = if worst.is_critical { ServiceLevel::Critical } else { ServiceLevel::Warning };
    let flow = requests(service);
    let is_about = |part: &str| worst.metric.contains(part);
    let of_errors = around.concerns.iter().any(is_of_errors);
    // A rule looks back over minutes: what it speaks of may be over by now.
    let is_over = |value: Option<f64>| value.is_some_and(|value| value <= worst.limit);
    let (sentence, short) = if is_of_errors(worst) && is_over(flow.and_then(|flow| flow.error_ratio)) {
        (
            format!("{} failed a moment ago: {}.", service.name, of_rule(service, worst)),
            "failed a moment ago".to_owned(),
        )
    } else if is_about("request.duration") && is_over(flow.and_then(|flow| flow.p95_seconds)) {
        (
            format!("{} was slow a moment ago: {}.", service.name, of_rule(service, worst)),
            "was slow a moment ago".to_owned(),
        )
    } else if is_of_errors(worst) {
        let share = flow.and_then(|flow| flow.error_ratio).map(|share| shown(share, Unit::Ratio));
        let share =
            share.map_or_else(|| without_period(&worst.text).to_owned(), |share| format!("{share} of its requests"));
        (format!("{} fails: {share}.", service.name), format!("fails: {share}"))
    } else if is_about("request.duration")
        && let Some(p95) = flow.and_then(|flow| flow.p95_seconds.or(flow.mean_seconds))
    {
        let p95 = shown(p95, Unit::Seconds);
        (format!("{} is slow: p95 {p95}{}.", service.name, largest_part(service)), format!("slow: p95 {p95}"))
    } else {
        let text = of_rule(service, worst);
        // The list has room for what is, and none for its limit.
        let short = text.split_once(", ").map_or(text, |(what, _)| what);
        (format!("{}: {text}.", service.name), short.to_owned())
    };
    let aside = match around.concerns.len() {
        1 if !of_errors => errors_aside(flow),
        1 => String::new(),
        n => format!("{} more {} of it.", n - 1, if n == 2 { "alert speaks" } else { "alerts speak" }),
    };
    Some(Words { level, sentence, aside, short })
}

/// What a rule says, without the service's name before it.
fn of_rule<'a>(service: &Service, concern: &'a Concern) -> &'a str {
    let text = without_period(&concern.text);
    text.strip_prefix(&*service.name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(text)
}

/// Many requests fail, and no rule fires of it, or does not yet.
fn failing(service: &Service) -> Option<Words> {
    let window = if service.metrics.requests.is_some() { service.metrics.window } else { service.spans.window };
    let flow = requests(service)?;
    let share = flow.error_ratio.filter(|share| *share >= MANY_ERRORS)?;
    if flow.per_second * window.as_secs_f64() < FEW_REQUESTS {
        return None;
    }
    let (share, p95) = (shown(share, Unit::Ratio), flow.p95_seconds.map(|p95| shown(p95, Unit::Seconds)));
    Some(Words {
        level: ServiceLevel::Warning,
        sentence: format!("{} fails: {share} of its requests.", service.name),
        aside: format!("{}{}.", rate(flow.per_second), p95.map(|p95| format!(", p95 {p95}")).unwrap_or_default()),
        short: format!("fails: {share} of its requests"),
    })
}

fn fine(service: &Service, around: &Around<'_>) -> Words {
    let flow = requests(service).filter(|flow| flow.per_second > 0.0);
    let hits = service.metrics.caches.first().and_then(|cache| cache.hit_ratio);
    let is_healthy = around.checks.iter().any(|status| matches!(status.state, CheckState::Healthy(_)));
    let short = match (flow, hits) {
        (Some(Flow { p95_seconds: Some(p95), .. }), _) => format!("fine: p95 {}", shown(*p95, Unit::Seconds)),
        (Some(flow), _) => format!("fine: {}", rate(flow.per_second)),
        (None, Some(hits)) => format!("fine: {} hits", shown(hits, Unit::Ratio)),
        (None, None) if around.target.is_some() => "fine: it answers".into(),
        (None, None) if is_healthy => "fine: healthy".into(),
        (None, None) if service.metrics.n_series > 0 => format!("{} series", service.metrics.n_series),
        (None, None) => "no requests now".into(),
    };
    let sentence = match flow {
        Some(flow) => {
            let rate = rate(flow.per_second);
            let p95 = flow.p95_seconds.map(|p95| format!(", p95 {}", shown(p95, Unit::Seconds))).unwrap_or_default();
            format!("{} is fine: {rate}{p95}.", service.name)
        }
        None if hits.is_some() || around.target.is_some() || is_healthy => {
            format!("{} is {short}.", service.name)
        }
        None => format!("{} reports, and no requests of it are seen.", service.name),
    };
    Words { level: ServiceLevel::Fine, sentence, aside: errors_aside(flow), short }
}

/// All requests of a service: what its metrics tell, or else its spans.
pub fn requests(service: &Service) -> Option<&Flow> {
    service.metrics.requests.as_ref().or(service.spans.requests.as_ref())
}

fn is_of_errors(concern: &Concern) -> bool {
    concern.metric.ends_with(".count") && concern.metric.contains("request.duration")
}

/// What a sentence is best made of, should several rules fire.
fn weight(metric: &str) -> u8 {
    if metric.contains("request.duration") { 2 } else { u8::from(metric.starts_with("db.")) }
}

fn largest_part(service: &Service) -> String {
    let Some(split) = &service.spans.split else { return String::new() };
    let whole: f64 = split.parts.iter().map(|(_, seconds)| seconds).sum();
    let Some((part, seconds)) = split.parts.first() else { return String::new() };
    let share = seconds / whole;
    let what = match part {
        TimePart::WaitsForConnection => "waiting for a connection",
        TimePart::Database => "in its database",
        TimePart::Downstream => "in what it calls",
        TimePart::Queue => "waiting in a queue",
        TimePart::Cache => "in its cache",
        TimePart::OwnCode => "in its own code",
    };
    if share >= LARGE_PART { format!(", {} of it {what}", shown(share, Unit::Ratio)) } else { String::new() }
}

fn errors_aside(flow: Option<&Flow>) -> String {
    match flow.and_then(|flow| flow.error_ratio) {
        Some(0.0) => "No request fails.".into(),
        Some(share) if share < MANY_ERRORS => "Errors are as usual.".into(),
        Some(share) => format!("{} of its requests fail.", shown(share, Unit::Ratio)),
        None => String::new(),
    }
}

fn shown(value: f64, unit: Unit) -> String {
    Quantity::new(value, unit).text(&Units::default())
}

/// Requests each second, as a person counts them: "1,240 req/s", "0.42 req/s".
fn rate(per_second: f64) -> String {
    let n = if per_second >= 99.95 { 0 } else { 1 + usize::from(per_second < 9.95) };
    joined(&decimals(per_second, n), "req/s")
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    let step = if seconds < 120 { 1 } else { 60 };
    thin(&write_duration(Duration::from_secs(seconds / step * step)))
}

fn without_period(text: &str) -> &str {
    text.trim_end_matches('.')
}
