//! `POST /services/{service}/start`, `stop` and `restart`, `GET /services/{service}/output`: services that Perfdesk runs.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::outcome::carry_out;
use super::params::Params;
use super::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::run::{self as model, OutputQuestion, RunCommand, RunPhase, StartOutcome};
use crate::model::service::Services;
use crate::model::{Command, Snapshot};

/// Lines of an answer where nothing is said, and at most.
const NEWEST: (u64, u64) = (100, 1_000);

/// How a service that Perfdesk runs does.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Run {
    /// `stopped`, `waiting`, `starting`, `warming_up`, `ready`, `degraded`, `stopping`, `backing_off` or `failed`.
    pub phase: &'static str,
    /// Since when.
    pub since: Moment,
    /// How it does, in a sentence.
    pub sentence: String,
    /// Its process; `null` where it does not run.
    pub pid: Option<u32>,
    /// From its start until it was ready and warm, of this start; `null` before.
    pub ready_seconds: Option<f64>,
    /// Times it was started again because it ended by itself or did not become ready.
    pub n_restarts: u32,
    /// How it ended last; empty where it did not.
    pub last_exit: String,
    /// Why it should be restarted; empty where it should not.
    pub restart_offer: String,
    /// Optional parts that it does without.
    pub degraded: Vec<Part>,
    /// Its warm-up, step by step.
    pub steps: Vec<Step>,
    /// Its starts, the newest first.
    pub starts: Vec<Start>,
}

/// An optional part that a service does without.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Part {
    /// The step or the service.
    pub part: String,
    /// Why.
    pub why: String,
}

/// A step of a warm-up.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// `waiting`, `running`, `done`, `failed` or `skipped`.
    pub state: &'static str,
    /// Time it took, or takes so far.
    pub seconds: Option<f64>,
    /// Why it failed; empty where it did not.
    pub error: String,
}

/// A start.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Start {
    /// When it began.
    pub at: Moment,
    /// The profile that was active; `null` where none was.
    pub profile: Option<String>,
    /// Until it was ready and warm; `null` where it did not become so.
    pub ready_seconds: Option<f64>,
    /// `ready`, `degraded`, `failed` or `stopped`.
    pub outcome: &'static str,
    /// Why it failed; empty where it did not.
    pub why: String,
}

/// What a service printed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Output {
    /// The newest lines that fit, the oldest of them first.
    pub lines: Vec<Line>,
    /// Lines kept that fit.
    pub n_found: u64,
    /// Lines printed in all.
    pub n_lines: u64,
    /// Bytes printed in all.
    pub n_bytes: u64,
    /// Lines that are not kept any more, or came too fast to be.
    pub n_lines_left_out: u64,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Line {
    /// Its number; where numbers are missing lines were left out.
    pub number: u64,
    /// When it was read.
    pub at: Moment,
    /// `out`, `err`, or `perfdesk` for words of Perfdesk's own.
    pub stream: &'static str,
    /// Its text.
    pub text: String,
}

/// Starts a service, and first what it needs. The answer comes as soon as that is begun: `/services/{service}` tells how it
/// goes on.
#[utoipa::path(
    post, path = "/services/{service}/start", tag = "machine",
    params(("service" = String, Path, description = "Its name", example = "checkout")),
    responses((status = 200, description = "How it does", body = Run))
)]
pub async fn start(State(api): State<ApiState>, params: Params, Path(name): Path<String>) -> Result<Response, Problem> {
    params.only(&[])?;
    act(&api, &name, RunCommand::Start(name.as_str().into()), "started").await
}

/// Stops a service, and first those that need it. The answer comes as soon as that is begun.
#[utoipa::path(
    post, path = "/services/{service}/stop", tag = "machine",
    params(("service" = String, Path, description = "Its name", example = "checkout")),
    responses((status = 200, description = "How it does", body = Run))
)]
pub async fn stop(State(api): State<ApiState>, params: Params, Path(name): Path<String>) -> Result<Response, Problem> {
    params.only(&[])?;
    act(&api, &name, RunCommand::Stop(name.as_str().into()), "stopped").await
}

/// Stops and starts a service, and those that need it and ran. The answer comes as soon as that is begun.
#[utoipa::path(
    post, path = "/services/{service}/restart", tag = "machine",
    params(("service" = String, Path, description = "Its name", example = "checkout")),
    responses((status = 200, description = "How it does", body = Run))
)]
pub async fn restart(
    State(api): State<ApiState>,
    params: Params,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    act(&api, &name, RunCommand::Restart(name.as_str().into()), "restarted").await
}

/// What a service printed: its newest lines, all or those that contain a text.
#[utoipa::path(
    get, path = "/services/{service}/output", tag = "machine",
    params(
        ("service" = String, Path, description = "Its name", example = "checkout"),
        ("text" = Option<String>, Query, description = "A text that lines must contain, whatever its case",
            example = "error"),
        ("newest" = Option<u32>, Query, description = "At most so many; 100 is usual", minimum = 1, maximum = 1_000,
            example = 20),
    ),
    responses((status = 200, description = "Lines", body = Output))
)]
pub async fn output(
    State(api): State<ApiState>,
    params: Params,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    params.only(&["text", "newest"])?;
    let newest = params.whole("newest", 1..=NEWEST.1)?.unwrap_or(NEWEST.0);
    let text = params.one("text")?.unwrap_or_default();
    found(&api.snapshot(), &name)?;
    let question = OutputQuestion {
        service: name.as_str().into(),
        text: text.into(),
        newest: u32::try_from(newest).unwrap_or(OutputQuestion::MAX_NEWEST),
    };
    let question = question.bounded();
    let answer = |snapshot: &Snapshot| snapshot.services.output(&question).cloned();
    let known = answer(&api.snapshot());
    let is_asked_for = known.is_some();
    let answered = match known {
        Some(known) => known,
        None => carry_out(&api, Command::Run(RunCommand::AskOutput(question.clone())), &[], answer).await?,
    };
    if !is_asked_for {
        // Nobody else asked: nobody needs it renewed.
        api.send(Command::Run(RunCommand::LeaveOutput(question)))?;
    }
    Ok(answer::json(&lines(&answered)))
}

/// How the service of this name is run.
fn found<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a model::RunState, Problem> {
    let Services { setup, .. } = &*snapshot.services;
    let known = snapshot.services.run(name).map(|state| &**state);
    known.ok_or_else(|| {
        let is_set_up = setup.runs.iter().any(|run| &*run.service == name);
        let what = if is_set_up { "is not known yet: try again in a moment" } else { "is not run by Perfdesk" };
        Problem::not_found(format!("{name} {what}"))
    })
}

async fn act(api: &ApiState, name: &str, command: RunCommand, what: &str) -> Result<Response, Problem> {
    let snapshot = api.snapshot();
    let before = found(&snapshot, name)?;
    let is_done_already = match command {
        RunCommand::Start(_) => !matches!(
            before.phase,
            RunPhase::Stopped | RunPhase::Failed | RunPhase::BackingOff { .. } | RunPhase::Stopping
        ),
        RunCommand::Stop(_) => matches!(before.phase, RunPhase::Stopped),
        _ => false,
    };
    if is_done_already {
        return Ok(answer::json(&run(before)));
    }
    if before.phase == RunPhase::Stopping && !matches!(command, RunCommand::Stop(_)) {
        // It goes on stopping, and is started then.
        api.send(Command::Run(command))?;
        return Ok(answer::noted(answer::json(&run(before)), format!("{name} {what}")));
    }
    // What it needs, or what needs it, may go first.
    let kin = kin(&snapshot, name, matches!(command, RunCommand::Start(_)));
    let phases = |snapshot: &Snapshot| -> Vec<(RunPhase, Option<u32>, crate::model::Timestamp)> {
        let of_kin = snapshot.services.runs.iter().filter(|state| kin.contains(&*state.service));
        of_kin.map(|state| (state.phase.clone(), state.pid, state.since)).collect()
    };
    let were = phases(&snapshot);
    let begun = |snapshot: &Snapshot| {
        let state = snapshot.services.run(name)?;
        (phases(snapshot) != were).then(|| run(state))
    };
    let state = carry_out(api, Command::Run(command), &[], begun).await?;
    Ok(answer::noted(answer::json(&state), format!("{name} {what}")))
}

/// A service with all it needs, or with all that need it.
fn kin(snapshot: &Snapshot, name: &str, is_upward: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::from([name.to_owned()]);
    let mut n_before = 0;
    while found.len() > n_before {
        n_before = found.len();
        for state in snapshot.services.runs.iter() {
            let needs = state.needs.iter().map(|need| need.service.to_string());
            if is_upward && found.contains(&*state.service) {
                found.extend(needs);
            } else if !is_upward && needs.into_iter().any(|need| found.contains(&need)) {
                found.insert(state.service.to_string());
            }
        }
    }
    found
}

/// How a service that Perfdesk runs does.
pub fn run(state: &model::RunState) -> Run {
    Run {
        phase: phase(&state.phase),
        since: Moment(state.since),
        sentence: state.sentence.to_string(),
        pid: state.pid,
        ready_seconds: state.ready_seconds,
        n_restarts: state.n_restarts,
        last_exit: state.last_exit.to_string(),
        restart_offer: state.restart_offer.to_string(),
        degraded: state
            .degraded
            .iter()
            .map(|lost| Part { part: lost.part.to_string(), why: lost.why.to_string() })
            .collect(),
        steps: state.steps.iter().map(step).collect(),
        starts: state.starts.iter().map(begun).collect(),
    }
}

/// How far a service is, in a word.
pub const fn phase(phase: &RunPhase) -> &'static str {
    match phase {
        RunPhase::Stopped => "stopped",
        RunPhase::Waiting(_) => "waiting",
        RunPhase::Starting => "starting",
        RunPhase::WarmingUp => "warming_up",
        RunPhase::Ready => "ready",
        RunPhase::Degraded => "degraded",
        RunPhase::Stopping => "stopping",
        RunPhase::BackingOff { .. } => "backing_off",
        RunPhase::Failed => "failed",
    }
}

fn step(step: &model::RunStep) -> Step {
    let state = match step.state {
        model::RunStepState::Waiting => "waiting",
        model::RunStepState::Running => "running",
        model::RunStepState::Done => "done",
        model::RunStepState::Failed => "failed",
        model::RunStepState::Skipped => "skipped",
    };
    Step { name: step.name.to_string(), state, seconds: step.seconds, error: step.error.to_string() }
}

fn begun(record: &model::StartRecord) -> Start {
    let (outcome, why) = match &record.outcome {
        StartOutcome::Ready => ("ready", String::new()),
        StartOutcome::Degraded(parts) => ("degraded", format!("without {}", parts.join(", "))),
        StartOutcome::Failed(why) => ("failed", why.to_string()),
        StartOutcome::Stopped => ("stopped", String::new()),
    };
    Start {
        at: Moment(record.at),
        profile: record.profile.as_ref().map(ToString::to_string),
        ready_seconds: record.ready_seconds,
        outcome,
        why,
    }
}

fn lines(answer: &model::OutputAnswer) -> Output {
    let line = |line: &model::OutputLine| Line {
        number: line.number,
        at: Moment(line.at),
        stream: match line.stream {
            model::OutputStream::Out => "out",
            model::OutputStream::Err => "err",
            model::OutputStream::Perfdesk => "perfdesk",
        },
        text: line.text.to_string(),
    };
    let figures = &answer.figures;
    Output {
        lines: answer.lines.iter().map(line).collect(),
        n_found: answer.n_found,
        n_lines: figures.n_lines,
        n_bytes: figures.n_bytes,
        n_lines_left_out: figures.n_dropped_lines + figures.n_evicted_lines,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, get, refused};
    use crate::model::Timestamp;
    use crate::model::run::{OutputAnswer, OutputLine, RunState};

    fn shop(phase: RunPhase) -> Snapshot {
        let state = RunState {
            service: "shop".into(),
            phase,
            sentence: "shop is ready since 14:02:11".into(),
            pid: Some(42),
            since: Timestamp::from_millis(1_000),
            ..RunState::default()
        };
        let line = OutputLine { number: 7, text: "an error".into(), ..OutputLine::default() };
        let question = OutputQuestion { service: "shop".into(), text: "error".into(), newest: 5 };
        let answer = OutputAnswer { question, lines: vec![line].into(), n_found: 1, ..OutputAnswer::default() };
        let services = Services {
            runs: vec![Arc::new(state)].into(),
            outputs: vec![Arc::new(answer)].into(),
            ..Services::default()
        };
        Snapshot { services: Arc::new(services), ..made_up::of_series(&[]) }
    }

    #[test]
    fn output_is_given_as_it_was_asked_for() {
        let state = made_up::state(shop(RunPhase::Ready));
        let (status, body) = get(&state, "/services/shop/output?text=error&newest=5");
        assert!(status == 200 && body.contains(r#""text":"an error""#) && body.contains(r#""number":7"#), "{body}");
        assert_eq!(refused(&state, "/services/shop/output?newest=0"), (400, "newest".into()));
        assert_eq!(get(&state, "/services/none/output").0, 404);
    }

    #[test]
    fn what_is_so_already_is_answered_at_once() {
        let post = |phase, path: &str| {
            let state = made_up::state(shop(phase));
            let request = made_up::request(axum::http::Method::POST, path, &[], "");
            let (status, _, body) = made_up::ask(super::super::routes(), &state, request);
            (status, body)
        };
        let (status, body) = post(RunPhase::Ready, "/services/shop/start");
        assert!(status == 200 && body.contains(r#""phase":"ready""#) && body.contains(r#""pid":42"#), "{body}");
        assert_eq!(post(RunPhase::Stopped, "/services/shop/stop").0, 200);
        assert_eq!(post(RunPhase::Stopped, "/services/none/stop").0, 404);
    }
}
