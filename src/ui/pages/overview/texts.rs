//! The texts of the page, made once for each snapshot.

use crate::model::quantity::{decimals, joined};
use crate::model::{
    ByteUnits, MachineInfo, Overview, ProgramRow, Quantity, SeriesId, Snapshot, Timestamp, Unit, Units,
};
use crate::ui::chart::time_axis::{clock, offset_seconds};

/// A number in a cell, and whether it is zero or absent.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    pub is_faint: bool,
}

/// A program's row.
#[derive(Debug, Default)]
pub(super) struct ProgramTexts {
    pub name: String,
    /// "52 processes", or nothing for one.
    pub count: String,
    pub cores: Cell,
    /// Share of all cores, for the bar.
    pub share: f64,
    pub memory: Cell,
    pub disk: Cell,
    pub series: Option<SeriesId>,
}

/// A tile's number: its two parts, and the whole for screen readers.
#[derive(Debug, Default)]
pub(super) struct TileTexts {
    pub number: String,
    pub unit: String,
    pub name: String,
}

/// All texts of the page.
#[derive(Debug, Default)]
pub(super) struct Texts {
    made_for: Option<u64>,
    pub tiles: Vec<TileTexts>,
    /// Busy share of each core in percent, without its sign.
    pub cores: Vec<String>,
    pub programs: Vec<ProgramTexts>,
    pub programs_hint: String,
    /// Head of the bar's column.
    pub of_cores: String,
    pub memory_head: &'static str,
    pub machine: Vec<(&'static str, String)>,
}

impl Texts {
    /// Makes them anew when the snapshot is another one.
    pub(super) fn refresh(&mut self, snapshot: &Snapshot, now: Timestamp) {
        if self.made_for == Some(snapshot.seq) {
            return;
        }
        self.made_for = Some(snapshot.seq);
        let units = &snapshot.settings.units;
        let overview: &Overview = &snapshot.overview;
        self.tiles = overview.tiles.iter().map(|tile| tile_texts(tile, units)).collect();
        self.cores = overview.cores.iter().map(|(_, share)| decimals(share * 100.0, 0)).collect();
        let capacity = snapshot.machine.cpu_capacity_cores();
        self.programs = overview.programs.iter().map(|program| program_texts(program, capacity, units)).collect();
        let n = decimals(overview.n_processes as f64, 0);
        self.programs_hint = format!("by CPU, {n} processes in all");
        self.of_cores = format!("of {}", cores_text(capacity));
        self.memory_head = if units.memory == ByteUnits::Decimal { "Memory, GB" } else { "Memory, GiB" };
        self.machine = machine_texts(&snapshot.machine, units, now);
    }
}

fn tile_texts(tile: &crate::model::Tile, units: &Units) -> TileTexts {
    match &tile.value {
        Ok(quantity) => {
            let (number, unit) = quantity.parts(units);
            let name = format!("{}: {}, {}", tile.title, joined(&number, &unit), tile.word);
            TileTexts { number, unit, name }
        }
        Err(why) => TileTexts { name: format!("{}: {why}", tile.title), ..TileTexts::default() },
    }
}

fn cores_text(cores: f64) -> String {
    decimals(cores, if cores.fract() == 0.0 { 0 } else { 1 })
}

/// A number with fixed decimals; something too small to show is "< 0.01" rather than a false zero.
fn fixed(value: Option<f64>, n: usize, least: &str) -> Cell {
    let Some(value) = value else { return Cell { text: "–".into(), is_faint: true } };
    let text = decimals(value, n);
    let is_zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    match is_zero && value > 0.0 {
        true => Cell { text: least.into(), is_faint: false },
        false => Cell { text, is_faint: is_zero },
    }
}

fn program_texts(program: &ProgramRow, capacity_cores: f64, units: &Units) -> ProgramTexts {
    let giga = if units.memory == ByteUnits::Decimal { 1e9 } else { f64::from(1u32 << 30) };
    // A trickle of disk traffic is not worth a word, so it is shown as a zero like none at all.
    let mut disk = fixed(program.disk_bytes_per_second.map(|bytes| bytes / 1e6), 1, "0.0");
    disk.is_faint |= disk.text == "0.0";
    ProgramTexts {
        name: program.name.to_string(),
        count: match program.n_processes {
            0 | 1 => String::new(),
            n => format!("{} processes", decimals(n as f64, 0)),
        },
        cores: fixed(program.cpu_cores, 2, "<\u{2009}0.01"),
        share: program.cpu_cores.map_or(0.0, |cores| cores / capacity_cores.max(f64::MIN_POSITIVE)),
        memory: fixed(program.memory_bytes.map(|bytes| bytes as f64 / giga), 2, "<\u{2009}0.01"),
        disk,
        series: program.series,
    }
}

fn machine_texts(machine: &MachineInfo, units: &Units, now: Timestamp) -> Vec<(&'static str, String)> {
    let bytes = |bytes: u64| Quantity::new(bytes as f64, Unit::Bytes).text(units);
    let told = |text: &str| if text.is_empty() { "not told here".to_owned() } else { text.to_owned() };
    let mut facts = vec![
        ("Host", told(&machine.host)),
        ("System", told(&machine.system)),
        ("Kernel", told(&machine.kernel)),
        ("Processor", told(&machine.cpu)),
        ("Cores", decimals(machine.n_cores as f64, 0)),
        ("Memory", bytes(machine.memory_bytes)),
    ];
    if let Some(booted) = machine.booted_at {
        let up = crate::analysis::process_table::elapsed_words(now.since(booted));
        facts.push(("Up since", format!("{}, {up}", day_and_clock(booted, now))));
    }
    match &machine.limits {
        Some(limits) => {
            let cores = limits.cpu_cores.map(|cores| format!("{} cores", cores_text(cores)));
            let memory = limits.memory_bytes.map(bytes);
            let both: Vec<String> = cores.into_iter().chain(memory).collect();
            facts.push(("Limits", format!("{} ({})", both.join(", "), limits.source)));
        }
        None => facts.push(("Limits", "none below the machine's own".into())),
    }
    facts
}

/// "14:20" today, "Nov 21, 14:20" before.
fn day_and_clock(at: Timestamp, now: Timestamp) -> String {
    use chrono::{FixedOffset, TimeZone};
    let offset = offset_seconds(at);
    let local = |at: Timestamp| FixedOffset::east_opt(offset)?.timestamp_millis_opt(at.as_millis()).single();
    match (local(at), local(now)) {
        (Some(then), Some(today)) if then.date_naive() != today.date_naive() => {
            then.format("%b %-d, %H:%M").to_string()
        }
        _ => clock(at, offset, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_is_not_zero_and_absent_is_a_dash() {
        for (value, expect) in [
            (None, ("–", true)),
            (Some(0.0), ("0.00", true)),
            (Some(0.004), ("< 0.01", false)),
            (Some(0.005), ("0.01", false)),
            (Some(8.127), ("8.13", false)),
        ] {
            let cell = fixed(value, 2, "<\u{2009}0.01");
            assert_eq!((cell.text.replace('\u{2009}', " ").as_str(), cell.is_faint), expect);
        }
    }
}
