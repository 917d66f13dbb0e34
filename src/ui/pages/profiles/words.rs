//! Words of the page: counts, files, times, what is left of a trial. Pure text, nothing here draws.

use std::path::Path;
use std::time::Duration;

use crate::model::Timestamp;
use crate::model::profile::{ApplyId, ApplyPhase, BindingId, KEEP_BACKUPS, ParamValue, Problem, ProblemKind, Tuning};
use crate::model::quantity::THIN_SPACE;
use crate::profile::value_text;

const NUMBERS: [&str; 13] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// A number in words up to twelve, in figures beyond.
pub fn number_word(n: usize) -> String {
    NUMBERS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// The same at the beginning of a sentence.
pub fn number_word_first(n: usize) -> String {
    let word = number_word(n);
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// "1 file", "3 files".
pub fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// "the file", "both files", "all 3 files".
pub fn all_files(n: usize) -> String {
    match n {
        1 => "the file".into(),
        2 => "both files".into(),
        n => format!("all {n} files"),
    }
}

/// A value as people read it; a dash where there is none.
pub fn value_words(value: Option<&ParamValue>) -> String {
    match value {
        None => "–".into(),
        Some(ParamValue::Switch(is_on)) => if *is_on { "on" } else { "off" }.into(),
        Some(ParamValue::ByClass(table)) => match table.rows.len() {
            0 => "by key class".into(),
            n => format!("{} key {}", n, if n == 1 { "class" } else { "classes" }),
        },
        Some(ParamValue::Secret(name)) if name.is_empty() => "not made".into(),
        Some(ParamValue::Secret(_)) => "••••••••".into(),
        Some(value @ (ParamValue::Duration(_) | ParamValue::Size(_))) => thin(&value_text::write(value)),
        Some(value) => value_text::write(value),
    }
}

/// A time or a size with thin spaces between its numbers and units.
pub fn thin(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut letters = text.chars().peekable();
    let mut last = ' ';
    while let Some(letter) = letters.next() {
        let is_between = letter == ' ' && last.is_ascii_digit() && letters.peek().is_some_and(|c| c.is_alphabetic());
        out.push(if is_between { THIN_SPACE } else { letter });
        last = letter;
    }
    out
}

/// What is left, as a countdown: "0:47".
pub fn countdown(left: Duration) -> String {
    // A second that has begun is still there.
    let seconds = left.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// What is left of the trial that is under way, if one is.
pub fn trial_left(tuning: &Tuning, now: Timestamp) -> Option<Duration> {
    match tuning.running()?.phase {
        ApplyPhase::OnTrial { until } => Some(until.since(now)),
        _ => None,
    }
}

/// The apply that is on trial.
pub fn on_trial(tuning: &Tuning) -> Option<ApplyId> {
    let record = tuning.running()?;
    matches!(record.phase, ApplyPhase::OnTrial { .. }).then_some(record.id)
}

/// The apply that "roll back the last" means: the one on trial, or the last that was kept.
pub fn last_to_roll_back(tuning: &Tuning) -> Option<ApplyId> {
    let last_kept = || tuning.applies.iter().find(|r| r.phase == ApplyPhase::Kept).map(|record| record.id);
    if tuning.running().is_some() { on_trial(tuning) } else { last_kept() }
}

/// The last two parts of a path: what a binding is called at first.
pub fn short_path(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    match folder {
        Some(folder) => format!("{folder}/{name}"),
        None => name,
    }
}

/// The service that all these bindings are of: the first part of their names, where they share one.
pub fn service_of<'a>(mut ids: impl Iterator<Item = &'a BindingId>) -> Option<&'a str> {
    let first = ids.next()?.split_once('/')?.0;
    ids.all(|id| id.split_once('/').is_some_and(|(service, _)| service == first)).then_some(first)
}

/// Errors and warnings, counted.
pub fn tally<'a>(problems: impl Iterator<Item = &'a Problem>) -> (usize, usize) {
    problems.fold((0, 0), |(errors, warnings), problem| match problem.kind {
        ProblemKind::Error => (errors + 1, warnings),
        ProblemKind::Warning => (errors, warnings + 1),
    })
}

/// An address without its scheme, as it is short enough to be read.
pub fn short_url(url: &str) -> &str {
    url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url)
}

/// How long the old content of files is kept, in words: "30 days".
pub fn backups_kept() -> String {
    counted(usize::try_from(KEEP_BACKUPS.as_secs() / (24 * 3600)).unwrap_or(usize::MAX), "day")
}

/// Where the rule comes from that a problem breaks: "Source: HikariCP, README".
pub fn source_words(problem: &Problem) -> Option<String> {
    problem.source.as_ref().map(|source| format!("Source: {source}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_they_are_spoken() {
        assert_eq!((number_word(3).as_str(), number_word(13).as_str()), ("three", "13"));
        assert_eq!(number_word_first(1), "One");
        assert_eq!((counted(1, "file").as_str(), counted(2, "file").as_str()), ("1 file", "2 files"));
        assert_eq!([1, 2, 3].map(all_files), ["the file", "both files", "all 3 files"]);
    }

    #[test]
    fn a_countdown_ends_with_the_last_second() {
        for (millis, expect) in [(60_000, "1:00"), (46_400, "0:47"), (1, "0:01"), (0, "0:00")] {
            assert_eq!(countdown(Duration::from_millis(millis)), expect);
        }
    }

    #[test]
    fn numbers_and_units_stand_close_and_words_do_not() {
        assert_eq!(thin("5 min"), "5\u{2009}min");
        assert_eq!(thin("1 h 30 min"), "1\u{2009}h 30\u{2009}min");
        assert_eq!(thin("from base"), "from base");
    }

    #[test]
    fn the_service_is_named_only_where_it_is_one() {
        let ids = |names: &[&str]| names.iter().map(|n| BindingId::from(*n)).collect::<Vec<_>>();
        assert_eq!(service_of(ids(&["checkout/.env", "checkout/config/service.toml"]).iter()), Some("checkout"));
        assert_eq!(service_of(ids(&["checkout/.env", "inventory/application.yaml"]).iter()), None);
        assert_eq!(service_of(ids(&[".env"]).iter()), None);
        assert_eq!(short_path(Path::new("/srv/checkout/.env")), "checkout/.env");
    }
}
