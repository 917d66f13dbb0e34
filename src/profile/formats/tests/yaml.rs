//! YAML files.

use super::{check, int, list, shown, table, text};
use crate::model::profile::FileFormat::Yaml;
use crate::profile::formats::Written::{Bool, Float, Null};

#[test]
fn values_are_read() {
    let file = r#"%YAML 1.2
---
# a comment
a: 1 # note
"b.c": 'it''s'
d: "x\ty \u00e9"
on: yes
e:
  - one
  - "two"
  -
f: [1, "b, c", {g: 2, h: }]
i:
- j: 1
  k: 2
- j: 3
l: &base
  m: plain text:no
n: *base
o: &num 5
p: *num
q: !!str 7
r: |
  one
   two

s: >-
  one
  two
t: first
  second
u: # nothing
v: ~
w: http://x/y#z
x: { y: 1e3, z }
"<<": 1
...
"#;
    let found = r#"4: a = 1
5: "b.c" = "it's"
6: d = "x\ty é"
7: on = yes
8: e = one, two, 
12: f.0 = 1
12: f.1 = "b, c"
12: f.2 = {g: 2, h: }
12: f.2.g = 2
12: f.2.h = 
14: i.0.j = 1
15: i.0.k = 2
16: i.1.j = 3
18: l.m = "plain text:no"
20: o = 5
21: p = 5
22: q = "7"
23: r = "one\n two\n"
27: s = "one two"
30: t = "first second"
32: u = 
33: v = ~
34: w = "http://x/y#z"
35: x = { y: 1e3, z }
35: x.y = 1e3
35: x.z = 
36: << = 1
"#;
    assert_eq!(shown(Yaml, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("a:   1   # note\n", "a", int(2), "a:   2   # note\n"),
        ("a: 'x'\n", "a", text("it's"), "a: 'it''s'\n"),
        ("a: \"x\"\n", "a", text("q\"\\\n"), "a: \"q\\\"\\\\\\n\"\n"),
        ("a: \"5\"\n", "a", int(50), "a: \"50\"\n"),
        ("a: '5'\n", "a", Float(0.5), "a: '0.5'\n"),
        ("a: 5\n", "a", Float(1e300), "a: 1.0e+300\n"),
        ("a: 5\n", "a", Float(f64::NAN), "a: .nan\n"),
        ("a: Yes\n", "a", Bool(false), "a: No\n"),
        ("a: on\n", "a", text("off"), "a: off\n"),
        ("a:\n", "a", int(2), "a: 2\n"),
        ("a: # note\n", "a", int(2), "a: 2 # note\n"),
        ("a: 1\n", "a", Null, "a: null\n"),
        ("a: {b: 1, c: }\n", "a.c", text("x"), "a: {b: 1, c: x }\n"),
        ("a: {b, c}\n", "a.b", text("x"), "a: {b: x, c}\n"),
        ("a: [x]\n", "a", list(&["x", "y, z", "1"]), "a: [x, \"y, z\", \"1\"]\n"),
        ("a: [1, 2]\n", "a", list(&["2", "3"]), "a: [2, 3]\n"),
        ("a: 1\n", "a", list(&["x"]), "a: [x]\n"),
        ("- a: 1\n- a: 2\n", "1.a", int(3), "- a: 1\n- a: 3\n"),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.c", int(3), "a:\n  - b: 1\n    c: 3\n"),
        ("a: <%= ENV.fetch(\"X\") { 5 } %>\n", "a", int(3), "a: 3\n"),
    ];
    for (before, key, value, after) in cases {
        check(Yaml, before, &[(key, value)], after);
    }
}

#[test]
fn what_would_be_misread_stands_in_quotes() {
    let quoted = [
        "",
        " x",
        "on",
        "Yes",
        "NO",
        "true",
        "null",
        "~",
        "1",
        "-1",
        "+1.5",
        "1e3",
        "0x1f",
        "0o7",
        "0b1",
        "0123",
        "1_000",
        "12:30:45",
        "2026-01-31",
        ".5",
        ".inf",
        "y",
        "N",
        "=",
        "<<",
        "*x",
        "&x",
        "!x",
        "#x",
        "- x",
        "-",
        "? x",
        ": x",
        "|",
        ">",
        "@x",
        "`x",
        "%x",
        "[x",
        "{x",
        "]",
        "}",
        ",x",
        "a: b",
        "a #b",
        "a:",
        "---",
        "...",
        "'x'",
        "x ",
    ];
    for value in quoted {
        check(Yaml, "a: x\n", &[("a", text(value))], &format!("a: \"{value}\"\n"));
    }
    let single = ["\"x\"", "\"x\\: y", "\\ #"];
    for value in single {
        check(Yaml, "a: x\n", &[("a", text(value))], &format!("a: '{value}'\n"));
    }
    let bare = [
        "x y",
        "90s",
        "256MB",
        "10 min",
        "1.2.3",
        "10.0.0.1",
        "-x",
        "?x",
        ":x",
        "a:b",
        "a#b",
        "http://x:80/y?z=[1]",
        "1h30",
        "e3",
        "0xzz",
        "a, b",
        "nulls",
        "oN",
        "it's",
        "2026-01",
        "--x",
        "$x",
        "a\\b",
        "a\"b",
    ];
    for value in bare {
        check(Yaml, "a: x\n", &[("a", text(value))], &format!("a: {value}\n"));
    }
    for value in ["a, b", "[x", "-x", "a:b", "x}", "x?"] {
        check(Yaml, "a: {b: x}\n", &[("a.b", text(value))], &format!("a: {{b: \"{value}\"}}\n"));
    }
    check(Yaml, "a: x\n", &[("a", text("\u{7}\u{2028}"))], "a: \"\\u0007\\u2028\"\n");
}

#[test]
fn items_that_stay_keep_their_lines() {
    let before = "a:\n  - x # one\n  # two\n  -   'y'\n  - z\nb: 1\n";
    let cases: [(&[&str], &str); 6] = [
        (&["x", "w", "z"], "a:\n  - x # one\n  # two\n  -   'w'\n  - z\nb: 1\n"),
        (&["x", "y", "z", "w"], "a:\n  - x # one\n  # two\n  -   'y'\n  - z\n  - w\nb: 1\n"),
        (&["x", "z"], "a:\n  - x # one\n  # two\n  - z\nb: 1\n"),
        (&["x", "y"], "a:\n  - x # one\n  # two\n  -   'y'\nb: 1\n"),
        (&["z"], "a:\n  - z # one\n  # two\nb: 1\n"),
        (&["x", "on", "v", "z"], "a:\n  - x # one\n  # two\n  -   'on'\n  -   v\n  - z\nb: 1\n"),
    ];
    for (items, after) in cases {
        check(Yaml, before, &[("a", list(items))], after);
    }
    check(Yaml, "a:\n- 1\n- 2\n", &[("a", list(&["1"]))], "a:\n- 1\n");
    check(Yaml, "a:\n- 1\n", &[("a", list(&["1", "2"]))], "a:\n- 1\n- 2\n");
}

#[test]
fn missing_keys_go_to_the_end_of_their_mapping() {
    let cases = [
        ("", "a.b", "a:\n  b: 1\n"),
        ("# none\n", "a", "# none\na: 1\n"),
        ("---\n", "a", "---\na: 1\n"),
        ("x: 0\n\n# end\n", "a", "x: 0\na: 1\n\n# end\n"),
        ("t:\n    x: 0 # n\n    # end\nu: 1\n", "t.a", "t:\n    x: 0 # n\n    a: 1\n    # end\nu: 1\n"),
        ("t:\n    x: 0\nu: 1\n", "v.w.a", "t:\n    x: 0\nu: 1\nv:\n    w:\n        a: 1\n"),
        ("t:\n  x: |\n    one\n\n    two\nu: 1\n", "t.a", "t:\n  x: |\n    one\n\n    two\n  a: 1\nu: 1\n"),
        ("t:\n  x:\n  - 1\n", "t.a", "t:\n  x:\n  - 1\n  a: 1\n"),
        ("t: # none\nu: 1\n", "t.a", "t: # none\n  a: 1\nu: 1\n"),
        ("t: {}\n", "t.a", "t: {a: 1}\n"),
        ("t: {x: 0}\n", "t.a.b", "t: {x: 0, a: {b: 1}}\n"),
        ("t: {\n  x: 0 # n\n}\n", "t.a", "t: {\n  x: 0, # n\n  a: 1\n}\n"),
        ("t: ~\n", "t.a", "t: {a: 1}\n"),
        ("t:\n  - x: 0\n  - y: 0\n", "t.0.a", "t:\n  - x: 0\n    a: 1\n  - y: 0\n"),
        ("t: 0\n", "\"a.b\"", "t: 0\na.b: 1\n"),
        ("t: 0\n", "\"8080\"", "t: 0\n\"8080\": 1\n"),
        ("t: 0\n...\n", "a", "t: 0\na: 1\n...\n"),
    ];
    for (before, key, after) in cases {
        check(Yaml, before, &[(key, int(1))], after);
    }
    check(Yaml, "x: 0\n", &[("a.b", int(1)), ("a.c", int(2))], "x: 0\na:\n  b: 1\n  c: 2\n");
}

#[test]
fn a_table_by_lines_is_changed_value_by_value() {
    let classes = table(&[("product:*", int(60)), ("*", int(5))]);
    check(Yaml, "x: 0\n", &[("ttl", classes.clone())], "x: 0\nttl: {\"product:*\": 60, \"*\": 5}\n");
    let before = "ttl:\n  'product:*': 1 # note\n  \"*\": 5\n";
    check(Yaml, before, &[("ttl", classes)], "ttl:\n  'product:*': 60 # note\n  \"*\": 5\n");
}

#[test]
fn lists_of_names_and_values_are_tables() {
    let before = "web:\n  environment:\n    - DB_POOL=5 # pool\n    - \"URL=a b\"\n    - HOST\n";
    let found = "\
2: web.environment = DB_POOL=5, URL=a b, HOST
3: web.environment.DB_POOL = \"5\"
4: web.environment.URL = \"a b\"
5: web.environment.HOST = \n";
    assert_eq!(shown(Yaml, before), found);
    let after = "web:\n  environment:\n    - DB_POOL=50 # pool\n    - \"URL=c\"\n    - HOST=h\n    - NEW=x y\n";
    let edits = [
        ("web.environment.DB_POOL", int(50)),
        ("web.environment.URL", text("c")),
        ("web.environment.HOST", text("h")),
        ("web.environment.NEW", text("x y")),
    ];
    check(Yaml, before, &edits, after);
    let before = "environment: [\"A=1\"]\n";
    check(Yaml, before, &[("environment.B", text("a #b"))], "environment: [\"A=1\", \"B=a #b\"]\n");
}
