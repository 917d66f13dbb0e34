//! The values of a moment: those on the charts first, then every other by heading, searched by words.

use eframe::egui::{Rect, Sense, Ui, pos2, vec2};

use super::super::list_model::{GROUPS, group_title};
use super::super::page_model::PageModel;
use super::super::resolve::full_name;
use crate::model::settings::Units;
use crate::model::{MomentValue, PastMoment, Quantity, SeriesId, Snapshot, Tier, Unit};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::text_at;

const ROW: f32 = 22.0;
const SWATCH: f32 = 10.0;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueRow {
    /// A heading.
    Heading(&'static str),
    /// A value.
    Value {
        /// The place of its colour, for a series of the charts.
        slot: Option<usize>,
        /// Name of the series.
        name: String,
        /// The value with its unit, or a dash.
        text: String,
        /// Least and greatest of its bucket, where it is one.
        extent: String,
    },
}

/// A value with its unit, and the extent of its bucket.
pub fn value_texts(value: &MomentValue, unit: Unit, tier: Tier, units: &Units) -> (String, String) {
    let text = |v: f32| Quantity::new(f64::from(v), unit).text(units);
    let extent = if tier == Tier::Full || value.min == value.max {
        String::new()
    } else {
        format!("{} to {}", text(value.min), text(value.max))
    };
    (text(value.mean), extent)
}

fn find(moment: &PastMoment, id: SeriesId) -> Option<&MomentValue> {
    moment.values.binary_search_by_key(&id, |value| value.series).ok().and_then(|i| moment.values.get(i))
}

/// The series of the charts, in their order, each once.
pub fn charted_rows(moment: &PastMoment, snapshot: &Snapshot, model: &PageModel, units: &Units) -> Vec<ValueRow> {
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    for series in model.charts.iter().flat_map(|chart| &chart.series) {
        let Some(id) = series.id.filter(|id| !seen.contains(id)) else { continue };
        seen.push(id);
        let unit = snapshot.info(id).map(|info| info.def.unit);
        let texts = find(moment, id).zip(unit).map(|(value, unit)| value_texts(value, unit, moment.tier, units));
        let (text, extent) = texts.unwrap_or_else(|| ("–".into(), String::new()));
        rows.push(ValueRow::Value { slot: Some(series.slot), name: series.full_name.clone(), text, extent });
    }
    rows
}

/// Every value by heading, where all words of the search are in its name, its instance or its key.
pub fn value_rows(moment: &PastMoment, snapshot: &Snapshot, search: &str, units: &Units) -> Vec<ValueRow> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let known = moment.values.iter().filter_map(|value| Some((value, snapshot.info(value.series)?)));
    let matching: Vec<_> = known
        .filter(|(_, info)| {
            let text = format!("{} {} {}", info.def.name, info.def.instance, info.def.key).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
        .collect();
    let mut rows = Vec::new();
    for (group, _) in GROUPS {
        let mut of_group = matching.iter().filter(|(_, info)| info.def.group == group).peekable();
        if of_group.peek().is_some() {
            rows.push(ValueRow::Heading(group_title(group)));
        }
        rows.extend(of_group.map(|(value, info)| {
            let (text, extent) = value_texts(value, info.def.unit, moment.tier, units);
            ValueRow::Value { slot: None, name: full_name(info), text, extent }
        }));
    }
    rows
}

/// Draws rows; those out of sight only take their place.
pub fn values_ui(cx: &PanelCx<'_>, ui: &mut Ui, rows: &[ValueRow]) {
    let theme = cx.theme;
    let c = &theme.color;
    for row in rows {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let inner = rect.shrink2(vec2(16.0, 0.0));
        match row {
            ValueRow::Heading(title) => {
                text_at(ui.painter(), theme, inner, title, TextRole::MicroStrong, c.t3);
            }
            ValueRow::Value { slot, name, text, extent } => {
                let mut left = inner.left();
                if let Some(slot) = slot {
                    let at = pos2(left, inner.center().y - SWATCH / 2.0);
                    let swatch = Rect::from_min_size(at, vec2(SWATCH, SWATCH));
                    ui.painter().rect_filled(swatch, 2.0, theme.series_color(*slot));
                    left += SWATCH + 8.0;
                }
                let font = theme.font(TextRole::SmallStrong);
                let galley = ui.painter().layout_no_wrap(text.clone(), font, c.t1);
                let at = pos2(inner.right() - galley.size().x, inner.center().y - galley.size().y / 2.0);
                let mut right = at.x - 8.0;
                ui.painter().galley(at, galley, c.t1);
                if !extent.is_empty() {
                    let galley = ui.painter().layout_no_wrap(extent.clone(), theme.font(TextRole::Micro), c.t3);
                    let at = pos2(right - galley.size().x, inner.center().y - galley.size().y / 2.0);
                    // A name comes before the extent, which also stands in the tooltip.
                    if at.x - left > 90.0 {
                        right = at.x - 8.0;
                        ui.painter().galley(at, galley, c.t3);
                    }
                }
                let place = Rect::from_min_max(pos2(left, inner.top()), pos2(right, inner.bottom()));
                text_at(ui.painter(), theme, place, name, TextRole::Small, c.t2);
                let more = if extent.is_empty() { String::new() } else { format!(" ({extent})") };
                let told = format!("{name}: {text}{more}");
                response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, &told));
                response.on_hover_text(told.clone());
            }
        }
    }
}
