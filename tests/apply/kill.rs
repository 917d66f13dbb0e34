//! A child applies, keeps and takes back as fast as it can and is killed at any moment, again and again in one folder.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stderr, stdout};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use super::*;

/// The folder that a child works in; set for children alone.
const CHILD: &str = "PERFDESK_APPLY_TEST_FOLDER";
/// How often a child is killed.
const N_KILLS: usize = 60;
/// The child ends by itself after so many applies, should nobody kill it.
const MOST_APPLIES: usize = 2_000;

/// The two files of a folder. They always hold the same number.
fn files(folder: &Path) -> [PathBuf; 2] {
    [folder.join("srv/.env"), folder.join("srv/service.toml")]
}

fn texts(n: u64) -> [String; 2] {
    [format!("# pool\r\nPOOL={n}\r\n"), format!("ttl = {n}\n{}", "# filler\n".repeat(2000))]
}

/// The number that both files hold.
fn number(folder: &Path) -> u64 {
    let [env, toml] = files(folder).map(|path| fs::read_to_string(path).expect("a whole file"));
    let n = env.trim().rsplit('=').next().and_then(|n| n.parse().ok()).expect("a number");
    assert_eq!([env, toml], texts(n), "both files are whole and of one apply");
    n
}

/// The child: applies the next number; every third is taken back, the others are kept.
#[test]
fn child_that_applies_until_it_is_killed() {
    let Some(folder) = env::var_os(CHILD).map(PathBuf::from) else { return };
    let (mut applier, _) = open(&folder.join("data"));
    for i in 0..MOST_APPLIES {
        let n = number(&folder) + 1;
        let ([a, b], [one, two]) = (files(&folder), texts(n));
        let id = begin(&mut applier, plan(&[(&a, one.as_bytes()), (&b, two.as_bytes())])).expect("begun");
        writeln!(stdout(), "\nbegun {n}").expect("the parent listens");
        stdout().flush().expect("the parent listens");
        run(&mut applier);
        if i % 3 == 2 {
            applier.roll_back(id, "every third").expect("it goes back");
            run(&mut applier);
        } else {
            applier.keep(id).expect("kept");
            writeln!(stdout(), "\nkept {n}").expect("the parent listens");
            stdout().flush().expect("the parent listens");
        }
    }
}

/// Runs a child, kills it a moment after it began an apply, and gives the last number it said was kept.
fn run_and_kill(folder: &Path, moment: Duration, n_begun: usize) -> Option<u64> {
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "kill::child_that_applies_until_it_is_killed", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines().map_while(Result::ok);
    let (mut kept, mut n_seen) = (None, 0);
    for line in lines.by_ref() {
        kept = line.strip_prefix("kept ").and_then(|n| n.parse().ok()).or(kept);
        n_seen += usize::from(line.starts_with("begun "));
        if n_seen == n_begun {
            break;
        }
    }
    // The moment is the test's chance: it spreads the kills over the steps of an apply.
    thread::sleep(moment);
    child.kill().expect("killed");
    // What it had said before it was killed counts as well.
    kept = lines.filter_map(|line| line.strip_prefix("kept ")?.parse().ok()).last().or(kept);
    let output = child.wait_with_output().expect("gone");
    assert_eq!(n_seen, n_begun, "{}", String::from_utf8_lossy(&output.stderr));
    kept
}

/// A plain sequence of numbers that look like chance (Knuth's MMIX constants), so that a failure can be repeated.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn killed_at_any_moment_the_files_are_old_or_new_and_the_next_start_says_which() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("srv")).expect("a folder");
    for (path, text) in files(folder.path()).iter().zip(texts(0)) {
        fs::write(path, text).expect("written");
    }
    let (mut state, mut n_taken_back, mut n_finished) = (7, 0, 0);
    for i in 0..N_KILLS {
        let before = number(folder.path());
        let moment = Duration::from_micros(next(&mut state) % 4_000);
        let kept = run_and_kill(folder.path(), moment, 1 + (next(&mut state) % 3) as usize);
        let (applier, told) = open(&folder.path().join("data"));
        let now = number(folder.path());
        assert!(now >= kept.unwrap_or(before), "kill {i}: {kept:?} was kept, {now} is there");
        let newest = &applier.records()[0];
        match &told[..] {
            [] => assert!(newest.phase.is_over()),
            [Recovery::TakenBack { id, .. }] => {
                n_taken_back += 1;
                assert_eq!(*id, newest.id, "kill {i}");
                assert!(matches!(newest.phase, ApplyPhase::RolledBack { .. }), "kill {i}: {newest:?}");
            }
            [Recovery::Finished { id, is_kept, .. }] => {
                n_finished += 1;
                assert_eq!((*id, *is_kept), (newest.id, newest.phase == ApplyPhase::Kept), "kill {i}");
            }
            told => panic!("kill {i}: {told:?}"),
        }
        let mut names: Vec<_> = fs::read_dir(folder.path().join("srv")).expect("a folder").flatten().collect();
        names.retain(|entry| entry.file_name().to_string_lossy().contains("perfdesk"));
        assert_eq!(names.len(), 0, "kill {i}: no draft is left");
    }
    assert!(n_taken_back > 0, "some were killed within an apply");
    writeln!(stderr(), "{N_KILLS} kills: {n_taken_back} times taken back, {n_finished} times finished")
        .expect("written");
}
