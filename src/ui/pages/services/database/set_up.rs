//! How a database is asked, and as whom: the least rights that are needed, checked, and how to give them.

use std::sync::Arc;

use eframe::egui::{Frame, Label, Margin, Rect, ScrollArea, Ui, UiBuilder, vec2};

use super::super::ServicesPanel;
use super::super::watch::{DatabaseAsk, checks_ui};
use super::missing::code_ui;
use crate::model::database::{DatabaseKind, DatabaseStatus, PostgresView, TlsMode};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Mark, Tone, panel, panel_head, state_mark};

/// Draws the set-up into `rect`, `width` of it.
pub(super) fn set_up_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (rect, width): (Rect, f32),
    page: &mut ServicesPanel,
    status: &Arc<DatabaseStatus>,
) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt("database set-up").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 12.0);
            let mut ask = None;
            panel(ui, cx.theme, |ui| ask = asked_ui(cx, ui, status));
            if let Some(ask) = ask {
                page.watch.database(cx, &status.target.name, ask);
            }
            panel(ui, cx.theme, |ui| match status.target.kind {
                DatabaseKind::Postgres => postgres_rights_ui(cx, ui, status),
                DatabaseKind::Redis => redis_rights_ui(cx, ui, status),
            });
            checks_ui(cx, ui, &mut page.watch, Some(&status.target.name));
            ui.add_space(4.0);
        });
    });
}

fn asked_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &DatabaseStatus) -> Option<DatabaseAsk> {
    let theme = cx.theme;
    let target = &status.target;
    let mut ask = None;
    panel_head(ui, theme, cx.is_compact, "How it is asked", target.kind.title(), |ui| {
        if Button::danger("Remove…").show(ui, theme).clicked() {
            ask = Some(DatabaseAsk::Remove);
        }
        if Button::secondary("Edit…").icon(icons::PENCIL_SIMPLE).show(ui, theme).clicked() {
            ask = Some(DatabaseAsk::Edit);
        }
    });
    let tls = match target.tls {
        TlsMode::Off if target.is_near() => "in the open, on this machine",
        TlsMode::Off => "in the open: others on the way can read it",
        TlsMode::Unverified => "by TLS, who answers is not checked",
        TlsMode::Verified => "by TLS, its certificate is checked",
    };
    let user = if target.user.is_empty() { "the default user" } else { &*target.user };
    let password = if status.has_secret { "with a password" } else { "without a password" };
    let database =
        if target.kind == DatabaseKind::Postgres { format!(", database {}", target.database) } else { String::new() };
    let lines = [
        format!("{}{database}, {tls}", target.place()),
        format!("As {user}, {password}; it is kept in services.ron, which only you can read"),
        format!(
            "Every {}\u{2009}s, within {}\u{2009}s; statements of its own end after 2\u{2009}s, and nothing is ever written",
            target.interval_seconds, target.time_out_seconds
        ),
    ];
    text_ui(cx, ui, &lines);
    ask
}

fn text_ui(cx: &PanelCx<'_>, ui: &mut Ui, lines: &[String]) {
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        for line in lines {
            ui.add(Label::new(cx.theme.colored(TextRole::Body, line, cx.theme.color.t2)).wrap());
        }
    });
}

fn right_ui(cx: &PanelCx<'_>, ui: &mut Ui, is_good: bool, words: &str) {
    let mark = if is_good {
        Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }
    } else {
        Mark { icon: icons::fill::WARNING, tone: Tone::Warning }
    };
    ui.horizontal(|ui| state_mark(ui, cx.theme, mark, words));
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn postgres_rights_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &DatabaseStatus) {
    panel_head(ui, cx.theme, cx.is_compact, "Rights", "the least that is needed", |_| {});
    let role = if status.target.user.is_empty() { "perfdesk" } else { &*status.target.user };
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        if let Some(view) = status.postgres() {
            checked_ui(cx, ui, view);
        }
        let text = "A role of its own that may log in and is a member of pg_monitor: that lets it read statistics, settings and \
            what other sessions do, and no row of any table. As a superuser, once for the server:";
        ui.add(Label::new(cx.theme.colored(TextRole::Body, text, cx.theme.color.t2)).wrap());
        let sql = format!("CREATE ROLE {0} LOGIN PASSWORD '…';\nGRANT pg_monitor TO {0};", quoted(role));
        code_ui(cx, ui, &sql, "Copy");
        let text = "For the times of statements, once for each database, with pg_stat_statements in shared_preload_libraries:";
        ui.add(Label::new(cx.theme.colored(TextRole::Body, text, cx.theme.color.t2)).wrap());
        code_ui(cx, ui, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;", "Copy");
        let text = "For plans alone, the right to read the tables that a statement reads; the server asks for it though nothing is read. \
            From version 14 on:";
        ui.add(Label::new(cx.theme.colored(TextRole::Body, text, cx.theme.color.t2)).wrap());
        code_ui(cx, ui, &format!("GRANT pg_read_all_data TO {};", quoted(role)), "Copy");
    });
}

fn checked_ui(cx: &PanelCx<'_>, ui: &mut Ui, view: &PostgresView) {
    let rights = &view.rights;
    let role = &rights.role;
    if rights.is_superuser {
        right_ui(
            cx,
            ui,
            false,
            &format!("{role} is a superuser, which is more than is needed: give Perfdesk a role of its own"),
        );
        return;
    }
    let sees = if rights.sees_others {
        "sees what other sessions do"
    } else {
        "does not see what other sessions do: it lacks pg_monitor"
    };
    right_ui(cx, ui, rights.sees_others, &format!("{role} {sees}"));
    let settings = if rights.sees_settings { "sees every setting" } else { "does not see every setting" };
    right_ui(cx, ui, rights.sees_settings, &format!("{role} {settings}"));
}

fn redis_rights_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &DatabaseStatus) {
    panel_head(ui, cx.theme, cx.is_compact, "Rights", "the least that is needed, from version 6 on", |_| {});
    let user = if status.target.user.is_empty() { "perfdesk" } else { &*status.target.user };
    Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        let text = "A user of its own that may run INFO, SLOWLOG GET and CONFIG GET, and touches no key:";
        ui.add(Label::new(cx.theme.colored(TextRole::Body, text, cx.theme.color.t2)).wrap());
        let sql =
            format!("ACL SETUSER {user} on >… resetkeys -@all +auth +info +slowlog|get +client|setname +config|get");
        code_ui(cx, ui, &sql, "Copy");
    });
}
