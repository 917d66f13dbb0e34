//! The Profiles page: found and clicked by what a person reads, and by the commands that leave.

mod applying;
mod binding;
mod editing;
mod looking;
mod making;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Command;
use perfdesk::model::profile::{ApplyCommand, ProfileCommand, Tuning};
use perfdesk::ui::Page;

use crate::support::Window;
use crate::support::tuning::with;

pub const WIDE: [f32; 2] = [1440.0, 900.0];
pub const NARROW: [f32; 2] = [1024.0, 700.0];

pub fn open(tuning: Tuning) -> Window {
    open_at(tuning, WIDE)
}

pub fn open_at(tuning: Tuning, size: [f32; 2]) -> Window {
    Window::open_at(with(tuning), size, Some(Page::Profiles))
}

/// Puts the keyboard into a field, takes out what is there, and types.
#[track_caller]
pub fn type_into(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_label(field).click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

/// The text that was last sent to be kept, and of what.
pub fn saved(window: &mut Window) -> Option<(String, String)> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::Profile(ProfileCommand::Save { name, text }) => Some((name.to_string(), text.to_string())),
        _ => None,
    })
}

/// The last plan that was asked for: of which profile, and with which unsaved text.
pub fn planned(window: &mut Window) -> Option<(String, Option<String>)> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::Apply(ApplyCommand::Plan { profile, draft, .. }) => {
            Some((profile.to_string(), draft.map(|draft| draft.to_string())))
        }
        _ => None,
    })
}
