//! The text of bindings: what it says, what is wrong with it, and that an edit keeps the rest.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::profile::{
    Binding, BoundKey, Catalogue, Conversion, FileFormat, ParamDef, ParamKey, ParamKind, Problem, Reload, VerifyAction,
};

const TEXT: &str = r#"// Who looks after this: the shop's team.
(
    version: 1,
    bindings: [
        // The service's own file.
        (
            id: "checkout/.env",
            path: "/srv/checkout/.env",
            format: "env",
            keys: [
                (param: "database.pool_max", key: "DB_POOL_MAX"), // see runbook 7
                (param: "database.slow_query", key: "DB_SLOW_QUERY_MS", as: "millis"),
            ],
            // Without a restart.
            reload: run(argv: ["systemctl", "reload", "checkout"], timeout: "30 s"),
            verify: get(url: "http://127.0.0.1:8080/config", fields: {"database.pool_max": "pool.max"}),
        ),
        (id: "b", path: "/srv/b.toml", format: "toml", keys: [], verify: read_file),
    ],
)
"#;

fn checkout() -> Binding {
    let key =
        |param: &str, key: &str, conversion| BoundKey { param: ParamKey::new(param), key: key.into(), conversion };
    Binding {
        id: "checkout/.env".into(),
        path: "/srv/checkout/.env".into(),
        format: FileFormat::Env,
        keys: vec![
            key("database.pool_max", "DB_POOL_MAX", Conversion::Plain),
            key("database.slow_query", "DB_SLOW_QUERY_MS", Conversion::Millis),
        ],
        reload: Some(Reload::Run {
            argv: ["systemctl", "reload", "checkout"].map(str::to_owned).to_vec(),
            timeout: Duration::from_secs(30),
        }),
        verify: Some(VerifyAction::Get {
            url: "http://127.0.0.1:8080/config".to_owned(),
            fields: vec![(ParamKey::new("database.pool_max"), "pool.max".into())],
            timeout: DEFAULT_TIMEOUT,
        }),
    }
}

fn said(problems: &[Problem]) -> Vec<String> {
    let line =
        |p: &Problem| format!("{}:{} {}", p.place.map_or(0, |p| p.line), p.place.map_or(0, |p| p.column), p.text);
    problems.iter().map(line).collect()
}

#[test]
fn a_text_is_read() {
    let (bindings, problems) = read(TEXT);
    assert_eq!(said(&problems), [""; 0]);
    assert_eq!(bindings.len(), 2);
    assert_eq!(bindings[0], checkout());
    assert_eq!(bindings[1].verify, Some(VerifyAction::ReadFile));
    assert_eq!(read(""), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_written_reads_back_the_same() {
    let mut posted = checkout();
    posted.id = "posted".into();
    posted.keys.clear();
    posted.reload = Some(Reload::Post { url: "https://shop/reload?a=\"b\"".into(), timeout: MIN_TIMEOUT });
    posted.verify = None;
    for bindings in [vec![], vec![checkout()], vec![checkout(), posted]] {
        let text = write(&bindings);
        assert_eq!(read(&text), (bindings, Vec::new()), "{text}");
    }
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let text = r#"(version: 1,
    bindings: [
        (id: "a b", path: "srv/.env", format: "xml", keys: [(param: "x.y", key: ""), (key: "K", as: "hours")], colour: 1),
        (id: "c", path: "/c", format: "env", keys: [], reload: "systemctl reload c"),
        (id: "d", path: "/d", format: "env", keys: [], reload: run(argv: "systemctl reload d")),
        (id: "e", path: "/e", format: "env", keys: [], reload: run(argv: ["sh", "-c", "kill -HUP 1"], timeout: "1 h")),
        (id: "f", path: "/f", format: "env", keys: [], reload: run(argv: ["systemctl reload f"])),
        (id: "g", path: "/g", format: "env", keys: [], reload: post(url: "ftp://g")),
        (id: "h", path: "/h", format: "env", keys: [], verify: get(url: "http://u:hunter2@h", fields: {})),
        (id: "i", path: "/i", format: "env", keys: [], verify: "read_file"),
        (id: "j", path: "/j", format: "env", keys: []),
        (id: "j", path: "/j2", format: "env", keys: []),
        (path: "/k", format: "env", keys: 5),
    ],
)"#;
    let (bindings, problems) = read(text);
    assert_eq!(bindings.iter().map(|b| &*b.id).collect::<Vec<_>>(), ["j"]);
    let said = said(&problems);
    let expected = [
        "3:14 id: a name holds letters, digits, -, _, . and /, not ' '",
        "3:27 path is not whole",
        "3:47 xml is no format: it is one of env, toml, yaml, json, ron, ini",
        "3:81 key is empty",
        "3:86 a key has no param",
        "3:101 hours is no conversion: it is one of plain, millis",
        "3:112 a binding has no field colour",
        "4:64 a reload is no shell's line: write run(argv: [\"systemctl\", \"reload\", \"c\"])",
        "5:74 argv is no shell's line: write argv: [\"systemctl\", \"reload\", \"d\"]",
        "6:74 sh with a line to run is not accepted: put the line into a script",
        "6:112 timeout is from 100 ms to 10 min",
        "7:74 this is a shell's line: write each argument by itself, [\"systemctl\", \"reload\", \"f\"]",
        "8:74 the URL begins with http:// or https://",
        "9:73 a user or password in the URL would be shown",
        "9:67 get compares no field",
        "10:64 read_file or get(url: ",
        "12:9 j stands here twice: give one another id",
        "13:9 a binding has no id",
        "13:43 a list such as [a, b] belongs here, not a number",
    ];
    let mut sorted: Vec<&str> = expected.to_vec();
    sorted.sort_by_key(|line| {
        let mut numbers = line.split([':', ' ']).map(|n| n.parse::<u32>().unwrap_or(0));
        (numbers.next(), numbers.next())
    });
    assert_eq!(said.len(), sorted.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(sorted) {
        assert!(said.starts_with(expected), "{said}\nshould be {expected}");
    }
    assert!(!said.join("\n").contains("hunter2"));
}

#[test]
fn a_fault_of_a_binding_hides_none_of_its_others() {
    for (what, first, second, expected) in [
        (
            "a fault of form, an unknown parameter and a conversion that does not fit",
            r#"id: "a", path: "/a", format: , keys: [
                (param: "database.pool_mx", key: "A"),
                (param: "database.pool_max", key: "B", as: "millis"),
                (param: "database.pool_max" key: "C"),
            ]"#,
            "",
            &[
                "1:55 a value is missing here",
                "2:17 a: A is bound to database.pool_mx, but there is no such parameter",
                "3:17 a: Pool, maximum",
                "4:44 a comma",
                "4:17 a key has no key",
            ][..],
        ),
        (
            "no name, and a file that another takes otherwise",
            r#"id: "a", path: "/a/./x", format: "env", keys: [(param: "database.pool_max", key: "K")]"#,
            r#", (path: "/b/../a/x", format: "toml", keys: [(param: "database.pool_max", key: "K")])"#,
            &[
                "1:115 a binding has no id",
                "1:115 a binding: a takes the same file for .env, this one for TOML: they must agree",
                "1:158 a binding: K of the same file is bound in a too",
            ],
        ),
        (
            "a name twice, though the second cannot be read",
            r#"id: "a", path: "/a", format: "env", keys: []"#,
            r#", (id: "a", path: "b", format: "env", keys: [])"#,
            &["1:73 a stands here twice", "1:89 path is not whole"],
        ),
        (
            "a check of nothing there is",
            r#"id: "a", path: "/a", format: "xml", verify: get(url: "http://a", fields: {"x.y": "z"})"#,
            "",
            &["1:25 a: z is bound to x.y", "1:55 xml is no format"],
        ),
    ] {
        let text = format!("(version: 1, bindings: [({first}){second}])");
        let said = said(&read_checked(&text, &crate::profile::catalogue::shipped()).1);
        let mut missing = expected.to_vec();
        missing.retain(|start| !said.iter().any(|line| line.starts_with(start)));
        assert!(missing.is_empty() && said.len() == expected.len(), "{what}: {missing:#?} of {said:#?}");
    }
    assert_eq!(read_checked(TEXT, &crate::profile::catalogue::shipped()), read(TEXT));
}

#[test]
fn broken_text_is_no_end_of_the_rest() {
    let (_, problems) = read("(bindings: [(id: \"a\" path: \"/a\")]");
    assert!(!problems.is_empty());
    assert!(put("(bindings: [", &checkout()).is_err());
    assert!(remove("(bindings: [", "a").is_err());
    assert!(put("[1, 2]", &checkout()).is_err());
}

#[test]
fn changing_one_thing_keeps_every_other_byte() {
    let change = |edit: fn(&mut Binding)| {
        let mut binding = checkout();
        edit(&mut binding);
        let text = put(TEXT, &binding).expect("a text");
        assert_eq!(read(&text).0[0], binding, "{text}");
        text
    };
    assert_eq!(change(|_| {}), TEXT);
    assert_eq!(
        change(|b| b.keys[1].conversion = Conversion::Plain),
        TEXT.replace("\"DB_SLOW_QUERY_MS\", as: \"millis\"", "\"DB_SLOW_QUERY_MS\"")
    );
    assert_eq!(change(|b| b.path = "/srv/new/.env".into()), TEXT.replace("/srv/checkout/.env", "/srv/new/.env"));
    assert_eq!(
        change(|b| b.reload = Some(Reload::Post { url: "http://a/b".into(), timeout: DEFAULT_TIMEOUT })),
        TEXT.replace(
            "run(argv: [\"systemctl\", \"reload\", \"checkout\"], timeout: \"30 s\")",
            "post(url: \"http://a/b\")"
        )
    );
    let key = || BoundKey { param: ParamKey::new("cache.ttl"), key: "TTL".into(), conversion: Conversion::Plain };
    let with_key = change(|b| {
        b.keys.push(BoundKey { param: ParamKey::new("cache.ttl"), key: "TTL".into(), conversion: Conversion::Plain });
    });
    let line = "as: \"millis\"),\n";
    assert_eq!(with_key, TEXT.replace(line, &format!("{line}                (param: \"cache.ttl\", key: \"TTL\"),\n")));
    let mut shorter = checkout();
    shorter.keys.remove(1);
    shorter.keys.push(key());
    let text = put(TEXT, &shorter).expect("a text");
    assert!(text.contains("// see runbook 7") && !text.contains("DB_SLOW_QUERY_MS"), "{text}");
    let without_verify = change(|b| b.verify = None);
    assert!(without_verify.contains("// Without a restart.") && !without_verify.contains("get("), "{without_verify}");
}

#[test]
fn bindings_come_and_go_one_at_a_time() {
    let mut new = checkout();
    new.id = "new".into();
    let text = put(TEXT, &new).expect("a text");
    assert!(text.starts_with(TEXT.strip_suffix("    ],\n)\n").expect("its end")), "{text}");
    assert_eq!(read(&text).0.len(), 3);
    assert_eq!(remove(&text, "new").as_deref(), Ok(TEXT));
    let without = remove(TEXT, "b").expect("a text");
    assert_eq!(
        without,
        TEXT.replace(
            "        (id: \"b\", path: \"/srv/b.toml\", format: \"toml\", keys: [], verify: read_file),\n",
            ""
        )
    );
    assert_eq!(remove(TEXT, "no such").as_deref(), Ok(TEXT));
    for bare in ["", "(version: 1)", "(version: 1, bindings: [])", "// mine\n(\n    version: 1,\n)\n"] {
        let text = put(bare, &new).expect("a text");
        assert_eq!(read(&text), (vec![new.clone()], Vec::new()), "{text}");
        assert!(!bare.contains("mine") || text.starts_with("// mine\n"), "{text}");
    }
}

#[test]
fn names_that_cannot_be_kept_are_refused() {
    let mut binding = checkout();
    binding.id = "a b".into();
    assert!(put(TEXT, &binding).is_err_and(|problem| problem.text.contains("a name holds")));
    let mut shell = checkout();
    shell.reload = Some(Reload::Run { argv: vec!["bash".into(), "-lc".into(), "x".into()], timeout: DEFAULT_TIMEOUT });
    assert!(put(TEXT, &shell).is_err_and(|problem| problem.text.contains("script")));
}

#[test]
fn programs_and_urls() {
    for (argv, is_fine) in [
        (&["systemctl", "reload", "a b"][..], true),
        (&["/opt/my-app/reload.sh"], true),
        (&["bash", "/opt/reload.sh"], true),
        (&["kill", "-HUP", "1"], true),
        (&["python3", "-c", "print()"], true),
        (&[], false),
        (&[" "], false),
        (&["systemctl reload a"], false),
        (&["/bin/sh", "-c", "a"], false),
        (&["bash", "-euc", "a"], false),
        (&["CMD.exe", "/C", "a"], false),
        (&["pwsh", "-Command", "a"], false),
        (&["a", "\0"], false),
    ] {
        let argv: Vec<String> = argv.iter().map(|argument| (*argument).to_owned()).collect();
        assert_eq!(argv_fault(&argv).is_none(), is_fine, "{argv:?}: {:?}", argv_fault(&argv));
    }
    for (url, is_fine) in [
        ("http://127.0.0.1:8080/config", true),
        ("https://shop.example/a?b=c@d", true),
        ("http://[::1]:80/", true),
        ("http://[::1]", true),
        ("HTTP://a", true),
        ("ftp://a", false),
        ("http://", false),
        ("http:///a", false),
        ("http://a:0", false),
        ("http://a:99999", false),
        ("http://a b", false),
        ("http://user:pw@a", false),
        ("", false),
    ] {
        assert_eq!(url_fault(url).is_none(), is_fine, "{url}: {:?}", url_fault(url));
    }
}

#[test]
fn bindings_are_checked_against_the_catalogue_and_each_other() {
    let def = |key: &str, kind| ParamDef {
        key: ParamKey::new(key),
        title: "Pool, maximum".into(),
        group: "database".into(),
        kind,
        default: None,
        about: "".into(),
        raising: "".into(),
        lowering: "".into(),
        source: "".into(),
        is_own: false,
    };
    let count = ParamKind::Count { min: 1, max: 500, unit: "".into() };
    let catalogue = Catalogue { groups: Vec::new(), parameters: vec![def("database.pool_max", count)] };
    let mut one = checkout();
    one.keys[0].conversion = Conversion::Millis;
    one.keys[1].param = ParamKey::new("database.pool_mx");
    let mut two = checkout();
    two.id = "two".into();
    two.format = FileFormat::Ini;
    two.keys.truncate(1);
    two.verify = None;
    let said: Vec<String> = check(&[one, two], &catalogue).iter().map(|p| p.text.to_string()).collect();
    assert_eq!(
        said,
        [
            "checkout/.env: Pool, maximum is a whole number and cannot be written as millis: plain would fit",
            "checkout/.env: DB_SLOW_QUERY_MS is bound to database.pool_mx, but there is no such parameter: \
             did you mean database.pool_max?",
            "two: checkout/.env takes the same file for .env, this one for INI or properties: they must agree",
            "two: DB_POOL_MAX of the same file is bound in checkout/.env too: remove one",
        ]
    );
    assert_eq!(check(&[], &catalogue), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn edits_one_after_the_other_read_back_and_keep_the_comments(
        edits in proptest::collection::vec((0usize..4, proptest::collection::vec((0usize..6, 0usize..3), 0..5), any::<bool>()), 1..6),
    ) {
        let mut text = TEXT.to_owned();
        for (id, keys, has_reload) in edits {
            let mut binding = checkout();
            binding.id = ["checkout/.env", "b", "c", "d"][id].into();
            binding.keys = keys
                .iter()
                .map(|(n, conversion)| BoundKey {
                    param: ParamKey::new(format!("p.{n}")),
                    key: format!("K{n}").into(),
                    conversion: Conversion::ALL[*conversion].0,
                })
                .collect();
            binding.reload = binding.reload.filter(|_| has_reload);
            let before = read(&text).0;
            text = put(&text, &binding).expect("a text");
            let (after, problems) = read(&text);
            prop_assert_eq!(problems, Vec::new());
            prop_assert_eq!(after.iter().find(|b| b.id == binding.id), Some(&binding));
            for other in before.iter().filter(|b| b.id != binding.id) {
                prop_assert_eq!(after.iter().find(|b| b.id == other.id), Some(other));
            }
            prop_assert!(text.starts_with("// Who looks after this: the shop's team.\n"));
            prop_assert!(text.contains("// The service's own file."));
        }
    }
}
