//! The alert log into a file.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use super::{TaskCx, TaskEnd, TaskError};
use crate::alert::record_text;
use crate::model::AlertLogFormat;
use crate::model::alert::{AlertId, AlertRecord};
use crate::store::alert_log::AlertLogFile;
use crate::store::part_file::PartFile;
use crate::store::progress::Progress;

/// These alerts, or the whole log where none is named, newest first. What the snapshot has of an alert counts more than the
/// file, which an alert that still fires is written to from time to time.
///
/// # Errors
/// [`TaskError`], also where there is no such alert.
pub fn export(
    cx: &TaskCx,
    alerts: &[AlertId],
    format: AlertLogFormat,
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<TaskEnd, TaskError> {
    progress.step(None, "reads the log")?;
    let kept = AlertLogFile::look(&cx.data)
        .map_err(|e| TaskError::Failed(format!("{e}: {}", cx.data.join(AlertLogFile::FILE).display())))?;
    let all = kept.into_iter().chain(cx.alerts.iter().cloned()).map(|record| (record.id, record));
    let all: BTreeMap<AlertId, AlertRecord> = all.collect();
    let is_wanted = |record: &&AlertRecord| alerts.is_empty() || alerts.contains(&record.id);
    let records: Vec<&AlertRecord> = all.values().rev().filter(is_wanted).collect();
    let n = records.len();
    if n == 0 {
        return Err(TaskError::Failed("There is no such alert in the log".into()));
    }
    let text = record_text::write(format, records.into_iter());
    progress.step(Some(0.5), &format!("{n} alerts"))?;
    let unwritten = |e| TaskError::unwritten(path, e);
    let mut file = PartFile::create(path).map_err(unwritten)?;
    file.write_all(text.as_bytes()).map_err(unwritten)?;
    let n_bytes = file.finish().map_err(unwritten)?;
    let text = format!("{n} {} as {}, {n_bytes} bytes", if n == 1 { "alert" } else { "alerts" }, format.name());
    Ok(TaskEnd { text, files: vec![path.to_owned()], ..TaskEnd::default() })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::engine::store_queue::StoreQueue;
    use crate::model::{MachineInfo, SeriesKey, Settings, Timestamp};
    use crate::store::progress::{Cancelled, Unwatched};

    fn record(id: u64, note: &str) -> AlertRecord {
        let at = Timestamp::from_millis(60_000 * i64::try_from(id).expect("small"));
        AlertRecord {
            id: AlertId(id),
            rule: "cpu".into(),
            name: "CPU high".into(),
            severity: "warning".into(),
            instance: SeriesKey::new("system.cpu.utilization", &[]),
            text: "CPU is at 90 %".into(),
            pending_from: at,
            start: at,
            end: None,
            ended: None,
            unit: "1".into(),
            threshold: 0.8,
            worst: 0.9,
            mean: 0.85,
            n_values: 9,
            busiest: Arc::default(),
            busiest_unit: "{cpu}".into(),
            acknowledged: None,
            note: note.into(),
        }
    }

    /// A log of two alerts on disk, the second of which was noted since, and a third that is not on disk yet.
    fn cx(data: &Path) -> TaskCx {
        let (mut log, ..) = AlertLogFile::open(data).expect("opened");
        log.append(&[record(1, ""), record(2, "")]).expect("written");
        TaskCx {
            history: Err("closed".into()),
            folder: data.join("history"),
            data: data.to_owned(),
            store: StoreQueue::default(),
            series: Arc::default(),
            alerts: Arc::new([record(3, ""), record(2, "seen")]),
            machine: Arc::new(MachineInfo::default()),
            settings: Arc::new(Settings::default()),
            now: Timestamp::from_millis(0),
        }
    }

    fn read(path: &PathBuf) -> Vec<(u64, String)> {
        let text = std::fs::read_to_string(path).expect("there");
        let records: Vec<AlertRecord> = serde_json::from_str(&text).expect("JSON");
        records.iter().map(|record| (record.id.0, record.note.to_string())).collect()
    }

    #[test]
    fn the_whole_log_or_a_part_of_it_is_written_as_it_stands_now() {
        let data = tempfile::tempdir().expect("a folder");
        let cx = cx(data.path());
        let path = data.path().join("out/log.json");
        let end = export(&cx, &[], AlertLogFormat::Json, &path, &mut Unwatched).expect("written");
        assert_eq!(read(&path), [(3, String::new()), (2, "seen".to_owned()), (1, String::new())]);
        assert!(end.text.starts_with("3 alerts as JSON, ") && end.files == [path.clone()], "{end:?}");
        export(&cx, &[AlertId(2)], AlertLogFormat::Json, &path, &mut Unwatched).expect("written");
        assert_eq!(read(&path), [(2, "seen".to_owned())], "what was there is replaced");
        let csv = data.path().join("log.csv");
        export(&cx, &[], AlertLogFormat::Csv, &csv, &mut Unwatched).expect("written");
        let text = std::fs::read_to_string(&csv).expect("there");
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn nothing_stays_of_an_export_that_is_ended_or_finds_nothing() {
        struct Ends;
        impl Progress for Ends {
            fn step(&mut self, done: Option<f32>, _: &str) -> Result<(), Cancelled> {
                if done.is_some() { Err(Cancelled) } else { Ok(()) }
            }
        }
        let data = tempfile::tempdir().expect("a folder");
        let cx = cx(data.path());
        let path = data.path().join("log.csv");
        let ended = export(&cx, &[], AlertLogFormat::Csv, &path, &mut Ends).expect_err("ended");
        assert!(matches!(ended, TaskError::Cancelled(_)));
        let none = export(&cx, &[AlertId(99)], AlertLogFormat::Csv, &path, &mut Unwatched).expect_err("none");
        assert_eq!(none.to_string(), "There is no such alert in the log");
        assert!(!path.exists());
    }
}
