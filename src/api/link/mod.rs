//! The link: a window on another machine follows this one's snapshots and sends its commands.
//!
//! `GET /link/stream` goes on for as long as the window listens; `POST /link/look` takes commands that change nothing,
//! `POST /link/command` those that do. What is said is in [`crate::wire`].

mod body;
mod desk;
mod follow;
mod publication;
mod session;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;

use self::body::Records;
use self::desk::Desk;
use super::{ApiState, Caller, Problem, Summary};
use crate::api::guard::Lease;
use crate::model::access::Grant;
use crate::model::alert::AlertCommand;
use crate::model::rights::Right;
use crate::model::{Command, Settings, SettingsCommand, Snapshot};
use crate::wire::{self, Hello};

/// The paths of commands that change nothing.
pub const LOOK: &str = "/link/look";

/// The link's endpoints.
pub fn routes() -> Router<ApiState> {
    Router::new()
        .route("/link/stream", get(stream))
        .route(LOOK, post(look))
        .route("/link/command", post(command))
        .layer(Extension(Arc::new(Desk::default())))
}

#[derive(Debug, Deserialize)]
struct StreamQuery {
    /// What the window speaks.
    protocol: u32,
    /// The version of its program.
    #[serde(default)]
    program: String,
    /// `brief` for a list of machines.
    #[serde(default)]
    depth: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SessionQuery {
    session: String,
}

async fn stream(
    State(api): State<ApiState>,
    Extension(desk): Extension<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<StreamQuery>,
) -> Result<Response, Problem> {
    let is_brief = match query.depth.as_deref() {
        None | Some("whole") => false,
        Some("brief") => true,
        Some(_) => return Err(Problem::field("depth", "give whole or brief")),
    };
    let program = query.program.chars().take(32).collect::<String>().into();
    let theirs = Hello { protocol: query.protocol, program, process: 0, may_change: false, session: String::new() };
    if let Some(why) = theirs.why_not("the window") {
        return Err(Problem { field: Some("protocol".into()), ..Problem::new(StatusCode::CONFLICT, why) });
    }
    let place = api.stream(&caller.token)?;
    let session = desk.open(&caller.token, api.clone())?;
    let may_change = may_change(&caller, &api.snapshot());
    let hello = Hello { session: session.name().to_owned(), ..Hello::ours(std::process::id(), may_change) };
    let (sender, records) = Records::new();
    let lease = Lease::of(&caller, &api.snapshot());
    tokio::spawn(async move {
        follow::follow(&api, &session, hello, (is_brief, lease), &sender).await;
        drop(place);
    });
    let mut response = Response::new(Body::new(records));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.perfdesk.link"));
    Ok(response)
}

fn may_change(caller: &Caller, snapshot: &Snapshot) -> bool {
    let is_shut = snapshot.settings.api.read_only || snapshot.access.listening().is_some_and(|l| l.is_read_only);
    caller.grant == Grant::Full && !is_shut
}

async fn look(
    State(api): State<ApiState>,
    Extension(desk): Extension<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SessionQuery>,
    body: Bytes,
) -> Result<Response, Problem> {
    let session = desk.session(&query.session, &caller.token)?;
    let command = read(&body)?;
    if command.needs() != Right::Look {
        let detail = "this changes something: POST it to /link/command";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    match command {
        Command::View(view) => session.view(&api, &desk, view)?,
        command => api.send(command)?,
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn command(
    State(api): State<ApiState>,
    Extension(desk): Extension<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SessionQuery>,
    body: Bytes,
) -> Result<Response, Problem> {
    desk.session(&query.session, &caller.token)?;
    let command = read(&body)?;
    match command.needs() {
        Right::Change => {}
        Right::Look => {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "this changes nothing: POST it to /link/look"));
        }
        Right::Here => {
            let detail =
                "secrets and the API's tokens are for the window on the machine itself, or `perfdesk token` there";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
    }
    let summary = Summary(words(&command));
    // Addresses were masked on their way to the window.
    let command = match command {
        Command::Alert(AlertCommand::SetWebhooks(sent)) => {
            let webhooks = wire::unmask(sent, &api.snapshot().alerts.webhooks);
            Command::Alert(AlertCommand::SetWebhooks(webhooks))
        }
        // Nobody opens the API wider from outside: its address and its limits are set on the machine itself.
        Command::Settings(SettingsCommand::Replace(sent)) => {
            let api = api.snapshot().settings.api.clone();
            Command::Settings(SettingsCommand::Replace(Settings { api, ..sent }))
        }
        command => command,
    };
    api.send(command)?;
    Ok((Extension(summary), StatusCode::NO_CONTENT).into_response())
}

fn read(body: &[u8]) -> Result<Command, Problem> {
    wire::read_command(body).map_err(|e| Problem::new(StatusCode::BAD_REQUEST, e.to_string()))
}

/// The command's topic and verb, such as "Alert SaveRule": what it carries may be long, or private.
fn words(command: &Command) -> String {
    let whole = format!("{command:?}");
    let names = whole.split(|c: char| !c.is_alphanumeric()).filter(|name| !name.is_empty());
    names.take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::ProfileCommand;
    use crate::model::{NoticeCommand, NoticeId};

    #[test]
    fn the_log_names_topic_and_verb_alone() {
        let save = ProfileCommand::Save { name: "prod".into(), text: "password".into() };
        for (command, expect) in [
            (Command::Profile(save), "Profile Save"),
            (Command::Notice(NoticeCommand::Dismiss(NoticeId(4))), "Notice Dismiss"),
            (Command::Alert(AlertCommand::UndoDelete), "Alert UndoDelete"),
        ] {
            assert_eq!(words(&command), expect);
        }
    }
}
