//! Past starts: when, under which profile, how long, the slowest step, and how each went; and how the newest compares.

use eframe::egui::{
    Align, Label, Layout, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::super::ServicesPanel;
use super::super::sheet::bar;
use super::super::words::moment_words;
use super::words::{comparison, outcome_words, slowest_words, start_words};
use crate::model::Severity;
use crate::model::run::{RunState, StartRecord};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, empty_state, link_arrow, number_cell, row_ground, text_at};
use crate::ui::{Intent, PanelCx};

/// The metric that keeps how long starts took.
const METRIC: &str = "service.start.duration";

/// Where the columns stand: when, profile, seconds, their bar, slowest step, outcome.
fn columns(rect: Rect, is_compact: bool) -> [Rangef; 6] {
    let mut x = rect.left() + 16.0;
    let mut take = |width: f32| {
        let range = Rangef::new(x, x + width);
        x += width + 16.0;
        range
    };
    let when = take(104.0);
    let profile = take(if is_compact { 92.0 } else { 120.0 });
    let seconds = take(72.0);
    let bar = take(if is_compact { 72.0 } else { 110.0 });
    let slowest = take(if is_compact { 150.0 } else { 190.0 });
    [when, profile, seconds, bar, slowest, Rangef::new(x, rect.right() - 16.0)]
}

/// Draws the sentence about the newest start and the way to its chart.
pub(super) fn tools_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ServicesPanel, run: &RunState) {
    let theme = cx.theme;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if link_arrow(ui, theme, "Chart start times").clicked() {
            let series = panel.index.matching(&run.service, METRIC, &[]);
            if series.is_empty() {
                let text = "No start was measured in this history yet: the next one is charted".into();
                cx.ask(Intent::Toast(Severity::Info, text));
            } else {
                cx.ask(Intent::ShowOnCharts(series));
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if let Some(text) = comparison(&run.starts) {
                ui.add(Label::new(theme.text(TextRole::BodyStrong, text)).truncate());
            }
        });
    });
}

/// Draws the table.
pub(super) fn starts_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, run: &RunState) {
    let theme = cx.theme;
    let c = &theme.color;
    if run.starts.is_empty() {
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            let text = "Each start is kept with its profile and the time of its steps, the newest 20, over restarts of Perfdesk";
            empty_state(ui, theme, "No start yet", text, None)
        });
        return;
    }
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), theme.size.table_head));
    let places = columns(rect, cx.is_compact);
    let titles = ["Started", "Profile", "To ready", "", "Slowest step", "Outcome"];
    for (i, (x, title)) in places.iter().zip(titles).enumerate() {
        let cell = Rect::from_x_y_ranges(*x, head.y_range());
        if i == 2 {
            number_cell(ui.painter(), theme, cell, title, TextRole::SmallStrong, c.t2);
        } else {
            text_at(ui.painter(), theme, cell, title, TextRole::SmallStrong, c.t2);
        }
    }
    ui.painter().hline(rect.x_range(), head.bottom().round() - 0.5, Stroke::new(1.0, c.line));
    let body = rect.with_min_y(head.bottom());
    let height = theme.frame(cx.is_compact).row;
    let longest = run.starts.iter().filter_map(|start| start.ready_seconds).fold(0.0, f64::max);
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(body.intersect(ui.clip_rect()));
        ScrollArea::vertical().id_salt("past starts").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for start in run.starts.iter() {
                let (row, _) = ui.allocate_exact_size(vec2(body.width(), height), Sense::hover());
                row_ui(cx, ui, row, &places, start, longest);
            }
        });
    });
}

fn row_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, places: &[Rangef; 6], start: &StartRecord, longest: f64) {
    let theme = cx.theme;
    let c = &theme.color;
    let (mark, outcome) = outcome_words(&start.outcome);
    let when = moment_words(start.at, cx.now);
    let profile = start.profile.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
    let seconds = start.ready_seconds.map_or_else(|| "–".to_owned(), start_words);
    let slowest = slowest_words(start);
    let response = ui.interact(rect, ui.scope_id().with(("start", start.at.as_millis())), Sense::hover());
    let label = format!("Start at {when}, {profile}: {outcome}, to ready {seconds}, slowest step {slowest}");
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &label));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let cell = |i: usize| Rect::from_x_y_ranges(places[i], rect.y_range());
    text_at(ui.painter(), theme, cell(0), &when, TextRole::Small, c.t2);
    text_at(ui.painter(), theme, cell(1), &profile, TextRole::Body, c.t1);
    let color = if start.ready_seconds.is_some() { c.t1 } else { c.t3 };
    number_cell(ui.painter(), theme, cell(2), &seconds, TextRole::Body, color);
    if let Some(seconds) = start.ready_seconds.filter(|_| longest > 0.0) {
        bar(ui, theme, cell(3), seconds / longest, theme.series_color(0));
    }
    text_at(ui.painter(), theme, cell(4), &slowest, TextRole::Small, c.t2);
    mark.icon.paint(ui.painter(), pos2(places[5].min + 7.0, rect.center().y), 14.0, mark.tone.icon_color(theme));
    let words = cell(5).with_min_x(places[5].min + 22.0);
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    let is_cut = text_at(ui.painter(), theme, words, &outcome, TextRole::Small, color) > words.width();
    if is_cut && response.hovered() {
        response.on_hover_text(outcome);
    }
}
