//! Tables of filters and what they pick, print and complain about; and that no text breaks them.

use proptest::prelude::*;

use super::*;
use crate::model::{ProcessKey, ProcessState, Timestamp};

fn row(pid: u32, name: &str, command: &str, user: &str) -> ProcessRow {
    ProcessRow {
        key: ProcessKey { pid, start_mark: 1 },
        parent: Some(1),
        name: name.into(),
        command: command.into(),
        user: user.into(),
        state: ProcessState::Sleeping,
        n_threads: 4,
        cpu_cores: Some(0.05),
        wait_cores: None,
        memory_bytes: Some(100 * 1_048_576),
        read_bytes_per_second: Some(2.5e6),
        write_bytes_per_second: Some(0.0),
        started_at: Timestamp::default(),
        is_kernel: false,
    }
}

fn world() -> Vec<ProcessRow> {
    let mut postgres = row(10, "postgres", "/usr/bin/postgres -D /data", "postgres");
    postgres.cpu_cores = Some(1.2);
    postgres.memory_bytes = Some(3 << 30);
    postgres.state = ProcessState::Running;
    let mut kernel = row(2, "kthreadd", "", "root");
    kernel.memory_bytes = None;
    kernel.cpu_cores = Some(0.0);
    kernel.read_bytes_per_second = None;
    kernel.state = ProcessState::DiskWait;
    let cron = row(30, "Cron", "/usr/sbin/cron --port=80 -f", "root");
    vec![kernel, postgres, cron]
}

fn picked(filter: &str) -> Vec<u32> {
    let parsed = ProcessFilter::parse(filter).unwrap_or_else(|faults| panic!("{filter}: {faults:?}"));
    world().iter().filter(|row| parsed.matches(row)).map(|row| row.key.pid).collect()
}

#[test]
fn a_filter_picks_what_it_says() {
    for (filter, expect) in [
        ("", vec![2, 10, 30]),
        ("   ", vec![2, 10, 30]),
        ("post", vec![10]),
        ("cRON", vec![30]),
        ("/usr", vec![10, 30]),
        ("name:post", vec![10]),
        ("name=post", vec![]),
        ("name=POSTGRES", vec![10]),
        ("cmd:/usr -name:cron", vec![10]),
        ("user:root", vec![2, 30]),
        ("not user:root", vec![10]),
        ("user:root cpu>4", vec![30]),
        ("user:root and cpu>4", vec![30]),
        ("cpu > 5", vec![10]),
        ("cpu>=5%", vec![10, 30]),
        ("cpu=0", vec![2]),
        ("cpu<=5", vec![2, 30]),
        ("mem>100", vec![10]),
        ("mem>=100", vec![10, 30]),
        ("mem>=0.1GiB", vec![10]),
        ("mem<105MB", vec![30]),
        ("mem<1g", vec![30]),
        ("read>2", vec![10, 30]),
        ("read>2500kB/s", vec![]),
        ("write=0", vec![2, 10, 30]),
        ("waits<1", vec![]),
        ("pid:10", vec![10]),
        ("pid=10 or pid:2", vec![2, 10]),
        ("pid<=10", vec![2, 10]),
        ("parent:1 threads>=4", vec![2, 10, 30]),
        ("state:running", vec![10]),
        ("state:disk", vec![2]),
        ("state:\"disk wait\"", vec![2]),
        ("(name:post or name:cron) user:root", vec![30]),
        ("name:post or name:cron user:root", vec![10, 30]),
        ("-(post or kth)", vec![30]),
        ("--port=80", vec![30]),
        ("\"-D /data\"", vec![10]),
        ("not not post", vec![10]),
        ("kworker/u66:3", vec![]),
    ] {
        assert_eq!(picked(filter), expect, "{filter}");
    }
}

#[test]
fn a_filter_prints_in_one_form() {
    for (filter, expect) in [
        ("  Name:Post   cpu > 5.50% ", "name:post cpu>5.5"),
        ("command:x memory>=2gib", "cmd:x mem>=2GiB"),
        ("mem>1k read<1k", "mem>1KiB read<1kB"),
        ("a and (b or c)", "a (b or c)"),
        ("a or (b c) or (d or e)", "a or b c or d or e"),
        ("-(a b)", "not (a b)"),
        ("pid:12", "pid=12"),
        ("\"or\" \"a b\" cmd:\"say \\\"hi\\\"\"", "\"or\" \"a b\" cmd:\"say \\\"hi\\\"\""),
        ("cmd:--port=80", "cmd:\"--port=80\""),
    ] {
        assert_eq!(ProcessFilter::parse(filter).expect(filter).to_string(), expect, "{filter}");
    }
    assert_eq!(ProcessFilter::by_name("sshd: deploy").to_string(), "name:\"sshd: deploy\"");
}

#[test]
fn every_fault_is_told_with_its_place_and_what_to_do() {
    for (filter, expect) in [
        ("cpu>", vec![(0, 4, "A number is missing: such as cpu>5")]),
        ("cpu>five", vec![(4, 8, "“five” is not a number: cpu is compared with one, such as cpu>5")]),
        ("cpu:5", vec![(0, 5, "cpu is compared with >, <, >=, <= or =, such as cpu>5")]),
        ("mem>5%", vec![(4, 6, "“%” is not a unit of mem: write kB, MB")]),
        ("threads>1.5", vec![(8, 11, "threads is a whole number")]),
        ("cpu>5MB", vec![(4, 7, "“MB” does not belong to cpu")]),
        ("user>root", vec![(0, 9, "user is a text: write user:… (contains) or user=… (is)")]),
        ("name:", vec![(0, 5, "A text is missing right after name: such as name:post")]),
        ("usr:root", vec![(0, 3, "There is no field “usr”: did you mean user?")]),
        ("colour:red", vec![(0, 6, "There is no field “colour”: use name, cmd")]),
        ("state:asleep", vec![(6, 12, "“asleep” is not a state: use one of running, sleeping, disk wait")]),
        (">5", vec![(0, 2, "Nothing stands before the comparison")]),
        ("(a", vec![(0, 1, "This parenthesis is not closed")]),
        ("a)", vec![(1, 2, "This parenthesis closes nothing")]),
        ("()", vec![(0, 2, "Nothing stands between these parentheses")]),
        ("a or", vec![(2, 4, "“or” stands between two conditions")]),
        ("or a", vec![(0, 2, "“or” stands between two conditions")]),
        ("a -", vec![(2, 3, "A minus stands right before")]),
        ("a not", vec![(2, 5, "“not” stands before")]),
        ("\"a b", vec![(0, 4, "This quote is not closed")]),
        ("\"\"", vec![(0, 2, "Nothing stands between these quotes")]),
        (
            "é cpu>x usr:y (mem>z",
            vec![
                (6, 7, "“x” is not a number"),
                (8, 11, "There is no field"),
                (14, 15, "This parenthesis is not"),
                (19, 20, "“z”"),
            ],
        ),
    ] {
        let faults = ProcessFilter::parse(filter).expect_err(filter);
        let places: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.start, fault.end)).collect();
        assert_eq!(places, expect.iter().map(|(s, e, _)| (*s, *e)).collect::<Vec<_>>(), "{filter}: {faults:?}");
        for (fault, (.., text)) in faults.iter().zip(&expect) {
            assert!(fault.text.starts_with(text), "{filter}: {}", fault.text);
        }
    }
}

#[test]
fn depth_is_bounded() {
    for deep in ["(".repeat(100_000), "not ".repeat(100_000), "-(".repeat(50_000)] {
        let faults = ProcessFilter::parse(&deep).expect_err("too deep");
        assert!(faults.iter().any(|fault| fault.text.starts_with("Too many parentheses")), "{}", faults.len());
    }
    let fine = format!("{}a{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert_eq!(ProcessFilter::parse(&fine).expect("deep enough").to_string(), "a");
}

#[test]
fn parts_colour_what_is_known() {
    let text = "cpu > 5 foo:x not (\"a b\"";
    let kinds: Vec<(PartKind, String)> = parts(text)
        .into_iter()
        .map(|part| (part.kind, text.chars().skip(part.start).take(part.end - part.start).collect()))
        .collect();
    use PartKind::{Field, Joint, Operator, Value, Word};
    let expect = [
        (Field, "cpu "),
        (Operator, ">"),
        (Value, "5"),
        (Word, "foo"),
        (Operator, ":"),
        (Value, "x"),
        (Joint, "not"),
        (Joint, "("),
        (Word, "\"a b\""),
    ];
    assert_eq!(kinds, expect.map(|(kind, text)| (kind, text.to_owned())));
}

fn filter_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z0-9/.-]{1,6}",
        Just("or".to_owned()),
        Just("and".to_owned()),
        Just("\"or x\"".to_owned()),
        Just("\"say \\\"hi\\\" \\\\\"".to_owned()),
        Just("name:Ärger".to_owned()),
        Just("cmd=\"a (b\"".to_owned()),
        Just("user:root".to_owned()),
        Just("state:sleep".to_owned()),
        (0.0..1e12f64).prop_map(|x| format!("mem>{x}")),
        (0u32..1000, prop_oneof!["kB", "MiB", "GB", "k", ""]).prop_map(|(x, unit)| format!("write <= {x}{unit}")),
        (0u32..5000).prop_map(|x| format!("pid:{x}")),
    ];
    let tree = word.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|list| format!("({})", list.join(" "))),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|list| list.join(" or ")),
            inner.clone().prop_map(|text| format!("not {text}")),
            inner.prop_map(|text| format!("-({text})")),
        ]
    });
    proptest::collection::vec(tree, 0..4).prop_map(|list| list.join(" "))
}

proptest! {
    #[test]
    fn printing_and_reading_again_is_the_same(text in filter_text()) {
        if let Ok(filter) = ProcessFilter::parse(&text) {
            let printed = filter.to_string();
            let again = ProcessFilter::parse(&printed);
            prop_assert_eq!(again.as_ref(), Ok(&filter), "{} -> {}", text, printed);
        }
    }

    #[test]
    fn no_text_makes_it_panic_and_faults_stay_within_it(text in any::<String>()) {
        check_any_text(&text)?;
    }

    #[test]
    fn nothing_that_looks_like_a_filter_makes_it_panic(text in "[a-c:<>=()\" \\\\-]{0,24}|(cpu|name|not|or|[()\"<>=: 5-]){0,12}") {
        check_any_text(&text)?;
    }
}

fn check_any_text(text: &str) -> Result<(), TestCaseError> {
    let n = text.chars().count();
    match ProcessFilter::parse(text) {
        Ok(filter) => {
            let printed = filter.to_string();
            prop_assert_eq!(ProcessFilter::parse(&printed), Ok(filter), "{} -> {}", text, printed);
        }
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(fault.start < fault.end && fault.end <= n, "{:?} in {:?}", fault, text);
            }
        }
    }
    let mut last = 0;
    for part in parts(text) {
        prop_assert!(last <= part.start && part.start < part.end && part.end <= n);
        last = part.end;
    }
    Ok(())
}
