//! Texts and what is read from them, texts and what an edit makes of them; and that no text whatever makes it panic.

use proptest::prelude::*;

use super::*;

/// A tree in few words: strings quoted, numbers as they are, names bare, faults as `?`.
fn sketch(node: &Node) -> String {
    match &node.value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Char(c) => format!("{c:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("b{bytes:?}"),
        Value::Name(name) => name.clone(),
        Value::None => "None".into(),
        Value::Some(inner) => format!("Some({})", sketch(inner)),
        Value::Broken => "?".into(),
        Value::Group(group) => {
            let member = |m: &Member| match &m.key {
                Some(key) => format!("{}: {}", sketch(key), sketch(&m.value)),
                None => sketch(&m.value),
            };
            let inside = group.members.iter().map(member).collect::<Vec<_>>().join(", ");
            let (open, close) = match group.kind {
                GroupKind::Struct | GroupKind::Tuple => ('(', ')'),
                GroupKind::Map => ('{', '}'),
                GroupKind::List => ('[', ']'),
            };
            format!("{}{open}{inside}{close}", group.name.as_deref().unwrap_or(""))
        }
    }
}

#[track_caller]
fn check_read(text: &str, expected: &str) {
    match parse(text) {
        Ok(tree) => assert_eq!(sketch(&tree.root), expected, "{text}"),
        Err(faults) => panic!("{text}: {faults:?}"),
    }
}

#[test]
fn every_kind_of_value_is_read() {
    for (text, expected) in [
        ("()", "()"),
        ("(a: 1, b: -2,)", "(a: 1, b: -2)"),
        ("Pool(a: 1)", "Pool(a: 1)"),
        ("Pair(1, 2)", "Pair(1, 2)"),
        ("Pool /* of */ (a /* is */ : 1)", "Pool(a: 1)"),
        ("Linear", "Linear"),
        ("[true, false, None, Some(3)]", "[true, false, None, Some(3)]"),
        ("{\"a\": 1, 2: \"b\", X: 'c'}", "{\"a\": 1, 2: \"b\", X: 'c'}"),
        ("[0x1F, 0b101, 0o17, 1_000, 3i32, 0xFFu8, -0x10]", "[31, 5, 15, 1000, 3, 255, -16]"),
        ("[1.5, -.5, 2., 1e3, 1.5e-3, 2.5f32, inf, -inf]", "[1.5, -0.5, 2.0, 1000.0, 0.0015, 2.5, inf, -inf]"),
        (
            r#"["a\n\t\\\"\'\0", "\x41\u{e9}", "zwei
Zeilen"]"#,
            r#"["a\n\t\\\"'\0", "Aé", "zwei\nZeilen"]"#,
        ),
        (r##"[r"C:\x", r#"a "b" c"#]"##, r#"["C:\\x", "a \"b\" c"]"#),
        ("['\\n', '\\'', 'é', b'a', b\"ab\", br\"c\"]", "['\\n', '\\'', 'é', 97, b[97, 98], b[99]]"),
        ("(r#type: 1, rate: 2, base: 3)", "(type: 1, rate: 2, base: 3)"),
        ("#![enable(implicit_some)]\n#![enable(unwrap_newtypes, implicit_some,)]\n(a: 1)", "(a: 1)"),
        ("\u{feff}// one\r\n(a: 1) /* two /* three */ */\r\n", "(a: 1)"),
    ] {
        check_read(text, expected);
    }
}

#[test]
fn values_keys_commas_and_comments_know_their_place() {
    let text = "\u{feff}( // first\r\n  \"é\" /* x */ : 5 , r#k: [1],\r\n)";
    let (tree, faults) = read(text);
    assert_eq!(
        faults[0].to_string(),
        "a field's name is missing here: fields are written name: value, without quotes (line 2, column 3)"
    );
    let tree = tree.expect("a tree");
    let comments: Vec<&str> = tree.comments.iter().map(|c| &text[c.span.clone()]).collect();
    assert_eq!(comments, ["// first", "/* x */"]);
    let text = "{ \"é\" /* x */ : 5 , 'k': [1] }";
    let tree = parse(text).expect("well-formed");
    let group = tree.root.as_group().expect("a map");
    let first = &group.members[0];
    assert_eq!(&text[first.key.as_ref().expect("a key").span.clone()], "\"é\"");
    assert_eq!(&text[first.value.span.clone()], "5");
    assert_eq!(&text[first.comma.expect("a comma")..][..1], ",");
    assert_eq!(&text[group.members[1].value.span.clone()], "[1]");
    assert_eq!((&text[group.open..=group.open], &text[group.close..=group.close]), ("{", "}"));
}

#[track_caller]
fn check_faults(text: &str, expected: &[&str]) {
    let found: Vec<String> = read(text).1.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn faults_are_told_all_at_once_with_line_and_column() {
    check_faults("", &["there is nothing here: a value is missing (line 1, column 1)"]);
    check_faults("// just a note\n", &["there is nothing here: a value is missing (line 2, column 1)"]);
    check_faults(
        "(\n    a: 5 min,\n    b: 1\n    c: 2,\n    d: ,\n    é: @,\n    f 6,\n)",
        &[
            "a comma or `)` is missing here (line 2, column 9)",
            "a comma or `)` is missing here (line 3, column 9)",
            "a value is missing here (line 5, column 8)",
            "`@` begins no value (line 6, column 8)",
            "a colon and a value are missing behind this key (line 7, column 6)",
        ],
    );
    check_faults("(a: [1, 2)", &["`]` is missing before this (line 1, column 10)"]);
    check_faults("(a: 1], b: 2)", &["`]` closes nothing here (line 1, column 6)"]);
    check_faults("(a: (b: 1)", &["this bracket is not closed: `)` is missing (line 1, column 1)"]);
    check_faults("(a: 1) b", &["the text ought to end here: something stands behind its value (line 1, column 8)"]);
    check_faults("(a: \"x)", &["this string is not closed: \" is missing (line 1, column 5)"]);
    check_faults("(a: 1 /* x)", &["this comment is not closed: */ is missing (line 1, column 7)"]);
    check_faults("(a: r#\"x\")", &["this string is not closed: \"# is missing (line 1, column 5)"]);
    check_faults(
        "(a: 5min, b: 1.2.3, c: -, d: 'ab', e: \"\\q\")",
        &[
            "`5min` is no number; a text stands in quotes (line 1, column 5)",
            "`1.2.3` is no number; a text stands in quotes (line 1, column 14)",
            "`-` is no number; a text stands in quotes (line 1, column 24)",
            "one character stands between ' and '; a text stands between \" and \" (line 1, column 30)",
            "no such escape: write \\\\ for a backslash, or \\n \\r \\t \\0 \\\" \\' \\x41 \\u{e9} (line 1, column 40)",
        ],
    );
    check_faults(
        "{\n  \"a: 1,\n  \"b\": 2,\n}",
        &["this string runs over several lines: a quote seems to be missing here or before (line 2, column 3)"],
    );
}

#[test]
fn a_text_out_of_bounds_is_refused() {
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    check_faults(&deep, &["nested deeper than 100 levels (line 1, column 101)"]);
    assert!(parse(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
    let long = " ".repeat(MAX_BYTES + 1);
    check_faults(&long, &["4194305 bytes are more than the 4194304 that are read (line 1, column 1)"]);
    let faulty = format!("[{}]", "@,".repeat(500));
    let faults = read(&faulty).1;
    assert_eq!(faults.len(), MAX_FAULTS);
    assert_eq!(faults[MAX_FAULTS - 1].text, "here ends the reading: 100 faults are enough");
}

/// Edits written as `+ member`, `- name` or `name = value`, made in the root.
#[track_caller]
fn check_edit(text: &str, edit: &str, expected: &str) {
    let tree = parse(text).expect("well-formed");
    let group = tree.root.as_group().expect("a group");
    let changes = match (edit.strip_prefix("+ "), edit.strip_prefix("- "), edit.split_once(" = ")) {
        (Some(member), ..) => append(text, group, member),
        (_, Some(name), _) => remove(text, group, group.position(name).expect("a member")),
        (.., Some((name, value))) => replace(&group.get(name).expect("a member").value, value),
        _ => panic!("no edit: {edit}"),
    };
    let after = apply(text, changes);
    assert_eq!(after, expected, "{edit}");
    assert!(parse(&after).is_ok(), "{after}");
}

#[test]
fn a_member_goes_to_the_end_in_the_files_own_manner() {
    for (before, after) in [
        ("(\n  a: 1,\n)", "(\n  a: 1,\n  b: 2,\n)"),
        ("(\n\ta: 1\n)", "(\n\ta: 1,\n\tb: 2\n)"),
        ("(\r\n    a: 1, // x\r\n    // end\r\n)\r\n", "(\r\n    a: 1, // x\r\n    b: 2,\r\n    // end\r\n)\r\n"),
        ("(\n  a: 1 // x\n)", "(\n  a: 1, // x\n  b: 2\n)"),
        ("(\n  a: 1)", "(\n  a: 1,\n  b: 2)"),
        ("(a: 1)", "(a: 1, b: 2)"),
        ("(a: 1,)", "(a: 1, b: 2,)"),
        ("(a: 1 // x\n)", "(a: 1, b: 2 // x\n)"),
        ("()", "(\n    b: 2,\n)"),
        ("(\n  // nothing yet\n)", "(\n  // nothing yet\n  b: 2,\n)"),
        ("( /* nothing */ )", "( /* nothing */\n    b: 2,\n)"),
        ("( // x\n/* y */ )", "( // x\n/* y */\n    b: 2,\n)"),
    ] {
        check_edit(before, "+ b: 2", after);
    }
}

#[test]
fn a_member_goes_with_its_comma_and_the_comment_on_its_line() {
    for (before, after) in [
        ("(\n  a: 1,\n  // above\n  b: 2, // its own\n  c: 3,\n)", "(\n  a: 1,\n  // above\n  c: 3,\n)"),
        ("(\n  a: 1, // x\n  b: 2\n)", "(\n  a: 1 // x\n)"),
        ("(\r\n  b: 2, /* y */ // z\r\n  c: 3\r\n)", "(\r\n  c: 3\r\n)"),
        ("(a: 1, b: 2)", "(a: 1)"),
        ("(a: 1, b: 2,)", "(a: 1,)"),
        ("(b: 2, c: 3)", "(c: 3)"),
        ("(b: 2)", "()"),
        ("(a: 1, // x\n  b: 2)", "(a: 1 // x\n  )"),
        ("(\n  b: (\n    x: 1, // in it\n  ), // behind\n  c: 3,\n)", "(\n  c: 3,\n)"),
        ("(\n  a: 1, b: 2, c: 3,\n)", "(\n  a: 1, c: 3,\n)"),
    ] {
        check_edit(before, "- b", after);
    }
}

#[test]
fn a_value_is_replaced_and_nothing_else() {
    check_edit("\u{feff}(a: /* x */ [1, 2] /* y */, b: 2)", "a = 7", "\u{feff}(a: /* x */ 7 /* y */, b: 2)");
    let text = "(version: 1, values: {},)";
    let tree = parse(text).expect("well-formed");
    let changes = insert_after(text, tree.root.as_group().expect("a group"), Some(0), "base: \"b\"");
    assert_eq!(apply(text, changes), "(version: 1, base: \"b\", values: {},)");
}

#[test]
fn keys_are_found_without_reading_the_rest() {
    let text = "// \"a\": 1\n(x: r#\"{\"a\": 1}\"#, y: '\"', \"a\": 1, values: { /* { */ \"b\": \"a\", \"a\" : {\"c\": 1}, \"a\": 2})";
    let at = |needle: &str| text.find(needle);
    assert_eq!(find_keys(text, 2, &["a", "b", "c", "d"]), [at("\"a\" :"), at("\"b\""), None, None]);
    assert_eq!(find_keys("\"a\": 1", 0, &["a"]), [Some(0)]);
    assert_eq!(find_keys("(((\"a", 3, &["a"]), [None]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_string_is_read_as_it_was_written(text in any::<String>()) {
        let tree = parse(&quoted(&text)).expect("well-formed");
        prop_assert_eq!(tree.root.as_text(), Some(&*text));
    }

    #[test]
    fn no_text_makes_it_panic_and_spans_are_true(parts in prop::collection::vec(part(), 0..40)) {
        let text = parts.concat();
        let (tree, faults) = read(&text);
        for fault in &faults {
            prop_assert_eq!(fault.place, place(&text, fault.offset));
        }
        if let Some(tree) = tree {
            check_spans(&tree.root, &text);
        }
        if let (Ok(tree), true) = (parse(&text), faults.is_empty()) {
            // Each value, cut out, reads as itself; after an insertion and a removal the text is well-formed still.
            prop_assert_eq!(sketch(&parse(&text[tree.root.span.clone()]).expect("the root alone").root), sketch(&tree.root));
            if let Some(group) = tree.root.as_group().filter(|group| !group.members.is_empty()) {
                let last = group.members.len() - 1;
                for index in [0, last] {
                    let without = apply(&text, remove(&text, group, index));
                    prop_assert_eq!(members(&without), group.members.len() - 1, "{}", without);
                }
                let member = if group.members[0].key.is_some() { "k: 1" } else { "1" };
                let with = apply(&text, append(&text, group, member));
                prop_assert_eq!(members(&with), group.members.len() + 1, "{}", with);
            }
        }
    }
}

fn members(text: &str) -> usize {
    parse(text).map_or(usize::MAX, |tree| tree.root.as_group().map_or(0, |group| group.members.len()))
}

fn check_spans(node: &Node, text: &str) {
    assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
    if let Value::Group(group) = &node.value {
        for member in &group.members {
            check_spans(&member.value, text);
            member.key.iter().for_each(|key| check_spans(key, text));
            assert!(member.comma.is_none_or(|at| text.as_bytes()[at] == b','));
        }
    }
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "(", ")", "[", "]", "{", "}", ",", ",", ":", "a: 1, ", "\"k\": 2,", "(a: 1)", "[1, 2]", "\n", " ", "\r\n",
            "// c\n", "/* c */", "/*", "\"", "'", "r#\"", "\\", "-", "1.5e", "0x", "Some(", "None", "é", "b'", "#![",
        ])
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}
