//! What was typed.

use std::path::PathBuf;
use std::time::Duration;

use super::alert_args::AlertTask;
use super::api_args::{ApiArguments, TokenTask};
use super::demo_args::DemoArguments;
use super::history_args::{HistoryTask, ReportArguments};
use super::profile_args::ProfileTask;
use super::service_args::ServiceTask;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// A desktop performance workbench: watch, notice, tune, prove, report.
///
/// Without a command the window opens. Where there is no display the program says so and goes on as the agent does.
#[derive(Debug, Clone, PartialEq, Parser)]
#[command(name = "perfdesk", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Page to open on.
    #[arg(long, value_name = "NAME", value_enum)]
    pub page: Option<PageName>,
    /// Try everything on a small shop that is started beside it, in folders of its own.
    #[arg(long)]
    pub demo: bool,
    /// Insist on the window: without a display, say why and exit with 2.
    #[arg(long)]
    pub window: bool,
    /// Folders and the end of the run.
    #[command(flatten)]
    pub run: RunArguments,
}

/// What every way of running takes.
#[derive(Debug, Clone, PartialEq, Args, Default)]
pub struct RunArguments {
    /// Folder for data, instead of the platform's own.
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Folder for settings and layouts, instead of the platform's own.
    #[arg(long, value_name = "DIR", global = true)]
    pub config_dir: Option<PathBuf>,
    /// End by itself after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, global = true)]
    pub exit_after: Option<Duration>,
    /// Write what the run cost to FILE as JSON when it ends.
    #[arg(long, value_name = "FILE", global = true)]
    pub stats: Option<PathBuf>,
    /// Open no port to which services could report (OTLP).
    #[arg(long, global = true)]
    pub no_receivers: bool,
    /// The HTTP API.
    #[command(flatten)]
    pub api: ApiArguments,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum Task {
    /// Sample without a window until Ctrl-C: the same engine and the same files.
    Agent,
    /// Say what works here (display, renderer, every probe, folders, own cost) and what to do about the rest.
    Doctor {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look after the history on disk: say what is there, write parts of it out, take others in, check it.
    History {
        /// What to do.
        #[command(subcommand)]
        task: HistoryTask,
    },
    /// Look after tuning profiles: show and check them, apply them to bound files, verify, roll back.
    Profile {
        /// What to do.
        #[command(subcommand)]
        task: ProfileTask,
    },
    /// Look after alert rules: list and check them, run their tests, replay them over the stored history.
    Alert {
        /// What to do.
        #[command(subcommand)]
        task: AlertTask,
    },
    /// Start, stop and follow the services that a running Perfdesk runs.
    Service {
        /// What to do.
        #[command(subcommand)]
        task: ServiceTask,
    },
    /// Look after the tokens of the HTTP API: a running Perfdesk takes changes over within seconds.
    Token {
        /// What to do.
        #[command(subcommand)]
        task: TokenTask,
    },
    /// Run a small shop that reports what it does: a service to watch and tune, with its limits out of the environment.
    DemoService(DemoArguments),
    /// Write a report of a period: one self-contained page, and Markdown, JSON and CSV where asked for.
    Report(ReportArguments),
}

/// A page, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageName {
    /// The machine in words.
    Overview,
    /// Time charts.
    Charts,
    /// Processes.
    Processes,
    /// The user's own services.
    Services,
    /// Tuning profiles.
    Profiles,
    /// What to change, with evidence.
    Suggestions,
    /// Alert rules and their log.
    Alerts,
    /// This machine and others.
    Machines,
    /// Two periods side by side.
    Compare,
    /// Reports, exports, imports.
    Reports,
    /// Settings.
    Settings,
    /// What Perfdesk itself costs.
    Health,
    /// Shortcuts and words.
    Help,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "give a number of seconds from 0 up, such as 20 or 0.5".to_owned();
    let value: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(value).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_table_of_arguments_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_hold_before_and_after_the_command() {
        let agent = parse("perfdesk agent --exit-after 0.5 --data-dir d").expect("agent");
        assert_eq!(agent.task, Some(Task::Agent));
        assert_eq!(agent.run.exit_after, Some(Duration::from_millis(500)));
        assert_eq!(agent.run.data_dir, Some("d".into()));
        let served = parse("perfdesk agent --api 0.0.0.0 --insecure-http").expect("served");
        assert_eq!(served.run.api.api, Some(([0, 0, 0, 0], 7373).into()));
        let added = parse("perfdesk token add ci --read-only").expect("a token");
        assert_eq!(added.task, Some(Task::Token { task: TokenTask::Add { name: "ci".into() } }));
        assert!(added.run.api.read_only);
        let window = parse("perfdesk --page charts --window").expect("window");
        assert_eq!((window.task, window.page, window.window), (None, Some(PageName::Charts), true));
        for wrong in [
            "perfdesk --exit-after soon",
            "perfdesk --exit-after -1",
            "perfdesk --page nowhere",
            "perfdesk x",
            "perfdesk --api here",
        ] {
            parse(wrong).expect_err(wrong);
        }
    }
}
