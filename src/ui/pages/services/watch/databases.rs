//! The list of databases in the set-up: where each is, how asking it goes, and why it does not.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::words::span_words;
use super::checks::note_ui;
use super::{DatabaseAsk, Watch};
use crate::model::database::{DatabaseState, DatabaseStatus};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, Tone, panel, panel_head, row_ground, text_at};

/// Height of a row of two lines.
const ROW: f32 = 48.0;

/// Draws the databases; answers with the one whose page is to be opened.
pub(in super::super) fn databases_ui(cx: &PanelCx<'_>, ui: &mut Ui, watch: &mut Watch) -> Option<Arc<str>> {
    let theme = cx.theme;
    let all = cx.snapshot.services.databases.clone();
    let mut ask = None;
    let mut opened = None;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Databases", "asked themselves: PostgreSQL and Redis", |ui| {
            if Button::primary("Add a database").icon(icons::PLUS).show(ui, theme).clicked() {
                ask = Some((Arc::from(""), DatabaseAsk::Add));
            }
        });
        if all.is_empty() {
            let text =
                "A database tells its connections, locks, slow statements, tables and indexes; it is only ever read";
            note_ui(cx, ui, text);
            return;
        }
        for status in all.iter() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let (asked, is_opened) = row_ui(cx, ui, rect, status);
            ask = asked.map(|asked| (status.target.name.clone(), asked)).or(ask.take());
            if is_opened {
                opened = Some(status.target.name.clone());
            }
        }
    });
    if let Some((name, ask)) = ask {
        watch.database(cx, &name, ask);
    }
    opened
}

fn state(cx: &PanelCx<'_>, status: &DatabaseStatus) -> (Mark, String) {
    if !status.target.is_on {
        return (Mark { icon: icons::PAUSE_CIRCLE, tone: Tone::Neutral }, "switched off".into());
    }
    match &status.state {
        DatabaseState::Waiting => {
            (Mark { icon: icons::CIRCLE, tone: Tone::Neutral }, "waiting for its first answer".into())
        }
        DatabaseState::Up => {
            let ago = status.last_at.map(|at| format!(", {} ago", about_words(cx.now.since(at)))).unwrap_or_default();
            let took = status.took.map(|took| format!(", in {}", span_words(took))).unwrap_or_default();
            (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, format!("answers{ago}{took}"))
        }
        DatabaseState::Down { since, fault } => {
            let next = if fault.next.is_empty() { String::new() } else { format!(". {}", fault.next) };
            let text = format!("down for {}: {}{next}", about_words(cx.now.since(*since)), fault.why);
            (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, text)
        }
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, status: &DatabaseStatus) -> (Option<DatabaseAsk>, bool) {
    let theme = cx.theme;
    let c = &theme.color;
    let target = &status.target;
    let (mark, words) = state(cx, status);
    let response = ui.interact(rect, ui.scope_id().with(("database", &*target.name)), Sense::click());
    let told = format!("Database {}: {words}", target.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let left = rect.left() + 16.0;
    mark.icon.paint(ui.painter(), pos2(left + 8.0, rect.top() + 16.0), 16.0, mark.tone.icon_color(theme));
    let right = rect.right() - 120.0;
    let name = Rect::from_min_max(pos2(left + 24.0, rect.top() + 6.0), pos2(right, rect.top() + 26.0));
    let used = text_at(ui.painter(), theme, name, &target.name, TextRole::BodyStrong, c.t1);
    let what = name.with_min_x((name.left() + used + 10.0).min(name.right()));
    let place = format!("{} at {}", target.kind.title(), target.place());
    text_at(ui.painter(), theme, what, &place, TextRole::Small, c.t3);
    let second = Rect::from_min_max(pos2(name.left(), rect.top() + 25.0), pos2(right, rect.top() + 43.0));
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    text_at(ui.painter(), theme, second, &words, TextRole::Small, color);
    let mut ask = None;
    let acts = Rect::from_min_max(pos2(rect.right() - 112.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let acts = [
            (icons::TRASH, "Remove", DatabaseAsk::Remove),
            (icons::PENCIL_SIMPLE, "Edit", DatabaseAsk::Edit),
            (icons::ARROW_CLOCKWISE, "Test", DatabaseAsk::Test),
        ];
        for (icon, verb, act) in acts {
            if IconButton::new(icon, &format!("{verb} the database {}", target.name)).show(ui, theme).clicked() {
                ask = Some(act);
            }
        }
    });
    let is_opened = response.clicked() && ask.is_none();
    response.on_hover_text(&words);
    (ask, is_opened)
}
