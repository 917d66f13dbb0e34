//! What is asked of a service: whether it is ready, and the steps of its warm-up, each once.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};
use ureq::Agent;
use ureq::http::Request;

use super::course::words::span;
use super::real::wall;
use crate::model::process::ProcessTable;
use crate::model::remote_write::Login;
use crate::model::run::{StepKind, WarmUpStep, host_and_port};
use crate::model::service::CheckKind;
use crate::telemetry::health_check::{Setting, ask_once, run_command};
use crate::telemetry::watch::client::{Asked, Client};
use crate::telemetry::watch::names::Names;

/// Bytes of an answer that are looked through.
const MAX_ANSWER: u64 = 1 << 20;
/// Time between two questions whether something is loaded.
const LOADED_EVERY: Duration = Duration::from_millis(250);

/// Sends a statement to the database of this name within this time; gives why it failed, in words.
pub type SqlRun =
    Arc<dyn Fn(Arc<str>, Arc<str>, Duration) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What steps work with.
#[derive(Clone)]
pub struct Tools {
    /// The newest table of processes.
    pub processes: Arc<dyn Fn() -> ProcessTable + Send + Sync>,
    /// The way to databases.
    pub sql: SqlRun,
}

/// Asks whether a service is ready.
pub(super) async fn ask(ask: CheckKind, time_out: Duration, tools: Tools) -> Result<(), String> {
    ask_once(&ask, time_out, (&*tools.processes, &wall)).await
}

/// Where a command runs: its folder and the variables of its service.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) directory: PathBuf,
    pub(super) variables: Vec<(String, String)>,
}

/// Does a step once.
pub(super) async fn step(step: WarmUpStep, place: Place, tools: Tools) -> Result<(), String> {
    let time_out = Duration::from_secs(step.time_out_seconds.max(1).into());
    let late = || format!("it took longer than {}", span(time_out.as_secs_f64()));
    match step.kind {
        StepKind::Http { method, url, body, status, contains } => {
            let ask = move || request(&method, &url, &body, time_out, (status, &contains));
            timeout(time_out, spawn_blocking(ask)).await.map_err(|_| late())?.unwrap_or_else(|_| Err(broke_down()))
        }
        StepKind::Sql { database, statement } => {
            let sent = (tools.sql)(database, statement, time_out);
            timeout(time_out, sent).await.unwrap_or_else(|_| Err(late()))
        }
        StepKind::PoolOpen { address, connections } => {
            timeout(time_out, open(address, connections)).await.unwrap_or_else(|_| Err(late()))
        }
        StepKind::Dns { host } => {
            let look = async {
                let found = tokio::net::lookup_host((&*host, 0)).await;
                let mut found = found.map_err(|e| format!("{host} has no address: {e}"))?;
                found.next().map(drop).ok_or_else(|| format!("{host} has no address"))
            };
            timeout(time_out, look).await.unwrap_or_else(|_| Err(late()))
        }
        StepKind::Preload { url, body, done_url } => {
            let load = async {
                let ask = move || request("POST", &url, &body, time_out, (None, ""));
                spawn_blocking(ask).await.unwrap_or_else(|_| Err(broke_down()))?;
                if !done_url.is_empty() {
                    until_loaded(&done_url).await;
                }
                Ok(())
            };
            timeout(time_out, load).await.unwrap_or_else(|_| Err(late()))
        }
        StepKind::Command { argv } => {
            let setting = Setting { directory: place.directory, variables: place.variables };
            run_command(&argv, &setting, time_out).await
        }
    }
}

fn broke_down() -> String {
    "asking broke down".into()
}

fn request(
    method: &str,
    url: &str,
    body: &str,
    time_out: Duration,
    (status, contains): (Option<u16>, &str),
) -> Result<(), String> {
    let agent: Agent = ureq::config::Config::builder()
        .timeout_global(Some(time_out))
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("perfdesk/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    let request = Request::builder().method(method).uri(url);
    let bad = |_| "its address cannot be read".to_owned();
    let answer = if body.is_empty() && !matches!(method, "POST" | "PUT") {
        agent.run(request.body(()).map_err(bad)?)
    } else {
        let request = request.header("content-type", "application/json");
        agent.run(request.body(body.to_owned()).map_err(bad)?)
    };
    let mut answer = answer.map_err(|e| e.to_string())?;
    let said = answer.status().as_u16();
    match status {
        Some(status) if said != status => return Err(format!("it was answered with {said}, not {status}")),
        None if !answer.status().is_success() => return Err(format!("it was answered with {said}")),
        _ => {}
    }
    if !contains.is_empty() {
        let bytes = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(|e| e.to_string())?;
        if !String::from_utf8_lossy(&bytes).contains(contains) {
            return Err(format!("the answer does not contain \"{contains}\""));
        }
    }
    Ok(())
}

fn client(url: &Arc<str>) -> Client {
    Client::new(Asked {
        url: url.clone(),
        login: Login::Open,
        secret: None,
        ca_file: "".into(),
        headers: Vec::new(),
        max_bytes: 0,
    })
}

async fn until_loaded(url: &Arc<str>) {
    loop {
        let answer = client(url).get().await;
        if answer.is_ok_and(|answer| answer.status.is_success()) {
            return;
        }
        sleep(LOADED_EVERY).await;
    }
}

/// Opens so many connections side by side: whoever takes the first has them all at once.
async fn open(address: Arc<str>, connections: u32) -> Result<(), String> {
    let is_http = address.contains("://");
    let (host, port) = host_and_port(&address).ok_or("its address has no port")?;
    let host: Arc<str> = host.into();
    let mut all = JoinSet::new();
    for _ in 0..connections {
        let (address, host) = (address.clone(), host.clone());
        all.spawn(async move {
            if is_http {
                let answer = client(&address).get().await?;
                let is_good = answer.status.is_success();
                return if is_good { Ok(None) } else { Err(format!("one was answered with {}", answer.status)) };
            }
            Names::default().connect(&host, port, &address).await.map(Some)
        });
    }
    // Held until all are there.
    let mut held = Vec::new();
    let (mut n_failed, mut first) = (0, None);
    while let Some(opened) = all.join_next().await {
        match opened.unwrap_or_else(|_| Err(broke_down())) {
            Ok(connection) => held.push(connection),
            Err(why) => {
                n_failed += 1;
                first.get_or_insert(why);
            }
        }
    }
    first.map_or(Ok(()), |why| Err(format!("{n_failed} of {connections} connections failed: {why}")))
}
