//! `perfdesk history` and `perfdesk report` as a person types them, on a history of two hours.

use std::path::Path;
use std::process::{Command, Output};

use perfdesk::store::history::Reader;

use super::{START, STEP, at, open, read, tick};

/// A data folder with a history of two hours; gives the writer, which has it open.
fn recorded(data: &Path) -> perfdesk::store::history::Writer {
    let (mut writer, _) = open(&data.join("history"));
    for n in 0..720 {
        writer.append(&tick(START + n * STEP));
    }
    writer.flush(at(START + 720 * STEP)).expect("flushed");
    writer
}

fn perfdesk(data: &Path, line: &str) -> Output {
    let config = data.join("config");
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfdesk"));
    command.args(line.split(' ')).arg("--data-dir").arg(data).arg("--config-dir").arg(config);
    command.current_dir(data).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    said(output)
}

#[test]
fn what_is_kept_is_told_beside_a_writer() {
    let data = tempfile::tempdir().expect("a folder");
    let writer = recorded(data.path());
    let info: serde_json::Value =
        serde_json::from_str(&well(&perfdesk(data.path(), "history info --json"))).expect("JSON");
    assert_eq!(info["covers"]["from"], "2026-11-24T00:00:00.000Z");
    assert_eq!(info["series"].as_array().map(Vec::len), Some(8));
    assert_eq!(info["tiers"][0]["rows"], 3000, "{info}");
    assert!(well(&perfdesk(data.path(), "history info")).contains("8 series, 0 annotations"));
    let check: serde_json::Value =
        serde_json::from_str(&well(&perfdesk(data.path(), "history verify --json"))).expect("JSON");
    assert_eq!(check["whole"], true);
    drop(writer);
}

#[test]
fn an_archive_goes_out_and_comes_back_equal() {
    let (from, to) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let writer = recorded(from.path());
    let archive = to.path().join("all.pdarchive");
    well(&perfdesk(from.path(), &format!("history export --out {}", archive.display())));
    let told = well(&perfdesk(to.path(), &format!("history import {}", archive.display())));
    let samples = read(&*writer.reader(), 0);
    let back = Reader::open(&to.path().join("history")).expect("opens");
    assert!(!samples.is_empty() && read(&back, 0) == samples, "{told}");
}

#[test]
fn a_period_becomes_a_table_and_a_recording() {
    let data = tempfile::tempdir().expect("a folder");
    drop(recorded(data.path()));
    let period = "--from 2026-11-24T00:10:00Z --to 2026-11-24T00:20:00Z --series *n=\"0\"*";
    well(&perfdesk(data.path(), &format!("history export {period} --out t.csv")));
    let table = std::fs::read_to_string(data.path().join("t.csv")).expect("a table");
    assert_eq!(table.lines().count(), 61, "{table}");
    well(&perfdesk(data.path(), "history import t.csv --name other"));
    assert!(well(&perfdesk(data.path(), "history info")).contains("import other"));
    let report = "report --from 2026-11-24T00:00:00Z --to 2026-11-24T01:00:00Z --out r.html --format html,md,json,csv";
    well(&perfdesk(data.path(), report));
    for ending in ["html", "md", "json", "csv"] {
        assert!(data.path().join("r").with_extension(ending).is_file(), "{ending}");
    }
    well(&perfdesk(data.path(), "history compact"));
}

#[test]
fn faults_are_told_in_words_and_change_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    drop(recorded(data.path()));
    std::fs::write(data.path().join("noise.seg"), [7; 5000]).expect("written");
    for (line, expect) in [
        ("history export --out x.csv --from soon", "“soon” is no time"),
        ("history export --out x.csv --from now --to -1h", "is not before"),
        ("history export --out x.csv --series nothing", "no series is named nothing"),
        ("history export --out x.thing", "its ending names no form"),
        ("history export --out noise.seg/x.csv", "noise.seg"),
        ("history import missing.csv", "missing.csv"),
        ("history import noise.seg", "noise.seg"),
        ("history verify noise.seg", "1 file is damaged"),
    ] {
        let output = perfdesk(data.path(), line);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(expect), "{line}: {error}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let output = perfdesk(empty.path(), "history info");
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no history in"));
    assert!(!data.path().join("x.csv").exists());
}
