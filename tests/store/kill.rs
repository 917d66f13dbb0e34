//! A child process writes history as fast as it can and is killed at any moment, again and again in one folder.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stderr, stdout};
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

/// The folder that a child writes to; set for children alone.
const CHILD: &str = "PERFDESK_STORE_TEST_FOLDER";
/// Ticks between two flushes of the child.
const FLUSH_TICKS: i64 = 6;
/// The child ends by itself after so many, should nobody kill it.
const MOST_TICKS: i64 = 50_000;

/// The child: appends, flushes, keeps the folder, and says up to when everything is safe.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(folder) = env::var_os(CHILD) else { return };
    let (mut writer, opened) = open(Path::new(&folder));
    let first = opened.newest.map_or(START, |newest| newest.as_millis() + STEP);
    for i in 0..MOST_TICKS {
        let tick = tick(first + i * STEP);
        writer.append(&tick);
        if i % FLUSH_TICKS == FLUSH_TICKS - 1 {
            writer.flush(tick.at).expect("flushed");
            writeln!(stdout(), "\nsafe {}", tick.at.as_millis()).expect("the parent listens");
            stdout().flush().expect("the parent listens");
            writer.maintain(tick.at).expect("kept");
        }
    }
}

/// Runs a child until it has said `n_safe` times that all is safe, kills it, and gives the last it said.
fn run_and_kill(folder: &Path, n_safe: usize) -> i64 {
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "kill::child_that_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines().map_while(Result::ok);
    let mut said = lines.by_ref().filter_map(|line| line.strip_prefix("safe ")?.parse::<i64>().ok());
    let mut last = said.by_ref().take(n_safe).last();
    child.kill().expect("killed");
    // What it had said before it was killed counts as well.
    last = said.last().or(last);
    let output = child.wait_with_output().expect("gone");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    last.unwrap_or_else(|| panic!("the child said nothing: {words}"))
}

/// A plain sequence of numbers that look like chance (Knuth's MMIX constants), so that a failure can be repeated.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn kill_again_and_again(n_loops: usize, seed: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut state = seed;
    let (mut checked, mut most_beyond, mut n_with_more) = (START, 0, 0);
    for i in 0..n_loops {
        let n_safe = 1 + (next(&mut state) % 90) as usize;
        let safe = run_and_kill(folder.path(), n_safe);
        let beside = read(&*open(folder.path()).0.reader(), checked);
        let (writer, opened) = open(folder.path());
        assert_eq!(opened.told, Vec::<String>::new(), "loop {i}: nothing is damaged");
        let newest = opened.newest.expect("there is something").as_millis();
        assert!(newest >= safe, "loop {i}: what was safe until {safe} is there until {newest}");
        let found = read(&*writer.reader(), checked);
        assert_same(&found, &expected(checked, newest), &format!("loop {i}"));
        assert_same(&beside, &found, &format!("loop {i}, opened twice"));
        most_beyond = most_beyond.max((newest - safe) / STEP);
        n_with_more += usize::from(newest > safe);
        // The next time what was written now may be sealed and rolled up; an hour of it is looked at again.
        checked = START.max(newest - 360 * STEP);
    }
    let (writer, opened) = open(folder.path());
    let newest = opened.newest.expect("there is something").as_millis();
    // Full resolution is kept for two days, in files of six hours.
    let kept = START.max(newest - 48 * 360 * STEP);
    assert_same(&read(&*writer.reader(), kept), &expected(kept, newest), "in the end");
    let status = writer.status();
    let n_values: Vec<u64> = status.tiers.iter().map(|tier| tier.n_rows).collect();
    writeln!(
        stderr(),
        "{n_loops} kills over {} h of ticks: opened every time, nothing flushed lost, nothing doubled; \
         {n_with_more} times more was there than was said to be safe, at most {most_beyond} ticks; {n_values:?} rows by tier",
        (newest - START) / 3_600_000,
    )
    .expect("written");
}

#[test]
fn killed_two_hundred_times_at_any_moment_history_opens_and_holds_what_was_flushed() {
    kill_again_and_again(200, 7);
}
