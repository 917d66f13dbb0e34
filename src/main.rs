//! The program: reads its arguments and hands over to the window or to a headless command.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use perfdesk::cli::demo::DemoPlace;
use perfdesk::cli::{
    Arguments, Task, agent, alert, console, demo, demo_service, display, doctor, history, profile, service, token,
};

/// The window was insisted on and cannot be opened; also what clap exits with when it does not understand.
const EXIT_NO_WINDOW: u8 = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    console::attach();
    let mut arguments = Arguments::parse();
    let place = match arguments.demo.then(|| demo::prepare(&mut arguments)).transpose() {
        Ok(place) => place,
        Err(e) => {
            console::complain(&e.to_string());
            return ExitCode::FAILURE;
        }
    };
    place.iter().flat_map(|place| &place.notes).for_each(|note| console::complain(note));
    match arguments.task {
        Some(Task::Agent) => ended(agent::run(&arguments.run, started)),
        Some(Task::History { task }) => ended(history::run(&arguments.run, &task)),
        Some(Task::Profile { task }) => match profile::run(&arguments.run, &task) {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                console::complain(&e.to_string());
                ExitCode::from(e.exit_code())
            }
        },
        Some(Task::Alert { task }) => match alert::run(&arguments.run, &task) {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                console::complain(&e.to_string());
                ExitCode::from(e.exit_code())
            }
        },
        Some(Task::Service { task }) => match service::run(&arguments.run, &task) {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                console::complain(&e.to_string());
                ExitCode::from(e.exit_code())
            }
        },
        Some(Task::Token { task }) => ended(token::run(&arguments.run, &task)),
        Some(Task::DemoService(wanted)) => match demo_service::run(&wanted, arguments.run.exit_after) {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                console::complain(&e.to_string());
                ExitCode::from(e.exit_code())
            }
        },
        Some(Task::Report(wanted)) => ended(history::report(&arguments.run, &wanted)),
        Some(Task::Doctor { json }) => {
            if doctor::run(&arguments.run, json) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        None => window(&arguments, place.as_ref(), started),
    }
}

/// Opens the window; where that cannot be, says so in a line and goes on as the agent does.
fn window(arguments: &Arguments, demo: Option<&DemoPlace>, started: Instant) -> ExitCode {
    let why = match display::missing() {
        Some(why) => why,
        None => match open(arguments, demo, started) {
            Ok(outcome) => return outcome,
            Err(why) => why,
        },
    };
    if arguments.window {
        console::complain(&format!("{why}; --window insists on one"));
        return ExitCode::from(EXIT_NO_WINDOW);
    }
    console::complain(&format!("{why}; going on without a window, as `perfdesk agent` does (Ctrl-C ends it)"));
    ended(agent::run(&arguments.run, started))
}

#[cfg(feature = "gui")]
fn open(arguments: &Arguments, demo: Option<&DemoPlace>, started: Instant) -> Result<ExitCode, String> {
    use perfdesk::app::OpenError;
    match perfdesk::app::open(arguments, demo, started) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(OpenError::NoWindow(why)) => Err(why),
        Err(OpenError::Run(e)) => Ok(ended(Err(e))),
    }
}

#[cfg(not(feature = "gui"))]
fn open(_arguments: &Arguments, _demo: Option<&DemoPlace>, _started: Instant) -> Result<ExitCode, String> {
    Err("this build has no window".into())
}

fn ended<E: std::fmt::Display>(outcome: Result<(), E>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            console::complain(&e.to_string());
            ExitCode::FAILURE
        }
    }
}
