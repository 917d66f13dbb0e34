//! A Redis server on loopback that speaks RESP: figures, rates, the slow log, passwords and refusals.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use perfdesk::model::database::DatabaseTarget;

use crate::database_fakes::{hang, serve};
use crate::database_support::{Databases, redis_target};

fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

/// Reads a command's words.
fn command(reader: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        Some(line.trim_end().to_owned())
    };
    let n: usize = line()?.strip_prefix('*')?.parse().ok()?;
    let mut words = Vec::new();
    for _ in 0..n {
        let mut head = String::new();
        reader.read_line(&mut head).ok()?;
        let length: usize = head.trim_end().strip_prefix('$')?.parse().ok()?;
        let mut bytes = vec![0; length + 2];
        reader.read_exact(&mut bytes).ok()?;
        words.push(String::from_utf8(bytes[..length].to_vec()).ok()?);
    }
    Some(words)
}

/// A server with this password (empty is none) whose look-ups grow by nine hits and a miss at each INFO.
fn redis(password: &'static str, has_slow_log: bool) -> u16 {
    let looks = Arc::new(AtomicU64::new(0));
    serve(move |stream| {
        let mut writer = stream.try_clone().expect("a socket");
        let mut reader = BufReader::new(stream);
        let mut is_in = password.is_empty();
        while let Some(words) = command(&mut reader) {
            let name = words.first().map(String::as_str).unwrap_or_default();
            let reply = match name {
                "AUTH" if words.last().is_some_and(|given| given == password) => {
                    is_in = true;
                    "+OK\r\n".to_owned()
                }
                "AUTH" if password.is_empty() => {
                    "-ERR AUTH <password> called without any password configured for the default user.\r\n".to_owned()
                }
                "AUTH" => "-WRONGPASS invalid username-password pair or user is disabled.\r\n".to_owned(),
                _ if !is_in => "-NOAUTH Authentication required.\r\n".to_owned(),
                "INFO" => {
                    let n = looks.fetch_add(1, Ordering::Relaxed);
                    bulk(&format!(
                        "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:{}\r\nconnected_clients:3\r\nmaxclients:100\r\n\
                        used_memory:1000000\r\nmaxmemory:2000000\r\nmaxmemory_policy:noeviction\r\n\
                        total_commands_processed:{}\r\nkeyspace_hits:{}\r\nkeyspace_misses:{}\r\nevicted_keys:{n}\r\nrole:master\r\n",
                        100 + n,
                        1_000 + n * 50,
                        n * 90,
                        n * 10
                    ))
                }
                "SLOWLOG" if !has_slow_log => {
                    "-NOPERM this user has no permissions to run the 'slowlog|get' command\r\n".to_owned()
                }
                "SLOWLOG" => {
                    let words = ["SORT", "basket:7", "hunter2-value"].map(bulk).concat();
                    format!(
                        "*1\r\n*6\r\n:14\r\n:1700000000\r\n:15000\r\n*3\r\n{words}{}{}",
                        bulk("10.0.0.2:5000"),
                        bulk("")
                    )
                }
                "CONFIG" => format!("*2\r\n{}{}", bulk("slowlog-log-slower-than"), bulk("10000")),
                _ => "+OK\r\n".to_owned(),
            };
            if writer.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    })
}

#[test]
fn redis_is_asked_by_info_and_its_refusals_are_told() {
    let web = serve(|mut stream| {
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let databases = Databases::watch(vec![
        redis_target("cache", redis("hunter2-cache", true), "hunter2-cache"),
        redis_target("narrow", redis("", false), ""),
        redis_target("wrong", redis("hunter2-cache", true), "hunter2-wrong"),
        redis_target("none", redis("hunter2-cache", true), ""),
        redis_target("needless", redis("", true), "hunter2-needless"),
        redis_target("hangs", serve(hang), ""),
        redis_target("web", web, ""),
        DatabaseTarget { user: "desk".into(), ..redis_target("user", redis("hunter2-user", true), "hunter2-user") },
    ]);
    let view = databases.redis("cache", |view| view.traffic.value().is_some_and(|t| t.commands_per_second.is_some()));
    let traffic = view.traffic.value().expect("traffic");
    assert_eq!(traffic.hit_ratio, Some(0.9));
    assert!(traffic.evicted_per_second.is_some_and(|n| n > 0.0));
    assert_eq!(view.memory.value().and_then(|memory| memory.max_bytes), Some(2_000_000));
    let slow = view.slow_log.value().expect("a slow log");
    assert_eq!((&*slow.rows[0].command, slow.rows[0].seconds), ("SORT basket:7 … 1 more", 0.015));
    assert_eq!(slow.from_seconds, Some(0.01));
    let narrow = databases.redis("narrow", |_| true);
    let missing = narrow.slow_log.missing().expect("a reason");
    assert!(
        missing.why.contains("may not run SLOWLOG") && missing.sql.starts_with("ACL SETUSER default"),
        "{missing:?}"
    );
    assert!(narrow.memory.value().is_some(), "the rest is there");
    for (name, part) in [
        ("wrong", "refuses the password"),
        ("none", "asks for a password"),
        ("needless", "has no password"),
        ("hangs", "gave no answer within 1 s"),
        ("web", "no Redis"),
    ] {
        let fault = databases.fault(name);
        assert!(fault.why.contains(part), "{name}: {fault:?}");
    }
    assert_eq!(databases.redis("user", |_| true).version.as_ref(), "7.0.15");
    assert!(!databases.printed().contains("hunter2"), "no password and no value stands anywhere");
}
