//! JSON files.

use super::{check, int, list, refused, shown, table, text};
use crate::model::profile::FileFormat::Json;
use crate::profile::formats::Written::{Bool, Float, Null};

#[test]
fn values_are_read() {
    let file = r#"{
  // a comment
  "a": 1, "b": -2.5e3,
  "c": "x\n\u00e9\ud83d\ude00\"", /* another */
  "d": [1, "two", null],
  "e": {"f.g": true, "h": {"i": null}},
  "j": [{"k": 1}, {"k": 2}],
  "l": [], "m": {}, "big": 18446744073709551615,
}
"#;
    let found = r#"3: a = 1
3: b = -2.5e3
4: c = "x\né😀\""
5: d = 1, two, null
6: e = {"f.g": true, "h": {"i": null}}
6: e."f.g" = true
6: e.h = {"i": null}
6: e.h.i = null
7: j.0 = {"k": 1}
7: j.0.k = 1
7: j.1 = {"k": 2}
7: j.1.k = 2
8: l = 
8: m = {}
8: big = 18446744073709551615
"#;
    assert_eq!(shown(Json, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("{\"a\" :\t1 , \"b\":2}\n", "a", int(3), "{\"a\" :\t3 , \"b\":2}\n"),
        (
            "{\"a\": {\"b\": [1, {\"c\": 1}]}}\n",
            "a.b.1.c",
            text("x\"y"),
            "{\"a\": {\"b\": [1, {\"c\": \"x\\\"y\"}]}}\n",
        ),
        ("{\"a\": \"5\"}\n", "a", int(50), "{\"a\": \"50\"}\n"),
        ("{\"a\": \"auto\"}\n", "a", int(50), "{\"a\": 50}\n"),
        ("{\"a\": 5}\n", "a", Float(1.0), "{\"a\": 1.0}\n"),
        ("{\"a\": \"true\"}\n", "a", Bool(false), "{\"a\": \"false\"}\n"),
        ("{\"a\": 5 /* n */}\n", "a", Null, "{\"a\": null /* n */}\n"),
        ("{\"a\": [1, 2]}\n", "a", list(&["1", "30", "x"]), "{\"a\": [1, 30, \"x\"]}\n"),
        ("{\"a\": [ \"x\",\"y\" ]}\n", "a", list(&["z", "1", "y"]), "{\"a\": [ \"z\",\"1\",\"y\" ]}\n"),
        ("{\n  \"a\": [\n    1,\n    2\n  ]\n}\n", "a", list(&["2"]), "{\n  \"a\": [\n    2\n  ]\n}\n"),
        ("{\"a\": [1]}\n", "a", list(&[]), "{\"a\": []}\n"),
        ("{\"a\": 1}\n", "a", list(&["x"]), "{\"a\": [\"x\"]}\n"),
    ];
    for (before, key, value, after) in cases {
        check(Json, before, &[(key, value)], after);
    }
}

#[test]
fn a_table_keeps_its_layout() {
    let classes = table(&[("product:*", int(60)), ("*", table(&[("lives", int(5))]))]);
    check(Json, "{}\n", &[("ttl", classes.clone())], "{\n  \"ttl\": {\"product:*\": 60, \"*\": {\"lives\": 5}}\n}\n");
    let before = "{\n  \"ttl\": {\n    \"product:*\" : 1, // note\n    \"*\": {\"lives\": 2}\n  }\n}\n";
    let after = "{\n  \"ttl\": {\n    \"product:*\" : 60, // note\n    \"*\": {\"lives\": 5}\n  }\n}\n";
    check(Json, before, &[("ttl", classes.clone())], after);
    let before = "{\n  \"ttl\": {\n    \"*\" : 1\n  }\n}\n";
    let after = "{\n  \"ttl\": {\n    \"product:*\": 60,\n    \"*\" : {\"lives\": 5}\n  }\n}\n";
    check(Json, before, &[("ttl", classes.clone())], after);
    let comments = "line 1: comments stand inside the value of `ttl` and would be lost; move them first";
    refused(Json, "{\"ttl\": {\"*\": /* n */ 1}}\n", &[("ttl", classes)], comments);
}

#[test]
fn missing_keys_go_to_the_end_of_their_table() {
    let cases = [
        ("", "a.b", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n"),
        ("{}\n", "a", "{\n  \"a\": 1\n}\n"),
        ("{\"x\":1}\n", "a.b", "{\"x\":1, \"a\":{\"b\":1}}\n"),
        ("{\"x\":1,\"y\":2}\n", "a", "{\"x\":1,\"y\":2,\"a\":1}\n"),
        ("{\n\t\"x\": 1 // one\n}\n", "a", "{\n\t\"x\": 1, // one\n\t\"a\": 1\n}\n"),
        ("{\n  \"x\": 1, // one\n}\n", "a", "{\n  \"x\": 1, // one\n  \"a\": 1,\n}\n"),
        (
            "{\n  \"a\": {\n    \"x\": 1\n  },\n  \"y\": 2\n}\n",
            "a.b",
            "{\n  \"a\": {\n    \"x\": 1,\n    \"b\": 1\n  },\n  \"y\": 2\n}\n",
        ),
        (
            "{\n    \"a\": {},\n    \"y\": 2\n}\n",
            "a.b.c",
            "{\n    \"a\": {\n        \"b\": {\n            \"c\": 1\n        }\n    },\n    \"y\": 2\n}\n",
        ),
        ("{\n  \"a\": {\n    // none\n  }\n}\n", "a.b", "{\n  \"a\": {\n    // none\n    \"b\": 1\n  }\n}\n"),
        ("{\n  \"a\": null\n}\n", "a.b", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n"),
        ("{\"a\": [{\"x\": 0}]}\n", "a.0.b", "{\"a\": [{\"x\": 0, \"b\": 1}]}\n"),
    ];
    for (before, key, after) in cases {
        // An empty file gets a line end of its own.
        if before.is_empty() {
            let new = crate::profile::formats::set(Json, b"", &[(key.to_owned(), int(1))]).expect("new");
            assert_eq!(String::from_utf8_lossy(&new), after);
        } else {
            check(Json, before, &[(key, int(1))], after);
        }
    }
    check(
        Json,
        "{\n  \"x\": 0\n}\n",
        &[("a.b", int(1)), ("a.c", int(2))],
        "{\n  \"x\": 0,\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }\n}\n",
    );
}

#[test]
fn what_cannot_be_is_refused() {
    refused(
        Json,
        "{\"a\": 1,\n \"b\": {\"c\": 1,\n\"c\": 2}}",
        &[],
        "`b.c` stands there twice: lines 2 and 3; remove one",
    );
    refused(Json, "{\"a\": 1,\n \"b\" 2}", &[], "line 2, column 6: a colon should stand here");
    refused(Json, "{\"a\": 01}", &[], "line 1, column 7: this is no value of JSON; texts stand in double quotes");
    refused(Json, "{\"a\": 1} x", &[], "line 1, column 10: the document ends before this");
    refused(Json, "{\"a\": \"x\n\"}", &[], "line 1, column 7: this text is not closed in its line");
    refused(Json, "{ /* a", &[], "line 1, column 3: this comment is not closed");
    refused(Json, "{\"a\": 1}", &[("a.b", int(1))], "line 1: `a` is a single value, not a table");
    refused(Json, "{\"a\": {\"b\": 1}}", &[("a", int(1))], "line 1: `a` is a table, not a single value");
    refused(Json, "{\"a\": [1]}", &[("a.1", int(1))], "line 1: the list `a` has 1 places; places are counted from 0");
    refused(
        Json,
        "{\"a\": 1}",
        &[("a", Float(f64::NAN))],
        "`a`: a file of the form JSON cannot hold NaN, only numbers here",
    );
    refused(Json, "{\"a\": 1}", &[("a..b", int(1))], "`a..b` cannot be a key here: a name between the dots is empty");
    let overlap = "`a` and `a.b` would both change the same place; keep one of them";
    refused(Json, "{\"a\": {\"b\": 1}}", &[("a", table(&[("c", int(1))])), ("a.b", int(2))], overlap);
}
