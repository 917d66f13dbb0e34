//! Who is told when the rule fires: each way with its switch, how it went the last time, and what there is to set.

use eframe::egui::{Label, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::deed::Deed;
use super::dialog::Dialog;
use super::form::Form;
use super::model::EditModel;
use super::words::thin;
use crate::model::alert::{ActionKind, Delivery, RuleActions, RuleField, RuleId};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, link, panel, panel_head, text_at, toggle_called};

const CELL: f32 = 60.0;
/// Least width of a cell.
const NARROWEST: f32 = 200.0;

/// One way of telling.
struct Way {
    name: &'static str,
    icon: Icon,
    kind: Option<ActionKind>,
    /// What there is to set.
    dialog: Option<Dialog>,
}

const WAYS: [Way; 6] = [
    Way { name: "In the window", icon: icons::APP_WINDOW, kind: None, dialog: None },
    Way { name: "Desktop", icon: icons::DESKTOP, kind: Some(ActionKind::Desktop), dialog: Some(Dialog::Timing) },
    Way { name: "Sound", icon: icons::BELL, kind: None, dialog: None },
    Way { name: "Webhook", icon: icons::WEBHOOKS_LOGO, kind: Some(ActionKind::Webhook), dialog: Some(Dialog::Webhook) },
    Way {
        name: "Program",
        icon: icons::TERMINAL_WINDOW,
        kind: Some(ActionKind::Program),
        dialog: Some(Dialog::Program),
    },
    Way { name: "Capture", icon: icons::CHART_LINE, kind: Some(ActionKind::Capture), dialog: Some(Dialog::Capture) },
];

/// Draws the panel.
pub fn actions_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    chosen: &RuleId,
    model: &EditModel,
    form: &mut Form,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let status = cx.snapshot.alerts.rule(chosen);
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Actions", &hint(&model.reading.rule.actions), |ui| {
            if link(ui, theme, "Edit message…").clicked() {
                deeds.push(Deed::Ask(Dialog::Message));
            }
            if link(ui, theme, "Quiet hours…").clicked() {
                deeds.push(Deed::Ask(Dialog::Timing));
            }
            if link(ui, theme, "Inhibited by…").clicked() {
                deeds.push(Deed::Ask(Dialog::Inhibition));
            }
            if status.is_some() && link(ui, theme, "Test all").clicked() {
                deeds.push(Deed::Send(crate::model::alert::AlertCommand::TestRule(chosen.clone())));
            }
        });
        let width = ui.available_width();
        let n_columns = ((width / NARROWEST) as usize).clamp(1, 4).min(3);
        let n_rows = WAYS.len().div_ceil(n_columns);
        let (whole, _) = ui.allocate_exact_size(vec2(width, CELL * n_rows as f32), Sense::hover());
        let line = Stroke::new(1.0, theme.color.line);
        let cell_width = whole.width() / n_columns as f32;
        for (i, way) in WAYS.into_iter().enumerate() {
            let (column, row) = (i % n_columns, i / n_columns);
            let at = pos2(whole.left() + column as f32 * cell_width, whole.top() + row as f32 * CELL);
            let cell = Rect::from_min_size(at, vec2(cell_width, CELL));
            if column > 0 {
                ui.painter().vline(cell.left().round() + 0.5, cell.y_range(), line);
            }
            if row > 0 && column == 0 {
                ui.painter().hline(whole.x_range(), cell.top().round() + 0.5, line);
            }
            let delivery = status.and_then(|status| status.deliveries.iter().find(|d| Some(d.kind) == way.kind));
            way_ui(cx, ui, cell, &way, (model, delivery), form, deeds);
        }
    });
}

/// "at most one of each in 15 min, and once when resolved".
fn hint(actions: &RuleActions) -> String {
    let often = match actions.repeat {
        Some(repeat) => format!("again each {}", super::words::duration_words(repeat)),
        None => "once".to_owned(),
    };
    format!("{often}{}", if actions.resolved { ", and when it ends" } else { "" })
}

fn switch<'a>(form: &'a mut Form, name: &str) -> &'a mut bool {
    let actions = &mut form.actions;
    match name {
        "In the window" => &mut actions.window,
        "Desktop" => &mut actions.desktop,
        "Sound" => &mut actions.sound,
        "Webhook" => &mut actions.has_webhook,
        "Program" => &mut actions.has_program,
        _ => &mut actions.has_capture,
    }
}

fn way_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    cell: Rect,
    way: &Way,
    (model, delivery): (&EditModel, Option<&Delivery>),
    form: &mut Form,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let first = cell.top() + 20.0;
    way.icon.paint(ui.painter(), pos2(cell.left() + 24.0, first), theme.size.icon, c.t2);
    let title = Rect::from_min_max(pos2(cell.left() + 42.0, first - 10.0), pos2(cell.right() - 60.0, first + 10.0));
    text_at(ui.painter(), theme, title, way.name, TextRole::BodyStrong, c.t1);
    let place = Rect::from_min_size(pos2(cell.right() - 44.0, first - 10.0), vec2(36.0, 20.0));
    let mut is_turned_on = false;
    ui.scope_builder(UiBuilder::new().id_salt(("way", way.name)).max_rect(place), |ui| {
        let is_on = switch(form, way.name);
        is_turned_on = toggle_called(ui, theme, is_on, way.name, "", false).changed() && *is_on;
    });
    // What cannot work without being set asks for it at once.
    let needs = (way.name == "Webhook" && form.actions.webhook.is_empty())
        || (way.name == "Program" && form.actions.program.trim().is_empty());
    if is_turned_on
        && needs
        && let Some(dialog) = way.dialog.clone()
    {
        deeds.push(Deed::Ask(dialog));
    }
    let (text, is_bad) = line(cx, way, form, model, delivery);
    let second = Rect::from_min_max(pos2(cell.left() + 16.0, first + 10.0), pos2(cell.right() - 12.0, first + 30.0));
    let color = if is_bad { c.critical } else { c.t2 };
    match &way.dialog {
        None => {
            text_at(ui.painter(), theme, second, &text, TextRole::Small, color);
        }
        Some(dialog) => {
            let response = ui.interact(second, ui.scope_id().with(("set", way.name)), Sense::click());
            let color = if response.hovered() { c.accent } else { color };
            text_at(ui.painter(), theme, second, &text, TextRole::Small, color);
            focus_ring(ui, theme, &response, theme.radius.bar);
            let name = format!("Set {}: {text}", way.name.to_lowercase());
            response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
            if response.clicked() {
                deeds.push(Deed::Ask(dialog.clone()));
            }
            let told = delivery.map_or_else(|| text.clone(), |delivery| told(cx, delivery));
            response.on_hover_text(told);
        }
    }
}

/// How telling went the last time, in full.
fn told(cx: &PanelCx<'_>, delivery: &Delivery) -> String {
    let how = if delivery.is_ok { "worked" } else { "failed" };
    format!("Last time, {}, it {how}\n{}", stamp(delivery.at, cx.now, Zone::LOCAL, true), delivery.text)
}

/// What stands below a way, and whether it needs a look.
fn line(cx: &PanelCx<'_>, way: &Way, form: &Form, model: &EditModel, delivery: Option<&Delivery>) -> (String, bool) {
    let actions = &form.actions;
    let fault = |field: RuleField| model.reading.at(&[field]).next().map(|problem| problem.text.to_string());
    let last = match delivery {
        Some(delivery) if delivery.is_ok => ", last call worked",
        Some(_) => ", last call failed",
        None => "",
    };
    let has_failed = delivery.is_some_and(|delivery| !delivery.is_ok);
    match way.name {
        "In the window" => ("Badge and toast".to_owned(), false),
        "Sound" => ("With the desktop's notification".to_owned(), false),
        "Desktop" if form.quiet.trim().is_empty() => (format!("At any hour{last}"), has_failed),
        "Desktop" => (format!("Not {}{last}", form.quiet.replace('-', " to ")), has_failed),
        "Webhook" if !actions.has_webhook => {
            let n = cx.snapshot.alerts.webhooks.len();
            let text = if n == 0 { "Add a webhook…".to_owned() } else { "Choose a webhook…".to_owned() };
            (text, false)
        }
        "Webhook" => match fault(RuleField::Webhook) {
            Some(fault) => (fault, true),
            None => (format!("{}{last}", actions.webhook), has_failed),
        },
        "Program" if !cx.snapshot.alerts.programs_allowed => ("Off until you allow programs…".to_owned(), false),
        "Program" if !actions.has_program => ("Choose a program…".to_owned(), false),
        "Program" => match fault(RuleField::Program) {
            Some(fault) => (fault, true),
            None => (format!("{}{last}", actions.program.lines().next().unwrap_or_default()), has_failed),
        },
        _ => (format!("Each 250\u{2009}ms for {}{last}", thin(&actions.capture)), has_failed),
    }
}

/// A line of explanation in a dialog.
pub fn explain(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    ui.add(Label::new(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3)).wrap());
}
