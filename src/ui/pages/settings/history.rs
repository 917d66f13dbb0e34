//! How long and how much history is kept, and what that means: what each tier takes now, and will take.

use eframe::egui::{Key, Ui};

use super::{folder_ui, row_ui};
use crate::model::quantity::{THIN_SPACE, decimals, joined};
use crate::model::settings::ByteUnits;
use crate::model::{HistorySettings, HistoryState, HistoryStatus, Quantity, Settings, Tier, Unit, Units};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::period::words::{length_words, moment_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, Problem, hairline, link_arrow, panel, panel_head, toggle};

/// What is being typed into the fields.
#[derive(Debug, Default)]
pub struct HistoryDrafts {
    full: Option<String>,
    minute: Option<String>,
    hour: Option<String>,
    size: Option<String>,
}

/// Bytes on disk: disks are counted in powers of 1,000.
pub fn disk_bytes(bytes: u64) -> String {
    let decimal = Units { memory: ByteUnits::Decimal, ..Units::default() };
    Quantity::new(bytes as f64, Unit::Bytes).text(&decimal)
}

/// Draws the section.
pub fn history_ui(cx: &PanelCx<'_>, ui: &mut Ui, drafts: &mut HistoryDrafts, wanted: &mut Settings) {
    let theme = cx.theme;
    let status = &cx.snapshot.history;
    let history = &mut wanted.history;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "History", "on disk; the oldest goes first", |ui| {
            if link_arrow(ui, theme, "How it is doing").clicked() {
                cx.ask(Intent::Open(Page::Health));
            }
        });
        row_ui(cx, ui, "Keep history", &state_words(status), |ui| {
            toggle(ui, theme, &mut history.is_on, "Write samples to disk");
        });
        hairline(ui, theme);
        let tier = |tier| tier_words(status, history, tier);
        let hints = Tier::ALL.map(tier);
        row_ui(cx, ui, "Every sample", &hints[0], |ui| {
            let field = Amount { name: "Keep every sample", unit: "h", per_day: 24.0, bounds: (1, 1440) };
            field.show(cx, ui, &mut drafts.full, &mut history.full_hours);
            beside(cx, ui, "hours, or such as 2 days");
        });
        hairline(ui, theme);
        row_ui(cx, ui, "One-minute buckets", &hints[1], |ui| {
            let field = Amount { name: "Keep one-minute buckets", unit: "days", per_day: 1.0, bounds: (1, 1830) };
            field.show(cx, ui, &mut drafts.minute, &mut history.minute_days);
            beside(cx, ui, "least, greatest and mean of each");
        });
        hairline(ui, theme);
        row_ui(cx, ui, "One-hour buckets", &hints[2], |ui| {
            let field = Amount { name: "Keep one-hour buckets", unit: "days", per_day: 1.0, bounds: (1, 7320) };
            field.show(cx, ui, &mut drafts.hour, &mut history.hour_days);
            beside(cx, ui, "a spike of a second still shows");
        });
        hairline(ui, theme);
        row_ui(cx, ui, "At most", &size_words(status), |ui| {
            let field = Amount { name: "Greatest size of history", unit: "MB", per_day: 0.0, bounds: (50, 1_000_000) };
            field.show(cx, ui, &mut drafts.size, &mut history.max_megabytes);
            beside(cx, ui, &estimate_words(status, history));
        });
        hairline(ui, theme);
        let folder = cx.snapshot.folders.data.join("history");
        folder_ui(cx, ui, "Folder", "Copy the history folder", &folder);
    });
}

fn state_words(status: &HistoryStatus) -> String {
    match &status.state {
        HistoryState::Opening => "It is being opened".into(),
        HistoryState::Writing => "Charts reach back as far as it does".into(),
        HistoryState::Off => "Off: what is there can be read".into(),
        HistoryState::Stalled { why, .. } => format!("Not written now: {why}"),
        HistoryState::Closed { why } => format!("Cannot be used: {why}"),
    }
}

/// What a tier takes now, and since when it reaches.
fn tier_words(status: &HistoryStatus, settings: &HistorySettings, tier: Tier) -> String {
    let found = status.tiers.iter().find(|t| t.tier == tier).filter(|t| t.n_rows > 0);
    match found {
        Some(found) => {
            let length = found.covers.map(|covers| length_words(covers.span()));
            match (found.bytes, length) {
                // The first minutes wait in the journal, which is no tier's.
                (0, Some(length)) => format!("{length} so far"),
                (bytes, Some(length)) => format!("{} now, {length}", disk_bytes(bytes)),
                (bytes, None) => format!("{} now", disk_bytes(bytes)),
            }
        }
        None if settings.is_on => "Nothing yet".into(),
        None => "Nothing".into(),
    }
}

fn size_words(status: &HistoryStatus) -> String {
    match status.covers() {
        Some(covers) => format!("{} now, since {}", disk_bytes(status.bytes), moment_words(covers.start, covers.end)),
        None => format!("{} now", disk_bytes(status.bytes)),
    }
}

/// What history will take once every tier is as long as is wanted, at the rate of now: bytes a second that each tier
/// took so far, times its length. `None` while a tier's rate cannot be told, from less than ten minutes of samples.
pub fn estimate_bytes(status: &HistoryStatus, settings: &HistorySettings) -> Option<u64> {
    const LEAST_SECONDS: f64 = 600.0;
    let rate = |tier: Tier| {
        let found = status.tiers.iter().find(|t| t.tier == tier)?;
        let seconds = found.covers?.span().as_secs_f64();
        (seconds >= LEAST_SECONDS && found.bytes > 0).then(|| found.bytes as f64 / seconds)
    };
    let full = rate(Tier::Full)?;
    // A tier that has nothing yet takes at most what least, greatest, mean and count of each bucket do: four numbers
    // in place of as many samples as the bucket is long, of which the finest tier has one a second.
    let bytes = |tier: Tier| {
        let step = tier.step().map_or(1.0, |step| step.as_secs_f64());
        let rate = rate(tier).unwrap_or(full * 4.0 / step);
        rate * settings.span(tier).as_secs_f64()
    };
    Some(Tier::ALL.map(bytes).iter().sum::<f64>() as u64)
}

fn estimate_words(status: &HistoryStatus, settings: &HistorySettings) -> String {
    match estimate_bytes(status, settings) {
        Some(bytes) if bytes > settings.max_bytes() => {
            format!("wants {}: older samples go sooner", disk_bytes(bytes))
        }
        Some(bytes) => format!("grows to about {}", disk_bytes(bytes)),
        None => "growth is known in ten minutes".into(),
    }
}

/// A word beside a field, cut where it does not fit; the pointer tells the whole of it.
fn beside(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let words = cx.theme.colored(TextRole::Small, text, cx.theme.color.t3);
    ui.add(eframe::egui::Label::new(words).truncate());
}

/// A field for a whole number with its unit.
struct Amount {
    name: &'static str,
    unit: &'static str,
    /// How many of the unit a day is; 0 where the unit is no time.
    per_day: f64,
    bounds: (u32, u32),
}

impl Amount {
    fn show(&self, cx: &PanelCx<'_>, ui: &mut Ui, draft: &mut Option<String>, value: &mut u32) {
        let mut text = draft.clone().unwrap_or_else(|| self.write(*value));
        let parsed = self.read(&text);
        let problem = parsed.as_ref().err().filter(|_| draft.is_some());
        let problem = problem.map(|why| Problem::Error(why));
        let field = Field::new(&mut text, self.name).number().width(112.0).problem(problem).show(ui, cx.theme);
        if field.changed() {
            *draft = Some(text);
        }
        if field.lost_focus() && draft.take().is_some() && !ui.input(|i| i.key_pressed(Key::Escape)) {
            *value = parsed.unwrap_or(*value);
        }
    }

    fn write(&self, value: u32) -> String {
        joined(&decimals(f64::from(value), 0), self.unit)
    }

    /// Reads a number with or without a unit: "48", "2 days", "1.5 GB".
    fn read(&self, text: &str) -> Result<u32, String> {
        let text = text.trim().to_lowercase().replace([THIN_SPACE, ',', ' '], "");
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor = match unit {
            "" => Some(1.0),
            "gb" if self.per_day == 0.0 => Some(1000.0),
            "tb" if self.per_day == 0.0 => Some(1_000_000.0),
            "mb" if self.per_day == 0.0 => Some(1.0),
            _ if self.per_day == 0.0 => None,
            "h" | "hour" | "hours" => Some(self.per_day / 24.0),
            "d" | "day" | "days" => Some(self.per_day),
            "w" | "week" | "weeks" => Some(self.per_day * 7.0),
            "month" | "months" => Some(self.per_day * 30.5),
            "y" | "year" | "years" => Some(self.per_day * 365.25),
            _ => None,
        };
        let example = || format!("Type a number, such as {}", self.write(self.bounds.0.max(50).min(self.bounds.1)));
        let value = number.parse::<f64>().ok().zip(factor).map(|(n, factor)| (n * factor).round());
        let value = value.ok_or_else(example)?;
        let (low, high) = self.bounds;
        if (f64::from(low)..=f64::from(high)).contains(&value) {
            Ok(value as u32)
        } else {
            Err(format!("Between {} and {}", self.write(low), self.write(high)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TierStatus, TimeRange, Timestamp};

    #[test]
    fn amounts_are_read_with_the_units_people_use() {
        let hours = Amount { name: "", unit: "h", per_day: 24.0, bounds: (1, 1440) };
        let days = Amount { name: "", unit: "days", per_day: 1.0, bounds: (1, 7320) };
        let size = Amount { name: "", unit: "MB", per_day: 0.0, bounds: (50, 1_000_000) };
        for (amount, text, expect) in [
            (&hours, "48", Some(48)),
            (&hours, "2 days", Some(48)),
            (&hours, "1 week", Some(168)),
            (&hours, "0", None),
            (&hours, "61 days", None),
            (&days, "2 years", Some(731)),
            (&days, "36 h", Some(2)),
            (&days, "soon", None),
            (&size, "1.5 GB", Some(1500)),
            (&size, "2,000\u{2009}MB", Some(2000)),
            (&size, "2 days", None),
        ] {
            assert_eq!(amount.read(text).ok(), expect, "{text}");
        }
        assert_eq!(hours.read(&hours.write(1440)), Ok(1440));
        assert!(size.read("10").is_err_and(|why| why.contains("Between 50")));
    }

    #[test]
    fn growth_is_told_from_what_each_tier_took() {
        let tier = |tier, seconds: i64, bytes| TierStatus {
            tier,
            covers: Some(TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(seconds * 1000) }),
            bytes,
            n_rows: 10,
        };
        let settings =
            HistorySettings { full_hours: 10, minute_days: 10, hour_days: 100, ..HistorySettings::default() };
        let mut status = HistoryStatus { tiers: vec![tier(Tier::Full, 60, 600)], ..HistoryStatus::default() };
        assert_eq!(estimate_bytes(&status, &settings), None, "a minute tells nothing");
        status.tiers = vec![tier(Tier::Full, 3600, 36_000), tier(Tier::Minute, 3600, 3600), tier(Tier::Hour, 3600, 36)];
        // 10 B/s for 10 h, 1 B/s for 10 days, 0.01 B/s for 100 days.
        assert_eq!(estimate_bytes(&status, &settings), Some(360_000 + 864_000 + 86_400));
        status.tiers.truncate(1);
        // 10 B/s for 10 h; 40 B a minute for 10 days; 40 B an hour for 100 days.
        assert_eq!(estimate_bytes(&status, &settings), Some(360_000 + 576_000 + 96_000));
    }
}
