//! INI, `.properties` and `.conf` files.

use super::{check, int, list, refused, shown, text};
use crate::model::profile::FileFormat::Ini;

#[test]
fn sections_are_read() {
    let file = "\
; head
top = 0
[server]   ; note
port=80 ; http
name : \"a ; b\"  # note
color = #fff
empty =
none = ; note
[a.b]
x.y = 1
lines = one
    two
    three = 3
flag
[git]
\tbare = true
\turl = x
";
    let found = r##"2: top = "0"
4: server.port = "80"
5: server.name = "a ; b"
6: server.color = "#fff"
7: server.empty = ""
8: server.none = ""
10: "a.b"."x.y" = "1"
11: "a.b".lines = "one\ntwo\nthree = 3"
16: git.bare = "true"
17: git.url = "x"
"##;
    assert_eq!(shown(Ini, file), found);
}

#[test]
fn properties_are_read() {
    let file = "\
! head
spring.datasource.url=jdbc:h2:mem # not a note
a.b : 1
a.c 2
a\\ b.d = x\\
    y
a.e=
a.f = caf\\u00e9 \\ud83d\\ude00\\t\\\\
";
    let found = r#"2: spring.datasource.url = "jdbc:h2:mem # not a note"
3: a.b = "1"
4: a.c = "2"
5: a b.d = "xy"
7: a.e = ""
8: a.f = "café 😀\t\\"
"#;
    assert_eq!(shown(Ini, file), found);
}

#[test]
fn plain_conf_files_are_read() {
    let file = "\
shared_buffers = 128MB\t\t\t# min 128kB
#work_mem = 4MB
listen_addresses = 'localhost'   # what to listen on
maxmemory 100mb
flag
";
    let found = r#"1: shared_buffers = "128MB"
3: listen_addresses = "localhost"
4: maxmemory = "100mb"
"#;
    assert_eq!(shown(Ini, file), found);
}

#[test]
fn a_value_changes_and_all_around_stays() {
    let cases = [
        ("[s]\nk=1\n", "s.k", int(2), "[s]\nk=2\n"),
        ("[s]\n  k  :  1  ; note\n", "s.k", int(2), "[s]\n  k  :  2  ; note\n"),
        ("[s]\nk = \"1\" # note\n", "s.k", text("a # b"), "[s]\nk = \"a # b\" # note\n"),
        ("[s]\nk = '1'\n", "s.k", text("it's"), "[s]\nk = \"it's\"\n"),
        ("[s]\nk =\n", "s.k", int(2), "[s]\nk = 2\n"),
        ("[s]\nk =   ; note\n", "s.k", int(2), "[s]\nk = 2  ; note\n"),
        ("[s]\nk=1\n", "s.k", text("a ; b"), "[s]\nk=\"a ; b\"\n"),
        ("[s]\nk=1\n", "s.k", text("#fff x"), "[s]\nk=\"#fff x\"\n"),
        ("[s]\nk=1\n", "s.k", list(&["a", "b"]), "[s]\nk=a,b\n"),
        ("k 1 # note\nm 2\n", "k", int(2), "k 2 # note\nm 2\n"),
        ("a.b = 1\n", "a.b", text("  x\\y\n\u{e9}"), "a.b = \\  x\\\\y\\n\\u00E9\n"),
        ("# é\na.b = 1\n", "a.b", text("é=:#"), "# é\na.b = é=:#\n"),
        ("a.b = 1 \\\n  2\na.c=3\n", "a.b", int(4), "a.b = 4\na.c=3\n"),
        ("a.b\n", "a.b", int(4), "a.b 4\n"),
        ("a.b= \n", "a.b", int(4), "a.b= 4\n"),
    ];
    for (before, key, value, after) in cases {
        check(Ini, before, &[(key, value)], after);
    }
}

#[test]
fn missing_keys_go_to_the_end_of_their_section() {
    let before = "# head\n\n[a]\n  x: 1\n\n# of b\n[b]\n[c]\nz=1\n";
    check(Ini, before, &[("a.y", int(2))], "# head\n\n[a]\n  x: 1\n  y: 2\n\n# of b\n[b]\n[c]\nz=1\n");
    check(Ini, before, &[("b.y", int(2))], "# head\n\n[a]\n  x: 1\n\n# of b\n[b]\ny=2\n[c]\nz=1\n");
    check(Ini, before, &[("d.y", int(2))], "# head\n\n[a]\n  x: 1\n\n# of b\n[b]\n[c]\nz=1\n\n[d]\ny=2\n");
    check(Ini, before, &[("y", int(2))], "# head\n\ny=2\n\n[a]\n  x: 1\n\n# of b\n[b]\n[c]\nz=1\n");
    check(Ini, "[a]\nx = 1", &[("a.\"y.z\"", int(2))], "[a]\nx = 1\ny.z = 2");
    check(Ini, "", &[("a.b", int(1)), ("a c", int(2))], "a.b=1\na\\ c=2\n");
    check(Ini, "a.b: 1\n", &[("a.c", int(2))], "a.b: 1\na.c: 2\n");
    check(Ini, "work_mem = 4MB\n", &[("max_wal", text("1 GB"))], "work_mem = 4MB\nmax_wal = 1 GB\n");
}

#[test]
fn what_cannot_be_is_refused() {
    refused(Ini, "[s]\nk=1\n[t]\nk=1\n[s]\nk=2\n", &[], "`s.k` stands there twice: lines 2 and 6; remove one");
    refused(Ini, "a.b=1\na.b=2\n", &[], "`a.b` stands there twice: lines 1 and 2; remove one");
    let long = "line 2: the value of `s.k` stands over several lines and is not replaced; write it in one line first";
    refused(Ini, "[s]\nk = 1\n  2\n", &[("s.k", int(3))], long);
    let lines = "`s.k`: a file of the form INI or properties cannot hold line ends, tabs or control characters here";
    refused(Ini, "[s]\nk=1\n", &[("s.k", text("a\nb"))], lines);
    let deep =
        "`s.a.b` cannot be a key here: this file has sections: write `section.key`, a name with dots in double quotes";
    refused(Ini, "[s]\nk=1\n", &[("s.a.b", int(1))], deep);
}
