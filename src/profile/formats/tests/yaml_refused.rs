//! YAML that is not read, and values that are not changed.

use super::{int, list, refused, table, text};
use crate::model::profile::FileFormat::Yaml;

#[test]
fn what_is_tied_is_not_changed() {
    let cases = [
        ("a: &x 1\nb: *x\n", "b", "line 2: `b` is not changed: it is an alias; change the value at `&x`"),
        ("a: &x 1\nb: *x\n", "a", "line 1: `a` is not changed: other places may take its value by the anchor `&x`"),
        ("a: &x {c: 1}\nb: *x\n", "b.c", "line 2: `b` is not changed: it is an alias; change the value at `&x`"),
        ("a: !secret x\n", "a", "line 1: `a` is not changed: it has the tag `!secret`"),
    ];
    for (before, key, why) in cases {
        refused(Yaml, before, &[(key, int(2))], why);
    }
    let long = "line 1: the value of `a` stands over several lines and is not replaced; write it in one line first";
    for before in ["a: |\n  x\n", "a: >-\n  x\n", "a: x\n  y\n", "a: 'x\n  y'\n", "a: \"x\n  y\"\n"] {
        refused(Yaml, before, &[("a", text("z"))], long);
    }
    refused(Yaml, "a:\n  b: 1\n", &[("a", int(1))], "line 2: `a` is a table, not a single value");
    let table_by_lines =
        "line 2: the value of `a` stands over several lines and is not replaced; write it in one line first";
    refused(Yaml, "a:\n  b: 1\n", &[("a", table(&[("c", int(1))]))], table_by_lines);
    refused(Yaml, "a:\n  - 1\n", &[("a", list(&[]))], table_by_lines);
}

#[test]
fn what_does_not_parse_says_where() {
    let cases = [
        ("a: 1\nb: 2\na: 3\n", "`a` stands there twice: lines 1 and 3; remove one"),
        ("environment:\n- A=1\n- A=2\n", "`environment.A` stands there twice: lines 2 and 3; remove one"),
        ("a: 1\n---\nb: 2\n", "line 2: a second YAML document begins here; only files with one document are read"),
        ("a: 1\n...\nb: 2\n", "line 3: a second YAML document begins here; only files with one document are read"),
        ("a: b: c\n", "line 1, column 5: a colon and a blank inside a value; put the value in quotes"),
        ("a: 1\n  b: 2\n", "line 2, column 4: a colon and a blank inside a value; put the value in quotes"),
        ("a:\n  b: 1\n c: 2\n", "line 3, column 2: the indentation of this line fits to nothing above"),
        ("a:\n\tb: 1\n", "line 2, column 1: a tab stands in the indentation; YAML is indented by blanks"),
        ("a: 'x\n", "line 1, column 4: this quote is not closed, or an escape in it is none of YAML's"),
        ("a: \"\\q\"\n", "line 1, column 4: this quote is not closed, or an escape in it is none of YAML's"),
        ("a: [1, 2\n", "line 2, column 1: a comma or `]` should stand here"),
        ("a: {b: 1\n", "line 2, column 1: a comma or `}` should stand here"),
        ("a: [b: 1]\n", "line 1, column 6: pairs in a list are not read; write `{name: value}`"),
        ("a: 'x' y\n", "line 1, column 7: nothing but a comment can stand behind this value"),
        ("? a\n: b\n", "line 1, column 1: keys that begin with `?` are not read"),
        ("a: *x\n", "line 1, column 4: there is no anchor `&x` above"),
        ("a: @x\n", "line 1, column 4: no value can begin with this character; put it in quotes"),
        ("a: - b\n", "line 1, column 4: a list begins in a line of its own"),
        ("- a\nb: 1\n", "line 2, column 1: this line fits to nothing above"),
        ("a: 1\nb\n", "line 2, column 1: a key with a colon should stand here"),
    ];
    for (before, why) in cases {
        refused(Yaml, before, &[], why);
    }
    let deep = format!("a: {}\n", "[".repeat(100));
    refused(Yaml, &deep, &[], "line 1, column 68: values are read up to 64 levels deep");
}
