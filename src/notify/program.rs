//! Runs a rule's program: its values come as environment variables, no shell reads anything.

use std::time::Duration;

use super::payload::{severity, time};
use super::stop::Stop;
use crate::alert::telling::Message;
use crate::apply::program;
use crate::apply::world::{Limit, ProgramOutcome};
use crate::model::alert::ProgramAction;
use crate::model::duration_text::write_duration;

/// Longest time a program may take, whatever its rule says.
const LONGEST: Duration = Duration::from_secs(300);

/// Runs it to its end.
///
/// # Errors
/// Why it did not end well, with the last of what it printed.
pub fn run(action: &ProgramAction, message: &Message, host: &str, stop: &Stop) -> Result<String, String> {
    let argv: Vec<String> = action.argv.iter().map(|argument| argument.to_string()).collect();
    let time_out = action.time_out.min(LONGEST);
    let limit = Limit { timeout: time_out, is_called_off: &mut || stop.is_said() };
    let end = program::run_with(&argv, &environment(message, host), limit);
    let with_output = |what: String| match end.output.trim() {
        "" => what,
        output => format!("{what}: {output}"),
    };
    match end.outcome {
        ProgramOutcome::Ended(0) => Ok(with_output("It ended with 0".into())),
        ProgramOutcome::Ended(code) => Err(with_output(format!("It ended with {code}"))),
        ProgramOutcome::Signalled => Err(with_output("It was ended by a signal".into())),
        ProgramOutcome::TimedOut => {
            Err(with_output(format!("It took longer than {} and was ended", write_duration(time_out))))
        }
        ProgramOutcome::CalledOff => Err(with_output("It was ended because Perfdesk ended".into())),
        ProgramOutcome::NotStarted(why) => Err(format!("It was not started: {why}")),
    }
}

/// The variables that a program gets, of the first alert where there are several.
pub fn environment(message: &Message, host: &str) -> Vec<(String, String)> {
    let status = match (message.is_test, message.firing.is_empty()) {
        (true, _) => "test",
        (false, true) => "resolved",
        (false, false) => "firing",
    };
    let mut variables = vec![
        ("STATUS", status.to_owned()),
        ("HOST", host.to_owned()),
        ("TITLE", message.title()),
        ("TEXT", message.text()),
        ("N_FIRING", message.firing.len().to_string()),
        ("N_RESOLVED", message.ended.len().to_string()),
    ];
    if let Some(told) = message.alerts().next() {
        let threshold = told.rule.when.first().map(|condition| condition.threshold);
        variables.extend([
            ("ALERT_ID", told.alert.map(|id| id.0.to_string()).unwrap_or_default()),
            ("RULE", told.rule.id.to_string()),
            ("NAME", told.rule.name.to_string()),
            ("SEVERITY", severity(told.rule.severity).to_owned()),
            ("INSTANCE", told.name.to_string()),
            ("SERIES", told.instance.to_string()),
            ("VALUE", if told.value.is_finite() { told.value.to_string() } else { String::new() }),
            ("THRESHOLD", threshold.map(|amount| amount.value.to_string()).unwrap_or_default()),
            ("UNIT", threshold.map_or("1", |amount| amount.dimension.ucum()).to_owned()),
            ("START", time(told.start)),
            ("END", told.end.map(time).unwrap_or_default()),
        ]);
    }
    // A zero byte can stand in no variable.
    variables.into_iter().map(|(name, value)| (format!("PERFDESK_{name}"), value.replace('\0', ""))).collect()
}
