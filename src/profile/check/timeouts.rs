//! Timeouts: what lies inside another must end before it.

use std::time::Duration;

use super::Rule;
use super::facts::{Facts, Finding, time_words, with_room};
use crate::model::profile::ParamValue;

const BUILDERS: &str = "AWS Builders' Library, Timeouts, retries, and backoff with jitter";

pub(super) const RULES: &[Rule] = &[
    Rule {
        key: "database.statement_timeout",
        about: "a query ends before its request does",
        source: "PostgreSQL documentation, Client Connection Defaults: statement_timeout",
        find: statement_over_request,
    },
    Rule {
        key: "database.acquire_timeout",
        about: "waiting for a connection ends before the request does",
        source: "HikariCP, README: connectionTimeout",
        find: acquire_over_request,
    },
    Rule {
        key: "http.connect_timeout",
        about: "connecting ends before the request does",
        source: BUILDERS,
        find: connect_over_request,
    },
    Rule {
        key: "http.read_timeout",
        about: "waiting for an answer ends before the request does",
        source: BUILDERS,
        find: read_over_request,
    },
    Rule {
        key: "http.retries",
        about: "all attempts of a call end before the request does",
        source: BUILDERS,
        find: retries_over_request,
    },
    Rule {
        key: "service.graceful_stop",
        about: "requests under way end before the service stops",
        source: "gunicorn documentation, Settings: graceful_timeout; Kubernetes documentation, Pod Lifecycle: termination",
        find: stop_under_request,
    },
    Rule {
        key: "ml.batch_wait",
        about: "a batch is not waited for longer than its request",
        source: "NVIDIA Triton Inference Server documentation, Dynamic Batcher: delayed batching",
        find: batch_over_request,
    },
    Rule {
        key: "database.idle_timeout",
        about: "idle connections end before their lifetime does",
        source: "HikariCP, README: idleTimeout and maxLifetime",
        find: idle_over_lifetime,
    },
    Rule {
        key: "database.slow_query",
        about: "a query can be logged as slow before it is cancelled",
        source: "PostgreSQL documentation, Error Reporting and Logging: log_min_duration_statement",
        find: slow_over_statement,
    },
];

/// A time that is longer than another; offers one with room under it.
fn longer(facts: &Facts<'_>, key: &'static str, than: &str, words: impl Fn(String) -> String) -> Option<Finding> {
    let (inner, outer) = (facts.time(key)?, facts.time(than)?);
    let fix = ParamValue::Duration(with_room(outer));
    (inner > outer).then(|| Finding::warning(key, words(time_words(outer))).or_use(fix))
}

fn statement_over_request(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "database.statement_timeout", "service.request_timeout", |request| {
        format!("Longer than the request timeout of {request}: the caller gives up before its query does")
    })
}

fn acquire_over_request(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "database.acquire_timeout", "service.request_timeout", |request| {
        format!("Longer than the request timeout of {request}: the caller gives up before it has a connection")
    })
}

fn connect_over_request(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "http.connect_timeout", "service.request_timeout", |request| {
        format!("Longer than the request timeout of {request}: the caller gives up before a dead host is given up")
    })
}

fn read_over_request(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "http.read_timeout", "service.request_timeout", |request| {
        format!("Longer than the request timeout of {request}: the caller gives up before the service it waits for")
    })
}

fn retries_over_request(facts: &Facts<'_>) -> Option<Finding> {
    let retries = u32::try_from(facts.count("http.retries")?).ok()?;
    let (read, request) = (facts.time("http.read_timeout")?, facts.time("service.request_timeout")?);
    let all = read.checked_mul(retries.saturating_add(1)).unwrap_or(Duration::MAX);
    // One attempt that is too long by itself has been told.
    if all <= request || read > request || read.is_zero() {
        return None;
    }
    let fits = i64::try_from(request.as_millis() / read.as_millis()).ok()? - 1;
    let text = format!(
        "{} attempts of {} take {}, longer than the request timeout of {}: the caller is gone before the last",
        i64::from(retries) + 1,
        time_words(read),
        time_words(all),
        time_words(request),
    );
    Some(Finding::warning("http.retries", text).or_use(ParamValue::Count(fits)))
}

fn stop_under_request(facts: &Facts<'_>) -> Option<Finding> {
    let (stop, request) = (facts.time("service.graceful_stop")?, facts.time("service.request_timeout")?);
    let text = || {
        format!("Shorter than the request timeout of {}: requests under way are cut off at a stop", time_words(request))
    };
    (stop < request).then(|| Finding::warning("service.graceful_stop", text()).or_use(ParamValue::Duration(request)))
}

fn batch_over_request(facts: &Facts<'_>) -> Option<Finding> {
    let (wait, request) = (facts.time("ml.batch_wait")?, facts.time("service.request_timeout")?);
    let text = || {
        let request = time_words(request);
        format!("Not shorter than the request timeout of {request}: all requests of a batch that does not fill fail")
    };
    // A hundredth: waiting is to cost little of what a caller has.
    let fix = ParamValue::Duration(Duration::from_millis(u64::try_from(request.as_millis() / 100).ok()?));
    (wait >= request).then(|| Finding::error("ml.batch_wait", text()).or_use(fix))
}

fn idle_over_lifetime(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "database.idle_timeout", "database.max_lifetime", |lifetime| {
        format!("Longer than the lifetime of {lifetime}: no connection ever ends for being idle")
    })
}

fn slow_over_statement(facts: &Facts<'_>) -> Option<Finding> {
    longer(facts, "database.slow_query", "database.statement_timeout", |statement| {
        format!("Longer than the statement timeout of {statement}: a slow query is cancelled before it is logged")
    })
}
