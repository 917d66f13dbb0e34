//! The choice of a period: a month of days, quick choices, from and to, and a jump to one moment.
//!
//! It holds a draft and answers with what was chosen; it knows nothing of charts.

use chrono::{Datelike, Days, NaiveDate};
use eframe::egui::{Key, Response, Ui};

use super::month::{MonthGrid, WIDTH, month_ui};
use super::{moment_field, moment_text};
use crate::model::{TimeRange, Timestamp};
use crate::ui::chart::Zone;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{Button, hairline, link};

/// Width of the column of fields, points.
const FIELDS: f32 = 276.0;

/// A period that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuickPeriod {
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Since Monday.
    ThisWeek,
    /// The last seven days.
    SevenDays,
}

/// The quick choices, in the order they stand in.
pub const QUICK: [(QuickPeriod, &str); 4] = [
    (QuickPeriod::Today, "Today"),
    (QuickPeriod::Yesterday, "Yesterday"),
    (QuickPeriod::ThisWeek, "This week"),
    (QuickPeriod::SevenDays, "Last 7 days"),
];

impl QuickPeriod {
    /// The span it means at `now`.
    pub fn range(self, now: Timestamp, zone: Zone) -> TimeRange {
        let today = zone.day(now);
        let back = |n: u32| today.checked_sub_days(Days::new(u64::from(n))).unwrap_or(today);
        match self {
            Self::Today => TimeRange { start: zone.midnight(today), end: now },
            Self::Yesterday => zone.day_range(back(1)),
            Self::ThisWeek => {
                TimeRange { start: zone.midnight(back(today.weekday().num_days_from_monday())), end: now }
            }
            Self::SevenDays => TimeRange { start: zone.days_before(now, 7), end: now },
        }
    }
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// A period.
    Period(TimeRange),
    /// One moment; how much around it is shown stays as it is.
    Moment(Timestamp),
}

/// A period being chosen.
#[derive(Debug, Clone)]
pub struct PeriodPicker {
    from: String,
    to: String,
    jump: String,
    cursor: NaiveDate,
    days: Option<(NaiveDate, NaiveDate)>,
    has_jump: bool,
    is_new: bool,
}

impl PeriodPicker {
    /// A draft that begins with what is shown now.
    pub fn new(range: TimeRange, zone: Zone) -> Self {
        Self {
            from: moment_text(range.start, zone),
            to: moment_text(range.end, zone),
            jump: String::new(),
            cursor: zone.day(range.end),
            days: Some((zone.day(range.start), zone.day(range.end))),
            has_jump: true,
            is_new: true,
        }
    }

    /// The same without the jump to one moment, for where only periods make sense.
    pub fn period_only(mut self) -> Self {
        self.has_jump = false;
        self
    }

    /// Draws it. `covers` is what there is any history of.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        (now, zone): (Timestamp, Zone),
        covers: TimeRange,
    ) -> Option<Picked> {
        let mut picked = None;
        let covered = (zone.day(covers.start), zone.day(covers.end));
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = eframe::egui::vec2(16.0, 8.0);
            ui.vertical(|ui| {
                ui.set_width(WIDTH);
                ui.spacing_mut().item_spacing.y = 4.0;
                let has_history = |day: NaiveDate| covered.0 <= day && day <= covered.1;
                let grid = MonthGrid { today: zone.day(now), chosen: self.days, has_history: &has_history };
                if let Some((day, extends)) = month_ui(ui, theme, &mut self.cursor, &grid) {
                    self.choose_day(day, extends, now, zone);
                }
                ui.label(theme.colored(TextRole::Micro, "Shift and a click take the days between", theme.color.t3));
            });
            ui.vertical(|ui| {
                ui.set_width(FIELDS);
                ui.spacing_mut().item_spacing.y = 6.0;
                picked = self.fields_ui(ui, theme, now, zone);
            });
        });
        picked
    }

    fn choose_day(&mut self, day: NaiveDate, extends: bool, now: Timestamp, zone: Zone) {
        let (first, last) = match self.days.filter(|_| extends) {
            Some((first, last)) => (first.min(day), last.max(day)),
            None => (day, day),
        };
        self.days = Some((first, last));
        self.from = moment_text(zone.midnight(first), zone);
        self.to = moment_text(zone.day_range(last).end.min(now.max(zone.midnight(first))), zone);
    }

    fn fields_ui(&mut self, ui: &mut Ui, theme: &Theme, now: Timestamp, zone: Zone) -> Option<Picked> {
        let mut picked = None;
        let label = |ui: &mut Ui, text: &str| {
            ui.label(theme.colored(TextRole::SmallStrong, text, theme.color.t2));
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = eframe::egui::vec2(14.0, 2.0);
            for (quick, name) in QUICK {
                if link(ui, theme, name).clicked() {
                    picked = Some(Picked::Period(quick.range(now, zone)));
                }
            }
        });
        hairline(ui, theme);
        let enters = |field: &Response, ui: &Ui| field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        label(ui, "From");
        let (from_field, from) = moment_field(ui, theme, "From", &mut self.from, FIELDS, (now, zone));
        if std::mem::take(&mut self.is_new) && !self.has_jump {
            from_field.request_focus();
        }
        label(ui, "To");
        let (to_field, to) = moment_field(ui, theme, "To", &mut self.to, FIELDS, (now, zone));
        if from_field.changed() || to_field.changed() {
            self.days = from.zip(to).map(|(from, to)| (zone.day(from), zone.day(to)));
        }
        let range = from.zip(to).map(|(start, end)| TimeRange { start, end });
        let why_not = match range {
            None => Some("Write both as times"),
            Some(range) if range.end <= range.start => Some("The end is not after the start"),
            Some(_) => None,
        };
        let shows = Button::secondary("Show period").why_not(why_not).show(ui, theme).clicked();
        let is_entered = (enters(&from_field, ui) || enters(&to_field, ui)) && why_not.is_none();
        if let (true, Some(range)) = (shows || is_entered, range) {
            picked = Some(Picked::Period(range));
        }
        if self.has_jump {
            hairline(ui, theme);
            label(ui, "Jump to");
            let (jump_field, jump) = moment_field(ui, theme, "Jump to", &mut self.jump, FIELDS, (now, zone));
            let why_not = jump.is_none().then_some("Write a time, such as yesterday 14:03");
            let jumps = Button::secondary("Jump").why_not(why_not).show(ui, theme).clicked();
            if let (true, Some(at)) = (jumps || enters(&jump_field, ui), jump) {
                picked = Some(Picked::Moment(at));
            }
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::zone::tests::{BERLIN, utc};

    #[test]
    fn named_periods_begin_at_local_midnights() {
        let now = utc("2026-03-31T10:00:00Z");
        for (quick, start, end) in [
            (QuickPeriod::Today, "2026-03-30T22:00:00Z", "2026-03-31T10:00:00Z"),
            (QuickPeriod::Yesterday, "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"),
            (QuickPeriod::ThisWeek, "2026-03-29T22:00:00Z", "2026-03-31T10:00:00Z"),
            (QuickPeriod::SevenDays, "2026-03-24T11:00:00Z", "2026-03-31T10:00:00Z"),
        ] {
            assert_eq!(quick.range(now, BERLIN), TimeRange { start: utc(start), end: utc(end) }, "{quick:?}");
        }
    }

    #[test]
    fn a_day_is_taken_whole_and_shift_takes_those_up_to_it() {
        let now = utc("2026-10-27T12:00:00Z");
        let mut picker = PeriodPicker::new(TimeRange { start: now, end: now }, BERLIN);
        let day = |text: &str| text.parse::<NaiveDate>().expect(text);
        picker.choose_day(day("2026-10-25"), false, now, BERLIN);
        assert_eq!((picker.from.as_str(), picker.to.as_str()), ("2026-10-25 00:00", "2026-10-26 00:00"));
        picker.choose_day(day("2026-10-23"), true, now, BERLIN);
        assert_eq!((picker.from.as_str(), picker.to.as_str()), ("2026-10-23 00:00", "2026-10-26 00:00"));
        picker.choose_day(day("2026-10-27"), false, now, BERLIN);
        assert_eq!(picker.to, "2026-10-27 13:00", "not beyond now");
    }
}
