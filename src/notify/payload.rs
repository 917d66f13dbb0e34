//! What a webhook gets: one JSON object, with `text` in words for chat services that read nothing else.

use serde::Serialize;

use crate::alert::telling::{Message, Told};
use crate::model::Timestamp;
use crate::model::alert::RuleSeverity;

/// Alerts of one message that are listed; the others are counted.
const MAX_LISTED: usize = 100;

#[derive(Serialize)]
struct Payload<'a> {
    version: u32,
    source: &'static str,
    host: &'a str,
    status: &'static str,
    title: String,
    text: String,
    severity: Option<&'static str>,
    n_firing: usize,
    n_resolved: usize,
    n_held_back: u64,
    alerts: Vec<AlertPart<'a>>,
}

#[derive(Serialize)]
struct AlertPart<'a> {
    id: Option<u64>,
    status: &'static str,
    rule: &'a str,
    name: &'a str,
    severity: &'static str,
    instance: &'a str,
    series: String,
    text: &'a str,
    value: Option<f64>,
    threshold: Option<f64>,
    unit: &'static str,
    pending_from: String,
    start: String,
    end: Option<String>,
}

/// The body of a message.
pub fn body(message: &Message, host: &str) -> Vec<u8> {
    let status = match (message.is_test, message.firing.is_empty()) {
        (true, _) => "test",
        (false, true) => "resolved",
        (false, false) => "firing",
    };
    let firing = message.firing.iter().map(|told| part(told, "firing"));
    let ended = message.ended.iter().map(|told| part(told, "resolved"));
    let title = message.title();
    let payload = Payload {
        version: 1,
        source: "perfdesk",
        host,
        status,
        text: format!("{title}: {}", message.text()),
        title,
        severity: message.severity().map(severity),
        n_firing: message.firing.len(),
        n_resolved: message.ended.len(),
        n_held_back: message.n_held,
        alerts: firing.chain(ended).take(MAX_LISTED).collect(),
    };
    // Plain structures of texts and numbers always serialise.
    serde_json::to_vec(&payload).unwrap_or_default()
}

/// The body of a test.
pub fn test_body(host: &str) -> Vec<u8> {
    let text = "Perfdesk can reach this webhook";
    let payload = Payload {
        version: 1,
        source: "perfdesk",
        host,
        status: "test",
        title: "Test".into(),
        text: text.into(),
        severity: None,
        n_firing: 0,
        n_resolved: 0,
        n_held_back: 0,
        alerts: Vec::new(),
    };
    serde_json::to_vec(&payload).unwrap_or_default()
}

fn part<'a>(told: &'a Told, status: &'static str) -> AlertPart<'a> {
    let threshold = told.rule.when.first().map(|condition| condition.threshold);
    AlertPart {
        id: told.alert.map(|id| id.0),
        status,
        rule: &told.rule.id,
        name: &told.rule.name,
        severity: severity(told.rule.severity),
        instance: &told.name,
        series: told.instance.to_string(),
        text: &told.text,
        value: Some(told.value).filter(|value| value.is_finite()),
        threshold: threshold.map(|amount| amount.value),
        unit: threshold.map_or("1", |amount| amount.dimension.ucum()),
        pending_from: time(told.pending_from),
        start: time(told.start),
        end: told.end.map(time),
    }
}

/// A severity's word in messages.
pub const fn severity(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Info => "info",
        RuleSeverity::Warning => "warning",
        RuleSeverity::Critical => "critical",
    }
}

/// A moment as RFC 3339 writes it, in UTC.
pub fn time(at: Timestamp) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
