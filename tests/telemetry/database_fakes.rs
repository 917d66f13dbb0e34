//! Servers that hang, break off, are of an old version, or are something else: each is told of, and none holds up others.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use perfdesk::model::database::{DatabaseTarget, TlsMode};

use crate::database_support::{Databases, target};

/// A server that does this with each connection; gives its port.
pub fn serve(body: impl Fn(TcpStream) + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let body = body.clone();
            thread::spawn(move || body(stream));
        }
    });
    port
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short");
    [&[kind], &length.to_be_bytes()[..], body].concat()
}

fn error(code: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0C{code}\0M{text}\0\0").as_bytes())
}

/// Reads a message: its kind and its body.
fn read(stream: &mut TcpStream, has_kind: bool) -> Option<(u8, Vec<u8>)> {
    let mut kind = [0];
    if has_kind {
        stream.read_exact(&mut kind).ok()?;
    }
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut body = vec![0; (u32::from_be_bytes(length) as usize).checked_sub(4)?];
    stream.read_exact(&mut body).ok()?;
    Some((kind[0], body))
}

/// Speaks as a server of this version that knows none of the columns it is asked for; `read_only` is what it says of that.
fn speak(mut stream: TcpStream, version: &str, read_only: &str) -> Option<()> {
    let length = i32::try_from(read_only.len()).expect("short").to_be_bytes();
    let row = [
        // One column, of no table, text of any length.
        message(b'T', b"\0\x01x\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"),
        message(b'D', &[b"\0\x01", &length[..], read_only.as_bytes()].concat()),
        message(b'C', b"SHOW\0"),
    ];
    read(&mut stream, false)?;
    let ready = message(b'Z', b"I");
    let hello = [
        message(b'R', &0_u32.to_be_bytes()),
        message(b'S', format!("server_version\0{version}\0").as_bytes()),
        message(b'K', &[0; 8]),
        ready.clone(),
    ];
    stream.write_all(&hello.concat()).ok()?;
    loop {
        let (kind, _) = read(&mut stream, true)?;
        match kind {
            b'Q' => stream.write_all(&[row.concat(), ready.clone()].concat()).ok()?,
            b'P' => {
                stream.write_all(&error("42703", "column \"state\" does not exist")).ok()?;
                while read(&mut stream, true)?.0 != b'S' {}
                stream.write_all(&ready).ok()?;
            }
            b'S' => stream.write_all(&ready).ok()?,
            _ => {}
        }
    }
}

/// Holds a connection without a word until the other side gives it up.
pub fn hang(mut stream: TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    while stream.read(&mut [0; 256]).is_ok_and(|n| n > 0) {}
}

#[test]
fn servers_that_fail_are_told_of_and_hold_up_nobody() {
    let hangs = serve(hang);
    let breaks_off = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(&message(b'R', &0_u32.to_be_bytes())[..6]);
    });
    let web = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let floods = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(&[b'N', 0x7f, 0xff, 0xff, 0xff]);
        while stream.write_all(&[7; 65_536]).is_ok() {}
    });
    let old = serve(|stream| {
        let _ = speak(stream, "9.6.24", "on");
    });
    let pooler = serve(|stream| {
        let _ = speak(stream, "15.4", "off");
    });
    let strict_pooler = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(&error("08P01", "unsupported startup parameter: options"));
    });
    let full = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(&error("53300", "sorry, too many clients already"));
    });
    let no_tls = serve(|mut stream| {
        read(&mut stream, false);
        let _ = stream.write_all(b"N");
        hang(stream);
    });
    let databases = Databases::watch(vec![
        target("hangs", hangs, "desk", "hunter2"),
        target("breaks-off", breaks_off, "desk", "hunter2"),
        target("web", web, "desk", "hunter2"),
        target("floods", floods, "desk", "hunter2"),
        target("old", old, "desk", "hunter2"),
        target("full", full, "desk", "hunter2"),
        target("pooler", pooler, "desk", "hunter2"),
        target("strict-pooler", strict_pooler, "desk", "hunter2"),
        DatabaseTarget { tls: TlsMode::Unverified, ..target("no-tls", no_tls, "desk", "hunter2") },
    ]);
    for (name, part) in [
        ("hangs", "within 1 s"),
        ("breaks-off", "closed the connection"),
        ("web", "no PostgreSQL"),
        ("floods", "16 MiB"),
        ("full", "connections are taken"),
        ("pooler", "a pooler"),
        ("strict-pooler", "a pooler"),
        ("no-tls", "does not speak TLS"),
    ] {
        let fault = databases.fault(name);
        assert!(fault.why.contains(part), "{name}: {fault:?}");
    }
    let view = databases.postgres("old", |_| true);
    assert_eq!((&*view.server.version, view.server.version_number), ("9.6.24", 90_624));
    let missing = view.traffic.missing().expect("a reason");
    assert!(missing.why.contains("PostgreSQL 9.6.24 does not tell it"), "{missing:?}");
    assert!(missing.next.contains("Version 12 is the oldest"), "{missing:?}");
    assert!(!databases.printed().contains("hunter2"));
    // A person's question is not held up by the pauses between tries.
    databases.ask("full");
    databases.look("full", |looked| looked.found.is_err());
}
