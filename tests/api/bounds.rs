//! What is too large, too slow or too much is refused, costs nothing, and stands in nobody's way.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use perfdesk::api::Limits;
use perfdesk::api::plan::Flags;

use crate::support::{connect, read_answer, served, served_with};

const PATH: &str = "/performance/status";

#[test]
fn what_is_too_large_is_refused_by_name() {
    let served = served();
    let long = format!("{PATH}?x={}", "a".repeat(5000));
    assert!(served.get(&long).problem(414).contains("4096 at most"));
    let many = format!("{PATH}?{}", "a=1&".repeat(100));
    assert!(served.get(&many).problem(400).contains("64 at most"));
    let fat = served.request("GET", PATH).header("X-Fat", &"a".repeat(20_000)).send();
    assert!(fat.problem(431).contains("16384 bytes at most"));
    let mut wide = served.request("GET", PATH);
    for n in 0..70 {
        wide = wide.header(&format!("X-{n}"), "1");
    }
    wide.send().problem(431);
    // Said beforehand, and not said at all.
    let body = vec![b' '; 1024 * 1024 + 1];
    let told = served.request("POST", "/performance/optimize").body(&body).send();
    assert_eq!(told.problem(413), "the body is too large: 1048576 bytes at most");
    let chunked = served.request("POST", "/performance/optimize").header("Transfer-Encoding", "chunked");
    let mut stream = chunked.open();
    let chunk = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let _ = stream.write_all(&chunk);
    read_answer(&mut stream, false).expect("an answer").problem(413);
    assert_eq!(served.get(PATH).status, 200);
}

#[test]
fn nobodys_body_is_read() {
    let served = served();
    // The answer comes without a byte of the body that was announced.
    let mut stream = served.bare("POST", "/performance/optimize").header("Content-Length", "1000000").open();
    read_answer(&mut stream, false).expect("an answer").problem(401);
}

#[test]
fn slow_clients_are_let_go() {
    let short = Duration::from_millis(80);
    let limits = Limits { head: short, body: short, ..Limits::default() };
    let served = served_with(Flags::default(), limits);
    let mut rest = Vec::new();
    let mut silent = connect(served.address);
    silent.read_to_end(&mut rest).expect("closed");
    assert!(rest.is_empty(), "it asked nothing");
    let mut halting = connect(served.address);
    halting.write_all(b"GET / HTTP/1.1\r\nHost: local").expect("sent");
    halting.read_to_end(&mut rest).expect("closed");
    let said = String::from_utf8_lossy(&rest);
    assert!(said.starts_with("HTTP/1.1 408 ") && said.ends_with("did not come in time\"}"), "{said}");
    let mut dripping = served.request("POST", "/performance/optimize").header("Content-Length", "100").open();
    dripping.write_all(b"{").expect("sent");
    let answer = read_answer(&mut dripping, false).expect("an answer");
    assert!(answer.problem(408).starts_with("the body did not come within"));
    served.counted("timed out", |s| s.access.counts.n_timed_out >= 3);
    assert_eq!(served.get(PATH).status, 200);
}

#[test]
fn more_connections_than_there_is_room_for_are_turned_away_and_it_is_normal_after() {
    let limits = Limits { n_connections: 20, ..Limits::default() };
    let served = served_with(Flags::default(), limits);
    let held: Vec<_> = (0..200).map(|_| connect(served.address)).collect();
    served.counted("turned away", |s| s.access.counts.n_turned_away >= 180);
    let mut n_told = 0;
    for mut stream in held {
        stream.set_nonblocking(true).expect("set");
        let mut text = [0; 12];
        n_told += usize::from(stream.read_exact(&mut text).is_ok() && &text == b"HTTP/1.1 503");
    }
    assert!(n_told >= 150, "{n_told} of them were told why");
    served.counted("room again", |s| s.access.counts.n_open == 0);
    assert_eq!(served.get(PATH).status, 200);
}

#[test]
fn what_is_no_request_costs_its_connection_alone() {
    let served = served();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let mut stream = connect(served.address);
        stream.write_all(bytes).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("shut");
        if let Some(answer) = read_answer(&mut stream, false) {
            assert!((400..500).contains(&answer.status), "{} to {bytes:?}", answer.status);
        }
    }
    assert_eq!(served.get(PATH).status, 200);
}

#[test]
fn requests_under_way_are_answered_when_the_server_stops() {
    let mut served = served();
    let mut idle = served.request("GET", PATH).open();
    assert_eq!(read_answer(&mut idle, false).expect("an answer").status, 200);
    assert!(served.server.stop(), "the thread ends");
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).expect("closed in order");
    assert!(std::net::TcpStream::connect(served.address).is_err(), "nobody listens any more");
}
