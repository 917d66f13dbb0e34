//! The field for a metric: a list of what is measured, searched by name, key and instance; a name of one's own is taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{
    Id, Popup, PopupCloseBehavior, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::model::SeriesInfo;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, focus_ring, menu_item, popup_frame, text_at};

/// Width of the list.
const LIST: f32 = 380.0;
/// Height of an entry.
const ENTRY: f32 = 40.0;
/// Instances that are named in an entry.
const NAMED: usize = 6;

/// A metric and its instances.
#[derive(Debug, Clone)]
struct Found {
    metric: String,
    /// Its name for people and its instances.
    line: String,
}

/// What is searched for, and what was found; made again when words or series change.
#[derive(Debug, Default)]
pub struct SeriesSearch {
    search: String,
    found: Option<(Arc<[SeriesInfo]>, String, Vec<Found>)>,
}

impl SeriesSearch {
    fn refresh(&mut self, series: &Arc<[SeriesInfo]>) {
        let is_fresh =
            self.found.as_ref().is_some_and(|(of, search, _)| Arc::ptr_eq(of, series) && *search == self.search);
        if !is_fresh {
            self.found = Some((series.clone(), self.search.clone(), found(series, &self.search)));
        }
    }
}

/// Metrics of which a name, a key or an instance holds every word.
fn found(series: &[SeriesInfo], search: &str) -> Vec<Found> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let mut metrics: BTreeMap<&str, Vec<&SeriesInfo>> = BTreeMap::new();
    for info in series {
        let text = format!("{} {} {}", info.def.name, info.def.instance, info.def.key).to_lowercase();
        if words.iter().all(|word| text.contains(word.as_str())) {
            metrics.entry(info.def.key.metric()).or_default().push(info);
        }
    }
    let line = |infos: &[&SeriesInfo]| {
        let mut names: Vec<&str> = infos.iter().map(|info| &*info.def.name).collect();
        names.dedup();
        let mut instances: Vec<&str> = infos.iter().map(|info| &*info.def.instance).filter(|i| !i.is_empty()).collect();
        instances.sort_unstable();
        instances.dedup();
        let shown = instances.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = match instances.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let names = names.iter().take(2).copied().collect::<Vec<_>>().join(", ");
        if shown.is_empty() { names } else { format!("{names}: {shown}{more}") }
    };
    metrics.into_iter().map(|(metric, infos)| Found { metric: metric.to_owned(), line: line(&infos) }).collect()
}

/// Labels of a metric with some of their values: "cpu: 0, 1, 2", a line each.
pub fn labels_of(series: &[SeriesInfo], metric: &str) -> String {
    let mut labels: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for info in series.iter().filter(|info| info.def.key.metric() == metric) {
        for (label, value) in info.def.key.attributes() {
            let values = labels.entry(label).or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    let lines = labels.into_iter().map(|(label, values)| {
        let more = if values.len() > NAMED { ", …" } else { "" };
        format!("{label}: {}{more}", values.into_iter().take(NAMED).collect::<Vec<_>>().join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Draws the field; true when another metric was chosen.
pub fn series_field(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    search: &mut SeriesSearch,
    (name, width): (&str, f32),
    text: &mut String,
    is_faulty: bool,
) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.control), Sense::click());
    let edge = match (is_faulty, response.hovered()) {
        (true, _) => c.critical,
        (false, true) => c.line_strong,
        (false, false) => c.line_field,
    };
    let radius = f32::from(theme.radius.control);
    ui.painter().rect(rect, radius, c.bg_field, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inner = Rect::from_min_max(rect.min + vec2(10.0, 0.0), rect.max - vec2(26.0, 0.0));
    if text.is_empty() {
        text_at(ui.painter(), theme, inner, "choose a series", TextRole::Body, c.t3);
    } else {
        text_at(ui.painter(), theme, inner, text, TextRole::Code, c.t1);
    }
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, c.t3);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{name}: {text}")));
    let mut chosen = None;
    Popup::from_toggle_button_response(&response)
        .frame(popup_frame(theme))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            chosen = list_ui(cx, ui, search, &response, text);
            if chosen.is_some() {
                ui.close();
            }
        });
    let Some(chosen) = chosen.filter(|chosen| chosen != text) else { return false };
    *text = chosen;
    search.search.clear();
    true
}

fn list_ui(cx: &PanelCx<'_>, ui: &mut Ui, search: &mut SeriesSearch, button: &Response, now: &str) -> Option<String> {
    let theme = cx.theme;
    ui.set_width(LIST);
    ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
    let id = Id::unique(("metric search", button.id));
    let field = Field::new(&mut search.search, "Search series").hint("Find series…").icon(icons::MAGNIFYING_GLASS);
    let response = field.id(id).show(ui, theme);
    // The keyboard is in the search from the first frame on.
    if button.clicked() {
        response.request_focus();
    }
    search.refresh(&cx.snapshot.series);
    let found: &[Found] = search.found.as_ref().map_or(&[], |(.., found)| found);
    let mut chosen = None;
    let typed = search.search.trim();
    let is_own = !typed.is_empty() && found.iter().all(|found| found.metric != typed);
    if is_own && menu_item(ui, theme, &format!("Use {typed}"), Some(icons::PENCIL_SIMPLE), false).clicked() {
        chosen = Some(typed.to_owned());
    }
    if found.is_empty() {
        let text = if cx.snapshot.series.is_empty() { "There is no series yet" } else { "No series is called that" };
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    }
    let area = ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]);
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, ENTRY, found.len(), |ui, rows| {
        for found in &found[rows] {
            if entry_ui(cx, ui, found, found.metric == now).clicked() {
                chosen = Some(found.metric.clone());
            }
        }
    });
    chosen
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, found: &Found, is_chosen: bool) -> Response {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::click());
    if response.hovered() || response.has_focus() || is_chosen {
        let ground = if is_chosen { c.bg_selected } else { c.bg_control_hover };
        ui.painter().rect_filled(rect, f32::from(theme.radius.chip), ground);
    }
    let line = |top: f32| {
        Rect::from_min_max(
            pos2(rect.left() + 10.0, rect.top() + top),
            pos2(rect.right() - 10.0, rect.top() + top + 16.0),
        )
    };
    text_at(ui.painter(), theme, line(4.0), &found.metric, TextRole::Code, c.t1);
    text_at(ui.painter(), theme, line(20.0), &found.line, TextRole::Small, c.t3);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, is_chosen, &found.metric));
    response.on_hover_text(&found.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesKey, Unit};

    fn series() -> Vec<SeriesInfo> {
        let info = |i: u32, metric: &str, attributes: &[(&str, &str)], name: &str, instance: &str| SeriesInfo {
            id: SeriesId(i),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(metric, attributes),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: name.into(),
                instance: instance.into(),
                probe: ProbeId("x"),
                cadence: None,
            }),
        };
        vec![
            info(0, "system.cpu.utilization", &[], "CPU", ""),
            info(1, "system.cpu.utilization", &[("cpu", "0")], "CPU", "core 0"),
            info(2, "system.disk.io_time", &[("system.device", "sda")], "Disk busy", "sda"),
        ]
    }

    #[test]
    fn metrics_are_found_by_name_key_and_instance() {
        for (search, expect) in [
            ("", vec!["system.cpu.utilization", "system.disk.io_time"]),
            ("sda busy", vec!["system.disk.io_time"]),
            ("core", vec!["system.cpu.utilization"]),
            ("nothing", vec![]),
        ] {
            let all = found(&series(), search);
            assert_eq!(all.iter().map(|found| found.metric.as_str()).collect::<Vec<_>>(), expect, "{search}");
        }
        assert_eq!(found(&series(), "cpu")[0].line, "CPU: core 0");
        assert_eq!(labels_of(&series(), "system.disk.io_time"), "system.device: sda");
    }
}
