//! The right panel: the plan of what would be written, how an apply goes, one of the past, or a binding.
//!
//! The plan is asked of the engine whenever what is on the page settled; what it shows is the engine's answer.

mod diff;
mod facts;
mod foot;
mod plan;
mod record;
mod steps;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{
    Align, Area, Context, Frame, Id, Label, Layout, Order, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2,
};

use super::bind::{BindForm, bind_ui};
use super::deed::{Deed, is_of_page};
use super::model::PageModel;
use super::words::{countdown, counted, trial_left};
use super::{PATIENCE, ProfilesPanel};
use crate::model::profile::{
    ApplyCommand, ApplyId, ApplyRecord, BindingState, Plan, PlanId, Profile, ProfileName, Tuning,
};
use crate::model::{Command, Timestamp};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::IconButton;

/// How long edits rest before the plan is asked for again, seconds.
const SETTLED_SECONDS: f64 = 0.25;
/// How long a plan may take before the panel says so, and before it offers to ask again, seconds.
const QUIET_SECONDS: f64 = 0.2;
const LONG_SECONDS: f64 = 5.0;

/// What the panel shows.
#[derive(Debug, Default)]
pub enum Shown {
    /// The plan, or the apply that is under way.
    #[default]
    Plan,
    /// An apply of the past.
    Record(ApplyId),
    /// A binding being made or changed.
    Binding(Box<BindForm>),
}

/// What was asked for, and over which state of things.
#[derive(Debug)]
pub struct Asked {
    profile: ProfileName,
    draft: Option<Arc<str>>,
    profiles: Arc<[Arc<Profile>]>,
    local: Option<Arc<Profile>>,
    bindings: Arc<[BindingState]>,
    over: Option<ApplyId>,
    /// The plan there was then: the answer is another.
    before: Option<PlanId>,
    seconds: f64,
}

/// What the panel remembers between frames.
#[derive(Debug, Default)]
pub struct Side {
    /// What it shows.
    pub shown: Shown,
    /// Whether it lies over the page, because beside it there is no room.
    pub is_over: bool,
    /// Whether it is open, where it lies over the page.
    pub is_open: bool,
    /// The plan that was asked for.
    pub asked: Option<Asked>,
    /// The apply that ended while the page was open, until something is edited.
    pub over: Option<ApplyId>,
    running: Option<ApplyId>,
    /// A suggestion's plan that is on its way: which plan there was before, and since when it is awaited. What is on the
    /// page is planned after it, so that its plan is never taken for that of the page.
    awaits_trial: Option<(Option<PlanId>, Timestamp)>,
    edited: (u64, f64),
    /// Whether the plan there is answers what is on the page now.
    is_fresh: bool,
    /// The longest time a trial had left, for its bar.
    trial: Option<(ApplyId, Duration)>,
    /// Files whose diff is not as it is at first: folded in a plan, unfolded in an apply.
    folded: BTreeSet<PathBuf>,
}

impl Side {
    /// Opens the form of a new binding.
    pub fn begin_binding(&mut self, cx: &PanelCx<'_>) {
        self.shown = Shown::Binding(Box::new(BindForm::new(cx)));
        self.is_open = true;
    }

    /// The engine plans a suggestion's change: what is on the page is planned after that.
    pub fn await_trial(&mut self, before: Option<PlanId>, now: Timestamp) {
        self.awaits_trial = Some((before, now));
    }

    /// Folds or unfolds the diff of a file.
    fn toggle(&mut self, path: &std::path::Path) {
        if !self.folded.remove(path) {
            self.folded.insert(path.to_owned());
        }
    }
}

/// The profile that a plan of what is on the page is of: for the machine's own layer that of the active one.
fn planned_name(tuning: &Tuning, model: &PageModel) -> Option<ProfileName> {
    if model.is_machine() { tuning.active.clone() } else { Some(model.name().clone()) }
}

/// The plan of what is on the page, once it has come; while edits are planned again, that of before.
pub fn plan_of_page<'a>(cx: &'a PanelCx<'_>, panel: &ProfilesPanel, model: &PageModel) -> Option<&'a Arc<Plan>> {
    let asked = panel.side.asked.as_ref()?;
    let plan = cx.snapshot.tuning.plan.as_ref()?;
    let is_page = is_of_page(plan, model) || model.is_machine();
    (is_page && plan.profile == asked.profile).then_some(plan)
}

/// Asks for the plan of what is on the page, once that has settled and can be applied.
pub fn plan_when_due(cx: &PanelCx<'_>, ctx: &Context, panel: &mut ProfilesPanel) {
    let tuning = &cx.snapshot.tuning;
    let now = ctx.input(|i| i.time);
    panel.side.is_fresh = false;
    let revision = panel.drafts.revision();
    if panel.side.edited.0 != revision {
        panel.side.edited = (revision, now);
    }
    if let Some((before, since)) = panel.side.awaits_trial {
        let is_there = tuning.plan.as_ref().map(|plan| plan.id) != before;
        if !is_there && cx.now.since(since) <= PATIENCE {
            ctx.request_repaint_after(PATIENCE);
            return;
        }
        panel.side.awaits_trial = None;
    }
    let Some(model) = &panel.model else { return };
    let Some(profile) = planned_name(tuning, model) else { return };
    let is_possible = !tuning.bindings.is_empty()
        && tuning.running().is_none()
        && !model.has_errors()
        && !panel.parameters.has_faulty_text();
    if !is_possible {
        return;
    }
    let draft = panel.drafts.unsaved(&profile).cloned();
    let over = tuning.applies.iter().find(|record| record.phase.is_over()).map(|record| record.id);
    if let Some(asked) = panel.side.asked.as_ref().filter(|a| a.is_of(tuning, &profile, draft.as_ref(), over)) {
        let plan = tuning.plan.as_ref().filter(|plan| plan.profile == profile);
        panel.side.is_fresh = plan.is_some_and(|plan| Some(plan.id) != asked.before);
        return;
    }
    let left = SETTLED_SECONDS - (now - panel.side.edited.1);
    if draft.is_some() && left > 0.0 {
        ctx.request_repaint_after(Duration::from_secs_f64(left));
        return;
    }
    let command = ApplyCommand::Plan { profile: profile.clone(), bindings: Vec::new(), draft: draft.clone() };
    // A full queue is no loss: it is asked again in the next frame.
    if cx.engine.send(Command::Apply(command)) {
        panel.side.asked = Some(Asked {
            profile,
            draft,
            profiles: tuning.profiles.clone(),
            local: tuning.local.clone(),
            bindings: tuning.bindings.clone(),
            over,
            before: tuning.plan.as_ref().map(|plan| plan.id),
            seconds: now,
        });
    }
}

impl Asked {
    /// Whether the same question would be asked now.
    fn is_of(&self, tuning: &Tuning, profile: &ProfileName, draft: Option<&Arc<str>>, over: Option<ApplyId>) -> bool {
        let is_same_local = match (&self.local, &tuning.local) {
            (Some(a), Some(b)) => is_same_profile(a, b),
            (None, None) => true,
            _ => false,
        };
        self.profile == *profile
            && self.draft.as_ref() == draft
            && self.over == over
            && is_same_local
            && is_same_profiles(&self.profiles, &tuning.profiles)
            && is_same_world(&self.bindings, &tuning.bindings)
    }
}

/// Whether two readings of a profile are of the same text.
fn is_same_profile(a: &Arc<Profile>, b: &Arc<Profile>) -> bool {
    Arc::ptr_eq(a, b) || (a.name == b.name && a.text == b.text)
}

fn is_same_profiles(a: &Arc<[Arc<Profile>]>, b: &Arc<[Arc<Profile>]>) -> bool {
    Arc::ptr_eq(a, b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_same_profile(a, b)))
}

/// Whether bound files are the same in all that a plan depends on; a check that found nothing new is no reason.
fn is_same_world(a: &Arc<[BindingState]>, b: &Arc<[BindingState]>) -> bool {
    let is_same =
        |(a, b): (&BindingState, &BindingState)| a.binding == b.binding && a.error == b.error && *a.drift == *b.drift;
    Arc::ptr_eq(a, b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(is_same))
}

/// Notes which apply runs: once it is over it stays on the panel.
pub fn follow_applies(tuning: &Tuning, side: &mut Side) {
    let running = tuning.running().map(|record| record.id);
    if let Some(id) = side.running.filter(|id| running != Some(*id)) {
        side.over = Some(id);
    }
    if running.is_some() {
        side.over = None;
        if side.running != running {
            side.folded.clear();
        }
    }
    side.running = running;
}

/// The apply the panel shows in the place of the plan.
fn shown_record<'a>(tuning: &'a Tuning, side: &Side) -> Option<&'a Arc<ApplyRecord>> {
    let of = |id: ApplyId| tuning.applies.iter().find(|record| record.id == id);
    match side.shown {
        Shown::Record(id) => of(id),
        _ => tuning.running().or_else(|| side.over.and_then(of)),
    }
}

/// The words of the button that opens the panel where it lies over the page.
pub fn button_words(cx: &PanelCx<'_>, model: &PageModel) -> String {
    let tuning = &cx.snapshot.tuning;
    if let Some(left) = trial_left(tuning, cx.now) {
        return format!("On trial {}", countdown(left));
    }
    match &tuning.plan {
        Some(plan) if is_of_page(plan, model) && !plan.files.is_empty() => {
            format!("Plan, {}", counted(plan.files.len(), "file"))
        }
        _ => "Plan".into(),
    }
}

/// Draws the panel over the page, for a narrow window.
pub fn over_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    page: Rect,
    panel: &mut ProfilesPanel,
    model: &PageModel,
    deeds: &mut Vec<Deed>,
) {
    let left = (page.right() - cx.theme.size.plan).max(page.left());
    let rect = Rect::from_min_max(pos2(left, page.top()), page.max);
    let area = Area::new(Id::unique("profiles side")).order(Order::Middle).fixed_pos(rect.min);
    area.fade_in(false).sense(Sense::CLICK).show(ui.ctx(), |ui| {
        ui.set_min_size(rect.size());
        ui.set_max_size(rect.size());
        side_ui(cx, ui, panel, model, deeds);
    });
}

/// Draws the panel into `ui`, whose whole place it takes.
pub fn side_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let place = ui.max_rect();
    ui.painter().rect_filled(place, 0.0, theme.color.bg_panel);
    ui.painter().vline(place.left() + 0.5, place.y_range(), Stroke::new(1.0, theme.color.line));
    let place = place.with_min_x(place.left() + 1.0);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(place));
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        if let Shown::Binding(form) = &mut panel.side.shown {
            if bind_ui(cx, ui, form, panel.folder.as_deref()) {
                deeds.push(Deed::ShowPlan);
            }
        } else if let Some(record) = shown_record(&cx.snapshot.tuning, &panel.side) {
            record::record_ui(cx, ui, &mut panel.side, record, deeds);
        } else {
            plan::plan_ui(cx, ui, panel, model, deeds);
        }
    });
}

/// The head of the panel: a title and a line below it, and a way to close it where it lies over the page.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, line: &str, is_over: bool, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    ui.add_space(14.0);
    Frame::new().inner_margin(eframe::egui::Margin::symmetric(16, 0)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 24.0;
            if is_over {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if IconButton::new(icons::X, "Close the panel").side(24.0).show(ui, theme).clicked() {
                        deeds.push(Deed::ToggleSide);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(theme.text(TextRole::Title, title)).truncate());
                    });
                });
            } else {
                ui.add(Label::new(theme.text(TextRole::Title, title)).truncate());
            }
        });
        ui.add(Label::new(theme.colored(TextRole::Small, line, theme.color.t2)).wrap());
    });
    ui.add_space(12.0);
    line_ui(cx, ui);
}

/// A line across the panel.
fn line_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, cx.theme.color.line);
}
