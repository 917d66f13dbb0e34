//! The window's wiring: eframe drives [`crate::ui::desk_ui`] with the engine's snapshots. No page is drawn here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;

use super::dialogs::SystemDialogs;
use super::fleet::Linked;
use super::frames::FrameClock;
use super::stop::StopSignal;
use crate::cli::demo::DemoPlace;
use crate::engine::Handle;
use crate::link;
use crate::model::{Snapshot, Timestamp};
use crate::ui::theme::ThemeError;
use crate::ui::{Desk, FrameFigures, Page, desk_ui};

const ICON: &[u8] = include_bytes!("../../assets/mark.png");
/// Least size of the window, points.
const MIN_SIZE: [f32; 2] = [900.0, 600.0];

/// How the window is opened.
pub struct WindowOptions {
    /// What the window shows and commands.
    pub engine: Handle,
    /// Other machines to look at.
    pub fleet: Option<link::Fleet>,
    /// The page to open; otherwise the one that was open last.
    pub page: Option<Page>,
    /// The demo that the window is opened over.
    pub demo: Option<DemoPlace>,
    /// Closes the window by itself after this time.
    pub exit_after: Option<Duration>,
    /// When the process started, for the figure about the first frame.
    pub started_at: Instant,
    /// The folder that exports and reports are offered first.
    pub documents: Option<PathBuf>,
    /// Closes the window from outside.
    pub stop: Arc<StopSignal>,
    /// Called once, when the window is about to open: what must not happen where there is none.
    pub on_open: Box<dyn FnOnce()>,
}

/// What the window cost, for `--stats`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowReport {
    /// From the start of the process to the end of the first frame, milliseconds.
    pub first_frame_ms: Option<f64>,
    /// Frames drawn.
    pub frames: u64,
    /// Main thread's time for a frame, median, milliseconds.
    pub frame_ms_p50: Option<f64>,
    /// The same, 99th percentile.
    pub frame_ms_p99: Option<f64>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No display answers.
    #[error("no window can be opened: {why}")]
    NoDisplay {
        /// What the system said.
        why: String,
    },
    /// There is a display, and drawing on it is not possible.
    #[error("the window cannot be drawn: {why}; OpenGL 2.0 or later is needed")]
    NoRenderer {
        /// What the driver said.
        why: String,
    },
    /// The look cannot be read.
    #[error(transparent)]
    Theme(#[from] ThemeError),
}

/// Opens the window and stays in it until it is closed.
///
/// # Errors
/// When there is no display or no way to draw on it.
pub fn run(options: WindowOptions) -> Result<WindowReport, AppError> {
    let snapshot = options.engine.snapshot();
    let dialogs = Box::<SystemDialogs>::default();
    let mut desk = Desk::new(&snapshot, options.page)?.with_files(dialogs, options.documents);
    if let Some(demo) = &options.demo {
        desk = desk.with_demo(&demo.shop.to_string(), &demo.notes, &snapshot.settings);
    }
    if let Some(fleet) = &options.fleet {
        desk = desk.with_fleet(Box::new(Linked(fleet.clone())));
    }
    let mut window = Window {
        desk,
        clock: FrameClock::new(options.started_at),
        engine: options.engine,
        fleet: options.fleet,
        exit_after: options.exit_after,
        opened_at: Instant::now(),
        stop: options.stop,
    };
    let native = native_options(&snapshot);
    let on_open = options.on_open;
    // The window outlives eframe's hold on it so that its figures can be read at the end.
    let mut report = window.clock.figures();
    let shown = eframe::run_native(
        "Perfdesk",
        native,
        Box::new(|cc| {
            on_open();
            window.prepare(&cc.egui_ctx, &snapshot);
            Ok(Box::new(Lent { window: &mut window, report: &mut report }))
        }),
    );
    shown.map_err(app_error)?;
    Ok(WindowReport {
        first_frame_ms: report.first_frame_seconds.map(|s| s * 1e3),
        frames: report.n_frames,
        frame_ms_p50: report.p50_seconds.map(|s| s * 1e3),
        frame_ms_p99: report.p99_seconds.map(|s| s * 1e3),
    })
}

fn app_error(error: eframe::Error) -> AppError {
    // What winit says begins with the places in its sources; the last part is what the system said.
    let said = error.to_string();
    let why = said.rsplit(": ").next().unwrap_or(&said).to_owned();
    match error {
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => AppError::NoDisplay { why },
        _ => AppError::NoRenderer { why },
    }
}

fn native_options(snapshot: &Snapshot) -> eframe::NativeOptions {
    let memory = &snapshot.window;
    let (width, height) = memory.size;
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Perfdesk")
        .with_app_id("perfdesk")
        .with_min_inner_size(MIN_SIZE)
        .with_inner_size([width.max(MIN_SIZE[0]), height.max(MIN_SIZE[1])])
        .with_maximized(memory.is_maximised);
    if let Some((x, y)) = memory.position {
        viewport = viewport.with_position([x, y]);
    }
    if let Ok(icon) = eframe::icon_data::from_png_bytes(ICON) {
        viewport = viewport.with_icon(icon);
    }
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        persist_window: false,
        // The design has flat fills alone: nothing bands, and on a software display dithering is a third of a frame.
        dithering: false,
        ..eframe::NativeOptions::default()
    }
}

/// How long after a publication the window draws it. Not at once: egui answers that with two frames instead of one,
/// and an engine that publishes twice in a row is drawn once.
const SOON: Duration = Duration::from_millis(16);

/// The window while it is open.
struct Window {
    desk: Desk,
    clock: FrameClock,
    engine: Handle,
    fleet: Option<link::Fleet>,
    exit_after: Option<Duration>,
    opened_at: Instant,
    stop: Arc<StopSignal>,
}

impl Window {
    fn prepare(&mut self, ctx: &egui::Context, snapshot: &Snapshot) {
        self.desk.install(ctx, &snapshot.settings);
        let waker = ctx.clone();
        self.engine.on_publish(move || waker.request_repaint_after(SOON));
        if let Some(fleet) = &self.fleet {
            let waker = ctx.clone();
            fleet.on_change(move || waker.request_repaint_after(SOON));
        }
        let waker = ctx.clone();
        self.stop.on_stop(move || waker.request_repaint());
    }

    /// Whether it is time to close; otherwise asks to be woken when it is.
    fn is_over(&self, ctx: &egui::Context) -> bool {
        let left = self.exit_after.map(|after| after.saturating_sub(self.opened_at.elapsed()));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            ctx.request_repaint_after(left);
        }
        self.stop.is_stopped() || left.is_some_and(|left| left.is_zero())
    }
}

/// The window as eframe holds it.
struct Lent<'a> {
    window: &'a mut Window,
    report: &'a mut FrameFigures,
}

impl eframe::App for Lent<'_> {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.window.is_over(ctx) {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let window = &mut *self.window;
        window.clock.begin(frame.info().cpu_usage);
        let now = Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
        desk_ui(ui, &mut window.desk, &window.engine, now, &window.clock.figures());
        window.clock.drawn();
    }

    /// The page's ground comes with clearing: painting it would shade every pixel once more.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.window.desk.remember_now(&self.window.engine);
        *self.report = self.window.clock.final_figures();
    }
}
