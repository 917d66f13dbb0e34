//! Texts and their values, both ways.

use proptest::prelude::*;

use super::*;
use crate::model::profile::{ClassRow, ClassTable};
use std::time::Duration;

#[test]
fn times_are_read_as_people_write_them() {
    for (text, millis, written) in [
        ("5 min", 300_000, "5 min"),
        ("1 h 30 min", 5_400_000, "1 h 30 min"),
        ("1h30m", 5_400_000, "1 h 30 min"),
        ("250 ms", 250, "250 ms"),
        ("1.5 h", 5_400_000, "1 h 30 min"),
        ("90s", 90_000, "90 s"),
        ("60\u{2009}s", 60_000, "60 s"),
        ("2 minutes", 120_000, "2 min"),
        ("1500ms", 1500, "1.5 s"),
        ("1.234 s", 1234, "1.234 s"),
        ("125.5 s", 125_500, "2 min 5.5 s"),
        ("36 h", 129_600_000, "36 h"),
        ("7 d", 604_800_000, "7 d"),
        ("2 d 1 h 5 s", 176_405_000, "2 d 1 h 5 s"),
        ("0", 0, "0 s"),
        (" 0 ms ", 0, "0 s"),
    ] {
        assert_eq!(read_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        assert_eq!(write_duration(Duration::from_millis(millis)), written);
    }
    for (text, why) in [
        ("", EXAMPLE_TIME),
        ("soon", EXAMPLE_TIME),
        ("5 parsec", EXAMPLE_TIME),
        ("5 s 3 min", EXAMPLE_TIME),
        ("5 s, 3", EXAMPLE_TIME),
        ("-5 s", EXAMPLE_TIME),
        ("5 min 3", EXAMPLE_TIME),
        ("300", "300 needs a unit: 300 s, 300 ms or 300 min"),
        ("20 µs", "times count whole milliseconds"),
        ("1.5 ms", "times count whole milliseconds, and end after some million years"),
        ("1.2.3 s", "times count whole milliseconds, and end after some million years"),
        ("99999999999999999999 d", "times count whole milliseconds, and end after some million years"),
    ] {
        assert_eq!(read_duration(text), Err(why.to_owned()), "{text}");
    }
}

const EXAMPLE_TIME: &str = "write a time such as 5 min, 30 s or 250 ms";

#[test]
fn sizes_are_read_as_people_write_them() {
    for (text, bytes, written) in [
        ("256 MiB", 268_435_456, "256 MiB"),
        ("1 GiB", 1_073_741_824, "1 GiB"),
        ("1.5 gib", 1_610_612_736, "1536 MiB"),
        ("10 MB", 10_000_000, "10 MB"),
        ("64kB", 64_000, "64 kB"),
        ("4096", 4096, "4 KiB"),
        ("1001 B", 1001, "1001 B"),
        ("0", 0, "0 B"),
    ] {
        assert_eq!(read_size(text), Ok(bytes), "{text}");
        assert_eq!(write_size(bytes), written);
    }
    for (text, why) in [
        ("much", "write a size such as 256 MiB, 1 GiB or 10 MB"),
        ("1 GiB 5", "write a size such as 256 MiB, 1 GiB or 10 MB"),
        ("256M", "256M could mean two sizes: write 256 MiB (powers of 1,024) or 256 MB (powers of 1,000)"),
        ("0.3 B", "sizes count whole bytes, up to 16 EiB"),
        ("99999999 TiB", "sizes count whole bytes, up to 16 EiB"),
    ] {
        assert_eq!(read_size(text), Err(why.to_owned()), "{text}");
    }
}

fn count() -> ParamKind {
    ParamKind::Count { min: 0, max: 10, unit: "connections".into() }
}

fn number() -> ParamKind {
    ParamKind::Number { min: 0.0, max: 1.0, unit: "".into() }
}

fn choice() -> ParamKind {
    let option = |value: &str, title: &str| ChoiceOption { value: value.into(), title: title.into() };
    ParamKind::Choice { options: [option("lru", "LRU"), option("exp", "Exponential")].into() }
}

fn time_to_live() -> ParamKind {
    ParamKind::TimeToLive { min: Duration::ZERO, max: Duration::from_secs(9) }
}

#[test]
fn values_of_each_kind_are_read_and_shown() {
    for (kind, text, written, shown_as) in [
        (ParamKind::Switch, "Yes", "on", "on"),
        (ParamKind::Switch, "0", "off", "off"),
        (count(), "1,000 connections", "1000", "1,000\u{2009}connections"),
        (count(), "-3", "-3", "\u{2212}3\u{2009}connections"),
        (number(), "10 %", "0.1", "0.1"),
        (number(), "2", "2", "2"),
        (choice(), "LRU", "lru", "LRU"),
        (choice(), "exponential", "exp", "Exponential"),
        (ParamKind::Text { max_chars: 9 }, " as it is ", " as it is ", " as it is "),
        (ParamKind::List { max_len: 9 }, "a,b , c,", "a, b, c", "a, b, c"),
        (ParamKind::List { max_len: 9 }, " ", "", "none"),
        (ParamKind::Secret, "service-key", "service-key", "service-key"),
        (time_to_live(), "90 min", "1 h 30 min", "1\u{2009}h 30\u{2009}min"),
        (
            time_to_live(),
            "product:* 3h stale 10m;price:* 60 s stale off; * 1 h; jitter 0.10",
            "product:* 3 h stale 10 min; price:* 60 s; * 1 h; jitter 0.1",
            "product:* 3 h stale 10 min; price:* 60 s; * 1 h; jitter 0.1",
        ),
    ] {
        let value = read(&kind, text).expect(text);
        assert_eq!((&*write(&value), &*shown(&kind, &value)), (written, shown_as), "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_what_to_write() {
    for (kind, text, why) in [
        (ParamKind::Switch, "perhaps", "write on or off"),
        (count(), "1,5", "write a whole number such as 20"),
        (count(), "5 s", "write a whole number such as 20"),
        (count(), "99999999999999999999", "this number is too large"),
        (number(), "inf", "write a number such as 0.5"),
        (number(), "", "write a number such as 0.5"),
        (choice(), "random", "write one of lru, exp"),
        (ParamKind::Secret, "a b", "a name is made of letters, digits, - and _"),
        (time_to_live(), "soon", EXAMPLE_TIME),
        (time_to_live(), "*", "write classes such as product:* 3 h stale 10 min; * 1 h; jitter 0.1"),
        (time_to_live(), "* ages", EXAMPLE_TIME),
    ] {
        assert_eq!(read(&kind, text), Err(why.to_owned()), "{text}");
    }
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![0..200_000u64, any::<u32>().prop_map(u64::from), (0..9000u64).prop_map(|s| s * 60_000)]
        .prop_map(Duration::from_millis)
}

/// A kind and a value of it.
fn value() -> impl Strategy<Value = (ParamKind, ParamValue)> {
    let word = "[a-z:*/.]{1,8}";
    let row =
        (word, duration(), duration()).prop_map(|(class, lives, stale)| ClassRow { class: class.into(), lives, stale });
    let table = (prop::collection::vec(row, 0..3), duration(), 0.0..1.0f64).prop_map(|(mut rows, lives, jitter)| {
        rows.push(ClassRow { class: "*".into(), lives, stale: Duration::ZERO });
        ParamValue::ByClass(Arc::new(ClassTable { rows, jitter_ratio: jitter }))
    });
    prop_oneof![
        any::<bool>().prop_map(|v| (ParamKind::Switch, ParamValue::Switch(v))),
        any::<i64>().prop_map(|v| (count(), ParamValue::Count(v))),
        (-1e12..1e12f64).prop_map(|v| (number(), ParamValue::Number(v))),
        duration().prop_map(|v| (ParamKind::Duration { min: v, max: v }, ParamValue::Duration(v))),
        any::<u64>().prop_map(|v| (ParamKind::Size { min: v, max: v }, ParamValue::Size(v))),
        (0..1u64 << 30).prop_map(|v| (ParamKind::Size { min: v, max: v }, ParamValue::Size(v * 1000))),
        any::<String>().prop_map(|v| (ParamKind::Text { max_chars: 9 }, ParamValue::Text(v.into()))),
        prop::collection::vec(word, 0..5)
            .prop_map(|v| (ParamKind::List { max_len: 9 }, ParamValue::List(v.into_iter().map(Arc::from).collect()))),
        duration().prop_map(|v| (time_to_live(), ParamValue::Duration(v))),
        table.prop_map(|v| (time_to_live(), v)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_reads_back_the_same((kind, value) in value()) {
        prop_assert_eq!(read(&kind, &write(&value)), Ok(value));
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[0-9.,smhdMiGB *;:+µ-]{0,20}|.{0,20}") {
        for kind in [count(), number(), time_to_live(), ParamKind::Size { min: 0, max: 0 }, ParamKind::Secret] {
            let _ = read(&kind, &text);
        }
    }
}
