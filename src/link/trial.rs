//! A test of a connection: whether an agent answers as an entry says, and what it says of itself. Changes nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use hyper::http::Method;
use tokio::time::timeout;

use super::http::{Line, Target};
use super::stream::Records;
use crate::model::Snapshot;
use crate::model::machines::MachineTestState;
use crate::wire::{PROTOCOL, Part, Record};

/// Time for an agent to say what it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tries.
pub async fn run(target: Result<Target, String>) -> MachineTestState {
    let target = match target {
        Ok(target) => target,
        Err(why) => return MachineTestState::Fails { why: why.into(), fingerprint: None },
    };
    let outcome = ask(&target).await;
    let fingerprint = target.trust.seen().map(Arc::from);
    match outcome {
        Ok(text) => MachineTestState::Works { text: text.into(), fingerprint },
        Err(why) => MachineTestState::Fails { why: why.into(), fingerprint },
    }
}

async fn ask(target: &Target) -> Result<String, String> {
    let mut line = Line::open(target).await.map_err(|e| e.to_string())?;
    let path = format!("/link/stream?protocol={PROTOCOL}&program={}&depth=brief", env!("CARGO_PKG_VERSION"));
    let answer = line.ask(target, Method::GET, &path, Bytes::new()).await.map_err(|e| e.to_string())?;
    let mut records = Records::new(answer.into_body(), line);
    let whole = timeout(PATIENCE, listen(&mut records)).await;
    whole.map_err(|_| "the agent accepted the connection and said too little".to_owned())?
}

async fn listen(records: &mut Records) -> Result<String, String> {
    let (mut hello, mut there) = (None, Snapshot::default());
    loop {
        match records.next().await? {
            Record::Hello(said) => {
                if let Some(why) = said.why_not("the agent") {
                    return Err(why);
                }
                hello = Some(said);
            }
            Record::Part { name, body } => {
                // One that cannot be read is told of once the window looks there.
                let _ = Part::by_name(&name).map(|part| part.read(&mut there, &body.0));
            }
            Record::Tick(_) => {
                let Some(hello) = hello else { return Err("what answers is no agent of Perfdesk".into()) };
                let may = if hello.may_change { "this token may change it" } else { "this token may look alone" };
                let host = if there.machine.host.is_empty() { "the agent" } else { &there.machine.host };
                return Ok(format!("{host} answers: Perfdesk {}, {may}", hello.program));
            }
            Record::Bye { why } => return Err(why),
            _ => {}
        }
    }
}
