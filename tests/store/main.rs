//! History against what happens to real programs and real disks: killed at any moment, no room left, no right to write.

mod commands;
mod disk;
mod idle;
mod kill;
mod recover;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use perfdesk::model::{
    HistorySettings, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, SourceId, Tier, TimeRange,
    Timestamp, Unit,
};
use perfdesk::store::history::{HistoryRead, Opened, StoreTick, Writer};

/// Time between ticks, milliseconds.
const STEP: i64 = 10_000;
/// 2026-11-24T00:00:00Z.
const START: i64 = 1_795_478_400_000;
const N_SERIES: u32 = 8;

type Samples = BTreeMap<(i64, String), f32>;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn known(n: u32) -> Arc<[SeriesInfo]> {
    let def = |i: u32| SeriesDef {
        key: SeriesKey::new("test.series", &[("n", &i.to_string())]),
        unit: Unit::Bytes,
        group: SeriesGroup::Cpu,
        name: Arc::from("Series"),
        instance: i.to_string().into(),
        probe: ProbeId("cpu"),
        cadence: None,
    };
    (0..n).map(|i| SeriesInfo { id: SeriesId(i), def: Arc::new(def(i)) }).collect()
}

/// The tick of a moment: some series have a value now and then only.
fn tick(millis: i64) -> StoreTick {
    let n = millis / STEP;
    let values = (0..N_SERIES).filter(|i| n % i64::from(i / 2 + 1) == 0);
    StoreTick {
        source: SourceId("sample"),
        at: at(millis),
        interval_millis: STEP as u32,
        values: values.map(|i| (SeriesId(i), (n * i64::from(i + 3) % 1009) as f32 * 0.5)).collect(),
        processes: None,
    }
}

fn open(folder: &Path) -> (Writer, Opened) {
    let (mut writer, opened) = Writer::open(folder, HistorySettings::default(), at(START)).expect("the history opens");
    writer.know(known(N_SERIES));
    (writer, opened)
}

/// Every sample that a reader gives from `from` on; fails where one comes twice.
fn read(reader: &dyn HistoryRead, from: i64) -> Samples {
    let mut samples = Samples::new();
    let range = TimeRange { start: at(from), end: at(i64::MAX / 4) };
    reader
        .visit(None, range, Tier::Full, &mut |segment| {
            for column in &segment.columns {
                for (i, at) in column.times(&segment).enumerate() {
                    let (_, _, value, _) = column.values.at(i).expect("a value");
                    let twice = samples.insert((at, column.def.instance.to_string()), value);
                    assert_eq!(twice, None, "twice at {at}");
                }
            }
            Ok(())
        })
        .expect("history is read");
    samples
}

/// Every sample of the ticks from `from` to `to`.
fn expected(from: i64, to: i64) -> Samples {
    let mut samples = Samples::new();
    for millis in (from..=to).step_by(STEP as usize) {
        for (id, value) in tick(millis).values {
            samples.insert((millis, id.0.to_string()), value);
        }
    }
    samples
}

fn assert_same(found: &Samples, expected: &Samples, what: &str) {
    let missing = expected.iter().find(|(key, value)| found.get(*key) != Some(value));
    let extra = found.keys().find(|key| !expected.contains_key(*key));
    assert!(
        missing.is_none() && extra.is_none(),
        "{what}: {} of {} samples; missing or other: {missing:?}; too many: {extra:?}",
        found.len(),
        expected.len()
    );
}
