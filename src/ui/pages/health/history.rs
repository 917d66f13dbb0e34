//! How the store does: whether it writes, what waits, what was lost, what each tier holds.

use eframe::egui::{Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::model::quantity::decimals;
use crate::model::{HistoryState, HistoryStatus, TierStatus, Timestamp};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::icons;
use crate::ui::pages::settings::disk_bytes;
use crate::ui::period::words::{ago_words, moment_words, period_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, hairline, link_arrow, number_cell, panel, panel_head, text_at};

/// The state as a mark, a word and what is to be known.
fn state_words(status: &HistoryStatus, now: Timestamp) -> (Mark, &'static str, String) {
    let mark = |icon, tone| Mark { icon, tone };
    let calm = mark(icons::fill::CHECK_CIRCLE, Tone::Neutral);
    match &status.state {
        HistoryState::Opening => (mark(icons::HOURGLASS_MEDIUM, Tone::Neutral), "Opening", String::new()),
        HistoryState::Writing => {
            let flushed = status.flushed_at.map(|at| format!("made safe on disk {}", ago_words(at, now)));
            (calm, "Writing", flushed.unwrap_or_default())
        }
        HistoryState::Off => (mark(icons::PROHIBIT, Tone::Neutral), "Off", "what is there can be read".into()),
        HistoryState::Stalled { since, why } => (
            mark(icons::fill::WARNING, Tone::Warning),
            "Stalled",
            format!("since {}: {why}; it is tried again by itself", moment_words(*since, now)),
        ),
        HistoryState::Closed { why } => (mark(icons::fill::X_CIRCLE, Tone::Critical), "Closed", why.to_string()),
    }
}

/// What is wrong with history, for the first line of a page and the banner of the window; `None` where nothing is.
pub fn trouble(status: &HistoryStatus, now: Timestamp) -> Option<String> {
    match &status.state {
        HistoryState::Opening | HistoryState::Writing | HistoryState::Off => None,
        HistoryState::Stalled { since, why } => {
            let since = moment_words(*since, now);
            Some(format!("History is not written since {since}: {why}. Sampling goes on"))
        }
        HistoryState::Closed { why } => Some(format!("History cannot be used: {why}. Sampling goes on")),
    }
}

/// Draws the panel.
pub fn history_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let status = &cx.snapshot.history;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "History on disk", "", |ui| {
            if link_arrow(ui, theme, "How long it is kept").clicked() {
                cx.ask(Intent::Open(Page::Settings));
            }
        });
        let (mark, word, more) = state_words(status, cx.now);
        let row = row_place(ui, theme.size.row);
        mark.icon.paint(ui.painter(), pos2(row.left() + 7.0, row.center().y), 14.0, mark.tone.icon_color(theme));
        let color = if mark.tone == Tone::Neutral { theme.color.t1 } else { mark.tone.colors(theme).0 };
        let place = Rect::from_min_max(pos2(row.left() + 20.0, row.top()), row.max);
        let used = text_at(ui.painter(), theme, place, word, TextRole::BodyStrong, color);
        let place = Rect::from_min_max(pos2(place.left() + used + 8.0, row.top()), row.max);
        text_at(ui.painter(), theme, place, &more, TextRole::Small, theme.color.t2);
        let said = if more.is_empty() { format!("History: {word}") } else { format!("History: {word}, {more}") };
        let response = ui.interact(row, ui.scope_id().with("state"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &said));
        if !more.is_empty() {
            response.on_hover_text(more);
        }
        hairline(ui, theme);
        let count = |n: u64| decimals(n as f64, 0);
        figure_ui(cx, ui, "Samples that wait to be written", &count(status.n_pending));
        hairline(ui, theme);
        figure_ui(cx, ui, "Samples that were never written", &count(status.n_dropped));
        hairline(ui, theme);
        figure_ui(cx, ui, "On disk in all", &disk_bytes(status.bytes));
        tiers_ui(cx, ui, status);
    });
}

/// A row's place, with its margins taken off.
fn row_place(ui: &mut Ui, height: f32) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    rect.shrink2(vec2(16.0, 0.0))
}

fn figure_ui(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, value: &str) {
    let theme = cx.theme;
    let row = row_place(ui, theme.size.row);
    text_at(ui.painter(), theme, row, label, TextRole::Small, theme.color.t2);
    let color = if value == "0" { theme.color.t3 } else { theme.color.t1 };
    number_cell(ui.painter(), theme, row, value, TextRole::BodyStrong, color);
    said(ui, row, label, &format!("{label}: {value}"));
}

/// Says a painted row to screen readers.
fn said(ui: &Ui, row: Rect, id: &str, text: &str) {
    let response = ui.interact(row, ui.scope_id().with(id), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// The cells of a row of tiers: name, rows, size, span.
fn cells(row: Rect) -> [Rect; 4] {
    let at = |from: f32, to: f32| {
        Rect::from_min_max(
            pos2(row.left() + row.width() * from, row.top()),
            pos2(row.left() + row.width() * to - 8.0, row.bottom()),
        )
    };
    [at(0.0, 0.28), at(0.28, 0.44), at(0.44, 0.60), at(0.62, 1.0)]
}

fn tiers_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &HistoryStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    let row = row_place(ui, theme.size.table_head);
    ui.painter().hline(row.x_range().expand(16.0), row.top().round() - 0.5, Stroke::new(1.0, c.line));
    let head = cells(row);
    text_at(ui.painter(), theme, head[0], "Kept as", TextRole::SmallStrong, c.t2);
    number_cell(ui.painter(), theme, head[1], "Rows", TextRole::SmallStrong, c.t2);
    number_cell(ui.painter(), theme, head[2], "Size", TextRole::SmallStrong, c.t2);
    text_at(ui.painter(), theme, head[3], "Covers", TextRole::SmallStrong, c.t2);
    if status.tiers.is_empty() {
        let row = row_place(ui, theme.size.row);
        text_at(ui.painter(), theme, row, "Nothing yet", TextRole::Small, c.t3);
    }
    for tier in &status.tiers {
        tier_ui(cx, ui, tier);
    }
    for import in &status.imports {
        hairline(ui, theme);
        let row = row_place(ui, theme.size.row);
        let place = cells(row);
        text_at(ui.painter(), theme, place[0], &import.name, TextRole::Body, c.t1);
        let series = format!("{} series", import.n_series);
        number_cell(ui.painter(), theme, place[1], &series, TextRole::Small, c.t2);
        number_cell(ui.painter(), theme, place[2], &disk_bytes(import.bytes), TextRole::Body, c.t1);
        let covers = period_words(import.covers, cx.now);
        text_at(ui.painter(), theme, place[3], &covers, TextRole::Small, c.t2);
        said(ui, row, &import.name, &format!("Recording {}: {covers}", import.name));
    }
    ui.add_space(4.0);
}

fn tier_ui(cx: &PanelCx<'_>, ui: &mut Ui, tier: &TierStatus) {
    let theme = cx.theme;
    hairline(ui, theme);
    let row = row_place(ui, theme.size.row);
    let place = cells(row);
    let covers = tier.covers.map_or("–".into(), |covers| period_words(covers, cx.now));
    let rows = decimals(tier.n_rows as f64, 0);
    let is_empty = tier.n_rows == 0;
    let color = if is_empty { theme.color.t3 } else { theme.color.t1 };
    let name = tier.tier.name();
    text_at(ui.painter(), theme, place[0], &sentence_case(name), TextRole::Body, theme.color.t1);
    number_cell(ui.painter(), theme, place[1], &rows, TextRole::Body, color);
    number_cell(ui.painter(), theme, place[2], &disk_bytes(tier.bytes), TextRole::Body, color);
    text_at(ui.painter(), theme, place[3], &covers, TextRole::Small, theme.color.t2);
    said(ui, row, name, &format!("{name}: {rows} rows, {}, {covers}", disk_bytes(tier.bytes)));
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_000);

    #[test]
    fn the_state_is_told_in_words_and_trouble_stands_out() {
        let flushed = HistoryStatus {
            state: HistoryState::Writing,
            flushed_at: Some(NOW.minus(Duration::from_secs(4))),
            ..HistoryStatus::default()
        };
        let (mark, word, more) = state_words(&flushed, NOW);
        assert_eq!((mark.tone, word), (Tone::Neutral, "Writing"));
        assert_eq!(more.replace('\u{2009}', " "), "made safe on disk 4 s ago");
        assert_eq!(trouble(&flushed, NOW), None);
        let since = NOW.minus(Duration::from_secs(60));
        let stalled = HistoryState::Stalled { since, why: "the disk is full".into() };
        let stalled = HistoryStatus { state: stalled, ..flushed.clone() };
        assert!(state_words(&stalled, NOW).2.contains("the disk is full; it is tried again by itself"));
        let text = trouble(&stalled, NOW).unwrap_or_default();
        assert!(text.starts_with("History is not written since today") && text.ends_with("Sampling goes on"), "{text}");
        let closed = HistoryState::Closed { why: "a newer Perfdesk wrote it".into() };
        let closed = HistoryStatus { state: closed, ..flushed };
        assert!(trouble(&closed, NOW).is_some_and(|text| text.contains("a newer Perfdesk wrote it")));
    }
}
