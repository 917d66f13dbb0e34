//! The Profiles page: values for a service's environment, edited, checked, applied to its files, kept or taken back.
//!
//! The page keeps what a person is editing, as text; everything else comes with the snapshot. What is read, resolved and
//! checked is made ready once for each change and not for each frame.

mod bar;
mod bind;
mod compare;
mod deed;
mod dialog;
mod draft;
mod drift;
mod head;
mod history;
mod keys;
mod list;
mod model;
mod offer;
mod parameters;
mod sentence;
mod side;
mod text_tab;
mod tried;
mod trying;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Popup, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

pub use self::bar::profiles_bar_ui;
pub use self::bind::{read_words, write_words};
use self::deed::{Deed, carry_out};
use self::dialog::Dialog;
use self::draft::Drafts;
use self::model::PageModel;
use self::offer::Offer;
use self::tried::Tried;
pub use self::words::{countdown, last_to_roll_back, on_trial, trial_left};
use crate::model::Timestamp;
use crate::model::profile::{LOCAL_LAYER, ProfileName, Tuning};
use crate::model::suggest::SuggestionId;
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::widgets::{empty_state, loading_bars};

/// Height of the foot of the right panel, in which what can be done stands: nothing is to cover it.
pub const FOOT: f32 = 114.0;
/// Least width of the values: with less the right panel lies over them.
const MIN_MIDDLE: f32 = 540.0;
/// How long a profile that was asked for may take until it is there.
const PATIENCE: Duration = Duration::from_secs(5);

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tab {
    /// Values by group.
    #[default]
    Parameters,
    /// Profiles side by side.
    Compare,
    /// The text.
    Text,
    /// Applies of the past.
    History,
}

/// A profile that was asked for and is not in the snapshot yet.
#[derive(Debug)]
struct Awaited {
    name: ProfileName,
    /// The name it had.
    instead_of: Option<ProfileName>,
    since: Timestamp,
}

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct ProfilesPanel {
    chosen: Option<ProfileName>,
    awaited: Option<Awaited>,
    tab: Tab,
    drafts: Drafts,
    model: Option<PageModel>,
    /// The tuning that drafts were last held against.
    followed: Option<Arc<Tuning>>,
    list: list::List,
    head: sentence::Head,
    parameters: parameters::Parameters,
    compare: compare::Compare,
    text: text_tab::TextTab,
    history: history::History,
    side: side::Side,
    dialog: Option<Dialog>,
    offer: Option<Offer>,
    /// The apply that was asked for here, while it waits.
    tried: Option<Tried>,
    /// The secret that was asked for, for the clipboard.
    revealing: Option<Arc<str>>,
    folder: Option<PathBuf>,
    opened_seconds: Option<f64>,
}

impl ProfilesPanel {
    /// The folder that file dialogs begin in.
    pub fn set_folder(&mut self, folder: Option<PathBuf>) {
        self.folder = folder;
    }

    /// Takes the answer of the dialog for a file to bind.
    pub fn file_answered(&mut self, answer: Result<PathBuf, bool>) {
        if let side::Shown::Binding(form) = &mut self.side.shown {
            form.file_answered(answer);
        }
    }

    /// Shows two profiles side by side.
    pub fn open_comparison(&mut self) {
        self.compare.show_two();
        self.tab = Tab::Compare;
    }

    /// Opens the form that binds a file.
    pub fn begin_binding(&mut self, cx: &PanelCx<'_>) {
        self.side.begin_binding(cx);
    }

    /// Fills a suggestion's change into the profile in force and asks for its plan. To be called before the page is drawn.
    pub fn begin_trial(&mut self, cx: &PanelCx<'_>, id: SuggestionId) {
        trying::begin(cx, self, id);
    }

    fn choose(&mut self, name: ProfileName) {
        if self.chosen.as_ref() != Some(&name) {
            self.parameters.forget_typed();
            self.text.forget();
            if matches!(self.side.shown, side::Shown::Record(_)) {
                self.side.shown = side::Shown::Plan;
            }
            self.side.over = None;
        }
        self.chosen = Some(name);
        self.awaited = None;
    }

    fn compare_with(&mut self, name: ProfileName) {
        if let Some(chosen) = self.chosen.clone() {
            self.compare.set_pair(chosen, name);
            self.tab = Tab::Compare;
        }
    }

    /// Takes in what the snapshot has: which profiles there are, and their texts.
    fn follow(&mut self, cx: &PanelCx<'_>) {
        let tuning = &cx.snapshot.tuning;
        if let Some(awaited) = &self.awaited {
            if tuning.profile(&awaited.name).is_some() {
                if let Some(from) = awaited.instead_of.clone() {
                    self.drafts.rename(&from, &awaited.name.clone());
                }
                let name = awaited.name.clone();
                self.choose(name);
            } else if cx.now.since(awaited.since) > PATIENCE {
                self.awaited = None;
            }
        }
        if !self.followed.as_ref().is_some_and(|followed| Arc::ptr_eq(followed, tuning)) {
            self.followed = Some(tuning.clone());
            // A profile that is being given another name keeps its draft until it is there under that.
            let moving = self.awaited.as_ref().and_then(|awaited| awaited.instead_of.clone());
            let held = moving.as_ref().and_then(|from| self.drafts.get(from)).map(|draft| draft.kept().clone());
            self.drafts.follow(|name| {
                let kept = tuning.profile(name).map(|profile| profile.text.clone());
                kept.or_else(|| held.clone().filter(|_| moving.as_deref() == Some(name)))
                    .or_else(|| (name == LOCAL_LAYER).then(model::machine_text))
            });
        }
        let is_there = |name: &ProfileName| &**name == LOCAL_LAYER || tuning.profile(name).is_some();
        if !self.chosen.as_ref().is_some_and(is_there) {
            self.chosen = first_choice(tuning);
            self.parameters.forget_typed();
        }
        let Some(chosen) = self.chosen.clone() else {
            self.model = None;
            return;
        };
        let host: Arc<str> = Arc::from(&*cx.snapshot.machine.host);
        let before = self.tried.as_ref().and_then(|tried| tried.before(tuning, cx.now)).cloned();
        if before.is_none() {
            self.tried = None;
        }
        self.model = PageModel::refreshed(self.model.take(), tuning, before, &host, &self.drafts, &chosen);
    }

    /// Puts a secret that has come on the clipboard, once.
    fn take_secret(&mut self, cx: &PanelCx<'_>) {
        if let (Some(wanted), Some((name, secret))) = (&self.revealing, &cx.snapshot.tuning.revealed)
            && wanted == name
        {
            cx.ask(Intent::Copy(secret.0.to_string()));
            self.revealing = None;
        }
    }
}

/// The profile that is on the page first: the one in force, the detected one, or the first there is.
fn first_choice(tuning: &Tuning) -> Option<ProfileName> {
    let wanted = tuning.active.iter().chain(&tuning.detection.profile);
    let wanted = wanted.filter_map(|name| tuning.profile(name)).next();
    let first = || tuning.profiles.iter().find(|profile| profile.base.is_some()).or(tuning.profiles.first());
    wanted.or_else(first).map(|profile| profile.name.clone())
}

/// Draws the page.
pub fn profiles_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel) {
    let page = ui.max_rect();
    panel.follow(cx);
    side::follow_applies(&cx.snapshot.tuning, &mut panel.side);
    panel.take_secret(cx);
    let mut deeds = Vec::new();
    match panel.model.take() {
        Some(model) => {
            keys::take_keys(cx, ui, panel, &model, &mut deeds);
            page_ui(cx, ui, panel, &model, page, &mut deeds);
            panel.model = Some(model);
        }
        None => nothing_ui(cx, ui, panel),
    }
    if let Some(dialog) = &mut panel.dialog
        && let Some(closing) = dialog::dialog_ui(cx, ui, dialog, panel.model.as_ref())
    {
        panel.dialog = None;
        deeds.extend(closing);
    }
    if !deeds.is_empty() {
        ui.ctx().request_repaint();
    }
    for deed in deeds {
        carry_out(cx, panel, deed);
    }
    side::plan_when_due(cx, ui.ctx(), panel);
}

fn page_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &mut ProfilesPanel,
    model: &PageModel,
    page: Rect,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let line = Stroke::new(1.0, theme.color.line);
    let beside = page.width() - theme.size.second_column - theme.size.plan;
    panel.side.is_over = cx.is_compact || beside < MIN_MIDDLE;
    let mut middle = page;
    if !cx.is_compact {
        let (left, rest) = page.split_left_right_at_x(page.left() + theme.size.second_column);
        within(ui, "profiles list", left, |ui| list::list_ui(cx, ui, &mut panel.list, &panel.drafts, model, deeds));
        ui.painter().vline(left.right() - 0.5, page.y_range(), line);
        middle = rest;
        if !panel.side.is_over {
            let (centre, right) = rest.split_left_right_at_x(rest.right() - theme.size.plan);
            within(ui, "profiles side", right, |ui| side::side_ui(cx, ui, panel, model, deeds));
            middle = centre;
        }
    }
    within(ui, "profiles middle", middle, |ui| middle_ui(cx, ui, panel, model, deeds));
    if panel.side.is_over && panel.side.is_open {
        side::over_ui(cx, ui, page, panel, model, deeds);
    }
    ui.allocate_rect(page, Sense::hover());
}

fn within(ui: &mut Ui, id: &str, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    draw(&mut child);
}

/// The sentence, the tabs, and what the chosen one shows.
fn middle_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    let place = ui.max_rect();
    let below = head::head_ui(cx, ui, panel, model, deeds);
    let rest = Rect::from_min_max(pos2(place.left(), below), place.max);
    within(ui, "profiles tab", rest, |ui| match panel.tab {
        Tab::Parameters => parameters::parameters_ui(cx, ui, &mut panel.parameters, model, deeds),
        Tab::Compare => compare::compare_ui(cx, ui, &mut panel.compare, model, deeds),
        Tab::Text => text_tab::text_ui(cx, ui, &mut panel.text, model, deeds),
        Tab::History => history::history_ui(cx, ui, &mut panel.history, model, deeds),
    });
}

/// What stands there before the profiles are read, or where there are none.
fn nothing_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel) {
    const QUIET_SECONDS: f64 = 0.2;
    const LONG_SECONDS: f64 = 5.0;
    let now = ui.input(|i| i.time);
    let opened = *panel.opened_seconds.get_or_insert(now);
    let left = |seconds: f64| seconds - (now - opened);
    let margin = cx.theme.frame(cx.is_compact);
    let place = ui.max_rect().shrink2(vec2(margin.margin_x, margin.margin_y));
    if left(QUIET_SECONDS) > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left(QUIET_SECONDS)));
        return;
    }
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        if left(LONG_SECONDS) > 0.0 {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(left(LONG_SECONDS)));
            loading_bars(ui, cx.theme, 8);
        } else {
            let text = "Not even those that come with the program could be read. Messages at the lower right and the \
                        Health page say what is wrong.";
            empty_state(ui, cx.theme, "There are no profiles", text, None);
        }
    });
}

/// Whether a field, a question or a menu has the keyboard.
fn is_keyboard_taken(ui: &Ui) -> bool {
    Popup::is_any_open(ui.ctx()) || ui.memory(|m| m.focused().is_some() || m.top_modal_layer().is_some())
}
