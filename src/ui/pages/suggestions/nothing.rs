//! What stands on a part of the page that has no card.

use eframe::egui::Ui;

use super::Tab;
use crate::ui::cx::PanelCx;
use crate::ui::widgets::{empty_state, panel};

/// Says why there is nothing, and what would stand here.
pub fn nothing_ui(cx: &PanelCx<'_>, ui: &mut Ui, tab: Tab) {
    let (title, text) = match tab {
        Tab::Open if cx.snapshot.advice.kinds.is_empty() => {
            ("Nothing was looked at yet", "The first look takes half a minute of samples.")
        }
        Tab::Open | Tab::Record => (
            "Nothing to suggest now",
            "Each kind is looked at again and again, about twice a minute. What was found, and what is missing to \
             tell more, stands below.",
        ),
        Tab::OnTrial => (
            "Nothing is on trial",
            "“Try it…” on a card plans its change on the Profiles page. Once that is applied the card stands here \
             until the change is kept or taken back.",
        ),
        Tab::Done => (
            "Nothing was done yet",
            "What you try and keep, or mark as done, stands here with the figures from before and after.",
        ),
        Tab::Dismissed => (
            "Nothing is dismissed or snoozed",
            "A card that you snooze comes back at its time; one that you dismiss stays away until what is seen is \
             materially different.",
        ),
    };
    panel(ui, cx.theme, |ui| empty_state(ui, cx.theme, title, text, None));
}
