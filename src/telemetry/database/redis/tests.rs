//! INFO of an old and a new server, and replies as they come over the wire.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

use super::info::Info;
use super::resp::{Fault, Line, Reply};
use super::shown;
use crate::model::Timestamp;

const NEW: &str = "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:600\r\n\r\n# Clients\r\nconnected_clients:12\r\n\
    blocked_clients:1\r\nmaxclients:10000\r\n# Memory\r\nused_memory:1048576\r\nused_memory_peak:2097152\r\n\
    used_memory_rss:3145728\r\nmaxmemory:4194304\r\nmaxmemory_policy:allkeys-lru\r\nmem_fragmentation_ratio:3.00\r\n\
    # Stats\r\ntotal_commands_processed:5000\r\nkeyspace_hits:900\r\nkeyspace_misses:100\r\nevicted_keys:7\r\n\
    expired_keys:3\r\nrejected_connections:2\r\ntotal_net_input_bytes:100\r\ntotal_net_output_bytes:200\r\n\
    # Replication\r\nrole:master\r\nconnected_slaves:1\r\nslave0:ip=10.0.0.2,port=6379,state=online,offset=90,lag=0\r\n\
    master_repl_offset:100\r\n# Keyspace\r\ndb0:keys=12,expires=4,avg_ttl=10\r\n";

const AT: Timestamp = Timestamp::from_millis(1_000_000);

#[test]
fn info_becomes_figures_and_two_looks_become_rates() {
    let first = Info::read(NEW);
    let view = first.view(AT, None);
    let traffic = view.traffic.value().expect("told");
    assert_eq!((traffic.total_hit_ratio, traffic.hit_ratio, traffic.commands_per_second), (Some(0.9), None, None));
    let memory = view.memory.value().expect("told");
    assert_eq!((memory.used_bytes, memory.max_bytes, &*memory.policy), (1 << 20, Some(4 << 20), "allkeys-lru"));
    assert_eq!(view.clients.value().expect("told").max, Some(10_000));
    assert_eq!(view.started_at, Timestamp::from_millis(400_000));
    assert_eq!((view.keyspace[0].keys, view.keyspace[0].expires), (12, 4));
    assert_eq!(view.replication.value().expect("told").lag_bytes, Some(10));
    let later = NEW
        .replace("uptime_in_seconds:600", "uptime_in_seconds:610")
        .replace("keyspace_hits:900", "keyspace_hits:950")
        .replace("keyspace_misses:100", "keyspace_misses:150")
        .replace("evicted_keys:7", "evicted_keys:27");
    let view = Info::read(&later).view(AT, Some((first.before(), 10.0)));
    let traffic = view.traffic.value().expect("told");
    assert_eq!(
        (traffic.hit_ratio, traffic.hits_per_second, traffic.evicted_per_second),
        (Some(0.5), Some(5.0), Some(2.0))
    );
    // It was started anew.
    let view = Info::read(NEW).view(AT, Some((Info::read(&later).before(), 10.0)));
    assert_eq!(view.traffic.value().expect("told").commands_per_second, None);
}

#[test]
fn what_an_old_server_does_not_tell_has_its_reason() {
    let view = Info::read("redis_version:2.4.1\r\nconnected_clients:1\r\nnonsense\r\n:\r\n").view(AT, None);
    assert_eq!(view.clients.value().expect("told").max, None);
    let why = &view.memory.missing().expect("not told").why;
    assert_eq!(&**why, "this version (2.4.1) does not tell used_memory");
}

async fn replied(bytes: &'static [u8]) -> Result<Reply, Fault> {
    let (near, mut far) = duplex(1 << 16);
    let mut line = Line::new(Box::new(near));
    let server = tokio::spawn(async move {
        let mut asked = vec![0; 14];
        far.read_exact(&mut asked).await.expect("a command");
        assert_eq!(asked, b"*1\r\n$4\r\nPING\r\n");
        far.write_all(bytes).await.expect("room");
    });
    let reply = line.ask(&["PING"]).await;
    server.await.expect("a server");
    reply
}

#[tokio::test]
async fn replies_are_read_and_what_is_none_is_refused() {
    let text = |text: &str| Reply::Text(text.into());
    assert_eq!(replied(b"+PONG\r\n").await, Ok(text("PONG")));
    assert_eq!(replied(b"-NOAUTH first\r\n").await, Ok(Reply::Refused("NOAUTH first".into())));
    assert_eq!(replied(b"$5\r\na\r\nbc\r\n").await, Ok(text("a\r\nbc")));
    assert_eq!(replied(b"$-1\r\n").await, Ok(Reply::Nothing));
    let list = Reply::List(vec![Reply::Number(-3), Reply::List(vec![text("x")])]);
    assert_eq!(replied(b"*2\r\n:-3\r\n*1\r\n$1\r\nx\r\n").await, Ok(list));
    for bad in [b"HTTP/1.1 400 Bad Request\r\n".as_slice(), b":x\r\n", b"$x\r\n", b"\r\n"] {
        assert_eq!(replied(bad).await, Err(Fault::NoRedis));
    }
    for long in [b"$99999999999\r\n".as_slice(), b"*99999999\r\n", b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"] {
        assert!(matches!(replied(long).await, Err(Fault::Lost(why)) if why.contains("it sends")));
    }
    for short in [b"$5\r\nab".as_slice(), b"", b"*2\r\n:1\r\n"] {
        assert!(matches!(replied(short).await, Err(Fault::Lost(why)) if why.contains("closed")));
    }
}

#[test]
fn a_slow_command_shows_what_it_touches_and_no_value() {
    let words = |words: &[&str]| words.iter().map(|word| Reply::Text((*word).into())).collect::<Vec<_>>();
    assert_eq!(shown(&words(&["SET", "session:1", "hunter2"])), "SET session:1 … 1 more");
    assert_eq!(shown(&words(&["KEYS", "*"])), "KEYS *");
    assert_eq!(shown(&words(&["auth", "hunter2"])), "auth … 1 more");
}
