//! What the demo service takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::demo::{N_PRODUCTS, Place};

/// How the demo service is started. Its limits are those of the environment, such as `DB_POOL_MAX`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct DemoArguments {
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5080")]
    pub listen: SocketAddr,
    /// Where to report to: OTLP over HTTP.
    #[arg(long, value_name = "URL", value_parser = Place::read, default_value = "http://127.0.0.1:4318")]
    pub otlp: Place,
    /// Report nowhere; `/metrics` is still there.
    #[arg(long)]
    pub no_otlp: bool,
    /// Folder for its database, instead of one that goes with it.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Products in its database.
    #[arg(long, value_name = "N", default_value_t = N_PRODUCTS, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub products: u64,
    /// Requests each second that come by themselves.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub visitors: u32,
}
