//! `perfdesk service`: services that the running Perfdesk runs, asked and commanded through its API.

mod client;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::client::{Client, escaped};
use super::args::RunArguments;
use super::console::say;
use super::folders::{NoFolder, folders};
use super::service_args::{PATIENCE, ServiceTask};

/// Between two questions how far a service is, and for new lines.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// Why a command on services did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServiceCommandError {
    /// No folder to look in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// Nobody is there to ask.
    #[error("no Perfdesk can be asked: {why}; start one (`perfdesk` or `perfdesk agent`) on this data folder: {}", .folder.display())]
    NotRunning {
        /// The data folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// It was not done, or did not go well.
    #[error("{0}")]
    Failed(String),
}

impl ServiceCommandError {
    /// What the program exits with: 1 where something did not go well, 3 where no Perfdesk runs.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NotRunning { .. } => 3,
            Self::Folder(_) | Self::Failed(_) => 1,
        }
    }
}

/// Carries a command out and says what came of it.
///
/// # Errors
/// [`ServiceCommandError`], in words a person can act on.
pub fn run(run: &RunArguments, task: &ServiceTask) -> Result<(), ServiceCommandError> {
    let mut client = Client::find(&folders(run)?)?;
    match task {
        ServiceTask::List { json } => {
            let all = client.get("/services")?;
            if *json {
                say(&format!("{all:#}"));
            } else {
                list(&all).iter().for_each(|line| say(line));
            }
        }
        ServiceTask::Show { name, json } => {
            let found = client.get(&path(name, ""))?;
            if *json {
                say(&format!("{found:#}"));
            } else {
                show(&found).iter().for_each(|line| say(line));
            }
        }
        ServiceTask::Start { name, no_wait } => act(&mut client, name, "start", *no_wait)?,
        ServiceTask::Stop { name, no_wait } => act(&mut client, name, "stop", *no_wait)?,
        ServiceTask::Restart { name, no_wait } => act(&mut client, name, "restart", *no_wait)?,
        ServiceTask::Logs { name, follow, search, newest } => {
            logs(&mut client, name, (search.as_deref().unwrap_or_default(), *newest), *follow)?;
        }
    }
    Ok(())
}

fn path(name: &str, more: &str) -> String {
    format!("/services/{}{more}", escaped(name))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn list(all: &Value) -> Vec<String> {
    let services: Vec<&Value> = all["services"].as_array().into_iter().flatten().collect();
    if services.is_empty() {
        return vec!["no service is known: none reports, none is scraped, checked or run".into()];
    }
    let width = services.iter().map(|service| text(service, "name").chars().count()).max().unwrap_or(0);
    let line = |service: &&Value| {
        let run = service["run"].as_str().map_or("–", |phase| phase).replace('_', " ");
        format!("{:<width$}  {run:<12}  {}", text(service, "name"), text(service, "sentence"))
    };
    services.iter().map(line).collect()
}

fn show(found: &Value) -> Vec<String> {
    let mut lines = vec![text(&found["service"], "sentence").to_owned()];
    let run = &found["run"];
    if run.is_null() {
        lines.push("Perfdesk does not run it".into());
        return lines;
    }
    lines[0] = text(run, "sentence").to_owned();
    for lost in run["degraded"].as_array().into_iter().flatten() {
        lines.push(format!("without {}: {}", text(lost, "part"), text(lost, "why")));
    }
    if !text(run, "restart_offer").is_empty() {
        lines.push(text(run, "restart_offer").to_owned());
    }
    for step in run["steps"].as_array().into_iter().flatten() {
        let seconds = step["seconds"].as_f64().map(|s| format!("{s:.2} s")).unwrap_or_default();
        let line =
            format!("  {:<24} {:<8} {seconds:>9}  {}", text(step, "name"), text(step, "state"), text(step, "error"));
        lines.push(line.trim_end().to_owned());
    }
    let starts: Vec<&Value> = run["starts"].as_array().into_iter().flatten().collect();
    if !starts.is_empty() {
        lines.push("starts, the newest first".into());
    }
    for start in starts {
        let seconds = start["ready_seconds"].as_f64().map(|s| format!("{s:.2} s")).unwrap_or_else(|| "–".into());
        let profile = start["profile"].as_str().unwrap_or("no profile");
        let line = format!(
            "  {}  {seconds:>9}  {profile:<12} {} {}",
            text(start, "at"),
            text(start, "outcome"),
            text(start, "why")
        );
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Has something done, and says how it goes on until it is settled.
fn act(client: &mut Client, name: &str, what: &str, no_wait: bool) -> Result<(), ServiceCommandError> {
    let before = client.get(&path(name, ""))?["run"].take();
    let mut run = client.post(&path(name, &format!("/{what}")))?;
    let mut said = String::new();
    let until = Instant::now() + PATIENCE;
    loop {
        let sentence = text(&run, "sentence");
        if sentence != said {
            said = sentence.to_owned();
            say(&said);
        }
        let phase = text(&run, "phase");
        let is_over = match what {
            "stop" => matches!(phase, "stopped"),
            _ => matches!(phase, "ready" | "degraded" | "failed" | "stopped" | "backing_off"),
        };
        // What it needs, or what needs it, goes first, so that it may still be what it was.
        let has_moved = run["since"] != before["since"];
        let is_begun = match what {
            "stop" => true,
            "start" => has_moved || matches!(phase, "ready" | "degraded"),
            _ => has_moved,
        };
        if no_wait || (is_over && is_begun) {
            let is_good = no_wait || matches!((what, phase), ("stop", _) | (_, "ready" | "degraded"));
            return if is_good { Ok(()) } else { Err(ServiceCommandError::Failed(format!("{name} is not ready"))) };
        }
        if Instant::now() >= until {
            return Err(ServiceCommandError::Failed(format!("{name} is still {phase}")));
        }
        thread::sleep(ASK_EVERY);
        run = client.get(&path(name, ""))?["run"].take();
    }
}

fn logs(
    client: &mut Client,
    name: &str,
    (search, newest): (&str, u32),
    follow: bool,
) -> Result<(), ServiceCommandError> {
    let mut next = 0;
    let mut wanted = newest;
    loop {
        let query = format!("/output?newest={wanted}&text={}", escaped(search));
        let found = client.get(&path(name, &query))?;
        for line in found["lines"].as_array().into_iter().flatten() {
            let number = line["number"].as_u64().unwrap_or(0);
            if number >= next {
                next = number + 1;
                let own = if text(line, "stream") == "perfdesk" { "perfdesk: " } else { "" };
                say(&format!("{own}{}", text(line, "text")));
            }
        }
        if !follow {
            return Ok(());
        }
        // All that may have come since is asked for.
        wanted = 1_000;
        thread::sleep(ASK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_are_listed_with_how_far_they_are() {
        let all = json!({ "services": [
            { "name": "db", "run": "backing_off", "sentence": "db is started again at 14:02:11: it ended with 1" },
            { "name": "shop", "run": null, "sentence": "shop is fine." },
        ] });
        let expect = [
            "db    backing off   db is started again at 14:02:11: it ended with 1",
            "shop  –             shop is fine.",
        ];
        assert_eq!(list(&all), expect);
        assert!(list(&json!({ "services": [] }))[0].starts_with("no service is known"));
    }

    #[test]
    fn one_is_shown_with_its_steps_and_starts() {
        let found = json!({ "service": { "sentence": "shop is fine." }, "run": {
            "phase": "degraded", "sentence": "shop is degraded", "restart_offer": "",
            "degraded": [{ "part": "model", "why": "no answer" }],
            "steps": [{ "name": "cache", "state": "done", "seconds": 0.25, "error": "" }],
            "starts": [{ "at": "2026-11-28T14:02:11Z", "profile": null, "ready_seconds": 1.5, "outcome": "ready", "why": "" }],
        } });
        let lines = show(&found);
        assert_eq!(lines[0..2], ["shop is degraded", "without model: no answer"]);
        assert!(lines[2].starts_with("  cache") && lines[2].ends_with("0.25 s"), "{}", lines[2]);
        assert_eq!(lines[4], "  2026-11-28T14:02:11Z     1.50 s  no profile   ready");
    }
}
