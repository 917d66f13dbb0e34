//! Edits and what they make of a text; and ten thousand of them, after each of which all else is as it was.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{edit, new_text, read};
use crate::model::profile::{Catalogue, ClassRow, ClassTable, ParamDef, ParamKey, ParamKind, ParamValue, ProfileEdit};
use crate::profile::catalogue;

fn key(text: &str) -> ParamKey {
    ParamKey::new(text)
}

fn set(name: &str, count: i64) -> ProfileEdit {
    ProfileEdit::Set(key(name), ParamValue::Count(count))
}

fn table(jitter_ratio: f64) -> ParamValue {
    let row = ClassRow { class: "*".into(), lives: Duration::from_secs(60), stale: Duration::from_secs(5) };
    ParamValue::ByClass(Arc::new(ClassTable { rows: vec![row], jitter_ratio }))
}

#[track_caller]
fn check_edit(before: &str, made: ProfileEdit, expected: &str) {
    match edit(before, &made) {
        Ok(after) => assert_eq!(after, expected, "{made:?}"),
        Err(problem) => panic!("{made:?}: {}", problem.text),
    }
}

#[test]
fn a_value_is_set_where_it_stands_and_its_reason_stays() {
    let text = "( // x\n  version: 1,\n  values: {\n    // pool\n    \"a.b\": (value: 5, why: \"few\"), // y\n    \"c.d\": 6\n  }\n)";
    check_edit(text, set("a.b", 9), &text.replace('5', "9"));
    check_edit(text, set("c.d", 9), &text.replace('6', "9"));
    check_edit(text, set("e.f", 9), &text.replace("6\n", "6,\n    \"e.f\": (value: 9)\n"));
    check_edit(text, ProfileEdit::Reset(key("c.d")), &text.replace("), // y\n    \"c.d\": 6", ") // y"));
    check_edit(text, ProfileEdit::Reset(key("x.y")), text);
    let why = |text: &str| ProfileEdit::SetWhy(key("a.b"), text.into());
    check_edit(text, why("a \"new\" one"), &text.replace("few", "a \\\"new\\\" one"));
    check_edit(text, why(""), &text.replace(", why: \"few\"", ""));
    let why = ProfileEdit::SetWhy(key("c.d"), "so".into());
    check_edit(text, why, &text.replace('6', "(value: 6, why: \"so\")"));
}

#[test]
fn jitter_comes_and_goes_with_a_table() {
    let row = "{\"*\": (lives: \"60 s\", stale: \"5 s\")}";
    let text = |value: &str| format!("(version: 1, values: {{\"a.b\": {value}}})");
    let set = |value: ParamValue| ProfileEdit::Set(key("a.b"), value);
    let plain = ParamValue::Duration(Duration::from_secs(3600));
    check_edit(&text("\"5 s\""), set(table(0.0)), &text(row));
    check_edit(&text("\"5 s\""), set(table(0.5)), &text(&format!("(value: {row}, jitter: 0.5)")));
    let full = text(&format!("(value: {row}, jitter: 0.5, why: \"x\")"));
    check_edit(&full, set(table(0.25)), &full.replace("0.5", "0.25"));
    check_edit(&full, set(plain), &text("(value: \"1 h\", why: \"x\")"));
    check_edit(&text("(value: 1, why: \"x\")"), set(table(0.5)), &full);
    check_edit(&text("(why: \"x\")"), set(table(0.5)), &text(&format!("(why: \"x\", value: {row}, jitter: 0.5)")));
}

#[test]
fn fields_of_the_profile_are_set_in_their_order() {
    let text = "(\r\n    version: 1, // form\r\n    values: {},\r\n)\r\n";
    let base = |name: Option<&str>| ProfileEdit::SetBase(name.map(Arc::from));
    let with_base = text.replace("// form\r\n", "// form\r\n    base: \"production\",\r\n");
    check_edit(text, base(Some("production")), &with_base);
    check_edit(&with_base, base(None), text);
    check_edit(&with_base, base(Some("a")), &with_base.replace("production", "a"));
    let about = ProfileEdit::SetAbout("mine".into());
    check_edit(&with_base, about, &with_base.replace("\",\r\n    v", "\",\r\n    about: \"mine\",\r\n    v"));
    let notes = ProfileEdit::SetNotes("one\ntwo".into());
    check_edit(text, notes, &text.replace("// form\r\n", "// form\r\n    notes: \"one\\ntwo\",\r\n"));
    check_edit(text, ProfileEdit::SetNotes("".into()), text);
    let filled = text.replace("{}", "{\r\n        \"a.b\": (value: 1),\r\n    }");
    check_edit(text, set("a.b", 1), &filled);
    check_edit("(version: 1)", set("a.b", 1), "(version: 1, values: {\n    \"a.b\": (value: 1),\n})");
    let new = new_text(Some("base"), "mine");
    assert_eq!(new, "(\n    version: 1,\n    base: \"base\",\n    about: \"mine\",\n    values: {\n    },\n)\n");
    let local = new_text(None, "").replace("{\n", "{\n        \"a.b\": (value: 1),\n");
    check_edit("\n", set("a.b", 1), &local);
}

#[test]
fn what_cannot_be_edited_is_refused() {
    for (text, made, why) in [
        ("(version: 1, values: {\n\"a\" 5})", set("a.b", 1), "a colon and a value are missing behind this key"),
        ("[1]", set("a.b", 1), "a profile is written (version: 1, values: { … })"),
        ("(values: 5)", set("a.b", 1), "values is no map: write values: { … }"),
        (
            "(version: 1)",
            ProfileEdit::SetWhy(key("a.b"), "x".into()),
            "it has no value of its own here: give it one first",
        ),
        ("(version: 1)", ProfileEdit::SetBase(Some("a/b".into())), "a name is made of letters, digits, - and _"),
    ] {
        assert_eq!(edit(text, &made).expect_err(text).text.as_ref(), why);
    }
    let place = edit("(version: 1,\n é: @)", &set("a.b", 1)).expect_err("a fault").place.expect("a place");
    assert_eq!((place.line, place.column), (2, 5));
    let twice = "(values: {\n\"a.b\": 1,\n\"a.b\": 2,\n})";
    check_edit(twice, ProfileEdit::Reset(key("a.b")), "(values: {\n})");
}

/// A parameter of every kind.
const KEYS: [&str; 11] = [
    "database.pool_max",
    "own.factor",
    "http.keep_alive",
    "cache.size",
    "own.word",
    "cache.policy",
    "service.eager_parts",
    "cache.ttl",
    "cache.enabled",
    "security.secret_key",
    "service.trace_share",
];

const WORDS: [&str; 8] =
    ["", "so", "a \"quoted\" one", "C:\\tmp\\x", "two\nlines\r\n", "// no comment", "é\u{2009}→", "},)"];

const OWN: &str = r#"(version: 1, parameters: [
    (key: "own.factor", title: "Factor", kind: Number(min: -1000.0, max: 1000.0)),
    (key: "own.word", title: "Word", kind: Text(max_chars: 100)),
])"#;

/// A value of a parameter, any within its bounds.
fn value_of(def: &ParamDef, seed: u64) -> ParamValue {
    let within = |min: u64, max: u64| min + seed % (max - min + 1);
    let millis = |d: &Duration| u64::try_from(d.as_millis()).expect("some days");
    let time = |min: &Duration, max: &Duration| Duration::from_millis(within(millis(min), millis(max)));
    let word = |n: u64| Arc::from(format!("w{}", (seed >> n) % 100));
    match &def.kind {
        ParamKind::Switch => ParamValue::Switch(seed.is_multiple_of(2)),
        ParamKind::Count { min, max, .. } => {
            ParamValue::Count(min + i64::try_from(seed % 1000).expect("small") % (max - min + 1))
        }
        ParamKind::Number { min, max, .. } => ParamValue::Number(min + (max - min) * (seed % 1009) as f64 / 1009.0),
        ParamKind::Duration { min, max } => ParamValue::Duration(time(min, max)),
        ParamKind::Size { min, max } => ParamValue::Size(within(*min, *max)),
        ParamKind::Text { .. } => ParamValue::Text(WORDS[(seed % 8) as usize].into()),
        ParamKind::Choice { options } => {
            ParamValue::Text(Arc::clone(&options[(seed % options.len() as u64) as usize].value))
        }
        ParamKind::List { .. } => ParamValue::List((0..seed % 4).map(word).collect()),
        ParamKind::TimeToLive { min, max } if seed.is_multiple_of(3) => ParamValue::Duration(time(min, max)),
        ParamKind::TimeToLive { min, max } => {
            let mut rows: Vec<ClassRow> = (0..seed % 3)
                .map(|n| ClassRow { class: format!("c{n}:*").into(), lives: time(min, max), stale: Duration::ZERO })
                .collect();
            rows.push(ClassRow { class: "*".into(), lives: *min, stale: time(min, max) });
            ParamValue::ByClass(Arc::new(ClassTable { rows, jitter_ratio: (seed % 5) as f64 / 8.0 }))
        }
        ParamKind::Secret => ParamValue::Secret(word(1)),
    }
}

/// How a document is laid out.
#[derive(Debug, Clone)]
struct Layout {
    newline: &'static str,
    indent: &'static str,
    has_last_comma: bool,
    has_mark: bool,
    /// For each entry: which parameter, its value, and whether it is bare, has a reason, a comment above and behind.
    entries: Vec<(usize, u64, u8)>,
}

impl Layout {
    fn text(&self, catalogue: &Catalogue) -> String {
        let mut seen = Vec::new();
        let mut lines =
            vec!["// the head".to_owned(), "( /* in */".into(), format!("{}version: 1, // form", self.indent)];
        lines.push(format!("{}values: {{ // all", self.indent));
        for (which, seed, form) in &self.entries {
            if seen.contains(which) {
                continue;
            }
            seen.push(*which);
            let def = catalogue.get(&key(KEYS[*which])).expect("a parameter");
            let value = match value_of(def, *seed) {
                ParamValue::ByClass(_) => "{\"*\": \"5 s\"}".to_owned(),
                value => super::write_value(&value),
            };
            let indent = self.indent.repeat(2);
            if form & 1 != 0 {
                lines.push(format!("{indent}// above {which}"));
            }
            let behind = if form & 2 != 0 { format!(" // behind {which}") } else { String::new() };
            let entry = match form & 12 {
                0 => value,
                4 => format!("(value: {value})"),
                _ => format!("( why : \"a reason\" , /* in */ value:{value} )"),
            };
            let is_last = seen.len() == self.entries.len();
            let comma = if is_last && !self.has_last_comma { "" } else { "," };
            lines.push(format!("{indent}\"{}\": {entry}{comma}{behind}", KEYS[*which]));
        }
        lines.push(format!("{}}},", self.indent));
        lines.extend([")".to_owned(), "// the end".into(), String::new()]);
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        mark.to_owned() + &lines.join(self.newline)
    }
}

fn layout() -> impl Strategy<Value = Layout> {
    let entries = prop::collection::vec((0..KEYS.len(), any::<u64>(), any::<u8>()), 0..6);
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    let indent = prop::sample::select(vec!["    ", "\t", "  "]);
    (newline, indent, any::<bool>(), any::<bool>(), entries).prop_map(|(newline, indent, comma, has_mark, entries)| {
        Layout { newline, indent, has_last_comma: comma, has_mark, entries }
    })
}

/// What a profile is expected to hold.
#[derive(Debug, Default, PartialEq)]
struct Content {
    base: Option<String>,
    about: String,
    notes: String,
    values: BTreeMap<String, (ParamValue, String)>,
}

fn content(text: &str, catalogue: &Catalogue) -> Content {
    let profile = read("own", text, catalogue, false, true);
    assert_eq!(profile.problems.as_ref(), [], "{text}");
    let entry = |e: &crate::model::profile::Entry| (e.key.to_string(), (e.value.clone(), e.why.to_string()));
    Content {
        base: profile.base.as_deref().map(str::to_owned),
        about: profile.about.to_string(),
        notes: profile.notes.to_string(),
        values: profile.entries.iter().map(entry).collect(),
    }
}

/// The edit that three numbers stand for, the words by which its lines are known, and the content with it made.
fn made(content: &mut Content, catalogue: &Catalogue, (what, which, seed): (u8, usize, u64)) -> (ProfileEdit, String) {
    let name = KEYS[which];
    let word = WORDS[(seed % 8) as usize];
    let line = format!("\"{name}\":");
    match what {
        0..9 => {
            let value = value_of(catalogue.get(&key(name)).expect("a parameter"), seed);
            content.values.entry(name.to_owned()).or_insert_with(|| (value.clone(), String::new())).0 = value.clone();
            (ProfileEdit::Set(key(name), value), line)
        }
        9..12 if content.values.contains_key(name) => {
            if let Some((_, why)) = content.values.get_mut(name) {
                word.clone_into(why);
            }
            (ProfileEdit::SetWhy(key(name), word.into()), line)
        }
        9..17 => {
            content.values.remove(name);
            (ProfileEdit::Reset(key(name)), line)
        }
        17 => {
            content.base = (!seed.is_multiple_of(3)).then(|| format!("b{}", seed % 7));
            (ProfileEdit::SetBase(content.base.as_deref().map(Arc::from)), "base:".into())
        }
        18 => {
            word.clone_into(&mut content.about);
            (ProfileEdit::SetAbout(word.into()), "about:".into())
        }
        _ => {
            word.clone_into(&mut content.notes);
            (ProfileEdit::SetNotes(word.into()), "notes:".into())
        }
    }
}

/// Whether the lines an edit has no business with are the same: those not of its entry. Where the last entry has no
/// comma, one before it may come or go with it.
fn others_stay(before: &str, after: &str, line: &str, has_last_comma: bool) -> bool {
    let others = |text| {
        str::split_inclusive(text, '\n').filter(|other| !other.trim_start_matches([' ', '\t']).starts_with(line))
    };
    if has_last_comma {
        return others(before).eq(others(after));
    }
    let bare = |text| others(text).collect::<String>().replace(',', "");
    bare(before) == bare(after)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn ten_thousand_edits_read_back_and_leave_all_else_byte_for_byte(
        layout in layout(),
        edits in prop::collection::vec((0..20u8, 0..KEYS.len(), any::<u64>()), 100),
    ) {
        let (catalogue, problems) = catalogue::with_own(OWN);
        prop_assert_eq!(problems, vec![]);
        let mut text = layout.text(&catalogue);
        let mut expected = content(&text, &catalogue);
        for numbers in edits {
            let (made, line) = made(&mut expected, &catalogue, numbers);
            let after = edit(&text, &made).map_err(|p| TestCaseError::fail(format!("{made:?}: {}\n{text}", p.text)))?;
            prop_assert_eq!(&content(&after, &catalogue), &expected, "{:?}\n{}\n{}", made, text, after);
            let is_kept = others_stay(&text, &after, &line, layout.has_last_comma);
            prop_assert!(is_kept, "{:?}\n{}\n{}", made, text, after);
            text = after;
        }
    }
}
