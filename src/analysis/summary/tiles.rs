//! The five tiles: number, level, word, one line of detail, and how the number was come by.

use super::{LATELY, MINUTE, NOW, SummaryInput, SummaryState, Threshold};
use crate::analysis::programs::ProgramTotal;
use crate::model::{Level, Quantity, SeriesId, Tile, TileKind, Timestamp, Unit};

/// A tile, and what the sentence and the list of attention say of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) tile: Tile,
    /// What it is called in the middle of a sentence.
    pub(super) noun: &'static str,
    /// The number on the tile, or another one that the level comes from, in words.
    pub(super) figure: String,
    /// What is the matter, with figures and without a period: "CPU is busy: 83 %, mostly postgres". Empty when calm.
    pub(super) trouble: String,
    /// The limit it is over, in words: "CPU above 80 %". Empty when calm.
    pub(super) over: String,
    /// The greatest value of the last 5 min, in words.
    pub(super) worst: String,
    /// Since when it has been busy.
    pub(super) since: Option<Timestamp>,
    /// Whether this machine cannot give its number.
    pub(super) is_unsupported: bool,
}

/// All tiles, in the order of the strip.
pub(super) fn judge(input: &SummaryInput<'_>, state: &mut SummaryState) -> Vec<Judged> {
    let mut all = vec![cpu(input), memory(input), pressure(input), disks(input, state), network(input, state)];
    for judged in &mut all {
        judged.since = state.busy_since(judged.tile.kind, judged.tile.level, input.now);
    }
    all
}

fn cpu(input: &SummaryInput<'_>) -> Judged {
    let index = input.index;
    let Some(busy) = input.now(index.cpu) else { return absent(input, TileKind::Cpu, "CPU", "CPU", index.cpu) };
    let level = Threshold::CPU.level(busy);
    let capacity = input.machine.cpu_capacity_cores();
    let in_use = busy * capacity;
    let is_limited = input.machine.limits.as_ref().is_some_and(|limits| limits.cpu_cores.is_some());
    let what = if is_limited {
        "processor time in use, as a share of what the control group allows"
    } else {
        "time in which cores were neither idle nor waiting for disks"
    };
    let cores = format!("{in_use:.1} of {} cores", short_number(capacity));
    let load = input.latest(index.load).map_or_else(String::new, |load| format!(", load {load:.1}"));
    let by = mostly(input, in_use, |program| program.cpu_cores);
    let (figure, state) = (input.percent(busy), if level == Level::Critical { "at its limit" } else { "busy" });
    Judged {
        noun: "CPU",
        trouble: format!("CPU is {state}: {figure}{by}"),
        over: format!("CPU above {}", input.percent(limit(Threshold::CPU, level))),
        worst: worst(input, index.cpu, Unit::Ratio),
        figure,
        since: None,
        is_unsupported: false,
        tile: Tile {
            kind: TileKind::Cpu,
            title: "CPU".into(),
            level,
            word: word(level, "Busy", "At its limit"),
            value: Ok(Quantity::new(busy, Unit::Ratio)),
            detail: format!("{cores}{load}").into(),
            series: index.cpu,
            threshold: Some(Threshold::CPU.busy),
            source: format!("system.cpu.utilization, mean of {}: {what}", span_words(input)).into(),
        },
    }
    .quiet_when_calm()
}

fn memory(input: &SummaryInput<'_>) -> Judged {
    let index = input.index;
    let Some(used) = input.now(index.memory) else {
        return absent(input, TileKind::Memory, "Memory", "memory", index.memory);
    };
    let level = Threshold::MEMORY.level(used);
    let capacity = input.machine.memory_capacity_bytes() as f64;
    let used_bytes = used * capacity;
    let detail = format!("{} of {}", input.text(used_bytes, Unit::Bytes), input.text(capacity, Unit::Bytes));
    let by = mostly(input, used_bytes, |program| program.memory_bytes.map(|bytes| bytes as f64));
    let figure = input.percent(used);
    let state = if level == Level::Critical { "nearly full" } else { "tight" };
    Judged {
        noun: "memory",
        trouble: format!("Memory is {state}: {figure}{by}"),
        over: format!("Memory above {}", input.percent(limit(Threshold::MEMORY, level))),
        worst: worst(input, index.memory, Unit::Ratio),
        figure,
        since: None,
        is_unsupported: false,
        tile: Tile {
            kind: TileKind::Memory,
            title: "Memory".into(),
            level,
            word: word(level, "High", "Nearly full"),
            value: Ok(Quantity::new(used, Unit::Ratio)),
            detail: detail.into(),
            series: index.memory,
            threshold: Some(Threshold::MEMORY.busy),
            source: format!(
                "system.memory.utilization, mean of {}: memory that programs cannot get without others giving way",
                span_words(input)
            )
            .into(),
        },
    }
    .quiet_when_calm()
}

fn pressure(input: &SummaryInput<'_>) -> Judged {
    const NAMES: [(&str, &str); 3] = [("CPU", "the CPU"), ("Memory", "memory"), ("I/O", "disks")];
    let limits = [Threshold::CPU_PRESSURE, Threshold::MEMORY_PRESSURE, Threshold::IO_PRESSURE];
    let index = input.index;
    let values = index.pressure.map(|id| input.now(id));
    // The worst is the one nearest to its limit, or furthest over it.
    let strain = |i: &usize| values[*i].map_or(-1.0, |value| value / limits[*i].busy);
    let i = (0..3).rev().max_by(|a, b| strain(a).total_cmp(&strain(b))).unwrap_or(0);
    let Some(value) = values[i] else {
        return absent(input, TileKind::Pressure, "Pressure", "pressure", index.pressure[0]);
    };
    let level = limits[i].level(value);
    let others = (0..3).filter(|other| *other != i);
    let others = others.filter_map(|other| Some(format!("{} {}", NAMES[other].0, input.percent(values[other]?))));
    let figure = input.percent(value);
    Judged {
        noun: "pressure",
        trouble: format!("Work waits for {}: {figure} of the time", NAMES[i].1),
        over: format!("{} pressure above {}", NAMES[i].0, input.percent(limit(limits[i], level))),
        worst: worst(input, index.pressure[i], Unit::Ratio),
        figure,
        since: None,
        is_unsupported: false,
        tile: Tile {
            kind: TileKind::Pressure,
            title: format!("Pressure, {}", NAMES[i].0).into(),
            level,
            word: word(level, "Raised", "High"),
            value: Ok(Quantity::new(value, Unit::Ratio)),
            detail: others.collect::<Vec<_>>().join(", ").into(),
            series: index.pressure[i],
            threshold: Some(limits[i].busy),
            source: format!(
                "system.linux.pressure.stalled, kind some, mean of {}: time in which some work waited for {}",
                span_words(input),
                NAMES[i].1
            )
            .into(),
        },
    }
    .quiet_when_calm()
}

fn disks(input: &SummaryInput<'_>, state: &mut SummaryState) -> Judged {
    let index = input.index;
    let flows = index.disk.map(|id| input.now(id));
    let series = greater(input, index.disk, &mut state.shows_second[0]);
    if flows == [None, None] {
        return absent(input, TileKind::Disks, "Disks", "disks", series);
    }
    let total = flows[0].unwrap_or(0.0) + flows[1].unwrap_or(0.0);
    let busy = input.now(index.disk_busy);
    let level = busy.map_or(Level::Calm, |busy| Threshold::DISK.level(busy));
    let detail = [
        busy.map(|busy| format!("Busy {}", input.percent(busy))),
        input.now(index.disk_await).map(|wait| format!("await {}", input.text(wait, Unit::Seconds))),
    ];
    let detail: Vec<String> = detail.into_iter().flatten().collect();
    let figure = busy.map_or_else(String::new, |busy| input.percent(busy));
    let by = mostly(input, total, |program| program.disk_bytes_per_second);
    Judged {
        noun: "disks",
        trouble: format!("Disks are busy: {figure} of the time{by}"),
        over: format!("Disks busy above {}", input.percent(Threshold::DISK.busy)),
        worst: worst(input, index.disk_busy, Unit::Ratio),
        figure,
        since: None,
        is_unsupported: false,
        tile: Tile {
            kind: TileKind::Disks,
            title: "Disks".into(),
            level,
            word: word(level, "Busy", "Busy"),
            value: Ok(Quantity::new(total, Unit::BytesPerSecond)),
            detail: detail.join(", ").into(),
            series,
            threshold: None,
            source: format!(
                "system.disk.io, reads and writes of all physical disks, mean of {}; the line shows {} alone. Busy is the \
                 busiest disk's share of time",
                span_words(input),
                if state.shows_second[0] { "writes" } else { "reads" },
            )
            .into(),
        },
    }
    .quiet_when_calm()
}

fn network(input: &SummaryInput<'_>, state: &mut SummaryState) -> Judged {
    const WORDS: [&str; 2] = ["in", "out"];
    let index = input.index;
    let series = greater(input, index.network, &mut state.shows_second[1]);
    let shown = usize::from(state.shows_second[1]);
    let flows = index.network.map(|id| input.now(id));
    let Some(value) = flows[shown] else {
        return absent(input, TileKind::Network, "Network", "network", series);
    };
    // Over a minute: a handful of segments in one second says nothing.
    let retransmits = input.mean(index.retransmits, MINUTE);
    let sum = |ids: &[SeriesId]| ids.iter().filter_map(|id| input.mean(Some(*id), MINUTE)).sum::<f64>();
    let (errors, packets) = (sum(&index.network_errors), sum(&index.network_packets));
    let errors = if packets > 0.0 { errors / packets } else { 0.0 };
    let lost = retransmits.unwrap_or(0.0);
    let level = Threshold::NETWORK.level(lost.max(errors));
    let (trouble, figure, worst_of) = if lost >= errors {
        let figure = input.percent(lost);
        (format!("Network loses packets: {figure} are sent again"), figure, index.retransmits)
    } else {
        let figure = input.percent(errors);
        (format!("Network has errors: {figure} of packets"), figure, None)
    };
    let other = 1 - shown;
    let detail = [
        flows[other].map(|flow| {
            let direction = if other == 0 { "In" } else { "Out" };
            format!("{direction} {}", input.text(flow, Unit::BytesPerSecond))
        }),
        retransmits.map(|ratio| format!("retransmits {}", input.percent(ratio))),
    ];
    let detail: Vec<String> = detail.into_iter().flatten().collect();
    Judged {
        noun: "network",
        trouble,
        over: format!(
            "{} above {}",
            if lost >= errors { "Retransmits" } else { "Network errors" },
            input.percent(Threshold::NETWORK.busy)
        ),
        worst: worst(input, worst_of, Unit::Ratio),
        figure,
        since: None,
        is_unsupported: false,
        tile: Tile {
            kind: TileKind::Network,
            title: format!("Network, {}", WORDS[shown]).into(),
            level,
            word: word(level, "Raised", "Raised"),
            value: Ok(Quantity::new(value, Unit::BytesPerSecond)),
            detail: detail.join(", ").into(),
            series,
            threshold: None,
            source: format!(
                "system.network.io, interfaces that lead out of the machine, mean of {}. Retransmits are the share of TCP segments \
                 sent again in the last minute",
                span_words(input)
            )
            .into(),
        },
    }
    .quiet_when_calm()
}

impl Judged {
    fn quiet_when_calm(mut self) -> Self {
        if self.tile.level < Level::Busy {
            self.trouble.clear();
            self.over.clear();
        }
        self
    }
}

/// A tile without a number: the reason stands in its place.
fn absent(
    input: &SummaryInput<'_>,
    kind: TileKind,
    title: &str,
    noun: &'static str,
    series: Option<SeriesId>,
) -> Judged {
    let is_unsupported = input.is_unsupported(kind);
    let word = if is_unsupported { "Not available" } else { "No data" };
    Judged {
        noun,
        figure: String::new(),
        trouble: String::new(),
        over: String::new(),
        worst: String::new(),
        since: None,
        is_unsupported,
        tile: Tile {
            kind,
            title: title.into(),
            level: Level::Unknown,
            word: word.into(),
            value: Err(input.why(kind).into()),
            detail: "".into(),
            series,
            threshold: None,
            source: "".into(),
        },
    }
}

fn word(level: Level, busy: &str, critical: &str) -> std::sync::Arc<str> {
    match level {
        Level::Unknown => "No data",
        Level::Calm => "Calm",
        Level::Busy => busy,
        Level::Critical => critical,
    }
    .into()
}

/// The limit that a level is over.
fn limit(threshold: Threshold, level: Level) -> f64 {
    if level == Level::Critical { threshold.critical } else { threshold.busy }
}

fn worst(input: &SummaryInput<'_>, id: Option<SeriesId>, unit: Unit) -> String {
    input.worst_lately(id).map_or_else(String::new, |value| input.text(value, unit))
}

/// ", mostly postgres" where one program has at least half of what is in use; otherwise nothing.
fn mostly(input: &SummaryInput<'_>, in_use: f64, share: impl Fn(&ProgramTotal) -> Option<f64>) -> String {
    let greatest = input
        .programs
        .iter()
        .filter_map(|program| Some((share(program)?, &program.name)))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match greatest {
        Some((share, name)) if in_use > 0.0 && share >= in_use / 2.0 => format!(", mostly {name}"),
        _ => String::new(),
    }
}

/// Of two directions the one that carried more in the last 5 min; it changes only for one that carried twice as much,
/// so that the line does not jump to and fro.
fn greater(input: &SummaryInput<'_>, ids: [Option<SeriesId>; 2], shows_second: &mut bool) -> Option<SeriesId> {
    let [first, second] = ids.map(|id| input.mean(id, LATELY).unwrap_or(-1.0));
    *shows_second = if *shows_second { first <= second * 2.0 } else { second > first * 2.0 };
    ids[usize::from(*shows_second)]
}

fn span_words(input: &SummaryInput<'_>) -> String {
    format!("the last {}", super::span_text(NOW.max(input.interval)))
}

/// A number without needless decimals: 16, 2.5.
fn short_number(value: f64) -> String {
    if value.fract().abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") }
}
