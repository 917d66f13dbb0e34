//! Segments held against what comes back, and against bytes that are none.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{BusyProcess, ProcessKey, SeriesGroup, SeriesKey, Unit};

const SOURCE: SourceId = SourceId("sample");

fn def(i: usize) -> Arc<SeriesDef> {
    let key = SeriesKey::new("system.cpu.utilization", &[("cpu", &i.to_string())]);
    let (name, instance) = ("Processor".into(), format!("core {i}").into());
    let probe = crate::model::ProbeId("cpu");
    Arc::new(SeriesDef { key, unit: Unit::Ratio, group: SeriesGroup::Cpu, name, instance, probe, cadence: None })
}

fn shape(segment: &Segment) -> Shape {
    Shape {
        tier: segment.tier,
        source: segment.source,
        interval_millis: segment.interval_millis,
        first: segment.times.first().copied().unwrap_or(0),
        n_rows: segment.times.len(),
        n_values: segment.n_values(),
    }
}

/// Packs with the place of a series as its number.
fn packed(segment: &Segment) -> Packed {
    let mut next = 0..;
    pack(segment, |_| next.next().unwrap_or(0))
}

fn unpacked(packed: &Packed, shape: &Shape) -> Result<Segment, Malformed> {
    let directory = directory(&packed.directory, shape)?;
    let block = |block: &Block| {
        let bytes = packed.blocks.get(block.offset..block.offset + block.len).ok_or(Malformed("no block"))?;
        if block.is_whole(bytes) { Ok(bytes) } else { Err(Malformed("sum")) }
    };
    let mut columns = Vec::new();
    for column in &directory.columns {
        let n = column.rows.as_ref().map_or(shape.n_rows, |rows| rows.len());
        let values = values(block(&column.block)?, shape.tier, n)?;
        columns.push(SegmentColumn { def: def(column.series as usize), rows: column.rows.clone(), values });
    }
    let processes = match &directory.processes {
        Some(at) => processes(block(at)?, shape.n_rows, directory.form)?,
        None => Vec::new(),
    };
    let Shape { tier, source, interval_millis, .. } = *shape;
    Ok(Segment { tier, source, interval_millis, times: directory.times, columns, processes })
}

fn value() -> impl Strategy<Value = f32> {
    let any = any::<u32>().prop_map(f32::from_bits).prop_filter("a number", |v| v.is_finite());
    prop_oneof![4 => Just(0.5_f32), 2 => (0..1000_i32).prop_map(|v| v as f32), 1 => Just(-0.0_f32), 3 => any]
}

fn process() -> impl Strategy<Value = BusyProcess> {
    let bytes = || prop::option::of((0..1_u64 << 40).prop_map(|kib| kib * 1024));
    let cpu = prop::option::of((0..9000_u32).prop_map(|n| (f64::from(n) / 1000.0) as f32));
    ((0..8_u32, 0..3_u64), "[a-zä]{0,6}", cpu, bytes(), bytes(), bytes()).prop_map(|(key, text, cpu, memory, r, w)| {
        BusyProcess {
            key: ProcessKey { pid: key.0, start_mark: key.1 },
            name: text.as_str().into(),
            command: format!("/usr/bin/{text} --option").into(),
            user: "root".into(),
            cpu_cores: cpu,
            memory_bytes: memory,
            read_bytes_per_second: r,
            write_bytes_per_second: w,
        }
    })
}

/// Processes of a reading in the order in which they come back; each once.
fn in_order(mut processes: Vec<BusyProcess>) -> Vec<BusyProcess> {
    processes.sort_by_key(|process| process.key);
    processes.dedup_by_key(|process| process.key);
    processes
}

pub(in super::super) fn segments(tier: Tier) -> impl Strategy<Value = Segment> {
    let wait = prop_oneof![20 => 990..1010_i64, 1 => 1..1_000_000_i64];
    let waits = prop_oneof![prop::collection::vec(wait.clone(), 1..8), prop::collection::vec(wait, 1..300)];
    (waits, any::<i32>(), prop::collection::vec((0..5_u8, any::<prop::sample::Index>()), 0..6)).prop_flat_map(
        move |(waits, start, presence)| {
            let mut at = i64::from(start) * 1000;
            let mut next = |wait: i64| {
                at += wait;
                at
            };
            let times: Vec<i64> = waits.iter().map(|wait| next(*wait)).collect();
            let n = u32::try_from(times.len()).expect("few");
            let rows = presence.iter().enumerate().map(move |(i, (kind, place))| {
                let place = place.index(n as usize) as u32;
                let rows: Option<Vec<u32>> = match kind {
                    0 => None,
                    1 => Some((0..n).step_by(place as usize + 1).collect()),
                    2 => Some((0..n).filter(|row| *row != place).collect()),
                    3 => Some((0..n).filter(|row| row.wrapping_mul(2_654_435_761) >> 30 == 1).collect()),
                    _ => Some(vec![place]),
                };
                (i, rows.filter(|rows| !rows.is_empty() && rows.len() < n as usize))
            });
            let columns: Vec<_> = rows
                .map(|(i, rows)| {
                    let n = rows.as_ref().map_or(n as usize, Vec::len);
                    let four = prop::collection::vec((value(), value(), value(), 1..u32::MAX), n);
                    (Just(i), Just(rows), four)
                })
                .collect();
            let readings = prop::collection::btree_map(0..n, prop::collection::vec(process(), 0..5), 0..8);
            (Just(times), columns, readings).prop_map(move |(times, columns, readings)| Segment {
                tier,
                source: SOURCE,
                interval_millis: 1000,
                times,
                columns: columns
                    .into_iter()
                    .map(|(i, rows, four)| SegmentColumn {
                        def: def(i),
                        rows: rows.map(Into::into),
                        values: if tier == Tier::Full {
                            ColumnValues::Samples(four.iter().map(|v| v.0).collect())
                        } else {
                            ColumnValues::Buckets {
                                min: four.iter().map(|v| v.0).collect(),
                                max: four.iter().map(|v| v.1).collect(),
                                mean: four.iter().map(|v| v.2).collect(),
                                count: four.iter().map(|v| v.3).collect(),
                            }
                        },
                    })
                    .collect(),
                processes: readings
                    .into_iter()
                    .map(|(row, processes)| ProcessReading { row, processes: in_order(processes) })
                    .collect(),
            })
        },
    )
}

/// Every bit of every value: `==` takes 0 for -0.
fn bits(segment: &Segment) -> Vec<u32> {
    let of = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let column = |column: &SegmentColumn| match &column.values {
        ColumnValues::Samples(values) => of(values),
        ColumnValues::Buckets { min, max, mean, count } => [of(min), of(max), of(mean), count.clone()].concat(),
    };
    segment.columns.iter().flat_map(column).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_segment_comes_back_as_it_was(segment in prop_oneof![segments(Tier::Full), segments(Tier::Minute)]) {
        let back = unpacked(&packed(&segment), &shape(&segment)).expect("the segment");
        prop_assert_eq!(bits(&back), bits(&segment));
        prop_assert_eq!(back, segment);
    }

    #[test]
    fn changed_bytes_are_an_error_or_a_segment_and_never_a_panic(
        segment in segments(Tier::Full),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let shape = shape(&segment);
        let mut packed = packed(&segment);
        for (place, byte, is_block) in changes {
            let part = if is_block { &mut packed.blocks } else { &mut packed.directory };
            if !part.is_empty() {
                let place = place.index(part.len());
                part[place] = byte;
            }
        }
        if let Some(cut) = cut {
            packed.directory.truncate(cut.index(packed.directory.len()));
        }
        let _ = unpacked(&packed, &shape);
        // The blocks again as if their sums were right: what stands in them is trusted no more.
        if let Ok(directory) = directory(&packed.directory, &shape) {
            for column in &directory.columns {
                let n = column.rows.as_ref().map_or(shape.n_rows, |rows| rows.len());
                if let Some(bytes) = packed.blocks.get(column.block.offset..column.block.offset + column.block.len) {
                    let _ = values(bytes, shape.tier, n);
                }
            }
            if let Some(at) = &directory.processes
                && let Some(bytes) = packed.blocks.get(at.offset..at.offset + at.len)
            {
                for form in [Form::First, Form::Pressed] {
                    let _ = processes(bytes, shape.n_rows, form);
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_segment_and_never_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400), n_rows in 0..2000_usize, tag in 0..4_u8,
    ) {
        let (tier, source) = (Tier::Full, SOURCE);
        let shape = Shape { tier, source, interval_millis: 1000, first: 0, n_rows, n_values: n_rows * 3 };
        let _ = directory(&bytes, &shape);
        let tagged: Vec<u8> = std::iter::once(tag).chain(bytes).collect();
        for tier in Tier::ALL {
            let _ = values(&tagged, tier, n_rows);
        }
        for form in [Form::First, Form::Pressed] {
            let _ = processes(&tagged, n_rows, form);
        }
    }
}

#[test]
fn the_version_of_pcos_format_is_the_one_that_is_read() {
    let mut header = Vec::new();
    pco::wrapped::FileCompressor::default().write_header(&mut header).expect("header");
    assert_eq!(header, numbers::PCO_FORMAT, "the format of the files changes with it: raise VERSION");
}
