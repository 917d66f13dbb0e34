//! The table of Prometheus targets: how scraping each goes, and why it does not.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rangef, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::words::span_words;
use super::checks::note_ui;
use super::{Ask, Watch};
use crate::model::quantity::decimals;
use crate::model::remote_write::Login;
use crate::model::service::{TargetState, TargetStatus};
use crate::model::{Quantity, Unit};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, Tone, number_cell, panel, panel_head, row_ground, text_at};

/// Height of a row of two lines.
const ROW: f32 = 48.0;

/// Draws the targets: that of one service, or all of them.
pub(in super::super) fn targets_ui(cx: &PanelCx<'_>, ui: &mut Ui, watch: &mut Watch, of: Option<&Arc<str>>) {
    let theme = cx.theme;
    let all = cx.snapshot.services.targets.clone();
    let shown: Vec<&TargetStatus> =
        all.iter().filter(|status| of.is_none_or(|service| status.target.name == *service)).collect();
    let mut ask = None;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Prometheus targets", "exporters that are scraped", |ui| {
            if of.is_none() && Button::secondary("Add a target").icon(icons::PLUS).show(ui, theme).clicked() {
                ask = Some(Ask::AddTarget);
            }
        });
        if shown.is_empty() {
            note_ui(cx, ui, "A target is the address of an exporter’s metrics, such as http://127.0.0.1:9100/metrics");
            return;
        }
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.table_head), Sense::hover());
        head_ui(cx, ui, head);
        for status in shown {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            ask = row_ui(cx, ui, rect, status).or(ask.take());
        }
    });
    if let Some(ask) = ask {
        watch.carry_out(cx, "", ask);
    }
}

/// Where the columns stand: name, interval, samples, bytes, time, buttons.
fn columns(rect: Rect) -> [Rangef; 6] {
    let mut x = rect.right() - 16.0;
    let mut take = |width: f32| {
        let range = Rangef::new(x - width, x);
        x -= width + 12.0;
        range
    };
    let acts = take(64.0);
    let took = take(72.0);
    let bytes = take(72.0);
    let samples = take(72.0);
    let interval = take(72.0);
    [Rangef::new(rect.left() + 16.0, x), interval, samples, bytes, took, acts]
}

fn head_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    let columns = columns(rect);
    let role = TextRole::SmallStrong;
    text_at(ui.painter(), theme, Rect::from_x_y_ranges(columns[0], rect.y_range()), "Target", role, c.t2);
    for (x, text) in columns[1..5].iter().zip(["Every, s", "Samples", "Size", "Took"]) {
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(*x, rect.y_range()), text, role, c.t2);
    }
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line));
}

fn state(cx: &PanelCx<'_>, status: &TargetStatus) -> (Mark, String) {
    if !status.target.is_on {
        return (Mark { icon: icons::PAUSE_CIRCLE, tone: Tone::Neutral }, "switched off".into());
    }
    match &status.state {
        TargetState::Waiting => {
            (Mark { icon: icons::CIRCLE, tone: Tone::Neutral }, "waiting for its first answer".into())
        }
        TargetState::Up if status.n_bad_lines > 0 => {
            let text = format!("answers; {} lines could not be read: {}", status.n_bad_lines, status.bad_line);
            (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, text)
        }
        TargetState::Up => {
            let ago = status.last_at.map(|at| format!(", {} ago", about_words(cx.now.since(at)))).unwrap_or_default();
            (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, format!("answers{ago}"))
        }
        TargetState::Down { since, why } => {
            let text = format!("down for {}: {why}", about_words(cx.now.since(*since)));
            (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, text)
        }
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, status: &TargetStatus) -> Option<Ask> {
    let theme = cx.theme;
    let c = &theme.color;
    let target = &status.target;
    let (mark, words) = state(cx, status);
    let response = ui.interact(rect, ui.scope_id().with(("target", &*target.name)), Sense::hover());
    let told = format!("Target {}: {words}", target.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let [name_x, interval, samples, bytes, took, acts] = columns(rect);
    let icon = pos2(name_x.min + 8.0, rect.top() + 16.0);
    mark.icon.paint(ui.painter(), icon, 16.0, mark.tone.icon_color(theme));
    let name = Rect::from_min_max(pos2(name_x.min + 24.0, rect.top() + 6.0), pos2(name_x.max, rect.top() + 26.0));
    let used = text_at(ui.painter(), theme, name, &target.name, TextRole::BodyStrong, c.t1);
    let login = match (&target.login, status.has_secret) {
        (Login::Open, _) => "",
        (Login::Bearer, true) => ", with a token",
        (Login::Basic { .. }, true) => ", with a password",
        (_, false) => ", its secret is missing",
    };
    let what = name.with_min_x((name.left() + used + 10.0).min(name.right()));
    text_at(ui.painter(), theme, what, &format!("{}{login}", target.url), TextRole::Small, c.t3);
    let second = Rect::from_min_max(pos2(name.left(), rect.top() + 25.0), pos2(name_x.max, rect.top() + 43.0));
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    let cut = text_at(ui.painter(), theme, second, &words, TextRole::Small, color) > second.width();
    let has_answered = status.last_at.is_some();
    let or_dash = |text: String| if has_answered { text } else { "–".into() };
    let size = Quantity::new(status.n_bytes as f64, Unit::Bytes).text(&cx.snapshot.settings.units);
    let cells = [
        (interval, target.interval_seconds.to_string()),
        (samples, or_dash(decimals(f64::from(status.n_samples), 0))),
        (bytes, or_dash(size)),
        (took, status.took.map_or_else(|| "–".into(), span_words)),
    ];
    for (x, text) in cells {
        let color = if text == "–" { c.t3 } else { c.t1 };
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(x, rect.y_range()), &text, TextRole::Body, color);
    }
    if cut {
        response.on_hover_text(&words);
    }
    let mut ask = None;
    let acts = Rect::from_x_y_ranges(acts, rect.y_range());
    ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if IconButton::new(icons::TRASH, &format!("Remove the target {}", target.name)).show(ui, theme).clicked() {
            ask = Some(Ask::RemoveTarget(target.name.clone()));
        }
        if IconButton::new(icons::PENCIL_SIMPLE, &format!("Edit the target {}", target.name)).show(ui, theme).clicked()
        {
            ask = Some(Ask::EditTarget(target.name.clone()));
        }
    });
    ask
}
