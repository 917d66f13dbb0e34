//! The words of running services: how one is started, made ready, warmed up, stopped and started again, and how that went.
//!
//! Plain data. A [`Run`] is what a person set up, a [`RunState`] is how it does, a [`RunCommand`] is what is asked. What is
//! decided is decided in `run::course`, what is done is done in `run`.

mod command;
mod definition;
mod fault;
mod output;
mod state;
mod warm_up;

pub use command::RunCommand;
pub use definition::{MAX_RUNS, Need, Readiness, Restart, RestartWhen, Run, Variable};
pub use fault::{cycle, host_and_port};
pub use output::{MAX_ANSWERS, OutputAnswer, OutputFigures, OutputLine, OutputQuestion, OutputStream};
pub use state::{
    DegradedPart, MAX_STARTS, RunPhase, RunState, RunStep, RunStepState, StartOutcome, StartRecord, StepSeconds,
};
pub use warm_up::{MAX_STEPS, OnFailure, StepKind, WarmUpStep};
