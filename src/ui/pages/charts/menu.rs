//! The menu at the crosshair: what can be done with that moment, with what is shown, and the values to copy.

use eframe::egui::Ui;

use super::chart_ui::{Hover, readouts};
use super::inspector::Busy;
use super::page_model::{ChartModel, PageModel};
use super::stack::Stack;
use crate::model::{Quantity, SeriesGroup, SeriesId, TimeRange, Timestamp, ViewData};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::{range_words, stamp};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{hairline, menu_item};
use crate::ui::{Intent, PanelCx};

/// The span of the same length that ends where this one begins.
pub fn period_before(range: TimeRange) -> TimeRange {
    TimeRange::ending_at(range.start, range.span())
}

/// The same times of the clock one day earlier.
pub fn same_time_yesterday(range: TimeRange, zone: Zone) -> TimeRange {
    let start = zone.days_before(range.start, 1);
    // As long as the original, also where a day of another length lies between.
    TimeRange { start, end: start.plus(range.span()) }
}

/// What the inspector orders processes by at first, for a click on this chart.
pub fn busy_of(cx: &PanelCx<'_>, chart: &ChartModel) -> Option<Busy> {
    let id = chart.series.iter().find_map(|series| series.id)?;
    match cx.snapshot.info(id)?.def.group {
        SeriesGroup::Memory => Some(Busy::Memory),
        SeriesGroup::Disks => Some(Busy::Disk),
        SeriesGroup::Cpu | SeriesGroup::Pressure => Some(Busy::Cpu),
        _ => None,
    }
}

/// The series of all charts, each once.
pub fn series_of(model: &PageModel) -> Vec<SeriesId> {
    let mut all: Vec<SeriesId> = Vec::new();
    for id in model.charts.iter().flat_map(|chart| chart.request.iter()) {
        if !all.contains(id) {
            all.push(*id);
        }
    }
    all
}

impl Stack<'_, '_> {
    /// Draws the menu for a moment of a chart.
    pub(super) fn menu_ui(&mut self, ui: &mut Ui, millis: f64, chart: &ChartModel, data: Option<&ViewData>) {
        ui.set_min_width(250.0);
        ui.set_max_width(300.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let theme = self.cx.theme;
        let at = Timestamp::from_millis(millis as i64);
        let zone = self.panel.zone;
        let when = stamp(at, self.cx.now, zone, true);
        if menu_item(ui, theme, &format!("Inspect {when}"), Some(icons::MAGNIFYING_GLASS), false).clicked() {
            self.panel.inspect_moment(self.cx, at, busy_of(self.cx, chart));
        }
        if menu_item(ui, theme, "Add note here…", Some(icons::FLAG), false).clicked() {
            self.panel.add_note(at, None);
        }
        hairline(ui, theme);
        self.period_menu(ui);
        hairline(ui, theme);
        self.copy_menu(ui, &when, millis, chart, data);
    }

    /// What can be done with the span that is shown.
    fn period_menu(&self, ui: &mut Ui) {
        let theme = self.cx.theme;
        let range = self.panel.range(self.cx);
        let zone = self.panel.zone;
        let shown = range_words(range, self.cx.now, zone);
        let text = theme.colored(TextRole::MicroStrong, format!("Shown: {shown}"), theme.color.t3);
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            ui.label(text);
        });
        let series = series_of(self.model);
        let compare = |a: Option<TimeRange>, b: Option<TimeRange>| {
            self.cx.ask(Intent::ComparePeriods { a, b, series: series.clone() });
        };
        let item = |ui: &mut Ui, text: &str, icon| menu_item(ui, theme, text, Some(icon), false).clicked();
        if item(ui, "Compare with the period before", icons::GIT_DIFF) {
            compare(Some(period_before(range)), Some(range));
        }
        if item(ui, "Compare with yesterday, same time", icons::GIT_DIFF) {
            compare(Some(same_time_yesterday(range, zone)), Some(range));
        }
        if item(ui, "Set as A", icons::CIRCLE) {
            compare(Some(range), None);
        }
        if item(ui, "Set as B", icons::CIRCLE) {
            compare(None, Some(range));
        }
        if item(ui, "Export this period…", icons::EXPORT) {
            self.cx.ask(Intent::ExportPeriod(range, series.clone()));
        }
        if item(ui, "Report of this period…", icons::FILE_TEXT) {
            self.cx.ask(Intent::ReportPeriod(range));
        }
    }

    /// Copies what the chart says there.
    fn copy_menu(&self, ui: &mut Ui, at: &str, millis: f64, chart: &ChartModel, data: Option<&ViewData>) {
        let hover = Hover { millis, in_chart: None };
        let values: Vec<String> = readouts(self.cx, chart, data, Some(&hover))
            .into_iter()
            .zip(&chart.series)
            .filter_map(|(readout, series)| {
                let text = Quantity::new(readout?.value, chart.unit?).text(&self.cx.snapshot.settings.units);
                Some(format!("{} {text}", series.full_name))
            })
            .collect();
        for value in &values {
            if menu_item(ui, self.cx.theme, &format!("Copy {value}"), Some(icons::COPY), false).clicked() {
                self.cx.ask(Intent::Copy(format!("{at} {value}")));
            }
        }
        let text = format!("Copy all values at {at}");
        if !values.is_empty() && menu_item(ui, self.cx.theme, &text, Some(icons::COPY), false).clicked() {
            self.cx.ask(Intent::Copy(format!("{at}\n{}", values.join("\n"))));
        }
        if values.is_empty() {
            let text = self.cx.theme.colored(TextRole::Small, "No value here", self.cx.theme.color.t3);
            ui.label(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::chart::zone::tests::{BERLIN, utc};

    #[test]
    fn the_periods_to_compare_with_are_as_long_as_the_shown_one() {
        let shown = TimeRange { start: utc("2026-03-29T10:00:00Z"), end: utc("2026-03-29T11:00:00Z") };
        let before = period_before(shown);
        assert_eq!((before.start, before.end), (utc("2026-03-29T09:00:00Z"), shown.start));
        let yesterday = same_time_yesterday(shown, BERLIN);
        assert_eq!(yesterday.start, utc("2026-03-28T11:00:00Z"), "12:00 by the clock on both days");
        assert_eq!(yesterday.span(), shown.span());
    }
}
