//! Bytes, rights and links of real files, there and back.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn bytes_rights_and_links_are_kept_there_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("real")).expect("a folder");
    let old: &[u8] = b"\xef\xbb\xbfPOOL=50\r\nTTL=1\r\n# no line end \xff";
    let new: &[u8] = b"\xef\xbb\xbfPOOL=24\r\nTTL=1\r\n# no line end \xff";
    fs::write(at("real/.env"), old).expect("written");
    fs::set_permissions(at("real/.env"), fs::Permissions::from_mode(0o640)).expect("set");
    symlink("real/.env", at("link")).expect("linked");
    let (link, added) = (at("link"), at("real/new.toml"));
    let (mut applier, _) = open(&at("data"));
    let id = begin(&mut applier, plan(&[(&link, new), (&added, b"ttl = 3\n")])).expect("begun");
    assert!(matches!(run(&mut applier), ApplyPhase::OnTrial { .. }), "{:?}", applier.records());
    assert_eq!(fs::read_link(&link).expect("still a link"), Path::new("real/.env"));
    assert_eq!((fs::read(&link).expect("there"), mode(&link)), (new.to_vec(), 0o640));
    assert_eq!(fs::read(&added).expect("there"), b"ttl = 3\n");
    assert_eq!(names(&at("real")), [".env", "new.toml"]);
    let record = &applier.records()[0];
    let backup = record.files[0].backup.clone().expect("a backup");
    assert_eq!((fs::read(&backup).expect("kept"), mode(&backup)), (old.to_vec(), 0o600));
    assert_eq!((mode(&at("data/applies")), mode(&at("data/applies/000001/record.ron"))), (0o700, 0o600));
    assert_eq!(record.files[0].path, fs::canonicalize(at("real/.env")).expect("there"));
    applier.keep(id).expect("kept");
    drop(applier);

    let (mut applier, told) = open(&at("data"));
    assert_eq!(told, []);
    applier.roll_back(id, "ada asked").expect("it goes back");
    assert!(matches!(run(&mut applier), ApplyPhase::RolledBack { .. }), "{:?}", applier.records());
    assert_eq!(fs::read_link(&link).expect("still a link"), Path::new("real/.env"));
    assert_eq!((fs::read(&link).expect("there"), mode(&link)), (old.to_vec(), 0o640));
    assert_eq!(names(&at("real")), [".env"]);
}

#[test]
fn the_owner_stays_where_that_is_permitted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".env");
    fs::write(&path, "POOL=50\n").expect("written");
    // Only the administrator gives a file away; for all others it stays their own.
    let _ = std::os::unix::fs::chown(&path, Some(12_345), Some(12_345));
    let owner = |path: &Path| fs::metadata(path).map(|meta| (meta.uid(), meta.gid())).expect("there");
    let before = owner(&path);
    let (mut applier, _) = open(&folder.path().join("data"));
    let id = begin(&mut applier, plan(&[(&path, b"POOL=24\n")])).expect("begun");
    run(&mut applier);
    assert_eq!(owner(&path), before);
    applier.roll_back(id, "ada asked").expect("it goes back");
    run(&mut applier);
    assert_eq!(owner(&path), before);
}

#[test]
fn what_cannot_be_written_is_told_in_words_before_anything_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let fine = at("fine.env");
    for path in [&fine, &at("read-only.env")] {
        fs::write(path, "POOL=50\n").expect("written");
    }
    fs::set_permissions(at("read-only.env"), fs::Permissions::from_mode(0o444)).expect("set");
    fs::create_dir(at("folder.env")).expect("made");
    symlink(at("gone"), at("dangling.env")).expect("linked");
    symlink("loop.env", at("loop.env")).expect("linked");
    symlink("/dev/null", at("device.env")).expect("linked");
    let (mut applier, _) = open(&at("data"));
    for (name, expect) in [
        ("read-only.env", "it is read-only: allow writing to it, then plan again"),
        ("folder.env", "it is not a file but a folder, a pipe or a device"),
        ("device.env", "it is not a file but a folder, a pipe or a device"),
        ("dangling.env", "it is a link to /gone, which is not there"),
        ("nowhere/.env", "its folder is not there: make it first"),
        ("fine.env/.env", "what should be a folder on its path is a file"),
        ("loop.env", "Too many levels of symbolic links (os error 40)"),
    ] {
        let path = at(name);
        let (mut plan, contents) = plan(&[(&fine, b"POOL=24\n"), (&path, b"POOL=24\n")]);
        plan.files[1].before = sum(&fs::read(&path).ok().filter(|b| !b.is_empty()).unwrap_or_default());
        let refusal = begin(&mut applier, (plan, contents)).expect_err("refused").to_string();
        let refusal = refusal.replace(&*folder.path().to_string_lossy(), "");
        assert_eq!(refusal, format!("nothing was written: /{name}: {expect}"));
    }
    assert_eq!(fs::read(&fine).expect("there"), b"POOL=50\n");
    assert_eq!(names(&at("data/applies")), ["lock"]);
}

#[test]
fn a_file_changed_by_somebody_else_is_refused_and_a_second_process_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".env");
    fs::write(&path, "POOL=50\n").expect("written");
    let planned = plan(&[(&path, b"POOL=24\n")]);
    fs::write(&path, "POOL=51\n").expect("changed");
    let data = folder.path().join("data");
    let (mut applier, _) = open(&data);
    let refusal = begin(&mut applier, planned).expect_err("refused");
    assert!(matches!(refusal, ApplyError::ChangedSincePlan { .. }), "{refusal}");
    let refusal = Applier::open(Box::new(RealWorld::new()), &data).expect_err("held");
    assert!(matches!(refusal, ApplyError::Busy { .. }), "{refusal}");
    drop(applier);
    open(&data);
}

#[test]
fn what_a_cut_write_left_beside_a_file_is_in_nobodys_way_and_no_link_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at(".env"), "POOL=50\n").expect("written");
    fs::write(at("other"), "kept").expect("written");
    symlink(at("other"), at("..env.perfdesk-new")).expect("a link in the way");
    let (mut applier, _) = open(&at("data"));
    begin(&mut applier, plan(&[(&at(".env"), b"POOL=24\n")])).expect("begun");
    run(&mut applier);
    assert_eq!(fs::read(at(".env")).expect("there"), b"POOL=24\n");
    assert_eq!(fs::read(at("other")).expect("there"), b"kept");
}

#[test]
fn a_file_with_a_second_name_stays_as_it_is_and_both_names_stay_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at(".env"), "POOL=50\n").expect("written");
    fs::hard_link(at(".env"), at("other.env")).expect("linked");
    let (mut applier, _) = open(&at("data"));
    let refusal = begin(&mut applier, plan(&[(&at(".env"), b"POOL=24\n")])).expect_err("refused").to_string();
    assert!(refusal.contains("it has 2 names (hard links)") && refusal.contains("then plan again"), "{refusal}");
    for name in [".env", "other.env"] {
        assert_eq!(fs::read(at(name)).expect("there"), b"POOL=50\n", "{name}");
        assert_eq!(fs::metadata(at(name)).expect("there").nlink(), 2, "{name}");
    }
    // With a file of its own it is written as any other.
    fs::remove_file(at("other.env")).expect("removed");
    begin(&mut applier, plan(&[(&at(".env"), b"POOL=24\n")])).expect("begun");
    run(&mut applier);
    assert_eq!(fs::read(at(".env")).expect("there"), b"POOL=24\n");
}

#[cfg(target_os = "linux")]
mod attributes {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    use rustix::io::Errno;

    use super::*;

    /// An attribute's value; `None` where the file has it not.
    fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
        let mut value = [0; 256];
        getxattr(path, name, &mut value[..]).ok().map(|n| value[..n].to_vec())
    }

    /// Gives a file an attribute; `false`, with a word, where this disk or this user cannot.
    fn set(path: &Path, name: &str, value: &[u8]) -> bool {
        match setxattr(path, name, value, XattrFlags::empty()) {
            Ok(()) => true,
            Err(e @ (Errno::OPNOTSUPP | Errno::PERM | Errno::ACCESS)) => {
                use std::io::Write as _;
                writeln!(std::io::stderr(), "skipped: {name} cannot be set here: {e}").expect("written");
                false
            }
            Err(e) => panic!("{name}: {e}"),
        }
    }

    /// The list of `user::rw-, user:12345:r--, group::---, mask::r--, other::---`, as the kernel keeps it.
    fn list() -> Vec<u8> {
        let undefined = u32::MAX;
        let entries =
            [(1u16, 6u16, undefined), (2, 4, 12_345), (4, 0, undefined), (16, 4, undefined), (32, 0, undefined)];
        let mut list = 2u32.to_le_bytes().to_vec();
        for (tag, bits, id) in entries {
            list.extend(tag.to_le_bytes());
            list.extend(bits.to_le_bytes());
            list.extend(id.to_le_bytes());
        }
        list
    }

    #[test]
    fn notes_of_other_programs_and_lists_of_who_may_read_stay_there_and_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        fs::write(&path, "POOL=50\n").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        let mut there: Vec<(&str, Vec<u8>)> =
            vec![("user.note", b"of the backup\0".to_vec()), ("system.posix_acl_access", list())];
        there.retain(|(name, value)| set(&path, name, value));
        let before = mode(&path);
        let (mut applier, _) = open(&folder.path().join("data"));
        let id = begin(&mut applier, plan(&[(&path, b"POOL=24\n")])).expect("begun");
        run(&mut applier);
        assert_eq!(&*applier.records()[0].steps[0].text, "1 file, the old one is backed up", "all was carried over");
        let check = |expect: &[u8]| {
            assert_eq!((fs::read(&path).expect("there"), mode(&path)), (expect.to_vec(), before));
            for (name, value) in &there {
                assert_eq!(get(&path, name).as_ref(), Some(value), "{name}");
            }
        };
        check(b"POOL=24\n");
        applier.roll_back(id, "ada asked").expect("it goes back");
        run(&mut applier);
        check(b"POOL=50\n");
    }
}
