//! A suggestion's change that somebody wants to try: it is filled into the draft of the profile in force, on top of whatever
//! is unsaved there. Drafts of other profiles stay as they are.

use std::sync::Arc;

use super::deed::with_draft;
use super::dialog::Dialog;
use super::side::Shown;
use super::{ProfilesPanel, Tab};
use crate::model::profile::{ParamKey, ParamValue, ProfileName};
use crate::model::suggest::{Advice, Change, SuggestCommand, SuggestionId};
use crate::model::{Command, Severity};
use crate::profile::document;
use crate::suggest::put_back::trial_edits;
use crate::ui::{Intent, PanelCx};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    id: SuggestionId,
    title: Arc<str>,
    key: ParamKey,
    to: ParamValue,
    /// The change on one line: "database.pool_max 50 → 24".
    pub line: String,
}

impl Trial {
    /// The change of a card; `None` where there is no such card any more, or its change is made by hand.
    fn of(advice: &Advice, id: &SuggestionId) -> Option<Self> {
        let suggestion = &advice.card(id)?.suggestion;
        let Change::Parameter { key, to, .. } = &suggestion.change else { return None };
        Some(Self {
            id: id.clone(),
            title: suggestion.title.clone(),
            key: key.clone(),
            to: to.clone(),
            line: suggestion.change.line(),
        })
    }
}

/// Begins a trial: at once, or with a question first where the profile in force has unsaved edits, which would be tried too.
pub fn begin(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, id: SuggestionId) {
    panel.follow(cx);
    let trial = Trial::of(&cx.snapshot.advice, &id);
    let active = cx.snapshot.tuning.active.clone();
    match (trial, active) {
        (Some(trial), Some(active)) if panel.drafts.unsaved(&active).is_some() => {
            panel.dialog = Some(Dialog::trial(active, trial));
        }
        (Some(trial), Some(_)) => fill_in(cx, panel, &trial),
        // The engine says why there is nothing to try.
        _ => cx.send(Command::Suggest(SuggestCommand::TryIt(id))),
    }
}

/// Puts the profile in force on the page with the change in its draft, and asks for the plan.
pub fn fill_in(cx: &PanelCx<'_>, panel: &mut ProfilesPanel, trial: &Trial) {
    let tuning = &cx.snapshot.tuning;
    let Some(active) = tuning.active.clone() else { return };
    let elsewhere: Option<ProfileName> =
        panel.chosen.clone().filter(|name| *name != active && panel.drafts.unsaved(name).is_some());
    panel.choose(active.clone());
    panel.parameters.forget(&trial.key);
    let filled = with_draft(cx, panel, |draft| {
        let edits = trial_edits(&trial.key, &trial.to, &trial.title);
        let text = edits.iter().try_fold(draft.text().to_string(), |text, edit| document::edit(&text, edit))?;
        // A step of its own, so that Undo takes back the change and nothing else.
        draft.settle();
        draft.set(text.into(), &format!("try {}", trial.id));
        draft.settle();
        Ok::<(), crate::model::profile::Problem>(())
    });
    if let Some(Err(problem)) = filled {
        let text = format!("{} was not filled in, the text of {active} cannot be edited: {}", trial.line, problem.text);
        cx.ask(Intent::Toast(Severity::Error, text));
        return;
    }
    panel.tab = Tab::Parameters;
    panel.side.over = None;
    panel.side.is_open = true;
    let mut text = format!("{} is filled into {active}. Nothing is written yet.", trial.line);
    if matches!(panel.side.shown, Shown::Binding(_)) {
        text.push_str(" The plan stands behind the binding you are editing.");
    } else {
        panel.side.shown = Shown::Plan;
    }
    if let Some(name) = elsewhere {
        text.push_str(&format!(" Your edits of {name} stay in its draft."));
    }
    cx.ask(Intent::Toast(Severity::Info, text));
    cx.send(Command::Suggest(SuggestCommand::TryIt(trial.id.clone())));
    panel.side.await_trial(tuning.plan.as_ref().map(|plan| plan.id), cx.now);
}
