//! What this test binary does when it is started as a service. As a test of its own it does nothing.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{run, start, thread};
use crate::model::run::{Run, Variable};

/// What it is to do.
const PLAY: &str = "PERFDESK_TEST_PLAY";

/// A service that this test binary plays.
pub(super) fn playing(play: &str) -> Run {
    let own = std::env::current_exe().expect("this very program");
    let argv =
        [own.to_str().expect("a path"), "--exact", "run::tests::child::plays", "--nocapture", "--test-threads=1"];
    let variable = Variable { name: PLAY.into(), value: play.into(), ..Variable::default() };
    Run { environment: vec![variable], ..run(&argv) }
}

#[test]
fn plays() {
    let Ok(play) = std::env::var(PLAY) else { return };
    match play.split_once(' ').unwrap_or((&play, "")) {
        ("fall", code) => {
            eprintln!("cannot open the shop");
            std::process::exit(code.parse().expect("a code"));
        }
        ("stubborn", _) => {
            signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::new(AtomicBool::new(false)))
                .expect("a hook");
            println!("\nno signal ends me");
            rest();
        }
        ("listen", port) => {
            let listener = TcpListener::bind(("127.0.0.1", port.parse().expect("a port"))).expect("a port");
            let pool = std::env::var("POOL").unwrap_or_default();
            println!("\npool of {pool}");
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut head = [0; 4096];
                if stream.read(&mut head).is_ok_and(|n| n > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
                }
            }
        }
        ("runner", folder) => {
            let sleeper = Run { service: "shop".into(), ..run(&["sleep", "60"]) };
            let stray = Run { service: "stray".into(), ..run(&["sleep", "61"]) };
            let folder = PathBuf::from(folder);
            let (runs, ears) = thread(&folder.join("data"), vec![sleeper, stray]);
            start(&runs);
            super::ask(&runs, crate::model::run::RunCommand::Start("stray".into()));
            let both = |heard: &super::Heard| {
                let pids: Vec<u32> =
                    heard.states.iter().filter(|s| s.phase.is_usable()).filter_map(|s| s.pid).collect();
                (pids.len() == 2).then_some(pids)
            };
            let pids = ears.wait("both run", both);
            std::fs::write(folder.join("pids.new"), format!("{} {}", pids[0], pids[1])).expect("writes");
            std::fs::rename(folder.join("pids.new"), folder.join("pids")).expect("renames");
            rest();
        }
        other => panic!("no such play: {other:?}"),
    }
}

/// Goes on until it is ended, for a minute at most.
fn rest() {
    let (_never, told) = std::sync::mpsc::channel::<()>();
    let _ = told.recv_timeout(Duration::from_secs(60));
}
