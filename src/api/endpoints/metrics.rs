//! `GET /performance/metrics` and `GET /metrics`: the current value of every series, as JSON or for Prometheus.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::exposition::{self, Form};
use super::params::Params;
use super::pattern::Patterns;
use super::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::{ProbeState, SeriesInfo, Snapshot};

/// Current values.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Metrics {
    /// When the newest data was taken; `null` before the first.
    pub at: Option<Moment>,
    /// Number of the publication.
    pub seq: u64,
    /// Time between samples.
    pub interval_seconds: f64,
    /// The series that are meant, by key.
    pub series: Vec<CurrentValue>,
}

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
enum Format {
    Json,
    Openmetrics,
}

/// A series and its current value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CurrentValue {
    /// Its key, for `/performance/history`.
    pub series: String,
    /// Its metric, by OpenTelemetry's conventions.
    pub metric: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// The number in `unit`; `null` where there is none now.
    pub value: Option<f64>,
    /// Unit in UCUM.
    pub unit: String,
    /// Its name for people.
    pub name: String,
    /// Which one of several; may be empty.
    pub instance: String,
    /// The heading it stands under: `cpu`, `memory`, `pressure`, `disks`, `network`, `programs`, `gpu`, `sensors`, `own`
    /// or `imported`.
    pub group: &'static str,
    /// Time between its readings, where that is not each sample.
    pub cadence_seconds: Option<f64>,
    /// Why there is no number, where its probe says so.
    pub why: Option<String>,
}

/// The current value of every series, or of those that `match` means.
#[utoipa::path(
    get, path = "/performance/metrics", tag = "performance",
    params(
        ("match" = inline(Option<super::pattern::PatternTexts>), Query, description = "Which series: `system.disk.*`, where `*` stands for \
            anything, or `system.disk.io{device=\"sda\"}` with `=`, `!=`, `=~`, `!~`. May stand several times.",
            example = "system.cpu.*"),
        ("format" = inline(Option<Format>), Query, description = "`json`, which is usual, or `openmetrics`", example = "json"),
    ),
    responses(
        (status = 200, description = "Current values", content(
            (Metrics = "application/json"),
            (String = "application/openmetrics-text"),
        )),
        (status = 409, description = "What stands in braces behind a metric cannot be read", body = Problem),
    )
)]
pub async fn metrics(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["match", "format"])?;
    let patterns = Patterns::of(&params)?;
    let formats = [("json", Format::Json), ("openmetrics", Format::Openmetrics)];
    let is_text = params.choice("format", &formats)? == Some(Format::Openmetrics);
    let snapshot = api.snapshot();
    if is_text {
        let form = Form::OpenMetrics;
        let body = exposition::write(&snapshot, form, |info| patterns.mean(&info.def.key), patterns.is_all());
        return Ok(answer::text(form.content_type(), body));
    }
    Ok(answer::json(&of(&snapshot, &patterns)))
}

/// Everything for Prometheus, own cost included: OpenMetrics where it is asked for, else the older text format.
#[utoipa::path(
    get, path = "/metrics", tag = "performance",
    responses((status = 200, description = "Current values", content(
        (String = "application/openmetrics-text"),
        (String = "text/plain"),
    )))
)]
pub async fn scrape(State(api): State<ApiState>, params: Params, headers: HeaderMap) -> Result<Response, Problem> {
    params.only(&[])?;
    let form = Form::wanted(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()));
    Ok(answer::text(form.content_type(), exposition::write(&api.snapshot(), form, |_| true, true)))
}

/// The current values of a snapshot.
pub fn of(snapshot: &Snapshot, patterns: &Patterns) -> Metrics {
    let mut meant: Vec<&SeriesInfo> = snapshot.series.iter().filter(|info| patterns.mean(&info.def.key)).collect();
    meant.sort_by(|a, b| a.def.key.cmp(&b.def.key));
    Metrics {
        at: snapshot.at.map(Moment),
        seq: snapshot.seq,
        interval_seconds: snapshot.interval.as_secs_f64(),
        series: meant.into_iter().map(|info| current(info, snapshot)).collect(),
    }
}

fn current(info: &SeriesInfo, snapshot: &Snapshot) -> CurrentValue {
    let def = &info.def;
    let value = snapshot.value(info.id);
    CurrentValue {
        series: def.key.to_string(),
        metric: def.key.metric().to_owned(),
        attributes: def.key.attributes().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        value,
        unit: def.unit.ucum(),
        name: def.name.to_string(),
        instance: def.instance.to_string(),
        group: def.group.name(),
        cadence_seconds: def.cadence.map(|cadence| cadence.as_secs_f64()),
        why: if value.is_some() { None } else { why_absent(info, snapshot) },
    }
}

fn why_absent(info: &SeriesInfo, snapshot: &Snapshot) -> Option<String> {
    let probe = snapshot.probes.iter().find(|probe| probe.id == info.def.probe)?;
    match &probe.state {
        ProbeState::Working => None,
        ProbeState::Unsupported { why } | ProbeState::Failed { why, .. } => Some(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::endpoints::made_up::{self, get, refused, series};
    use crate::model::Unit;

    fn state() -> ApiState {
        made_up::state(made_up::of_series(&[
            (series("system.memory.usage", &[], Unit::Bytes, "Memory"), 1024.0),
            (series("system.disk.io", &[("device", "sda")], Unit::BytesPerSecond, "Disk"), f64::NAN),
        ]))
    }

    #[test]
    fn values_are_listed_by_key_with_units_and_absent_ones_are_null() {
        let (status, body) = get(&state(), "/performance/metrics");
        let expect = concat!(
            r#"{"at":"2026-11-28T08:00:00.000Z","seq":7,"interval_seconds":1.0,"series":["#,
            r#"{"series":"system.disk.io{device=\"sda\"}","metric":"system.disk.io","attributes":{"device":"sda"},"#,
            r#""value":null,"unit":"By/s","name":"Disk","instance":"","group":"cpu","cadence_seconds":null,"why":null},"#,
            r#"{"series":"system.memory.usage","metric":"system.memory.usage","attributes":{},"value":1024.0,"#,
            r#""unit":"By","name":"Memory","instance":"","group":"cpu","cadence_seconds":null,"why":null}]}"#,
        );
        assert_eq!((status, body.as_str()), (200, expect));
        let (_, body) = get(&state(), "/performance/metrics?match=*memory*");
        assert!(body.contains("system.memory.usage") && !body.contains("sda"), "{body}");
    }

    #[test]
    fn prometheus_is_given_text_and_wrong_questions_are_refused() {
        let (status, body) = get(&state(), "/performance/metrics?format=openmetrics&match=system.memory.usage");
        assert_eq!(status, 200);
        assert!(body.ends_with("system_memory_usage_bytes 1024\n# EOF\n") && !body.contains("perfdesk_"), "{body}");
        let (_, body) = get(&state(), "/metrics");
        assert!(body.contains("perfdesk_build_info{version=") && body.contains("system_memory_usage_bytes 1024\n"));
        assert_eq!(refused(&state(), "/performance/metrics?format=xml"), (400, "format".into()));
        assert_eq!(refused(&state(), "/performance/metrics?match=a%7B"), (409, "match".into()));
        assert_eq!(refused(&state(), "/performance/metrics?match="), (400, "match".into()));
        assert_eq!(refused(&state(), "/metrics?x=1"), (400, "x".into()));
    }
}
