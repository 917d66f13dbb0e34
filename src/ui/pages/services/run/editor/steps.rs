//! The warm-up: steps that are added, ordered, and of which one at a time shows its fields.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Stroke, Ui, vec2};

use super::drafts::Draft;
use super::fields::{Number, hint, number_ui, text_ui};
use super::form::Form;
use super::section;
use super::step_form::{CONNECTIONS, REPEATS, StepForm, TIME_OUT, TRIES, Way};
use crate::model::run::{MAX_STEPS, OnFailure};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, IconButton, choice, menu_item, popup_menu, segments, toggle};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "HEAD", "DELETE"];

/// What a step's row asked for.
enum Ask {
    Up,
    Down,
    Remove,
    Open,
}

/// Draws the part.
pub(super) fn steps_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form, draft: &mut Draft) {
    let theme = cx.theme;
    let mut added = None;
    let why_not = (form.steps.len() >= MAX_STEPS).then_some("There are 50 steps already");
    let right = |ui: &mut Ui| {
        let add = Button::secondary("Add a step").icon(icons::PLUS).why_not(why_not).show(ui, theme);
        popup_menu(theme, &add, |ui| {
            for (way, words) in Way::ALL {
                if menu_item(ui, theme, words, None, false).clicked() {
                    added = Some(way);
                }
            }
        });
    };
    let steps = &mut form.steps;
    section(cx, ui, "Warm-up", "in this order, once it answers", right, |ui| {
        if steps.is_empty() {
            hint(cx, ui, "Without a step its first users pay for cold caches and empty pools");
        }
        let mut asked = None;
        let n = steps.len();
        for (i, step) in steps.iter_mut().enumerate() {
            let is_open = draft.open_step == Some(step.id);
            if let Some(ask) = head_ui(cx, ui, step, (i, n), is_open) {
                asked = Some((i, ask));
            }
            if is_open {
                let frame = Frame::new()
                    .stroke(Stroke::new(1.0, theme.color.line))
                    .corner_radius(theme.radius.control)
                    .inner_margin(Margin::symmetric(12, 10));
                frame.show(ui, |ui| {
                    ui.set_min_width(ui.available_width());
                    ui.push_id(("step", step.id), |ui| fields_ui(cx, ui, step));
                });
            }
        }
        match asked {
            Some((i, Ask::Up)) => steps.swap(i, i - 1),
            Some((i, Ask::Down)) => steps.swap(i, i + 1),
            Some((i, Ask::Remove)) => _ = steps.remove(i),
            Some((i, Ask::Open)) => {
                let id = steps[i].id;
                draft.open_step = if draft.open_step == Some(id) { None } else { Some(id) };
            }
            None => {}
        }
    });
    if let Some(way) = added {
        let id = form.free_id();
        form.steps.push(StepForm::new(way, id));
        draft.open_step = Some(id);
    }
}

/// The row of a step: its name, what it does, and what can be done with it.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, step: &StepForm, (i, n): (usize, usize), is_open: bool) -> Option<Ask> {
    let theme = cx.theme;
    let mut asked = None;
    let name = if step.name.trim().is_empty() { format!("step {}", i + 1) } else { step.name.trim().to_owned() };
    let size = vec2(ui.available_width(), theme.size.control);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        if IconButton::new(icons::TRASH, &format!("Remove {name}")).side(24.0).show(ui, theme).clicked() {
            asked = Some(Ask::Remove);
        }
        let why_not = (i + 1 == n).then_some("It is the last");
        let down = format!("Move {name} down");
        if IconButton::new(icons::ARROW_DOWN, &down).side(24.0).why_not(why_not).show(ui, theme).clicked() {
            asked = Some(Ask::Down);
        }
        let why_not = (i == 0).then_some("It is the first");
        let up = format!("Move {name} up");
        if IconButton::new(icons::ARROW_UP, &up).side(24.0).why_not(why_not).show(ui, theme).clicked() {
            asked = Some(Ask::Up);
        }
        let (icon, words) = match is_open {
            true => (icons::CARET_UP, format!("Close {name}")),
            false => (icons::PENCIL_SIMPLE, format!("Change {name}")),
        };
        if IconButton::new(icon, &words).side(24.0).chosen(is_open).show(ui, theme).clicked() {
            asked = Some(Ask::Open);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.label(theme.colored(TextRole::Small, format!("{}", i + 1), theme.color.t3));
            ui.add(Label::new(theme.text(TextRole::BodyStrong, &name)).truncate());
            let what = format!("{}  {}", step.way.words(), step.what());
            ui.add(Label::new(theme.colored(TextRole::Small, what, theme.color.t3)).truncate());
        });
    });
    asked
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, step: &mut StepForm) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
    hint(cx, ui, "Name of the step, and what it does");
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 168.0).max(80.0);
        Field::new(&mut step.name, "Name of the step").hint("Such as open pool").width(width).show(ui, theme);
        choice(ui, theme, "Kind of the step", 160.0, &mut step.way, &Way::ALL);
    });
    match step.way {
        Way::Http => http_ui(cx, ui, step),
        Way::Sql => {
            text_ui(cx, ui, &mut step.database, "Database, as it is set up", "shop");
            text_ui(cx, ui, &mut step.statement, "Statement", "SELECT count(*) FROM orders");
        }
        Way::PoolOpen => {
            let name = "Address: http:// for requests, host and port for bare connections";
            text_ui(cx, ui, &mut step.address, name, "http://127.0.0.1:8080/products");
            let number = Number {
                name: "Connections at once",
                unit: "",
                what: "The number of connections",
                bounds: CONNECTIONS,
            };
            number_ui(cx, ui, &mut step.connections, number);
        }
        Way::Dns => text_ui(cx, ui, &mut step.host, "Name to look up", "db.internal"),
        Way::Preload => {
            text_ui(cx, ui, &mut step.url, "Address the POST goes to", "http://127.0.0.1:8080/models/load");
            text_ui(cx, ui, &mut step.body, "What is sent, as JSON", "Nothing");
            let name = "Address asked until it is done";
            text_ui(cx, ui, &mut step.done_url, name, "The answer to the POST tells");
        }
        Way::Command => {
            text_ui(cx, ui, &mut step.argv, "Command that ends with 0", "/opt/shop/bin/warm --quick");
        }
    }
    let within = Number { name: "Time for each", unit: "s", what: "The time-out", bounds: TIME_OUT };
    number_ui(cx, ui, &mut step.time_out, within);
    let times = Number { name: "Done", unit: "times", what: "Repeats", bounds: REPEATS };
    number_ui(cx, ui, &mut step.repeats, times);
    let tries = Number { name: "Tried before it has failed", unit: "times", what: "Tries", bounds: TRIES };
    number_ui(cx, ui, &mut step.tries, tries);
    hint(cx, ui, "When it fails");
    let choices =
        [(OnFailure::FailStart, "The start failed"), (OnFailure::Degrade, "Degraded"), (OnFailure::Ignore, "Ignored")];
    segments(ui, theme, "When it fails", &mut step.on_failure, &choices);
    toggle(ui, theme, &mut step.is_lazy, "Done after it is ready, which does not wait for it");
}

fn http_ui(cx: &PanelCx<'_>, ui: &mut Ui, step: &mut StepForm) {
    let theme = cx.theme;
    hint(cx, ui, "Method and address");
    ui.horizontal(|ui| {
        let mut method = METHODS.iter().position(|method| *method == step.method).unwrap_or(0);
        let choices: Vec<(usize, &str)> = METHODS.iter().copied().enumerate().collect();
        if choice(ui, theme, "Method", 96.0, &mut method, &choices) {
            step.method = METHODS[method].to_owned();
        }
        let field = Field::new(&mut step.url, "Address of the step").hint("http://127.0.0.1:8080/products");
        field.path().show(ui, theme);
    });
    if step.method != "GET" && step.method != "HEAD" {
        text_ui(cx, ui, &mut step.body, "What is sent, as JSON", "Nothing");
    }
    hint(cx, ui, "Status it must be answered with, and a text the answer must contain");
    ui.horizontal(|ui| {
        Field::new(&mut step.status, "Status of the step").hint("200 to 299").number().width(104.0).show(ui, theme);
        Field::new(&mut step.contains, "Text of the answer").hint("Any text").show(ui, theme);
    });
}
