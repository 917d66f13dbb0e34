//! The whole tables: routes, what is done on databases, functions.

use std::sync::Arc;

use eframe::egui::{Rect, Ui};

use super::ServicesPanel;
use super::rows::{functions, operations, routes};
use super::sheet::{About, Ask, Sheet, sheet_ui};
use super::summary::{POOL, pools_height, pools_ui};
use crate::model::service::Service;
use crate::model::{SeriesId, Severity};
use crate::ui::widgets::panel_in;
use crate::ui::{Intent, PanelCx};

/// What fills the routes.
pub(super) const ROUTES_MISSING: &str =
    "Routes appear with http.server.request.duration, or spans of kind server that carry http.route";
/// What fills the operations.
const OPERATIONS_MISSING: &str =
    "They appear with db.client.operation.duration, or spans of kind client that carry db.system.name";
/// What fills the functions.
pub(super) const FUNCTIONS_MISSING: &str =
    "Functions appear with traces: what an SDK’s decorator or macro times is a function";

/// From where on a share of errors is coloured.
fn notice(cx: &PanelCx<'_>, panel: &mut ServicesPanel, service: &Arc<Service>) -> f64 {
    let metric = panel.index.of(&service.name).map(|known| known.metric.clone()).unwrap_or_default();
    panel.alarms.refresh(&cx.snapshot.alerts, &service.name, &metric, cx.now);
    panel.alarms.errors.limit.as_ref().map_or(0.01, |limit| limit.notice)
}

/// Puts series on the charts, or says why there are none.
fn chart(cx: &PanelCx<'_>, series: Vec<SeriesId>, what: &str) {
    if series.is_empty() {
        let text = format!("{what} has no series of its own: only what takes most time is kept as series");
        cx.ask(Intent::Toast(Severity::Info, text));
    } else {
        cx.ask(Intent::ShowOnCharts(series));
    }
}

/// Draws the routes.
pub(super) fn routes_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let notice = notice(cx, panel, service);
    panel.routes.refresh(service, routes);
    let asked = whole_ui(
        cx,
        ui,
        rect,
        &mut panel.routes,
        About { name: "route", notice, missing: ROUTES_MISSING },
        &[Ask::Traces, Ask::Chart],
    );
    let Some((ask, route)) = asked.zip(panel.routes.chosen().map(|row| row.key.clone())) else { return };
    match ask {
        Ask::Plan => {}
        Ask::Traces => panel.show_traces_of(route),
        Ask::Chart => {
            let (method, path) = route.split_once(' ').unwrap_or(("", &route));
            let with = [("http.request.method", method), ("http.route", path)];
            let metric = panel.index.of(&service.name).map(|known| known.metric.clone()).unwrap_or_default();
            chart(cx, panel.index.matching(&service.name, &metric, &with), &route);
        }
    }
}

/// Draws the pools and the operations.
pub(super) fn database_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    let notice = notice(cx, panel, service);
    let n_pools = service.metrics.pools.len();
    // The operations keep half of the page; of many pools the fullest stand on the Summary.
    let height =
        pools_height(cx, n_pools).min(((rect.height() / 2.0) / (POOL + 12.0)).floor().max(1.0) * (POOL + 12.0) - 12.0);
    let mut below = rect;
    if n_pools > 0 {
        let pools = rect.with_max_y(rect.top() + height);
        super::within(ui, "pools", pools, |ui| pools_ui(cx, ui, pools, panel, service));
        below.min.y = pools.bottom() + 12.0;
    }
    panel.operations.refresh(service, operations);
    let asked = whole_ui(
        cx,
        ui,
        below,
        &mut panel.operations,
        About { name: "operation", notice, missing: OPERATIONS_MISSING },
        &[Ask::Traces, Ask::Chart],
    );
    let chosen = panel.operations.chosen().map(|row| row.cells.clone());
    let Some((ask, cells)) = asked.zip(chosen) else { return };
    let [super::sheet::Cell::Text(operation), super::sheet::Cell::Text(system), ..] = cells.as_slice() else { return };
    match ask {
        Ask::Plan => {}
        Ask::Traces => panel.show_traces_of(operation.clone()),
        Ask::Chart => {
            let (verb, of) = operation.split_once(' ').unwrap_or((operation, ""));
            let mut with = vec![("db.operation.name", verb)];
            if !of.is_empty() {
                with.push(("db.collection.name", of));
            }
            let metric = "db.client.operation.duration";
            let mut series = panel.index.matching(&service.name, metric, &with);
            if series.is_empty() {
                // The operation alone has none: those of the whole database tell the most of it.
                series = panel.index.matching(&service.name, metric, &[]);
            }
            chart(cx, series, &format!("{operation} on {system}"));
        }
    }
}

/// Draws the functions.
pub(super) fn functions_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    let notice = notice(cx, panel, service);
    panel.functions.refresh(service, functions);
    let asked = whole_ui(
        cx,
        ui,
        rect,
        &mut panel.functions,
        About { name: "function", notice, missing: FUNCTIONS_MISSING },
        &[Ask::Traces, Ask::Chart],
    );
    let Some((ask, name)) = asked.zip(panel.functions.chosen().map(|row| row.key.clone())) else { return };
    match ask {
        Ask::Plan => {}
        Ask::Traces => panel.show_traces_of(name),
        Ask::Chart => {
            let series = panel.index.matching(&service.name, "perfdesk.span.duration", &[("span.name", &name)]);
            chart(cx, series, &name);
        }
    }
}

fn whole_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    sheet: &mut Sheet,
    about: About<'_>,
    asks: &[Ask],
) -> Option<Ask> {
    panel_in(ui, cx.theme, rect, |ui| sheet_ui(cx, ui, rect, sheet, about, asks))
}
