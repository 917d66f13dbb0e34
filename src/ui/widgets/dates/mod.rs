//! Dates and times: a field that takes a moment as a person writes it, a month of days, and the choice of a period.

mod month;
mod period;

use eframe::egui::{Response, Ui};

pub use month::{MonthGrid, month_ui};
pub use period::{PeriodPicker, Picked, QUICK, QuickPeriod};

use super::{Field, Problem};
use crate::analysis::time_text;
use crate::model::Timestamp;
use crate::ui::chart::Zone;
use crate::ui::theme::Theme;

/// A moment as it is written into a field: "2026-11-24 14:03", with seconds where it has any.
pub fn moment_text(at: Timestamp, zone: Zone) -> String {
    let has_seconds = at.as_millis().rem_euclid(60_000) >= 1000;
    zone.local(at).format(if has_seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" }).to_string()
}

/// A field for a moment, with what is wrong below it as it is typed. The moment is `None` where the field is empty or
/// cannot be read.
pub fn moment_field(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    text: &mut String,
    width: f32,
    (now, zone): (Timestamp, Zone),
) -> (Response, Option<Timestamp>) {
    let read = |text: &str| if text.trim().is_empty() { None } else { Some(time_text::parse(text, now, &zone)) };
    let problem = read(text).and_then(Result::err).map(|error| error.to_string());
    let field = Field::new(text, name)
        .hint("2026-11-24 14:03")
        .width(width)
        .problem(problem.as_deref().map(Problem::Error))
        .show(ui, theme);
    (field, read(text).and_then(Result::ok))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::zone::tests::{BERLIN, utc};

    #[test]
    fn times_are_those_of_the_persons_clock_also_on_days_it_is_changed() {
        let now = utc("2026-10-26T12:00:00Z");
        for (text, expect) in [
            ("2026-07-01 14:03", Some("2026-07-01T12:03:00Z")),
            ("2026-10-25 02:30", Some("2026-10-25T00:30:00Z")),
            ("2026-03-29 02:30", None),
            ("12:30", Some("2026-10-26T11:30:00Z")),
            ("13:30", Some("2026-10-25T12:30:00Z")),
            ("yesterday", Some("2026-10-24T22:00:00Z")),
            ("2026-10-25T01:30:00Z", Some("2026-10-25T01:30:00Z")),
            ("-2h", Some("2026-10-26T10:00:00Z")),
        ] {
            assert_eq!(time_text::parse(text, now, &BERLIN).ok(), expect.map(utc), "{text}");
        }
    }

    #[test]
    fn what_is_written_into_a_field_is_read_back() {
        for text in ["2026-11-23T14:03:05Z", "2026-03-29T01:30:00Z", "2024-02-29T00:00:00Z"] {
            let written = moment_text(utc(text), BERLIN);
            assert_eq!(time_text::parse(&written, utc("2026-11-24T14:34:08Z"), &BERLIN), Ok(utc(text)), "{written}");
        }
    }
}
