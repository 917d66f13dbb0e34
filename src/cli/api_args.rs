//! What was typed about the HTTP API.

use std::net::SocketAddr;

use clap::{Args, Subcommand};

use crate::api::plan::{Flags, read_address};

/// How the API is served, in the window and by the agent.
#[derive(Debug, Clone, PartialEq, Eq, Args, Default)]
pub struct ApiArguments {
    /// Serve the API at this address and port, instead of those in the settings. Any but a loopback address is served
    /// with TLS.
    #[arg(long, value_name = "ADDR", value_parser = read_address, global = true)]
    pub api: Option<SocketAddr>,
    /// Do not serve the API.
    #[arg(long, global = true, conflicts_with = "api")]
    pub no_api: bool,
    /// Serve the API without TLS at whatever address: whoever can listen in on the network reads its tokens.
    #[arg(long, global = true)]
    pub insecure_http: bool,
    /// Refuse every change asked for through the API; with `token add`: make a token that may read alone.
    #[arg(long, global = true)]
    pub read_only: bool,
}

impl ApiArguments {
    /// As the server takes them.
    pub fn flags(&self) -> Flags {
        Flags { is_off: self.no_api, address: self.api, insecure_http: self.insecure_http, read_only: self.read_only }
    }
}

/// A command about the API's tokens.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum TokenTask {
    /// The tokens there are, what each may do, and when it was last used.
    List {
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a further token and say its text, which is said this once.
    Add {
        /// Its name; with --read-only it may read alone.
        name: String,
    },
    /// End a further token.
    Revoke {
        /// Its name.
        name: String,
    },
    /// Make a new main token in place of the present one, and say it.
    Rotate,
    /// Say the main token; it is made where there is none.
    Show,
}
