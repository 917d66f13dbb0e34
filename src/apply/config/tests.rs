//! Documents on a real disk.

use super::*;

fn profile(name: &str) -> DocumentId {
    DocumentId::Profile(name.into())
}

#[test]
fn what_is_saved_is_loaded_and_the_text_before_is_kept() {
    let config = tempfile::tempdir().expect("a folder");
    assert!(load(config.path()).documents.is_empty());
    let all = [
        profile("a"),
        profile("z-1"),
        DocumentId::Local,
        DocumentId::Catalogue,
        DocumentId::Bindings,
        DocumentId::Rules,
    ];
    for id in all.iter().rev() {
        save(config.path(), id, "old", None).expect("saved");
        save(config.path(), id, "new\r\n", None).expect("saved again");
        let before = fs::read_to_string(backup_of(&path_of(config.path(), id))).expect("kept");
        assert_eq!(before, "old");
    }
    let found = load(config.path());
    assert_eq!(found.errors.len(), 0, "{:?}", found.errors);
    let ids: Vec<&DocumentId> = found.documents.iter().map(|document| &document.id).collect();
    assert_eq!(ids, all.iter().collect::<Vec<_>>());
    assert!(found.documents.iter().all(|document| document.text == "new\r\n"));
    let stamps_loaded: Vec<_> = found.documents.iter().map(|d| (d.id.clone(), d.stamp)).collect();
    assert_eq!(stamps(config.path()), stamps_loaded);

    remove(config.path(), &profile("a")).expect("removed");
    remove(config.path(), &profile("a")).expect("fine where there is none");
    assert_eq!(load(config.path()).get(&profile("a")), None);
    let before = fs::read_to_string(config.path().join("profiles/a.ron.bak")).expect("kept");
    assert_eq!(before, "new\r\n");
}

#[test]
fn an_edit_of_somebody_else_is_seen_and_not_overwritten() {
    let config = tempfile::tempdir().expect("a folder");
    let id = DocumentId::Local;
    let stamp = save(config.path(), &id, "ours", Some(None)).expect("made where nothing was");
    fs::write(path_of(config.path(), &id), "theirs!").expect("edited");
    assert_ne!(stamps(config.path()), [(id.clone(), stamp)]);
    let refusal = save(config.path(), &id, "ours again", Some(stamp)).expect_err("refused").to_string();
    assert!(refusal.starts_with("changed by someone else since it was read, so it was not written: "), "{refusal}");
    assert_eq!(fs::read_to_string(path_of(config.path(), &id)).expect("there"), "theirs!");
    let stamp = load(config.path()).get(&id).expect("there").stamp;
    save(config.path(), &id, "both", Some(stamp)).expect("saved");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let config = tempfile::tempdir().expect("a folder");
    for name in ["", "..", "../x", "a/b", "a.b", "ä", &"x".repeat(65)] {
        assert!(matches!(save(config.path(), &profile(name), "", None), Err(ConfigError::Name { .. })), "{name}");
        assert!(matches!(remove(config.path(), &profile(name)), Err(ConfigError::Name { .. })), "{name}");
    }
    fs::create_dir(config.path().join("profiles")).expect("a folder");
    fs::write(config.path().join("profiles/two words.ron"), "").expect("written");
    let errors = load(config.path()).errors;
    assert!(matches!(&errors[..], [ConfigError::Name { name }] if name == "two words"), "{errors:?}");
}

#[cfg(unix)]
#[test]
fn pipes_devices_folders_and_what_is_too_large_or_no_text_are_told_and_left() {
    use std::os::unix::fs::symlink;

    let config = tempfile::tempdir().expect("a folder");
    let at = |name: &str| config.path().join(name);
    fs::create_dir_all(at("profiles/folder.ron")).expect("a folder");
    symlink("/dev/zero", at("profiles/endless.ron")).expect("a link to a device");
    fs::write(at("local.ron"), vec![b' '; MAX_BYTES as usize + 1]).expect("too large");
    fs::write(at("bindings.ron"), b"(\n  a\xff").expect("no text");
    fs::write(at("profiles/fine.ron"), "()").expect("fine");
    let found = load(config.path());
    assert_eq!(found.documents.len(), 1);
    let told: Vec<String> =
        found.errors.iter().map(|e| e.to_string().replace(&*config.path().to_string_lossy(), "")).collect();
    assert_eq!(
        told,
        [
            "not a file but a folder, a pipe or a device: move it away: /profiles/endless.ron",
            "not a file but a folder, a pipe or a device: move it away: /profiles/folder.ron",
            "larger than 1 MiB, which no document of Perfdesk is: /local.ron",
            "not text in UTF-8 from line 2, column 4: /bindings.ron",
        ]
    );
    for id in [profile("folder"), profile("endless")] {
        assert!(matches!(save(config.path(), &id, "x", None), Err(ConfigError::NoFile { .. })));
        assert!(matches!(remove(config.path(), &id), Err(ConfigError::NoFile { .. })));
    }
    let large = " ".repeat(MAX_BYTES as usize + 1);
    assert!(matches!(save(config.path(), &profile("fine"), &large, None), Err(ConfigError::TooLarge { .. })));
    assert_eq!(load(config.path()).get(&profile("fine")).expect("there").text, "()");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let (config, elsewhere) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let real = elsewhere.path().join("bindings.ron");
    fs::write(&real, "old").expect("written");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
    symlink(&real, config.path().join("bindings.ron")).expect("linked");
    save(config.path(), &DocumentId::Bindings, "new", None).expect("saved");
    assert!(config.path().join("bindings.ron").is_symlink());
    assert_eq!(fs::read_to_string(&real).expect("there"), "new");
    assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(config.path().join("bindings.ron.bak")).expect("kept"), "old");
}

#[test]
fn no_more_profiles_are_read_than_can_be_shown() {
    let config = tempfile::tempdir().expect("a folder");
    fs::create_dir(config.path().join("profiles")).expect("a folder");
    for i in 0..=MAX_PROFILES {
        fs::write(config.path().join(format!("profiles/p{i:03}.ron")), "").expect("written");
    }
    let found = load(config.path());
    assert_eq!(found.documents.len(), MAX_PROFILES);
    assert!(matches!(&found.errors[..], [ConfigError::TooMany { .. }]), "{:?}", found.errors);
}
