//! Arguments of `perfdesk profile`. Not what they do.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::profile::value_text::read_duration;

/// What to do with tuning profiles.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum ProfileTask {
    /// List the profiles, and say which is in force.
    List {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what a profile itself says; secrets are masked.
    Show {
        /// The profile; `local` is this machine's own layer.
        name: String,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the values that hold under a profile, and the layer each comes from.
    Effective {
        /// The profile.
        name: String,
        /// Only these parameters.
        #[arg(value_name = "PARAMETER")]
        parameters: Vec<String>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show where the values of two profiles differ.
    Diff {
        /// One profile.
        from: String,
        /// The other.
        to: String,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check profiles, the catalogue, the bindings and the rules; exits with 1 where one has an error.
    Validate {
        /// Only these profiles.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what applying a profile would change in each bound file, as a diff. Writes nothing.
    Plan(PlanArguments),
    /// Apply a profile: show the plan, write, reload, verify, and go back unless it is kept.
    Apply(ApplyArguments),
    /// Compare the bound files with the profile in force; exits with 1 where one differs.
    Verify {
        /// Compare with this profile instead.
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take an apply back: the files get the content they had before.
    Rollback {
        /// Its number, as `history` lists them; the newest that is in force where none is given.
        #[arg(value_name = "NUMBER")]
        id: Option<u64>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List past applies, newest first: what, when, who, and how each ended.
    History {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say which environment this seems to be, and why. Changes nothing.
    Detect {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look at a configuration file and propose which key is which parameter.
    Import(ImportArguments),
}

/// What `profile plan` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct PlanArguments {
    /// The profile.
    pub name: String,
    /// Only this binding; may be given more than once.
    #[arg(long = "binding", value_name = "BINDING")]
    pub bindings: Vec<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `profile apply` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ApplyArguments {
    /// What to plan.
    #[command(flatten)]
    pub plan: PlanArguments,
    /// Keep it as soon as all values are verified, without asking.
    #[arg(long, conflicts_with = "keep_within")]
    pub keep: bool,
    /// Go back unless `keep` is typed within this time, such as 60s or 5min.
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "60s")]
    pub keep_within: Duration,
    /// Make the secrets that the bound files need and that were not made yet.
    #[arg(long)]
    pub make_secrets: bool,
}

/// What `profile import` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ImportArguments {
    /// The file.
    pub file: PathBuf,
    /// Keep the proposal as a binding of this name.
    #[arg(long, value_name = "NAME")]
    pub save: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Shortest and longest time an apply may wait to be kept.
const KEEP_WITHIN: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);

fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "give a time from 1 s to 24 h, such as 60s or 5min".to_owned();
    read_duration(text).ok().filter(|span| KEEP_WITHIN.contains(span)).ok_or_else(wrong)
}
