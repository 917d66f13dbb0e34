//! A period a person chooses: two fields of text, presets, and the words for it.
//!
//! The fields are drafts. What they mean is read anew each time, and a fault is said at the field that has it.

pub mod presets;
pub mod words;

use std::time::Duration;

use eframe::egui::{Key, Popup, PopupCloseBehavior, Ui};

use crate::analysis::time_text;
use crate::model::{TimeRange, Timestamp};
use crate::ui::chart::Zone;
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::dates::{PeriodPicker, Picked};
use crate::ui::widgets::{Field, IconButton, Problem, popup_frame};

/// The period in two fields.
#[derive(Debug, Clone, Default)]
pub struct PeriodDraft {
    from: String,
    to: String,
    /// What the fields were filled from, and the texts then: while those stand, the exact period is meant.
    filled: Option<(TimeRange, String, String)>,
    calendar: Option<PeriodPicker>,
}

/// Why the fields are no period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodFault {
    /// Nothing was typed yet.
    Empty,
    /// What is wrong with the first field.
    From(String),
    /// What is wrong with the second field.
    To(String),
}

impl PeriodDraft {
    /// The fields for a period.
    pub fn of(range: TimeRange) -> Self {
        let mut draft = Self::default();
        draft.fill(range);
        draft
    }

    /// Writes a period into the fields.
    pub fn fill(&mut self, range: TimeRange) {
        let with_millis = range.span() < Duration::from_secs(10);
        let text = |at: Timestamp| words::moment_text(at, Zone::LOCAL.offset_seconds(at), with_millis);
        (self.from, self.to) = (text(range.start), text(range.end));
        self.filled = Some((range, self.from.clone(), self.to.clone()));
    }

    /// Whether nothing was typed yet.
    pub fn is_empty(&self) -> bool {
        self.from.trim().is_empty() && self.to.trim().is_empty()
    }

    /// What the fields mean.
    ///
    /// # Errors
    /// What is wrong, and with which field.
    pub fn range(&self, now: Timestamp) -> Result<TimeRange, PeriodFault> {
        if let Some((range, from, to)) = &self.filled
            && *from == self.from
            && *to == self.to
        {
            return Ok(*range);
        }
        if self.is_empty() {
            return Err(PeriodFault::Empty);
        }
        let read = |text: &str| match text.trim() {
            "" => Err("Type a time, such as 14:00, -2h or now".to_owned()),
            text => time_text::parse(text, now, &Zone::LOCAL).map_err(|error| error.to_string()),
        };
        let start = read(&self.from).map_err(PeriodFault::From)?;
        let end = read(&self.to).map_err(PeriodFault::To)?;
        if end <= start {
            return Err(PeriodFault::To("The end must be later than the beginning".into()));
        }
        Ok(TimeRange { start, end })
    }

    /// Draws the two fields, called "`name` from" and "`name` to". True when Enter was pressed in one of them.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, name: &str, width: f32) -> bool {
        let fault = self.range(cx.now).err();
        let mut is_entered = false;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let calendar = cx.theme.size.control + 8.0;
            let field = ((width - 32.0 - calendar) / 2.0).max(116.0);
            // What is being typed is not yet wrong.
            let ids = ["from", "to"].map(|end| ui.scope_id().with((name, end)));
            let typing = ids.map(|id| ui.memory(|memory| memory.has_focus(id)));
            let from_fault = match &fault {
                Some(PeriodFault::From(why)) if !typing[0] => Some(Problem::Error(why)),
                _ => None,
            };
            let from_name = format!("{name} from");
            let from = Field::new(&mut self.from, &from_name).hint("From").width(field).problem(from_fault).id(ids[0]);
            let from = from.show(ui, cx.theme);
            ui.allocate_ui(eframe::egui::vec2(16.0, cx.theme.size.control), |ui| {
                ui.centered_and_justified(|ui| {
                    ui.label(icons::ARROW_RIGHT.text(12.0, cx.theme.color.t3));
                });
            });
            let to_fault = match &fault {
                Some(PeriodFault::To(why)) if !typing[0] && !typing[1] => Some(Problem::Error(why)),
                _ => None,
            };
            let to_name = format!("{name} to");
            let to = Field::new(&mut self.to, &to_name).hint("To").width(field).problem(to_fault).id(ids[1]);
            let to = to.show(ui, cx.theme);
            let is_enter = ui.input(|i| i.key_pressed(Key::Enter));
            is_entered = is_enter && (from.lost_focus() || to.lost_focus());
            is_entered |= self.calendar_ui(cx, ui, name);
        });
        is_entered
    }

    /// The button of the calendar, and the calendar while it is open. True when a period was chosen in it.
    fn calendar_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, name: &str) -> bool {
        let covers = cx.snapshot.history.covers();
        let covers = covers.unwrap_or_else(|| TimeRange::ending_at(cx.now, Duration::from_secs(3600)));
        let label = format!("Calendar for {name}");
        let button = IconButton::new(icons::CALENDAR_BLANK, &label).framed().show(ui, cx.theme);
        if button.clicked() {
            let shown = self.range(cx.now).unwrap_or_else(|_| TimeRange::ending_at(cx.now, Duration::from_secs(3600)));
            self.calendar = Some(PeriodPicker::new(shown, Zone::LOCAL).period_only());
        }
        let popup = Popup::from_toggle_button_response(&button)
            .frame(popup_frame(cx.theme).inner_margin(12))
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .gap(4.0);
        let picked = popup.show(|ui| {
            let picker = self.calendar.as_mut()?;
            let picked = picker.show(ui, cx.theme, (cx.now, Zone::LOCAL), covers);
            if picked.is_some() {
                ui.close();
            }
            picked
        });
        match picked.and_then(|shown| shown.inner) {
            Some(Picked::Period(range)) => {
                self.fill(range);
                true
            }
            Some(Picked::Moment(_)) | None => false,
        }
    }

    /// Draws what the fields mean in words, or what can be typed while they are empty.
    pub fn words_ui(&self, cx: &PanelCx<'_>, ui: &mut Ui) {
        let text = match self.range(cx.now) {
            Ok(range) => {
                let length = words::length_words(range.span());
                format!("{}, {length}", words::period_words(range, cx.now))
            }
            Err(_) => "Such as 2026-11-23 14:00, 14:00, yesterday 14:00, -2h or now".into(),
        };
        ui.label(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_123);

    #[test]
    fn a_period_that_was_filled_in_is_meant_exactly_until_a_field_changes() {
        let range = TimeRange::ending_at(NOW, Duration::from_millis(3_600_456));
        let mut draft = PeriodDraft::of(range);
        assert_eq!(draft.range(NOW), Ok(range));
        draft.to = "now".into();
        let typed = draft.range(NOW).expect("both fields read");
        assert_eq!(typed.end, NOW);
        assert_eq!(typed.start.as_millis() % 1000, 0, "read from the text");
    }

    #[test]
    fn each_fault_stands_at_its_field() {
        let draft = |from: &str, to: &str| PeriodDraft { from: from.into(), to: to.into(), ..PeriodDraft::default() };
        assert_eq!(draft("", " ").range(NOW), Err(PeriodFault::Empty));
        assert!(matches!(draft("soon", "now").range(NOW), Err(PeriodFault::From(_))));
        assert!(matches!(draft("-2h", "").range(NOW), Err(PeriodFault::To(_))));
        let reversed = draft("now", "-2h").range(NOW);
        assert_eq!(reversed, Err(PeriodFault::To("The end must be later than the beginning".into())));
    }
}
