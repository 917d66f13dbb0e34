//! The Alerts page: found and clicked by what a person reads, and by the commands that leave.

mod acting;
mod editing;
mod log;
mod looking;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::alert::{AlertCommand, Alerting, BacktestRequest, Rule, RuleId};
use perfdesk::ui::Page;

use crate::support::Window;
use crate::support::alerting::with;

pub const WIDE: [f32; 2] = [1440.0, 900.0];
pub const NARROW: [f32; 2] = [1024.0, 700.0];

pub fn open(alerts: Alerting) -> Window {
    open_at(alerts, WIDE)
}

pub fn open_at(alerts: Alerting, size: [f32; 2]) -> Window {
    Window::open_at(with(alerts), size, Some(Page::Alerts))
}

/// Puts a rule into the editor by its entry in the list.
#[track_caller]
pub fn choose(window: &mut Window, name: &str) {
    let prefix = format!("{name}: ");
    window.harness.get_by_label_contains(&prefix).click();
    window.run();
}

/// Puts the keyboard into a field, takes out what is there, and types.
#[track_caller]
pub fn type_into(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_label(field).click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

/// What was sent about alerts since the last call.
pub fn sent(window: &mut Window) -> Vec<AlertCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|command| if let Command::Alert(command) = command { Some(command) } else { None }).collect()
}

/// The last rule that was saved, and in whose place.
pub fn saved(window: &mut Window) -> Option<(Rule, Option<RuleId>)> {
    sent(window).into_iter().rev().find_map(|command| match command {
        AlertCommand::SaveRule { rule, replaces } => Some((*rule, replaces)),
        _ => None,
    })
}

/// The last question when a rule would have fired.
pub fn asked(window: &mut Window) -> Option<BacktestRequest> {
    sent(window).into_iter().rev().find_map(|command| match command {
        AlertCommand::Backtest(Some(request)) => Some(*request),
        _ => None,
    })
}
