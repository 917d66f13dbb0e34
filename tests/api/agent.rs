//! The agent as a process of its own: SIGHUP has it read its files again, SIGTERM ends it in order.
#![cfg(unix)]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use perfdesk::engine::access::tokens::TokenFiles;
use perfdesk::engine::pace::wall_time;
use perfdesk::model::access::Grant;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{PATIENCE, Request};

/// Ends the process where a test fails before it does.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Agent {
    fn say(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, signal).expect("sent");
    }
}

fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn an_agent_takes_edited_files_over_when_it_is_told_and_ends_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config");
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port");
    let child = Command::new(env!("CARGO_BIN_EXE_perfdesk"))
        .args(["agent", "--no-receivers", "--api", &free.to_string(), "--data-dir"])
        .arg(folder.path().join("data"))
        .arg("--config-dir")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let mut agent = Agent(child);
    until("it listens", || TcpStream::connect(free).is_ok());
    let ask = |address: SocketAddr, token: &str| {
        Request::new(address, "GET", "/performance/status").token(token).send().status
    };
    let main = || TokenFiles::new(&config).main().ok().flatten().map(|secret| secret.0.to_string());
    until("the token is made and counts", || main().is_some_and(|token| ask(free, &token) == 200));
    let added = TokenFiles::new(&config).add("ci", Grant::Read, wall_time()).expect("added").0;
    agent.say(Signal::HUP);
    until("the new token counts", || ask(free, &added) == 200);
    assert!(agent.0.try_wait().expect("asked").is_none(), "it goes on after SIGHUP");
    agent.say(Signal::TERM);
    let mut ended = None;
    until("it ends", || {
        ended = agent.0.try_wait().expect("asked");
        ended.is_some()
    });
    assert!(ended.expect("ended").success(), "{ended:?}");
    assert!(TcpStream::connect(free).is_err(), "nobody listens any more");
}
