//! Who waits for whom: each session below the one that holds it up.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::words::time_words;
use super::tables::untold_ui;
use crate::model::database::{Blocked, DatabaseStatus, Locks, PostgresView, Told};
use crate::model::quantity::decimals;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, Mark, Tone, empty_state, number_cell, panel_head, panel_in, row_ground, text_at};
use crate::ui::{Intent, PanelCx, icons};

/// Height of a session.
const ROW: f32 = 50.0;
/// Points to the right for each step down a chain.
const STEP: f32 = 20.0;

/// Draws the chains.
pub(super) fn locks_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    (status, view): (&Arc<DatabaseStatus>, &PostgresView),
) {
    let Told::Value(locks) = &view.locks else {
        untold_ui(cx, ui, rect, "Locks", &view.locks);
        return;
    };
    panel_in(ui, cx.theme, rect, |ui| {
        if locks.chain.is_empty() {
            let every = status.target.interval_seconds;
            let text = format!(
                "Sessions that wait for a lock stand here, each below the one that holds it up. It is looked at every {every}\u{2009}s; how many wait is kept as the series postgresql.lock.waiting"
            );
            empty_state(ui, cx.theme, "No session waits for a lock", &text, None);
            return;
        }
        panel_head(ui, cx.theme, cx.is_compact, "Who waits for whom", &summary(locks), |_| {});
        let body = rect.with_min_y(ui.cursor().top());
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            ScrollArea::vertical().id_salt("locks").auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for blocked in locks.chain.iter() {
                    let (row, _) = ui.allocate_exact_size(vec2(body.width(), ROW), Sense::hover());
                    row_ui(cx, ui, row, blocked);
                }
            });
        });
    });
}

fn summary(locks: &Locks) -> String {
    let what = if locks.n_waiting == 1 { "session waits" } else { "sessions wait" };
    format!("{} {what}, the longest {}", locks.n_waiting, time_words(Some(locks.longest_seconds)))
}

fn who(blocked: &Blocked) -> String {
    let session = &blocked.session;
    let application = if session.application.is_empty() { String::new() } else { format!(", {}", session.application) };
    format!("{}{application}", session.user)
}

fn state(blocked: &Blocked) -> String {
    let session = &blocked.session;
    if blocked.waits_for.is_empty() {
        let age = session.transaction_seconds.map(|s| format!(", its transaction is {} old", time_words(Some(s))));
        let n = blocked.n_behind;
        return format!("holds up {}: {}{}", decimals(f64::from(n), 0), session.state, age.unwrap_or_default());
    }
    let pids: Vec<String> = blocked
        .waits_for
        .iter()
        .map(|pid| if *pid == 0 { "a prepared transaction".to_owned() } else { pid.to_string() })
        .collect();
    let lock = if blocked.lock.is_empty() { String::new() } else { format!(" for {}", blocked.lock) };
    format!("waits for {}{lock}", pids.join(", "))
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, blocked: &Blocked) {
    let theme = cx.theme;
    let c = &theme.color;
    let session = &blocked.session;
    let is_holder = blocked.waits_for.is_empty();
    let response = ui.interact(rect, ui.scope_id().with(("lock", session.pid)), Sense::hover());
    let told = format!("Process {}, {}: {}; {}", session.pid, who(blocked), state(blocked), session.statement);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let left = rect.left() + 16.0 + STEP * blocked.depth.min(12) as f32;
    if blocked.depth > 0 {
        let x = left - STEP * 0.5 + 1.0;
        let stroke = Stroke::new(1.0, c.line_strong);
        ui.painter().vline(x, rect.top()..=rect.top() + 16.0, stroke);
        ui.painter().hline(x..=left - 1.0, rect.top() + 16.0, stroke);
    }
    let mark = if is_holder {
        Mark { icon: icons::LOCK_KEY, tone: Tone::Warning }
    } else {
        Mark { icon: icons::HOURGLASS_MEDIUM, tone: Tone::Neutral }
    };
    mark.icon.paint(ui.painter(), pos2(left + 8.0, rect.top() + 16.0), 16.0, mark.tone.icon_color(theme));
    let times =
        Rect::from_min_max(pos2(rect.right() - 150.0, rect.top()), pos2(rect.right() - 56.0, rect.top() + 32.0));
    let line = |top: f32| {
        Rect::from_min_max(pos2(left + 24.0, rect.top() + top), pos2(times.left() - 12.0, rect.top() + top + 20.0))
    };
    let first = line(6.0);
    let pid = session.pid.to_string();
    let mut x = first.left() + text_at(ui.painter(), theme, first, &pid, TextRole::BodyStrong, c.t1) + 10.0;
    x += text_at(ui.painter(), theme, first.with_min_x(x), &who(blocked), TextRole::Small, c.t2) + 10.0;
    let color = if is_holder { c.warning } else { c.t2 };
    text_at(ui.painter(), theme, first.with_min_x(x.min(first.right())), &state(blocked), TextRole::Small, color);
    text_at(ui.painter(), theme, line(25.0), &session.statement, TextRole::Code, c.t1);
    if let Some(wait) = blocked.wait_seconds {
        number_cell(ui.painter(), theme, times, &time_words(Some(wait)), TextRole::Body, c.t1);
    }
    // An empty place would move the next row up.
    if is_holder {
        let acts = Rect::from_min_max(pos2(rect.right() - 48.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
        ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
            let name = format!("Copy the SQL that ends process {}", session.pid);
            if IconButton::new(icons::COPY, &name).show(ui, theme).clicked() {
                cx.ask(Intent::Copy(format!("SELECT pg_terminate_backend({});", session.pid)));
            }
        });
    }
    response.on_hover_text(&*session.statement);
}
