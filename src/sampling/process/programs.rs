//! The series of programs: which programs are worth a series, and their values.
//!
//! At most [`MAX_RECORDED`] programs are recorded at one time and at most [`MAX_NAMED`] are ever named, so that a
//! machine that starts thousands of differently named programs cannot fill the memory with series.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analysis::ProgramTotal;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};
use crate::sampling::Recorder;

/// Programs recorded at one time. When another is worth it, the one that was busy least recently gives way.
pub const MAX_RECORDED: usize = 32;
/// Programs that get a series in the life of a sampler; one named before may come back at any time.
pub const MAX_NAMED: usize = 512;
/// A program that uses more cores than this is recorded.
pub const BUSY_CORES: f64 = 0.005;
/// So many of the greatest programs by memory are recorded as well.
pub const N_GREATEST: usize = 8;

/// Which programs are recorded, and under which slots.
#[derive(Debug, Default)]
pub struct ProgramSeries {
    named: HashMap<Arc<str>, Named>,
    pass: u64,
}

#[derive(Debug)]
struct Named {
    cpu: Slot,
    memory: Slot,
    busy_at: u64,
    is_recorded: bool,
}

impl ProgramSeries {
    /// Records the programs worth it. `capacity_cores` are the cores that stand for 100 %.
    ///
    /// A program once recorded stays so while it runs, busy or not; one that does not run now has no value.
    pub fn record(&mut self, totals: &[ProgramTotal], capacity_cores: f64, probe: ProbeId, out: &mut Recorder) {
        self.pass += 1;
        for total in worth_it(totals) {
            self.admit(total, probe, out);
        }
        for total in totals {
            let Some(named) = self.named.get(&total.name).filter(|named| named.is_recorded) else { continue };
            if let Some(cores) = total.cpu_cores {
                out.put(named.cpu, cores / capacity_cores.max(f64::MIN_POSITIVE));
            }
            if let Some(bytes) = total.memory_bytes {
                out.put(named.memory, bytes as f64);
            }
        }
    }

    fn admit(&mut self, total: &ProgramTotal, probe: ProbeId, out: &mut Recorder) {
        let pass = self.pass;
        if let Some(named) = self.named.get_mut(&total.name)
            && named.is_recorded
        {
            named.busy_at = pass;
            return;
        }
        if !self.make_room() {
            return;
        }
        if let Some(named) = self.named.get_mut(&total.name) {
            named.busy_at = pass;
            named.is_recorded = true;
        } else if self.named.len() < MAX_NAMED {
            let cpu = out.define(def("process.cpu.utilization", Unit::Ratio, "CPU", &total.name, probe));
            let memory = out.define(def("process.memory.usage", Unit::Bytes, "Memory", &total.name, probe));
            self.named.insert(total.name.clone(), Named { cpu, memory, busy_at: pass, is_recorded: true });
        }
    }

    /// Frees a place when all are taken; `false` when every recorded program is busy in this very pass.
    fn make_room(&mut self) -> bool {
        let recorded = self.named.values().filter(|named| named.is_recorded).count();
        if recorded < MAX_RECORDED {
            return true;
        }
        let pass = self.pass;
        let idle = self.named.iter_mut().filter(|(_, named)| named.is_recorded && named.busy_at < pass);
        match idle.min_by(|(a_name, a), (b_name, b)| a.busy_at.cmp(&b.busy_at).then_with(|| a_name.cmp(b_name))) {
            Some((_, named)) => {
                named.is_recorded = false;
                true
            }
            None => false,
        }
    }
}

/// The programs that use the processor, busiest first, then the greatest by memory.
fn worth_it(totals: &[ProgramTotal]) -> impl Iterator<Item = &ProgramTotal> {
    let mut greatest: Vec<&ProgramTotal> = totals.iter().filter(|total| total.memory_bytes > Some(0)).collect();
    if greatest.len() > N_GREATEST {
        greatest.select_nth_unstable_by(N_GREATEST, |a, b| {
            b.memory_bytes.cmp(&a.memory_bytes).then_with(|| a.name.cmp(&b.name))
        });
        greatest.truncate(N_GREATEST);
    }
    totals.iter().filter(|total| total.cpu_cores > Some(BUSY_CORES)).chain(greatest)
}

fn def(metric: &str, unit: Unit, instance: &str, program: &Arc<str>, probe: ProbeId) -> SeriesDef {
    SeriesDef {
        key: SeriesKey::new(metric, &[("process.executable.name", program)]),
        unit,
        group: SeriesGroup::Programs,
        name: program.clone(),
        instance: instance.into(),
        probe,
        cadence: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: ProbeId = ProbeId("process");

    fn total(name: &str, cpu: f64, memory: u64) -> ProgramTotal {
        ProgramTotal {
            name: name.into(),
            n_processes: 1,
            cpu_cores: Some(cpu),
            memory_bytes: (memory > 0).then_some(memory),
            disk_bytes_per_second: None,
        }
    }

    /// What one pass recorded, as `name instance value`, sorted.
    fn pass(series: &mut ProgramSeries, all: &mut Recorder, totals: &[ProgramTotal]) -> Vec<String> {
        all.points.clear();
        series.record(totals, 2.0, PROBE, all);
        let mut lines: Vec<String> = all
            .points
            .iter()
            .map(|point| {
                let def = &all.defined[point.slot.0 as usize];
                format!("{} {} {}", def.name, def.instance, point.value)
            })
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn busy_programs_get_a_share_of_the_machine_and_keep_their_series() {
        let (mut series, mut out) = (ProgramSeries::default(), Recorder::default());
        let busy = [total("postgres", 1.0, 0), total("idle", 0.001, 0)];
        assert_eq!(pass(&mut series, &mut out, &busy), ["postgres CPU 0.5"]);
        let calm = [total("idle", 0.0, 0), total("postgres", 0.0, 64)];
        assert_eq!(pass(&mut series, &mut out, &calm), ["postgres CPU 0", "postgres Memory 64"]);
        assert_eq!(pass(&mut series, &mut out, &[]), Vec::<String>::new(), "a program that ended has no value");
        assert_eq!(out.defined.len(), 2, "and it is not named twice");
        assert_eq!(out.defined[0].key.to_string(), r#"process.cpu.utilization{process.executable.name="postgres"}"#);
    }

    #[test]
    fn the_greatest_by_memory_are_recorded_though_idle() {
        let totals: Vec<_> = (0..20).map(|i| total(&format!("p{i:02}"), 0.0, 100 + i)).collect();
        let (mut series, mut out) = (ProgramSeries::default(), Recorder::default());
        let lines = pass(&mut series, &mut out, &totals);
        assert_eq!(lines.len(), 2 * N_GREATEST);
        assert_eq!(lines[0], "p12 CPU 0");
    }

    #[test]
    fn the_least_recently_busy_gives_way_and_comes_back_under_its_old_series() {
        let (mut series, mut out) = (ProgramSeries::default(), Recorder::default());
        let mut totals: Vec<_> = (0..MAX_RECORDED).map(|i| total(&format!("p{i:02}"), 1.0, 0)).collect();
        assert_eq!(pass(&mut series, &mut out, &totals).len(), MAX_RECORDED);
        totals[7].cpu_cores = Some(0.0);
        totals.push(total("late", 1.0, 0));
        let lines = pass(&mut series, &mut out, &totals);
        assert!(lines.contains(&"late CPU 0.5".to_owned()) && !lines.contains(&"p07 CPU 0".to_owned()), "{lines:?}");
        let n_defined = out.defined.len();
        totals[7].cpu_cores = Some(1.0);
        totals[8].cpu_cores = Some(0.0);
        let lines = pass(&mut series, &mut out, &totals);
        assert!(lines.contains(&"p07 CPU 0.5".to_owned()) && !lines.contains(&"p08 CPU 0".to_owned()), "{lines:?}");
        assert_eq!(out.defined.len(), n_defined);
    }

    #[test]
    fn a_flood_of_names_stays_bounded() {
        let (mut series, mut out) = (ProgramSeries::default(), Recorder::default());
        for i in 0..1000 {
            assert!(pass(&mut series, &mut out, &[total(&format!("job{i}"), 1.0, 0)]).len() <= 1);
        }
        assert_eq!(out.defined.len(), 2 * MAX_NAMED);
    }
}
