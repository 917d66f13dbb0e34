//! A damaged file from being noticed to having back what can be read of it.

use std::fs;
use std::path::PathBuf;

use perfdesk::store::history::verify;
use perfdesk::store::progress::Unwatched;
use perfdesk::store::transfer::import_archive;

use super::*;

/// The files that were put aside.
fn aside(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.to_string_lossy().contains(".damaged-")).collect()
}

#[test]
fn what_can_be_read_of_a_damaged_file_is_found_and_taken_back() {
    type Spoil = fn(&mut Vec<u8>);
    let spoils: [(&str, Spoil); 4] = [
        ("cut in half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("overwritten in the middle", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle..middle + 40].fill(0);
        }),
        ("without its beginning", |bytes| bytes[..24].fill(0)),
        ("cut at both ends", |bytes| {
            bytes[..10].fill(7);
            bytes.truncate(bytes.len() - 9);
        }),
    ];
    for (name, spoil) in spoils {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, _) = open(folder.path());
        for i in 0..5 * 360 {
            let tick = tick(START + i * STEP);
            writer.append(&tick);
            if i % 60 == 59 {
                writer.flush(tick.at).expect("flushed");
            }
        }
        drop(writer);
        let all = expected(START, START + (5 * 360 - 1) * STEP);
        let file = folder.path().join("full-20261124T000000Z.seg");
        let mut bytes = fs::read(&file).expect("there");
        spoil(&mut bytes);
        fs::write(&file, &bytes).expect("written");

        let (mut writer, opened) = open(folder.path());
        let aside = aside(folder.path());
        assert_eq!(aside.len(), 1, "{name}");
        assert_eq!(fs::read(&aside[0]).expect("there"), bytes, "{name}: it is kept as it was found");
        assert!(opened.told[0].contains(&aside[0].display().to_string()), "{name}: {:?}", opened.told);
        assert!(read(&*writer.reader(), START).len() < all.len() / 5, "{name}: history goes on without it");
        let report = verify(&aside[0], &mut Unwatched).expect("looked at");
        let n_readable = report.files[0].n_values;
        assert!(n_readable > 0 && !report.files[0].is_whole(), "{name}: {report:?}");

        let reader = writer.reader();
        let taken = import_archive(&aside[0], &*reader, &mut writer, &mut Unwatched).expect("imported");
        assert_eq!(taken.n_taken, n_readable, "{name}");
        let found = read(&*writer.reader(), START);
        assert!(found.iter().all(|(key, value)| all.get(key) == Some(value)), "{name}");
        let least = if name.starts_with("cut in half") { 3 } else { 6 };
        assert!(found.len() > all.len() * least / 8, "{name}: {} of {} are back", found.len(), all.len());
        drop(writer);
        let (writer, opened) = open(folder.path());
        assert_eq!(opened.told, Vec::<String>::new(), "{name}: it is told once");
        assert_same(&read(&*writer.reader(), START), &found, name);
    }
}
