//! The cache: times that do not go together.

use std::sync::Arc;
use std::time::Duration;

use super::Rule;
use super::facts::{Facts, Finding, time_words};
use crate::model::profile::{ClassRow, ClassTable, ParamValue};

pub(super) const RULES: &[Rule] = &[
    Rule {
        key: "cache.ttl",
        about: "nothing is served stale for longer than it lives",
        source: "RFC 5861, HTTP Cache-Control Extensions for Stale Content: stale-while-revalidate",
        find: stale_over_lives,
    },
    Rule {
        key: "cache.negative_ttl",
        about: "that something is missing is not remembered longer than what is there",
        source: "RFC 2308, Negative Caching of DNS Queries: the time to live of a negative answer is bounded",
        find: negative_over_lives,
    },
];

fn stale_over_lives(facts: &Facts<'_>) -> Option<Finding> {
    let table = facts.table("cache.ttl")?;
    let row = table.rows.iter().find(|row| row.stale > row.lives)?;
    let text = format!(
        "{} is served stale for {}, longer than the {} it lives: most answers may be old ones",
        row.class,
        time_words(row.stale),
        time_words(row.lives),
    );
    let mended = |row: &ClassRow| ClassRow { stale: row.stale.min(row.lives), ..row.clone() };
    let rows = table.rows.iter().map(mended).collect();
    let fix = ClassTable { rows, jitter_ratio: table.jitter_ratio };
    Some(Finding::warning("cache.ttl", text).or_use(ParamValue::ByClass(Arc::new(fix))))
}

fn negative_over_lives(facts: &Facts<'_>) -> Option<Finding> {
    let negative = facts.time("cache.negative_ttl")?;
    let lives: Duration = match facts.table("cache.ttl") {
        Some(table) => table.rows.iter().map(|row| row.lives).min()?,
        None => facts.time("cache.ttl")?,
    };
    let text = || {
        let lives = time_words(lives);
        format!("Longer than the {lives} a value lives: what is made meanwhile is said to be missing")
    };
    (negative > lives).then(|| Finding::warning("cache.negative_ttl", text()).or_use(ParamValue::Duration(lives)))
}
