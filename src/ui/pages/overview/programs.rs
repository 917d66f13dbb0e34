//! The busiest programs: as many as fit, each leading to its processes.

use std::cell::RefCell;

use eframe::egui::{Align2, CursorIcon, Rangef, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::OverviewPanel;
use super::texts::ProgramTexts;
use crate::analysis::process_filter::ProcessFilter;
use crate::model::ViewData;
use crate::ui::chart::time_axis::span_words;
use crate::ui::chart::{MeshCache, SparkData, SparkStyle, spark_ui};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, link_arrow, number_cell, panel_head, panel_in, row_ground, text_at};
use crate::ui::{Intent, Page, PanelCx};

/// The programs' curves, and their triangles.
type Trends<'a> = (Option<&'a ViewData>, &'a RefCell<MeshCache>);

/// Where the columns stand.
struct Places {
    name: Rangef,
    cores: Rangef,
    bar: Rangef,
    memory: Rangef,
    disk: Rangef,
    trend: Option<Rangef>,
}

impl Places {
    fn new(x: Rangef, is_compact: bool) -> Self {
        let mut right = x.max;
        let mut take = |width: f32, gap: f32| {
            let place = Rangef::new(right - width, right);
            right -= width + gap;
            place
        };
        let trend = (!is_compact).then(|| take(104.0, 16.0));
        let disk = take(76.0, 16.0);
        let memory = take(if is_compact { 92.0 } else { 96.0 }, 16.0);
        let bar = take(if is_compact { 68.0 } else { 104.0 }, 16.0);
        let cores = take(60.0, 8.0);
        Self { name: Rangef::new(x.min, right), cores, bar, memory, disk, trend }
    }
}

fn cell(x: Rangef, row: Rect) -> Rect {
    Rect::from_x_y_ranges(x, row.y_range())
}

/// Draws the panel into `rect`.
pub(super) fn programs_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &OverviewPanel) {
    let theme = cx.theme;
    panel_in(ui, theme, rect, |ui| {
        panel_head(ui, theme, cx.is_compact, "Busiest programs", &panel.texts.programs_hint, |ui| {
            if link_arrow(ui, theme, "Open Processes").clicked() {
                cx.ask(Intent::Open(Page::Processes));
            }
        });
        let pad = 16.0;
        let places = Places::new(Rangef::new(rect.left() + pad, rect.right() - pad), cx.is_compact);
        head_ui(cx, ui, &places, panel);
        let height = theme.frame(cx.is_compact).row;
        let n_fit = ((rect.bottom() - 4.0 - ui.cursor().top()) / height).floor().max(0.0) as usize;
        if panel.texts.programs.is_empty() {
            let text = "What programs use is known after the second reading";
            let line = Rect::from_min_size(ui.cursor().min + vec2(pad, 0.0), vec2(rect.width() - 2.0 * pad, 36.0));
            text_at(ui.painter(), theme, line, text, TextRole::Small, theme.color.t3);
        }
        let trends = panel.history.data(cx.snapshot);
        for program in panel.texts.programs.iter().take(n_fit) {
            let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
            row_ui(cx, ui, row, &places, program, (trends.map(|data| &**data), &panel.meshes));
        }
    });
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, places: &Places, panel: &OverviewPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.table_head), Sense::hover());
    let (painter, role) = (ui.painter(), TextRole::SmallStrong);
    text_at(painter, theme, cell(places.name, head), "Program", role, c.t2);
    let cores = cell(places.cores, head);
    number_cell(
        painter,
        theme,
        Rect::from_min_max(cores.min, pos2(cores.right() - 14.0, cores.bottom())),
        "Cores",
        role,
        c.t1,
    );
    icons::bold::ARROW_DOWN.paint(painter, pos2(cores.right() - 6.0, head.center().y), 10.0, c.t1);
    text_at(painter, theme, cell(places.bar, head), &panel.texts.of_cores, role, c.t2);
    number_cell(painter, theme, cell(places.memory, head), panel.texts.memory_head, role, c.t2);
    number_cell(painter, theme, cell(places.disk, head), "Disk, MB/s", role, c.t2);
    if let Some(trend) = places.trend {
        let span = format!("Last {}", span_words(cx.range.as_secs()));
        text_at(painter, theme, cell(trend, head), &span, role, c.t2);
    }
    painter.hline(head.x_range(), head.bottom().round() - 0.5, Stroke::new(1.0, c.line));
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: Rect, places: &Places, program: &ProgramTexts, trends: Trends<'_>) {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(row, ui.scope_id().with(("program", &program.name)), Sense::click());
    row_ground(ui.painter(), theme, row, response.hovered(), false);
    let name = cell(places.name, row);
    let used = text_at(ui.painter(), theme, name, &program.name, TextRole::BodyStrong, c.t1);
    if used + 60.0 < name.width() {
        let rest = Rect::from_min_max(pos2(name.left() + used + 7.0, name.top()), name.max);
        text_at(ui.painter(), theme, rest, &program.count, TextRole::Small, c.t3);
    }
    let color = |is_faint: bool| if is_faint { c.t3 } else { c.t1 };
    let number = |x: Rangef, text: &super::texts::Cell| {
        number_cell(ui.painter(), theme, cell(x, row), &text.text, TextRole::Body, color(text.is_faint));
    };
    number(places.cores, &program.cores);
    number(places.memory, &program.memory);
    number(places.disk, &program.disk);
    let height = theme.size.mini_bar;
    let bar =
        Rect::from_x_y_ranges(places.bar, Rangef::new(row.center().y - height / 2.0, row.center().y + height / 2.0));
    let radius = f32::from(theme.radius.bar);
    ui.painter().rect_filled(bar, radius, c.track);
    let share = program.share.clamp(0.0, 1.0) as f32;
    if share > 0.0 {
        let full = Rect::from_min_size(bar.min, vec2((bar.width() * share).max(1.5), height));
        ui.painter().rect_filled(full, radius, theme.series_color(0));
    }
    if let Some(x) = places.trend {
        trend_ui(cx, ui, cell(x, row).shrink2(vec2(0.0, 5.0)), program, trends);
    }
    focus_ring(ui, theme, &response, theme.radius.control);
    let label = format!("{}, {} cores", program.name, program.cores.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        cx.ask(Intent::FilterProcesses(ProcessFilter::by_name(&program.name).to_string()));
    }
}

fn trend_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, program: &ProgramTexts, (trends, meshes): Trends<'_>) {
    let theme = cx.theme;
    let curve = trends.zip(program.series).and_then(|(data, series)| {
        let curve = data.curves.iter().find(|curve| curve.series == series)?;
        let id = (super::HISTORY, series);
        (!curve.buckets.is_empty()).then_some(SparkData { id, buckets: &curve.buckets, range: data.range })
    });
    let Some(data) = curve else {
        let at = pos2(rect.left(), rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, "–", theme.font(TextRole::Body), theme.color.t3);
        return;
    };
    // Beside the rows, not in their flow: the next row stands where it would without it.
    let mut place = ui.new_child(UiBuilder::new().max_rect(rect));
    let name = format!("{} over time", program.name);
    let style = SparkStyle::line(theme.color.t3);
    spark_ui(&mut place, theme, rect.size(), &mut meshes.borrow_mut(), data, style, &name);
}
