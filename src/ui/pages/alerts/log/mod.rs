//! The log: alerts of the past with their times, values and busiest processes; filtered, acknowledged, noted, exported.

mod detail;
mod export;
mod filter;
mod table;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Stroke, Ui, UiBuilder, pos2};

use self::export::{ExportForm, export_ui};
use self::filter::{Filter, Which};
use super::AlertsPanel;
use super::deed::Deed;
use super::list::tabs_ui;
use super::words::counted;
use crate::alert::record_text;
use crate::model::AlertLogFormat;
use crate::model::alert::{AlertId, AlertRecord};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, choice, empty_state, menu_item, popup_menu};
use crate::ui::{Intent, PanelCx};

const TABS: f32 = 40.0;
const TOOLS: f32 = 48.0;

/// What the log remembers between frames.
#[derive(Debug, Default)]
pub struct Log {
    filter: Filter,
    /// Places in the snapshot's log of what the filter leaves, made once for each change.
    shown: Vec<usize>,
    made_of: Option<(Arc<[AlertRecord]>, Filter)>,
    chosen: Option<AlertId>,
    note: detail::NoteDraft,
    export: Option<ExportForm>,
}

impl Log {
    /// Takes the answer of the dialog for the file of the export.
    pub fn file_answered(&mut self, answer: Result<PathBuf, bool>) {
        if let Some(form) = &mut self.export {
            form.file_answered(answer);
        }
    }

    fn refresh(&mut self, log: &Arc<[AlertRecord]>) {
        let is_fresh = self.made_of.as_ref().is_some_and(|(of, filter)| Arc::ptr_eq(of, log) && *filter == self.filter);
        if !is_fresh {
            self.shown = self.filter.apply(log);
            self.made_of = Some((log.clone(), self.filter.clone()));
        }
    }
}

/// Draws the log into `ui`, whose whole place it takes.
pub fn log_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let place = ui.max_rect();
    let (head, below) = place.split_top_bottom_at_y(place.top() + TABS);
    tabs_ui(cx, ui, &mut panel.tab, head, deeds);
    let log = cx.snapshot.alerts.log.clone();
    let state = &mut panel.log;
    state.refresh(&log);
    let (tools, body) = below.split_top_bottom_at_y(below.top() + TOOLS);
    tools_ui(cx, ui, tools, state, &log);
    if let Some(form) = &mut state.export
        && export_ui(cx, ui, form, panel.folder.as_deref())
    {
        state.export = None;
    }
    ui.painter().hline(place.x_range(), tools.bottom().round() - 0.5, Stroke::new(1.0, theme.color.line));
    if log.is_empty() {
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            let text =
                "An alert stands here from when it fires: how long it lasted, its values, and what was busy then";
            empty_state(ui, theme, "No rule has fired yet", text, None);
        });
        return;
    }
    let chosen = state.chosen.and_then(|id| log.iter().find(|record| record.id == id));
    let aside = if chosen.is_some() { theme.size.details } else { 0.0 };
    let (left, right) = body.split_left_right_at_x(body.right() - aside);
    super::within(ui, "log table", left, |ui| {
        if let Some(id) = table::table_ui(cx, ui, &log, &state.shown, state.chosen) {
            state.chosen = if state.chosen == Some(id) { None } else { Some(id) };
        }
    });
    if let Some(record) = chosen {
        ui.painter().vline(right.left() + 0.5, right.y_range(), Stroke::new(1.0, theme.color.line));
        super::within(ui, "log detail", right, |ui| {
            if detail::detail_ui(cx, ui, record, &mut state.note, deeds) {
                state.chosen = None;
            }
        });
    }
}

/// The export of what the filter leaves; without a filter that of the whole log, also of what is not shown.
fn export_form(cx: &PanelCx<'_>, filter: &Filter, shown: impl Iterator<Item = AlertId>) -> ExportForm {
    let alerts = &cx.snapshot.alerts;
    if *filter == Filter::default() {
        return ExportForm::new(Arc::default(), alerts.log.len() + alerts.n_older);
    }
    let shown: Arc<[AlertId]> = shown.collect();
    let n = shown.len();
    ExportForm::new(shown, n)
}

/// The filter, how much it leaves, and the export of that.
fn tools_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect, state: &mut Log, log: &[AlertRecord]) {
    let theme = cx.theme;
    let inner = Rect::from_min_max(pos2(place.left() + 16.0, place.top()), pos2(place.right() - 16.0, place.bottom()));
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let why_not = state.shown.is_empty().then_some("There is nothing to export");
        let button = Button::secondary("Export").icon(icons::EXPORT).why_not(why_not).show(ui, theme);
        popup_menu(theme, &button, |ui| {
            ui.set_min_width(200.0);
            let records = || state.shown.iter().filter_map(|i| log.get(*i));
            if menu_item(ui, theme, "To a file…", Some(icons::FLOPPY_DISK), false).clicked() {
                state.export = Some(export_form(cx, &state.filter, records().map(|record| record.id)));
            }
            for (text, icon, format) in [
                ("Copy as CSV", icons::TABLE, AlertLogFormat::Csv),
                ("Copy as JSON", icons::FILE_TEXT, AlertLogFormat::Json),
            ] {
                if menu_item(ui, theme, text, Some(icon), false).clicked() {
                    cx.ask(Intent::Copy(record_text::write(format, records())));
                }
            }
        });
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let width = if cx.is_compact { 220.0 } else { 288.0 };
            let field = Field::new(&mut state.filter.text, "Filter the log").hint("Rule, instance, process or note");
            field.icon(icons::MAGNIFYING_GLASS).width(width).show(ui, theme);
            choice(ui, theme, "Severity", 132.0, &mut state.filter.severity, &filter::SEVERITIES);
            choice(ui, theme, "Which", 168.0, &mut state.filter.which, &Which::CHOICES);
            let older = cx.snapshot.alerts.n_older;
            let more = if older > 0 { format!("; {} older are kept", counted(older, "alert")) } else { String::new() };
            let text = format!("{} of {}{more}", state.shown.len(), log.len());
            ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
        });
    });
}
