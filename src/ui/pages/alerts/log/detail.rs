//! One alert of the log: what was said, its values, the busiest processes, and what a person noted.

use std::sync::Arc;

use eframe::egui::{Align, Frame, Label, Layout, Margin, ScrollArea, Ui, vec2};

use super::super::deed::Deed;
use super::super::words::{lasting_words, severity_named, tone, value_words};
use super::table::instance_words;
use crate::model::alert::{AlertCommand, AlertId, AlertRecord, RecordEnd};
use crate::model::quantity::{Quantity, THIN_SPACE, decimals};
use crate::model::{TimeRange, Unit};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, hairline, state_mark, text_area};
use crate::ui::{Intent, PanelCx};

/// A note being written, and to which alert.
#[derive(Debug, Default)]
pub struct NoteDraft {
    of: Option<(AlertId, Arc<str>)>,
    text: String,
}

impl NoteDraft {
    /// Begins with the alert's own note, unless that is being written.
    fn follow(&mut self, record: &AlertRecord) {
        let is_fresh = self.of.as_ref().is_some_and(|(id, note)| *id == record.id && *note == record.note);
        if !is_fresh {
            self.of = Some((record.id, record.note.clone()));
            self.text = record.note.to_string();
        }
    }
}

/// Draws the details; true when they are to be closed.
pub fn detail_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    record: &AlertRecord,
    note: &mut NoteDraft,
    deeds: &mut Vec<Deed>,
) -> bool {
    let theme = cx.theme;
    note.follow(record);
    let mut closes = false;
    ScrollArea::vertical().id_salt("alert detail").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    closes = IconButton::new(icons::X, "Close the alert").show(ui, theme).clicked();
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(theme.text(TextRole::Title, &*record.name)).truncate());
                    });
                });
            });
            let severity = severity_named(&record.severity);
            let (icon, word) = match record.end {
                None => (icons::fill::BELL_RINGING, format!("{}, firing", severity.name())),
                Some(_) => (icons::BELL, format!("{}, over", severity.name())),
            };
            state_mark(ui, theme, Mark { icon, tone: tone(severity) }, &word);
            ui.add(Label::new(theme.text(TextRole::Body, &*record.text)).wrap());
            hairline(ui, theme);
            facts_ui(cx, ui, record);
            if !record.busiest.is_empty() {
                hairline(ui, theme);
                busiest_ui(cx, ui, record);
            }
            hairline(ui, theme);
            deeds_ui(cx, ui, record, deeds);
            note_ui(cx, ui, record, note, deeds);
        });
    });
    closes
}

fn facts_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &AlertRecord) {
    let theme = cx.theme;
    let units = &cx.snapshot.settings.units;
    let unit = Unit::from_ucum(&record.unit);
    let time = |at| stamp(at, cx.now, Zone::LOCAL, true);
    let value = |value: f64| value_words(value, unit, units);
    let end = match (record.end, record.ended) {
        (None, _) => "still fires".to_owned(),
        (Some(end), Some(RecordEnd::WithoutData)) => format!("{}, without data", time(end)),
        (Some(end), Some(RecordEnd::RuleChanged)) => format!("{}, the rule was changed", time(end)),
        (Some(end), _) => time(end),
    };
    let seen = record.acknowledged.map_or_else(|| "not yet".to_owned(), time);
    for (label, text) in [
        ("Instance", instance_words(record, &cx.snapshot.machine.host)),
        ("Condition held from", time(record.pending_from)),
        ("Fired", time(record.start)),
        ("Ended", end),
        ("Lasted", lasting_words(record.duration(cx.now))),
        ("Limit", value(record.threshold)),
        ("Worst", value(record.worst)),
        ("Mean", format!("{} of {} values", value(record.mean), decimals(record.n_values as f64, 0))),
        ("Acknowledged", seen),
    ] {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            let (at, _) = ui.allocate_exact_size(vec2(128.0, 16.0), eframe::egui::Sense::hover());
            crate::ui::widgets::text_at(ui.painter(), theme, at, label, TextRole::Small, theme.color.t3);
            ui.add(Label::new(theme.text(TextRole::Small, text)).truncate());
        });
    }
}

fn busiest_head(unit: &str) -> &'static str {
    match unit {
        "By" => "Most memory when it fired",
        "By/s" => "Most disk I/O when it fired",
        _ => "Busiest when it fired, % of one core",
    }
}

/// What a process took, in the unit of the record.
fn taken_text(cx: &PanelCx<'_>, taken: f64, unit: &str) -> String {
    let unit = match unit {
        "By" => Unit::Bytes,
        "By/s" => Unit::BytesPerSecond,
        _ => return format!("{}{THIN_SPACE}%", decimals(taken * 100.0, 0)),
    };
    Quantity::new(taken, unit).text(&cx.snapshot.settings.units)
}

fn busiest_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &AlertRecord) {
    let theme = cx.theme;
    ui.label(theme.colored(TextRole::SmallStrong, busiest_head(&record.busiest_unit), theme.color.t2));
    for (name, taken) in record.busiest.iter() {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = taken_text(cx, f64::from(*taken), &record.busiest_unit);
                ui.label(theme.text(TextRole::Small, text));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(theme.text(TextRole::Small, &**name)).truncate());
                });
            });
        });
    }
}

fn deeds_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &AlertRecord, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    ui.horizontal_wrapped(|ui| {
        let why_not = record.acknowledged.map(|_| "It is acknowledged");
        let acknowledge = Button::secondary("Acknowledge").icon(icons::CHECK).why_not(why_not);
        if acknowledge.show(ui, theme).clicked() {
            deeds.push(Deed::Send(AlertCommand::Acknowledge(record.id)));
        }
        if Button::secondary("Show on charts").icon(icons::CHART_LINE).show(ui, theme).clicked() {
            // With as much before and after as it lasted, so that its beginning and end are seen.
            let end = record.end.unwrap_or(cx.now);
            let around = end.since(record.pending_from);
            let range = TimeRange { start: record.pending_from.minus(around), end: end.plus(around).min(cx.now) };
            cx.ask(Intent::ShowPeriod(range));
        }
        let is_there = cx.snapshot.alerts.rule(&record.rule).is_some();
        let why_not = (!is_there).then_some("The rule is not there any more");
        if Button::secondary("Open the rule").why_not(why_not).show(ui, theme).clicked() {
            deeds.push(Deed::Choose(record.rule.clone()));
        }
    });
}

fn note_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &AlertRecord, note: &mut NoteDraft, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    ui.label(theme.colored(TextRole::SmallStrong, "Note", theme.color.t2));
    text_area(ui, theme, &mut note.text, "Note on the alert", "What it was, what helped", 3, AlertRecord::MAX_NOTE);
    let why_not = (note.text.trim() == &*record.note).then_some("Nothing is changed");
    if Button::secondary("Save note").why_not(why_not).show(ui, theme).clicked() {
        deeds.push(Deed::Send(AlertCommand::Note(record.id, note.text.trim().into())));
    }
}
