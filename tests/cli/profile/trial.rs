//! An apply that waits to be kept, with a person at the terminal or none, and a reload that fails.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::{ENV, ENV_IN_PRODUCTION, Machine, check};

/// An apply on trial: it has asked for `keep`.
fn on_trial(machine: &Machine, line: &str) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut command = machine.command(line);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let mut errors = BufReader::new(child.stderr.take().expect("piped"));
    let mut asked = String::new();
    while !asked.contains("type `keep`") {
        let n = errors.read_line(&mut asked).expect("read");
        assert!(n > 0, "it never asked: {asked}");
    }
    assert_eq!(machine.env(), ENV_IN_PRODUCTION);
    (child, errors)
}

#[test]
fn it_stays_where_keep_is_typed() {
    let machine = Machine::bound();
    let (mut child, mut errors) = on_trial(&machine, "profile apply production");
    let mut typed = child.stdin.take().expect("piped");
    typed.write_all(b"yes\n").expect("typed");
    let mut answer = String::new();
    errors.read_line(&mut answer).expect("read");
    assert!(answer.contains("“yes” is not `keep`"), "{answer}");
    typed.write_all(b"keep\n").expect("typed");
    check("apply", &child.wait_with_output().expect("it ends"), 0, &[", kept"]);
    assert_eq!(machine.env(), ENV_IN_PRODUCTION);
}

#[test]
fn it_goes_back_where_nobody_is_there_or_time_is_over_or_it_is_interrupted() {
    let machine = Machine::bound();
    let nobody = machine.run("profile apply production");
    check("nobody", &nobody, 1, &["nobody is there to keep it", "nobody was there to keep it"]);
    assert_eq!(machine.env(), ENV);
    let (child, _errors) = on_trial(&machine, "profile apply production --keep-within 1s");
    // Its input stays open, so that its time is what ends it.
    let mut child = child;
    let input = child.stdin.take();
    let output = child.wait_with_output().expect("it ends");
    check("time is over", &output, 1, &["it was not kept within"]);
    drop(input);
    assert_eq!(machine.env(), ENV);
    let (mut child, mut errors) = on_trial(&machine, "profile apply production");
    let input = child.stdin.take();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("sent");
    let output = child.wait_with_output().expect("it ends");
    check("interrupted", &output, 1, &[]);
    let mut said = String::new();
    errors.read_line(&mut said).expect("read");
    assert!(said.contains("production is rolled back: it was interrupted"), "{said}");
    drop(input);
    assert_eq!(machine.env(), ENV);
    machine.says("profile history", 0, &["   3  ", "   2  ", "   1  ", "it was interrupted"]);
}

#[test]
fn a_reload_that_fails_takes_it_back_by_itself() {
    let machine = Machine::bound();
    let path = machine.path("config/bindings.ron");
    let bindings = fs::read_to_string(&path).expect("there");
    let with = |argv: &str| {
        let reload = format!("reload: run(argv: {argv}, timeout: \"5 s\"),\n            keys: [");
        machine.write("config/bindings.ron", &bindings.replacen("keys: [", &reload, 1));
    };
    machine.write("reload.sh", "echo no such service\nexit 3\n");
    with(&format!("[\"sh\", {:?}]", machine.path("reload.sh")));
    let line = "profile apply production --keep";
    check(line, &machine.run(line), 1, &["failed: ", "no such service", "production is rolled back"]);
    assert_eq!(machine.env(), ENV);
    with("[\"true\"]");
    check(line, &machine.run(line), 0, &["reload checkout: true", ", kept"]);
    assert_eq!(machine.env(), ENV_IN_PRODUCTION);
}

#[test]
fn ctrl_c_while_a_reload_hangs_ends_it_and_takes_it_back() {
    let machine = Machine::bound();
    let bindings = fs::read_to_string(machine.path("config/bindings.ron")).expect("there");
    machine.write("reload.sh", "grep -q MAX=20 .env && exit 0\necho begun >&2\n: > begun\nexec sleep 1000\n");
    let reload = format!(
        "reload: run(argv: [\"sh\", {:?}], timeout: \"10 min\"),\n            keys: [",
        machine.path("reload.sh")
    );
    machine.write("config/bindings.ron", &bindings.replacen("keys: [", &reload, 1));
    let mut command = machine.command("profile apply production --keep");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let child = command.spawn().expect("the program runs");
    while !machine.path("begun").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the reload never began");
        std::thread::yield_now();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .expect("sent");
    let output = child.wait_with_output().expect("it ends");
    check("interrupted", &output, 1, &[" was called off after ", "production is rolled back: it was interrupted"]);
    assert_eq!(machine.env(), ENV);
}

#[test]
fn an_apply_that_is_killed_on_trial_is_taken_back_by_the_next_command_that_writes() {
    let machine = Machine::bound();
    let (mut child, _errors) = on_trial(&machine, "profile apply production");
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(machine.env(), ENV_IN_PRODUCTION, "nobody was there to take it back");
    let before = all_below(&machine.path("data"));
    let facts =
        ["apply 1 of production to 1 file was cut short, on trial", "`perfdesk profile rollback` now", "changed now"];
    for (line, exit) in
        [("profile history", 0), ("profile list", 0), ("profile plan production", 0), ("profile verify", 0)]
    {
        machine.says(line, exit, &facts);
        let output = machine.run(&format!("{line} --json"));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON alone on standard output");
    }
    machine.says("profile history", 0, &["on trial, cut short: it goes back at the next start"]);
    assert_eq!(machine.json("profile history", 0)["applies"][0]["is_cut_short"], true);
    assert_eq!((machine.env(), all_below(&machine.path("data"))), (ENV_IN_PRODUCTION.into(), before), "looking is all");
    machine.says("profile rollback", 0, &["Apply 1 of production was taken back", "Perfdesk ended before it was kept"]);
    assert_eq!(machine.env(), ENV);
    let history = machine.says("profile history", 0, &["rolled back"]);
    assert!(!history.contains("cut short"), "{history}");
    assert!(machine.says("history info", 0, &[]).contains("1 annotation"), "it stands on the time axis");
    machine.says("profile rollback", 2, &["nothing that was applied is in force"]);
}

/// Every file under a folder, with when it was changed and what it holds.
fn all_below(folder: &Path) -> Vec<(PathBuf, SystemTime, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all_below(&path));
        } else {
            let changed = fs::metadata(&path).and_then(|meta| meta.modified()).expect("there");
            found.push((path.clone(), changed, fs::read(&path).expect("read")));
        }
    }
    found.sort();
    found
}

#[test]
fn a_roll_back_after_a_kill_takes_that_apply_back_and_none_before_it() {
    for (line, exit, expect) in [
        ("profile rollback", 0, "Apply 2 of production was taken back"),
        ("profile rollback 2", 0, "Apply 2 of production was taken back"),
        // Asked for by its number, one that was kept before goes back as well.
        ("profile rollback 1", 0, "it was asked for"),
    ] {
        let machine = Machine::bound();
        machine.says("profile apply testing --keep", 0, &[", kept"]);
        let in_testing = machine.env();
        let (mut child, _errors) = on_trial(&machine, "profile apply production");
        child.kill().expect("killed");
        child.wait().expect("ended");
        machine.says(line, exit, &[expect]);
        assert_eq!(machine.env(), if line.ends_with('1') { ENV.to_owned() } else { in_testing }, "{line}");
    }
}

#[test]
fn an_apply_that_is_on_trial_just_now_is_not_called_cut_short() {
    let machine = Machine::bound();
    let (mut child, _errors) = on_trial(&machine, "profile apply production");
    let output = machine.run("profile history");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("on trial") && !said.contains("cut short"), "{said}");
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn a_roll_back_of_what_was_cut_short_that_cannot_be_done_exits_with_1() {
    let machine = Machine::bound();
    let (mut child, _errors) = on_trial(&machine, "profile apply production");
    child.kill().expect("killed");
    child.wait().expect("ended");
    fs::write(machine.path("data/applies/000001/0.before"), "damaged").expect("written");
    machine.says("profile rollback", 1, &["apply 1 is stuck: ", "its old content was kept but is damaged"]);
    assert_eq!(machine.env(), ENV_IN_PRODUCTION);
}
