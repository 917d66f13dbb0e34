//! The machine in words: one sentence, five tiles, the busiest programs, what needs attention.
//!
//! Pure: readings, their past and the way to write a time of day come in, words come out. Thresholds stand in
//! [`Threshold`].

mod attention;
mod index;
mod levels;
mod sentence;
mod tiles;

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::programs::ProgramTotal;
use crate::model::{
    Health, Level, MachineInfo, Overview, ProbeState, ProbeStatus, ProgramRow, Quantity, SeriesId, TileKind, Timestamp,
    Unit, Units,
};

pub use index::SummaryIndex;
pub use levels::{SummaryState, Threshold};

/// Programs told of at most.
const MAX_PROGRAMS: usize = 32;
/// Span of the figures on tiles: long enough to stand still, short enough to be now.
const NOW: Duration = Duration::from_secs(5);
/// Span of "the last minute".
const MINUTE: Duration = Duration::from_secs(60);
/// Span of "worst in the last 5 min".
const LATELY: Duration = Duration::from_secs(300);

/// Stands where a number will stand that needs two readings.
const WAITING: &str = "Comes with the second reading";

/// Samples of a span taken together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpanStats {
    /// Their mean.
    pub mean: f64,
    /// The greatest of them.
    pub max: f64,
    /// How many.
    pub count: u32,
}

/// The past of series, as the summary asks for it.
pub trait Past {
    /// The samples of the last `span` up to and with the newest tick; `None` where there are none.
    fn recent(&self, id: SeriesId, span: Duration) -> Option<SpanStats>;
}

/// What a summary is made of.
#[derive(Clone, Copy)]
pub struct SummaryInput<'a> {
    /// Wall time of the newest reading.
    pub now: Timestamp,
    /// The machine.
    pub machine: &'a MachineInfo,
    /// Where the series are.
    pub index: &'a SummaryIndex,
    /// Newest value of every series by id; NaN where there is none.
    pub latest: &'a [f64],
    /// The past of the series.
    pub past: &'a dyn Past,
    /// Programs, the busiest first.
    pub programs: &'a [ProgramTotal],
    /// Processes in all.
    pub n_processes: usize,
    /// Probes, for the reasons why a number is not to be had.
    pub probes: &'a [ProbeStatus],
    /// Own health, for what was lost.
    pub health: &'a Health,
    /// Units to write numbers in.
    pub units: &'a Units,
    /// Time between samples.
    pub interval: Duration,
    /// Writes a moment as the time of day where the person is, such as "14:22".
    pub clock: &'a dyn Fn(Timestamp) -> String,
}

impl SummaryInput<'_> {
    /// The mean of the last 5 s, or of the last interval where that is longer.
    fn now(&self, id: Option<SeriesId>) -> Option<f64> {
        self.past.recent(id?, NOW.max(self.interval)).map(|stats| stats.mean)
    }

    fn latest(&self, id: Option<SeriesId>) -> Option<f64> {
        self.latest.get(id?.0 as usize).copied().filter(|value| value.is_finite())
    }

    fn mean(&self, id: Option<SeriesId>, span: Duration) -> Option<f64> {
        self.past.recent(id?, span).map(|stats| stats.mean)
    }

    fn worst_lately(&self, id: Option<SeriesId>) -> Option<f64> {
        self.past.recent(id?, LATELY).map(|stats| stats.max)
    }

    fn text(&self, value: f64, unit: Unit) -> String {
        Quantity::new(value, unit).text(self.units)
    }

    fn percent(&self, ratio: f64) -> String {
        self.text(ratio, Unit::Ratio)
    }

    /// Why a tile has no number.
    fn why(&self, tile: TileKind) -> String {
        let probe = self.index.probe(tile as usize);
        match self.probes.iter().find(|status| status.id == probe).map(|status| &status.state) {
            Some(ProbeState::Unsupported { why } | ProbeState::Failed { why, .. }) => why.to_string(),
            Some(ProbeState::Working) | None => WAITING.into(),
        }
    }

    /// Whether a tile's number is not to be had on this machine, rather than not yet.
    fn is_unsupported(&self, tile: TileKind) -> bool {
        let probe = self.index.probe(tile as usize);
        let status = self.probes.iter().find(|status| status.id == probe);
        status.is_some_and(|status| matches!(status.state, ProbeState::Unsupported { .. }))
    }
}

/// The machine in words. `state` carries "since when" from one reading to the next.
pub fn overview(input: &SummaryInput<'_>, state: &mut SummaryState) -> Overview {
    let judged = tiles::judge(input, state);
    let beside = attention::of_machine(input);
    let words = sentence::sentence(input, &judged, &beside);
    let levels = judged.iter().map(|judged| judged.tile.level).chain(beside.iter().map(|attention| attention.level));
    let level = levels.max().unwrap_or(Level::Unknown);
    let mut attention = attention::of_tiles(input, &judged);
    attention.extend(beside);
    attention.extend(attention::of_perfdesk(input, state));
    attention.sort_by_key(|attention| std::cmp::Reverse(attention.level));
    let index = input.index;
    let cores = index.cores.iter().filter_map(|(_, id)| Some((*id, input.latest(Some(*id))?)));
    let programs = input.programs.iter().take(MAX_PROGRAMS).map(|program| ProgramRow {
        name: program.name.clone(),
        n_processes: program.n_processes,
        cpu_cores: program.cpu_cores,
        memory_bytes: program.memory_bytes,
        disk_bytes_per_second: program.disk_bytes_per_second,
        series: index.program(&program.name),
    });
    Overview {
        level,
        trouble: words.trouble.into(),
        calm: words.calm.into(),
        detail: words.detail.into(),
        cores: cores.collect(),
        programs: programs.collect(),
        n_processes: input.n_processes,
        attention,
        tiles: judged.into_iter().map(|judged| judged.tile).collect(),
    }
}

/// A length of time as a person says it: "45 s", "11 min", "2 h 5 min", "3 days".
fn span_text(span: Duration) -> String {
    use crate::model::quantity::THIN_SPACE as T;
    let seconds = span.as_secs();
    match (seconds / 86_400, seconds / 3600, seconds / 60) {
        (0, 0, 0) => format!("{seconds}{T}s"),
        (0, 0, minutes) => format!("{minutes}{T}min"),
        (0 | 1, hours, minutes) if minutes % 60 == 0 => format!("{hours}{T}h"),
        (0 | 1, hours, minutes) => format!("{hours}{T}h {}{T}min", minutes % 60),
        (days, ..) => format!("{days} days"),
    }
}
