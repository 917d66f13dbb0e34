//! Who is told what and when, by tables: what happens to alerts each second, and what is said by the desktop.

use super::*;
use crate::alert::document::read_rule;

/// Seconds of a table's line, events of it (`+a` fires, `-a` ends, `s` silences, `u` ends the silence), and the rule's
/// further fields; gives what was said: `second title | text`.
fn said(fields: &str, script: &[(u64, &str)], until: u64, interval: Duration) -> Vec<String> {
    let rule = |id: &str| {
        let text = format!(r#"(id: "{id}", name: "Rule {id}", when: ["m > 1"], in_window: false, {fields})"#);
        Arc::new(read_rule(&text).expect("a rule"))
    };
    let (mut telling, mut is_silent, mut said) = (Telling::default(), false, Vec::new());
    let n_steps = Duration::from_secs(until).as_millis() / interval.as_millis();
    for step in 0..=n_steps {
        let now = interval * u32::try_from(step).expect("small");
        let at = Timestamp::from_millis(i64::try_from(now.as_millis()).expect("small"));
        let is_now = |(second, _): &&(u64, &str)| Duration::from_secs(*second) == now;
        for word in script.iter().filter(is_now).flat_map(|(_, events)| events.split(' ')) {
            let (sign, instance) = word.split_at(1);
            let (id, name) = instance.split_once('.').unwrap_or(("r", instance));
            let key = SeriesKey::new("m", &[("x", name)]);
            match sign {
                "+" => telling.fired(&Told {
                    rule: rule(id),
                    instance: key,
                    name: name.into(),
                    alert: None,
                    text: format!("{name} is high").into(),
                    value: 2.0,
                    pending_from: at,
                    start: at,
                    end: None,
                }),
                "-" => telling.ended(id, &key, at),
                _ => is_silent = sign == "s",
            }
        }
        for message in telling.due(now, interval, &|_, _| is_silent) {
            let seconds = now.as_secs_f64();
            said.push(format!("{seconds} {} | {}", message.title(), message.text()));
        }
    }
    said
}

#[track_caller]
fn check(fields: &str, script: &[(u64, &str)], until: u64, expected: &[&str]) {
    assert_eq!(said(fields, script, until, Duration::from_secs(1)), expected, "{fields} {script:?}");
}

#[test]
fn an_alert_is_told_once_and_its_end_too() {
    check("", &[(1, "+a"), (100, "-a")], 200, &["1 Rule r | a is high", "100 Rule r: over | a: it fired for 99 s"]);
    check("say_resolved: false", &[(1, "+a"), (100, "-a")], 200, &["1 Rule r | a is high"]);
}

#[test]
fn a_storm_is_one_message() {
    let storm: Vec<String> = (0..100).map(|i| format!("+r{i}.i{i}")).collect();
    let expected = ["1 100 alerts fire | Rule r0: i0 is high; Rule r1: i1 is high; Rule r10: i10 is high; and 97 more"];
    check("", &[(1, &storm.join(" "))], 50, &expected);
    // Spread over a second of quick ticks it is one as well.
    let (a, b) = (storm[..50].join(" "), storm[50..].join(" "));
    let quick = said("", &[(1, &a), (2, &b)], 50, Duration::from_millis(250));
    assert_eq!(quick.len(), 1, "{quick:?}");
    assert!(quick[0].starts_with("2 100 alerts fire"), "{quick:?}");
}

#[test]
fn a_way_takes_breath_between_messages() {
    check(
        "",
        &[(1, "+p.a"), (2, "+q.b"), (3, "+s.c")],
        50,
        &["1 Rule p | a is high", "6 2 alerts fire | Rule q: b is high; Rule s: c is high"],
    );
}

#[test]
fn a_rule_speaks_once_a_minute_and_counts_what_it_held_back() {
    check(
        "",
        &[(1, "+a"), (5, "-a"), (9, "+a"), (20, "-a"), (30, "+b")],
        100,
        &[
            "1 Rule r | a is high",
            "61 1 alert fires, 1 is over | Rule r: b is high; Rule r: a: it fired for 11 s; 2 messages before this were held back",
        ],
    );
    check(
        "",
        &[(1, "+a"), (30, "+b"), (40, "-b"), (80, "+c")],
        100,
        &["1 Rule r | a is high", "80 Rule r | c is high; 1 message before this was held back"],
    );
}

#[test]
fn what_still_fires_is_told_again_where_that_is_asked() {
    check(
        r#"repeat: "5 min""#,
        &[(1, "+a +b"), (400, "-a"), (500, "-b")],
        1000,
        &[
            "1 2 alerts fire | Rule r: a is high; Rule r: b is high",
            "301 2 alerts still fire | Rule r: a is high; Rule r: b is high",
            "400 Rule r: over | a: it fired for 6 min 39 s",
            "500 Rule r: over | b: it fired for 8 min 19 s",
        ],
    );
}

#[test]
fn a_silence_holds_messages_back_until_it_ends() {
    check(
        "",
        &[(0, "s"), (1, "+a +b"), (50, "-a"), (70, "u")],
        100,
        &["70 Rule r | b is high; 1 message before this was held back"],
    );
    check(
        "",
        &[(1, "+a"), (10, "s"), (70, "-a"), (90, "u")],
        100,
        &["1 Rule r | a is high", "90 Rule r: over | a: it fired for 69 s"],
    );
}

#[test]
fn changed_rules_say_no_more_of_what_they_no_longer_watch() {
    let rule = |text: &str| Arc::new(read_rule(text).expect("a rule"));
    let told = Told {
        rule: rule(r#"(id: "r", name: "R", when: ["m > 1"])"#),
        instance: SeriesKey::new("m", &[]),
        name: "".into(),
        alert: None,
        text: "high".into(),
        value: 2.0,
        pending_from: Timestamp::default(),
        start: Timestamp::default(),
        end: None,
    };
    let second = Duration::from_secs(1);
    let mut telling = Telling::default();
    telling.fired(&told);
    telling.set_rules(&[rule(r#"(id: "r", name: "S", when: ["m > 1"], on_desktop: false)"#)]);
    let due = telling.due(second, second, &|_, _| false);
    assert_eq!(due.iter().map(|m| (m.way.clone(), m.title())).collect::<Vec<_>>(), [(Way::Window, "S".into())]);
    telling.set_rules(&[]);
    telling.ended("r", &told.instance, Timestamp::default());
    assert!(telling.due(second * 100, second, &|_, _| false).is_empty());
}
