//! The questions of the page: names, purpose and notes, a new parameter, own parameters and rules as text.
//!
//! What is typed is a draft until it is confirmed.

mod new_parameter;
mod texts;

use std::sync::Arc;

use eframe::egui::{Align, Id, Key, Layout, Ui};

use self::new_parameter::NewParameter;
use self::texts::TextDraft;
use super::deed::Deed;
use super::model::{PageModel, Row, find};
use super::trying::Trial;
use crate::model::profile::{ParamKey, Profile, ProfileEdit, ProfileName};
use crate::profile::document;
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Answer, Button, Field, Problem, choice, modal, question, text_area};

/// Longest notes, characters.
const MAX_NOTES: usize = 4000;

/// A question that is open.
#[derive(Debug)]
pub struct Dialog {
    asks: Asks,
    /// Whether its first field has yet to get the keyboard.
    is_new: bool,
}

#[derive(Debug)]
enum Asks {
    /// For a name, and perhaps more.
    Name(Naming),
    /// For what stands about a profile.
    About { about: String, base: Option<ProfileName>, notes: String, was: Arc<Profile> },
    /// For a new parameter.
    Parameter(Box<NewParameter>),
    /// For a text.
    Text(TextDraft),
    /// Whether a secret that is in use is to be replaced.
    Secret { key: ParamKey, title: String, name: Arc<str> },
    /// Whether a suggestion's change is to be tried together with unsaved edits of this profile.
    Trial { profile: ProfileName, trial: Box<Trial> },
}

/// A name being typed.
#[derive(Debug)]
struct Naming {
    purpose: Purpose,
    name: String,
    about: String,
    base: Option<ProfileName>,
}

#[derive(Debug)]
enum Purpose {
    New,
    Duplicate(Arc<Profile>),
    Rename(ProfileName),
}

impl Dialog {
    const fn new(asks: Asks) -> Self {
        Self { asks, is_new: true }
    }

    /// A new profile, based on this one unless another is chosen.
    pub fn new_profile(base: &Profile) -> Self {
        let is_machine = &*base.name == crate::model::profile::LOCAL_LAYER;
        let base = if is_machine { None } else { Some(base.name.clone()) };
        Self::new(Asks::Name(Naming { purpose: Purpose::New, name: String::new(), about: String::new(), base }))
    }

    /// A profile with the same text under another name.
    pub fn duplicate(profile: &Arc<Profile>) -> Self {
        let (name, about) = (format!("{}-copy", profile.name), profile.about.to_string());
        Self::new(Asks::Name(Naming { purpose: Purpose::Duplicate(profile.clone()), name, about, base: None }))
    }

    /// Another name for a profile.
    pub fn rename(profile: &Profile) -> Self {
        let purpose = Purpose::Rename(profile.name.clone());
        let (name, about) = (profile.name.to_string(), String::new());
        Self::new(Asks::Name(Naming { purpose, name, about, base: None }))
    }

    /// What stands about a profile.
    pub fn about(profile: &Arc<Profile>) -> Self {
        Self::new(Asks::About {
            about: profile.about.to_string(),
            base: profile.base.clone(),
            notes: profile.notes.to_string(),
            was: profile.clone(),
        })
    }

    /// A parameter of the person's own.
    pub fn new_parameter() -> Self {
        Self::new(Asks::Parameter(Box::default()))
    }

    /// The text of the person's own parameters.
    pub fn catalogue(text: &str) -> Self {
        Self::new(Asks::Text(TextDraft::catalogue(text)))
    }

    /// The text of the rules that tell the environment.
    pub fn rules(text: &str) -> Self {
        Self::new(Asks::Text(TextDraft::rules(text)))
    }

    /// Whether a suggestion's change is to be tried together with unsaved edits of this profile.
    pub fn trial(profile: ProfileName, trial: Trial) -> Self {
        Self::new(Asks::Trial { profile, trial: Box::new(trial) })
    }

    /// Whether a secret that is in use is to be replaced.
    pub fn new_secret(row: &Row, name: Arc<str>) -> Self {
        Self::new(Asks::Secret { key: row.key.clone(), title: row.name.clone(), name })
    }
}

/// Whether a suggestion's change is to be tried together with what is unsaved.
fn trial_ui(cx: &PanelCx<'_>, ui: &Ui, profile: &str, trial: &Trial) -> Option<Vec<Deed>> {
    let title = format!("Try it with your unsaved edits of {profile}?");
    let text = format!(
        "Your edits stay in the draft, and {} is filled in beside them: the plan holds both, and what comes of the trial is \
         then not told apart. To try the change alone, cancel, and save or discard your edits first.",
        trial.line
    );
    Some(match question(ui.ctx(), cx.theme, "profiles-trial", &title, &text, "Fill it in")? {
        Answer::Act => vec![Deed::Try(Box::new(trial.clone()))],
        Answer::Cancel => Vec::new(),
    })
}

/// Draws the question; answers with what is to be done once it is over.
pub fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Dialog, model: Option<&PageModel>) -> Option<Vec<Deed>> {
    let Some(model) = model else { return Some(Vec::new()) };
    let is_new = std::mem::take(&mut dialog.is_new);
    match &mut dialog.asks {
        Asks::Name(naming) => naming_ui(cx, ui, naming, model, is_new),
        Asks::About { about, base, notes, was } => about_ui(cx, ui, (about, base, notes), was, model),
        Asks::Parameter(form) => new_parameter::new_parameter_ui(cx, ui, form, model, is_new),
        Asks::Text(draft) => texts::text_ui(cx, ui, draft),
        Asks::Trial { profile, trial } => trial_ui(cx, ui, profile, trial),
        Asks::Secret { key, title, name } => {
            let text = format!(
                "{title} gets 32 new random bytes. Where there is one already it is replaced: what was signed or \
                 locked with it is no longer accepted once the new one is applied, and it cannot be brought back."
            );
            let answer =
                question(ui.ctx(), cx.theme, "profiles-secret", "Make a new secret?", &text, "Make a new one")?;
            Some(match answer {
                Answer::Act => vec![Deed::MakeSecret(key.clone(), name.clone())],
                Answer::Cancel => Vec::new(),
            })
        }
    }
}

/// The buttons at the end: the act and Cancel. The first part of the answer is whether it is to be done.
fn end_ui(cx: &PanelCx<'_>, ui: &mut Ui, act: &str, why_not: Option<&str>) -> (bool, bool) {
    ui.add_space(4.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let acts = Button::primary(act).tall().why_not(why_not).show(ui, cx.theme).clicked();
        let cancels = Button::secondary("Cancel").tall().show(ui, cx.theme).clicked();
        (acts, cancels)
    })
    .inner
}

fn label(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    ui.label(cx.theme.colored(TextRole::SmallStrong, text, cx.theme.color.t2));
}

/// Why a name cannot be had.
fn fault_of(name: &str, own: Option<&str>, model: &PageModel) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return Some("A name is needed".into());
    }
    if name == crate::model::profile::LOCAL_LAYER {
        return Some("This name is that of the machine's own layer".into());
    }
    if Some(name) != own && find(&model.profiles, name).is_some() {
        return Some(format!("There is a profile {name} already"));
    }
    document::is_name(name).err()
}

fn naming_ui(cx: &PanelCx<'_>, ui: &Ui, naming: &mut Naming, model: &PageModel, is_new: bool) -> Option<Vec<Deed>> {
    let (title, act, own) = match &naming.purpose {
        Purpose::New => ("New profile".to_owned(), "Create profile", None),
        Purpose::Duplicate(of) => (format!("Duplicate {}", of.name), "Duplicate", None),
        Purpose::Rename(of) => (format!("Rename {of}"), "Rename", Some(of.clone())),
    };
    let ((acts, cancels), wants_close) = modal(ui.ctx(), cx.theme, "profiles-name", &title, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        label(cx, ui, "Name");
        let fault = fault_of(&naming.name, own.as_deref(), model);
        let shown = fault.as_deref().filter(|_| !naming.name.trim().is_empty()).map(Problem::Error);
        let id = Id::unique("profiles-name-field");
        let hint = "black-friday";
        let field = Field::new(&mut naming.name, "Name of the profile").hint(hint).problem(shown).id(id);
        let response = field.show(ui, cx.theme);
        if is_new {
            response.request_focus();
        }
        let enters = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if matches!(naming.purpose, Purpose::New) {
            label(cx, ui, "What it is for");
            Field::new(&mut naming.about, "What the profile is for")
                .hint("for the sale in November")
                .show(ui, cx.theme);
            label(cx, ui, "Values that it does not set come from");
            base_ui(cx, ui, &mut naming.base, model, None);
        }
        let (acts, cancels) = end_ui(cx, ui, act, fault.as_deref());
        ((acts || enters) && fault.is_none(), cancels)
    });
    if acts {
        let name: ProfileName = naming.name.trim().into();
        return Some(vec![match &naming.purpose {
            Purpose::New => {
                let text = document::new_text(naming.base.as_deref(), naming.about.trim());
                Deed::Make(name, text.into())
            }
            Purpose::Duplicate(of) => Deed::Make(name, of.text.clone()),
            Purpose::Rename(of) if *of == name => return Some(Vec::new()),
            Purpose::Rename(_) => Deed::Rename(name),
        }]);
    }
    (cancels || wants_close).then(Vec::new)
}

/// The choice of a base: every profile but this one.
fn base_ui(cx: &PanelCx<'_>, ui: &mut Ui, base: &mut Option<ProfileName>, model: &PageModel, own: Option<&str>) {
    let names: Vec<&ProfileName> = model.profiles.iter().map(|p| &p.name).filter(|n| Some(&***n) != own).collect();
    let mut choices: Vec<(Option<usize>, &str)> = vec![(None, "the defaults alone")];
    choices.extend(names.iter().enumerate().map(|(i, name)| (Some(i), &***name)));
    let mut chosen = base.as_ref().and_then(|base| names.iter().position(|name| **name == *base));
    let width = ui.available_width();
    if choice(ui, cx.theme, "Base", width, &mut chosen, &choices) {
        *base = chosen.map(|i| names[i].clone());
    }
}

fn about_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    (about, base, notes): (&mut String, &mut Option<ProfileName>, &mut String),
    was: &Profile,
    model: &PageModel,
) -> Option<Vec<Deed>> {
    let title = if model.is_machine() { "This machine only".to_owned() } else { format!("About {}", was.name) };
    let ((acts, cancels), wants_close) = modal(ui.ctx(), cx.theme, "profiles-about", &title, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        label(cx, ui, "What it is for");
        Field::new(about, "What the profile is for").hint("In a few words").show(ui, cx.theme);
        if !model.is_machine() {
            label(cx, ui, "Values that it does not set come from");
            base_ui(cx, ui, base, model, Some(&was.name));
        }
        label(cx, ui, "Notes");
        text_area(ui, cx.theme, notes, "Notes about the profile", "Why it is as it is, what was tried", 5, MAX_NOTES);
        end_ui(cx, ui, "Done", None)
    });
    if acts {
        let mut deeds = Vec::new();
        let mut edit = |edit, what: &str| deeds.push(Deed::Edit { edit, what: what.to_owned() });
        if about.trim() != &*was.about {
            edit(ProfileEdit::SetAbout(about.trim().into()), "about");
        }
        if *base != was.base {
            edit(ProfileEdit::SetBase(base.clone()), "base");
        }
        if notes.trim_end() != was.notes.trim_end() {
            edit(ProfileEdit::SetNotes(notes.trim_end().into()), "notes");
        }
        return Some(deeds);
    }
    (cancels || wants_close).then(Vec::new)
}
