//! The list at the left: what reports and what does not, each with its state, a few words and a small curve.

use std::sync::Arc;

use eframe::egui::{
    Align, Color32, Id, Layout, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::run::{few_words, phase_mark};
use super::watch::DatabaseAsk;
use super::words::{level_mark, level_word};
use super::{SPARKS, ServicesPanel};
use crate::model::run::{RunPhase, RunState};
use crate::model::service::{Service, ServiceKind, ServiceLevel};
use crate::model::{SeriesId, TimeRange};
use crate::ui::PanelCx;
use crate::ui::chart::geometry::extent;
use crate::ui::chart::{CurveStyle, Mapping};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, IconButton, choice, focus_ring, menu_item, popup_menu, text_at};

/// Height of an entry.
const ENTRY: f32 = 52.0;
/// Height of a heading between entries.
const HEADING: f32 = 32.0;
/// From so many services on there is a field to find one.
pub(super) const MANY: usize = 8;
/// Width of a small curve.
const SPARK: f32 = 44.0;

/// The field that finds a service.
pub(super) fn search_id() -> Id {
    Id::unique("find a service")
}

/// The services that the search leaves, those that report first; each part by name.
pub(super) fn shown(list: &[Arc<Service>], search: &str) -> Vec<Arc<Service>> {
    let words = search.to_lowercase();
    let fits = |service: &&Arc<Service>| {
        words
            .split_whitespace()
            .all(|w| service.name.to_lowercase().contains(w) || service.short.to_lowercase().contains(w))
    };
    let mut all: Vec<Arc<Service>> = list.iter().filter(fits).cloned().collect();
    all.sort_by_key(|service| service.level == ServiceLevel::Silent);
    all
}

/// Draws the list into `rect`.
pub(super) fn list_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().vline(rect.right().round() - 0.5, rect.y_range(), Stroke::new(1.0, c.line));
    let services = shown(&cx.snapshot.services.list, &panel.search);
    let n_reporting = services.iter().filter(|service| service.level != ServiceLevel::Silent).count();
    let mut top = rect.top() + 10.0;
    if cx.snapshot.services.list.len() >= MANY {
        let place = Rect::from_min_size(pos2(rect.left() + 12.0, top + 2.0), vec2(rect.width() - 24.0, 28.0));
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            let field = Field::new(&mut panel.search, "Find a service").hint("Find a service").id(search_id());
            field.icon(icons::MAGNIFYING_GLASS).show(ui, theme);
        });
        top = place.bottom() + 6.0;
    }
    let head = Rect::from_min_size(pos2(rect.left() + 16.0, top), vec2(rect.width() - 28.0, HEADING));
    let has_runs = !cx.snapshot.services.runs.is_empty();
    heading(cx, ui, head, if has_runs { "Running or reporting" } else { "Reporting" });
    let add = UiBuilder::new().max_rect(head).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(add, |ui| {
        let add = IconButton::new(icons::PLUS, "Add a service").side(24.0).show(ui, theme);
        add_menu(cx, &add, panel);
    });
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom()), pos2(rect.right() - 1.0, rect.bottom()));
    let n_silent = services.len() - n_reporting;
    let y_of = |i: usize| i as f32 * ENTRY + if i >= n_reporting { HEADING } else { 0.0 };
    let height = y_of(services.len()) + if n_silent == 0 { 0.0 } else { 8.0 };
    let mut area = ScrollArea::vertical().id_salt("services list").auto_shrink(false);
    if std::mem::take(&mut panel.wants_list_scroll)
        && let Some(i) = services.iter().position(|service| Some(&service.name) == panel.chosen.as_ref())
    {
        let middle = y_of(i) + ENTRY / 2.0 - body.height() / 2.0;
        area = area.vertical_scroll_offset(middle.clamp(0.0, (height - body.height()).max(0.0)));
    }
    panel.sparked.clear();
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(body.intersect(ui.clip_rect()));
        area.show_viewport(ui, |ui, viewport| {
            ui.set_width(body.width());
            ui.set_height(height);
            let top = ui.max_rect().top();
            if n_silent > 0 {
                let at = pos2(body.left() + 16.0, top + y_of(n_reporting) - HEADING);
                let words = if has_runs { "Stopped or silent" } else { "Not reporting" };
                heading(cx, ui, Rect::from_min_size(at, vec2(body.width() - 32.0, HEADING)), words);
            }
            for (i, service) in services.iter().enumerate() {
                if y_of(i) > viewport.max.y || y_of(i) + ENTRY < viewport.min.y {
                    continue;
                }
                let at = pos2(body.left() + 8.0, top + y_of(i));
                let place = Rect::from_min_size(at, vec2(body.width() - 16.0, ENTRY - 2.0));
                entry_ui(cx, ui, place, service, panel);
            }
            if services.is_empty() {
                let words = if panel.search.is_empty() { "Nothing reports yet" } else { "No service matches" };
                let at = pos2(body.left() + 16.0, top + 18.0);
                let font = theme.font(TextRole::Small);
                ui.painter().text(at, eframe::egui::Align2::LEFT_CENTER, words, font, c.t3);
            }
        });
    });
}

/// What the button that adds offers.
fn add_menu(cx: &PanelCx<'_>, button: &Response, panel: &mut ServicesPanel) {
    popup_menu(cx.theme, button, |ui| {
        if menu_item(ui, cx.theme, "One that reports…", Some(icons::PLUGS_CONNECTED), false).clicked() {
            panel.begin_adding();
        }
        if menu_item(ui, cx.theme, "Run a service…", Some(icons::PLAY), false).clicked() {
            panel.begin_running_new(cx);
        }
        if menu_item(ui, cx.theme, "Ask a database…", Some(icons::DATABASE), false).clicked() {
            panel.watch.database(cx, &"".into(), DatabaseAsk::Add);
        }
    });
}

/// How a service does in a few words: what its run says comes first.
fn short_words(cx: &PanelCx<'_>, service: &Service, run: Option<&RunState>) -> String {
    // Of a service that is only run its run is all there is to say.
    let own = if service.kind == ServiceKind::Run { "" } else { &service.short };
    run.map_or_else(|| service.short.to_string(), |run| few_words(run, own, cx.now))
}

fn heading(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, text: &str) {
    text_at(ui.painter(), cx.theme, rect, text, TextRole::MicroStrong, cx.theme.color.t2);
}

fn entry_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, service: &Arc<Service>, panel: &mut ServicesPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    let is_chosen = panel.chosen.as_ref() == Some(&service.name) && !panel.is_adding;
    let response = ui.interact(rect, ui.scope_id().with(("service", &*service.name)), Sense::click());
    if is_chosen || response.hovered() {
        let ground = if is_chosen { c.bg_selected } else { c.bg_hover };
        ui.painter().rect_filled(rect, f32::from(theme.radius.control), ground);
    }
    let run = cx.snapshot.services.run(&service.name).map(|run| &**run);
    let unsettled = run.filter(|run| run.phase != RunPhase::Ready);
    let mark = unsettled.map_or_else(|| level_mark(service.level), |run| phase_mark(&run.phase));
    let words = short_words(cx, service, run);
    let line = rect.top() + 17.0;
    mark.icon.paint(ui.painter(), pos2(rect.left() + 16.0, line), 16.0, mark.tone.icon_color(theme));
    let silent = service.level == ServiceLevel::Silent;
    let spark = panel.index.of(&service.name).and_then(super::series::Known::spark).filter(|_| !silent);
    let right = rect.right() - 8.0 - if spark.is_some() { SPARK + 8.0 } else { 0.0 };
    let name = Rect::from_min_max(pos2(rect.left() + 32.0, rect.top() + 7.0), pos2(right, rect.top() + 27.0));
    let width = text_at(ui.painter(), theme, name, &service.name, TextRole::BodyStrong, c.t1);
    let short = Rect::from_min_max(pos2(name.left(), rect.top() + 27.0), pos2(rect.right() - 8.0, rect.top() + 45.0));
    let color = if silent { c.t3 } else { c.t2 };
    let short_width = text_at(ui.painter(), theme, short, &words, TextRole::Small, color);
    if let Some(series) = spark {
        panel.sparked.push(series);
        let at = Rect::from_min_size(pos2(rect.right() - 8.0 - SPARK, rect.top() + 8.0), vec2(SPARK, 18.0));
        spark_ui(cx, ui, at, series, service.level, panel);
    }
    focus_ring(ui, theme, &response, theme.radius.control);
    let word = unsettled.map_or_else(|| level_word(service.level), |run| run.phase.name());
    let label = format!("{}, {word}: {words}", service.name);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, &label));
    if response.clicked() {
        panel.choose(service.name.clone());
    }
    if width > name.width() || short_width > short.width() {
        response.on_hover_text(format!("{}\n{words}", service.name));
    }
}

/// A curve without axis or ground; coloured where the service needs a look.
fn spark_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, series: SeriesId, level: ServiceLevel, panel: &ServicesPanel) {
    let theme = cx.theme;
    let Some(data) = panel.sparks.data(cx.snapshot) else { return };
    let Some(curve) = data.curves.iter().find(|curve| curve.series == series) else { return };
    let range: TimeRange = data.range;
    let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
    let Some((low, high)) = extent(&curve.buckets, start, end) else { return };
    // The course is told by its own ups and downs, the height by the words: half of the place is left around it.
    let room = ((high - low) * 0.5).max(high.abs() * 0.25).max(f64::MIN_POSITIVE);
    let map = Mapping::new(rect, range, low - room, high + room);
    let color: Color32 = match level {
        ServiceLevel::Warning | ServiceLevel::Critical => theme.series_color(3),
        _ => theme.color.t2,
    };
    let style =
        CurveStyle { color, width: 1.25, envelope_ratio: 0.0, fill_ratio: 0.0, is_dashed: false, is_stepped: false };
    let mut meshes = panel.charts.meshes.borrow_mut();
    let mesh = meshes.get(SPARKS, series, &curve.buckets, map, style, ui.ctx().pixels_per_point());
    ui.painter().add(Shape::mesh(mesh));
}

/// In a narrow window the list is a choice.
pub(super) fn choice_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ServicesPanel) {
    let services = shown(&cx.snapshot.services.list, "");
    let told = |service: &Arc<Service>| {
        let run = cx.snapshot.services.run(&service.name).map(|run| &**run);
        format!("{}: {}", service.name, short_words(cx, service, run))
    };
    let names: Vec<(usize, String)> = services.iter().enumerate().map(|(i, s)| (i, told(s))).collect();
    let choices: Vec<(usize, &str)> = names.iter().map(|(i, text)| (*i, text.as_str())).collect();
    let mut at = services.iter().position(|s| Some(&s.name) == panel.chosen.as_ref()).unwrap_or(usize::MAX);
    ui.horizontal(|ui| {
        if choice(ui, cx.theme, "Service", 320.0, &mut at, &choices)
            && let Some(service) = services.get(at)
        {
            panel.choose(service.name.clone());
        }
        let add = IconButton::new(icons::PLUS, "Add a service").framed().show(ui, cx.theme);
        add_menu(cx, &add, panel);
    });
}
