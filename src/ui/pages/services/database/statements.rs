//! Statements by the time they take, and the plan of the chosen one.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Rect, ScrollArea, Ui, vec2};

use super::super::ServicesPanel;
use super::super::sheet::{About, Ask, sheet_ui};
use super::missing::reason_ui;
use super::rows;
use super::tables::untold_ui;
use crate::model::Command;
use crate::model::database::{DatabaseStatus, Plan, PlanOutcome, PostgresView, Statement, Told};
use crate::model::service::ServiceCommand;
use crate::ui::chart::time_axis::about_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, hairline, panel_head, panel_in};
use crate::ui::{Intent, PanelCx, icons};

/// Draws the statements, and below them the plan of the chosen one.
pub(super) fn statements_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    (status, view): (&Arc<DatabaseStatus>, &PostgresView),
) {
    let Told::Value(statements) = &view.statements else {
        untold_ui(cx, ui, rect, "Statements", &view.statements);
        return;
    };
    let page = &mut panel.database;
    page.statements.refresh(statements, rows::statements);
    let chosen = page.statements.chosen().map(|row| row.key.clone());
    let chosen = chosen.and_then(|key| statements.rows.iter().find(|statement| rows::key(statement) == key)).cloned();
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let (above, below) = match &chosen {
        Some(_) => {
            let at = rect.top() + (rect.height() * 0.52).round();
            (rect.with_max_y(at), Some(rect.with_min_y(at + gap)))
        }
        None => (rect, None),
    };
    let about = About { name: "statement", notice: f64::MAX, missing: "Nothing ran in this database yet" };
    // With a statement chosen the button stands beside its plan.
    let asks: &[Ask] = if chosen.is_none() { &[Ask::Plan] } else { &[] };
    let asked = panel_in(ui, cx.theme, above, |ui| sheet_ui(cx, ui, above, &mut page.statements, about, asks));
    let Some((statement, below)) = chosen.as_ref().zip(below) else { return };
    let explains = panel_in(ui, cx.theme, below, |ui| plan_ui(cx, ui, below, (status, statement), page.asked));
    if explains || asked == Some(Ask::Plan) {
        page.asked = Some(statement.id);
        cx.send(Command::Service(ServiceCommand::Explain(status.target.name.clone(), statement.id)));
    }
}

/// The chosen statement and its plan; true when the plan was asked for.
fn plan_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    (status, statement): (&DatabaseStatus, &Statement),
    asked: Option<crate::model::database::StatementId>,
) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let plan = status.plan.as_ref().filter(|plan| plan.statement == statement.id);
    let mut explains = false;
    let hint = match plan {
        Some(plan) => {
            let kind = if plan.is_generic { "for any values, " } else { "" };
            format!("plan {kind}{} ago; the statement was not run for it", about_words(cx.now.since(plan.at)))
        }
        None => "EXPLAIN shows how the server would run it, without running it".into(),
    };
    panel_head(ui, theme, cx.is_compact, "Statement and plan", &hint, |ui| {
        if Button::secondary("Copy").icon(icons::COPY).name("Copy the statement and its plan").show(ui, theme).clicked()
        {
            cx.ask(Intent::Copy(copied(statement, plan)));
        }
        let word = if plan.is_some() { "Explain again" } else { "Explain" };
        explains = Button::primary(word).icon(icons::TREE_VIEW).show(ui, theme).clicked();
    });
    let inner = rect.with_min_y(ui.cursor().top()).shrink2(vec2(16.0, 8.0));
    ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(inner), |ui| {
        ScrollArea::both().id_salt("plan").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.set_max_width(inner.width() - 12.0);
                ui.add(Label::new(theme.colored(TextRole::Code, &*statement.text, c.t1)).wrap().selectable(true));
                ui.add_space(4.0);
                hairline(ui, theme);
                ui.add_space(4.0);
                match plan.map(|plan| &plan.outcome) {
                    Some(PlanOutcome::Lines(lines)) => {
                        for line in lines.iter() {
                            let text = theme.colored(TextRole::Code, &**line, line_color(cx, line));
                            ui.add(Label::new(text).extend().selectable(true));
                        }
                    }
                    Some(PlanOutcome::Missing(missing)) => reason_ui(cx, ui, missing),
                    None if asked == Some(statement.id) => {
                        ui.label(theme.colored(TextRole::Small, "The server plans it…", c.t3));
                    }
                    None => {
                        let text =
                            "Press Explain for its plan. Where it reads many rows to return few, an index is missing";
                        ui.label(theme.colored(TextRole::Small, text, c.t3));
                    }
                }
            });
        });
    });
    explains
}

/// What reads a whole table stands out.
fn line_color(cx: &PanelCx<'_>, line: &str) -> eframe::egui::Color32 {
    if line.contains("Seq Scan") { cx.theme.color.warning } else { cx.theme.color.t1 }
}

fn copied(statement: &Statement, plan: Option<&Arc<Plan>>) -> String {
    let mut text = statement.text.to_string();
    if let Some(PlanOutcome::Lines(lines)) = plan.map(|plan| &plan.outcome) {
        text.push_str("\n\n");
        text.push_str(&lines.join("\n"));
    }
    text
}
