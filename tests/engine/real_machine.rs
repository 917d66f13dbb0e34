//! This machine's own probes through two passes with made-up moments: what they say has to be possible.
//!
//! No thread and no wait: the counters of the first pass are compared with those of the second over a made-up
//! second, so shares are checked against their bounds and not against what the machine truly did.

use std::time::Duration;

use perfdesk::model::{Batch, PassCost, ProbeState, SeriesDef, SeriesKey, Timestamp, Unit};
use perfdesk::sampling::{Moment, Sampler, platform};

/// Both batches of two passes a second apart.
fn two_passes() -> [Batch; 2] {
    let mut sampler = Sampler::new(platform::probes(), 0);
    [1_u64, 2].map(|second| {
        let at = Timestamp::from_millis(1_700_000_000_000 + i64::try_from(second).expect("small") * 1000);
        let now = Moment { at, elapsed: Duration::from_secs(second) };
        // Nothing is said to be delivered, so the second batch repeats every definition.
        sampler.pass(now, Duration::from_secs(1), PassCost::default())
    })
}

fn values(batch: &Batch) -> Vec<(&SeriesDef, f64)> {
    batch.points.iter().map(|point| (&batch.defined[point.slot.0 as usize], point.value)).collect()
}

fn value(batch: &Batch, metric: &str, attributes: &[(&str, &str)]) -> Option<f64> {
    let key = SeriesKey::new(metric, attributes);
    values(batch).into_iter().find(|(def, _)| def.key == key).map(|(_, value)| value)
}

#[test]
fn every_number_is_one_that_can_be() {
    let [first, second] = two_passes();
    for batch in [&first, &second] {
        let mut slots: Vec<u32> = batch.points.iter().map(|point| point.slot.0).collect();
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), batch.points.len(), "a series has one value a pass");
        for (def, value) in values(batch) {
            assert!(value.is_finite(), "{}: {value}", def.key);
            assert!(value >= 0.0 || def.unit == Unit::Celsius, "{}: {value}", def.key);
            // What programs and Perfdesk itself use may seem to be more than a made-up second holds.
            let is_of_programs = ["process.", "perfdesk."].iter().any(|own| def.key.metric().starts_with(own));
            assert!(def.unit != Unit::Ratio || is_of_programs || value <= 1.0, "{}: {value}", def.key);
        }
    }
    let mut keys: Vec<String> = second.defined.iter().map(|def| def.key.to_string()).collect();
    keys.sort();
    let n_keys = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), n_keys, "no series is named twice");
}

#[test]
fn a_first_reading_has_no_rates() {
    let [first, _] = two_passes();
    let rates: Vec<String> = values(&first)
        .into_iter()
        .filter(|(def, _)| matches!(def.unit, Unit::BytesPerSecond | Unit::PerSecond(_)))
        .map(|(def, value)| format!("{} = {value}", def.key))
        .collect();
    assert!(rates.is_empty(), "{rates:?}");
    let rows = &first.processes.as_ref().expect("processes are listed").rows;
    assert!(rows.iter().all(|row| row.cpu_cores.is_none()), "no process has a share yet");
}

#[test]
fn memory_adds_up_and_the_machine_has_it() {
    let [first, second] = two_passes();
    let machine = first.machine.as_ref().expect("the first pass tells the machine");
    assert!(machine.n_cores >= 1 && machine.memory_bytes > 0, "{machine:?}");
    let state = |state| value(&second, "system.memory.usage", &[("system.memory.state", state)]);
    let (used, free) = (state("used").expect("used"), state("free").expect("free"));
    assert!(used > 0.0 && used + free <= machine.memory_bytes as f64, "{used} + {free} of {}", machine.memory_bytes);
    let share = value(&second, "system.memory.utilization", &[]).expect("a share");
    assert!(share > 0.0 && share <= 1.0, "{share}");
    #[cfg(target_os = "linux")]
    {
        let all: f64 = ["used", "free", "cached", "buffers"].into_iter().filter_map(state).sum();
        // The kernel counts some pages twice for a moment, so a little is allowed.
        let apart = (all - machine.memory_bytes as f64).abs() / machine.memory_bytes as f64;
        assert!(apart < 0.01, "{all} of {}", machine.memory_bytes);
    }
}

#[test]
fn this_very_process_is_listed_with_what_it_holds() {
    let [first, second] = two_passes();
    for batch in [&first, &second] {
        let rows = &batch.processes.as_ref().expect("processes are listed").rows;
        assert!(rows.windows(2).all(|pair| pair[0].key.pid < pair[1].key.pid), "rows are sorted by pid");
        let own = rows.iter().find(|row| row.key.pid == std::process::id()).expect("this process");
        assert!(own.memory_bytes.is_some_and(|bytes| bytes > 100_000) && !own.is_kernel, "{own:?}");
        assert!(!own.name.is_empty() && own.started_at > Timestamp::from_millis(1_500_000_000_000), "{own:?}");
    }
}

#[test]
fn every_probe_answers_or_says_why_not() {
    let [_, second] = two_passes();
    let probes = second.probes.expect("every pass tells");
    for probe in probes.iter() {
        match &probe.state {
            ProbeState::Working => {}
            ProbeState::Unsupported { why } | ProbeState::Failed { why, .. } => {
                assert!(why.len() > 5 && !why.ends_with('.'), "{}: {why}", probe.title);
            }
        }
    }
    let works = |id: &str| probes.iter().any(|probe| probe.id.0 == id && probe.state == ProbeState::Working);
    for id in ["machine", "cpu", "memory", "process", "perfdesk"] {
        assert!(works(id), "{id} works on every system: {probes:?}");
    }
}
