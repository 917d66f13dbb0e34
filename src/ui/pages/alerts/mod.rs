//! The Alerts page: rules and how they stand, a rule edited over its own past, and the log of alerts.
//!
//! The page keeps what a person is editing; everything else comes with the snapshot. A rule is read and checked once
//! for each change and not for each frame, and when it would have fired is asked of the engine.

mod actions;
mod asking;
mod bar;
mod conditions;
mod deed;
mod dialog;
mod draft;
mod editor;
mod fields;
mod fired;
mod form;
mod instances;
mod keys;
mod lasted;
mod list;
mod log;
mod model;
mod reading;
mod recovery;
mod sentence;
mod series_field;
mod silence;
mod strips;
mod text;
mod words;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Popup, Rect, Stroke, Ui, UiBuilder};

pub use self::bar::alerts_bar_ui;
use self::deed::{Deed, carry_out};
use self::dialog::Dialog;
use self::draft::{Drafts, NEW};
use self::form::Form;
use self::model::EditModel;
use crate::engine::Handle;
use crate::model::Timestamp;
use crate::model::alert::RuleId;
use crate::ui::chart::MeshCache;
use crate::ui::cx::PanelCx;
use crate::ui::widgets::{Tone, banner, empty_state, loading_bars};

/// Width of the list of rules.
pub(super) const LIST: f32 = 320.0;
/// How long a rule that was saved may take until it is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a deletion is offered to be taken back.
const OFFERED: Duration = Duration::from_secs(20);

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    /// Rules and the editor.
    #[default]
    Rules,
    /// Alerts of the past.
    Log,
}

/// A rule that was deleted on the page.
#[derive(Debug, Clone)]
struct Deleted {
    id: RuleId,
    name: Arc<str>,
    at: Timestamp,
}

/// A rule that was saved under a name that is not in the snapshot yet.
#[derive(Debug)]
struct Awaited {
    id: RuleId,
    /// The draft it was edited as.
    from: RuleId,
    since: Timestamp,
}

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct AlertsPanel {
    tab: Tab,
    /// The rule in the editor; [`NEW`] for the one that is new.
    chosen: Option<RuleId>,
    awaited: Option<Awaited>,
    drafts: Drafts,
    model: Option<EditModel>,
    asking: asking::Asking,
    list: list::List,
    log: log::Log,
    /// The folder that files are offered in.
    folder: Option<PathBuf>,
    dialog: Option<Dialog>,
    text: text::TextView,
    silence: silence::SilenceForm,
    series: series_field::SeriesSearch,
    meshes: RefCell<MeshCache>,
    /// The rule that was deleted here, while that can be taken back.
    deleted: Option<Deleted>,
    /// In a narrow window list and editor take turns.
    is_list_shown: bool,
    is_begun: bool,
    opened_seconds: Option<f64>,
}

impl AlertsPanel {
    /// The folder that new files are offered in.
    pub fn set_folder(&mut self, folder: Option<PathBuf>) {
        self.folder = folder;
    }

    /// Takes the answer of the dialog for the file of an export.
    pub fn file_answered(&mut self, answer: Result<PathBuf, bool>) {
        self.log.file_answered(answer);
    }

    /// Puts a rule into the editor.
    pub fn choose(&mut self, id: RuleId) {
        if self.chosen.as_ref() != Some(&id) {
            self.text.forget();
        }
        self.chosen = Some(id);
        self.tab = Tab::Rules;
        self.is_list_shown = false;
    }

    /// Begins a new rule.
    pub fn begin(&mut self) {
        self.is_begun = true;
        self.drafts.begin(Form::new_rule());
        self.choose(NEW.into());
    }

    /// Shows the log.
    pub fn show_log(&mut self) {
        self.tab = Tab::Log;
    }

    /// Ends what the page asked of the engine.
    pub fn leave(&mut self, engine: &Handle) {
        self.asking.leave(engine);
    }

    /// The form in the editor.
    fn form(&self) -> Option<&Form> {
        let draft = self.drafts.get(self.chosen.as_ref()?)?;
        Some(draft.form())
    }

    /// Takes in what the snapshot has: which rules there are, and what the edited one means.
    fn follow(&mut self, cx: &PanelCx<'_>) {
        let alerts = &cx.snapshot.alerts;
        if let Some(awaited) = &self.awaited {
            if alerts.rule(&awaited.id).is_some() {
                let (id, from) = (awaited.id.clone(), awaited.from.clone());
                self.drafts.drop(&from);
                let is_on_page = self.chosen.as_ref() == Some(&from);
                self.awaited = None;
                if is_on_page {
                    self.choose(id);
                }
            } else if cx.now.since(awaited.since) > PATIENCE {
                self.awaited = None;
            }
        }
        // A rule that was given another name in files keeps its draft until it is there under that.
        if self.awaited.is_none() {
            self.drafts.follow(alerts);
        }
        if self.deleted.as_ref().is_some_and(|gone| alerts.rule(&gone.id).is_some() && cx.now.since(gone.at) > PATIENCE)
        {
            self.deleted = None;
        }
        if !self.is_begun && !alerts.rules.is_empty() {
            self.is_begun = true;
            // A narrow window begins with the list.
            self.is_list_shown = cx.is_compact;
            self.chosen = list::first(alerts, cx.now);
        }
        let is_gone = self.chosen.as_ref().is_some_and(|id| self.drafts.get(id).is_none() && alerts.rule(id).is_none());
        if is_gone && self.awaited.is_none() {
            self.chosen = None;
            self.is_list_shown = true;
        }
        if let Some(status) = self.chosen.as_ref().and_then(|id| alerts.rule(id)) {
            self.drafts.open(&status.rule);
        }
        self.model = self
            .chosen
            .as_ref()
            .and_then(|chosen| EditModel::refreshed(self.model.take(), &self.drafts, chosen, cx.snapshot));
    }
}

/// Draws the page.
pub fn alerts_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel) {
    panel.follow(cx);
    let mut deeds = Vec::new();
    if is_nothing(cx, panel) {
        nothing_ui(cx, ui, panel, &mut deeds);
    } else {
        keys::take_keys(ui, panel, &mut deeds);
        let place = banners_ui(cx, ui, panel, &mut deeds);
        page_ui(cx, ui, panel, place, &mut deeds);
    }
    dialog::dialog_ui(cx, ui, panel, &mut deeds);
    if !deeds.is_empty() {
        ui.ctx().request_repaint();
    }
    for deed in deeds {
        carry_out(cx, panel, deed);
    }
    panel.meshes.borrow_mut().end_frame();
}

fn page_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, place: Rect, deeds: &mut Vec<Deed>) {
    if panel.tab == Tab::Log {
        panel.asking.leave(cx.engine);
        within(ui, "alerts log", place, |ui| log::log_ui(cx, ui, panel, deeds));
        return;
    }
    let has_editor = panel.chosen.is_some() && panel.model.is_some();
    let takes_turns = cx.is_compact;
    let (left, right) = match (takes_turns, panel.is_list_shown || !has_editor) {
        (true, true) => (Some(place), None),
        (true, false) => (None, Some(place)),
        (false, _) => {
            let (left, right) = place.split_left_right_at_x(place.left() + LIST);
            (Some(left), Some(right))
        }
    };
    if let Some(left) = left {
        within(ui, "alerts list", left, |ui| list::list_ui(cx, ui, panel, deeds));
        if right.is_some() {
            let line = Stroke::new(1.0, cx.theme.color.line);
            ui.painter().vline(left.right() - 0.5, place.y_range(), line);
        }
    }
    match (right, has_editor) {
        (Some(right), true) => within(ui, "alerts editor", right, |ui| editor::editor_ui(cx, ui, panel, deeds)),
        (Some(right), false) => within(ui, "alerts editor", right, |ui| {
            let text = "Choose one at the left to see when it would have fired, and to change it";
            if empty_state(ui, cx.theme, "No rule is chosen", text, Some("Add a rule")) {
                deeds.push(Deed::Begin);
            }
        }),
        (None, _) => panel.asking.leave(cx.engine),
    }
}

/// What is to be known about all rules: a file that is not in force, data that is old, a deletion that can be undone.
fn banners_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) -> Rect {
    let alerts = &cx.snapshot.alerts;
    let place = ui.max_rect();
    let mut told: Vec<(Tone, String, Option<&str>)> = Vec::new();
    if !alerts.file_error.is_empty() {
        told.push((Tone::Critical, format!("The rules' file is not in force: {}", alerts.file_error), None));
    }
    if let Some(age) = stale_age(cx) {
        let text = format!("No new data for {}: rules stand as they did then", words::lasting_words(age));
        told.push((Tone::Warning, text, None));
    }
    if alerts.n_undelivered > 0 {
        let text = format!(
            "{} could not be delivered: too many waited",
            words::counted(alerts.n_undelivered as usize, "message")
        );
        told.push((Tone::Warning, text, None));
    }
    if let Some(gone) = panel.deleted.clone() {
        let left = OFFERED.saturating_sub(cx.now.since(gone.at));
        if left.is_zero() {
            panel.deleted = None;
        } else {
            ui.ctx().request_repaint_after(left);
            told.push((Tone::Info, format!("{} is deleted", gone.name), Some("Undo the deletion")));
        }
    }
    if told.is_empty() {
        return place;
    }
    let margin = cx.theme.frame(cx.is_compact).margin_x;
    let inner = place.shrink2(eframe::egui::vec2(margin, 0.0));
    let builder = UiBuilder::new().max_rect(inner);
    let bottom = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (tone, text, action) in told {
            ui.add_space(8.0);
            if banner(ui, cx.theme, tone, &text, action) {
                panel.deleted = None;
                deeds.push(Deed::Send(crate::model::alert::AlertCommand::UndoDelete));
            }
        }
        ui.cursor().top() + 8.0
    });
    Rect::from_min_max(eframe::egui::pos2(place.left(), bottom.inner), place.max)
}

/// How old the newest data is, where that is more than three intervals.
fn stale_age(cx: &PanelCx<'_>) -> Option<Duration> {
    let age = cx.now.since(cx.snapshot.at?);
    let interval = if cx.snapshot.interval.is_zero() { Duration::from_secs(1) } else { cx.snapshot.interval };
    (age > interval * 3 + Duration::from_secs(1)).then_some(age)
}

fn is_nothing(cx: &PanelCx<'_>, panel: &AlertsPanel) -> bool {
    let alerts = &cx.snapshot.alerts;
    alerts.rules.is_empty() && alerts.log.is_empty() && panel.chosen.is_none() && panel.deleted.is_none()
}

/// What stands there before the rules are read, or where there are none.
fn nothing_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    const QUIET_SECONDS: f64 = 0.2;
    let place = banners_ui(cx, ui, panel, deeds);
    let margin = cx.theme.frame(cx.is_compact);
    let place = place.shrink2(eframe::egui::vec2(margin.margin_x, margin.margin_y));
    let now = ui.input(|i| i.time);
    let left = QUIET_SECONDS - (now - *panel.opened_seconds.get_or_insert(now));
    if cx.snapshot.at.is_none() && left > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
        return;
    }
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        if cx.snapshot.at.is_none() {
            loading_bars(ui, cx.theme, 8);
            return;
        }
        let text = "A rule watches series and tells you when a condition has held for a while. Before it is saved it \
                    is drawn over the past: how often it would have fired, and when";
        if empty_state(ui, cx.theme, "There are no alert rules", text, Some("Add a rule")) {
            deeds.push(Deed::Begin);
        }
    });
}

fn within(ui: &mut Ui, id: &str, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    draw(&mut child);
}

/// Whether a field, a question or a menu has the keyboard.
fn is_keyboard_taken(ui: &Ui) -> bool {
    Popup::is_any_open(ui.ctx()) || ui.memory(|m| m.focused().is_some() || m.top_modal_layer().is_some())
}
