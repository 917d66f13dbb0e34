//! An apply that waits to be kept, with a person at the terminal or none, and a reload that fails.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

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
    let bindings = std::fs::read_to_string(&path).expect("there");
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
fn an_apply_that_is_killed_on_trial_is_taken_back_by_the_next_command_that_writes() {
    let machine = Machine::bound();
    let (mut child, _errors) = on_trial(&machine, "profile apply production");
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(machine.env(), ENV_IN_PRODUCTION, "nobody was there to take it back");
    machine.says("profile history", 0, &["on trial"]);
    machine.says("profile rollback", 2, &["Apply 1 of production was taken back", "Perfdesk ended before it was kept"]);
    assert_eq!(machine.env(), ENV);
}
