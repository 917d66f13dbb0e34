//! The busiest processes of each tick: who they are once a segment, and four columns of numbers, process by process.
//!
//! Processor time is kept in 0.001 cores, memory, reads and writes in KiB, rounded to the nearest. Processes of one
//! reading come back sorted by key.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::bytes::{Malformed, Take, put_text, put_varint, unzigzag, zigzag};
use super::numbers::{self, Habit};
use super::text;
use crate::model::{BusyProcess, ProcessKey};
use crate::store::history::ProcessReading;

/// How texts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Form {
    /// As in version 1 of the format.
    First,
    /// Pressed together.
    Pressed,
}

/// Most readings of single processes in a segment.
const MAX_READINGS: usize = 1 << 20;
/// Longest text, bytes; a command line is cut at 256.
const MAX_TEXT: usize = 4096;
const KIB: u64 = 1024;

/// One process in the segment: its place among the texts (name, command, user) and its readings.
#[derive(Debug)]
struct Traces<'a> {
    key: ProcessKey,
    texts: [&'a str; 3],
    readings: Vec<(u32, [u64; 4])>,
}

/// A number or its absence, which is 0.
fn packed(number: Option<u64>) -> u64 {
    number.map_or(0, |n| n.saturating_add(1))
}

fn unpacked(number: u64) -> Option<u64> {
    number.checked_sub(1)
}

fn columns_of(process: &BusyProcess) -> [u64; 4] {
    let kib = |bytes: Option<u64>| packed(bytes.map(|bytes| bytes.saturating_add(KIB / 2) / KIB));
    // Processor time fits in 32 bits: four million cores.
    let cpu = process.cpu_cores.map(|cores| u64::from((f64::from(cores) * 1000.0).round() as u32));
    [packed(cpu), kib(process.memory_bytes), kib(process.read_bytes_per_second), kib(process.write_bytes_per_second)]
}

/// Appends the readings.
pub(super) fn put(out: &mut Vec<u8>, readings: &[ProcessReading]) {
    let traces = traces_of(readings);
    let texts: BTreeMap<&str, u64> = traces.iter().flat_map(|trace| trace.texts).map(|text| (text, 0)).collect();
    let texts: HashMap<&str, u64> = texts.into_keys().zip(0..).collect();
    let mut sorted: Vec<&str> = texts.keys().copied().collect();
    sorted.sort_unstable();
    put_varint(out, sorted.len() as u64);
    let mut all = Vec::new();
    sorted.iter().for_each(|text| put_text(&mut all, text));
    text::put(out, &all);
    let rows: Vec<u32> = readings.iter().map(|reading| reading.row).collect();
    put_varint(out, rows.len() as u64);
    numbers::put(out, &steps_of(&rows), Habit::Loose);
    put_varint(out, traces.len() as u64);
    for trace in &traces {
        put_varint(out, trace.key.pid.into());
        put_varint(out, trace.key.start_mark);
        trace.texts.iter().for_each(|text| put_varint(out, texts.get(text).copied().unwrap_or(0)));
    }
    put_columns(out, &traces);
}

/// What each place is beyond the one after the place before it.
fn steps_of(rows: &[u32]) -> Vec<u32> {
    let mut next = 0_u32;
    rows.iter().map(|row| row.wrapping_sub(std::mem::replace(&mut next, row.wrapping_add(1)))).collect()
}

fn traces_of(readings: &[ProcessReading]) -> Vec<Traces<'_>> {
    let mut places: HashMap<(ProcessKey, [&str; 3]), usize> = HashMap::new();
    let mut traces: Vec<Traces<'_>> = Vec::new();
    for (i, reading) in (0_u32..).zip(readings) {
        for process in &reading.processes {
            let texts = [&*process.name, &*process.command, &*process.user];
            let place = *places.entry((process.key, texts)).or_insert_with(|| {
                traces.push(Traces { key: process.key, texts, readings: Vec::new() });
                traces.len() - 1
            });
            traces[place].readings.push((i, columns_of(process)));
        }
    }
    traces
}

/// Appends, for each process, the stretches of readings in which it appears, and then the four columns.
fn put_columns(out: &mut Vec<u8>, traces: &[Traces<'_>]) {
    let (mut n_runs, mut skips, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns: [Vec<u64>; 4] = Default::default();
    for trace in traces {
        let mut next = 0;
        let n_before = skips.len();
        for run in trace.readings.chunk_by(|a, b| a.0 + 1 == b.0) {
            skips.push(run[0].0 - next);
            lengths.push(u32::try_from(run.len()).unwrap_or(u32::MAX) - 1);
            next = run[run.len() - 1].0 + 1;
        }
        n_runs.push(u32::try_from(skips.len() - n_before).unwrap_or(u32::MAX));
        let mut memory = 0;
        for (_, numbers) in &trace.readings {
            columns[0].push(numbers[0]);
            columns[1].push(zigzag(numbers[1].wrapping_sub(memory) as i64));
            columns[2].push(numbers[2]);
            columns[3].push(numbers[3]);
            memory = numbers[1];
        }
    }
    numbers::put(out, &n_runs, Habit::Loose);
    put_varint(out, skips.len() as u64);
    numbers::put(out, &skips, Habit::Loose);
    numbers::put(out, &lengths, Habit::Loose);
    put_varint(out, columns[0].len() as u64);
    columns.iter().for_each(|column| numbers::put(out, column, Habit::Loose));
}

/// Reads what [`put`] has written into a segment of `n_rows` ticks.
pub(super) fn take(from: &mut Take<'_>, n_rows: usize, form: Form) -> Result<Vec<ProcessReading>, Malformed> {
    let texts = match form {
        Form::Pressed => take_texts(from)?,
        Form::First => take_first_texts(from)?,
    };
    let n_readings = from.count(n_rows)?;
    let steps: Vec<u32> = numbers::take(from, n_readings)?;
    let mut readings = Vec::with_capacity(n_readings);
    let mut next = 0_u32;
    for step in steps {
        let row = next.saturating_add(step);
        if row as usize >= n_rows {
            return Err(Malformed("processes beyond the last tick"));
        }
        readings.push(ProcessReading { row, processes: Vec::new() });
        next = row + 1;
    }
    // A process takes five bytes at least.
    let n_traces = from.count(from.rest.len() / 5)?;
    let mut whose = Vec::with_capacity(n_traces);
    for _ in 0..n_traces {
        let pid = u32::try_from(from.varint()?).map_err(|_| Malformed("a process id is out of bounds"))?;
        let key = ProcessKey { pid, start_mark: from.varint()? };
        let mut text = || -> Result<Arc<str>, Malformed> {
            let place = usize::try_from(from.varint()?).unwrap_or(usize::MAX);
            texts.get(place).map(Arc::clone).ok_or(Malformed("a text is missing"))
        };
        whose.push((key, text()?, text()?, text()?));
    }
    take_columns(from, &whose, &mut readings)?;
    readings.iter_mut().for_each(|reading| reading.processes.sort_by_key(|process| process.key));
    Ok(readings)
}

fn take_texts(from: &mut Take<'_>) -> Result<Vec<Arc<str>>, Malformed> {
    let n = from.count(1 << 22)?;
    let all = text::take(from)?;
    let mut all = Take::new(&all);
    let mut texts = Vec::new();
    for _ in 0..n {
        texts.push(Arc::from(all.text(MAX_TEXT)?));
    }
    if all.rest.is_empty() { Ok(texts) } else { Err(Malformed("texts too long")) }
}

/// Texts as version 1 of the format has them: each with what it shares with the one before.
fn take_first_texts(from: &mut Take<'_>) -> Result<Vec<Arc<str>>, Malformed> {
    let n = from.count(from.rest.len() / 2)?;
    let mut texts: Vec<Arc<str>> = Vec::new();
    let mut text = String::new();
    // What is shared costs nothing in the file, so that all together are bounded here.
    let mut n_bytes = 0;
    for _ in 0..n {
        let shared = from.count(text.len())?;
        if !text.is_char_boundary(shared) {
            return Err(Malformed("a text is not UTF-8"));
        }
        text.truncate(shared);
        text.push_str(from.text(MAX_TEXT)?);
        n_bytes += text.len();
        if text.len() > MAX_TEXT || n_bytes > 1 << 26 {
            return Err(Malformed("texts too long"));
        }
        texts.push(Arc::from(text.as_str()));
    }
    Ok(texts)
}

type Whose = (ProcessKey, Arc<str>, Arc<str>, Arc<str>);

fn take_columns(from: &mut Take<'_>, whose: &[Whose], readings: &mut [ProcessReading]) -> Result<(), Malformed> {
    const UNEVEN: Malformed = Malformed("the columns of processes do not match");
    let n_runs: Vec<u32> = numbers::take(from, whose.len())?;
    let n_all_runs = from.count(MAX_READINGS)?;
    let skips: Vec<u32> = numbers::take(from, n_all_runs)?;
    let lengths: Vec<u32> = numbers::take(from, n_all_runs)?;
    let n = from.count(MAX_READINGS)?;
    let columns: [Vec<u64>; 4] =
        [numbers::take(from, n)?, numbers::take(from, n)?, numbers::take(from, n)?, numbers::take(from, n)?];
    let mut runs = skips.iter().zip(&lengths);
    let mut i = 0;
    for ((key, name, command, user), n_runs) in whose.iter().zip(n_runs) {
        let (mut place, mut memory) = (0_usize, 0_u64);
        for _ in 0..n_runs {
            let (skip, length) = runs.next().ok_or(UNEVEN)?;
            place += *skip as usize;
            for _ in 0..=*length {
                let reading = readings.get_mut(place).ok_or(UNEVEN)?;
                let number = |column: usize| columns[column].get(i).copied().ok_or(UNEVEN);
                memory = memory.wrapping_add(unzigzag(number(1)?) as u64);
                let bytes = |packed: u64| unpacked(packed).map(|kib| kib.saturating_mul(KIB));
                reading.processes.push(BusyProcess {
                    key: *key,
                    name: Arc::clone(name),
                    command: Arc::clone(command),
                    user: Arc::clone(user),
                    cpu_cores: unpacked(number(0)?).map(|cpu| (cpu as f64 / 1000.0) as f32),
                    memory_bytes: bytes(memory),
                    read_bytes_per_second: bytes(number(2)?),
                    write_bytes_per_second: bytes(number(3)?),
                });
                (place, i) = (place + 1, i + 1);
            }
        }
    }
    if i == n && runs.next().is_none() { Ok(()) } else { Err(UNEVEN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_first_version_are_read() {
        let process = |pid: u32| BusyProcess {
            key: ProcessKey { pid, start_mark: 7 },
            name: "make".into(),
            command: format!("make target{pid}").into(),
            user: "ada".into(),
            cpu_cores: Some(0.5),
            memory_bytes: None,
            read_bytes_per_second: Some(1024),
            write_bytes_per_second: None,
        };
        let readings = vec![ProcessReading { row: 2, processes: vec![process(1), process(2)] }];
        let mut pressed = Vec::new();
        put(&mut pressed, &readings);
        assert_eq!(take(&mut Take::new(&pressed), 3, Form::Pressed), Ok(readings.clone()));
        let mut rest = Take::new(&pressed);
        let n = rest.varint().expect("a number of texts");
        text::take(&mut rest).expect("the texts");
        let mut first = Vec::new();
        put_varint(&mut first, n);
        for (shared, new) in [(0, "ada"), (0, "make"), (4, " target1"), (11, "2")] {
            put_varint(&mut first, shared);
            put_text(&mut first, new);
        }
        first.extend_from_slice(rest.rest);
        assert_eq!(take(&mut Take::new(&first), 3, Form::First), Ok(readings));
    }
}
