//! What history on disk costs: size, appending, questions, opening; and the same in an embedded database for comparison.
//!
//! `cargo bench --no-default-features --bench history_store` works on made-up series. With real ones:
//! `… --bench history_store -- record FOLDER SECONDS` records this machine's series each second, and
//! `… --bench history_store -- real FOLDER` measures how many bytes they take. `… -- fill FOLDER` makes a gigabyte of
//! history that ends now, to start the program on (with `full_hours: 1440` in its settings).

#![allow(clippy::print_stdout)]

#[path = "history_store/database.rs"]
mod database;
#[path = "history_store/made.rs"]
mod made;
#[path = "history_store/recording.rs"]
mod recording;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use perfdesk::model::{HistorySettings, SeriesKey, SourceId, Tier, TimeRange, Timestamp};
use perfdesk::store::history::disk::Disk;
use perfdesk::store::history::{
    CurveCut, FileKind, FileReader, FrameKind, HistoryRead, HistoryWrite as _, Index, Reader, Rollup, Segment,
    SegmentFile, Writer,
};

const FULL: FileKind = FileKind::Segments(Tier::Full);
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const N_SERIES: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["record", folder, seconds] => recording::record(Path::new(folder), seconds.parse().expect("seconds")),
        ["real", folder] => size(&read(&Path::new(folder).join("recorded.seg"))),
        ["fill", folder] => fill(Path::new(folder), &made::segment(0, 900, 260)),
        _ => {
            let day: Vec<Segment> = (0..96).map(|i| made::segment(i * 900, 900, N_SERIES)).collect();
            size(&day);
            append(&day);
            questions(&day);
            opening(&day[0]);
        }
    }
}

/// Times `run` some times and prints the median and the longest in milliseconds.
fn time(what: &str, mut run: impl FnMut()) {
    let mut millis: Vec<f64> = (0..50)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    millis.sort_by(f64::total_cmp);
    println!("{what:<72} median {:>8.2} ms   longest {:>8.2} ms", millis[25], millis[49]);
}

fn read(path: &Path) -> Vec<Segment> {
    let (reader, scan) = FileReader::open(path).expect("the recording");
    let segments = scan.frames.iter().filter(|entry| entry.kind == FrameKind::Segment);
    segments.map(|entry| reader.read(entry, None).expect("a segment")).collect()
}

fn write(path: &Path, kind: FileKind, segments: &[Segment]) -> SegmentFile {
    let mut file = SegmentFile::create(path, kind, &Disk::default()).expect("a new file");
    for (segment, seq) in segments.iter().zip(1..) {
        file.append(segment, seq).expect("appended");
    }
    file
}

/// Bytes on disk of segments as they are, without their processes, and of their processes; and beside it in redb.
fn size(segments: &[Segment]) {
    let folder = tempfile::tempdir().expect("a folder");
    let bare: Vec<Segment> =
        segments.iter().map(|segment| Segment { processes: Vec::new(), ..segment.clone() }).collect();
    let n: usize = segments.iter().map(Segment::n_values).sum();
    let n_ticks: usize = segments.iter().map(|segment| segment.times.len()).sum();
    let n_series = segments.iter().map(|segment| segment.columns.len()).max().unwrap_or(0);
    let without = write(&folder.path().join("bare.seg"), FULL, &bare).len();
    let all = write(&folder.path().join("full.seg"), FULL, segments).len();
    println!("{n} samples of {n_series} series in {n_ticks} ticks, {} segments", segments.len());
    println!("  series with index, ticks and dictionary: {without} bytes, {:.3} a sample", without as f64 / n as f64);
    let of_processes = (all - without) as f64 / n_ticks as f64;
    println!("  busiest processes: {} bytes, {of_processes:.1} a tick", all - without);
    println!("  together: {all} bytes, {:.3} a sample", all as f64 / n as f64);
    let day = without as f64 / n as f64 * 86_400.0 * 200.0 + of_processes * 86_400.0;
    println!("  so a day of 200 series at 1 s: {:.1} MB", day / 1e6);
    database::compare(&folder.path().join("full.seg"));
}

/// Segments are given in turn; what is written goes to the page cache, as the writer's thread sees it.
fn append(segments: &[Segment]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = SegmentFile::create(&folder.path().join("full.seg"), FULL, &Disk::default()).expect("a new file");
    let start = Instant::now();
    let mut n = 0;
    for (segment, seq) in segments.iter().zip(1..) {
        file.append(segment, seq).expect("appended");
        n += segment.n_values();
    }
    file.sync().expect("safe");
    let rate = n as f64 / start.elapsed().as_secs_f64();
    println!("append, 200 series, segments of 900 ticks: {:.1} million samples/s", rate / 1e6);
    let flush = made::segment(0, 10, N_SERIES);
    let mut journal =
        SegmentFile::create(&folder.path().join("journal.seg"), FileKind::Journal, &Disk::default()).expect("a file");
    let mut seq = 0;
    time("journal, the ten ticks of a flush, without fsync", || {
        seq += 1;
        black_box(journal.append(&flush, seq).expect("appended"));
    });
    println!("  {:.1} KB a flush with its dictionary", journal.len() as f64 / 50.0 / 1e3);
}

fn rolled(tier: Tier, segments: &[Segment]) -> Segment {
    let mut rollup = Rollup::new(tier, SourceId("sample"));
    segments.iter().for_each(|segment| rollup.push(segment));
    rollup.finish().expect("buckets")
}

fn later(segment: &Segment, millis: i64) -> Segment {
    Segment { times: segment.times.iter().map(|at| at + millis).collect(), ..segment.clone() }
}

/// A gigabyte of one segment again and again up to now, by the writer itself.
fn fill(folder: &Path, segment: &Segment) {
    let settings = HistorySettings { full_hours: 1440, ..HistorySettings::default() };
    let now = perfdesk::engine::pace::wall_time();
    let (mut writer, _) = Writer::open(folder, settings, now).expect("a history");
    let last = segment.times.last().copied().unwrap_or_default();
    let back = |n: i64| now.as_millis() - 60_000 - last - n * 900_000;
    let n_segments = (0..5700_i64).rev().inspect(|n| {
        writer.take_in(later(segment, back(*n))).expect("taken in");
    });
    println!("{} segments", n_segments.count());
    writer.close(now).expect("closed");
}

/// A folder as after 90 days: two days of full resolution, all of minutes and hours up to the last that are whole.
fn questions(day: &[Segment]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let all: Vec<Segment> = (88..90).flat_map(|n| day.iter().map(move |segment| later(segment, n * DAY))).collect();
    for (i, quarter) in all.chunks(24).enumerate() {
        write(&path(&format!("full-{i}.seg")), FULL, quarter);
    }
    let start = Instant::now();
    let minutes: Vec<Segment> = day.chunks(16).map(|segments| rolled(Tier::Minute, segments)).collect();
    println!("roll a day of 200 series up into minutes: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    // The last four hours are not rolled up yet, and the last ten days have no hours.
    let all: Vec<Segment> =
        (0..90).flat_map(|n| minutes.iter().map(move |segment| later(segment, n * DAY))).take(539).collect();
    let mut bytes = 0;
    for (i, ten_days) in all.chunks(60).enumerate() {
        bytes += write(&path(&format!("minute-{i}.seg")), FileKind::Segments(Tier::Minute), ten_days).len();
    }
    println!("minutes: {:.2} MB a day of 200 series", bytes as f64 / 90.0 / 1e6);
    let hours: Vec<Segment> = all.chunks(60).take(8).map(|ten_days| rolled(Tier::Hour, ten_days)).collect();
    write(&path("hour-0.seg"), FileKind::Segments(Tier::Hour), &hours);

    let reader = Reader::open(folder.path()).expect("a history");
    let keys: Vec<SeriesKey> = (0..8).map(|i| day[0].columns[i * 23].def.key.clone()).collect();
    let end = made::START + 90 * DAY;
    let range = |span: i64| TimeRange { start: Timestamp::from_millis(end - span), end: Timestamp::from_millis(end) };
    for (what, span) in [("10 min", HOUR / 6), ("1 h", HOUR), ("12 h", 12 * HOUR), ("24 h", DAY), ("90 d", 90 * DAY)] {
        let cut = CurveCut { range: range(span), width_px: 1400 };
        let found = reader.curves(&keys, &cut).expect("curves");
        let of = format!("{} buckets of {:?} from {}", found.curves[0].len(), found.step, found.tier.name());
        time(&format!("8 series x {what}: {of}"), || {
            black_box(reader.curves(&keys, black_box(&cut)).expect("curves"));
        });
    }
    time("8 series x 24 h, every sample read: buckets of 50 s", || {
        let (day, step) = (range(DAY), Duration::from_secs(50));
        black_box(reader.curves_at(&keys, day, Tier::Full, step, 3000).expect("curves"));
    });
    time("the busiest processes of a moment", || {
        black_box(reader.processes(Timestamp::from_millis(end - DAY), Duration::from_secs(60)).expect("processes"));
    });
    time("visit 24 h of all 200 series", || {
        let mut n = 0;
        let mut take = |segment: Segment| {
            n += segment.n_values();
            Ok(())
        };
        reader.visit(None, range(DAY), Tier::Full, &mut take).expect("visited");
        black_box(n);
    });
}

/// A gigabyte of one segment again and again at later times.
fn opening(segment: &Segment) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = 0;
    let mut n = 0;
    while bytes < 1_000_000_000 {
        let path = folder.path().join(format!("full-{n:05}.seg"));
        let mut file = SegmentFile::create(&path, FULL, &Disk::default()).expect("a new file");
        for i in 0..24 {
            let at = later(segment, (n * 24 + i) * 900_000);
            file.append(&at, u64::try_from(n * 24 + i).expect("a number")).expect("appended");
        }
        bytes += file.len();
        n += 1;
    }
    let index = || Index::open(folder.path(), true).expect("an index").0;
    println!("{:.2} GB in {n} files of 24 segments", bytes as f64 / 1e9);
    time("open it: an index of all segments", || {
        black_box(index());
    });
    let (reader, start) = (Reader::open(folder.path()).expect("a history"), Instant::now());
    let n_series = reader.series().expect("series").len();
    println!("  all {n_series} series of all files: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let len = fs::metadata(folder.path().join("full-00000.seg")).expect("the file").len();
    println!("  {:.1} KB a file with its dictionary", len as f64 / 1e3);
}
