//! The window on this machine: the engine starts, the window opens over it, and both end together.

mod dialogs;
mod fleet;
mod frames;
mod home;
pub mod renderer;
mod stop;
pub mod window;

use std::sync::Arc;
use std::time::Instant;

use crate::api::{Limits, ServerOptions};
use crate::cli::Arguments;
use crate::cli::agent::{RunError, write_stats};
use crate::cli::args::PageName;
use crate::cli::demo::DemoPlace;
use crate::cli::folders::{documents, folders};
use crate::cli::stats::{Percentiles, Stats, WindowFigures};
use crate::link::Links;
use crate::ui::Page;
use home::Home;
pub use stop::StopSignal;
pub use window::{AppError, WindowOptions, WindowReport};

/// Why the window did not run.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No window can be opened here; the reason.
    #[error("{0}")]
    NoWindow(String),
    /// The run ended badly.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Opens the window and stays until it is closed; over a demo with the tour.
///
/// # Errors
/// [`OpenError`], in words a person can act on.
pub fn open(arguments: &Arguments, demo: Option<&DemoPlace>, started: Instant) -> Result<(), OpenError> {
    let folders = folders(&arguments.run).map_err(RunError::from)?;
    let flags = arguments.run.api.flags();
    let api = ServerOptions { flags, limits: Limits::default(), config: folders.config.clone() };
    let mut home = Home::open(&folders, api, !arguments.run.no_receivers, started)?;
    let stop = Arc::new(StopSignal::default());
    let stopped_by_keys = stop.clone();
    let shown = window::run(WindowOptions {
        engine: home.handle.clone(),
        fleet: home.links.as_ref().map(Links::fleet),
        page: arguments.page.map(page),
        demo: demo.cloned(),
        exit_after: arguments.run.exit_after,
        started_at: started,
        documents: documents(),
        stop,
        on_open: Box::new(move || {
            // Without a handler Ctrl-C still ends the program, only less tidily. It is set when there is a window,
            // because the agent that runs in its place sets its own.
            let _ = ctrlc::set_handler(move || stopped_by_keys.stop());
        }),
    });
    let last = home.handle.snapshot();
    home.stop();
    let report = shown.map_err(|e| OpenError::NoWindow(e.to_string()))?;
    Ok(write_stats(&arguments.run, &Stats::of_run(&last, started.elapsed(), Some(figures(&report))))?)
}

fn figures(report: &WindowReport) -> WindowFigures {
    let frame_ms = report.frame_ms_p50.zip(report.frame_ms_p99).map(|(p50, p99)| Percentiles { p50, p99 });
    WindowFigures { first_frame_ms: report.first_frame_ms, frames: report.frames, frame_ms }
}

fn page(name: PageName) -> Page {
    match name {
        PageName::Overview => Page::Overview,
        PageName::Charts => Page::Charts,
        PageName::Processes => Page::Processes,
        PageName::Services => Page::Services,
        PageName::Profiles => Page::Profiles,
        PageName::Suggestions => Page::Suggestions,
        PageName::Alerts => Page::Alerts,
        PageName::Machines => Page::Machines,
        PageName::Compare => Page::Compare,
        PageName::Reports => Page::Reports,
        PageName::Settings => Page::Settings,
        PageName::Health => Page::Health,
        PageName::Help => Page::Help,
    }
}
