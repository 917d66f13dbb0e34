//! The menu that silences a rule: for how long, and why.

use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveTime};
use eframe::egui::{Popup, PopupCloseBehavior, Response, Ui, vec2};

use super::deed::Deed;
use crate::model::Timestamp;
use crate::model::alert::RuleStatus;
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, menu_item, popup_frame};

/// When a silence until tomorrow ends: as the day begins for most.
const MORNING_HOUR: u32 = 8;

/// What was typed.
#[derive(Debug, Default)]
pub struct SilenceForm {
    reason: String,
}

/// The moment a silence until tomorrow ends.
fn tomorrow(now: Timestamp, zone: Zone) -> Timestamp {
    let today = zone.day(now);
    let day = today.checked_add_days(Days::new(1)).unwrap_or(today);
    zone.moment(day.and_time(NaiveTime::from_hms_opt(MORNING_HOUR, 0, 0).unwrap_or_default()))
}

/// Draws the menu below its button while it is open.
pub fn silence_ui(
    cx: &PanelCx<'_>,
    button: &Response,
    form: &mut SilenceForm,
    status: Option<&RuleStatus>,
    deeds: &mut Vec<Deed>,
) {
    let Some(status) = status else { return };
    let popup = Popup::from_toggle_button_response(button)
        .frame(popup_frame(cx.theme))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0);
    popup.show(|ui| {
        if let Some(deed) = menu_ui(cx, ui, form, status) {
            form.reason.clear();
            deeds.push(deed);
            ui.close();
        }
    });
}

fn menu_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut SilenceForm, status: &RuleStatus) -> Option<Deed> {
    const WIDTH: f32 = 280.0;
    let theme = cx.theme;
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
    let mut until = None;
    Field::new(&mut form.reason, "Reason of the silence").hint("Why, for others to read").show(ui, theme);
    for (minutes, text) in [(15, "For 15\u{2009}min"), (60, "For 1\u{2009}h"), (240, "For 4\u{2009}h")] {
        if menu_item(ui, theme, text, Some(icons::BELL_SLASH), false).clicked() {
            until = Some(Some(cx.now.plus(Duration::from_secs(60 * minutes))));
        }
    }
    if menu_item(ui, theme, "Until tomorrow, 08:00", Some(icons::BELL_SLASH), false).clicked() {
        until = Some(Some(tomorrow(cx.now, Zone::LOCAL)));
    }
    if let Some(silence) = status.silence.as_ref().filter(|silence| cx.now < silence.until) {
        if menu_item(ui, theme, "End the silence", Some(icons::BELL), false).clicked() {
            until = Some(None);
        }
        let text = format!("Silenced until {}", stamp(silence.until, cx.now, Zone::LOCAL, false));
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    } else {
        let text = "It is still watched and logged, and tells nobody";
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    }
    let reason: Arc<str> = form.reason.trim().into();
    until.map(|until| Deed::Silence(status.rule.id.clone(), until, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_begins_in_the_morning() {
        let noon = Timestamp::from_millis(1_795_435_200_000);
        let at = tomorrow(noon, Zone::UTC);
        assert_eq!(crate::ui::chart::time_axis::full_stamp(at, Zone::UTC), "Tue 24 Nov 2026, 08:00:00");
    }
}
