//! What a person did on the page. The parts of the page push deeds while they draw; the page carries them out after.

use std::sync::Arc;
use std::time::Duration;

use super::bind::BindForm;
use super::dialog::Dialog;
use super::model::{PageModel, machine_text};
use super::offer::Offer;
use super::parameters;
use super::side::Shown;
use super::tried::Tried;
use super::trying::{Trial, fill_in};
use super::{Awaited, ProfilesPanel};
use crate::model::profile::{
    ApplyCommand, ApplyId, BindingCommand, BindingId, LOCAL_LAYER, ParamKey, ParamValue, Plan, PlanId, ProfileCommand,
    ProfileEdit, ProfileName,
};
use crate::model::{Command, Severity};
use crate::profile::document;
use crate::ui::{Intent, PanelCx};

/// How long an apply waits to be kept.
pub const KEEP_WITHIN: Duration = Duration::from_secs(60);

/// Something a person did.
#[derive(Debug)]
pub enum Deed {
    /// Puts a profile on the page.
    Choose(ProfileName),
    /// Changes a value, or what stands about the profile. Edits of the same `what` in a row are one step of undo.
    Edit {
        /// The change.
        edit: ProfileEdit,
        /// What it is a change of.
        what: String,
    },
    /// What is being typed cannot be read: the value from before stands meanwhile.
    Unset {
        /// What is being typed.
        what: String,
    },
    /// Another text.
    Text(String),
    /// A field was left.
    Settle,
    /// One step back.
    Undo,
    /// One step forward.
    Redo,
    /// The text is kept.
    Save,
    /// Everything unsaved is taken back.
    Discard,
    /// Values that a profile sets itself are taken away, all of them.
    ResetAll,
    /// The unsaved edits hold against a change from elsewhere.
    KeepMine,
    /// Opens a dialog.
    Ask(Dialog),
    /// Takes a profile away, or the changes of one that came with the program.
    Delete(ProfileName),
    /// Makes a profile with this text and puts it on the page.
    Make(ProfileName, Arc<str>),
    /// Gives the profile on the page another name.
    Rename(ProfileName),
    /// Opens the comparison with another profile.
    CompareWith(ProfileName),
    /// Begins a binding.
    Bind,
    /// Opens a binding.
    OpenBinding(BindingId),
    /// Looks at all bound files again.
    Check,
    /// Shows an apply of the past.
    ShowRecord(ApplyId),
    /// Puts away what the right panel shows: the plan again.
    ShowPlan,
    /// Opens or closes the right panel where it lies over the page.
    ToggleSide,
    /// Asks for the plan again.
    PlanAgain,
    /// Carries the plan out.
    Apply(PlanId),
    /// Keeps what is on trial.
    Keep(ApplyId),
    /// Takes an apply back.
    RollBack(ApplyId),
    /// Makes a secret; the parameter gets it.
    MakeSecret(ParamKey, Arc<str>),
    /// Fills in a suggestion's change, beside what is unsaved.
    Try(Box<Trial>),
    /// Puts a secret on the clipboard.
    CopySecret(Arc<str>),
}

impl Deed {
    /// The fix of a problem, as an edit.
    pub fn fix(fix: &crate::model::profile::Fix) -> Self {
        let edit = match &fix.value {
            Some(value) => ProfileEdit::Set(fix.key.clone(), value.clone()),
            None => ProfileEdit::Reset(fix.key.clone()),
        };
        Self::Edit { edit, what: format!("fix {}", fix.key) }
    }
}

/// Carries out what was done.
pub fn carry_out(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, deed: Deed) {
    match deed {
        Deed::Choose(name) => panel.choose(name),
        Deed::Edit { edit, what } => change(cx, panel, &edit, &what),
        Deed::Unset { what } => {
            with_draft(cx, panel, |draft| {
                let before = draft.before(&what).clone();
                draft.set(before, &what);
            });
        }
        Deed::Text(text) => {
            with_draft(cx, panel, |draft| draft.set(text.into(), "text"));
            panel.parameters.forget_typed();
        }
        Deed::Settle => {
            with_draft(cx, panel, super::draft::Draft::settle);
        }
        Deed::Undo | Deed::Redo => {
            let is_undo = matches!(deed, Deed::Undo);
            with_draft(cx, panel, |draft| if is_undo { draft.undo() } else { draft.redo() });
            panel.parameters.forget_typed();
        }
        Deed::Save => save(cx, panel),
        Deed::Discard => {
            with_draft(cx, panel, super::draft::Draft::discard);
            panel.parameters.forget_typed();
        }
        Deed::ResetAll => reset_all(cx, panel),
        Deed::KeepMine => {
            with_draft(cx, panel, super::draft::Draft::keep_mine);
        }
        Deed::Ask(dialog) => panel.dialog = Some(dialog),
        Deed::Delete(name) => delete(cx, panel, &name),
        Deed::Make(name, text) => {
            cx.send(Command::Profile(ProfileCommand::Save { name: name.clone(), text }));
            panel.awaited = Some(Awaited { name, instead_of: None, since: cx.now });
        }
        Deed::Rename(to) => rename(cx, panel, to),
        Deed::CompareWith(name) => panel.compare_with(name),
        Deed::Bind => panel.side.begin_binding(cx),
        Deed::OpenBinding(id) => {
            if let Some(state) = cx.snapshot.tuning.bindings.iter().find(|state| state.binding.id == id) {
                panel.side.shown = Shown::Binding(Box::new(BindForm::of(&state.binding)));
                panel.side.is_open = true;
            }
        }
        Deed::Check => cx.send(Command::Binding(BindingCommand::Check)),
        Deed::ShowRecord(id) => {
            panel.side.shown = Shown::Record(id);
            panel.side.is_open = true;
        }
        Deed::ShowPlan => {
            panel.side.shown = Shown::Plan;
            panel.side.over = None;
        }
        Deed::ToggleSide => panel.side.is_open = !panel.side.is_open,
        Deed::PlanAgain => panel.side.asked = None,
        Deed::Apply(plan) => {
            // The engine keeps the draft that was planned with before it writes anything.
            panel.tried = Some(Tried::begin(&cx.snapshot.tuning, cx.now));
            cx.send(Command::Apply(ApplyCommand::Apply { plan, keep_within: KEEP_WITHIN }));
        }
        Deed::Keep(id) => cx.send(Command::Apply(ApplyCommand::Keep(id))),
        Deed::RollBack(id) => cx.send(Command::Apply(ApplyCommand::RollBack(id))),
        Deed::MakeSecret(key, name) => {
            cx.send(Command::Profile(ProfileCommand::MakeSecret(name.clone())));
            let value = ParamValue::Secret(name);
            let rows = panel.model.iter().flat_map(|model| &model.rows);
            if !rows.into_iter().any(|row| row.key == key && row.value.as_ref() == Some(&value)) {
                let what = format!("secret {key}");
                change(cx, panel, &ProfileEdit::Set(key, value), &what);
            }
            panel.side.asked = None;
        }
        Deed::Try(trial) => fill_in(cx, panel, &trial),
        Deed::CopySecret(name) => {
            cx.send(Command::Profile(ProfileCommand::RevealSecret(name.clone())));
            panel.revealing = Some(name);
        }
    }
}

/// The kept text of the profile on the page.
fn kept_text(cx: &PanelCx<'_>, name: &str) -> Option<Arc<str>> {
    let kept = cx.snapshot.tuning.profile(name).map(|profile| profile.text.clone());
    kept.or_else(|| (name == LOCAL_LAYER).then(machine_text))
}

/// Changes the draft of the profile on the page; `None` where there is none.
pub fn with_draft<R>(
    cx: &PanelCx<'_>,
    panel: &mut ProfilesPanel,
    act: impl FnOnce(&mut super::draft::Draft) -> R,
) -> Option<R> {
    let name = panel.chosen.clone()?;
    let kept = kept_text(cx, &name)?;
    Some(panel.drafts.change(&name, &kept, act))
}

/// A visual edit of the text; a text that cannot be edited says why.
fn change(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, edit: &ProfileEdit, what: &str) {
    if let ProfileEdit::Set(key, _) | ProfileEdit::Reset(key) = edit
        && !parameters::is_typing(what)
    {
        panel.parameters.forget(key);
    }
    let outcome = with_draft(cx, panel, |draft| {
        // What is typed letter by letter replaces the text from before the typing, not what the last letter made.
        let from = if matches!(edit, ProfileEdit::Set(..)) { draft.before(what).clone() } else { draft.text().clone() };
        document::edit(&from, edit).map(|text| draft.set(text.into(), what))
    });
    if let Some(Err(problem)) = outcome {
        let text = format!("The text of the profile cannot be edited: {}", problem.text);
        cx.ask(Intent::Toast(Severity::Error, text));
    }
    panel.side.over = None;
}

fn save(cx: &PanelCx<'_>, panel: &mut ProfilesPanel) {
    let Some(name) = panel.chosen.clone() else { return };
    if let Some(text) = panel.drafts.unsaved(&name).cloned() {
        cx.send(Command::Profile(ProfileCommand::Save { name, text }));
    }
}

fn reset_all(cx: &PanelCx<'_>, panel: &mut ProfilesPanel) {
    let Some(model) = &panel.model else { return };
    let keys: Vec<ParamKey> = model.profile.entries.iter().map(|entry| entry.key.clone()).collect();
    let text = keys
        .into_iter()
        .try_fold(model.profile.text.to_string(), |text, key| document::edit(&text, &ProfileEdit::Reset(key)));
    match text {
        Ok(text) => {
            with_draft(cx, panel, |draft| draft.set(text.into(), "reset all"));
            panel.parameters.forget_typed();
        }
        Err(problem) => cx.ask(Intent::Toast(Severity::Error, problem.text.to_string())),
    }
}

fn delete(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, name: &ProfileName) {
    let Some(profile) = cx.snapshot.tuning.profile(name) else { return };
    cx.send(Command::Profile(ProfileCommand::Delete(name.clone())));
    let words = if profile.is_shipped { format!("{name} is as it came") } else { format!("Deleted {name}") };
    panel.offer = Some(Offer::new(words, name.clone(), profile.text.clone(), cx.now));
    if !profile.is_shipped && panel.chosen.as_ref() == Some(name) {
        panel.chosen = None;
    }
}

fn rename(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, to: ProfileName) {
    let Some(from) = panel.chosen.clone() else { return };
    cx.send(Command::Profile(ProfileCommand::Rename { from: from.clone(), to: to.clone() }));
    panel.awaited = Some(Awaited { name: to, instead_of: Some(from), since: cx.now });
}

/// Whether the plan is of what is on the page.
pub fn is_of_page(plan: &Plan, model: &PageModel) -> bool {
    plan.profile == *model.name()
}
