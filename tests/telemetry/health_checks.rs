//! Health checks run for real: over sockets, and as programs that fail, hang, shout and leave others behind.

use std::net::TcpListener;
use std::time::Duration;

use perfdesk::model::service::{CheckKind, HealthCheck};

use super::scrape_support::{Exporter, Watching, answer};

fn check(name: &str, kind: CheckKind) -> HealthCheck {
    HealthCheck { name: name.into(), kind, interval_seconds: 1, time_out_seconds: 1, ..HealthCheck::default() }
}

fn http(name: &str, exporter: &Exporter, body: &str) -> HealthCheck {
    let url = format!("http://{}/health", exporter.address).into();
    let json = ("".into(), "".into());
    check(name, CheckKind::Http { url, status: None, body: body.into(), json, max_millis: 0 })
}

#[test]
fn servers_are_well_or_say_what_is_wrong() {
    let good = Exporter::saying("{\"db\":\"ok\"}");
    let bad = Exporter::start(|_, _, wire, _| wire.write_all(&answer("503 Busy", "", b"")).is_ok());
    let hanging = Exporter::start(|_, _, _, life| !life.wait(super::support::PATIENCE));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let open = listener.local_addr().expect("an address").to_string();
    let closed = {
        let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
        gone.local_addr().expect("an address").to_string()
    };
    let tcp = |name: &str, address: &str| check(name, CheckKind::Tcp { address: address.into() });
    let watching = Watching::checks(vec![
        http("good", &good, ""),
        http("body", &good, "ok"),
        http("other-body", &good, "fine"),
        http("bad", &bad, ""),
        http("hanging", &hanging, ""),
        tcp("open", &open),
        tcp("closed", &closed),
    ]);
    for name in ["good", "body", "open"] {
        assert_eq!(watching.first(name), Ok(String::new()), "{name}");
    }
    for (name, expect) in [
        ("other-body", "its answer does not contain \"fine\"".into()),
        ("bad", "it answered 503 Service Unavailable".into()),
        ("hanging", "it gave no answer within 1 s".into()),
        ("closed", format!("nothing listens at {closed}")),
    ] {
        assert_eq!(watching.first(name), Err(expect), "{name}");
    }
}

#[test]
fn a_check_is_run_at_once_when_it_is_asked_for() {
    let good = Exporter::saying("");
    let seldom = HealthCheck { interval_seconds: 3_600, ..http("seldom", &good, "") };
    let watching = Watching::checks(vec![seldom]);
    watching.wait("seldom", |seen| seen.len() == 1);
    assert!(watching.watch().run_check("seldom") && watching.watch().run_check("unknown"));
    watching.wait("seldom", |seen| seen.len() == 2);
}

#[cfg(target_os = "linux")]
mod commands {
    use std::path::Path;
    use std::time::Instant;

    use super::*;
    use crate::support::PATIENCE;

    fn command(name: &str, argv: &[&str]) -> HealthCheck {
        check(name, CheckKind::Command { argv: argv.iter().map(|argument| (*argument).into()).collect() })
    }

    /// Waits until the first process is not there, not even as a dead one, and what it started runs no more: that is
    /// waited for by the system's first process, which may take its time.
    fn wait_gone(pids: &str) {
        let deadline = Instant::now() + PATIENCE;
        for (i, pid) in pids.split_whitespace().enumerate() {
            let stat = Path::new("/proc").join(pid).join("stat");
            while let Ok(text) = std::fs::read_to_string(&stat) {
                if i > 0 && text.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')) {
                    break;
                }
                assert!(Instant::now() < deadline, "{pid} is still there: {text}");
                std::thread::yield_now();
            }
        }
    }

    fn wait_file(path: &Path) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match std::fs::read_to_string(path) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => assert!(Instant::now() < deadline, "{} was not written", path.display()),
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn programs_are_judged_by_how_they_end_and_by_no_shell() {
        let watching = Watching::checks(vec![
            command("true", &["true"]),
            command("false", &["sh", "-c", "echo first; echo 'disk is full' >&2; exit 3"]),
            command("none", &["/nowhere/check"]),
            command("quoted", &["test", "$HOME;", "=", "$HOME;"]),
            command("signal", &["sh", "-c", "kill -9 $$"]),
            command("loud", &["yes"]),
            command("hanging", &["sleep", "1000"]),
        ]);
        for name in ["true", "quoted"] {
            assert_eq!(watching.first(name), Ok(String::new()), "{name}");
        }
        for (name, expect) in [
            ("false", "it ended with 3: disk is full"),
            ("none", "there is no program /nowhere/check"),
            ("signal", "it was ended by a signal"),
            ("loud", "it printed more than 1 MiB"),
            ("hanging", "it did not end within 1 s"),
        ] {
            assert_eq!(watching.first(name), Err(expect.into()), "{name}");
        }
    }

    #[test]
    fn one_that_hangs_is_ended_with_everything_it_started_and_leaves_nothing_dead() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pids");
        let script = "sleep 1000 & echo $$ $! > \"$0\"; wait";
        let once =
            HealthCheck { interval_seconds: 3_600, ..command("group", &["sh", "-c", script, &file.to_string_lossy()]) };
        let watching = Watching::checks(vec![once]);
        assert_eq!(watching.first("group"), Err("it did not end within 1 s".into()));
        wait_gone(&wait_file(&file));
    }

    #[test]
    fn what_it_leaves_running_ends_too_and_does_not_hold_it_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let script = "sleep 1000 & echo $$ $! > \"$0\"";
        let argv = ["sh", "-c", script, &file.to_string_lossy()];
        let once = HealthCheck { interval_seconds: 3_600, time_out_seconds: 60, ..command("leaving", &argv) };
        let watching = Watching::checks(vec![once]);
        assert_eq!(watching.first("leaving"), Ok(String::new()));
        wait_gone(&wait_file(&file));
    }

    #[test]
    fn the_end_of_all_ends_what_is_running() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pids");
        let script = "sleep 1000 & echo $$ $! > \"$0\"; wait";
        let argv = ["sh", "-c", script, &file.to_string_lossy()];
        let long = HealthCheck { interval_seconds: 3_600, time_out_seconds: 60, ..command("long", &argv) };
        let watching = Watching::checks(vec![long]);
        let pids = wait_file(&file);
        let took = watching.stop();
        assert!(took < Duration::from_secs(2), "{took:?}");
        wait_gone(&pids);
    }
}
