//! `perfdesk token`: the API's tokens, on the same files that a running Perfdesk looks at every 5 s.

use serde_json::json;

use super::api_args::TokenTask;
use super::args::RunArguments;
use super::console;
use super::folders::{NoFolder, folders};
use super::history::{local_words, rfc3339};
use crate::engine::access::state::AccessState;
use crate::engine::access::tokens::{TokenError, TokenFiles};
use crate::engine::pace::wall_time;
use crate::model::Timestamp;
use crate::model::access::Grant;
use crate::store::document::{self, Document as _};

/// Why a command on tokens did not end well.
#[derive(Debug, thiserror::Error)]
pub enum TokenCommandError {
    /// No folder to look in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// It was not done.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Some of them do not read.
    #[error("{0}")]
    Broken(String),
}

/// Carries a command out and says what came of it.
///
/// # Errors
/// [`TokenCommandError`], in words a person can act on.
pub fn run(run: &RunArguments, task: &TokenTask) -> Result<(), TokenCommandError> {
    let folders = folders(run)?;
    let files = TokenFiles::new(&folders.config);
    match task {
        TokenTask::List { json } => {
            // Who used what when is good to know, and no reason to list nothing.
            let state = document::read::<AccessState>(&folders.data.join(AccessState::FILE)).ok().flatten();
            list(&files, &state.unwrap_or_default(), *json)?;
        }
        TokenTask::Add { name } => {
            let grant = if run.api.read_only { Grant::Read } else { Grant::Full };
            console::say(&files.add(name, grant, wall_time())?.0);
        }
        TokenTask::Revoke { name } => files.revoke(name)?,
        TokenTask::Rotate => console::say(&files.rotate()?.0),
        TokenTask::Show => {
            files.make_missing()?;
            if let Some(secret) = files.main()? {
                console::say(&secret.0);
            }
        }
    }
    Ok(())
}

fn list(files: &TokenFiles, state: &AccessState, as_json: bool) -> Result<(), TokenCommandError> {
    let tokens = files.read();
    if as_json {
        let token = |token: &crate::engine::access::tokens::KeptToken| {
            json!({
                "name": token.name,
                "may": token.grant,
                "made": token.made.map(rfc3339),
                "used": state.used.get(&token.name).copied().map(rfc3339),
            })
        };
        let list: Vec<_> = tokens.list.iter().map(token).collect();
        console::say(&format!("{:#}", json!({ "tokens": list, "problems": tokens.problems })));
    } else {
        for token in &tokens.list {
            let may = if token.grant == Grant::Full { "everything" } else { "reading alone" };
            let when = |at: Option<Timestamp>, never: &str| at.map_or_else(|| never.to_owned(), local_words);
            let used = when(state.used.get(&token.name).copied(), "never used");
            console::say(&format!("{:<24} {may:<14} made {:<24} {used}", token.name, when(token.made, "–")));
        }
    }
    for warning in &tokens.warnings {
        console::complain(warning);
    }
    if tokens.problems.is_empty() { Ok(()) } else { Err(TokenCommandError::Broken(tokens.problems.join("; "))) }
}
