//! What carrying history out and in costs: exports of a day of 200 series, and a large CSV file taken in, with the
//! greatest memory each needed.
//!
//! `cargo bench --no-default-features --bench transfer -- 2048` takes in a CSV file of 2,048 MB, which is written to the
//! system's folder for passing files and removed; 64 MB without a number.

#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use perfdesk::model::{
    Annotation, ExportFormat, HistorySettings, HistoryStatus, ProbeId, SeriesDef, SeriesGroup, SeriesKey, SourceId,
    Tier, TimeRange, Timestamp, Unit,
};
use perfdesk::store::history::{
    ColumnValues, CurveCut, HistoryError, HistoryRead, Segment, SegmentColumn, StoredCurves, StoredProcesses, Writer,
};
use perfdesk::store::progress::Unwatched;
use perfdesk::store::transfer::{export, import_csv, preview};

const START: i64 = 1_795_478_400_000;

fn main() {
    let megabytes = std::env::args().filter_map(|arg| arg.parse::<u64>().ok()).next().unwrap_or(64);
    import(megabytes);
    let day = Day::new(200, 86_400);
    for format in ExportFormat::ALL {
        let (before, start) = (peak_bytes(), Instant::now());
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(i64::MAX / 4) };
        let mut out = Counted(0);
        let Ok(summary) = export(&day, None, range, format, &mut out, &mut Unwatched) else { continue };
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{}: {} values in {seconds:.1} s, {:.1} million/s, {:.0} MB; resident {} MB before, at most {} MB",
            format.name(),
            summary.n_values,
            summary.n_values as f64 / seconds / 1e6,
            out.0 as f64 / 1e6,
            before / 1_000_000,
            peak_bytes() / 1_000_000,
        );
    }
}

fn import(megabytes: u64) {
    let folder = std::env::temp_dir().join(format!("perfdesk-transfer-{}", std::process::id()));
    let outcome = import_in(&folder, megabytes);
    let _ = std::fs::remove_dir_all(&folder);
    if let Err(e) = outcome {
        println!("import: {e}");
    }
}

fn import_in(folder: &Path, megabytes: u64) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("large.csv");
    write_csv(&path, megabytes)?;
    let history = folder.join("history");
    let (mut writer, _) = Writer::open(&history, HistorySettings::default(), Timestamp::from_millis(START))?;
    let mapping = preview(&path)?.mapping;
    let (before, start) = (peak_bytes(), Instant::now());
    let summary = import_csv(&path, &mapping, &mut writer, &mut Unwatched)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "CSV of {megabytes} MB in: {}; {seconds:.1} s, {:.0} MB/s; resident {} MB before, at most {} MB; {} MB on disk",
        summary.text(),
        megabytes as f64 / seconds,
        before / 1_000_000,
        peak_bytes() / 1_000_000,
        size_of(&history) / 1_000_000,
    );
    Ok(())
}

/// A row each second of eight columns, in order but for one in a thousand.
fn write_csv(path: &Path, megabytes: u64) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "time,cpu [%],user [%],mem [MiB],read [KB/s],write [KB/s],latency_ms,load,temp [°C]")?;
    let (mut n, mut i, mut noise) = (0_u64, 0_i64, 7_u32);
    while n < megabytes * 1_000_000 {
        let at = START + if i % 1000 == 999 { i - 3 } else { i } * 1000;
        let time = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ");
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(noise >> 16) / 655.36
        };
        let line = format!(
            "{time},{:.2},{:.2},{:.1},{:.0},{:.0},{:.3},{:.2},{:.1}\n",
            next(),
            next(),
            next() * 160.0,
            next() * 1000.0,
            next() * 1000.0,
            next(),
            next() / 10.0,
            next()
        );
        out.write_all(line.as_bytes())?;
        n += line.len() as u64;
        i += 1;
    }
    out.flush()
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size_of(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

/// The greatest resident size of this process so far; 0 where the system does not tell.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}

/// Counts what is written.
struct Counted(u64);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A history that is made while it is read, so that the exports alone are measured.
struct Day {
    defs: Vec<Arc<SeriesDef>>,
    n_ticks: usize,
}

impl Day {
    fn new(n_series: usize, n_ticks: usize) -> Self {
        let def = |i: usize| {
            Arc::new(SeriesDef {
                key: SeriesKey::new("system.cpu.utilization", &[("cpu", &i.to_string()), ("state", "user")]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: "Processor time".into(),
                instance: "".into(),
                probe: ProbeId("cpu"),
                cadence: None,
            })
        };
        Self { defs: (0..n_series).map(def).collect(), n_ticks }
    }
}

impl HistoryRead for Day {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        Ok(self.defs.clone())
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        Ok(HistoryStatus::default())
    }

    fn curves(&self, _keys: &[SeriesKey], _cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        Ok(StoredCurves { tier: Tier::Full, step: Duration::ZERO, curves: Vec::new(), gaps: Vec::new() })
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        _range: TimeRange,
        _finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let defs: Vec<&Arc<SeriesDef>> =
            self.defs.iter().filter(|def| keys.is_none_or(|keys| keys.contains(&def.key))).collect();
        for start in (0..self.n_ticks).step_by(900) {
            let n = 900.min(self.n_ticks - start);
            let value = |series: usize, tick: usize| ((series * 37 + tick * 101) % 1000) as f32 / 1000.0;
            take(Segment {
                tier: Tier::Full,
                source: SourceId("sample"),
                interval_millis: 1000,
                times: (start..start + n).map(|tick| START + tick as i64 * 1000).collect(),
                columns: defs
                    .iter()
                    .enumerate()
                    .map(|(i, def)| SegmentColumn {
                        def: Arc::clone(def),
                        rows: None,
                        values: ColumnValues::Samples((start..start + n).map(|tick| value(i, tick)).collect()),
                    })
                    .collect(),
                processes: Vec::new(),
            })?;
        }
        Ok(())
    }

    fn processes(&self, _at: Timestamp, _within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        Ok(None)
    }

    fn gaps(&self, _range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        Ok(Vec::new())
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        Ok(Vec::new())
    }
}
