//! Tests of details: over a recorded tree, and over this very process.

use std::path::Path;

use super::*;
use crate::model::ProcessState;

const KEY: ProcessKey = ProcessKey { pid: 7, start_mark: 70 };

fn moment(seconds: u64) -> Moment {
    Moment { at: Timestamp::from_millis(seconds as i64 * 1000), elapsed: Duration::from_secs(seconds) }
}

fn thread_line(tid: u32, name: &str, ticks: u64) -> String {
    format!("{tid} ({name}) S 1 7 7 0 -1 4194304 0 0 0 0 {ticks} 0 0 0 20 0 2 0 70 1 1 1 1 1 5 0")
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(file, text).expect("written");
}

#[test]
fn a_process_is_told_in_full() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "7/cmdline", "seven\0-x\0");
    write(folder.path(), "7/cgroup", "0::/system.slice/seven.service\n");
    write(folder.path(), "7/task/7/stat", &thread_line(7, "seven", 100));
    write(folder.path(), "7/task/8/stat", &thread_line(8, "worker", 5));
    let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
        Max open files            1024                 524288               files     \n";
    write(folder.path(), "7/limits", limits);
    std::fs::create_dir(folder.path().join("7/fd")).expect("made");
    for (name, target) in [("exe", "/usr/bin/seven"), ("cwd", "/"), ("fd/0", "/dev/null"), ("fd/3", "socket:[81]")] {
        std::os::unix::fs::symlink(target, folder.path().join("7").join(name)).expect("linked");
    }

    let mut proc = ProcDir::open(folder.path()).expect("opens");
    let mut focus = Focus::new(KEY);
    let detail = focus.read(&mut proc, "root", false, 100.0, moment(1));
    assert_eq!(detail.executable.value().map(|path| &**path), Some("/usr/bin/seven"));
    assert_eq!(detail.arguments.value().expect("arguments").len(), 2);
    assert_eq!(detail.control_group.value().map(|group| &**group), Some("/system.slice/seven.service"));
    assert_eq!((detail.file_limit.value(), detail.n_files.value()), (Some(&1024), Some(&2)));
    let files = detail.files.value().expect("files");
    assert_eq!((&*files[1].target, files[1].descriptor, files[1].is_socket), ("socket:[81]", 3, true));
    assert!(!files[0].is_socket);
    let threads = detail.threads.value().expect("threads");
    assert_eq!((threads[1].tid, &*threads[1].name, threads[1].cpu_cores), (8, "worker", None));
    assert_eq!(threads[1].state, ProcessState::Sleeping);

    write(folder.path(), "7/task/8/stat", &thread_line(8, "worker", 105));
    let again = focus.read(&mut proc, "root", false, 100.0, moment(3));
    let cores: Vec<_> = again.threads.value().expect("threads").iter().map(|thread| thread.cpu_cores).collect();
    assert_eq!(cores, [Some(0.0), Some(0.5)]);
    assert!(Arc::ptr_eq(files, again.files.value().expect("files")), "unchanged files are not read again");
    std::fs::remove_file(folder.path().join("7/fd/0")).expect("closed");
    let third = focus.read(&mut proc, "root", false, 100.0, moment(4));
    assert_eq!((third.n_files.value(), third.files.value().map(|files| files.len())), (Some(&1), Some(1)));
}

#[test]
fn what_may_not_be_seen_says_who_may() {
    let excuse = |user| Excuse { user, since: Timestamp::from_millis(5) };
    for (user, kind, why) in [
        ("postgres", io::ErrorKind::PermissionDenied, "Only root or the user postgres may see this"),
        ("root", io::ErrorKind::PermissionDenied, "Only root may see this"),
        ("root", io::ErrorKind::NotFound, "Nothing here"),
    ] {
        let reading: Reading<u8> = excuse(user).refuse(&kind.into(), "Nothing here");
        assert_eq!(reading, Reading::Unsupported { why: why.into() });
    }
    let failed: Reading<u8> = excuse("root").refuse(&io::Error::other("disk on fire"), "");
    assert_eq!(failed, Reading::Failed { since: Timestamp::from_millis(5), why: "disk on fire".into() });
}

#[test]
fn a_process_without_anything_to_see_gives_reasons_and_no_zeros() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("7")).expect("made");
    let mut proc = ProcDir::open(folder.path()).expect("opens");
    let detail = Focus::new(KEY).read(&mut proc, "root", false, 100.0, moment(1));
    assert_eq!(
        detail.executable.why(),
        Some("Threads of the kernel and processes that have ended have no program file")
    );
    assert!(detail.files.why().is_some() && detail.n_files.why().is_some() && detail.threads.why().is_some());
    assert!(detail.file_limit.why().is_some() && detail.control_group.why().is_some());
}

#[test]
fn arguments_are_not_asked_of_a_process_that_may_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "7/cmdline", "seven\0-x\0");
    let mut proc = ProcDir::open(folder.path()).expect("opens");
    let mut focus = Focus::new(KEY);
    let mut n_arguments = |may_hang, seconds| {
        let detail = focus.read(&mut proc, "root", may_hang, 100.0, moment(seconds));
        detail.arguments.value().map(|arguments| arguments.len())
    };
    assert_eq!([n_arguments(true, 1), n_arguments(false, 2)], [None, Some(2)]);
    write(folder.path(), "7/cmdline", "seven\0");
    assert_eq!([n_arguments(true, 3), n_arguments(false, 4)], [Some(2), Some(1)]);
}

#[test]
fn limits_and_groups_are_read_in_every_form() {
    for (line, limit) in
        [("Max open files   1024   4096   files\n", Some(1024)), ("Max open files unlimited unlimited", None)]
    {
        assert_eq!(parse_file_limit(format!("Max cpu time  unlimited\n{line}").as_bytes()), limit);
    }
    for (text, group) in [
        ("0::/user.slice\n", Some("/user.slice")),
        ("0::/\n", Some("/")),
        ("5:memory:/docker/abc\n1:name=systemd:/\n0::/\n", Some("/docker/abc")),
        ("4:cpu,cpuacct:/\n", None),
        ("3:cpu:/a:b\n", Some("/a:b")),
        ("", None),
    ] {
        assert_eq!(parse_control_group(text.as_bytes()).as_deref(), group, "{text}");
    }
}

#[test]
fn this_very_process_can_be_seen() {
    let mut proc = ProcDir::open(Path::new("/proc")).expect("opens");
    let key = ProcessKey { pid: std::process::id(), start_mark: 0 };
    let detail = Focus::new(key).read(&mut proc, "me", false, 100.0, moment(1));
    let own = std::env::current_exe().expect("own program");
    assert_eq!(detail.executable.value().map(|path| &**path), own.to_str());
    assert!(detail.n_files.value().is_some_and(|n| *n >= 3), "{:?}", detail.n_files);
    assert!(detail.threads.value().is_some_and(|threads| !threads.is_empty()));
}
