//! What a person did on the page. Its parts push acts while they draw; the page carries them out after.

use std::sync::Arc;

use super::SuggestionsPanel;
use super::dismiss::DismissForm;
use crate::model::suggest::{SuggestCommand, SuggestionEvidence, SuggestionId};
use crate::model::{Command, SeriesId, SeriesKey, Severity};
use crate::ui::cx::{Intent, Page, PanelCx};

/// Something a person did.
#[derive(Debug)]
pub enum Act {
    /// A command as it is.
    Send(SuggestCommand),
    /// Opens the Profiles page with the plan of the change.
    Try(SuggestionId),
    /// Opens the charts on what was seen.
    Evidence(SuggestionEvidence),
    /// Puts a command or a statement on the clipboard.
    Copy(Arc<str>),
    /// Asks why it is put away.
    AskDismiss(SuggestionId, Arc<str>),
    /// Opens the page on which a trial is kept or taken back.
    OpenProfiles,
}

/// Does it.
pub fn carry_out(cx: &PanelCx<'_>, panel: &mut SuggestionsPanel, act: Act) {
    match act {
        Act::Send(command) => cx.send(Command::Suggest(command)),
        Act::Try(id) => {
            panel.trying = Some(id);
            cx.ask(Intent::Open(Page::Profiles));
        }
        Act::Evidence(evidence) => show(cx, &evidence),
        Act::Copy(text) => cx.ask(Intent::Copy(text.to_string())),
        Act::AskDismiss(id, title) => panel.dismissing = Some(DismissForm::new(id, title)),
        Act::OpenProfiles => cx.ask(Intent::Open(Page::Profiles)),
    }
}

fn show(cx: &PanelCx<'_>, evidence: &SuggestionEvidence) {
    let id = |key: &SeriesKey| cx.snapshot.series.iter().find(|info| info.def.key == *key).map(|info| info.id);
    let series: Vec<SeriesId> = evidence.series.iter().filter_map(id).collect();
    if series.is_empty() {
        let text = "None of the series it was seen in is there any more: the charts show its time";
        cx.ask(Intent::Toast(Severity::Info, text.into()));
    } else {
        cx.ask(Intent::ShowOnCharts(series));
    }
    cx.ask(Intent::ShowPeriod(evidence.range));
}
