//! The Summary: rate, errors and duration; the pool and where the time goes; routes and functions; the process; the rest.
//!
//! A panel without data says in one line what would fill it.

mod others;
mod pool;
mod process;
mod split;

use std::sync::Arc;

use eframe::egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

pub(super) use self::pool::{POOL, pools_height, pools_ui};
use super::chart::{Drawn, Ground, Spec, chart_ui};
use super::rows::{brief_functions, brief_routes};
use super::series::Known;
use super::sheet::{brief_height, brief_ui};
use super::tables::{FUNCTIONS_MISSING, ROUTES_MISSING};
use super::{CHARTED, ServicesPanel, Tab, placed_panel};
use crate::model::service::{Flow, Service, ServiceKind};
use crate::model::{TimeRange, Unit};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{link_arrow, panel_head};

/// Height of the charts.
const CHARTS: f32 = 188.0;
/// Rows of the short tables.
const ROWS: usize = 9;

/// Draws the Summary into `rect`, `width` of it; the scroll bar stands in the margin.
pub(super) fn summary_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    width: f32,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    let known = panel.index.of(&service.name).cloned().unwrap_or_default();
    panel.alarms.refresh(&cx.snapshot.alerts, &service.name, &known.metric, cx.now);
    panel.brief_routes.refresh(service, brief_routes);
    panel.brief_functions.refresh(service, brief_functions);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt("services summary").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let gap = if cx.is_compact { 10.0 } else { 12.0 };
            charts_ui(cx, ui, width, panel, service, &known);
            ui.add_space(gap);
            pool_and_split_ui(cx, ui, (width, gap), panel, service);
            ui.add_space(gap);
            tables_ui(cx, ui, (width, gap), panel, service);
            ui.add_space(gap);
            process::process_ui(cx, ui, width, panel, service, &known);
            others::others_ui(cx, ui, (width, gap), service);
            ui.add_space(gap);
        });
    });
}

/// What the charts of this frame are drawn from.
pub(super) fn ground<'a>(cx: &'a PanelCx<'_>, panel: &'a ServicesPanel) -> Ground<'a> {
    let data = panel.charted.data(cx.snapshot).map(|data| &**data);
    let range = match data {
        Some(data) => data.range,
        None => TimeRange::ending_at(cx.snapshot.at.unwrap_or(cx.now), cx.range),
    };
    Ground { charts: &panel.charts, view: CHARTED, data, range }
}

/// The requests of a service: of its metrics where they tell them, else of its spans.
fn requests(service: &Service) -> Option<Flow> {
    service.metrics.requests.or(service.spans.requests)
}

fn charts_ui(cx: &PanelCx<'_>, ui: &mut Ui, width: f32, panel: &ServicesPanel, service: &Service, known: &Known) {
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let (row, _) = ui.allocate_exact_size(vec2(width, CHARTS), Sense::hover());
    let ground = ground(cx, panel);
    let flow = requests(service);
    let curve = |series, name, slot, now: Option<f64>| Drawn { series, name, slot, now };
    let missing = match service.kind {
        ServiceKind::Checked | ServiceKind::Bound | ServiceKind::Run => {
            "Requests appear once it reports by OpenTelemetry"
        }
        ServiceKind::Scraped => "Its exporter tells no requests",
        ServiceKind::Database => "A database tells its own figures",
        ServiceKind::Reports => "It reports no requests yet: http.server.request.duration, or spans of kind server",
    };
    let rate = [curve(known.rate, "", 0, flow.map(|f| f.per_second))];
    let errors = [curve(known.errors, "", 7, flow.and_then(|f| f.error_ratio))];
    let durations = [
        curve(known.p50, "p50", 6, flow.and_then(|f| f.p50_seconds)),
        curve(known.p95, "p95", 3, flow.and_then(|f| f.p95_seconds)),
        curve(known.p99, "p99", 5, flow.and_then(|f| f.p99_seconds)),
    ];
    let latency = [curve(known.latency, "", 3, None)];
    let is_probed = known.p95.is_none() && known.latency.is_some();
    let spec =
        |title, unit, curves, alarm, has_notes| Spec { title, unit, curves, alarm, missing, has_notes, moment: None };
    let specs = [
        spec("Rate", Unit::PerSecond("request"), &rate[..], None, false),
        spec("Errors", Unit::Ratio, &errors[..], Some(&panel.alarms.errors), false),
        if is_probed {
            let title = if service.kind == ServiceKind::Scraped { "Scrape" } else { "Check" };
            spec(title, Unit::Seconds, &latency[..], None, true)
        } else {
            spec("Duration", Unit::Seconds, &durations[..], Some(&panel.alarms.duration), true)
        },
    ];
    let shares = [0.291, 0.291, 0.418];
    let mut left = row.left();
    let room = row.width() - 2.0 * gap;
    for (spec, share) in specs.iter().zip(shares) {
        let place = Rect::from_min_size(pos2(left.round(), row.top()), vec2((room * share).round(), row.height()));
        left = place.right() + gap;
        placed_panel(ui, cx.theme, spec.title, place, |ui| chart_ui(cx, ui, place, &ground, spec));
    }
}

fn pool_and_split_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (width, gap): (f32, f32),
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    // With nothing to show both are one line high.
    let has_pool = !service.metrics.pools.is_empty();
    let has_split = service.spans.split.is_some();
    let height = if has_pool || has_split { 147.0 } else { 78.0 };
    let (row, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let middle = (row.left() + (row.width() - gap) * 0.5).round();
    let left = row.with_max_x(middle);
    let right = row.with_min_x(middle + gap);
    pool::pool_panel_ui(cx, ui, left, panel, service);
    split::split_ui(cx, ui, right, panel, service);
}

fn tables_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (width, gap): (f32, f32),
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    let n_routes = service.routes().len();
    let n_functions = service.spans.functions.len();
    let head = cx.theme.frame(cx.is_compact).panel_head;
    let height = |n: usize| if n == 0 { head + 42.0 } else { head + brief_height(cx, n.min(ROWS)) + 8.0 };
    let (left, right) = if cx.is_compact {
        let (left, _) = ui.allocate_exact_size(vec2(width, height(n_routes)), Sense::hover());
        ui.add_space(gap);
        let (right, _) = ui.allocate_exact_size(vec2(width, height(n_functions)), Sense::hover());
        (left, right)
    } else {
        let (row, _) = ui.allocate_exact_size(vec2(width, height(n_routes).max(height(n_functions))), Sense::hover());
        let middle = (row.left() + (row.width() - gap) * 0.545).round();
        (row.with_max_x(middle), row.with_min_x(middle + gap))
    };
    let notice = panel.alarms.errors.limit.as_ref().map_or(0.01, |limit| limit.notice);
    let shown = |n: usize| if n > ROWS { format!("{ROWS} of {n}") } else { n.to_string() };
    let hint = format!("{}, by share of time, durations in ms", shown(n_routes));
    let of = Brief { title: "Routes", hint, missing: ROUTES_MISSING, tab: Tab::Routes, n: n_routes };
    let chosen = brief_panel_ui(cx, ui, left, &of, notice, panel);
    if let Some(key) = chosen {
        panel.routes.chosen = Some(key);
        panel.tab = Tab::Routes;
    }
    let hint = format!("{}, by own time, durations in ms", shown(n_functions));
    let of = Brief { title: "Functions", hint, missing: FUNCTIONS_MISSING, tab: Tab::Functions, n: n_functions };
    let chosen = brief_panel_ui(cx, ui, right, &of, notice, panel);
    if let Some(key) = chosen {
        panel.functions.chosen = Some(key);
        panel.tab = Tab::Functions;
    }
}

/// A short table and the tab that has all of it.
struct Brief {
    title: &'static str,
    hint: String,
    missing: &'static str,
    tab: Tab,
    n: usize,
}

fn brief_panel_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    of: &Brief,
    notice: f64,
    panel: &mut ServicesPanel,
) -> Option<Arc<str>> {
    let mut opens = false;
    let chosen = placed_panel(ui, cx.theme, of.title, rect, |ui| {
        let hint = if of.n == 0 { "" } else { of.hint.as_str() };
        panel_head(ui, cx.theme, cx.is_compact, of.title, hint, |ui| {
            let all = format!("All {}", of.title.to_lowercase());
            opens = of.n > 0 && link_arrow(ui, cx.theme, &all).clicked();
        });
        let body = rect.with_min_y(ui.cursor().top());
        if of.n == 0 {
            missing_ui(cx, ui, of.missing);
            return None;
        }
        let sheet = if of.tab == Tab::Routes { &mut panel.brief_routes } else { &mut panel.brief_functions };
        ui.scope_builder(UiBuilder::new().id_salt(of.title).max_rect(body), |ui| {
            brief_ui(cx, ui, body, sheet, (ROWS, notice))
        })
        .inner
    });
    if opens {
        panel.tab = of.tab;
    }
    chosen
}

/// What would fill a panel, in one line.
fn missing_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let place = ui.available_rect_before_wrap();
    let rect = Rect::from_min_size(pos2(place.left() + 16.0, place.top() + 10.0), vec2(place.width() - 32.0, 20.0));
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        let text = cx.theme.colored(TextRole::Small, text, cx.theme.color.t3);
        ui.add(eframe::egui::Label::new(text).wrap());
    });
}
