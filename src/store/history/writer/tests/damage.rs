//! Files that were cut, overwritten, or never ours.

use super::*;
use crate::store::history::verify;
use crate::store::progress::Unwatched;

/// Every file of segments with its bytes.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    segment_files(folder)
        .expect("listed")
        .into_iter()
        .map(|path| (name(&path), fs::read(&path).expect("there")))
        .collect()
}

pub fn restore(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("listed") {
        fs::remove_file(entry.expect("an entry").path()).expect("removed");
    }
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("written");
    }
}

#[test]
fn cut_anywhere_a_folder_opens_and_what_is_lost_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 300);
    drop(writer);
    let files = contents(folder.path());
    let kinds: Vec<&str> = files.keys().map(|name| name.split('-').next().expect("a kind")).collect();
    assert_eq!(kinds, ["full", "journal", "minute"]);
    for (name, bytes) in &files {
        let mut cuts: Vec<usize> = vec![0, 1, 12];
        restore(folder.path(), &files);
        for frame in scan(&folder.path().join(name)).expect("whole").frames {
            let start = frame.offset as usize;
            cuts.extend([start - 1, start, start + 1, start + 70]);
        }
        cuts.push(bytes.len() - 1);
        cuts.retain(|cut| *cut < bytes.len());
        for cut in cuts {
            restore(folder.path(), &files);
            fs::write(folder.path().join(name), &bytes[..cut]).expect("cut");
            let (mut writer, opened) = open(folder.path());
            let kept = read(&*writer.reader(), Tier::Full);
            assert!(kept.iter().all(|(key, value)| samples.get(key) == Some(value)), "{name} cut at {cut}");
            if name.starts_with("journal") {
                assert!(opened.told.len() <= 1, "{:?}", opened.told);
            } else {
                assert!(
                    opened.told.len() == 1 && opened.told[0].contains(name),
                    "{name} cut at {cut}: {:?}",
                    opened.told
                );
                let aside: Vec<_> = fs::read_dir(folder.path())
                    .expect("listed")
                    .map(|entry| entry.expect("an entry").path())
                    .filter(|path| path.to_string_lossy().contains(".damaged-2026"))
                    .collect();
                assert_eq!(fs::read(&aside[0]).expect("there"), &bytes[..cut], "it is left as it was found");
            }
            let mut more = kept;
            run(&mut writer, &mut more, START + 400 * MINUTE, 60);
            same(&read(&*writer.reader(), Tier::Full), &more);
            drop(writer);
            assert_eq!(open(folder.path()).1.told, Vec::<String>::new(), "it is told once");
        }
    }
}

#[test]
fn overwritten_bytes_are_noticed_and_the_file_goes_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 300);
    drop(writer);
    let files = contents(folder.path());
    for (name, bytes) in &files {
        for i in 0..40 {
            let place = 13 * bytes.len() / 17 * i / 40;
            let mut scratched = bytes.clone();
            scratched[place..(place + 5).min(bytes.len())].fill(0x5a);
            if scratched == *bytes || (14..20).contains(&place) {
                continue;
            }
            restore(folder.path(), &files);
            fs::write(folder.path().join(name), &scratched).expect("scratched");
            let (writer, opened) = open(folder.path());
            let told = opened.told.join("\n");
            assert!(told.contains(name) && told.contains("damaged"), "{name} at {place} of {}: {told}", bytes.len());
            let kept = read(&*writer.reader(), Tier::Full);
            assert!(kept.iter().all(|(key, value)| samples.get(key) == Some(value)), "{name} at {place}");
        }
    }
}

/// One flush after the other into a journal; gives its file's name and bytes, and where its last frame begins.
fn journal_of(folder: &Path, samples: &mut Samples) -> (String, Vec<u8>, usize) {
    let (mut writer, _) = open(folder);
    run(&mut writer, samples, START, 20);
    drop(writer);
    let (name, bytes) = contents(folder).into_iter().find(|(name, _)| name.starts_with("journal")).expect("a journal");
    let last = scan(&folder.join(&name)).expect("whole").frames.last().expect("a frame").offset as usize;
    (name, bytes, last)
}

#[test]
fn an_overwritten_last_flush_is_told_of_and_costs_what_was_overwritten_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut samples = Samples::new();
    let (name, bytes, last) = journal_of(folder.path(), &mut samples);
    // Its last bytes are those of one series.
    let mut scratched = bytes.clone();
    let end = bytes.len() - 2;
    assert!(end > last);
    scratched[end..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(folder.path().join(&name), &scratched).expect("scratched");
    let report = verify(folder.path(), &mut Unwatched).expect("looked at");
    assert!(!report.is_whole());
    let (writer, opened) = open(folder.path());
    assert!(opened.told.join("").contains("put aside"), "{:?}", opened.told);
    let kept = read(&*writer.reader(), Tier::Full);
    assert!(kept.len() < samples.len() && kept.len() > samples.len() / 2, "{} of {}", kept.len(), samples.len());
    writer.close(at(START + HOUR)).expect("written");
    same(&read(&*open(folder.path()).0.reader(), Tier::Full), &kept);
}

#[test]
fn a_last_flush_that_never_got_to_the_disk_is_no_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut samples = Samples::new();
    let (name, bytes, last) = journal_of(folder.path(), &mut samples);
    let mut unwritten = bytes.clone();
    // The head is there and the rest is not.
    unwritten[last + 64 + "sample".len()..].fill(0);
    fs::write(folder.path().join(&name), &unwritten).expect("written");
    let report = verify(folder.path(), &mut Unwatched).expect("looked at");
    assert!(report.is_whole() && report.files.iter().any(|file| file.torn_bytes > 0), "{report:?}");
    let (mut writer, opened) = open(folder.path());
    assert_eq!(opened.told, Vec::<String>::new());
    let mut more = read(&*writer.reader(), Tier::Full);
    run(&mut writer, &mut more, START + 20 * MINUTE, 5);
    writer.close(at(START + HOUR)).expect("written");
    same(&read(&*open(folder.path()).0.reader(), Tier::Full), &more);
}

#[test]
fn a_folder_in_a_files_place_goes_aside_and_history_goes_on() {
    for name in ["full-20261124T000000Z.seg", "journal-00000001.seg", "minute-20261116T000000Z.seg"] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(name)).expect("made");
        let (mut writer, opened) = open(folder.path());
        assert!(opened.told[0].contains(name) && opened.told[0].contains("folder"), "{:?}", opened.told);
        let mut samples = Samples::new();
        run(&mut writer, &mut samples, START, 300);
        assert_eq!(writer.status().state, HistoryState::Writing);
        same(&read(&*writer.reader(), Tier::Full), &samples);
        // And where it comes while history is written.
        let later = folder.path().join("full-20261124T060000Z.seg");
        fs::create_dir(&later).expect("made");
        run(&mut writer, &mut samples, START + 300 * MINUTE, 300);
        assert_eq!(writer.status().state, HistoryState::Writing);
        same(&read(&*writer.reader(), Tier::Full), &samples);
    }
}

#[test]
fn the_figure_of_bytes_is_that_of_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("full-20261123T000000Z.seg.damaged-20261124T000000Z"), [7; 5000]).expect("written");
    let (mut writer, _) = open(folder.path());
    run(&mut writer, &mut Samples::new(), START, 300);
    let files = fs::read_dir(folder.path()).expect("listed");
    let there: u64 = files.map(|entry| entry.expect("an entry").metadata().expect("a size").len()).sum();
    let status = writer.status();
    assert_eq!(status.bytes, there);
    let beside = Reader::open(folder.path()).expect("opened").status().expect("a status");
    assert_eq!((beside.bytes, beside.tiers[0].bytes), (there, status.tiers[0].bytes));
}

#[test]
fn a_newer_format_is_refused_and_everything_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    run(&mut writer, &mut Samples::new(), START, 60);
    drop(writer);
    let files = contents(folder.path());
    for name in files.keys() {
        let mut newer = files.clone();
        let bytes = newer.get_mut(name).expect("there");
        bytes[8..12].copy_from_slice(&7_u32.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..20]);
        bytes[20..24].copy_from_slice(&crc.to_le_bytes());
        restore(folder.path(), &newer);
        let refusal = match Writer::open(folder.path(), HistorySettings::default(), at(START)) {
            Err(refusal) => refusal,
            Ok(_) => panic!("{name} of format 7 was taken"),
        };
        assert!(matches!(refusal, HistoryError::Newer { found: 7, .. }), "{refusal}");
        assert_eq!(contents(folder.path()), newer);
    }
}

#[test]
fn another_kind_of_file_goes_aside_and_a_file_in_the_folders_place_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = folder.path().join("full-20261124T000000Z.seg");
    fs::write(&foreign, b"\x89PNG and so on").expect("written");
    let (mut writer, opened) = open(folder.path());
    assert!(opened.told[0].contains("not a file of Perfdesk"), "{:?}", opened.told);
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 100);
    same(&read(&*writer.reader(), Tier::Full), &samples);
    let file = folder.path().join("a file");
    fs::write(&file, b"").expect("written");
    assert!(matches!(Writer::open(&file, HistorySettings::default(), at(START)), Err(HistoryError::Io { .. })));
}
