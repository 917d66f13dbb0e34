//! Bindings against made-up tables of processes, and ports and control groups against a made-up `/proc` and the real one.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::fits::is_in_group;
use super::{BindBook, Owners};
use crate::model::process::{ProcessKey, ProcessRow, ProcessState, ProcessTable};
use crate::model::service::{BindBy, ProcessBinding};
use crate::model::{SeriesDef, Slot, Timestamp};
use crate::telemetry::record::{Record, Tick};

fn key(pid: u32, start_mark: u64) -> ProcessKey {
    ProcessKey { pid, start_mark }
}

fn row(pid: u32, start_mark: u64, name: &str, command: &str) -> ProcessRow {
    ProcessRow {
        key: key(pid, start_mark),
        parent: None,
        name: name.into(),
        command: command.into(),
        user: "".into(),
        state: ProcessState::Sleeping,
        n_threads: 1,
        cpu_cores: Some(0.5),
        wait_cores: None,
        memory_bytes: Some(u64::from(pid) * 100),
        read_bytes_per_second: None,
        write_bytes_per_second: None,
        started_at: Timestamp::from_millis(i64::try_from(start_mark).expect("small") * 1000),
        is_kernel: false,
    }
}

fn table(at: i64, rows: Vec<ProcessRow>) -> ProcessTable {
    ProcessTable { at: Timestamp::from_millis(at), rows: rows.into() }
}

fn book(by: BindBy) -> BindBook {
    let mut book = BindBook::new();
    book.set(&[ProcessBinding { service: "shop".into(), by }]);
    book
}

#[derive(Default)]
struct Recorded(Vec<SeriesDef>, String);

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.0.push(def);
        Slot(u32::try_from(self.0.len() - 1).expect("few"))
    }

    fn put(&mut self, slot: Slot, value: f64) {
        let _ = write!(self.1, "{} {value}; ", self.0[slot.0 as usize].key.metric());
    }
}

fn recorded(book: &mut BindBook) -> String {
    // Each time a new generation, since what is recorded into is new.
    static GENERATION: AtomicU32 = AtomicU32::new(1);
    let generation = GENERATION.fetch_add(1, Ordering::Relaxed);
    let mut out = Recorded::default();
    book.record(Tick { at: Timestamp::default(), elapsed: Duration::ZERO, generation }, &mut out);
    out.1
}

#[test]
fn a_service_has_the_processes_that_fit_and_what_they_use_together() {
    let rows = || {
        let mut dead = row(9, 9, "java", "java -jar shop.jar");
        dead.state = ProcessState::Zombie;
        let mut kernel = row(3, 1, "java", "");
        kernel.is_kernel = true;
        vec![
            row(1, 1, "init", "/sbin/init"),
            kernel,
            row(5, 5, "java", "java -jar shop.jar"),
            row(7, 6, "java", "java"),
            dead,
        ]
    };
    for (by, expect) in [
        (BindBy::Name("java".into()), (7, 2, "process.cpu.utilization 1; process.memory.usage 1200; ")),
        (BindBy::CommandLine("shop.jar".into()), (5, 1, "process.cpu.utilization 0.5; process.memory.usage 500; ")),
    ] {
        let mut book = book(by);
        assert_eq!(book.update(&table(1, rows())), []);
        let bound = book.bound("shop").expect("a process");
        assert_eq!((bound.key.pid, bound.n_processes, recorded(&mut book).as_str()), expect);
        assert_eq!(recorded(&mut book), "", "once");
        book.update(&table(1, rows()));
        assert_eq!(recorded(&mut book), "", "the same table is nothing new");
    }
    let mut book = book(BindBy::Name("ruby".into()));
    book.update(&table(1, rows()));
    assert_eq!((book.bound("shop"), &*book.missing("shop")), (None, "no process is called ruby"));
}

#[test]
fn a_restart_is_a_new_process_after_the_one_that_led_went() {
    let mut book = book(BindBy::Name("java".into()));
    let java = |pid, start| row(pid, start, "java", "java");
    for (at, rows, n_restarts) in [
        (1, vec![java(5, 5)], 0),
        (2, vec![java(5, 5), java(6, 6)], 0),
        // A worker came and went.
        (3, vec![java(5, 5)], 0),
        (4, vec![java(5, 5), java(8, 8)], 0),
        // The new one was there before the old one went.
        (5, vec![java(8, 8)], 1),
        (6, vec![java(8, 8)], 1),
        // Down for a while; the number of the process is the same.
        (7, vec![row(1, 1, "init", "")], 1),
        (8, vec![java(8, 20)], 2),
        // Everything was unreadable for a moment.
        (9, vec![], 2),
        (10, vec![row(1, 1, "init", "")], 2),
        (11, vec![java(8, 20)], 2),
    ] {
        let before = book.bound("shop").map(|bound| bound.n_restarts);
        let told = book.update(&table(at, rows)).len() as u32;
        if let Some(bound) = book.bound("shop") {
            assert_eq!(bound.n_restarts, n_restarts, "at {at}");
            assert!(before.is_none_or(|before| before + told == n_restarts), "at {at}");
        }
    }
    assert_eq!(book.bound("shop").expect("a process").started_at, Timestamp::from_millis(20_000));
}

#[test]
fn what_a_service_says_of_itself_is_followed_unless_it_is_bound() {
    let mut book = BindBook::new();
    let reported = [("a".into(), 5), ("a".into(), 7), ("b".into(), 5), ("gone".into(), 99)];
    book.set_reported(&reported);
    book.set(&[ProcessBinding { service: "b".into(), by: BindBy::Name("x".into()) }]);
    let rows = vec![row(5, 5, "java", ""), row(7, 7, "java", ""), row(8, 8, "x", "")];
    book.update(&table(1, rows));
    assert_eq!(book.bound("a").map(|bound| bound.n_processes), Some(2));
    assert_eq!(book.bound("b").map(|bound| bound.key.pid), Some(8));
    assert_eq!((book.bound("gone"), &*book.missing("gone")), (None, ""));
    book.set_reported(&reported[..1]);
    book.set(&[]);
    assert_eq!(book.services().map(|name| &**name).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn ports_and_groups_are_those_that_were_looked_up() {
    let mut book = BindBook::new();
    let bind = |service: &str, by| ProcessBinding { service: service.into(), by };
    book.set(&[
        bind("db", BindBy::Port(5432)),
        bind("web", BindBy::Port(80)),
        bind("cache", BindBy::ControlGroup("redis.service".into())),
    ]);
    let rows = || vec![row(5, 5, "postgres", ""), row(6, 6, "postgres", ""), row(7, 7, "redis", "")];
    book.update(&table(1, rows()));
    assert_eq!(&*book.missing("db"), "ports are being looked up");
    let why: Arc<str> = "nothing listens on port 80".into();
    book.set_owners(Owners {
        ports: [(5432, Ok(vec![5, 6])), (80, Err(why.clone()))].into(),
        groups: Some(Ok(vec![(7, "/system.slice/redis.service".into()), (5, "/".into())])),
        files: [(key(7, 7), 12), (key(5, 5), 3)].into(),
    });
    book.update(&table(2, rows()));
    assert_eq!(book.bound("db").map(|bound| bound.n_processes), Some(2));
    assert_eq!(book.missing("web"), why);
    assert_eq!(book.bound("cache").map(|bound| bound.key.pid), Some(7));
    let out = recorded(&mut book);
    assert_eq!(out.matches("open_file_descriptor.count 12;").count(), 1, "{out}");
    assert_eq!(out.matches("open_file_descriptor").count(), 1, "of the two of db one is not known: {out}");
    book.update(&table(3, rows()));
    assert!(!recorded(&mut book).contains("open_file"), "once for each look");
}

#[test]
fn control_groups_fit_whole_at_their_end_or_around() {
    for (path, group, expect) in [
        ("/system.slice/redis.service", "redis.service", true),
        ("/system.slice/redis.service", "/system.slice/redis.service", true),
        ("/system.slice/redis.service/main", "redis.service", true),
        ("/system.slice/redis.service", "system.slice", true),
        ("/system.slice/my-redis.service", "redis.service", false),
        ("/system.slice/redis.service-2", "redis.service", false),
        ("/", "", false),
        ("/a", "/", false),
    ] {
        assert_eq!(is_in_group(path, group), expect, "{path} {group}");
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::{BTreeMap, BTreeSet};
    use std::net::TcpListener;

    use proptest::prelude::*;

    use super::super::proc::{group_of, listening};
    use super::super::{Asked, Finder};
    use super::key;

    #[test]
    fn sockets_that_listen_are_found_by_their_port() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   106        0 21001 1 0 100 0\n\
            1: 0100007F:1538 0100007F:C000 01 00000000:00000000 00:00000000 00000000   106        0 21002 1 0 20 4\n\
            2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 19 1 0 100 0\n\
            3: bad\n";
        let mut found = BTreeMap::new();
        listening(text, &BTreeSet::from([5432]), &mut found);
        assert_eq!(found, BTreeMap::from([(5432, BTreeSet::from([21001]))]));
    }

    #[test]
    fn the_longest_path_is_the_control_group() {
        let v1 = "12:pids:/user.slice/a.service\n11:cpu,cpuacct:/\n0::/x\n";
        assert_eq!(group_of(v1).as_deref(), Some("/user.slice/a.service"));
        assert_eq!(group_of("0::/system.slice/a:b.service\n").as_deref(), Some("/system.slice/a:b.service"));
        assert_eq!(group_of(""), None);
    }

    #[test]
    fn this_process_is_found_by_a_port_it_listens_on() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let own = std::process::id();
        let asked = Asked { ports: [port].into(), groups: true, files: vec![key(own, 0)] };
        let mut finder = Finder::default();
        for _ in 0..2 {
            let owners = finder.look(&asked);
            assert_eq!(owners.of_port(port), Ok(vec![own]));
            assert!(owners.n_files(key(own, 0)).is_some_and(|n| n > 3.0));
            assert!(owners.groups.is_some());
        }
        drop(listener);
        let why = finder.look(&asked).of_port(port).expect_err("nobody");
        assert_eq!(&*why, format!("nothing listens on port {port}"));
    }

    proptest! {
        #[test]
        fn any_table_can_be_read(text in "(.{0,40}\n){0,6}") {
            listening(&text, &BTreeSet::from([1]), &mut BTreeMap::new());
            let _ = group_of(&text);
        }
    }
}
