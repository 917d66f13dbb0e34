//! The window's frame around the pages: rail, top bar, status bar, palette, toasts; and what it remembers.
//!
//! [`desk_ui`] is the whole window. eframe drives it, and so do the tests. It changes nothing outside: it sends commands.

mod away;
mod hint;
mod history_banner;
mod mark;
mod matching;
mod memory;
mod palette;
mod panels;
mod rail;
mod status_bar;
mod toasts;
mod top_bar;
mod tour;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Context, Rect, Ui, UiBuilder, ViewportCommand, pos2};

use self::away::Away;
use self::memory::MemoryKeeper;
use self::palette::{Palette, Picked};
use self::panels::Panels;
use self::toasts::Toasts;
use self::tour::Tour;
use super::actions::{ACTIONS, Deed, Situation};
use super::chart::Viewport;
use super::cx::{Intent, Page, PanelCx};
use super::file_dialog::{FileDialogs, FilePurpose, NoDialogs, OpenDialog};
use super::frame_figures::FrameFigures;
use super::pages;
use super::theme::{self, Theme, ThemeError, ThemeSet};
use super::{fonts, widgets};
use crate::engine::Handle;
use crate::model::alert::{AlertCommand, AlertId};
use crate::model::profile::ApplyCommand;
use crate::model::{Command, Settings, SettingsCommand, Severity, Snapshot, Timestamp, WindowMemory};

/// Everything the window remembers between frames.
pub struct Desk {
    themes: ThemeSet,
    page: Page,
    range: Duration,
    frozen: Option<Arc<Snapshot>>,
    panels: Panels,
    machines: pages::machines::MachinesPanel,
    away: Away,
    folder: Option<PathBuf>,
    files: OpenDialog,
    palette: Palette,
    toasts: Toasts,
    tour: Tour,
    memory: MemoryKeeper,
    in_force: Option<Settings>,
    opened_seconds: Option<f64>,
}

impl Desk {
    /// A window as it was left, on its first page or the one asked for.
    ///
    /// # Errors
    /// When the theme cannot be used.
    pub fn new(snapshot: &Snapshot, page: Option<Page>) -> Result<Self, ThemeError> {
        let remembered: &WindowMemory = &snapshot.window;
        Ok(Self {
            themes: ThemeSet::embedded()?,
            page: page.or_else(|| Page::from_slug(&remembered.page)).unwrap_or(Page::Overview),
            range: Duration::from_secs(remembered.range_seconds.clamp(60, Viewport::MAX_SPAN.as_secs())),
            frozen: None,
            panels: Panels::new(remembered),
            machines: Default::default(),
            away: Away::default(),
            folder: None,
            files: OpenDialog::new(Box::<NoDialogs>::default()),
            palette: Palette::default(),
            toasts: Toasts::default(),
            tour: Tour::default(),
            memory: MemoryKeeper::new(remembered.clone()),
            in_force: None,
            opened_seconds: None,
        })
    }

    /// The same window with a way to open file dialogs, and the folder they and new files begin in.
    pub fn with_files(mut self, dialogs: Box<dyn FileDialogs>, folder: Option<PathBuf>) -> Self {
        self.files = OpenDialog::new(dialogs);
        self.panels.set_folder(folder.clone());
        self.folder = folder;
        self
    }

    /// The same window over the demo, whose shop answers at this address: the tour begins by itself until it was put away,
    /// and what is not as usual is told.
    pub fn with_demo(mut self, shop: &str, notes: &[String], settings: &Settings) -> Self {
        self.tour = Tour::of_demo(shop, settings);
        self.panels.services.choose("shop".into());
        // What began a moment ago fills the charts sooner.
        self.range = self.range.min(Duration::from_secs(300));
        notes.iter().for_each(|note| self.toasts.add(0.0, Severity::Info, note.clone()));
        self
    }

    /// Puts fonts and looks in force before the first frame.
    pub fn install(&mut self, ctx: &Context, settings: &Settings) {
        ctx.set_fonts(fonts::definitions());
        ctx.options_mut(|options| {
            options.zoom_with_keyboard = false;
            options.quit_shortcuts.clear();
        });
        self.put_in_force(ctx, settings);
    }

    /// The page on the screen.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Whether the screen is frozen.
    pub fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Sends what is to be remembered, for the end of the program.
    pub fn remember_now(&mut self, engine: &Handle) {
        self.memory.send_now(engine);
    }

    /// Takes over settings that changed; true when they did.
    fn put_in_force(&mut self, ctx: &Context, settings: &Settings) -> bool {
        if self.in_force.as_ref() == Some(settings) {
            return false;
        }
        theme::apply(ctx, &self.themes, settings);
        if (ctx.zoom_factor() - settings.zoom).abs() > 0.001 {
            ctx.set_zoom_factor(settings.zoom);
        }
        self.in_force = Some(settings.clone());
        true
    }

    /// Opens a page; the one before stops asking the engine for what nobody sees.
    fn open(&mut self, page: Page, engine: &Handle) {
        if self.page != page {
            self.panels.leave_all_but(Some(page), engine);
        }
        self.page = page;
    }
}

/// Draws the whole window and carries out what was asked for.
///
/// `home` is the engine of this machine; the pages are those of the machine that is looked at.
pub fn desk_ui(ui: &mut Ui, desk: &mut Desk, home: &Handle, now: Timestamp, frames: &FrameFigures) {
    let engine = &desk.engine(home);
    let live = engine.snapshot();
    let ctx = ui.ctx().clone();
    if desk.put_in_force(&ctx, &live.settings) {
        ctx.request_repaint();
    }
    let now_seconds = ctx.input(|i| i.time);
    desk.toasts.feed(now_seconds, &live.notices);
    desk.tell_refusal(now_seconds, &live);
    if let Some((purpose, answer)) = desk.files.poll(&ctx) {
        match purpose {
            FilePurpose::BoundFile => desk.panels.profiles.file_answered(answer),
            FilePurpose::AlertLog => desk.panels.alerts.file_answered(answer),
            FilePurpose::RunFolder | FilePurpose::RunEnvironment => {
                desk.panels.services.file_answered(purpose, answer);
            }
            _ => desk.panels.reports.file_answered(purpose, answer),
        }
    }
    let shown = desk.frozen.clone().unwrap_or_else(|| live.clone());
    let is_dark = ctx.theme() == eframe::egui::Theme::Dark;
    // A copy of the theme is a few hundred bytes and lets the rest of the desk change while it is drawn.
    let theme = desk.themes.pick(is_dark, live.settings.more_contrast).clone();
    let intents = RefCell::new(Vec::new());
    let whole = ui.max_rect();
    let cx = PanelCx {
        snapshot: &shown,
        engine,
        theme: &theme,
        now,
        is_compact: whole.width() < theme.compact_below(),
        range: desk.range,
        is_paused: desk.frozen.is_some(),
        intents: &intents,
    };
    shortcuts(&cx, &ctx, desk, &live);
    let places = Places::new(&theme, whole, cx.is_compact);
    ui.painter().rect_filled(places.rail, 0.0, theme.color.bg_rail);
    let line = eframe::egui::Stroke::new(1.0, theme.color.line);
    ui.painter().vline(places.rail.right() - 0.5, places.rail.y_range(), line);
    let page = desk.page;
    within(ui, "rail", places.rail, |ui| rail::rail_ui(&cx, ui, page));
    within(ui, "top", places.top_bar, |ui| top_bar::top_bar_ui(&cx, ui, desk, home));
    let page_place = away::away_banner_ui(&cx, ui, &live, places.page);
    let page_place = history_banner::history_banner_ui(&cx, ui, &live, page_place);
    let page_place = tour::tour_ui(&cx, ui, &mut desk.tour, page, page_place);
    within(ui, "page", page_place, |ui| page_ui(&cx, ui, desk, home, &live, frames));
    within(ui, "status", places.status_bar, |ui| status_bar::status_bar_ui(&cx, ui, &live));
    let situation = situation(desk, &live);
    let picked = palette::palette_ui(&cx, ui, &mut desk.palette, &situation);
    let aside = if page == Page::Profiles { theme.size.plan } else { 0.0 };
    toasts::toasts_ui(&cx, &ctx, &mut desk.toasts, aside);
    match picked {
        Some(Picked::Deed(deed)) => carry_out(&cx, &ctx, desk, deed, &live),
        Some(Picked::Processes(filter)) => cx.ask(Intent::FilterProcesses(filter)),
        None => {}
    }
    let asked = intents.take();
    if !asked.is_empty() {
        ctx.request_repaint();
    }
    for intent in asked {
        if let Intent::LookAt(machine) = intent {
            desk.look_at(machine, engine, home);
            continue;
        }
        fulfil(&ctx, desk, engine, &live, now_seconds, intent);
    }
    desk.panels.leave_all_but(Some(desk.page), engine);
    remember(&ctx, desk, engine);
}

/// Where the parts of the window stand.
struct Places {
    rail: Rect,
    top_bar: Rect,
    page: Rect,
    status_bar: Rect,
}

impl Places {
    fn new(theme: &Theme, whole: Rect, is_compact: bool) -> Self {
        let size = &theme.size;
        let (above, status_bar) = whole.split_top_bottom_at_y(whole.bottom() - size.status_bar);
        let rail_width = if is_compact { size.rail_compact } else { size.rail };
        let (rail, right) = above.split_left_right_at_x(above.left() + rail_width);
        let (top_bar, page) = right.split_top_bottom_at_y(right.top() + size.top_bar);
        Self { rail, top_bar, page, status_bar }
    }
}

fn within(ui: &mut Ui, id: &str, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    draw(&mut child);
}

fn page_ui(cx: &PanelCx<'_>, ui: &mut Ui, desk: &mut Desk, home: &Handle, live: &Snapshot, frames: &FrameFigures) {
    // What is set and written is shown as it is now, even while the screen is paused.
    let present = PanelCx { snapshot: live, ..*cx };
    match desk.page {
        Page::Settings => pages::settings::settings_ui(&present, ui, &mut desk.panels.settings),
        Page::Health => pages::health::health_ui(&present, ui, frames),
        Page::Help => pages::help::help_ui(cx, ui),
        Page::Reports => pages::reports::reports_ui(&present, ui, &mut desk.panels.reports),
        Page::Alerts => pages::alerts::alerts_ui(&present, ui, &mut desk.panels.alerts),
        Page::Machines => {
            let (fleet, looked_at) = (&*desk.away.fleet, desk.away.looked_at);
            pages::machines::machines_ui(&present, ui, &mut desk.machines, fleet, &home.snapshot(), looked_at);
        }
        Page::Profiles => {
            if let Some(trial) = desk.panels.suggestions.take_trial() {
                desk.panels.profiles.begin_trial(&present, trial);
            }
            pages::profiles::profiles_ui(&present, ui, &mut desk.panels.profiles);
        }
        Page::Suggestions => pages::suggestions::suggestions_ui(&present, ui, &mut desk.panels.suggestions),
        Page::Compare => pages::compare::compare_ui(&present, ui, &mut desk.panels.compare),
        Page::Overview | Page::Charts | Page::Processes | Page::Services if cx.snapshot.at.is_none() => {
            loading_ui(cx, ui, desk)
        }
        Page::Overview => {
            hint::hint_ui(&present, ui);
            pages::overview::overview_ui(cx, ui, &mut desk.panels.overview);
        }
        Page::Charts => pages::charts::charts_ui(cx, ui, &mut desk.panels.charts),
        Page::Processes => pages::processes::processes_ui(cx, ui, &mut desk.panels.processes),
        Page::Services => pages::services::services_ui(cx, ui, &mut desk.panels.services, live),
    }
}

/// Grey bars where the page will stand; nothing at all for the first 200 ms, which are usually enough.
fn loading_ui(cx: &PanelCx<'_>, ui: &mut Ui, desk: &mut Desk) {
    const QUIET_SECONDS: f64 = 0.2;
    let now = ui.input(|i| i.time);
    let opened = *desk.opened_seconds.get_or_insert(now);
    let left = QUIET_SECONDS - (now - opened);
    if left > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        return;
    }
    let sizes = cx.theme.frame(cx.is_compact);
    let place = ui.max_rect().shrink2(eframe::egui::vec2(sizes.margin_x, sizes.margin_y));
    let panel = Rect::from_min_max(place.min, pos2(place.right(), place.top() + 160.0));
    widgets::panel_in(ui, cx.theme, panel, |ui| {
        let inner = ui.max_rect().shrink(16.0);
        ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
            ui.label(cx.theme.colored(theme::TextRole::Small, "Reading this machine…", cx.theme.color.t3));
            widgets::loading_bars(ui, cx.theme, 4);
        });
    });
}

fn situation<'a>(desk: &Desk, live: &'a Snapshot) -> Situation<'a> {
    let tuning = &live.tuning;
    Situation {
        page: desk.page,
        is_paused: desk.frozen.is_some(),
        has_data: live.at.is_some(),
        range_minutes: desk.range.as_secs() / 60,
        n_toasts: desk.toasts.len(),
        is_on_trial: pages::profiles::on_trial(tuning).is_some(),
        can_roll_back: pages::profiles::last_to_roll_back(tuning).is_some(),
        n_unseen: unseen(live).count(),
        is_away: desk.away.looked_at.is_some(),
        run_phase: match desk.page {
            Page::Services => desk.panels.services.shown_phase(&live.services),
            _ => None,
        },
        settings: &live.settings,
    }
}

/// Alerts that fire and that nobody has taken note of.
fn unseen(live: &Snapshot) -> impl Iterator<Item = AlertId> {
    let unseen = live.alerts.log.iter().filter(|record| record.end.is_none() && record.acknowledged.is_none());
    unseen.map(|record| record.id)
}

fn shortcuts(cx: &PanelCx<'_>, ctx: &Context, desk: &mut Desk, live: &Snapshot) {
    for action in &ACTIONS {
        let Some(shortcut) = action.shortcut else { continue };
        let is_pressed = ctx.input_mut(|i| i.consume_shortcut(&shortcut));
        let is_free = !desk.palette.is_open() || action.deed == Deed::TogglePalette;
        if is_pressed && is_free && action.deed.why_not(&situation(desk, live)).is_none() {
            carry_out(cx, ctx, desk, action.deed, live);
        }
    }
}

fn carry_out(cx: &PanelCx<'_>, ctx: &Context, desk: &mut Desk, deed: Deed, live: &Snapshot) {
    let settings = &live.settings;
    let replace = |change: &dyn Fn(&mut Settings)| {
        let mut wanted = Settings::clone(settings);
        change(&mut wanted);
        cx.send(Command::Settings(SettingsCommand::Replace(wanted.clamped())));
    };
    match deed {
        Deed::Open(page) => cx.ask(Intent::Open(page)),
        Deed::TogglePalette => desk.palette.toggle(),
        Deed::TogglePause => cx.ask(Intent::SetPaused(!cx.is_paused)),
        Deed::SetRange(minutes) => cx.ask(Intent::SetRange(Duration::from_secs(60 * minutes))),
        Deed::FocusFilter => {
            cx.ask(Intent::Open(Page::Processes));
            desk.panels.processes.focus_filter();
        }
        Deed::CompareProfiles => {
            cx.ask(Intent::Open(Page::Profiles));
            desk.panels.profiles.open_comparison();
        }
        Deed::BindFile => {
            cx.ask(Intent::Open(Page::Profiles));
            desk.panels.profiles.begin_binding(cx);
        }
        Deed::KeepProfile => {
            if let Some(id) = pages::profiles::on_trial(&live.tuning) {
                cx.send(Command::Apply(ApplyCommand::Keep(id)));
            }
        }
        Deed::RollBackProfile => {
            if let Some(id) = pages::profiles::last_to_roll_back(&live.tuning) {
                cx.send(Command::Apply(ApplyCommand::RollBack(id)));
            }
        }
        Deed::AddRule => {
            cx.ask(Intent::Open(Page::Alerts));
            desk.panels.alerts.begin();
        }
        Deed::ShowAlertLog => {
            cx.ask(Intent::Open(Page::Alerts));
            desk.panels.alerts.show_log();
        }
        Deed::AddService => {
            cx.ask(Intent::Open(Page::Services));
            desk.panels.services.begin_adding();
        }
        Deed::RunService => {
            cx.ask(Intent::Open(Page::Services));
            desk.panels.services.begin_running_new(cx);
        }
        Deed::StartService => desk.panels.services.start_shown(cx),
        Deed::StopService => desk.panels.services.stop_shown(cx),
        Deed::RestartService => desk.panels.services.restart_shown(cx),
        Deed::AddMachine => {
            cx.ask(Intent::Open(Page::Machines));
            desk.machines.begin_adding();
        }
        Deed::LookHome => cx.ask(Intent::LookAt(None)),
        Deed::TakeTour => cx.ask(Intent::TakeTour),
        Deed::AcknowledgeAlerts => {
            for id in unseen(live) {
                cx.send(Command::Alert(AlertCommand::Acknowledge(id)));
            }
        }
        Deed::SetTheme(theme) => replace(&|wanted| wanted.theme = theme),
        Deed::ToggleContrast => replace(&|wanted| wanted.more_contrast = !wanted.more_contrast),
        Deed::Zoom(0) => replace(&|wanted| wanted.zoom = 1.0),
        Deed::Zoom(by) => replace(&|wanted| wanted.zoom = ((wanted.zoom * 10.0).round() + f32::from(by)) / 10.0),
        Deed::DismissToasts => desk.toasts.clear(),
        Deed::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
    }
}

fn fulfil(ctx: &Context, desk: &mut Desk, engine: &Handle, live: &Arc<Snapshot>, now_seconds: f64, intent: Intent) {
    match intent {
        Intent::Open(page) => desk.open(page, engine),
        Intent::ShowOnCharts(series) => {
            desk.panels.charts.show_series(&series);
            desk.open(Page::Charts, engine);
        }
        Intent::FilterProcesses(filter) => {
            desk.panels.processes.set_filter(filter);
            desk.open(Page::Processes, engine);
        }
        Intent::ShowProcess(key) => {
            desk.panels.processes.choose(key);
            desk.open(Page::Processes, engine);
        }
        Intent::Copy(text) => {
            ctx.copy_text(text);
            desk.toasts.add(now_seconds, Severity::Success, "Copied".into());
        }
        Intent::Toast(severity, text) => desk.toasts.add(now_seconds, severity, text),
        Intent::SetRange(range) => desk.range = range,
        Intent::SetPaused(true) => desk.frozen = Some(live.clone()),
        Intent::SetPaused(false) => desk.frozen = None,
        Intent::ShowPeriod(range) => {
            desk.panels.charts.show_period(range);
            desk.open(Page::Charts, engine);
        }
        Intent::InspectMoment(at) => {
            desk.panels.charts.inspect(at);
            desk.open(Page::Charts, engine);
        }
        Intent::ComparePeriods { a, b, series } => {
            desk.panels.compare.set_periods(a, b, series);
            desk.open(Page::Compare, engine);
        }
        Intent::ExportPeriod(range, series) => {
            desk.panels.reports.fill_export(range, series);
            desk.open(Page::Reports, engine);
        }
        Intent::TakeTour => {
            let first = desk.tour.begin();
            desk.open(first, engine);
        }
        // Carried out by the caller, who knows the engine at home.
        Intent::LookAt(_) => {}
        Intent::AskFile(question) => match live.link.as_ref().filter(|link| link.machine.is_some()) {
            // The system's dialog shows the files of the machine a person sits at.
            Some(link) => {
                let text = format!("Files are read and written on {}: type a path there", link.name);
                desk.toasts.add(now_seconds, Severity::Info, text);
            }
            None => desk.files.ask(&question, ctx),
        },
        Intent::ReportPeriod(range) => {
            desk.panels.reports.fill_report(range);
            desk.open(Page::Reports, engine);
        }
    }
}

fn remember(ctx: &Context, desk: &mut Desk, engine: &Handle) {
    let mut present = memory::with_geometry(ctx, desk.memory.last().clone());
    present.page = desk.page.slug().to_owned();
    present.range_seconds = desk.range.as_secs();
    desk.panels.processes.remember(&mut present);
    desk.panels.charts.remember(&mut present);
    desk.memory.look(ctx, engine, present);
}
