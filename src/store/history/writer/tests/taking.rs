//! What comes from elsewhere: segments of another history, recordings.

use super::*;

#[test]
fn what_is_taken_in_fills_holes_and_changes_nothing_that_is_there() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (mut writer, _) = open(one.path());
    let mut samples = Samples::new();
    run(&mut writer, &mut samples, START, 700);
    let mut segments = Vec::new();
    writer
        .reader()
        .visit(None, ALL, Tier::Full, &mut |segment| {
            segments.push(segment);
            Ok(())
        })
        .expect("read");
    let (mut other, _) = open(two.path());
    let mut there = Samples::new();
    run(&mut other, &mut there, START + 200 * MINUTE, 100);
    run(&mut other, &mut there, START + 500 * MINUTE, 40);
    let mut sum = TakenIn::default();
    for segment in &segments {
        let taken = other.take_in(segment.clone()).expect("taken in");
        sum = TakenIn { n_taken: sum.n_taken + taken.n_taken, n_skipped: sum.n_skipped + taken.n_skipped };
    }
    HistoryWrite::flush(&mut other).expect("safe");
    assert_eq!((sum.n_taken + sum.n_skipped) as usize, samples.len());
    same(&read(&*other.reader(), Tier::Full), &samples);
    assert!(sum.n_skipped as usize >= there.len() - 5);
    for segment in segments {
        assert_eq!(other.take_in(segment).expect("again").n_taken, 0, "a second time changes nothing");
    }
    for _ in 0..10 {
        other.maintain(at(START + 24 * HOUR)).expect("rolled up");
    }
    let minutes = other.status().tiers[1].n_rows;
    let rolled = samples.iter().filter(|((_, at), _)| *at < START + 8 * HOUR).count();
    assert!(minutes as usize >= rolled, "{minutes} of {rolled}: what was taken in is rolled up as well");
    drop(other);
    same(&read(&*open(two.path()).0.reader(), Tier::Full), &samples);
}

#[test]
fn a_recording_is_seen_when_it_is_finished_and_gone_when_it_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    let def = Arc::new(SeriesDef {
        key: SeriesKey::new("fps", &[("import", "A game/run")]),
        group: SeriesGroup::Imported,
        ..(*known()[0].def).clone()
    });
    let segment = |from: i64| Segment {
        tier: Tier::Full,
        source: SourceId("csv"),
        interval_millis: 1000,
        times: (from..from + 20_000).map(|i| START - 1000 * HOUR + i * 1000).collect(),
        columns: vec![SegmentColumn {
            def: def.clone(),
            rows: None,
            values: ColumnValues::Samples((from..from + 20_000).map(|i| i as f32).collect()),
        }],
        processes: Vec::new(),
    };
    let written = |writer: &mut Writer| {
        let name = writer.begin_recording("A game/run").expect("begun");
        writer.record(segment(0)).expect("written");
        writer.record(segment(20_000)).expect("written");
        name
    };
    written(&mut writer);
    assert!(writer.status().imports.is_empty());
    assert!(read(&*writer.reader(), Tier::Full).is_empty());
    writer.abandon_recording();
    assert_eq!(fs::read_dir(folder.path().join("imports")).expect("listed").count(), 0, "nothing is left");
    assert_eq!(written(&mut writer), "A game/run");
    writer.finish_recording().expect("finished");
    assert_eq!(written(&mut writer), "A game/run 2");
    drop(writer);
    let (mut writer, opened) = open(folder.path());
    assert_eq!(opened.status.imports.len(), 1, "{:?}", opened.status.imports);
    assert_eq!(&*opened.status.imports[0].name, "A game/run");
    assert_eq!(read(&*writer.reader(), Tier::Full).len(), 40_000);
    assert_eq!(read(&*writer.reader(), Tier::Hour).len(), 12);
    writer.maintain(at(START)).expect("kept");
    assert_eq!(read(&*writer.reader(), Tier::Full).len(), 40_000, "it does not grow old");
    assert!(!writer.remove_recording("another").expect("looked for"));
    assert!(writer.remove_recording("A game/run").expect("removed"));
    assert!(read(&*writer.reader(), Tier::Full).is_empty() && writer.status().imports.is_empty());
}

#[test]
fn switched_off_it_takes_no_samples_and_keeps_annotations() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut writer, _) = open(folder.path());
    writer.put_settings(HistorySettings { is_on: false, ..HistorySettings::default() });
    writer.append(&tick(START));
    writer.annotate(AnnotationText::at(at(START), AnnotationKind::Note, "kept"));
    writer.flush(at(START)).expect("flushed");
    assert_eq!(writer.status().state, HistoryState::Off);
    assert_eq!((read(&*writer.reader(), Tier::Full).len(), writer.status().n_dropped), (0, 0));
    assert_eq!(open(folder.path()).1.annotations.len(), 1);
    assert_eq!(segment_files(folder.path()).expect("listed").len(), 0, "nothing was begun");
}
