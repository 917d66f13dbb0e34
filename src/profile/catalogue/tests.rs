//! The shipped catalogue, a person's own over it, bounds, and edits of the text.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::profile::{ClassRow, ClassTable, ParamDef, ParamKey, ParamKind, ParamValue, Problem};
use crate::profile::value_text::{self, write};

fn told(problems: &[Problem]) -> Vec<String> {
    let told = |p: &Problem| {
        let place = p.place.map_or("-".to_owned(), |place| format!("{}:{}", place.line, place.column));
        format!("{place} {}", p.text.replace('\u{2009}', " "))
    };
    problems.iter().map(told).collect()
}

fn def(catalogue: &Catalogue, key: &str) -> ParamDef {
    catalogue.get(&ParamKey::new(key)).expect(key).clone()
}

#[test]
fn the_shipped_catalogue_is_whole() {
    assert_eq!(told(&read::read(SHIPPED_TEXT, &Catalogue::default(), false).1), Vec::<String>::new());
    let catalogue = shipped();
    let groups: Vec<(&str, usize)> =
        catalogue.groups.iter().map(|group| (&*group.title, catalogue.of_group(&group.key).count())).collect();
    assert_eq!(
        groups,
        [("Database", 9), ("HTTP client", 8), ("Cache", 5), ("ML", 6), ("Service", 11), ("Security", 3)]
    );
    for def in &catalogue.parameters {
        for words in [&def.about, &def.raising, &def.lowering] {
            assert!(words.ends_with('.') && words.len() > 10, "{}: {words}", def.key);
        }
        assert!(!def.title.is_empty() && def.title.chars().count() <= 34, "{}", def.title);
        assert!(!def.source.is_empty() && !def.is_own, "{}", def.key);
        assert_eq!(def.default.is_none(), def.kind == ParamKind::Secret, "{}", def.key);
    }
}

#[test]
fn parameters_of_ones_own_are_added_and_put_over() {
    let text = r#"(
    version: 1,
    groups: [(key: "search", title: "Search")],
    parameters: [
        (key: "search.shards", kind: Count(max: 64, unit: "shards"), default: 4, about: "How many parts."),
        (key: "database.pool_max", kind: Count(min: 1, max: 20), about: "At most 20 here."),
        (key: "http.retries", default: 5),
        (key: "queue.mode", title: "Mode", kind: Choice(options: {"a": "A", "b": "B"})),
    ],
)"#;
    let (catalogue, problems) = with_own(text);
    assert_eq!(told(&problems), Vec::<String>::new());
    let groups: Vec<&str> = catalogue.groups.iter().map(|group| &*group.title).collect();
    assert_eq!(groups[6..], ["Search", "Queue"]);
    let shards = def(&catalogue, "search.shards");
    assert_eq!((&*shards.title, &shards.default, shards.is_own), ("Shards", &Some(ParamValue::Count(4)), true));
    let pool = def(&catalogue, "database.pool_max");
    let original = def(&shipped(), "database.pool_max");
    assert_eq!((&*pool.about, &pool.title, &pool.source), ("At most 20 here.", &original.title, &original.source));
    assert_eq!((pool.kind, pool.default), (ParamKind::Count { min: 1, max: 20, unit: "".into() }, original.default));
    assert_eq!(def(&catalogue, "http.retries").default, Some(ParamValue::Count(5)));
    // Those of a group stand together.
    let order: Vec<&str> = catalogue.parameters.iter().map(|def| &*def.group).collect();
    let mut runs = order.clone();
    runs.dedup();
    assert_eq!(runs.len(), catalogue.groups.len());
    assert_eq!(with_own(" \n").0, *shipped());
}

#[test]
fn all_faults_of_a_catalogue_are_told_at_once() {
    let text = r#"(
    version: 1,
    groups: [(key: "Big")],
    parameters: [
        (key: "nodot", kind: Switch),
        (kind: Switch),
        (key: "a.b"),
        (key: "a.c", kind: Cuont(min: 1)),
        (key: "a.d", kind: Count(min: 5, max: 1)),
        (key: "a.e", kind: Duration(min: 5)),
        (key: "a.f", kind: Choice),
        (key: "a.g", kind: Count(max: 5), default: 9),
        (key: "a.h", kind: Secret, default: "x"),
        (key: "a.i", kind: Switch, defualt: true),
        (key: "a.i", kind: Switch),
        (key: "a.j", kind: 5),
        7,
    ],
)"#;
    let (catalogue, problems) = with_own(text);
    let parameter =
        "a parameter is written (key: …, title: …, kind: …, default: …, about: …, raising: …, lowering: …, source: …)";
    assert_eq!(
        told(&problems),
        [
            "3:14 a group needs a key: small letters, digits and _, a letter first",
            "5:15 \"nodot\" cannot be a parameter: write group.name in small letters, digits and _, at most 64 characters",
            "6:9 its key is missing: write key: \"group.name\"",
            "7:9 its kind is missing: write kind: Count(min: 1, max: 100)",
            "8:28 there is no kind Cuont: did you mean Count?",
            "9:28 its least is over its greatest",
            "10:42 5 needs a unit: write \"5 s\", \"5 ms\" or \"5 min\"",
            "11:28 a choice needs options, what is written and its title: options: {\"lru\": \"LRU\"}",
            "12:52 at most 5, not 9",
            "13:45 a secret has no default: profiles name one",
            "14:36 a parameter has no field defualt: did you mean default?",
            "15:9 a.i stands here twice: lines 14 and 15",
            "16:28 a kind such as Switch or Count(min: 1, max: 100) belongs here, not a number",
            &format!("17:9 {parameter}"),
        ]
    );
    let own: Vec<&str> = catalogue.parameters.iter().filter(|def| def.is_own).map(|def| def.key.as_str()).collect();
    assert_eq!(own, ["a.g", "a.h", "a.i"]);
    let many: String = (0..1001).map(|n| format!("(key: \"a.b{n}\", kind: Switch),")).collect();
    let many = format!("(version: 1, parameters: [{many}])");
    assert!(with_own(&many).1.iter().any(|problem| &*problem.text == "at most 1000 parameters are read"));
}

/// What is wrong with a value of a kind, and the fix that is offered.
#[track_caller]
fn check_bounds(kind: &ParamKind, value: ParamValue, expected: &str) {
    let def = ParamDef { kind: kind.clone(), ..def(&shipped(), "http.retries") };
    let found = match check_value(&def, &value) {
        None => "fine".to_owned(),
        Some(Problem { text, fix: None, .. }) => text.to_string(),
        Some(Problem { text, fix: Some(fix), .. }) => format!("{text} [{}]", fix.text),
    };
    assert_eq!(found.replace('\u{2009}', " "), expected, "{value:?}");
}

#[test]
fn values_out_of_bounds_are_told_with_the_nearest_that_is_not() {
    let count = ParamKind::Count { min: 1, max: 5000, unit: "shards".into() };
    check_bounds(&count, ParamValue::Count(5000), "fine");
    check_bounds(&count, ParamValue::Count(0), "at least 1 shards, not 0 [Use 1 shards]");
    check_bounds(&count, ParamValue::Count(9999), "at most 5,000 shards, not 9,999 [Use 5,000 shards]");
    check_bounds(&count, ParamValue::Switch(true), "http.retries takes values of another kind");
    let number = ParamKind::Number { min: 0.0, max: 1.0, unit: "".into() };
    check_bounds(&number, ParamValue::Number(1.5), "at most 1, not 1.5 [Use 1]");
    check_bounds(&number, ParamValue::Number(f64::NAN), "at most 1, not NaN [Use 1]");
    let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
    let time = ParamKind::Duration { min: second, max: hour };
    check_bounds(&time, ParamValue::Duration(hour), "fine");
    check_bounds(&time, ParamValue::Duration(hour * 2), "at most 1 h, not 2 h [Use 1 h]");
    let size = ParamKind::Size { min: 1024, max: 1 << 30 };
    check_bounds(&size, ParamValue::Size(1), "at least 1 KiB, not 1 B [Use 1 KiB]");
    check_bounds(&ParamKind::Text { max_chars: 2 }, ParamValue::Text("éé".into()), "fine");
    check_bounds(&ParamKind::Text { max_chars: 2 }, ParamValue::Text("abc".into()), "at most 2 characters, not 3");
    let list = |words: &[&str]| ParamValue::List(words.iter().map(|word| Arc::from(*word)).collect());
    check_bounds(&ParamKind::List { max_len: 2 }, list(&["a", "b"]), "fine");
    check_bounds(&ParamKind::List { max_len: 2 }, list(&["a", "b", "c"]), "at most 2 entries, not 3");
    let odd = "an entry has 1 to 200 characters, no comma and no space around it: \"a,b\"";
    check_bounds(&ParamKind::List { max_len: 2 }, list(&["a,b"]), odd);
    let lru = def(&shipped(), "cache.policy").kind;
    check_bounds(&lru, ParamValue::Text("mru".into()), "one of lru, lfu, fifo, not mru");
    check_bounds(&ParamKind::Secret, ParamValue::Secret("".into()), "a name is missing");
    let ttl = ParamKind::TimeToLive { min: second, max: hour };
    let table = |text: &str| value_text::read(&ttl, text).expect(text);
    check_bounds(&ttl, table("a:* 5 s stale 10 s; * 1 h; jitter 1"), "fine");
    let missing = "the last class is *, which all other keys are of; it is missing";
    check_bounds(&ttl, table("* 5 s; a:* 5 s"), missing);
    check_bounds(&ttl, ParamValue::ByClass(Arc::new(ClassTable::default())), missing);
    check_bounds(&ttl, table("* 5 s; * 5 s"), "the class * stands here twice");
    check_bounds(&ttl, table("a* 0 s; * 5 s"), "a* lives at least 1 s, not 0 s");
    check_bounds(&ttl, table("* 5 s stale 2 h"), "* is served stale for at most 1 h");
    check_bounds(&ttl, table("* 5 s; jitter 1.5"), "jitter is a share from 0 to 1, not 1.5");
    let row = |class: &str| ClassRow { class: class.into(), lives: second, stale: second };
    let odd = ClassTable { rows: vec![row("a b"), row("*")], jitter_ratio: 0.0 };
    let why = "a class of keys has 1 to 200 characters, no space and no semicolon: \"a b\"";
    check_bounds(&ttl, ParamValue::ByClass(Arc::new(odd)), why);
}

#[test]
fn every_shipped_parameter_written_anew_reads_the_same() {
    let mut text = String::new();
    for def in &shipped().parameters {
        text =
            put_own(&text, &ParamDef { key: ParamKey::new(format!("own_{}", def.key)), ..def.clone() }).expect("text");
    }
    let (catalogue, problems) = with_own(&text);
    assert_eq!(told(&problems), Vec::<String>::new());
    for original in &shipped().parameters {
        let read = def(&catalogue, &format!("own_{}", original.key));
        let group = format!("own_{}", original.group);
        assert_eq!(read, ParamDef { key: read.key.clone(), group: group.into(), is_own: true, ..original.clone() });
    }
}

#[test]
fn a_parameter_is_changed_and_taken_out_while_all_else_stays() {
    let text = "// mine\n(\n  version: 1,\n  parameters: [\n    // the first\n    (\n      key: \"a.b\", kind: Switch, // on or off\n      default: true,\n    ),\n    (key: \"a.c\", kind: Secret), // last\n  ],\n)\n";
    let changed = ParamDef { default: Some(ParamValue::Switch(false)), ..def(&with_own(text).0, "a.b") };
    let after = put_own(text, &changed).expect("a text");
    assert_eq!(after, text.replace("true,\n", "false,\n      title: \"B\",\n"));
    let after = remove_own(text, &ParamKey::new("a.c")).expect("a text");
    assert_eq!(after, text.replace("    (key: \"a.c\", kind: Secret), // last\n", ""));
    let added = ParamDef { key: ParamKey::new("a.d"), ..def(&with_own(text).0, "a.c") };
    let after = put_own(text, &ParamDef { title: "D".into(), ..added }).expect("a text");
    let expected = "// last\n    (\n        key: \"a.d\",\n        title: \"D\",\n        kind: Secret,\n    ),\n";
    assert_eq!(after, text.replace("// last\n", expected));
    assert_eq!(put_own("(", &changed).expect_err("no RON").place.map(|place| place.line), Some(1));
    assert_eq!(write(&ParamValue::Switch(true)), "on");
}
