//! The list of series: a column, or a drawer in a narrow window. Rows are worked out once a snapshot, not each frame.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{
    Align, Align2, Area, Id, Key, Layout, Order, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::ChartsPanel;
use super::edit::Edit;
use super::list_model::{Row, group_title, rows, value_text};
use crate::model::{Layouts, SeriesGroup, SeriesKey, Severity};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, IconButton, focus_ring, text_at};
use crate::ui::{Intent, PanelCx};

const ROW: f32 = 24.0;

/// What the list remembers.
#[derive(Debug, Default)]
pub struct ListState {
    /// Headings that are open.
    pub open: BTreeSet<SeriesGroup>,
    /// Whether the drawer is drawn, in a narrow window.
    pub is_drawer_open: bool,
    search: String,
    built: Option<Built>,
}

#[derive(Debug)]
struct Built {
    seq: u64,
    layouts: Arc<Layouts>,
    search: String,
    open: BTreeSet<SeriesGroup>,
    rows: Vec<Row>,
    on_page: Vec<OnPage>,
}

/// A row of "On these charts".
#[derive(Debug, Clone)]
struct OnPage {
    name: String,
    instance: String,
    value: String,
    slot: usize,
    chart: usize,
    is_missing: bool,
}

/// Draws the list as the page's second column.
pub fn column_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, rect: Rect) {
    ui.painter().vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, cx.theme.color.line));
    let mut column = ui.new_child(UiBuilder::new().max_rect(rect.with_max_x(rect.right() - 1.0)));
    column.set_clip_rect(rect.intersect(ui.clip_rect()));
    list_ui(cx, &mut column, panel);
}

/// Draws the list over the page while its drawer is open.
pub fn drawer_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, page: Rect) {
    if !panel.list.is_drawer_open {
        return;
    }
    let rect = Rect::from_min_max(page.min, pos2(page.left() + super::LIST_WIDTH, page.bottom()));
    let area = Area::new(Id::unique("charts-series-drawer")).order(Order::Foreground).fixed_pos(rect.min);
    let shown = area.show(ui.ctx(), |ui| {
        let c = &cx.theme.color;
        ui.painter().rect_filled(rect, 0.0, c.bg_raised);
        ui.painter().vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, c.line_strong));
        ui.allocate_rect(rect, Sense::click());
        let mut column = ui.new_child(UiBuilder::new().max_rect(rect.with_max_x(rect.right() - 1.0)));
        list_ui(cx, &mut column, panel);
    });
    let escapes = ui.input(|i| i.key_pressed(Key::Escape));
    if escapes
        || (shown.response.clicked_elsewhere()
            && ui.input(|i| i.pointer.interact_pos()).is_some_and(|p| p.x > rect.right() && p.y > page.top() + 90.0))
    {
        panel.list.is_drawer_open = false;
    }
}

fn list_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    let theme = cx.theme;
    let rect = ui.max_rect();
    let head = Rect::from_min_max(rect.min + vec2(16.0, 12.0), pos2(rect.right() - 12.0, rect.top() + 40.0));
    let mut head_ui = ui.new_child(UiBuilder::new().max_rect(head).layout(Layout::left_to_right(Align::Center)));
    if panel.list.is_drawer_open && cx.is_compact {
        let width = head.width() - 34.0;
        search_ui(cx, &mut head_ui, panel, width);
        if IconButton::new(icons::X, "Close the list of series").show(&mut head_ui, theme).clicked() {
            panel.list.is_drawer_open = false;
        }
    } else {
        search_ui(cx, &mut head_ui, panel, head.width());
    }
    sync(cx, panel);
    let Some(built) = panel.list.built.take() else { return };
    let below = Rect::from_min_max(pos2(rect.left(), head.bottom() + 8.0), rect.max);
    let mut body = ui.new_child(UiBuilder::new().max_rect(below).layout(Layout::top_down(Align::Min)));
    body.set_clip_rect(below.intersect(ui.clip_rect()));
    body.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("charts-series").auto_shrink(false).show_viewport(&mut body, |ui, viewport| {
        ui.set_width(below.width());
        rows_ui(cx, ui, panel, &built, viewport);
    });
    panel.list.built = Some(built);
}

fn search_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, width: f32) {
    let field = Field::new(&mut panel.list.search, "Find series")
        .hint("Find series…")
        .icon(icons::MAGNIFYING_GLASS)
        .width(width)
        .show(ui, cx.theme);
    if panel.list.search.is_empty() {
        let count = cx.snapshot.series.len().to_string();
        let at = pos2(field.rect.right(), field.rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, count, cx.theme.font(TextRole::Micro), cx.theme.color.t3);
    }
}

/// A series whose unit does not fit the chosen chart goes to one of its own: that is said, not just done.
fn say_where(cx: &PanelCx<'_>, panel: &ChartsPanel, key: &SeriesKey, is_on: bool) {
    let chosen = panel.selected.and_then(|i| panel.model.charts.get(i));
    let (Some(chart), Some(facts)) = (chosen.filter(|_| !is_on), panel.index.facts(key)) else { return };
    if chart.unit.is_some_and(|unit| unit != facts.unit) {
        let text = format!("{} has another unit than {} and stands on a chart of its own", facts.name, chart.title);
        cx.ask(Intent::Toast(Severity::Info, text));
    }
}

/// Works out the rows again where something they show changed.
fn sync(cx: &PanelCx<'_>, panel: &mut ChartsPanel) {
    let layouts = panel.layouts_now(cx);
    let list = &panel.list;
    let is_same = list.built.as_ref().is_some_and(|b| {
        b.seq == cx.snapshot.seq && Arc::ptr_eq(&b.layouts, &layouts) && b.search == list.search && b.open == list.open
    });
    if is_same {
        return;
    }
    let mut keys: Vec<SeriesKey> = Vec::new();
    let mut on_page = Vec::new();
    for (chart, model) in panel.model.charts.iter().enumerate() {
        for series in &model.series {
            if keys.contains(&series.key) {
                continue;
            }
            keys.push(series.key.clone());
            let info = panel.index.find(&series.key);
            on_page.push(OnPage {
                name: info.map_or_else(|| series.full_name.clone(), |i| i.def.name.to_string()),
                instance: info.map_or_else(String::new, |i| i.def.instance.to_string()),
                value: info.map_or_else(|| "not here".into(), |i| value_text(i, cx.snapshot)),
                slot: series.slot,
                chart,
                is_missing: info.is_none(),
            });
        }
    }
    panel.list.built = Some(Built {
        seq: cx.snapshot.seq,
        rows: rows(cx.snapshot, &panel.list.search, panel.open_groups(), &keys),
        on_page,
        layouts,
        search: panel.list.search.clone(),
        open: panel.list.open.clone(),
    });
}

fn rows_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, built: &Built, viewport: Rect) {
    let theme = cx.theme;
    let (origin, width) = (ui.max_rect().min, ui.max_rect().width());
    let mut y = 0.0;
    let mut place = |height: f32| {
        let rect = Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, height));
        let is_shown = y + height >= viewport.top() && y <= viewport.bottom();
        y += height;
        (rect, is_shown)
    };
    let is_searching = !built.search.trim().is_empty();
    if !is_searching {
        let (rect, _) = place(28.0);
        heading(cx, ui, rect, "On these charts", "now");
        for row in &built.on_page {
            let (rect, is_shown) = place(ROW);
            if is_shown {
                on_page_ui(cx, ui, panel, rect, row);
            }
        }
        if built.on_page.is_empty() {
            let (rect, _) = place(ROW);
            text_at(
                ui.painter(),
                theme,
                rect.shrink2(vec2(16.0, 0.0)),
                "None yet: tick one below",
                TextRole::Small,
                theme.color.t3,
            );
        }
        let (rect, _) = place(17.0);
        ui.painter().hline(rect.x_range(), rect.center().y.round() + 0.5, Stroke::new(1.0, theme.color.line));
        let (rect, _) = place(28.0);
        heading(cx, ui, rect, "All series", "");
    }
    for row in &built.rows {
        match row {
            Row::Reason { title, why, is_whole_group } => {
                let text = if *is_whole_group { why.clone() } else { format!("{title}: {why}") };
                let font = theme.font(TextRole::Small);
                let left = if *is_whole_group { 34.0 } else { 58.0 };
                let galley = ui.painter().layout(text, font, theme.color.t3, width - left - 12.0);
                if *is_whole_group {
                    let (rect, is_shown) = place(ROW);
                    if is_shown {
                        icons::PROHIBIT.paint(
                            ui.painter(),
                            pos2(rect.left() + 24.0, rect.center().y),
                            13.0,
                            theme.color.t3,
                        );
                        let name = rect.with_min_x(rect.left() + 34.0).with_max_x(rect.right() - 40.0);
                        text_at(ui.painter(), theme, name, title, TextRole::Body, theme.color.t3);
                        count_text(cx, ui, rect, 0);
                    }
                }
                let (rect, is_shown) = place(galley.size().y + 6.0);
                if is_shown {
                    let response = ui.interact(rect, ui.scope_id().with(("reason", title)), Sense::hover());
                    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}: {why}")));
                    ui.painter().galley(pos2(rect.left() + left, rect.top() + 1.0), galley, theme.color.t3);
                }
            }
            Row::Group { group, count, is_open } => {
                let (rect, is_shown) = place(25.0);
                if is_shown
                    && group_ui(cx, ui, rect, *group, *count, *is_open).clicked()
                    && !panel.list.open.remove(group)
                {
                    panel.list.open.insert(*group);
                }
            }
            Row::Series { key, name, instance, value, is_on, .. } => {
                let (rect, is_shown) = place(ROW);
                if is_shown && series_ui(cx, ui, rect, key, (name, instance, value), *is_on).clicked() {
                    say_where(cx, panel, key, *is_on);
                    panel.edits.push(if *is_on {
                        Edit::RemoveSeries(key.clone())
                    } else {
                        Edit::AddSeries(key.clone())
                    });
                }
            }
        }
    }
    if is_searching && built.rows.is_empty() {
        let (rect, _) = place(ROW * 2.0);
        let text = "No series has all these words";
        text_at(ui.painter(), theme, rect.shrink2(vec2(16.0, 0.0)), text, TextRole::Small, theme.color.t3);
    }
    place(16.0);
    ui.allocate_space(vec2(width, y));
}

fn heading(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, text: &str, right: &str) {
    let inner = rect.with_min_x(rect.left() + 16.0).with_max_x(rect.right() - 14.0);
    text_at(ui.painter(), cx.theme, inner, text, TextRole::SmallStrong, cx.theme.color.t2);
    let font = cx.theme.font(TextRole::Micro);
    ui.painter().text(inner.right_center(), Align2::RIGHT_CENTER, right, font, cx.theme.color.t3);
}

fn count_text(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, count: usize) {
    let at = pos2(rect.right() - 14.0, rect.center().y);
    ui.painter().text(at, Align2::RIGHT_CENTER, count.to_string(), cx.theme.font(TextRole::Micro), cx.theme.color.t3);
}

fn on_page_ui(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ChartsPanel, rect: Rect, row: &OnPage) {
    let theme = cx.theme;
    let label = joined(&row.name, &row.instance);
    let response = ui.interact(rect, ui.scope_id().with(("on-page", &label, row.slot)), Sense::click());
    let is_selected = panel.selected == Some(row.chart);
    if is_selected || response.hovered() {
        let ground = if is_selected { theme.color.bg_selected } else { theme.color.bg_hover };
        ui.painter().rect_filled(rect, 0.0, ground);
    }
    let swatch = Rect::from_center_size(pos2(rect.left() + 21.0, rect.center().y), vec2(10.0, 10.0));
    let color = if row.is_missing { theme.color.line_strong } else { theme.series_color(row.slot) };
    ui.painter().rect_filled(swatch, 2.0, color);
    if theme.series_is_dashed(row.slot) && !row.is_missing {
        let ground = if is_selected { theme.color.bg_selected } else { theme.color.bg_page };
        ui.painter().rect_filled(Rect::from_center_size(swatch.center(), vec2(2.0, 10.0)), 0.0, ground);
    }
    name_and_value(cx, ui, rect.with_min_x(rect.left() + 34.0), (&row.name, &row.instance, &row.value));
    focus_ring(ui, theme, &response, theme.radius.bar);
    response
        .widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_selected, format!("{label}, on these charts")));
    if response.clicked() {
        panel.selected = if is_selected { None } else { Some(row.chart) };
    }
}

fn group_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, group: SeriesGroup, count: usize, is_open: bool) -> Response {
    let theme = cx.theme;
    let title = group_title(group);
    let response = ui.interact(rect, ui.scope_id().with(("group", title)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.color.bg_hover);
    }
    let caret = if is_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    caret.paint(ui.painter(), pos2(rect.left() + 24.0, rect.center().y), 12.0, theme.color.t3);
    let name = rect.with_min_x(rect.left() + 34.0).with_max_x(rect.right() - 40.0);
    text_at(ui.painter(), theme, name, title, TextRole::Body, theme.color.t2);
    count_text(cx, ui, rect, count);
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| {
        let word = if is_open { "open" } else { "closed" };
        WidgetInfo::labeled(Role::TreeItem, true, format!("{title}, {count} series, {word}"))
    });
    response
}

fn series_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    rect: Rect,
    key: &SeriesKey,
    (name, instance, value): (&str, &str, &str),
    is_on: bool,
) -> Response {
    let theme = cx.theme;
    let response = ui.interact(rect, ui.scope_id().with(("series", key)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.color.bg_hover);
    }
    let mark = Rect::from_center_size(pos2(rect.left() + 43.0, rect.center().y), vec2(14.0, 14.0));
    let radius = f32::from(theme.radius.bar);
    if is_on {
        ui.painter().rect_filled(mark, radius, theme.color.accent);
        icons::bold::CHECK.paint(ui.painter(), mark.center(), 10.0, theme.color.on_accent);
    } else {
        let edge = Stroke::new(1.0, theme.color.line_strong);
        ui.painter().rect(mark, radius, theme.color.bg_field, edge, eframe::egui::StrokeKind::Inside);
    }
    name_and_value(cx, ui, rect.with_min_x(rect.left() + 58.0), (name, instance, value));
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, joined(name, instance)));
    response.on_hover_text_at_pointer(key.to_string())
}

/// A name in `t1`, which one in `t2`, cut where the value begins, and the value at the right.
fn name_and_value(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, (name, instance, value): (&str, &str, &str)) {
    let theme = cx.theme;
    let value_color = if value == "–" || value == "not here" { theme.color.t3 } else { theme.color.t1 };
    let right = pos2(rect.right() - 14.0, rect.center().y);
    let font = theme.font(TextRole::Small);
    let drawn = ui.painter().text(right, Align2::RIGHT_CENTER, value, font, value_color);
    let name_rect = rect.with_max_x(drawn.left() - 8.0);
    let width = text_at(ui.painter(), theme, name_rect, name, TextRole::Small, theme.color.t1);
    if !instance.is_empty() {
        let rest = name_rect.with_min_x((name_rect.left() + width + 4.0).min(name_rect.right()));
        text_at(ui.painter(), theme, rest, instance, TextRole::Small, theme.color.t2);
    }
}

fn joined(name: &str, instance: &str) -> String {
    if instance.is_empty() { name.to_owned() } else { format!("{name} {instance}") }
}
