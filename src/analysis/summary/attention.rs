//! What needs attention: tiles over their limits, full filesystems, swapping, kills, failed probes, losses.

use std::time::Duration;

use super::tiles::Judged;
use super::{LATELY, MINUTE, SummaryInput, SummaryState, Threshold, span_text};
use crate::model::{Attention, Level, Place, ProbeState, TileKind, Unit, WorkerState};

/// Pages moved to and from swap each second from which that slows work: 1 MiB/s with pages of 4 KiB.
const SWAPPING: f64 = 256.0;

/// The tiles over their limits.
pub(super) fn of_tiles(input: &SummaryInput<'_>, tiles: &[Judged]) -> Vec<Attention> {
    tiles.iter().filter(|judged| judged.tile.level >= Level::Busy).map(|judged| over(input, judged)).collect()
}

/// What no tile tells of the machine, the worst first.
pub(super) fn of_machine(input: &SummaryInput<'_>) -> Vec<Attention> {
    let mut all: Vec<Attention> = killed(input).into_iter().chain(swapping(input)).chain(filesystems(input)).collect();
    all.sort_by_key(|attention| std::cmp::Reverse(attention.level));
    all
}

/// What Perfdesk itself fails at.
pub(super) fn of_perfdesk(input: &SummaryInput<'_>, state: &mut SummaryState) -> Vec<Attention> {
    probes(input).chain(workers(input)).chain(losses(input, state)).collect()
}

fn entry(level: Level, text: String, detail: String, place: Place) -> Attention {
    Attention { level, text: text.into(), detail: detail.into(), place }
}

fn over(input: &SummaryInput<'_>, judged: &Judged) -> Attention {
    let held = judged.since.map_or(Duration::ZERO, |since| input.now.since(since));
    let held = if held < MINUTE { String::new() } else { format!(" for {}", span_text(held)) };
    let worst = if judged.worst.is_empty() {
        String::new()
    } else {
        format!(", worst {} in the last {}", judged.worst, span_text(LATELY))
    };
    let place =
        if matches!(judged.tile.kind, TileKind::Cpu | TileKind::Memory) { Place::Processes } else { Place::Charts };
    let detail = format!("Now {}{worst}", judged.figure);
    entry(judged.tile.level, format!("{}{held}", judged.over), detail, place)
}

fn killed(input: &SummaryInput<'_>) -> Option<Attention> {
    let stats = input.past.recent(input.index.oom_kills?, LATELY)?;
    // The series is a rate: kills are its mean times the time its readings cover.
    let n = (stats.mean * f64::from(stats.count) * input.interval.as_secs_f64()).round();
    if stats.max <= 0.0 {
        return None;
    }
    let text = if n <= 1.0 {
        "A process was ended for want of memory".into()
    } else {
        format!("{n} processes were ended for want of memory")
    };
    let detail = format!("By the kernel, in the last {}", span_text(LATELY));
    Some(entry(Level::Critical, text, detail, Place::Processes))
}

fn swapping(input: &SummaryInput<'_>) -> Option<Attention> {
    let [swapped_in, swapped_out] = input.index.swap.map(|id| input.mean(id, MINUTE).unwrap_or(0.0));
    if swapped_in + swapped_out < SWAPPING {
        return None;
    }
    let unit = Unit::PerSecond("page");
    let detail = format!("Pages in {}, out {}", input.text(swapped_in, unit), input.text(swapped_out, unit));
    Some(entry(Level::Busy, "Memory moves to and from swap".into(), detail, Place::Charts))
}

fn filesystems(input: &SummaryInput<'_>) -> impl Iterator<Item = Attention> {
    input.index.filesystems.iter().filter_map(|(mount, used, free)| {
        // Read seldom: what a slow reading said holds until the next.
        let used = input.latest(Some(*used)).or_else(|| input.mean(Some(*used), LATELY))?;
        let level = Threshold::FILESYSTEM.level(used);
        let free = input.latest(*free).map(|bytes| format!("{} free", input.text(bytes, Unit::Bytes)));
        let text = format!("{mount} is {} full", input.percent(used));
        (level >= Level::Busy).then(|| entry(level, text, free.unwrap_or_default(), Place::Charts))
    })
}

fn probes(input: &SummaryInput<'_>) -> impl Iterator<Item = Attention> {
    input.probes.iter().filter_map(|probe| match &probe.state {
        ProbeState::Failed { since, why } => {
            let text = format!("{}: no reading since {}", probe.title, (input.clock)(*since));
            Some(entry(Level::Busy, text, why.to_string(), Place::Health))
        }
        ProbeState::Working | ProbeState::Unsupported { .. } => None,
    })
}

fn workers(input: &SummaryInput<'_>) -> impl Iterator<Item = Attention> {
    input.health.workers.iter().filter_map(|worker| match &worker.state {
        WorkerState::Stopped { at, why } => {
            let text = format!("Perfdesk's worker {} stopped at {}", worker.name, (input.clock)(*at));
            Some(entry(Level::Critical, text, why.to_string(), Place::Health))
        }
        WorkerState::Running | WorkerState::Restarted { .. } => None,
    })
}

fn losses(input: &SummaryInput<'_>, state: &mut SummaryState) -> Option<Attention> {
    let n_lost = input.health.dropped_batches;
    let last = state.last_loss(n_lost, input.now)?;
    let text = "Perfdesk fell behind and threw readings away".into();
    let detail = format!("{n_lost} since the start, last at {}", (input.clock)(last));
    (input.now.since(last) <= LATELY).then(|| entry(Level::Busy, text, detail, Place::Health))
}
