//! Values that do not go together, what is said of them, and what is offered.

use std::sync::Arc;

use super::*;
use crate::model::profile::{Fix, ParamValue};
use crate::profile::{catalogue, document};

fn profile(name: &str, text: &str) -> Arc<Profile> {
    Arc::new(document::read(name, text, &catalogue::shipped(), false, true))
}

fn told(problems: &[Problem]) -> Vec<String> {
    let fix =
        |fix: &Option<Box<Fix>>| fix.as_ref().map_or_else(String::new, |fix| format!(" [{}: {}]", fix.key, fix.text));
    let told = |p: &Problem| {
        let kind = if p.kind == ProblemKind::Error { "error" } else { "warning" };
        let key = p.key.as_ref().map_or("-", |key| key.as_str());
        format!("{kind} {key}: {}{}", p.text, fix(&p.fix)).replace('\u{2009}', " ")
    };
    problems.iter().map(told).collect()
}

/// Values on top of the shipped base, and all that is said of them.
#[track_caller]
fn check_values(values: &str, expected: &[&str]) {
    let base = profile("base", document::shipped()[0].1);
    let own = profile("own", &format!("(version: 1, base: \"base\", values: {{{values}}})"));
    assert_eq!(own.problems.as_ref(), []);
    let found = check(&catalogue::shipped(), &[base, own], None, "own");
    assert_eq!(told(&found), expected, "{values}");
    for problem in &found {
        let key = problem.key.as_ref().expect("a parameter");
        let is_of = |rule: &&Rule| Some(rule.source) == problem.source.as_deref();
        assert!(rules_of(key).any(|rule| is_of(&rule)), "{key} has no such rule: {:?}", problem.source);
    }
}

#[test]
fn pools_are_checked_against_each_other_and_the_database() {
    check_values(
        r#""database.pool_min": 12"#,
        &[
            "error database.pool_min: Over the pool's maximum of 10: the pool cannot keep more connections than it may open [database.pool_min: Use 10 connections]",
        ],
    );
    check_values(r#""database.pool_min": 10"#, &[]);
    check_values(
        r#""database.pool_max": 30, "service.workers": 4"#,
        &[
            "error database.pool_max: 4 workers with 30 each make 120 connections, which is over the database's limit of 100: the last to connect are refused [database.pool_max: Use 24 connections]",
        ],
    );
    check_values(
        r#""database.pool_max": 49, "service.workers": 2"#,
        &[
            "warning database.pool_max: 2 workers with 49 each make 98 connections, which leaves less than 3 of the database's 100 connections: it keeps 3 for its administrators [database.pool_max: Use 48 connections]",
        ],
    );
    check_values(
        r#""database.pool_max": 101, "service.workers": 1"#,
        &[
            "error database.pool_max: The pool of 101 is over the database's limit of 100: the last to connect are refused [database.pool_max: Use 97 connections]",
        ],
    );
    // No pool is small enough for so many workers: nothing is offered.
    check_values(
        r#""service.workers": 200"#,
        &[
            "error database.pool_max: 200 workers with 10 each make 2000 connections, which is over the database's limit of 100: the last to connect are refused",
        ],
    );
    check_values(
        r#""http.pool_max": 20"#,
        &[
            "warning http.pool_max_per_host: Over the 20 connections there are in total: this limit is never reached [http.pool_max_per_host: Use 20 connections]",
        ],
    );
    check_values(
        r#""ml.batch_size": 128"#,
        &[
            "warning ml.batch_size: Larger than the queue of 100: a batch never fills, and each one waits its full time [ml.batch_size: Use 100 items]",
        ],
    );
}

#[test]
fn a_timeout_is_not_shorter_than_the_one_inside_it() {
    check_values(
        r#""database.statement_timeout": "30 s""#,
        &[
            "warning database.statement_timeout: Longer than the request timeout of 10 s: the caller gives up before its query does [database.statement_timeout: Use 8 s]",
        ],
    );
    check_values(r#""database.statement_timeout": "10 s""#, &[]);
    check_values(
        r#""database.acquire_timeout": "11 s""#,
        &[
            "warning database.acquire_timeout: Longer than the request timeout of 10 s: the caller gives up before it has a connection [database.acquire_timeout: Use 8 s]",
        ],
    );
    check_values(
        r#""http.connect_timeout": "20 s", "http.read_timeout": "20 s""#,
        &[
            "warning http.connect_timeout: Longer than the request timeout of 10 s: the caller gives up before a dead host is given up [http.connect_timeout: Use 8 s]",
            "warning http.read_timeout: Longer than the request timeout of 10 s: the caller gives up before the service it waits for [http.read_timeout: Use 8 s]",
        ],
    );
    check_values(
        r#""http.read_timeout": "4 s", "http.retries": 4"#,
        &[
            "warning http.retries: 5 attempts of 4 s take 20 s, longer than the request timeout of 10 s: the caller is gone before the last [http.retries: Use 1]",
        ],
    );
    check_values(
        r#""service.graceful_stop": "5 s""#,
        &[
            "warning service.graceful_stop: Shorter than the request timeout of 10 s: requests under way are cut off at a stop [service.graceful_stop: Use 10 s]",
        ],
    );
    check_values(
        r#""ml.batch_wait": "10 s""#,
        &[
            "error ml.batch_wait: Not shorter than the request timeout of 10 s: all requests of a batch that does not fill fail [ml.batch_wait: Use 100 ms]",
        ],
    );
    check_values(
        r#""database.idle_timeout": "1 h""#,
        &[
            "warning database.idle_timeout: Longer than the lifetime of 30 min: no connection ever ends for being idle [database.idle_timeout: Use 24 min]",
        ],
    );
    check_values(
        r#""database.slow_query": "9 s""#,
        &[
            "warning database.slow_query: Longer than the statement timeout of 8 s: a slow query is cancelled before it is logged [database.slow_query: Use 6 s]",
        ],
    );
}

#[test]
fn times_of_the_cache_and_the_service_go_together() {
    check_values(
        r#""cache.ttl": (value: {"a:*": (lives: "1 h", stale: "2 h"), "*": (lives: "1 h", stale: "5 s")}, jitter: 0.5)"#,
        &[
            "warning cache.ttl: a:* is served stale for 2 h, longer than the 1 h it lives: most answers may be old ones [cache.ttl: Use a:* 1 h stale 1 h; * 1 h stale 5 s; jitter 0.5]",
        ],
    );
    check_values(
        r#""cache.negative_ttl": "10 min""#,
        &[
            "warning cache.negative_ttl: Longer than the 5 min a value lives: what is made meanwhile is said to be missing [cache.negative_ttl: Use 5 min]",
        ],
    );
    check_values(
        r#""cache.ttl": {"a:*": "5 s", "*": "1 h"}"#,
        &[
            "warning cache.negative_ttl: Longer than the 5 s a value lives: what is made meanwhile is said to be missing [cache.negative_ttl: Use 5 s]",
        ],
    );
    check_values(
        r#""service.warm_up": false"#,
        &[
            "warning ml.warmup_batches: Warm-up on start is off: these batches are never run [ml.warmup_batches: Use 0 batches]",
        ],
    );
    check_values(
        r#""security.token_lifetime": "10 s", "service.request_timeout": "20 s""#,
        &[
            "warning security.token_lifetime: Shorter than the request timeout of 20 s: a token may end while its request runs",
        ],
    );
    check_values(
        r#""security.allowed_origins": ["https://a.example", "*"]"#,
        &[
            "warning security.allowed_origins: * lets a page of any site call the service from its visitors' browsers: name the sites",
        ],
    );
}

#[test]
fn a_problem_stands_where_the_profile_has_the_value() {
    let catalogue = catalogue::shipped();
    let profiles = [
        profile("low", "(version: 1, values: {\"service.request_timeout\": \"10 s\"})"),
        profile(
            "own",
            "(version: 1, base: \"low\",\n  values: {\"database.statement_timeout\": \"20 s\",\n  \"service.graceful_stop\": \"9 s\"})",
        ),
    ];
    let local = profile("local", "(version: 1, values: {\"database.acquire_timeout\": \"1 min\"})");
    let places =
        |problems: &[Problem]| -> Vec<Option<usize>> { problems.iter().map(|p| p.place.map(|p| p.line)).collect() };
    let found = check(&catalogue, &profiles, Some(&local), "own");
    let texts = told(&found);
    assert!(texts[0].contains("statement_timeout") && texts[1].contains("acquire_timeout"), "{texts:?}");
    // The second comes from the machine's own layer: it stands nowhere in this text.
    assert_eq!(places(&found)[..2], [Some(2), None]);
}

#[test]
fn errors_of_other_layers_are_told_once_and_errors_come_first() {
    let catalogue = catalogue::shipped();
    let profiles = [
        profile("low", "(version: 1, values: {\"x\": 1, \"y\": 2})"),
        profile(
            "own",
            "(version: 1, base: \"low\", values: {\"http.keep_alive\": 5, \"service.graceful_stop\": \"1 s\"})",
        ),
        profile("lost", "(version: 1, base: \"gone\", values: {\"http.keep_alive\": 5})"),
    ];
    let local = profile("local", "(version: 1, values: {\"z\": 1})");
    let found = told(&check(&catalogue, &profiles, Some(&local), "own"));
    assert_eq!(
        found[..3],
        [
            "error http.keep_alive: 5 needs a unit: write \"5 s\", \"5 ms\" or \"5 min\"",
            "error -: low, whose values hold here too, has 2 errors: mend it first",
            "error -: local, whose values hold here too, has an error: mend it first",
        ]
    );
    assert!(found[3..].iter().all(|text| text.starts_with("warning")), "{found:?}");
    let found = told(&check(&catalogue, &profiles, None, "lost"));
    assert_eq!(found[1], "error -: its base gone is not there: did you mean lost?".replace(": did you mean lost?", ""));
    assert_eq!(told(&check(&catalogue, &profiles, Some(&local), "local")), ["error -: there is no parameter z"]);
    assert_eq!(told(&check(&catalogue, &profiles, None, "nil")), ["error -: there is no profile nil"]);
}

#[test]
fn a_parameter_of_another_kind_silences_its_rules() {
    let text = "(version: 1, parameters: [(key: \"database.pool_max\", kind: Text(max_chars: 9), default: \"many\")])";
    let (catalogue, _) = catalogue::with_own(text);
    let own =
        Arc::new(document::read("own", "(version: 1, values: {\"database.pool_min\": 900})", &catalogue, false, true));
    let found = check(&catalogue, &[own], None, "own");
    assert!(found.iter().all(|problem| problem.kind != ProblemKind::Error), "{:?}", told(&found));
}

#[test]
fn each_rule_names_its_source() {
    let rules: Vec<&Rule> = rules().collect();
    assert!(rules.len() >= 18, "{}", rules.len());
    for rule in rules {
        assert!(!rule.about.is_empty() && !rule.source.is_empty() && !rule.source.ends_with('.'), "{}", rule.about);
    }
    assert_eq!(facts::with_room(std::time::Duration::from_secs(10)).as_secs(), 8);
    let room = |millis| facts::with_room(std::time::Duration::from_millis(millis)).as_millis();
    assert_eq!([room(5000), room(1000), room(900), room(100), room(1)], [4000, 800, 700, 80, 0]);
    assert_ne!(ParamValue::Count(1), ParamValue::Number(1.0));
}
