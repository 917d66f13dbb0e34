//! The pages of the window. Each draws from a [`super::PanelCx`] and keeps only what it must remember between frames.
//!
//! A page is given the whole area between the top bar and the status bar, without margin: it takes its margins from
//! [`crate::ui::theme::Theme::frame`]. Charts, Profiles and Alerts also draw the middle of the top bar.

pub mod alerts;
pub mod charts;
pub mod compare;
pub mod health;
pub mod help;
pub mod machines;
pub mod overview;
pub mod processes;
pub mod profiles;
pub mod reports;
pub mod services;
pub mod settings;
pub mod suggestions;

use eframe::egui::{Rect, Ui};

/// The place of a page that scrolls: a margin at the left; at the right the scroll bar stands in the margin.
fn page_place(ui: &Ui, margin_x: f32) -> Rect {
    let mut place = ui.max_rect();
    place.min.x += margin_x;
    place
}
