//! `alert backtest`: when rules would have fired over the stored history.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::{AlertCommandError, rules_of, say_json};
use crate::alert::reason::value_shown;
use crate::analysis::time_text;
use crate::cli::console::say;
use crate::cli::history::{infos, local_words, reader, rfc3339};
use crate::engine::backtesting::backtest;
use crate::engine::pace::wall_time;
use crate::model::alert::{Backtest, BacktestId, BacktestRequest, Dimension, Rule};
use crate::model::duration_text::write_duration;
use crate::model::{Folders, Timestamp};
use crate::store::history::HistoryRead as _;
use crate::store::progress::Unwatched;

/// Spans of one rule that are said.
const MAX_SAID: usize = 50;

/// Replays the rules of a file.
///
/// # Errors
/// [`AlertCommandError`], in words a person can act on.
pub fn run(
    folders: &Folders,
    file: &Path,
    only: Option<&str>,
    from: &str,
    as_json: bool,
) -> Result<(), AlertCommandError> {
    let (document, _) = rules_of(file)?;
    let now = wall_time();
    let start =
        time_text::parse(from, now, &chrono::Local).map_err(|e| AlertCommandError::Usage(format!("--from: {e}")))?;
    if start >= now {
        return Err(AlertCommandError::Usage("--from lies in the future".into()));
    }
    if let Some(id) = only.filter(|id| document.rules.iter().all(|rule| *rule.id != **id)) {
        return Err(AlertCommandError::Usage(format!("{} has no rule {id}", file.display())));
    }
    let failed = |e: String| AlertCommandError::Failed(e);
    let history = reader(&folders.data).map_err(|e| failed(e.to_string()))?;
    let series = infos(history.series().map_err(|e| failed(e.to_string()))?);
    let mut answers = Vec::new();
    for rule in document.rules.iter().filter(|rule| only.is_none_or(|id| *rule.id == *id)) {
        let request = request(rule, now, start);
        let found = backtest(&history, &request, &series, now, &mut Unwatched).map_err(|e| failed(e.to_string()))?;
        if as_json {
            answers.push(as_value(rule, &found));
        } else {
            say_found(rule, &found);
        }
    }
    if as_json {
        say_json(&json!({ "from": rfc3339(start), "to": rfc3339(now), "rules": answers }));
    }
    Ok(())
}

fn request(rule: &Arc<Rule>, now: Timestamp, start: Timestamp) -> BacktestRequest {
    BacktestRequest { id: BacktestId(0), rule: rule.clone(), saved: None, span: now.since(start), n_buckets: 100 }
}

fn say_found(rule: &Rule, found: &Backtest) {
    let times = if found.n_times == 1 { "once".to_owned() } else { format!("{} times", found.n_times) };
    let looked = format!("{} of history, one value each {}", write_duration(found.covered), write_duration(found.step));
    if found.n_instances == 0 {
        return say(&format!("{}: no series of it in history", rule.id));
    }
    say(&format!("{}: would have fired {times}, {} in all ({looked})", rule.id, write_duration(found.total)));
    let dimension = rule.when.first().map_or(Dimension::Plain, |condition| condition.threshold.dimension);
    for span in found.spans.iter().rev().take(MAX_SAID) {
        let instance = if span.instance.is_empty() { String::new() } else { format!("{}, ", span.instance) };
        let lasted = write_duration(std::time::Duration::from_secs(
            span.end.unwrap_or(found.range.end).since(span.start).as_secs(),
        ));
        let open = if span.end.is_none() { " so far" } else { "" };
        say(&format!(
            "  {}  {instance}{lasted}{open}, worst {}",
            local_words(span.start),
            value_shown(span.worst, dimension)
        ));
    }
    if let Some(n) = found.n_times.checked_sub(MAX_SAID).filter(|n| *n > 0) {
        say(&format!("  and {n} more"));
    }
}

fn as_value(rule: &Rule, found: &Backtest) -> serde_json::Value {
    let spans: Vec<_> = found
        .spans
        .iter()
        .map(|span| {
            json!({
                "instance": span.instance, "pending_from": rfc3339(span.pending_from), "start": rfc3339(span.start),
                "end": span.end.map(rfc3339), "worst": span.worst,
            })
        })
        .collect();
    json!({
        "id": rule.id, "times": found.n_times, "seconds": found.total.as_secs_f64(),
        "covered_seconds": found.covered.as_secs_f64(), "step_seconds": found.step.as_secs_f64(),
        "instances": found.n_instances, "spans": spans,
    })
}
