//! The table of the log: a row for each alert.

use eframe::egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::words::{lasting_words, severity_named, tone, value_words};
use crate::model::alert::{AlertId, AlertRecord};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, number_cell, row_ground, text_at};

/// A column: head, width, whether it is a number, and the width of the table from which on it is there.
struct Column {
    head: &'static str,
    width: f32,
    is_number: bool,
    from: f32,
}

const fn column(head: &'static str, width: f32, is_number: bool, from: f32) -> Column {
    Column { head, width, is_number, from }
}

/// What goes first where there is little room stands with the greatest `from`. The last column takes the rest.
const COLUMNS: [Column; 10] = [
    column("Start", 96.0, false, 0.0),
    column("End", 96.0, false, 560.0),
    column("Lasted", 72.0, true, 0.0),
    column("Rule", 184.0, false, 0.0),
    column("Instance", 116.0, false, 460.0),
    column("Worst", 64.0, true, 640.0),
    column("Mean", 64.0, true, 720.0),
    column("Busiest", 160.0, false, 900.0),
    column("Seen", 56.0, false, 800.0),
    column("Note", 120.0, false, 1060.0),
];
const GAP: f32 = 12.0;

/// The cells of a row, by column; `None` where a column has no room.
fn cells(rect: Rect, width: f32) -> Vec<Option<Rect>> {
    let mut x = rect.left() + 40.0;
    let shown: Vec<bool> = COLUMNS.iter().map(|column| width >= column.from).collect();
    let last = shown.iter().rposition(|is_shown| *is_shown);
    let cells = COLUMNS.iter().enumerate().map(|(i, column)| {
        if !shown[i] {
            return None;
        }
        let right = if Some(i) == last && !column.is_number { rect.right() - 16.0 } else { x + column.width };
        let cell = Rect::from_min_max(pos2(x, rect.top()), pos2(right.min(rect.right() - 8.0), rect.bottom()));
        x += column.width + GAP;
        Some(cell)
    });
    cells.collect()
}

/// Draws the table; answers with the alert that was clicked.
pub fn table_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    log: &[AlertRecord],
    shown: &[usize],
    chosen: Option<AlertId>,
) -> Option<AlertId> {
    let theme = cx.theme;
    let place = ui.max_rect();
    let (head, body) = place.split_top_bottom_at_y(place.top() + theme.size.table_head);
    ui.painter().rect_filled(head, 0.0, theme.color.bg_rail);
    ui.painter().hline(head.x_range(), head.bottom().round() - 0.5, Stroke::new(1.0, theme.color.line));
    for (column, cell) in COLUMNS.iter().zip(cells(head, place.width())) {
        let Some(cell) = cell else { continue };
        if column.is_number {
            number_cell(ui.painter(), theme, cell, column.head, TextRole::SmallStrong, theme.color.t2);
        } else {
            text_at(ui.painter(), theme, cell, column.head, TextRole::SmallStrong, theme.color.t2);
        }
    }
    let mut clicked = None;
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if shown.is_empty() {
            let text = theme.colored(TextRole::Small, "    No alert fits the filter", theme.color.t3);
            ui.add_space(12.0);
            ui.label(text);
        }
        let row = theme.frame(cx.is_compact).row;
        ScrollArea::vertical().id_salt("alert log").auto_shrink(false).show_rows(ui, row, shown.len(), |ui, seen| {
            for record in shown[seen].iter().filter_map(|i| log.get(*i)) {
                if row_ui(cx, ui, record, row, place.width(), chosen == Some(record.id)) {
                    clicked = Some(record.id);
                }
            }
        });
    });
    clicked
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &AlertRecord, height: f32, width: f32, is_chosen: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("alert", record.id.0)), Sense::click());
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let severity = severity_named(&record.severity);
    let is_firing = record.end.is_none();
    let (icon, color) = match is_firing {
        true => (icons::fill::BELL_RINGING, tone(severity).icon_color(theme)),
        false => (icons::BELL, c.t3),
    };
    icon.paint(ui.painter(), pos2(rect.left() + 22.0, rect.center().y), 14.0, color);
    let units = &cx.snapshot.settings.units;
    let unit = crate::model::Unit::from_ucum(&record.unit);
    let end = record.end.map_or_else(|| "firing".to_owned(), |end| stamp(end, cx.now, Zone::LOCAL, false));
    let busiest = record.busiest.iter().map(|(name, _)| &**name).take(3).collect::<Vec<_>>().join(", ");
    let instance = instance_words(record, &cx.snapshot.machine.host);
    let texts = [
        stamp(record.start, cx.now, Zone::LOCAL, false),
        end,
        lasting_words(record.duration(cx.now)),
        record.name.to_string(),
        instance,
        value_words(record.worst, unit, units),
        value_words(record.mean, unit, units),
        if busiest.is_empty() { "–".to_owned() } else { busiest },
        if record.acknowledged.is_some() { "yes".to_owned() } else { "–".to_owned() },
        record.note.lines().next().unwrap_or_default().to_owned(),
    ];
    for (i, cell) in cells(rect, width).into_iter().enumerate() {
        let Some(cell) = cell else { continue };
        let text = &texts[i];
        let color = match COLUMNS[i].head {
            "Start" | "Rule" => c.t1,
            "End" if is_firing => tone(severity).colors(theme).0,
            _ if text == "–" => c.t3,
            _ => c.t2,
        };
        let role = if COLUMNS[i].head == "Rule" { TextRole::SmallStrong } else { TextRole::Small };
        if COLUMNS[i].is_number {
            number_cell(ui.painter(), theme, cell, text, role, color);
        } else {
            text_at(ui.painter(), theme, cell, text, role, color);
        }
    }
    focus_ring(ui, theme, &response, theme.radius.bar);
    let state = if is_firing { "firing".to_owned() } else { format!("until {}", texts[1]) };
    let name = format!("{}, {}, {}, {state}, worst {}", record.name, severity.name(), texts[0], texts[5]);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &name));
    response.clicked()
}

/// An instance in few words: the values of its attributes, or the machine where it has none.
pub fn instance_words(record: &AlertRecord, host: &str) -> String {
    let values: Vec<&str> = record.instance.attributes().map(|(_, value)| value).collect();
    if values.is_empty() { host.to_owned() } else { values.join(", ") }
}
