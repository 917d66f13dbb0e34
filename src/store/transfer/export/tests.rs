//! Exports against expected texts, and read back: JSON lines, OpenMetrics and Parquet. CSV is read back by the import.

use std::collections::{BTreeMap, HashSet};

use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::record::RowAccessor as _;
use proptest::prelude::*;

use super::*;
use crate::model::{Timestamp, Unit};
use crate::store::progress::Unwatched;
use crate::store::transfer::fake::{ALWAYS, DAY, FakeHistory, any_history, def, minutes, samples, seconds};

fn exported(history: &FakeHistory, format: ExportFormat) -> Vec<u8> {
    let mut out = Vec::new();
    export(history, None, ALWAYS, format, &mut out, &mut Unwatched).expect("exported");
    out
}

fn text(history: &FakeHistory, format: ExportFormat) -> String {
    String::from_utf8(exported(history, format)).expect("text")
}

fn two_series() -> FakeHistory {
    let cpu = def(r#"system.cpu.utilization{cpu="0",state="user"}"#, Unit::Ratio);
    let formula = def("-cmd", Unit::Count("process"));
    FakeHistory::of(vec![seconds(
        DAY,
        3,
        vec![samples(&cpu, &[Some(0.25), None, Some(0.5)]), samples(&formula, &[None, Some(-3.0), Some(1e9)])],
    )])
}

#[test]
fn csv_of_samples() {
    let expect = "time,'-cmd [{process}],\"system.cpu.utilization{cpu=\"\"0\"\",state=\"\"user\"\"} [1]\"\r\n\
                  2026-11-24T00:00:00.000Z,,0.25\r\n\
                  2026-11-24T00:00:01.000Z,-3,\r\n\
                  2026-11-24T00:00:02.000Z,1000000000,0.5\r\n";
    assert_eq!(text(&two_series(), ExportFormat::Csv), expect);
}

#[test]
fn csv_of_buckets_before_samples() {
    let disk = def("system.disk.io", Unit::BytesPerSecond);
    let load = def("load", Unit::Count("process"));
    let history = FakeHistory::of(vec![
        minutes(DAY, &disk, &[(0.0, 8.0, 2.5, 60), (1.0, 1.0, 1.0, 59)]),
        seconds(DAY + 120_000, 1, vec![samples(&disk, &[Some(7.0)]), samples(&load, &[Some(1.5)])]),
    ]);
    let expect = "time,bucket_seconds,load [{process}],\
                  system.disk.io [By/s],system.disk.io [By/s] min,system.disk.io [By/s] max,system.disk.io [By/s] count\r\n\
                  2026-11-24T00:00:00.000Z,60,,2.5,0,8,60\r\n\
                  2026-11-24T00:01:00.000Z,60,,1,1,1,59\r\n\
                  2026-11-24T00:02:00.000Z,,1.5,7,,,\r\n";
    assert_eq!(text(&history, ExportFormat::Csv), expect);
}

#[test]
fn json_lines_of_samples() {
    let expect = concat!(
        r#"{"time":"2026-11-24T00:00:00.000Z","series":"system.cpu.utilization{cpu=\"0\",state=\"user\"}","#,
        r#""metric":"system.cpu.utilization","attributes":{"cpu":"0","state":"user"},"unit":"1","value":0.25}"#,
        "\n"
    );
    assert!(text(&two_series(), ExportFormat::JsonLines).starts_with(expect));
}

#[test]
fn open_metrics_keep_families_and_series_together() {
    let read = def(r#"system.disk.io{device="sda",direction="read"}"#, Unit::BytesPerSecond);
    let write = def(r#"system.disk.io{device="sda",direction="write"}"#, Unit::BytesPerSecond);
    let history = FakeHistory::of(vec![
        minutes(DAY, &write, &[(0.0, 8.0, 2.5, 60)]),
        seconds(
            DAY + 60_000,
            2,
            vec![samples(&read, &[Some(1.0), None]), samples(&write, &[Some(2.0), Some(f32::MIN_POSITIVE * 0.0)])],
        ),
    ]);
    let expect = r#"# TYPE system_disk_io_bytes_per_second gauge
# UNIT system_disk_io_bytes_per_second bytes_per_second
# HELP system_disk_io_bytes_per_second system.disk.io
system_disk_io_bytes_per_second{device="sda",direction="read"} 1 1795478460.000
system_disk_io_bytes_per_second{device="sda",direction="write"} 2.5 1795478400.000
system_disk_io_bytes_per_second{device="sda",direction="write"} 2 1795478460.000
system_disk_io_bytes_per_second{device="sda",direction="write"} 0 1795478461.000
# TYPE system_disk_io_min_bytes_per_second gauge
# UNIT system_disk_io_min_bytes_per_second bytes_per_second
# HELP system_disk_io_min_bytes_per_second system.disk.io: least in each bucket
system_disk_io_min_bytes_per_second{device="sda",direction="write"} 0 1795478400.000
# TYPE system_disk_io_max_bytes_per_second gauge
# UNIT system_disk_io_max_bytes_per_second bytes_per_second
# HELP system_disk_io_max_bytes_per_second system.disk.io: greatest in each bucket
system_disk_io_max_bytes_per_second{device="sda",direction="write"} 8 1795478400.000
# TYPE system_disk_io_samples gauge
# HELP system_disk_io_samples system.disk.io: samples in each bucket
system_disk_io_samples{device="sda",direction="write"} 60 1795478400.000
# EOF
"#;
    assert_eq!(text(&history, ExportFormat::OpenMetrics), expect);
}

#[test]
fn series_of_one_name_and_label_are_told_apart() {
    let defs = ["a.b{x.y=\"1\"}", "a.b{x_y=\"1\"}", "a_b"].map(|key| def(key, Unit::Count("page")));
    let columns = defs.iter().map(|def| samples(def, &[Some(1.0)])).collect();
    let text = text(&FakeHistory::of(vec![seconds(DAY, 1, columns)]), ExportFormat::OpenMetrics);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expect = [
        "a_b{x_y=\"1\"} 1 1795478400.000",
        "a_b{x_y=\"1\",series_number=\"2\"} 1 1795478400.000",
        "a_b_2 1 1795478400.000",
    ];
    assert_eq!(lines, expect);
}

#[test]
fn a_family_beyond_the_memory_bound_is_written_as_it_is_read() {
    let big = def("big", Unit::Bytes);
    let n = 400_000_usize;
    let segments = (0..4).map(|i| {
        let values: Vec<Option<f32>> = (0..n).map(|v| Some((i * n + v) as f32)).collect();
        seconds(DAY + (i * n) as i64 * 1000, n, vec![samples(&big, &values)])
    });
    let history = FakeHistory::of(segments.collect());
    let text = text(&history, ExportFormat::OpenMetrics);
    assert_eq!(text.lines().filter(|line| line.starts_with("big_bytes ")).count(), 4 * n);
    assert_eq!(text.lines().filter(|line| line.starts_with("# TYPE")).count(), 1);
    assert!(text.ends_with("big_bytes 1599999 1797078399.000\n# EOF\n"), "{}", &text[text.len() - 80..]);
}

#[test]
fn an_empty_period_is_a_file_without_samples_that_says_so() {
    let history = two_series();
    let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(1000) };
    for (format, expect) in
        [(ExportFormat::Csv, "time\r\n"), (ExportFormat::JsonLines, ""), (ExportFormat::OpenMetrics, "# EOF\n")]
    {
        let mut out = Vec::new();
        let summary = export(&history, None, range, format, &mut out, &mut Unwatched).expect("exported");
        assert_eq!(String::from_utf8_lossy(&out), expect);
        assert_eq!((summary.n_values, summary.n_series, summary.remarks.len()), (0, 0, 1));
    }
}

#[test]
fn keys_and_the_period_narrow_what_is_written() {
    let history = two_series();
    let range = TimeRange { start: Timestamp::from_millis(DAY + 2000), end: Timestamp::from_millis(DAY + 9000) };
    let mut out = Vec::new();
    let keys = [SeriesKey::new("-cmd", &[])];
    let summary = export(&history, Some(&keys), range, ExportFormat::Csv, &mut out, &mut Unwatched).expect("exported");
    assert_eq!(summary.text(), "1 sample of 1 series");
    assert_eq!(String::from_utf8_lossy(&out), "time,'-cmd [{process}]\r\n2026-11-24T00:00:02.000Z,1000000000\r\n");
}

/// Ends the work at the `n`th word.
struct EndAt(usize);

impl Progress for EndAt {
    fn step(&mut self, done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        assert!(done_ratio.is_none_or(|ratio| (0.0..=1.0).contains(&ratio)));
        self.0 = self.0.checked_sub(1).ok_or(Cancelled)?;
        Ok(())
    }
}

#[test]
fn cancel_and_refusal_leave_no_file_and_name_the_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, file) = (folder.path().join("a.csv"), folder.path().join("file"));
    std::fs::write(&file, "in the way").expect("a file");
    let big = def("big", Unit::Bytes);
    let values: Vec<Option<f32>> = (0..100_000).map(|v| Some(v as f32)).collect();
    let history = FakeHistory::of(vec![seconds(DAY, values.len(), vec![samples(&big, &values)])]);
    for format in ExportFormat::ALL {
        let ended = export_file(&history, None, ALWAYS, format, &path, &mut EndAt(2)).expect_err("cancelled");
        assert!(ended.is_cancelled(), "{format:?}: {ended}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "{format:?}");
        let nowhere = file.join("a.csv");
        let refused =
            export_file(&history, None, ALWAYS, format, &nowhere, &mut Unwatched).expect_err("a file in the way");
        let expect = format!(
            "a part of the path is a file and no folder; check the path, so nothing was written to {}",
            nowhere.display()
        );
        assert_eq!(refused.to_string(), expect);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_in_words() {
    let history = two_series();
    for format in ExportFormat::ALL {
        let path = Path::new("/dev/full");
        let refused = export_file(&history, None, ALWAYS, format, path, &mut Unwatched).expect_err("full");
        assert!(refused.to_string().starts_with("the disk is full; make room there"), "{format:?}: {refused}");
    }
}

/// Values by series, then by time and bucket length: least, greatest, mean, count.
type Read = BTreeMap<String, BTreeMap<(i64, u64), (f32, f32, f32, u32)>>;

fn expected(history: &FakeHistory) -> Read {
    let mut read = Read::new();
    for def in history.series().expect("series") {
        for (tier, at, min, max, mean, count) in history.values(&def.key) {
            let step = tier.step().map_or(0, |step| step.as_secs());
            read.entry(def.key.to_string()).or_default().insert((at, step), (min, max, mean, count));
        }
    }
    read
}

fn millis(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).expect("a time").timestamp_millis()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn json_lines_read_back(history in any_history()) {
        let mut read = Read::new();
        for line in text(&history, ExportFormat::JsonLines).lines() {
            let object: serde_json::Value = serde_json::from_str(line).expect("an object");
            // The shortest text of a sample is that of its own precision.
            let number = |name: &str| object[name].to_string().parse::<f32>().expect("a number");
            let series = object["series"].as_str().expect("a series").to_owned();
            let key: SeriesKey = SeriesKey::new(
                object["metric"].as_str().expect("a metric"),
                &object["attributes"].as_object().expect("attributes").iter()
                    .map(|(n, v)| (n.as_str(), v.as_str().expect("text"))).collect::<Vec<_>>(),
            );
            prop_assert_eq!(key.to_string(), series.as_str());
            let at = millis(object["time"].as_str().expect("a time"));
            let values = match object.get("bucket_seconds") {
                None => { let v = number("value"); ((at, 0), (v, v, v, 1)) }
                Some(step) => (
                    (at, step.as_u64().expect("seconds")),
                    (number("min"), number("max"), number("mean"), object["count"].as_u64().expect("a count") as u32),
                ),
            };
            prop_assert!(read.entry(series).or_default().insert(values.0, values.1).is_none());
        }
        prop_assert_eq!(read, expected(&history));
    }

    #[test]
    fn parquet_reads_back(history in any_history()) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        export_file(&history, None, ALWAYS, ExportFormat::Parquet, &path, &mut Unwatched).expect("exported");
        let reader = SerializedFileReader::new(std::fs::File::open(&path).expect("a file")).expect("Parquet");
        let mut read = Read::new();
        for row in reader.get_row_iter(None).expect("rows") {
            let row = row.expect("a row");
            let step = row.get_int(1).unwrap_or(0) as u64;
            let values = (
                row.get_float(7).expect("min"), row.get_float(8).expect("max"),
                row.get_float(6).expect("value"), row.get_long(9).expect("count") as u32,
            );
            let at = row.get_timestamp_millis(0).expect("a time");
            prop_assert!(read.entry(row.get_string(2).expect("series").clone()).or_default()
                .insert((at, step), values).is_none());
        }
        prop_assert_eq!(read, expected(&history));
    }

    #[test]
    fn open_metrics_conform(history in any_history()) {
        let text = text(&history, ExportFormat::OpenMetrics);
        let body = text.strip_suffix("# EOF\n").expect("an end");
        let (mut families, mut series, mut read) = (HashSet::new(), HashSet::new(), Vec::new());
        let (mut family, mut last) = (String::new(), (String::new(), f64::MIN));
        for line in body.lines() {
            if let Some(named) = line.strip_prefix("# TYPE ") {
                family = named.strip_suffix(" gauge").expect("a gauge").to_owned();
                prop_assert!(families.insert(family.clone()), "{family} twice");
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
                prop_assert!(family.chars().all(is_name) && !family.starts_with(|c: char| c.is_ascii_digit()));
            } else if let Some(unit) = line.strip_prefix("# UNIT ") {
                let (name, unit) = unit.split_once(' ').expect("a unit");
                prop_assert!(name == family && family.strip_suffix(unit).is_some_and(|bare| bare.ends_with('_')));
            } else if let Some(help) = line.strip_prefix("# HELP ") {
                prop_assert!(help.starts_with(&family));
            } else {
                let mut parts = line.rsplitn(3, ' ');
                let at: f64 = parts.next().expect("a time").parse().expect("seconds");
                let value = parts.next().expect("a value").parse::<f32>().expect("a number");
                let name = parts.next().expect("a name").to_owned();
                prop_assert!(name.starts_with(&family));
                if name == last.0 {
                    prop_assert!(at > last.1, "time grows: {line}");
                } else {
                    prop_assert!(series.insert(name.clone()), "{name} comes again");
                }
                last = (name, at);
                read.push(((at * 1000.0).round() as i64, value.to_bits()));
            }
        }
        let all = |((at, step), (min, max, mean, count)): (&(i64, u64), &(f32, f32, f32, u32))| {
            let of_bucket = [*min, *max, *count as f32].into_iter().filter(|_| *step > 0);
            of_bucket.chain([*mean]).map(|value| (*at, value.to_bits())).collect::<Vec<_>>()
        };
        let mut expect: Vec<(i64, u32)> = expected(&history).values().flatten().flat_map(all).collect();
        expect.sort_unstable();
        read.sort_unstable();
        prop_assert_eq!(read, expect);
    }
}
