//! Real refusals of the system: a folder that this user may not write to, and a disk that is full. The old content stays,
//! and the words say what is the matter.

use std::io::{Write as _, stderr};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// The folder that a child works in, which the administrator's rights are taken from; set for children alone.
const CHILD: &str = "PERFDESK_APPLY_TEST_DENIED";
/// A user that is nobody's, and its group.
const NOBODY: u32 = 65_534;

fn skip(why: &str) {
    writeln!(stderr(), "skipped: {why}").expect("written");
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

/// A folder of a service with its file, and the folder of applies beside it.
fn prepare(folder: &Path) -> (PathBuf, PathBuf) {
    let (srv, data) = (folder.join("srv"), folder.join("data"));
    for made in [&srv, &data] {
        fs::create_dir(made).expect("made");
    }
    fs::write(srv.join(".env"), "POOL=50\n").expect("written");
    (srv, data)
}

fn plain(applier: &Applier) -> String {
    match &applier.records()[0].phase {
        ApplyPhase::RolledBack { why } => format!("rolled back: {why}"),
        ApplyPhase::Stuck { why } => format!("stuck: {why}"),
        phase => format!("{phase:?}"),
    }
}

/// The names in a folder, the service's file alone where nothing was left behind.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// What the system refuses while files are written, then while they are taken back. `refuse` makes it do so or not.
fn check_refused_half_way(srv: &Path, data: &Path, refuse: &dyn Fn(bool), words: &str) {
    let env = srv.join(".env");
    let (mut applier, _) = open(data);
    begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect("begun");
    refuse(true);
    run(&mut applier);
    assert_eq!(plain(&applier), format!("rolled back: nothing was written: {words}: {}", env.display()));
    assert_eq!(fs::read(&env).expect("there"), b"POOL=50\n");
    refuse(false);
    assert_eq!(names(srv), [".env"]);
    let id = begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect("begun");
    run(&mut applier);
    refuse(true);
    applier.roll_back(id, "ada asked").expect("it goes back");
    run(&mut applier);
    let backup = applier.records()[0].files[0].backup.clone().expect("kept");
    let expect = format!(
        "stuck: {}: it still holds the new content, since it cannot be written: {words}; its old content is in {}; put \
         that right, then roll back again",
        env.display(),
        backup.display()
    );
    assert_eq!((plain(&applier), fs::read(&env).expect("there")), (expect, b"POOL=24\n".to_vec()));
    refuse(false);
    applier.roll_back(id, "ada asked").expect("again");
    run(&mut applier);
    assert_eq!((&*plain(&applier), fs::read(&env).expect("there")), ("rolled back: ada asked", b"POOL=50\n".to_vec()));
    assert_eq!(names(srv), [".env"]);
}

/// The child: a user that rights are in force for.
#[test]
fn child_that_may_not_write() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let (srv, data) = prepare(&folder);
    check_refused_half_way(
        &srv,
        &data,
        &|is_refused| set(&srv, if is_refused { 0o500 } else { 0o700 }),
        "this user has no permission",
    );
    // Where it is so from the beginning, nothing is begun.
    set(&srv, 0o500);
    let (mut applier, _) = open(&data);
    let env = srv.join(".env");
    let refusal = begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect_err("refused").to_string();
    let why = "this user may not write to its folder, which replacing a file whole needs";
    assert_eq!(refusal, format!("nothing was written: {}: {why}", env.display()));
    drop(applier);
    set(&srv, 0o700);
    set(&data.join("applies"), 0o500);
    let (mut applier, _) = open(&data);
    let refusal = begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect_err("refused").to_string();
    assert!(
        refusal.starts_with("the journal of applies cannot be written: this user has no permission: "),
        "{refusal}"
    );
    assert_eq!(fs::read(&env).expect("there"), b"POOL=50\n");
    set(&data.join("applies"), 0o700);
}

#[test]
fn a_folder_that_may_not_be_written_to_leaves_the_old_content_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "denied::child_that_may_not_write", "--nocapture"]).env(CHILD, folder.path());
    if rustix::process::geteuid().is_root() {
        // For the administrator no right is missing anywhere.
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("given");
        child.uid(NOBODY).gid(NOBODY).current_dir(folder.path());
    }
    match child.stdout(Stdio::piped()).stderr(Stdio::piped()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success() && said.contains("1 passed"), "{said}");
        }
        Err(e) => skip(&format!("another user cannot run this test: {e}")),
    }
}

/// A small disk in memory; unmounted when it is dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None`, with a word, where nothing may be mounted here.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "perfdesk-test"]).arg(folder.path()).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        skip("no small disk may be mounted here");
        None
    }

    /// Takes all the room there is, or gives it free.
    fn fill(&self, is_full: bool) {
        let ballast = self.0.path().join("ballast");
        if is_full {
            let mut file = fs::File::create(ballast).expect("made");
            while file.write_all(&[7; 4096]).is_ok() {}
        } else {
            // Cut first: a program that another test starts at this moment may still hold the file open, and what
            // a removed file holds is free only when the last that has it open lets go.
            drop(fs::File::create(&ballast).expect("cut"));
            fs::remove_file(ballast).expect("removed");
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_content_and_says_so() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (srv, on_disk) = prepare(disk.0.path());
    let elsewhere = tempfile::tempdir().expect("a folder");
    check_refused_half_way(&srv, elsewhere.path(), &|is_full| disk.fill(is_full), "the disk is full");
    // The folder of applies on the full disk: nothing is begun that could not be taken back.
    let env = elsewhere.path().join(".env");
    fs::write(&env, "POOL=50\n").expect("written");
    let (mut applier, _) = open(&on_disk);
    disk.fill(true);
    let refusal = begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect_err("refused").to_string();
    assert!(refusal.starts_with("the journal of applies cannot be written: the disk is full: "), "{refusal}");
    assert_eq!((applier.records().len(), fs::read(&env).expect("there")), (0, b"POOL=50\n".to_vec()));
    disk.fill(false);
    begin(&mut applier, plan(&[(&env, b"POOL=24\n")])).expect("there is room");
}

#[test]
fn a_disk_that_is_mounted_read_only_leaves_the_old_content_and_says_so() {
    let Some(disk) = SmallDisk::mount() else { return };
    let (srv, _) = prepare(disk.0.path());
    let elsewhere = tempfile::tempdir().expect("a folder");
    let remount = |is_refused: bool| {
        let option = if is_refused { "remount,ro" } else { "remount,rw" };
        let status = Command::new("mount").args(["-o", option]).arg(disk.0.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "{option}");
    };
    check_refused_half_way(&srv, elsewhere.path(), &remount, "its disk is mounted read-only");
}
