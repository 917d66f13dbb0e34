//! CSV files taken in: good and bad rows, order, duplicates, cancel, a full disk, and our own exports read back.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::model::{ExportFormat, SeriesKey, Tier};
use crate::store::history::HistoryRead as _;
use crate::store::progress::{Cancelled, Progress, Unwatched};
use crate::store::transfer::TransferError;
use crate::store::transfer::export::export;
use crate::store::transfer::fake::{ALWAYS, FakeHistory, any_history};

struct Taken {
    history: FakeHistory,
    outcome: Result<ImportSummary, TransferError>,
    _folder: tempfile::TempDir,
}

fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.csv");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

/// Takes a text in as it is guessed.
fn taken(text: &[u8], progress: &mut dyn Progress) -> Taken {
    let (folder, path) = file(text);
    let mut history = FakeHistory::default();
    let mapping = preview(&path).expect("a look").mapping;
    let outcome = import_csv(&path, &mapping, &mut history, progress);
    Taken { history, outcome, _folder: folder }
}

fn values(history: &FakeHistory, key: &str) -> Vec<(i64, f32)> {
    let key: SeriesKey = key.parse().expect("a key");
    history.values(&key).into_iter().map(|(_, at, _, _, mean, _)| (at, mean)).collect()
}

#[test]
fn columns_beyond_those_that_are_looked_at_are_told_of() {
    let row = |field: &dyn Fn(usize) -> String| (0..5000).map(field).collect::<Vec<_>>().join(",");
    let text = format!("time,{}\n0,{}\n1,{}\n", row(&|i| format!("c{i}")), row(&|_| "1".into()), row(&|_| "2".into()));
    let summary = taken(text.as_bytes(), &mut Unwatched).outcome.expect("taken");
    assert_eq!(summary.n_series, 4095);
    assert_eq!(summary.remarks(), ["its first 4,096 columns were looked at; 905 more were left out"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_and_never_waited_for() {
    let history = FakeHistory::default();
    for path in ["/dev/zero", "/dev/null"] {
        let refused = preview(path.as_ref()).expect_err(path).to_string();
        assert_eq!(
            refused,
            format!(
                "It is a pipe or a device and no file; save what comes out of it as a file and choose that: {path}"
            )
        );
        let mut writer = FakeHistory::default();
        let taken = crate::store::transfer::import_archive(path.as_ref(), &history, &mut writer, &mut Unwatched);
        assert!(taken.expect_err(path).to_string().contains("a pipe or a device"));
    }
}

#[test]
fn good_rows_are_kept_and_bad_ones_told_by_line() {
    let text = "time,cpu [%],load\n\
                2026-11-24 03:00:00,50,1\n\
                yesterday,50,1\n\
                2026-11-24 03:00:02,many,1\n\
                2026-11-24 03:00:03,50\n\
                \n\
                2026-11-24 03:00:04,50,1,extra\n\
                2026-11-24 03:00:05,,2\n\
                2026-11-24 03:00:06,25,n/a,\n\
                2026-11-24 03:00:06,26,\n\
                2026-11-24 03:00:07,1e300,3\n";
    let Taken { history, outcome, .. } = taken(text.as_bytes(), &mut Unwatched);
    let summary = outcome.expect("taken");
    assert_eq!(summary.text(), "4 samples of 2 series from 4 rows, as run");
    let expect = [
        "1 row of a time that was there before; the later values were kept",
        "5 rows left out",
        "line 3: “yesterday” is no time",
        "line 4: “many” in cpu is no number",
        "line 5: it has 2 fields and not 3",
        "line 7: it has 4 fields and not 3",
        "line 11: “1e300” in cpu is no number",
    ];
    assert_eq!(summary.remarks(), expect);
    let at = 1_795_489_200_000;
    assert_eq!(values(&history, r#"cpu{import="run"}"#), [(at, 0.5), (at + 6000, 0.26)]);
    assert_eq!(values(&history, r#"load{import="run"}"#), [(at, 1.0), (at + 5000, 2.0)]);
    assert_eq!(history.recordings.len(), 1);
    let remarks = summary.remarks();
    let Taken { outcome, .. } = taken(text.replace('\n', "\r\n").trim_end().as_bytes(), &mut Unwatched);
    assert_eq!(outcome.expect("taken").remarks(), remarks, "whatever the lines end with");
}

#[test]
fn rows_out_of_order_are_put_in_order_as_far_as_can_be() {
    let n = 200_000;
    let mut times: Vec<i64> = (0..n).map(|i| 1_795_489_200 + i).collect();
    for pair in times.chunks_exact_mut(2) {
        pair.swap(0, 1);
    }
    let rows: String = times.iter().map(|at| format!("{at},{}\n", at - 1_795_489_200)).collect();
    let late = "1795489200,7\n";
    let Taken { history, outcome, .. } = taken(format!("ts,v\n{rows}{late}").as_bytes(), &mut Unwatched);
    let summary = outcome.expect("taken");
    assert_eq!((summary.n_rows, summary.n_bad), (n as u64, 1));
    assert_eq!(
        summary.remarks()[1],
        "line 200002: its time is far before that of rows above it; sort the file by time to have it"
    );
    let read = values(&history, r#"v{import="run"}"#);
    assert!(
        read.iter().enumerate().all(|(i, (at, value))| *at == (1_795_489_200 + i as i64) * 1000 && *value == i as f32)
    );
    assert_eq!(read.len(), n as usize);
    let segments = &history.recordings[0].1;
    assert!(segments.windows(2).all(|pair| pair[0].times.last() < pair[1].times.first()), "no two overlap");
    assert!(segments.iter().all(|segment| segment.interval_millis == 1000));
}

#[test]
fn files_without_a_good_row_leave_nothing() {
    for (text, expect) in [
        (&b"time,cpu\nnever,1\nnever,2\n"[..], "No column of values is chosen; choose one at least"),
        (b"PK\x03\x04", "It is a workbook or a zip archive"),
        (b"", "It is empty"),
    ] {
        let Taken { history, outcome, .. } = taken(text, &mut Unwatched);
        let why = outcome.expect_err("refused").to_string();
        if text.starts_with(b"time") {
            assert!(why.starts_with("no row could be read; line 2: “never” is no time"), "{why}");
        } else {
            assert!(why.starts_with(expect), "{why}");
        }
        assert_eq!(history, FakeHistory::default());
    }
}

#[test]
fn a_quote_without_end_costs_what_follows_and_not_the_memory() {
    let mut text = b"ts,v,note\n1795489200,1,a\n1795489201,2,\"never closed\n".to_vec();
    let row = b"1795489202,3,b\n";
    while text.len() < 20 << 20 {
        text.extend_from_slice(row);
    }
    let (_folder, path) = file(&text);
    let mut history = FakeHistory::default();
    let mut mapping = preview(&path).expect("a look").mapping;
    mapping.columns.retain(|column| column.name == "v");
    mapping.time_form = crate::model::TimeForm::UnixSeconds;
    if mapping.columns.is_empty() {
        mapping.columns = vec![crate::model::ImportColumn {
            index: 1,
            name: "v".into(),
            unit: crate::model::Unit::Ratio,
            factor: 1.0,
        }];
    }
    let summary = import_csv(&path, &mapping, &mut history, &mut Unwatched).expect("what precedes is kept");
    assert_eq!((summary.n_rows, summary.n_bad, summary.bad[0].line), (1, 1, 3));
    assert!(summary.bad[0].why.contains("a quote that is not closed"), "{}", summary.bad[0].why);
}

struct EndAfter(usize);

impl Progress for EndAfter {
    fn step(&mut self, done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        assert!(done_ratio.is_some_and(|ratio| (0.0..=1.0).contains(&ratio)));
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn cancel_and_a_full_disk_leave_nothing() {
    let rows: String = (0..200_000).map(|i| format!("{},{i}\n", 1_795_489_200 + i)).collect();
    let text = format!("ts,v\n{rows}");
    let Taken { history, outcome, .. } = taken(text.as_bytes(), &mut EndAfter(20));
    assert!(outcome.expect_err("cancelled").is_cancelled());
    assert_eq!(history, FakeHistory::default());

    let (_folder, path) = file(text.as_bytes());
    let mapping = preview(&path).expect("a look").mapping;
    let mut full = FakeHistory { room: Some(3), ..FakeHistory::default() };
    let refused = import_csv(&path, &mapping, &mut full, &mut Unwatched).expect_err("full");
    assert!(matches!(refused, TransferError::History(_)), "{refused}");
    assert!(full.recordings.is_empty() && full.begun.is_none());
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let (_folder, path) = file(b"ts,v\n1795489200,1\n");
    let mapping = preview(&path).expect("a look").mapping;
    let mut history = FakeHistory::default();
    for expect in ["run", "run 2"] {
        let summary = import_csv(&path, &mapping, &mut history, &mut Unwatched).expect("taken");
        assert_eq!(summary.recording, expect);
        assert_eq!(values(&history, &format!("v{{import=\"{expect}\"}}")), [(1_795_489_200_000, 1.0)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn our_own_exports_come_back_equal(history in any_history()) {
        let mut out = Vec::new();
        let summary = export(&history, None, ALWAYS, ExportFormat::Csv, &mut out, &mut Unwatched).expect("exported");
        prop_assume!(summary.n_values > 0);
        let Taken { history: back, outcome, .. } = taken(&out, &mut Unwatched);
        let taken = outcome.expect("taken");
        prop_assert_eq!((taken.n_values, taken.n_bad, taken.n_duplicates), (summary.n_values, 0, 0));
        for def in history.series().expect("series") {
            let mut attributes: Vec<(&str, &str)> = def.key.attributes().filter(|(n, _)| *n != "import").collect();
            attributes.push(("import", "run"));
            let key = SeriesKey::new(def.key.metric(), &attributes);
            prop_assert_eq!(back.values(&key), history.values(&def.key), "{}", def.key);
            let units: Vec<_> =
                back.series().expect("series").iter().filter(|d| d.key == key).map(|d| d.unit).collect();
            prop_assert!(history.values(&def.key).is_empty() || units == [def.unit]);
        }
    }

    #[test]
    fn whatever_the_file_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..300), lines in "([0-9a-z,;:. \"-]{0,30}\n){0,12}") {
        for text in [bytes.as_slice(), lines.as_bytes()] {
            let Taken { history, outcome, .. } = taken(text, &mut Unwatched);
            prop_assert_eq!(history.recordings.len(), usize::from(outcome.is_ok()));
            prop_assert!(history.begun.is_none());
            prop_assert!(history.recordings.iter().flat_map(|(_, segments)| segments).all(|s| s.tier == Tier::Full));
        }
    }
}
