//! This machine's real series, recorded each second.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use perfdesk::analysis::busiest::busiest;
use perfdesk::model::{PassCost, SeriesDef, SourceId, Tier, Timestamp};
use perfdesk::sampling::{Moment, Sampler, platform};
use perfdesk::store::history::disk::Disk;
use perfdesk::store::history::{ColumnValues, FileKind, ProcessReading, Segment, SegmentColumn, SegmentFile};

const TICKS: usize = 900;

#[derive(Default)]
struct Open {
    times: Vec<i64>,
    columns: Vec<(Vec<u32>, Vec<f32>)>,
    processes: Vec<ProcessReading>,
}

/// Records into `recorded.seg` in a folder, a segment each quarter of an hour.
pub fn record(folder: &Path, seconds: u64) {
    let started = Instant::now();
    let mut sampler = Sampler::new(platform::probes(), 0);
    let mut defs: Vec<Arc<SeriesDef>> = Vec::new();
    let mut open = Open::default();
    let kind = FileKind::Segments(Tier::Full);
    std::fs::create_dir_all(folder).expect("the folder");
    let mut file = SegmentFile::create(&folder.join("recorded.seg"), kind, &Disk::default()).expect("a new file");
    for second in 0..seconds {
        let wait = Duration::from_secs(second).saturating_sub(started.elapsed());
        std::thread::sleep(wait);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp::from_millis(i64::try_from(now.as_millis()).expect("a time"));
        let moment = Moment { at, elapsed: started.elapsed() };
        let batch = sampler.pass(moment, Duration::from_secs(1), PassCost::default());
        sampler.delivered();
        for (i, def) in batch.defined.into_iter().enumerate() {
            if batch.first_defined.0 as usize + i == defs.len() {
                defs.push(Arc::new(def));
            }
        }
        let row = u32::try_from(open.times.len()).expect("few ticks");
        open.times.push(at.as_millis());
        open.columns.resize(defs.len(), Default::default());
        for point in batch.points.iter().filter(|point| (point.value as f32).is_finite()) {
            let (rows, values) = &mut open.columns[point.slot.0 as usize];
            rows.push(row);
            values.push(point.value as f32);
        }
        if let Some(table) = batch.processes {
            open.processes.push(ProcessReading { row, processes: busiest(&table.rows) });
        }
        if open.times.len() == TICKS || second + 1 == seconds {
            file.append(&seal(&defs, std::mem::take(&mut open)), second).expect("written");
        }
    }
}

fn seal(defs: &[Arc<SeriesDef>], open: Open) -> Segment {
    let n = open.times.len();
    let columns = defs.iter().zip(open.columns).filter(|(_, (rows, _))| !rows.is_empty());
    Segment {
        tier: Tier::Full,
        source: SourceId("sample"),
        interval_millis: 1000,
        times: open.times,
        columns: columns
            .map(|(def, (rows, values))| SegmentColumn {
                def: Arc::clone(def),
                rows: (rows.len() < n).then(|| rows.into()),
                values: ColumnValues::Samples(values),
            })
            .collect(),
        processes: open.processes,
    }
}
