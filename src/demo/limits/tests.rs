//! What is read, what is refused, and that profiles can be bound to every key.

use std::path::Path;

use super::*;
use crate::model::profile::ParamKey;
use crate::profile::{catalogue, mapping};

fn read(text: &str) -> Result<Limits, Refused> {
    let pairs: Vec<(&str, &str)> = text.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
    Limits::read(&|key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn limits_are_those_of_the_environment_and_the_rest_has_its_default() {
    let limits = read(
        "DB_POOL_MAX=50 DB_POOL_MIN=5 DB_ACQUIRE_TIMEOUT_MS=250 CACHE_TTL=1.5 CACHE_SIZE_MB=2 CACHE_POLICY=LFU \
         CACHE_ENABLED=off ML_BATCH_WAIT_MS=0 SERVICE_LOG_LEVEL=WARN SERVICE_TRACE_SHARE=0.01 HTTP_RETRY_BACKOFF=none",
    )
    .expect("limits");
    assert_eq!((limits.pool_max, limits.pool_min, limits.acquire.as_millis()), (50, 5, 250));
    assert_eq!(limits.lives.of("x").lives, Duration::from_millis(1_500));
    assert_eq!((limits.cache_bytes, limits.policy, limits.is_cached), (2 << 20, Policy::Lfu, false));
    assert_eq!((limits.batch_wait, limits.log_level, limits.trace_share), (Duration::ZERO, Level::Warn, 0.01));
    assert_eq!((limits.workers, limits.backoff), (2, Backoff::None));
    assert_eq!(read("").expect("defaults"), read("DB_POOL_MAX=").expect("an empty value is none"));
}

#[test]
fn what_cannot_be_is_refused_by_its_key() {
    for (text, expect) in [
        ("DB_POOL_MAX=many", "DB_POOL_MAX is \"many\", and has to be a whole number from 1 to 1000"),
        ("DB_POOL_MAX=0", "DB_POOL_MAX is \"0\", and has to be a whole number from 1 to 1000"),
        (
            "DB_POOL_MAX=50 DB_SERVER_MAX_CONNECTIONS=40",
            "DB_POOL_MAX is 50, and the database allows 40 (DB_SERVER_MAX_CONNECTIONS)",
        ),
        (
            "DB_POOL_MAX=300 DB_SERVER_MAX_CONNECTIONS=1000",
            "DB_POOL_MAX is 300, and the embedded database opens 250 connections at most",
        ),
        ("DB_POOL_MAX=5 DB_POOL_MIN=6", "DB_POOL_MIN is 6, more than DB_POOL_MAX, which is 5"),
        (
            "HTTP_POOL_MAX=5 HTTP_POOL_MAX_PER_HOST=6",
            "HTTP_POOL_MAX_PER_HOST is 6, more than HTTP_POOL_MAX, which is 5",
        ),
        (
            "DB_ACQUIRE_TIMEOUT_MS=5s",
            "DB_ACQUIRE_TIMEOUT_MS is \"5s\", and has to be milliseconds, a whole number from 0 to 300000",
        ),
        ("CACHE_POLICY=best", "CACHE_POLICY is \"best\", and has to be one of lru, lfu, fifo"),
        ("CACHE_NEGATIVE_TTL=-1", "CACHE_NEGATIVE_TTL is \"-1\", and has to be seconds, a number from 0 to 86400"),
        ("CACHE_ENABLED=maybe", "CACHE_ENABLED is \"maybe\", and has to be true or false"),
        ("SERVICE_TRACE_SHARE=NaN", "SERVICE_TRACE_SHARE is \"NaN\", and has to be a share from 0 to 1"),
        (
            "CACHE_TTL={\"product:*\":5}",
            "CACHE_TTL is \"{\\\"product:*\\\":5}\", and has to be seconds, or a table of seconds by class of keys in JSON",
        ),
        (
            "SERVICE_WORKERS=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "SERVICE_WORKERS is \"aaaaaaaaaaaaaaaaaaaaaaaa…\", and has to be a whole number from 1 to 256",
        ),
    ] {
        assert_eq!(read(text).expect_err(text).to_string(), expect);
    }
}

#[test]
fn lives_go_by_the_longest_class_that_fits() {
    let text = r#"{"product:*":{"lives":10800,"stale":600},"price:*":60,"*":{"lives":3600},"jitter":0.1}"#;
    let lives = Lives::read(text).expect("a table");
    let of = |key: &str| (lives.of(key).lives.as_secs(), lives.of(key).stale.as_secs());
    assert_eq!([of("product:7"), of("price:7"), of("search:x")], [(10_800, 600), (60, 0), (3_600, 0)]);
    assert_eq!(lives.jitter, 0.1);
    for wrong in ["soon", "-1", "[]", "{}", r#"{"a":1,"*":2}"#, r#"{"*":{"stale":2}}"#, r#"{"*":1,"jitter":2}"#] {
        assert_eq!(Lives::read(wrong), None, "{wrong}");
    }
}

#[test]
fn every_key_is_recognised_as_its_parameter() {
    let values = |key: &Key| match key.unit {
        "millis" => "250",
        _ if key.name.ends_with("ENABLED") || key.name.ends_with("WARM_UP") => "true",
        _ if key.name.ends_with("POLICY") => "lru",
        _ if key.name.ends_with("BACKOFF") => "fixed",
        _ if key.name.ends_with("LEVEL") && key.name.contains("LOG") => "info",
        _ if key.name.ends_with("SHARE") => "0.1",
        _ if key.name.ends_with("MAX_BODY") => "1048576",
        // What others must not be above.
        "" if key.name == "DB_SERVER_MAX_CONNECTIONS" || key.name == "HTTP_POOL_MAX" => "200",
        _ => "8",
    };
    let file: String = KEYS.iter().map(|key| format!("{}={}\n", key.name, values(key))).collect();
    let catalogue = catalogue::shipped();
    let proposal = mapping::propose(Path::new("/srv/shop/.env"), file.as_bytes(), &catalogue);
    let bound: Vec<_> = proposal.keys.iter().map(|key| &key.bound).collect();
    for key in KEYS {
        let found = bound.iter().find(|bound| &*bound.key == key.name);
        let found = found.unwrap_or_else(|| panic!("{} is not proposed", key.name));
        assert_eq!(found.param, ParamKey::new(key.param), "{}", key.name);
        let unit = if key.unit.is_empty() { "plain" } else { key.unit };
        assert_eq!(found.conversion.slug(), unit, "{}", key.name);
        assert!(read(&format!("{}={}", key.name, values(key))).is_ok(), "{}", key.name);
    }
}
