//! Whole plans, as text: what each file gets, what follows, and what stands in the way.

use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::model::profile::{
    Binding, BoundKey, ChoiceOption, ClassRow, ClassTable, Conversion, DiffSign, FileFormat, ParamDef, ParamKey,
    ParamKind,
};
use crate::profile::resolve::{EffectiveValue, Origin};

/// Looks like one that the program made.
const SECRET: &str = "kJ8s-1fQxV0aZ3bT7mNcR5wYpLdE9hGuKoXi2S6tBvA";

fn catalogue() -> Catalogue {
    let long = Duration::from_secs(1_000_000);
    let def = |key: &str, title: &str, kind| ParamDef {
        key: ParamKey::new(key),
        title: title.into(),
        group: key.split('.').next().unwrap_or_default().into(),
        kind,
        default: None,
        about: "".into(),
        raising: "".into(),
        lowering: "".into(),
        source: "".into(),
        is_own: false,
    };
    let count = || ParamKind::Count { min: 0, max: 1000, unit: "connections".into() };
    let time = || ParamKind::Duration { min: Duration::ZERO, max: long };
    let options = ["info", "warn"].map(|v| ChoiceOption { value: v.into(), title: v.into() }).into();
    Catalogue {
        groups: Vec::new(),
        parameters: vec![
            def("database.pool_max", "Pool, maximum", count()),
            def("database.pool_min", "Pool, minimum", count()),
            def("database.slow_query", "Log queries slower than", time()),
            def("http.keep_alive", "Keep-alive", ParamKind::Switch),
            def("cache.ttl", "Time to live", ParamKind::TimeToLive { min: Duration::ZERO, max: long }),
            def("security.secret_key", "Secret key", ParamKind::Secret),
            def("ml.device", "Device", ParamKind::Text { max_chars: 20 }),
            def("service.log_level", "Log level", ParamKind::Choice { options }),
        ],
    }
}

fn effective() -> Effective {
    let row =
        |class: &str, secs| ClassRow { class: class.into(), lives: Duration::from_secs(secs), stale: Duration::ZERO };
    let classes = ClassTable { rows: vec![row("product:*", 10_800), row("*", 3600)], jitter_ratio: 0.0 };
    let values = [
        ("database.pool_max", Some(ParamValue::Count(24))),
        ("database.pool_min", Some(ParamValue::Count(5))),
        ("database.slow_query", Some(ParamValue::Duration(Duration::from_millis(250)))),
        ("http.keep_alive", Some(ParamValue::Switch(true))),
        ("cache.ttl", Some(ParamValue::ByClass(Arc::new(classes)))),
        ("security.secret_key", Some(ParamValue::Secret("secret_key".into()))),
        ("ml.device", None),
        ("service.log_level", Some(ParamValue::Text("info".into()))),
    ];
    let rows = values.into_iter().map(|(key, value)| EffectiveValue {
        key: ParamKey::new(key),
        value,
        origin: Origin::Default,
        why: "".into(),
    });
    Effective { name: "production".into(), rows: rows.collect() }
}

/// A binding from lines `parameter = key [conversion]`.
fn binding(id: &str, path: &str, keys: &str) -> Binding {
    let key = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let conversion = words.get(3).map_or(Conversion::Plain, |slug| {
            Conversion::ALL.iter().find(|(_, known)| known == slug).map(|(c, _)| *c).expect("a conversion")
        });
        BoundKey { param: ParamKey::new(words[0]), key: words[2].into(), conversion }
    };
    Binding {
        id: id.into(),
        path: path.into(),
        format: match path.rsplit('.').next() {
            Some("toml") => FileFormat::Toml,
            Some("yaml") => FileFormat::Yaml,
            Some("json") => FileFormat::Json,
            _ => FileFormat::Env,
        },
        keys: keys.lines().map(str::trim).filter(|line| !line.is_empty()).map(key).collect(),
        reload: None,
        verify: None,
    }
}

fn file(binding: Binding, text: &str) -> BoundFile {
    BoundFile { binding, bytes: Ok(Some(text.as_bytes().to_vec())) }
}

fn planned(files: Vec<BoundFile>, secrets: Secrets<'_>) -> (Plan, Vec<NewContent>) {
    plan(PlanId(1), "production", &effective(), &catalogue(), files, secrets)
}

fn has_secret(name: &str) -> Option<String> {
    (name == "secret_key").then(|| SECRET.to_owned())
}

/// The plan as it is read.
fn drawn(plan: &Plan) -> String {
    let mut text = String::new();
    let problems = |text: &mut String, problems: &[Problem], indent: &str| {
        for problem in problems {
            let kind = if problem.kind == ProblemKind::Error { "error" } else { "warning" };
            let key = problem.key.as_ref().map_or(String::new(), |key| format!(" [{key}]"));
            writeln!(text, "{indent}{kind}{key}: {}", problem.text).expect("text");
        }
    };
    for file in &plan.files {
        let (added, removed) = file.n_lines;
        writeln!(text, "{} {} +{added} −{removed}", file.binding, file.path.display()).expect("text");
        for change in &file.changes {
            let before = change.before.as_deref().unwrap_or("(none)");
            writeln!(text, "  {} {}: {before} -> {}", change.param, change.key, change.after).expect("text");
        }
        for line in file.diff.iter() {
            let sign = match line.sign {
                DiffSign::Same => ' ',
                DiffSign::Added => '+',
                DiffSign::Removed => '-',
                DiffSign::Skipped => '~',
            };
            writeln!(text, "  {:>3} {sign} {}", line.number, line.text).expect("text");
        }
        problems(&mut text, &file.problems, "  ");
    }
    writeln!(text, "unchanged: {}", plan.n_unchanged).expect("text");
    for (id, reload) in &plan.reloads {
        let what = match reload {
            Reload::Run { argv, .. } => argv.join(" "),
            Reload::Post { url, .. } => format!("post {url}"),
            Reload::Restart { service, .. } => format!("restart {service}"),
        };
        writeln!(text, "reload {id}: {what}").expect("text");
    }
    for (id, verify) in &plan.verifies {
        let what = match verify {
            VerifyAction::ReadFile => "read the file".to_owned(),
            VerifyAction::Get { url, fields, .. } => format!("ask {url} for {}", fields.len()),
        };
        writeln!(text, "verify {id}: {what}").expect("text");
    }
    problems(&mut text, &plan.problems, "");
    writeln!(text, "can be applied: {}", plan.can_apply()).expect("text");
    text
}

/// Compares line by line, with the indentation of the expected text taken away.
fn check(plan: &Plan, expected: &str) {
    let expected: Vec<&str> = expected.lines().skip(1).collect();
    let indent =
        expected.iter().filter(|l| !l.trim().is_empty()).map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    let expected: String = expected
        .iter()
        .map(|l| format!("{}\n", l.get(indent..).unwrap_or_default()))
        .collect::<String>()
        .trim_end()
        .to_owned();
    let drawn = drawn(plan);
    assert_eq!(drawn.trim_end(), expected, "\n{drawn}");
}

const ENV: &str = "# the shop\nDB_HOST=127.0.0.1\nDB_PASSWORD=hunter2-hunter2\nDB_POOL_MAX=50\nDB_POOL_MIN=5\n\
                   # slow-query log, see runbook 7\nDB_SLOW_QUERY_MS=500\n";

const ENV_KEYS: &str = "database.pool_max = DB_POOL_MAX
                        database.pool_min = DB_POOL_MIN
                        database.slow_query = DB_SLOW_QUERY_MS millis";

#[test]
fn a_plan_of_a_service_with_two_files() {
    let reload = || Reload::Run {
        argv: ["systemctl", "reload", "checkout"].map(str::to_owned).into(),
        timeout: Duration::from_secs(9),
    };
    let mut env = binding("checkout/.env", "/srv/checkout/.env", ENV_KEYS);
    env.reload = Some(reload());
    env.verify = Some(VerifyAction::Get {
        url: "http://127.0.0.1:8080/config".into(),
        fields: vec![(ParamKey::new("database.slow_query"), "db.slow".into())],
        timeout: Duration::from_secs(5),
    });
    let mut toml =
        binding("checkout/service.toml", "/srv/checkout/service.toml", "cache.ttl = cache.ttl duration_text");
    toml.reload = Some(Reload::Run {
        argv: ["systemctl", "reload", "checkout"].map(str::to_owned).into(),
        timeout: Duration::from_secs(1),
    });
    let mut fine = binding("inventory", "/srv/inventory.yaml", "database.pool_max = pool.max");
    fine.reload = Some(Reload::Post { url: "http://127.0.0.1:1/reload".into(), timeout: Duration::from_secs(5) });
    let (plan, contents) = planned(
        vec![
            file(env, ENV),
            file(toml, "[cache]\nttl = \"1h\"\npolicy = \"lru\"\n"),
            file(fine, "pool:\n  max: 24 # as agreed\n"),
        ],
        &|_| None,
    );
    check(
        &plan,
        r#"
        checkout/.env /srv/checkout/.env +2 −2
          database.pool_max DB_POOL_MAX: 50 -> 24
          database.slow_query DB_SLOW_QUERY_MS: 500 -> 250
            1   # the shop
            2   DB_HOST=127.0.0.1
            3   DB_PASSWORD=••••••••
            4 - DB_POOL_MAX=50
            4 + DB_POOL_MAX=24
            5   DB_POOL_MIN=5
            6   # slow-query log, see runbook 7
            7 - DB_SLOW_QUERY_MS=500
            7 + DB_SLOW_QUERY_MS=250
        checkout/service.toml /srv/checkout/service.toml +1 −1
          cache.ttl cache.ttl: 1h -> product:*: 3h, *: 1h
            1   [cache]
            2 - ttl = "1h"
            2 + ttl = { "product:*" = "3h", "*" = "1h" }
            3   policy = "lru"
        unchanged: 1
        reload checkout/.env: systemctl reload checkout
        verify checkout/.env: read the file
        verify checkout/service.toml: read the file
        verify checkout/.env: ask http://127.0.0.1:8080/config for 1
        can be applied: true
        "#,
    );
    assert_eq!(plan.n_parameters(), 3);
    assert_eq!(contents.len(), 2);
    assert_eq!(contents[0].bytes, ENV.replace("=500", "=250").replace("=50\n", "=24\n").as_bytes());
    assert_eq!(plan.files[0].before, (crc32fast::hash(ENV.as_bytes()), ENV.len() as u64));
    assert_eq!(plan.files[0].after, (crc32fast::hash(&contents[0].bytes), contents[0].bytes.len() as u64));
    // What verifying needs comes with the content, converted as the file's key is.
    assert_eq!(format!("{:?}", contents[0].in_answer[0].1), "[db.slow (database.slow_query): 250]");
    assert_eq!(contents[0].in_file.len(), 3);
}

#[test]
fn a_secret_is_written_and_never_shown() {
    let keys = "security.secret_key = SIGNING\ndatabase.pool_max = DB_POOL_MAX";
    let text = "SIGNING=changeme-changeme\nDB_POOL_MAX=24\n# was SIGNING=changeme-changeme\n";
    let (plan, contents) = planned(vec![file(binding("a", "/a.env", keys), text)], &has_secret);
    check(
        &plan,
        r#"
        a /a.env +1 −1
          security.secret_key SIGNING: •••••••• -> ••••••••
            1 - SIGNING=••••••••
            1 + SIGNING=••••••••
            2   DB_POOL_MAX=24
            3   # was SIGNING=••••••••
        unchanged: 0
        verify a: read the file
        can be applied: true
        "#,
    );
    assert!(contents[0].bytes.starts_with(format!("SIGNING={SECRET}\n").as_bytes()));
    let printed = format!("{plan:?} {contents:?}");
    assert!(!printed.contains(SECRET) && !printed.contains("changeme"), "{printed}");
    assert!(plan.files[0].diff.iter().take(2).all(|line| line.changed == (8..16)));
}

#[test]
fn secrets_that_are_not_made_or_weak_are_told() {
    let keys = "security.secret_key = SIGNING";
    let files =
        || vec![file(binding("a", "/a.env", keys), "SIGNING=x\n"), file(binding("b", "/b.env", keys), "SIGNING=y\n")];
    let (plan, contents) = planned(files(), &|_| None);
    assert!(contents.is_empty() && !plan.can_apply());
    assert_eq!(&*plan.files[0].problems[0].text, "Secret key: the secret secret_key is not made yet: make it first");
    let (plan, _) = planned(files(), &|_| Some("hunter2!".into()));
    let said: Vec<&str> = plan.problems.iter().map(|problem| &*problem.text).collect();
    assert_eq!(
        said,
        ["secret_key: the secret is weak: it has 8 characters, and fewer than 16 can be guessed; make a new one"],
        "said once for two files"
    );
    assert!(plan.can_apply() && !format!("{plan:?}").contains("hunter2"));
}

#[test]
fn everything_that_stands_in_the_way_of_a_file_is_told_at_once() {
    let keys = "database.pool_mx = A
                ml.device = B
                database.slow_query = C
                http.keep_alive = D millis
                database.pool_max = E";
    let (plan, contents) = planned(vec![file(binding("a", "/a.env", keys), "E=1\n")], &|_| None);
    check(
        &plan,
        r#"
        a /a.env +1 −1
          database.pool_max E: 1 -> 24
            1 - E=1
            1 + E=24
          error [database.pool_mx]: A is bound to database.pool_mx, but there is no such parameter: did you mean database.pool_max or database.pool_min?
          warning [ml.device]: Device has no value in production: B stays as it is
          error [database.slow_query]: Log queries slower than: 250 ms is no whole number of seconds: millis, seconds or duration_text would fit
          error [http.keep_alive]: Keep-alive: a switch cannot be written as millis: plain, one_zero, on_off or yes_no would fit
        unchanged: 0
        verify a: read the file
        can be applied: false
        "#,
    );
    assert_eq!(contents.len(), 1);
}

#[test]
fn files_that_cannot_be_read_or_are_not_there() {
    let one = |path: &str, bytes: Result<Option<Vec<u8>>, String>| {
        let bound = binding("a", path, "database.pool_max = pool");
        planned(vec![BoundFile { binding: bound, bytes }], &|_| None)
    };
    let (plan, contents) = one("/a.env", Err("permission denied".into()));
    assert!(contents.is_empty() && !plan.can_apply());
    assert_eq!(&*plan.files[0].problems[0].text, "the file cannot be read: permission denied");

    for path in ["/a.env", "/a.toml", "/a.yaml", "/a.json"] {
        let (plan, contents) = one(path, Ok(None));
        assert!(plan.can_apply(), "{path}: {}", drawn(&plan));
        assert_eq!(&*plan.files[0].problems[0].text, "there is no such file yet: it will be made");
        assert_eq!(plan.files[0].n_lines.1, 0);
        assert!(String::from_utf8_lossy(&contents[0].bytes).contains("24"), "{path}");
    }

    for (path, bytes) in
        [("/a.env", &b"pool=\x00\xff\xfe"[..]), ("/a.toml", b"pool = = 1\n"), ("/a.env", b"pool=1\npool=2\n")]
    {
        let (plan, contents) = one(path, Ok(Some(bytes.to_vec())));
        assert!(contents.is_empty() && !plan.can_apply(), "{path}");
        assert_eq!(plan.files[0].problems.len(), 1);
        assert!(plan.files[0].diff.is_empty());
    }
    let (plan, _) = one("/a.env", Ok(Some(b"pool=1\npool=2\n".to_vec())));
    let problem = &plan.files[0].problems[0];
    assert!(problem.text.contains("lines 1 and 2"), "{}", problem.text);
    assert_eq!(problem.place.map(|place| place.line), Some(2));
}

#[test]
fn bindings_of_one_file_are_planned_together() {
    let a = binding("a", "/x.env", "database.pool_max = MAX");
    let b = binding("b", "/x.env", "database.pool_min = MIN");
    let (plan, contents) = planned(vec![file(a.clone(), "MAX=1\nMIN=1\n"), file(b, "MAX=1\nMIN=1\n")], &|_| None);
    assert_eq!((plan.files.len(), contents.len()), (1, 1));
    assert_eq!(contents[0].bytes, b"MAX=24\nMIN=5\n");
    assert!(plan.can_apply());

    let twice = binding("b", "/x.env", "database.pool_min = MAX");
    let (plan, _) = planned(vec![file(a.clone(), "MAX=1\n"), file(twice, "MAX=1\n")], &|_| None);
    assert!(!plan.can_apply());
    assert_eq!(&*plan.files[0].problems[0].text, "a and b both write MAX into this file: remove it from one of them");
    let in_one = binding("a", "/x.env", "database.pool_max = MAX\ndatabase.pool_min = MAX");
    let (plan, _) = planned(vec![file(in_one, "MAX=24\n")], &|_| None);
    assert_eq!(
        &*plan.files[0].problems[0].text,
        "a writes MAX for database.pool_max and for database.pool_min: remove one of them"
    );
    assert!(!plan.can_apply());

    let mut other = binding("b", "/x.env", "database.pool_min = MIN");
    other.format = FileFormat::Ini;
    let (plan, _) = planned(vec![file(a, "MAX=24\n"), file(other, "MAX=24\n")], &|_| None);
    assert!(!plan.can_apply());
    assert!(plan.files[0].problems[0].text.ends_with("they must agree"), "{}", drawn(&plan));
}

#[test]
fn a_file_that_has_everything_is_unchanged_whatever_the_spelling() {
    let keys = "database.pool_max = pool.max
                database.slow_query = slow duration_text
                cache.ttl = ttl duration_text
                ml.device = device";
    let text = "pool:\n  max: 24.0\nslow: 0.25s\nttl:\n  \"product:*\": 180m\n  \"*\": 1h\n";
    let (plan, contents) = planned(vec![file(binding("a", "/a.yaml", keys), text)], &|_| None);
    check(
        &plan,
        r#"
        unchanged: 1
        warning [ml.device]: a: Device has no value in production: device stays as it is
        can be applied: false
        "#,
    );
    assert!(contents.is_empty());
}

#[test]
fn a_changed_table_counts_every_class() {
    let keys = "cache.ttl = ttl duration_text";
    for text in [
        "ttl:\n  \"product:*\": 3h\n",
        "ttl:\n  \"product:*\": 3h\n  \"*\": 1h\n  \"price:*\": 1h\n",
        "ttl:\n  \"product:*\": 3h\n  \"*\": 2h\n",
    ] {
        let (plan, _) = planned(vec![file(binding("a", "/a.yaml", keys), text)], &|_| None);
        assert_eq!(plan.files.len(), 1, "{text}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    let text = "\u{feff}DB_POOL_MAX=50\r\nX=1\r\n";
    let (plan, contents) =
        planned(vec![file(binding("a", "/a.env", "database.pool_max = DB_POOL_MAX"), text)], &|_| None);
    assert_eq!(contents[0].bytes, text.replace("50", "24").as_bytes());
    assert_eq!(plan.files[0].n_lines, (1, 1));
    assert_eq!(&*plan.files[0].diff[0].text, "DB_POOL_MAX=50");
}

#[test]
fn a_choice_in_capitals_stays_in_capitals() {
    let bound = || binding("a", "/a.env", "service.log_level = LOG_LEVEL");
    for (before, after) in [
        ("LOG_LEVEL=WARN\n", Some("LOG_LEVEL=INFO\n")),
        ("LOG_LEVEL=warn\n", Some("LOG_LEVEL=info\n")),
        ("LOG_LEVEL=INFO\n", None),
        ("LOG_LEVEL=Info\n", None),
    ] {
        let (_, contents) = planned(vec![file(bound(), before)], &|_| None);
        let written = contents.first().map(|content| String::from_utf8_lossy(&content.bytes).into_owned());
        assert_eq!(written.as_deref(), after, "{before}");
    }
}

#[test]
fn a_password_within_a_url_is_hidden_in_changes() {
    let mut effective = effective();
    let url = ParamValue::Text("postgres://app:hunter2@db/shop".into());
    effective
        .rows
        .iter_mut()
        .filter(|row| row.key.as_str() == "ml.device")
        .for_each(|row| row.value = Some(url.clone()));
    let files =
        vec![file(binding("a", "/a.env", "ml.device = DATABASE"), "DATABASE=postgres://app:letmein1@db/shop\n")];
    let (plan, contents) = plan(PlanId(1), "production", &effective, &catalogue(), files, &|_| None);
    assert_eq!(&*plan.files[0].changes[0].after, "postgres://app:••••••••@db/shop");
    let printed = format!("{plan:?} {contents:?}");
    assert!(!printed.contains("hunter2") && !printed.contains("letmein1"), "{printed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_that_got_its_content_needs_nothing_more(
        path in proptest::sample::select(vec!["/a.env", "/a.toml", "/a.yaml", "/a.json"]),
        n_keys in 1usize..5, there in proptest::collection::vec((0usize..5, 0u32..60), 0..5), is_there: bool,
    ) {
        let keys = ["database.pool_max = max", "database.pool_min = min", "database.slow_query = slow millis",
            "http.keep_alive = alive", "service.log_level = level"];
        let names = ["max", "min", "slow", "alive", "level"];
        let mut present: Vec<(usize, u32)> = there;
        present.sort_unstable();
        present.dedup_by_key(|(name, _)| *name);
        let line = |(name, n): &(usize, u32)| match path {
            "/a.env" => format!("{}={n}\n", names[*name]),
            "/a.toml" => format!("{} = {n}\n", names[*name]),
            "/a.yaml" => format!("{}: {n}\n", names[*name]),
            _ => format!("\"{}\": {n}", names[*name]),
        };
        let lines: Vec<String> = present.iter().map(line).collect();
        let text = if path == "/a.json" { format!("{{{}}}\n", lines.join(", ")) } else { lines.concat() };
        let bound = || binding("a", path, &keys[..=n_keys.min(4)].join("\n"));
        let bytes = Ok(is_there.then(|| text.into_bytes()));
        let (first, contents) = planned(vec![BoundFile { binding: bound(), bytes }], &|_| None);
        if let Some(content) = contents.into_iter().next() {
            prop_assert!(first.can_apply(), "{}", drawn(&first));
            let (again, contents) = planned(vec![BoundFile { binding: bound(), bytes: Ok(Some(content.bytes)) }], &|_| None);
            prop_assert!(contents.is_empty(), "{}", drawn(&again));
            prop_assert_eq!(again.n_unchanged, 1);
        } else {
            prop_assert_eq!(first.n_unchanged, 1, "{}", drawn(&first));
        }
    }
}
