//! Texts of profiles, what is read from them, and every fault with its line and column.

use super::*;
use crate::model::profile::Profile;
use crate::profile::catalogue;
use crate::profile::value_text::write;

fn read_as(name: &str, text: &str) -> Profile {
    read(name, text, &catalogue::shipped(), false, true)
}

/// Each problem as "line:column text".
#[track_caller]
fn check_problems(name: &str, text: &str, expected: &[&str]) -> Profile {
    let profile = read_as(name, text);
    let told = |p: &crate::model::profile::Problem| {
        let place = p.place.map_or("-".to_owned(), |place| format!("{}:{}", place.line, place.column));
        format!("{place} {}", p.text.replace('\u{2009}', " "))
    };
    assert_eq!(profile.problems.iter().map(told).collect::<Vec<_>>(), expected, "{text}");
    profile
}

#[test]
fn every_form_of_a_value_is_read() {
    let text = r#"
// a comment
(
    version: 1,
    base: Some("production"),
    about: "for tests", // one more
    notes: "two\nlines",
    values: {
        "database.pool_max": (value: 5, why: "few"),
        "http.pool_max": 20,
        "service.trace_share": (why: "all of them", value: 1),
        "cache.enabled": false,
        "cache.size": "10 MB",
        "service.max_body": 4096,
        "database.acquire_timeout": (value: "1 min 30 s"),
        "cache.negative_ttl": 0,
        "cache.policy": "lfu",
        "service.eager_parts": ["a", "b"],
        "security.secret_key": "my-key",
        "cache.ttl": (value: {"product:*": (lives: "3 h", stale: "10 min"), "x": "5 s", "*": (lives: "1 h")}, jitter: 0.1),
    },
)
"#;
    let profile = check_problems("own", text, &[]);
    assert_eq!(profile.base.as_deref(), Some("production"));
    assert_eq!((&*profile.about, &*profile.notes), ("for tests", "two\nlines"));
    let told = |e: &crate::model::profile::Entry| format!("{} = {} [{}]", e.key, write(&e.value), e.why);
    assert_eq!(
        profile.entries.iter().map(told).collect::<Vec<_>>(),
        [
            "database.pool_max = 5 [few]",
            "http.pool_max = 20 []",
            "service.trace_share = 1 [all of them]",
            "cache.enabled = off []",
            "cache.size = 10 MB []",
            "service.max_body = 4 KiB []",
            "database.acquire_timeout = 90 s []",
            "cache.negative_ttl = 0 s []",
            "cache.policy = lfu []",
            "service.eager_parts = a, b []",
            "security.secret_key = my-key []",
            "cache.ttl = product:* 3 h stale 10 min; x 5 s; * 1 h; jitter 0.1 []",
        ]
    );
}

#[test]
fn all_faults_of_a_document_are_told_at_once() {
    let text = r#"(
    version: 2,
    bsae: "x",
    base: "no such/name",
    about: 7,
    about: "x",
    values: {
        "database.pool_mxa": 5,
        "colour": 5,
        "database.pool_max": "many",
        "database.pool_min": -1,
        "http.retries": (value: 3, wyh: "x"),
        "http.keep_alive": 60,
        "http.pool_max": 20,
        "http.dns_cache": "soon",
        "http.pool_max": 30,
        "cache.policy": "lur",
        "cache.enabled": "on",
        "cache.size": "256M",
        "cache.ttl": {"a*": (lives: "1 h", stlae: "5 s"), "b": (stale: "1 s"), "*": 5},
        "ml.device": (why: "x"),
        "service.eager_parts": ["a", 5],
        "service.workers": (value: 2, jitter: 0.5),
        "security.secret_key": "hunter 2",
        "security.token_lifetime": @,
        service: 1,
    },
)"#;
    let profile = check_problems(
        "own",
        text,
        &[
            "2:14 version 2 is newer than this program knows (1): update the program; what it knows was read",
            "3:5 a profile has no field bsae: did you mean base?",
            "4:11 \"no such/name\" cannot be a profile: a name is made of letters, digits, - and _",
            "5:12 a text in quotes belongs here, not a number",
            "6:5 about stands twice: lines 5 and 6",
            "8:9 there is no parameter database.pool_mxa: did you mean database.pool_max or database.pool_min?",
            "9:9 there is no parameter colour",
            "10:30 a whole number belongs here, not a text",
            "11:30 at least 0 connections, not \u{2212}1",
            "12:36 a value has no field wyh: did you mean why?",
            "13:28 60 needs a unit: write \"60 s\", \"60 ms\" or \"60 min\"",
            "15:27 write a time such as 5 min, 30 s or 250 ms",
            "16:9 http.pool_max stands twice: lines 14 and 16",
            "17:25 \"lur\" is not one of \"lru\", \"lfu\", \"fifo\": did you mean lru?",
            "18:26 true or false belongs here, not a text",
            "19:23 256M could mean two sizes: write 256 MiB (powers of 1,024) or 256 MB (powers of 1,000)",
            "20:44 a class of keys has no field stlae: did you mean stale?",
            "20:64 how long it lives is missing: write lives: \"1 h\"",
            "20:85 5 needs a unit: write \"5 s\", \"5 ms\" or \"5 min\"",
            "21:22 its value is missing: write (value: …)",
            "22:38 a text in quotes belongs here, not a number",
            "23:47 jitter needs times by class such as {\"*\": (lives: \"1 h\")}",
            "24:32 a secret's name stands here, never the secret itself: a name is made of letters, digits, - and _",
            "25:36 `@` begins no value",
            "26:9 a parameter's name in quotes belongs here, not a name without quotes",
        ],
    );
    // Values that are well are there, and one out of bounds too.
    let keys: Vec<&str> = profile.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["database.pool_min", "http.retries", "http.pool_max"]);
    let below = profile.problems.iter().find(|p| p.text.starts_with("at least")).and_then(|p| p.fix.as_ref());
    assert_eq!(below.map(|fix| fix.text.replace('\u{2009}', " ")), Some("Use 0 connections".to_owned()));
}

#[test]
fn texts_that_are_no_profiles_say_so() {
    check_problems("a", "", &["1:1 there is nothing here: a value is missing"]);
    check_problems("a", "[1]", &["1:1 a profile is written (version: …, base: …, about: …, notes: …, values: …)"]);
    check_problems("a", "()", &["1:1 its version is missing: write version: 1"]);
    check_problems("a", "(version: 0)", &["1:11 there is no version 0: write version: 1"]);
    check_problems("a", "(version: \"1\")", &["1:11 the version, a whole number, belongs here, not a text"]);
    let map = "1:21 a map of values such as {\"cache.ttl\": \"5 min\"} belongs here, not a list";
    check_problems("a", "(version: 1, values: [1])", &["1:22 ".to_owned() + &map[5..]].each_ref().map(String::as_str));
    check_problems(
        "a",
        "(version: 1, base: \"local\")",
        &["1:20 the machine's own layer stands over all profiles and is no base"],
    );
    check_problems(
        "local",
        "(version: 1, base: \"base\")",
        &["1:20 the machine's own layer stands over all profiles and has no base"],
    );
    check_problems(
        "a",
        "(version: 1, values: {\"cache.ttl\": {\"*\": (lives: \"1 h\"), \"*\": (lives: \"2 h\")}})",
        &["1:58 \"*\" stands twice in line 1"],
    );
    check_problems(
        "a",
        "(version: 1, values: {\"cache.ttl\": {\"a\": \"1 h\"}})",
        &["1:36 the last class is *, which all other keys are of; it is missing"],
    );
    let long = format!("(version: 1, values: {{{}}})", "\"x\": 1,".repeat(300));
    assert_eq!(read_as("a", &long).problems.len(), 200);
}

#[test]
fn a_value_is_found_in_its_text() {
    let text = "(\n  version: 1,\n  values: {\n    \"a.b\": 1,\n    \"é\": 2, \"c.d\": 3,\n  },\n)";
    let keys = ["a.b", "c.d", "x.y"].map(crate::model::profile::ParamKey::new);
    let places = places_of(text, &keys.each_ref());
    let told: Vec<_> = places.iter().map(|place| place.map(|p| (p.line, p.column))).collect();
    assert_eq!(told, [Some((4, 5)), Some((5, 13)), None]);
}
