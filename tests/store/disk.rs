//! A real small disk that becomes full, and one that becomes read-only. Where no disk may be mounted the same is tried
//! on a simulated one, in the writer's own tests.

use std::fs;
use std::io::{Write as _, stderr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use perfdesk::model::HistoryState;

use super::*;

/// A small disk in memory; unmounted when it is dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, with a word, where nothing may be mounted here.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "perfdesk-test"]).arg(folder.path());
        let is_mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            writeln!(stderr(), "skipped: no small disk may be mounted here").expect("written");
            return None;
        }
        Some(Self { folder })
    }

    fn remount(&self, option: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{option}")]).arg(self.folder.path());
        mount.status().is_ok_and(|status| status.success())
    }

    fn history(&self) -> PathBuf {
        self.folder.path().join("history")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder.path()).status();
    }
}

/// Series of a tick here.
const N_NOISY: u32 = 64;

/// A tick that no compression makes small.
fn noisy(millis: i64) -> StoreTick {
    let value = |i: u32| {
        let mixed = (millis as u64 / 1000 + u64::from(i) * 7919).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        f32::from_bits((mixed >> 40) as u32 | 0x3f80_0000)
    };
    StoreTick { values: (0..N_NOISY).map(|i| (SeriesId(i), value(i))).collect(), ..tick(millis) }
}

fn all_until(newest: i64) -> Samples {
    let ticks = (START..=newest).step_by(STEP as usize).map(noisy);
    ticks
        .flat_map(|tick| tick.values.into_iter().map(move |(id, v)| ((tick.at.as_millis(), id.0.to_string()), v)))
        .collect()
}

/// Appends `n` ticks after `newest`, with a flush every sixth; gives the last tick and how many flushes failed.
fn run(writer: &mut Writer, newest: i64, n: i64) -> (i64, usize) {
    let mut n_failed = 0;
    for i in 1..=n {
        let tick = noisy(newest + i * STEP);
        writer.append(&tick);
        if i % 6 == 0 {
            n_failed += usize::from(writer.flush(tick.at).is_err());
            // It does nothing while nothing can be written.
            let _ = writer.maintain(tick.at);
        }
    }
    (newest + n * STEP, n_failed)
}

fn words(writer: &Writer) -> String {
    match writer.status().state {
        HistoryState::Stalled { why, .. } => why.to_string(),
        other => panic!("it is {other:?}"),
    }
}

#[test]
fn a_full_disk_loses_nothing_and_writing_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (mut writer, _) = open(&disk.history());
    writer.know(known(N_NOISY));
    let (newest, n_failed) = run(&mut writer, START - STEP, 600);
    assert_eq!(n_failed, 0);
    let ballast = disk.folder.path().join("ballast");
    let mut file = fs::File::create(&ballast).expect("made");
    while file.write_all(&[7; 4096]).is_ok() {}
    while file.write_all(&[7; 16]).is_ok() {}
    drop(file);
    let (newest, n_failed) = run(&mut writer, newest, 400);
    assert!(n_failed > 60, "{n_failed} of 66 flushes failed");
    assert!(words(&writer).contains("is full: make room there"), "{}", words(&writer));
    let all = all_until(newest);
    assert_same(&read(&*writer.reader(), START), &all, "what waits is seen");
    assert_eq!(writer.status().n_dropped, 0);
    // Whoever opens it now finds nothing damaged; it is looked at beside the one that waits.
    let beside = perfdesk::store::history::Reader::open(&disk.history()).expect("read");
    assert!(read(&beside, START).len() >= 600 * N_NOISY as usize);
    fs::remove_file(&ballast).expect("room");
    let (newest, n_failed) = run(&mut writer, newest, 60);
    assert_eq!(n_failed, 0, "it goes on by itself");
    assert_eq!(writer.status().state, HistoryState::Writing);
    drop(writer);
    let (writer, opened) = open(&disk.history());
    assert_eq!(opened.told, Vec::<String>::new(), "nothing is damaged");
    assert_same(&read(&*writer.reader(), START), &all_until(newest), "afterwards");
}

#[test]
fn a_disk_that_becomes_read_only_is_read_and_written_again_later() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (mut writer, _) = open(&disk.history());
    writer.know(known(N_NOISY));
    let (newest, _) = run(&mut writer, START - STEP, 300);
    drop(writer);
    if !disk.remount("ro") {
        writeln!(stderr(), "skipped: the disk cannot be made read-only here").expect("written");
        return;
    }
    let (mut writer, opened) = open(&disk.history());
    writer.know(known(N_NOISY));
    assert_eq!(opened.newest, Some(at(newest)));
    assert_same(&read(&*writer.reader(), START), &all_until(newest), "it is read");
    let (newest, n_failed) = run(&mut writer, newest, 60);
    assert_eq!(n_failed, 10);
    assert!(words(&writer).contains("give this user the right to write there"), "{}", words(&writer));
    assert!(disk.remount("rw"));
    let (newest, n_failed) = run(&mut writer, newest, 60);
    assert_eq!(n_failed, 0);
    drop(writer);
    assert_same(&read(&*open(&disk.history()).0.reader(), START), &all_until(newest), "nothing was lost");
}
