//! Posts commands to an agent, one behind the other, over a connection of its own.

use axum::body::Bytes;
use hyper::http::Method;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::http::{AskError, Line, Target};
use super::wanted::is_worth_a_word;
use crate::model::Command;
use crate::model::rights::Right;
use crate::wire;

/// A command that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Why: a sentence without a final period.
    pub why: String,
}

impl Post {
    /// One that was not carried out for this reason.
    pub fn refused(why: impl Into<String>) -> Self {
        Self { why: format!("Not done: {}", why.into()) }
    }
}

/// Where commands are handed over. It ends with its session.
pub struct Poster {
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

impl Poster {
    /// Begins to post to a session; gives what was not carried out.
    pub fn start(target: Target, session: String, n_waiting: usize) -> (Self, mpsc::Receiver<Post>) {
        let (commands, waiting) = mpsc::channel(n_waiting);
        let (refusing, refusals) = mpsc::channel(n_waiting);
        let task = tokio::spawn(run(target, session, waiting, refusing));
        (Self { commands, task }, refusals)
    }

    /// Hands a command over.
    ///
    /// # Errors
    /// Too many wait already.
    pub fn try_post(&self, command: Command) -> Result<(), Post> {
        self.commands
            .try_send(command)
            .map_err(|_| Post::refused("the agent is slow and too much waits for it already"))
    }

    /// Hands over what stands anyway: what has no room is asked for with the next connection.
    pub fn post(&self, command: Command) {
        let _ = self.commands.try_send(command);
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(target: Target, session: String, mut commands: mpsc::Receiver<Command>, refusals: mpsc::Sender<Post>) {
    let mut line = None;
    while let Some(command) = commands.recv().await {
        let is_worth_a_word = is_worth_a_word(&command);
        if let Err(why) = post(&target, &session, &command, &mut line).await
            && (is_worth_a_word || matches!(why, AskError::Refused(_)))
            && refusals.send(Post::refused(why.to_string())).await.is_err()
        {
            return;
        }
    }
}

async fn post(target: &Target, session: &str, command: &Command, kept: &mut Option<Line>) -> Result<(), AskError> {
    let path = match command.needs() {
        Right::Look => "look",
        Right::Change | Right::Here => "command",
    };
    let path = format!("/link/{path}?session={session}");
    let body = Bytes::from(wire::write_command(command).map_err(|e| AskError::Refused(e.to_string()))?);
    let mut line = match kept.take().filter(Line::is_open) {
        Some(line) => line,
        None => Line::open(target).await?,
    };
    let answer = line.ask(target, Method::POST, &path, body.clone()).await;
    match answer {
        Ok(_) => *kept = Some(line),
        // An agent closes a connection that was quiet for long, perhaps at this very moment; what only looks can be asked
        // twice without harm.
        Err(AskError::Lost(_)) if command.needs() == Right::Look => {
            let mut line = Line::open(target).await?;
            line.ask(target, Method::POST, &path, body).await?;
            *kept = Some(line);
        }
        Err(why) => return Err(why),
    }
    Ok(())
}
