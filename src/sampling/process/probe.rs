//! The process probe: the table, how many processes there are in each state, and the series of programs.
//!
//! Knows no operating system: that is the [`ProcessSource`] behind it.

use std::time::Duration;

use super::programs::ProgramSeries;
use crate::analysis::program_totals;
use crate::model::{
    ProbeId, ProcessDetail, ProcessKey, ProcessRow, ProcessState, ProcessTable, Reading, SeriesDef, SeriesGroup,
    SeriesKey, Slot, Timestamp, Unit,
};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const ID: ProbeId = ProbeId("process");

/// Time after which the cores that stand for 100 % are asked for again: a container's limit may be changed.
const CAPACITY_AGAIN: Duration = Duration::from_secs(60);

/// Reads the processes of one system.
pub trait ProcessSource: Send {
    /// All processes, sorted by pid. `focus` is the process a person looks at, for which every figure must be fresh.
    ///
    /// # Errors
    /// [`ProbeError`] when the list itself cannot be had; a process that cannot be read is left out.
    fn rows(&mut self, now: Moment, focus: Option<ProcessKey>) -> Result<Vec<ProcessRow>, ProbeError>;

    /// One process in detail, after [`rows`](Self::rows) of the same moment; `None` once it has ended.
    fn detail(&mut self, key: ProcessKey, now: Moment) -> Option<ProcessDetail>;

    /// Cores that stand for 100 %.
    fn capacity_cores(&mut self) -> f64;
}

/// Records processes and programs at every tick.
pub struct ProcessProbe<S> {
    source: S,
    programs: ProgramSeries,
    counts: Option<StateCounts>,
    capacity: Option<(Duration, f64)>,
    focus: Option<ProcessKey>,
    /// What was last known of the process in focus, kept once it has ended.
    detail: Option<ProcessDetail>,
}

impl<S: ProcessSource> ProcessProbe<S> {
    /// A probe over this source.
    pub fn new(source: S) -> Self {
        Self { source, programs: ProgramSeries::default(), counts: None, capacity: None, focus: None, detail: None }
    }

    fn capacity_cores(&mut self, now: Moment) -> f64 {
        match self.capacity {
            Some((at, cores)) if now.elapsed.saturating_sub(at) < CAPACITY_AGAIN => cores,
            _ => {
                let cores = self.source.capacity_cores();
                self.capacity = Some((now.elapsed, cores));
                cores
            }
        }
    }

    fn record_detail(&mut self, key: ProcessKey, now: Moment, out: &mut Recorder) {
        let was = self.detail.take().filter(|detail| detail.key == key);
        if let Some(ended) = was.as_ref().filter(|detail| !detail.is_running) {
            out.put_inspected(ended.clone());
            self.detail = was;
            return;
        }
        self.detail = match self.source.detail(key, now) {
            Some(detail) => Some(detail),
            None => was.map(|detail| ProcessDetail { is_running: false, at: now.at, ..detail }),
        };
        let detail = self.detail.get_or_insert_with(|| ended_unseen(key, now.at));
        out.put_inspected(detail.clone());
    }
}

impl<S: ProcessSource> Probe for ProcessProbe<S> {
    fn id(&self) -> ProbeId {
        ID
    }

    fn title(&self) -> &'static str {
        "Processes"
    }

    fn group(&self) -> SeriesGroup {
        SeriesGroup::Programs
    }

    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let rows = self.source.rows(now, self.focus)?;
        let capacity_cores = self.capacity_cores(now);
        self.programs.record(&program_totals(&rows), capacity_cores, ID, out);
        self.counts.get_or_insert_with(|| StateCounts::define(out)).record(&rows, out);
        if let Some(key) = self.focus {
            self.record_detail(key, now, out);
        }
        out.put_processes(ProcessTable { at: now.at, rows: rows.into() });
        Ok(())
    }

    fn inspect(&mut self, process: Option<ProcessKey>) {
        self.focus = process;
        self.detail = None;
    }
}

/// The details of a process that had ended before it was read.
fn ended_unseen(key: ProcessKey, at: Timestamp) -> ProcessDetail {
    fn gone<T>() -> Reading<T> {
        Reading::Unsupported { why: "The process has ended".into() }
    }
    ProcessDetail {
        key,
        at,
        is_running: false,
        executable: gone(),
        working_dir: gone(),
        arguments: gone(),
        threads: gone(),
        files: gone(),
        n_files: gone(),
        file_limit: gone(),
        control_group: gone(),
    }
}

/// The series of how many processes there are, in all and in each state.
#[derive(Debug)]
struct StateCounts {
    total: Slot,
    states: [Slot; COUNTED.len()],
}

/// The states that are counted, by OpenTelemetry's word where it has one, and the reader's.
const COUNTED: [(&str, &str, &[ProcessState]); 5] = [
    ("running", "running", &[ProcessState::Running]),
    ("sleeping", "sleeping", &[ProcessState::Sleeping, ProcessState::Idle]),
    ("disk_wait", "disk wait", &[ProcessState::DiskWait]),
    ("stopped", "stopped", &[ProcessState::Stopped]),
    ("defunct", "zombie", &[ProcessState::Zombie]),
];

impl StateCounts {
    fn define(out: &mut Recorder) -> Self {
        let mut define = |attributes: &[(&str, &str)], instance: &str| {
            out.define(SeriesDef {
                key: SeriesKey::new("system.processes.count", attributes),
                unit: Unit::Count("process"),
                group: SeriesGroup::Programs,
                name: "Processes".into(),
                instance: instance.into(),
                probe: ID,
                cadence: None,
            })
        };
        let total = define(&[], "");
        Self { total, states: COUNTED.map(|(state, word, _)| define(&[("process.state", state)], word)) }
    }

    fn record(&self, rows: &[ProcessRow], out: &mut Recorder) {
        out.put(self.total, rows.len() as f64);
        if rows.iter().all(|row| row.state == ProcessState::Unknown) {
            return;
        }
        for (slot, (_, _, states)) in self.states.iter().zip(COUNTED) {
            out.put(*slot, rows.iter().filter(|row| states.contains(&row.state)).count() as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A system with one process that ends after two readings.
    struct Ending {
        n_reads: u32,
    }

    const KEY: ProcessKey = ProcessKey { pid: 7, start_mark: 70 };

    impl ProcessSource for Ending {
        fn rows(&mut self, _now: Moment, focus: Option<ProcessKey>) -> Result<Vec<ProcessRow>, ProbeError> {
            assert_eq!(focus, Some(KEY));
            self.n_reads += 1;
            Ok(Vec::new())
        }

        fn detail(&mut self, key: ProcessKey, now: Moment) -> Option<ProcessDetail> {
            let executable = Reading::Value(Arc::from("/bin/seven"));
            (self.n_reads <= 2).then(|| ProcessDetail { is_running: true, executable, ..ended_unseen(key, now.at) })
        }

        fn capacity_cores(&mut self) -> f64 {
            2.0
        }
    }

    #[test]
    fn the_last_details_of_a_process_stay_when_it_has_ended() {
        let mut probe = ProcessProbe::new(Ending { n_reads: 0 });
        probe.inspect(Some(KEY));
        let mut seen = Vec::new();
        for second in 0..4 {
            let mut out = Recorder::default();
            let now = Moment { at: Timestamp::from_millis(second * 1000), elapsed: Duration::from_secs(second as u64) };
            probe.read(now, &mut out).expect("reads");
            let detail = out.inspected.expect("inspected");
            let executable = detail.executable.value().map(|path| path.to_string());
            seen.push((detail.is_running, detail.at.as_millis(), executable));
        }
        let path = || Some("/bin/seven".to_owned());
        assert_eq!(seen, [(true, 0, path()), (true, 1000, path()), (false, 2000, path()), (false, 2000, path())]);
    }
}
