//! TOML files.

use super::{check, int, list, refused, shown, table, text};
use crate::model::profile::FileFormat::Toml;
use crate::profile::formats::Written::{Bool, Float, Null};

#[test]
fn values_are_read() {
    let file = r#"a = 1_000 # note
b.c = 'lit'
d = [1, 2]
e = { f = 1.5, "g.h" = true }
when = 2026-01-31T10:00:00Z
[server]
"x.y" = """
long"""
[server.tls]
on = false
[[hosts]]
name = "a"
[[hosts]]
name = "b"
"#;
    let found = r#"1: a = 1_000
2: b.c = "lit"
3: d = 1, 2
4: e = { f = 1.5, "g.h" = true }
4: e.f = 1.5
4: e."g.h" = true
5: when = "2026-01-31T10:00:00Z"
7: server."x.y" = "long"
10: server.tls.on = false
12: hosts.0.name = "a"
14: hosts.1.name = "b"
"#;
    assert_eq!(shown(Toml, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("a  =  1   # note\n", "a", int(2), "a  =  2   # note\n"),
        ("a = 'x'\n", "a", text("y"), "a = 'y'\n"),
        ("a = 'x'\n", "a", text("it's"), "a = \"it's\"\n"),
        ("a = \"x\"\n", "a", text("q\"\\\n"), "a = \"q\\\"\\\\\\n\"\n"),
        ("a = 1\n", "a", text("y"), "a = \"y\"\n"),
        ("a = \"5\"\n", "a", int(50), "a = \"50\"\n"),
        ("a = 1\n", "a", Float(2.0), "a = 2.0\n"),
        ("a = 1\n", "a", Float(f64::INFINITY), "a = inf\n"),
        ("a = true\n", "a", Bool(false), "a = false\n"),
        ("a = 2026-01-31\n", "a", text("2026-02-01"), "a = 2026-02-01\n"),
        ("a = [\n  1, # n\n]\nb = [1,\n 2]\n", "b", list(&["1", "3"]), "a = [\n  1, # n\n]\nb = [1, 3]\n"),
        ("a = [\n  1,\n  2,\n]\n", "a", list(&["2", "7"]), "a = [\n  2,\n  7,\n]\n"),
        ("a = { b = 1 }\n", "a.b", int(2), "a = { b = 2 }\n"),
        ("a = { b = 1 }\n", "a", table(&[("*", int(2))]), "a = { \"*\" = 2 }\n"),
        ("[a]\nb.c = 1\n", "a.b.c", int(2), "[a]\nb.c = 2\n"),
        ("[a]\nb = 1\nc = 2\n", "a", table(&[("b", int(1)), ("c", int(3))]), "[a]\nb = 1\nc = 3\n"),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\n", "a.1.b", int(3), "[[a]]\nb = 1\n[[a]]\nb = 3\n"),
    ];
    for (before, key, value, after) in cases {
        check(Toml, before, &[(key, value)], after);
    }
}

#[test]
fn missing_keys_go_to_the_end_of_their_table() {
    let cases = [
        ("", "a", "a = 1\n"),
        ("", "a.b", "[a]\nb = 1\n"),
        ("x = 0 # n\n\n# of t\n[t]\ny = 0\n", "a", "x = 0 # n\na = 1\n\n# of t\n[t]\ny = 0\n"),
        ("# of t\n[t]\ny = 0\n", "a", "a = 1\n\n# of t\n[t]\ny = 0\n"),
        ("[t]\n  y = 0 # n\n\n[u]\nz = 0\n", "t.a", "[t]\n  y = 0 # n\n  a = 1\n\n[u]\nz = 0\n"),
        ("[t] # n\n[u]\nz = 0\n", "t.a", "[t] # n\na = 1\n[u]\nz = 0\n"),
        ("[t]\ny = 0\n[t.u]\nz = 0\n", "t.a", "[t]\ny = 0\na = 1\n[t.u]\nz = 0\n"),
        ("[t.u]\nz = 0\n", "t.a", "[t.u]\nz = 0\n\n[t]\na = 1\n"),
        ("[t]\ny = 0\n", "t.a.b", "[t]\ny = 0\n\n[t.a]\nb = 1\n"),
        ("t.y = 0\nx = 1\n", "t.a", "t.y = 0\nt.a = 1\nx = 1\n"),
        ("t = { y = 0 }\n", "t.a", "t = { y = 0, a = 1 }\n"),
        ("t = {}\n", "t.a.b", "t = { a.b = 1 }\n"),
        ("[[h]]\ny = 0\n[[h]]\ny = 1\n", "h.0.a", "[[h]]\ny = 0\na = 1\n[[h]]\ny = 1\n"),
        ("[[h]]\ny = 0\n[[h]]\ny = 1\n", "h.0.a.b", "[[h]]\ny = 0\na.b = 1\n[[h]]\ny = 1\n"),
        ("[t]\ny = [\n  1,\n]\n", "t.\"a.b\"", "[t]\ny = [\n  1,\n]\n\"a.b\" = 1\n"),
    ];
    for (before, key, after) in cases {
        check(Toml, before, &[(key, int(1))], after);
    }
    check(Toml, "x = 0\n", &[("a.b", int(1)), ("a.c", int(2))], "x = 0\n\n[a]\nb = 1\nc = 2\n");
    let classes = table(&[("p:*", table(&[("lives", text("3 h"))])), ("*", int(1))]);
    check(
        Toml,
        "[c]\nx = 0\n",
        &[("c.ttl", classes)],
        "[c]\nx = 0\nttl = { \"p:*\" = { lives = \"3 h\" }, \"*\" = 1 }\n",
    );
}

#[test]
fn what_cannot_be_is_refused() {
    refused(Toml, "a = 1\n\na = 2\n", &[], "`a` stands there twice: lines 1 and 3; remove one");
    refused(
        Toml,
        "[s]\na.b = 1\n[t]\n[t.u]\nb = 1\n b=2\n",
        &[],
        "`t.u.b` stands there twice: lines 5 and 6; remove one",
    );
    refused(Toml, "[s]\na = 1\n[t]\n[s]\n", &[], "`s` stands there twice: lines 1 and 4; remove one");
    refused(Toml, "x = { a = 1, a = 2 }\n", &[], "`a` stands there twice in line 1; remove one");
    refused(Toml, "a = \n", &[], "line 1, column 5: string values must be quoted, expected literal string");
    let long = "line 1: the value of `a` stands over several lines and is not replaced; write it in one line first";
    refused(Toml, "a = '''\nx'''\n", &[("a", int(1))], long);
    refused(
        Toml,
        "a = 1\n",
        &[("a", Null)],
        "`a`: a file of the form TOML cannot hold nothing; leave the line out instead here",
    );
    let comments = "line 1: comments stand inside the value of `a` and would be lost; move them first";
    refused(Toml, "a = [\n  1, # one\n]\n", &[("a", list(&["2"]))], comments);
    refused(Toml, "[a]\nb = 1\n", &[("a", int(1))], "line 1: `a` is a table, not a single value");
}
