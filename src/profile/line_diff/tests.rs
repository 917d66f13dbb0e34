//! Diffs as they are read, and that they hold for any two texts.

use proptest::prelude::*;

use super::script::{Run, runs};
use super::*;

/// The diff as text: sign, number, the line, and the changed part once more between arrows.
fn drawn(before: &str, after: &str) -> String {
    let lines = diff(before, after, CONTEXT);
    let mut text = String::new();
    for line in &lines {
        let sign = match line.sign {
            DiffSign::Same => ' ',
            DiffSign::Added => '+',
            DiffSign::Removed => '-',
            DiffSign::Skipped => '~',
        };
        text += &format!("{:>2} {sign} {}", line.number, line.text);
        if !line.changed.is_empty() {
            let part: String = line.text.chars().skip(line.changed.start).take(line.changed.len()).collect();
            text += &format!("  →{part}←");
        }
        text.push('\n');
    }
    let (added, removed) = counts(&lines);
    text + &format!("+{added} −{removed}\n")
}

#[test]
fn a_changed_value_is_shown_with_its_lines_around_and_its_changed_part() {
    let before = "A=1\nB=2\nC=3\nD=4\nDB_POOL_MAX=50\nE=5\n# slow-query log, see runbook 7\nSLOW_MS=500\nF=6\n";
    let after = before.replace("=50\n", "=24\n").replace("=500", "=250");
    assert_eq!(
        drawn(before, &after),
        " 2   B=2\n 3   C=3\n 4   D=4\n\
         \x205 - DB_POOL_MAX=50  →50←\n 5 + DB_POOL_MAX=24  →24←\n\
         \x206   E=5\n 7   # slow-query log, see runbook 7\n\
         \x208 - SLOW_MS=500  →500←\n 8 + SLOW_MS=250  →250←\n 9   F=6\n+2 −2\n"
    );
}

#[test]
fn more_lines_can_stand_where_one_was() {
    let before = "[cache]\nttl = \"1h\"\npolicy = \"lru\"\n";
    let after = "[cache]\nttl.\"product:*\" = \"3h\"\nttl.\"*\" = \"1h\"\npolicy = \"lru\"\n";
    assert_eq!(
        drawn(before, after),
        " 1   [cache]\n 2 - ttl = \"1h\"  → = \"1h←\n\
         \x202 + ttl.\"product:*\" = \"3h\"  →.\"product:*\" = \"3h←\n 3 + ttl.\"*\" = \"1h\"\n 4   policy = \"lru\"\n+2 −1\n"
    );
}

#[test]
fn lines_between_distant_changes_give_way_to_a_marker() {
    let numbered = |n: std::ops::RangeInclusive<u32>| n.map(|i| format!("{i}\n")).collect::<String>();
    let before = numbered(1..=20);
    let after = before.replacen("2\n", "two\n", 1).replace("19\n", "nineteen\n");
    assert_eq!(
        drawn(&before, &after),
        " 1   1\n 2 - 2\n 2 + two\n 3   3\n 4   4\n 5   5\n 6 ~ 10 unchanged lines\n16   16\n17   17\n18   18\n\
         19 - 19\n19 + nineteen\n20   20\n+2 −2\n"
    );
    // A marker in place of one line alone would save nothing.
    let before = numbered(1..=9);
    let after = before.replace("1\n", "one\n").replace("9\n", "nine\n");
    assert!(!drawn(&before, &after).contains('~'), "{}", drawn(&before, &after));
}

#[test]
fn edges() {
    for (before, after, expected) in [
        ("", "", "+0 −0\n"),
        ("a\n", "a\n", "+0 −0\n"),
        ("", "a\nb\n", " 1 + a\n 2 + b\n+2 −0\n"),
        ("a\nb\n", "", " 1 - a\n 2 - b\n+0 −2\n"),
        // Line ends are not shown, and a change of them counts.
        ("a\r\nb\r\n", "a\nb\r\n", " 1 - a\n 1 + a\n 2   b\n+1 −1\n"),
        ("a\nb", "a\nb\n", " 1   a\n 2 - b\n 2 + b\n+1 −1\n"),
        ("a\r\nx=1\r\n", "a\r\nx=2\r\n", " 1   a\n 2 - x=1  →1←\n 2 + x=2  →2←\n+1 −1\n"),
        // Nothing in common: no part is marked.
        ("one\n", "two\n", " 1 - one\n 1 + two\n+1 −1\n"),
        (
            "größe = 5 # Bäume\n",
            "größe = 77 # Bäume\n",
            " 1 - größe = 5 # Bäume  →5←\n 1 + größe = 77 # Bäume  →77←\n+1 −1\n",
        ),
        ("t = \"5 s\"\n", "t = \"50 s\"\n", " 1 - t = \"5 s\"  →5←\n 1 + t = \"50 s\"  →50←\n+1 −1\n"),
        ("x=1.5\n", "x=1.25\n", " 1 - x=1.5  →1.5←\n 1 + x=1.25  →1.25←\n+1 −1\n"),
        ("x=a\n", "x=a # b\n", " 1 - x=a\n 1 + x=a # b  → # b←\n+1 −1\n"),
    ] {
        assert_eq!(drawn(before, after), expected, "{before:?} to {after:?}");
    }
}

#[test]
fn dots_for_a_secret_are_what_changed() {
    let shown = ["KEY=••••••••".to_owned()];
    let lines = diff_shown("KEY=old-secret\n", "KEY=new-secret\n", CONTEXT, &shown, &shown);
    assert_eq!(lines.iter().map(|line| line.changed.clone()).collect::<Vec<_>>(), [4..12, 4..12]);
    assert!(lines.iter().all(|line| &*line.text == "KEY=••••••••"));
}

#[test]
fn large_texts_with_everything_moved_take_bounded_work() {
    // 40,000 lines, all changed but every tenth: more changes than the fewest are looked for.
    let text = |salt: u32| {
        (0..40_000u32).map(move |i| if i % 10 == 0 { format!("same {i}\n") } else { format!("{salt} {i}\n") })
    };
    let (before, after): (String, String) = (text(1).collect(), text(2).collect());
    let lines = diff(&before, &after, CONTEXT);
    assert_eq!(counts(&lines), (36_000, 36_000));
}

fn lines() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(prop_oneof!["a\n", "b\n", "c\n", "d\r\n", "\n"].prop_map(|s| &*s.leak()), 0..24)
}

/// The length of the longest common part, the slow and certain way.
fn longest_common(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (k, y) in b.iter().enumerate() {
            let above = row[k + 1];
            row[k + 1] = if x == y { diagonal + 1 } else { above.max(row[k]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn runs_turn_one_text_into_the_other_with_the_fewest_changes(a in lines(), b in lines()) {
        let runs = runs(&a, &b);
        let (mut old, mut new, mut n_same) = (Vec::new(), Vec::new(), 0);
        for run in &runs {
            match run {
                Run::Same { old: o, new: n } => {
                    prop_assert_eq!(&a[o.clone()], &b[n.clone()]);
                    n_same += o.len();
                    old.extend(o.clone());
                    new.extend(n.clone());
                }
                Run::Changed { old: o, new: n } => {
                    prop_assert!(!o.is_empty() || !n.is_empty());
                    old.extend(o.clone());
                    new.extend(n.clone());
                }
            }
        }
        prop_assert_eq!(old, (0..a.len()).collect::<Vec<_>>());
        prop_assert_eq!(new, (0..b.len()).collect::<Vec<_>>());
        prop_assert_eq!(n_same, longest_common(&a, &b));
        for pair in runs.windows(2) {
            let n_same = pair.iter().filter(|run| matches!(run, Run::Same { .. })).count();
            prop_assert_eq!(n_same, 1, "runs of one kind side by side");
        }
    }

    #[test]
    fn a_diff_applied_to_the_text_before_gives_the_text_after(a in lines(), b in lines()) {
        let (before, after) = (a.concat(), b.concat());
        let diff = diff(&before, &after, usize::MAX);
        prop_assert_eq!(diff.is_empty(), before == after);
        if before != after {
            let side = |gone: DiffSign| diff.iter().filter(|l| l.sign != gone).map(|l| l.text.to_string()).collect::<Vec<_>>();
            prop_assert_eq!(side(DiffSign::Removed), shown_lines(&after));
            prop_assert_eq!(side(DiffSign::Added), shown_lines(&before));
            for line in &diff {
                prop_assert!(line.changed.end <= line.text.chars().count());
            }
        }
    }
}
