//! Values in the units of files; and the spellings that mean the same.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::profile::{ChoiceOption, ClassRow};
use crate::profile::formats::FoundKey;

fn time_kind() -> ParamKind {
    ParamKind::Duration { min: Duration::ZERO, max: Duration::MAX }
}

fn size_kind() -> ParamKind {
    ParamKind::Size { min: 0, max: u64::MAX }
}

fn conversion(slug: &str) -> Conversion {
    Conversion::ALL.into_iter().find(|(_, known)| *known == slug).map(|(conversion, _)| conversion).expect("a slug")
}

/// What is written for a value, with a letter for its type; or why not.
fn written(value: ParamValue, kind: &ParamKind, slug: &str, format: FileFormat) -> String {
    match write(&value, kind, conversion(slug), format, None) {
        Ok(Written::Bool(on)) => format!("switch {on}"),
        Ok(Written::Int(n)) => format!("int {n}"),
        Ok(Written::Float(x)) => format!("float {x}"),
        Ok(Written::Text(text)) => format!("text {text}"),
        Ok(other) => shown(&other),
        Err(why) => why,
    }
}

#[test]
fn times_in_the_units_of_files() {
    for (millis, slug, expected) in [
        (30_000, "plain", "int 30"),
        (250, "millis", "int 250"),
        (250, "seconds", "float 0.25"),
        (1500, "seconds", "float 1.5"),
        (90_000, "seconds", "int 90"),
        (120_000, "minutes", "int 2"),
        (0, "duration_text", "text 0s"),
        (250, "duration_text", "text 250ms"),
        (1500, "duration_text", "text 1500ms"),
        (60_000, "duration_text", "text 60s"),
        (5_400_000, "duration_text", "text 5400s"),
        (10_800_000, "duration_text", "text 3h"),
    ] {
        let value = ParamValue::Duration(Duration::from_millis(millis));
        assert_eq!(written(value, &time_kind(), slug, FileFormat::Env), expected, "{millis} ms as {slug}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_conversion_that_would() {
    for (value, kind, slug, part) in [
        (
            ParamValue::Duration(Duration::from_millis(250)),
            time_kind(),
            "plain",
            "whole number of seconds: millis, seconds",
        ),
        (
            ParamValue::Duration(Duration::from_secs(90)),
            time_kind(),
            "minutes",
            "whole number of minutes: seconds, millis",
        ),
        (ParamValue::Duration(Duration::from_micros(1)), time_kind(), "millis", "finer than a millisecond"),
        (ParamValue::Duration(Duration::MAX), time_kind(), "millis", "too long"),
        (
            ParamValue::Duration(Duration::from_secs(1)),
            time_kind(),
            "one_zero",
            "a time cannot be written as one_zero: plain, ",
        ),
        (ParamValue::Size(1500), size_kind(), "kibibytes", "whole number of KiB: plain"),
        (ParamValue::Size(1024), size_kind(), "mebibytes", "whole number of MiB: kibibytes"),
        (ParamValue::Size(u64::MAX), size_kind(), "plain", "too great"),
        (ParamValue::Switch(true), ParamKind::Switch, "millis", "a switch cannot be written as millis"),
        (
            ParamValue::Text("a".into()),
            ParamKind::Text { max_chars: 9 },
            "percent",
            "a text cannot be written as percent: plain would fit",
        ),
        (ParamValue::Secret("secret_key".into()), ParamKind::Secret, "plain", "secret_key is not made yet"),
        (
            ParamValue::List(["a,b".into()].into()),
            ParamKind::List { max_len: 9 },
            "plain",
            "\"a,b\" cannot stand in a list with commas",
        ),
    ] {
        let said = written(value, &kind, slug, FileFormat::Env);
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn the_other_kinds() {
    let number = ParamKind::Number { min: 0.0, max: 1.0, unit: "".into() };
    let count = ParamKind::Count { min: 0, max: 100, unit: "".into() };
    let options: Arc<[ChoiceOption]> = [ChoiceOption { value: "lru".into(), title: "LRU".into() }].into();
    let list = || ParamValue::List(["a".into(), "b".into()].into());
    for (value, kind, slug, format, expected) in [
        (ParamValue::Switch(true), ParamKind::Switch, "plain", FileFormat::Env, "switch true"),
        (ParamValue::Switch(false), ParamKind::Switch, "one_zero", FileFormat::Env, "int 0"),
        (ParamValue::Switch(true), ParamKind::Switch, "on_off", FileFormat::Ini, "text on"),
        (ParamValue::Switch(false), ParamKind::Switch, "yes_no", FileFormat::Yaml, "text no"),
        (ParamValue::Count(24), count, "plain", FileFormat::Env, "int 24"),
        (ParamValue::Number(0.07), number.clone(), "percent", FileFormat::Env, "int 7"),
        (ParamValue::Number(0.125), number.clone(), "percent", FileFormat::Env, "float 12.5"),
        (ParamValue::Number(0.07), number, "plain", FileFormat::Env, "float 0.07"),
        (ParamValue::Size(268_435_456), size_kind(), "plain", FileFormat::Env, "int 268435456"),
        (ParamValue::Size(268_435_456), size_kind(), "mebibytes", FileFormat::Env, "int 256"),
        (ParamValue::Size(268_435_456), size_kind(), "size_text", FileFormat::Env, "text 256MB"),
        (ParamValue::Size(2 << 30), size_kind(), "size_text", FileFormat::Env, "text 2GB"),
        (ParamValue::Size(64 << 10), size_kind(), "size_text", FileFormat::Env, "text 64kB"),
        (ParamValue::Size(1500), size_kind(), "size_text", FileFormat::Env, "text 1500B"),
        (ParamValue::Text("lru".into()), ParamKind::Choice { options }, "plain", FileFormat::Env, "text lru"),
        (list(), ParamKind::List { max_len: 9 }, "plain", FileFormat::Env, "text a,b"),
        (list(), ParamKind::List { max_len: 9 }, "plain", FileFormat::Toml, "a, b"),
    ] {
        assert_eq!(written(value, &kind, slug, format), expected, "{slug}");
    }
    let secret =
        write(&ParamValue::Secret("k".into()), &ParamKind::Secret, Conversion::Plain, FileFormat::Env, Some("s3"));
    assert_eq!(secret, Ok(Written::Text("s3".into())));
}

#[test]
fn times_by_class_are_a_table() {
    let kind = ParamKind::TimeToLive { min: Duration::ZERO, max: Duration::MAX };
    let table = |stale: u64, jitter_ratio: f64| {
        let row = |class: &str, lives: u64, stale: u64| ClassRow {
            class: class.into(),
            lives: Duration::from_secs(lives),
            stale: Duration::from_secs(stale),
        };
        let rows = vec![row("product:*", 10_800, stale), row("*", 60, 0)];
        ParamValue::ByClass(Arc::new(ClassTable { rows, jitter_ratio }))
    };
    for (value, slug, expected) in [
        (table(0, 0.0), "duration_text", "product:*: 3h, *: 60s"),
        (table(0, 0.0), "plain", "product:*: 10800, *: 60"),
        (table(600, 0.0), "plain", "product:*: (lives: 10800, stale: 600), *: (lives: 60, stale: 0)"),
        (table(0, 0.1), "plain", "product:*: (lives: 10800, stale: 0), *: (lives: 60, stale: 0), jitter: 0.1"),
        (ParamValue::Duration(Duration::from_secs(60)), "plain", "int 60"),
    ] {
        assert_eq!(written(value, &kind, slug, FileFormat::Toml), expected);
    }
}

#[test]
fn other_spellings_of_the_same_value_are_equal() {
    let found = |text: &str| FoundKey {
        key: "k".into(),
        value: Written::Text(text.to_owned()),
        text: text.to_owned(),
        line: 1,
    };
    let text = |text: &str| Written::Text(text.to_owned());
    for (there, wanted, slug, is_equal) in [
        ("50", Written::Int(50), "plain", true),
        (" 50 ", Written::Int(50), "plain", true),
        ("50.0", Written::Int(50), "plain", true),
        ("24", Written::Int(50), "plain", false),
        ("fifty", Written::Int(50), "plain", false),
        ("1", Written::Float(1.0), "plain", true),
        ("true", Written::Bool(true), "plain", true),
        ("True", Written::Bool(true), "plain", true),
        ("1", Written::Bool(true), "plain", false),
        ("ON", text("on"), "on_off", true),
        ("off", text("on"), "on_off", false),
        ("1m", text("60s"), "duration_text", true),
        ("1 min", text("60s"), "duration_text", true),
        ("0.5h", text("1800s"), "duration_text", true),
        ("1h30m", text("5400s"), "duration_text", true),
        ("60", text("60s"), "duration_text", false),
        ("60 parsecs", text("60s"), "duration_text", false),
        ("1024MB", text("1GB"), "size_text", true),
        ("1g", text("1GB"), "size_text", true),
        ("1 GiB", text("1GB"), "size_text", true),
        ("1000MB", text("1GB"), "size_text", false),
        // Words are not times: only a conversion that writes units makes them so.
        ("1m", text("60s"), "plain", false),
    ] {
        assert_eq!(equal(&found(there), &wanted, conversion(slug)), is_equal, "{there} and {wanted:?} as {slug}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_written_is_equal_and_says_the_time(millis in 0u64..10_000_000_000, slug in 0usize..5) {
        let slug = ["plain", "millis", "seconds", "minutes", "duration_text"][slug];
        let value = ParamValue::Duration(Duration::from_millis(millis));
        if let Ok(wanted) = write(&value, &time_kind(), conversion(slug), FileFormat::Env, None) {
            let text = wanted.scalar_text().expect("a scalar");
            let found = FoundKey { key: "k".into(), value: Written::Text(text.clone()), text: text.clone(), line: 1 };
            prop_assert!(equal(&found, &wanted, conversion(slug)));
            let says = match slug {
                "duration_text" => time_millis(&text).expect("a time"),
                "millis" => text.parse::<f64>().expect("a number"),
                "minutes" => text.parse::<f64>().expect("a number") * 60_000.0,
                _ => text.parse::<f64>().expect("a number") * 1000.0,
            };
            prop_assert!((says - millis as f64).abs() < 0.001, "{millis} ms became {text}");
        } else {
            prop_assert!(slug == "plain" && millis % 1000 != 0 || slug == "minutes" && millis % 60_000 != 0);
        }
    }

    #[test]
    fn sizes_say_their_bytes(bytes in 0u64..1 << 50, shift in 0u32..40) {
        let bytes = bytes >> shift << shift;
        let value = ParamValue::Size(bytes);
        for (slug, unit) in [("plain", 1.0), ("kibibytes", 1024.0), ("mebibytes", 1_048_576.0), ("size_text", 0.0)] {
            if let Ok(wanted) = write(&value, &size_kind(), conversion(slug), FileFormat::Env, None) {
                let text = wanted.scalar_text().expect("a scalar");
                let says = if unit == 0.0 { size_bytes(&text) } else { text.parse().ok().map(|n: f64| n * unit) };
                prop_assert_eq!(says, Some(bytes as f64), "{} became {}", bytes, text);
            }
        }
    }
}
