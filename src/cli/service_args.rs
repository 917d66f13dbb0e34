//! Arguments of `perfdesk service`. Not what they do.

use std::time::Duration;

use clap::Subcommand;

/// What to do with services. All of it asks the Perfdesk that runs on the same data folder.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum ServiceTask {
    /// List the services, how each does, and how far those are that Perfdesk runs.
    List {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how one service is run: its phase, its warm-up step by step, its starts.
    Show {
        /// Its name.
        name: String,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Start a service, and first what it needs; ends with 0 once it is ready.
    Start {
        /// Its name.
        name: String,
        /// Do not wait until it is ready.
        #[arg(long)]
        no_wait: bool,
    },
    /// Stop a service, and first those that need it.
    Stop {
        /// Its name.
        name: String,
        /// Do not wait until it has stopped.
        #[arg(long)]
        no_wait: bool,
    },
    /// Stop and start a service, and those that need it and ran.
    Restart {
        /// Its name.
        name: String,
        /// Do not wait until it is ready.
        #[arg(long)]
        no_wait: bool,
    },
    /// Say what a service printed.
    Logs {
        /// Its name.
        name: String,
        /// Go on saying new lines until Ctrl-C.
        #[arg(long, short)]
        follow: bool,
        /// Only lines with this text, whatever its case.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// The newest lines of those printed so far, 1 to 1,000.
        #[arg(long, short = 'n', value_name = "LINES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        newest: u32,
    },
}

/// Longest wait for a service to become ready or to stop; its own time-outs end most of them long before.
pub const PATIENCE: Duration = Duration::from_secs(3_900);
