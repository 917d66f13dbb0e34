//! A pool of connections: a bar of what is used and idle of what it may open, and who waits.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::words::time_words;
use super::super::{ServicesPanel, Tab, placed_panel};
use super::missing_ui;
use crate::model::profile::ParamValue;
use crate::model::quantity::decimals;
use crate::model::service::{PoolRow, Service};
use crate::model::suggest::{Change, SuggestionState, Topic};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, chip, link_arrow, panel_head};

/// The colours of what is used and what is idle.
const USED: usize = 5;

/// Draws the panel of the pool that is nearest to its end.
pub(super) fn pool_panel_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    let pools = &service.metrics.pools;
    let fullest = pools.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
    let mut opens = false;
    placed_panel(ui, cx.theme, "fullest pool", rect, |ui| {
        let hint = match (fullest, pools.len()) {
            (Some(_), 1) => format!("mean of the last {}\u{2009}s", service.metrics.window.as_secs()),
            (Some(pool), n) => format!("{}, the fullest of {n}", pool.name),
            (None, _) => String::new(),
        };
        panel_head(ui, cx.theme, cx.is_compact, "Database pool", &hint, |ui| {
            alarm_chip(cx, ui, panel);
            opens = pools.len() > 1 && link_arrow(ui, cx.theme, "All pools").clicked();
        });
        match fullest {
            Some(pool) => {
                let body = rect.with_min_y(ui.cursor().top()).shrink2(vec2(16.0, 0.0));
                pool_ui(cx, ui, body, pool, service, panel.alarms.pool.limit.as_ref().map(|limit| limit.value));
            }
            None => missing_ui(
                cx,
                ui,
                "Pools appear with db.client.connection.count and .max, which most drivers’ instrumentations send",
            ),
        }
    });
    if opens {
        panel.tab = Tab::Database;
    }
}

/// What the pool rule says now: it fires, or how long until it does.
fn alarm_chip(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ServicesPanel) {
    let alarm = &panel.alarms.pool;
    if alarm.is_firing {
        chip(ui, cx.theme, Tone::Critical, Some(icons::fill::BELL_RINGING), "alert fires");
    } else if let Some(left) = alarm.left(cx.now) {
        let text = format!("alert in {}:{:02}", left.as_secs() / 60, left.as_secs() % 60);
        chip(ui, cx.theme, Tone::Warning, Some(icons::fill::HOURGLASS_MEDIUM), &text);
    }
}

fn share(pool: &PoolRow) -> f64 {
    pool.used.zip(pool.max).map_or(0.0, |(used, max)| if max > 0.0 { used / max } else { 0.0 })
}

/// The size that an open suggestion proposes for the service's pool.
fn suggested(cx: &PanelCx<'_>, service: &Service) -> Option<f64> {
    cx.snapshot.advice.cards.iter().find_map(|card| {
        let suggestion = &card.suggestion;
        let is_meant = card.state == SuggestionState::Open
            && suggestion.topic == Topic::DatabasePool
            && suggestion.id.subject == service.name;
        match &suggestion.change {
            Change::Parameter { to: ParamValue::Count(to), .. } if is_meant => Some(*to as f64),
            _ => None,
        }
    })
}

/// Draws the bar and the figures. `limit` is the share of the greatest size at which a rule fires.
fn pool_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, pool: &PoolRow, service: &Service, limit: Option<f64>) {
    let theme = cx.theme;
    let c = &theme.color;
    let (used, idle) = (pool.used.unwrap_or(0.0), pool.idle.unwrap_or(0.0));
    let max = pool.max.filter(|max| *max > 0.0).unwrap_or((used + idle).max(1.0));
    let max_words = pool.max.map_or("no max told".to_owned(), |max| format!("max {}", decimals(max, 0)));
    let galley = ui.painter().layout_no_wrap(max_words.clone(), theme.font(TextRole::Small), c.t2);
    let top = rect.top() + 12.0;
    let bar = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right() - galley.size().x - 12.0, top + 16.0));
    let at = pos2(rect.right() - galley.size().x, bar.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, c.t2);
    let x = |n: f64| bar.left() + bar.width() * (n / max).clamp(0.0, 1.0) as f32;
    let radius = f32::from(theme.radius.bar);
    let idle_color = theme.series_color(6).gamma_multiply(0.55);
    ui.painter().rect_filled(bar, radius, c.track);
    ui.painter().rect_filled(bar.with_max_x(x(used + idle)), radius, idle_color);
    ui.painter().rect_filled(bar.with_max_x(x(used)), radius, theme.series_color(USED));
    let response = ui.interact(bar, ui.scope_id().with(("pool", &*pool.name)), Sense::hover());
    let told = format!("Pool {}: {} used, {} idle, {max_words}", pool.name, decimals(used, 0), decimals(idle, 0));
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &told));
    response.on_hover_text(told.clone());
    let tick = |n: f64, text: String, color| {
        let x = x(n);
        ui.painter().vline(x.round() + 0.5, bar.bottom() + 1.0..=bar.bottom() + 5.0, Stroke::new(1.0, color));
        let font = theme.font(TextRole::Micro);
        let at = pos2(x.clamp(bar.left() + 36.0, bar.right() - 24.0), bar.bottom() + 6.0);
        ui.painter().text(at, Align2::CENTER_TOP, text, font, color);
    };
    if pool.max.is_some() {
        let suggested = suggested(cx, service);
        if let Some(n) = suggested {
            tick(n, format!("suggested {}", decimals(n, 0)), c.accent);
        }
        // Both words need room: the alert gives way to a suggestion that stands close.
        let alert = limit.map(|share| share * max);
        if let Some(n) = alert.filter(|n| suggested.is_none_or(|s| (x(s) - x(*n)).abs() > 92.0)) {
            tick(n, format!("alert {}", decimals(n, 0)), c.warning);
        }
    }
    let time_outs = pool
        .time_outs_per_second
        .map(|per_second| decimals(per_second, usize::from(per_second > 0.0 && per_second < 10.0)));
    let wait = pool.wait_p95_seconds.map(|s| (time_words(Some(s)), "wait, p95"));
    let wait = wait.or_else(|| pool.wait_mean_seconds.map(|s| (time_words(Some(s)), "wait, mean")));
    let (wait, wait_word) = wait.unwrap_or_else(|| ("–".into(), "wait"));
    let number = |n: Option<f64>| n.map_or_else(|| "–".to_owned(), |n| decimals(n, 0));
    let cells = [
        (number(pool.used), "used", Some(theme.series_color(USED))),
        (number(pool.idle), "idle", Some(idle_color)),
        (number(pool.pending), "waiting", None),
        (wait, wait_word, None),
        (time_outs.unwrap_or_else(|| "–".into()), "timed out/s", None),
    ];
    let figures = Rect::from_min_max(pos2(rect.left(), bar.bottom() + 26.0), pos2(rect.right(), rect.bottom()));
    let step = figures.width() / cells.len() as f32;
    for (i, (value, word, swatch)) in cells.iter().enumerate() {
        let left = figures.left() + step * i as f32;
        let color = if value == "–" { c.t3 } else { c.t1 };
        let at = pos2(left, figures.top());
        ui.painter().text(at, Align2::LEFT_TOP, value, theme.font(TextRole::Title), color);
        let mut x = left;
        let y = figures.top() + 28.0;
        if let Some(swatch) = swatch {
            let mark = Rect::from_center_size(pos2(x + 5.0, y), vec2(9.0, 9.0));
            ui.painter().rect_filled(mark, 2.0, *swatch);
            x += 15.0;
        }
        ui.painter().text(pos2(x, y), Align2::LEFT_CENTER, word, theme.font(TextRole::Small), c.t2);
        let cell = Rect::from_min_size(at, vec2(step, 40.0));
        let response = ui.interact(cell, ui.scope_id().with((word, &*pool.name)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{value} {word}")));
    }
}

/// Every pool of a service, for the Database tab.
pub(in super::super) fn pools_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &ServicesPanel, service: &Service) {
    let pools = &service.metrics.pools;
    let columns = if cx.is_compact { 1 } else { 2 };
    let gap = 12.0;
    let width = (rect.width() - gap * (columns - 1) as f32) / columns as f32;
    let limit = panel.alarms.pool.limit.as_ref().map(|limit| limit.value);
    for (i, pool) in pools.iter().enumerate() {
        let at =
            pos2(rect.left() + (width + gap) * (i % columns) as f32, rect.top() + (POOL + gap) * (i / columns) as f32);
        let place = Rect::from_min_size(at, vec2(width, POOL));
        placed_panel(ui, cx.theme, &format!("pool {i}"), place, |ui| {
            let hint = format!("pool, mean of the last {}\u{2009}s", service.metrics.window.as_secs());
            panel_head(ui, cx.theme, cx.is_compact, &pool.name, &hint, |_| {});
            let body = place.with_min_y(ui.cursor().top()).shrink2(vec2(16.0, 0.0));
            pool_ui(cx, ui, body, pool, service, limit);
        });
    }
}

/// Height of a pool's panel.
pub(in super::super) const POOL: f32 = 147.0;

/// The height that so many pools take.
pub(in super::super) fn pools_height(cx: &PanelCx<'_>, n: usize) -> f32 {
    let rows = if cx.is_compact { n } else { n.div_ceil(2) };
    if rows == 0 { 0.0 } else { rows as f32 * (POOL + 12.0) - 12.0 }
}
