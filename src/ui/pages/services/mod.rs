//! The page of services: what reports, how it does, and where its time goes; set up in a minute where nothing reports.
//!
//! It draws what the engine made of what services report and decides nothing: levels, sentences and orders come with the
//! snapshot. Curves are subscriptions, of what is on the screen alone.

mod alarms;
mod ask_form;
mod asking;
mod bar;
mod chart;
mod database;
mod errors;
mod head;
mod keys;
mod list;
mod logs;
mod losses;
mod rows;
mod run;
mod series;
mod setup;
mod sheet;
mod summary;
mod tables;
mod traces;
mod watch;
mod words;

use std::sync::Arc;

use eframe::egui::{Rect, Sense, Ui, UiBuilder, pos2, vec2};

use self::alarms::Alarms;
use self::asking::Asking;
pub use self::bar::services_bar_ui;
use self::chart::Charts;
use self::database::DatabasePage;
use self::logs::Logs;
use self::run::Running;
use self::series::Index;
use self::setup::SetUp;
use self::sheet::Sheet;
use self::traces::Traces;
use self::watch::Watch;
use crate::engine::Handle;
use crate::model::database::DatabaseStatus;
use crate::model::service::{Service, ServiceLevel};
use crate::model::{SeriesId, Snapshot, ViewId, ViewRange, ViewRequest};
use crate::ui::PanelCx;
use crate::ui::subscription::Subscription;
use crate::ui::theme::Theme;
use crate::ui::widgets::panel_in;

/// The subscriptions' numbers.
const CHARTED: ViewId = ViewId(11_001);
const SPARKS: ViewId = ViewId(11_002);
/// Widths asked for are rounded up to this, so that dragging the window's edge does not ask anew at each point.
const WIDTH_STEP: f32 = 32.0;
/// Width of a small curve of the list as it is asked for.
const SPARK_WIDTH: u32 = 22;

/// A part of a service's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Summary,
    Routes,
    Database,
    Functions,
    Traces,
    Logs,
    Errors,
    Checks,
    Run,
}

impl Tab {
    /// In the order they stand in.
    const ALL: [Self; 9] = [
        Self::Summary,
        Self::Routes,
        Self::Database,
        Self::Functions,
        Self::Traces,
        Self::Logs,
        Self::Errors,
        Self::Checks,
        Self::Run,
    ];
}

/// What the page remembers between frames.
#[derive(Debug)]
pub struct ServicesPanel {
    chosen: Option<Arc<str>>,
    tab: Tab,
    /// Whether the set-up is open.
    is_adding: bool,
    search: String,
    wants_search: bool,
    wants_list_scroll: bool,
    index: Index,
    charts: Charts,
    alarms: Alarms,
    charted: Subscription,
    sparks: Subscription,
    /// The series of the small curves that are on the screen.
    sparked: Vec<SeriesId>,
    routes: Sheet,
    brief_routes: Sheet,
    operations: Sheet,
    functions: Sheet,
    database: DatabasePage,
    brief_functions: Sheet,
    asking: Asking,
    traces: Traces,
    logs: Logs,
    watch: Watch,
    setup: SetUp,
    running: Running,
}

impl Default for ServicesPanel {
    fn default() -> Self {
        Self {
            chosen: None,
            tab: Tab::Summary,
            is_adding: false,
            search: String::new(),
            wants_search: false,
            wants_list_scroll: false,
            index: Index::default(),
            charts: Charts::default(),
            alarms: Alarms::default(),
            charted: Subscription::new(CHARTED),
            sparks: Subscription::new(SPARKS),
            sparked: Vec::new(),
            routes: Sheet::new(rows::ROUTES, 7),
            brief_routes: Sheet::new(rows::BRIEF_ROUTES, 6),
            operations: Sheet::new(rows::OPERATIONS, 8),
            functions: Sheet::new(rows::FUNCTIONS, 8),
            database: DatabasePage::default(),
            brief_functions: Sheet::new(rows::BRIEF_FUNCTIONS, 4),
            asking: Asking::default(),
            traces: Traces::default(),
            logs: Logs::default(),
            watch: Watch::default(),
            setup: SetUp::default(),
            running: Running::default(),
        }
    }
}

impl ServicesPanel {
    /// Opens the set-up: how a service begins to report.
    pub fn begin_adding(&mut self) {
        self.is_adding = true;
        self.running.close_form();
        self.setup.begin();
    }

    /// Ends the page's subscriptions while another page is open. They begin again when this one is drawn.
    pub fn leave(&mut self, engine: &Handle) {
        self.charted.leave(engine);
        self.sparks.leave(engine);
        self.running.leave(engine);
    }

    /// Looks at a service; what was chosen of the one before is given up.
    pub fn choose(&mut self, name: Arc<str>) {
        self.is_adding = false;
        self.running.close_form();
        self.turn_to(name);
    }

    /// Makes a service the chosen one behind whatever is open.
    fn turn_to(&mut self, name: Arc<str>) {
        if self.chosen.as_ref() == Some(&name) {
            return;
        }
        self.chosen = Some(name);
        self.charts.forget();
        for sheet in [&mut self.routes, &mut self.operations, &mut self.functions] {
            sheet.chosen = None;
        }
        self.traces.forget();
        self.logs.forget();
        self.running.forget();
        self.database.forget();
        self.asking.span_name = "".into();
    }

    /// The chosen service. Where the choice is gone or was never made it is the one that needs a look most.
    fn service(&mut self, cx: &PanelCx<'_>) -> Option<Arc<Service>> {
        let services = &cx.snapshot.services;
        let chosen = self.chosen.as_ref().and_then(|name| services.service(name)).cloned();
        if chosen.is_some() {
            return chosen;
        }
        let rank = |service: &Service| match service.level {
            ServiceLevel::Critical => 0,
            ServiceLevel::Warning => 1,
            ServiceLevel::Fine => 2,
            ServiceLevel::Silent => 3,
        };
        let worst = services.list.iter().min_by_key(|service| rank(service)).cloned()?;
        self.turn_to(worst.name.clone());
        Some(worst)
    }

    /// Shows the traces of a route or function.
    fn show_traces_of(&mut self, span_name: Arc<str>) {
        self.tab = Tab::Traces;
        self.traces.forget();
        self.asking.span_name = span_name;
    }

    /// Opens one trace whole.
    fn open_trace(&mut self, id: Arc<str>) {
        self.tab = Tab::Traces;
        self.traces.open(id);
    }

    /// Asks for the curves of the Summary, at about one bucket for each two points.
    fn subscribe(&mut self, cx: &PanelCx<'_>, ui: &Ui, width: f32) {
        let is_database = self.chosen.as_ref().is_some_and(|name| cx.snapshot.services.database(name).is_some());
        let is_charted = if is_database { self.database.shows_charts() } else { self.tab == Tab::Summary };
        let series: Arc<[SeriesId]> = match self.chosen.as_ref().and_then(|name| self.index.of(name)) {
            Some(known) if is_charted && !self.is_adding && !self.running.is_editing() => known.charted().collect(),
            _ => Arc::default(),
        };
        let width_px = ((width / 4.0 / WIDTH_STEP).ceil() * WIDTH_STEP).max(WIDTH_STEP) as u32;
        let range = ViewRange::Live { span: cx.range };
        self.charted.want(cx.engine, ui.ctx(), ViewRequest { series, range, width_px });
    }

    /// Asks for the small curves that are on the screen; those that left it are asked for until others take their place.
    fn subscribe_sparks(&mut self, cx: &PanelCx<'_>, ui: &Ui) {
        self.sparked.sort_unstable();
        self.sparked.dedup();
        let range = ViewRange::Live { span: cx.range };
        let request = ViewRequest { series: self.sparked.as_slice().into(), range, width_px: SPARK_WIDTH };
        self.sparks.want(cx.engine, ui.ctx(), request);
    }
}

/// Draws the page. `live` is the present, which what is set up and what is asked for is shown as, even while the screen
/// is paused.
pub fn services_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ServicesPanel, live: &Snapshot) {
    let merged = panel.running.listed().with_runs(cx.snapshot, cx.now);
    let merged_live = panel.running.listed().with_runs(live, cx.now);
    let cx = &PanelCx { snapshot: merged.as_ref().unwrap_or(cx.snapshot), ..*cx };
    let live = merged_live.as_ref().unwrap_or(live);
    let present = PanelCx { snapshot: live, ..*cx };
    let page = ui.available_rect_before_wrap();
    panel.index.refresh(&cx.snapshot.series);
    panel.charts.begin();
    if let Some(name) = panel.setup.arrived(&live.services.list, panel.is_adding) {
        panel.choose(name);
    }
    if let Some(name) = panel.running.arrived(&live.services) {
        panel.choose(name);
    }
    if let Some(name) = panel.watch.awaited.clone().filter(|name| live.services.service(name).is_some()) {
        panel.watch.awaited = None;
        panel.choose(name);
    }
    let service = panel.service(cx);
    panel.settle_output(cx);
    keys::keys(cx, ui, panel);
    let main = if cx.is_compact {
        page
    } else {
        let (list, main) = page.split_left_right_at_x(page.left() + cx.theme.size.second_column);
        within(ui, "services list", list, |ui| list::list_ui(cx, ui, list, panel));
        panel.subscribe_sparks(cx, ui);
        main
    };
    let losses = losses::height(&live.services.intake);
    let (main, foot) = main.split_top_bottom_at_y(main.bottom() - losses);
    within(ui, "services main", main, |ui| main_ui(cx, &present, ui, main, panel, service));
    if losses > 0.0 {
        within(ui, "services foot", foot, |ui| losses::losses_ui(&present, ui, foot));
    }
    panel.watch.dialogs_ui(&present, ui);
    panel.running.dialogs_ui(&present, ui);
    panel.charts.end();
    ui.allocate_rect(page, Sense::hover());
}

fn main_ui(
    cx: &PanelCx<'_>,
    present: &PanelCx<'_>,
    ui: &mut Ui,
    main: Rect,
    panel: &mut ServicesPanel,
    service: Option<Arc<Service>>,
) {
    let frame = cx.theme.frame(cx.is_compact);
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let mut inner = Rect::from_min_max(
        pos2(main.left() + frame.margin_x.min(20.0), main.top() + frame.margin_y),
        pos2(main.right() - frame.margin_x, main.bottom()),
    );
    if cx.is_compact && !cx.snapshot.services.list.is_empty() {
        let row = Rect::from_min_size(inner.min, vec2(inner.width(), 28.0));
        within(ui, "services choice", row, |ui| list::choice_ui(cx, ui, panel));
        inner.min.y = row.bottom() + 8.0;
    }
    inner.min.y = head::banners_ui(cx, present, ui, inner, panel);
    if panel.running.is_editing() {
        panel.subscribe(cx, ui, 0.0);
        run::editor_ui(present, ui, inner, panel);
        return;
    }
    let Some(service) = service.filter(|_| !panel.is_adding) else {
        panel.subscribe(cx, ui, 0.0);
        setup::setup_ui(present, ui, inner, panel);
        return;
    };
    if let Some(status) = cx.snapshot.services.database(&service.name).cloned() {
        panel.subscribe(cx, ui, inner.width() * 0.4);
        let margin = Rect::from_min_max(inner.min, pos2(main.right(), main.bottom()));
        // A plan that was asked for is shown even while the screen is paused.
        let status = match present.snapshot.services.database(&service.name) {
            Some(live) if live.plan != status.plan => {
                Arc::new(DatabaseStatus { plan: live.plan.clone(), ..(*status).clone() })
            }
            _ => status,
        };
        database::database_page_ui(cx, ui, (inner, margin), panel, (&service, &status));
        return;
    }
    inner.min.y = head::head_ui(cx, present, ui, inner, panel, &service);
    inner.min.y += gap;
    panel.subscribe(cx, ui, inner.width() * 0.4);
    let margin = Rect::from_min_max(inner.min, pos2(main.right(), main.bottom()));
    let whole = inner.with_max_y(inner.bottom() - gap);
    match panel.tab {
        Tab::Summary => summary::summary_ui(cx, ui, margin, inner.width(), panel, &service),
        Tab::Routes => tables::routes_ui(cx, ui, whole, panel, &service),
        Tab::Database => tables::database_ui(cx, ui, whole, panel, &service),
        Tab::Functions => tables::functions_ui(cx, ui, whole, panel, &service),
        Tab::Traces => traces::traces_ui(present, ui, whole, panel, &service),
        Tab::Logs => logs::logs_ui(present, ui, whole, panel, &service),
        Tab::Errors => errors::errors_ui(cx, ui, whole, panel, &service),
        Tab::Checks => watch::of_service_ui(present, ui, margin, inner.width(), panel, &service),
        Tab::Run => run::run_ui(present, ui, whole, panel, &service),
    }
}

/// Draws into a rectangle that cuts what does not fit.
fn within<R>(ui: &mut Ui, id: &str, rect: Rect, draw: impl FnOnce(&mut Ui) -> R) -> R {
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    draw(&mut child)
}

/// A panel in a place that is taken already: what follows it does not move.
fn placed_panel<R>(ui: &mut Ui, theme: &Theme, id: &str, rect: Rect, draw: impl FnOnce(&mut Ui) -> R) -> R {
    within(ui, id, rect, |ui| panel_in(ui, theme, rect, draw))
}
