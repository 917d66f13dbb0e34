//! The first line of the overview, in words: what is the matter, then what is calm; and a second line with since when.

use super::tiles::Judged;
use super::{LATELY, MINUTE, SummaryInput, WAITING, span_text};
use crate::model::{Attention, Level, TileKind};

/// The words of the page's first two lines.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    pub(super) trouble: String,
    pub(super) calm: String,
    pub(super) detail: String,
}

/// Puts the tiles, and what no tile tells, into words.
pub(super) fn sentence(input: &SummaryInput<'_>, tiles: &[Judged], beside: &[Attention]) -> Words {
    let is_waiting = |judged: &Judged| judged.tile.value.as_ref().is_err_and(|why| **why == *WAITING);
    if tiles.iter().any(|judged| judged.tile.kind == TileKind::Cpu && is_waiting(judged)) {
        return Words { calm: "The first figures come with the second reading.".into(), ..Words::default() };
    }
    let mut named: Vec<&Judged> = tiles.iter().filter(|judged| is_named(judged, tiles)).collect();
    // Stable: of two that are as bad, the one that stands first on the strip.
    named.sort_by_key(|judged| std::cmp::Reverse(judged.tile.level));
    let clauses = |texts: &[&str]| {
        let clauses = texts.iter().enumerate().map(|(i, text)| as_clause(text, i > 0));
        format!("{}.", clauses.collect::<Vec<_>>().join("; "))
    };
    let texts: Vec<&str> = beside.iter().map(|attention| &*attention.text).collect();
    match (named.first(), beside.first()) {
        (None, None) if tiles.iter().any(lacks_a_reading) => {
            Words { trouble: String::new(), calm: calm(tiles), detail: lacking(tiles) }
        }
        (None, None) => Words { trouble: String::new(), calm: all_calm(tiles), detail: worst_lately(tiles) },
        (None, Some(first)) => {
            let detail = if first.detail.is_empty() { String::new() } else { format!("{}.", first.detail) };
            Words { trouble: clauses(&texts), calm: calm(tiles), detail }
        }
        (Some(worst), _) => {
            let troubles: Vec<&str> = named.iter().map(|judged| &*judged.trouble).collect();
            let others = if texts.is_empty() { String::new() } else { clauses(&texts) };
            let detail = [since(input, worst), unnamed(tiles, &named), others].concat();
            Words { trouble: clauses(&troubles), calm: calm(tiles), detail: detail.trim_end().into() }
        }
    }
}

/// Pressure on a resource that is itself busy needs no mention of its own: one is the measure of the other.
fn is_named(judged: &Judged, tiles: &[Judged]) -> bool {
    let is_busy = |kind: TileKind| tiles.iter().any(|j| j.tile.kind == kind && j.tile.level >= Level::Busy);
    judged.tile.level >= Level::Busy
        && match (judged.tile.kind, &*judged.tile.title) {
            (TileKind::Pressure, "Pressure, CPU") => !is_busy(TileKind::Cpu),
            (TileKind::Pressure, "Pressure, Memory") => !is_busy(TileKind::Memory),
            (TileKind::Pressure, "Pressure, I/O") => !is_busy(TileKind::Disks),
            _ => true,
        }
}

/// A clause after the first begins small, unless it begins with letters that stand for words.
fn as_clause(text: &str, is_later: bool) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if is_later && !text.starts_with("CPU") => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// "Memory and disks are calm."
fn calm(tiles: &[Judged]) -> String {
    let is_told = |judged: &&Judged| {
        judged.tile.level == Level::Calm
            && matches!(judged.tile.kind, TileKind::Cpu | TileKind::Memory | TileKind::Disks)
    };
    let nouns: Vec<&str> = tiles.iter().filter(is_told).map(|judged| judged.noun).collect();
    let (list, verb) = match *nouns {
        [] => return String::new(),
        ["disks"] => ("disks".to_owned(), "are"),
        [one] => (one.to_owned(), "is"),
        [ref first @ .., last] => (format!("{} and {last}", first.join(", ")), "are"),
    };
    let mut chars = list.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{} {verb} calm.", chars.as_str())
}

/// "All is calm: CPU 4 %, memory 37 %."
fn all_calm(tiles: &[Judged]) -> String {
    let figure = |kind| {
        let judged = tiles.iter().find(|judged| judged.tile.kind == kind)?;
        (judged.tile.level == Level::Calm).then(|| format!("{} {}", judged.noun, judged.figure))
    };
    let figures: Vec<String> = [TileKind::Cpu, TileKind::Memory].into_iter().filter_map(figure).collect();
    if figures.is_empty() { "All is calm.".into() } else { format!("All is calm: {}.", figures.join(", ")) }
}

/// Whether a number should be there and is not; one that this machine cannot give is not missed.
fn lacks_a_reading(judged: &Judged) -> bool {
    judged.tile.level == Level::Unknown && !judged.is_unsupported
}

/// "No reading of disks: /proc/diskstats: permission denied."
fn lacking(tiles: &[Judged]) -> String {
    let why =
        |judged: &Judged| judged.tile.value.as_ref().err().map(|why| format!("No reading of {}: {why}.", judged.noun));
    tiles.iter().filter(|judged| lacks_a_reading(judged)).filter_map(why).collect::<Vec<_>>().join(" ")
}

/// "Worst of the last 5 min: CPU 12 %, disks 3 % busy."
fn worst_lately(tiles: &[Judged]) -> String {
    let figure = |kind, after: &str| {
        let judged = tiles.iter().find(|judged| judged.tile.kind == kind && !judged.worst.is_empty())?;
        Some(format!("{} {}{after}", judged.noun, judged.worst))
    };
    let figures: Vec<String> =
        [figure(TileKind::Cpu, ""), figure(TileKind::Disks, " busy")].into_iter().flatten().collect();
    if figures.is_empty() {
        String::new()
    } else {
        format!("Worst of the last {}: {}.", span_text(LATELY), figures.join(", "))
    }
}

/// "For 11 min, since 14:22. " when that is a minute or more; a younger trouble is too young to tell.
fn since(input: &SummaryInput<'_>, worst: &Judged) -> String {
    let Some(since) = worst.since else { return String::new() };
    let span = input.now.since(since);
    if span < MINUTE {
        return "For less than a minute. ".into();
    }
    format!("For {}, since {}. ", span_text(span), (input.clock)(since))
}

/// What is over its limit and stands not in the first line.
fn unnamed(tiles: &[Judged], named: &[&Judged]) -> String {
    let unnamed = tiles.iter().filter(|judged| {
        judged.tile.level >= Level::Busy && !named.iter().any(|other| other.tile.kind == judged.tile.kind)
    });
    unnamed.map(|judged| format!("{}. ", judged.trouble)).collect()
}
