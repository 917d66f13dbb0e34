//! RON files.

use super::{check, int, list, refused, shown, table, text};
use crate::model::profile::FileFormat::Ron;
use crate::profile::formats::Written::{Bool, Float, Null};

#[test]
fn values_are_read() {
    let file = r##"// head
Config(
    a: 0x1F, b: 'c', c: "x\ny", d: r#"a"b"#,
    e: Some(5), f: None, g: Fast, h: (1, "two"),
    i: [true], j: {"k.l": 1.5, 7: Unit(x: 1)}, m: (),
    n: b"bytes",
)
"##;
    let found = r#"3: a = 0x1F
3: b = "c"
3: c = "x\ny"
3: d = "a\"b"
4: e = 5
4: f = None
4: g = "Fast"
4: h = 1, two
5: i = true
5: j = {"k.l": 1.5, 7: Unit(x: 1)}
5: j."k.l" = 1.5
5: j.7 = (x: 1)
5: j.7.x = 1
5: m = ()
6: n = "b\"bytes\""
"#;
    assert_eq!(shown(Ron, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("(a : 1 , /* n */ b: 2)\n", "a", int(3), "(a : 3 , /* n */ b: 2)\n"),
        ("(a: \"x\")\n", "a", text("q\"\\"), "(a: \"q\\\"\\\\\")\n"),
        ("(a: \"5\")\n", "a", int(50), "(a: \"50\")\n"),
        ("(a: 'x')\n", "a", text("y"), "(a: 'y')\n"),
        ("(a: Fast)\n", "a", text("Slow"), "(a: Slow)\n"),
        ("(a: Fast)\n", "a", text("not a name"), "(a: \"not a name\")\n"),
        ("(a: 1)\n", "a", text("Slow"), "(a: \"Slow\")\n"),
        ("(a: 1.5)\n", "a", Float(2.0), "(a: 2.0)\n"),
        ("(a: Some(true))\n", "a", Bool(false), "(a: Some(false))\n"),
        ("(a: None)\n", "a", int(1), "(a: Some(1))\n"),
        ("(a: 1)\n", "a", Null, "(a: None)\n"),
        ("(a: [1, 2])\n", "a", list(&["2", "3"]), "(a: [2, 3])\n"),
        ("(a: [\n    \"x\",\n    \"y\",\n])\n", "a", list(&["y"]), "(a: [\n    \"y\",\n])\n"),
        ("(a: {\"x\": 1})\n", "a", table(&[("y z", int(1))]), "(a: {\"y z\": 1})\n"),
        ("(a: [(b: 1), (b: 2)])\n", "a.1.b", int(3), "(a: [(b: 1), (b: 3)])\n"),
    ];
    for (before, key, value, after) in cases {
        check(Ron, before, &[(key, value)], after);
    }
}

#[test]
fn missing_keys_go_to_the_end_of_their_table() {
    let cases = [
        ("", "a.b", "(\n    a: (\n        b: 1,\n    ),\n)\n"),
        ("(x: 0)\n", "a.b", "(x: 0, a: (b: 1))\n"),
        ("(x: 0,)\n", "a", "(x: 0, a: 1,)\n"),
        ("(\n  x: 0 // n\n)\n", "a", "(\n  x: 0, // n\n  a: 1\n)\n"),
        ("(\n  x: 0, // n\n)\n", "a", "(\n  x: 0, // n\n  a: 1,\n)\n"),
        ("(\n  x: (),\n)\n", "x.a", "(\n  x: (\n    a: 1\n  ),\n)\n"),
        ("{\"x\": 0}\n", "\"a b\"", "{\"x\": 0, \"a b\": 1}\n"),
        ("(x: {\"y\": (z: 0)})\n", "x.\"a:*\".lives", "(x: {\"y\": (z: 0), \"a:*\": (lives: 1)})\n"),
        ("(x: None)\n", "x.a", "(x: Some((a: 1)))\n"),
    ];
    for (before, key, after) in cases {
        check(Ron, before, &[(key, int(1))], after);
    }
    let classes = table(&[("p:*", table(&[("lives", int(5))])), ("*", int(1))]);
    check(Ron, "(x: 0)\n", &[("ttl", classes)], "(x: 0, ttl: {\"p:*\": (lives: 5), \"*\": 1})\n");
}

#[test]
fn what_cannot_be_is_refused() {
    refused(Ron, "(a: 1,\nb: 2,\na: 3)", &[("b", int(1))], "`a` stands there twice: lines 1 and 3; remove one");
    refused(
        Ron,
        "(a: 1)",
        &[("\"b c\"", int(1))],
        "`b c`: a file of the form RON cannot hold a field of this name here",
    );
    let some = "`a`: a file of the form RON cannot hold nothing inside `Some(…)`; write `None` by hand here";
    refused(Ron, "(a: Some(1))", &[("a", Null)], some);
    refused(Ron, "(a: b\"x\")", &[("a", int(1))], "line 1: `a` is not changed: it is a byte string");
    let comments = "line 1: comments stand inside the value of `a` and would be lost; move them first";
    refused(Ron, "(a: [1, /* n */ 2])", &[("a", list(&["1"]))], comments);
    let fault = crate::profile::formats::scan(Ron, b"(a: 1,\n b 2)").expect_err("no colon");
    assert_eq!(fault.line(), Some(2), "{fault}");
}
