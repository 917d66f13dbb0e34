//! `.env` files.

use super::{check, int, list, refused, shown, table, text};
use crate::model::profile::FileFormat::Env;
use crate::profile::formats::Written::{Bool, Float, Null};

#[test]
fn values_are_read_as_shells_and_libraries_read_them() {
    let file = "\
# comment
A=1
export B = two words # note
C='it is $HOME # no note'
D=\"a \\\"b\\\" \\n\\$x ${HOST}\" # note
E=
F= # note
G=abc#def
H=\"first
second\"
  I=`tick`
J=${HOST:-localhost}:80
not a line
K=a \"b\"
L-M.N=x=y
";
    let found = r#"2: A = "1"
3: B = "two words"
4: C = "it is $HOME # no note"
5: D = "a \"b\" \n$x ${HOST}"
6: E = ""
7: F = ""
8: G = "abc#def"
9: H = "first\nsecond"
11: I = "tick"
12: J = "${HOST:-localhost}:80"
14: K = "a \"b\""
15: L-M.N = "x=y"
"#;
    assert_eq!(shown(Env, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("A=1\nB=2\n", text("3"), "A=3\nB=2\n"),
        ("A=1 # pool\n", int(50), "A=50 # pool\n"),
        ("  export A = '1'  # pool\n", int(50), "  export A = '50'  # pool\n"),
        ("A=\"1\"\n", int(50), "A=\"50\"\n"),
        ("A=\n", int(50), "A=50\n"),
        ("A=   \n", int(50), "A=50   \n"),
        ("A= # note\n", int(50), "A=50 # note\n"),
        ("A=1\n", Bool(true), "A=true\n"),
        ("A=1\n", Float(0.25), "A=0.25\n"),
        ("A=1\n", text(""), "A=\n"),
        ("A=1\n", list(&["a", "b"]), "A=a,b\n"),
        ("A=1\n", table(&[("x:*", int(1)), ("*", text("a"))]), "A='{\"x:*\": 1, \"*\": \"a\"}'\n"),
        ("A=\"x\ny\" # note\n", text("z"), "A=\"z\" # note\n"),
    ];
    for (before, value, after) in cases {
        check(Env, before, &[("A", value)], after);
    }
}

#[test]
fn quotes_stand_only_where_they_are_needed_and_hold_what_they_must() {
    let cases = [
        ("A=1\n", "two words", "A=\"two words\"\n"),
        ("A=1\n", "a#b", "A=\"a#b\"\n"),
        ("A=1\n", "a&b;c", "A=\"a&b;c\"\n"),
        ("A=1\n", "pa$$word", "A='pa$$word'\n"),
        ("A=1\n", "C:\\temp", "A='C:\\temp'\n"),
        ("A=1\n", "say \"hi\"", "A='say \"hi\"'\n"),
        ("A=1\n", "it's \"so\"", "A=\"it's \\\"so\\\"\"\n"),
        ("A=1\n", "one\ntwo", "A=\"one\\ntwo\"\n"),
        ("A=1\n", "~/x", "A=\"~/x\"\n"),
        ("A=1\n", "https://h/p?q=1", "A=https://h/p?q=1\n"),
        ("A='1'\n", "it's", "A=\"it's\"\n"),
        ("A=\"1\"\n", "a b", "A=\"a b\"\n"),
        ("A=`1`\n", "a b", "A=`a b`\n"),
    ];
    for (before, value, after) in cases {
        check(Env, before, &[("A", text(value))], after);
    }
}

#[test]
fn a_reference_stays_one_and_other_dollars_are_themselves() {
    check(Env, "A=${H}:80\nB=${H}\n", &[("A", text("${H}:81"))], "A=${H}:81\nB=${H}\n");
    check(Env, "A=\"${H} 80\"\n", &[("A", text("${H} 81"))], "A=\"${H} 81\"\n");
    check(Env, "A=\"${H}\"\n", &[("A", text("$5"))], "A='$5'\n");
    check(Env, "A=5\n", &[("A", text("${H}"))], "A='${H}'\n");
}

#[test]
fn missing_keys_go_to_the_end() {
    check(Env, "", &[("A", int(1)), ("B", text("x y"))], "A=1\nB=\"x y\"\n");
    check(Env, "# only this\n", &[("A", int(1))], "# only this\nA=1\n");
    check(Env, "A=1\n\n# end\n", &[("B", int(2)), ("A", int(3))], "A=3\n\n# end\nB=2\n");
    check(Env, "export A=1\n", &[("B", int(2))], "export A=1\nexport B=2\n");
}

#[test]
fn what_cannot_be_is_refused() {
    refused(Env, "A=1\nB=2\nexport A=3\n", &[], "`A` stands there twice: lines 1 and 3; remove one");
    refused(Env, "B=1\nA=\"x\n", &[], "line 2, column 3: this quote is not closed");
    refused(
        Env,
        "A=1\n",
        &[("a b", int(1))],
        "`a b` cannot be a key here: names are letters, digits and `_`, and begin with no digit",
    );
    refused(
        Env,
        "A=1\n",
        &[("A", Null)],
        "`A`: a file of the form .env cannot hold nothing; leave the line out instead here",
    );
    refused(Env, "A=1\n", &[("A", text("\u{7}"))], "`A`: a file of the form .env cannot hold control characters here");
    refused(
        Env,
        "A=1\n",
        &[("A", int(2)), ("A", int(3))],
        "`A` and `A` would both change the same place; keep one of them",
    );
}
