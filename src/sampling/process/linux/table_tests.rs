//! Tests of the table: over a recorded tree that changes between passes, and over the real /proc.

use std::path::Path;

use super::*;

struct World {
    folder: tempfile::TempDir,
    source: LinuxProcesses,
}

/// A process of the recorded tree.
struct Told {
    comm: &'static str,
    state: char,
    ticks: u64,
    start: u64,
    stack: u64,
}

const INIT: Told = Told { comm: "init", state: 'S', ticks: 100, start: 5, stack: 11 };

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let passwd = folder.path().join("passwd");
        std::fs::write(&passwd, "").expect("written");
        std::fs::write(
            folder.path().join("stat"),
            "cpu 1 2 3\ncpu0 1 1 1\ncpu1 0 1 2\nintr 5\nbtime 1700000000\nprocesses 9\n",
        )
        .expect("written");
        let source = LinuxProcesses::new(folder.path().into(), passwd, || None);
        Self { folder, source }
    }

    fn write(&self, pid: u32, name: &str, text: &str) {
        let folder = self.folder.path().join(pid.to_string());
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join(name), text).expect("written");
    }

    fn tell(&self, pid: u32, told: &Told) {
        let Told { comm, state, ticks, start, stack } = told;
        let text = format!(
            "{pid} ({comm}) {state} 1 1 1 0 -1 4194304 0 0 0 0 {ticks} 0 0 0 20 0 1 0 {start} 999 3 99 1 2 {stack} 0\n"
        );
        // A new file each time, as a new process has: the old one stays what it was.
        let file = self.folder.path().join(pid.to_string()).join("stat");
        let _ = std::fs::remove_file(file);
        self.write(pid, "stat", &text);
    }

    fn end(&self, pid: u32) {
        std::fs::remove_dir_all(self.folder.path().join(pid.to_string())).expect("ended");
    }

    fn rows(&mut self, seconds: u64) -> Vec<ProcessRow> {
        let now = Moment { at: Timestamp::default(), elapsed: Duration::from_secs(seconds) };
        // The recorded files do not change under an open descriptor as /proc does.
        self.source.known.values_mut().for_each(|known| known.stat = None);
        self.source.rows(now, None).expect("reads")
    }
}

#[test]
fn rows_are_sorted_and_rates_start_with_the_second_reading() {
    let mut world = World::new();
    world.tell(30, &Told { comm: "sleep", state: 'R', ..INIT });
    world.write(30, "cmdline", "sleep\x001000\0");
    world.tell(4, &INIT);
    let rows = world.rows(10);
    assert_eq!(rows.iter().map(|row| row.key.pid).collect::<Vec<_>>(), [4, 30]);
    assert_eq!((&*rows[1].name, &*rows[1].command, rows[1].state), ("sleep", "sleep 1000", ProcessState::Running));
    assert_eq!((rows[1].cpu_cores, rows[1].wait_cores, rows[1].read_bytes_per_second), (None, None, None));
    assert_eq!(rows[1].memory_bytes, Some(3 * rustix::param::page_size() as u64));
    let hz = world.source.ticks_per_second;
    assert_eq!(rows[0].started_at, Timestamp::from_millis(1_700_000_000_000 + (5000.0 / hz) as i64));

    world.tell(30, &Told { comm: "sleep", state: 'R', ticks: 100 + hz as u64, ..INIT });
    let again = world.rows(12);
    assert_eq!((again[0].cpu_cores, again[1].cpu_cores), (Some(0.0), Some(0.5)));
    assert!(Arc::ptr_eq(&rows[1].command, &again[1].command) && Arc::ptr_eq(&rows[1].user, &again[1].user));
}

#[test]
fn a_control_groups_limit_comes_before_the_machines_cores() {
    let mut world = World::new();
    world.rows(1);
    assert_eq!(world.source.capacity_cores(), 2.0);
    world.source.limit_cores = Box::new(|| Some(0.5));
    assert_eq!(world.source.capacity_cores(), 0.5);
}

#[test]
fn a_reused_pid_is_another_process_and_starts_anew() {
    let mut world = World::new();
    world.tell(4, &INIT);
    world.rows(1);
    world.tell(4, &Told { comm: "other", start: 77, ticks: 900, ..INIT });
    let rows = world.rows(2);
    assert_eq!((&*rows[0].name, rows[0].key.start_mark, rows[0].cpu_cores), ("other", 77, None));
    world.end(4);
    assert_eq!(world.rows(3), []);
    assert!(world.source.known.is_empty(), "nothing is kept of what has ended");
}

#[test]
fn an_exec_is_seen_by_its_name_or_its_stack() {
    let mut world = World::new();
    world.tell(4, &Told { comm: "sh", ..INIT });
    world.write(4, "cmdline", "sh\0");
    for second in 1..6 {
        world.rows(second);
    }
    // Past the passes in which a new process is read again, only the change itself can tell.
    let quiet = (6..).find(|pass| !(pass + 4_u64).is_multiple_of(SLOW_TURN)).expect("a pass");
    assert_eq!(quiet, 6);
    world.write(4, "cmdline", "sh\0script\0");
    assert_eq!(&*world.rows(6)[0].command, "sh", "unchanged marks are believed");
    world.tell(4, &Told { comm: "sh", stack: 12, ..INIT });
    assert_eq!(&*world.rows(7)[0].command, "sh script");
    world.write(4, "cmdline", "make\0");
    world.tell(4, &Told { comm: "make", stack: 12, ..INIT });
    assert_eq!(&*world.rows(8)[0].name, "make");
}

#[test]
fn a_new_title_is_seen_within_the_slow_turn() {
    let mut world = World::new();
    world.tell(4, &INIT);
    world.write(4, "cmdline", "init\0");
    world.rows(1);
    world.write(4, "cmdline", "init: ready\0");
    let seen = (2..=SLOW_TURN + 1).any(|second| &*world.rows(second)[0].command == "init: ready");
    assert!(seen);
}

#[test]
fn the_command_line_of_a_process_that_waits_on_a_disk_is_left_until_later() {
    let mut world = World::new();
    world.tell(4, &Told { state: 'D', ..INIT });
    world.write(4, "cmdline", "init\0");
    for second in 1..4 {
        let rows = world.rows(second);
        assert_eq!((&*rows[0].name, &*rows[0].command, rows[0].state), ("init", "", ProcessState::DiskWait));
    }
    world.tell(4, &INIT);
    assert_eq!(&*world.rows(4)[0].command, "init");
}

#[test]
fn a_process_that_cannot_be_read_is_left_out_and_no_folder_is_a_failure() {
    let mut world = World::new();
    world.tell(4, &INIT);
    world.write(5, "stat", "garbage");
    std::fs::create_dir(world.folder.path().join("6")).expect("made");
    assert_eq!(world.rows(1).len(), 1);
    let mut nowhere = LinuxProcesses::new("/nowhere".into(), "/nowhere".into(), || None);
    let now = Moment { at: Timestamp::default(), elapsed: Duration::ZERO };
    assert!(matches!(nowhere.rows(now, None), Err(ProbeError::Failed { .. })));
}

#[test]
fn this_very_process_is_in_the_real_table() {
    let mut source = LinuxProcesses::new("/proc".into(), Path::new("/etc/passwd").into(), || None);
    let now = |seconds| Moment { at: Timestamp::default(), elapsed: Duration::from_secs(seconds) };
    let first = source.rows(now(1), None).expect("reads");
    let rows = source.rows(now(2), None).expect("reads");
    let own = |rows: &[ProcessRow]| rows.iter().find(|row| row.key.pid == std::process::id()).cloned();
    let (before, row) = (own(&first).expect("listed"), own(&rows).expect("listed"));
    assert_eq!(before.cpu_cores, None);
    assert!(row.cpu_cores.is_some_and(|cores| cores >= 0.0));
    assert!(row.memory_bytes.is_some_and(|bytes| bytes > 100_000) && row.n_threads >= 1 && !row.is_kernel);
    let program = std::env::args().next().expect("a name");
    assert!(row.command.starts_with(&program), "{}", row.command);
    assert!(!row.user.is_empty() && row.started_at > Timestamp::from_millis(1_600_000_000_000));
    assert!(Arc::ptr_eq(&before.name, &row.name));
}
