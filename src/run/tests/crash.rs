//! Perfdesk is killed, and its next start finds what it left.

use super::child::playing;
use super::*;

#[test]
fn what_a_killed_perfdesk_left_is_adopted_or_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let runner = playing(&format!("runner {}", folder.path().display()));
    let mut command = std::process::Command::new(&*runner.argv[0]);
    command.args(runner.argv[1..].iter().map(|word| &**word));
    command.env(&*runner.environment[0].name, &*runner.environment[0].value);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut first = command.spawn().expect("starts");
    let until = Instant::now() + PATIENCE;
    let pids: Vec<u32> = loop {
        if let Ok(text) = std::fs::read_to_string(folder.path().join("pids")) {
            break text.split(' ').map(|pid| pid.parse().expect("a number")).collect();
        }
        assert!(Instant::now() < until && first.try_wait().is_ok_and(|end| end.is_none()), "the first did not come up");
        std::thread::yield_now();
    };
    // SIGKILL: nothing of it can tidy up.
    first.kill().expect("killed");
    first.wait().expect("gone");
    assert!(pids.iter().all(|pid| runs(*pid)), "what it left goes on");

    let (second, ears) = thread(&data, vec![Run { service: "shop".into(), ..run(&["sleep", "60"]) }]);
    let state = ears.state("ready");
    assert_eq!((state.pid, state.is_adopted), (Some(pids[0]), true));
    wait_gone(pids[1]);
    ears.wait("a word about the stray", |heard| {
        heard.told.iter().any(|told| told.starts_with("stray was ended")).then_some(())
    });
    assert!(runs(pids[0]));
    stop(&second);
    ears.state("stopped");
    assert!(!runs(pids[0]));
    drop(second);
    let (_third, ears) = thread(&data, vec![run(&["sleep", "60"])]);
    assert_eq!(ears.state("stopped").pid, None, "nothing is left to find");
}
